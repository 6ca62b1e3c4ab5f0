//! The screen in a real pseudo-terminal: it comes up, follows the window, and gives the terminal back however it ends.
//!
//! The 25 checks of the screen, and the tests that make them. All run with every change; what a machine has more time for is
//! asked for with `REDRIVE_ROUNDS` (sizes, edits, problems), `REDRIVE_KILLS` and `REDRIVE_IDLE` (seconds), and `REDRIVE_SEED` repeats a
//! run. Where thousands of cases are wanted, the same screen is driven without a terminal, in `src/tui/tests`.
//!
//! | check | in a terminal | without one |
//! |---|---|---|
//! | 1 first fix in six keys | `checks/first_fix` | |
//! | 2 help and Esc are always seen | `checks/footer` | `footer`: every page, widths 60 to 200 |
//! | 3 the footer tells the truth | `checks/footer`, `checks/mouse` | `footer`: every hint of every page is pressed |
//! | 4 Esc in steps | `checks/esc` | `storm`: from everywhere |
//! | 5 arrows reach everything | `checks/reach` | `reach`: breadth first |
//! | 6 layouts | `checks/footer` | `layout`: every box of every page; the pictures in the tests of each page |
//! | 7 sizes | `checks/resize` | `storm`: 200 on every page |
//! | 8 pastes | `checks/paste` | `storm`: on every page |
//! | 9 Enter again and again | `checks/enter` | `storm`: after every key of every page |
//! | 10 the gate before a send | `checks/gate` | |
//! | 11 undo to the beginning, redo to the end | `checks/undo` | `undo`: edits at random |
//! | 12 kills; the same screen after a start | `checks/kill`, `checks/again` | `visiting`: every page |
//! | 13 a bug gives the terminal back | `checks/restore` | |
//! | 14 stopped and continued | `checks/suspend`, in a shell in tmux too | |
//! | 15 no colour is needed, 16 the terminal's own are used | `checks/colour` | contrast: `theme` |
//! | 17 hostile and wide text | `checks/hostile` | |
//! | 18 quiet on the wire | `checks/wire`, in tmux too | `tui::frames`: what a terminal shows of frames at random |
//! | 19 latency | the benchmark | `storm`: a step costs the same in a list of any length |
//! | 20 nothing is called wrong while one types | `checks/typing` | `preview`, and the tests of the editor |
//! | 21 a preview is what comes | `checks/preview` | `preview`: every method and choice of records |
//! | 22 a send tells the truth | `checks/truth`, `sending` | |
//! | 23 copying | `checks/copy`, in tmux too | |
//! | 24 the mouse | `checks/mouse` | |
//! | 25 numbered lines | `plain` | |

mod checks;
mod doctor;
mod people;
mod picker;
mod picture;
mod plain;
mod quiet;
mod sending;
mod svg;
mod tmux;
mod tty;

use std::{path::Path, process::Command};

use tempfile::TempDir;

use self::{tmux::Tmux, tty::Tty};

const ENTER: &str = "\r";
const DOWN: &str = "\x1b[B";

/// A folder with a workspace: four records need fixing, the first of the largest group with one certain repair.
fn workspace() -> TempDir {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "deals.schema.json",
        br#"{"type": "object", "required": ["id", "email", "stage"], "properties": {
            "id": {"type": "string"}, "email": {"type": "string", "format": "email"},
            "stage": {"enum": ["Open", "Closed Won", "Closed Lost"]}}}"#,
    );
    write(
        "deals.toml",
        b"name = \"deals\"\nkey = [\"/id\"]\n[schema]\nfile = \"deals.schema.json\"\nformats = true\n",
    );
    write(
        "deals.csv",
        b"id,email,stage\nD-1,a@b.example,Open\nD-2,b@b.example,closed won\nD-3,c@b.example,open\nD-4,c@,Open\n\
          D-5,M\xfcller@b.example,Open\n",
    );
    redrive(
        folder.path(),
        &["load", "deals.csv", "--contract", "deals.toml"],
    );
    folder
}

/// Runs the program without a screen.
fn redrive(folder: &Path, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_redrive"))
        .args(args)
        .current_dir(folder)
        .env_remove("REDRIVE_WORKSPACE")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn it_comes_up_and_leaves_the_terminal_as_it_was() {
    let folder = workspace();
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    tty.sees("Stage not in the list");
    assert!(tty.is_taken_over(), "keys come one by one");
    tty.press("q");
    let (status, left) = tty.ends();
    assert!(status.success());
    assert_eq!(left.trim(), "", "nothing is left behind");
}

#[test]
fn one_edit_becomes_a_fix_of_all_like_it_and_the_history_takes_it_back() {
    let folder = TempDir::new().unwrap();
    let mut tty = Tty::start(folder.path(), 100, 30, &["demo", "--rows", "1000"]);
    tty.sees("[DEMO]");
    tty.sees("Enter Open");
    tty.press(ENTER);
    tty.sees("needs fixing");
    tty.press(ENTER);
    // The table offers one too; this is the editor's.
    tty.sees("Try       a Closed Won");
    tty.press("a");
    tty.sees("more like it.");
    tty.press("b");
    tty.sees("1 What to do");
    tty.sees("makes 15 of 22 ready");
    tty.press(ENTER);
    tty.sees("Preview is up to date.");
    tty.press("A");
    tty.sees("Fixed");
    tty.press("5");
    tty.sees("Fix all");
    tty.sees("Enter Records");
    tty.press("u");
    tty.sees("Undone:");
    tty.sees("undone");
    tty.signal("-HUP");
    tty.ends();
    let history = redrive(
        folder.path(),
        &["-w", "redrive-demo/redrive.db", "history", "--json"],
    );
    let kinds: Vec<&str> = ["\"undo\"", "\"fix\"", "\"edit\""]
        .into_iter()
        .filter(|kind| history.contains(&format!("\"kind\":{kind}")))
        .collect();
    assert_eq!(kinds.len(), 3, "{history}");
}

#[test]
fn a_contract_that_changes_while_the_screen_is_open_is_noticed_and_checked_again() {
    let folder = workspace();
    let schema = folder.path().join("deals.schema.json");
    let mut tty = Tty::start(folder.path(), 80, 24, &[]);
    tty.sees("Stage not in the list");
    assert!(!tty.screen().contents().contains("old"));
    let stricter = std::fs::read_to_string(&schema).unwrap();
    // What the third record has is allowed now.
    let stricter = stricter.replace("\"Open\",", "\"Open\", \"open\",");
    std::fs::write(&schema, stricter).unwrap();
    tty.sees("4 verdicts are old: the contract changed.  R checks again");
    tty.press("R");
    tty.sees("Check 4 records again");
    tty.press_until("\t", "[>Check 4 records again ]");
    tty.press(ENTER);
    tty.sees("Checked 4 records: 1 ready, 3 to fix.");
    tty.waits_for("until nothing is old", |output| {
        !output.screen.screen().contents().contains("are old")
    });
    tty.signal("-TERM");
    tty.ends();
    assert!(redrive(folder.path(), &["check"]).contains("Checked 4 records"));
}

#[cfg(unix)]
#[test]
fn what_the_validator_says_is_shown_and_it_is_asked_again_when_a_fix_is_saved() {
    let folder = workspace();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    // It knows one value that the schema cannot rule out.
    write(
        "judge.sh",
        "while read -r line; do case \"$line\" in\n\
         *b@b.example*) echo '{\"errors\": [{\"type\": \"value_error\", \"loc\": [\"email\"], \"msg\": \"b is gone\"}]}' ;;\n\
         *) echo '{\"errors\": []}' ;;\nesac; done\n",
    );
    write(
        "judged.toml",
        "name = \"judged\"\nkey = [\"/id\"]\n[schema]\nfile = \"deals.schema.json\"\nformats = true\n\
         [validator]\ncommand = [\"sh\", \"judge.sh\"]\n",
    );
    write(
        "judged.csv",
        "id,email,stage\nD-1,a@b.example,Open\nD-2,b@b.example,Open\n",
    );
    redrive(
        folder.path(),
        &[
            "-w",
            "judged.db",
            "load",
            "judged.csv",
            "--contract",
            "judged.toml",
        ],
    );
    let mut tty = Tty::start(folder.path(), 80, 24, &["-w", "judged.db"]);
    tty.sees("Validator");
    tty.press(ENTER);
    tty.sees("D-2");
    tty.press(ENTER);
    tty.sees("schema ✓  rule ✓  validator ✗");
    tty.press(ENTER);
    tty.sees("Editing email");
    tty.press("\x15c@b.example");
    tty.sees("[ c@b.example ");
    tty.sees("no problem left after this");
    tty.sees("validator ? asked when saved");
    tty.press(ENTER);
    tty.sees("D-2 is ready.");
    tty.sees("validator ✓");
    tty.signal("-TERM");
    tty.ends();
}
