//! The key and two `[[unique]]` while a run is loaded, and what is known of them afterwards.

use std::collections::HashMap;

use super::*;
use crate::{
    check::is_unique,
    fix::Change,
    model::Path,
    ops::{CheckRequest, check, edit, verify},
};

/// The key, an email, and a pair that only warns; `n` is a small number.
const CONTRACT: &str = r#"
name = "people"
key = ["/id"]

[schema]
file = "s.json"

[[unique]]
fields = ["/mail"]

[[unique]]
id = "PAIR"
fields = ["/n", "/t"]
severity = "warning"
"#;

const SCHEMA: &str = r#"{"properties": {"id": {}, "mail": {}, "n": {"type": "integer"}, "t": {}}}"#;

struct Loaded {
    folder: Folder,
    workspace: Workspace,
    report: LoadReport,
}

fn load_people(input: &str, keep_passed: bool, threads: usize, block_bytes: usize) -> Loaded {
    let folder = Folder::new();
    std::fs::write(folder.path("c.toml"), CONTRACT).unwrap();
    std::fs::write(folder.path("s.json"), SCHEMA).unwrap();
    let contract = contract::read(&folder.path("c.toml")).unwrap();
    let mut workspace = folder.workspace();
    let request = LoadRequest {
        keep_passed,
        threads: Some(threads),
        ..folder.request(input.as_bytes())
    };
    let job = Job::default();
    let report = load_with(&mut workspace, &request, Some(&contract), block_bytes, &job).unwrap();
    Loaded {
        folder,
        workspace,
        report,
    }
}

fn people(lines: &[&str], keep_passed: bool) -> Loaded {
    let input = format!("id,mail,n,t\n{}\n", lines.join("\n"));
    load_people(&input, keep_passed, 2, 32)
}

impl Loaded {
    /// What is said of a stored record: its status, other problems' codes, and for what stands twice the path and the record
    /// that has it, too.
    fn look(&self, id: i64) -> String {
        let Ok(record) = self.workspace.store.record(RecordId(id)) else {
            return "passed".to_owned();
        };
        let words = record.problems.iter().map(|found| {
            if !is_unique(found) {
                return format!(" {}", found.code);
            }
            let first = found.message.split("record ").nth(1).unwrap_or_default();
            let first = first.split(' ').next().unwrap_or_default();
            let first = if first == "has" { "passed" } else { first };
            format!(" {}={first}", found.path)
        });
        format!("{}{}", record.status.word(), words.collect::<String>())
    }

    fn set(&mut self, id: i64, field: &str, text: &str) {
        let change = Change::Text {
            path: Path::field(field),
            text: text.to_owned(),
        };
        edit(&mut self.workspace, RecordId(id), &[change], None).unwrap();
    }

    /// Checks everything again, which must change nothing, and counts everything again.
    fn is_sound(&mut self) {
        let request = CheckRequest {
            filter: Filter::default(),
            contract: None,
            again: true,
        };
        let report = check(&mut self.workspace, &request, &Job::default()).unwrap();
        assert_eq!(report.step, None);
        for finding in verify(&self.workspace).unwrap() {
            assert!(finding.ok, "{finding:?}");
        }
    }
}

#[test]
fn the_later_record_fails_at_each_value_that_stands_before() {
    let mut loaded = people(
        &[
            "A,x,1,a", "A,y,2,a", "B,x,3,a", "A,y,2,a", "C,,4,", "D,,4,", "E,X,5,a",
        ],
        false,
    );
    let looks: Vec<String> = (1..=7).map(|id| loaded.look(id)).collect();
    assert_eq!(
        looks,
        [
            "passed",
            "rejected /id=1",
            "rejected /mail=1",
            "rejected /id=1 /mail=2 /n=2",
            "passed",
            "passed",
            "passed"
        ]
    );
    let report = &loaded.report;
    assert_eq!((report.passed, report.rejected, report.problems), (4, 3, 4));
    loaded.is_sound();
}

#[test]
fn who_fails_at_one_value_is_not_taken_for_passed_at_another() {
    // The second brings `y` and is rejected for its key alone.
    let mut loaded = people(&["A,x,1,a", "A,y,2,a"], false);
    assert_eq!(loaded.look(2), "rejected /id=1");
    loaded.is_sound();
    loaded.set(2, "id", "B");
    assert_eq!(loaded.look(2), "ready");
}

#[test]
fn a_passed_record_that_was_not_kept_still_stands_first() {
    let mut loaded = people(&["A,x,1,a", "B,y,bad,b", "C,z,bad,c"], false);
    assert_eq!(loaded.look(2), "rejected type");
    loaded.set(2, "mail", "x");
    assert_eq!(loaded.look(2), "rejected type /mail=passed");
    // Only as a value of the same fields.
    loaded.set(2, "mail", "A");
    loaded.set(3, "mail", "A");
    assert_eq!(loaded.look(2), "rejected type");
    assert_eq!(loaded.look(3), "rejected type /mail=2");
    loaded.set(2, "id", "A");
    assert_eq!(loaded.look(2), "rejected type /id=passed");
    loaded.set(2, "n", "1");
    loaded.set(2, "t", "a");
    assert_eq!(loaded.look(2), "rejected /id=passed /n=passed");
    loaded.is_sound();
}

#[test]
fn another_key_is_not_taken_for_the_one_that_was_loaded() {
    let mut loaded = people(&["A,x,1,a", "B,y,bad,b"], false);
    let path = loaded.folder.path("c.toml");
    let check_with = |loaded: &mut Loaded, contract: &str| {
        std::fs::write(&path, contract).unwrap();
        let request = CheckRequest {
            contract: Some(path.clone()),
            ..CheckRequest::default()
        };
        check(&mut loaded.workspace, &request, &Job::default()).unwrap();
    };
    loaded.set(2, "t", "A");
    check_with(
        &mut loaded,
        &CONTRACT.replace("key = [\"/id\"]", "key = [\"/t\"]"),
    );
    assert_eq!(loaded.look(2), "rejected type");
    loaded.set(2, "id", "A");
    assert_eq!(loaded.look(2), "rejected type");
    check_with(&mut loaded, CONTRACT);
    assert_eq!(loaded.look(2), "rejected type /id=passed");
    loaded.is_sound();
}

#[test]
fn kept_records_are_rivals_like_others_and_can_give_way() {
    let mut loaded = people(&["A,x,1,a", "B,x,2,b", "C,z,1,a"], true);
    assert_eq!(loaded.look(1), "ready");
    assert_eq!(loaded.look(2), "rejected /mail=1");
    assert_eq!(loaded.look(3), "ready /n=1");
    loaded.is_sound();
    loaded.set(1, "mail", "w");
    assert_eq!(loaded.look(2), "ready");
    loaded.set(1, "t", "b");
    assert_eq!(loaded.look(3), "ready");
    loaded.set(1, "mail", "x");
    assert_eq!(loaded.look(2), "rejected /mail=1");
    loaded.is_sound();
}

#[test]
fn what_only_warns_passes_and_is_remembered_as_passed() {
    let mut loaded = people(&["A,x,1,a", "B,y,1,a", "C,z,bad,a"], false);
    let report = &loaded.report;
    assert_eq!((report.passed, report.warned, report.rejected), (2, 1, 1));
    // The second was not kept either.
    loaded.set(3, "mail", "y");
    loaded.set(3, "n", "1");
    assert_eq!(loaded.look(3), "rejected /mail=passed /n=passed");
    loaded.is_sound();
}

#[test]
fn results_of_another_tool_are_compared_by_the_next_check() {
    let line = |id: &str, errors: &str| {
        format!(r#"{{"record": {{"id": "{id}", "mail": "x"}}, "errors": [{errors}]}}"#)
    };
    let error = r#"{"type": "missing", "loc": ["n"], "msg": "Field required", "input": {}}"#;
    let input = [line("A", error), line("B", error)].join("\n");
    let mut loaded = load_people(&input, false, 1, 1 << 16);
    assert_eq!(loaded.report.format, "pydantic");
    assert_eq!(loaded.look(2), "rejected missing");
    let request = CheckRequest {
        filter: Filter::default(),
        contract: None,
        again: false,
    };
    check(&mut loaded.workspace, &request, &Job::default()).unwrap();
    assert_eq!(loaded.look(1), "ready");
    assert_eq!(loaded.look(2), "rejected /mail=1");
    loaded.is_sound();
}

#[test]
fn threads_and_blocks_make_no_difference() {
    let mut input = "id,mail,n,t\n".to_owned();
    for n in 0..600 {
        let (id, mail, number) = (n % 571, n * 7 % 541, n % 13);
        let line = match n % 29 {
            3 => format!("R{id},m{mail},x{number},\"t\n{n}\"\n"),
            5 => format!("R{id},m{mail}\n"),
            7 => format!("R{id},,{number},t\n"),
            _ => format!("R{id},m{mail},{number},t{n}\n"),
        };
        input.push_str(&line);
    }
    for keep_passed in [false, true] {
        let dump = |threads, block_bytes| {
            let loaded = load_people(&input, keep_passed, threads, block_bytes);
            let folder = loaded.folder.folder.path().display().to_string();
            loaded.workspace.store.loaded().replace(&folder, "")
        };
        let expected = dump(1, 1 << 20);
        assert!(expected.matches("\"/mail\"").count() > 60, "{expected}");
        for threads in [1, 2, 3] {
            for block_bytes in [64, 1000, 1 << 20] {
                let found = dump(threads, block_bytes);
                assert_eq!(found, expected, "{threads} threads, {block_bytes} bytes");
            }
        }
    }
}

/// Who fails at what, found by looking at all earlier records: the paths, with the first record that has the same.
fn plainly(records: &[[&str; 4]]) -> Vec<Vec<(&'static str, usize)>> {
    let mut first: HashMap<(&str, String), usize> = HashMap::new();
    let mut found = Vec::new();
    for (at, [id, mail, n, t]) in records.iter().enumerate() {
        let values = [
            ("/id", vec![*id]),
            ("/mail", vec![*mail]),
            ("/n", vec![*n, *t]),
        ];
        let mut repeated = Vec::new();
        for (path, parts) in values {
            if parts.iter().any(|part| part.is_empty()) {
                continue;
            }
            match first.entry((path, parts.join("\u{1f}"))) {
                std::collections::hash_map::Entry::Occupied(known) => {
                    repeated.push((path, *known.get()));
                }
                std::collections::hash_map::Entry::Vacant(new) => {
                    new.insert(at + 1);
                }
            }
        }
        found.push(repeated);
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_load_finds_what_a_plain_look_at_all_records_finds(
        picks in prop::collection::vec((0..6_usize, 0..6_usize, 0..4_usize, 0..3_usize), 1..14),
        keep_passed in any::<bool>(),
    ) {
        let records: Vec<[&str; 4]> = (picks.iter())
            .map(|(id, mail, n, t)| {
                [["", "A", "B", "C", "D", "E"][*id], ["", "u", "v", "w", "x", "y"][*mail],
                 ["1", "2", "bad", ""][*n], ["", "a", "b"][*t]]
            })
            .collect();
        let lines: Vec<String> = records.iter().map(|record| record.join(",")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut loaded = people(&lines, keep_passed);
        for (at, expected) in plainly(&records).into_iter().enumerate() {
            let is_bad = records[at][2] == "bad";
            let rejected = is_bad || expected.iter().any(|(path, _)| *path != "/n");
            let mut look = if rejected { Status::Rejected.word() } else { Status::Ready.word() }.to_owned();
            if !rejected && !keep_passed {
                look = "passed".to_owned();
            } else {
                if is_bad {
                    look.push_str(" type");
                }
                for (path, first) in expected {
                    look.push_str(&format!(" {path}={first}"));
                }
            }
            prop_assert_eq!(loaded.look(at as i64 + 1), look, "record {}", at + 1);
        }
        loaded.is_sound();
    }
}
