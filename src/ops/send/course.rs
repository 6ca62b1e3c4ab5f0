//! What follows from the outcome of a try: is it over, is it tried again and when, does the destination need a person.

use std::time::Duration;

use crate::{
    model::DeliveryState,
    send::{Applied, Health, Outcome, Retry, Said},
};

/// What counts besides the outcome.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing<'s> {
    pub retry: &'s Retry,
    /// The destination recognises a repeat, or can be asked for the record before.
    pub may_repeat: bool,
    /// At least so long after a try that may have been applied.
    pub quiet: Option<Duration>,
    /// Tries so far, this one included.
    pub attempts: u32,
    /// An earlier try may have been applied.
    pub may_be_applied: bool,
    /// From 0 to 1.
    pub jitter: f64,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Course {
    /// Of the delivery.
    pub state: DeliveryState,
    /// Of the try: `Unknown` when it may have been applied.
    pub attempt: DeliveryState,
    /// Before the next try of this delivery.
    pub wait: Option<Duration>,
    /// Nothing at all is sent for so long.
    pub pause: Option<Duration>,
    /// Why the destination is on hold.
    pub held: Option<String>,
    pub code: String,
    pub message: String,
    pub said: Vec<Said>,
    /// What the destination calls the record.
    pub id: String,
    /// What it says of the destination's health, if anything.
    pub health: Option<Health>,
}

impl Course {
    fn of(state: DeliveryState) -> Self {
        Self {
            state,
            attempt: state,
            wait: None,
            pause: None,
            held: None,
            code: String::new(),
            message: String::new(),
            said: Vec::new(),
            id: String::new(),
            health: None,
        }
    }
}

/// The course of one delivery; `None` when it is not known before the plan ends.
pub(super) fn course(outcome: Outcome, standing: Standing<'_>) -> Option<Course> {
    Some(match outcome {
        Outcome::Written => return None,
        Outcome::Accepted { id } => Course {
            id,
            health: Some(Health::Well),
            ..Course::of(DeliveryState::Delivered)
        },
        Outcome::Taken { id } => Course {
            id,
            health: Some(Health::Well),
            ..Course::of(DeliveryState::HandedOver)
        },
        // An earlier try may be what it runs into: nobody can tell whose record that is.
        Outcome::Refused { code, said } if code == "http 409" && standing.may_be_applied => {
            Course {
                code,
                message: format!("probably sent by an earlier try: {}", words(&said)),
                health: Some(Health::Well),
                ..Course::of(DeliveryState::Unknown)
            }
        }
        Outcome::Refused { code, said } => Course {
            code,
            message: words(&said),
            said,
            health: Some(Health::Well),
            ..Course::of(DeliveryState::Refused)
        },
        Outcome::Unknown { code, message } => Course {
            code,
            message,
            health: Some(Health::Sick),
            ..Course::of(DeliveryState::Unknown)
        },
        Outcome::Held {
            reason,
            code,
            applied,
        } => Course {
            code,
            message: reason.clone(),
            held: Some(reason),
            ..unclear(applied, standing, DeliveryState::Queued)
        },
        Outcome::Again {
            code,
            message,
            applied,
            after,
            is_sick,
        } => again((code, message), applied, after, is_sick, standing),
    })
}

fn again(
    (code, message): (String, String),
    applied: Applied,
    after: Option<Duration>,
    is_sick: bool,
    standing: Standing<'_>,
) -> Course {
    let retry = standing.retry;
    let mut course = Course {
        health: match (is_sick, applied) {
            (false, _) => None,
            (true, Applied::No) => Some(Health::Unsent),
            (true, Applied::Maybe) => Some(Health::Sick),
        },
        code,
        message,
        ..unclear(applied, standing, DeliveryState::Waiting)
    };
    if let Some(after) = after {
        if after > retry.max_wait {
            course.held = Some(format!(
                "{}: it wants to be left alone for {} minutes",
                course.code,
                after.as_secs().div_ceil(60)
            ));
        } else {
            course.pause = Some(after);
        }
    }
    if course.state != DeliveryState::Waiting {
        return course;
    }
    if standing.attempts < retry.max_attempts {
        let delay = retry.delay(standing.attempts, standing.jitter);
        let asked = after.max(course.wait).unwrap_or_default();
        course.wait = Some(delay.max(asked));
    } else if applied == Applied::Maybe || standing.may_be_applied {
        course.state = DeliveryState::Unknown;
        course.wait = None;
    } else {
        // It is nobody's record's fault, and nothing of it left.
        course.state = DeliveryState::Queued;
        course.held = Some(format!(
            "gave up after {} tries, and nothing reached it: {}",
            standing.attempts, course.message
        ));
    }
    course
}

/// A delivery that is in `state` if it can be tried again without harm.
fn unclear(applied: Applied, standing: Standing<'_>, state: DeliveryState) -> Course {
    match applied {
        Applied::No => Course {
            attempt: DeliveryState::Queued,
            ..Course::of(state)
        },
        Applied::Maybe if standing.may_repeat => Course {
            attempt: DeliveryState::Unknown,
            wait: standing.quiet,
            ..Course::of(DeliveryState::Waiting)
        },
        Applied::Maybe => Course::of(DeliveryState::Unknown),
    }
}

fn words(said: &[Said]) -> String {
    let all: Vec<&str> = said.iter().map(|one| one.message.as_str()).collect();
    all.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(retry: &Retry, is_idempotent: bool, attempts: u32) -> Standing<'_> {
        Standing {
            retry,
            may_repeat: is_idempotent,
            quiet: None,
            attempts,
            may_be_applied: false,
            jitter: 1.0,
        }
    }

    fn again(applied: Applied, after: Option<u64>) -> Outcome {
        Outcome::Again {
            code: "http 503".to_owned(),
            message: "busy".to_owned(),
            applied,
            after: after.map(Duration::from_secs),
            is_sick: true,
        }
    }

    fn held(applied: Applied) -> Outcome {
        Outcome::Held {
            reason: "http 302: elsewhere".to_owned(),
            code: "http 302".to_owned(),
            applied,
        }
    }

    /// `state wait held` of an outcome at try `attempts`.
    fn of(outcome: Outcome, is_idempotent: bool, attempts: u32) -> String {
        let retry = Retry::default();
        let course = course(outcome, standing(&retry, is_idempotent, attempts)).unwrap();
        let mut words = vec![course.state.word().to_owned()];
        words.extend(course.wait.map(|wait| format!("wait {}", wait.as_millis())));
        words.extend(
            course
                .pause
                .map(|pause| format!("pause {}", pause.as_secs())),
        );
        words.extend(course.held.map(|_| "held".to_owned()));
        words.join(" ")
    }

    #[test]
    fn what_may_have_been_applied_is_repeated_only_where_a_repeat_is_recognised() {
        assert_eq!(of(again(Applied::Maybe, None), true, 1), "waiting wait 250");
        assert_eq!(of(again(Applied::Maybe, None), true, 6), "unknown");
        assert_eq!(of(again(Applied::Maybe, None), false, 1), "unknown");
        assert_eq!(of(held(Applied::Maybe), true, 1), "waiting held");
        assert_eq!(of(held(Applied::Maybe), false, 1), "unknown held");
    }

    #[test]
    fn where_the_destination_is_asked_for_the_record_a_lost_answer_is_left_alone_first() {
        let retry = Retry::default();
        let quiet = Duration::from_mins(2);
        let standing = Standing {
            quiet: Some(quiet),
            ..standing(&retry, true, 1)
        };
        let wait = |outcome| course(outcome, standing).unwrap().wait;
        assert_eq!(wait(again(Applied::Maybe, None)), Some(quiet));
        assert_eq!(wait(held(Applied::Maybe)), Some(quiet));
        assert_eq!(wait(again(Applied::No, None)), Some(retry.base));
        let last = Standing {
            attempts: retry.max_attempts,
            ..standing
        };
        let last = course(again(Applied::Maybe, None), last).unwrap();
        assert_eq!((last.state, last.wait), (DeliveryState::Unknown, None));
    }

    #[test]
    fn what_was_certainly_not_applied_is_always_tried_again() {
        assert_eq!(of(again(Applied::No, None), false, 2), "waiting wait 500");
        assert_eq!(of(again(Applied::No, None), false, 6), "queued held");
        assert_eq!(of(held(Applied::No), false, 1), "queued held");
    }

    #[test]
    fn an_earlier_try_that_may_have_been_applied_is_not_forgotten() {
        let retry = Retry::default();
        let standing = Standing {
            may_be_applied: true,
            ..standing(&retry, true, 6)
        };
        let state = |outcome| course(outcome, standing).unwrap().state;
        assert_eq!(state(again(Applied::No, None)), DeliveryState::Unknown);
        let exists = Outcome::refused("http 409", "it is there already");
        assert_eq!(state(exists), DeliveryState::Unknown);
        let wrong = Outcome::refused("http 422", "no");
        assert_eq!(state(wrong), DeliveryState::Refused);
    }

    #[test]
    fn what_the_destination_asks_for_is_waited_for_unless_it_is_too_long() {
        assert_eq!(
            of(again(Applied::No, Some(7)), true, 1),
            "waiting wait 7000 pause 7"
        );
        assert_eq!(
            of(again(Applied::No, Some(3600)), true, 1),
            "waiting wait 3600000 held"
        );
    }
}
