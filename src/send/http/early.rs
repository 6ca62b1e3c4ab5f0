//! Answers that prove something before the others of their batch have come.

use std::collections::HashSet;

use super::{
    super::{Answered, Meanwhile, Outcome},
    Ended, Sent,
};

/// What an answer proves for good, whatever the others are.
pub(super) type Confirms<'c> = &'c dyn Fn(&Sent) -> Option<Outcome>;

/// Deliveries of a batch, some of it.
pub(super) struct Placed<'m> {
    meanwhile: &'m mut dyn Meanwhile,
    /// Where in the batch each of them is.
    places: &'m [usize],
}

impl<'m> Placed<'m> {
    pub fn new(meanwhile: &'m mut dyn Meanwhile, places: &'m [usize]) -> Self {
        Self { meanwhile, places }
    }
}

impl Meanwhile for Placed<'_> {
    fn left(&mut self) {
        self.meanwhile.left();
    }

    fn confirmed(&mut self, some: Vec<(usize, Answered)>) {
        let some = some.into_iter();
        let some = some.map(|(n, answered)| (self.places[n], answered));
        self.meanwhile.confirmed(some.collect());
    }
}

/// What is confirmed by now and was not told yet.
pub(super) fn confirmed(
    ended: &[Option<Ended>],
    told: &mut HashSet<usize>,
    confirms: Confirms<'_>,
) -> Vec<(usize, Answered)> {
    let ended = ended.iter().enumerate();
    let some = ended.filter_map(|(n, ended)| {
        let (sent, took) = ended.as_ref().filter(|_| !told.contains(&n))?;
        let (outcome, took) = (confirms(sent)?, Some(*took));
        Some((n, Answered { outcome, took }))
    });
    let some: Vec<(usize, Answered)> = some.collect();
    told.extend(some.iter().map(|(n, _)| *n));
    some
}
