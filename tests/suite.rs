//! The official JSON Schema test suite through our own checker: all required tests of all drafts, and the optional tests of
//! the formats people use. The suite is read from beside the project and skipped where it is absent.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use redrive::check::{Checker, Spec, SpecError, unresolved};
use serde_json::Value;

const DRAFTS: [(&str, &str); 5] = [
    ("draft4", "http://json-schema.org/draft-04/schema#"),
    ("draft6", "http://json-schema.org/draft-06/schema#"),
    ("draft7", "http://json-schema.org/draft-07/schema#"),
    (
        "draft2019-09",
        "https://json-schema.org/draft/2019-09/schema",
    ),
    (
        "draft2020-12",
        "https://json-schema.org/draft/2020-12/schema",
    ),
];

const FORMATS: [&str; 9] = [
    "email",
    "date",
    "time",
    "date-time",
    "uuid",
    "uri",
    "ipv4",
    "ipv6",
    "hostname",
];

/// Cases that refer to another machine, with their drafts. Nothing is fetched, so that their schemas are refused.
const NEEDS_NETWORK: &[(&str, &str)] = &[
    ("refRemote: remote ref", "4 6 7 2019-09 2020-12"),
    (
        "refRemote: fragment within remote ref",
        "4 6 7 2019-09 2020-12",
    ),
    ("refRemote: ref within remote ref", "4 6 7 2019-09 2020-12"),
    ("refRemote: base URI change", "4 6 7 2019-09 2020-12"),
    (
        "refRemote: base URI change - change folder",
        "4 6 7 2019-09 2020-12",
    ),
    (
        "refRemote: base URI change - change folder in subschema",
        "4 6 7 2019-09 2020-12",
    ),
    ("refRemote: root ref in remote ref", "4 6 7 2019-09 2020-12"),
    (
        "refRemote: Location-independent identifier in remote ref",
        "4 6 7 2019-09 2020-12",
    ),
    ("refRemote: remote ref with ref to definitions", "6 7"),
    (
        "refRemote: retrieved nested refs resolve relative to their URI not $id",
        "6 7 2019-09 2020-12",
    ),
    (
        "refRemote: $ref to $ref finds location-independent $id",
        "6 7",
    ),
    ("refRemote: anchor within remote ref", "2019-09 2020-12"),
    ("refRemote: remote ref with ref to defs", "2019-09 2020-12"),
    (
        "refRemote: remote HTTP ref with different $id",
        "2019-09 2020-12",
    ),
    (
        "refRemote: remote HTTP ref with different URN $id",
        "2019-09 2020-12",
    ),
    (
        "refRemote: remote HTTP ref with nested absolute ref",
        "2019-09 2020-12",
    ),
    (
        "refRemote: $ref to $ref finds detached $anchor",
        "2019-09 2020-12",
    ),
    (
        "vocabulary: schema that uses custom metaschema with with no validation vocabulary",
        "2019-09 2020-12",
    ),
    (
        "vocabulary: ignore unrecognized optional vocabulary",
        "2019-09 2020-12",
    ),
    (
        "dynamicRef: strict-tree schema, guards against misspelled properties",
        "2020-12",
    ),
    (
        "dynamicRef: tests for implementation dynamic anchor and reference link",
        "2020-12",
    ),
    (
        "dynamicRef: $ref and $dynamicAnchor are independent of order - $defs first",
        "2020-12",
    ),
    (
        "dynamicRef: $ref and $dynamicAnchor are independent of order - $ref first",
        "2020-12",
    ),
    (
        "dynamicRef: $ref to $dynamicRef finds detached $dynamicAnchor",
        "2020-12",
    ),
];

/// Optional cases where another verdict is wanted than the suite's, with their drafts. None so far.
const DECIDED_OTHERWISE: &[(&str, &str)] = &[];

/// What one test of the suite gave.
#[derive(Debug)]
struct Outcome {
    /// `draft/file: case`.
    case: String,
    test: String,
    /// What went wrong.
    why: Option<String>,
}

#[test]
fn required_tests_of_every_draft_get_the_right_verdict() {
    let Some(suite) = suite() else {
        return;
    };
    let mut outcomes = Vec::new();
    for (draft, uri) in DRAFTS {
        let before = outcomes.len();
        for file in json_files(&suite.join(draft)) {
            run(&suite, &file, uri, false, &mut outcomes);
        }
        print_counts(draft, "required", &outcomes[before..]);
    }
    compare(&outcomes, NEEDS_NETWORK);
}

#[test]
fn optional_tests_of_common_formats_get_the_right_verdict() {
    let Some(suite) = suite() else {
        return;
    };
    let mut outcomes = Vec::new();
    for (draft, uri) in DRAFTS {
        let before = outcomes.len();
        for format in FORMATS {
            let file = format!("{draft}/optional/format/{format}.json");
            let file = suite.join(file);
            // A format that a draft does not know has no tests in it.
            if file.exists() {
                run(&suite, &file, uri, true, &mut outcomes);
            }
        }
        print_counts(draft, "optional format", &outcomes[before..]);
    }
    compare(&outcomes, DECIDED_OTHERWISE);
}

fn print_counts(draft: &str, kind: &str, outcomes: &[Outcome]) {
    let right = outcomes.iter().filter(|one| one.why.is_none()).count();
    println!("{draft}: {right} of {} {kind} tests right", outcomes.len());
}

fn suite() -> Option<PathBuf> {
    let suite = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/json-schema-test-suite/tests");
    if suite.is_dir() {
        return Some(suite);
    }
    println!(
        "skipped: there is no JSON Schema test suite at {}",
        suite.display()
    );
    None
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    files
}

fn run(suite: &Path, file: &Path, draft: &str, formats: bool, outcomes: &mut Vec<Outcome>) {
    let cases: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let name = file.strip_prefix(suite).unwrap().with_extension("");
    for case in cases.as_array().unwrap() {
        let mut schema = case["schema"].clone();
        if let Some(fields) = schema.as_object_mut() {
            fields.entry("$schema").or_insert_with(|| draft.into());
        }
        let lost = unresolved(&schema, &BTreeMap::new());
        let checker = Checker::build(Spec {
            schema: Some(schema),
            formats,
            ..Spec::default()
        });
        let title = format!("{}: {}", name.display(), text(case));
        if checker.is_ok() {
            assert!(lost.is_empty(), "{title}: {lost:?}");
        }
        for test in case["tests"].as_array().unwrap() {
            outcomes.push(Outcome {
                case: title.clone(),
                test: text(test).to_owned(),
                why: verdict(&checker, test).err(),
            });
        }
    }
}

fn text(case: &Value) -> &str {
    case["description"].as_str().unwrap()
}

/// Whether the checker says of a test's data what the test says.
fn verdict(checker: &Result<Checker, SpecError>, test: &Value) -> Result<(), String> {
    let checker = checker.as_ref().map_err(|error| error.message.clone())?;
    let mut problems = Vec::new();
    checker
        .check_value(&test["data"], &mut problems)
        .map_err(|runaway| runaway.message)?;
    if problems.is_empty() == test["valid"] {
        return Ok(());
    }
    Err(format!("found {problems:?}"))
}

/// Fails unless every test of the listed cases went wrong, and no other.
fn compare(outcomes: &[Outcome], listed: &[(&str, &str)]) {
    let listed: BTreeSet<String> = listed
        .iter()
        .flat_map(|(case, drafts)| {
            drafts
                .split(' ')
                .map(move |draft| format!("draft{draft}/{case}"))
        })
        .collect();
    let (mut wrong, mut passed) = (0, listed.clone());
    for outcome in outcomes {
        let is_listed = listed.contains(&outcome.case);
        if let Some(why) = outcome.why.as_ref().filter(|_| !is_listed) {
            println!("{} / {}: {why}", outcome.case, outcome.test);
            wrong += 1;
        }
        if outcome.why.is_some() {
            passed.remove(&outcome.case);
        }
    }
    assert_eq!(wrong, 0, "tests of cases that are not listed went wrong");
    assert!(
        passed.is_empty(),
        "listed, but nothing went wrong: {passed:?}"
    );
    let late: Vec<_> = outcomes
        .iter()
        .filter(|one| one.why.is_none() && listed.contains(&one.case))
        .collect();
    assert!(late.is_empty(), "these are listed and pass: {late:?}");
}
