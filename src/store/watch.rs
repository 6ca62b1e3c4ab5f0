//! How a plan stands, for whoever watches it: who sends it, where its records are, what was refused, what was tried last.

use std::ops::RangeInclusive;

use anyhow::Result;
use rusqlite::{OptionalExtension as _, Row, params};

use super::{Store, is_alive, is_hidden, number, this_process, word};
use crate::model::{DeliveryState, PlanId, RecordId, RunId, Sender, Tally, Try, WatchedPlan};

/// Tries that are shown.
const TRIES: i64 = 50;

/// The tries of a plan with their deliveries, by the key of the tries: a plan's deliveries were put in one after the other, so that
/// none of those still to be tried is looked at.
const NEWEST_TRIES: &str = "FROM attempt a CROSS JOIN delivery y ON y.id = a.delivery AND y.plan = ?1 \
     WHERE a.delivery BETWEEN (SELECT id FROM delivery WHERE plan = ?1 ORDER BY n LIMIT 1) \
     AND (SELECT id FROM delivery WHERE plan = ?1 ORDER BY n DESC LIMIT 1)";

impl Store {
    /// The plan of a run to look at: one that is being sent, else one that is not finished, else the newest. Without what
    /// [`Store::each_delivery`] tells.
    pub(crate) fn plan_to_watch(&self, run: RunId) -> Result<Option<WatchedPlan>> {
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
        row.tries = self.last_tries(row.plan)?;
        Ok(Some(row))
    }

    /// How far a plan is: the last place that was tried, 0 when none was. Records leave in the plan's order.
    pub(crate) fn last_tried(&self, plan: PlanId) -> Result<i64> {
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT y.n {NEWEST_TRIES} ORDER BY a.delivery DESC LIMIT 1"
        ))?;
        Ok(query
            .query_row([plan.0], |row| row.get(0))
            .optional()?
            .unwrap_or(0))
    }

    /// How many records behind this place are still to be tried for the first time, and how many never will be.
    pub(crate) fn behind(&self, plan: PlanId, place: i64) -> Result<(u64, u64)> {
        let mut query = self.conn.prepare_cached(
            "SELECT count(*) FROM delivery WHERE plan = ?1 AND open = 1 AND n > ?2",
        )?;
        let queued: u64 = query.query_row(params![plan.0, place], |row| number(row, 0))?;
        let mut query =
            (self.conn).prepare_cached("SELECT max(n) FROM delivery WHERE plan = ?1")?;
        let last: Option<i64> = query.query_row([plan.0], |row| row.get(0))?;
        let all = last.map_or(0, |last| (last - place).unsigned_abs());
        Ok((queued, all.saturating_sub(queued)))
    }

    /// Tells of each delivery at these places of a plan where it stands, how often it was tried, and with which code and message
    /// it was refused.
    pub(crate) fn each_delivery(
        &self,
        plan: PlanId,
        places: RangeInclusive<i64>,
        mut told: impl FnMut(DeliveryState, u64, Option<(&str, &str)>),
    ) -> Result<()> {
        let mut query = self.conn.prepare_cached(
            "SELECT y.state, y.attempts, a.code, a.message FROM delivery y LEFT JOIN attempt a \
             ON y.state = 'refused' AND a.delivery = y.id AND a.n = y.attempts \
             WHERE y.plan = ?1 AND y.n BETWEEN ?2 AND ?3",
        )?;
        let mut rows = query.query(params![plan.0, places.start(), places.end()])?;
        while let Some(row) = rows.next()? {
            let state = word(row, 0, DeliveryState::from_word)?;
            let code = row.get_ref(2)?.as_str_or_null()?;
            let refused = code.zip(row.get_ref(3)?.as_str_or_null()?);
            told(state, number(row, 1)?, refused);
        }
        Ok(())
    }

    /// Of the records that were tried last: they leave in the plan's order.
    fn last_tries(&self, plan: PlanId) -> Result<Vec<Try>> {
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT coalesce(a.ended_at, a.started_at), y.record, a.outcome, a.code, a.duration_ms, y.next_at, \
             (SELECT key FROM record WHERE record.id = y.record) {NEWEST_TRIES} AND a.n = y.attempts ORDER BY a.delivery DESC LIMIT ?2"
        ))?;
        let tries = query.query_map(params![plan.0, TRIES], |row| {
            Ok(Try {
                at: row.get(0)?,
                record: RecordId(row.get(1)?),
                key: row.get(6)?,
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
