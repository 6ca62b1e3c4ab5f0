//! The rows and columns of the records table. The cursor's mark, the record, its state and the problem's own field stay
//! where they are; the other columns scroll sideways under the cell cursor.

use std::ops::Range;

use ratatui::{
    Frame,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{
    about::padded,
    cell::{Column, Mark, also},
    laid::{Laid, Room},
    records::Records,
};
use crate::{
    model::{RecordId, RecordRow, SortBy, Status},
    text,
    tui::{
        action::Action,
        theme::Theme,
        widgets::{
            cursor::put_cursor,
            lines::{Lines, Roll, first_in_sight},
            panel::panel,
            scrollbar::Scrollbar,
        },
    },
};

/// A column that does not fit is cut, but not below this.
const NARROWEST: usize = 8;

/// Columns of the terminal for the state and the gap behind it.
pub(super) const STATE: usize = 14;

pub(super) fn draw_grid(
    frame: &mut Frame,
    area: Rect,
    page: &mut Records,
    legend: bool,
    theme: Theme,
) {
    let room = usize::from(area.height.saturating_sub(3 + u16::from(legend)));
    page.first = first_in_sight(page.first, page.at, page.ids.len(), room);
    let shown = &page.ids[page.first..page.ids.len().min(page.first + room)];
    let rows: Vec<Option<&RecordRow>> = shown.iter().map(|id| page.row(*id)).collect();
    let number = number_width(shown, page.arrow(&SortBy::Record));
    let laid = Laid::of(
        page,
        Room {
            line: usize::from(area.width.saturating_sub(3)),
            number,
            lines: room,
        },
    );
    let pinned = page.columns.pinned();
    let cursor = if page.in_cell { page.column } else { 0 };
    let first = if page.in_cell { page.first_column } else { 0 };
    let seen = Seen::fit(&laid.widths, pinned, first, cursor, laid.values());
    let note = note(page, &seen, area.width);
    let block = panel(area.width, "Records", &note, true, theme);
    let inside = block.inner(area);
    frame.render_widget(block, area);
    let heading = heading(page, &seen, &laid);
    let mut lines = vec![Line::styled(heading, theme.muted())];
    for (offset, (id, row)) in shown.iter().zip(&rows).enumerate() {
        let chosen = page.first + offset == page.at;
        lines.push(line(page, *id, *row, chosen, (&seen, &laid), theme));
    }
    lines.resize(room + 1, Line::default());
    if legend {
        lines.push(Line::styled(format!(" {}", page.legend()), theme.muted()));
    }
    frame.render_widget(Paragraph::new(lines), inside);
    page.first_column = seen.0.get(pinned).map_or(0, |(at, _)| *at);
    let before = seen.0.iter().take_while(|(at, _)| *at != page.column);
    let before: usize = before.map(|(_, width)| width + 2).sum();
    let before = 3 + number + 2 + STATE + before;
    let x = if page.in_cell { before as u16 } else { 0 };
    let mut places = Places::of(page, &seen, number, inside, room);
    places.lines = places
        .lines
        .with_bar(frame, inside.right().saturating_sub(1), theme);
    page.places = places;
    page.drawn = seen.0;
    page.laid = Some(laid);
    put_cursor(frame, inside, (x, 1 + (page.at - page.first) as u16));
}

/// Where the table was drawn last, so that a click finds what it is on.
#[derive(Debug, Default)]
pub(super) struct Places {
    lines: Lines,
    /// The row of the titles.
    top: u16,
    /// Which columns of the screen a column takes, what it sorts by, and its place if it has cells.
    columns: Vec<(Range<u16>, SortBy, Option<usize>)>,
}

impl Places {
    fn of(page: &Records, seen: &Seen, number: usize, inside: Rect, room: usize) -> Self {
        let mut x = inside.x + 3;
        let mut taken = |width: usize| {
            let start = x;
            x = (x + width as u16).min(inside.right());
            start..x
        };
        let mut all = vec![
            (taken(number + 2), SortBy::Record, None),
            (taken(STATE), SortBy::State, None),
        ];
        for (at, width) in &seen.0 {
            let key = page.columns.shown()[*at].key().to_owned();
            all.push((taken(width + 2), SortBy::Field(key), Some(*at)));
        }
        let height = (room as u16).min(inside.height.saturating_sub(1));
        let rows = Rect {
            y: inside.y + 1,
            height,
            ..inside
        };
        Self {
            lines: Lines::new(rows, page.first, page.ids.len()),
            top: inside.y,
            columns: all,
        }
    }

    /// The place in the list of the record there.
    pub fn line(&self, place: Position) -> Option<usize> {
        self.lines.at(place)
    }

    /// The place of the column whose cell is there.
    pub fn column(&self, place: Position) -> Option<usize> {
        let mut columns = self.columns.iter();
        let (_, _, at) = columns.find(|(range, ..)| range.contains(&place.x))?;
        *at
    }

    /// Where the list begins and where the cursor is, once what is in sight of it has moved, if it can.
    pub fn roll(&mut self, roll: Roll, at: usize) -> Option<(usize, usize)> {
        self.lines.roll(roll, at)
    }

    /// The scrollbar, if it is there.
    pub fn bar_at(&self, place: Position) -> Option<Scrollbar> {
        self.lines.bar_at(place)
    }

    /// What the title there sorts by.
    pub fn title(&self, place: Position) -> Option<SortBy> {
        let mut columns = self.columns.iter();
        let title = columns.find(|(range, ..)| place.y == self.top && range.contains(&place.x));
        title.map(|(_, by, _)| by.clone())
    }
}

/// `sorted by record   columns 7 of 14, Right for more`
fn note(page: &Records, seen: &Seen, width: u16) -> String {
    let sorted = if width < 100 { "" } else { "sorted " };
    let all = page.columns.shown().len();
    let hidden = page.columns.all() - all;
    let more = match seen.0.last() {
        Some((last, _)) if last + 1 < all => ", Right for more".to_owned(),
        _ if seen.0.len() < all => ", Left for more".to_owned(),
        _ if hidden > 0 => format!(", {} for the others", page.keys.of(Action::Columns)),
        _ => String::new(),
    };
    let order = page.order_in_words();
    if more.is_empty() {
        return format!("{sorted}{order}");
    }
    // The record's number and its state are columns as well.
    format!(
        "{sorted}{order}   columns {} of {}{more}",
        seen.0.len() + 2,
        all + hidden + 2
    )
}

/// As wide as the longest of these records' numbers, and as its title.
fn number_width(shown: &[RecordId], arrow: &str) -> usize {
    shown
        .iter()
        .map(|id| text::thousands(id.0.unsigned_abs()).len())
        .max()
        .unwrap_or_default()
        .max(6 + text::width(arrow))
}

/// The titles of the columns, where the values stand.
fn heading(page: &Records, seen: &Seen, laid: &Laid) -> String {
    let number = laid.room.number;
    let record = format!("Record{}", page.arrow(&SortBy::Record));
    let state = format!("State{}", page.arrow(&SortBy::State));
    let mut heading = format!("   {record:<number$}  {state:<STATE$}");
    for (at, width) in &seen.0 {
        let column = &page.columns.shown()[*at];
        let arrow = page.arrow(&SortBy::Field(column.key().to_owned()));
        let label = text::shorten(&column.label, width.saturating_sub(text::width(arrow)));
        heading.push_str(&padded(&format!("{label}{arrow}"), width + 2));
    }
    if laid.also > 0 {
        let gap = laid
            .room
            .line
            .saturating_sub(text::width(&heading) + laid.also);
        heading.push_str(&" ".repeat(gap));
        heading.push_str("Also");
    }
    heading
}

/// One record.
fn line(
    page: &Records,
    id: RecordId,
    row: Option<&RecordRow>,
    chosen: bool,
    (seen, laid): (&Seen, &Laid),
    theme: Theme,
) -> Line<'static> {
    let number = laid.room.number;
    let start = format!(
        "{}{}{}{:<number$}  ",
        if chosen { ">" } else { " " },
        if page.marks.has(id) { "*" } else { " " },
        if page.others.contains_key(&id) {
            "@"
        } else {
            " "
        },
        text::thousands(id.0.unsigned_abs())
    );
    let cells = Cells {
        page,
        seen,
        chosen: (chosen && page.in_cell).then_some(page.column),
        total: laid.room.line.saturating_sub(text::width(&start)),
        also: laid.also,
    };
    let mut spans = vec![if chosen {
        Span::styled(start, theme.accent())
    } else {
        Span::raw(start)
    }];
    match row {
        Some(row) => spans.extend(cells.spans(row, theme)),
        None => spans.push(Span::styled("...", theme.muted())),
    }
    Line::from(spans)
}

/// What one line of the table needs to know.
struct Cells<'a> {
    page: &'a Records,
    seen: &'a Seen,
    /// The column of the cell cursor, in the line that has it.
    chosen: Option<usize>,
    /// Columns of the terminal for everything after the record's number.
    total: usize,
    also: usize,
}

impl Cells<'_> {
    fn spans(&self, row: &RecordRow, theme: Theme) -> Vec<Span<'static>> {
        let unreadable = row.current.is_none();
        let state = match row.status {
            Status::Rejected if unreadable => "unreadable",
            status => status.label(),
        };
        let mut spans = vec![
            Span::styled(state, theme.status(row.status)),
            Span::raw(" ".repeat(STATE.saturating_sub(text::width(state)))),
        ];
        if unreadable {
            let words = row
                .problems
                .first()
                .map(|problem| text::safe(&problem.message));
            let words = format!("!{}", words.unwrap_or_default());
            let room = self.total.saturating_sub(STATE + 1);
            spans.push(Span::raw(text::shorten(&words, room)));
            return spans;
        }
        let used = STATE + self.push_cells(row, &mut spans, theme);
        if self.also > 0 {
            let gap = self.total.saturating_sub(used + self.also);
            spans.push(Span::raw(" ".repeat(gap)));
            let words = also(row, own(self.page));
            let words = text::shorten(&words, self.also.saturating_sub(1));
            spans.push(Span::styled(words, theme.error()));
        }
        spans
    }

    /// Gives the columns of the terminal that were used.
    fn push_cells(&self, row: &RecordRow, spans: &mut Vec<Span<'static>>, theme: Theme) -> usize {
        let mut used = 0;
        for &(at, width) in &self.seen.0 {
            let column = &self.page.columns.shown()[at];
            let value = text::shorten(&column.shown(row), width);
            let mark = match column.mark(row) {
                Mark::Plain => Style::new(),
                Mark::Failing => theme.error(),
                Mark::Warned => theme.warn(),
                Mark::Changed => theme.changed(),
            };
            let style = if self.chosen == Some(at) {
                mark.patch(theme.select())
            } else {
                mark
            };
            let gap = width + 2 - text::width(&value);
            // An empty cell under the cursor has to be seen too.
            let value = if value.is_empty() && self.chosen == Some(at) {
                " ".to_owned()
            } else {
                value
            };
            let gap = gap.saturating_sub(usize::from(value == " "));
            spans.push(Span::styled(value, style));
            spans.push(Span::raw(" ".repeat(gap)));
            used += width + 2;
        }
        used
    }
}

/// The columns that stay in sight.
pub(super) fn own(page: &Records) -> &[Column] {
    let shown = page.columns.shown();
    &shown[..page.columns.pinned().min(shown.len())]
}

/// The columns that are seen, by their place, with their widths.
struct Seen(Vec<(usize, usize)>);

impl Seen {
    /// The pinned columns and as many others as fit, the one under the cursor among them. The last one may be narrower than
    /// its values.
    fn fit(widths: &[usize], pinned: usize, first: usize, cursor: usize, space: usize) -> Self {
        let mut start = first.min(cursor).max(pinned);
        loop {
            let seen = Self::from(widths, pinned, start, space);
            let whole = |(at, width): &(usize, usize)| *at == cursor && *width == widths[cursor];
            if start >= cursor || seen.0.iter().any(whole) {
                return seen;
            }
            start += 1;
        }
    }

    fn from(widths: &[usize], pinned: usize, start: usize, space: usize) -> Self {
        let mut seen = Vec::new();
        let mut left = space;
        for at in (0..pinned.min(widths.len())).chain(start..widths.len()) {
            let width = widths[at].min(left.saturating_sub(2));
            if width < widths[at].min(NARROWEST) {
                break;
            }
            left -= width + 2;
            seen.push((at, width));
        }
        Self(seen)
    }
}
