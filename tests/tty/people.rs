//! Two people at two screens on one workspace: each sees what the other edits, and nobody loses what they typed.

use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use super::{DOWN, ENTER, redrive, tty::Tty, workspace};

const UP: &str = "\x1b[A";
const CLEAR: &str = "\x15";

/// A screen of somebody, who comes for the first time. Where they go is kept beside what is kept of the others.
fn person(folder: &Path, name: &str) -> Tty {
    static BEFORE: AtomicUsize = AtomicUsize::new(0);
    let state = folder.join(format!("state-{}", BEFORE.fetch_add(1, Ordering::Relaxed)));
    let state = state.to_string_lossy();
    let set = [("REDRIVE_USER", name), ("XDG_STATE_HOME", &*state)];
    Tty::start_in(folder, (100, 30), &[], &set)
}

/// A screen of somebody who looks at the first record.
fn at_the_first_record(folder: &Path, name: &str) -> Tty {
    let mut screen = person(folder, name);
    screen.sees("Stage not in the list");
    screen.press("2");
    screen.sees("[2 Records");
    screen.sees("D-2");
    screen.press(ENTER);
    screen.sees("Where it came from");
    screen
}

/// Types a text into the field under the cursor, which is right then.
fn types(screen: &mut Tty, field: &str, text: &str) {
    screen.press(ENTER);
    screen.sees(&format!("Editing {field}"));
    screen.press(CLEAR);
    screen.press(text);
    screen.sees(&format!("[ {text} "));
    screen.sees("OK  ");
}

/// Waits until the offer of what was typed listens, which it does not at first.
fn listens(screen: &mut Tty) {
    screen.press_until(DOWN, "> 0  Forget it");
}

/// Chooses one of the ways a dialog offers, in their order. It is deaf for a moment, so it is looked where the cursor is.
fn chooses(screen: &mut Tty, choice: &str) {
    let ways = ["m  ", "t  ", "o  ", "d  "];
    let at = |line: &str| {
        ways.iter()
            .position(|way| line.contains(&format!("> {way}")))
    };
    let wanted = ways.iter().position(|way| choice.starts_with(way));
    loop {
        let seen = screen.text();
        let here = seen.lines().find_map(at);
        if here == wanted {
            assert!(seen.contains(&format!("> {choice}")), "{seen}");
            break;
        }
        screen.press(if here < wanted { DOWN } else { UP });
        screen.rests(Duration::from_millis(300));
    }
    screen.press(ENTER);
}

fn shown(folder: &Path) -> serde_json::Value {
    serde_json::from_str(&redrive(folder, &["show", "2", "--json"])).unwrap()
}

fn is_gone(screen: &Tty, text: &str) {
    screen.waits_for(&format!("for {text:?} to go"), |output| {
        !output.screen.screen().contents().contains(text)
    });
}

#[test]
fn who_edits_a_record_is_seen_until_they_stop_or_die() {
    let folder = workspace();
    let mut anna = at_the_first_record(folder.path(), "anna");
    let mut bert = person(folder.path(), "bert");
    bert.sees("Stage not in the list");
    bert.press(ENTER);
    bert.sees("D-2");
    anna.press(ENTER);
    anna.sees("Editing stage");
    bert.sees("@2");
    bert.sees("anna is editing this record since");
    bert.press(ENTER);
    bert.sees("Where it came from");
    bert.sees("anna is editing this record since");
    anna.press("\x1b");
    is_gone(&bert, "anna is editing");
    anna.press(ENTER);
    bert.sees("anna is editing this record since");
    anna.signal("-KILL");
    is_gone(&bert, "anna is editing");
    bert.signal("-TERM");
    bert.ends();
}

#[test]
fn what_two_people_changed_in_one_record_is_merged() {
    let folder = workspace();
    let mut anna = at_the_first_record(folder.path(), "anna");
    types(&mut anna, "stage", "Open");
    let mut bert = at_the_first_record(folder.path(), "bert");
    bert.press(UP);
    types(&mut bert, "email", "ben@b.example");
    bert.press(ENTER);
    bert.sees("email is saved.");
    anna.sees("Somebody else changed this record meanwhile.");
    anna.press(ENTER);
    anna.sees("Record 2 changed while you were editing");
    anna.sees("ben@b.example");
    anna.sees("only they");
    chooses(&mut anna, "m  Merge");
    anna.sees("D-2 is ready.");
    bert.sees("state: ready");
    let record = shown(folder.path());
    let now = ["email", "stage"].map(|field| record["current"][field].clone());
    assert_eq!(now, ["ben@b.example", "Open"]);
    for screen in [anna, bert] {
        screen.signal("-TERM");
        screen.ends();
    }
}

/// How many fields somebody typed into and did not save are kept.
fn kept(folder: &Path) -> u64 {
    let counted = redrive(
        folder,
        &["sql", "SELECT count(*) AS kept FROM draft", "--json"],
    );
    let row: serde_json::Value = serde_json::from_str(counted.trim()).unwrap();
    let row = row.get(0).unwrap_or(&row);
    row["kept"].as_u64().unwrap()
}

#[test]
fn what_is_typed_outlives_a_kill_and_is_forgotten_once_it_is_saved() {
    let folder = workspace();
    let mut anna = at_the_first_record(folder.path(), "anna");
    types(&mut anna, "stage", "Open");
    while kept(folder.path()) == 0 {
        anna.rests(Duration::from_millis(300));
    }
    anna.signal("-KILL");

    let mut anna = at_the_first_record(folder.path(), "anna");
    anna.sees("You typed this and did not save it");
    listens(&mut anna);
    anna.press("1");
    anna.sees("Editing stage");
    anna.sees("[ Open ");
    anna.sees("OK  ");
    anna.press(ENTER);
    anna.sees("D-2 is ready.");
    assert_eq!(kept(folder.path()), 0);
    anna.signal("-TERM");
    anna.ends();
}

#[test]
fn what_was_typed_outlives_the_conflict_and_the_program() {
    let folder = workspace();
    let mut anna = at_the_first_record(folder.path(), "anna");
    types(&mut anna, "stage", "Open");
    let mut bert = at_the_first_record(folder.path(), "bert");
    types(&mut bert, "stage", "Closed Lost");
    bert.press(ENTER);
    bert.sees("D-2 is ready.");
    anna.press(ENTER);
    anna.sees("both changed");
    anna.signal("-KILL");

    let mut anna = at_the_first_record(folder.path(), "anna");
    anna.sees("You typed this and did not save it");
    listens(&mut anna);
    anna.press("1");
    anna.sees("Editing stage");
    anna.sees("[ Open ");
    anna.sees("OK  ");
    anna.press(ENTER);
    anna.sees("both changed");
    anna.press_until("d", "not saved: stage");
    assert_eq!(shown(folder.path())["current"]["stage"], "Closed Lost");
    anna.press(ENTER);
    anna.sees("[ Open ");
    anna.sees("OK  ");
    // Whoever is told to end keeps it as well.
    anna.signal("-TERM");
    anna.ends();

    let mut anna = at_the_first_record(folder.path(), "anna");
    anna.sees("You typed this and did not save it");
    listens(&mut anna);
    anna.press("1");
    anna.sees("[ Open ");
    anna.sees("OK  ");
    anna.press(ENTER);
    anna.sees("both changed");
    chooses(&mut anna, "o  Overwrite theirs");
    anna.sees("D-2 is ready.");
    is_gone(&anna, "not saved");
    anna.signal("-TERM");
    anna.ends();
    let record = shown(folder.path());
    assert_eq!(record["current"]["stage"], "Open");
    let history = redrive(folder.path(), &["history"]);
    assert!(history.contains("closed won -> Closed Lost"), "{history}");
    let found = redrive(folder.path(), &["verify"]);
    assert!(!found.contains('!'), "{found}");
    bert.signal("-TERM");
    bert.ends();
}
