//! What a try came to, for a delivery, its try and its record: said record by record, so with statements that are prepared once.

use anyhow::{Context as _, Result};
use rusqlite::{CachedStatement, Connection, params};

use super::{
    changes::{Title, group_of},
    sends::{Claim, Ended},
};
use crate::model::{Problem, RecordId, RunId, Status};

/// What is said of each try that has ended.
pub(super) struct Ending<'c> {
    /// What stays open leaves the indexes of what is open alone.
    stays: CachedStatement<'c>,
    is_over: CachedStatement<'c>,
    attempt: CachedStatement<'c>,
    pub moves: Moves<'c>,
}

impl<'c> Ending<'c> {
    pub fn new(conn: &'c Connection) -> Result<Self> {
        Ok(Self {
            stays: conn.prepare_cached(
                "UPDATE delivery SET state = ?3, next_at = ?4 WHERE id = ?1 AND state = 'sending' AND fence = ?2",
            )?,
            is_over: conn.prepare_cached(
                "UPDATE delivery SET state = ?3, next_at = ?4, open = 0 WHERE id = ?1 AND state = 'sending' AND fence = ?2",
            )?,
            attempt: conn.prepare_cached(
                "UPDATE attempt SET outcome = ?3, code = ?4, message = ?5, ended_at = ?6, duration_ms = ?7, answer_id = ?8 \
                 WHERE delivery = ?1 AND fence = ?2 AND outcome = 'sending'",
            )?,
            moves: Moves::new(conn)?,
        })
    }

    pub fn end(&mut self, claim: &Claim, ended: &Ended, at: &str) -> Result<()> {
        let delivery = if ended.state.is_open() {
            &mut self.stays
        } else {
            &mut self.is_over
        };
        let moved = delivery.execute(params![
            ended.delivery,
            claim.fence,
            ended.state.word(),
            ended.next_at
        ])?;
        anyhow::ensure!(
            moved == 1,
            "the delivery of record {} is not being tried",
            ended.record
        );
        self.attempt.execute(params![
            ended.delivery,
            claim.fence,
            ended.attempt.word(),
            ended.code,
            ended.message,
            at,
            ended.duration_ms as i64,
            ended.answer_id
        ])?;
        Ok(())
    }
}

/// Moves records on.
pub(super) struct Moves<'c>(CachedStatement<'c>);

impl<'c> Moves<'c> {
    pub fn new(conn: &'c Connection) -> Result<Self> {
        let update = "UPDATE record SET status = ?2 WHERE id = ?1 AND status = ?3";
        Ok(Self(conn.prepare_cached(update)?))
    }

    pub fn set(&mut self, record: RecordId, (from, to): (Status, Status)) -> Result<()> {
        let moved = self.0.execute(params![record.0, to.word(), from.word()])?;
        anyhow::ensure!(moved == 1, "record {record} is not {}", from.label());
        Ok(())
    }
}

/// Moves a record on; gives the contract that found it ready, where the record can be checked again.
pub(super) fn set_status(
    conn: &Connection,
    record: RecordId,
    (from, to): (Status, Status),
) -> Result<Option<i64>> {
    Moves::new(conn)?.set(record, (from, to))?;
    checked_by(conn, record, to)
}

/// The contract that checked a record last; `None` where it cannot be checked again with this status.
pub(super) fn checked_by(
    conn: &Connection,
    record: RecordId,
    status: Status,
) -> Result<Option<i64>> {
    if !status.can_be_checked() {
        return Ok(None);
    }
    // Not RETURNING, for which SQLite makes a table of its own each time.
    let checked_by = conn
        .prepare_cached("SELECT checked_by FROM record WHERE id = ?1")?
        .query_row([record.0], |row| row.get(0))?;
    Ok(checked_by)
}

/// A record that was ready has no other problem, but it can have warnings.
pub(super) fn add_problem(
    conn: &Connection,
    run: RunId,
    record: RecordId,
    problem: &Problem,
    title: Title<'_>,
) -> Result<()> {
    let line = conn
        .prepare_cached("SELECT line FROM record WHERE id = ?1")?
        .query_row([record.0], |row| row.get(0))
        .with_context(|| format!("there is no record {record}"))?;
    let group = group_of(conn, run, line, problem, title)?;
    conn.prepare_cached(
        "INSERT INTO problem (record, n, grp, path, message, hint, found) \
         SELECT ?1, coalesce(max(n) + 1, 0), ?2, ?3, ?4, ?5, ?6 FROM problem WHERE record = ?1",
    )?
    .execute(params![
        record.0,
        group,
        problem.path.as_str(),
        problem.message,
        problem.hint,
        problem
            .found
            .as_ref()
            .map(serde_json::to_string)
            .transpose()?
    ])?;
    // A record that has a problem of a group twice is open in it once.
    conn.prepare_cached(
        "UPDATE problem_group SET open = open + 1 WHERE id = ?1 \
         AND (SELECT count(*) FROM problem WHERE record = ?2 AND grp = ?1) = 1",
    )?
    .execute(params![group, record.0])?;
    Ok(())
}
