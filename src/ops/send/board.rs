//! How a send stands while it runs, for whoever watches it: where its records are, how fast they go, what was said last.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{refusal::Refusals, telling::Told};
use crate::{
    model::{DeliveryState, PlanId, Refusal, Tally, Try},
    ops::Waits,
    store::sends::{Ended, Taken},
};

/// Tries that are kept to be looked at.
const LOG: usize = 200;
/// Times from which the median is taken.
const TIMES: usize = 500;
/// The speed half of which is older than this.
const HALF_LIFE: Duration = Duration::from_secs(5);
/// More often nobody looks.
pub(super) const EVERY: Duration = Duration::from_millis(100);
/// The longest that nothing is said while an answer is awaited.
const SILENCE: Duration = Duration::from_secs(1);
/// Before that, nobody knows how long it takes.
const SETTLED: (Duration, u64) = (Duration::from_secs(10), 30);

/// How a send stands.
#[derive(Clone, Debug, PartialEq)]
pub struct SendProgress {
    pub plan: PlanId,
    /// Its name in the contract.
    pub destination: String,
    pub tally: Tally,
    pub flow: Flow,
    /// Answers a second, lately.
    pub speed: f64,
    /// Records a second that it is kept to; 0 is as fast as it goes.
    pub limit: u32,
    pub elapsed: Duration,
    /// What is left, without any time it stands still; `None` as long as nobody knows.
    pub left: Option<Duration>,
    /// Most frequent first.
    pub refusals: Vec<Refusal>,
    /// Newest last.
    pub log: Vec<Logged>,
    /// Half of the tries took no longer; none was slower than the second.
    pub took: Option<(Duration, Duration)>,
}

/// Whether records leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    Flowing,
    /// The destination was sick; a few records are tried.
    Testing,
    /// It goes on by itself.
    Waiting(Waits),
    /// A person has stopped it for a while.
    Paused,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Logged {
    Try(Try),
    /// Nothing leaves for a while. The time is RFC 3339, UTC.
    Waits {
        at: String,
        waits: Waits,
    },
    /// A person has stopped it for a while (`true`), or let it go on.
    Paused {
        at: String,
        is_paused: bool,
    },
}

/// Counts along with a send.
#[derive(Debug)]
pub(super) struct Board {
    plan: PlanId,
    destination: String,
    started: Instant,
    tally: Tally,
    refusals: Refusals,
    log: VecDeque<Logged>,
    times: VecDeque<u64>,
    slowest: u64,
    answers: u64,
    /// Answers a second, what is older weighing less, and what all of it weighs by now.
    speed: f64,
    weight: f64,
    /// When the speed was looked at last, and how many answers there were.
    looked: (Instant, u64),
    /// How long nothing left.
    stood: Duration,
    said: Option<Instant>,
    /// What is to be said when it is time.
    pub owed: Option<Told>,
    /// What was said last.
    pub told: Option<Told>,
}

impl Board {
    /// `refusals` are those of the plan until now.
    pub fn new(
        plan: PlanId,
        destination: &str,
        tally: Tally,
        refusals: Refusals,
        now: Instant,
    ) -> Self {
        Self {
            plan,
            destination: destination.to_owned(),
            started: now,
            tally,
            refusals,
            log: VecDeque::new(),
            times: VecDeque::new(),
            slowest: 0,
            answers: 0,
            speed: 0.0,
            weight: 0.0,
            looked: (now, 0),
            stood: Duration::ZERO,
            said: None,
            owed: None,
            told: None,
        }
    }

    /// Owes again what was said last, where nothing was said for a while: a clock that stands still looks like a send that does.
    pub fn go_on(&mut self, now: Instant) {
        let is_silent = (self.said).is_some_and(|said| now.duration_since(said) >= SILENCE);
        if self.owed.is_none() && is_silent {
            self.owed = self.told;
        }
    }

    /// These are on their way.
    pub fn left(&mut self, taken: &[Taken]) {
        for one in taken {
            self.tally.take(before(one), 1);
        }
        self.tally.add(DeliveryState::Sending, taken.len() as u64);
    }

    /// These have reached nobody.
    pub fn came_back(&mut self, taken: &[Taken]) {
        for one in taken {
            self.tally.add(before(one), 1);
        }
        self.tally.take(DeliveryState::Sending, taken.len() as u64);
    }

    /// This is what became of one, whose record has this natural key.
    pub fn ended(&mut self, ended: &Ended, key: Option<&str>, at: &str) {
        self.tally.take(DeliveryState::Sending, 1);
        self.tally.add(ended.state, 1);
        self.answers += 1;
        self.slowest = self.slowest.max(ended.duration_ms);
        push(&mut self.times, ended.duration_ms, TIMES);
        if ended.state == DeliveryState::Refused {
            self.refusals.add(&ended.code, &ended.message);
        }
        let tried = Try {
            at: at.to_owned(),
            record: ended.record,
            key: key.map(str::to_owned),
            outcome: ended.attempt,
            code: ended.code.clone(),
            duration_ms: Some(ended.duration_ms),
            again_at: ended.next_at.clone(),
        };
        self.log(Logged::Try(tried));
    }

    /// Everything that is on its way is handed over.
    pub fn handed_over(&mut self, records: u64) {
        self.tally.take(DeliveryState::Sending, records);
        self.tally.add(DeliveryState::HandedOver, records);
    }

    /// What was refused in this send, most frequent first, and the seconds in which nothing left.
    pub fn result(&self) -> (Vec<Refusal>, f64) {
        (self.refusals.of_this_send(), self.stood.as_secs_f64())
    }

    pub fn stood_still(&mut self, time: Duration) {
        self.stood += time;
    }

    pub fn log(&mut self, line: Logged) {
        push(&mut self.log, line, LOG);
    }

    /// Whether it is time to say how it stands.
    pub fn is_due(&mut self, now: Instant) -> bool {
        let is_due = self
            .said
            .is_none_or(|said| now.duration_since(said) >= EVERY);
        if is_due {
            self.said = Some(now);
        }
        is_due
    }

    pub fn progress(&mut self, flow: Flow, limit: u32, now: Instant) -> Arc<SendProgress> {
        let speed = self.speed_at(now);
        let elapsed = now.duration_since(self.started);
        let sending = elapsed.saturating_sub(self.stood);
        let is_settled = elapsed >= SETTLED.0 && self.answers >= SETTLED.1;
        let left = (is_settled && self.answers > 0).then(|| {
            let open = self.tally.total() - self.tally.done();
            sending.mul_f64(open as f64 / self.answers as f64)
        });
        Arc::new(SendProgress {
            plan: self.plan,
            destination: self.destination.clone(),
            tally: self.tally,
            flow,
            speed,
            limit,
            elapsed,
            left,
            refusals: self.refusals.sorted(),
            log: self.log.iter().cloned().collect(),
            took: self.took(),
        })
    }

    fn speed_at(&mut self, now: Instant) -> f64 {
        let (before, answers) = self.looked;
        let time = now.duration_since(before).as_secs_f64();
        if time > 0.0 {
            let lately = (self.answers - answers) as f64 / time;
            let left = 0.5_f64.powf(time / HALF_LIFE.as_secs_f64());
            self.speed = left * self.speed + (1.0 - left) * lately;
            self.weight = left * self.weight + (1.0 - left);
            self.looked = (now, self.answers);
        }
        if self.weight > 0.0 {
            self.speed / self.weight
        } else {
            0.0
        }
    }

    fn took(&self) -> Option<(Duration, Duration)> {
        let mut times: Vec<u64> = self.times.iter().copied().collect();
        times.sort_unstable();
        let half = times.get(times.len() / 2)?;
        Some((
            Duration::from_millis(*half),
            Duration::from_millis(self.slowest),
        ))
    }
}

/// What a delivery was before it was taken.
fn before(taken: &Taken) -> DeliveryState {
    if taken.attempts > 1 {
        DeliveryState::Waiting
    } else {
        DeliveryState::Queued
    }
}

fn push<T>(queue: &mut VecDeque<T>, one: T, most: usize) {
    if queue.len() >= most {
        queue.pop_front();
    }
    queue.push_back(one);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::RecordId, ops::send::refusal::Refused};

    fn refusals() -> Refusals {
        Refusals::new(PlanId(1), Refused::default())
    }

    fn taken(record: i64, attempts: u32) -> Taken {
        Taken {
            delivery: record,
            record: RecordId(record),
            record_key: None,
            key: String::new(),
            payload: Vec::new(),
            payload_sha256: Vec::new(),
            attempts,
            may_be_applied: false,
            is_csv: false,
        }
    }

    fn ended(record: i64, state: DeliveryState) -> Ended {
        Ended {
            delivery: record,
            record: RecordId(record),
            state,
            attempt: state,
            next_at: None,
            code: "http 409".to_owned(),
            message: "there already".to_owned(),
            problems: Vec::new(),
            answer_id: String::new(),
            duration_ms: 10 * record.unsigned_abs(),
        }
    }

    #[test]
    fn the_six_counts_add_up_whatever_becomes_of_a_record() {
        let start = Instant::now();
        let mut plan = Tally::default();
        plan.add(DeliveryState::Queued, 8);
        plan.add(DeliveryState::Waiting, 1);
        let mut board = Board::new(PlanId(1), "crm", plan, refusals(), start);
        let wave: Vec<Taken> = (1..=6).map(|n| taken(n, 1)).chain([taken(7, 2)]).collect();
        board.left(&wave);
        assert_eq!((board.tally.in_flight, board.tally.again), (7, 0));
        for (n, state) in [
            (1, DeliveryState::Delivered),
            (2, DeliveryState::Refused),
            (3, DeliveryState::Unknown),
            (4, DeliveryState::Waiting),
            (5, DeliveryState::HandedOver),
        ] {
            board.ended(&ended(n, state), None, "2026-01-01T00:00:00Z");
            assert_eq!(board.tally.total(), 9);
        }
        board.came_back(&wave[5..]);
        let expected = Tally {
            waiting: 3,
            in_flight: 0,
            sent: 2,
            refused: 1,
            again: 2,
            unknown: 1,
        };
        assert_eq!(board.tally, expected);

        let progress = board.progress(Flow::Flowing, 0, start + Duration::from_secs(1));
        assert_eq!(progress.refusals.len(), 1);
        assert_eq!(progress.log.len(), 5);
        let times = (Duration::from_millis(30), Duration::from_millis(50));
        assert_eq!(progress.took, Some(times));
        assert!((progress.speed - 5.0).abs() < 1e-9, "{}", progress.speed);
        assert_eq!(progress.left, None, "too early to tell");
    }

    #[test]
    fn an_even_speed_is_told_as_it_is_soon_after_the_start() {
        let start = Instant::now();
        let mut plan = Tally::default();
        plan.add(DeliveryState::Queued, 120);
        let mut board = Board::new(PlanId(1), "crm", plan, refusals(), start);
        let soon = start + Duration::from_millis(1);
        assert!(board.progress(Flow::Flowing, 0, soon).speed.abs() < 1e-9);
        for second in 1..=4 {
            board.left(&[taken(second, 1)]);
            board.ended(&ended(second, DeliveryState::Delivered), None, "");
            let now = start + Duration::from_secs(second.unsigned_abs());
            let speed = board.progress(Flow::Flowing, 0, now).speed;
            assert!((speed - 1.0).abs() < 0.01, "{speed} after {second} s");
        }
    }

    #[test]
    fn what_is_left_is_reckoned_without_the_time_it_stood_still() {
        let start = Instant::now();
        let mut plan = Tally::default();
        plan.add(DeliveryState::Queued, 120);
        let mut board = Board::new(PlanId(1), "crm", plan, refusals(), start);
        for n in 1..=40 {
            board.left(&[taken(n, 1)]);
            board.ended(&ended(n, DeliveryState::Delivered), None, "");
        }
        board.stood_still(Duration::from_mins(1));
        let progress = board.progress(Flow::Flowing, 0, start + Duration::from_secs(80));
        assert_eq!(progress.left, Some(Duration::from_secs(40)));
    }

    #[test]
    fn it_is_said_ten_times_a_second_at_most() {
        let start = Instant::now();
        let mut board = Board::new(PlanId(1), "crm", Tally::default(), refusals(), start);
        assert!(board.is_due(start));
        assert!(!board.is_due(start + Duration::from_millis(99)));
        assert!(board.is_due(start + Duration::from_millis(100)));
    }

    #[test]
    fn what_was_said_is_said_again_when_nothing_was_for_a_second() {
        let start = Instant::now();
        let mut board = Board::new(PlanId(1), "crm", Tally::default(), refusals(), start);
        board.told = Some(Told {
            flow: Flow::Flowing,
            limit: 0,
            done: 1,
            planned: 2,
        });
        assert!(board.is_due(start));
        board.go_on(start + Duration::from_millis(999));
        assert!(board.owed.is_none());
        board.go_on(start + Duration::from_secs(1));
        assert!(board.owed.is_some_and(|told| told.done == 1));
    }
}
