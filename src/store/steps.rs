//! The history: every change is a step, and a step is taken back or brought back as one.
//!
//! A record's own history is a stack. What it stands on is the newest edit or check of it that was not taken back; only
//! that step can be undone for it, and only the step directly above can be redone. So an undo never takes away what was
//! done later, whatever was undone and redone in between.

use anyhow::{Result, anyhow};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    ContractText, Store,
    changes::{Changes, Current, State, Title, changed, current},
    keep_contract, word,
};
use crate::model::{
    Fault, FaultKind, Problem, RecordId, RunId, Status, StepId, StepKind, StepRow, UndoReport,
    Version,
};

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
    pub problems: Vec<Problem>,
}

/// What a step says about itself.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'e> {
    pub run: RunId,
    /// [`StepKind::Edit`] or [`StepKind::Check`].
    pub kind: StepKind,
    /// As claimed.
    pub author: &'e str,
    /// RFC 3339, UTC.
    pub at: &'e str,
    pub label: &'e str,
    /// The contract that becomes the run's, with its hash; `None` keeps the one it has.
    pub contract: Option<(&'e ContractText, &'e [u8; 32])>,
    /// The [`Store::data_version`] the changes were worked out on, where more than the records' own versions counts:
    /// then nobody else may have written anything since.
    pub seen: Option<i64>,
}

impl Store {
    /// Changes records of one run as one step: all of them or none.
    ///
    /// # Errors
    /// `record:changed` when one is no longer the version it was, `record:frozen` when one is on its way or was sent,
    /// `workspace:changed` when somebody else wrote since `entry.seen`; then the same can be tried again.
    pub fn apply(
        &mut self,
        entry: &Entry<'_>,
        changes: &[RecordChange],
        title: Title<'_>,
    ) -> Result<StepId> {
        self.write(|tx| {
            let now: i64 = tx.pragma_query_value(None, "data_version", |row| row.get(0))?;
            if entry.seen.is_some_and(|seen| seen != now) {
                return Err(Fault::unusable(
                    "workspace:changed",
                    "somebody else changed the workspace in the meantime",
                )
                .hint("try it again")
                .into());
            }
            let contract = match entry.contract {
                None => contract_of(tx, entry.run)?,
                Some((contract, hash)) => Some(keep_contract(tx, contract, hash)?),
            };
            let step = new_step(tx, entry, contract, None)?;
            let mut written = Changes::new(tx, entry.run, step, title);
            for change in changes {
                change_one(tx, &mut written, entry.run, change)?;
            }
            written.finish()?;
            Ok(step)
        })
    }

    /// Gives a run another contract where that changes no record. This is no step.
    pub fn set_contract(
        &mut self,
        run: RunId,
        contract: &ContractText,
        hash: &[u8; 32],
    ) -> Result<()> {
        self.write(|tx| {
            let id = keep_contract(tx, contract, hash)?;
            give_contract(tx, run, Some(id))
        })
    }

    /// Takes back one's own newest step, or the named one whoever made it. Records that were sent or changed since are
    /// left as they are and named.
    ///
    /// # Errors
    /// `undo:nothing` when there is no such step or none of its records can be taken back.
    pub fn undo(&mut self, author: &str, at: &str, step: Option<StepId>) -> Result<UndoReport> {
        self.write(|tx| {
            let target = match step {
                Some(step) => standing(tx, step)?,
                None => newest_own(tx, author)?.ok_or_else(|| nothing("nothing to undo"))?,
            };
            turn(tx, &target, StepKind::Undo, target.id, author, at)
        })
    }

    /// Brings back what one's own last undo took back, unless one has changed something since.
    ///
    /// # Errors
    /// `undo:nothing` when there is nothing to redo or none of its records can be brought back.
    pub fn redo(&mut self, author: &str, at: &str) -> Result<UndoReport> {
        self.write(|tx| {
            let (undo, target) =
                last_undo(tx, author)?.ok_or_else(|| nothing("nothing to redo"))?;
            turn(tx, &target, StepKind::Redo, undo, author, at)
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

fn change_one(
    conn: &Connection,
    written: &mut Changes<'_>,
    run: RunId,
    change: &RecordChange,
) -> Result<()> {
    let before = current(conn, change.record)?
        .filter(|record| record.run == run)
        .ok_or_else(|| missing(change.record))?;
    if before.version != change.version {
        return Err(changed(change.record).into());
    }
    if before.state.status.is_frozen() {
        return Err(frozen(change.record, before.state.status).into());
    }
    let content = match &change.text {
        Some(text) => written.add_content(change.record, change.version + 1, text)?,
        None => before.state.content,
    };
    let after = State {
        content,
        status: change.status,
        key: change.key.clone(),
        problems: change.problems.clone(),
    };
    written.put(&before, &after)
}

/// A step that is about to be turned back or forth.
struct Target {
    id: StepId,
    run: RunId,
    label: String,
    before_contract: Option<i64>,
    after_contract: Option<i64>,
}

/// Why a record is left as it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Skipped {
    Frozen,
    Changed,
}

/// Turns the records of `among` (a step that changed them) back to before `target`, or forth to after it. This is a step
/// of its own.
fn turn(
    conn: &Connection,
    target: &Target,
    kind: StepKind,
    among: StepId,
    author: &str,
    at: &str,
) -> Result<UndoReport> {
    let back = kind == StepKind::Undo;
    let entry = Entry {
        run: target.run,
        kind,
        author,
        at,
        label: &target.label,
        contract: None,
        seen: None,
    };
    let contract = turned_contract(conn, target, back)?;
    let step = new_step(conn, &entry, contract, Some(target.id))?;
    // All groups of stored states exist, for groups are never deleted; a title is not needed.
    let mut written = Changes::new(conn, target.run, step, &|problem| problem.code.clone());
    let mut skipped = Vec::new();
    for record in records_of(conn, among)? {
        let now = current(conn, record)?.ok_or_else(|| missing(record))?;
        let (before, after) = states(conn, target.id, record)?;
        let (here, there) = if back {
            (after, before)
        } else {
            (before, after)
        };
        match obstacle(conn, target.id, &now, &here, back)? {
            Some(why) => skipped.push((record, why)),
            None => written.put(&now, &there)?,
        }
    }
    let records = written.finish()?;
    if records == 0 && !skipped.is_empty() {
        return Err(all_skipped(target, &skipped, back).into());
    }
    conn.execute(
        "UPDATE step SET undone = ?2 WHERE id = ?1",
        params![target.id.0, back],
    )?;
    Ok(UndoReport {
        step: target.id,
        label: target.label.clone(),
        records,
        skipped: skipped.into_iter().map(|(record, _)| record).collect(),
    })
}

/// What keeps a record from being turned: it must stand on the step (back) or on what the step was done on (forth), and
/// nothing but steps may have changed it since.
fn obstacle(
    conn: &Connection,
    step: StepId,
    now: &Current,
    here: &State,
    back: bool,
) -> Result<Option<Skipped>> {
    if now.state.status.is_frozen() {
        return Ok(Some(Skipped::Frozen));
    }
    let stands_on = standing_on(conn, now.id, None)?;
    let expected = if back {
        Some(step)
    } else {
        standing_on(conn, now.id, Some(step))?
    };
    Ok((stands_on != expected || now.state != *here).then_some(Skipped::Changed))
}

/// The edit or check a record stands on: the newest one that was not taken back; `None` as loaded. With `below`, as it
/// was before that step.
fn standing_on(
    conn: &Connection,
    record: RecordId,
    below: Option<StepId>,
) -> Result<Option<StepId>> {
    let mut newest = conn.prepare_cached(
        "SELECT s.id, s.kind, s.target FROM step_record r JOIN step s ON s.id = r.step \
         WHERE r.record = ?1 AND r.step < ?2 ORDER BY r.step DESC LIMIT 1",
    )?;
    let mut below = below.map_or(i64::MAX, |step| step.0);
    loop {
        let found = newest
            .query_row([record.0, below], |row| {
                Ok((
                    row.get(0)?,
                    word(row, 1, StepKind::from_word)?,
                    row.get::<_, Option<i64>>(2)?,
                ))
            })
            .optional()?;
        match found {
            None => return Ok(None),
            Some((_, StepKind::Redo, Some(target))) => return Ok(Some(StepId(target))),
            // Before the step that was taken back, the record stood where it stands now.
            Some((_, StepKind::Undo, Some(target))) => below = target,
            Some((id, _, _)) => return Ok(Some(StepId(id))),
        }
    }
}

/// A named step that can be undone.
fn standing(conn: &Connection, step: StepId) -> Result<Target> {
    let found = conn
        .query_row(
            "SELECT id, run, label, before_contract, after_contract, kind, undone FROM step WHERE id = ?1",
            [step.0],
            |row| Ok((target(row)?, word(row, 5, StepKind::from_word)?, row.get::<_, bool>(6)?)),
        )
        .optional()?;
    match found {
        None => Err(nothing(format!("there is no step {step}"))
            .hint("`redrive history` lists the steps")
            .into()),
        Some((_, StepKind::Undo | StepKind::Redo, _)) => {
            Err(nothing(format!("step {step} is itself an undo or a redo"))
                .hint("name the edit or check it is about, or use `redrive redo`")
                .into())
        }
        Some((_, _, true)) => Err(nothing(format!("step {step} was undone already"))
            .hint("`redrive redo` brings it back")
            .into()),
        Some((target, _, false)) => Ok(target),
    }
}

fn newest_own(conn: &Connection, author: &str) -> Result<Option<Target>> {
    Ok(conn
        .query_row(
            "SELECT id, run, label, before_contract, after_contract FROM step \
             WHERE author = ?1 AND undone = 0 AND kind IN ('edit', 'check') ORDER BY id DESC LIMIT 1",
            [author],
            target,
        )
        .optional()?)
}

/// One's own newest undo that still holds, and what it took back; `None` if one has edited or checked since.
fn last_undo(conn: &Connection, author: &str) -> Result<Option<(StepId, Target)>> {
    Ok(conn
        .query_row(
            "SELECT t.id, t.run, t.label, t.before_contract, t.after_contract, u.id \
             FROM step u JOIN step t ON t.id = u.target \
             WHERE u.kind = 'undo' AND u.author = ?1 AND t.undone = 1 \
             AND u.id > coalesce((SELECT max(id) FROM step WHERE author = ?1 AND kind IN ('edit', 'check')), 0) \
             ORDER BY u.id DESC LIMIT 1",
            [author],
            |row| Ok((StepId(row.get(5)?), target(row)?)),
        )
        .optional()?)
}

/// The contract a run has afterwards: the one it gets back if the step gave it another and it still has that one.
fn turned_contract(conn: &Connection, target: &Target, back: bool) -> Result<Option<i64>> {
    let (from, to) = if back {
        (target.after_contract, target.before_contract)
    } else {
        (target.before_contract, target.after_contract)
    };
    let now = contract_of(conn, target.run)?;
    Ok(if now == from { to } else { now })
}

fn contract_of(conn: &Connection, run: RunId) -> Result<Option<i64>> {
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
fn new_step(
    conn: &Connection,
    entry: &Entry<'_>,
    after: Option<i64>,
    target: Option<StepId>,
) -> Result<StepId> {
    let parent: Option<i64> = conn.query_row(
        "SELECT max(id) FROM step WHERE run = ?1 AND undone = 0 AND kind IN ('edit', 'check')",
        [entry.run.0],
        |row| row.get(0),
    )?;
    let before = contract_of(conn, entry.run)?;
    if after != before {
        give_contract(conn, entry.run, after)?;
    }
    conn.execute(
        "INSERT INTO step (parent, run, kind, author, at, label, target, records, before_contract, after_contract) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9)",
        params![
            parent,
            entry.run.0,
            entry.kind.word(),
            entry.author,
            entry.at,
            entry.label,
            target.map(|step| step.0),
            before,
            after
        ],
    )?;
    Ok(StepId(conn.last_insert_rowid()))
}

fn records_of(conn: &Connection, step: StepId) -> Result<Vec<RecordId>> {
    let mut query =
        conn.prepare_cached("SELECT record FROM step_record WHERE step = ?1 ORDER BY record")?;
    let ids = query.query_map([step.0], |row| Ok(RecordId(row.get(0)?)))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// A record before and after a step.
fn states(conn: &Connection, step: StepId, record: RecordId) -> Result<(State, State)> {
    let mut query = conn.prepare_cached(
        "SELECT before_content, before_status, before_key, before_problems, \
                after_content, after_status, after_key, after_problems \
         FROM step_record WHERE step = ?1 AND record = ?2",
    )?;
    let (before, after) = query.query_row([step.0, record.0], |row| {
        Ok((stored_state(row, 0)?, stored_state(row, 4)?))
    })?;
    let read = |(mut state, json): (State, String)| -> Result<State> {
        state.problems = serde_json::from_str(&json)
            .map_err(|e| anyhow!("step {step} does not say what was wrong with {record}: {e}"))?;
        Ok(state)
    };
    Ok((read(before)?, read(after)?))
}

/// The state in four columns; its problems still as JSON.
fn stored_state(row: &Row<'_>, first: usize) -> rusqlite::Result<(State, String)> {
    let state = State {
        content: row.get(first)?,
        status: word(row, first + 1, Status::from_word)?,
        key: row.get(first + 2)?,
        problems: Vec::new(),
    };
    Ok((state, row.get(first + 3)?))
}

fn target(row: &Row<'_>) -> rusqlite::Result<Target> {
    Ok(Target {
        id: StepId(row.get(0)?),
        run: RunId(row.get(1)?),
        label: row.get(2)?,
        before_contract: row.get(3)?,
        after_contract: row.get(4)?,
    })
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

fn all_skipped(target: &Target, skipped: &[(RecordId, Skipped)], back: bool) -> Fault {
    let (verb, not) = if back {
        ("undo", "undone")
    } else {
        ("redo", "redone")
    };
    let of = |why: Skipped| -> Vec<RecordId> {
        skipped
            .iter()
            .filter(|(_, reason)| *reason == why)
            .map(|(record, _)| *record)
            .collect()
    };
    let reasons: Vec<String> = [
        (
            of(Skipped::Frozen),
            "on its way or sent",
            "on their way or sent",
        ),
        (of(Skipped::Changed), "changed since", "changed since"),
    ]
    .into_iter()
    .filter_map(|(records, one, many)| match records.as_slice() {
        [] => None,
        [record] => Some(format!("record {record} is {one}")),
        [first, rest @ ..] => Some(format!("record {first} and {} more are {many}", rest.len())),
    })
    .collect();
    nothing(format!(
        "cannot {verb} step {}: {}",
        target.id,
        reasons.join(", ")
    ))
    .hint(format!(
        "what was sent or changed since is not {not}; `redrive history` lists the steps that can be"
    ))
}

fn nothing(message: impl Into<String>) -> Fault {
    Fault::new(FaultKind::Nothing, "undo:nothing", message)
}

fn missing(record: RecordId) -> Fault {
    Fault::unusable("record:missing", format!("there is no record {record}"))
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
    use std::{collections::BTreeMap, path::PathBuf};

    use proptest::prelude::*;

    use super::*;
    use crate::model::{Form, Found, Path, Stage};

    const AT: &str = "2026-01-01T00:00:00Z";
    const RUN: RunId = RunId(1);

    struct Bench {
        _folder: tempfile::TempDir,
        path: PathBuf,
        store: Store,
    }

    impl Bench {
        /// A run of rejected records `1..=records`, each with one problem `required /email` and the text `{"n":ID}`.
        fn new(records: i64) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("w.db");
            let mut store = Store::create(&path, AT).unwrap();
            store
                .write(|tx| {
                    tx.execute_batch(&format!(
                        "INSERT INTO run (id, name, source, format, layout, base, state, records, loaded_at)
                         VALUES (1, 'r', 'r.jsonl', 'jsonl', '{{\"form\":\"json\"}}', 0, 'ready', {records}, '{AT}');
                         INSERT INTO problem_group VALUES
                           (1, 1, 'schema', 'required', '', '/email', '', 'Email is missing', {records}, {records},
                            {records}, 1, {records});
                         INSERT INTO status_count VALUES (1, 'rejected', {records});"
                    ))?;
                    for id in 1..=records {
                        tx.execute(
                            "INSERT INTO content VALUES (?1, ?1, 1, 'json', ?2, ?3, NULL)",
                            params![id, format!("{{\"n\":{id}}}").into_bytes(), [0_u8; 32]],
                        )?;
                        tx.execute(
                            "INSERT INTO record VALUES (?1, 1, ?1, 0, ?2, 'rejected', 1, ?1)",
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

        fn reopen(&mut self) {
            self.store = Store::open(&self.path).unwrap();
        }

        fn now(&self, id: i64) -> Current {
            current(self.store.conn(), RecordId(id)).unwrap().unwrap()
        }

        /// A change of one record to a text of its own, with or without a problem.
        fn change(&self, id: i64, text: &str, problem: Option<&str>) -> RecordChange {
            RecordChange {
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

        fn apply(&mut self, author: &str, changes: &[RecordChange]) -> Result<StepId> {
            let entry = Entry {
                run: RUN,
                kind: StepKind::Edit,
                author,
                at: AT,
                label: "an edit",
                contract: None,
                seen: None,
            };
            self.store
                .apply(&entry, changes, &|p| format!("Title of {}", p.code))
        }

        /// Everything an undo must restore, by record: text, status, key, problems.
        fn dump(&self) -> BTreeMap<i64, (String, State)> {
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
        fn recount(&self) {
            let wrong: i64 = self
                .store
                .conn()
                .query_row(
                    "SELECT (SELECT count(*) FROM problem_group g WHERE open <>
                              (SELECT count(DISTINCT record) FROM problem WHERE grp = g.id))
                          + (SELECT count(*) FROM (SELECT * FROM
                              (SELECT run, status, count(*) FROM record GROUP BY run, status
                               EXCEPT SELECT run, status, records FROM status_count)
                              UNION ALL SELECT * FROM
                              (SELECT run, status, records FROM status_count
                               EXCEPT SELECT run, status, count(*) FROM record GROUP BY run, status)))
                          + (SELECT count(*) FROM step s WHERE records <>
                              (SELECT count(*) FROM step_record WHERE step = s.id))",
                    [],
                    |row| row.get(0),
                )
                .unwrap();
            assert_eq!(wrong, 0, "a counter differs from a recount");
        }

        fn set_status(&mut self, id: i64, status: Status) {
            let before = self.now(id).state.status;
            self.store
                .write(|tx| {
                    tx.execute("UPDATE record SET status = ?2 WHERE id = ?1", params![id, status.word()])?;
                    for (word, by) in [(before, -1), (status, 1)] {
                        tx.execute(
                            "INSERT INTO status_count VALUES (1, ?1, ?2) ON CONFLICT DO UPDATE SET records = records + ?2",
                            params![word.word(), by],
                        )?;
                    }
                    tx.execute("DELETE FROM status_count WHERE records = 0", [])?;
                    Ok(())
                })
                .unwrap();
        }
    }

    fn found(code: &str) -> Problem {
        Problem {
            stage: Stage::Rule,
            code: code.to_owned(),
            detail: String::new(),
            path: Path::parse("/lines/0/qty").unwrap(),
            message: format!("{code} is broken."),
            hint: "mend it".to_owned(),
            found: Some(Found::Text("x".to_owned())),
            shape: String::new(),
        }
    }

    fn code(error: &anyhow::Error) -> &'static str {
        error.downcast_ref::<Fault>().unwrap().code
    }

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
        let seen = bench.store.data_version().unwrap();
        let entry = Entry {
            run: RUN,
            kind: StepKind::Edit,
            author: "ann",
            at: AT,
            label: "",
            contract: None,
            seen: Some(seen),
        };
        let title = |_: &Problem| String::new();
        // One's own writes do not count.
        let first = bench.change(1, "{}", None);
        bench.store.apply(&entry, &[first], &title).unwrap();
        let mine = bench.change(1, "[]", None);
        let path = bench.path.clone();
        let mut other = Store::open(&path).unwrap();
        let his = bench.change(2, "{}", None);
        let his_entry = Entry {
            seen: None,
            ..entry
        };
        other.apply(&his_entry, &[his], &title).unwrap();
        let error = bench.store.apply(&entry, &[mine], &title).unwrap_err();
        assert_eq!(code(&error), "workspace:changed");
    }

    #[test]
    fn what_was_sent_is_neither_changed_nor_undone() {
        let mut bench = Bench::new(2);
        let both = [bench.change(1, "{}", None), bench.change(2, "{}", None)];
        let step = bench.apply("ann", &both).unwrap();
        bench.set_status(1, Status::Accepted);
        let late = bench.change(1, "[]", None);
        assert_eq!(
            code(&bench.apply("ann", &[late]).unwrap_err()),
            "record:frozen"
        );

        let undone = bench.store.undo("ann", AT, None).unwrap();
        assert_eq!((undone.step, undone.records), (step, 1));
        assert_eq!(undone.skipped, [RecordId(1)]);
        let redone = bench.store.redo("ann", AT).unwrap();
        assert_eq!((redone.records, redone.skipped.len()), (1, 0));

        bench.set_status(2, Status::HandedOver);
        let error = bench.store.undo("ann", AT, None).unwrap_err();
        assert_eq!(code(&error), "undo:nothing");
        insta::assert_snapshot!(error, @"cannot undo step 1: record 1 and 1 more are on their way or sent");
        bench.recount();
    }

    #[test]
    fn an_undo_leaves_what_somebody_else_changed_since() {
        let mut bench = Bench::new(2);
        let both = [bench.change(1, "{}", None), bench.change(2, "{}", None)];
        bench.apply("ann", &both).unwrap();
        let his = bench.change(2, r#"{"n":"his"}"#, None);
        let step = bench.apply("bob", &[his]).unwrap();
        let undone = bench.store.undo("ann", AT, None).unwrap();
        assert_eq!((undone.records, undone.skipped), (1, vec![RecordId(2)]));
        assert_eq!(bench.dump()[&2].0, r#"{"n":"his"}"#);
        let error = bench.store.undo("ann", AT, None).unwrap_err();
        assert_eq!(error.to_string(), "nothing to undo");
        // A named step may be anybody's.
        assert_eq!(bench.store.undo("ann", AT, Some(step)).unwrap().records, 1);
        for (named, message) in [
            (step, "step 2 was undone already"),
            (StepId(3), "step 3 is itself an undo or a redo"),
            (StepId(99), "there is no step 99"),
        ] {
            let error = bench.store.undo("ann", AT, Some(named)).unwrap_err();
            assert_eq!(
                (code(&error), error.to_string().as_str()),
                ("undo:nothing", message)
            );
        }
    }

    #[test]
    fn a_new_edit_leaves_nothing_to_redo_and_begins_a_branch() {
        let mut bench = Bench::new(1);
        for text in ["[1]", "[2]"] {
            let change = bench.change(1, text, None);
            bench.apply("ann", &[change]).unwrap();
        }
        bench.store.undo("ann", AT, None).unwrap();
        let change = bench.change(1, "[3]", None);
        bench.apply("ann", &[change]).unwrap();
        let error = bench.store.redo("ann", AT).unwrap_err();
        assert_eq!(
            (code(&error), error.to_string().as_str()),
            ("undo:nothing", "nothing to redo")
        );
        let history: Vec<_> = bench
            .store
            .history(None)
            .unwrap()
            .into_iter()
            .map(|step| {
                (
                    step.id.0,
                    step.parent.map(|p| p.0),
                    step.kind.word(),
                    step.undone,
                )
            })
            .collect();
        assert_eq!(
            history,
            [
                (4, Some(1), "edit", false),
                (3, Some(2), "undo", false),
                (2, Some(1), "edit", true),
                (1, None, "edit", false),
            ]
        );
        assert_eq!(bench.store.undo("ann", AT, None).unwrap().step, StepId(4));
        assert_eq!(bench.store.undo("ann", AT, None).unwrap().step, StepId(1));
        assert_eq!(bench.dump()[&1].0, r#"{"n":1}"#);
    }

    #[test]
    fn an_undo_gives_a_run_its_contract_back() {
        let mut bench = Bench::new(1);
        let contract = |bench: &Bench| {
            let stored = bench.store.run_contract(RUN).unwrap();
            stored.map(|contract| contract.name)
        };
        let text = |name: &str| ContractText {
            name: name.to_owned(),
            text: String::new(),
            files: Vec::new(),
            path: PathBuf::new(),
        };
        let change = RecordChange {
            text: None,
            ..bench.change(1, "{}", None)
        };
        let strict = text("strict");
        let entry = Entry {
            run: RUN,
            kind: StepKind::Check,
            author: "ann",
            at: AT,
            label: "check",
            contract: Some((&strict, &[1; 32])),
            seen: None,
        };
        bench
            .store
            .apply(&entry, &[change], &|_| String::new())
            .unwrap();
        assert_eq!(contract(&bench).as_deref(), Some("strict"));
        bench.store.undo("ann", AT, None).unwrap();
        assert_eq!(contract(&bench), None);
        bench.store.redo("ann", AT).unwrap();
        assert_eq!(contract(&bench).as_deref(), Some("strict"));
        // A contract that came later stays.
        bench
            .store
            .set_contract(RUN, &text("other"), &[2; 32])
            .unwrap();
        bench.store.undo("ann", AT, None).unwrap();
        assert_eq!(contract(&bench).as_deref(), Some("other"));
    }

    /// What a person or the sender does in the state machine below. Authors are 0 and 1, records 1 to 4.
    #[derive(Clone, Debug)]
    enum Deed {
        Edit {
            author: usize,
            records: Vec<i64>,
            broken: bool,
        },
        Undo {
            author: usize,
        },
        UndoNamed {
            author: usize,
            step: usize,
        },
        Redo {
            author: usize,
        },
        Send {
            record: i64,
        },
        Refuse {
            record: i64,
        },
        Reopen,
    }

    fn deed() -> impl Strategy<Value = Deed> {
        let author = 0..2_usize;
        let records = proptest::sample::subsequence(vec![1_i64, 2, 3, 4], 1..=4);
        prop_oneof![
            5 => (author.clone(), records, any::<bool>())
                .prop_map(|(author, records, broken)| Deed::Edit { author, records, broken }),
            4 => author.clone().prop_map(|author| Deed::Undo { author }),
            2 => (author.clone(), 0..12_usize).prop_map(|(author, step)| Deed::UndoNamed { author, step }),
            4 => author.prop_map(|author| Deed::Redo { author }),
            1 => (1..5_i64).prop_map(|record| Deed::Send { record }),
            1 => (1..5_i64).prop_map(|record| Deed::Refuse { record }),
            1 => Just(Deed::Reopen),
        ]
    }

    /// A text and a status.
    type Look = (String, Status);

    /// The history kept the obvious way: for each record a stack of the steps it stands on and the state under each.
    #[derive(Default)]
    struct Model {
        records: BTreeMap<i64, (Vec<usize>, Look)>,
        steps: Vec<ModelStep>,
        /// `(author, step, records)` of each undo and where in time it was done.
        undos: Vec<(usize, usize, Vec<i64>, usize)>,
        last_edit: [usize; 2],
        time: usize,
    }

    struct ModelStep {
        author: usize,
        undone: bool,
        /// By record: the stack and state under the step, and the state after it.
        records: BTreeMap<i64, (Vec<usize>, Look, Look)>,
    }

    impl Model {
        fn edit(&mut self, author: usize, changed: &[i64], state: &Look) {
            self.time += 1;
            self.last_edit[author] = self.time;
            let mut records = BTreeMap::new();
            for id in changed {
                let (stack, now) = self.records.get_mut(id).unwrap();
                records.insert(*id, (stack.clone(), now.clone(), state.clone()));
                stack.push(self.steps.len());
                *now = state.clone();
            }
            self.steps.push(ModelStep {
                author,
                undone: false,
                records,
            });
        }

        /// Gives what was taken back, or `None` when nothing could be.
        fn undo(&mut self, author: usize, step: usize) -> Option<usize> {
            self.time += 1;
            let mut back = Vec::new();
            for (id, (under, before, after)) in &self.steps[step].records {
                let (stack, now) = self.records.get_mut(id).unwrap();
                if stack.last() == Some(&step) && now == after {
                    *stack = under.clone();
                    *now = before.clone();
                    back.push(*id);
                }
            }
            if back.is_empty() {
                return None;
            }
            self.steps[step].undone = true;
            self.undos.push((author, step, back.clone(), self.time));
            Some(back.len())
        }

        fn newest_own(&self, author: usize) -> Option<usize> {
            self.steps
                .iter()
                .rposition(|step| step.author == author && !step.undone)
        }

        fn redo(&mut self, author: usize) -> Option<usize> {
            self.time += 1;
            let (_, step, among, _) = self
                .undos
                .iter()
                .rfind(|(by, step, _, time)| {
                    *by == author && self.steps[*step].undone && *time > self.last_edit[author]
                })?
                .clone();
            let mut forth = 0;
            for id in among {
                let (under, before, after) = &self.steps[step].records[&id];
                let (stack, now) = self.records.get_mut(&id).unwrap();
                if stack == under && now == before {
                    stack.push(step);
                    *now = after.clone();
                    forth += 1;
                }
            }
            if forth == 0 {
                return None;
            }
            self.steps[step].undone = false;
            Some(forth)
        }
    }

    fn done(result: Result<UndoReport>) -> Option<usize> {
        match result {
            Ok(report) => Some(report.records as usize),
            Err(error) => {
                assert_eq!(code(&error), "undo:nothing");
                None
            }
        }
    }

    fn play(deeds: &[Deed]) {
        const AUTHORS: [&str; 2] = ["ann", "bob"];
        let mut bench = Bench::new(4);
        let loaded = bench.dump();
        let mut model = Model::default();
        // The step ids of the model's steps.
        let mut ids: Vec<StepId> = Vec::new();
        for (id, (text, state)) in &loaded {
            model
                .records
                .insert(*id, (vec![], (text.clone(), state.status)));
        }
        for (n, deed) in deeds.iter().enumerate() {
            match deed {
                Deed::Edit {
                    author,
                    records,
                    broken,
                } => {
                    let text = format!("[{n}]");
                    let problem = broken.then_some(if n % 2 == 0 { "even" } else { "odd" });
                    let changes: Vec<_> = records
                        .iter()
                        .map(|id| bench.change(*id, &text, problem))
                        .collect();
                    let frozen = records
                        .iter()
                        .any(|id| bench.now(*id).state.status.is_frozen());
                    match bench.apply(AUTHORS[*author], &changes) {
                        Ok(id) => {
                            ids.push(id);
                            model.edit(*author, records, &(text, changes[0].status));
                        }
                        Err(error) => assert!(frozen && code(&error) == "record:frozen"),
                    }
                }
                Deed::Undo { author } => {
                    let expected = model
                        .newest_own(*author)
                        .and_then(|step| model.undo(*author, step));
                    assert_eq!(done(bench.store.undo(AUTHORS[*author], AT, None)), expected);
                }
                Deed::UndoNamed { author, step } => {
                    if let Some(id) = ids.get(*step) {
                        let expected = if model.steps[*step].undone {
                            None
                        } else {
                            model.undo(*author, *step)
                        };
                        assert_eq!(
                            done(bench.store.undo(AUTHORS[*author], AT, Some(*id))),
                            expected
                        );
                    }
                }
                Deed::Redo { author } => {
                    assert_eq!(
                        done(bench.store.redo(AUTHORS[*author], AT)),
                        model.redo(*author)
                    );
                }
                Deed::Send { record } => {
                    bench.set_status(*record, Status::Accepted);
                    model.records.get_mut(record).unwrap().1.1 = Status::Accepted;
                }
                Deed::Refuse { record } => {
                    bench.set_status(*record, Status::Rejected);
                    model.records.get_mut(record).unwrap().1.1 = Status::Rejected;
                }
                Deed::Reopen => bench.reopen(),
            }
            bench.recount();
            for (id, (text, state)) in bench.dump() {
                assert_eq!(
                    (text, state.status),
                    model.records[&id].1,
                    "record {id} after {deed:?}"
                );
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn the_history_does_what_stacks_of_steps_do(deeds in prop::collection::vec(deed(), 1..30)) {
            play(&deeds);
        }

        #[test]
        fn undoing_everything_restores_the_beginning_and_redoing_brings_all_back(
            edits in prop::collection::vec(
                (proptest::sample::subsequence(vec![1_i64, 2, 3, 4], 1..=4), any::<bool>()), 1..10),
        ) {
            let mut bench = Bench::new(4);
            let loaded = bench.dump();
            for (n, (records, broken)) in edits.iter().enumerate() {
                let text = format!("[{n}]");
                let changes: Vec<_> = records
                    .iter()
                    .map(|id| bench.change(*id, &text, broken.then_some("RULE-1")))
                    .collect();
                bench.apply("ann", &changes).unwrap();
            }
            let edited = bench.dump();
            for _ in 0..2 {
                for _ in &edits {
                    prop_assert_eq!(bench.store.undo("ann", AT, None).unwrap().skipped, vec![]);
                    bench.recount();
                }
                prop_assert!(bench.store.undo("ann", AT, None).is_err());
                prop_assert_eq!(bench.dump(), loaded.clone());
                bench.reopen();
                for _ in &edits {
                    prop_assert_eq!(bench.store.redo("ann", AT).unwrap().skipped, vec![]);
                    bench.recount();
                }
                prop_assert!(bench.store.redo("ann", AT).is_err());
                prop_assert_eq!(bench.dump(), edited.clone());
            }
        }
    }

    #[test]
    fn a_step_of_many_records_is_undone_as_one() {
        let mut bench = Bench::new(5_000);
        let changes: Vec<_> = (1..=5_000)
            .map(|id| bench.change(id, "{}", (id % 3 == 0).then_some("RULE-1")))
            .collect();
        let before = bench.dump();
        bench.apply("ann", &changes).unwrap();
        bench.recount();
        assert_eq!(bench.store.undo("ann", AT, None).unwrap().records, 5_000);
        assert_eq!(bench.dump(), before);
        bench.recount();
    }
}
