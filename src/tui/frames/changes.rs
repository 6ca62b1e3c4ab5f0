//! Which cells are to be written so that one picture becomes another.

use std::ops::Range;

use ratatui::buffer::{Buffer, Cell, CellWidth};

use crate::text;

/// So few columns that writing them again takes fewer bytes than going over them.
const GAP: usize = 4;

/// The cells to write, in this order, so that a terminal that shows `old` shows `new`, a picture of the same size.
///
/// A cell counts for all columns it is seen in, so that whatever a wide character was written over, or leaves behind, is
/// written too. Not `Buffer::diff`: what a wide character leaves takes the colours of what is written over its other half,
/// and that does not see it.
pub fn changes(old: &Buffer, new: &Buffer) -> Vec<(u16, u16, Cell)> {
    let width = usize::from(new.area.width);
    let mut found = Vec::new();
    for y in 0..new.area.height {
        let start = usize::from(y) * width;
        let old = &old.content[start..start + width];
        let new = &new.content[start..start + width];
        if old != new {
            row(y, old, new, &mut found);
        }
    }
    found
}

fn row(y: u16, old: &[Cell], new: &[Cell], found: &mut Vec<(u16, u16, Cell)>) {
    let was = seen(old);
    // Up to here the terminal may show something else than what it was told.
    let mut doubtful = 0;
    // What was written last ends here.
    let mut written = new.len();
    let mut x = 0;
    while x < new.len() {
        let cell = &new[x];
        let end = (x + columns(cell)).min(new.len());
        let is_kept = (x..end).all(|at| was[at] == x) && (old[x] == *cell);
        if !is_kept || x < doubtful {
            // Some terminals take less room for a cluster than they should: what they leave is blank.
            for at in x + 1..end {
                if is_cluster(cell) {
                    found.push((at as u16, y, blank(cell)));
                }
            }
            let again = gap(new, written, x);
            found.extend(again.map(|at| (at as u16, y, new[at].clone())));
            found.push((x as u16, y, cell.clone()));
            written = end;
            doubtful = doubtful.max(x + reach(cell));
        }
        x = end;
    }
}

/// The columns to write again on the way from what was written last: letters that look the same as what is before them.
fn gap(cells: &[Cell], written: usize, next: usize) -> Range<usize> {
    let none = next..next;
    let Some(before) = (1..next).contains(&written).then(|| &cells[written - 1]) else {
        return none;
    };
    let is_plain = |cell: &Cell| cell.symbol().is_ascii() && cell.style() == before.style();
    if next - written <= GAP && is_plain(before) && cells[written..next].iter().all(is_plain) {
        written..next
    } else {
        none
    }
}

/// For each column, the column of the cell that is seen there.
fn seen(cells: &[Cell]) -> Vec<usize> {
    let mut seen = Vec::with_capacity(cells.len());
    while seen.len() < cells.len() {
        let x = seen.len();
        let end = (x + columns(&cells[x])).min(cells.len());
        seen.resize(end, x);
    }
    seen
}

fn columns(cell: &Cell) -> usize {
    usize::from(cell.cell_width().max(1))
}

/// How many columns a cell may take in a terminal that shows each of its characters for itself.
pub(super) fn reach(cell: &Cell) -> usize {
    let mut one = [0; 4];
    let each = |c: char| text::width(c.encode_utf8(&mut one));
    columns(cell).max(cell.symbol().chars().map(each).sum())
}

/// Whether a cell holds several characters: a picture, a letter with its mark. Not every terminal joins them in the same way.
fn is_cluster(cell: &Cell) -> bool {
    cell.symbol().chars().nth(1).is_some()
}

fn blank(cell: &Cell) -> Cell {
    let mut blank = cell.clone();
    blank.set_symbol(" ");
    blank
}

#[cfg(test)]
mod tests {
    use ratatui::style::{Modifier, Style};

    use super::*;

    /// What is written, with the column each cell is written at.
    fn check(old: &Buffer, new: &Buffer, expected: &str) {
        let written = changes(old, new);
        let words = written
            .iter()
            .map(|(x, y, cell)| format!("{x},{y} '{}'", cell.symbol()));
        assert_eq!(words.collect::<Vec<_>>().join("  "), expected);
    }

    fn lines<const N: usize>(lines: [&str; N]) -> Buffer {
        Buffer::with_lines(lines.map(str::to_owned))
    }

    #[test]
    fn what_stays_is_not_written() {
        check(&lines(["abc", "def"]), &lines(["abc", "def"]), "");
        check(&lines(["abc", "def"]), &lines(["abc", "dxf"]), "1,1 'x'");
        check(&lines(["日本"]), &lines(["日木"]), "2,0 '木'");
    }

    #[test]
    fn a_few_letters_between_are_written_again_instead_of_gone_over() {
        check(
            &lines(["abcd"]),
            &lines(["xbcy"]),
            "0,0 'x'  1,0 'b'  2,0 'c'  3,0 'y'",
        );
        check(&lines(["abcdefg"]), &lines(["xbcdefy"]), "0,0 'x'  6,0 'y'");
        check(&lines(["a日b"]), &lines(["x日y"]), "0,0 'x'  3,0 'y'");
        check(
            &lines(["ab", "cd"]),
            &lines(["ax", "yd"]),
            "1,0 'x'  0,1 'y'",
        );
    }

    #[test]
    fn another_look_of_the_same_letter_is_written() {
        let mut bold = lines(["abc"]);
        bold[(1, 0)].set_style(Style::new().add_modifier(Modifier::BOLD));
        check(&lines(["abc"]), &bold, "1,0 'b'");
    }

    #[test]
    fn both_halves_of_a_wide_character_are_written_over() {
        check(&lines(["日x"]), &lines(["a x"]), "0,0 'a'  1,0 ' '");
        check(&lines(["日x"]), &lines([" bx"]), "0,0 ' '  1,0 'b'");
        check(&lines(["a日"]), &lines(["日b"]), "0,0 '日'  2,0 'b'");
    }

    #[test]
    fn what_terminals_disagree_about_is_followed_by_what_stands_there() {
        // Three people of two columns each where nobody joins them.
        let family = "👨\u{200d}👩\u{200d}👧";
        let (old, new) = (lines(["  abcdef"]), lines([&format!("{family}abcdef")]));
        let (_, rest): (Vec<_>, Vec<_>) = changes(&old, &new)
            .into_iter()
            .partition(|(_, _, cell)| cell.symbol() == family);
        let rest: String = rest.iter().map(|(_, _, cell)| cell.symbol()).collect();
        assert_eq!(rest, " abcd");
        check(
            &lines(["abc"]),
            &lines(["❤\u{fe0f}c"]),
            "1,0 ' '  0,0 '❤\u{fe0f}'",
        );
    }

    #[test]
    fn what_a_terminal_leaves_of_a_halfwidth_letter_with_its_sound_mark_is_blank() {
        // Three columns for ratatui, two or one for terminals.
        let new = lines(["aﾊﾟd "]);
        check(
            &lines(["abcde"]),
            &new,
            "2,0 ' '  3,0 ' '  1,0 'ﾊﾟ'  4,0 'd'",
        );
        check(&new, &new, "");
        // The blank looks like the letter.
        let mut marked = new;
        marked.set_style(marked.area, Style::new().add_modifier(Modifier::REVERSED));
        let written = changes(&lines(["abcde"]), &marked);
        assert!(
            written
                .iter()
                .all(|(_, _, cell)| cell.modifier == Modifier::REVERSED)
        );
        // One character is counted alike everywhere.
        check(&lines(["abcd"]), &lines(["a日d"]), "1,0 '日'");
    }
}
