//! A run of rejected records for the tests of the history, and what is looked at after each step.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::Result;
use rusqlite::params;

use super::{
    Store,
    changes::{Current, State, current},
    steps::{Checked, Entry, RecordChange},
};
use crate::model::{
    Fault, Form, Found, Path, Problem, RecordId, RunId, Stage, Status, StepId, StepKind, Version,
};

pub(super) const AT: &str = "2026-01-01T00:00:00Z";
pub(super) const RUN: RunId = RunId(1);

pub(super) struct Bench {
    _folder: tempfile::TempDir,
    pub path: PathBuf,
    pub store: Store,
}

impl Bench {
    /// A run of rejected records `1..=records`, each with one problem `required /email` and the text `{"n":ID}`.
    pub fn new(records: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.db");
        let mut store = Store::create(&path, AT).unwrap();
        store
            .write(|tx| {
                tx.execute_batch(&format!(
                    "INSERT INTO run (id, name, source, format, layout, base, state, records, loaded_at)
                     VALUES (1, 'r', 'r.jsonl', 'jsonl', '{{\"form\":\"json\"}}', 0, 'ready', {records}, '{AT}');
                     INSERT INTO problem_group VALUES
                       (1, 1, 'schema', 'required', '', '/email', '', 'error', '', 'Email is missing', {records}, {records},
                        {records}, 1, {records});
                     INSERT INTO status_count VALUES (1, 'rejected', {records});
                     INSERT INTO verdict_count VALUES (1, 0, {records});"
                ))?;
                for id in 1..=records {
                    tx.execute(
                        "INSERT INTO content VALUES (?1, ?1, 1, 'json', ?2, ?3, NULL)",
                        params![id, format!("{{\"n\":{id}}}").into_bytes(), [0_u8; 32]],
                    )?;
                    tx.execute(
                        "INSERT INTO record VALUES (?1, 1, ?1, 0, ?2, 'rejected', 1, ?1, NULL, 0)",
                        params![id, format!("K{id}")],
                    )?;
                    tx.execute(
                        "INSERT INTO problem VALUES (?1, 0, 1, '/email', 'Email is missing.', '', '\"missing\"')",
                        [id],
                    )?;
                }
                Ok(())
            })
            .unwrap();
        Self {
            _folder: folder,
            path,
            store,
        }
    }

    pub fn reopen(&mut self) {
        self.store = Store::open(&self.path).unwrap();
    }

    pub fn now(&self, id: i64) -> Current {
        current(self.store.conn(), RecordId(id)).unwrap().unwrap()
    }

    /// A change of one record to a text of its own, with values of its own, with or without a problem.
    pub fn change(&self, id: i64, text: &str, problem: Option<&str>) -> RecordChange {
        RecordChange {
            unique: values_of(text),
            checked: Checked::Not,
            record: RecordId(id),
            version: self.now(id).version,
            text: Some(Version {
                form: Form::Json,
                bytes: text.as_bytes().to_vec(),
            }),
            status: problem.map_or(Status::Ready, |_| Status::Rejected),
            key: Some(format!("key of {text}")),
            problems: problem.map(found).into_iter().collect(),
        }
    }

    pub fn apply(&mut self, author: &str, changes: &[RecordChange]) -> Result<StepId> {
        let entry = Entry {
            run: RUN,
            kind: StepKind::Edit,
            author,
            at: AT,
            label: "an edit",
            contract: None,
            under: None,
            confirmed: &[],
            seen: None,
            what: None,
        };
        let step = (self.store).apply(&entry, changes, &|p| format!("Title of {}", p.code))?;
        Ok(step.expect("the tests change something"))
    }

    /// Everything an undo must restore, by record: text, status, key, unique values, problems.
    pub fn dump(&self) -> BTreeMap<i64, (String, State)> {
        let mut query = self
            .store
            .conn()
            .prepare("SELECT r.id, c.bytes FROM record r JOIN content c ON c.id = r.content")
            .unwrap();
        let rows = query
            .query_map([], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))
            .unwrap();
        rows.map(Result::unwrap)
            .map(|(id, bytes)| (id, (String::from_utf8(bytes).unwrap(), self.now(id).state)))
            .collect()
    }

    /// Panics when a counter differs from a recount.
    pub fn recount(&self) {
        let wrong: i64 = self
            .store
            .conn()
            .query_row(
                "SELECT (SELECT count(*) FROM problem_group g WHERE open <>
                          (SELECT count(DISTINCT p.record) FROM problem p JOIN record r ON r.id = p.record
                           WHERE p.grp = g.id AND r.status <> 'discarded'))
                      + (SELECT count(*) FROM (SELECT * FROM
                          (SELECT run, status, count(*) FROM record GROUP BY run, status
                           EXCEPT SELECT run, status, records FROM status_count)
                          UNION ALL SELECT * FROM
                          (SELECT run, status, records FROM status_count
                           EXCEPT SELECT run, status, count(*) FROM record GROUP BY run, status)))
                      + (SELECT count(*) FROM unique_value u LEFT JOIN record r ON r.id = u.record WHERE r.run IS NOT u.run)
                      + (SELECT count(*) FROM (SELECT * FROM
                          (SELECT run, coalesce(checked_by, 0), count(*) FROM record
                           WHERE status IN ('rejected', 'ready') GROUP BY 1, 2
                           EXCEPT SELECT run, checked_by, records FROM verdict_count)
                          UNION ALL SELECT * FROM
                          (SELECT run, checked_by, records FROM verdict_count
                           EXCEPT SELECT run, coalesce(checked_by, 0), count(*) FROM record
                           WHERE status IN ('rejected', 'ready') GROUP BY 1, 2)))
                      + (SELECT count(*) FROM step s WHERE records <>
                          (SELECT count(*) FROM step_record WHERE step = s.id))",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(wrong, 0, "a counter differs from a recount");
    }

    pub fn set_status(&mut self, id: i64, status: Status) {
        super::testing::set_status(&mut self.store, RecordId(id), status);
    }
}

/// What stands in the fields of two `[[unique]]` in a record of this text; now and then one of them is missing.
pub(super) fn values_of(text: &str) -> BTreeMap<String, String> {
    let mut values = BTreeMap::from([("/a".to_owned(), format!("a of {text}"))]);
    if text.len().is_multiple_of(2) {
        values.insert("/b /c".to_owned(), format!("b and c of {text}"));
    }
    values
}

pub(super) fn found(code: &str) -> Problem {
    Problem {
        stage: Stage::Rule,
        code: code.to_owned(),
        detail: String::new(),
        path: Path::parse("/lines/0/qty").unwrap(),
        message: format!("{code} is broken."),
        hint: "mend it".to_owned(),
        found: Some(Found::Text("x".to_owned())),
        shape: String::new(),
        severity: crate::model::Severity::Error,
        owner: String::new(),
    }
}

pub(super) fn code(error: &anyhow::Error) -> &'static str {
    error.downcast_ref::<Fault>().unwrap().code
}
