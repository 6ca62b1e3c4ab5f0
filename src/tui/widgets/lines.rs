//! Where the lines of a list are on the screen, so that a click finds the one it is on.

use ratatui::layout::{Position, Rect};

/// The lines of a list as they were drawn last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    area: Rect,
    /// The line at the top of the area.
    first: usize,
    /// How many lines the list has.
    len: usize,
    /// Rows of the screen that each takes.
    height: u16,
}

impl Lines {
    /// `area` is that of the lines alone, without a heading.
    pub fn new(area: Rect, first: usize, len: usize) -> Self {
        Self::of_height(1, area, first, len)
    }

    pub fn of_height(height: u16, area: Rect, first: usize, len: usize) -> Self {
        Self {
            area,
            first,
            len,
            height,
        }
    }

    /// The line there, if any.
    pub fn at(&self, place: Position) -> Option<usize> {
        if !self.area.contains(place) {
            return None;
        }
        let line = self.first + usize::from((place.y - self.area.y) / self.height.max(1));
        (line < self.len).then_some(line)
    }
}

/// The first line that is shown in `room` rows of a list of `len` lines: as before if the line `at` is in sight then, and so
/// that no row stays empty while there are lines above.
pub fn first_in_sight(first: usize, at: usize, len: usize, room: usize) -> usize {
    let room = room.max(1);
    first
        .min(at)
        .max((at + 1).saturating_sub(room))
        .min(len.saturating_sub(room))
}

/// The area without its first rows.
pub fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_scrolled_no_further_than_it_is_filled() {
        for (first, at, len, room, expected) in [
            (0, 0, 3, 10, 0),
            (0, 12, 30, 10, 3),
            (5, 3, 30, 10, 3),
            (5, 8, 30, 10, 5),
            // The list became shorter, or the window larger.
            (20, 25, 26, 10, 16),
            (20, 29, 30, 25, 5),
            (20, 29, 30, 40, 0),
            (4, 0, 0, 10, 0),
            (4, 2, 9, 0, 2),
        ] {
            assert_eq!(
                first_in_sight(first, at, len, room),
                expected,
                "{first} {at}"
            );
        }
    }

    #[test]
    fn a_line_is_found_by_its_rows() {
        let lines = Lines::of_height(2, Rect::new(1, 5, 20, 6), 10, 12);
        let at = |x, y| lines.at(Position::new(x, y));
        assert_eq!(at(1, 5), Some(10));
        assert_eq!(at(20, 6), Some(10));
        assert_eq!(at(1, 7), Some(11));
        assert_eq!(at(1, 9), None, "there are no more");
        assert_eq!(at(0, 5), None);
        assert_eq!(at(1, 11), None);
        assert_eq!(Lines::default().at(Position::ORIGIN), None);
    }
}
