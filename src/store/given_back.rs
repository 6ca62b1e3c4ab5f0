//! Records of a plan that are not to be sent after all.

use std::collections::HashMap;

use anyhow::Result;
use rusqlite::params;

use super::{
    Store,
    changes::count_statuses,
    ended::{Moves, checked_by},
    sends::{check_fence, end_all},
    verdicts::Verdicts,
};
use crate::{
    model::{DeliveryState, RecordId, Status},
    store::sends::Claim,
};

impl Store {
    /// Takes out of a plan what certainly never reached its destination: these records are ready again, and can be changed. What
    /// may have reached it stays, for it must not leave under another key. What is still being tried was not applied, as in
    /// [`Store::release`]. Gives how many were taken out.
    ///
    /// # Errors
    /// `send:taken_over`.
    pub(crate) fn give_back(&mut self, claim: &Claim, at: &str) -> Result<u64> {
        self.write(|tx| {
            check_fence(tx, claim)?;
            end_all(tx, claim, DeliveryState::Queued, "", at)?;
            let mut unsent = tx.prepare_cached(
                "SELECT id, record FROM delivery WHERE plan = ?1 AND open = 1 AND state IN ('queued', 'waiting') \
                 AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.delivery = delivery.id AND a.outcome = 'unknown')",
            )?;
            let unsent: Vec<(i64, RecordId)> = unsent
                .query_map([claim.plan.0], |row| Ok((row.get(0)?, RecordId(row.get(1)?))))?
                .collect::<rusqlite::Result<_>>()?;
            let mut cancel = tx.prepare_cached(
                "UPDATE delivery SET state = ?2, open = 0, cancelled = id, next_at = NULL WHERE id = ?1",
            )?;
            let mut record_moves = Moves::new(tx)?;
            let mut verdicts = Verdicts::default();
            for (delivery, record) in &unsent {
                cancel.execute(params![delivery, DeliveryState::Cancelled.word()])?;
                record_moves.set(*record, (Status::Sending, Status::Ready))?;
                verdicts.add(Status::Ready, checked_by(tx, *record, Status::Ready)?, 1);
            }
            let records = unsent.len() as i64;
            let statuses = HashMap::from([(Status::Sending, -records), (Status::Ready, records)]);
            count_statuses(tx, claim.run, &statuses)?;
            verdicts.write(tx, claim.run)?;
            Ok(unsent.len() as u64)
        })
    }
}
