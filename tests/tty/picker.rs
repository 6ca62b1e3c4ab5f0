//! The run picker: from no run at all to one that was loaded, to the example, and to another workspace.

use std::{fs, time::Duration};

use tempfile::TempDir;

use super::{DOWN, ENTER, redrive, tty::Tty, workspace};

const UP: &str = "\x1b[A";
const CLEAR: &str = "\x15";

/// The run picker, reached from the only run with arrows and Enter.
fn picker(screen: &mut Tty) {
    screen.sees("Stage not in the list");
    another(screen);
    screen.sees("Biggest: Stage not in the list");
}

/// The run picker, from the page of a run.
fn another(screen: &mut Tty) {
    screen.press(":");
    screen.sees("┌ Commands");
    screen.press("another run");
    screen.sees(": [ another run ");
    screen.press(ENTER);
    screen.sees("Choose an import run");
}

/// The line below the last run.
fn asks_for_a_path(screen: &mut Tty) {
    screen.press_until(DOWN, "> Try the demo (sample data, stays in its folder)");
    screen.press(UP);
    screen.sees("> Open a file or folder...");
    screen.press(ENTER);
    screen.sees("Path  [");
}

/// Types a path into the prompt.
fn types(screen: &mut Tty, path: &str) {
    screen.press(path);
    screen.sees(&format!("Path  [ {path} "));
}

#[test]
fn a_file_is_opened_from_the_picker_with_arrows_and_enter_and_a_wrong_path_says_so() {
    let folder = workspace();
    fs::write(
        folder.path().join("more.csv"),
        "id,email,stage\nE-1,a@b.example,Open\nE-2,a@,Open\nE-3,b@,Open\n",
    )
    .unwrap();
    let mut screen = Tty::start(folder.path(), 100, 30, &[]);
    picker(&mut screen);
    asks_for_a_path(&mut screen);
    types(&mut screen, "none.csv");
    screen.press(ENTER);
    screen.sees("There is no none.csv. Check the name and the folder.");
    screen.press(CLEAR);
    types(&mut screen, "redrive.db");
    screen.press(ENTER);
    screen.sees("This is the workspace that is open: redrive.db.");
    screen.press(CLEAR);
    types(&mut screen, "mo");
    screen.press("\t");
    screen.sees("Path  [ more.csv ");
    screen.press(ENTER);
    screen.sees("Check it against which contract?");
    // The contract of the run that is there already.
    screen.sees("deals.toml");
    // A question that has just come is deaf for a moment.
    screen.rests(Duration::from_millis(500));
    screen.press(ENTER);
    screen.sees("Loaded deals: 3 records read, 2 rejected.");
    screen.sees("[1 Problems 1]");
    screen.signal("-TERM");
    screen.ends();
    let runs: serde_json::Value =
        serde_json::from_str(&redrive(folder.path(), &["runs", "--json"])).unwrap();
    assert_eq!(runs.as_array().unwrap().len(), 2);
    assert_eq!(runs[0]["rejected"], 2);
}

#[test]
fn the_demo_opens_in_a_workspace_of_its_own_and_the_way_back_is_its_path() {
    let folder = workspace();
    let mut screen = Tty::start(folder.path(), 80, 24, &[]);
    picker(&mut screen);
    screen.press_until(DOWN, "> Try the demo (sample data, stays in its folder)");
    screen.press(ENTER);
    screen.sees("[DEMO]");
    screen.sees("Stage not in the list");
    let seen = screen.text();
    assert!(
        seen.contains("The workspace is redrive-demo/redrive.db now."),
        "{seen}"
    );
    // Back to one's own, by its path.
    another(&mut screen);
    asks_for_a_path(&mut screen);
    types(&mut screen, "redrive.d");
    screen.press("\t");
    screen.sees("Path  [ redrive.db ");
    screen.press(ENTER);
    screen.sees("The workspace is redrive.db now.");
    screen.sees("[1 Problems");
    screen.signal("-TERM");
    screen.ends();
    let runs: serde_json::Value =
        serde_json::from_str(&redrive(folder.path(), &["runs", "--json"])).unwrap();
    assert_eq!(
        runs.as_array().unwrap().len(),
        1,
        "nothing of the demo is in it"
    );
    assert!(folder.path().join("redrive-demo/customers.csv").exists());
}

#[test]
fn a_folder_without_a_workspace_offers_ways_to_one_and_makes_it_with_the_first_run() {
    let folder = TempDir::new().unwrap();
    let workspace = folder.path().join("redrive.db");
    let begins = || {
        let screen = Tty::start(folder.path(), 80, 24, &[]);
        screen.sees("No workspace is here yet. It is made when a first run is loaded.");
        screen.sees("There is no run here yet.");
        screen
    };
    let mut screen = begins();
    screen.press("q");
    assert!(screen.ends().0.success());
    assert!(!workspace.exists(), "nobody needed one");

    fs::write(folder.path().join("more.csv"), "id,email\nE-1,a@\n").unwrap();
    let mut screen = begins();
    asks_for_a_path(&mut screen);
    types(&mut screen, "none.csv");
    screen.press(ENTER);
    screen.sees("There is no none.csv. Check the name and the folder.");
    screen.press(CLEAR);
    types(&mut screen, "more.csv");
    screen.press(ENTER);
    screen.sees("Check it against which contract?");
    screen.rests(Duration::from_millis(500));
    assert!(!workspace.exists(), "nothing is loaded yet");
    screen.press(ENTER);
    screen.sees("Loaded more: 1 record read");
    screen.signal("-TERM");
    screen.ends();
    assert!(workspace.exists());
}

#[test]
fn without_a_workspace_the_demo_is_tried_and_a_terminal_of_lines_is_told_what_to_do() {
    let folder = TempDir::new().unwrap();
    let (status, said) = Tty::start_dumb(folder.path(), &[]).ends_in_lines();
    assert_eq!(status.exit_code(), 3);
    assert!(said.contains("redrive load FILE"), "{said}");
    let (status, said) = Tty::start(folder.path(), 80, 24, &["-w", "named.db"]).ends_in_lines();
    assert_eq!(status.exit_code(), 3, "one that is named is missed: {said}");
    let mut screen = Tty::start(folder.path(), 80, 24, &[]);
    screen.press_until(DOWN, "> Try the demo (sample data, stays in its folder)");
    screen.press(ENTER);
    screen.sees("[DEMO]");
    screen.signal("-TERM");
    screen.ends();
    assert!(!folder.path().join("redrive.db").exists());
}
