//! Made-up rows for the tests of the screen.

use serde_json::Value;

use crate::model::{
    Found, Group, GroupId, Path, Problem, RecordId, RecordRow, RunId, RunRow, ShapeCount, Stage,
    Status,
};

pub fn run() -> RunRow {
    RunRow {
        id: RunId(1),
        name: "customers-2025-11-20".to_owned(),
        source: "customers.csv".to_owned(),
        format: "csv".to_owned(),
        records: 10_000,
        passed: 8_613,
        rejected: 1_387,
        unparsed: 12,
        problems: 1_702,
        bytes: 2_210_443,
        loaded_at: "2025-11-20T02:10:00Z".to_owned(),
        saved_at: "2025-11-20T02:41:09Z".to_owned(),
        statuses: vec![(Status::Rejected, 1_384), (Status::Ready, 3)],
        demo: false,
        contract: Some("customers".to_owned()),
    }
}

pub fn group(id: i64, title: &str, path: &str, open: u64) -> Group {
    Group {
        id: GroupId(id),
        run: RunId(1),
        stage: Stage::Schema,
        code: "format".to_owned(),
        detail: "email".to_owned(),
        path: path.to_owned(),
        title: title.to_owned(),
        records: open,
        problems: open,
        open,
        first_line: 18,
        last_line: 9_991,
        shapes: vec![
            ShapeCount {
                shape: "a+@".to_owned(),
                count: open - open / 10,
                example: "office@".to_owned(),
            },
            ShapeCount {
                shape: "(empty)".to_owned(),
                count: open / 10,
                example: String::new(),
            },
        ],
    }
}

pub fn problem(path: &str, found: Found) -> Problem {
    Problem {
        stage: Stage::Schema,
        code: "format".to_owned(),
        detail: "email".to_owned(),
        path: Path::parse(path).unwrap(),
        message: "This e-mail address is not complete.".to_owned(),
        hint: "Write it like name@example.com.".to_owned(),
        found: Some(found),
        shape: String::new(),
    }
}

pub fn record(id: i64, current: Value) -> RecordRow {
    RecordRow {
        id: RecordId(id),
        run: RunId(1),
        line: id.unsigned_abs() + 1,
        key: Some(format!("CUS-{id:07}")),
        status: Status::Rejected,
        version: 1,
        problems: Vec::new(),
        current: Some(current),
        changed: Vec::new(),
    }
}
