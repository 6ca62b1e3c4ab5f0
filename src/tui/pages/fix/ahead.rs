//! Enter before it is known what would help: it waits for that, so that it means the suggestion and not what stands in its place.

use super::{Fix, Panel};
use crate::tui::{
    action::Action,
    event::Cx,
    pages::ahead::{Ahead, Typed},
};

impl Fix {
    /// An action while it is looked what would help. `false` where the page is to carry it out now: whoever has gone to another
    /// line has chosen that.
    pub(super) fn act_ahead(&mut self, action: Action, cx: &mut Cx) -> bool {
        if self.ahead.is_some() && action == Action::Back {
            self.ahead = None;
            return false;
        }
        let is_first = self.at == 0 && self.panel == Panel::What && self.typing.is_none();
        if self.suggesting.is_none() || !is_first {
            return false;
        }
        Ahead::before(&mut self.ahead, action, true);
        if self.ahead.is_some() {
            cx.say("Looking what would help ... The best of it is previewed then.");
        }
        self.ahead.is_some()
    }

    /// What would help is known, or nothing is: the Enter that waited is carried out, and what was typed after it goes into the
    /// box that it opens.
    pub(super) fn catch_up(&mut self, cx: &mut Cx) {
        let Some(ahead) = self.ahead.take() else {
            return;
        };
        self.choose(cx);
        for typed in ahead.into_typed() {
            if self.typing.is_none() {
                return cx.say("What you typed before it was known what would help is not kept.");
            }
            match typed {
                Typed::Key(key) => self.type_key(key, cx),
                Typed::Paste(text) => self.paste(&text, cx),
            }
        }
    }
}
