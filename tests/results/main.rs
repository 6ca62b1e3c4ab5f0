//! What real tools left behind, loaded by the program, and counted against the truth that lies beside each file.
//!
//! `tests/data/results/TOOL/expected*.json` was counted apart from the files: rejected records, problems, and how many there
//! are of each code at each path.

mod fixtures;
mod hostile;
mod loaded;

use std::{collections::BTreeMap, path::Path};

use redrive::model;
use serde_json::Value;

use crate::{
    fixtures::{JOINED, LOADED},
    loaded::{Counts, Loaded},
};

#[test]
fn what_tools_left_behind_is_counted_as_they_count_it() {
    for (tool, truth, file, format) in LOADED {
        let folder = Path::new("tests/data/results").join(tool);
        let truth = std::fs::read_to_string(folder.join(truth)).unwrap();
        let truth: Value = serde_json::from_str(&truth).unwrap();
        let run = Loaded::of(&folder.join(file));
        let name = format!("{tool}/{file}");
        assert_eq!(run.report["format"], *format, "{name}");
        assert_eq!(run.report["rejected"], truth["rejected_records"], "{name}");
        // Of `basic` output, redrive takes the keywords that failed and not those that lead to them.
        let errors = truth.get("leaf_errors").unwrap_or(&truth["errors"]);
        assert_eq!(run.report["problems"], *errors, "{name}");
        let wanted = wanted(&truth, format);
        assert_eq!(
            at_parents(run.by_path_and_code(), &wanted),
            wanted,
            "{name}"
        );
        if let Some(stages) = truth["by_stage"].as_object()
            && truth.get("leaf_errors").is_none()
        {
            let stages: BTreeMap<String, u64> = (stages.iter())
                .map(|(stage, count)| (stage.replace("submit", "send"), count.as_u64().unwrap()))
                .collect();
            assert_eq!(run.by_stage(), stages, "{name}");
        }
    }
}

#[test]
fn ajv_in_forms_that_say_less_is_counted_as_far_as_they_go() {
    let folder = Path::new("tests/data/results/ajv");
    // The text has all errors, but not the names of fields that are too many, so that it is not in the table above.
    let text = Loaded::of(&folder.join("ajv-cli.text.txt"));
    assert_eq!(text.report["format"], "ajv-cli");
    assert_eq!(text.report["rejected"], 76);
    assert_eq!(text.report["problems"], 137);
    assert_eq!(text.report["capped"], false);
    let line = Loaded::of(&folder.join("ajv-cli.line.txt"));
    let named = |(path, code): &(String, String)| code != "additionalProperties" || path.is_empty();
    let (mut own, mut all) = (text.by_path_and_code(), line.by_path_and_code());
    own.retain(|key, _| key.1 != "additionalProperties");
    all.retain(|key, _| key.1 != "additionalProperties");
    assert_eq!(own, all);
    assert!(text.by_path_and_code().keys().all(named));
    // Node's console shows 100 errors of 137.
    let console = Loaded::of(&folder.join("ajv-cli.js.txt"));
    assert_eq!(console.report["problems"], 100);
    assert_eq!(console.report["capped"], true);
    assert!(
        console.said.contains("100 errors of 137"),
        "{}",
        console.said
    );
}

#[test]
fn problems_join_the_records_of_the_file_the_tool_read() {
    for (tool, truth, file, source) in JOINED {
        let folder = Path::new("tests/data/results").join(tool);
        let truth = std::fs::read_to_string(folder.join(truth)).unwrap();
        let truth: Value = serde_json::from_str(&truth).unwrap();
        let source = std::fs::canonicalize(Path::new("tests/data/results/_input").join(source));
        let source = source.unwrap();
        let run = Loaded::with(&folder.join(file), &["--source", source.to_str().unwrap()]);
        let name = format!("{tool}/{file}");
        assert_eq!(run.report["records"], truth["input"]["records"], "{name}");
        assert_eq!(run.report["rejected"], truth["rejected_records"], "{name}");
        // The truth knows the line, or the number of a record, counted from 0 or from 1.
        let truth = truth["records"].as_array().unwrap();
        let by_line = truth[0].get("line").is_some();
        let place = |record: &Value| {
            let number = |name: &str| record.get(name).and_then(Value::as_u64);
            let by_number = number("record").or(number("index").map(|at| at + 1));
            let line = number("source_line").or(number("line"));
            if by_line { line } else { by_number }
        };
        let wanted: Vec<Option<u64>> = truth.iter().map(place).collect();
        let found = run.rows("SELECT record.id AS id, line, byte, hex(content.bytes) AS text FROM record JOIN content ON content.id = content");
        let column = if by_line { "line" } else { "id" };
        let places: Vec<Option<u64>> = found.iter().map(|row| row[column].as_u64()).collect();
        assert_eq!(places, wanted, "{name}");
        let bytes = std::fs::read(&source).unwrap();
        for row in found {
            let at = row["byte"].as_u64().unwrap() as usize;
            let text = row["text"].as_str().unwrap();
            let here = bytes[at..].iter().take(text.len() / 2);
            let here: String = here.map(|byte| format!("{byte:02X}")).collect();
            assert_eq!(here, text, "{name}");
        }
    }
}

#[test]
fn what_the_source_does_not_hold_is_said_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("in.csv"), "id,n\nA,1\nB,2\n").unwrap();
    let error = r#"[{"type":"int_parsing","loc":["n"],"msg":"no","input":"x"}]"#;
    let line = |line: u64| format!("{{\"line\":{line},\"raw\":\"r\",\"errors\":{error}}}\n");
    std::fs::write(path("out.ndjson"), [line(3), line(9), line(3)].concat()).unwrap();
    let source = path("in.csv");
    let run = Loaded::with(&path("out.ndjson"), &["--source", source.to_str().unwrap()]);
    assert_eq!(
        (&run.report["records"], &run.report["rejected"]),
        (&3.into(), &2.into())
    );
    let texts = run.rows("SELECT cast(bytes AS TEXT) AS text FROM content ORDER BY id");
    assert_eq!(
        (&texts[0]["text"], &texts[1]["text"]),
        (&"B,2".into(), &"r".into())
    );
    for words in [
        "2 of 3 records found in",
        "1 record was not found in",
        "(line 9)",
        "1 record was named more than once",
    ] {
        assert!(run.said.contains(words), "{}", run.said);
    }
}

#[test]
fn a_line_that_is_no_result_is_kept_as_a_record_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.ndjson");
    std::fs::write(&path, "abc\n{\"record\":{}}\n\n{\"a\":").unwrap();
    for format in ["pydantic", "ajv", "jsonschema", "zod", "basic", "fastapi"] {
        let run = Loaded::with(&path, &["--format", format]);
        assert_eq!(
            (&run.report["rejected"], &run.report["unparsed"]),
            (&3.into(), &3.into()),
            "{format}"
        );
    }
}

#[test]
fn what_a_tool_said_of_a_record_never_becomes_the_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.ndjson");
    let said = r#"{"line":4,"errors":[{"instancePath":"/n","keyword":"type","message":"must be integer"}]}"#;
    std::fs::write(&path, said).unwrap();
    let run = Loaded::of(&path);
    let edit = |words: &[&str]| run.call(&[&["edit", "1"], words].concat()).0;
    let form = || run.rows("SELECT form FROM content ORDER BY id DESC LIMIT 1")[0]["form"].clone();
    let text = |text: &str| {
        let path = run.folder.path().join("text");
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    assert_eq!((edit(&["--ready"]), edit(&["/n=4"])), (Some(2), Some(2)));
    assert_eq!(edit(&["--raw", &text("{\"n\":4}")]), Some(1));
    assert_eq!(form(), "json");
    // Put back, it is what it was.
    assert_eq!(edit(&["--raw", &text(said)]), Some(1));
    assert_eq!((form(), edit(&["--ready"])), ("excerpt".into(), Some(2)));
    assert_eq!(edit(&["--raw", &text("{\"n\":5}")]), Some(1));
    assert_eq!((form(), edit(&["--ready"])), ("json".into(), Some(0)));
}

#[test]
fn the_readme_has_an_example_for_each_format() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    for word in redrive::results::tools().map(|tool| tool.word) {
        let begin = format!("| `{word}` | ");
        let row = readme.lines().find(|line| line.starts_with(&begin));
        let has_example = row.is_some_and(|row| row.contains("| `redrive load "));
        assert!(has_example, "{word}");
    }
}

/// What the truth says of paths and codes: the field itself where it knows that better than the tool, and the format's word
/// where the tool gives no code.
fn wanted(truth: &Value, format: &str) -> Counts {
    let resolved = truth["by_resolved_path_code"].as_array();
    let leaves = truth["leaf_by_path_code"].as_array();
    let rows = (resolved.or(leaves)).or(truth["by_path_code"].as_array());
    let mut counts = Counts::new();
    for row in rows.unwrap() {
        let path = model::Path::parse(row["path"].as_str().unwrap()).unwrap();
        let code = match row["code"].as_str().unwrap() {
            "" => format.to_owned(),
            code => code.to_owned(),
        };
        *counts.entry((path.pattern(), code)).or_default() += row["count"].as_u64().unwrap();
    }
    counts
}

/// Counts with a field that is missing or too many, or a key that is not there, at its parent, where the truth leaves it and
/// redrive names the field.
fn at_parents(found: Counts, wanted: &Counts) -> Counts {
    let mut counts = Counts::new();
    for ((path, code), count) in found {
        let parent = path.rsplit_once('/').map(|(parent, _)| parent.to_owned());
        let place = match parent {
            Some(parent)
                if !wanted.contains_key(&(path.clone(), code.clone()))
                    && [
                        "additionalProperties",
                        "required",
                        "23502",
                        "23503",
                        "23505",
                    ]
                    .contains(&code.as_str())
                    && wanted.contains_key(&(parent.clone(), code.clone())) =>
            {
                parent
            }
            _ => path,
        };
        *counts.entry((place, code)).or_default() += count;
    }
    counts
}
