//! What the pointer does in the editor.

use ratatui::layout::Position;

use super::Editor;
use crate::tui::{action::Action, event::Cx, pages::Pointed, widgets::lines::Roll};

impl Editor {
    /// Moves the cursor to the field under the pointer, if there is one. A click into the box of the value begins to type in it.
    pub fn point(&mut self, place: Position) -> Pointed {
        self.forget_alike();
        if self.edit_box.contains(place) {
            return Pointed::Button(Action::Edit);
        }
        Pointed::line(self.fields.point(place))
    }

    /// Ticks what is under the pointer in the box, if that can be ticked.
    pub fn point_while_typing(&mut self, place: Position) {
        if let Some(draft) = &mut self.one.draft {
            draft.point(place);
        }
    }

    /// Moves what is in sight of the fields, and the cursor where it would not be any more.
    pub fn roll(&mut self, roll: Roll, cx: &mut Cx) {
        if self.fields.roll(roll) {
            self.forget_alike();
            self.look(cx);
        }
    }
}
