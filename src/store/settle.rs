//! What a person says about records without an answer: whether they reached their destination.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{
    Store,
    changes::{Changes, State, current},
    steps::{Applied, Entry, contract_of, new_step},
};
use crate::model::{DeliveryState, Problem, RecordId, Status};

impl Store {
    /// Settles records without an answer, as one step: those that were sent are accepted, those that were not are ready again.
    /// Records that have an answer are skipped and named.
    pub(crate) fn settle(
        &mut self,
        entry: &Entry<'_>,
        ids: &[RecordId],
        sent: bool,
    ) -> Result<Applied> {
        let (status, state) = if sent {
            (Status::Accepted, DeliveryState::Delivered)
        } else {
            (Status::Ready, DeliveryState::Cancelled)
        };
        self.write(|tx| {
            let mut applied = Applied::default();
            let mut open = Vec::new();
            for id in ids {
                let record = current(tx, *id)?.filter(|record| record.run == entry.run);
                match record.filter(|record| record.state.status == Status::Unknown) {
                    Some(record) => open.push(record),
                    None => applied.skipped.push(*id),
                }
            }
            if open.is_empty() {
                return Ok(applied);
            }
            let contract = contract_of(tx, entry.run)?;
            let step = new_step(tx, entry, contract, None)?;
            let title = |problem: &Problem| problem.code.clone();
            let mut written = Changes::new(tx, entry.run, step, &title);
            for record in &open {
                end_delivery(tx, record.id, state)?;
                let after = State {
                    status,
                    ..record.state.clone()
                };
                written.put(record, &after)?;
            }
            applied.records = written.finish()?;
            applied.step = Some(step);
            Ok(applied)
        })
    }
}

/// The delivery nobody has answered becomes what a person says it is.
fn end_delivery(conn: &Connection, record: RecordId, state: DeliveryState) -> Result<()> {
    let delivery: Option<i64> = conn
        .prepare_cached("SELECT id FROM delivery WHERE record = ?1 AND state = 'unknown'")?
        .query_row([record.0], |row| row.get(0))
        .optional()?;
    conn.prepare_cached("UPDATE delivery SET state = ?2, open = ?3, cancelled = ?4 WHERE id = ?1")?
        .execute(params![
            delivery,
            state.word(),
            state.is_open(),
            delivery
                .filter(|_| state == DeliveryState::Cancelled)
                .unwrap_or_default()
        ])?;
    Ok(())
}
