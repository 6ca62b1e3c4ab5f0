//! A plain list with a cursor, as several pages have one.

use ratatui::{
    Frame,
    layout::{Position, Rect},
    text::Line,
    widgets::{Block, Paragraph},
};

use crate::{
    text,
    tui::{
        action::Action,
        event::Cx,
        theme::Theme,
        widgets::{
            cursor::put_cursor,
            lines::{Lines, below, first_in_sight},
        },
    },
};

/// Where the cursor is, and the first line that is shown.
#[derive(Debug, Default)]
pub(super) struct List {
    pub at: usize,
    first: usize,
    lines: Lines,
}

impl List {
    /// The cursor is where it was when the page was left in another program.
    pub fn starting_at(cx: &mut Cx) -> Self {
        Self {
            at: std::mem::take(&mut cx.line),
            ..Self::default()
        }
    }

    /// Moves the cursor in a list of so many lines, where the action is a movement.
    pub fn act(&mut self, action: Action, cx: &Cx, len: usize) {
        let page = isize::from(cx.size.height as i16 / 2).max(1);
        match action {
            Action::Up => self.step(-1, len),
            Action::Down => self.step(1, len),
            Action::PageUp => self.step(-page, len),
            Action::PageDown => self.step(page, len),
            Action::First => self.step(isize::MIN, len),
            Action::Last => self.step(isize::MAX, len),
            _ => {}
        }
    }

    /// Moves the cursor to the line under the pointer, if there is one.
    pub fn point(&mut self, place: Position) -> bool {
        let line = self.lines.at(place);
        self.at = line.unwrap_or(self.at);
        line.is_some()
    }

    /// Keeps the cursor on a line when there are so many now.
    pub fn fit(&mut self, len: usize) {
        self.step(0, len);
    }

    fn step(&mut self, by: isize, len: usize) {
        self.at = self.at.saturating_add_signed(by).min(len.saturating_sub(1));
    }

    /// Draws heading and lines into a box, the cursor's line in sight and under the terminal's cursor.
    pub fn draw(
        &mut self,
        frame: &mut Frame,
        area: Rect,
        block: Block,
        heading: String,
        lines: &[String],
        theme: Theme,
    ) {
        let inside = block.inner(area);
        frame.render_widget(block, area);
        let room = usize::from(inside.height.saturating_sub(1)).max(1);
        let at = self.at.min(lines.len().saturating_sub(1));
        self.first = first_in_sight(self.first, at, lines.len(), room);
        self.lines = Lines::new(below(inside, 1), self.first, lines.len());
        let columns = usize::from(inside.width);
        let mut shown = vec![Line::styled(heading, theme.muted())];
        for (place, line) in lines.iter().enumerate().skip(self.first).take(room) {
            let chosen = place == at;
            let sign = if chosen { ">" } else { " " };
            let line = format!(" {sign} {}", fitted(line, columns.saturating_sub(3)));
            let style = if chosen {
                theme.select()
            } else {
                ratatui::style::Style::default()
            };
            shown.push(Line::styled(line, style));
        }
        frame.render_widget(Paragraph::new(shown), inside);
        put_cursor(frame, inside, (1, 1 + (at - self.first) as u16));
    }
}

/// A safe text in exactly so many columns.
pub(in crate::tui) fn fitted(safe: &str, columns: usize) -> String {
    let short = text::shorten(safe, columns);
    let missing = columns.saturating_sub(text::width(&short));
    format!("{short}{}", " ".repeat(missing))
}
