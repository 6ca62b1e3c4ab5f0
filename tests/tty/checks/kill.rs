//! Check 12: killed at any moment while records are edited and fixed, all that was said to be done is there, and nothing
//! half. `REDRIVE_KILLS` is the number of kills.

use tempfile::TempDir;

use super::{number, random};
use crate::{ENTER, redrive, tty::Tty};

const WORKSPACE: [&str; 2] = ["-w", "redrive-demo/redrive.db"];

/// The steps of the history, newest first.
fn steps(folder: &TempDir) -> Vec<String> {
    let args = [&WORKSPACE[..], &["history", "--json"]].concat();
    let history = redrive(folder.path(), &args);
    history.lines().map(str::to_owned).collect()
}

fn is_whole(folder: &TempDir) {
    let args = [&WORKSPACE[..], &["verify", "--json"]].concat();
    let findings = redrive(folder.path(), &args);
    assert!(
        findings.contains("\"ok\":true") && !findings.contains("\"ok\":false"),
        "{findings}"
    );
}

/// How many records are ready.
fn ready(folder: &TempDir) -> usize {
    let args = [&WORKSPACE[..], &["records", "status:ready", "--json"]].concat();
    redrive(folder.path(), &args).lines().count()
}

#[test]
fn killed_while_editing_and_fixing_all_that_was_said_is_there_and_nothing_half() {
    let mut random = random("kills");
    for kill in 0..number("REDRIVE_KILLS", 10) {
        let folder = TempDir::new().unwrap();
        redrive(folder.path(), &["demo", "--rows", "600", "--no-ui"]);
        let (before, ready_before) = (steps(&folder).len(), ready(&folder));
        let mut tty = Tty::start(folder.path(), 100, 30, &WORKSPACE);
        tty.sees("Enter Open");
        tty.sees("Suggested fix");
        let bulk = kill % 3 == 2;
        let mut said = 0;
        if bulk {
            tty.press("b");
            tty.sees("makes ");
            tty.press(ENTER);
            tty.sees("Preview is up to date.");
        } else {
            tty.press(ENTER);
            tty.sees("needs fixing");
            tty.press(ENTER);
            tty.sees("Where it came from");
            tty.sees("Try       a ");
            tty.press("a");
            tty.sees(" left");
            tty.sees("state: ready");
            said = 1;
            tty.press("n");
            tty.sees("Try       a ");
        }
        let written = tty.bytes().len();
        tty.press(if bulk { "A" } else { "a" });
        // Somewhere between the key and the end of all it leads to.
        tty.writes(written + random.usize(0..2_500));
        tty.signal("-KILL");
        let claimed = tty.text();
        let words = if bulk { "Fixed " } else { "state: ready" };
        if claimed.contains(words) {
            said += 1;
        }
        drop(tty);
        is_whole(&folder);
        let made = steps(&folder);
        let new = made.len() - before;
        let most = if bulk { 1 } else { 2 };
        assert!(
            (said..=most).contains(&new),
            "{said} said, {new} there: {made:?}"
        );
        let fixed = ready(&folder) - ready_before;
        match (bulk, new) {
            (true, 0) => assert_eq!(fixed, 0),
            (true, _) => assert!(
                made[0].contains("\"kind\":\"fix\"") && fixed > 0,
                "{made:?}"
            ),
            // A record may have another problem left.
            (false, _) => assert!(fixed <= new, "{fixed} ready by {new} edits"),
        }
    }
}
