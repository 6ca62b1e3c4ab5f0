//! A text to be read: what is known of one thing, line by line.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{Verdict, dialog::wrap, framed};
use crate::tui::{
    action::Action,
    keymap::{Keys, Mode},
    theme::Theme,
    widgets::{
        cursor::put_cursor,
        footer::Hint,
        lines::{Lines, Roll},
    },
};

/// The widest it is made.
const WIDEST: u16 = 96;

/// Columns of what stands before a text.
const LABEL: usize = 11;

/// A part of it. Safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// What it is about, and what is said of that.
    Said(&'static str, String),
    Heading(String),
}

#[derive(Debug)]
pub struct Account {
    title: String,
    rows: Vec<Row>,
    /// The first line that is seen.
    top: usize,
    /// How many lines there were when it was drawn, and how many of them were seen.
    lines: usize,
    seen: usize,
    places: Lines,
}

impl Account {
    pub fn new(title: String, rows: Vec<Row>) -> Self {
        Self {
            title,
            rows,
            top: 0,
            lines: 0,
            seen: 0,
            places: Lines::default(),
        }
    }

    pub fn act(&mut self, action: Action) -> Verdict {
        let page = self.seen.max(1);
        let last = self.lines.saturating_sub(self.seen);
        self.top = match action {
            Action::Back | Action::Leave | Action::Open | Action::Why => return Verdict::Close,
            Action::Up => self.top.saturating_sub(1),
            Action::Down => self.top + 1,
            Action::PageUp => self.top.saturating_sub(page),
            Action::PageDown => self.top + page,
            Action::First => 0,
            Action::Last => last,
            _ => self.top,
        };
        self.top = self.top.min(last);
        Verdict::Stay
    }

    /// Moves what is in sight.
    pub fn roll(&mut self, roll: Roll) {
        let rolled = self.places.roll(roll, 0);
        self.top = rolled.map_or(self.top, |(top, _)| top);
    }

    pub fn hints(&self, keys: Keys) -> Vec<Hint> {
        let close = keys.all(Mode::Moving, Action::Open).first().copied();
        let close = close.map(|key| ((*key).to_owned(), "Close".to_owned()));
        let scroll = ("Up/Down".to_owned(), "Scroll".to_owned());
        let scroll = (self.lines > self.seen).then_some(scroll);
        close.into_iter().chain(scroll).collect()
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let width = area.width.saturating_sub(4).min(WIDEST);
        let columns = usize::from(width).saturating_sub(4);
        let lines: Vec<Line> = (self.rows.iter())
            .flat_map(|row| laid_out(row, columns, theme))
            .collect();
        let most = area.height.saturating_sub(4).max(3);
        let height = (lines.len() as u16 + 2).min(most);
        self.lines = lines.len();
        self.seen = usize::from(height.saturating_sub(2));
        self.top = self.top.min(self.lines.saturating_sub(self.seen));
        let end = (self.top + self.seen).min(self.lines);
        let note = if self.lines > self.seen {
            format!("lines {}-{end} of {}", self.top + 1, self.lines)
        } else {
            String::new()
        };
        let inside = framed(frame, area, (width, height), &self.title, &note, theme);
        self.places = Lines::new(inside, self.top, self.lines);
        let shown = lines.into_iter().skip(self.top).take(self.seen);
        frame.render_widget(Paragraph::new(shown.collect::<Vec<_>>()), inside);
        put_cursor(frame, inside, (1, 0));
    }
}

/// A part in as many lines as it takes, what goes on below what it begins with.
fn laid_out(row: &Row, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    match row {
        Row::Heading(words) => {
            let words = Line::styled(format!(" {words}"), theme.accent());
            vec![Line::default(), words]
        }
        Row::Said(label, words) => {
            let parts = wrap(words, columns.saturating_sub(LABEL)).into_iter();
            let labels = std::iter::once(*label).chain(std::iter::repeat(""));
            let line = |(label, part): (&str, String)| {
                let label = Span::styled(format!(" {label:<LABEL$}"), theme.muted());
                Line::from(vec![label, Span::raw(part)])
            };
            labels.zip(parts).map(line).collect()
        }
    }
}
