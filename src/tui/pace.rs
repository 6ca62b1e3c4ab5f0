//! How often a frame is written: on change only, and never more often than the line and the eye can follow.

use std::time::{Duration, Instant};

/// Between frames that answer keys, in the long run.
const BY_HAND: Duration = Duration::from_millis(37);
/// So many of them may follow each other at once after a pause. In no second are there more than 30.
const BURST: u32 = 3;
/// Between any frame and one that only shows what was asked for: where keys come one after the other, it is drawn with the
/// next of them.
const ASKED_FOR: Duration = Duration::from_millis(37);
/// Between frames that come by themselves while a job runs.
const AT_WORK: Duration = Duration::from_millis(100);
/// Between frames on a slow line.
const SLOW: Duration = Duration::from_millis(500);
/// The cursor rests when nobody has moved it for so long.
pub const REST: Duration = Duration::from_millis(100);
/// A line that holds a frame up so long is slow.
const HELD_UP: Duration = Duration::from_millis(100);
/// After so many frames in a row that went out at once it is not slow any more.
const QUICK: u8 = 10;

/// When the next frame may be written.
#[derive(Debug, Default)]
pub struct Pace {
    /// A person said that the line is slow.
    is_told: bool,
    /// Frames until the line is taken for quick again.
    slow_for: u8,
    last: Option<Instant>,
    /// When the frames for keys until now would be through, one each [`BY_HAND`]: the generic cell rate algorithm.
    through: Option<Instant>,
    wanted: Option<Wanted>,
}

/// The frame that is to be written next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    /// A person pressed something.
    ByHand,
    /// So much time must lie between the last one and it.
    After(Duration),
}

impl Pace {
    pub fn new(slow_link: bool) -> Self {
        Self {
            is_told: slow_link,
            ..Self::default()
        }
    }

    /// Something is to be drawn: because of what a person did, or else, while a job runs, by itself.
    pub fn want(&mut self, by_hand: bool, works: bool) {
        let wanted = match (self.is_told || self.slow_for > 0, by_hand) {
            (true, _) => Wanted::After(SLOW),
            (false, true) => Wanted::ByHand,
            (false, false) if works => Wanted::After(AT_WORK),
            (false, false) => Wanted::After(ASKED_FOR),
        };
        self.wanted = Some(self.wanted.map_or(wanted, |before| before.min(wanted)));
    }

    /// What the frame before left out is to be drawn once the cursor rests.
    pub fn owe(&mut self) {
        let is_slow = self.is_told || self.slow_for > 0;
        self.wanted = self
            .wanted
            .or(Some(Wanted::After(if is_slow { SLOW } else { REST })));
    }

    /// How long to wait with the frame that is wanted; `None` where none is.
    pub fn wait(&self, now: Instant) -> Option<Duration> {
        let wanted = self.wanted?;
        let due = match wanted {
            // As many may be through before their time as make a burst.
            Wanted::ByHand => self
                .through
                .map(|through| through.checked_sub(BY_HAND * (BURST - 1)).unwrap_or(now)),
            Wanted::After(gap) => self.last.map(|last| last + gap),
        };
        Some(due.map_or(Duration::ZERO, |due| due.saturating_duration_since(now)))
    }

    /// A frame is out, and writing it took so long.
    pub fn drawn(&mut self, now: Instant, took: Duration) {
        self.last = Some(now);
        if self.wanted.take() == Some(Wanted::ByHand) {
            self.through = Some(self.through.map_or(now, |through| through.max(now)) + BY_HAND);
        }
        self.slow_for = if took > HELD_UP {
            QUICK
        } else {
            self.slow_for.saturating_sub(1)
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wants a frame all the time and gives how many were drawn in the second that begins then.
    fn frames(
        pace: &mut Pace,
        start: Instant,
        (by_hand, works): (bool, bool),
        took: Duration,
    ) -> usize {
        let drawn = (0..1000).filter(|millis| {
            let now = start + Duration::from_millis(*millis);
            pace.want(by_hand, works);
            let is_due = pace.wait(now) == Some(Duration::ZERO);
            if is_due {
                pace.drawn(now, took);
            }
            is_due
        });
        drawn.count()
    }

    #[test]
    fn frames_are_as_many_as_somebody_needs() {
        let quick = Duration::from_millis(1);
        let count = |slow, by_hand, works| {
            let pace = &mut Pace::new(slow);
            frames(pace, Instant::now(), (by_hand, works), quick)
        };
        assert_eq!(count(false, true, false), 30);
        assert_eq!(
            count(false, true, true),
            30,
            "keys are answered while sending"
        );
        assert_eq!(count(false, false, true), 10);
        assert_eq!(count(false, false, false), 28, "an answer is waited for");
        assert_eq!(count(true, true, true), 2);
    }

    #[test]
    fn the_first_change_after_a_pause_is_drawn_at_once_and_nothing_is_drawn_without_one() {
        let mut pace = Pace::default();
        let now = Instant::now();
        assert_eq!(pace.wait(now), None);
        pace.want(true, false);
        assert_eq!(pace.wait(now), Some(Duration::ZERO));
        pace.drawn(now, Duration::ZERO);
        assert_eq!(pace.wait(now), None);
        pace.want(false, true);
        assert_eq!(pace.wait(now), Some(AT_WORK));
        // A key does not wait for what comes by itself, nor because of what was drawn just before it; what it asks for does.
        pace.want(true, true);
        assert_eq!(pace.wait(now), Some(Duration::ZERO));
        pace.drawn(now, Duration::ZERO);
        pace.want(true, true);
        assert_eq!(pace.wait(now), Some(Duration::ZERO));
        pace.drawn(now, Duration::ZERO);
        pace.want(false, false);
        assert_eq!(pace.wait(now), Some(ASKED_FOR));
        pace.want(true, false);
        assert_eq!(pace.wait(now), Some(BY_HAND));
    }

    #[test]
    fn in_no_second_are_there_more_than_thirty_frames() {
        let mut pace = Pace::default();
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut drawn = Vec::new();
        // Keys held down, with pauses.
        for millis in (0..6_000).filter(|millis| millis % 700 > 40) {
            pace.want(true, false);
            if pace.wait(at(millis)) == Some(Duration::ZERO) {
                pace.drawn(at(millis), Duration::ZERO);
                drawn.push(millis);
            }
        }
        let within = |from: u64| {
            drawn
                .iter()
                .filter(|at| (from..from + 1000).contains(at))
                .count()
        };
        assert_eq!((0..5_000).map(within).max(), Some(30));
    }

    #[test]
    fn a_line_that_holds_frames_up_is_slow_until_it_has_proved_quick() {
        let mut pace = Pace::default();
        let blocked = HELD_UP + Duration::from_millis(1);
        let start = Instant::now();
        let mut in_second = |second: u64, took| {
            let start = start + Duration::from_secs(second);
            frames(&mut pace, start, (true, false), took)
        };
        assert_eq!(in_second(0, blocked), 2);
        assert_eq!(in_second(1, Duration::ZERO), 2);
        let quick = (2..9).map(|second| in_second(second, Duration::ZERO));
        assert!(quick.last() > Some(20));
    }

    #[test]
    fn what_was_left_out_is_drawn_once_the_cursor_rests_and_no_key_waits_for_it() {
        let mut pace = Pace::default();
        let now = Instant::now();
        pace.drawn(now, Duration::ZERO);
        pace.owe();
        assert_eq!(pace.wait(now), Some(REST));
        pace.want(true, false);
        let key = pace.wait(now);
        assert!(key < Some(REST), "{key:?}");
        pace.owe();
        assert_eq!(pace.wait(now), key, "it comes along");
        let mut slow = Pace::new(true);
        slow.drawn(now, Duration::ZERO);
        slow.owe();
        assert_eq!(slow.wait(now), Some(SLOW));
    }
}
