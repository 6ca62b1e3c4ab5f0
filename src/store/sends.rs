//! Deliveries and attempts. Every try is written down, and on disk, before its first byte leaves; what became of it
//! is written down after. Losing the second write is harmless: the same key is then sent again.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{
    Store,
    changes::{Title, count_statuses, group_of},
    is_alive, number, this_process,
    verdicts::Verdicts,
};
use crate::model::{DeliveryState, Fault, PlanId, Problem, RecordId, RunId, Status};

/// The right to send a plan, until somebody else takes it over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    pub plan: PlanId,
    run: RunId,
    destination: i64,
    fence: i64,
}

/// A delivery whose try was written down: it may leave now.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub delivery: i64,
    pub record: RecordId,
    pub key: String,
    pub payload: Vec<u8>,
    pub payload_sha256: Vec<u8>,
}

/// What became of one try.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub delivery: i64,
    pub record: RecordId,
    /// `Delivered`, `Refused`, `Unknown`, or `Queued` when it was certainly not applied.
    pub state: DeliveryState,
    pub code: String,
    pub message: String,
    /// Why it was refused.
    pub problem: Option<Problem>,
}

impl Store {
    /// Takes the right to send a plan. Tries that nobody finished wait to be made again, with the same key.
    ///
    /// # Errors
    /// `send:busy` while another process sends to this destination; `send:plan` when the plan is finished.
    pub(crate) fn claim(&mut self, plan: PlanId, at: &str) -> Result<Claim> {
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
            let fence = tx.query_row(
                "UPDATE plan SET sender = ?2, fence = fence + 1 WHERE id = ?1 RETURNING fence",
                params![plan.0, this_process()],
                |row| row.get(0),
            )?;
            tx.execute("UPDATE destination SET held = NULL WHERE id = ?1", [destination])?;
            tx.execute(
                "UPDATE attempt SET outcome = 'unknown', ended_at = ?2, message = 'interrupted' \
                 WHERE outcome = 'sending' AND delivery IN (SELECT id FROM delivery WHERE plan = ?1 AND state = 'sending')",
                params![plan.0, at],
            )?;
            tx.execute(
                "UPDATE delivery SET state = 'waiting' WHERE plan = ?1 AND state = 'sending'",
                [plan.0],
            )?;
            Ok(Claim {
                plan,
                run,
                destination,
                fence,
            })
        })
    }

    /// Writes down that the next deliveries, at most `limit`, are tried now. When this returns it is on disk, and they may
    /// leave. Empty when all were tried.
    ///
    /// # Errors
    /// `send:taken_over` when another process sends this plan now.
    pub(crate) fn take(&mut self, claim: &Claim, limit: usize, at: &str) -> Result<Vec<Taken>> {
        self.write(|tx| {
            check_fence(tx, claim)?;
            let mut taken = next(tx, claim, "waiting", limit)?;
            taken.extend(next(tx, claim, "queued", limit - taken.len())?);
            let mut delivery = tx.prepare_cached(
                "UPDATE delivery SET state = 'sending', attempts = attempts + 1, fence = ?2, \
                 first_sent_at = coalesce(first_sent_at, ?3) WHERE id = ?1",
            )?;
            let mut attempt = tx.prepare_cached(
                "INSERT INTO attempt (delivery, n, fence, started_at, outcome) \
                 SELECT id, attempts, ?2, ?3, 'sending' FROM delivery WHERE id = ?1",
            )?;
            for one in &taken {
                delivery.execute(params![one.delivery, claim.fence, at])?;
                attempt.execute(params![one.delivery, claim.fence, at])?;
            }
            Ok(taken)
        })
    }

    /// Writes down what became of tries.
    ///
    /// # Errors
    /// `send:taken_over` when another process sends this plan now: then nothing is written.
    pub(crate) fn end(
        &mut self,
        claim: &Claim,
        ended: &[Ended],
        at: &str,
        title: Title<'_>,
    ) -> Result<()> {
        self.write(|tx| {
            check_fence(tx, claim)?;
            let mut statuses = HashMap::new();
            let mut verdicts = Verdicts::default();
            for one in ended {
                end_attempt(tx, claim, one, at)?;
                let status = match one.state {
                    DeliveryState::Delivered => Status::Accepted,
                    DeliveryState::Refused => Status::Rejected,
                    DeliveryState::Unknown => Status::Unknown,
                    // Its plan still holds it.
                    _ => continue,
                };
                let checked_by = set_status(tx, one.record, (Status::Sending, status))?;
                verdicts.add(status, checked_by, 1);
                *statuses.entry(Status::Sending).or_default() -= 1;
                *statuses.entry(status).or_default() += 1;
                if let Some(problem) = &one.problem {
                    add_problem(tx, claim.run, one.record, problem, title)?;
                }
            }
            count_statuses(tx, claim.run, &statuses)?;
            verdicts.write(tx, claim.run)
        })
    }

    /// Marks everything that is still being tried as handed over. Gives how many records that are.
    ///
    /// # Errors
    /// `send:taken_over`.
    pub(crate) fn hand_over(&mut self, claim: &Claim, at: &str) -> Result<u64> {
        self.write(|tx| {
            check_fence(tx, claim)?;
            let records = tx.execute(
                "UPDATE record SET status = 'handed_over' WHERE status = 'sending' AND id IN \
                 (SELECT record FROM delivery WHERE plan = ?1 AND state = 'sending' AND fence = ?2)",
                params![claim.plan.0, claim.fence],
            )?;
            end_all(tx, claim, DeliveryState::HandedOver, "", at)?;
            let moved = records as i64;
            let moved = HashMap::from([(Status::Sending, -moved), (Status::HandedOver, moved)]);
            count_statuses(tx, claim.run, &moved)?;
            Ok(records as u64)
        })
    }

    /// Gives the plan back. What is still being tried was certainly not applied and is queued again. `held` is why the
    /// destination takes nothing, if it does not. Gives how many deliveries are left; with none the plan is done.
    ///
    /// # Errors
    /// `send:taken_over`.
    pub(crate) fn release(&mut self, claim: &Claim, held: Option<&str>, at: &str) -> Result<u64> {
        self.write(|tx| {
            check_fence(tx, claim)?;
            end_all(
                tx,
                claim,
                DeliveryState::Queued,
                held.unwrap_or_default(),
                at,
            )?;
            let left = tx.query_row(
                "SELECT count(*) FROM delivery WHERE plan = ?1 AND state IN ('queued', 'waiting')",
                [claim.plan.0],
                |row| number(row, 0),
            )?;
            tx.execute(
                "UPDATE plan SET sender = NULL, state = ?2 WHERE id = ?1",
                params![claim.plan.0, if left == 0 { "done" } else { "open" }],
            )?;
            tx.execute(
                "UPDATE destination SET held = ?2 WHERE id = ?1",
                params![claim.destination, held],
            )?;
            Ok(left)
        })
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

fn check_fence(conn: &Connection, claim: &Claim) -> Result<()> {
    let fence: i64 = conn
        .prepare_cached("SELECT fence FROM plan WHERE id = ?1")?
        .query_row([claim.plan.0], |row| row.get(0))?;
    if fence == claim.fence {
        return Ok(());
    }
    Err(Fault::unusable(
        "send:taken_over",
        format!("another process has taken over plan {}", claim.plan),
    )
    .hint("let it finish; nothing is sent twice")
    .into())
}

fn next(conn: &Connection, claim: &Claim, state: &str, limit: usize) -> Result<Vec<Taken>> {
    let mut query = conn.prepare_cached(
        "SELECT id, record, idempotency, payload, payload_sha256 FROM delivery \
         WHERE plan = ?1 AND state = ?2 ORDER BY n LIMIT ?3",
    )?;
    let taken = query.query_map(
        params![claim.plan.0, state, limit as i64],
        |row: &Row<'_>| {
            Ok(Taken {
                delivery: row.get(0)?,
                record: RecordId(row.get(1)?),
                key: row.get(2)?,
                payload: row.get(3)?,
                payload_sha256: row.get(4)?,
            })
        },
    )?;
    Ok(taken.collect::<rusqlite::Result<_>>()?)
}

fn end_attempt(conn: &Connection, claim: &Claim, ended: &Ended, at: &str) -> Result<()> {
    let moved = conn
        .prepare_cached(
            "UPDATE delivery SET state = ?3 WHERE id = ?1 AND state = 'sending' AND fence = ?2",
        )?
        .execute(params![ended.delivery, claim.fence, ended.state.word()])?;
    anyhow::ensure!(
        moved == 1,
        "the delivery of record {} is not being tried",
        ended.record
    );
    conn.prepare_cached(
        "UPDATE attempt SET outcome = ?3, code = ?4, message = ?5, ended_at = ?6 \
         WHERE delivery = ?1 AND fence = ?2 AND outcome = 'sending'",
    )?
    .execute(params![
        ended.delivery,
        claim.fence,
        ended.state.word(),
        ended.code,
        ended.message,
        at
    ])?;
    Ok(())
}

/// Ends every try of this claim alike.
fn end_all(
    conn: &Connection,
    claim: &Claim,
    state: DeliveryState,
    message: &str,
    at: &str,
) -> Result<()> {
    conn.execute(
        "UPDATE attempt SET outcome = ?3, message = ?4, ended_at = ?5 WHERE outcome = 'sending' AND fence = ?2 \
         AND delivery IN (SELECT id FROM delivery WHERE plan = ?1 AND state = 'sending' AND fence = ?2)",
        params![claim.plan.0, claim.fence, state.word(), message, at],
    )?;
    conn.execute(
        "UPDATE delivery SET state = ?3 WHERE plan = ?1 AND state = 'sending' AND fence = ?2",
        params![claim.plan.0, claim.fence, state.word()],
    )?;
    Ok(())
}

/// Moves a record on; gives the contract that found it ready.
pub(super) fn set_status(
    conn: &Connection,
    record: RecordId,
    (from, to): (Status, Status),
) -> Result<Option<i64>> {
    conn.prepare_cached(
        "UPDATE record SET status = ?3 WHERE id = ?1 AND status = ?2 RETURNING checked_by",
    )?
    .query_row(params![record.0, from.word(), to.word()], |row| row.get(0))
    .optional()?
    .with_context(|| format!("record {record} is not {}", from.label()))
}

/// A record that was ready has no other problem, but it can have warnings.
pub(super) fn add_problem(
    conn: &Connection,
    run: RunId,
    record: RecordId,
    problem: &Problem,
    title: Title<'_>,
) -> Result<()> {
    let line = conn
        .prepare_cached("SELECT line FROM record WHERE id = ?1")?
        .query_row([record.0], |row| row.get(0))
        .with_context(|| format!("there is no record {record}"))?;
    let group = group_of(conn, run, line, problem, title)?;
    conn.prepare_cached(
        "INSERT INTO problem (record, n, grp, path, message, hint, found) \
         SELECT ?1, coalesce(max(n) + 1, 0), ?2, ?3, ?4, ?5, ?6 FROM problem WHERE record = ?1",
    )?
    .execute(params![
        record.0,
        group,
        problem.path.as_str(),
        problem.message,
        problem.hint,
        problem
            .found
            .as_ref()
            .map(serde_json::to_string)
            .transpose()?
    ])?;
    // A record that has a problem of a group twice is open in it once.
    conn.prepare_cached(
        "UPDATE problem_group SET open = open + 1 WHERE id = ?1 \
         AND (SELECT count(*) FROM problem WHERE record = ?2 AND grp = ?1) = 1",
    )?
    .execute(params![group, record.0])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Path, Stage},
        store::{
            plans::tests::{counters_hold, plan, ready},
            testing::{NOW, Sample, problem, put_run, workspace},
        },
    };

    fn ended(taken: &Taken, state: DeliveryState) -> Ended {
        let refused = state == DeliveryState::Refused;
        Ended {
            delivery: taken.delivery,
            record: taken.record,
            state,
            code: if refused { "sqlite:constraint" } else { "" }.to_owned(),
            message: if refused { "no" } else { "" }.to_owned(),
            problem: refused.then(|| Problem {
                stage: Stage::Send,
                code: "sqlite:constraint".to_owned(),
                detail: String::new(),
                path: Path::root(),
                message: "no".to_owned(),
                hint: String::new(),
                found: None,
                shape: "no".to_owned(),
                severity: crate::model::Severity::Error,
                owner: String::new(),
            }),
        }
    }

    fn status(store: &Store, id: i64) -> Status {
        store.record(RecordId(id)).unwrap().status
    }

    fn code(error: &anyhow::Error) -> &'static str {
        error.downcast_ref::<Fault>().unwrap().code
    }

    #[test]
    fn what_was_confirmed_is_accepted_and_what_was_refused_is_rejected_with_a_problem() {
        let (_folder, mut store) = workspace();
        let run = put_run(&mut store, &[ready("{}"), ready("{}")]);
        let plan = plan(&mut store, run, &[1, 2]).unwrap();
        let claim = store.claim(plan, NOW).unwrap();
        let taken = store.take(&claim, 10, NOW).unwrap();
        let ended = [
            ended(&taken[0], DeliveryState::Delivered),
            ended(&taken[1], DeliveryState::Refused),
        ];
        store
            .end(&claim, &ended, NOW, &|_| "Refused by crm: no".to_owned())
            .unwrap();
        assert_eq!(store.release(&claim, None, NOW).unwrap(), 0);
        assert_eq!(status(&store, 1), Status::Accepted);
        let second = store.record(RecordId(2)).unwrap();
        assert_eq!(second.status, Status::Rejected);
        assert_eq!(second.problems[0].stage, Stage::Send);
        let groups = store
            .groups(run, &crate::filter::Filter::default())
            .unwrap();
        assert_eq!(
            (groups[0].title.as_str(), groups[0].open),
            ("Refused by crm: no", 1)
        );
        assert_eq!(store.open_plans(run, "crm").unwrap(), []);
        let attempts = store.attempts(RecordId(2)).unwrap();
        assert_eq!(attempts[0].outcome, DeliveryState::Refused);
        assert_eq!(attempts[0].message, "no");
        counters_hold(&store, run);
    }

    #[test]
    fn a_refusal_stands_behind_the_warnings_a_ready_record_has() {
        let (_folder, mut store) = workspace();
        let warning = Problem {
            severity: crate::model::Severity::Warning,
            ..problem("RULE-7", "/age")
        };
        let warned = Sample {
            problems: vec![warning.clone()],
            ..ready("{}")
        };
        let run = put_run(&mut store, &[warned.clone(), warned]);
        let plan = plan(&mut store, run, &[1, 2]).unwrap();
        let claim = store.claim(plan, NOW).unwrap();
        let taken = store.take(&claim, 10, NOW).unwrap();
        let ended = [
            ended(&taken[0], DeliveryState::Delivered),
            ended(&taken[1], DeliveryState::Refused),
        ];
        store
            .end(&claim, &ended, NOW, &|_| "Refused by crm: no".to_owned())
            .unwrap();
        let problems = |id: i64| store.record(RecordId(id)).unwrap().problems;
        assert_eq!(problems(1), std::slice::from_ref(&warning));
        assert_eq!(problems(2)[0], warning);
        assert_eq!(problems(2)[1].stage, Stage::Send);
        assert_eq!(problems(2).len(), 2);
        counters_hold(&store, run);
    }

    #[test]
    fn a_try_that_nobody_finished_is_made_again_with_the_same_key() {
        let (_folder, mut store) = workspace();
        let run = put_run(&mut store, &[ready("{}"), ready("{}")]);
        let plan = plan(&mut store, run, &[1, 2]).unwrap();
        let first = store.claim(plan, NOW).unwrap();
        let lost = store.take(&first, 1, NOW).unwrap();
        // Killed here: the intent is on disk, the outcome is not.
        let path = store.path.clone();
        drop(store);
        let mut store = Store::open(&path).unwrap();
        let second = store.claim(plan, NOW).unwrap();
        let again = store.take(&second, 10, NOW).unwrap();
        assert_eq!(again.len(), 2);
        assert_eq!(again[0].key, lost[0].key);
        assert_eq!(again[0].payload, lost[0].payload);
        let outcomes: Vec<_> = store
            .attempts(RecordId(1))
            .unwrap()
            .iter()
            .map(|attempt| (attempt.n, attempt.outcome))
            .collect();
        assert_eq!(
            outcomes,
            [(1, DeliveryState::Unknown), (2, DeliveryState::Sending)]
        );
    }

    #[test]
    fn whoever_lost_the_plan_can_write_nothing_more() {
        let (_folder, mut store) = workspace();
        let run = put_run(&mut store, &[ready("{}")]);
        let plan = plan(&mut store, run, &[1]).unwrap();
        let stale = store.claim(plan, NOW).unwrap();
        let taken = store.take(&stale, 1, NOW).unwrap();
        store.claim(plan, NOW).unwrap();
        let ended = [ended(&taken[0], DeliveryState::Delivered)];
        let late = store.end(&stale, &ended, NOW, &|_| String::new());
        assert_eq!(code(&late.unwrap_err()), "send:taken_over");
        assert_eq!(
            code(&store.release(&stale, None, NOW).unwrap_err()),
            "send:taken_over"
        );
        assert_eq!(status(&store, 1), Status::Sending);
    }

    #[test]
    fn a_second_sender_waits_for_a_living_one_and_takes_over_from_a_dead_one() {
        let (_folder, mut store) = workspace();
        let run = put_run(&mut store, &[ready("{}")]);
        let plan = plan(&mut store, run, &[1]).unwrap();
        store.claim(plan, NOW).unwrap();
        let mut pretend = |sender: &str| {
            store
                .write(|tx| Ok(tx.execute("UPDATE plan SET sender = ?1", [sender])?))
                .unwrap();
            store.claim(plan, NOW)
        };
        #[cfg(target_os = "linux")]
        {
            // Process 1 lives as long as the machine does.
            let stat = std::fs::read_to_string("/proc/1/stat").unwrap();
            let started = stat
                .rsplit(')')
                .next()
                .unwrap()
                .split_whitespace()
                .nth(19)
                .unwrap();
            let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
            let alive = pretend(&format!("1 {started} {}", boot.trim()));
            assert_eq!(code(&alive.unwrap_err()), "send:busy");
        }
        pretend("1 0 long-ago").unwrap();
    }

    #[test]
    fn a_hold_keeps_the_plan_open_and_its_records_queued() {
        let (_folder, mut store) = workspace();
        let run = put_run(&mut store, &[ready("{}"), ready("{}")]);
        let plan = plan(&mut store, run, &[1, 2]).unwrap();
        let claim = store.claim(plan, NOW).unwrap();
        store.take(&claim, 1, NOW).unwrap();
        assert_eq!(store.release(&claim, Some("no table"), NOW).unwrap(), 2);
        assert_eq!(store.open_plans(run, "crm").unwrap()[0].remaining, 2);
        assert_eq!(status(&store, 1), Status::Sending);
        let attempts = store.attempts(RecordId(1)).unwrap();
        assert_eq!(attempts[0].outcome, DeliveryState::Queued);
        assert_eq!(attempts[0].message, "no table");
        counters_hold(&store, run);
    }

    #[test]
    fn handing_over_ends_every_try_of_the_plan_at_once() {
        let (_folder, mut store) = workspace();
        let run = put_run(&mut store, &[ready("{}"), ready("{}")]);
        let plan = plan(&mut store, run, &[1, 2]).unwrap();
        let claim = store.claim(plan, NOW).unwrap();
        store.take(&claim, 10, NOW).unwrap();
        assert_eq!(store.hand_over(&claim, NOW).unwrap(), 2);
        assert_eq!(store.release(&claim, None, NOW).unwrap(), 0);
        assert_eq!(status(&store, 2), Status::HandedOver);
        assert_eq!(
            store.attempts(RecordId(2)).unwrap()[0].outcome,
            DeliveryState::HandedOver
        );
        counters_hold(&store, run);
    }

    #[test]
    fn a_refused_version_that_is_sent_again_unchanged_gets_another_key() {
        let (_folder, mut store) = workspace();
        let run = put_run(&mut store, &[ready("{}")]);
        let first = plan(&mut store, run, &[1]).unwrap();
        let claim = store.claim(first, NOW).unwrap();
        let taken = store.take(&claim, 1, NOW).unwrap();
        store
            .end(
                &claim,
                &[ended(&taken[0], DeliveryState::Refused)],
                NOW,
                &|_| String::new(),
            )
            .unwrap();
        store.release(&claim, None, NOW).unwrap();
        store
            .write(|tx| Ok(tx.execute("UPDATE record SET status = 'ready'", [])?))
            .unwrap();
        let second = plan(&mut store, run, &[1]).unwrap();
        let claim = store.claim(second, NOW).unwrap();
        assert_eq!(store.take(&claim, 1, NOW).unwrap()[0].key, "key-1-1");
    }
}
