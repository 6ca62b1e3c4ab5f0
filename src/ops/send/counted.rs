//! Where the records of a plan are and what was refused, counted a part of the plan at a time: a part of which all has ended is
//! not counted again, so that looking at a plan of a million takes as long as what is under way.

use std::{
    collections::{HashMap, HashSet},
    ops::RangeInclusive,
    sync::Arc,
};

use anyhow::Result;

use super::refusal::{OTHER, pattern};
use crate::{
    model::{DeliveryState, PlanId, Tally},
    ops::Workspace,
};

/// Places of a plan that are counted at a time.
const PART: i64 = if cfg!(test) { 3 } else { 5_000 };

/// Kinds of refusals that are told apart. Where each answer names another record in letters, there are as many as records.
const KINDS: usize = if cfg!(test) { 8 } else { 1_000 };

/// A refusal's code, and the pattern of its message.
pub(super) type Kind = (String, String);

/// Records that were refused in one way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Alike {
    pub records: u64,
    /// One of the answers, as it came.
    pub example: String,
}

/// What was counted of plans, by plan and part.
#[derive(Debug, Default)]
pub(in crate::ops) struct Counts(HashMap<(PlanId, i64), Arc<Counted>>);

/// What was counted of a part of a plan, or of all of it.
#[derive(Debug, Default)]
pub(in crate::ops) struct Counted {
    /// How many records stand where, in the order of [`DeliveryState::ALL`].
    states: [u64; DeliveryState::ALL.len()],
    pub attempts: u64,
    /// How many records were refused in which way; in more than so many they are counted together, a code at a time.
    pub(super) refused: HashMap<Kind, Alike>,
    /// The same for each field that one answer names, as far as they are told apart.
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
            if last < end && queued > 0 {
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
            self.name(&(code.to_owned(), pattern(part)));
        }
        self.name(&whole);
        self.put_refused(&whole, 1, message);
    }

    fn name(&mut self, kind: &Kind) {
        if self.named.len() < KINDS && !self.named.contains(kind) {
            self.named.insert(kind.clone());
        }
    }

    fn put_refused(&mut self, kind: &Kind, records: u64, example: &str) {
        if let Some(alike) = self.refused.get_mut(kind) {
            alike.records += records;
            return;
        }
        let is_full = self.refused.len() >= KINDS;
        let (kind, example) = if is_full {
            ((kind.0.clone(), OTHER.to_owned()), OTHER)
        } else {
            (kind.clone(), example)
        };
        let alike = self.refused.entry(kind).or_default();
        alike.records += records;
        if alike.example.is_empty() {
            example.clone_into(&mut alike.example);
        }
    }

    fn add(&mut self, other: &Self) {
        for (state, records) in other.states() {
            self.put(state, records);
        }
        self.attempts += other.attempts;
        // In an order of their own, so that the same are told apart each time.
        let mut refused: Vec<_> = other.refused.iter().collect();
        refused.sort_unstable_by_key(|(kind, _)| *kind);
        for (kind, alike) in refused {
            self.put_refused(kind, alike.records, &alike.example);
        }
        let mut named: Vec<_> = other.named.iter().collect();
        named.sort_unstable();
        for kind in named {
            self.name(kind);
        }
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

#[cfg(test)]
mod tests {
    use super::{
        super::refusal::{Refusals, Refused},
        *,
    };
    use crate::model::Refusal;

    /// A name without a digit.
    fn letters(n: u8) -> String {
        let letter = |n| char::from(b'a' + n);
        [letter(n / 26), letter(n % 26)].iter().collect()
    }

    #[test]
    fn answers_of_too_many_kinds_are_counted_together_and_still_add_up() {
        let mut part = Counted::default();
        for n in 0..200 {
            part.refuse("http 409", &format!("{} is there already", letters(n)));
        }
        part.refuse("http 422", "too old");
        let mut all = Counted::default();
        all.add(&part);
        all.add(&part);
        for counted in [&part, &all] {
            assert!(counted.refused.len() <= KINDS + 2 && counted.named.len() <= KINDS);
        }
        let sum = |kinds: Vec<Refusal>| kinds.iter().map(|kind| kind.records).sum::<u64>();
        let shown = Refusals::counted(PlanId(1), Refused::default(), &all).sorted();
        assert_eq!(shown[0].message, OTHER);
        assert_eq!(sum(shown), 402);

        let mut live = Refusals::new(PlanId(1), Refused::default());
        for n in 0..200 {
            live.add("http 409", &format!("{} is there already", letters(n)));
        }
        assert_eq!(sum(live.sorted()), 200);
    }
}
