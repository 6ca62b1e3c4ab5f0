//! One plan on its way: wave after wave, as fast as the destination can bear.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use anyhow::Result;
use jiff::Timestamp;

use super::{
    Aim,
    board::Flow,
    brake::Brake,
    course::{Course, Standing, course},
    frozen::delivery,
    portions::Portions,
    refusal::{refusal, title},
    telling::Telling,
};
use crate::{
    broken::{is_broken, may_die},
    model::{DeliveryState, RunId, SendReport},
    ops::{Job, Why, Workspace, workspace::now},
    send::{Answered, Breaker, Destination, Health, Meanwhile, Outcome},
    store::sends::{Claim, Ended, Next, Taken},
};

/// Whether there is something to deliver.
enum Filled {
    Ready,
    /// Nothing before then, RFC 3339.
    Later(String),
    Nothing,
}

/// One plan being sent.
pub(super) struct Sending<'s> {
    pub workspace: &'s mut Workspace,
    pub aim: &'s Aim,
    pub claim: Claim,
    pub run: RunId,
    pub job: &'s Job,
    pub report: SendReport,
    /// A careful start: so many, then so many; then as many as there are.
    pub first: Vec<usize>,
    /// Records a second; 0 is as fast as it goes.
    pub rate: u32,
    pub brake: Brake,
    pub breaker: Breaker,
    /// The destination wants to be left alone until then.
    pub pause: Option<Instant>,
    /// When the speed that was asked for lets the next wave leave.
    pub next_at: Option<Instant>,
    /// What became of the last wave, while that is not written down yet.
    pub ended: Vec<Ended>,
    /// For whoever watches.
    pub telling: &'s Telling<'s>,
    /// The next wave, written down as being tried while the one before it was on its way.
    pub ahead: Vec<Taken>,
}

impl Sending<'_> {
    /// Delivers what is left of the plan and gives the plan back. Not after an error: then nobody knows what became of the
    /// last tries, and the next send makes them again, with the same keys.
    pub fn deliver_all(&mut self) -> Result<()> {
        let held = match self.aim.open(self.claim.plan) {
            Ok(mut destination) => {
                let telling = self.telling;
                telling.meanwhile(|| self.waves(&mut *destination))?
            }
            Err(held) => Some(held.reason),
        };
        if !self.ahead.is_empty() {
            let ahead = std::mem::take(&mut self.ahead);
            self.workspace.store.put_back(&self.claim, &ahead)?;
        }
        if self.job.is_cancelled() && self.job.steering().gives_back() {
            self.write_down()?;
            self.report.given_back = self.workspace.store.give_back(&self.claim, &now())?;
        }
        self.report.not_sent =
            self.workspace
                .store
                .release(&self.claim, held.as_deref(), &now())?;
        self.report.held = held;
        Ok(())
    }

    /// Wave after wave until all is done, the job is cancelled, or the destination is on hold: then its reason.
    fn waves(&mut self, destination: &mut dyn Destination) -> Result<Option<String>> {
        self.breaker = self
            .workspace
            .store
            .breaker(&self.claim)?
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        let first = std::mem::take(&mut self.first);
        let mut portions = Portions::new(destination.wave(), first);
        self.tries_now()?;
        loop {
            if self.paused()? || self.left_alone()? {
                return Ok(None);
            }
            let permits = self.breaker.permits(&self.aim.destination.knobs.breaker);
            let limit = portions.most_after(self.report.ended());
            let most = limit.min(permits.unwrap_or(limit));
            let rate = self.rate();
            // At a slow speed little leaves at once, so that it leaves evenly.
            let most = match rate {
                0 => most,
                rate => most.min(rate as usize),
            };
            let started = Instant::now();
            match self.fill(&mut portions, most)? {
                Filled::Ready => {}
                Filled::Later(_) if self.tries_now()? => continue,
                Filled::Later(at) if until(&at) > self.longest_wait() => {
                    return Ok(Some(left_alone_until(&at)));
                }
                Filled::Later(at) if self.wait(Why::Again, until(&at))? => return Ok(None),
                Filled::Later(_) => continue,
                Filled::Nothing => break,
            }
            let taken: Vec<Taken> = self.ahead.drain(..most.min(self.ahead.len())).collect();
            // Where a repeat is not recognised, as little as possible is unclear after a kill.
            let looks_ahead = self.ahead.is_empty()
                && permits.is_none()
                && !portions.is_careful()
                && self.aim.is_idempotent();
            let ahead = looks_ahead.then(|| portions.most());
            self.report.attempts += taken.len() as u64;
            let flow = permits.map_or(Flow::Flowing, |_| Flow::Testing);
            self.telling.board().left(&taken);
            self.say_how_far(flow);
            if let Some(reason) = self.wave(destination, &taken, (ahead, flow))? {
                self.write_down()?;
                return Ok(Some(reason));
            }
            self.keep_pace(started, taken.len());
        }
        if let Err(held) = destination.finish() {
            return Ok(Some(held.reason));
        }
        let handed_over = self.workspace.store.hand_over(&self.claim, &now())?;
        may_die("handed over");
        self.report.handed_over += handed_over;
        self.telling.board().handed_over(handed_over);
        Ok(None)
    }

    /// Takes what leaves next, at most so many, if nothing is taken already.
    fn fill(&mut self, portions: &mut Portions, most: usize) -> Result<Filled> {
        if !self.ahead.is_empty() {
            return Ok(Filled::Ready);
        }
        let next_try = if portions.is_careful() {
            self.next_try()?
        } else {
            None
        };
        let new = next_try.is_none();
        self.ahead = self.next_wave(Next { limit: most, new })?;
        if self.ahead.is_empty() {
            let later = self.next_try()?;
            return Ok(later.map_or(Filled::Nothing, Filled::Later));
        }
        if new {
            portions.advance(self.ahead.len());
        } else {
            portions.try_again(self.ahead.len(), self.report.ended());
        }
        Ok(Filled::Ready)
    }

    /// Writes down what became of the last wave, and that the next one is tried now.
    fn next_wave(&mut self, next: Next) -> Result<Vec<Taken>> {
        let ended = std::mem::take(&mut self.ended);
        let store = &mut self.workspace.store;
        if ended.is_empty() {
            return store.take(&self.claim, next, &now());
        }
        let taken = store.end_and_take(&self.claim, &ended, next, &now());
        may_die("outcome");
        taken
    }

    /// Writes down what became of the last wave.
    pub(super) fn write_down(&mut self) -> Result<()> {
        let ended = std::mem::take(&mut self.ended);
        if ended.is_empty() {
            return Ok(());
        }
        self.workspace.store.end(&self.claim, &ended, &now())
    }

    /// When the next delivery that waits may be tried again.
    fn next_try(&mut self) -> Result<Option<String>> {
        self.write_down()?;
        self.workspace.store.next_try(&self.claim)
    }

    /// Delivers one wave. What came of it is written down with the next one, which is taken meanwhile, with at most so many as
    /// `ahead` says. Gives why the destination is on hold, if it is.
    fn wave(
        &mut self,
        destination: &mut dyn Destination,
        taken: &[Taken],
        (ahead, flow): (Option<usize>, Flow),
    ) -> Result<Option<String>> {
        let started = Instant::now();
        let health = self.breaker.clone();
        let (mut whole, mut deliveries) = (Vec::new(), Vec::new());
        let mut outcomes: Vec<(&Taken, Answered)> = Vec::new();
        for one in taken {
            match delivery(one, self.aim.source()) {
                Ok(delivery) => {
                    whole.push(one);
                    deliveries.push(delivery);
                }
                Err(refused) => outcomes.push((one, refused.into())),
            }
        }
        if is_broken("mark") {
            self.mark_before_sending(taken)?;
        }
        may_die("intent");
        let mut on_the_way = OnTheWay {
            sending: self,
            taken: &whole,
            ahead,
            flow,
            told: HashSet::new(),
            went: Ok(()),
        };
        let answers = destination.deliver_while(&deliveries, &mut on_the_way);
        let OnTheWay { told, went, .. } = on_the_way;
        went?;
        let answers = match answers {
            Ok(answers) => answers,
            Err(held) => {
                self.telling.board().came_back(taken);
                return Ok(Some(held.reason));
            }
        };
        anyhow::ensure!(
            answers.len() == whole.len(),
            "the destination answered for {} records of {}",
            answers.len(),
            whole.len()
        );
        let answers = whole.into_iter().zip(answers).enumerate();
        let untold = answers.filter(|(n, _)| !told.contains(n));
        outcomes.extend(untold.map(|(_, one)| one));
        may_die("answer");
        let held = self.take_in(outcomes, started.elapsed());
        self.keep_news(&health)?;
        Ok(held)
    }

    /// Keeps how the destination's health stands, where that is news.
    fn keep_news(&mut self, before: &Breaker) -> Result<()> {
        // Calls that went well to a destination that is well are nothing to remember.
        let is_news = *before != self.breaker && !(before.is_well() && self.breaker.is_well());
        if is_news {
            may_die("breaker");
            let store = &mut self.workspace.store;
            store.keep_breaker(&self.claim, &serde_json::to_string(&self.breaker)?)?;
            may_die("breaker kept");
        }
        Ok(())
    }

    /// Takes in what became of tries that took so long, all together. Gives why the destination is on hold, if it is.
    fn take_in(&mut self, outcomes: Vec<(&Taken, Answered)>, all_took: Duration) -> Option<String> {
        let at = now();
        let mut held = None;
        let mut ended = Vec::with_capacity(outcomes.len());
        for (taken, answered) in outcomes {
            let took = answered.took.unwrap_or(all_took);
            let Some(course) = self.course(taken, answered.outcome) else {
                continue;
            };
            self.count(&course);
            self.look_after(&course, &mut held);
            let one = end(taken, course, took, &self.aim.destination.name);
            log(self.run, &one, taken.attempts);
            self.telling
                .board()
                .ended(&one, taken.record_key.as_deref(), &at);
            ended.push(one);
        }
        if !is_broken("mark") {
            self.ended.extend(ended);
        }
        held
    }

    /// What must never be done: whoever is killed now has lost these.
    fn mark_before_sending(&mut self, taken: &[Taken]) -> Result<()> {
        let accepted = || Outcome::Accepted { id: String::new() };
        self.ended = (taken.iter())
            .filter_map(|one| Some(end(one, self.course(one, accepted())?, Duration::ZERO, "")))
            .collect();
        self.write_down()
    }

    fn course(&self, taken: &Taken, outcome: Outcome) -> Option<Course> {
        let standing = Standing {
            retry: &self.aim.destination.knobs.retry,
            may_repeat: self.aim.is_idempotent() || self.aim.quiet().is_some(),
            quiet: self.aim.quiet(),
            attempts: taken.attempts,
            may_be_applied: taken.may_be_applied,
            jitter: fastrand::f64(),
        };
        course(outcome, standing)
    }

    fn count(&mut self, course: &Course) {
        match course.state {
            DeliveryState::Delivered => self.report.accepted += 1,
            DeliveryState::HandedOver => self.report.handed_over += 1,
            DeliveryState::Refused => self.report.refused += 1,
            DeliveryState::Unknown => self.report.unknown += 1,
            _ => {}
        }
    }

    /// What a course says about the destination: that it is on hold, wants a pause, is sick, or takes nothing that is sent.
    fn look_after(&mut self, course: &Course, held: &mut Option<String>) {
        if let Some(pause) = course.pause {
            let until = Instant::now() + pause;
            self.pause = Some(self.pause.map_or(until, |known| known.max(until)));
        }
        if let Some(health) = course.health {
            let rule = &self.aim.destination.knobs.breaker;
            let now = Timestamp::now().as_millisecond();
            if self.breaker.add(rule, health, now, fastrand::f64()) {
                let (sick, of) = self.breaker.counts();
                tracing::info!(
                    target: "redrive",
                    event = "paused",
                    run = self.run.0,
                    sick,
                    of,
                    unreached = health == Health::Unsent,
                );
            }
        }
        if held.is_none() {
            let sign = format!("{} {}", course.code, course.message);
            *held = course
                .held
                .clone()
                .or_else(|| self.brake.add(course.state, sign.trim()));
        }
    }
}

/// One wave, while it is on its way.
struct OnTheWay<'w, 's> {
    sending: &'w mut Sending<'s>,
    taken: &'w [&'w Taken],
    /// The next wave is taken, with at most so many.
    ahead: Option<usize>,
    flow: Flow,
    /// The places of those that are answered and taken in.
    told: HashSet<usize>,
    went: Result<()>,
}

impl Meanwhile for OnTheWay<'_, '_> {
    /// What became of those before them is written down, and that the next ones are tried.
    fn left(&mut self) {
        let Some(limit) = self.ahead else {
            return;
        };
        match self.sending.next_wave(Next { limit, new: true }) {
            Ok(ahead) => self.sending.ahead = ahead,
            Err(error) => self.went = Err(error),
        }
    }

    /// One answer can be a long time coming: whoever is killed meanwhile knows of the others.
    fn confirmed(&mut self, some: Vec<(usize, Answered)>) {
        if self.went.is_err() || is_broken("mark") {
            return;
        }
        self.told.extend(some.iter().map(|(n, _)| *n));
        let some = some.into_iter();
        let some = some.map(|(n, answered)| (self.taken[n], answered));
        // What is confirmed puts nothing on hold.
        let _ = self.sending.take_in(some.collect(), Duration::ZERO);
        self.went = self.sending.write_down();
        self.sending.say_how_far(self.flow);
    }
}

fn end(taken: &Taken, course: Course, took: Duration, destination: &str) -> Ended {
    let problems = match course.state {
        DeliveryState::Refused => (course.said.iter())
            .map(|said| {
                let title = title(destination, &said.message, &taken.payload);
                (refusal(&course.code, said), title)
            })
            .collect(),
        _ => Vec::new(),
    };
    Ended {
        delivery: taken.delivery,
        record: taken.record,
        state: course.state,
        attempt: course.attempt,
        next_at: course
            .wait
            .map(|wait| format!("{:.3}", Timestamp::now() + wait)),
        code: course.code,
        message: course.message,
        problems,
        answer_id: course.id,
        duration_ms: took.as_millis() as u64,
    }
}

/// Why the destination is on hold until a time of RFC 3339.
fn left_alone_until(at: &str) -> String {
    let at: Option<Timestamp> = at.parse().ok();
    let at = at.map(|at| at.strftime("%F %H:%M UTC").to_string());
    format!("it wants to be left alone until {}", at.unwrap_or_default())
}

/// How long it is until then; nothing for what is past or no time.
fn until(at: &str) -> Duration {
    let at: Option<Timestamp> = at.parse().ok();
    let left = at.map(|at| at.duration_since(Timestamp::now()));
    left.and_then(|left| Duration::try_from(left).ok())
        .unwrap_or_default()
}

/// `attempt` is 1-based within the delivery.
fn log(run: RunId, ended: &Ended, attempt: u32) {
    tracing::info!(
        target: "redrive",
        event = "send",
        stage = "send",
        run = run.0,
        record = ended.record.0,
        attempt,
        outcome = ended.state.word(),
        code = ended.code,
        answer_id = ended.answer_id,
        duration_ms = ended.duration_ms,
    );
}
