//! What is pressed and typed before a record has been read: whoever knows that its first field fails presses Enter twice and
//! types on.

use crossterm::event::KeyEvent;

use crate::tui::{action::Action, event::Cx};

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

    /// An action before the record is there, other than those that lead away. `can_open` where an Enter may wait for it.
    pub fn before(waiting: &mut Option<Self>, action: Action, can_open: bool) {
        match (action, waiting) {
            (action, Some(ahead)) => ahead.act(action),
            (Action::Open | Action::Edit, waiting) if can_open => *waiting = Some(Self::default()),
            _ => {}
        }
    }

    /// Text before the record is there. `false` where no Enter waits for it.
    pub fn type_before(waiting: &mut Option<Self>, typed: Typed) -> bool {
        let waits = waiting.is_some();
        if let Some(ahead) = waiting {
            ahead.push(typed);
        }
        waits
    }

    /// What goes into the box that the Enter opens.
    pub fn into_typed(self) -> Vec<Typed> {
        self.typed
    }

    /// Nothing opens for the Enter that waits, for a reason that is safe to print: whoever typed after it is told.
    pub fn lose(waiting: &mut Option<Self>, why: &str, cx: &mut Cx) {
        if (waiting.take()).is_some_and(|ahead| !ahead.typed.is_empty()) {
            say_lost(why, cx);
        }
    }
}

/// Says that what was typed ahead found no box, for a reason that is safe to print; it may be empty.
pub fn say_lost(why: &str, cx: &mut Cx) {
    let words = format!("{why} What you typed before the record was shown is not kept.");
    cx.say(words.trim_start());
}
