//! Check 17: text that would steer a terminal is seen and does nothing, wide text moves no border, and what is sent is what
//! was received.

use std::{fs, time::Duration};

use tempfile::TempDir;

use super::people::server;
use crate::{ENTER, redrive, tty::Tty, workspace};

const RIGHT: &str = "\x1b[C";

/// Values as JSON text, so that what is sent can be compared byte by byte.
const VALUES: &[&str] = &[
    r"\u001b]52;c;aGFja2Vk\u0007",
    r"\u001b]0;owned\u0007\u001b[31;41mred\u001b[2J",
    "\u{9b}31m c1 \u{9d}0;owned\u{9c}",
    "\u{202e}desrever\u{202c} \u{2066}isolated\u{2069}",
    r"tab\tcr\rlf\nnul\u0000",
    "👨\u{200d}👩\u{200d}👧 family ❤\u{fe0f} heart ☎\u{fe0e}",
    "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af} NFD",
    "は\u{3099}ハ\u{ff9e} ｶﾞ 香港 ＡＢＣ",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301} zalgo",
    "\u{feff}bom \u{ad}soft \u{a0}nbsp \u{2028}line",
];

fn lines() -> Vec<String> {
    let mut values: Vec<String> = VALUES.iter().map(|value| (*value).to_owned()).collect();
    values.push("香é\\u001b[5m".repeat(70_000));
    let line = |(n, value): (usize, &String)| format!(r#"{{"id":"H-{n}","note":"{value}","n":1}}"#);
    values.iter().enumerate().map(line).collect()
}

/// Every row that begins with a border ends with one in the last column.
fn borders_are_straight(tty: &Tty) {
    let screen = tty.screen();
    let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
    let cell = |row, column| {
        screen
            .cell(row, column)
            .map(|cell| cell.contents().to_owned())
    };
    for row in 0..rows {
        let first = cell(row, 0).unwrap_or_default();
        let ends: &[&str] = match &*first {
            "┌" => &["┐"],
            "│" => &["│", "█", "┐", "┘"],
            "└" => &["┘"],
            _ => continue,
        };
        let last = cell(row, columns - 1).unwrap_or_default();
        assert!(
            ends.contains(&&*last),
            "row {row} ends with {last:?}:\n{}",
            tty.text()
        );
    }
}

/// The program's own sequences end there; nothing of the data steers anything.
fn nothing_steers(tty: &Tty) {
    let bytes = tty.bytes();
    let text = String::from_utf8_lossy(&bytes);
    for evil in [
        "\x1b]",
        "\x1b[31;41m",
        "\x1b[2J\x1b[5m",
        "\u{9b}",
        "\u{9d}",
        "\u{202e}",
        "\u{2066}",
        "\x07",
    ] {
        assert!(!text.contains(evil), "{evil:?} was written");
    }
}

#[test]
fn hostile_and_wide_text_is_seen_and_moves_no_border_and_is_sent_as_received() {
    let server = server([]);
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let lines = lines();
    let input = lines.join("\n");
    write("s.json", r#"{"properties": {"n": {"type": "integer"}}}"#);
    let contract = |name: &str| {
        format!(
            "name = '{name}'\nkey = ['/id']\n[schema]\nfile = '{name}.json'\n[[destination]]\nname = 'api'\n\
             kind = 'http'\nurl = '{}'\nenvironment = 'test'\n",
            server.url("/x")
        )
    };
    write("s.toml", &contract("s"));
    write(
        "strict.json",
        r#"{"properties": {"note": {"type": "integer"}}}"#,
    );
    write("strict.toml", &contract("strict"));
    write("in.jsonl", &(input + "\n"));
    let load = [
        "-w",
        "bad.db",
        "load",
        "in.jsonl",
        "--contract",
        "strict.toml",
    ];
    redrive(folder.path(), &load);
    for (columns, rows) in [(80, 24), (100, 30), (161, 40)] {
        let mut tty = Tty::start(folder.path(), columns, rows, &["-w", "bad.db"]);
        tty.sees("Enter Open");
        tty.press(ENTER);
        tty.sees("needs fixing");
        tty.rests(Duration::from_millis(100));
        borders_are_straight(&tty);
        tty.press(RIGHT);
        tty.rests(Duration::from_millis(100));
        borders_are_straight(&tty);
        tty.press(ENTER);
        tty.sees("Fields");
        for _ in 0..lines.len() {
            tty.sees("state: ");
            tty.rests(Duration::from_millis(60));
            borders_are_straight(&tty);
            nothing_steers(&tty);
            tty.press(ENTER);
            tty.rests(Duration::from_millis(60));
            borders_are_straight(&tty);
            tty.press("\x1b");
            tty.rests(Duration::from_millis(60));
            tty.press("]");
        }
        nothing_steers(&tty);
        tty.signal("-TERM");
        tty.ends();
    }
    let load = [
        "-w",
        "ok.db",
        "load",
        "in.jsonl",
        "--contract",
        "s.toml",
        "--keep-passed",
    ];
    redrive(folder.path(), &load);
    let command = [
        "-w",
        "ok.db",
        "send",
        "--yes",
        "--expect",
        &lines.len().to_string(),
    ];
    redrive(folder.path(), &command);
    let mut sent = server.applied();
    let mut received = lines;
    sent.sort();
    received.sort();
    assert!(sent == received, "what was sent is not what was received");
}

#[test]
fn records_that_are_exported_to_a_terminal_steer_nothing_and_into_a_pipe_they_are_as_they_are() {
    let folder = workspace();
    let record = "D-6,\u{1b}]52;c;eA==\u{7}@,Open";
    let more = format!("id,email,stage\n{record}\n");
    fs::write(folder.path().join("more.csv"), more).unwrap();
    redrive(
        folder.path(),
        &["load", "more.csv", "--contract", "deals.toml"],
    );
    let export = ["export", "D-6", "-o", "-"];
    let (_, said) = Tty::start(folder.path(), 80, 24, &export).ends_in_lines();
    assert!(said.contains("D-6,<ESC>]52;c;eA==<BEL>@,Open"), "{said}");
    let piped = redrive(folder.path(), &export);
    assert!(piped.contains(record), "{piped}");
}
