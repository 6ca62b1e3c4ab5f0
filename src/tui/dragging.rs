//! A scrollbar that is dragged.

use ratatui::layout::Position;

use super::{
    app::App,
    keymap::Mode,
    widgets::{lines::Roll, scrollbar::Scrollbar},
};

/// The scrollbar that is held.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// Where it was pressed, which says of which list it is.
    place: Position,
    /// Where it is held: so far below the upper end of its thumb.
    grip: u16,
    /// The row of the pointer. As long as it stays there, nothing moves.
    row: u16,
}

impl App {
    /// Takes hold of the scrollbar under the pointer, if there is one. Beside its thumb that comes to the pointer first.
    pub(super) fn hold(&mut self, place: Position) -> bool {
        let Some(bar) = self.bar_at(place) else {
            return false;
        };
        let grip = bar.grip(place.y);
        self.held = Some(Held {
            place,
            grip: grip.unwrap_or(bar.middle()),
            row: place.y,
        });
        if grip.is_none() {
            self.roll(place, Roll::To(bar.first_at(place.y, bar.middle())));
        }
        true
    }

    /// The pointer is on another row while a scrollbar is held; it may have left the column.
    pub(super) fn drag(&mut self, row: u16) {
        let Some(held) = self.held.as_mut().filter(|held| held.row != row) else {
            return;
        };
        held.row = row;
        let held = *held;
        // The list may have another length by now, or something lies over it.
        match self.bar_at(held.place) {
            Some(bar) => self.roll(held.place, Roll::To(bar.first_at(row, held.grip))),
            None => self.held = None,
        }
    }

    fn bar_at(&self, place: Position) -> Option<Scrollbar> {
        match &self.overlay {
            Some(overlay) => overlay.bar_at(place),
            None if self.mode() == Mode::Typing => self.pages.top().bar_while_typing(place),
            None => self.pages.top().bar_at(place),
        }
    }
}
