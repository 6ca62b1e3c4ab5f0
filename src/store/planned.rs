//! What was planned to be sent and what became of it, as a list shows it.

use anyhow::Result;

use super::{Store, number, word};
use crate::model::{DeliveryState, PlanId, PlanRow, RunId};

impl Store {
    /// The plans of a run, oldest first.
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
        let mut plans: Vec<PlanRow> = rows.collect::<rusqlite::Result<_>>()?;
        let mut query = self.conn.prepare_cached(
            "SELECT state, count(*), sum(attempts) FROM delivery WHERE plan = ?1 GROUP BY state",
        )?;
        for plan in &mut plans {
            let mut rows = query.query([plan.id.0])?;
            while let Some(row) = rows.next()? {
                let state = word(row, 0, DeliveryState::from_word)?;
                plan.states.push((state, number(row, 1)?));
                plan.attempts += number(row, 2)?;
            }
        }
        Ok(plans)
    }
}
