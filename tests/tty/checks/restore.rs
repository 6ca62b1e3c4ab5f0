//! Check 13: the terminal is given back, whatever happens.

use crate::{tty::Tty, workspace};

#[test]
fn a_termination_gives_the_terminal_back() {
    let folder = workspace();
    for signal in ["-TERM", "-HUP"] {
        let tty = Tty::start(folder.path(), 80, 24, &[]);
        tty.sees("Stage not in the list");
        tty.signal(signal);
        let (status, _) = tty.ends();
        assert!(!status.success(), "{signal}: the parent sees why it ended");
    }
}

#[test]
fn a_bug_in_the_screen_gives_the_terminal_back_and_says_where_the_work_is() {
    let folder = workspace();
    let tty = Tty::start_in(
        folder.path(),
        (80, 24),
        &["--log", "l.jsonl"],
        &[("REDRIVE_TEST_PANIC", "ui")],
    );
    let (status, left) = tty.ends();
    assert!(!status.success());
    assert!(left.contains("Your work is safe."), "{left}");
    assert!(left.contains("redrive.db"), "{left}");
    let log = std::fs::read_to_string(folder.path().join("l.jsonl")).unwrap();
    assert!(log.contains(r#""event":"crash""#), "{log}");
    assert!(
        !log.contains("asked for it"),
        "the place, not the words: {log}"
    );
}

#[test]
fn a_bug_in_a_worker_is_an_error_on_a_screen_that_still_works() {
    let folder = workspace();
    let mut tty = Tty::start_in(
        folder.path(),
        (80, 24),
        &[],
        &[("REDRIVE_TEST_PANIC", "worker")],
    );
    tty.sees("bug");
    tty.press("\x03");
    tty.sees("Ctrl+C again");
    tty.press("\x03");
    let (status, _) = tty.ends();
    assert!(status.success());
}
