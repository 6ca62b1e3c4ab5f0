//! The box of what to do: the choices, each with what it was found to do and what is typed for it.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{Fix, Panel};
use crate::{
    text,
    tui::{
        theme::Theme,
        widgets::{
            cursor::put_cursor,
            lines::{Lines, Roll, below, first_in_sight},
            panel::panel,
        },
    },
};

impl Fix {
    /// The rows that each choice takes: a suggestion has one for what it was found to do, the chosen one what is typed.
    fn heights(&self) -> impl Iterator<Item = usize> {
        let typed = self.typing.as_ref().map(|_| self.at);
        (self.choices.iter().enumerate()).map(move |(n, choice)| {
            1 + usize::from(!choice.note.is_empty()) + usize::from(typed == Some(n))
        })
    }

    /// The first and the last row of each choice.
    fn rows_of_choices(&self) -> Vec<(usize, usize)> {
        let rows = self.heights().scan(0, |next, height| {
            let first = std::mem::replace(next, *next + height);
            Some((first, *next - 1))
        });
        rows.collect()
    }

    /// The choice whose row is under the pointer.
    pub(super) fn choice_at_row(&self, row: usize) -> Option<usize> {
        let rows = self.rows_of_choices();
        rows.iter().position(|(_, last)| row <= *last)
    }

    /// Moves what is in sight of the choices, and the cursor where its choice would not be any more.
    pub(super) fn roll_what(&mut self, roll: Roll) {
        let rows = self.rows_of_choices();
        let Some((first, _)) = rows.get(self.at).copied() else {
            return;
        };
        let Some((top, at)) = self.what.roll(roll, first) else {
            return;
        };
        // What reaches out of sight is not seen whole.
        let is_seen =
            |(first, last): &(usize, usize)| self.what.has(*first) && self.what.has(*last);
        let seen = (rows.iter().enumerate()).filter(|(_, rows)| is_seen(rows));
        let nearest = seen.min_by_key(|(_, (first, _))| first.abs_diff(at));
        self.at = nearest.map_or(self.at, |(n, _)| n);
        self.what_first = top;
    }

    pub(super) fn draw_what(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let focus = self.panel == Panel::What;
        let records = (self.known()).map_or(self.records, |preview| preview.report.scope);
        let records = text::count(records, "record");
        let block = panel(area.width, "1 What to do", &records, focus, theme);
        let inside = block.inner(area);
        frame.render_widget(block, area);
        let columns = usize::from(inside.width);
        let title = text::shorten(&format!(" {}", self.title), columns);
        let field = format!(" Field  {}", text::safe(&self.field.label()));
        let head = [
            Line::styled(title, theme.muted()),
            Line::from(text::shorten(&field, columns)),
        ];
        let shown = below(inside, head.len() as u16);
        frame.render_widget(Paragraph::new(head.to_vec()), inside);
        let rows = self.rows_of_choices();
        let (first, last) = rows.get(self.at).copied().unwrap_or_default();
        let (all, room) = (
            rows.last().map_or(0, |(_, last)| last + 1),
            usize::from(shown.height),
        );
        self.what_first = first_in_sight(self.what_first, last, all, room).min(first);
        self.what = Lines::new(shown, self.what_first, all).with_bar(
            frame,
            area.right().saturating_sub(1),
            theme,
        );
        let (lines, cursor) = self.choice_lines(columns, theme);
        let lines = lines.into_iter().skip(self.what_first);
        frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), shown);
        let (x, row) = cursor;
        if focus && !shown.is_empty() {
            put_cursor(
                frame,
                shown,
                (x, row.saturating_sub(self.what_first) as u16),
            );
        }
    }

    /// All rows, and where the cursor is among them.
    fn choice_lines(&mut self, columns: usize, theme: Theme) -> (Vec<Line<'static>>, (u16, usize)) {
        let mut lines = Vec::new();
        let mut cursor = (1, 0);
        for (n, choice) in self.choices.iter().enumerate() {
            let chosen = n == self.at;
            let style = if chosen { theme.select() } else { Style::new() };
            let mark = match () {
                () if chosen => ">",
                () if self.previewed == Some(n) => "*",
                () => " ",
            };
            let label = text::shorten(&format!(" {mark} {}", choice.label), columns);
            if chosen {
                cursor = (1, lines.len());
            }
            lines.push(Line::styled(label, style));
            if !choice.note.is_empty() {
                let note = text::shorten(&format!("     {}", choice.note), columns);
                lines.push(Line::styled(note, theme.muted()));
            }
            if let (true, Some((asks, field))) = (chosen, &mut self.typing) {
                let prompt = format!("   {} [", asks.prompt());
                let room = columns.saturating_sub(text::width(&prompt) + 3);
                let (mut line, at) = field.line(room, theme.muted());
                cursor = ((text::width(&prompt) + at) as u16, lines.len());
                line.spans.insert(0, Span::raw(prompt));
                line.spans.push(Span::raw(" ]"));
                lines.push(line);
            }
        }
        (lines, cursor)
    }
}
