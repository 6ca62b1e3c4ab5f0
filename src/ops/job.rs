//! Long work: says how far it is, and stops when asked.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::SendProgress;
use crate::model::{Fault, FaultKind};

/// How far a job is. `total` is unknown for standard input.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// Bytes when loading, records otherwise.
    pub done: u64,
    pub total: Option<u64>,
    pub records: u64,
    /// What it waits for, while it does.
    pub waits: Option<Waits>,
    /// Of a send: how it stands.
    pub sending: Option<Arc<SendProgress>>,
}

/// What a person wants of a send while it runs.
#[derive(Debug, Default)]
pub struct Steering {
    is_paused: AtomicBool,
    wants_now: AtomicBool,
    gives_back: AtomicBool,
    /// One more than the records a second; 0 when nothing was said.
    speed: AtomicU32,
}

impl Steering {
    /// Nothing new leaves, or it goes on.
    pub fn pause(&self, pause: bool) {
        self.is_paused.store(pause, Ordering::Relaxed);
    }

    pub fn is_paused(&self) -> bool {
        self.is_paused.load(Ordering::Relaxed)
    }

    /// Once it is cancelled, what never left is ready again and not kept for the next send.
    pub fn give_back(&self) {
        self.gives_back.store(true, Ordering::Relaxed);
    }

    pub(crate) fn gives_back(&self) -> bool {
        self.gives_back.load(Ordering::Relaxed)
    }

    /// Whatever it waits for, it tries now.
    pub fn try_now(&self) {
        self.wants_now.store(true, Ordering::Relaxed);
    }

    /// Whether somebody wanted it tried now. Asking resets it.
    pub(crate) fn take_now(&self) -> bool {
        self.wants_now.swap(false, Ordering::Relaxed)
    }

    /// Records a second from now on; 0 is as fast as it goes.
    pub fn set_speed(&self, most: u32) {
        self.speed.store(most.saturating_add(1), Ordering::Relaxed);
    }

    /// What [`Steering::set_speed`] was told, if anything.
    pub(crate) fn speed(&self) -> Option<u32> {
        self.speed.load(Ordering::Relaxed).checked_sub(1)
    }
}

/// Why a job stands still, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    pub why: Why,
    pub time: Duration,
}

/// What a send waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The destination asked to be left alone.
    Asked,
    /// The destination is sick and is left alone; then it is tried carefully.
    Sick {
        /// Calls that went wrong,
        failed: u32,
        /// of so many.
        of: u32,
    },
    /// Everything that is left was tried, and is tried again.
    Again,
    /// The speed that was asked for.
    Rate,
}

impl Waits {
    /// In words, without a full stop; short enough for a line of 80 columns with what it is about.
    pub fn words(self) -> String {
        let seconds = self.time.as_secs_f64().ceil() as u64;
        let time = if seconds < 120 {
            format!("{seconds} s")
        } else {
            format!("{} min", seconds.div_ceil(60))
        };
        match self.why {
            Why::Asked => format!("paused for {time}, as the destination asks"),
            Why::Sick { failed, of } => {
                format!("paused for {time}, {failed} of the last {of} tries went wrong")
            }
            Why::Again => format!("waits {time} before it tries again"),
            Why::Rate => format!("waits {time} to keep its speed"),
        }
    }
}

/// Handed to an operation that takes a while. Cloning gives another handle to the same job.
#[derive(Clone)]
pub struct Job {
    cancelled: Arc<AtomicBool>,
    steering: Arc<Steering>,
    report: Arc<dyn Fn(Progress) + Send + Sync>,
}

impl Default for Job {
    fn default() -> Self {
        Self::new(|_| {})
    }
}

impl Job {
    /// `report` is called as often as there is something new, by the thread that works or one that speaks for it; who
    /// shows it paces it.
    pub fn new(report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self {
            cancelled: Arc::default(),
            steering: Arc::default(),
            report: Arc::new(report),
        }
    }

    /// The flag a signal handler or another thread sets to stop the job.
    pub fn cancel_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.cancelled)
    }

    /// Whether somebody wants the job to stop. What does not end at once asks this where it can stop safely.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// What a person wants of it while it runs.
    pub fn steering(&self) -> &Steering {
        &self.steering
    }

    /// Ends an operation with `Interrupted` once cancelled.
    pub fn check(&self) -> Result<(), Fault> {
        if self.is_cancelled() {
            return Err(Fault::new(
                FaultKind::Interrupted,
                "interrupted",
                "interrupted",
            ));
        }
        Ok(())
    }

    /// Waits, but no longer than until it is cancelled or wanted now. Says whether it was cancelled.
    pub fn wait(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while !self.is_cancelled() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || self.steering.wants_now.load(Ordering::Relaxed) {
                return false;
            }
            // A signal handler can set a flag and nothing else.
            thread::sleep(left.min(Duration::from_millis(20)));
        }
        true
    }

    /// Says how far it is.
    pub fn report(&self, progress: Progress) {
        (self.report)(progress);
    }
}
