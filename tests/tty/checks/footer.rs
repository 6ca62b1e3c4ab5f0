//! Checks 2, 3 and 6 in a real terminal, on the real example: what stands in the last line, and that it is true.

use tempfile::TempDir;

use crate::{ENTER, tty::Tty};

/// The last line ends at the right edge with what Esc does, and says how to get help.
fn is_told(tty: &Tty) {
    tty.waits_for("for the last line", |output| {
        let screen = output.screen.screen();
        let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
        let text = screen.contents();
        let last = text.lines().nth(usize::from(rows) - 1).unwrap_or_default();
        let width = last.trim_end().chars().count();
        let edge = usize::from(columns) - 2..=usize::from(columns);
        let help = last.contains("? Help  Esc ") || last.contains("F1 Help  Esc ");
        edge.contains(&width) && help
    });
}

#[test]
fn every_page_says_at_every_width_how_to_get_help_and_what_esc_does() {
    let folder = TempDir::new().unwrap();
    let mut tty = Tty::start(folder.path(), 100, 30, &["demo", "--rows", "300"]);
    tty.sees("[DEMO]");
    for (keys, seen) in [
        ("", "Enter Open"),
        ("v", "┌ Values of "),
        ("\x1b", "Esc Menu"),
        ("b", "1 What to do"),
        ("\x1b", "Esc Menu"),
        ("3", "[3 Review"),
        ("4", "[4 Send"),
        ("5", "[5 History"),
        ("2", "needs fixing"),
        (ENTER, "Where it came from"),
        (ENTER, "Editing "),
    ] {
        tty.press(keys);
        tty.sees(seen);
        for (columns, rows) in [(60, 16), (80, 24), (123, 31), (200, 50), (100, 30)] {
            tty.resize(columns, rows);
            is_told(&tty);
        }
    }
    tty.signal("-TERM");
    tty.ends();
}
