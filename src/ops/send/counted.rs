//! Where the records of a plan are and what was refused, counted a part of the plan at a time: a part of which all has ended is
//! not counted again, so that looking at a plan of a million takes as long as what is under way.

use std::{
    collections::{HashMap, HashSet},
    ops::RangeInclusive,
    sync::Arc,
};

use anyhow::Result;

use super::refusal::pattern;
use crate::{
    model::{DeliveryState, PlanId, Tally},
    ops::Workspace,
};

/// Places of a plan that are counted at a time.
const PART: i64 = if cfg!(test) { 3 } else { 5_000 };

/// A refusal's code, and the pattern of its message.
pub(super) type Kind = (String, String);

/// What was counted of plans, by plan and part.
#[derive(Debug, Default)]
pub(in crate::ops) struct Counts(HashMap<(PlanId, i64), Arc<Counted>>);

/// What was counted of a part of a plan, or of all of it.
#[derive(Debug, Default)]
pub(in crate::ops) struct Counted {
    /// How many records stand where, in the order of [`DeliveryState::ALL`].
    states: [u64; DeliveryState::ALL.len()],
    pub attempts: u64,
    /// How many records were refused in which way.
    pub(super) refused: HashMap<Kind, u64>,
    /// The same for each field that one answer names.
    pub(super) named: HashSet<Kind>,
    holds: Holds,
}

/// How long a count holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Holds {
    /// All has ended for good.
    #[default]
    Always,
    /// All has ended, but somebody can still bring the answers; as long as this is the number of [`Store::changes`].
    ///
    /// [`Store::changes`]: crate::store::Store::changes
    While(i64),
    /// Something is under way.
    Never,
}

impl Counted {
    /// Counts a plan, or what is under way of it where the rest was counted before.
    pub fn of(workspace: &Workspace, plan: PlanId) -> Result<Self> {
        let store = &workspace.store;
        let _still = store.reading()?;
        let (tried, changes) = (store.last_tried(plan)?, store.changes()?);
        let mut all = Self::default();
        let (queued, never) = store.behind(plan, tried)?;
        all.put(DeliveryState::Queued, queued);
        all.put(DeliveryState::Cancelled, never);
        for part in 0..(tried + PART - 1) / PART {
            let known = workspace.counts.borrow().0.get(&(plan, part)).cloned();
            let known = known.filter(|part| match part.holds {
                Holds::Always => true,
                Holds::While(then) => then == changes,
                Holds::Never => false,
            });
            if let Some(known) = known {
                all.add(&known);
                continue;
            }
            let end = (part + 1) * PART;
            let last = tried.min(end);
            let mut counted = Self::part(workspace, plan, part * PART + 1..=last, changes)?;
            if last < end {
                // More of it will be tried.
                counted.holds = Holds::Never;
            }
            all.add(&counted);
            let mut counts = workspace.counts.borrow_mut();
            counts.0.insert((plan, part), Arc::new(counted));
        }
        Ok(all)
    }

    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for (state, records) in self.states() {
            tally.add(state, records);
        }
        tally
    }

    /// How many records stand where, without states that none is in.
    pub fn states(&self) -> impl Iterator<Item = (DeliveryState, u64)> {
        let all = DeliveryState::ALL.into_iter().zip(self.states);
        all.filter(|(_, records)| *records > 0)
    }

    fn put(&mut self, state: DeliveryState, records: u64) {
        for (known, sum) in DeliveryState::ALL.into_iter().zip(&mut self.states) {
            *sum += if known == state { records } else { 0 };
        }
    }

    fn part(
        workspace: &Workspace,
        plan: PlanId,
        places: RangeInclusive<i64>,
        changes: i64,
    ) -> Result<Self> {
        let mut counted = Self::default();
        workspace
            .store
            .each_delivery(plan, places, |state, tries, refused| {
                counted.put(state, 1);
                counted.attempts += tries;
                counted.holds = match (state, counted.holds) {
                    (_, Holds::Never) => Holds::Never,
                    (state, _) if state.is_open() => Holds::Never,
                    (DeliveryState::HandedOver, _) => Holds::While(changes),
                    (_, holds) => holds,
                };
                if let Some((code, message)) = refused {
                    counted.refuse(code, message);
                }
            })?;
        Ok(counted)
    }

    fn refuse(&mut self, code: &str, message: &str) {
        let whole = (code.to_owned(), pattern(message));
        // One answer can name several fields; each is a problem of its own.
        for part in message.split("; ").filter(|part| *part != message) {
            self.named.insert((code.to_owned(), pattern(part)));
        }
        if !self.named.contains(&whole) {
            self.named.insert(whole.clone());
        }
        *self.refused.entry(whole).or_default() += 1;
    }

    fn add(&mut self, other: &Self) {
        for (state, records) in other.states() {
            self.put(state, records);
        }
        self.attempts += other.attempts;
        for (kind, records) in &other.refused {
            *self.refused.entry(kind.clone()).or_default() += records;
        }
        self.named.extend(other.named.iter().cloned());
    }
}

#[cfg(test)]
impl Counts {
    /// What is known of each part of a plan, in order.
    pub fn known(&self, plan: PlanId) -> Vec<Arc<Counted>> {
        let parts = (0..).map_while(|part| self.0.get(&(plan, part)).cloned());
        parts.collect()
    }
}
