//! What goes over the line, and what a person's own configuration does to the screen.

use std::{fs, time::Duration};

use tempfile::TempDir;

use super::{DOWN, ENTER, redrive, tty::Tty, workspace};

/// What a move of the cursor may cost.
const MOVE: usize = 1_500;

#[test]
fn nothing_is_written_while_nothing_happens_and_little_for_a_move_of_the_cursor() {
    let folder = TempDir::new().unwrap();
    let mut tty = Tty::start(folder.path(), 100, 30, &["demo", "--rows", "1000"]);
    tty.sees("Enter Open");
    tty.press(ENTER);
    tty.sees("needs fixing");
    // Twice the time after which it looks whether somebody changed the workspace.
    let mut before = tty.rests(Duration::from_secs(2));
    for _ in 0..3 {
        tty.press(DOWN);
        tty.waits_for("for the cursor to move", |output| {
            output.bytes.len() > before
        });
        let after = tty.rests(Duration::from_millis(300));
        let bytes = after - before;
        assert!(bytes <= MOVE, "{bytes} bytes for one Down");
        before = after;
    }
    tty.signal("-TERM");
    tty.ends();
}

#[test]
fn a_configuration_holds_and_a_mistake_in_it_is_said_in_one_line() {
    let folder = workspace();
    let file = folder.path().join("config/redrive/config.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(
        &file,
        "them = \"dark\"\nctrl_z = \"suspend\"\nglyphs = \"ascii\"\n",
    )
    .unwrap();
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    tty.sees("+ Where records stopped");
    tty.sees("line 1: them is no setting; did you mean theme?");
    tty.press("\x1a");
    tty.waits_for("for the shell", |output| {
        !output.screen.screen().alternate_screen()
    });
    tty.is_stopped();
    tty.signal("-CONT");
    tty.sees("Stage not in the list");
    tty.signal("-KILL");
}

#[test]
fn own_keys_do_what_they_are_said_to_do_and_are_named_on_the_screen() {
    let folder = workspace();
    let file = folder.path().join("config/redrive/config.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "[keys]\nfix_all = [\"B\"]\nmenu = [\"alt+m\"]\n").unwrap();
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    tty.sees("Enter Open  B Fix all");
    tty.press("\x1bm");
    tty.waits_for("for the new key", |output| {
        let seen = output.screen.screen().contents();
        let line = seen.lines().find(|line| line.contains("Fix all like this"));
        line.is_some_and(|line| line.contains(" B "))
    });
    tty.sees("Esc Close menu");
    tty.press("\x1b");
    tty.sees("Esc Menu");
    tty.press("B");
    tty.sees("1 What to do");
    tty.signal("-TERM");
    tty.ends();
    fs::write(&file, "[keys]\nfix_all = [\"x\"]\n").unwrap();
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    tty.sees("line 2: no key is changed: x would be both fix_all and");
    tty.sees("set_aside. Defaults stay.");
    tty.sees("Enter Open  b Fix all");
    tty.press("b");
    tty.sees("1 What to do");
    tty.signal("-TERM");
    tty.ends();
}

#[test]
fn a_filter_is_completed_and_comes_back_another_day() {
    let folder = workspace();
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    tty.sees("Enter Open");
    tty.press("2");
    tty.sees("[2 Records");
    tty.sees("Enter opens the record.");
    tty.press("/");
    tty.sees("Enter Keep this filter");
    tty.press("em");
    tty.sees("email:  field");
    tty.press("\t");
    tty.sees("c@b.example  1");
    tty.press("b");
    tty.press("\t");
    tty.sees("[ email:b@b.example");
    tty.press(ENTER);
    tty.sees("/ to change");
    tty.press(":");
    tty.sees("Commands");
    tty.press("save view only b");
    tty.sees("Enter saves the filter as the view only b.");
    tty.press(ENTER);
    tty.sees("Saved as the view only b.");
    tty.signal("-TERM");
    tty.ends();
    let state = folder.path().join("state");
    let kept = [("XDG_STATE_HOME", &*state.to_string_lossy())];
    let mut tty = Tty::start_in(folder.path(), (100, 30), &[], &kept);
    tty.sees("Welcome back.");
    tty.sees("[email:b@b.example");
    tty.press("\x1b");
    tty.sees("Filter cleared.");
    tty.press("/");
    tty.sees("Enter Keep this filter");
    tty.sees("only b");
    tty.press("\x1b[A");
    tty.sees("[ email:b@b.example");
    tty.sees("1 of 4 records");
    tty.signal("-TERM");
    tty.ends();
    let plain = redrive(folder.path(), &["records", "email:b@b.example", "--json"]);
    assert_eq!(plain.lines().count(), 1);
}
