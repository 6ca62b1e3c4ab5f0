//! How a plan stands, for whoever watches it: who sends it, where its records are, what was refused, what was tried last.

use anyhow::Result;
use rusqlite::{OptionalExtension as _, Row, params};

use super::{Store, is_alive, is_hidden, number, this_process, word};
use crate::model::{
    DeliveryState, PlanId, RecordId, Refusal, RunId, Sender, Tally, Try, WatchedPlan,
};

/// Different messages of refusals that are looked at.
const REFUSALS: i64 = 5_000;
/// Tries that are shown.
const TRIES: i64 = 50;

impl Store {
    /// Where the records of a plan are.
    pub(crate) fn tally(&self, plan: PlanId) -> Result<Tally> {
        let mut query = self.conn.prepare_cached(
            "SELECT state, count(*) FROM delivery WHERE plan = ?1 GROUP BY state",
        )?;
        let states = query.query_map([plan.0], |row| {
            Ok((word(row, 0, DeliveryState::from_word)?, number(row, 1)?))
        })?;
        let mut tally = Tally::default();
        for state in states {
            let (state, records) = state?;
            tally.add(state, records);
        }
        Ok(tally)
    }

    /// The plan of a run to look at: one that is being sent, else one that is not finished, else the newest.
    pub(crate) fn plan_to_watch(&self, run: RunId) -> Result<Option<WatchedPlan>> {
        let _still = self.reading()?;
        let mut query = self.conn.prepare_cached(
            "SELECT p.id, d.name, p.author, p.made_at, p.state = 'open', p.sender, d.held \
             FROM plan p JOIN destination d ON d.id = p.destination WHERE p.run = ?1 \
             ORDER BY p.sender IS NOT NULL DESC, p.state = 'open' DESC, p.id DESC LIMIT 1",
        )?;
        let found = query.query_row([run.0], plan_row).optional()?;
        let Some(mut row) = found else {
            return Ok(None);
        };
        if row.sender == Sender::Nobody && self.has_hidden_sender(row.plan)? {
            row.sender = Sender::Unseen;
        }
        row.tally = self.tally(row.plan)?;
        row.refusals = self.refusals(row.plan)?;
        row.tries = self.last_tries(row.plan)?;
        Ok(Some(row))
    }

    fn refusals(&self, plan: PlanId) -> Result<Vec<Refusal>> {
        let mut query = self.conn.prepare_cached(
            "SELECT a.code, a.message, count(*) FROM delivery y JOIN attempt a ON a.delivery = y.id AND a.n = y.attempts \
             WHERE y.plan = ?1 AND y.state = 'refused' GROUP BY a.code, a.message ORDER BY 3 DESC, 1, 2 LIMIT ?2",
        )?;
        let refusals = query.query_map(params![plan.0, REFUSALS], |row| {
            Ok(Refusal {
                code: row.get(0)?,
                message: row.get(1)?,
                records: number(row, 2)?,
                came_back: false,
            })
        })?;
        Ok(refusals.collect::<rusqlite::Result<_>>()?)
    }

    /// What the plans of a run were refused with: each plan with code and message, once.
    pub(crate) fn refused_in(&self, run: RunId) -> Result<Vec<(PlanId, String, String)>> {
        let mut query = self.conn.prepare_cached(
            "SELECT DISTINCT p.id, a.code, a.message FROM plan p JOIN delivery y ON y.plan = p.id \
             JOIN attempt a ON a.delivery = y.id AND a.n = y.attempts WHERE p.run = ?1 AND y.state = 'refused'",
        )?;
        let refused = query.query_map([run.0], |row| {
            Ok((PlanId(row.get(0)?), row.get(1)?, row.get(2)?))
        })?;
        Ok(refused.collect::<rusqlite::Result<_>>()?)
    }

    /// Of the records that were tried last: they leave in the plan's order.
    fn last_tries(&self, plan: PlanId) -> Result<Vec<Try>> {
        let mut query = self.conn.prepare_cached(
            "SELECT coalesce(a.ended_at, a.started_at), y.record, a.outcome, a.code, a.duration_ms, y.next_at \
             FROM delivery y JOIN attempt a ON a.delivery = y.id AND a.n = y.attempts \
             WHERE y.plan = ?1 AND y.attempts > 0 ORDER BY y.n DESC LIMIT ?2",
        )?;
        let tries = query.query_map(params![plan.0, TRIES], |row| {
            Ok(Try {
                at: row.get(0)?,
                record: RecordId(row.get(1)?),
                outcome: word(row, 2, DeliveryState::from_word)?,
                code: row.get(3)?,
                duration_ms: row.get::<_, Option<i64>>(4)?.map(i64::unsigned_abs),
                again_at: row.get(5)?,
            })
        })?;
        let mut tries: Vec<Try> = tries.collect::<rusqlite::Result<_>>()?;
        tries.sort_by(|a, b| a.at.cmp(&b.at));
        Ok(tries)
    }
}

/// Without what takes further queries.
fn plan_row(row: &Row<'_>) -> rusqlite::Result<WatchedPlan> {
    let sender: Option<String> = row.get(5)?;
    Ok(WatchedPlan {
        plan: PlanId(row.get(0)?),
        destination: row.get(1)?,
        author: row.get(2)?,
        made_at: row.get(3)?,
        is_open: row.get(4)?,
        sender: match sender.as_deref() {
            Some(sender) if sender == this_process() => Sender::ThisProcess,
            Some(sender) if is_hidden(sender) => Sender::Unseen,
            Some(sender) if is_alive(sender) => Sender::AnotherProcess,
            _ => Sender::Nobody,
        },
        held: row.get(6)?,
        tally: Tally::default(),
        refusals: Vec::new(),
        tries: Vec::new(),
    })
}
