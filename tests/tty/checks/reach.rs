//! Check 5: arrows, Enter and Esc lead to everything in the menu of a page. `REDRIVE_ROUNDS` is how much of each menu is done.

use std::collections::BTreeSet;

use tempfile::TempDir;

use super::{number, random, strike};
use crate::{redrive, tty::Tty};

/// The line of the menu under the cursor: its place, how many there are, and its words.
fn chosen(tty: &Tty) -> Option<(usize, usize, String)> {
    let seen = tty.text();
    let title = seen.lines().find(|line| line.contains("┌ Menu: "))?;
    let place = title.split("─ ").last()?.split(" ┐").next()?;
    let (at, of) = place.split_once(" of ")?;
    let column = title[..title.find("┌ Menu: ")?].chars().count();
    let lines = seen
        .lines()
        .map(|line| line.chars().skip(column).collect::<String>());
    let line = lines.into_iter().find(|line| line.starts_with("│ > "))?;
    let words = line.trim_start_matches("│ > ").split('│').next()?;
    Some((at.parse().ok()?, of.parse().ok()?, words.trim().to_owned()))
}

/// Opens the menu of the page that is shown, as whoever has arrows alone.
fn open_menu(tty: &mut Tty, is_first_page: bool) {
    if is_first_page {
        tty.press("\x1b");
    } else {
        tty.press_until("\x1b[A", "Left/Right Choose");
        tty.press_until("\x1b[C", ">Menu");
        tty.press("\r");
    }
    tty.sees("┌ Menu: ");
}

/// Moves down the menu to a line of it, counted from 1.
fn down_to(tty: &mut Tty, line: usize) -> String {
    loop {
        let (at, _, words) = chosen(tty).expect("a menu with a cursor");
        if at == line {
            return words;
        }
        tty.press("\x1b[B");
        tty.waits_for("for the cursor to move", |output| {
            let seen = output.screen.screen().contents();
            seen.contains(&format!(" {} of ", at + 1))
        });
    }
}

/// Moves down the menu to a line that begins so: what was done before can have added lines.
fn down_to_words(tty: &mut Tty, words: &str) {
    let label = |line: &str| line.split("  ").next().unwrap_or_default().to_owned();
    let (first, of, _) = chosen(tty).expect("a menu with a cursor");
    let found = (first..=of).any(|line| label(&down_to(tty, line)) == label(words));
    assert!(found, "{words:?} is in the menu: {}", tty.text());
}

#[test]
fn arrows_and_enter_lead_to_every_line_of_every_menu_and_do_what_it_says() {
    let folder = TempDir::new().unwrap();
    redrive(folder.path(), &["demo", "--rows", "200", "--no-ui"]);
    let mut random = random("reach");
    let mut done = BTreeSet::new();
    for (way, shown) in [
        ("", "Enter Open"),
        ("<ret>", "needs fixing"),
        ("<ret><ret>", "state: needs fixing"),
    ] {
        let start = || {
            let workspace = ["-w", "redrive-demo/redrive.db"];
            let mut tty = Tty::start(folder.path(), 80, 30, &workspace);
            tty.sees("Enter Open");
            if !way.is_empty() {
                tty.press("\r");
                tty.sees("needs fixing");
            }
            strike(&mut tty, way.strip_prefix("<ret>").unwrap_or_default());
            tty.sees(shown);
            tty
        };
        let mut tty = start();
        open_menu(&mut tty, way.is_empty());
        let (_, of, _) = chosen(&tty).expect("a menu with a cursor");
        let lines: Vec<String> = (1..=of).map(|line| down_to(&mut tty, line)).collect();
        let names: BTreeSet<&String> = lines.iter().collect();
        assert_eq!(names.len(), of, "each line is reached: {lines:?}");
        let mut able: Vec<_> = lines.iter().filter(|line| !line.contains("  (")).collect();
        random.shuffle(&mut able);
        let rounds = number("REDRIVE_ROUNDS", 3).min(able.len() as u64);
        for words in able.into_iter().take(usize::try_from(rounds).unwrap()) {
            let mut tty = start();
            let before = tty.text();
            open_menu(&mut tty, way.is_empty());
            down_to_words(&mut tty, words);
            tty.press("\r");
            if words.contains("Quit") {
                tty.ends();
            } else {
                tty.waits_for(&format!("for {words:?} to do something"), |output| {
                    let seen = output.screen.screen().contents();
                    !seen.contains("┌ Menu: ") && seen != before
                });
            }
            done.insert(words.clone());
        }
    }
    println!("done: {done:?}");
}
