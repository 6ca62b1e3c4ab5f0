//! What the pointer does in the editor.

use ratatui::layout::Position;

use super::Editor;
use crate::tui::{event::Cx, widgets::lines::Roll};

impl Editor {
    /// Moves the cursor to the field under the pointer, if there is one.
    pub fn point(&mut self, place: Position) -> bool {
        self.forget_alike();
        self.fields.point(place)
    }

    /// Moves what is in sight of the fields, and the cursor where it would not be any more.
    pub fn roll(&mut self, roll: Roll, cx: &mut Cx) {
        if self.fields.roll(roll) {
            self.forget_alike();
            self.look(cx);
        }
    }
}
