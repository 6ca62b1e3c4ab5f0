//! Check 21: a preview says what comes, and changes nothing. `REDRIVE_ROUNDS` is how many ways to fix are tried for each choice
//! of records.

use std::collections::BTreeMap;

use tempfile::TempDir;

use super::{number, random, strike};
use crate::{redrive, tty::Tty};

const WORKSPACE: [&str; 2] = ["-w", "redrive-demo/redrive.db"];

/// The ways that ask for no value, by how many keys down they are.
const WAYS: [(&str, usize); 5] = [
    ("Map ", 0),
    ("Trim and tidy text", 5),
    ("Rewrite a date, day first", 6),
    ("Rewrite a date, month first", 7),
    ("Rewrite a date, leave", 8),
];

/// Each record by its number: its text and its state.
fn states(folder: &TempDir) -> BTreeMap<u64, (String, String)> {
    let tell = |command: &[&str]| redrive(folder.path(), &[&WORKSPACE[..], command].concat());
    let texts = tell(&["export", "--format", "ndjson"]);
    let rows = tell(&["records", "--json"]);
    let row = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
    let texts: BTreeMap<String, &str> = (texts.lines())
        .map(|line| (row(line)["customer_id"].to_string(), line))
        .collect();
    let state = |line: &str| {
        let row = row(line);
        let text = texts.get(&row["key"].to_string()).copied();
        let id = row["record"].as_u64().unwrap();
        (
            id,
            (
                text.unwrap_or_default().to_owned(),
                row["status"].to_string(),
            ),
        )
    };
    rows.lines().map(state).collect()
}

/// The number after some words of the preview.
fn counted(seen: &str, words: &str) -> usize {
    let line = seen.lines().find(|line| line.contains(words));
    let number = line.and_then(|line| line.split(words).nth(1)?.split_whitespace().next());
    number.map_or(0, |number| number.parse().unwrap())
}

/// What the preview shows of single records: number, value after, and what it comes to.
fn promised(seen: &str) -> Vec<(u64, String, bool)> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split("[x] ").nth(1)?.split("  ").collect();
        let cells: Vec<&str> = (cells.into_iter().map(str::trim))
            .filter(|cell| !cell.is_empty() && *cell != "│")
            .collect();
        let [id, _, after, result, ..] = cells[..] else {
            return None;
        };
        Some((id.parse().ok()?, after.to_owned(), result.contains("ready")))
    };
    seen.lines().filter_map(row).collect()
}

#[test]
fn what_a_preview_says_is_what_comes_and_until_then_nothing_is_changed() {
    let folder = TempDir::new().unwrap();
    redrive(folder.path(), &["demo", "--rows", "200", "--no-ui"]);
    let before = states(&folder);
    let mut random = random("preview");
    let mut fixed = 0;
    for (keys, records) in [
        ("b", "6 records"),
        ("<ret>/row:1..120<ret>b", "5 records"),
        ("<ret> <Down><Down> b<ret>", "2 records"),
    ] {
        let mut ways = WAYS;
        // The first one fixes something; which others are tried changes with the seed.
        random.shuffle(&mut ways[1..]);
        let rounds = usize::try_from(number("REDRIVE_ROUNDS", 2)).unwrap();
        for (way, down) in ways.into_iter().take(rounds) {
            let mut tty = Tty::start(folder.path(), 100, 40, &WORKSPACE);
            tty.sees("Enter Open");
            tty.sees("Suggested fix");
            strike(&mut tty, keys);
            tty.sees("1 What to do");
            tty.sees("> Map ");
            tty.sees(&format!(" {records} ┐"));
            strike(&mut tty, &"<Down>".repeat(down));
            tty.sees(&format!("> {way}"));
            tty.press("\r");
            tty.sees("Preview is up to date.");
            let seen = tty.text();
            assert_eq!(states(&folder), before, "a preview changes nothing");
            let (ready, rows) = (counted(&seen, "will be ready to send"), promised(&seen));
            tty.press("A");
            let applies = seen.contains("A Apply to ");
            if applies {
                tty.sees("Fixed ");
            }
            let after = states(&folder);
            let place = format!("{keys}, {way}:\n{seen}");
            let is_ready = |(_, state): &(String, String)| state == "\"ready\"";
            let now_ready = after.values().filter(|state| is_ready(state)).count();
            assert_eq!(now_ready, ready, "{place}");
            for (id, value, will_be_ready) in rows {
                assert_eq!(is_ready(&after[&id]), will_be_ready, "{place}");
                assert!(after[&id].0.contains(&value), "record {id}, {place}");
            }
            assert_eq!(after != before, applies, "{place}");
            if applies {
                fixed += 1;
                tty.press("u");
                tty.sees("Undone");
            }
            assert_eq!(states(&folder), before, "{place}");
            tty.signal("-TERM");
            tty.ends();
        }
    }
    assert!(fixed >= 3, "only {fixed} fixes changed anything");
}
