//! Keys that were pressed before a question was seen are no answer to it.

use std::time::{Duration, Instant};

use crate::tui::event::Cx;

/// How long a question must have been in sight before a key is meant for it.
const DEAF: Duration = Duration::from_millis(250);

/// When a question begins to listen.
#[derive(Debug, Default)]
pub struct Ears {
    /// The end of the frame that showed it first, or the last key that was not heard.
    since: Option<Instant>,
}

impl Ears {
    /// A frame with the question in it is out.
    pub fn seen(&mut self, now: Instant) {
        self.since.get_or_insert(now);
    }

    /// Whether it does not listen yet.
    pub fn are_deaf(&self, cx: &Cx) -> bool {
        cx.now
            .is_some_and(|now| self.since.is_none_or(|since| now < since + DEAF))
    }

    /// Whether a letter is heard. Whoever types on is not: only after a pause is a letter an answer.
    pub fn hear_letter(&mut self, cx: &Cx) -> bool {
        let is_deaf = self.are_deaf(cx);
        if is_deaf && self.since.is_some() {
            self.since = cx.now;
        }
        !is_deaf
    }
}
