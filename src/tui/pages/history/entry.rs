//! A line of the history: a step, or what was sent.

use crate::{
    model::{DeliveryState, PlanId, PlanRow, StepId, StepKind, StepRow},
    text,
    tui::{action::Action, keymap::Keys},
};

#[derive(Debug)]
pub(super) enum Entry {
    Step(StepRow),
    Sent(PlanRow),
}

/// Steps and plans together, the newest first.
pub(super) fn in_order(steps: Vec<StepRow>, plans: Vec<PlanRow>) -> Vec<Entry> {
    let steps = steps.into_iter().map(Entry::Step);
    let mut entries: Vec<Entry> = steps.chain(plans.into_iter().map(Entry::Sent)).collect();
    // Times of one form, so that text sorts as time does.
    entries.sort_by(|one, other| other.at().cmp(one.at()));
    entries
}

/// What an entry is known by, whatever is done after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    Step(StepId),
    Plan(PlanId),
}

impl Entry {
    pub fn id(&self) -> Id {
        match self {
            Self::Step(step) => Id::Step(step.id),
            Self::Sent(plan) => Id::Plan(plan.id),
        }
    }

    pub fn step(&self) -> Option<&StepRow> {
        match self {
            Self::Step(step) => Some(step),
            Self::Sent(_) => None,
        }
    }

    /// RFC 3339, UTC.
    pub fn at(&self) -> &str {
        match self {
            Self::Step(step) => &step.at,
            Self::Sent(plan) => &plan.made_at,
        }
    }

    pub fn author(&self) -> &str {
        match self {
            Self::Step(step) => &step.author,
            Self::Sent(plan) => &plan.author,
        }
    }

    pub fn action(&self) -> &'static str {
        match self {
            Self::Step(step) => done(step.kind),
            Self::Sent(_) => "Sent",
        }
    }

    /// In words. Not safe to print.
    pub fn details(&self) -> String {
        match self {
            Self::Step(step) => step.label.clone(),
            Self::Sent(plan) => sent(plan),
        }
    }

    /// The same in so many columns, safe to print: of an edit, what it was and what it became are both seen.
    pub fn details_in(&self, columns: usize) -> String {
        let details = self.details();
        let details = text::safe(&details);
        let change = details
            .split_once("  ")
            .and_then(|(field, change)| Some((field, change.split_once(" -> ")?)));
        match (self.step().map(|step| step.kind), change) {
            (Some(StepKind::Edit), Some((field, (before, after)))) if !after.contains(" -> ") => {
                let room = columns.saturating_sub(text::width(field) + 2);
                format!("{field}  {}", text::shorten_change(before, after, room))
            }
            _ => text::shorten(&details, columns),
        }
    }

    /// Why it cannot be taken back by itself. `is_next` of a step says that it is what a redo brings back.
    pub fn stays(&self, keys: Keys, is_next: bool) -> Option<String> {
        let step = match self {
            Self::Step(step) => step,
            Self::Sent(_) => return Some("what was sent cannot be undone".to_owned()),
        };
        let (undo, redo) = (keys.of(Action::Undo), keys.of(Action::Redo));
        Some(match step.kind {
            StepKind::Undo => format!("{redo} does again what an undo took back"),
            StepKind::Redo => format!("{undo} takes back what was done again"),
            StepKind::Settle => "what was said about sending is not taken back".to_owned(),
            _ if step.undone && is_next => format!("it was undone, {redo} brings it back"),
            _ if step.undone => "it was undone".to_owned(),
            _ => return None,
        })
    }
}

/// Whether a recipe can make it again.
pub(super) fn is_fix(step: &StepRow) -> bool {
    matches!(step.kind, StepKind::Fix | StepKind::Edit)
}

/// `1,199 records to crm: 1,170 sent, 29 refused`
fn sent(plan: &PlanRow) -> String {
    let parts = [
        (DeliveryState::Delivered, "sent"),
        (DeliveryState::HandedOver, "handed over"),
        (DeliveryState::Refused, "refused"),
        (DeliveryState::Unknown, "without an answer"),
    ];
    let mut open = plan.planned;
    let mut words: Vec<String> = Vec::new();
    for (state, word) in parts {
        let records = plan.with_state(state);
        open = open.saturating_sub(records);
        if records > 0 {
            words.push(format!("{} {word}", text::thousands(records)));
        }
    }
    if open > 0 {
        words.push(format!("{} not sent", text::thousands(open)));
    }
    let records = text::count(plan.planned, "record");
    format!("{records} to {}: {}", plan.destination, words.join(", "))
}

/// A kind of step in the screen's words.
fn done(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Edit => "Edit",
        StepKind::Fix => "Fix all",
        StepKind::Check => "Check",
        StepKind::Discard => "Set aside",
        StepKind::Restore => "Take back",
        StepKind::Note => "Note",
        StepKind::Settle => "Settle",
        StepKind::Undo => "Undo",
        StepKind::Redo => "Redo",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::RunId, tui::testing::step};

    #[test]
    fn an_edit_shows_what_it_was_and_what_it_became_where_there_is_little_room() {
        let of = |kind, label: &str| Entry::Step(step(RunId(1), 1, kind, label, false));
        let label = "contact_email  simon.mensah@office.exam -> simon.mensah@office.example";
        let edit = of(StepKind::Edit, label);
        assert_eq!(edit.details_in(80), label);
        assert_eq!(
            edit.details_in(44),
            "contact_email  …ffice.exam -> …ffice.example"
        );
        let other = of(StepKind::Fix, "stage  map a -> b, c -> d and some more");
        assert_eq!(other.details_in(20), "stage  map a -> b, …");
    }
}
