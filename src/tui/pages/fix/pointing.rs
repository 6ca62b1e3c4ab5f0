//! What the pointer does: each of the two boxes has a list.

use ratatui::layout::Position;

use super::{Fix, Panel};
use crate::tui::{event::Cx, pages::Pointed, widgets::lines::Roll};

impl Fix {
    /// Moves the cursor to the choice or the record under the pointer, if there is one, and the focus to its box.
    pub fn point(&mut self, place: Position, cx: &mut Cx) -> Pointed {
        let [what, would] = self.boxes.map(|area| area.contains(place));
        if what {
            self.panel = Panel::What;
            let row = self.what.at(place);
            let choice = row.and_then(|row| self.choice_at_row(row));
            self.at = choice.unwrap_or(self.at);
            return Pointed::line(choice.is_some());
        }
        // There is something to look at only once it was looked what would happen.
        if would && !self.listed.is_empty() {
            self.panel = Panel::Would;
            let row = self.lines.at(place);
            self.row = row.unwrap_or(self.row);
            self.ask_for_rows(cx);
            return Pointed::line(row.is_some());
        }
        Pointed::Nothing
    }

    /// Moves what is in sight of the list under the pointer, else of the one with focus.
    pub fn roll(&mut self, place: Position, roll: Roll, cx: &mut Cx) {
        let is_what = match self.boxes.map(|area| area.contains(place)) {
            [true, _] => true,
            [_, true] => false,
            _ => self.panel == Panel::What,
        };
        if is_what {
            self.roll_what(roll);
        } else if let Some((first, row)) = self.lines.roll(roll, self.row) {
            (self.first, self.row) = (first, row.min(self.listed.len().saturating_sub(1)));
            self.ask_for_rows(cx);
        }
    }
}
