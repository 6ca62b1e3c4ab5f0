//! What was planned to be sent and what became of it, as a list shows it.

use anyhow::Result;

use super::{Store, number};
use crate::model::{PlanId, PlanRow, RunId};

impl Store {
    /// The plans of a run, oldest first; without what `Store::each_delivery` tells.
    pub fn plans_of(&self, run: RunId) -> Result<Vec<PlanRow>> {
        let mut query = self.conn.prepare_cached(
            "SELECT p.id, d.name, p.environment, d.target, p.author, p.made_at, p.planned \
             FROM plan p JOIN destination d ON d.id = p.destination WHERE p.run = ?1 ORDER BY p.id",
        )?;
        let rows = query.query_map([run.0], |row| {
            Ok(PlanRow {
                id: PlanId(row.get(0)?),
                destination: row.get(1)?,
                environment: row.get(2)?,
                target: row.get(3)?,
                author: row.get(4)?,
                made_at: row.get(5)?,
                planned: number(row, 6)?,
                states: Vec::new(),
                attempts: 0,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
