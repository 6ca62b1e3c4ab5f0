//! Deliveries and attempts. Every try is written down, and on disk, before its first byte leaves; what became of it
//! is written down after. Losing the second write is harmless: the same key is then sent again.

use std::collections::HashMap;

use anyhow::Result;
use rusqlite::{Connection, Row, Transaction, params};

use super::{
    Store,
    changes::count_statuses,
    ended::{Ending, add_problem, checked_by},
    number,
    verdicts::Verdicts,
};
use crate::{
    broken::may_die,
    model::{DeliveryState, Fault, PlanId, Problem, RecordId, RunId, Status},
};

/// The right to send a plan, until somebody else takes it over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    pub plan: PlanId,
    pub(super) run: RunId,
    pub(super) destination: i64,
    pub(super) fence: i64,
}

/// A delivery whose try was written down: it may leave now.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub delivery: i64,
    pub record: RecordId,
    /// Its natural key, where it has one. Untrusted.
    pub record_key: Option<String>,
    pub key: String,
    pub payload: Vec<u8>,
    pub payload_sha256: Vec<u8>,
    /// Tries so far, this one included.
    pub attempts: u32,
    /// An earlier try may have been applied.
    pub may_be_applied: bool,
    /// The record's text is a CSV line.
    pub is_csv: bool,
}

/// What became of one try.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub delivery: i64,
    pub record: RecordId,
    /// What the delivery is now: any but `Sending` and `Cancelled`.
    pub state: DeliveryState,
    /// What the try came to: `Unknown` when it may have been applied.
    pub attempt: DeliveryState,
    /// RFC 3339: before that it is not tried again.
    pub next_at: Option<String>,
    pub code: String,
    pub message: String,
    /// Why it was refused, each with the name of its group, where there is none yet.
    pub problems: Vec<(Problem, String)>,
    /// What the destination calls the record.
    pub answer_id: String,
    pub duration_ms: u64,
}

/// Which deliveries are tried next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Next {
    /// The most.
    pub limit: usize,
    /// Also those that were never tried.
    pub new: bool,
}

/// How far a plan was tried by whoever has a claim: up to this place nothing of it is queued. Records that wait for a person
/// stand there, and to pass over all of them for each wave takes long.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tried {
    plan: i64,
    fence: i64,
    place: i64,
}

impl Tried {
    /// The place; 0 for the start of another plan or claim.
    fn of(self, claim: &Claim) -> i64 {
        if (self.plan, self.fence) == (claim.plan.0, claim.fence) {
            self.place
        } else {
            0
        }
    }
}

impl Store {
    /// Writes down that the next deliveries, at most `limit`, are tried now: those that wait and are due, then, with `new`, those
    /// that were never tried. When this returns it is on disk, and they may leave. Empty when there are none.
    ///
    /// # Errors
    /// `send:taken_over` when another process sends this plan now.
    pub(crate) fn take(&mut self, claim: &Claim, next: Next, at: &str) -> Result<Vec<Taken>> {
        let from = self.tried.of(claim);
        let (taken, tried) = self.write_beside(|tx| {
            check_fence(tx, claim)?;
            take(tx, claim, (next, from), at)
        })?;
        self.tried = tried;
        Ok(taken)
    }

    /// Writes down what became of tries.
    ///
    /// # Errors
    /// `send:taken_over` when another process sends this plan now: then nothing is written.
    pub(crate) fn end(&mut self, claim: &Claim, ended: &[Ended], at: &str) -> Result<()> {
        self.forget_tried(ended);
        self.write_ended(ended, |tx| {
            check_fence(tx, claim)?;
            end(tx, claim, ended, at)
        })
    }

    /// [`Store::end`] and [`Store::take`] at once: one wait for the disk a wave, not two.
    ///
    /// # Errors
    /// Theirs.
    pub(crate) fn end_and_take(
        &mut self,
        claim: &Claim,
        ended: &[Ended],
        next: Next,
        at: &str,
    ) -> Result<Vec<Taken>> {
        self.forget_tried(ended);
        let from = self.tried.of(claim);
        let (taken, tried) = self.write_ended(ended, |tx| {
            check_fence(tx, claim)?;
            end(tx, claim, ended, at)?;
            take(tx, claim, (next, from), at)
        })?;
        self.tried = tried;
        Ok(taken)
    }

    /// Something of what was tried may be queued again.
    fn forget_tried(&mut self, ended: &[Ended]) {
        let is_queued = |one: &Ended| one.state == DeliveryState::Queued;
        if ended.iter().any(is_queued) {
            self.tried = Tried::default();
        }
    }

    /// Only what can be worked on again is something that the work of others may count on: a long send leaves it alone.
    fn write_ended<T>(
        &mut self,
        ended: &[Ended],
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let is_refused = |one: &Ended| one.state == DeliveryState::Refused;
        if ended.iter().any(is_refused) {
            self.write(work)
        } else {
            self.write_beside(work)
        }
    }

    /// Takes back what [`Store::take`] wrote down of deliveries that did not leave after all: as if they had not been taken.
    ///
    /// # Errors
    /// `send:taken_over`.
    pub(crate) fn put_back(&mut self, claim: &Claim, taken: &[Taken]) -> Result<()> {
        self.tried = Tried::default();
        self.write_beside(|tx| {
            check_fence(tx, claim)?;
            let mut attempt = tx.prepare_cached(
                "DELETE FROM attempt WHERE delivery = ?1 AND n = ?2 AND fence = ?3 AND outcome = 'sending'",
            )?;
            let mut delivery = tx.prepare_cached(
                "UPDATE delivery SET attempts = attempts - 1, state = CASE attempts WHEN 1 THEN 'queued' ELSE 'waiting' END, \
                 first_sent_at = CASE attempts WHEN 1 THEN NULL ELSE first_sent_at END WHERE id = ?1",
            )?;
            for one in taken {
                let found = attempt.execute(params![one.delivery, one.attempts, claim.fence])?;
                anyhow::ensure!(found == 1, "record {} is not being sent", one.record);
                may_die("put back");
                delivery.execute([one.delivery])?;
            }
            Ok(())
        })
    }

    /// When the next delivery that waits may be tried again, RFC 3339; `None` when none waits.
    pub(crate) fn next_try(&self, claim: &Claim) -> Result<Option<String>> {
        let mut query = self.conn.prepare_cached(
            "SELECT min(coalesce(next_at, '')) FROM delivery WHERE plan = ?1 AND state = 'waiting'",
        )?;
        Ok(query.query_row([claim.plan.0], |row| row.get(0))?)
    }

    /// What waits to be tried again is due now.
    ///
    /// # Errors
    /// `send:taken_over`.
    pub(crate) fn try_now(&mut self, claim: &Claim) -> Result<()> {
        self.write_beside(|tx| {
            check_fence(tx, claim)?;
            tx.execute(
                "UPDATE delivery SET next_at = NULL WHERE plan = ?1 AND state = 'waiting'",
                [claim.plan.0],
            )?;
            Ok(())
        })
    }

    /// How the destination's health stood when it was last sent to, as JSON.
    pub(crate) fn breaker(&self, claim: &Claim) -> Result<Option<String>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT breaker FROM destination WHERE id = ?1")?;
        Ok(query.query_row([claim.destination], |row| row.get(0))?)
    }

    /// Keeps how the destination's health stands.
    ///
    /// # Errors
    /// `send:taken_over`.
    pub(crate) fn keep_breaker(&mut self, claim: &Claim, breaker: &str) -> Result<()> {
        self.write_beside(|tx| {
            check_fence(tx, claim)?;
            tx.execute(
                "UPDATE destination SET breaker = ?2 WHERE id = ?1",
                params![claim.destination, breaker],
            )?;
            Ok(())
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
                 (SELECT record FROM delivery WHERE plan = ?1 AND open = 1 AND state = 'sending' AND fence = ?2)",
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
                "SELECT count(*) FROM delivery WHERE plan = ?1 AND open = 1 AND state IN ('queued', 'waiting')",
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

/// Behind a place nothing before which is queued. Gives what was taken, and that place now.
fn take(
    conn: &Connection,
    claim: &Claim,
    (wanted, from): (Next, i64),
    at: &str,
) -> Result<(Vec<Taken>, Tried)> {
    let (mut taken, _) = next(conn, claim, AGAIN, (wanted.limit, 0), at)?;
    let mut tried = Tried {
        plan: claim.plan.0,
        fence: claim.fence,
        place: from,
    };
    if wanted.new {
        let left = wanted.limit - taken.len();
        let (mut new, mut last) = next(conn, claim, NEVER_TRIED, (left, from), at)?;
        // Before it is said that there is none, all of the plan is looked at.
        if new.is_empty() && from > 0 {
            (new, last) = next(conn, claim, NEVER_TRIED, (left, 0), at)?;
        }
        tried.place = last.unwrap_or(from);
        taken.extend(new);
    }
    let mut delivery = conn.prepare_cached(
        "UPDATE delivery SET state = 'sending', attempts = attempts + 1, fence = ?2, \
         next_at = NULL, first_sent_at = coalesce(first_sent_at, ?3) WHERE id = ?1",
    )?;
    let mut attempt = conn.prepare_cached(
        "INSERT INTO attempt (delivery, n, fence, started_at, outcome) VALUES (?1, ?2, ?3, ?4, 'sending')",
    )?;
    for one in &taken {
        delivery.execute(params![one.delivery, claim.fence, at])?;
        attempt.execute(params![one.delivery, one.attempts, claim.fence, at])?;
    }
    Ok((taken, tried))
}

fn end(conn: &Connection, claim: &Claim, ended: &[Ended], at: &str) -> Result<()> {
    let mut statuses = HashMap::new();
    let mut verdicts = Verdicts::default();
    let mut ending = Ending::new(conn)?;
    for one in ended {
        ending.end(claim, one, at)?;
        let status = match one.state {
            DeliveryState::Delivered => Status::Accepted,
            DeliveryState::Refused => Status::Rejected,
            DeliveryState::Unknown => Status::Unknown,
            DeliveryState::HandedOver => Status::HandedOver,
            // Its plan still holds it.
            _ => continue,
        };
        ending.moves.set(one.record, (Status::Sending, status))?;
        let checked_by = checked_by(conn, one.record, status)?;
        verdicts.add(status, checked_by, 1);
        *statuses.entry(Status::Sending).or_default() -= 1;
        *statuses.entry(status).or_default() += 1;
        for (problem, title) in &one.problems {
            may_die("refusal");
            add_problem(conn, claim.run, one.record, problem, &|_| title.clone())?;
        }
    }
    count_statuses(conn, claim.run, &statuses)?;
    verdicts.write(conn, claim.run)
}

pub(super) fn check_fence(conn: &Connection, claim: &Claim) -> Result<()> {
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

/// What waits to be tried again: the words of an index.
const AGAIN: &str = "state = 'waiting'";
/// The same of what was never tried.
const NEVER_TRIED: &str = "open = 1 AND state = 'queued'";

/// At most so many behind a place of the plan, and the place of the last of them.
fn next(
    conn: &Connection,
    claim: &Claim,
    which: &str,
    (limit, from): (usize, i64),
    at: &str,
) -> Result<(Vec<Taken>, Option<i64>)> {
    let mut last = None;
    let mut query = conn.prepare_cached(&format!(
        "SELECT id, record, idempotency, payload, payload_sha256, attempts + 1, \
         attempts > 0 AND EXISTS (SELECT 1 FROM attempt a WHERE a.delivery = delivery.id AND a.outcome = 'unknown'), \
         EXISTS (SELECT 1 FROM content c WHERE c.id = delivery.content AND c.form = 'csv'), \
         (SELECT key FROM record WHERE record.id = delivery.record), n FROM delivery \
         WHERE plan = ?1 AND n > ?4 AND {which} AND (next_at IS NULL OR next_at <= ?3) ORDER BY n LIMIT ?2"
    ))?;
    let values = params![claim.plan.0, limit as i64, at, from];
    let taken = query.query_map(values, |row: &Row<'_>| {
        last = row.get(9)?;
        Ok(Taken {
            delivery: row.get(0)?,
            record: RecordId(row.get(1)?),
            key: row.get(2)?,
            payload: row.get(3)?,
            payload_sha256: row.get(4)?,
            attempts: row.get(5)?,
            may_be_applied: row.get(6)?,
            is_csv: row.get(7)?,
            record_key: row.get(8)?,
        })
    })?;
    let taken = taken.collect::<rusqlite::Result<_>>()?;
    Ok((taken, last))
}

/// Ends every try of this claim alike.
pub(super) fn end_all(
    conn: &Connection,
    claim: &Claim,
    state: DeliveryState,
    message: &str,
    at: &str,
) -> Result<()> {
    conn.execute(
        "UPDATE attempt SET outcome = ?3, message = ?4, ended_at = ?5 WHERE outcome = 'sending' AND fence = ?2 \
         AND delivery IN (SELECT id FROM delivery WHERE plan = ?1 AND open = 1 AND state = 'sending' AND fence = ?2)",
        params![claim.plan.0, claim.fence, state.word(), message, at],
    )?;
    conn.execute(
        "UPDATE delivery SET state = ?3, open = ?4 WHERE plan = ?1 AND open = 1 AND state = 'sending' AND fence = ?2",
        params![claim.plan.0, claim.fence, state.word(), state.is_open()],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    };

    use super::*;
    use crate::{
        model::{Path, Stage},
        store::{
            claims::RESUME,
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
            attempt: state,
            next_at: None,
            answer_id: String::new(),
            duration_ms: 3,
            code: if refused { "sqlite:constraint" } else { "" }.to_owned(),
            message: if refused { "no" } else { "" }.to_owned(),
            problems: Vec::from_iter(refused.then(|| {
                let problem = Problem {
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
                };
                (problem, "Refused by crm: no".to_owned())
            })),
        }
    }

    /// The next deliveries of a plan, at most so many.
    fn take(store: &mut Store, claim: &Claim, limit: usize) -> Vec<Taken> {
        let next = Next { limit, new: true };
        store.take(claim, next, NOW).unwrap()
    }

    fn status(store: &Store, id: i64) -> Status {
        store.record(RecordId(id)).unwrap().status
    }

    fn code(error: &anyhow::Error) -> &'static str {
        error.downcast_ref::<Fault>().unwrap().code
    }

    #[test]
    fn only_what_comes_back_to_be_worked_on_counts_as_a_change_for_others() {
        let (_folder, mut store) = workspace();
        let run = put_run(&mut store, &[ready("{}"), ready("{}"), ready("{}")]);
        let plan = plan(&mut store, run, &[1, 2, 3]).unwrap();
        let (claim, _) = store.claim(plan, RESUME, NOW).unwrap();
        let next = Next {
            limit: 1,
            new: true,
        };
        let mut taken = store.take(&claim, next, NOW).unwrap();
        for (state, counts) in [
            (DeliveryState::Delivered, 0),
            (DeliveryState::Unknown, 0),
            (DeliveryState::Refused, 1),
        ] {
            let before = store.changes().unwrap();
            let ended = [ended(&taken[0], state)];
            taken = (store.end_and_take(&claim, &ended, next, NOW)).unwrap();
            assert_eq!(store.changes().unwrap() - before, counts, "{state:?}");
        }
        assert!(taken.is_empty());
    }

    #[test]
    fn records_without_an_answer_are_passed_over_once_and_not_for_each_wave() {
        let (_folder, mut store) = workspace();
        let records = vec![ready("{}"); 200];
        let run = put_run(&mut store, &records);
        let ids: Vec<i64> = (1..=200).collect();
        let plan = plan(&mut store, run, &ids).unwrap();
        let (claim, _) = store.claim(plan, RESUME, NOW).unwrap();
        let unheard = take(&mut store, &claim, 190);
        let unheard = unheard.iter();
        let unheard: Vec<Ended> = unheard
            .map(|one| ended(one, DeliveryState::Unknown))
            .collect();
        (store.end(&claim, &unheard, NOW)).unwrap();
        let next = Next {
            limit: 1,
            new: true,
        };
        // Somebody else goes on with it.
        store.release(&claim, None, NOW).unwrap();
        let (claim, _) = store.claim(plan, RESUME, NOW).unwrap();
        let mut steps = |claim: &Claim, n: i64| {
            let steps = Arc::new(AtomicU64::new(0));
            let counted = Arc::clone(&steps);
            let count = move || {
                counted.fetch_add(1, Ordering::Relaxed);
                false
            };
            store.conn().progress_handler(1, Some(count)).unwrap();
            let taken = store.take(claim, next, NOW).unwrap();
            let none: Option<fn() -> bool> = None;
            store.conn().progress_handler(1, none).unwrap();
            assert_eq!(taken[0].record, RecordId(n));
            steps.load(Ordering::Relaxed)
        };
        let (first, second) = (steps(&claim, 191), steps(&claim, 192));
        assert!(second * 2 < first, "{first} steps, then {second}");
        // What is queued again is found.
        let taken = take(&mut store, &claim, 1);
        store.put_back(&claim, &taken).unwrap();
        assert_eq!(take(&mut store, &claim, 1)[0].record, taken[0].record);
    }

    #[test]
    fn what_was_confirmed_is_accepted_and_what_was_refused_is_rejected_with_a_problem() {
        let (_folder, mut store) = workspace();
        let run = put_run(&mut store, &[ready("{}"), ready("{}")]);
        let plan = plan(&mut store, run, &[1, 2]).unwrap();
        let (claim, _) = store.claim(plan, RESUME, NOW).unwrap();
        let taken = take(&mut store, &claim, 10);
        let ended = [
            ended(&taken[0], DeliveryState::Delivered),
            ended(&taken[1], DeliveryState::Refused),
        ];
        store.end(&claim, &ended, NOW).unwrap();
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
        assert_eq!(store.open_plans(run, Some("crm")).unwrap(), []);
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
        let (claim, _) = store.claim(plan, RESUME, NOW).unwrap();
        let taken = take(&mut store, &claim, 10);
        let ended = [
            ended(&taken[0], DeliveryState::Delivered),
            ended(&taken[1], DeliveryState::Refused),
        ];
        store.end(&claim, &ended, NOW).unwrap();
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
        let (first, _) = store.claim(plan, RESUME, NOW).unwrap();
        let lost = store
            .take(
                &first,
                Next {
                    limit: 1,
                    new: true,
                },
                NOW,
            )
            .unwrap();
        // Killed here: the intent is on disk, the outcome is not.
        let path = store.path.clone();
        drop(store);
        let mut store = Store::open(&path).unwrap();
        let (second, _) = store.claim(plan, RESUME, NOW).unwrap();
        let again = store
            .take(
                &second,
                Next {
                    limit: 10,
                    new: true,
                },
                NOW,
            )
            .unwrap();
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
        let (stale, _) = store.claim(plan, RESUME, NOW).unwrap();
        let taken = store
            .take(
                &stale,
                Next {
                    limit: 1,
                    new: true,
                },
                NOW,
            )
            .unwrap();
        store.claim(plan, RESUME, NOW).unwrap();
        let ended = [ended(&taken[0], DeliveryState::Delivered)];
        let late = store.end(&stale, &ended, NOW);
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
        store.claim(plan, RESUME, NOW).unwrap();
        let mut pretend = |sender: &str| {
            store
                .write(|tx| Ok(tx.execute("UPDATE plan SET sender = ?1", [sender])?))
                .unwrap();
            store.claim(plan, RESUME, NOW)
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
    fn a_plan_whose_sender_died_with_nothing_left_is_ended_by_the_next() {
        let (_folder, mut store) = workspace();
        let run = put_run(&mut store, &[ready("{}"), ready("{}")]);
        let finished = plan(&mut store, run, &[1]).unwrap();
        let (claim, _) = store.claim(finished, RESUME, NOW).unwrap();
        let next = Next {
            limit: 1,
            new: true,
        };
        let taken = store.take(&claim, next, NOW).unwrap();
        let ended = [ended(&taken[0], DeliveryState::Delivered)];
        store.end(&claim, &ended, NOW).unwrap();
        assert_eq!(store.open_plans(run, Some("crm")).unwrap(), []);
        let second = plan(&mut store, run, &[2]).unwrap();
        store.claim(second, RESUME, NOW).unwrap();
        let state = |plan: PlanId| -> String {
            let query = "SELECT state FROM plan WHERE id = ?1";
            let state = store.conn.query_row(query, [plan.0], |row| row.get(0));
            state.unwrap()
        };
        assert_eq!(
            (state(finished), state(second)),
            ("done".into(), "open".into())
        );
    }

    #[test]
    fn a_hold_keeps_the_plan_open_and_its_records_queued() {
        let (_folder, mut store) = workspace();
        let run = put_run(&mut store, &[ready("{}"), ready("{}")]);
        let plan = plan(&mut store, run, &[1, 2]).unwrap();
        let (claim, _) = store.claim(plan, RESUME, NOW).unwrap();
        take(&mut store, &claim, 1);
        assert_eq!(store.release(&claim, Some("no table"), NOW).unwrap(), 2);
        assert_eq!(store.open_plans(run, Some("crm")).unwrap()[0].remaining, 2);
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
        let (claim, _) = store.claim(plan, RESUME, NOW).unwrap();
        take(&mut store, &claim, 10);
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
        let (claim, _) = store.claim(first, RESUME, NOW).unwrap();
        let taken = take(&mut store, &claim, 1);
        store
            .end(&claim, &[ended(&taken[0], DeliveryState::Refused)], NOW)
            .unwrap();
        store.release(&claim, None, NOW).unwrap();
        store
            .write(|tx| Ok(tx.execute("UPDATE record SET status = 'ready'", [])?))
            .unwrap();
        let second = plan(&mut store, run, &[1]).unwrap();
        let (claim, _) = store.claim(second, RESUME, NOW).unwrap();
        assert_eq!(take(&mut store, &claim, 1)[0].key, "key-1-1");
    }

    #[test]
    fn what_certainly_never_arrived_is_ready_again_and_what_may_have_stays() {
        let (_folder, mut store) = workspace();
        let run = put_run(&mut store, &vec![ready("{}"); 6]);
        let first = plan(&mut store, run, &[1, 2, 3, 4, 5, 6]).unwrap();
        let (claim, _) = store.claim(first, RESUME, NOW).unwrap();
        let next = Next {
            limit: 5,
            new: true,
        };
        let taken = store.take(&claim, next, NOW).unwrap();
        let waits = |place: usize, came_to| Ended {
            attempt: came_to,
            ..ended(&taken[place], DeliveryState::Waiting)
        };
        let ended = [
            ended(&taken[0], DeliveryState::Delivered),
            ended(&taken[1], DeliveryState::Unknown),
            waits(2, DeliveryState::Unknown),
            waits(3, DeliveryState::Waiting),
        ];
        // The fifth is still being tried, by a destination of which nothing counts before all of it does.
        store.end(&claim, &ended, NOW).unwrap();
        assert_eq!(store.give_back(&claim, NOW).unwrap(), 3);
        assert_eq!(store.give_back(&claim, NOW).unwrap(), 0);
        assert_eq!(store.release(&claim, None, NOW).unwrap(), 1);
        let status = |id| store.record(RecordId(id)).unwrap().status;
        assert_eq!(
            [1, 2, 3, 4, 5, 6].map(status),
            [
                Status::Accepted,
                Status::Unknown,
                Status::Sending,
                Status::Ready,
                Status::Ready,
                Status::Ready
            ]
        );
        counters_hold(&store, run);
        for checked in store.verify().unwrap() {
            assert_eq!(checked.wrong, [""; 0], "{}", checked.check);
        }
        // It can leave again.
        let again = plan(&mut store, run, &[4, 5, 6]).unwrap();
        let (claim, _) = store.claim(again, RESUME, NOW).unwrap();
        assert_eq!(store.take(&claim, next, NOW).unwrap().len(), 3);
    }
}
