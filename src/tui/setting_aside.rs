//! Setting records aside: those that were counted, or none. A number that has changed is said, and asked again.

use super::{
    answers::Asked,
    app::App,
    event::{JobRequest, Query},
    overlays::{Overlay, Prompt},
    pages,
    running::Running,
    words,
};
use crate::{model::Fault, ops::Counted, text};

impl App {
    /// Asks for a line of text. The records that it is about are counted while one types.
    pub(super) fn prompt(&mut self, prompt: Prompt) {
        // What was asked for another question is no answer to this one.
        let is_of_another = |asked: &Asked| matches!(asked, Asked::Aside | Asked::Opening(_));
        self.asked.retain(|(_, asked)| !is_of_another(asked));
        if let Some(filter) = prompt.counts() {
            let ticket = self.cx.ask(Query::CountAside(Box::new(filter.clone())));
            self.asked.push((ticket, Asked::Aside));
        }
        self.overlay = Some(Overlay::Prompt(prompt));
    }

    /// So many would be set aside. Whoever has gone back meanwhile is not told.
    pub(super) fn counted(&mut self, found: &Counted) {
        if let Some(Overlay::Prompt(prompt)) = &mut self.overlay {
            prompt.counted(found);
        }
    }

    /// Nothing can be set aside that cannot be counted.
    pub(super) fn cannot_count(&mut self, error: &anyhow::Error) {
        if matches!(&self.overlay, Some(Overlay::Prompt(prompt)) if prompt.counts().is_some()) {
            self.overlay = None;
            self.status = Some(words::reported(error));
        }
    }

    /// A job has failed: its words are said, and where others were faster than the answer it is asked again.
    pub(super) fn failed(&mut self, was: Option<Running>, error: &anyhow::Error) {
        self.status = Some(words::reported(error));
        let Some(fault) = error.downcast_ref::<Fault>() else {
            return;
        };
        if fault.code == "load:again"
            && self.looks_at_runs()
            && let Some(job) = was
        {
            return self.ask_to_load_again(job.request, &fault.message);
        }
        if fault.code.starts_with("contract:")
            && self.looks_at_runs()
            && let Some(JobRequest::Load { path, contract, .. }) =
                was.as_ref().map(|job| &job.request)
        {
            return self.ask_for_contract_again(path, contract.as_deref(), fault);
        }
        // What is in front is not taken away under the fingers; the status line says what happened.
        let request = was.map(|job| job.request);
        let run = request.as_ref().and_then(JobRequest::run);
        if fault.code != "aside:changed" || !self.may_come(run) {
            return;
        }
        if let Some(JobRequest::Aside {
            filter,
            reason,
            counted,
        }) = request
        {
            let counted = counted.map_or(0, |counted| counted.len() as u64);
            let problem = (self.pages.iter()).find_map(|page| page.problem_of(&filter));
            let wanting = pages::reason_for(counted, *filter, problem);
            let why = text::safe(&words::sentence(&fault.message)).into_owned();
            let reason = reason.unwrap_or_default();
            let mut prompt = Prompt::again(wanting, &reason, why);
            prompt.wait();
            self.prompt(prompt);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::{
        model::RecordId,
        tui::{
            event::{Answer, Effect, Event, Ticket},
            testing::{feed, picture, press, problems, shows, wishes},
        },
    };

    fn counting(effects: &[Effect]) -> Ticket {
        let asks = |effect: &Effect| match effect {
            Effect::Ask(ticket, Query::CountAside(_)) => Some(*ticket),
            _ => None,
        };
        effects.iter().find_map(asks).expect("they are counted")
    }

    fn found(app: &mut App, ticket: Ticket, ids: &[i64], stay: u64) {
        let records = ids.iter().copied().map(RecordId).collect();
        let counted = Counted { records, stay };
        let effects = app.update(Event::Answer(ticket, Ok(Answer::Counted(counted))));
        assert_eq!(effects, []);
    }

    fn started(effects: &[Effect]) -> Vec<RecordId> {
        match effects {
            [Effect::Start(JobRequest::Aside { counted, .. })] => {
                counted.as_deref().unwrap().to_vec()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nothing_is_agreed_to_before_it_is_counted_nor_while_the_number_changes_under_the_fingers() {
        let mut app = problems((80, 24));
        let now = Instant::now();
        app.update(Event::Tick(now));
        let ticket = counting(&wishes(&mut app, "x"));
        shows(&mut app, "Set aside 412 records?");
        shows(&mut app, "They are being counted ...");
        assert_eq!(wishes(&mut app, "tests<ret>"), []);
        found(&mut app, ticket, &[7, 14], 3);
        shows(&mut app, "Set aside 2 records?");
        shows(&mut app, "3 records on the way or sent stay as before.");
        // Enter was meant for the number before.
        assert_eq!(wishes(&mut app, "<ret>"), []);
        app.update(Event::Tick(now + Duration::from_millis(300)));
        assert_eq!(started(&wishes(&mut app, "<ret>")), [7, 14].map(RecordId));
    }

    #[test]
    fn the_number_of_one_question_is_not_the_answer_to_another() {
        let mut app = problems((80, 24));
        let ticket = counting(&wishes(&mut app, "x"));
        press(&mut app, "<esc><ret><ret>");
        press(&mut app, "x");
        shows(&mut app, "Set aside record 7?");
        found(&mut app, ticket, &[7, 14], 0);
        shows(&mut app, "Set aside record 7?");
        assert_eq!(started(&wishes(&mut app, "twice<ret>")), [RecordId(7)]);
    }

    #[test]
    fn what_cannot_be_loaded_is_asked_about_where_the_runs_are_in_front() {
        for code in ["load:again", "contract:value"] {
            let fails = |keys: &str| {
                let mut app = problems((80, 24));
                let load = JobRequest::Load {
                    path: "in/orders.csv".into(),
                    contract: None,
                    again: false,
                };
                app.cx.start(load);
                app.settle();
                press(&mut app, keys);
                let fault = Fault::unusable(code, "it is of no use");
                app.update(Event::Finished(Err(fault.into())));
                app
            };
            let mut app = fails(":another<ret>");
            assert!(app.overlay.is_some(), "{code}");
            shows(&mut app, "It is of no use.");
            for keys in ["", "2", "2<ret>", ":another<ret>/"] {
                let app = fails(keys);
                assert!(app.overlay.is_none(), "{code} {keys}");
                let said = app.status.as_deref().unwrap_or_default();
                assert!(said.contains("is of no use."), "{said}");
            }
        }
    }

    #[test]
    fn a_number_that_changed_since_is_asked_about_where_its_run_is_in_front() {
        let mut app = problems((80, 24));
        press(&mut app, "xtest orders<ret>:another<ret>");
        let fault = Fault::unusable("aside:changed", "it is 2 records now, not 412");
        app.update(Event::Finished(Err(fault.into())));
        assert!(app.overlay.is_none());
        shows(&mut app, "It is 2 records now, not 412.");
    }

    #[test]
    fn where_nothing_can_be_set_aside_enter_does_nothing() {
        let mut app = problems((80, 24));
        let ticket = counting(&wishes(&mut app, "x"));
        found(&mut app, ticket, &[], 0);
        shows(&mut app, "None of them can be set aside.");
        assert_eq!(wishes(&mut app, "tests<ret>"), []);
    }

    #[test]
    fn a_number_that_changed_since_is_said_and_asked_again_with_the_reason_that_was_typed() {
        let mut app = problems((80, 24));
        press(&mut app, "xtest orders<ret>");
        let fault = Fault::unusable("aside:changed", "it is 2 records now, not 412");
        let effects = app.update(Event::Finished(Err(fault.into())));
        let ticket = counting(&effects);
        found(&mut app, ticket, &[7, 14], 0);
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  customers-2025-11-20                       to crm [TEST]  saved 02:41
         [1 Problems 6] 2 Records 1,387  3 Review 3  4 Send  5 History 4           Menu
        ┌ Where records stopped ─────────────────────────────── passed 8,613 of 10,000 ┐
        │ Read -12  >  Check -1,375  >  Passed 86.1%                                   │
        │ Needs fixing 1,384   Ready to send 3   Sent 0                                │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ 6 problems in 1,384 records, 1 done ────────────────────── top 2 explain 52% ┐
        │   Problem                        Field           Stage Records Share         │
        │ > Email address not complete     contact_email   Check     412 ██▍       30% │
        │   ┌ Set aside 2 records? ────────────────────────────────────────────────┐2% │
        │   │ Email address not complete. They are neither fixed nor sent until    │5% │
        │   │ somebody takes them back.                                            │8% │
        │   │                                                                      │6% │
        │   │ Reason  [ test orders                                              ] │1% │
        │   └──────────────────────────────────────────────────────────────────────┘   │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ About this problem  (z more) ──────────────────────────────────────── 1 of 7 ┐
        │ What   This e-mail address is not complete.                                  │
        │ Since  Lines 18 to 9,991, 380 before.   Cause  Probably ONE: a single shape… │
        │ Values a+@ 371, (empty) 41   e.g. "office@"  (line 15)                       │
        │ To do  Write it like name@example.com.                                       │
        └──────────────────────────────────────────────────────────────────────────────┘
         It is 2 records now, not 412.
         Enter Set aside  Ctrl+U Clear                                       Esc Cancel
        "#);
        assert_eq!(started(&wishes(&mut app, "<ret>")), [7, 14].map(RecordId));
        feed(&mut app, effects);
    }
}
