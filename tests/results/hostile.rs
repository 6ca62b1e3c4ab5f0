//! The same files as they arrive when something went wrong: cut off, in another encoding, with what JSON does not allow, or with
//! something else in them. Either the load says what is wrong and loads nothing, or each record is kept.

use std::path::Path;

use serde_json::Value;

use crate::{fixtures::LOADED, loaded::Loaded};

/// What is found again in a record, in a problem or in what the load says.
const STRANGER: &str = "zq stranger,of none";

/// Logs hold what their program says of other things too, and nobody is told of each line of it.
const LOGS: [&str; 2] = ["dlt", "sqlldr"];

/// A file of the table, as text; the one in Parquet is none.
fn texts() -> impl Iterator<Item = (String, String, &'static str)> {
    let mut files: Vec<_> = (LOADED.iter())
        .map(|(tool, _, file, format)| (format!("{tool}/{file}"), *format))
        .collect();
    files.dedup();
    files.into_iter().filter_map(|(name, format)| {
        let path = Path::new("tests/data/results").join(&name);
        let text = String::from_utf8(std::fs::read(path).unwrap()).ok()?;
        Some((name, text, format))
    })
}

/// How a load of some bytes ended.
enum Ending {
    Refused { code: String },
    Loaded(Loaded),
}

fn load(name: &str, bytes: &[u8]) -> Ending {
    let run = Loaded::beside(name, bytes);
    let (exit, out, said) = run.call(&["load", "--json", run.file.to_str().unwrap()]);
    match exit {
        Some(0 | 1) => Ending::Loaded(Loaded {
            report: serde_json::from_str(&out).unwrap(),
            said,
            ..run
        }),
        Some(2 | 3) => {
            let fault: Value = serde_json::from_str(said.trim()).unwrap();
            let text = |name: &str| fault["error"][name].as_str().unwrap_or_default().to_owned();
            assert!(
                !text("message").is_empty() && !text("hint").is_empty(),
                "{name}: {said}"
            );
            let (_, runs, _) = run.call(&["runs", "--json"]);
            assert!(
                matches!(runs.trim(), "" | "[]"),
                "{name} was refused and is in the workspace"
            );
            Ending::Refused { code: text("code") }
        }
        _ => panic!("{name}: {exit:?} {said}"),
    }
}

#[test]
fn what_was_cut_off_is_refused_or_said_or_its_last_record_kept() {
    for (name, text, format) in texts() {
        for eighth in 1..8 {
            let bytes = &text.as_bytes()[..text.len() * eighth / 8];
            let name = format!("{name}, {eighth} of 8");
            let Ending::Loaded(run) = load(&name, bytes) else {
                continue;
            };
            let at_line_end = bytes.ends_with(b"\n") || bytes.ends_with(b"\r");
            let last =
                run.rows("SELECT stage FROM problem_group JOIN problem ON grp = id WHERE record = (SELECT max(id) FROM record)");
            let kept = last.iter().any(|problem| problem["stage"] == "parse");
            // What begins like data is data, and a line of CSV may end anywhere.
            let is_data = run.report["format"] != format && run.report["format"] == "csv";
            assert!(
                at_line_end || kept || run.said.contains("cut off") || is_data,
                "{name}: {}",
                run.report
            );
        }
    }
}

#[test]
fn another_encoding_is_named_or_its_records_are_kept() {
    for (name, text, _) in texts() {
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [[&b"\xff\xfe"[..], &wide].concat(), wide] {
            match load(&name, &bytes) {
                Ending::Refused { code } => assert_eq!(code, "input:encoding", "{name}"),
                Ending::Loaded(run) => panic!("{name}: {}", run.report),
            }
        }
        // In Latin-1 an accent is one byte, which in UTF-8 begins a character that does not go on.
        let latin: Vec<u8> = (text.char_indices())
            .map(|(at, c)| {
                if is_inside(&text, at) {
                    0xe9
                } else {
                    u8::try_from(c).unwrap_or(b'?')
                }
            })
            .collect();
        same_or_refused(&name, &text, &latin);
    }
}

#[test]
fn json_that_is_none_is_refused_or_its_records_are_kept() {
    for (name, text, format) in texts() {
        if !text.trim_start().starts_with(['{', '[']) {
            continue;
        }
        let mut halves = String::new();
        for (at, c) in text.char_indices() {
            if is_inside(&text, at) {
                halves.push_str("\\ud800");
            } else {
                halves.push(c);
            }
        }
        same_or_refused(&name, &text, halves.as_bytes());
        let numbers = text.replace(":1,", ":NaN,").replace(": 1,", ": NaN,");
        let numbers = numbers
            .replace(":2}", ":-Infinity}")
            .replace(": 2\n", ": -Infinity\n");
        // Where the number is the place of the record, errors at no place are records of their own.
        if format != "duckdb" {
            same_or_refused(&name, &text, numbers.as_bytes());
        }
    }
}

#[test]
fn what_stands_after_the_results_is_kept_or_said() {
    for (name, text, format) in texts().filter(|(_, _, format)| !LOGS.contains(format)) {
        for stranger in [STRANGER.to_owned(), format!("{{\"{STRANGER}\":1}}")] {
            let bytes = format!("{text}\n{stranger}\n");
            let before = count(&load(&name, text.as_bytes()));
            let ending = load(&name, bytes.as_bytes());
            let Ending::Loaded(run) = &ending else {
                continue;
            };
            let kept = run.rows(&format!(
                "SELECT 1 AS one FROM content WHERE instr(cast(bytes AS TEXT), '{STRANGER}')
                 UNION ALL SELECT 1 FROM problem WHERE instr(message, '{STRANGER}')"
            ));
            let is_told = [
                "zq stranger",
                "without a severity",
                "without a list",
                "passed",
            ]
            .iter()
            .any(|words| run.said.contains(words));
            assert!(
                !kept.is_empty() || is_told || count(&ending) > before,
                "{name} ({format}): {} {}",
                run.report,
                run.said
            );
        }
    }
}

#[test]
fn a_message_of_50_mb_is_refused_with_its_size_or_kept() {
    let words = "0123456789abcdef ".repeat(50_000_000 / 17);
    let pydantic = format!(
        "{{\"record\":{{\"n\":\"x\"}},\"errors\":[{{\"type\":\"int_parsing\",\"loc\":[\"n\"],\"msg\":\"{words}\",\"input\":\"x\"}}]}}\n"
    );
    match load("rejects.ndjson", pydantic.as_bytes()) {
        Ending::Refused { code } => assert_eq!(code, "input:record_too_long"),
        Ending::Loaded(run) => assert_eq!(run.report["rejected"], 1),
    }
    let column = format!("id,n,error_message\n1,x,\"{words}\"\n2,y,no: y\n");
    match load("rejects.csv", column.as_bytes()) {
        Ending::Refused { code } => assert_eq!(code, "input:record_too_long"),
        Ending::Loaded(run) => assert_eq!(run.report["rejected"], 2),
    }
}

/// Whether the blank at `at` stands between two small letters, as it does within values only.
fn is_inside(text: &str, at: usize) -> bool {
    let small = |at: Option<usize>| {
        at.and_then(|at| text.as_bytes().get(at))
            .is_some_and(u8::is_ascii_lowercase)
    };
    text.as_bytes()[at] == b' ' && small(at.checked_sub(1)) && small(Some(at + 1))
}

fn same_or_refused(name: &str, text: &str, bytes: &[u8]) {
    let (before, ending) = (load(name, text.as_bytes()), load(name, bytes));
    let Ending::Loaded(run) = &ending else {
        return;
    };
    let is_one_document = run.report["unparsed"] == 1 && run.report["records"] == 1;
    // What a tool says of a whole table is said and is no record.
    assert!(
        count(&ending) == count(&before) || is_one_document || run.said.contains(" says of "),
        "{name}: {} {}",
        run.report,
        run.said
    );
}

fn count(ending: &Ending) -> u64 {
    match ending {
        Ending::Refused { .. } => 0,
        Ending::Loaded(run) => run.report["rejected"].as_u64().unwrap(),
    }
}
