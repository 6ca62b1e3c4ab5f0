//! What is typed before the record has been read: whoever knows that the first field fails presses Enter twice and types on.

use crossterm::event::KeyEvent;

use super::Editor;
use crate::tui::{action::Action, event::Cx};

/// More is not kept: nobody types on blindly for so long.
const MOST: usize = 200;

/// An Enter that waits for the record, and the text after it. No more than what opens the box and is typed into it, so that
/// nothing is saved, sent or gone to that nobody saw.
#[derive(Debug)]
pub(super) struct Ahead {
    typed: Vec<Typed>,
    /// A key that is no text came: what follows was meant for something else.
    is_over: bool,
}

#[derive(Debug)]
pub(super) enum Typed {
    Key(KeyEvent),
    Paste(String),
}

impl Editor {
    /// An action before the record is there.
    pub(super) fn act_ahead(&mut self, action: Action, cx: &mut Cx) {
        match (action, &mut self.ahead) {
            (Action::Back, ahead) => {
                *ahead = None;
                cx.back();
            }
            (Action::ClearText, Some(ahead)) if !ahead.is_over => ahead.typed.clear(),
            (_, Some(ahead)) => ahead.is_over = true,
            (Action::Open | Action::Edit, ahead) if self.error.is_none() => {
                *ahead = Some(Ahead {
                    typed: Vec::new(),
                    is_over: false,
                });
            }
            _ => {}
        }
    }

    /// Text before the record is there. `false` where no Enter waits for it.
    pub(super) fn type_ahead(&mut self, typed: Typed) -> bool {
        let Some(ahead) = &mut self.ahead else {
            return false;
        };
        if ahead.typed.len() >= MOST {
            ahead.is_over = true;
        }
        if !ahead.is_over {
            ahead.typed.push(typed);
        }
        true
    }

    /// The record is there: the Enter that waited opens the box, and what was typed after it goes into it. Not where what was
    /// kept is offered, which is answered first.
    pub(super) fn catch_up(&mut self, cx: &mut Cx) {
        let Some(ahead) = self.ahead.take() else {
            return;
        };
        if !self.kept.drafts.is_empty() {
            return;
        }
        self.act(Action::Open, cx);
        for typed in ahead.typed {
            if self.draft.is_none() {
                return;
            }
            match typed {
                Typed::Key(key) => self.type_key(key, cx),
                Typed::Paste(text) => self.paste(&text, cx),
            }
        }
    }
}
