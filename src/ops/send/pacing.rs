//! When a send stands still, and what it says meanwhile.

use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::Timestamp;

use super::{
    board::{Flow, Logged},
    sending::Sending,
    telling::Told,
};
use crate::ops::{Waits, Why, workspace::now};

/// How often it is said how long it still waits.
const SAID: Duration = Duration::from_secs(1);
/// A shorter wait is not said.
const NOTICED: Duration = Duration::from_millis(500);

impl Sending<'_> {
    /// Records a second; 0 is as fast as it goes.
    pub(super) fn rate(&self) -> u32 {
        self.job.steering().speed().unwrap_or(self.rate)
    }

    /// Waits while a person wants it to stand still. Says whether the job was cancelled.
    pub(super) fn paused(&mut self) -> Result<bool> {
        if !self.job.steering().is_paused() {
            return Ok(false);
        }
        self.write_down()?;
        let paused = |is_paused| Logged::Paused {
            at: now(),
            is_paused,
        };
        self.telling.board().log(paused(true));
        while self.job.steering().is_paused() && !self.job.is_cancelled() {
            self.say_how_far(Flow::Paused);
            let started = Instant::now();
            self.job.wait(Duration::from_millis(100));
            self.telling.board().stood_still(started.elapsed());
        }
        self.telling.board().log(paused(false));
        Ok(self.job.is_cancelled())
    }

    /// The longest that is waited for; also what an earlier send was asked to wait and did not.
    pub(super) fn longest_wait(&self) -> Duration {
        let retry = &self.aim.destination.knobs.retry;
        let quiet = self.aim.quiet().unwrap_or_default();
        retry.max_wait.max(retry.cap).max(quiet)
    }

    /// Waits while the destination is to be left alone. Says whether the job was cancelled.
    pub(super) fn left_alone(&mut self) -> Result<bool> {
        let now = Timestamp::now().as_millisecond();
        let open = self.breaker.closed_to(now);
        let open = open.map(|until| Duration::from_millis((until - now).max(0) as u64));
        let (failed, of) = self.breaker.counts();
        let sick = Why::Sick {
            failed: failed as u32,
            of: of as u32,
        };
        let left = |until: Option<Instant>| {
            let now = Instant::now();
            until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
        };
        let waits = [
            (left(self.next_at.take()), Why::Rate),
            (left(self.pause.take()), Why::Asked),
            (open.unwrap_or_default(), sick),
        ];
        let longest = waits.into_iter().max_by_key(|(time, _)| *time);
        let (time, why) = longest.unwrap_or((Duration::ZERO, sick));
        if time.is_zero() && !self.job.is_cancelled() {
            return Ok(false);
        }
        // Nothing is kept in memory while it waits.
        self.write_down()?;
        self.wait(why, time)
    }

    /// Waits, and says why and how long still where a person would notice. Says whether the job was cancelled.
    pub(super) fn wait(&mut self, why: Why, time: Duration) -> Result<bool> {
        let (started, is_noticed) = (Instant::now(), time >= NOTICED);
        if is_noticed && why != Why::Rate {
            let waits = Waits { why, time };
            self.telling.board().log(Logged::Waits { at: now(), waits });
        }
        if !is_noticed && !time.is_zero() {
            self.say_how_far(Flow::Flowing);
        }
        loop {
            let left = time.saturating_sub(started.elapsed());
            if left.is_zero() {
                break;
            }
            if is_noticed {
                self.say_how_far(Flow::Waiting(Waits { why, time: left }));
            }
            let cancelled = self.job.wait(left.min(SAID));
            let now_please = self.tries_now()?;
            if cancelled || now_please || self.job.steering().is_paused() {
                break;
            }
        }
        if why != Why::Rate {
            self.telling.board().stood_still(started.elapsed());
        }
        Ok(self.job.is_cancelled())
    }

    /// Whether a person wants it tried now, whatever it waits for; then what waits is due.
    pub(super) fn tries_now(&mut self) -> Result<bool> {
        let now_please = self.job.steering().take_now();
        if now_please {
            self.breaker.try_now(Timestamp::now().as_millisecond());
            self.workspace.store.try_now(&self.claim)?;
        }
        Ok(now_please)
    }

    pub(super) fn keep_pace(&mut self, started: Instant, sent: usize) {
        let rate = self.rate();
        if rate > 0 {
            let time = Duration::from_secs_f64(sent as f64 / f64::from(rate));
            self.next_at = Some(started + time);
        }
    }

    pub(super) fn say_how_far(&self, flow: Flow) {
        let report = &self.report;
        self.telling.say(Told {
            flow,
            limit: self.rate(),
            done: report.accepted + report.handed_over + report.refused + report.unknown,
            planned: report.planned,
        });
    }
}
