//! Sending as it goes: where the records are, how the destination does, what was refused, and the log. What another process
//! sends is watched here as well.

mod draw;
mod log;
mod take_over;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use ratatui::layout::Position;

use super::list::List;
use crate::{
    model::{PlanId, RunId, Sender, WatchedPlan},
    ops::{Flow, Progress, SendProgress},
    text,
    tui::{
        action::{Action, Offer},
        clock::Clock,
        event::{Answer, Cx, Effect, JobRequest, Query, Question, Steer, Ticket},
        keymap::Keys,
        words,
    },
};

/// Speeds to choose from, records a second; beyond the last there is no limit.
const SPEEDS: [u32; 10] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

#[derive(Debug)]
pub struct Sending {
    keys: Keys,
    pub run: RunId,
    seen: Seen,
    pending: Option<Ticket>,
    /// What a take-over would send is being looked up.
    asked: Option<Ticket>,
    /// What this process sends now.
    live: Option<Arc<SendProgress>>,
    /// What a person asked for, until the send has heard it.
    wants_pause: Option<bool>,
    speed: Option<u32>,
    refusals: List,
    log: List,
    whole_log: bool,
    clock: Clock,
}

/// The newest plan, as the workspace has it.
#[derive(Debug)]
enum Seen {
    Loading,
    Failed(String),
    Known(Option<Box<WatchedPlan>>),
}

impl Sending {
    pub fn open(run: RunId, cx: &mut Cx) -> Self {
        Self {
            keys: cx.keys,
            run,
            seen: Seen::Loading,
            pending: Some(cx.ask(Query::Sending { run })),
            asked: None,
            live: None,
            wants_pause: None,
            speed: None,
            refusals: List::default(),
            log: List::default(),
            whole_log: false,
            clock: cx.clock.clone(),
        }
    }

    pub fn offers(&self) -> Vec<Offer> {
        let mut offers = Vec::new();
        if let Some(live) = &self.live {
            let word = if self.is_paused(live) {
                "Go on"
            } else {
                "Pause"
            };
            offers.push(Offer::new(Action::Pause, word));
            let waits = matches!(live.flow, Flow::Waiting(_));
            let reason = (!waits).then_some("it waits for nothing");
            offers.push(Offer::new(Action::TryNow, "Try now").unless(reason));
            offers.push(Offer::new(Action::Slower, "Slower"));
            let limit = self.speed.unwrap_or(live.limit);
            let reason = (limit == 0).then_some("it goes as fast as it can");
            offers.push(Offer::new(Action::Faster, "Faster").unless(reason));
        } else {
            offers.push(Offer::new(Action::Send, "Send").unless(self.is_sent_elsewhere()));
            if self.stopped().is_some() {
                offers.push(Offer::new(Action::StopJob, "Take out"));
            }
        }
        if !self.refused().is_empty() {
            offers.push(Offer::new(Action::Open, "Problems"));
        }
        offers.push(Offer::new(Action::TakeOver, "").unless(self.not_taken_over()));
        let word = if self.whole_log { "Back" } else { "Log" };
        offers.push(Offer::new(Action::FullLog, word));
        offers
    }

    pub fn escape(&self) -> &'static str {
        match self.live {
            Some(_) => "Back (keeps sending)",
            None => "Back",
        }
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        match action {
            Action::Pause => self.pause(cx),
            Action::TryNow if self.live.is_some() => {
                cx.effects.push(Effect::Steer(Steer::TryNow));
                cx.say("It is tried now.");
            }
            Action::Slower | Action::Faster => self.change_speed(action == Action::Faster, cx),
            Action::TakeOver => self.ask_to_take_over(cx),
            Action::FullLog => self.whole_log = !self.whole_log,
            Action::Open if !self.refused().is_empty() => {
                let refusal = self.refused().get(self.refusals.at);
                cx.sought = refusal.map(|one| (one.code.clone(), one.pattern.clone()));
                cx.effects.push(Effect::Act(Action::ProblemsTab));
            }
            Action::Back if self.whole_log => self.whole_log = false,
            Action::Back => cx.back(),
            _ if self.whole_log => {
                let len = self.log_len();
                match action {
                    Action::Up if self.log.at == 0 => cx.effects.push(Effect::Tabs),
                    _ => self.log.act(action, cx, len),
                }
            }
            Action::Up if self.refusals.at == 0 => cx.effects.push(Effect::Tabs),
            _ => {
                let len = self.refused().len();
                self.refusals.act(action, cx, len);
            }
        }
    }

    /// The plan that is shown, where nobody sends it any more and something of it is left.
    pub fn stopped(&self) -> Option<&WatchedPlan> {
        let Seen::Known(Some(plan)) = &self.seen else {
            return None;
        };
        let is_stopped = self.live.is_none() && plan.is_open && plan.sender == Sender::Nobody;
        is_stopped.then_some(plan)
    }

    /// The question whether what is left of it is not to be sent after all.
    pub fn ask_to_give_back(&self) -> Option<Effect> {
        let plan = self.stopped()?;
        let name = text::safe(&plan.destination);
        Some(Effect::Confirm(Question {
            title: format!("Take the rest out of plan {}?", plan.plan),
            body: vec![
                "What never left is ready again, and can be changed.".to_owned(),
                format!("What may have reached {name} stays in the plan."),
            ],
            typed: None,
            safe: "Go back".to_owned(),
            also: None,
            verb: "Take the rest out".to_owned(),
            then: Box::new(Effect::Start(JobRequest::GiveBack {
                run: self.run,
                to: plan.destination.clone(),
                plan: plan.plan,
            })),
        }))
    }

    fn pause(&mut self, cx: &mut Cx) {
        let Some(live) = &self.live else {
            return cx.say("Nothing is being sent here.");
        };
        let pause = !self.is_paused(live);
        self.wants_pause = Some(pause);
        cx.effects.push(Effect::Steer(Steer::Pause(pause)));
        cx.say(if pause {
            let key = self.keys.of(Action::Pause);
            format!("Paused when what is on its way is answered.  {key} goes on")
        } else {
            "It goes on.".to_owned()
        });
    }

    fn change_speed(&mut self, faster: bool, cx: &mut Cx) {
        let Some(live) = &self.live else {
            return cx.say("Nothing is being sent here.");
        };
        let speed = next_speed(self.speed.unwrap_or(live.limit), live.speed, faster);
        self.speed = Some(speed);
        cx.effects.push(Effect::Steer(Steer::Speed(speed)));
        cx.say(match speed {
            0 => "As fast as it goes.".to_owned(),
            1 => "1 record a second at most.".to_owned(),
            most => format!("{most} records a second at most."),
        });
    }

    fn is_paused(&self, live: &SendProgress) -> bool {
        self.wants_pause.unwrap_or(live.flow == Flow::Paused)
    }

    pub fn point(&mut self, place: Position) -> bool {
        let list = if self.whole_log {
            &mut self.log
        } else {
            &mut self.refusals
        };
        list.point(place)
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        [self.pending, self.asked].contains(&Some(ticket))
    }

    pub fn receive(&mut self, ticket: Ticket, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        if self.asked.take_if(|asked| *asked == ticket).is_some() {
            return Self::ask_whether_it_ended(answer, cx);
        }
        self.pending = None;
        match answer {
            Ok(Answer::Sending(plan)) => {
                self.seen = Seen::Known(plan.map(|plan| Box::new(plan.unheard())));
            }
            Ok(_) => {}
            Err(error) => self.seen = Seen::Failed(words::reported(&error)),
        }
    }

    pub fn refresh(&mut self, cx: &mut Cx) {
        let sent = self.live.as_ref().map(|live| live.plan);
        if sent.is_none() || sent != self.plan().map(|plan| plan.plan) {
            self.pending = Some(cx.ask(Query::Sending { run: self.run }));
        }
    }

    /// The job says how far it is.
    pub fn progress(&mut self, progress: &Progress) {
        if let Some(sending) = &progress.sending {
            if self.wants_pause == Some(sending.flow == Flow::Paused) {
                self.wants_pause = None;
            }
            if self.speed == Some(sending.limit) {
                self.speed = None;
            }
            self.live = Some(Arc::clone(sending));
        }
    }

    /// The job is over; what the workspace says counts again.
    pub fn ended(&mut self) {
        self.live = None;
        self.wants_pause = None;
        self.speed = None;
    }

    /// Why nothing can be sent from here while somebody else does.
    fn is_sent_elsewhere(&self) -> Option<&'static str> {
        match self.plan()?.sender {
            Sender::AnotherProcess => Some("another process sends this"),
            Sender::Unseen => Some("a process that cannot be seen from here may send this"),
            Sender::ThisProcess | Sender::Nobody => None,
        }
    }

    /// The destination of the plan that is shown.
    pub fn sends_to(&self) -> Option<&str> {
        match (&self.live, self.plan()) {
            (Some(live), _) => Some(&live.destination),
            (None, plan) => plan.map(|plan| plan.destination.as_str()),
        }
    }

    /// The plan that is shown, where it is not finished, and where it goes.
    pub fn continues(&self) -> Option<(Option<PlanId>, String)> {
        let plan = self.plan().filter(|plan| plan.is_open)?;
        Some((Some(plan.plan), plan.destination.clone()))
    }

    /// Whether another process is being watched.
    pub fn watches(&self) -> bool {
        matches!(
            &self.seen,
            Seen::Known(Some(plan)) if matches!(plan.sender, Sender::AnotherProcess | Sender::Unseen)
        )
    }

    pub fn tip(&self) -> String {
        let (send, review) = (self.keys.of(Action::Send), self.keys.of(Action::ReviewTab));
        match (&self.live, &self.seen) {
            (Some(live), _) => format!(
                "You can leave this screen. Sending goes on. Quitting redrive stops it safely after {} in flight.",
                live.tally.in_flight
            ),
            (None, Seen::Known(Some(plan))) => match (plan.sender, plan.is_open) {
                (Sender::AnotherProcess, _) => {
                    format!(
                        "Another process sends this. If it ends early, {send} here goes on with it."
                    )
                }
                (Sender::Unseen, _) => {
                    let menu = self.keys.of(Action::Menu);
                    format!("You can look on. The menu ({menu}) takes over once it has ended.")
                }
                (_, true) => {
                    let stop = self.keys.of(Action::StopJob);
                    format!(
                        "{send} goes on where it ended, nothing is sent twice. {stop} makes the rest ready again."
                    )
                }
                (_, false) => format!("{review} shows what is ready to be sent."),
            },
            (None, _) => format!("{review} shows what would be sent, {send} sends it."),
        }
    }
}

/// The next speed of [`SPEEDS`]; `limit` 0 is none, and then slower begins below what it does now.
fn next_speed(limit: u32, now: f64, faster: bool) -> u32 {
    if faster {
        let next = SPEEDS.into_iter().find(|speed| *speed > limit);
        return if limit == 0 { 0 } else { next.unwrap_or(0) };
    }
    let below = |speed: &&u32| {
        if limit == 0 {
            f64::from(**speed) < now
        } else {
            **speed < limit
        }
    };
    SPEEDS.iter().rev().find(below).copied().unwrap_or(1)
}
