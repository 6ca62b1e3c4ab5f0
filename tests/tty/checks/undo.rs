//! Check 11: whatever was done can be taken back to the beginning, and brought back to the end. `REDRIVE_ROUNDS` is how much
//! is done.

use tempfile::TempDir;

use super::{number, random, strike};
use crate::{redrive, tty::Tty};

const WORKSPACE: [&str; 2] = ["-w", "redrive-demo/redrive.db"];

/// The records as they are: their text, their state and their problems.
fn states(folder: &TempDir) -> String {
    let tell = |command: &[&str]| redrive(folder.path(), &[&WORKSPACE[..], command].concat());
    let export = tell(&["export", "--format", "ndjson"]);
    assert!(!export.is_empty());
    let kept = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        format!("{} {} {}\n", row["record"], row["status"], row["problems"])
    };
    let rows: String = tell(&["records", "--json"]).lines().map(kept).collect();
    export + &rows
}

/// Something a person may do to records, from the Problems page.
fn anything(random: &mut fastrand::Rng) -> String {
    let downs = |random: &mut fastrand::Rng, most| "<Down>".repeat(random.usize(..most));
    let (group, record, choice) = (downs(random, 12), downs(random, 6), downs(random, 22));
    match random.u8(..9) {
        0..3 => format!("{group}<ret>{record}a"),
        3 => format!("{group}<ret>{record}<Right>e7<ret><ret>"),
        4 => format!("{group}<ret>{record}<ret>e<Ctrl+U>Open<ret><ret>"),
        5 => format!("{group}<ret>{record}o"),
        6 => format!("{group}<ret>{record}<Right><Right><Del>"),
        7 => format!("{group}<ret>{record}xtest<ret>"),
        _ => format!("{group}b{choice}<ret>x=y<ret>A"),
    }
}

#[test]
fn everything_that_was_done_is_taken_back_to_the_beginning_and_brought_back_to_the_end() {
    let folder = TempDir::new().unwrap();
    redrive(folder.path(), &["demo", "--rows", "120", "--no-ui"]);
    let before = states(&folder);
    let mut random = random("undo");
    let mut tty = Tty::start(folder.path(), 100, 30, &WORKSPACE);
    tty.sees("Enter Open");
    for _ in 0..number("REDRIVE_ROUNDS", 12) {
        strike(&mut tty, &anything(&mut random));
        // Back to the first problem, whatever stands in the way.
        tty.press_until("\x1b", "Esc Menu");
        strike(&mut tty, "<Home>");
    }
    let after = states(&folder);
    assert_ne!(after, before, "something was done");
    tty.press_until("u", "Nothing to undo");
    assert!(states(&folder) == before, "all is as it was received");
    tty.press_until("U", "Nothing to redo");
    assert!(states(&folder) == after, "all is as it was before");
    tty.signal("-TERM");
    tty.ends();
}
