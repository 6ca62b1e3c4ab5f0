//! Answers to a plan that was handed over: what became of its records is known only now.

use std::collections::HashMap;

use anyhow::Result;
use rusqlite::{OptionalExtension as _, params};

use super::{
    Store,
    changes::{Title, count_statuses},
    ended::{add_problem, set_status},
    number,
    verdicts::Verdicts,
};
use crate::model::{DeliveryState, Fault, Form, PlanId, Problem, RecordId, RunId, Status};

/// A record that was handed over and waits for an answer.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub delivery: i64,
    pub record: RecordId,
    /// 1-based place in the plan.
    pub n: u64,
    /// What was handed over.
    pub payload: Vec<u8>,
    /// What that is written in: JSON, unless the record's own CSV line was handed over.
    pub form: Form,
}

/// What somebody answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub delivery: i64,
    pub record: RecordId,
    /// Why it was rejected; accepted when there is none.
    pub problems: Vec<Problem>,
}

impl Store {
    /// The run of a plan, and its records that wait for an answer, in the order of the plan.
    ///
    /// # Errors
    /// `answers:plan` when there is no such plan.
    pub(crate) fn waiting_for_answers(&self, plan: PlanId) -> Result<(RunId, Vec<Waiting>)> {
        let run = (self.conn)
            .query_row("SELECT run FROM plan WHERE id = ?1", [plan.0], |row| {
                row.get(0).map(RunId)
            })
            .optional()?
            .ok_or_else(|| {
                Fault::usage("answers:plan", format!("there is no plan {plan}"))
                    .hint("`redrive send` says the number of each plan")
            })?;
        let mut query = self.conn.prepare(
            "SELECT y.id, y.record, y.n, y.payload, \
             EXISTS (SELECT 1 FROM content c WHERE c.id = y.content AND c.form = 'csv' AND c.bytes = y.payload) \
             FROM delivery y JOIN record r ON r.id = y.record \
             WHERE y.plan = ?1 AND y.state = 'handed_over' AND r.status = 'handed_over' ORDER BY y.n",
        )?;
        let waiting = query.query_map([plan.0], |row| {
            Ok(Waiting {
                delivery: row.get(0)?,
                record: RecordId(row.get(1)?),
                n: number(row, 2)?,
                payload: row.get(3)?,
                form: if row.get(4)? { Form::Csv } else { Form::Json },
            })
        })?;
        Ok((run, waiting.collect::<rusqlite::Result<_>>()?))
    }

    /// Writes down what was answered: all of it or nothing.
    pub(crate) fn answer(
        &mut self,
        run: RunId,
        answers: &[Answer],
        at: &str,
        title: Title<'_>,
    ) -> Result<()> {
        self.write(|tx| {
            let mut statuses = HashMap::new();
            let mut verdicts = Verdicts::default();
            for answer in answers {
                let (state, status) = match answer.problems.first() {
                    None => (DeliveryState::Delivered, Status::Accepted),
                    Some(_) => (DeliveryState::Refused, Status::Rejected),
                };
                let first = answer.problems.first();
                tx.prepare_cached("UPDATE delivery SET state = ?2 WHERE id = ?1")?
                    .execute(params![answer.delivery, state.word()])?;
                tx.prepare_cached(
                    "UPDATE attempt SET outcome = ?2, code = ?3, message = ?4, ended_at = ?5 \
                     WHERE delivery = ?1 AND outcome = 'handed_over'",
                )?
                .execute(params![
                    answer.delivery,
                    state.word(),
                    first.map_or("", |problem| &problem.code),
                    first.map_or("", |problem| &problem.message),
                    at
                ])?;
                let checked_by = set_status(tx, answer.record, (Status::HandedOver, status))?;
                verdicts.add(status, checked_by, 1);
                *statuses.entry(Status::HandedOver).or_default() -= 1;
                *statuses.entry(status).or_default() += 1;
                for problem in &answer.problems {
                    add_problem(tx, run, answer.record, problem, title)?;
                }
            }
            count_statuses(tx, run, &statuses)?;
            verdicts.write(tx, run)
        })
    }
}
