//! What is typed before the record has been read goes into its first failing field.

use super::Editor;
use crate::tui::{
    action::Action,
    event::Cx,
    pages::ahead::{Ahead, Typed},
};

impl Editor {
    /// An action before the record is there.
    pub(super) fn act_ahead(&mut self, action: Action, cx: &mut Cx) {
        match (action, &mut self.ahead) {
            (Action::Back, ahead) => {
                *ahead = None;
                cx.back();
            }
            (action, Some(ahead)) => ahead.act(action),
            (Action::Open | Action::Edit, ahead) if self.error.is_none() => {
                *ahead = Some(Ahead::default());
            }
            _ => {}
        }
    }

    /// Text before the record is there. `false` where no Enter waits for it.
    pub(super) fn type_ahead(&mut self, typed: Typed) -> bool {
        let waits = self.ahead.is_some();
        if let Some(ahead) = &mut self.ahead {
            ahead.push(typed);
        }
        waits
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
