//! What the pointer does: each of the two boxes has a list.

use ratatui::layout::Position;

use super::{Fix, Panel};
use crate::tui::{event::Cx, widgets::lines::Roll};

impl Fix {
    /// Moves the cursor to the choice or the record under the pointer, if there is one.
    pub fn point(&mut self, place: Position, cx: &mut Cx) -> bool {
        let choice = self.what.at(place).and_then(|row| self.choice_at_row(row));
        if let Some(choice) = choice {
            (self.panel, self.at) = (Panel::What, choice);
            return true;
        }
        let Some(row) = self.lines.at(place) else {
            return false;
        };
        (self.panel, self.row) = (Panel::Would, row);
        self.ask_for_rows(cx);
        true
    }

    /// Moves what is in sight of the list under the pointer, else of the one with focus.
    pub fn roll(&mut self, place: Position, roll: Roll, cx: &mut Cx) {
        let is_what = match (self.what.is_at(place), self.lines.is_at(place)) {
            (true, _) => true,
            (_, true) => false,
            (false, false) => self.panel == Panel::What,
        };
        if is_what {
            self.roll_what(roll);
        } else if let Some((first, row)) = self.lines.roll(roll, self.row) {
            (self.first, self.row) = (first, row.min(self.listed.len().saturating_sub(1)));
            self.ask_for_rows(cx);
        }
    }
}
