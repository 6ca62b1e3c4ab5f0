//! Which contract gave the verdicts of a run's records: counted for the whole run, looked up for some.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Store, number, word};
use crate::model::{RecordId, RunId, Status};

/// By how much the verdicts of each contract change, by its number; 0 is none. Only records that can be checked count.
#[derive(Debug, Default)]
pub(super) struct Verdicts(HashMap<i64, i64>);

impl Verdicts {
    /// One record more (1) or less (-1).
    pub fn add(&mut self, status: Status, checked_by: Option<i64>, by: i64) {
        if status.can_be_checked() {
            *self.0.entry(checked_by.unwrap_or(0)).or_default() += by;
        }
    }

    /// Brings the counters of a run up to date.
    pub fn write(&self, conn: &Connection, run: RunId) -> Result<()> {
        let mut counter = conn.prepare_cached(
            "INSERT INTO verdict_count (run, checked_by, records) VALUES (?1, ?2, ?3) \
             ON CONFLICT (run, checked_by) DO UPDATE SET records = records + excluded.records",
        )?;
        for (contract, by) in self.0.iter().filter(|(_, by)| **by != 0) {
            counter.execute(params![run.0, contract, by])?;
        }
        // A recount has no zeros, and the counters equal a recount.
        conn.prepare_cached("DELETE FROM verdict_count WHERE run = ?1 AND records = 0")?
            .execute([run.0])?;
        Ok(())
    }
}

/// A record whose problems a check found again as they are: only the contract that says so is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmed {
    pub record: RecordId,
    /// The version that was checked.
    pub version: i64,
}

/// Writes down that a contract found the problems of these records. One that was changed or sent since is left out: it has
/// another verdict by then, or needs none.
pub(super) fn confirm(
    conn: &Connection,
    run: RunId,
    contract: Option<i64>,
    confirmed: &[Confirmed],
) -> Result<()> {
    let mut before = conn.prepare_cached(
        "SELECT status, checked_by FROM record WHERE id = ?1 AND version = ?2 AND run = ?3",
    )?;
    let mut write = conn.prepare_cached("UPDATE record SET checked_by = ?2 WHERE id = ?1")?;
    let mut verdicts = Verdicts::default();
    for one in confirmed {
        let found = before
            .query_row(params![one.record.0, one.version, run.0], |row| {
                Ok((word(row, 0, Status::from_word)?, row.get(1)?))
            })
            .optional()?;
        let Some((status, checked_by)) = found else {
            continue;
        };
        if status.can_be_checked() && checked_by != contract {
            write.execute(params![one.record.0, contract])?;
            verdicts.add(status, checked_by, -1);
            verdicts.add(status, contract, 1);
        }
    }
    verdicts.write(conn, run)
}

/// One record, for saying whether it must be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub record: RecordId,
    pub status: Status,
    /// The number of the contract whose check found its problems; `None` when none did.
    pub checked_by: Option<i64>,
}

impl Store {
    /// How many records of a run that can be checked have a verdict of which contract; `None` is of none.
    pub fn count_verdicts(&self, run: RunId) -> Result<Vec<(Option<i64>, u64)>> {
        let mut query = self.conn.prepare_cached(
            "SELECT nullif(checked_by, 0), records FROM verdict_count WHERE run = ?1 ORDER BY checked_by",
        )?;
        let counts = query.query_map([run.0], |row| Ok((row.get(0)?, number(row, 1)?)))?;
        Ok(counts.collect::<rusqlite::Result<_>>()?)
    }

    /// Who gave the verdict of each of these records that can be checked, in the order asked for.
    pub fn verdicts(&self, ids: &[RecordId]) -> Result<Vec<Verdict>> {
        let _still = self.reading()?;
        let mut query = self
            .conn
            .prepare_cached("SELECT status, checked_by FROM record WHERE id = ?1")?;
        let mut verdicts = Vec::with_capacity(ids.len());
        for id in ids {
            let found = query
                .query_row([id.0], |row| {
                    Ok(Verdict {
                        record: *id,
                        status: word(row, 0, Status::from_word)?,
                        checked_by: row.get(1)?,
                    })
                })
                .optional()?;
            verdicts.extend(found.filter(|verdict| verdict.status.can_be_checked()));
        }
        Ok(verdicts)
    }

    /// The records whose uniqueness hangs on others, and so can change without them: those that share a key or another value
    /// that must be unique, and those that were not unique when they were checked.
    pub fn contested(&self, run: RunId) -> Result<HashSet<RecordId>> {
        let mut query = self.conn.prepare_cached(
            "SELECT id FROM record WHERE run = ?1 AND key IN \
               (SELECT key FROM record WHERE run = ?1 AND key IS NOT NULL GROUP BY key HAVING count(*) > 1) \
             UNION SELECT record FROM unique_value WHERE run = ?1 AND (fields, value) IN \
               (SELECT fields, value FROM unique_value WHERE run = ?1 GROUP BY fields, value HAVING count(*) > 1) \
             UNION SELECT p.record FROM problem_group g JOIN problem p ON p.grp = g.id \
               WHERE g.run = ?1 AND g.stage = 'rule' AND g.code = 'unique'",
        )?;
        let ids = query.query_map([run.0], |row| Ok(RecordId(row.get(0)?)))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }
}
