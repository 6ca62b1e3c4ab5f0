//! Somebody steps through a list: what stands beside it can wait until the cursor rests, where it is much to write.

use std::time::Instant;

use super::{action::Action, app::App, frames::Late, keymap::Mode, pace::REST};

impl App {
    /// Remembers that the cursor of a page is moved by a line, and when.
    pub(super) fn note_step(&mut self, action: Action, mode: Mode) {
        let is_step = matches!(action, Action::Up | Action::Down);
        let is_list = mode == Mode::Moving && self.tab.is_none();
        self.stepped = self.cx.now.filter(|_| is_step && is_list);
    }

    /// The parts of what was drawn last that can wait: details of what is under the cursor, as long as that moves.
    pub(super) fn late(&self) -> Late {
        let since = |then: &Instant| {
            self.cx
                .now
                .is_some_and(|now| now.duration_since(*then) < REST)
        };
        let step = self.stepped.filter(since);
        let parts = match (step, &self.overlay) {
            (Some(_), None) => self.pages.top().late(),
            _ => Vec::new(),
        };
        Late { parts, step }
    }
}
