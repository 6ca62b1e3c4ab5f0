//! Clearing what loads left behind that have died, and what a load leaves behind that does not end well.

use anyhow::Result;
use rusqlite::{Connection, Transaction};

use super::{Store, is_alive, is_hidden};

impl Store {
    /// Removes what loads left behind whose process has died; with `hidden`, also those of which nobody here can tell.
    ///
    /// # Errors
    /// Those of [`Store::write`]; nothing is written when there is nothing to remove.
    pub(crate) fn clear_abandoned(&mut self, hidden: bool) -> Result<()> {
        if abandoned(&self.conn, hidden)?.is_empty() {
            return Ok(());
        }
        // Nobody has seen any of it.
        self.write_beside(|transaction| {
            for run in abandoned(transaction, hidden)? {
                tracing::warn!(target: "redrive", event = "load_cleared", run);
                remove_run(transaction, run)?;
            }
            Ok(())
        })
    }
}

fn abandoned(conn: &Connection, hidden: bool) -> Result<Vec<i64>> {
    let mut statement = conn.prepare("SELECT id, loader FROM run WHERE state = 'loading'")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get(0)?, row.get::<_, Option<String>>(1)?))
    })?;
    let mut dead = Vec::new();
    for row in rows {
        let (id, loader) = row?;
        let is_at_work = |loader: String| is_alive(&loader) && !(hidden && is_hidden(&loader));
        if !loader.is_some_and(is_at_work) {
            dead.push(id);
        }
    }
    Ok(dead)
}

/// Removes everything of a run that is not published.
pub(super) fn remove_run(transaction: &Transaction<'_>, run: i64) -> Result<()> {
    // The run goes last: the trigger that protects received bytes looks at its state.
    for statement in [
        "DELETE FROM problem WHERE record IN (SELECT id FROM record WHERE run = ?1)",
        "DELETE FROM content WHERE record IN (SELECT id FROM record WHERE run = ?1)",
        "DELETE FROM record WHERE run = ?1",
        "DELETE FROM group_shape WHERE grp IN (SELECT id FROM problem_group WHERE run = ?1)",
        "DELETE FROM problem_group WHERE run = ?1",
        "DELETE FROM passed_key WHERE run = ?1",
        "DELETE FROM unique_value WHERE run = ?1",
        "DELETE FROM status_count WHERE run = ?1",
        "DELETE FROM verdict_count WHERE run = ?1",
        "DELETE FROM run_file WHERE run = ?1",
        "DELETE FROM run WHERE id = ?1 AND state = 'loading'",
    ] {
        transaction.execute(statement, [run])?;
    }
    Ok(())
}
