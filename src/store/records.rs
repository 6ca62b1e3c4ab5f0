//! Records as they are stored: texts and problems. What a text means is for higher floors to say.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context as _, Result};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::{Store, changes::unique, number, steps::missing, word};
use crate::model::{
    AttemptRow, DeliveryState, Fault, Form, Path, PlanId, Problem, RecordId, RunId, Severity,
    Stage, Status, Version,
};

/// One record as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecord {
    pub id: RecordId,
    pub run: RunId,
    /// 1-based physical line of its first byte in the input.
    pub line: u64,
    /// Offset of its first byte in the input.
    pub byte: u64,
    pub key: Option<String>,
    /// What stands in the fields of each `[[unique]]` of the contract, by its name.
    pub unique: BTreeMap<String, String>,
    pub status: Status,
    /// 1 as received, one more with each change.
    pub version: i64,
    /// Where the text of the current version is stored.
    pub(super) content: i64,
    /// The text of the current version.
    pub text: Version,
    /// The received text, where it is another.
    pub received: Option<Version>,
    pub problems: Vec<Problem>,
    /// The number of the contract whose check found the problems; `None` when none did.
    pub checked_by: Option<i64>,
}

impl StoredRecord {
    /// The received text.
    pub fn raw(&self) -> &Version {
        self.received.as_ref().unwrap_or(&self.text)
    }
}

impl Store {
    /// The records of these numbers, in the order asked for; unknown numbers are left out.
    pub fn records(&self, ids: &[RecordId]) -> Result<Vec<StoredRecord>> {
        let _still = self.reading()?;
        ids.iter()
            .filter_map(|id| self.find(*id).transpose())
            .collect()
    }

    /// One record.
    ///
    /// # Errors
    /// `record:missing`, saying so when it passed and was not kept.
    pub fn record(&self, id: RecordId) -> Result<StoredRecord> {
        match self.find(id)? {
            Some(record) => Ok(record),
            None => Err(self.missing(id)?.into()),
        }
    }

    /// The versions of the records of a run that can be changed, which are those that are neither set aside nor sent.
    ///
    /// # Errors
    /// When the workspace cannot be read.
    pub(crate) fn versions(&self, run: RunId) -> Result<HashMap<RecordId, i64>> {
        let mut query = self.conn.prepare_cached(
            "SELECT id, version FROM record WHERE run = ?1 AND status IN ('rejected', 'ready')",
        )?;
        let versions = query.query_map([run.0], |row| Ok((RecordId(row.get(0)?), row.get(1)?)))?;
        Ok(versions.collect::<rusqlite::Result<_>>()?)
    }

    /// Every text a record ever had, the received one first.
    ///
    /// # Errors
    /// When the workspace cannot be read.
    pub fn texts(&self, id: RecordId) -> Result<Vec<Version>> {
        let mut query = (self.conn)
            .prepare_cached("SELECT form, bytes FROM content WHERE record = ?1 ORDER BY id")?;
        let texts = query.query_map([id.0], |row| version(row, 0))?;
        Ok(texts.collect::<rusqlite::Result<_>>()?)
    }

    /// Every try to deliver a version of a record, in order.
    pub fn attempts(&self, id: RecordId) -> Result<Vec<AttemptRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT d.plan, destination.name, a.n, a.started_at, a.ended_at, a.outcome, a.code, a.message, \
             a.duration_ms, a.answer_id, plan.author, plan.made_at \
             FROM delivery d JOIN plan ON plan.id = d.plan JOIN attempt a ON a.delivery = d.id JOIN destination ON destination.id = d.destination \
             WHERE d.record = ?1 ORDER BY a.delivery, a.n",
        )?;
        let attempts = query.query_map([id.0], |row| {
            Ok(AttemptRow {
                plan: PlanId(row.get(0)?),
                planned_by: row.get(10)?,
                planned_at: row.get(11)?,
                record: id,
                destination: row.get(1)?,
                n: row.get(2)?,
                started_at: row.get(3)?,
                ended_at: row.get(4)?,
                outcome: word(row, 5, DeliveryState::from_word)?,
                code: row.get(6)?,
                message: row.get(7)?,
                duration_ms: row.get::<_, Option<i64>>(8)?.map(|ms| ms as u64),
                answer_id: row.get(9)?,
            })
        })?;
        Ok(attempts.collect::<rusqlite::Result<_>>()?)
    }

    /// The name of the file a record came from.
    ///
    /// # Errors
    /// `record:missing`.
    pub fn file_of(&self, id: RecordId) -> Result<String> {
        let name = (self.conn)
            .prepare_cached(
                "SELECT coalesce(f.name, run.source) FROM record r JOIN run ON run.id = r.run \
                 LEFT JOIN run_file f ON f.run = r.run AND f.n = r.file WHERE r.id = ?1",
            )?
            .query_row([id.0], |row| row.get(0))
            .optional()?;
        match name {
            Some(name) => Ok(name),
            None => Err(self.missing(id)?.into()),
        }
    }

    fn find(&self, id: RecordId) -> Result<Option<StoredRecord>> {
        let mut query = self.conn.prepare_cached(
            "SELECT r.run, r.line, r.byte, r.key, r.status, r.version, c.form, c.bytes, c.version, r.checked_by, r.content \
             FROM record r JOIN content c ON c.id = r.content JOIN run ON run.id = r.run \
             WHERE r.id = ?1 AND run.state = 'ready'",
        )?;
        let found = query
            .query_row([id.0], |row| {
                let record = StoredRecord {
                    id,
                    run: RunId(row.get(0)?),
                    line: number(row, 1)?,
                    byte: number(row, 2)?,
                    key: row.get(3)?,
                    unique: BTreeMap::new(),
                    status: word(row, 4, Status::from_word)?,
                    version: row.get(5)?,
                    content: row.get(10)?,
                    text: version(row, 6)?,
                    received: None,
                    problems: Vec::new(),
                    checked_by: row.get(9)?,
                };
                Ok((record, row.get::<_, i64>(8)?))
            })
            .optional()?;
        let Some((mut record, text_version)) = found else {
            return Ok(None);
        };
        if text_version > 1 {
            record.received = Some(self.received(id)?);
        }
        record.problems = problems(&self.conn, id)?;
        record.unique = unique(&self.conn, id)?;
        Ok(Some(record))
    }

    fn received(&self, id: RecordId) -> Result<Version> {
        self.conn
            .prepare_cached(
                "SELECT form, bytes FROM content WHERE record = ?1 ORDER BY id LIMIT 1",
            )?
            .query_row([id.0], |row| version(row, 0))
            .with_context(|| format!("record {id} has no received text"))
    }

    fn missing(&self, id: RecordId) -> Result<Fault> {
        let passed: bool = self.conn.query_row(
            "SELECT EXISTS (SELECT 1 FROM run WHERE state = 'ready' AND ?1 > base AND ?1 <= base + records)",
            [id.0],
            |row| row.get(0),
        )?;
        Ok(if passed {
            Fault::unusable(
                "record:missing",
                format!("record {id} passed and was not kept"),
            )
            .hint("load with --keep-passed to keep such records")
        } else {
            missing(id)
        })
    }
}

/// What is wrong with a record's current version, in the order of the check.
pub(super) fn problems(conn: &Connection, id: RecordId) -> Result<Vec<Problem>> {
    let mut query = conn.prepare_cached(
        "SELECT g.stage, g.code, g.detail, g.shape, p.path, p.message, p.hint, p.found, g.severity, g.owner \
         FROM problem p JOIN problem_group g ON g.id = p.grp WHERE p.record = ?1 ORDER BY p.n",
    )?;
    let mut rows = query.query([id.0])?;
    let mut problems = Vec::new();
    while let Some(row) = rows.next()? {
        problems.push(problem(row).with_context(|| format!("a problem of record {id}"))?);
    }
    Ok(problems)
}

fn problem(row: &Row<'_>) -> Result<Problem> {
    let found: Option<String> = row.get(7)?;
    Ok(Problem {
        stage: word(row, 0, Stage::from_word)?,
        code: row.get(1)?,
        detail: row.get(2)?,
        shape: row.get(3)?,
        path: word(row, 4, Path::parse)?,
        message: row.get(5)?,
        hint: row.get(6)?,
        found: found.map(|json| serde_json::from_str(&json)).transpose()?,
        severity: word(row, 8, Severity::from_word)?,
        owner: row.get(9)?,
    })
}

/// A form and a blob, in two columns from `first` on.
pub(super) fn version(row: &Row<'_>, first: usize) -> rusqlite::Result<Version> {
    Ok(Version {
        form: word(row, first, Form::from_word)?,
        bytes: row.get(first + 1)?,
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::params;

    use super::*;
    use crate::{
        model::Found,
        store::testing::{problem, put_run, rejected, workspace},
    };

    fn sample() -> (tempfile::TempDir, Store) {
        let (folder, mut store) = workspace();
        let found = Problem {
            found: Some(Found::Text("31/12/2025".to_owned())),
            hint: "Write 2025-12-31.".to_owned(),
            ..problem("format", "/lines/0/at")
        };
        let missing = Problem {
            found: Some(Found::Missing),
            shape: "needs <n> more".to_owned(),
            detail: "x".to_owned(),
            ..problem("required", "/email")
        };
        put_run(
            &mut store,
            &[
                rejected("{\"a\":1}", &[found, missing]),
                rejected("\u{0}\u{fffd}", &[]),
            ],
        );
        (folder, store)
    }

    fn code(result: Result<StoredRecord>) -> (&'static str, String) {
        let error = result.unwrap_err();
        let fault = error.downcast_ref::<Fault>().unwrap();
        (fault.code, fault.message.clone())
    }

    #[test]
    fn a_record_comes_back_with_its_problems_as_they_were_found() {
        let (_folder, store) = sample();
        let record = store.record(RecordId(1)).unwrap();
        assert_eq!((record.line, record.byte, record.version), (1, 0, 1));
        assert_eq!(record.text.bytes, b"{\"a\":1}");
        assert_eq!(
            (record.received.as_ref(), record.raw()),
            (None, &record.text)
        );
        let [format, required] = record.problems.as_slice() else {
            panic!("two problems: {:?}", record.problems);
        };
        assert_eq!(format.found, Some(Found::Text("31/12/2025".to_owned())));
        assert_eq!(format.path.as_str(), "/lines/0/at");
        assert_eq!(format.hint, "Write 2025-12-31.");
        assert_eq!(required.found, Some(Found::Missing));
        assert_eq!(
            (required.detail.as_str(), required.shape.as_str()),
            ("x", "needs <n> more")
        );
    }

    #[test]
    fn rows_come_in_the_order_asked_for_and_unknown_ones_are_left_out() {
        let (_folder, store) = sample();
        let asked = [RecordId(2), RecordId(99), RecordId(1), RecordId(2)];
        let records = store.records(&asked).unwrap();
        let ids: Vec<i64> = records.iter().map(|record| record.id.0).collect();
        assert_eq!(ids, [2, 1, 2]);
    }

    #[test]
    fn an_edited_record_knows_what_was_received() {
        let (_folder, mut store) = sample();
        store
            .write(|tx| {
                tx.execute(
                    "INSERT INTO content (record, version, form, bytes, sha256) VALUES (1, 2, 'json', ?1, x'')",
                    params![b"{\"a\":2}".as_slice()],
                )?;
                tx.execute(
                    "UPDATE record SET version = 2, content = ?1 WHERE id = 1",
                    [tx.last_insert_rowid()],
                )?;
                Ok(())
            })
            .unwrap();
        let record = store.record(RecordId(1)).unwrap();
        assert_eq!(record.text.bytes, b"{\"a\":2}");
        assert_eq!(record.raw().bytes, b"{\"a\":1}");
    }

    #[test]
    fn a_passed_record_that_was_not_kept_is_told_from_one_that_never_was() {
        let (_folder, mut store) = sample();
        store
            .write(|tx| Ok(tx.execute("UPDATE run SET records = 17, passed = 15", [])?))
            .unwrap();
        let missing = "record:missing";
        let passed = "record 17 passed and was not kept".to_owned();
        assert_eq!(code(store.record(RecordId(17))), (missing, passed));
        for id in [0, -1, 18, i64::MAX] {
            let never = format!("there is no record {id}");
            assert_eq!(code(store.record(RecordId(id))), (missing, never));
        }
    }

    #[test]
    fn records_of_a_run_that_is_being_loaded_are_not_seen() {
        let (_folder, mut store) = sample();
        store
            .write(|tx| Ok(tx.execute("UPDATE run SET state = 'loading'", [])?))
            .unwrap();
        assert_eq!(store.records(&[RecordId(1)]).unwrap(), []);
        assert_eq!(code(store.record(RecordId(1))).0, "record:missing");
    }

    #[test]
    fn attempts_come_in_order() {
        let (_folder, mut store) = sample();
        store
            .write(|tx| {
                tx.execute_batch(
                    "INSERT INTO destination (id, name, fingerprint, target) VALUES (1, 'crm', x'00', 't'); \
                     INSERT INTO plan (id, run, destination, environment, author, made_at, state, planned) \
                     VALUES (3, 1, 1, 'test', 'anna', 't0', 'done', 1); \
                     INSERT INTO delivery (id, plan, n, record, destination, content, payload, payload_sha256, idempotency, state, open) \
                     VALUES (1, 3, 1, 1, 1, 1, x'', x'', 'k', 'refused', 0); \
                     INSERT INTO attempt (delivery, n, fence, started_at, outcome) VALUES (1, 1, 1, 't1', 'waiting'); \
                     INSERT INTO attempt (delivery, n, fence, started_at, ended_at, outcome, code, message) \
                     VALUES (1, 2, 1, 't2', 't3', 'refused', 'sqlite:constraint', 'no');",
                )?;
                Ok(())
            })
            .unwrap();
        let attempts = store.attempts(RecordId(1)).unwrap();
        assert_eq!(attempts.len(), 2);
        assert_eq!(attempts[0].outcome, DeliveryState::Waiting);
        assert_eq!(
            attempts[1],
            AttemptRow {
                planned_by: "anna".to_owned(),
                planned_at: "t0".to_owned(),
                plan: PlanId(3),
                record: RecordId(1),
                destination: "crm".to_owned(),
                n: 2,
                started_at: "t2".to_owned(),
                ended_at: Some("t3".to_owned()),
                outcome: DeliveryState::Refused,
                code: "sqlite:constraint".to_owned(),
                message: "no".to_owned(),
                duration_ms: None,
                answer_id: String::new(),
            }
        );
        assert_eq!(store.attempts(RecordId(2)).unwrap(), []);
    }
}
