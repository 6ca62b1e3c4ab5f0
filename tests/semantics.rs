//! What a contract means, held against the model it was made from: the rows that redrive rejects are those that Pydantic
//! rejects, but for the differences listed here, which the README explains.

mod python;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

use redrive::{
    filter::Filter,
    model::{Found, Problem},
    ops::{self, Job, LoadRequest, Workspace},
};
use regex::Regex;
use serde_json::Value;

const TRUTH: &str = "tests/data/truth";

/// Who rejects a row that the other one takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Redrive,
    Pydantic,
}

/// One thing wrong with a row, as one side says it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Complaint {
    side: Side,
    field: String,
    code: String,
    value: String,
}

/// A reason why only one side rejects a row.
struct Difference {
    /// How its line in the README's table begins.
    name: &'static str,
    side: Side,
    holds: fn(&Complaint) -> bool,
    examples: Vec<Example>,
}

/// A good row with one thing changed.
enum Example {
    /// A field's value.
    Value(&'static str, String),
    /// A field's cell as it is written, quotes included.
    Written(&'static str, &'static str),
    /// Nothing is changed but what stands in the line before it, with the same key.
    After(&'static str),
}

#[test]
fn the_same_rows_are_rejected_but_for_the_listed_differences() {
    let Some(python) = python::with_pydantic() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("customers.csv");
    let differences = differences();
    for (seed, rows, error_rate) in [
        (1, 20_000, "0.08"),
        (7, 20_000, "0.08"),
        (42, 20_000, "0.6"),
    ] {
        generate(&python, &file, seed, rows, error_rate);
        let (ours, theirs) = (by_redrive(&file), by_pydantic(&python, &file));
        assert!(
            theirs.len() > 1_000,
            "seed {seed}: {} rejected",
            theirs.len()
        );
        let mut unlisted = Vec::new();
        for (line, complaints) in only_one(&ours, &theirs) {
            for complaint in complaints {
                if reasons(&differences, complaint).is_empty() {
                    unlisted.push(format!("line {line}: {complaint:?}"));
                }
            }
        }
        assert!(unlisted.is_empty(), "seed {seed}:\n{}", unlisted.join("\n"));
    }
}

#[test]
fn each_listed_difference_has_an_example_that_shows_it() {
    let Some(python) = python::with_pydantic() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("examples.csv");
    let differences = differences();
    let (text, places) = examples(&differences);
    fs::write(&file, text).unwrap();
    let (ours, theirs) = (by_redrive(&file), by_pydantic(&python, &file));
    let only_one = only_one(&ours, &theirs);
    for (line, name) in &places {
        let complaints = only_one
            .get(line)
            .unwrap_or_else(|| panic!("{name}: line {line} is judged alike"));
        for complaint in *complaints {
            let found = reasons(&differences, complaint);
            assert_eq!(found, [*name], "line {line}: {complaint:?}");
        }
    }
    let lines: Vec<&u64> = only_one
        .keys()
        .filter(|line| !places.contains_key(line))
        .collect();
    assert!(lines.is_empty(), "other lines differ: {lines:?}");
}

#[test]
fn the_readme_lists_each_difference() {
    let readme = fs::read_to_string("README.md").unwrap();
    for difference in differences() {
        let line = format!("| {} |", difference.name);
        assert!(readme.contains(&line), "the README has no line {line}");
    }
}

fn differences() -> Vec<Difference> {
    let mut all = redrive_is_stricter();
    all.extend(pydantic_is_stricter());
    all
}

fn redrive_is_stricter() -> Vec<Difference> {
    let values = |field, values: &[&str]| -> Vec<Example> {
        values.iter().map(|value| value_of(field, *value)).collect()
    };
    let stricter = |name, holds, examples| Difference {
        name,
        side: Side::Redrive,
        holds,
        examples,
    };
    let words = [
        "yes", "No", "y", "N", "on", "OFF", "t", "F", "1", "0", "TRUE", "False",
    ];
    let whole = ["007", "+5", "5.0", "1_000", " 5", "5 "];
    let number = ["007", "+5", ".5", "5.", "1_000", " 5", "5\t"];
    let dates = [
        "2012-10-15 20:48:34Z",
        "2012-10-15_20:48:34Z",
        "2012-10-15T20:48Z",
        "2012-10-15T20:48:34+0200",
        "2012-10-15T20:48:34,5Z",
        "2012-10-15T20:48:34\u{2212}02:00",
    ];
    let unix = [
        "1351074148",
        "1351074148.5",
        "1351074148417",
        "39998.326806",
    ];
    vec![
        stricter(
            "words for yes and no",
            is_word_for_boolean,
            values("is_active", &words),
        ),
        stricter(
            "numbers written another way",
            is_number_written_another_way,
            [
                values("employee_count", &whole),
                values("deal_value", &number),
            ]
            .into_iter()
            .flatten()
            .collect(),
        ),
        stricter(
            "numbers beyond a limit by less than a double shows",
            |one| matches!(one.code.as_str(), "minimum" | "maximum"),
            values("deal_value", &["100000000.0000000001", "-1e-400"]),
        ),
        stricter(
            "times written another way",
            is_time_written_another_way,
            values("created_at", &dates),
        ),
        stricter(
            "numbers as times",
            |one| is_date(one) && one.value.parse::<f64>().is_ok(),
            [
                values("created_at", &unix),
                values("close_date", &["1377388800"]),
            ]
            .into_iter()
            .flatten()
            .collect(),
        ),
        stricter(
            "midnight as a date",
            |one| {
                one.field == "close_date" && matches(r"^\d{4}-\d\d-\d\d[T ]00:00:00Z?$", &one.value)
            },
            values(
                "close_date",
                &[
                    "2013-08-25T00:00:00",
                    "2013-08-25 00:00:00",
                    "2013-08-25T00:00:00Z",
                ],
            ),
        ),
        stricter(
            "addresses with something around them",
            |one| is_email(one) && matches(r"^\s|\s$|^<.*>$", &one.value),
            values("email", &[" a@c.de", "a@c.de  ", "<a@c.de>"]),
        ),
        stricter(
            "addresses with letters beyond ASCII",
            |one| is_email(one) && !one.value.trim().is_ascii(),
            values(
                "contact_email",
                &["a@müller.de", "müller@c.de", "用户@例え.jp"],
            ),
        ),
        stricter(
            "addresses with a long name",
            |one| is_email(one) && name_of(&one.value).len() > 64,
            vec![value_of("email", format!("{}@c.de", "x".repeat(65)))],
        ),
        stricter(
            "quotes in the middle of a cell",
            |one| {
                matches!(
                    one.code.as_str(),
                    "csv:text_after_quote" | "csv:unclosed_quote"
                )
            },
            vec![
                Example::Written("name", "\"Kaiser \"19\" Bar"),
                Example::Written("notes", "\"said so\" twice"),
            ],
        ),
        stricter(
            "U+FEFF as a blank",
            |one| one.field == "name" && one.code == "pattern" && one.value == "\u{feff}",
            values("name", &["\u{feff}"]),
        ),
    ]
}

fn pydantic_is_stricter() -> Vec<Difference> {
    let values = |field, values: &[&str]| -> Vec<Example> {
        values.iter().map(|value| value_of(field, *value)).collect()
    };
    let stricter = |name, holds, examples| Difference {
        name,
        side: Side::Pydantic,
        holds,
        examples,
    };
    let hosts = [
        "a@b",
        "a@localhost",
        "a@c.test",
        "a@c.local",
        "a@[127.0.0.1]",
        "a@1.2.3.4",
        "a@c.d1",
    ];
    let long = format!(
        "{}@{}.de",
        "a".repeat(64),
        ["b".repeat(62), "b".repeat(62), "b".repeat(62)].join(".")
    );
    vec![
        stricter(
            "the word null",
            |one| one.code == "int_parsing" && one.value == "null",
            values("employee_count", &["null"]),
        ),
        stricter(
            "leap seconds",
            |one| is_date(one) && one.value.contains(":59:60"),
            values("created_at", &["2012-12-31T23:59:60Z"]),
        ),
        stricter(
            "the year 0000",
            |one| is_date(one) && one.value.starts_with("0000-"),
            values("created_at", &["0000-01-01T00:00:00Z"]),
        ),
        stricter(
            "hosts that no mail reaches",
            |one| {
                is_email(one)
                    && matches(
                        r"@([^.]*|\[.*\]|.*\.(test|local|localhost|invalid|onion|arpa|[^.]*\d))$",
                        &one.value,
                    )
            },
            values("email", &hosts),
        ),
        stricter(
            "addresses with a quoted name",
            |one| is_email(one) && one.value.starts_with('"'),
            values("email", &["\"a b\"@c.de", "\"a\"@c.de"]),
        ),
        stricter(
            "addresses of more than 254 characters",
            |one| is_email(one) && one.value.len() > 254,
            vec![value_of("contact_email", long)],
        ),
        stricter(
            "U+0085 as a blank",
            |one| {
                one.field == "name"
                    && one.code == "string_pattern_mismatch"
                    && one.value == "\u{85}"
            },
            values("name", &["\u{85}"]),
        ),
        stricter(
            "whole numbers of more than 4,300 digits",
            |one| one.code == "int_parsing_size",
            vec![value_of("employee_count", "7".repeat(4_301))],
        ),
        stricter(
            "keys of rows that cannot be read",
            |one| one.code == "unique",
            vec![Example::After("too few columns")],
        ),
    ]
}

fn value_of(field: &'static str, value: impl Into<String>) -> Example {
    Example::Value(field, value.into())
}

fn is_word_for_boolean(one: &Complaint) -> bool {
    let words = [
        "yes", "no", "y", "n", "on", "off", "t", "f", "1", "0", "true", "false",
    ];
    one.field == "is_active"
        && one.code == "type"
        && words.contains(&one.value.to_lowercase().as_str())
}

/// Blanks around it, a plus, zeros in front, `_` between digits, no digit on one side of the point; a whole number also
/// with a point and zeros.
fn is_number_written_another_way(one: &Complaint) -> bool {
    let pattern = match one.field.as_str() {
        "employee_count" => r"^\s*[+-]?\d+(_\d+)*(\.0+)?\s*$",
        "deal_value" => r"^\s*[+-]?(\d+(_\d+)*\.?|\d*\.\d+(_\d+)*)([eE][+-]?\d+)?\s*$",
        _ => return false,
    };
    one.code == "type" && matches(pattern, &one.value)
}

fn is_time_written_another_way(one: &Complaint) -> bool {
    let pattern = r"^\d{4}-\d\d-\d\d[Tt _]\d\d:\d\d(:\d\d([.,]\d+)?)?([Zz]|[+\u2212-]\d\d:?\d\d)$";
    one.field == "created_at" && one.code == "format" && matches(pattern, &one.value)
}

fn is_date(one: &Complaint) -> bool {
    matches!(one.field.as_str(), "created_at" | "close_date")
}

fn is_email(one: &Complaint) -> bool {
    matches!(one.field.as_str(), "email" | "contact_email")
}

fn name_of(address: &str) -> &str {
    address.rsplit_once('@').map_or(address, |(name, _)| name)
}

fn matches(pattern: &'static str, text: &str) -> bool {
    static COMPILED: Mutex<BTreeMap<&str, Regex>> = Mutex::new(BTreeMap::new());
    let mut compiled = COMPILED.lock().unwrap();
    let regex = compiled
        .entry(pattern)
        .or_insert_with(|| Regex::new(pattern).unwrap());
    regex.is_match(text)
}

/// The names of the differences that explain a complaint.
fn reasons(differences: &[Difference], complaint: &Complaint) -> Vec<&'static str> {
    differences
        .iter()
        .filter(|one| one.side == complaint.side && (one.holds)(complaint))
        .map(|one| one.name)
        .collect()
}

type Rejected = BTreeMap<u64, Vec<Complaint>>;

/// The rows that one side rejects and the other takes.
fn only_one<'r>(ours: &'r Rejected, theirs: &'r Rejected) -> BTreeMap<u64, &'r [Complaint]> {
    let without = |some: &'r Rejected, other: &'r Rejected| {
        let other: BTreeSet<u64> = other.keys().copied().collect();
        some.iter()
            .filter(move |(line, _)| !other.contains(line))
            .map(|(line, complaints)| (*line, complaints.as_slice()))
    };
    without(ours, theirs).chain(without(theirs, ours)).collect()
}

/// A file of good rows, each with one thing changed, and the difference that each line shows.
fn examples(differences: &[Difference]) -> (String, BTreeMap<u64, &'static str>) {
    const HEADER: &str = "customer_id,name,email,phone,street,city,state,postal_code,country,stage,deal_value,currency,\
         created_at,close_date,is_active,employee_count,contact_name,contact_email,source_system,notes";
    const GOOD: &str = "CUS-0000000,Horizon GmbH,mia@example.com,+16175553326,2 Oak Ave,Seattle,WA,98101,US,Closed Won,\
         1200,CHF,2012-10-15T20:48:34Z,,true,313,Leo Young,leo@acme.example,trade-show,ok";
    let columns: Vec<&str> = HEADER.split(',').collect();
    let (mut text, mut places) = (format!("{HEADER}\n{GOOD}\n"), BTreeMap::new());
    let mut line = 3;
    for difference in differences {
        for (number, example) in difference.examples.iter().enumerate() {
            let id = format!("CUS-{:03}{number:04}", line % 1_000);
            let mut cells: Vec<String> = GOOD.split(',').map(str::to_owned).collect();
            cells[0].clone_from(&id);
            let (field, cell) = match example {
                Example::Value(field, value) => {
                    (*field, format!("\"{}\"", value.replace('"', "\"\"")))
                }
                Example::Written(field, cell) => (*field, (*cell).to_owned()),
                Example::After(rest) => {
                    text.push_str(&format!("{id},{rest}\n"));
                    line += 1;
                    ("customer_id", id)
                }
            };
            let column = columns.iter().position(|name| *name == field).unwrap();
            cells[column] = cell;
            text.push_str(&cells.join(","));
            text.push('\n');
            places.insert(line, difference.name);
            line += 1;
        }
    }
    (text, places)
}

fn generate(python: &Path, file: &Path, seed: u32, rows: u32, error_rate: &str) {
    let made = Command::new(python)
        .arg(Path::new(TRUTH).join("gen_customers.py"))
        .args(["--format", "csv", "--error-rate", error_rate])
        .args(["--seed", &seed.to_string(), "--rows", &rows.to_string()])
        .arg("--out")
        .arg(file)
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
}

fn by_pydantic(python: &Path, file: &Path) -> Rejected {
    let judged = Command::new(python)
        .arg("-B")
        .arg(Path::new(TRUTH).join("judge.py"))
        .arg(file)
        .output()
        .unwrap();
    assert!(
        judged.status.success(),
        "{}",
        String::from_utf8_lossy(&judged.stderr)
    );
    let text = String::from_utf8(judged.stdout).unwrap();
    let mut rejected = Rejected::new();
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let Some(number) = row["line"].as_u64() else {
            continue;
        };
        let complaints = row["errors"].as_array().unwrap().iter().map(|error| {
            let part = |at: usize| error[at].as_str().unwrap().to_owned();
            Complaint {
                side: Side::Pydantic,
                field: part(0),
                code: part(1),
                value: part(2),
            }
        });
        rejected.insert(number, complaints.collect());
    }
    rejected
}

fn by_redrive(file: &Path) -> Rejected {
    let folder = tempfile::tempdir().unwrap();
    let mut workspace = Workspace::create(&folder.path().join("w.db"), "jana").unwrap();
    let request = LoadRequest {
        files: vec![file.to_owned()],
        contract: Some(PathBuf::from(TRUTH).join("customer_flat.toml")),
        ..LoadRequest::default()
    };
    ops::load(&mut workspace, &request, &Job::default()).unwrap();
    let ids = ops::ids(&workspace, &Filter::default()).unwrap();
    let rows = ops::rows(&workspace, &ids).unwrap();
    rows.into_iter()
        .map(|row| {
            let complaints = row.problems.iter().map(complaint).collect();
            (row.line, complaints)
        })
        .collect()
}

fn complaint(problem: &Problem) -> Complaint {
    let value = match &problem.found {
        Some(Found::Text(text) | Found::Json(text)) => text.clone(),
        Some(Found::Missing) | None => String::new(),
    };
    Complaint {
        side: Side::Redrive,
        field: problem.path.segments().next().unwrap_or_default(),
        code: problem.code.clone(),
        value,
    }
}
