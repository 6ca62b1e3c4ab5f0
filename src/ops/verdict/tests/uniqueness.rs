//! The key and two `[[unique]]` at once, through edits, checks, undo and redo.

use proptest::prelude::*;

use super::*;
use crate::{
    fix::Change,
    model::{ChangeReport, Path},
    ops::{
        edit, redo,
        testing::{CONTRACT, Desk, sample},
        undo,
    },
    store::testing::set_status,
};

const UNIQUE: &str = r#"
[[unique]]
fields = ["/email"]

[[unique]]
id = "PAIR"
fields = ["/age", "/stage"]
message = "one person twice"
severity = "warning"
owner = "desk"
"#;

fn contract() -> String {
    format!("{CONTRACT}{UNIQUE}")
}

fn desk(lines: &[&str]) -> Desk {
    let mut desk = Desk::csv(lines);
    desk.check_against(&contract()).unwrap();
    desk
}

fn set(desk: &mut Desk, id: i64, field: &str, text: &str) -> ChangeReport {
    let change = Change::Text {
        path: Path::field(field),
        text: text.to_owned(),
    };
    edit(&mut desk.workspace, RecordId(id), &[change], None).unwrap()
}

/// A record's status and what it has that another one has: the path and who had it first.
fn look(desk: &Desk, id: i64) -> String {
    let record = desk.workspace.store.record(RecordId(id)).unwrap();
    let repeated = record.problems.iter().filter(|found| is_unique(found));
    let words = repeated.map(|found| {
        let said = format!("{} {}", found.message, found.hint);
        let first = said
            .split("ecord ")
            .nth(1)
            .map_or("passed", |rest| rest.split(' ').next().unwrap_or_default());
        format!(" {}={first}", found.path)
    });
    format!("{}{}", record.status.word(), words.collect::<String>())
}

/// All that was said of the records, and who has which values.
fn dump(desk: &Desk) -> String {
    let mut out = Vec::new();
    desk.workspace.store.dump(&mut out).unwrap();
    let dump = String::from_utf8(out).unwrap();
    // A record's version and texts only ever grow, and so does the history.
    let tables = ["problem ", "status_count ", "unique_value "];
    let lines = dump
        .lines()
        .filter(|line| tables.iter().any(|table| line.starts_with(table)));
    let looks = (1..).map_while(|id| {
        desk.workspace
            .store
            .record(RecordId(id))
            .ok()
            .map(|record| {
                format!(
                    "{} {:?} {}",
                    look(desk, id),
                    values_of(&record),
                    record.text.bytes.escape_ascii()
                )
            })
    });
    lines
        .map(str::to_owned)
        .chain(looks)
        .collect::<Vec<_>>()
        .join("\n")
}

const FOUR: [&str; 4] = [
    "A,x@b.de,30,Open",
    "A,y@b.de,31,Open",
    "B,x@b.de,30,Open",
    "A,y@b.de,31,Open",
];

#[test]
fn the_key_and_every_unique_are_decided_on_their_own() {
    let mut desk = desk(&FOUR);
    assert_eq!(look(&desk, 1), "ready");
    assert_eq!(look(&desk, 2), "rejected /id=1");
    assert_eq!(look(&desk, 3), "rejected /email=1 /age=1");
    assert_eq!(look(&desk, 4), "rejected /id=1 /email=2 /age=2");
    let fourth = desk.workspace.store.record(RecordId(4)).unwrap();
    let told: Vec<_> = (fourth.problems.iter())
        .map(|found| {
            let found = found.clone();
            (found.detail, found.message, found.hint, found.owner)
        })
        .collect();
    let told: Vec<[&str; 4]> = (told.iter())
        .map(|(detail, message, hint, owner)| [&**detail, message, hint, owner])
        .collect();
    let keep = "Keep one, set the other aside.";
    assert_eq!(
        told,
        [
            [
                "",
                "Id \"A\" appears twice: record 1 has it, too.",
                keep,
                ""
            ],
            [
                "/email",
                "Email \"y@b.de\" appears twice: record 2 has it, too.",
                keep,
                ""
            ],
            [
                "PAIR",
                "One person twice",
                "Record 2 has them, too. Keep one, set the other aside.",
                "desk"
            ],
        ]
    );
    let titles = [
        ("", "Id appears twice"),
        ("/email", "Email appears twice"),
        ("PAIR", "One person twice"),
    ];
    let groups = desk
        .workspace
        .store
        .groups(RunId(1), &crate::filter::Filter::default())
        .unwrap();
    for (detail, title) in titles {
        assert!(
            groups
                .iter()
                .any(|group| group.detail == detail && group.title == title),
            "{detail}"
        );
    }
    assert_eq!(desk.check(None).unwrap().step, None);
}

#[test]
fn a_warning_that_fields_stand_twice_rejects_nobody() {
    let desk = desk(&["A,x@b.de,30,Open", "B,y@b.de,30,Open"]);
    assert_eq!(look(&desk, 2), "ready /age=1");
}

#[test]
fn an_edit_frees_who_waited_for_a_value_and_blocks_who_has_the_new_one() {
    let mut desk = desk(&FOUR);
    let loaded = dump(&desk);
    // Nobody but the third waits for this email, and nobody at all for the rest.
    let report = set(&mut desk, 1, "email", "z@b.de");
    assert_eq!((report.checked, report.ready), (2, 2));
    assert_eq!(look(&desk, 3), "ready /age=1");
    assert_eq!(look(&desk, 4), "rejected /id=1 /email=2 /age=2");
    let freed = dump(&desk);
    // The third was right and is not any more; what it is warned of stays.
    let report = set(&mut desk, 2, "email", "x@b.de");
    assert_eq!(report.newly_broken, 1);
    assert_eq!(look(&desk, 2), "rejected /id=1");
    assert_eq!(look(&desk, 3), "rejected /email=2 /age=1");
    assert_eq!(look(&desk, 4), "rejected /id=1 /age=2");
    let blocked = dump(&desk);
    // A record is decided once, for whatever it waited.
    set(&mut desk, 1, "id", "C");
    assert_eq!(look(&desk, 4), "rejected /id=2 /age=2");
    assert_eq!(look(&desk, 2), "ready");
    let last = dump(&desk);
    assert_eq!(desk.check(None).unwrap().step, None);

    for before in [&blocked, &freed, &loaded] {
        undo(&mut desk.workspace, None).unwrap();
        assert_eq!(dump(&desk), *before);
    }
    for after in [&freed, &blocked, &last] {
        redo(&mut desk.workspace).unwrap();
        assert_eq!(dump(&desk), *after);
    }
}

#[test]
fn an_edit_that_collides_is_saved_and_says_with_whom() {
    let mut desk = desk(&["A,x@b.de,30,Open", "B,y@b.de,31,Open"]);
    let report = set(&mut desk, 2, "email", "x@b.de");
    assert_eq!((report.newly_broken, report.ready), (1, 0));
    assert_eq!(look(&desk, 2), "rejected /email=1");
    // Both fields of a pair must be the same.
    set(&mut desk, 2, "age", "30");
    assert_eq!(look(&desk, 2), "rejected /email=1 /age=1");
    set(&mut desk, 2, "stage", "Closed");
    assert_eq!(look(&desk, 2), "rejected /email=1");
}

#[test]
fn what_is_missing_null_or_empty_is_not_compared_and_texts_are_as_they_stand() {
    let lines = ["A,,30,", "B,,30,", "C,X@b.de,31,Open", "D,x@b.de,31.0,Open"];
    let desk = desk(&lines);
    for id in 1..=4 {
        assert!(!look(&desk, id).contains('='), "{}", look(&desk, id));
    }
    let samples = [
        r#"{"id":"A","email":null,"age":1,"stage":"Open"}"#,
        r#"{"id":"B","email":null,"age":1.0,"stage":"Open"}"#,
        r#"{"id":"C","email":[1],"age":true,"stage":"Open"}"#,
        r#"{"id":"D","email":[1],"age":"true","stage":"Open"}"#,
    ]
    .map(sample);
    let mut desk = Desk::new(&Layout::Json, &samples);
    desk.check_against(&contract()).unwrap();
    for id in 1..=3 {
        assert_eq!(look(&desk, id), "rejected", "{id}");
    }
    // Compared as text, so a text may be the same as what is none.
    assert_eq!(look(&desk, 4), "rejected /age=3");
}

#[test]
fn who_is_set_aside_is_no_rival_and_what_was_sent_stands_before_everybody() {
    let mut desk = desk(&["A,x@b.de,30,Open", "B,y@b.de,31,Open", "C,z@b.de,32,Open"]);
    set_status(&mut desk.workspace.store, RecordId(1), Status::Discarded);
    set_status(&mut desk.workspace.store, RecordId(3), Status::Accepted);
    set(&mut desk, 2, "email", "x@b.de");
    assert_eq!(look(&desk, 2), "ready");
    set(&mut desk, 2, "email", "z@b.de");
    assert_eq!(look(&desk, 2), "rejected /email=3");
    set(&mut desk, 2, "id", "C");
    assert_eq!(look(&desk, 2), "rejected /id=3 /email=3");
}

#[test]
fn another_contract_decides_by_the_values_the_records_will_have() {
    let mut desk = Desk::checked(&FOUR);
    assert_eq!(look(&desk, 4), "rejected /id=1");
    assert!(!dump(&desk).contains("unique_value"));
    let before = dump(&desk);
    let report = desk.check_against(&contract()).unwrap();
    assert_eq!((report.checked, report.newly_broken), (4, 1));
    assert_eq!(look(&desk, 3), "rejected /email=1 /age=1");
    assert_eq!(dump(&desk).matches("unique_value").count(), 8);
    assert_eq!(desk.check(None).unwrap().step, None);
    undo(&mut desk.workspace, None).unwrap();
    assert_eq!(dump(&desk), before);
    redo(&mut desk.workspace).unwrap();

    // Other fields are another uniqueness, and what is no longer wanted is forgotten.
    let other = contract().replace("[\"/email\"]", "[\"/email\", \"/id\"]");
    desk.check_against(&other).unwrap();
    assert_eq!(look(&desk, 3), "ready /age=1");
    assert_eq!(look(&desk, 4), "rejected /id=1 /email=2 /age=2");
    desk.check_against(CONTRACT).unwrap();
    assert_eq!(look(&desk, 4), "rejected /id=1");
    assert!(!dump(&desk).contains("unique_value"));
}

#[test]
fn other_words_for_the_same_fields_are_told_at_the_next_check() {
    let mut desk = desk(&FOUR);
    let renamed = contract().replace("one person twice", "");
    desk.check_against(&renamed).unwrap();
    let third = desk.workspace.store.record(RecordId(3)).unwrap();
    let pair = third
        .problems
        .iter()
        .find(|found| found.detail == "PAIR")
        .unwrap();
    assert_eq!(
        pair.message,
        "Age and Stage \"30, Open\" appear twice: record 1 has them, too."
    );
}

#[test]
fn a_record_a_person_accepts_keeps_its_values() {
    let mut desk = desk(&["A,x@b.de,30,Open", "B,y@b.de,31,Open"]);
    let accepted = |desk: &mut Desk| edit::accept(&mut desk.workspace, RecordId(1), None);
    set_status(&mut desk.workspace.store, RecordId(1), Status::Rejected);
    assert!(accepted(&mut desk).unwrap().step.is_some());
    set(&mut desk, 2, "email", "x@b.de");
    assert_eq!(look(&desk, 2), "rejected /email=1");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn edits_and_a_whole_check_find_the_same(
        edits in prop::collection::vec((1..6_i64, 0..4_usize, 0..3_usize), 1..12),
    ) {
        const FIELDS: [(&str, [&str; 3]); 4] = [
            ("id", ["A", "B", "C"]),
            ("email", ["x@b.de", "y@b.de", ""]),
            ("age", ["30", "31", "5"]),
            ("stage", ["Open", "Closed", ""]),
        ];
        let lines = [&FOUR[..], &["C,z@b.de,30,Closed"]].concat();
        let mut desk = desk(&lines);
        let mut looks = vec![dump(&desk)];
        for (id, field, text) in edits {
            let (field, texts) = FIELDS[field];
            if set(&mut desk, id, field, texts[text]).step.is_some() {
                looks.push(dump(&desk));
            }
        }
        let fresh = {
            let now: Vec<String> = (1..=5)
                .map(|id| desk.workspace.store.record(RecordId(id)).unwrap())
                .map(|record| String::from_utf8(record.text.bytes).unwrap())
                .collect();
            let lines: Vec<&str> = now.iter().map(String::as_str).collect();
            self::desk(&lines)
        };
        for id in 1..=5 {
            prop_assert_eq!(look(&desk, id), look(&fresh, id));
        }
        prop_assert_eq!(desk.check(None).unwrap().step, None);
        let last = looks.pop().unwrap();
        for before in looks.iter().rev() {
            undo(&mut desk.workspace, None).unwrap();
            prop_assert_eq!(&dump(&desk), before);
        }
        for _ in &looks {
            redo(&mut desk.workspace).unwrap();
        }
        prop_assert_eq!(dump(&desk), last);
    }
}
