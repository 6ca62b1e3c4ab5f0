//! The workspace: one SQLite file. The only module that contains SQL, and the only one that opens connections.
//!
//! Never open a workspace's files with `std::fs` while SQLite has them open: closing such a handle drops the locks of the
//! whole process, and a second process then writes into our transaction. Headers are read by SQL.

mod abandoned;
mod ahead;
pub(crate) mod answers;
mod backup;
#[cfg(test)]
mod bench;
mod changes;
pub(crate) mod claims;
mod contracts;
mod drafts;
mod dump;
mod edit_claims;
mod ended;
mod faults;
pub(crate) mod files;
mod given_back;
mod groups;
pub(crate) mod keys;
pub(crate) mod load;
mod matching;
mod newer;
mod notes;
mod offered;
mod open;
mod owner;
mod planned;
pub(crate) mod plans;
mod query;
mod records;
mod runs;
pub(crate) mod sends;
mod settle;
pub(crate) mod share;
mod sorting;
mod sql;
mod step_records;
mod steps;
mod take_over;
#[cfg(test)]
pub(crate) mod testing;
mod undo;
mod uniqueness;
mod verdicts;
mod verify;
#[cfg(test)]
mod versions;
mod watch;

use std::{
    ops::Deref,
    path::{Path as FilePath, PathBuf},
};

use anyhow::Result;
use rusqlite::{Connection, Row, Transaction, TransactionBehavior, types::Type};

use crate::{broken::is_broken, model::Fault};

pub use changes::Title;
pub(crate) use changes::changed;
pub use contracts::ContractText;
pub(crate) use contracts::{keep_contract, statement_of};
pub use drafts::KeptDraft;
pub(crate) use faults::explain;
pub(crate) use owner::{Sight, is_alive, is_hidden, sight, this_process};
pub use records::StoredRecord;
pub use sql::Selected;
pub(crate) use steps::frozen;
pub use steps::{Applied, Checked, Entry, RecordChange};
pub use verdicts::{Confirmed, Verdict};
pub use verify::Verified;

/// An open workspace file: one connection, for one thread.
pub struct Store {
    conn: Connection,
    path: PathBuf,
    writable: bool,
    /// Up to where nothing of the plan that is sent is queued any more.
    tried: sends::Tried,
}

/// What is read while this is there is one moment of the workspace.
pub(crate) struct Reading<'s> {
    conn: &'s Connection,
    /// `None` within another.
    _transaction: Option<Transaction<'s>>,
}

impl Deref for Reading<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.conn
    }
}

impl Store {
    /// Opens an existing workspace for reading and writing, brings it to this version's form and removes
    /// what loads left behind that have died.
    ///
    /// # Errors
    /// `workspace:missing`, `workspace:foreign`, `workspace:newer`, `workspace:read_only`, `workspace:damaged`. A file that
    /// is refused stays as it is, byte for byte.
    pub fn open(path: &FilePath) -> Result<Self> {
        let mut store = Self {
            conn: open::writable(path)?,
            path: path.to_owned(),
            writable: true,
            tried: sends::Tried::default(),
        };
        store
            .clear_abandoned(false)
            .map_err(|error| faults::explain_opening(error, path))?;
        Ok(store)
    }

    /// Opens a workspace; makes it, readable by its owner only, when there is none. `created_at` is RFC 3339, UTC.
    ///
    /// # Errors
    /// Those of [`Store::open`], and `workspace:missing` when the folder does not exist.
    pub fn create(path: &FilePath, created_at: &str) -> Result<Self> {
        open::make(path, created_at)?;
        Self::open(path)
    }

    /// Opens an existing workspace for looking only.
    ///
    /// # Errors
    /// Those of [`Store::open`].
    pub fn open_read_only(path: &FilePath) -> Result<Self> {
        Ok(Self {
            conn: open::read_only(path)?,
            path: path.to_owned(),
            writable: false,
            tried: sends::Tried::default(),
        })
    }

    /// Does some work in one transaction that has the write lock from its start (`BEGIN IMMEDIATE`): all of it is stored,
    /// and on disk, or nothing is. Nothing that waits for a person or the network belongs inside.
    ///
    /// # Errors
    /// What `work` gives; `workspace:busy` when another process writes for longer than ten seconds; `workspace:full`;
    /// `workspace:read_only`; `workspace:newer` when a newer redrive has changed the file's form meanwhile.
    pub(crate) fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        self.write_beside(|tx| {
            let before = tx.total_changes();
            let value = work(tx)?;
            if tx.total_changes() != before {
                tx.prepare_cached("UPDATE workspace SET changes = changes + 1")?
                    .execute([])?;
            }
            Ok(value)
        })
    }

    /// [`Store::write`] for what nobody's work counts on: who edits what, what was typed and not saved, how far a send is, a run
    /// that is not published yet. [`Store::changes`] stays what it is.
    ///
    /// # Errors
    /// Those of [`Store::write`].
    pub(crate) fn write_beside<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        if !self.writable {
            return Err(faults::read_only(&self.path).into());
        }
        let path = &self.path;
        let explained = |error: rusqlite::Error| explain(error.into(), path);
        let behavior = if is_broken("deferred") {
            TransactionBehavior::Deferred
        } else {
            TransactionBehavior::Immediate
        };
        let transaction = self
            .conn
            .transaction_with_behavior(behavior)
            .map_err(explained)?;
        open::check_form(&transaction, path)?;
        let value = work(&transaction).map_err(|error| explain(error, path))?;
        transaction.commit().map_err(explained)?;
        Ok(value)
    }

    /// Until what it gives is dropped, everything is read as it is now. Whoever reads many records takes this: otherwise each
    /// statement locks the file for itself, which takes longer than most of them. Nothing is written meanwhile.
    /// May be taken by whoever already reads.
    pub(crate) fn reading(&self) -> Result<Reading<'_>> {
        let is_first = self.conn.is_autocommit();
        Ok(Reading {
            conn: &self.conn,
            _transaction: is_first
                .then(|| self.conn.unchecked_transaction())
                .transpose()?,
        })
    }

    /// The connection, for reading.
    pub(crate) fn conn(&self) -> &Connection {
        &self.conn
    }

    /// Whether every commit waits until it is on disk (`true`, as opened). Loading turns it off for its batches, which an
    /// interrupted load throws away anyway, and on again before the commit that publishes the run. Not inside a transaction.
    pub(crate) fn wait_for_disk(&self, wait: bool) -> Result<()> {
        self.conn
            .pragma_update(None, "synchronous", if wait { "FULL" } else { "NORMAL" })?;
        Ok(())
    }

    /// The workspace's 32 secret random bytes, the key of its hashes and idempotency keys.
    pub(crate) fn secret(&self) -> Result<[u8; 32]> {
        let mut query = self.conn.prepare_cached("SELECT secret FROM workspace")?;
        Ok(query.query_row([], |row| row.get(0))?)
    }

    /// A number that grows with every change of what others may count on: runs, records, plans, contracts.
    pub(crate) fn changes(&self) -> Result<i64> {
        let mut query = self.conn.prepare_cached("SELECT changes FROM workspace")?;
        Ok(query.query_row([], |row| row.get(0))?)
    }

    /// A number that changes whenever another connection has written anything to the workspace.
    pub fn data_version(&self) -> Result<i64> {
        Ok(self
            .conn
            .pragma_query_value(None, "data_version", |row| row.get(0))?)
    }

    /// Refuses what needs writing when the workspace is open for looking only.
    pub(crate) fn check_writable(&self) -> Result<(), Fault> {
        if self.writable {
            return Ok(());
        }
        Err(faults::read_only(&self.path))
    }
}

/// The version of SQLite that workspaces are read with.
pub(crate) fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// A column that holds one of our words, such as a status.
fn word<T>(row: &Row<'_>, column: usize, from_word: fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    from_word(&text).ok_or_else(|| {
        let message = format!("{text:?} is not a word this redrive knows");
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, message.into())
    })
}

/// A column that counts something. SQLite's numbers are signed, ours are not.
fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(|number| number as u64)
}
