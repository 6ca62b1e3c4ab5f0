//! A destination's no as a problem of a record, and whether it said so before.

use std::collections::HashMap;

use anyhow::Result;

use super::counted::{Counted, Kind};
use crate::{
    model::{PlanId, Problem, Refusal, RunId, Severity, Stage},
    ops::{Workspace, compare},
    send::Said,
};

/// What destinations have refused for a run, and for the runs of its contract before it.
#[derive(Debug, Default)]
pub(in crate::ops) struct Refused {
    /// By code and pattern of the message: the first plan, and the last of the run itself.
    plans: HashMap<Kind, (PlanId, Option<PlanId>)>,
}

impl Refused {
    pub fn of(workspace: &Workspace, run: RunId) -> Result<Self> {
        let mut refused = Self::default();
        for alike in compare::up_to(workspace, run)? {
            for plan in workspace.store.plans_of(alike.id)? {
                for kind in Counted::of(workspace, plan.id)?.named {
                    refused.add(plan.id, alike.id == run, kind);
                }
            }
        }
        Ok(refused)
    }

    fn add(&mut self, plan: PlanId, is_own: bool, kind: Kind) {
        let (first, last) = self.plans.entry(kind).or_insert((plan, None));
        *first = plan.min(*first);
        if is_own {
            *last = Some(plan).max(*last);
        }
    }

    /// Whether a plan before this one was refused so.
    fn is_known_before(&self, plan: PlanId, kind: &Kind) -> bool {
        self.plans.get(kind).is_some_and(|(first, _)| *first < plan)
    }

    /// Whether what refuses records of the run now was there before; `None` where no plan was refused so.
    pub fn came_back(&self, code: &str, pattern: &str) -> Option<bool> {
        let kind = (code.to_owned(), pattern.to_owned());
        let (first, last) = self.plans.get(&kind)?;
        last.map(|last| *first < last)
    }
}

/// The words for answers of which there are too many kinds to tell them apart.
pub(super) const OTHER: &str = "other answers";

/// Counts refusals by kind.
#[derive(Debug)]
pub(super) struct Refusals {
    before: Refused,
    plan: PlanId,
    /// In the order they came.
    kinds: Vec<Refusal>,
}

impl Refusals {
    /// Kinds that are counted apart, not many more than one looks through; what is left is counted together, a code at a time.
    const MOST: usize = 50;

    pub fn new(plan: PlanId, before: Refused) -> Self {
        Self {
            before,
            plan,
            kinds: Vec::new(),
        }
    }

    /// Those of a plan that were counted before.
    pub fn counted(plan: PlanId, before: Refused, counted: &Counted) -> Self {
        let mut kinds = Self::new(plan, before);
        let mut refused: Vec<_> = counted.refused.iter().collect();
        refused.sort_by(|(one, few), (other, many)| {
            (many.records.cmp(&few.records)).then_with(|| one.cmp(other))
        });
        for ((code, pattern), alike) in refused {
            kinds.put((code, pattern), &alike.example, alike.records);
        }
        kinds
    }

    /// One record was refused.
    pub fn add(&mut self, code: &str, message: &str) {
        self.put((code, &pattern(message)), message, 1);
    }

    fn put(&mut self, (code, pattern): (&str, &str), example: &str, records: u64) {
        let is_full = self.kinds.len() >= Self::MOST;
        let (pattern, example) = match self.find(code, pattern) {
            None if is_full => (OTHER, OTHER),
            _ => (pattern, example),
        };
        let known = self.find(code, pattern);
        if let Some(kind) = known.and_then(|at| self.kinds.get_mut(at)) {
            kind.records += records;
            return;
        }
        let kind = (code.to_owned(), pattern.to_owned());
        self.kinds.push(Refusal {
            code: code.to_owned(),
            came_back: self.before.is_known_before(self.plan, &kind),
            message: example.to_owned(),
            pattern: pattern.to_owned(),
            records,
        });
    }

    fn find(&self, code: &str, pattern: &str) -> Option<usize> {
        let is_it = |kind: &Refusal| kind.code == code && kind.pattern == pattern;
        self.kinds.iter().position(is_it)
    }

    /// Most frequent first.
    pub fn sorted(&self) -> Vec<Refusal> {
        let mut kinds = self.kinds.clone();
        kinds.sort_by_key(|kind| std::cmp::Reverse(kind.records));
        kinds
    }
}

/// The problem of a record that the destination refused, in its own words, at the field it names.
pub(super) fn refusal(code: &str, said: &Said) -> Problem {
    let message = said.message.as_str();
    Problem {
        stage: Stage::Send,
        code: code.to_owned(),
        detail: String::new(),
        path: said.path.clone(),
        message: message.to_owned(),
        hint: "Change the record, or ask whoever runs the destination. Then send it again."
            .to_owned(),
        found: None,
        shape: pattern(message),
        severity: Severity::Error,
        owner: String::new(),
    }
}

/// A foreign message without its numbers and quoted values, so that messages of one kind share a group.
pub(super) fn pattern(message: &str) -> String {
    let mut pattern = String::with_capacity(message.len());
    let mut quoted = false;
    for c in message.chars() {
        match c {
            '\'' | '"' => {
                quoted = !quoted;
                pattern.push_str(if quoted { "'" } else { "…'" });
            }
            _ if quoted => {}
            '0'..='9' if pattern.ends_with('9') => {}
            '0'..='9' => pattern.push('9'),
            _ => pattern.push(c),
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_one_kind_share_a_pattern() {
        assert_eq!(
            pattern("row 4711 of 'Müller' failed"),
            "row 9 of '…' failed"
        );
        assert_eq!(
            pattern("UNIQUE constraint failed: person.id"),
            "UNIQUE constraint failed: person.id"
        );
    }
}
