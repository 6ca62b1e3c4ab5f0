//! Numbered lines in a terminal that can do nothing else.

use tempfile::TempDir;

use super::{redrive, tty::Tty};

#[test]
fn a_dumb_terminal_gets_the_whole_flow_in_lines_and_never_an_escape_sequence() {
    let folder = TempDir::new().unwrap();
    let mut tty = Tty::start_dumb(folder.path(), &["demo", "--rows", "300"]);
    for (seen, typed) in [
        ("Problems of run 1", "1"),
        ("1. Record ", "1"),
        ("Problem in ", "1"),
        ("Anything else is the new value", "1"),
        ("no problem would be left", "1"),
        ("Saved. The record is ready.", "review"),
        ("Type 1 to send.", "1"),
        ("Of 1 record: 1 sent.", "quit"),
    ] {
        tty.sees_line(seen);
        tty.press(&format!("{typed}\n"));
    }
    let (status, said) = tty.ends_in_lines();
    assert!(status.success());
    assert!(!said.contains('\u{1b}'), "{said:?}");
    let sent = [
        "-w",
        "redrive-demo/redrive.db",
        "records",
        "status:accepted",
        "--json",
    ];
    assert_eq!(redrive(folder.path(), &sent).lines().count(), 1);
}

#[test]
fn an_interrupt_between_two_answers_ends_it_also_after_long_work() {
    let folder = TempDir::new().unwrap();
    let mut tty = Tty::start_dumb(folder.path(), &["demo", "--rows", "300"]);
    tty.sees_line("Problems of run 1");
    tty.press("check\n");
    tty.sees_line("Checked 29 records: 0 ready, 29 to fix.");
    tty.signal("-INT");
    let (status, _) = tty.ends_in_lines();
    assert_eq!(status.exit_code(), 130);
}
