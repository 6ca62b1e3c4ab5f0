//! What the pointer does in the history.

use ratatui::layout::Position;

use super::History;
use crate::tui::{action::Action, event::Cx, pages::Pointed, widgets::lines::Roll};

impl History {
    /// Moves the cursor to the entry under the pointer, or the focus to the card; a button there is pressed.
    pub fn point(&mut self, place: Position, cx: &mut Cx) -> Pointed {
        if self.buttons.point(place) {
            return Pointed::Button(Action::Open);
        }
        self.buttons
            .focus(self.late.iter().any(|area| area.contains(place)));
        let found = self.list.point(place);
        self.ask_for_facts(cx);
        Pointed::line(found)
    }

    /// Moves what is in sight of the list, and the cursor where it would not be any more.
    pub fn roll(&mut self, roll: Roll, cx: &mut Cx) {
        self.list.roll(roll);
        self.ask_for_facts(cx);
    }
}
