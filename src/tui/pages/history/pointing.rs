//! What the pointer does in the history.

use ratatui::layout::Position;

use super::History;
use crate::tui::{event::Cx, widgets::lines::Roll};

impl History {
    /// Moves the cursor to the entry under the pointer, if there is one.
    pub fn point(&mut self, place: Position, cx: &mut Cx) -> bool {
        let found = self.buttons.point(place) || self.list.point(place);
        self.ask_for_facts(cx);
        found
    }

    /// Moves what is in sight of the list, and the cursor where it would not be any more.
    pub fn roll(&mut self, roll: Roll, cx: &mut Cx) {
        self.list.roll(roll);
        self.ask_for_facts(cx);
    }
}
