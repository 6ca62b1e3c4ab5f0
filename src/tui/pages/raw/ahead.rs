//! What is typed before the line has been read goes into its box.

use super::Raw;
use crate::tui::{
    action::Action,
    event::Cx,
    pages::ahead::{Ahead, Typed},
};

impl Raw {
    /// An action before the line is there.
    pub(super) fn act_ahead(&mut self, action: Action, cx: &mut Cx) {
        if matches!(action, Action::Back | Action::Leave) {
            self.ahead = None;
            return cx.back();
        }
        Ahead::before(&mut self.ahead, action, self.error.is_none());
    }

    /// Text before the line is there. `false` where no Enter waits for it.
    pub(super) fn type_ahead(&mut self, typed: Typed) -> bool {
        Ahead::type_before(&mut self.ahead, typed)
    }

    /// The line is there: the Enter that waited opens the box, and what was typed after it goes into it. Not where what was
    /// kept is offered, which is answered first.
    pub(super) fn catch_up(&mut self, cx: &mut Cx) {
        let Some(ahead) = self.ahead.take() else {
            return;
        };
        if self.has_kept || self.draft.is_some() {
            return;
        }
        self.act(Action::Open, cx);
        for typed in ahead.into_typed() {
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
