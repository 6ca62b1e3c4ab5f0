//! Whether the terminal can move rows that it shows already, instead of getting them again.

use std::ops::Range;

use ratatui::buffer::{Buffer, Cell};

/// More lines than a notch of the wheel moves; a page that is turned has little in common with the one before.
const MOST_LINES: usize = 4;
/// Cells that fewer bytes are written for than it takes to say what moves.
const FEW: i32 = 40;

/// Whole rows that the terminal moves: those at one end go, and blank ones come in at the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scroll {
    pub rows: Range<u16>,
    pub lines: u16,
    pub up: bool,
}

impl Scroll {
    /// The rows to move so that the fewest cells are left to be written before `old` is `new`, a picture of the same size;
    /// `None` where nothing is won. Cells are no bytes: whoever asks compares what both ways come to.
    pub fn find(old: &Buffer, new: &Buffer) -> Option<Self> {
        let (old, new) = (rows(old), rows(new));
        let unmoved: Vec<i32> = old
            .iter()
            .zip(&new)
            .map(|(old, new)| apart(old, new))
            .collect();
        if unmoved.iter().sum::<i32>() <= FEW {
            return None;
        }
        let mut best = None;
        let mut most = FEW;
        for lines in 1..=MOST_LINES.min(new.len().saturating_sub(1)) {
            for up in [true, false] {
                let Some((rows, won)) = best_rows(&old, &new, &unmoved, lines, up) else {
                    continue;
                };
                if won > most {
                    most = won;
                    best = Some(Self {
                        rows: rows.start as u16..rows.end as u16,
                        lines: lines as u16,
                        up,
                    });
                }
            }
        }
        best
    }

    /// Does with a picture what a terminal does.
    pub fn apply(&self, picture: &mut Buffer) {
        let width = usize::from(picture.area.width);
        let (start, end) = (usize::from(self.rows.start), usize::from(self.rows.end));
        let moved = &mut picture.content[start * width..end * width];
        let cells = usize::from(self.lines) * width;
        if self.up {
            moved[..cells].fill(Cell::EMPTY);
            moved.rotate_left(cells);
        } else {
            moved.rotate_right(cells);
            moved[..cells].fill(Cell::EMPTY);
        }
    }
}

/// The rows for which moving them so far wins most, and how many cells that is.
fn best_rows(
    old: &[&[Cell]],
    new: &[&[Cell]],
    unmoved: &[i32],
    lines: usize,
    up: bool,
) -> Option<(Range<usize>, i32)> {
    // The rows that something can come to.
    let (first, from) = if up { (0, lines) } else { (lines, 0) };
    let won = (0..new.len() - lines)
        .map(|row| unmoved[first + row] - apart(old[from + row], new[first + row]));
    let (rows, won) = densest(won)?;
    let rows = rows.start + first..rows.end + first;
    let (moved, bared) = if up {
        (rows.start..rows.end + lines, rows.end..rows.end + lines)
    } else {
        (rows.start - lines..rows.end, rows.start - lines..rows.start)
    };
    let lost: i32 = bared.map(|row| filled(new[row]) - unmoved[row]).sum();
    Some((moved, won - lost))
}

/// The run of numbers with the greatest sum, and that sum; `None` where none is greater than nothing.
fn densest(numbers: impl Iterator<Item = i32>) -> Option<(Range<usize>, i32)> {
    let mut best = None;
    let (mut start, mut sum) = (0, 0);
    for (at, number) in numbers.enumerate() {
        if sum <= 0 {
            (start, sum) = (at, 0);
        }
        sum += number;
        if sum > best.as_ref().map_or(0, |(_, most)| *most) {
            best = Some((start..at + 1, sum));
        }
    }
    best
}

fn rows(picture: &Buffer) -> Vec<&[Cell]> {
    let width = usize::from(picture.area.width).max(1);
    picture.content.chunks(width).collect()
}

/// How many cells of two rows are not the same.
fn apart(one: &[Cell], other: &[Cell]) -> i32 {
    one.iter()
        .zip(other)
        .filter(|(one, other)| one != other)
        .count() as i32
}

/// How many cells of a row are not blank.
fn filled(row: &[Cell]) -> i32 {
    row.iter().filter(|cell| **cell != Cell::EMPTY).count() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[String]) -> Buffer {
        Buffer::with_lines(lines.iter().cloned())
    }

    /// A page with a header, the records from one on, and what stands below them.
    fn list(first: usize) -> Vec<String> {
        let header = ["Records of the run".to_owned()];
        let value = |n: usize| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let records = (first..first + 10).map(|n| format!("CUS-{n:04} {:016x}", value(n)));
        let footer = ["Enter Open  Esc Back".to_owned()];
        header.into_iter().chain(records).chain(footer).collect()
    }

    /// What is moved, and how many cells are left to write.
    fn check(old: &[String], new: &[String], expected: Option<(u16, u16, u16, bool)>, left: i32) {
        let (mut old, new) = (lines(old), lines(new));
        let found = Scroll::find(&old, &new);
        if let Some(scroll) = &found {
            scroll.apply(&mut old);
        }
        let found = found.map(|found| (found.rows.start, found.rows.end, found.lines, found.up));
        assert_eq!(found, expected);
        assert_eq!(apart(&old.content, &new.content), left);
    }

    #[test]
    fn a_list_that_moves_leaves_its_new_lines_to_write() {
        check(&list(1), &list(2), Some((1, 11, 1, true)), 24);
        check(&list(2), &list(1), Some((1, 11, 1, false)), 24);
        check(&list(1), &list(4), Some((1, 11, 3, true)), 72);
    }

    #[test]
    fn what_stands_still_or_has_nothing_in_common_is_not_moved() {
        check(&list(1), &list(1), None, 0);
        let mut other = list(1);
        other[4] = "CUS-9999".to_owned();
        check(&list(1), &other, None, 20);
        let other: Vec<String> = (0..12).map(|row| "#".repeat(row + 3)).collect();
        check(&list(1), &other, None, 156);
    }

    #[test]
    fn a_list_beside_something_else_moves_where_it_is_the_greater_part() {
        let beside = |first: usize, wide: usize| -> Vec<String> {
            let about = (b'a'..).map(|row| char::from(row).to_string().repeat(wide));
            let both = list(first).into_iter().zip(about);
            both.map(|(line, about)| format!("{line:40}{about}"))
                .collect()
        };
        assert!(Scroll::find(&lines(&beside(1, 1)), &lines(&beside(2, 1))).is_some());
        assert_eq!(
            Scroll::find(&lines(&beside(1, 40)), &lines(&beside(2, 40))),
            None
        );
    }

    #[test]
    fn a_picture_without_rows_has_nothing_to_move() {
        check(&[], &[], None, 0);
        check(&["a".repeat(90)], &["b".repeat(90)], None, 90);
    }
}
