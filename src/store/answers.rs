//! Answers to a plan that was handed over: what became of its records is known only now.

use std::collections::HashMap;

use anyhow::Result;
use rusqlite::{OptionalExtension as _, params};

use super::{
    Store,
    changes::{Title, count_statuses},
    ended::{add_problem, set_status},
    verdicts::Verdicts,
};
use crate::model::{
    DeliveryState, Fault, Form, NOT_WRITTEN, PlanId, Problem, RecordId, RunId, Status,
};

/// The records of a plan that stand in the file it was handed over to.
#[derive(Clone, Debug)]
pub(crate) struct HandedOver {
    pub run: RunId,
    /// The destination, and where it is in words.
    pub destination: (String, String),
    /// In the order of the file.
    pub records: Vec<Handed>,
}

/// A record that was handed over.
#[derive(Clone, Debug)]
pub(crate) struct Handed {
    pub delivery: i64,
    pub record: RecordId,
    /// 1-based place in the file.
    pub place: u64,
    /// Whether it waits for an answer; otherwise it has one, or a person said what became of it.
    pub waits: bool,
    /// Whether it was answered that it is refused.
    pub is_refused: bool,
}

/// The deliveries of a plan that stand in its file, in its order. What could not be written was refused before the file had it, and
/// has no place in it.
const IN_FILE: &str = "FROM delivery y JOIN record r ON r.id = y.record \
     WHERE y.plan = ?1 AND y.state IN ('handed_over', 'delivered', 'refused') \
     AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.delivery = y.id AND a.code IN (?2, ?3, ?4, ?5)) ORDER BY y.n";

/// What somebody answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub delivery: i64,
    pub record: RecordId,
    /// Why it was rejected; accepted when there is none.
    pub problems: Vec<Problem>,
}

impl Store {
    /// What a plan handed over, with an answer or without one.
    ///
    /// # Errors
    /// `answers:plan` when there is no such plan.
    pub(crate) fn handed_over(&self, plan: PlanId) -> Result<HandedOver> {
        let (run, name, target) = (self.conn)
            .query_row(
                "SELECT p.run, d.name, d.target FROM plan p JOIN destination d ON d.id = p.destination WHERE p.id = ?1",
                [plan.0],
                |row| Ok((RunId(row.get(0)?), row.get(1)?, row.get(2)?)),
            )
            .optional()?
            .ok_or_else(|| {
                Fault::usage("answers:plan", format!("there is no plan {plan}"))
                    .hint("`redrive send` says the number of each plan, and `redrive report` lists them")
            })?;
        let mut query = self.conn.prepare(&format!(
            "SELECT y.id, y.record, y.state = 'handed_over' AND r.status = 'handed_over', y.state = 'refused' {IN_FILE}"
        ))?;
        let [column, line, hash, json] = NOT_WRITTEN;
        let mut place = 0;
        let handed = query.query_map(params![plan.0, column, line, hash, json], |row| {
            place += 1;
            Ok(Handed {
                delivery: row.get(0)?,
                record: RecordId(row.get(1)?),
                place,
                waits: row.get(2)?,
                is_refused: row.get(3)?,
            })
        })?;
        Ok(HandedOver {
            run,
            destination: (name, target),
            records: handed.collect::<rusqlite::Result<_>>()?,
        })
    }

    /// What was handed over, one after the other, by its place in the file, and what it is written in: JSON, unless the record's own
    /// CSV line was handed over.
    ///
    /// # Errors
    /// When the workspace cannot be read.
    pub(crate) fn each_handed(
        &self,
        plan: PlanId,
        each: &mut dyn FnMut(u64, Form, &[u8]),
    ) -> Result<()> {
        let mut query = self.conn.prepare(&format!(
            "SELECT y.payload, \
             EXISTS (SELECT 1 FROM content c WHERE c.id = y.content AND c.form = 'csv' AND c.bytes = y.payload) {IN_FILE}"
        ))?;
        let [column, line, hash, json] = NOT_WRITTEN;
        let mut handed = query.query(params![plan.0, column, line, hash, json])?;
        let mut place = 0;
        while let Some(row) = handed.next()? {
            place += 1;
            let form = if row.get(1)? { Form::Csv } else { Form::Json };
            each(place, form, row.get_ref(0)?.as_bytes()?);
        }
        Ok(())
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
