//! A circuit breaker: when a destination is sick it is left alone for a while, longer each time, and then tried carefully.
//! Only signs of its health count; a record that is refused says nothing about it. Knows no clock: milliseconds since 1970
//! are given. `sending.md` of the design has the numbers and where they come from.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerRule {
    /// The last so many calls count.
    pub window: usize,
    /// Fewer say nothing.
    pub min_calls: usize,
    /// Percent of sick calls that open it.
    pub failure_rate: u32,
    /// So many calls in a row that reached nobody open it at once.
    pub unsent: u32,
    pub open: Duration,
    pub open_max: Duration,
    /// Calls that must all go well before it closes.
    pub half_open_calls: u32,
}

impl Default for BreakerRule {
    fn default() -> Self {
        Self {
            window: 50,
            min_calls: 20,
            failure_rate: 50,
            unsent: 10,
            open: Duration::from_secs(30),
            open_max: Duration::from_mins(10),
            half_open_calls: 3,
        }
    }
}

/// How one call went, for the breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    Well,
    Sick,
    /// Nobody was reached.
    Unsent,
}

/// A breaker's state; it is kept with the destination.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breaker {
    /// The last calls, oldest first: whether each was sick.
    calls: Vec<bool>,
    unsent: u32,
    /// Until when it is open, in milliseconds since 1970; `None` when it is closed.
    open_until: Option<i64>,
    /// How often it opened since it was last closed.
    opened: u32,
    /// Calls that went well since it is half open.
    well: u32,
}

impl Breaker {
    /// Until when nothing may be tried, if that is after `now`.
    pub fn closed_to(&self, now: i64) -> Option<i64> {
        self.open_until.filter(|until| *until > now)
    }

    /// How many calls may be made at once: few while it is half open.
    pub fn permits(&self, rule: &BreakerRule) -> Option<usize> {
        self.open_until
            .map(|_| (rule.half_open_calls - self.well).max(1) as usize)
    }

    /// A person wants it tried at once: carefully, as when its time is over.
    pub fn try_now(&mut self, now: i64) {
        if self.open_until.is_some_and(|until| until > now) {
            self.open_until = Some(now);
        }
    }

    /// Sick calls among the last ones, and how many these are.
    pub fn counts(&self) -> (usize, usize) {
        let sick = self.calls.iter().filter(|sick| **sick).count();
        (sick, self.calls.len())
    }

    /// Whether it is closed and no call was sick.
    pub fn is_well(&self) -> bool {
        self.open_until.is_none() && !self.calls.contains(&true)
    }

    /// Takes one call into account. `jitter` is from 0 to 1. Says whether it opened.
    pub fn add(&mut self, rule: &BreakerRule, health: Health, now: i64, jitter: f64) -> bool {
        // It was on its way when the others opened it, and is no further news.
        if self.closed_to(now).is_some() {
            return false;
        }
        let sick = health != Health::Well;
        self.unsent = if health == Health::Unsent {
            self.unsent + 1
        } else {
            0
        };
        if self.open_until.is_some() {
            if sick {
                self.open(rule, now, jitter);
                return true;
            }
            self.well += 1;
            if self.well >= rule.half_open_calls {
                *self = Self::default();
            }
            return false;
        }
        if self.calls.len() >= rule.window {
            self.calls.remove(0);
        }
        self.calls.push(sick);
        let (failed, all) = self.counts();
        let is_failing = all >= rule.min_calls && failed * 100 >= all * rule.failure_rate as usize;
        if sick && (is_failing || self.unsent >= rule.unsent) {
            self.open(rule, now, jitter);
            return true;
        }
        false
    }

    /// Twice as long each time, a fifth more or less so that not everybody comes back at once.
    fn open(&mut self, rule: &BreakerRule, now: i64, jitter: f64) {
        let factor = 2_u32.saturating_pow(self.opened.min(16));
        let length = rule.open.saturating_mul(factor).min(rule.open_max);
        let length = length.mul_f64(0.8 + 0.4 * jitter.clamp(0.0, 1.0));
        self.open_until = Some(now + length.as_millis() as i64);
        self.opened += 1;
        self.well = 0;
        self.unsent = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: BreakerRule = BreakerRule {
        window: 10,
        min_calls: 4,
        failure_rate: 50,
        unsent: 3,
        open: Duration::from_secs(30),
        open_max: Duration::from_secs(100),
        half_open_calls: 2,
    };

    fn add(breaker: &mut Breaker, calls: &[Health], now: i64) -> Vec<bool> {
        let added = calls
            .iter()
            .map(|health| breaker.add(&RULE, *health, now, 0.5));
        added.collect()
    }

    #[test]
    fn it_opens_when_half_of_enough_calls_were_sick() {
        use Health::{Sick, Well};
        let mut breaker = Breaker::default();
        assert_eq!(add(&mut breaker, &[Sick, Well, Sick], 0), [false; 3]);
        assert_eq!(breaker.counts(), (2, 3));
        assert_eq!(add(&mut breaker, &[Sick], 0), [true]);
        assert_eq!(breaker.closed_to(29_999), Some(30_000));
        assert_eq!(breaker.closed_to(30_000), None);
    }

    #[test]
    fn calls_that_were_on_their_way_when_it_opened_make_it_no_longer() {
        use Health::{Sick, Well};
        let mut breaker = Breaker::default();
        let wave = [Sick, Sick, Sick, Sick, Sick, Well, Sick];
        let opened = add(&mut breaker, &wave, 0);
        assert_eq!(opened.iter().filter(|opened| **opened).count(), 1);
        assert_eq!(breaker.closed_to(0), Some(30_000));
        // It is tried again with two calls at once, and both fail.
        assert_eq!(add(&mut breaker, &[Sick, Sick], 30_000), [true, false]);
        assert_eq!(breaker.closed_to(30_000), Some(90_000));
    }

    #[test]
    fn calls_that_reach_nobody_open_it_at_once() {
        let mut breaker = Breaker::default();
        assert_eq!(
            add(&mut breaker, &[Health::Unsent; 3], 0),
            [false, false, true]
        );
    }

    #[test]
    fn it_closes_when_the_careful_calls_go_well_and_opens_longer_when_they_do_not() {
        use Health::{Sick, Well};
        let mut breaker = Breaker::default();
        add(&mut breaker, &[Sick; 4], 0);
        assert_eq!(breaker.permits(&RULE), Some(2));
        assert_eq!(add(&mut breaker, &[Well, Sick], 30_000), [false, true]);
        assert_eq!(breaker.closed_to(30_000), Some(90_000));
        assert_eq!(add(&mut breaker, &[Sick], 90_000), [true]);
        // Never longer than the longest.
        assert_eq!(breaker.closed_to(90_000), Some(190_000));
        assert_eq!(add(&mut breaker, &[Well, Well], 190_000), [false, false]);
        assert_eq!(breaker, Breaker::default());
        assert_eq!(breaker.permits(&RULE), None);
    }

    #[test]
    fn old_calls_are_forgotten() {
        use Health::{Sick, Well};
        let mut breaker = Breaker::default();
        add(&mut breaker, &[Well; 9], 0);
        add(&mut breaker, &[Sick; 4], 0);
        assert_eq!(breaker.counts(), (4, 10));
    }

    #[test]
    fn it_is_kept_as_json() {
        let mut breaker = Breaker::default();
        add(&mut breaker, &[Health::Sick; 4], 0);
        let text = serde_json::to_string(&breaker).unwrap();
        assert_eq!(serde_json::from_str::<Breaker>(&text).unwrap(), breaker);
    }
}
