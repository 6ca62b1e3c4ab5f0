//! A few things to choose from, each with a letter: what to copy.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::{
    Frame,
    layout::{Constraint, Position, Rect},
    text::Line,
    widgets::{Clear, Paragraph},
};

use super::Verdict;
use crate::{
    text,
    tui::{
        action::Action,
        event::Effect,
        theme::Theme,
        widgets::{footer::Hint, lines::Lines, panel::panel},
    },
};

/// One thing to choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub letter: char,
    /// Safe to print, as is what follows.
    pub label: String,
    pub detail: String,
    pub then: Effect,
}

#[derive(Debug)]
pub struct Letters {
    title: String,
    choices: Vec<Choice>,
    at: usize,
    lines: Lines,
}

impl Letters {
    pub fn new(title: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self {
            title: title.into(),
            choices,
            at: 0,
            lines: Lines::default(),
        }
    }

    pub fn act(&mut self, action: Action) -> Verdict {
        let last = self.choices.len().saturating_sub(1);
        match action {
            Action::Up | Action::PreviousPanel => self.at = self.at.saturating_sub(1),
            Action::Down | Action::NextPanel => self.at = (self.at + 1).min(last),
            Action::PageUp => self.at = 0,
            Action::PageDown => self.at = last,
            Action::Back => return Verdict::Close,
            Action::Open => return self.choose(self.at),
            _ => {}
        }
        Verdict::Stay
    }

    pub fn type_key(&self, key: KeyEvent) -> Verdict {
        let letter = |choice: &Choice| key.code == KeyCode::Char(choice.letter);
        match self.choices.iter().position(letter) {
            Some(at) => self.choose(at),
            None => Verdict::Stay,
        }
    }

    pub fn click(&self, place: Position) -> Verdict {
        self.lines
            .at(place)
            .map_or(Verdict::Stay, |at| self.choose(at))
    }

    fn choose(&self, at: usize) -> Verdict {
        self.choices
            .get(at)
            .map_or(Verdict::Close, |choice| Verdict::Then(choice.then.clone()))
    }

    pub fn hints() -> Vec<Hint> {
        let hint = |key: &str, label: &str| (key.to_owned(), label.to_owned());
        vec![
            hint("Type", "a letter"),
            hint("Up/Down", "Choose"),
            hint("Enter", "Take it"),
        ]
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let width = area.width.saturating_sub(4).min(62);
        let height = self.choices.len() as u16 + 2;
        let area = area.centered(Constraint::Length(width), Constraint::Length(height));
        frame.render_widget(Clear, area);
        let block = panel(area.width, &self.title, "", true, theme);
        let inside = block.inner(area);
        frame.render_widget(block, area);
        self.lines = Lines::new(inside, 0, self.choices.len());
        let columns = usize::from(inside.width);
        let lines: Vec<Line> = (self.choices.iter().enumerate())
            .map(|(at, choice)| {
                let sign = if at == self.at { ">" } else { " " };
                let words = format!(
                    "{sign} {}  {:<20} {}",
                    choice.letter, choice.label, choice.detail
                );
                let words = text::shorten(&words, columns.saturating_sub(1));
                let style = if at == self.at {
                    theme.select()
                } else {
                    ratatui::style::Style::new()
                };
                Line::styled(format!(" {words}"), style)
            })
            .collect();
        frame.render_widget(Paragraph::new(lines), inside);
        let y = inside.y + self.at as u16;
        if inside.contains((inside.x + 1, y).into()) {
            frame.set_cursor_position((inside.x + 1, y));
        }
    }
}
