//! The files a run was loaded from, so that the same bytes are not loaded twice and a record knows its own.

use anyhow::Result;
use rusqlite::{OptionalExtension as _, Transaction};
use sha2::{Digest, Sha256};

use super::Store;
use crate::model::{Fault, RunId};

/// A file that a run was loaded from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewFile {
    /// As given.
    pub name: String,
    /// `input`, `results` or `source`.
    pub role: &'static str,
    pub bytes: u64,
    pub sha256: [u8; 32],
}

impl Store {
    /// The runs that were loaded from a file of this size, with its SHA-256, oldest first.
    pub(crate) fn runs_of_size(&self, bytes: u64) -> Result<Vec<(RunId, [u8; 32])>> {
        let mut statement = self.conn.prepare(
            "SELECT run, f.sha256 FROM run_file f JOIN run ON run.id = f.run \
             WHERE f.bytes = ?1 AND role <> 'source' AND state = 'ready' ORDER BY run",
        )?;
        let rows =
            statement.query_map([bytes as i64], |row| Ok((RunId(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// The refusal of an input that was loaded before.
pub(crate) fn already_loaded(run: RunId) -> Fault {
    Fault::unusable(
        "load:again",
        format!("this file was loaded before, as run {run}"),
    )
    .hint(format!(
        "look at run {run}, or load it once more with --again"
    ))
}

pub(super) fn run_with(transaction: &Transaction<'_>, file: &NewFile) -> Result<Option<RunId>> {
    Ok(transaction
        .query_row(
            "SELECT run FROM run_file f JOIN run ON run.id = f.run \
             WHERE f.bytes = ?1 AND f.sha256 = ?2 AND role <> 'source' AND state = 'ready' ORDER BY run LIMIT 1",
            (file.bytes as i64, file.sha256),
            |row| row.get(0).map(RunId),
        )
        .optional()?)
}

/// Refuses files of one run that hold the same: their records could not be told apart.
pub(super) fn refuse_twice(files: &[NewFile]) -> Result<()> {
    for (n, file) in files.iter().enumerate() {
        let same = |other: &&NewFile| other.sha256 == file.sha256 && file.bytes > 0;
        if let Some(other) = files.iter().take(n).find(same) {
            let message = format!("{} holds the same bytes as {}", file.name, other.name);
            return Err(Fault::unusable("load:again", message)
                .hint("name it once; nothing was loaded")
                .at(file.name.clone(), None)
                .into());
        }
    }
    Ok(())
}

pub(super) fn insert_files(
    transaction: &Transaction<'_>,
    run: i64,
    files: &[NewFile],
) -> Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO run_file (run, n, name, role, bytes, sha256) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (n, file) in files.iter().enumerate() {
        insert.execute((
            run,
            n as i64,
            &file.name,
            file.role,
            file.bytes as i64,
            file.sha256,
        ))?;
    }
    Ok(())
}

/// The SHA-256 of a run: its file's own, or one over those of all its files.
pub(super) fn digest(files: &[NewFile]) -> [u8; 32] {
    match files {
        [only] => only.sha256,
        files => {
            let all: Vec<u8> = files.iter().flat_map(|file| file.sha256).collect();
            Sha256::digest(all).into()
        }
    }
}
