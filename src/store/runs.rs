//! Runs. One that is still being loaded is never seen.

use anyhow::Result;
use rusqlite::{OptionalExtension as _, Row};

use super::{Store, number, word};
use crate::model::{Fault, Layout, RunId, RunRow, Status};

const RUN: &str = "SELECT run.id, run.name, source, format, records, passed, rejected, unparsed, problems, bytes, loaded_at, \
     coalesce((SELECT at FROM step WHERE run = run.id ORDER BY step.id DESC LIMIT 1), loaded_at), demo, \
     contract.name, warned, capped, \
     (SELECT count(*) FROM step WHERE run = run.id) + (SELECT count(*) FROM plan WHERE run = run.id) \
     FROM run LEFT JOIN contract ON contract.id = run.contract WHERE state = 'ready'";

impl Store {
    /// All runs, newest first.
    pub fn runs(&self) -> Result<Vec<RunRow>> {
        let mut query = self
            .conn
            .prepare_cached(&format!("{RUN} ORDER BY run.id DESC"))?;
        let runs = query.query_map([], |row| self.run_row(row))?;
        Ok(runs.collect::<rusqlite::Result<_>>()?)
    }

    /// One run.
    ///
    /// # Errors
    /// `run:missing`.
    pub fn run(&self, run: RunId) -> Result<RunRow> {
        self.conn
            .prepare_cached(&format!("{RUN} AND run.id = ?1"))?
            .query_row([run.0], |row| self.run_row(row))
            .optional()?
            .ok_or_else(|| missing(run).into())
    }

    /// The run that was loaded last; `None` in an empty workspace.
    pub fn newest_run(&self) -> Result<Option<RunId>> {
        let newest: Option<i64> = self
            .conn
            .prepare_cached("SELECT max(id) FROM run WHERE state = 'ready'")?
            .query_row([], |row| row.get(0))?;
        Ok(newest.map(RunId))
    }

    /// How the received texts of a run become fields.
    ///
    /// # Errors
    /// `run:missing`.
    pub fn layout(&self, run: RunId) -> Result<Layout> {
        let json: String = self
            .conn
            .prepare_cached("SELECT layout FROM run WHERE id = ?1 AND state = 'ready'")?
            .query_row([run.0], |row| row.get(0))
            .optional()?
            .ok_or_else(|| missing(run))?;
        Ok(serde_json::from_str(&json)?)
    }

    /// Refuses a run that is not there or not loaded yet.
    ///
    /// # Errors
    /// `run:missing`.
    pub(super) fn check_run(&self, run: RunId) -> Result<()> {
        self.layout(run).map(drop)
    }

    fn run_row(&self, row: &Row<'_>) -> rusqlite::Result<RunRow> {
        let id = row.get(0)?;
        Ok(RunRow {
            id: RunId(id),
            name: row.get(1)?,
            source: row.get(2)?,
            format: row.get(3)?,
            records: number(row, 4)?,
            passed: number(row, 5)?,
            rejected: number(row, 6)?,
            unparsed: number(row, 7)?,
            problems: number(row, 8)?,
            bytes: number(row, 9)?,
            loaded_at: row.get(10)?,
            saved_at: row.get(11)?,
            statuses: self.statuses(id)?,
            demo: row.get(12)?,
            contract: row.get(13)?,
            warned: number(row, 14)?,
            capped: row.get(15)?,
            history: number(row, 16)?,
        })
    }

    /// In the order of [`Status::ALL`], zeros left out.
    fn statuses(&self, run: i64) -> rusqlite::Result<Vec<(Status, u64)>> {
        let mut query = self.conn.prepare_cached(
            "SELECT status, records FROM status_count WHERE run = ?1 AND records <> 0",
        )?;
        let counts = query.query_map([run], |row| {
            Ok((word(row, 0, Status::from_word)?, number(row, 1)?))
        })?;
        let mut counts: Vec<(Status, u64)> = counts.collect::<rusqlite::Result<_>>()?;
        counts.sort_unstable();
        Ok(counts)
    }
}

pub(super) fn missing(run: RunId) -> Fault {
    Fault::unusable("run:missing", format!("there is no run {run}"))
        .hint("`redrive runs` lists the runs of this workspace")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Sample, put_run, workspace};

    #[test]
    fn runs_come_newest_first_with_their_statuses() {
        let (_folder, mut store) = workspace();
        assert_eq!(store.runs().unwrap(), []);
        assert_eq!(store.newest_run().unwrap(), None);
        let first = put_run(&mut store, &[Sample::default()]);
        let ready = Sample {
            status: Status::Ready,
            ..Sample::default()
        };
        let second = put_run(&mut store, &[ready.clone(), Sample::default(), ready]);
        let runs = store.runs().unwrap();
        assert_eq!(
            runs.iter().map(|run| run.id).collect::<Vec<_>>(),
            [second, first]
        );
        assert_eq!(
            runs[0].statuses,
            [(Status::Rejected, 1), (Status::Ready, 2)]
        );
        assert_eq!(runs[0].saved_at, runs[0].loaded_at);
        assert_eq!(runs[0], store.run(second).unwrap());
        assert_eq!(store.newest_run().unwrap(), Some(second));
    }

    #[test]
    fn a_run_that_is_being_loaded_is_not_seen() {
        let (_folder, mut store) = workspace();
        let run = put_run(&mut store, &[Sample::default()]);
        store
            .write(|tx| Ok(tx.execute("UPDATE run SET state = 'loading'", [])?))
            .unwrap();
        assert_eq!(store.runs().unwrap(), []);
        assert_eq!(store.newest_run().unwrap(), None);
        for error in [store.run(run).unwrap_err(), store.layout(run).unwrap_err()] {
            assert_eq!(error.downcast_ref::<Fault>().unwrap().code, "run:missing");
        }
    }
}
