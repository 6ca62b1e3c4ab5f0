//! Draws the records page: the filter line, the table, and the strip about one cell.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect, Size},
    style::Style,
    text::{Line, Span},
    widgets::{Paragraph, Scrollbar, ScrollbarOrientation, ScrollbarState},
};

use super::{
    about::padded,
    cell::{Column, Mark, also},
    funnel::draw_words,
    records::{Records, State},
    strip::draw_strip,
};
use crate::{
    model::{RecordId, RecordRow, Status},
    text,
    tui::{theme::Theme, widgets::panel::panel},
};

/// The widest a column of values is made.
const WIDEST: usize = 28;

/// The widest columns are made where not all of them fit: the problem's own, and others.
const BOUNDED: [usize; 2] = [22, 16];

/// A column that does not fit is cut, but not below this.
const NARROWEST: usize = 8;

/// How many records are seen at once in a window of this size.
pub(super) fn rows_shown(window: Size, zoomed: bool) -> usize {
    let main = window.height.saturating_sub(4);
    let strip = strip_height(window.width, main, zoomed);
    usize::from(main.saturating_sub(1 + strip + 3))
}

/// Rows the strip about one cell takes; on small windows it has the place of the table or none.
fn strip_height(width: u16, height: u16, zoomed: bool) -> u16 {
    match (width, height) {
        _ if zoomed => 0,
        (100.., 24..) => 6,
        (80.., 18..) => 4,
        _ => 0,
    }
}

pub(super) fn draw(frame: &mut Frame, area: Rect, page: &mut Records, theme: Theme) {
    let strip = strip_height(area.width, area.height, page.zoomed);
    let [filter, list, below] = area.layout(&Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(strip),
    ]));
    match &page.state {
        State::Loading => draw_words(frame, list, "Records", &["loading ...".to_owned()], theme),
        State::Failed(words) => {
            draw_words(frame, list, "Records", std::slice::from_ref(words), theme);
        }
        State::Known if page.ids.is_empty() => {
            draw_words(frame, list, "Records", &nothing(page), theme);
        }
        State::Known if page.zoomed && (area.width < 80 || area.height < 18) => {
            draw_strip(frame, list, page, theme);
        }
        State::Known => {
            draw_table(frame, list, page, theme);
            if !below.is_empty() {
                draw_strip(frame, below, page, theme);
            }
        }
    }
    draw_filter(frame, filter, page, theme);
}

fn nothing(page: &Records) -> Vec<String> {
    if page.typed.is_empty() {
        vec!["No record is here: none has this problem now.".to_owned()]
    } else {
        vec![
            format!("No record matches   {}", text::safe(&page.typed)),
            String::new(),
            "> Clear the whole filter      (Esc)".to_owned(),
        ]
    }
}

/// ` Filter  [status:ready]   type / to add or change            812 of 1,203 records`, or the open prompt.
fn draw_filter(frame: &mut Frame, area: Rect, page: &mut Records, theme: Theme) {
    let found = page.ids.len() as u64;
    let count = match (&page.state, page.total) {
        (State::Known, Some(total)) if total as u64 != found => {
            format!(
                "{} of {}",
                text::thousands(found),
                text::count(total as u64, "record")
            )
        }
        (State::Known, _) => text::count(found, "record"),
        _ => String::new(),
    };
    let room = usize::from(area.width).saturating_sub(text::width(&count) + 14);
    let label = " Filter  [";
    let mut spans = vec![Span::raw(label)];
    let mut cursor = None;
    let is_refused = page.refusal().is_some();
    match &mut page.prompt {
        Some(prompt) => {
            let (line, column) = prompt.field.line(room.min(60), theme.warn());
            cursor = Some(area.x + (label.len() + column) as u16);
            spans.extend(line.spans);
            spans.push(Span::raw("]"));
            if is_refused {
                spans.push(Span::styled(" ?", theme.error()));
            }
        }
        None if page.typed.is_empty() => {
            spans = vec![
                Span::raw(" Filter  "),
                Span::styled("none, type / to add one", theme.muted()),
            ];
        }
        None => {
            let typed = text::shorten(&text::safe(&page.typed), room.saturating_sub(20));
            spans.push(Span::styled(typed, theme.accent()));
            spans.push(Span::raw("]"));
            spans.push(Span::styled("   / to change", theme.muted()));
        }
    }
    frame.render_widget(Line::from(spans), area);
    let right = Line::from(format!("{count} ")).right_aligned();
    let width = right.width() as u16;
    let x = area.right().saturating_sub(width);
    let place = Rect { x, width, ..area }.intersection(area);
    frame.render_widget(right, place);
    if let Some(x) = cursor.filter(|x| *x < area.right()) {
        frame.set_cursor_position((x, area.y));
    }
}

fn draw_table(frame: &mut Frame, area: Rect, page: &mut Records, theme: Theme) {
    let room = usize::from(area.height.saturating_sub(3));
    page.first = page
        .first
        .min(page.at)
        .max((page.at + 1).saturating_sub(room.max(1)));
    let shown = &page.ids[page.first..page.ids.len().min(page.first + room)];
    let rows: Vec<Option<&RecordRow>> = shown.iter().map(|id| page.row(*id)).collect();
    let number = number_width(shown);
    let columns = usize::from(area.width.saturating_sub(3));
    let fixed = 3 + number + 2 + 14;
    let also_width = also_width(page, &rows, columns);
    let space = columns.saturating_sub(fixed + also_width);
    let pinned = usize::from(page.has_pinned_column());
    let widths = widths(&page.columns, &rows, pinned, space);
    let seen = Seen::fit(&widths, pinned, page.first_column, page.column, space);
    let note = seen.note(page.columns.len());
    let block = panel(area.width, "Records", &note, true, theme);
    let inside = block.inner(area);
    frame.render_widget(block, area);
    let heading = heading(&page.columns, &seen, number, (columns, also_width));
    let mut lines = vec![Line::styled(heading, theme.muted())];
    for (offset, (id, row)) in shown.iter().zip(&rows).enumerate() {
        let chosen = page.first + offset == page.at;
        let start = format!(
            "{}  {:<number$}  ",
            if chosen { ">" } else { " " },
            text::thousands(id.0.unsigned_abs())
        );
        let cells = Cells {
            columns: &page.columns,
            seen: &seen,
            chosen: chosen.then_some(page.column),
            total: columns.saturating_sub(text::width(&start)),
            also: also_width,
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
        lines.push(Line::from(spans));
    }
    frame.render_widget(Paragraph::new(lines), inside);
    page.first_column = seen.0.get(pinned).map_or(0, |(at, _)| *at);
    draw_scrollbar(frame, inside, page, room);
    let y = inside.y + 1 + (page.at - page.first) as u16;
    if inside.contains((inside.x, y).into()) {
        frame.set_cursor_position((inside.x, y));
    }
}

fn draw_scrollbar(frame: &mut Frame, inside: Rect, page: &Records, room: usize) {
    if page.ids.len() <= room || inside.is_empty() {
        return;
    }
    let area = Rect {
        y: inside.y + 1,
        height: inside.height.saturating_sub(1),
        ..inside
    };
    let bar = Scrollbar::new(ScrollbarOrientation::VerticalRight)
        .begin_symbol(None)
        .end_symbol(None)
        .track_symbol(Some("│"))
        .thumb_symbol("█");
    let mut state = ScrollbarState::new(page.ids.len().saturating_sub(room))
        .position(page.first)
        .viewport_content_length(room);
    frame.render_stateful_widget(bar, area, &mut state);
}

/// As wide as the longest of these records' numbers, and as its title.
fn number_width(shown: &[RecordId]) -> usize {
    shown
        .iter()
        .map(|id| text::thousands(id.0.unsigned_abs()).len())
        .max()
        .unwrap_or_default()
        .max(6)
}

/// The titles of the columns, where the values stand.
fn heading(
    names: &[Column],
    seen: &Seen,
    number: usize,
    (columns, also_width): (usize, usize),
) -> String {
    let mut heading = format!("   {:<number$}  {:<14}", "Record", "State");
    for (at, width) in &seen.0 {
        heading.push_str(&padded(&names[*at].label, width + 2));
    }
    if also_width > 0 {
        let gap = columns.saturating_sub(text::width(&heading) + also_width);
        heading.push_str(&" ".repeat(gap));
        heading.push_str("Also");
    }
    heading
}

/// What one line of the table needs to know.
struct Cells<'a> {
    columns: &'a [Column],
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
            Span::raw(" ".repeat(14_usize.saturating_sub(text::width(state)))),
        ];
        if unreadable {
            let words = row
                .problems
                .first()
                .map(|problem| text::safe(&problem.message));
            let words = format!("!{}", words.unwrap_or_default());
            spans.push(Span::raw(text::shorten(
                &words,
                self.total.saturating_sub(15),
            )));
            return spans;
        }
        let used = 14 + self.push_cells(row, &mut spans, theme);
        if self.also > 0 {
            let gap = self.total.saturating_sub(used + self.also);
            spans.push(Span::raw(" ".repeat(gap)));
            let shown: Vec<&Column> = self
                .seen
                .0
                .iter()
                .map(|(at, _)| &self.columns[*at])
                .collect();
            let words = text::shorten(&also(row, &shown), self.also.saturating_sub(1));
            spans.push(Span::styled(words, theme.error()));
        }
        spans
    }

    /// Gives the columns of the terminal that were used.
    fn push_cells(&self, row: &RecordRow, spans: &mut Vec<Span<'static>>, theme: Theme) -> usize {
        let mut used = 0;
        for &(at, width) in &self.seen.0 {
            let column = &self.columns[at];
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

/// As wide as their values, and bounded where not all of them fit.
fn widths(
    columns: &[Column],
    rows: &[Option<&RecordRow>],
    pinned: usize,
    space: usize,
) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().map(|column| width(column, rows)).collect();
    if widths.iter().map(|width| width + 2).sum::<usize>() > space {
        for (at, width) in widths.iter_mut().enumerate() {
            let widest = BOUNDED[usize::from(at >= pinned)];
            *width = widest.min(*width);
        }
    }
    widths
}

/// As wide as its values, the mark counted.
fn width(column: &Column, rows: &[Option<&RecordRow>]) -> usize {
    let values = rows
        .iter()
        .flatten()
        .map(|row| text::width(&column.shown(row)));
    values
        .chain([text::width(&column.label)])
        .max()
        .unwrap_or_default()
        .clamp(3, WIDEST)
}

/// Room for the other fields that fail, where there is room and one of these records has any.
fn also_width(page: &Records, rows: &[Option<&RecordRow>], columns: usize) -> usize {
    let pinned: Vec<&Column> = page
        .columns
        .iter()
        .take(usize::from(page.has_pinned_column()))
        .collect();
    let mut others = rows
        .iter()
        .flatten()
        .filter(|row| row.current.is_some())
        .map(|row| also(row, &pinned));
    if columns >= 70 && others.any(|others| !others.is_empty()) {
        10
    } else {
        0
    }
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

    /// What the title says, `all` being the number of columns.
    fn note(&self, all: usize) -> String {
        match all {
            _ if self.0.len() < all => format!(
                "sorted by record   columns {} of {all}, Right for more",
                self.0.len()
            ),
            _ => "sorted by record".to_owned(),
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
