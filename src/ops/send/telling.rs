//! Saying how a send stands, also while whoever sends waits for an answer.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        mpsc::{RecvTimeoutError, channel},
    },
    thread,
    time::Instant,
};

use super::board::{Board, EVERY, Flow};
use crate::ops::{Job, Progress};

/// What is said beside what the board counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub flow: Flow,
    /// Records a second that it is kept to; 0 is as fast as it goes.
    pub limit: u32,
    /// Records of this send nothing more is done about.
    pub done: u64,
    pub planned: u64,
}

/// The board of a send, and the job that hears of it.
pub(super) struct Telling<'j> {
    job: &'j Job,
    board: Mutex<Board>,
}

impl<'j> Telling<'j> {
    pub fn new(job: &'j Job, board: Board) -> Self {
        Self {
            job,
            board: Mutex::new(board),
        }
    }

    pub fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says how it stands: at once, or when it is time, while it is worked on [with this](Self::meanwhile).
    pub fn say(&self, told: Told) {
        let mut board = self.board();
        board.owed = Some(told);
        let is_due = board.is_due(Instant::now());
        // Nothing follows for a while.
        if is_due || matches!(told.flow, Flow::Waiting(_)) {
            self.say_owed(&mut board);
        }
    }

    /// Works, and says meanwhile what was not said at once: an answer may be a long time coming.
    pub fn meanwhile<T>(&self, work: impl FnOnce() -> T) -> T {
        thread::scope(|scope| {
            let (working, worked) = channel::<()>();
            scope.spawn(move || {
                while worked.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    let mut board = self.board();
                    board.go_on(Instant::now());
                    if board.owed.is_some() && board.is_due(Instant::now()) {
                        self.say_owed(&mut board);
                    }
                }
            });
            let done = work();
            drop(working);
            done
        })
    }

    fn say_owed(&self, board: &mut Board) {
        let Some(told) = board.owed.take() else {
            return;
        };
        board.told = Some(told);
        let progress = board.progress(told.flow, told.limit, Instant::now());
        self.job.report(Progress {
            done: told.done,
            total: Some(told.planned),
            records: told.done,
            waits: match told.flow {
                Flow::Waiting(waits) => Some(waits),
                _ => None,
            },
            sending: Some(progress),
        });
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::*;
    use crate::{
        model::{DeliveryState, PlanId, Tally},
        ops::send::{Refusals, Refused},
    };

    #[test]
    fn what_was_not_said_at_once_is_said_while_an_answer_is_awaited() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let same = Arc::clone(&heard);
        let job = Job::new(move |progress: Progress| {
            same.lock().unwrap().push(progress.sending.unwrap().tally);
        });
        let mut plan = Tally::default();
        plan.add(DeliveryState::Sending, 3);
        let now = Instant::now();
        let board = Board::new(
            PlanId(1),
            "crm",
            plan,
            Refusals::new(PlanId(1), Refused::default()),
            now,
        );
        let telling = Telling::new(&job, board);
        let told = Told {
            flow: Flow::Flowing,
            limit: 0,
            done: 0,
            planned: 3,
        };
        telling.meanwhile(|| {
            telling.say(told);
            telling.board().handed_over(2);
            telling.say(told);
            while heard.lock().unwrap().len() < 2 && now.elapsed() < Duration::from_secs(20) {
                thread::yield_now();
            }
        });
        let in_flight: Vec<u64> = (heard.lock().unwrap().iter())
            .map(|tally| tally.in_flight)
            .collect();
        assert_eq!(in_flight, [3, 1]);
    }
}
