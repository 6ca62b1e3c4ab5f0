//! Newer runs of the same records.

use anyhow::Result;
use rusqlite::{OptionalExtension as _, params};

use super::Store;
use crate::model::{RecordId, RunId};

impl Store {
    /// The runs that were loaded after this one with a contract of the same name.
    pub(crate) fn newer_runs(&self, run: RunId) -> Result<Vec<RunId>> {
        let mut query = self.conn.prepare_cached(
            "SELECT newer.id FROM run JOIN contract c ON c.id = run.contract \
             JOIN run newer ON newer.id > run.id AND newer.state = 'ready' \
             JOIN contract n ON n.id = newer.contract AND n.name = c.name WHERE run.id = ?1 ORDER BY 1",
        )?;
        let runs = query.query_map([run.0], |row| Ok(RunId(row.get(0)?)))?;
        Ok(runs.collect::<rusqlite::Result<_>>()?)
    }

    /// The natural keys of these records, as far as they have one.
    pub(crate) fn keys_of(&self, ids: &[RecordId]) -> Result<Vec<(RecordId, String)>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT key FROM record WHERE id = ?1 AND key IS NOT NULL")?;
        let mut keys = Vec::with_capacity(ids.len());
        for id in ids {
            let key: Option<String> = query.query_row([id.0], |row| row.get(0)).optional()?;
            keys.extend(key.map(|key| (*id, key)));
        }
        Ok(keys)
    }

    /// Whether a record of the run has this key and was not set aside.
    pub(crate) fn holds_key(&self, run: RunId, key: &str) -> Result<bool> {
        let mut query = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM record WHERE run = ?1 AND key = ?2 AND status <> 'discarded')",
        )?;
        Ok(query.query_row(params![run.0, key], |row| row.get(0))?)
    }
}
