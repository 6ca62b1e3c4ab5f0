//! What real tools left behind, loaded by the program, and counted against the truth that lies beside each file.
//!
//! `tests/data/results/TOOL/expected*.json` was counted apart from the files: rejected records, problems, and how many there
//! are of each code at each path.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use redrive::model;
use serde_json::Value;

/// Folder, truth, file, and the format it must be recognised as.
const LOADED: &[(&str, &str, &str, &str)] = &[
    ("ajv", "expected.json", "errors.ndjson", "ajv"),
    (
        "ajv",
        "expected.errors_first_verbose.json",
        "errors_first_verbose.ndjson",
        "ajv",
    ),
    (
        "ajv",
        "expected.ajv-cli.json",
        "ajv-cli.json.txt",
        "ajv-cli",
    ),
    (
        "ajv",
        "expected.ajv-cli.json",
        "ajv-cli.line.txt",
        "ajv-cli",
    ),
    (
        "check-jsonschema",
        "expected.json",
        "report.json",
        "check-jsonschema",
    ),
    (
        "check-jsonschema",
        "expected.json",
        "report_verbose.json",
        "check-jsonschema",
    ),
    (
        "check-jsonschema",
        "expected.json",
        "report.txt",
        "check-jsonschema",
    ),
    ("csvclean", "expected.json", "customers_err.csv", "csvclean"),
    (
        "csvclean",
        "expected.json",
        "customers_err_all_label.csv",
        "csvclean",
    ),
    ("dataloader", "expected.json", "error.csv", "dataloader"),
    (
        "dataloader",
        "expected.error_bulk.json",
        "error_bulk.csv",
        "dataloader",
    ),
    ("duckdb", "expected.json", "reject_errors.csv", "duckdb"),
    ("duckdb", "expected.json", "reject_errors.json", "duckdb"),
    (
        "duckdb",
        "expected.json",
        "reject_errors.array.json",
        "duckdb",
    ),
    ("duckdb", "expected.json", "reject_errors.parquet", "duckdb"),
    (
        "duckdb",
        "expected.two_files.json",
        "two_files_reject_errors.csv",
        "duckdb",
    ),
    (
        "error-column",
        "expected.json",
        "rejects.csv",
        "error-column",
    ),
    ("dlt", "expected.json", "data_validation_error.json", "dlt"),
    ("dlt", "expected.json", "exception.txt", "dlt"),
    ("fastapi", "expected.json", "responses.ndjson", "fastapi"),
    (
        "fastapi",
        "expected.batch_422.json",
        "batch_422.json",
        "fastapi-422",
    ),
    (
        "fastapi",
        "expected.single_422.json",
        "single_422.json",
        "fastapi-422",
    ),
    (
        "jsonschema-basic",
        "expected.json",
        "jschon.ndjson",
        "basic",
    ),
    (
        "jsonschema-basic",
        "expected.hyperjump.json",
        "hyperjump.ndjson",
        "basic",
    ),
    (
        "frictionless",
        "expected.json",
        "report.json",
        "frictionless",
    ),
    (
        "frictionless",
        "expected.report_limit.json",
        "report_limit.json",
        "frictionless",
    ),
    (
        "frictionless",
        "expected.report_two_tasks.json",
        "report_two_tasks.json",
        "frictionless",
    ),
    (
        "frictionless",
        "expected.report_wellformed.json",
        "report_wellformed.json",
        "frictionless",
    ),
    (
        "hostile",
        "expected.json",
        "rejects_ndjson.ndjson",
        "pydantic",
    ),
    (
        "hostile",
        "expected.rejects_csv.json",
        "rejects_csv.ndjson",
        "pydantic",
    ),
    ("jsonschema", "expected.json", "errors.ndjson", "jsonschema"),
    ("pgloader", "expected.json", "customers.log", "pgloader"),
    (
        "postgres",
        "expected.json",
        "insert_errors.ndjson",
        "postgres",
    ),
    (
        "postgres",
        "expected.server_log.json",
        "server_log.jsonlog.ndjson",
        "postgres-log",
    ),
    (
        "postgres",
        "expected.copy_each.json",
        "copy_each.default.stderr.txt",
        "psql",
    ),
    (
        "postgres",
        "expected.copy_each.json",
        "copy_each.verbose.stderr.txt",
        "psql",
    ),
    ("pandera", "expected.json", "failure_cases.csv", "pandera"),
    (
        "pandera",
        "expected.json",
        "failure_cases_with_index.csv",
        "pandera",
    ),
    (
        "pandera",
        "expected.json",
        "failure_cases.records.json",
        "pandera",
    ),
    (
        "pandera",
        "expected.json",
        "failure_cases.ndjson",
        "pandera",
    ),
    (
        "great_expectations",
        "expected.json",
        "validation_complete.json",
        "great-expectations",
    ),
    (
        "great_expectations",
        "expected.validation_complete_noid.json",
        "validation_complete_noid.json",
        "great-expectations",
    ),
    (
        "qsv",
        "expected.json",
        "customers.csv.validation-errors.tsv",
        "qsv",
    ),
    ("pydantic", "expected.json", "rejects.ndjson", "pydantic"),
    (
        "pydantic",
        "expected.rejects_flat.json",
        "rejects_flat.ndjson",
        "pydantic",
    ),
    (
        "pydantic",
        "expected.rejects_noinput.json",
        "rejects_noinput.ndjson",
        "pydantic",
    ),
    (
        "pydantic",
        "expected.rejects_url.json",
        "rejects_url.ndjson",
        "pydantic",
    ),
    ("airbyte", "expected.json", "customers.ndjson", "airbyte"),
    ("bigquery", "expected.json", "job.json", "bigquery"),
    (
        "bigquery",
        "expected.job_failed.json",
        "job_failed.json",
        "bigquery",
    ),
    (
        "elasticsearch",
        "expected.json",
        "bulk_response.json",
        "elasticsearch",
    ),
    (
        "kafka-connect",
        "expected.json",
        "kcat.ndjson",
        "kafka-connect",
    ),
    (
        "kafka-connect",
        "expected.json",
        "kcat_headers.txt",
        "kafka-connect-text",
    ),
    (
        "redshift",
        "expected.json",
        "stl_load_errors.csv",
        "redshift",
    ),
    ("snowflake", "expected.json", "validate.csv", "snowflake"),
    ("snowflake", "expected.json", "validate.json", "snowflake"),
    (
        "snowflake",
        "expected.error_table.json",
        "error_table.ndjson",
        "snowflake-error-table",
    ),
    ("sqlldr", "expected.json", "customers.log", "sqlldr"),
    (
        "salesforce",
        "expected.json",
        "failedResults.csv",
        "salesforce",
    ),
    ("zod", "expected.json", "issues.ndjson", "zod"),
];

/// Folder, truth and file as above, and the file the tool read, which problems are joined to.
const JOINED: &[(&str, &str, &str, &str)] = &[
    (
        "ajv",
        "expected.errors_first_verbose.json",
        "errors_first_verbose.ndjson",
        "customers.ndjson",
    ),
    ("ajv", "expected.json", "errors.ndjson", "customers.ndjson"),
    (
        "duckdb",
        "expected.json",
        "reject_errors.parquet",
        "customers.csv",
    ),
    (
        "ajv",
        "expected.ajv-cli.json",
        "ajv-cli.line.txt",
        "customers_wellformed.ndjson",
    ),
    (
        "check-jsonschema",
        "expected.json",
        "report.json",
        "customers_wellformed.ndjson",
    ),
    (
        "fastapi",
        "expected.json",
        "responses.ndjson",
        "customers.ndjson",
    ),
    (
        "fastapi",
        "expected.batch_422.json",
        "batch_422.json",
        "customers_wellformed.ndjson",
    ),
    (
        "jsonschema",
        "expected.json",
        "errors.ndjson",
        "customers.ndjson",
    ),
    (
        "jsonschema-basic",
        "expected.hyperjump.json",
        "hyperjump.ndjson",
        "customers.ndjson",
    ),
    (
        "pandera",
        "expected.json",
        "failure_cases.ndjson",
        "customers_wellformed.csv",
    ),
    (
        "great_expectations",
        "expected.validation_complete_noid.json",
        "validation_complete_noid.json",
        "customers_wellformed.csv",
    ),
    (
        "qsv",
        "expected.json",
        "customers.csv.validation-errors.tsv",
        "../qsv/customers.csv",
    ),
    (
        "pydantic",
        "expected.rejects_flat.json",
        "rejects_flat.ndjson",
        "customers.csv",
    ),
    (
        "pydantic",
        "expected.rejects_noinput.json",
        "rejects_noinput.ndjson",
        "customers.ndjson",
    ),
    (
        "pydantic",
        "expected.rejects_url.json",
        "rejects_url.ndjson",
        "customers.ndjson",
    ),
    ("zod", "expected.json", "issues.ndjson", "customers.ndjson"),
    (
        "bigquery",
        "expected.json",
        "job.json",
        "customers_wellformed.csv",
    ),
    (
        "bigquery",
        "expected.job_failed.json",
        "job_failed.json",
        "customers_wellformed.csv",
    ),
    (
        "redshift",
        "expected.json",
        "stl_load_errors.csv",
        "customers_wellformed.csv",
    ),
    (
        "snowflake",
        "expected.json",
        "validate.csv",
        "customers_wellformed.csv",
    ),
    (
        "snowflake",
        "expected.json",
        "validate.json",
        "customers_wellformed.csv",
    ),
    (
        "sqlldr",
        "expected.json",
        "customers.log",
        "customers_wellformed.csv",
    ),
];

/// Path pattern and code, with how many problems there are of them.
type Counts = BTreeMap<(String, String), u64>;

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

/// A run in a workspace of its own.
struct Loaded {
    folder: tempfile::TempDir,
    report: Value,
    /// What the load said on stderr.
    said: String,
}

impl Loaded {
    fn of(file: &Path) -> Self {
        Self::with(file, &[])
    }

    fn with(file: &Path, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = std::fs::canonicalize(file).unwrap();
        let mut run = Self {
            folder,
            report: Value::Null,
            said: String::new(),
        };
        let words = [&["load", "--json", file.to_str().unwrap()], options].concat();
        let (out, said) = run.redrive(&words);
        run.report = serde_json::from_str(&out).unwrap();
        run.said = said;
        run
    }

    fn redrive(&self, words: &[&str]) -> (String, String) {
        let (exit, out, said) = self.call(words);
        assert!(matches!(exit, Some(0 | 1)), "{words:?}: {said}");
        (out, said)
    }

    /// Exit code, stdout and stderr.
    fn call(&self, words: &[&str]) -> (Option<i32>, String, String) {
        let program: PathBuf = env!("CARGO_BIN_EXE_redrive").into();
        let out = Command::new(program)
            .args(words)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        (
            out.status.code(),
            String::from_utf8(out.stdout).unwrap(),
            said,
        )
    }

    fn rows(&self, select: &str) -> Vec<Value> {
        let (out, _) = self.redrive(&["sql", "--json", select]);
        let rows = out.lines().map(|line| serde_json::from_str(line).unwrap());
        rows.collect()
    }

    fn by_path_and_code(&self) -> Counts {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let rows = self.rows(
            "SELECT path, code, sum(problems) AS n FROM problem_group WHERE severity = 'error' GROUP BY 1, 2",
        );
        rows.iter()
            .map(|row| {
                (
                    (text(&row["path"]), text(&row["code"])),
                    row["n"].as_u64().unwrap(),
                )
            })
            .collect()
    }

    fn by_stage(&self) -> BTreeMap<String, u64> {
        let rows = self.rows("SELECT stage, sum(problems) AS n FROM problem_group GROUP BY 1");
        rows.iter()
            .map(|row| {
                (
                    row["stage"].as_str().unwrap().to_owned(),
                    row["n"].as_u64().unwrap(),
                )
            })
            .collect()
    }
}
