//! Which part of a list is in sight, as a bar beside it that can be dragged.

use ratatui::{
    Frame,
    layout::{Position, Rect},
};

use crate::tui::theme::Theme;

/// A scrollbar as it was drawn last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scrollbar {
    /// One column, as high as the lines that are in sight.
    track: Rect,
    /// The line at the top.
    first: usize,
    /// The line at the top where the last one is at the bottom.
    most: usize,
    /// Rows of the part that stands for what is in sight.
    thumb: u16,
}

impl Scrollbar {
    /// Beside the list whose line `first` is the first of `room` that are in sight, of `len`. None where all are.
    pub fn new(track: Rect, first: usize, room: usize, len: usize) -> Option<Self> {
        let most = len.saturating_sub(room);
        if most == 0 || track.is_empty() {
            return None;
        }
        let thumb = usize::from(track.height) * room / len;
        Some(Self {
            track,
            first: first.min(most),
            most,
            thumb: (thumb as u16).max(1),
        })
    }

    pub fn is_at(self, place: Position) -> bool {
        self.track.contains(place)
    }

    /// How far below the upper end of the thumb a row is; `None` where that is beside the thumb.
    pub fn grip(self, row: u16) -> Option<u16> {
        let below = row.checked_sub(self.track.y + self.top())?;
        (below < self.thumb).then_some(below)
    }

    /// Where the thumb is held by whoever presses beside it: in its middle.
    pub fn middle(self) -> u16 {
        self.thumb / 2
    }

    /// The line at the top once the thumb, held so far below its upper end, is dragged to a row. On the last row of the track
    /// it is that where the list ends.
    pub fn first_at(self, row: u16, grip: u16) -> usize {
        if row + 1 >= self.track.bottom() {
            return self.most;
        }
        let travel = usize::from(self.track.height - self.thumb).max(1);
        let top = usize::from(row.saturating_sub(self.track.y + grip)).min(travel);
        // To the nearest, so that a thumb that is held still stays where it is.
        (top * self.most + travel / 2) / travel
    }

    pub fn draw(self, frame: &mut Frame, theme: Theme) {
        let top = self.top();
        let thumb = top..top + self.thumb;
        for (row, place) in (0..).zip(self.track.rows()) {
            let symbol = if thumb.contains(&row) { "█" } else { "│" };
            if let Some(cell) = frame.buffer_mut().cell_mut(place.as_position()) {
                cell.set_symbol(symbol).set_style(theme.border());
            }
        }
    }

    /// Rows above the thumb.
    fn top(self) -> u16 {
        let travel = usize::from(self.track.height - self.thumb);
        ((self.first * travel + self.most / 2) / self.most) as u16
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bar(height: u16, first: usize, len: usize) -> Option<Scrollbar> {
        let track = Rect::new(9, 4, 1, height);
        Scrollbar::new(track, first, usize::from(height), len)
    }

    #[test]
    fn a_list_that_fits_has_none() {
        assert_eq!(bar(10, 0, 10), None);
        assert_eq!(bar(0, 0, 10), None);
    }

    proptest! {
        #[test]
        fn the_thumb_is_at_an_end_where_the_list_is(height in 2..60_u16, more in 1..2_000_000_usize) {
            let len = usize::from(height) + more;
            let first = bar(height, 0, len).unwrap();
            prop_assert_eq!(first.top(), 0);
            let last = bar(height, more, len).unwrap();
            prop_assert_eq!(last.top() + last.thumb, height);
            prop_assert_eq!(first.first_at(4, first.middle()), 0);
            prop_assert_eq!(first.first_at(0, 0), 0);
            prop_assert_eq!(first.first_at(4 + height - 1, 0), more);
            prop_assert_eq!(first.first_at(u16::MAX - 1, first.middle()), more);
        }

        #[test]
        fn a_thumb_that_is_dragged_goes_where_it_is_dragged(height in 3..60_u16, more in 1..2_000_000_usize, row in 0..60_u16) {
            let more = more + 60;
            let len = usize::from(height) + more;
            let row = row % height;
            let before = bar(height, 0, len).unwrap();
            let grip = before.middle();
            let first = before.first_at(4 + row, grip);
            prop_assert!(first <= more);
            let after = bar(height, first, len).unwrap();
            let wanted = row.saturating_sub(grip).min(height - before.thumb);
            let is_near = after.top().abs_diff(wanted) <= 1;
            prop_assert!(is_near || first == more, "{} {}", after.top(), wanted);
            // Further down is never further up in the list.
            prop_assert!(before.first_at(5 + row, grip) >= first);
        }
    }
}
