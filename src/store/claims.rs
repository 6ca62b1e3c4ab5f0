//! Who sends a plan: one process a destination, until it is done, gives the plan back, or dies.

use std::collections::HashMap;

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{
    Store, changes::count_statuses, ended::set_status, is_alive, sends::Claim, this_process,
};
use crate::{
    broken::{is_broken, may_die},
    model::{Fault, PlanId, RecordId, RunId, Status},
};

/// How a plan's deliveries are to be taken up.
#[derive(Clone, Debug)]
pub(crate) struct Resume {
    /// The destination recognises a repeat, or can be asked for the record before. Otherwise a try that nobody finished waits for
    /// a person.
    pub may_repeat: bool,
    /// RFC 3339: tries that nobody finished are not made again before then; `None` when they may be at once.
    pub again_at: Option<String>,
    /// RFC 3339: the destination has forgotten the keys of what was tried first before that; `None` when it never forgets.
    pub forgotten: Option<String>,
}

#[cfg(test)]
pub(crate) const RESUME: &Resume = &Resume {
    may_repeat: true,
    again_at: None,
    forgotten: None,
};

impl Store {
    /// Takes the right to send a plan. Tries that nobody finished wait to be made again, with the same key, where the
    /// destination recognises it; elsewhere, and where it has forgotten the key, their records have no answer from now on: so
    /// many.
    ///
    /// # Errors
    /// `send:busy` while another process sends to this destination; `send:plan` when the plan is finished.
    pub(crate) fn claim(
        &mut self,
        plan: PlanId,
        resume: &Resume,
        at: &str,
    ) -> Result<(Claim, u64)> {
        self.write(|tx| {
            let (run, destination) = tx
                .query_row(
                    "SELECT run, destination FROM plan WHERE id = ?1 AND state = 'open'",
                    [plan.0],
                    |row| Ok((RunId(row.get(0)?), row.get(1)?)),
                )
                .optional()?
                .ok_or_else(|| {
                    Fault::usage("send:plan", format!("plan {plan} is finished"))
                        .hint("leave --plan out to send what is ready")
                })?;
            refuse_second_sender(tx, destination)?;
            end_what_is_done(tx, destination, plan)?;
            let fence = tx.query_row(
                "UPDATE plan SET sender = ?2, fence = fence + ?3 WHERE id = ?1 RETURNING fence",
                params![plan.0, this_process(), !is_broken("fence")],
                |row| row.get(0),
            )?;
            tx.execute("UPDATE destination SET held = NULL WHERE id = ?1", [destination])?;
            tx.execute(
                "UPDATE attempt SET outcome = 'unknown', ended_at = ?2, message = 'interrupted' \
                 WHERE outcome = 'sending' AND delivery IN (SELECT id FROM delivery WHERE plan = ?1 AND open = 1 AND state = 'sending')",
                params![plan.0, at],
            )?;
            may_die("take over");
            tx.execute(
                "UPDATE delivery SET state = 'waiting', next_at = ?2 WHERE plan = ?1 AND open = 1 AND state = 'sending'",
                params![plan.0, resume.again_at],
            )?;
            let claim = Claim {
                plan,
                run,
                destination,
                fence,
            };
            let parked = park(tx, &claim, resume)?;
            Ok((claim, parked))
        })
    }
}

impl Store {
    /// An unfinished plan of a destination that somebody sends, or sent when they died; `None` where nobody does.
    ///
    /// # Errors
    /// When the workspace cannot be read.
    pub(crate) fn plan_with_sender(
        &self,
        name: &str,
        fingerprint: &[u8],
    ) -> Result<Option<PlanId>> {
        let plan = (self.conn)
            .prepare_cached(
                "SELECT p.id FROM plan p JOIN destination d ON d.id = p.destination \
                 WHERE d.name = ?1 AND d.fingerprint = ?2 AND p.state = 'open' AND p.sender IS NOT NULL",
            )?
            .query_row(params![name, fingerprint], |row| Ok(PlanId(row.get(0)?)))
            .optional()?;
        Ok(plan)
    }

    /// Whether this process may send to the destination of a plan now, as [`Store::claim`] decides it.
    ///
    /// # Errors
    /// `send:busy` while another process sends there.
    pub(crate) fn check_no_other_sender(&self, plan: PlanId) -> Result<()> {
        let destination = self.conn.query_row(
            "SELECT destination FROM plan WHERE id = ?1",
            [plan.0],
            |row| row.get(0),
        )?;
        refuse_second_sender(&self.conn, destination)
    }
}

fn refuse_second_sender(conn: &Connection, destination: i64) -> Result<()> {
    let mut query = conn.prepare(
        "SELECT sender FROM plan WHERE destination = ?1 AND state = 'open' AND sender IS NOT NULL",
    )?;
    let senders = query.query_map([destination], |row| row.get::<_, String>(0))?;
    for sender in senders {
        let sender = sender?;
        // This process has one job at a time: what it left behind, it may take up again.
        if sender != this_process() && is_alive(&sender) {
            return Err(Fault::unusable(
                "send:busy",
                "another process is sending to this destination",
            )
            .hint("wait until it is done, or stop it: a plan that was stopped is continued")
            .into());
        }
    }
    Ok(())
}

/// Ends the other plans of a destination that have nothing left: their sender died before it could say so.
fn end_what_is_done(conn: &Connection, destination: i64, plan: PlanId) -> Result<()> {
    conn.execute(
        "UPDATE plan SET state = 'done', sender = NULL WHERE destination = ?1 AND id <> ?2 AND state = 'open' AND NOT EXISTS \
         (SELECT 1 FROM delivery y WHERE y.plan = plan.id AND y.open = 1 AND y.state IN ('queued', 'sending', 'waiting'))",
        params![destination, plan.0],
    )?;
    Ok(())
}

/// Waiting deliveries that must not be tried again by themselves become records without an answer.
fn park(conn: &Connection, claim: &Claim, resume: &Resume) -> Result<u64> {
    let mut query = conn.prepare(
        "SELECT y.id, y.record FROM delivery y WHERE y.plan = ?1 AND y.state = 'waiting' \
         AND (NOT ?2 OR coalesce(y.first_sent_at < ?3, 0)) \
         AND EXISTS (SELECT 1 FROM attempt a WHERE a.delivery = y.id AND a.outcome = 'unknown')",
    )?;
    let parked = query.query_map(
        params![claim.plan.0, resume.may_repeat, resume.forgotten],
        |row| Ok((row.get::<_, i64>(0)?, RecordId(row.get(1)?))),
    )?;
    let parked: Vec<(i64, RecordId)> = parked.collect::<rusqlite::Result<_>>()?;
    for (delivery, record) in &parked {
        conn.execute(
            "UPDATE delivery SET state = 'unknown' WHERE id = ?1",
            [delivery],
        )?;
        set_status(conn, *record, (Status::Sending, Status::Unknown))?;
    }
    let moved = parked.len() as i64;
    let moved = HashMap::from([(Status::Sending, -moved), (Status::Unknown, moved)]);
    count_statuses(conn, claim.run, &moved)?;
    Ok(parked.len() as u64)
}
