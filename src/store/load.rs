//! Storing a run while it is loaded: batches under a run in state `loading`, which nobody sees, and one last transaction
//! that publishes it.

use std::{collections::BTreeMap, sync::mpsc::sync_channel, thread};

use anyhow::{Context as _, Result};
use rusqlite::{OptionalExtension, Transaction, named_params, params};

use super::{
    ContractText, Store,
    abandoned::remove_run,
    files::{NewFile, already_loaded, digest, insert_files, refuse_twice, run_with},
    is_hidden, keep_contract,
    keys::KeySet,
    this_process,
    uniqueness::UniqueValues,
    verdicts::Verdicts,
};
use crate::model::{Fault, Layout, RunId, Severity, Stage, Status};

/// Records in one transaction; or fewer when their bytes reach [`BATCH_BYTES`].
const BATCH_RECORDS: usize = 2_000;
const BATCH_BYTES: usize = 8 << 20;

/// Hashes in one row of `passed_key`.
const KEYS_IN_A_CHUNK: usize = 4096;

/// What is known of a run before its records are.
pub(crate) struct NewRun<'a> {
    pub name: &'a str,
    pub source: &'a str,
    pub format: &'a str,
    pub layout: &'a Layout,
    /// With its hash.
    pub contract: Option<(&'a ContractText, &'a [u8; 32])>,
    pub keep_passed: bool,
    pub demo: bool,
    /// RFC 3339, UTC.
    pub loaded_at: &'a str,
    /// Also removes what a load left of which nobody here can tell whether it is under way: a person says that it has ended.
    pub take_over: bool,
}

/// One record that is stored.
pub(crate) struct NewRecord {
    /// 1-based place in the input.
    pub ordinal: u64,
    /// The number of the file it is in.
    pub file: u32,
    pub line: u64,
    pub byte: u64,
    pub key: Option<String>,
    /// What stands in the fields of each `[[unique]]` of the contract, by its name.
    pub unique: BTreeMap<String, String>,
    /// Whether the run's contract found the problems, and not another tool.
    pub checked: bool,
    /// `Rejected` or `Ready`.
    pub status: Status,
    pub form: &'static str,
    pub bytes: Vec<u8>,
    pub sha256: [u8; 32],
    pub problems: Vec<NewProblem>,
}

/// One problem of a record that is stored.
pub(crate) struct NewProblem {
    /// The number [`RunWriter::add_group`] gave.
    pub group: usize,
    pub path: String,
    pub message: String,
    pub hint: String,
    /// `model::Found` as JSON.
    pub found: Option<String>,
}

/// A group when its first problem is met.
pub(crate) struct NewGroup {
    pub stage: Stage,
    pub code: String,
    pub detail: String,
    pub path: String,
    pub shape: String,
    pub severity: Severity,
    pub owner: String,
    pub title: String,
}

/// A group's counts when the load is done.
#[derive(Clone, Debug, Default)]
pub(crate) struct GroupCounts {
    pub records: u64,
    /// Of these, the records that are stored.
    pub stored: u64,
    pub problems: u64,
    pub first_line: u64,
    pub last_line: u64,
    /// Shape, count, example.
    pub shapes: Vec<(String, u64, String)>,
}

/// A run's counts when the load is done.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RunCounts {
    pub records: u64,
    pub passed: u64,
    pub rejected: u64,
    pub unparsed: u64,
    /// What rejects records; warnings are counted in their groups only.
    pub problems: u64,
    pub bytes: u64,
    pub kept: u64,
    /// Records that passed with a warning.
    pub warned: u64,
    pub seconds: f64,
    /// Whether a tool stopped before it had told everything.
    pub capped: bool,
}

impl Store {
    /// Begins a run that nobody sees until it is published.
    ///
    /// # Errors
    /// `load:running` when another process is loading into this workspace.
    pub(crate) fn begin_load(&mut self, new: &NewRun<'_>) -> Result<RunWriter<'_>> {
        self.clear_abandoned(new.take_over)?;
        let owner = this_process();
        let (run, base) = self.write_beside(|transaction| insert_run(transaction, new, &owner))?;
        // A crash throws the batches away anyway, so they need not wait for the disk; publishing does.
        self.wait_for_disk(false)?;
        Ok(RunWriter {
            store: self,
            owner,
            run,
            base,
            groups: Vec::new(),
            verdicts: Verdicts::default(),
            unique: UniqueValues::default(),
            published: false,
        })
    }
}

/// Records and new groups that are stored together, in one transaction.
#[derive(Default)]
pub(crate) struct Batch {
    groups: Vec<NewGroup>,
    records: Vec<NewRecord>,
    bytes: usize,
}

/// Collects batches without touching the workspace, so that one is stored while the next is collected.
#[derive(Default)]
pub(crate) struct Batches {
    /// Groups in the batches before.
    groups: usize,
    batch: Batch,
}

impl Batches {
    /// Takes a group that was not met before; gives its number, counted from 0.
    pub fn add_group(&mut self, group: NewGroup) -> usize {
        self.batch.groups.push(group);
        self.groups + self.batch.groups.len() - 1
    }

    /// Takes a record, in the order of the input. Gives a batch that is full.
    pub fn add(&mut self, record: NewRecord) -> Option<Batch> {
        self.batch.bytes += record.bytes.len();
        self.batch.records.push(record);
        let full = self.batch.records.len() >= BATCH_RECORDS || self.batch.bytes >= BATCH_BYTES;
        full.then(|| self.take())
    }

    /// What was collected since the last full batch.
    pub fn take(&mut self) -> Batch {
        self.groups += self.batch.groups.len();
        std::mem::take(&mut self.batch)
    }
}

/// Stores one run. Dropped before it is published, it leaves nothing behind.
pub(crate) struct RunWriter<'s> {
    store: &'s mut Store,
    /// This process, as the run names it.
    owner: String,
    run: i64,
    base: i64,
    /// Row ids of the groups stored so far, by number.
    groups: Vec<i64>,
    /// Of the records stored so far.
    verdicts: Verdicts,
    unique: UniqueValues,
    published: bool,
}

impl RunWriter<'_> {
    pub fn run(&self) -> RunId {
        RunId(self.run)
    }

    /// A record's number is this plus its ordinal.
    pub fn base(&self) -> i64 {
        self.base
    }

    /// Makes the run visible, with everything that is counted about it. `groups` by number, `keys` with the name of each
    /// uniqueness.
    ///
    /// # Errors
    /// `load:again` when a run with these bytes is there and `again` is not set; nothing is left behind then.
    pub fn publish(
        mut self,
        counts: &RunCounts,
        files: &[NewFile],
        groups: &[GroupCounts],
        keys: &[(String, KeySet)],
        again: bool,
    ) -> Result<()> {
        self.store.wait_for_disk(true)?;
        let (run, ids, verdicts) = (self.run, &self.groups, &self.verdicts);
        let unique = &mut self.unique;
        let owner = &self.owner;
        self.store.write(|transaction| {
            check_owner(transaction, run, owner)?;
            refuse_twice(files)?;
            for file in files.iter().filter(|file| !again && file.role != "source") {
                if let Some(earlier) = run_with(transaction, file)? {
                    return Err(already_loaded(earlier).at(file.name.clone(), None).into());
                }
            }
            insert_files(transaction, run, files)?;
            for (id, counts) in ids.iter().zip(groups) {
                publish_group(transaction, *id, counts)?;
            }
            unique.write(transaction, run)?;
            insert_keys(transaction, run, keys)?;
            for (status, records) in [
                (Status::Rejected, counts.rejected),
                (Status::Ready, counts.kept),
            ] {
                if records > 0 {
                    transaction.execute(
                        "INSERT INTO status_count (run, status, records) VALUES (?1, ?2, ?3)",
                        (run, status.word(), records as i64),
                    )?;
                }
            }
            verdicts.write(transaction, RunId(run))?;
            publish_run(transaction, run, counts, &digest(files))
        })?;
        self.published = true;
        Ok(())
    }

    /// Stores a batch, in one transaction. Batches come in the order they were collected in.
    pub fn store(&mut self, batch: Batch) -> Result<()> {
        let (run, base) = (self.run, self.base);
        let (groups, verdicts) = (&mut self.groups, &mut self.verdicts);
        let (unique, owner) = (&mut self.unique, &self.owner);
        self.store.write_beside(|transaction| {
            check_owner(transaction, run, owner)?;
            for group in &batch.groups {
                groups.push(insert_group(transaction, run, group)?);
            }
            insert_records(transaction, (run, base), groups, &batch.records, verdicts)?;
            for record in batch.records {
                unique.add(base + record.ordinal as i64, record.unique);
            }
            if unique.is_full() {
                unique.write(transaction, run)?;
            }
            Ok(())
        })
    }
}

impl Drop for RunWriter<'_> {
    fn drop(&mut self) {
        if self.published {
            return;
        }
        let (run, owner) = (self.run, &self.owner);
        // When even this fails (a full disk), the run stays invisible and is cleared once this process has ended.
        let removed = (self.store).write_beside(|transaction| {
            check_owner(transaction, run, owner)?;
            remove_run(transaction, run)
        });
        let restored = self.store.wait_for_disk(true);
        if let Err(error) = removed.and(restored) {
            tracing::warn!(target: "redrive", event = "load_not_cleared", run, error = %error);
        }
    }
}

/// Whoever was taken over writes nothing more, whatever has the number of its run by now.
fn check_owner(transaction: &Transaction<'_>, run: i64, owner: &str) -> Result<()> {
    let is_ours = transaction
        .prepare_cached("SELECT 1 FROM run WHERE id = ?1 AND state = 'loading' AND loader = ?2")?
        .exists(params![run, owner])?;
    if is_ours {
        return Ok(());
    }
    let message = "somebody took this load for dead and removed what it had stored";
    Err(Fault::unusable("load:taken_over", message)
        .hint("load it again if it is still wanted")
        .into())
}

/// Gives the run's id and base.
fn insert_run(transaction: &Transaction<'_>, new: &NewRun<'_>, owner: &str) -> Result<(i64, i64)> {
    let loading: Option<(String, String)> = transaction
        .query_row(
            "SELECT name, coalesce(loader, '') FROM run WHERE state = 'loading' LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    if let Some((name, loader)) = loading {
        let message = format!("a run ({name}) is being loaded into this workspace right now");
        let hint = if is_hidden(&loader) {
            "it cannot be seen from here (another container or account): once you know that it has ended, load with --take-over"
        } else {
            "wait until that load is done, or name another workspace with --workspace"
        };
        return Err(Fault::unusable("load:running", message).hint(hint).into());
    }
    let contract = match &new.contract {
        Some((contract, hash)) => Some(keep_contract(transaction, contract, hash)?),
        None => None,
    };
    let base: i64 = transaction.query_row(
        "SELECT coalesce(max(base + records), 0) FROM run",
        [],
        |row| row.get(0),
    )?;
    let layout = serde_json::to_string(new.layout).context("cannot write the layout")?;
    transaction.execute(
        "INSERT INTO run (name, source, format, layout, contract, base, state, loader, kept_passed, demo, loaded_at)
         VALUES (:name, :source, :format, :layout, :contract, :base, 'loading', :loader, :kept, :demo, :loaded_at)",
        named_params! {
            ":name": new.name, ":source": new.source, ":format": new.format, ":layout": layout,
            ":contract": contract, ":base": base, ":loader": owner, ":kept": new.keep_passed,
            ":demo": new.demo, ":loaded_at": new.loaded_at,
        },
    )?;
    Ok((transaction.last_insert_rowid(), base))
}

fn insert_group(transaction: &Transaction<'_>, run: i64, group: &NewGroup) -> Result<i64> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO problem_group
           (run, stage, code, detail, path, shape, title, records, problems, open, first_line, last_line, severity, owner)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, 0, 0, 0, ?8, ?9)",
    )?;
    Ok(statement.insert((
        run,
        group.stage.word(),
        &group.code,
        &group.detail,
        &group.path,
        &group.shape,
        &group.title,
        group.severity.word(),
        &group.owner,
    ))?)
}

fn insert_records(
    transaction: &Transaction<'_>,
    (run, base): (i64, i64),
    groups: &[i64],
    records: &[NewRecord],
    verdicts: &mut Verdicts,
) -> Result<()> {
    let mut content = transaction.prepare_cached(
        "INSERT INTO content (record, version, form, bytes, sha256) VALUES (?1, 1, ?2, ?3, ?4)",
    )?;
    let mut row = transaction.prepare_cached(
        "INSERT INTO record (id, run, file, line, byte, key, status, content, checked_by) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let contract: Option<i64> =
        transaction.query_row("SELECT contract FROM run WHERE id = ?1", [run], |row| {
            row.get(0)
        })?;
    let mut problem = transaction.prepare_cached(
        "INSERT INTO problem (record, n, grp, path, message, hint, found) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for record in records {
        let id = base + record.ordinal as i64;
        let text = content.insert((id, record.form, &record.bytes, &record.sha256))?;
        let checked_by = contract.filter(|_| record.checked);
        row.execute((
            id,
            run,
            record.file,
            record.line as i64,
            record.byte as i64,
            &record.key,
            record.status.word(),
            text,
            checked_by,
        ))?;
        verdicts.add(record.status, checked_by, 1);
        for (n, found) in record.problems.iter().enumerate() {
            problem.execute((
                id,
                n as i64,
                groups[found.group],
                &found.path,
                &found.message,
                &found.hint,
                &found.found,
            ))?;
        }
    }
    Ok(())
}

fn publish_group(transaction: &Transaction<'_>, id: i64, counts: &GroupCounts) -> Result<()> {
    let mut update = transaction.prepare_cached(
        "UPDATE problem_group SET records = ?2, problems = ?3, first_line = ?4, last_line = ?5, open = ?6 WHERE id = ?1",
    )?;
    update.execute((
        id,
        counts.records as i64,
        counts.problems as i64,
        counts.first_line as i64,
        counts.last_line as i64,
        counts.stored as i64,
    ))?;
    let mut shape = transaction.prepare_cached(
        "INSERT INTO group_shape (grp, shape, count, example) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (pattern, count, example) in &counts.shapes {
        shape.execute((id, pattern, *count as i64, example))?;
    }
    Ok(())
}

/// Sorts the hashes on another thread while those before them are written: nothing else is left to do then.
fn insert_keys(transaction: &Transaction<'_>, run: i64, keys: &[(String, KeySet)]) -> Result<()> {
    let (give, take) = sync_channel(1);
    thread::scope(|scope| {
        scope.spawn(move || {
            for (fields, keys) in keys {
                for nibble in 0..16 {
                    // Nobody takes more after an error.
                    if give.send((fields, keys.passed_sorted(nibble))).is_err() {
                        return;
                    }
                }
            }
        });
        let mut chunk = transaction.prepare_cached(
            "INSERT INTO passed_key (run, fields, first, hashes) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (fields, part) in take {
            for hashes in part.chunks(KEYS_IN_A_CHUNK) {
                chunk.execute((run, fields, &hashes[0], hashes.as_flattened()))?;
            }
        }
        Ok(())
    })
}

fn publish_run(
    transaction: &Transaction<'_>,
    run: i64,
    counts: &RunCounts,
    sha256: &[u8; 32],
) -> Result<()> {
    let published = transaction.execute(
        "UPDATE run SET state = 'ready', loader = NULL, sha256 = :sha256, records = :records, passed = :passed,
           rejected = :rejected, unparsed = :unparsed, problems = :problems, warned = :warned, bytes = :bytes,
           seconds = :seconds, capped = :capped
         WHERE id = :run AND state = 'loading'",
        named_params! {
            ":run": run, ":sha256": sha256, ":records": counts.records as i64, ":passed": counts.passed as i64,
            ":rejected": counts.rejected as i64, ":unparsed": counts.unparsed as i64,
            ":problems": counts.problems as i64, ":warned": counts.warned as i64, ":bytes": counts.bytes as i64,
            ":seconds": counts.seconds, ":capped": counts.capped,
        },
    )?;
    anyhow::ensure!(published == 1, "the run that was being loaded is gone");
    Ok(())
}

#[cfg(test)]
mod tests {
    //! Also what the tests of loading look at that live in `ops`, where loading is one.

    use super::*;
    use crate::store::testing::workspace;

    impl Store {
        /// Everything a load stores, as text, without times, row ids of texts and what depends on the secret: equal for equal workspaces.
        pub(crate) fn loaded(&self) -> String {
            use std::fmt::Write as _;

            let mut dump = String::new();
            for query in [
            "SELECT id, name, source, hex(sha256), format, layout, base, state, records, passed, rejected, unparsed,
               problems, bytes, kept_passed, capped FROM run ORDER BY id",
            "SELECT run, n, role, bytes, hex(sha256) FROM run_file ORDER BY run, n",
            "SELECT * FROM status_count ORDER BY run, status",
            "SELECT * FROM verdict_count ORDER BY run, checked_by",
            "SELECT r.id, r.run, r.line, r.byte, r.key, r.status, r.version, c.version, c.form, hex(c.bytes), hex(c.sha256), r.file
               FROM record r JOIN content c ON c.id = r.content ORDER BY r.id",
            "SELECT * FROM problem ORDER BY record, n",
            "SELECT * FROM problem_group ORDER BY id",
            "SELECT * FROM group_shape ORDER BY grp, shape",
            "SELECT run, fields, sum(length(hashes)) FROM passed_key GROUP BY run, fields ORDER BY run, fields",
            "SELECT * FROM unique_value ORDER BY run, fields, value, record",
        ] {
            let mut statement = self.conn.prepare(query).unwrap();
            let columns = statement.column_count();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                for column in 0..columns {
                    match row.get_ref(column).unwrap() {
                        rusqlite::types::ValueRef::Text(text) => {
                            write!(dump, "{:?} ", String::from_utf8_lossy(text)).unwrap();
                        }
                        other => write!(dump, "{other:?} ").unwrap(),
                    }
                }
                dump.push('\n');
            }
        }
            dump
        }

        /// A run that a process began to load and left, after some records.
        pub(crate) fn leave_behind(&mut self, loader: &str) {
            self.conn
            .execute_batch(&format!(
                "INSERT INTO run (id, name, source, format, layout, base, state, loader, loaded_at)
                   VALUES (77, 'left', 'x.csv', 'csv', '{{\"form\":\"json\"}}', 0, 'loading', '{loader}', '');
                 INSERT INTO problem_group VALUES (9, 77, 'parse', 'c', '', '', '', 'error', '', 't', 0, 0, 0, 0, 0);
                 INSERT INTO record (id, run, line, byte, status, content) VALUES (5, 77, 1, 0, 'rejected', 1);
                 INSERT INTO content (record, version, form, bytes, sha256) VALUES (5, 1, 'csv', x'31', x'00');
                 INSERT INTO problem VALUES (5, 0, 9, '', 'm', '', NULL);"
            ))
            .unwrap();
        }
    }

    #[test]
    fn a_load_that_was_taken_over_neither_writes_nor_removes_anything_more() {
        let (_folder, mut store) = workspace();
        let mut elsewhere = Store::open(&store.path).unwrap();
        let new = NewRun {
            name: "people",
            source: "people.jsonl",
            format: "jsonl",
            layout: &Layout::Json,
            contract: None,
            keep_passed: false,
            demo: false,
            loaded_at: "2025-11-20T02:10:00Z",
            take_over: true,
        };
        let mut late = elsewhere.begin_load(&new).unwrap();
        let ours = this_process();
        let (process, _) = ours.split_once('@').unwrap();
        let hide = "UPDATE run SET loader = ?1";
        let hidden = format!("{process}@pid:[1]");
        (store.write(|tx| Ok(tx.execute(hide, [&hidden])?))).unwrap();
        let run = late.run();
        let other = store.begin_load(&new).unwrap();
        assert_eq!(other.run(), run, "the number is given again");
        // The one that was hidden knows itself by another name.
        late.owner = hidden;
        let refused = late.store(Batch::default()).unwrap_err();
        let fault = refused.downcast_ref::<Fault>().unwrap();
        assert_eq!(fault.code, "load:taken_over");
        drop(late);
        let runs = elsewhere
            .conn
            .query_row("SELECT count(*) FROM run", [], |row| row.get(0));
        assert_eq!(runs, Ok(1), "that of the other");
        drop(other);
    }
}
