//! Replaces the current versions of records within one transaction, together with everything that follows from it:
//! contents, problems, groups and counters.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::{
    records::{StoredRecord, problems},
    verdicts::Verdicts,
    word,
};
use crate::model::{
    Fault, FaultKind, Problem, RecordId, RunId, Severity, Stage, Status, StepId, Version,
};

/// Names a group on the screen.
pub type Title<'t> = &'t dyn Fn(&Problem) -> String;

/// Everything about one record that a step can change and an undo restores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub content: i64,
    pub status: Status,
    pub key: Option<String>,
    /// What stands in the fields of each `[[unique]]` of the contract, by its name.
    pub unique: BTreeMap<String, String>,
    pub problems: Vec<Problem>,
    /// The contract whose check found the problems.
    pub checked_by: Option<i64>,
}

/// A record as it stands.
#[derive(Debug)]
pub(super) struct Current {
    pub id: RecordId,
    pub run: RunId,
    pub version: i64,
    pub line: i64,
    pub state: State,
}

impl From<StoredRecord> for Current {
    fn from(record: StoredRecord) -> Self {
        Self {
            id: record.id,
            run: record.run,
            version: record.version,
            line: record.line as i64,
            state: State {
                content: record.content,
                status: record.status,
                key: record.key,
                unique: record.unique,
                problems: record.problems,
                checked_by: record.checked_by,
            },
        }
    }
}

/// The changes of one step while they are being written. Nothing counts until [`Changes::finish`].
pub(super) struct Changes<'c> {
    conn: &'c Connection,
    run: RunId,
    step: StepId,
    title: Title<'c>,
    groups: HashMap<GroupName, i64>,
    /// Who answers for the groups of the problems the records have afterwards: a contract can give a rule another owner.
    /// Written last, because what the records had before is read from the groups as well.
    owners: BTreeMap<i64, String>,
    /// By how much the open records of a group change.
    open: HashMap<i64, i64>,
    statuses: HashMap<Status, i64>,
    verdicts: Verdicts,
    records: u64,
}

/// `(stage, code, detail, path pattern, shape, severity)`
type GroupName = (Stage, String, String, String, String, Severity);

impl<'c> Changes<'c> {
    pub fn new(conn: &'c Connection, run: RunId, step: StepId, title: Title<'c>) -> Self {
        Self {
            conn,
            run,
            step,
            title,
            groups: HashMap::new(),
            owners: BTreeMap::new(),
            open: HashMap::new(),
            statuses: HashMap::new(),
            verdicts: Verdicts::default(),
            records: 0,
        }
    }

    /// Stores one more text of a record and gives its content id.
    pub fn add_content(&self, record: RecordId, version: i64, text: &Version) -> Result<i64> {
        let sha256 = Sha256::digest(&text.bytes);
        self.conn
            .prepare_cached(
                "INSERT INTO content (record, version, form, bytes, sha256, step) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                record.0,
                version,
                text.form.word(),
                text.bytes,
                sha256.as_slice(),
                self.step.0
            ])?;
        Ok(self.conn.last_insert_rowid())
    }

    /// Gives a record its next state and writes both states down.
    pub fn put(&mut self, before: &Current, after: &State) -> Result<()> {
        let had = problems_text(&before.state.problems)?;
        let has = if after.problems == before.state.problems {
            SAME.to_owned()
        } else {
            problems_text(&after.problems)?
        };
        self.put_told(before, after, (&had, &has))
    }

    /// As [`Changes::put`], where what the step keeps of the problems before and after is known.
    pub fn put_told(
        &mut self,
        before: &Current,
        after: &State,
        (had, has): (&str, &str),
    ) -> Result<()> {
        let version = before.version + 1;
        self.swap(before, after, version)?;
        let now = if has == SAME {
            &before.state.problems
        } else {
            self.replace_problems(before, &after.problems)?;
            &after.problems
        };
        if has != SAME
            || before.state.status.is_open_in_its_problems()
                != after.status.is_open_in_its_problems()
        {
            self.count_open(before, (&before.state, &before.state.problems), -1)?;
            self.count_open(before, (after, now), 1)?;
        }
        if before.state.unique != after.unique {
            self.replace_unique(before, &after.unique)?;
        }
        *self.statuses.entry(before.state.status).or_default() -= 1;
        *self.statuses.entry(after.status).or_default() += 1;
        for (state, by) in [(&before.state, -1), (after, 1)] {
            self.verdicts.add(state.status, state.checked_by, by);
        }
        self.records += 1;
        self.write_down(before, after, version, (had, has))
    }

    fn swap(&self, before: &Current, after: &State, version: i64) -> Result<()> {
        let (id, from) = (before.id.0, before.version);
        let mut update = self.conn.prepare_cached(
            "UPDATE record SET content = ?3, status = ?4, version = ?5, checked_by = ?6 WHERE id = ?1 AND version = ?2",
        )?;
        let status = after.status.word();
        let swapped = update.execute(params![
            id,
            from,
            after.content,
            status,
            version,
            after.checked_by
        ])?;
        if swapped != 1 {
            return Err(changed(before.id).into());
        }
        // By itself, because SQLite writes the index of a column that is named, whether it changes or not.
        if before.state.key != after.key {
            self.conn
                .prepare_cached("UPDATE record SET key = ?2 WHERE id = ?1")?
                .execute(params![id, after.key])?;
        }
        Ok(())
    }

    /// Brings the counters up to date. Gives how many records were changed.
    pub fn finish(self) -> Result<u64> {
        let mut group = self
            .conn
            .prepare_cached("UPDATE problem_group SET open = open + ?2 WHERE id = ?1")?;
        for (id, by) in self.open.iter().filter(|(_, by)| **by != 0) {
            group.execute([id, by])?;
        }
        let mut owner = self
            .conn
            .prepare_cached("UPDATE problem_group SET owner = ?2 WHERE id = ?1 AND owner <> ?2")?;
        for (id, name) in &self.owners {
            owner.execute(params![id, name])?;
        }
        count_statuses(self.conn, self.run, &self.statuses)?;
        self.verdicts.write(self.conn, self.run)?;
        self.conn
            .prepare_cached("UPDATE step SET records = ?2 WHERE id = ?1")?
            .execute(params![self.step.0, self.records as i64])?;
        Ok(self.records)
    }

    fn replace_problems(&mut self, before: &Current, problems: &[Problem]) -> Result<()> {
        let has = self.groups_of(before, problems)?;
        self.conn
            .prepare_cached("DELETE FROM problem WHERE record = ?1")?
            .execute([before.id.0])?;
        let mut insert = self.conn.prepare_cached(
            "INSERT INTO problem (record, n, grp, path, message, hint, found) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        for (n, (problem, group)) in problems.iter().zip(&has).enumerate() {
            let found = problem.found.as_ref().map(serde_json::to_string);
            insert.execute(params![
                before.id.0,
                n as i64,
                group,
                problem.path.as_str(),
                problem.message,
                problem.hint,
                found.transpose()?,
            ])?;
            if self.owners.get(group) != Some(&problem.owner) {
                self.owners.insert(*group, problem.owner.clone());
            }
        }
        Ok(())
    }

    /// Takes a record out of the open ones of its groups, or adds it to them. In a group that it has twice it counts once.
    fn count_open(
        &mut self,
        record: &Current,
        (state, problems): (&State, &[Problem]),
        by: i64,
    ) -> Result<()> {
        if !state.status.is_open_in_its_problems() {
            return Ok(());
        }
        let groups: BTreeSet<i64> = self.groups_of(record, problems)?.into_iter().collect();
        for group in groups {
            *self.open.entry(group).or_default() += by;
        }
        Ok(())
    }

    fn replace_unique(&self, before: &Current, unique: &BTreeMap<String, String>) -> Result<()> {
        let record = before.id;
        // Named whole: to delete by record alone SQLite makes a list of the rows first.
        let mut delete = self.conn.prepare_cached(
            "DELETE FROM unique_value WHERE run = ?1 AND fields = ?2 AND value = ?3 AND record = ?4",
        )?;
        for (fields, value) in &before.state.unique {
            delete.execute(params![self.run.0, fields, value, record.0])?;
        }
        let mut insert = self.conn.prepare_cached(
            "INSERT INTO unique_value (run, fields, value, record) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (fields, value) in unique {
            insert.execute(params![self.run.0, fields, value, record.0])?;
        }
        Ok(())
    }

    /// The group of each problem, made where there is none.
    fn groups_of(&mut self, record: &Current, problems: &[Problem]) -> Result<Vec<i64>> {
        problems
            .iter()
            .map(|problem| self.group_of(record, problem))
            .collect()
    }

    fn group_of(&mut self, record: &Current, problem: &Problem) -> Result<i64> {
        let name: GroupName = (
            problem.stage,
            problem.code.clone(),
            problem.detail.clone(),
            problem.path.pattern(),
            problem.shape.clone(),
            problem.severity,
        );
        if let Some(id) = self.groups.get(&name) {
            return Ok(*id);
        }
        let id = group_of(self.conn, self.run, record.line, problem, self.title)?;
        self.groups.insert(name, id);
        Ok(id)
    }

    fn write_down(
        &self,
        before: &Current,
        after: &State,
        version: i64,
        (had, has): (&str, &str),
    ) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO step_record (step, record, before_content, after_content, before_status, after_status, \
                 before_key, after_key, before_problems, after_problems, after_version, before_checked_by, after_checked_by, \
                 before_unique, after_unique) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            )?
            .execute(params![
                self.step.0,
                before.id.0,
                before.state.content,
                after.content,
                before.state.status.word(),
                after.status.word(),
                before.state.key,
                after.key,
                had,
                has,
                version,
                before.state.checked_by,
                after.checked_by,
                unique_text(&before.state.unique)?,
                unique_text(&after.unique)?,
            ])?;
        Ok(())
    }
}

/// What a step keeps of the problems afterwards where they are those before.
pub(super) const SAME: &str = "=";

/// What a step keeps of problems.
pub(super) fn problems_text(problems: &[Problem]) -> Result<String> {
    Ok(serde_json::to_string(problems)?)
}

/// What a step keeps of unique values; nothing where there are none.
fn unique_text(unique: &BTreeMap<String, String>) -> Result<Option<String>> {
    if unique.is_empty() {
        return Ok(None);
    }
    Ok(Some(serde_json::to_string(unique)?))
}

/// The group of a problem, made where there is none. `line` is that of the record that has it.
pub(super) fn group_of(
    conn: &Connection,
    run: RunId,
    line: i64,
    problem: &Problem,
    title: Title<'_>,
) -> Result<i64> {
    let path = problem.path.pattern();
    let known: Option<i64> = conn
        .prepare_cached(
            "SELECT id FROM problem_group \
             WHERE run = ?1 AND stage = ?2 AND code = ?3 AND detail = ?4 AND path = ?5 AND shape = ?6 \
             AND severity = ?7",
        )?
        .query_row(
            params![
                run.0,
                problem.stage.word(),
                problem.code,
                problem.detail,
                path,
                problem.shape,
                problem.severity.word(),
            ],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    // Nothing of it was loaded, so `records` and `problems` are 0 for good.
    conn.prepare_cached(
        "INSERT INTO problem_group \
         (run, stage, code, detail, path, shape, title, records, problems, open, first_line, last_line, severity, owner) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, 0, ?8, ?8, ?9, ?10)",
    )?
    .execute(params![
        run.0,
        problem.stage.word(),
        problem.code,
        problem.detail,
        path,
        problem.shape,
        title(problem),
        line,
        problem.severity.word(),
        problem.owner,
    ])?;
    Ok(conn.last_insert_rowid())
}

/// Adds to the counters of a run's records by status.
pub(super) fn count_statuses(
    conn: &Connection,
    run: RunId,
    statuses: &HashMap<Status, i64>,
) -> Result<()> {
    let mut status = conn.prepare_cached(
        "INSERT INTO status_count (run, status, records) VALUES (?1, ?2, ?3) \
         ON CONFLICT (run, status) DO UPDATE SET records = records + excluded.records",
    )?;
    for (word, by) in statuses.iter().filter(|(_, by)| **by != 0) {
        status.execute(params![run.0, word.word(), by])?;
    }
    // A recount has no zeros, and the counters equal a recount.
    conn.prepare_cached("DELETE FROM status_count WHERE run = ?1 AND records = 0")?
        .execute([run.0])?;
    Ok(())
}

/// A record as it stands; `None` when the workspace holds no such record.
pub(super) fn current(conn: &Connection, id: RecordId) -> Result<Option<Current>> {
    let row = conn
        .prepare_cached(
            "SELECT run, version, line, content, status, key, checked_by FROM record WHERE id = ?1",
        )?
        .query_row([id.0], |row| {
            Ok(Current {
                id,
                run: RunId(row.get(0)?),
                version: row.get(1)?,
                line: row.get(2)?,
                state: State {
                    content: row.get(3)?,
                    status: word(row, 4, Status::from_word)?,
                    key: row.get(5)?,
                    unique: BTreeMap::new(),
                    problems: Vec::new(),
                    checked_by: row.get(6)?,
                },
            })
        })
        .optional()?;
    let Some(mut record) = row else {
        return Ok(None);
    };
    record.state.problems = problems(conn, id)?;
    record.state.unique = unique(conn, id)?;
    Ok(Some(record))
}

/// What stands in the fields of each `[[unique]]`, by its name.
pub(super) fn unique(conn: &Connection, id: RecordId) -> Result<BTreeMap<String, String>> {
    let mut query =
        conn.prepare_cached("SELECT fields, value FROM unique_value WHERE record = ?1")?;
    let values = query.query_map([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(values.collect::<rusqlite::Result<_>>()?)
}

/// The fault of a write that comes too late.
pub(crate) fn changed(id: RecordId) -> Fault {
    Fault::new(
        FaultKind::Unusable,
        "record:changed",
        format!("record {id} was changed by somebody else in the meantime"),
    )
    .hint("look at it again, then repeat the change")
}
