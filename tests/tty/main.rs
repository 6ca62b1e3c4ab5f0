//! The screen in a real pseudo-terminal: it comes up, follows the window, and gives the terminal back however it ends.

mod doctor;
mod people;
mod picture;
mod plain;
mod quiet;
mod sending;
mod svg;
mod tty;

use std::{path::Path, process::Command};

use tempfile::TempDir;

use self::tty::Tty;

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
fn it_follows_the_window_and_keeps_what_is_typed() {
    let folder = workspace();
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    tty.sees("About this problem");
    tty.press(ENTER);
    tty.sees("D-2");
    tty.press(ENTER);
    tty.sees("Where it came from");
    tty.press(ENTER);
    tty.sees("Editing stage");
    tty.press(" kept");
    tty.sees("[ closed won kept");
    tty.resize(50, 12);
    tty.sees("needs 60 x 16");
    tty.resize(80, 24);
    tty.sees("[ closed won kept");
    tty.press("\x1b");
    tty.sees("Nothing was changed.");
    tty.signal("-TERM");
    tty.ends();
}

#[test]
fn five_keys_make_the_first_record_of_the_example_ready() {
    let folder = TempDir::new().unwrap();
    let mut tty = Tty::start(folder.path(), 80, 24, &["demo", "--rows", "300"]);
    tty.sees("[DEMO]");
    tty.sees("Enter Open");
    tty.press(ENTER);
    tty.sees("needs fixing");
    tty.press(ENTER);
    tty.sees("Enter Edit");
    tty.press(ENTER);
    tty.sees("Down Suggestions");
    tty.press(DOWN);
    tty.sees("no problem left after this");
    tty.press(ENTER);
    tty.sees("is ready.");
    tty.sees("n Next");
    tty.sees("state: ready");
    tty.signal("-HUP");
    tty.ends();
    let ready = [
        "-w",
        "redrive-demo/redrive.db",
        "records",
        "status:ready",
        "--json",
    ];
    assert_eq!(redrive(folder.path(), &ready).lines().count(), 1);
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
    tty.sees("the same problem: b Fix all");
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
fn a_paste_is_text_and_never_keys() {
    let folder = workspace();
    let mut tty = Tty::start(folder.path(), 80, 24, &[]);
    tty.sees("Enter Open");
    tty.press(ENTER);
    tty.sees("D-2");
    tty.press(ENTER);
    tty.sees("Enter Edit");
    tty.press(ENTER);
    tty.sees("Editing stage");
    tty.press("\x15");
    tty.press("\x1b[200~a\rq\tS\x1b[201~");
    tty.sees("[ a<CR>q<TAB>S");
    tty.signal("-TERM");
    tty.ends();
    assert!(redrive(folder.path(), &["show", "2", "--json"]).contains("\"version\":1"));
}

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
fn a_suspension_gives_the_terminal_back_until_it_is_continued() {
    let folder = workspace();
    let tty = Tty::start(folder.path(), 80, 24, &[]);
    tty.sees("Stage not in the list");
    tty.signal("-TSTP");
    tty.waits_for("for the shell", |output| {
        !output.screen.screen().alternate_screen()
    });
    tty.is_stopped();
    tty.signal("-CONT");
    tty.waits_for("for the screen", |output| {
        output.screen.screen().alternate_screen()
    });
    tty.sees("Stage not in the list");
    tty.signal("-KILL");
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

#[test]
fn colour_is_used_only_where_it_is_wanted() {
    let folder = workspace();
    let is_coloured = |wish: &str| {
        let mut tty = Tty::start(folder.path(), 80, 24, &["--color", wish]);
        tty.sees("Enter Open");
        tty.press(ENTER);
        tty.sees("needs fixing");
        let screen = tty.screen();
        let (rows, columns) = screen.size();
        tty.signal("-KILL");
        (0..rows.get()).any(|row| {
            let mut cells = (0..columns.get()).filter_map(|column| screen.cell(row, column));
            cells.any(|cell| cell.fgcolor() != vt100::Color::Default)
        })
    };
    assert!(is_coloured("always"));
    assert!(!is_coloured("never"));
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

#[test]
fn the_mouse_is_listened_to_until_it_is_turned_off_and_a_click_opens() {
    let folder = workspace();
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    tty.sees("Stage not in the list");
    let listens = |output: &tty::Output| {
        output.screen.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
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

#[test]
fn what_is_copied_reaches_the_terminals_clipboard_and_a_file() {
    let folder = workspace();
    let state = folder.path().join("state");
    let state = state.to_str().unwrap();
    let set = [("XDG_STATE_HOME", state), ("HOME", state)];
    let mut tty = Tty::start_in(folder.path(), (100, 30), &[], &set);
    tty.sees("Stage not in the list");
    tty.press(ENTER);
    tty.sees("D-2");
    tty.press(ENTER);
    tty.sees("Where it came from");
    tty.press("y");
    tty.sees("as received");
    tty.press("J");
    tty.sees("Copied D-2 as received (26 bytes, OSC 52).");
    // "D-2,b@b.example,closed won" in Base64.
    tty.waits_for("for the clipboard", |output| {
        let asked = b"\x1b]52;c;RC0yLGJAYi5leGFtcGxlLGNsb3NlZCB3b24=";
        output.bytes.windows(asked.len()).any(|part| part == asked)
    });
    let file = folder.path().join("state/redrive/clip.txt");
    let kept = std::fs::read_to_string(&file).unwrap();
    assert_eq!(kept, "D-2,b@b.example,closed won");
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "nobody else reads it");
    tty.press("q");
    tty.signal("-TERM");
    tty.ends();
}
