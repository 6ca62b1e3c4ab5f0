//! A small workspace for tests: people who were rejected, with and without a contract.

use std::path::PathBuf;

use tempfile::TempDir;

use super::{CheckRequest, Job, Workspace, check};
use crate::{
    filter::Filter,
    model::{ChangeReport, Fault, Layout, RecordId, RunId, Status},
    store::{
        Store,
        testing::{NOW, Sample, put_run_as},
    },
};

pub(super) const CONTRACT: &str = r#"
name = "people"
key = ["/id"]

[schema]
file = "person.json"
formats = true

[[rule]]
id = "ADULT"
assert = "record.age >= 18"
message = "Only adults."
fields = ["/age"]
"#;

const SCHEMA: &str = r#"{
  "type": "object",
  "required": ["id", "email"],
  "properties": {
    "id": {"type": "string", "minLength": 1},
    "email": {"type": "string", "format": "email"},
    "age": {"type": "integer"},
    "stage": {"enum": ["Open", "Closed"]}
  }
}"#;

/// A workspace with one run, and a contract beside it that the run does not have yet.
pub(super) struct Desk {
    folder: TempDir,
    pub workspace: Workspace,
}

impl Desk {
    pub fn csv(lines: &[&str]) -> Self {
        let columns = ["id", "email", "age", "stage"].map(str::to_owned).to_vec();
        let layout = Layout::Csv {
            columns,
            delimiter: ',',
        };
        let samples: Vec<Sample> = lines.iter().map(|line| sample(line)).collect();
        Self::new(&layout, &samples)
    }

    pub fn new(layout: &Layout, samples: &[Sample]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.db");
        let mut store = Store::create(&path, NOW).unwrap();
        put_run_as(&mut store, layout, samples);
        std::fs::write(folder.path().join("people.toml"), CONTRACT).unwrap();
        std::fs::write(folder.path().join("person.json"), SCHEMA).unwrap();
        Self {
            workspace: Workspace::open(&path, "ann").unwrap(),
            folder,
        }
    }

    /// One more run, checked against the same contract.
    pub fn second_run(&mut self, lines: &[&str]) {
        let layout = self.workspace.store.layout(RunId(1)).unwrap();
        let samples: Vec<Sample> = lines.iter().map(|line| sample(line)).collect();
        put_run_as(&mut self.workspace.store, &layout, &samples);
        self.check(Some(self.folder.path().join("people.toml")))
            .unwrap();
    }

    /// The same, checked against the contract, which is the run's from then on.
    pub fn checked(lines: &[&str]) -> Self {
        let mut desk = Self::csv(lines);
        desk.check_against(CONTRACT).unwrap();
        desk
    }

    pub fn check_against(&mut self, contract: &str) -> anyhow::Result<ChangeReport> {
        let path = self.folder.path().join("people.toml");
        std::fs::write(&path, contract).unwrap();
        self.check(Some(path))
    }

    pub fn check(&mut self, contract: Option<PathBuf>) -> anyhow::Result<ChangeReport> {
        let request = CheckRequest {
            filter: Filter::default(),
            contract,
            // What is current already would say nothing about the check.
            again: true,
        };
        check(&mut self.workspace, &request, &Job::default())
    }

    /// Checks one record against the contract beside the workspace, which is the run's from then on.
    pub fn check_only(&mut self, id: i64) -> anyhow::Result<ChangeReport> {
        let request = CheckRequest {
            filter: Filter::parse(&format!("row:{id}")).unwrap(),
            contract: Some(self.folder.path().join("people.toml")),
            again: false,
        };
        check(&mut self.workspace, &request, &Job::default())
    }

    /// What stands in a record and what is wrong with it, in one line.
    pub fn look(&self, id: i64) -> String {
        let record = self.workspace.store.record(RecordId(id)).unwrap();
        let problems: Vec<String> = record
            .problems
            .iter()
            .map(|problem| format!("{}@{}", problem.code, problem.path))
            .collect();
        format!(
            "{} | {} | {}",
            String::from_utf8_lossy(&record.text.bytes),
            record.status.word(),
            problems.join(" ")
        )
    }
}

pub(super) fn sample(text: &str) -> Sample {
    Sample {
        text: text.to_owned(),
        status: Status::Rejected,
        ..Sample::default()
    }
}

pub(super) fn code(error: &anyhow::Error) -> &'static str {
    error.downcast_ref::<Fault>().expect("a fault").code
}
