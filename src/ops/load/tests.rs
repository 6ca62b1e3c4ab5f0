//! Loading as a whole: the same workspace whatever the threads and blocks, every byte accounted for, all or nothing.

mod others;
mod uniqueness;
mod warnings;

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use proptest::prelude::*;
use serde_json::json;
use tempfile::{TempDir, tempdir};

use super::*;
use crate::{
    check::{Checker, Rule, Spec},
    filter::Filter,
    model::{Fault, RecordId, Severity, Status},
    ops,
};

struct Folder {
    folder: TempDir,
}

impl Folder {
    pub fn new() -> Self {
        Self {
            folder: tempdir().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn workspace(&self) -> Workspace {
        Workspace::create(&self.path("redrive.db"), "test").unwrap()
    }

    pub fn request(&self, input: &[u8]) -> LoadRequest {
        std::fs::write(self.path("in"), input).unwrap();
        LoadRequest {
            files: vec![self.path("in")],
            name: Some("test".to_owned()),
            threads: Some(2),
            ..LoadRequest::default()
        }
    }
}

/// Wants a whole number `n`, knows records by `id`, and warns of large numbers.
fn contract() -> Contract {
    let spec = Spec {
        schema: Some(json!({
            "type": "object",
            "required": ["id", "n"],
            "properties": {"id": {"type": "string"}, "n": {"type": "integer"}, "t": {"type": "string"}}
        })),
        rules: vec![Rule {
            id: "LARGE".to_owned(),
            assert: "record.n < 280".to_owned(),
            message: "This is a large number.".to_owned(),
            fields: vec![crate::model::Path::field("n")],
            severity: Severity::Warning,
            owner: "counting".to_owned(),
        }],
        key: vec![crate::model::Path::field("id")],
        empty_is_missing: true,
        coerce: true,
        ..Spec::default()
    };
    Contract {
        checks: [0; 32],
        validator: None,
        name: "test".to_owned(),
        text: String::new(),
        files: Vec::new(),
        hash: [0; 32],
        path: PathBuf::from("test.toml"),
        checker: Arc::new(Checker::build(spec).unwrap()),
        encoding: "utf-8".to_owned(),
        destinations: Vec::new(),
    }
}

/// Loads with a contract and a block size of the test's own.
fn load_with(
    workspace: &mut Workspace,
    request: &LoadRequest,
    contract: Option<&Contract>,
    block_bytes: usize,
    job: &Job,
) -> Result<LoadReport> {
    let prepared = Prepared {
        request,
        contract: contract.cloned(),
        opened: opened::open(request, block_bytes, (contract, job))?,
        started: Instant::now(),
    };
    prepared.load(workspace, job)
}

/// The report and all that was stored.
fn loaded(input: &[u8], threads: usize, block_bytes: usize) -> (LoadReport, String) {
    let folder = Folder::new();
    let mut workspace = folder.workspace();
    let request = LoadRequest {
        threads: Some(threads),
        format: (!input.starts_with(b"{") && !input.starts_with(b"[")).then(|| "csv".to_owned()),
        ..folder.request(input)
    };
    let contract = contract();
    let report = load_with(
        &mut workspace,
        &request,
        Some(&contract),
        block_bytes,
        &Job::default(),
    )
    .unwrap();
    let dump = workspace
        .store
        .loaded()
        .replace(&folder.folder.path().display().to_string(), "");
    (report, dump)
}

fn fault(error: &anyhow::Error) -> &'static str {
    error
        .downcast_ref::<Fault>()
        .unwrap_or_else(|| panic!("{error:#}"))
        .code
}

/// Records, passed, rejected, unparsed, problems.
fn counts(input: &str) -> (u64, u64, u64, u64, u64) {
    let (report, _) = loaded(input.as_bytes(), 2, BLOCK_BYTES);
    assert_eq!(report.bytes, input.len() as u64);
    (
        report.records,
        report.passed,
        report.rejected,
        report.unparsed,
        report.problems,
    )
}

fn messy() -> String {
    let mut text = "\u{feff}id,n,t\r\n".to_owned();
    for n in 0..400 {
        text.push_str(&match n % 23 {
            3 => format!("R{n},{n}\r\n"),
            5 => format!("R{n},x{n},\"two\nlines\"\r\n"),
            7 => format!("R{n},{n},\"say \"\"hi\"\"\"\n\n"),
            11 => format!("R{},{n},again\n", n - 1),
            13 => format!("R{n},{n},\"open\r\n"),
            17 => format!("R{n},,é\n"),
            _ => format!("R{n},{n},text\n"),
        });
    }
    text
}

#[test]
fn the_same_input_gives_the_same_workspace_whatever_threads_and_blocks() {
    let text = messy();
    let (report, expected) = loaded(text.as_bytes(), 1, 1 << 20);
    assert!(report.rejected > 50 && report.unparsed > 20, "{report:?}");
    for threads in [1, 2, 3] {
        for block_bytes in [64, 500, 4096, 1 << 20] {
            let (_, dump) = loaded(text.as_bytes(), threads, block_bytes);
            assert_eq!(dump, expected, "{threads} threads, {block_bytes} bytes");
        }
    }
}

#[test]
fn json_gives_the_same_workspace_whatever_threads_and_blocks() {
    let mut records: Vec<String> = (0..300)
        .map(|n| format!("{{\"id\": \"R{}\", \"n\": {n}.0, \"t\": \"é,]\"}}", n % 290))
        .collect();
    records[40] = "{\"id\": \"R40\", \"n\": [1}".to_owned();
    records[50] = "{\"id\": \"R50\", \"n\": \"x\"}".to_owned();
    for text in [records.join("\n"), format!("[{}\n]\n", records.join(",\n"))] {
        let (report, expected) = loaded(text.as_bytes(), 1, 1 << 20);
        assert_eq!(
            (report.records, report.unparsed, report.rejected),
            (300, 1, 12)
        );
        for (threads, block_bytes) in [(2, 64), (3, 500), (2, 5000)] {
            let (_, dump) = loaded(text.as_bytes(), threads, block_bytes);
            assert_eq!(dump, expected, "{threads} threads, {block_bytes} bytes");
        }
    }
}

#[test]
fn every_truncation_of_a_good_file_loads_or_says_why() {
    let text = "id,n,t\nA,1,\"x\ny\"\nB,2,é\n";
    for end in 0..text.len() {
        let folder = Folder::new();
        let mut workspace = folder.workspace();
        let request = folder.request(&text.as_bytes()[..end]);
        match load_with(
            &mut workspace,
            &request,
            Some(&contract()),
            64,
            &Job::default(),
        ) {
            Ok(report) => assert_eq!(report.bytes, end as u64),
            Err(error) => assert!(["input:empty", "input:unrecognised"].contains(&fault(&error))),
        }
    }
}

#[test]
fn broken_rows_are_records_and_the_rest_goes_on() {
    assert_eq!(
        counts("id,n,t\nA,1,x\nB,2\nC,3,y,z\nD,4,w\n"),
        (4, 2, 2, 2, 2)
    );
    // The quote after B closes at the next line's; both lines are told apart again.
    assert_eq!(
        counts("id,n,t\nA,1,x\nB,2,\"y\nC,3,\"z\"\nD,4,w\n"),
        (4, 3, 1, 1, 1)
    );
    // A line break in quotes belongs to its record, even where the rest looks like one.
    assert_eq!(counts("id,n,t\n\"A\nx\",1,x,y\nB,1,x\n"), (2, 1, 1, 1, 1));
    assert_eq!(counts("id,n,t\n\"A\rx\",1,x,y\nB,1,x\n"), (2, 1, 1, 1, 1));
    // A quote nothing closes breaks its own line.
    assert_eq!(
        counts("id,n,t\nA,1,x\nB,2,\"y\nC,3,z\nD,4,w\n"),
        (4, 3, 1, 1, 1)
    );
    assert_eq!(
        counts("id,n,t\r\nA,1,\"x\r\ny\"\r\n\r\nB,2,z"),
        (2, 2, 0, 0, 0)
    );
    assert_eq!(counts("id;n;t\nA;1;x,y\n"), (1, 1, 0, 0, 0));
    assert_eq!(counts("id,n,t\n"), (0, 0, 0, 0, 0));
}

#[test]
fn json_lines_and_arrays_are_loaded_alike() {
    let lines = "{\"id\":\"A\",\"n\":1}\n\n{\"id\":\"B\",\"n\":\"x\"}\r\n{\"id\":\n{\"id\":\"A\",\"n\":2}\n";
    assert_eq!(counts(lines), (4, 1, 3, 1, 3));
    let array = "[\n{\"id\":\"A\",\"n\":1},\n{\"id\":\"B\",\"n\":\"x\"},\n{\"id\":]},\n{\"id\":\"A\",\n \"n\":2}\n]\n";
    assert_eq!(counts(array), (4, 1, 3, 1, 3));
    assert_eq!(
        counts("{\n \"id\": \"A\",\n \"n\": 1\n}\n"),
        (1, 1, 0, 0, 0)
    );
}

#[test]
fn the_later_of_two_equal_keys_is_rejected_and_names_the_first() {
    let (report, dump) = loaded(b"id,n,t\nA,1,x\nB,bad,x\nA,2,x\nB,3,x\n", 3, 16);
    assert_eq!((report.passed, report.rejected, report.problems), (1, 3, 3));
    let unique: Vec<&str> = dump
        .lines()
        .filter(|line| line.contains("unique"))
        .collect();
    assert_eq!(unique.len(), 1, "{unique:?}");
    assert!(dump.contains("record 1"), "{dump}");
}

#[test]
fn passed_records_are_written_as_received_and_kept_when_asked() {
    let folder = Folder::new();
    let mut workspace = folder.workspace();
    let request = LoadRequest {
        passed: Some(folder.path("passed.csv")),
        keep_passed: true,
        ..folder.request(b"\xEF\xBB\xBFid,n,t\r\nA,1,\"x\r\ny\"\r\nB,bad,x\r\n\r\nC,2,z")
    };
    std::fs::write(folder.path("passed.csv"), "old").unwrap();
    let report = load_with(
        &mut workspace,
        &request,
        Some(&contract()),
        16,
        &Job::default(),
    )
    .unwrap();
    assert!(report.kept_passed);
    let passed = std::fs::read(folder.path("passed.csv")).unwrap();
    assert_eq!(passed, b"\xEF\xBB\xBFid,n,t\r\nA,1,\"x\r\ny\"\r\nC,2,z");
    let dump = workspace.store.loaded();
    assert_eq!(
        dump.matches("\"ready\" Integer(1) Integer(1)").count(),
        2,
        "{dump}"
    );

    let request = LoadRequest {
        passed: Some(folder.path("passed.json")),
        ..folder.request(b"[{\"id\":\"A\",\"n\":1},{\"id\":\"B\"},{\"id\":\"C\",\n\"n\":1}]")
    };
    load_with(
        &mut workspace,
        &request,
        Some(&contract()),
        16,
        &Job::default(),
    )
    .unwrap();
    let passed = std::fs::read_to_string(folder.path("passed.json")).unwrap();
    assert_eq!(
        passed,
        "[\n{\"id\":\"A\",\"n\":1},\n{\"id\":\"C\",\n\"n\":1}\n]\n"
    );
}

#[test]
fn the_input_is_never_overwritten_with_its_own_passed_records() {
    let folder = Folder::new();
    let mut request = folder.request(b"id,n,t\nA,1,x\n");
    request.passed = Some(folder.path("in"));
    let error =
        load_with(&mut folder.workspace(), &request, None, 64, &Job::default()).unwrap_err();
    assert_eq!(fault(&error), "passed:input");
}

#[test]
fn a_load_that_is_stopped_leaves_nothing_behind() {
    let folder = Folder::new();
    let mut workspace = folder.workspace();
    let empty = workspace.store.loaded();
    let mut input = "id,n,t\n".to_owned();
    for n in 0..12_000 {
        input.push_str(&format!("R{n},none\n"));
    }
    let request = LoadRequest {
        passed: Some(folder.path("passed.csv")),
        format: Some("csv".to_owned()),
        ..folder.request(input.as_bytes())
    };
    // Stopped at once, and when a batch has been stored already.
    for stop_at in [0, 10_000] {
        let flag = Arc::new(OnceLock::<Arc<AtomicBool>>::new());
        let stop = Arc::clone(&flag);
        let job = Job::new(move |progress| {
            if progress.records >= stop_at {
                stop.get().unwrap().store(true, Ordering::Relaxed);
            }
        });
        flag.set(job.cancel_flag()).unwrap();
        let result = load_with(&mut workspace, &request, None, 512, &job);
        // The last report may come with the last block; then there is nothing left to stop.
        let Err(error) = result else { continue };
        assert_eq!(fault(&error), "interrupted");
        assert_eq!(workspace.store.loaded(), empty);
        let names: Vec<_> = std::fs::read_dir(folder.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name.contains("passed"))
            .collect();
        assert_eq!(names, Vec::<String>::new());
    }
}

#[test]
fn the_same_bytes_are_loaded_twice_only_when_asked() {
    let folder = Folder::new();
    let mut workspace = folder.workspace();
    let request = folder.request(b"id,n,t\nA,1,x\nB,bad,x\n");
    let job = Job::default();
    let first = load_with(&mut workspace, &request, Some(&contract()), 64, &job).unwrap();
    let before = workspace.store.loaded();
    let error = load_with(&mut workspace, &request, Some(&contract()), 64, &job).unwrap_err();
    assert_eq!(fault(&error), "load:again");
    assert_eq!(workspace.store.loaded(), before);
    let again = LoadRequest {
        again: true,
        ..request
    };
    let second = load_with(&mut workspace, &again, Some(&contract()), 64, &job).unwrap();
    assert_eq!(
        (second.run, second.rejected),
        (RunId(first.run.0 + 1), first.rejected)
    );
    let dump = workspace.store.loaded();
    assert!(
        dump.lines()
            .any(|line| line.starts_with("Integer(4) Integer(2)")),
        "numbers go on"
    );
}

#[test]
fn an_input_without_records_is_refused_unless_allowed() {
    let folder = Folder::new();
    for input in ["", " \n\n", "\u{feff}", "[]"] {
        let mut workspace = folder.workspace();
        let request = folder.request(input.as_bytes());
        let job = Job::default();
        let error = load_with(&mut workspace, &request, None, 64, &job).unwrap_err();
        assert_eq!(fault(&error), "input:empty", "{input:?}");
        let request = LoadRequest {
            allow_empty: true,
            again: true,
            ..request
        };
        let report = load_with(&mut workspace, &request, None, 64, &job).unwrap();
        assert_eq!((report.records, report.bytes), (0, input.len() as u64));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_quotes_or_line_ends_make_a_difference_by_block(text in "[AB12,,\"\"\n\n\r]{0,120}") {
        let text = format!("id,n,t\n{text}");
        let (_, expected) = loaded(text.as_bytes(), 1, 1 << 20);
        for (threads, block_bytes) in [(2, 8), (3, 31)] {
            let (_, dump) = loaded(text.as_bytes(), threads, block_bytes);
            prop_assert_eq!(&dump, &expected);
        }
    }
}

#[test]
fn results_of_pydantic_keep_what_pydantic_said() {
    let folder = Folder::new();
    let mut workspace = folder.workspace();
    let request = folder.request(include_bytes!("../../../tests/data/pydantic.ndjson"));
    let report = load(&mut workspace, &request, &Job::default()).unwrap();
    assert_eq!(report.format, "pydantic");
    assert_eq!(
        (report.records, report.rejected, report.unparsed),
        (12, 12, 3)
    );
    assert_eq!((report.problems, report.passed), (15, 0));
    let dump = workspace.store.loaded();
    for part in [
        // A group's stage, code, detail and path pattern.
        r#""parse" "json_invalid" "" """#,
        r#""rule" "value_error" "RULE-101" """#,
        r#""rule" "RULE-103" "" """#,
        r#""schema" "missing" "" "/contacts/[]/name""#,
        r#""schema" "value_error" "" "/email""#,
        r#""schema" "model_type" "" "/address""#,
        // The bare NaN stands in the stored text as it was received.
        "4E614E",
    ] {
        assert!(dump.contains(part), "{part} in {dump}");
    }
}

#[test]
fn lines_are_those_an_editor_shows() {
    let lines = |input: &str| -> Vec<String> {
        let (_, dump) = loaded(input.as_bytes(), 2, 16);
        let rows = dump
            .lines()
            .filter(|line| line.contains("\"rejected\" Integer(1) Integer(1)"));
        rows.map(|line| line.split(' ').nth(2).unwrap().to_owned())
            .collect()
    };
    let unix = "id,\"n\nx\",t\nA,,\"x\ry\n\"\n\nB,,\n";
    assert_eq!(lines(unix), ["Integer(3)", "Integer(6)"]);
    assert_eq!(
        lines(&unix.replace('\n', "\r\n")),
        ["Integer(3)", "Integer(6)"]
    );
    assert_eq!(lines("id,n,t\rA,,x\rB,,\r"), ["Integer(2)", "Integer(3)"]);
}
