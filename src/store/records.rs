//! Records as they are stored: texts and problems. What a text means is for higher floors to say.

use anyhow::{Context as _, Result};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::{Store, number, word};
use crate::model::{
    AttemptRow, DeliveryState, Fault, Form, Path, PlanId, Problem, RecordId, RunId, Stage, Status,
    Version,
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
    pub status: Status,
    /// 1 as received, one more with each change.
    pub version: i64,
    /// The text of the current version.
    pub text: Version,
    /// The received text, where it is another.
    pub received: Option<Version>,
    pub problems: Vec<Problem>,
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

    /// Every try to deliver a version of a record, in order.
    pub fn attempts(&self, id: RecordId) -> Result<Vec<AttemptRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT d.plan, destination.name, a.n, a.started_at, a.ended_at, a.outcome, a.code, a.message \
             FROM delivery d JOIN attempt a ON a.delivery = d.id JOIN destination ON destination.id = d.destination \
             WHERE d.record = ?1 ORDER BY a.id",
        )?;
        let attempts = query.query_map([id.0], |row| {
            Ok(AttemptRow {
                plan: PlanId(row.get(0)?),
                record: id,
                destination: row.get(1)?,
                n: row.get(2)?,
                started_at: row.get(3)?,
                ended_at: row.get(4)?,
                outcome: word(row, 5, DeliveryState::from_word)?,
                code: row.get(6)?,
                message: row.get(7)?,
            })
        })?;
        Ok(attempts.collect::<rusqlite::Result<_>>()?)
    }

    fn find(&self, id: RecordId) -> Result<Option<StoredRecord>> {
        let mut query = self.conn.prepare_cached(
            "SELECT r.run, r.line, r.byte, r.key, r.status, r.version, c.form, c.bytes, c.version \
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
                    status: word(row, 4, Status::from_word)?,
                    version: row.get(5)?,
                    text: version(row, 6)?,
                    received: None,
                    problems: Vec::new(),
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
            Fault::unusable("record:missing", format!("there is no record {id}"))
                .hint("`redrive records` lists the records")
        })
    }
}

/// What is wrong with a record's current version, in the order of the check.
pub(super) fn problems(conn: &Connection, id: RecordId) -> Result<Vec<Problem>> {
    let mut query = conn.prepare_cached(
        "SELECT g.stage, g.code, g.detail, g.shape, p.path, p.message, p.hint, p.found \
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
    })
}

/// A form and a blob, in two columns from `first` on.
pub(super) fn version(row: &Row<'_>, first: usize) -> rusqlite::Result<Version> {
    Ok(Version {
        form: word(row, first, Form::from_word)?,
        bytes: row.get(first + 1)?,
    })
}
