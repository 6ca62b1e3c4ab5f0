//! Check 24: whatever is clicked has a key as well.

use tempfile::TempDir;

use crate::{tty, tty::Tty, workspace};

#[test]
fn the_mouse_is_listened_to_until_it_is_turned_off_and_a_click_opens() {
    let folder = workspace();
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    tty.sees("Stage not in the list");
    let listens = |output: &tty::Output| {
        output.screen.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
    };
    tty.waits_for("for the mouse", listens);
    tty.click("5 History");
    tty.sees("[5 History");
    tty.sees("Esc Back");
    tty.click("Esc Back");
    tty.sees("[1 Problems");
    tty.press("M");
    tty.waits_for("for the mouse to be left alone", |output| !listens(output));
    tty.press("M");
    tty.waits_for("for the mouse", listens);
    tty.press("q");
    tty.ends();
}

/// Where a text stands, counted from one.
fn place(tty: &Tty, text: &str) -> (usize, usize) {
    let contents = tty.text();
    let mut rows = contents.lines().zip(1..);
    let found = rows.find_map(|(line, row)| Some((line.find(text)?, line, row)));
    let (at, line, row) = found.unwrap_or_else(|| panic!("{text:?} is not in:\n{contents}"));
    (line[..at].chars().count() + 1, row)
}

#[test]
fn rows_headers_hints_and_the_wheel_do_what_their_keys_do() {
    let folder = TempDir::new().unwrap();
    let mut tty = Tty::start(folder.path(), 100, 30, &["demo", "--rows", "300"]);
    tty.sees("Suggested fix");
    tty.press_until("2", "[2 Records");
    tty.sees("needs fixing");
    let third = {
        let text = tty.text();
        let row = text
            .lines()
            .position(|line| line.starts_with("│>"))
            .unwrap()
            + 2;
        let line = text.lines().nth(row).unwrap().to_owned();
        line.trim_start_matches(['│', ' '])
            .split("  ")
            .next()
            .unwrap()
            .to_owned()
    };
    // A click selects, a second one opens.
    tty.click(&format!("  {third}  "));
    tty.waits_for("for the cursor", |output| {
        output
            .screen
            .screen()
            .contents()
            .contains(&format!("│>  {third}"))
    });
    // The wheel moves, wherever it is turned, and sorts nothing.
    let (column, row) = place(&tty, "State");
    tty.sees("sorted by record");
    tty.press(&format!("\x1b[<65;{column};{row}M"));
    tty.waits_for("for the cursor", |output| {
        !output
            .screen
            .screen()
            .contents()
            .contains(&format!("│>  {third} "))
    });
    tty.sees("sorted by record");
    // A title sorts.
    tty.click("State");
    tty.sees("sorted by state");
    tty.sees("Sorted by ");
    tty.sees("needs fixing");
    // A hint is its key.
    tty.click("/ Filter");
    tty.sees("Enter Keep this filter");
    tty.press("\x1b");
    tty.sees("/ Filter");
    // The right button asks what to do.
    let (column, row) = place(&tty, "needs fixing");
    tty.press(&format!("\x1b[<2;{column};{row}M"));
    tty.sees("┌ Menu: Records");
    tty.signal("-TERM");
    tty.ends();
}
