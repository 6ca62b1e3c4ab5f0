//! Check 24: whatever is clicked has a key as well.

use tempfile::TempDir;

use crate::{tty, tty::Tty, workspace};

#[test]
fn the_mouse_is_listened_to_until_it_is_turned_off_and_a_click_opens() {
    let folder = workspace();
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    tty.sees("Stage not in the list");
    let listens = |output: &tty::Output| {
        // Where the pointer goes is said while a button is held, and never else.
        output.screen.screen().mouse_protocol_mode() == vt100::MouseProtocolMode::ButtonMotion
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
    // The frame is there as a whole.
    tty.sees("Enter opens the record.");
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

/// The number of the record that is drawn in the last row of the table, or with the cursor.
fn number(text: &str, is_it: impl Fn(&str) -> bool) -> String {
    let rows = text.lines().filter(|line| line.starts_with('│'));
    let number = |line: &str| {
        let words = line.trim_start_matches(['│', '>', ' ']);
        words.split("  ").next().unwrap_or_default().to_owned()
    };
    let is_row = |line: &&str| number(line).starts_with(|c: char| c.is_ascii_digit());
    let found = rows.filter(is_row).filter(|line| is_it(line)).last();
    found.map(number).unwrap_or_default()
}

#[test]
fn the_wheel_and_a_scrollbar_that_is_dragged_move_what_is_in_sight() {
    let folder = TempDir::new().unwrap();
    let mut tty = Tty::start(folder.path(), 100, 30, &["demo", "--rows", "2000"]);
    tty.sees("Suggested fix");
    tty.press_until("2", "[2 Records");
    tty.sees("needs fixing");
    // The frame is there as a whole.
    tty.sees("Enter opens the record.");
    let first = number(&tty.text(), |line| line.starts_with("│>"));
    let end = number(&tty.text(), |_| true);
    // Three notches in one go: the cursor's record is out of sight by then.
    tty.press(&"\x1b[<65;40;12M".repeat(3));
    tty.waits_for("for other records", |output| {
        let text = output.screen.screen().contents();
        let under = number(&text, |line| line.starts_with("│>"));
        number(&text, |_| true) != end && under != first && !under.is_empty()
    });
    tty.press("\x1b[F");
    tty.waits_for("for the last records", |output| {
        let text = output.screen.screen().contents();
        number(&text, |line| line.starts_with("│>")) == number(&text, |_| true)
    });
    let last = number(&tty.text(), |_| true);
    assert_ne!(last, end);
    // The thumb is in the last row of the bar by now; it is held while the pointer goes up, and beside.
    let (column, row) = place(&tty, "█");
    tty.press(&format!(
        "\x1b[<0;{column};{row}M\x1b[<32;{column};{}M\x1b[<32;50;3M",
        row - 4
    ));
    tty.waits_for("for the first records", |output| {
        number(&output.screen.screen().contents(), |_| true) == end
    });
    tty.press("\x1b[<32;50;40M\x1b[<0;50;40m");
    tty.waits_for("for the last records", |output| {
        number(&output.screen.screen().contents(), |_| true) == last
    });
    // It was let go.
    tty.press("\x1b[<32;50;3M?");
    tty.sees("┌ Help: Records");
    tty.press("\x1b");
    tty.waits_for("for the list", |output| {
        let text = output.screen.screen().contents();
        !text.contains("Help: Records") && number(&text, |_| true) == last
    });
    tty.signal("-TERM");
    tty.ends();
}

#[test]
fn a_double_click_on_a_title_shows_its_box_alone_and_another_one_takes_that_back() {
    let folder = workspace();
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    tty.sees("Stage not in the list");
    tty.sees("About this problem");
    tty.click("About this problem");
    tty.click("About this problem");
    tty.waits_for("for the card alone", |output| {
        let text = output.screen.screen().contents();
        text.lines()
            .any(|line| line.starts_with("┌ About this problem"))
    });
    tty.click("About this problem");
    tty.click("About this problem");
    tty.waits_for("for the list", |output| {
        let text = output.screen.screen().contents();
        !text
            .lines()
            .any(|line| line.starts_with("┌ About this problem"))
    });
    tty.press("q");
    tty.ends();
}
