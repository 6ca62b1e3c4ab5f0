//! Check 12: whoever starts the program again, killed or not, finds the same screen, filter and cursor.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, time::Duration};

use tempfile::TempDir;

use crate::{
    DOWN, ENTER, redrive,
    tty::{Tty, until},
};

const WORKSPACE: [&str; 2] = ["-w", "redrive-demo/redrive.db"];
const WELCOME: &str = "Welcome back. 0 ready, ";

fn demo() -> TempDir {
    let folder = TempDir::new().unwrap();
    redrive(folder.path(), &["demo", "--rows", "600", "--no-ui"]);
    folder
}

fn start(folder: &TempDir, args: &[&str]) -> Tty {
    let state = folder.path().join("state");
    let kept = [("XDG_STATE_HOME", &*state.to_string_lossy())];
    let args = [&WORKSPACE[..], args].concat();
    Tty::start_in(folder.path(), (100, 30), &args, &kept)
}

/// The file that says where somebody was.
fn file(folder: &TempDir) -> PathBuf {
    let mut files = files(folder);
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

/// Beside it lies what is being written.
fn files(folder: &TempDir) -> Vec<PathBuf> {
    let visits = fs::read_dir(folder.path().join("state/redrive/visits"));
    let visits = visits.into_iter().flatten().flatten();
    let paths = visits.map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect()
}

/// Waits until the file has such a line, which it does within a second.
fn keeps(folder: &TempDir, begins: &str, ends: &str) {
    until(&format!("for {begins}...{ends} to be kept"), || {
        let text = files(folder).first().map(fs::read_to_string);
        let text = text.and_then(Result::ok).unwrap_or_default();
        let mut lines = text.lines();
        lines.any(|line| line.starts_with(begins) && line.ends_with(ends))
    });
}

/// The first word of a line behind what it begins with, as in `┌ Cell: name, record 21`.
fn named(screen: &str, begins: &str) -> String {
    let found = screen.split_once(begins);
    let (_, rest) = found.unwrap_or_else(|| panic!("{begins:?} is not in\n{screen}"));
    let rest = rest.trim_start_matches([' ', '!', '~']);
    let end = rest.find([' ', ',']).unwrap_or(rest.len());
    rest[..end].to_owned()
}

/// All that is to be seen but the status line, and what says when something was saved.
fn shown(screen: &vt100::Screen) -> String {
    let text = screen.contents();
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(row, _)| ![0, 28].contains(row));
    lines
        .map(|(_, line)| line.trim_end().to_owned() + "\n")
        .collect()
}

/// What is to be seen once everything has come.
fn seen(tty: &Tty) -> String {
    tty.rests(Duration::from_millis(500));
    shown(&tty.screen())
}

fn comes_back_to(tty: &Tty, before: &str) {
    tty.sees(WELCOME);
    tty.waits_for(&format!("to see again:\n{before}"), |output| {
        shown(output.screen.screen()) == before
    });
}

#[test]
fn killed_or_left_the_next_start_shows_the_same_screen_filter_and_cursor() {
    let folder = demo();
    let mut tty = start(&folder, &[]);
    tty.sees("Suggested fix");
    tty.press(DOWN);
    tty.sees("2 of ");
    tty.press(ENTER);
    tty.sees("needs fixing");
    tty.press("/");
    tty.sees("F1 Help");
    tty.press("row:1..400");
    tty.sees("[ row:1..400 ");
    tty.press(ENTER);
    tty.sees("[row:1..400]");
    tty.press(DOWN);
    tty.press(DOWN);
    tty.press("\x1b[C");
    tty.press("\x1b[C");
    tty.sees("Esc Leave the cell");
    let list = seen(&tty);
    keeps(
        &folder,
        "cell = ",
        &format!("/{}\"", named(&list, "Cell: ")),
    );
    keeps(
        &folder,
        "record = ",
        &format!("= {}", named(&list, ", record ")),
    );
    tty.signal("-KILL");
    drop(tty);

    let mut tty = start(&folder, &[]);
    comes_back_to(&tty, &list);
    tty.press(ENTER);
    tty.sees("Where it came from");
    tty.press(DOWN);
    let record = seen(&tty);
    keeps(
        &folder,
        "field = ",
        &format!("/{}\"", named(&record, "\n│ >")),
    );
    // Left as one leaves, and not only killed.
    tty.signal("-TERM");
    tty.ends();

    let mut tty = start(&folder, &[]);
    comes_back_to(&tty, &record);
    tty.press("\x1b");
    tty.sees("[row:1..400]");
    tty.signal("-TERM");
    tty.ends();
    let mode = fs::metadata(file(&folder)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let names = fs::read_dir(folder.path().join("redrive-demo")).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        names
            .iter()
            .all(|name| !name.to_string_lossy().contains("visit")),
        "{names:?}"
    );
}

#[test]
fn what_is_asked_for_goes_before_what_was_left_and_a_broken_file_is_said_and_made_new() {
    let folder = demo();
    let mut tty = start(&folder, &[]);
    tty.sees("Suggested fix");
    tty.press("5");
    tty.sees("[5 History");
    keeps(&folder, "screen = ", "\"history\"");
    tty.signal("-TERM");
    tty.ends();

    let tty = start(&folder, &["open", "--filter", "row:1..9"]);
    tty.sees("Filter  [row:1..9]");
    assert!(!tty.text().contains(WELCOME));
    tty.signal("-KILL");
    drop(tty);

    let listed = redrive(
        folder.path(),
        &[&WORKSPACE[..], &["records", "--json"]].concat(),
    );
    let fifth = listed.lines().nth(4).unwrap();
    let number = fifth.strip_prefix("{\"record\":").unwrap();
    let number = number.split(',').next().unwrap();
    let tty = start(&folder, &["open", "--row", number]);
    tty.sees(&format!("record {number},"));
    assert!(!tty.text().contains(WELCOME));
    tty.signal("-KILL");
    drop(tty);

    fs::write(file(&folder), "= nothing").unwrap();
    let mut tty = start(&folder, &[]);
    tty.sees("The file of your last visit ");
    tty.sees("[1 Problems");
    tty.press(DOWN);
    keeps(&folder, "screen = ", "\"problems\"");
    tty.press("q");
    tty.sees("[1 Problems");
    tty.signal("-TERM");
    tty.ends();
}

#[test]
fn whoever_is_cut_off_while_typing_comes_back_to_the_record_and_to_what_they_typed() {
    let folder = demo();
    let mut tty = start(&folder, &[]);
    tty.sees("Suggested fix");
    tty.press(ENTER);
    tty.sees("┌ Cell: ");
    tty.press(DOWN);
    let record = named(&seen(&tty), ", record ");
    tty.press("e");
    tty.sees("Esc Cancel");
    tty.press("zzz");
    tty.sees("zzz ");
    // The line is dropped.
    tty.signal("-HUP");
    tty.ends();

    let mut tty = start(&folder, &[]);
    tty.sees("You typed this and did not save it");
    tty.sees(WELCOME);
    tty.sees(&format!("> record {record} "));
    tty.press_until("1", "This is what you typed");
    tty.sees("zzz ");
    tty.signal("-TERM");
    tty.ends();
}
