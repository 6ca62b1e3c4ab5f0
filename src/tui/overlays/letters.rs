//! A few things to choose from, each with a letter: what to copy.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::{
    Frame,
    layout::{Position, Rect},
};

use super::{
    Verdict,
    choices::{Choice, Choices},
    ears::Ears,
    framed,
};
use crate::{
    text,
    tui::{
        action::Action,
        event::{Cx, Effect},
        theme::Theme,
        widgets::footer::Hint,
    },
};

/// Columns for what the things are called.
const LABEL: usize = 19;

/// One thing to choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Lettered {
    pub letter: char,
    /// Safe to print, as is what follows.
    pub label: String,
    pub detail: String,
    pub then: Effect,
}

impl Choice for Lettered {
    fn label(&self) -> &str {
        &self.label
    }

    fn note(&self) -> Option<&str> {
        Some(self.detail.as_str()).filter(|note| !note.is_empty())
    }

    fn letter(&self) -> Option<char> {
        Some(self.letter)
    }
}

#[derive(Debug)]
pub struct Letters {
    title: String,
    pub(super) choices: Choices<Lettered>,
    /// Why the last key chose nothing.
    told: String,
    /// It comes by itself, so that not every key is meant for it.
    pub(super) ears: Option<Ears>,
}

impl Letters {
    pub fn new(title: impl Into<String>, choices: Vec<Lettered>) -> Self {
        Self {
            title: title.into(),
            choices: Choices::new(choices).notes_from(LABEL),
            told: String::new(),
            ears: None,
        }
    }

    /// The same where nobody has asked for it: it does not listen before it was seen.
    #[must_use]
    pub fn unasked(mut self) -> Self {
        self.ears = Some(Ears::default());
        self
    }

    pub fn act(&mut self, action: Action, cx: &Cx) -> Verdict {
        if self.is_deaf(cx) {
            return Verdict::Stay;
        }
        match action {
            Action::Back => return Verdict::Close,
            Action::Open => return self.take(),
            _ => self.choices.act(action, cx),
        }
        Verdict::Stay
    }

    pub fn type_key(&mut self, key: KeyEvent, cx: &Cx) -> Verdict {
        let hears = (self.ears.as_mut()).is_none_or(|ears| ears.hear_letter(cx));
        if hears && self.choices.type_key(key) {
            return self.take();
        }
        if let (true, KeyCode::Char(c)) = (hears, key.code) {
            let letters = self.choices.all().iter().map(|one| one.letter.to_string());
            let letters = letters.collect::<Vec<_>>().join(", ");
            let typed = text::safe(c.encode_utf8(&mut [0; 4])).into_owned();
            self.told = format!("There is no {typed} here, only {letters}.");
        }
        Verdict::Stay
    }

    /// Why the last key chose nothing, if so.
    pub fn tip(&self) -> String {
        self.told.clone()
    }

    pub fn click(&mut self, place: Position, cx: &Cx) -> Verdict {
        if !self.is_deaf(cx) && self.choices.click(place) {
            self.take()
        } else {
            Verdict::Stay
        }
    }

    fn is_deaf(&self, cx: &Cx) -> bool {
        (self.ears.as_ref()).is_some_and(|ears| ears.are_deaf(cx))
    }

    fn take(&self) -> Verdict {
        let chosen = self.choices.able();
        chosen.map_or(Verdict::Close, |one| Verdict::Then(one.then.clone()))
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
        let size = (width, self.choices.height() as u16 + 2);
        let inside = framed(frame, area, size, &self.title, "", theme);
        self.choices.draw(frame, inside, 1, theme);
    }
}
