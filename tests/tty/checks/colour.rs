//! Checks 15 and 16: no colour is needed, and the terminal's own colours are used.

use std::collections::BTreeSet;

use regex::Regex;
use tempfile::TempDir;

use crate::{DOWN, ENTER, tty::Tty, workspace};

#[test]
fn colour_is_used_only_where_it_is_wanted() {
    let folder = workspace();
    let is_coloured = |wish: &str| {
        let mut tty = Tty::start(folder.path(), 80, 24, &["--color", wish]);
        tty.sees("Enter Open");
        tty.press(ENTER);
        tty.sees("needs fixing");
        let screen = tty.screen();
        let (rows, columns) = screen.size();
        tty.signal("-KILL");
        (0..rows.get()).any(|row| {
            let mut cells = (0..columns.get()).filter_map(|column| screen.cell(row, column));
            cells.any(|cell| cell.fgcolor() != vt100::Color::Default)
        })
    };
    assert!(is_coloured("always"));
    assert!(!is_coloured("never"));
}

/// The numbers of all sequences that choose how text looks.
fn looks(tty: &Tty) -> BTreeSet<String> {
    let bytes = tty.bytes();
    let text = String::from_utf8_lossy(&bytes);
    let found = Regex::new("\x1b\\[([0-9;:]*)m").unwrap();
    found
        .captures_iter(&text)
        .map(|one| one[1].to_owned())
        .collect()
}

/// Walks over a few pages of the example, so that all states of a record are drawn. Gives what was drawn, and how.
fn walk(set: &[(&str, &str)], args: &[&str]) -> (String, BTreeSet<String>) {
    let folder = TempDir::new().unwrap();
    let args = [args, &["demo", "--rows", "300"]].concat();
    let mut tty = Tty::start_in(folder.path(), (100, 30), &args, set);
    tty.sees("Suggested fix");
    tty.press(ENTER);
    tty.sees("a Use suggestion");
    tty.press("a");
    tty.sees("3 Review 1 ");
    tty.press(DOWN);
    tty.press("x");
    tty.sees("Reason");
    tty.press("\x1b[200~a test\x1b[201~");
    tty.press(ENTER);
    tty.sees("set aside");
    let list = tty.text();
    tty.press(ENTER);
    tty.sees("Fields");
    tty.press("\x1b");
    tty.press_until("5", "[5 History");
    tty.press_until("3", "[3 Review");
    tty.sees("S Send");
    let looks = looks(&tty);
    tty.signal("-KILL");
    (list, looks)
}

#[test]
fn without_colour_none_is_sent_and_every_state_is_a_sign_and_a_word() {
    for set in [("NO_COLOR", "1"), ("TERM", "vt100")] {
        let (list, looks) = walk(&[set], &[]);
        let is_colour = |look: &&String| {
            look.split([';', ':']).any(|number| {
                let number: u32 = number.parse().unwrap_or_default();
                matches!(number, 30..=38 | 40..=48 | 58 | 90..=107)
            })
        };
        let coloured: Vec<&String> = looks.iter().filter(is_colour).collect();
        assert!(coloured.is_empty(), "{set:?}: {coloured:?}");
        for seen in ["needs fixing", "ready", "set aside", "│>", "!"] {
            assert!(list.contains(seen), "{set:?}: {seen} is not in\n{list}");
        }
    }
}

#[test]
fn by_default_no_background_is_painted_and_the_terminals_own_colours_are_used() {
    let (_, looks) = walk(&[], &[]);
    for look in &looks {
        let numbers: Vec<u32> = (look.split([';', ':']))
            .map(|number| number.parse().unwrap_or_default())
            .collect();
        let palette = |first: u32| {
            numbers
                .windows(3)
                .any(|of| of[..2] == [first, 5] && of[2] < 16)
        };
        let is_fine = match numbers.first() {
            Some(40..=47 | 100..=107 | 48) => false,
            Some(38) => palette(38),
            Some(58) => palette(58),
            _ => true,
        };
        assert!(is_fine, "{look} is not the terminal's own");
    }
    assert!(looks.len() > 3, "{looks:?}");
}
