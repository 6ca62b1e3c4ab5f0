//! What will be sent, before anything leaves.

mod draw;
#[cfg(test)]
mod tests;

use super::asked;
use crate::{
    filter::{Filter, Wanted},
    model::{Fault, PlanId, RecordDetail, RecordId, RunId, Status},
    ops::Review as Facts,
    text,
    tui::{
        action::{Action, Offer},
        aiming::choosing,
        among::whole_run,
        clock::Clock,
        event::{Answer, Cx, Effect, JobRequest, Query, Question, Route, Ticket},
        keymap::Keys,
        words,
    },
};

#[derive(Debug)]
pub struct Review {
    keys: Keys,
    run: RunId,
    state: State,
    pending: Option<Ticket>,
    /// Which of the records is shown.
    at: usize,
    record: Option<Box<RecordDetail>>,
    record_pending: Option<Ticket>,
    /// The first line of the record that is shown.
    top: usize,
    /// The destination that was chosen, where the contract names more than one.
    to: Option<String>,
    clock: Clock,
}

#[derive(Debug)]
enum State {
    Loading,
    /// It is not clear where to.
    Open,
    Failed(String),
    Known(Box<Facts>),
}

impl Review {
    pub fn open(run: RunId, cx: &mut Cx) -> Self {
        Self {
            keys: cx.keys,
            run,
            state: State::Loading,
            pending: Some(cx.ask(Query::Review {
                run,
                to: cx.to.clone(),
            })),
            at: 0,
            record: None,
            record_pending: None,
            top: 0,
            to: cx.to.clone(),
            clock: cx.clock.clone(),
        }
    }

    pub fn offers(&self) -> Vec<Offer> {
        if self.is_open() {
            return vec![Offer::new(Action::Open, "Where to?")];
        }
        let Some(facts) = self.facts().filter(|facts| !facts.ids.is_empty()) else {
            return Vec::new();
        };
        let all = text::thousands(facts.plan.planned);
        let is_continued = facts
            .plan
            .continued
            .then_some("a sending that was stopped is continued first");
        vec![
            Offer::new(Action::Send, format!("Send {all}...")),
            Offer::new(Action::TryOne, "Try 1 first").unless(is_continued),
            Offer::new(Action::Open, "List records"),
            Offer::new(Action::SetAside, "Set aside").unless(is_continued),
            Offer::new(Action::NextRecord, "Next"),
            Offer::new(Action::PreviousRecord, ""),
        ]
    }

    /// Whether it is not clear where to, which is offered to be chosen then.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Open)
    }

    /// The destination of what is shown, and its environment.
    pub fn sends_to(&self) -> Option<(&str, Option<&str>)> {
        let plan = &self.facts()?.plan;
        Some((&plan.destination, Some(&plan.environment)))
    }

    /// The unfinished plan that is shown, if it is one, and where it goes.
    pub fn planned(&self) -> Option<(Option<PlanId>, String)> {
        let plan = &self.facts()?.plan;
        Some((plan.id, plan.destination.clone()))
    }

    /// Shows what would go to the destination that was chosen.
    pub fn aim(&mut self, cx: &mut Cx) {
        self.to.clone_from(&cx.to);
        self.state = State::Loading;
        (self.at, self.record, self.top) = (0, None, 0);
        self.refresh(cx);
    }

    fn ask_where(&self, cx: &mut Cx) {
        let list = choosing(&cx.places, self.to.as_deref());
        cx.effects.push(Effect::Choose(Box::new(list)));
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        let records = self.facts().map_or(0, |facts| facts.ids.len());
        match action {
            Action::Open if self.is_open() => self.ask_where(cx),
            Action::NextRecord | Action::Right if self.at + 1 >= records => {
                cx.say("This is the last record that is sent.");
            }
            Action::NextRecord | Action::Right => self.show(self.at + 1, cx),
            Action::PreviousRecord | Action::Left if self.at == 0 => {
                cx.say("This is the first record that is sent.");
            }
            Action::PreviousRecord | Action::Left => self.show(self.at - 1, cx),
            Action::First => self.show(0, cx),
            Action::Last => self.show(records.saturating_sub(1), cx),
            Action::Down => self.top += 1,
            Action::Up if self.top == 0 => cx.effects.push(Effect::Tabs),
            Action::Up => self.top -= 1,
            Action::PageDown => self.top += usize::from(cx.size.height / 3),
            Action::PageUp => self.top = self.top.saturating_sub(usize::from(cx.size.height / 3)),
            Action::Open if records > 0 => cx.go(ready(self.run)),
            Action::TryOne => self.try_one(cx),
            Action::SetAside => {
                if let Some(id) = self.shown() {
                    let asked = asked::reason_for_record(self.run, id, cx.keys);
                    cx.effects.push(asked);
                }
            }
            Action::Back => cx.back(),
            _ => {}
        }
    }

    /// Sends the record that is shown, and only that: its answer tells whether the others can go.
    fn try_one(&mut self, cx: &mut Cx) {
        let (Some(facts), Some(id)) = (self.facts(), self.shown()) else {
            return cx.say("Not now: nothing is ready to be sent.");
        };
        if facts.plan.continued {
            return cx.say("Not now: a sending that was stopped is continued first.");
        }
        let name = text::safe(&facts.plan.destination).into_owned();
        let question = Question {
            title: format!("Send {} to {name}?", self.named(id)),
            body: vec![
                words::cannot_be_undone(&facts.plan.environment),
                "Only this record goes. The others stay ready.".to_owned(),
            ],
            typed: words::typed_before_sending(&facts.plan.environment, 1),
            safe: "Go back".to_owned(),
            also: None,
            verb: format!("Send record {id}"),
            then: Box::new(Effect::Start(JobRequest::Send {
                run: self.run,
                to: facts.plan.destination.clone(),
                expect: 1,
                plan: None,
                only: Some(id),
                take_over: false,
            })),
        };
        cx.effects.push(Effect::Confirm(question));
    }

    /// `record 7 (CUS-0000007)`; the key only once it has come. Safe to print.
    fn named(&self, id: RecordId) -> String {
        let known = self.record.as_ref().filter(|record| record.row.id == id);
        match known.and_then(|record| record.row.key.as_deref()) {
            Some(key) => format!("record {id} ({})", text::shorten(&text::safe(key), 24)),
            None => format!("record {id}"),
        }
    }

    fn show(&mut self, at: usize, cx: &mut Cx) {
        if at != self.at {
            self.top = 0;
        }
        self.at = at;
        self.record_pending = self.shown().map(|id| cx.ask(Query::Record { id }));
    }

    fn shown(&self) -> Option<RecordId> {
        self.facts()?.ids.get(self.at).copied()
    }

    fn facts(&self) -> Option<&Facts> {
        match &self.state {
            State::Known(facts) => Some(facts),
            _ => None,
        }
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        [self.pending, self.record_pending].contains(&Some(ticket))
    }

    pub fn receive(&mut self, ticket: Ticket, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        if self.record_pending == Some(ticket) {
            self.record_pending = None;
            if let Ok(Answer::Record(record)) = answer {
                self.record = Some(record);
            }
            return;
        }
        self.pending = None;
        match answer {
            Ok(Answer::Review(facts)) => {
                self.at = self.at.min(facts.ids.len().saturating_sub(1));
                if facts.ids.is_empty() {
                    self.record = None;
                }
                self.state = State::Known(facts);
                self.show(self.at, cx);
            }
            Ok(_) => {}
            Err(error) if cx.has_choice() && is_open(&error) => {
                // It is asked once; Enter asks again.
                if matches!(self.state, State::Loading) {
                    self.ask_where(cx);
                }
                self.state = State::Open;
            }
            Err(error) => {
                let fault = error.downcast_ref::<Fault>();
                let mut why = words::reported(&error);
                if fault.is_some_and(|fault| fault.code == "send:no_contract") {
                    let commands = self.keys.of(Action::Commands);
                    why +=
                        &format!(" {commands} and \"open a file\" loads its file again with one.");
                }
                self.state = State::Failed(why);
            }
        }
    }

    pub fn refresh(&mut self, cx: &mut Cx) {
        // The plan of the one record that is on its way is no sending that was stopped.
        if cx.tries {
            return;
        }
        self.pending = Some(cx.ask(Query::Review {
            run: self.run,
            to: self.to.clone(),
        }));
    }

    pub fn tip(&self) -> String {
        match self.facts() {
            Some(facts) if facts.plan.continued => format!(
                "Nothing more has been sent yet. {} continues the sending that was stopped.",
                self.keys.of(Action::Send)
            ),
            Some(facts) if facts.ids.is_empty() => "Nothing is ready to be sent.".to_owned(),
            Some(_) => format!(
                "Nothing has been sent yet. {} sends one record first and shows the answer.",
                self.keys.of(Action::TryOne)
            ),
            None if self.is_open() => "Nothing has been sent yet.".to_owned(),
            None => String::new(),
        }
    }
}

/// Whether it is not clear which destination is meant.
fn is_open(error: &anyhow::Error) -> bool {
    let fault = error.downcast_ref::<Fault>();
    fault.is_some_and(|fault| fault.code == "send:destination")
}

/// The list of all that is ready.
fn ready(run: RunId) -> Route {
    match whole_run(run) {
        Route::Records { run, .. } => Route::Records {
            run,
            filter: Filter::all_of([Wanted::Run(run), Wanted::Status(vec![Status::Ready])]),
            title: "Ready to send".to_owned(),
            field: None,
            typed: None,
        },
        other => other,
    }
}
