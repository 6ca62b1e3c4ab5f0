//! Taking a sending over from a process that cannot be seen: it may be at work, and only a person can know.

use super::{Seen, Sending};
use crate::{
    model::{Plan, Sender},
    text,
    tui::{
        event::{Answer, Cx, Effect, JobRequest, Query, Question},
        words,
    },
};

impl Sending {
    /// Why there is nothing to take over.
    pub(super) fn not_taken_over(&self) -> Option<&'static str> {
        let Seen::Known(Some(plan)) = &self.seen else {
            return Some("nothing is being sent");
        };
        if self.live.is_some() {
            return Some("it is sent here");
        }
        match plan.sender {
            Sender::Unseen => None,
            Sender::ThisProcess => Some("it is sent here"),
            Sender::AnotherProcess => Some("whoever sends it is seen at work"),
            Sender::Nobody => Some("nobody sends it now"),
        }
    }

    /// Looks what would be sent.
    pub(super) fn ask_to_take_over(&mut self, cx: &mut Cx) {
        if let Seen::Known(Some(plan)) = &self.seen {
            let of = Some((plan.is_open.then_some(plan.plan), plan.destination.clone()));
            let run = self.run;
            self.asked = Some(cx.ask(Query::Plan { run, of }));
        }
    }

    /// Asks whether it is known that the other has ended.
    pub(super) fn ask_whether_it_ended(answer: anyhow::Result<Answer>, cx: &mut Cx) {
        match answer {
            Ok(Answer::Plan(plan)) if plan.planned == 0 => cx.say("Nothing is left to be sent."),
            Ok(Answer::Plan(plan)) => cx.effects.push(Effect::Confirm(question(&plan))),
            Ok(_) => {}
            Err(error) => cx.say(words::reported(&error)),
        }
    }
}

fn question(plan: &Plan) -> Question {
    let records = text::count(plan.planned, "record");
    let name = text::safe(&plan.destination).into_owned();
    Question {
        title: format!("Has whoever sends to {name} ended?"),
        body: vec![
            "It cannot be seen from here: it is in another container, on another host, or somebody else's.".to_owned(),
            format!(
                "If it still works, what it has on its way may reach {name} twice. What it was trying is tried again only \
                 where {name} tells a repeat."
            ),
            String::new(),
            format!("{records} left. {}", words::cannot_be_undone(&plan.environment)),
        ],
        typed: words::typed_before_sending(&plan.environment, plan.planned),
        safe: "I do not know".to_owned(),
        also: None,
        verb: format!("Send {records} in its place"),
        then: Box::new(Effect::Start(JobRequest::Send {
            run: plan.run,
            to: plan.destination.clone(),
            expect: plan.planned,
            plan: plan.id,
            only: None,
            take_over: true,
        })),
    }
}
