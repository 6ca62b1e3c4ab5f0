//! How fast and how often: the knobs of a destination, and the time until the next try.

use std::time::Duration;

use super::BreakerRule;

/// How often a delivery is tried, and how long is waited in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    pub max_attempts: u32,
    /// Before the second try, at most; twice as long before each later one.
    pub base: Duration,
    /// Before any try, at most.
    pub cap: Duration,
    /// The longest `Retry-After` that is waited for; with a longer one the destination is on hold.
    pub max_wait: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            max_attempts: 6,
            base: Duration::from_millis(250),
            cap: Duration::from_secs(30),
            max_wait: Duration::from_mins(15),
        }
    }
}

impl Retry {
    /// How long to wait after try number `attempt` (1-based). `jitter` is from 0 to 1 and spreads the tries over the whole time
    /// (full jitter), so that many senders do not come back at once.
    pub fn delay(&self, attempt: u32, jitter: f64) -> Duration {
        let factor = 2_u32.saturating_pow(attempt.saturating_sub(1).min(30));
        let longest = self.base.saturating_mul(factor).min(self.cap);
        longest.mul_f64(jitter.clamp(0.0, 1.0))
    }
}

/// What a contract says about how a destination is to be treated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Knobs {
    pub retry: Retry,
    pub breaker: BreakerRule,
    /// Records a second; 0 is as fast as it goes.
    pub max_per_s: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_are_spread_over_the_whole_time() {
        let retry = Retry::default();
        let check = |attempt: u32, jitter: f64, expected: u64| {
            assert_eq!(
                retry.delay(attempt, jitter),
                Duration::from_millis(expected)
            );
        };
        check(1, 1.0, 250);
        check(2, 1.0, 500);
        check(3, 0.5, 500);
        check(8, 1.0, 30_000);
        check(u32::MAX, 1.0, 30_000);
        check(5, 0.0, 0);
    }
}
