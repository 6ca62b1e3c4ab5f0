//! What happened to a record, from the file it came in to the destination's answer.

use super::{AttemptRow, DeliveryState, Note, PlanId, RecordDetail, StepKind, StepRow};

/// One thing that happened to a record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment<'d> {
    /// RFC 3339, UTC.
    pub at: &'d str,
    pub what: Happened<'d>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Happened<'d> {
    Loaded {
        source: &'d str,
        line: u64,
    },
    Step(&'d StepRow),
    Noted(&'d Note),
    Planned {
        by: &'d str,
        to: &'d str,
        plan: PlanId,
    },
    Tried(&'d AttemptRow),
}

impl RecordDetail {
    /// What happened to it, oldest first.
    pub fn timeline(&self) -> Vec<Moment<'_>> {
        let loaded = Moment {
            at: &self.loaded_at,
            what: Happened::Loaded {
                source: &self.source,
                line: self.row.line,
            },
        };
        let steps = self.history.iter().rev().map(|step| Moment {
            at: &step.at,
            what: Happened::Step(step),
        });
        let notes = self.notes.iter().map(|note| Moment {
            at: &note.at,
            what: Happened::Noted(note),
        });
        let mut moments: Vec<Moment<'_>> = [loaded].into_iter().chain(steps).chain(notes).collect();
        let mut planned = None;
        for attempt in &self.attempts {
            if planned.replace(attempt.plan) != Some(attempt.plan) {
                moments.push(Moment {
                    at: &attempt.planned_at,
                    what: Happened::Planned {
                        by: &attempt.planned_by,
                        to: &attempt.destination,
                        plan: attempt.plan,
                    },
                });
            }
            moments.push(Moment {
                at: &attempt.started_at,
                what: Happened::Tried(attempt),
            });
        }
        // Stable: what happened at the same time stays in the order it is in.
        moments.sort_by(|a, b| a.at.cmp(b.at));
        moments
    }
}

impl Happened<'_> {
    /// In words, without the time. Holds untrusted text.
    pub fn words(&self) -> String {
        match self {
            Self::Loaded { source, line } => format!("loaded from {source}, line {line}"),
            Self::Step(step) => {
                let undone = if step.undone { " (undone)" } else { "" };
                let what = match step.kind {
                    StepKind::Undo => "undid: ",
                    StepKind::Redo => "redid: ",
                    _ => "",
                };
                format!("{} {what}{}{undone}", step.author, step.label)
            }
            Self::Noted(note) => format!("{} noted: {}", note.author, note.text),
            Self::Planned { by, to, plan } => format!("{by} planned it for {to} (plan {plan})"),
            Self::Tried(attempt) => tried(attempt),
        }
    }
}

/// `refused by crm: http 409 there already (try 1, 0.29 s)`
fn tried(attempt: &AttemptRow) -> String {
    let to = &attempt.destination;
    let what = match attempt.outcome {
        DeliveryState::Delivered => format!("accepted by {to}"),
        DeliveryState::HandedOver => format!("handed over to {to}"),
        DeliveryState::Refused => format!("refused by {to}"),
        DeliveryState::Unknown => format!("no answer from {to}"),
        DeliveryState::Sending => format!("on its way to {to}"),
        DeliveryState::Queued | DeliveryState::Waiting | DeliveryState::Cancelled => {
            format!("not taken by {to}")
        }
    };
    let said = [attempt.code.as_str(), attempt.message.as_str()];
    let mut said: Vec<&str> = said.into_iter().filter(|word| !word.is_empty()).collect();
    let id;
    if attempt.outcome == DeliveryState::Delivered && !attempt.answer_id.is_empty() {
        id = format!("its id there is {}", attempt.answer_id);
        said = vec![&id];
    }
    let colon = if said.is_empty() { "" } else { ": " };
    let took = attempt.duration_ms.map_or(String::new(), |ms| {
        format!(", {}.{:02} s", ms / 1000, ms % 1000 / 10)
    });
    format!("{what}{colon}{} (try {}{took})", said.join(" "), attempt.n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RecordId;

    #[test]
    fn a_try_is_said_with_the_answer_and_the_time_it_took() {
        let attempt = |outcome, code: &str, message: &str, id: &str| AttemptRow {
            plan: PlanId(3),
            planned_by: "ann".to_owned(),
            planned_at: "2026-01-01T00:00:00Z".to_owned(),
            record: RecordId(1),
            destination: "crm".to_owned(),
            n: 2,
            started_at: "2026-01-01T00:00:01Z".to_owned(),
            ended_at: None,
            outcome,
            code: code.to_owned(),
            message: message.to_owned(),
            duration_ms: Some(1_294),
            answer_id: id.to_owned(),
        };
        let check = |attempt: &AttemptRow, expected: &str| assert_eq!(tried(attempt), expected);
        check(
            &attempt(DeliveryState::Refused, "http 409", "there already", ""),
            "refused by crm: http 409 there already (try 2, 1.29 s)",
        );
        check(
            &attempt(DeliveryState::Delivered, "", "", "X-7"),
            "accepted by crm: its id there is X-7 (try 2, 1.29 s)",
        );
        let cut = AttemptRow {
            duration_ms: None,
            ..attempt(DeliveryState::Unknown, "", "interrupted", "")
        };
        check(&cut, "no answer from crm: interrupted (try 2)");
    }

    #[test]
    fn what_undid_a_step_is_not_said_as_the_step_again() {
        let mut step = StepRow {
            id: crate::model::StepId(1),
            parent: None,
            run: crate::model::RunId(1),
            kind: StepKind::Edit,
            author: "ann".to_owned(),
            at: "2026-01-01T00:00:00Z".to_owned(),
            label: "currency  eur -> EUR".to_owned(),
            records: 1,
            undone: true,
        };
        assert_eq!(
            Happened::Step(&step).words(),
            "ann currency  eur -> EUR (undone)"
        );
        (step.kind, step.undone) = (StepKind::Undo, false);
        assert_eq!(
            Happened::Step(&step).words(),
            "ann undid: currency  eur -> EUR"
        );
    }
}
