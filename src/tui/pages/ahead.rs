//! What is pressed and typed before a record has been read: whoever knows that its first field fails presses Enter twice and
//! types on.

use crossterm::event::KeyEvent;

use crate::tui::action::Action;

/// More is not kept: nobody types on blindly for so long.
pub const MOST: usize = 200;

/// An Enter that waits for the record, and the text after it. No more than what opens the box and is typed into it, so that
/// nothing is saved, sent or gone to that nobody saw.
#[derive(Debug, Default)]
pub struct Ahead {
    typed: Vec<Typed>,
    /// A key that is no text came: what follows was meant for something else.
    is_over: bool,
}

/// A piece of text as it came.
#[derive(Debug)]
pub enum Typed {
    Key(KeyEvent),
    Paste(String),
}

impl Ahead {
    /// An action after that Enter, which is no text.
    pub fn act(&mut self, action: Action) {
        match action {
            Action::ClearText if !self.is_over => self.typed.clear(),
            _ => self.is_over = true,
        }
    }

    /// Text after that Enter.
    pub fn push(&mut self, typed: Typed) {
        self.is_over |= self.typed.len() >= MOST;
        if !self.is_over {
            self.typed.push(typed);
        }
    }

    /// What goes into the box that the Enter opens.
    pub fn into_typed(self) -> Vec<Typed> {
        self.typed
    }
}
