//! The history: everything one action changes is one step.

use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::{Connection, Row, params};

use super::{
    ContractText, Store,
    changes::{Changes, Current, State, Title, changed, current},
    keep_contract,
    records::StoredRecord,
    verdicts::{Confirmed, confirm},
    word,
};
use crate::model::{Fault, Problem, RecordId, RunId, Status, StepId, StepKind, StepRow, Version};

/// What one record becomes in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordChange {
    pub record: RecordId,
    /// The version the change was worked out on; it must still be the current one.
    pub version: i64,
    /// The new text; `None` keeps it.
    pub text: Option<Version>,
    pub status: Status,
    pub key: Option<String>,
    /// What stands in the fields of each `[[unique]]` of the contract, by its name.
    pub unique: BTreeMap<String, String>,
    pub problems: Vec<Problem>,
    pub checked: Checked,
}

/// Who found a record's problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The whole check of the contract the run has then.
    Whole,
    /// No check, or not a whole one.
    Not,
    /// Whoever found those it had: nothing but its uniqueness was decided again.
    AsBefore,
}

impl From<bool> for Checked {
    fn from(whole: bool) -> Self {
        if whole { Self::Whole } else { Self::Not }
    }
}

/// What a step says about itself.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'e> {
    pub run: RunId,
    /// Anything but an undo or a redo, which are asked for by name.
    pub kind: StepKind,
    /// As claimed.
    pub author: &'e str,
    /// RFC 3339, UTC.
    pub at: &'e str,
    pub label: &'e str,
    /// The contract that becomes the run's, with its hash; `None` keeps the one it has.
    pub contract: Option<(&'e ContractText, &'e [u8; 32])>,
    /// The number of the run's own contract, where the changes were worked out with it: it must still be the run's.
    pub under: Option<i64>,
    /// What was checked and found as it is. It is no part of the step.
    pub confirmed: &'e [Confirmed],
    /// The [`Store::changes`] the changes were worked out on, where more than the records' own versions counts:
    /// then nobody else may have written anything since.
    pub seen: Option<i64>,
    /// What was done, so that it can be done again: the step of a recipe, as JSON.
    pub what: Option<&'e str>,
}

impl<'e> Entry<'e> {
    /// A step that keeps the run's contract and counts on nothing but the versions of its records.
    pub fn new(
        run: RunId,
        kind: StepKind,
        (author, at): (&'e str, &'e str),
        label: &'e str,
    ) -> Self {
        Self {
            run,
            kind,
            author,
            at,
            label,
            contract: None,
            under: None,
            confirmed: &[],
            seen: None,
            what: None,
        }
    }
}

/// What became of many changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// `None` when no record was changed.
    pub step: Option<StepId>,
    pub records: u64,
    /// Records that somebody else changed meanwhile, or that are on their way or were sent: they stay as they are.
    pub skipped: Vec<RecordId>,
}

impl Store {
    /// Changes records of one run as one step: all of them or none. Without changes there is no step; a contract that
    /// becomes the run's, and what was confirmed, is written all the same.
    ///
    /// # Errors
    /// `record:changed` when one is no longer the version it was, `record:frozen` when one is on its way or was sent,
    /// `workspace:changed` when somebody else wrote since `entry.seen` or gave the run another contract; then the same can
    /// be tried again.
    pub fn apply(
        &mut self,
        entry: &Entry<'_>,
        changes: &[RecordChange],
        title: Title<'_>,
    ) -> Result<Option<StepId>> {
        self.write(|tx| {
            let contract = begin(tx, entry)?;
            confirm(tx, entry.run, contract, entry.confirmed)?;
            if changes.is_empty() {
                give_contract(tx, entry.run, contract)?;
                return Ok(None);
            }
            let step = new_step(tx, entry, contract, None)?;
            let mut written = Changes::new(tx, entry.run, step, title);
            for change in changes {
                change_one(tx, &mut written, (entry.run, contract), change)?;
            }
            written.finish()?;
            Ok(Some(step))
        })
    }

    /// Changes records of one run as they come, as one step: all of them or none. A record that is no longer the version its
    /// change was worked out on is skipped and named. A record that was read since the workspace was locked (so, since the first
    /// change was asked for) can be given beside its change, and is not read again.
    ///
    /// # Errors
    /// What `changes` gives, and `workspace:changed` as [`Store::apply`]; then nothing is changed.
    pub fn apply_each(
        &mut self,
        entry: &Entry<'_>,
        changes: &mut dyn Iterator<Item = Result<(RecordChange, Option<StoredRecord>)>>,
        title: Title<'_>,
    ) -> Result<Applied> {
        self.write(|tx| {
            let contract = begin(tx, entry)?;
            let mut applied = Applied::default();
            let mut written: Option<Changes<'_>> = None;
            for change in changes {
                let (change, known) = change?;
                let before = match known {
                    Some(record) => Some(Current::from(record)),
                    None => current(tx, change.record)?,
                };
                let before = before.filter(|record| record.run == entry.run);
                let Some(before) = before.filter(|before| late(before, &change).is_none()) else {
                    applied.skipped.push(change.record);
                    continue;
                };
                let written = match &mut written {
                    Some(written) => written,
                    none => {
                        let step = new_step(tx, entry, contract, None)?;
                        applied.step = Some(step);
                        none.insert(Changes::new(tx, entry.run, step, title))
                    }
                };
                put(written, contract, &before, &change)?;
            }
            if let Some(written) = written {
                applied.records = written.finish()?;
            }
            Ok(applied)
        })
    }

    /// All steps of a run, or of every run, newest first.
    pub fn history(&self, run: Option<RunId>) -> Result<Vec<StepRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT id, parent, run, kind, author, at, label, records, undone FROM step \
             WHERE ?1 IS NULL OR run = ?1 ORDER BY id DESC",
        )?;
        let rows = query.query_map([run.map(|run| run.0)], step_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What the fixes of a run did that were not undone, oldest first: the steps of a recipe, as JSON.
    pub fn recipe_steps(&self, run: RunId) -> Result<Vec<(StepId, String)>> {
        let mut query = self.conn.prepare_cached(
            "SELECT id, what FROM step WHERE run = ?1 AND undone = 0 AND what IS NOT NULL \
             AND kind NOT IN ('undo', 'redo') ORDER BY id",
        )?;
        let steps = query.query_map([run.0], |row| Ok((StepId(row.get(0)?), row.get(1)?)))?;
        Ok(steps.collect::<rusqlite::Result<_>>()?)
    }

    /// What the fixes of other runs did that were not undone, newest first.
    pub fn recipe_steps_elsewhere(&self, run: RunId) -> Result<Vec<String>> {
        let mut query = self.conn.prepare_cached(
            "SELECT what FROM step WHERE run <> ?1 AND undone = 0 AND what IS NOT NULL \
             AND kind NOT IN ('undo', 'redo') ORDER BY id DESC LIMIT 1000",
        )?;
        let steps = query.query_map([run.0], |row| row.get(0))?;
        Ok(steps.collect::<rusqlite::Result<_>>()?)
    }

    /// The steps that changed one record, newest first.
    pub fn history_of(&self, record: RecordId) -> Result<Vec<StepRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT s.id, s.parent, s.run, s.kind, s.author, s.at, s.label, s.records, s.undone \
             FROM step_record r JOIN step s ON s.id = r.step WHERE r.record = ?1 ORDER BY r.step DESC",
        )?;
        let rows = query.query_map([record.0], step_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// Refuses what was worked out on something else than what is there now. Gives the contract the run has afterwards.
fn begin(conn: &Connection, entry: &Entry<'_>) -> Result<Option<i64>> {
    let has = contract_of(conn, entry.run)?;
    if let Some(seen) = entry.seen {
        refuse_changed(conn, seen)?;
    }
    if entry.under.is_some_and(|one| Some(one) != has) {
        return Err(changed_meanwhile().into());
    }
    match entry.contract {
        None => Ok(has),
        Some((contract, hash)) => Ok(Some(keep_contract(conn, contract, hash)?)),
    }
}

/// Refuses what was worked out before somebody else wrote: `seen` is the [`Store::changes`] of then.
///
/// # Errors
/// `workspace:changed`.
pub(super) fn refuse_changed(conn: &Connection, seen: i64) -> Result<()> {
    let now: i64 = conn
        .prepare_cached("SELECT changes FROM workspace")?
        .query_row([], |row| row.get(0))?;
    if seen == now {
        Ok(())
    } else {
        Err(changed_meanwhile().into())
    }
}

fn changed_meanwhile() -> Fault {
    Fault::unusable(
        "workspace:changed",
        "somebody else changed the workspace in the meantime",
    )
    .hint("try it again")
}

fn change_one(
    conn: &Connection,
    written: &mut Changes<'_>,
    (run, contract): (RunId, Option<i64>),
    change: &RecordChange,
) -> Result<()> {
    let before = current(conn, change.record)?
        .filter(|record| record.run == run)
        .ok_or_else(|| missing(change.record))?;
    match late(&before, change) {
        Some(fault) => Err(fault.into()),
        None => put(written, contract, &before, change),
    }
}

/// Why a change comes too late, if it does.
fn late(before: &Current, change: &RecordChange) -> Option<Fault> {
    if before.version != change.version {
        return Some(changed(change.record));
    }
    let status = before.state.status;
    (status.is_frozen()).then(|| frozen(change.record, status))
}

fn put(
    written: &mut Changes<'_>,
    contract: Option<i64>,
    before: &Current,
    change: &RecordChange,
) -> Result<()> {
    let content = match &change.text {
        Some(text) => written.add_content(change.record, change.version + 1, text)?,
        None => before.state.content,
    };
    let after = State {
        content,
        status: change.status,
        key: change.key.clone(),
        unique: change.unique.clone(),
        problems: change.problems.clone(),
        checked_by: match change.checked {
            Checked::Whole => contract,
            Checked::Not => None,
            Checked::AsBefore => before.state.checked_by,
        },
    };
    written.put(before, &after)
}

pub(super) fn contract_of(conn: &Connection, run: RunId) -> Result<Option<i64>> {
    Ok(conn
        .prepare_cached("SELECT contract FROM run WHERE id = ?1")?
        .query_row([run.0], |row| row.get(0))?)
}

fn give_contract(conn: &Connection, run: RunId, contract: Option<i64>) -> Result<()> {
    conn.prepare_cached("UPDATE run SET contract = ?2 WHERE id = ?1")?
        .execute(params![run.0, contract])?;
    Ok(())
}

/// Writes a step without records, and the run's contract from then on.
pub(super) fn new_step(
    conn: &Connection,
    entry: &Entry<'_>,
    after: Option<i64>,
    target: Option<StepId>,
) -> Result<StepId> {
    let parent: Option<i64> = conn.query_row(
        "SELECT max(id) FROM step WHERE run = ?1 AND undone = 0 AND kind NOT IN ('undo', 'redo')",
        [entry.run.0],
        |row| row.get(0),
    )?;
    let before = contract_of(conn, entry.run)?;
    if after != before {
        give_contract(conn, entry.run, after)?;
    }
    conn.execute(
        "INSERT INTO step (parent, run, kind, author, at, label, target, records, before_contract, after_contract, what) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, ?10)",
        params![
            parent,
            entry.run.0,
            entry.kind.word(),
            entry.author,
            entry.at,
            entry.label,
            target.map(|step| step.0),
            before,
            after,
            entry.what
        ],
    )?;
    Ok(StepId(conn.last_insert_rowid()))
}

fn step_row(row: &Row<'_>) -> rusqlite::Result<StepRow> {
    Ok(StepRow {
        id: StepId(row.get(0)?),
        parent: row.get::<_, Option<i64>>(1)?.map(StepId),
        run: RunId(row.get(2)?),
        kind: word(row, 3, StepKind::from_word)?,
        author: row.get(4)?,
        at: row.get(5)?,
        label: row.get(6)?,
        records: row.get::<_, i64>(7)? as u64,
        undone: row.get(8)?,
    })
}

pub(super) fn missing(record: RecordId) -> Fault {
    Fault::unusable("record:missing", format!("there is no record {record}"))
        .hint("`redrive records` lists the records")
}

/// The fault of a change that comes after sending.
pub(crate) fn frozen(record: RecordId, status: Status) -> Fault {
    Fault::unusable(
        "record:frozen",
        format!(
            "record {record} cannot be changed any more: it is {}",
            status.label()
        ),
    )
    .hint("what is on its way or was sent stays as it is")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::bench::{AT, Bench, RUN, code, found};

    #[test]
    fn an_edit_stores_a_version_and_moves_the_counters() {
        let mut bench = Bench::new(3);
        let change = bench.change(2, r#"{"n":"two"}"#, Some("RULE-1"));
        let step = bench.apply("ann", &[change]).unwrap();
        bench.recount();
        let now = bench.now(2);
        assert_eq!((now.version, now.state.status), (2, Status::Rejected));
        assert_eq!(now.state.problems, [found("RULE-1")]);
        let group: (String, String, i64, i64) = bench
            .store
            .conn()
            .query_row(
                "SELECT title, path, records, open FROM problem_group WHERE code = 'RULE-1'",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )
            .unwrap();
        assert_eq!(
            group,
            (
                "Title of RULE-1".to_owned(),
                "/lines/[]/qty".to_owned(),
                0,
                1
            )
        );
        let history = bench.store.history_of(RecordId(2)).unwrap();
        assert_eq!(history, bench.store.history(Some(RUN)).unwrap());
        assert_eq!((history[0].id, history[0].records), (step, 1));
        assert!(bench.store.history_of(RecordId(1)).unwrap().is_empty());
    }

    #[test]
    fn a_stale_version_is_refused_and_nothing_is_written() {
        let mut bench = Bench::new(2);
        let stale = bench.change(1, "{}", None);
        let other = bench.change(2, "{}", None);
        let edit = bench.change(1, r#"{"n":5}"#, None);
        bench.apply("ann", &[edit]).unwrap();
        let before = bench.dump();
        let error = bench.apply("bob", &[other, stale]).unwrap_err();
        assert_eq!(code(&error), "record:changed");
        assert_eq!(bench.dump(), before);
        assert_eq!(bench.store.history(None).unwrap().len(), 1);
        bench.recount();
    }

    #[test]
    fn a_step_that_counts_on_the_whole_workspace_waits_for_nobody_elses_write() {
        let mut bench = Bench::new(2);
        let seen = bench.store.changes().unwrap();
        let entry = Entry {
            run: RUN,
            kind: StepKind::Edit,
            author: "ann",
            at: AT,
            label: "",
            contract: None,
            under: None,
            confirmed: &[],
            seen: Some(seen),
            what: None,
        };
        let title = |_: &Problem| String::new();
        let mine = bench.change(1, "[]", None);
        let path = bench.path.clone();
        let mut other = Store::open(&path).unwrap();
        // Nobody counts on what somebody typed.
        other
            .claim_edit(RecordId(2), "bob", (AT, "2026-01-02T00:00:00.000Z"))
            .unwrap();
        let first = bench.change(2, "[]", None);
        let counting = Entry {
            seen: Some(seen),
            ..entry
        };
        bench.store.apply(&counting, &[first], &title).unwrap();
        let his = bench.change(2, "{}", None);
        let his_entry = Entry {
            seen: None,
            ..entry
        };
        other.apply(&his_entry, &[his], &title).unwrap();
        let error = bench.store.apply(&entry, &[mine], &title).unwrap_err();
        assert_eq!(code(&error), "workspace:changed");
    }
}
