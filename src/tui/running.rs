//! The one long job: its start, how far it is, its end, and what is asked before it is cut short.

use super::{
    action::Action,
    app::{App, Exit},
    event::{Effect, JobRequest, Outcome, Question, Route, Steer, Ticket},
    overlays::{Button, Dialog, Overlay},
    pages::{Page, report_on},
    tabs::Tab,
    words,
};
use crate::{
    filter::Filter,
    model::{RecordId, RunId, SendReport},
    ops::{Flow, Progress, SendProgress, Turn},
    said, text,
};

/// Said where another job is started while one runs.
pub(super) const BUSY: &str = "Not now: something is running already.";

/// The job under way.
#[derive(Debug)]
pub struct Running {
    pub ticket: Ticket,
    pub request: JobRequest,
    pub progress: Progress,
    pub stopping: bool,
}

impl Running {
    /// What it is, at the beginning of a sentence.
    pub fn name(&self) -> &'static str {
        match self.request {
            JobRequest::Send { .. } => "Sending",
            JobRequest::GiveBack { .. } => "Taking out of the plan",
            JobRequest::Check { .. } => "Checking",
            JobRequest::FixPreview(_) => "Looking what would happen",
            JobRequest::Fix { .. } => "Fixing",
            JobRequest::GoBack { .. } => "Going back",
            JobRequest::Turn {
                what: Turn::Undo(_),
                ..
            } => "Undoing",
            JobRequest::Turn {
                what: Turn::Redo(_),
                ..
            } => "Redoing",
            JobRequest::Load { .. } => "Loading",
            JobRequest::Demo => "Preparing the demo",
            JobRequest::Aside {
                reason: Some(_), ..
            } => "Setting aside",
            JobRequest::Aside { .. } => "Taking back",
        }
    }

    /// `12,000 records read, 35%`
    fn loaded_so_far(&self) -> String {
        let records = text::count(self.progress.records, "record");
        let total = self.progress.total.unwrap_or_default();
        match (self.progress.done * 100).checked_div(total) {
            Some(percent) => format!("{records} read, {percent}%"),
            None => format!("{records} read"),
        }
    }

    /// What becomes of it when it is stopped.
    fn when_stopped(&self) -> &'static str {
        match self.request {
            JobRequest::Send { .. } => {
                "What is on its way is waited for. The rest stays ready to send."
            }
            JobRequest::GoBack { .. } => {
                "The steps that are undone already stay so, each as a whole. The others stay as they are."
            }
            JobRequest::Load { .. } | JobRequest::Demo => {
                "It is loaded as a whole or not at all: no run is left behind."
            }
            JobRequest::FixPreview(_)
            | JobRequest::Fix { .. }
            | JobRequest::Aside { .. }
            | JobRequest::Turn { .. }
            | JobRequest::GiveBack { .. }
            | JobRequest::Check { .. } => {
                "It is done as a whole or not at all: nothing is changed."
            }
        }
    }

    /// What becomes of it when the program is left.
    fn when_left(&self) -> &'static str {
        match self.request {
            JobRequest::Send { .. } => {
                "What is on its way is waited for. The next send goes on with the rest."
            }
            _ => self.when_stopped(),
        }
    }

    /// `600 of 1,199 are done`.
    pub fn so_far(&self) -> String {
        let planned = match self.request {
            JobRequest::Send { expect, .. } => Some(expect),
            _ => None,
        };
        if matches!(self.request, JobRequest::Load { .. } | JobRequest::Demo) {
            return self.loaded_so_far();
        }
        let done = text::thousands(self.progress.done);
        let so_far = match self.progress.total.or(planned) {
            Some(total) => format!("{done} of {} are done", text::thousands(total)),
            None => format!("{done} are done"),
        };
        match self.progress.waits {
            // A line that is too long loses its last sentence.
            Some(waits) => format!("{}. {so_far}", waits.words()),
            None => so_far,
        }
    }
}

/// What is done of a sending, and what becomes of the rest when it is stopped.
fn when_sending_stops(sending: &SendProgress) -> Vec<String> {
    let tally = sending.tally;
    let mut body = vec![format!(
        "{} of {} are done: {} sent, {} refused.",
        text::thousands(tally.done()),
        text::thousands(tally.total()),
        text::thousands(tally.sent),
        text::thousands(tally.refused)
    )];
    if tally.in_flight > 0 {
        body.push(format!(
            "{} on the way. redrive waits for {}.",
            match tally.in_flight {
                1 => "1 is".to_owned(),
                many => format!("{} are", text::thousands(many)),
            },
            if tally.in_flight == 1 {
                "its answer"
            } else {
                "their answers"
            }
        ));
    }
    if tally.waiting > 0 {
        let stay = if tally.waiting == 1 { "stays" } else { "stay" };
        let waiting = text::thousands(tally.waiting);
        body.push(format!("{waiting} {stay} ready to send."));
    }
    if tally.again > 0 {
        let again = text::is_are(tally.again, "record");
        body.push(format!("{again} tried again with the next send."));
    }
    body
}

impl App {
    /// Whether a job runs, which says again and again how far it is.
    pub fn is_working(&self) -> bool {
        self.job.is_some()
    }

    pub(super) fn begin(&mut self, ticket: Ticket, request: JobRequest, outside: &mut Vec<Effect>) {
        self.job = Some(Running {
            ticket,
            request: request.clone(),
            progress: Progress::default(),
            stopping: false,
        });
        // One record alone is answered where it was asked for.
        let sends = matches!(request, JobRequest::Send { only: None, .. });
        self.cx.tries = matches!(request, JobRequest::Send { only: Some(_), .. });
        outside.push(Effect::Start(request));
        if sends {
            self.go_to_tab(Tab::Send);
        }
    }

    /// Asks a job to stop. One that is over is not, nor the one that came after it.
    pub(super) fn cancel(&mut self, ticket: Ticket) -> Option<Effect> {
        let job = self.job.as_mut().filter(|job| job.ticket == ticket)?;
        job.stopping = true;
        Some(Effect::Cancel(ticket))
    }

    /// Stops a job for good: what is not sent by then is not kept for the next send.
    pub(super) fn stop_job(&mut self, ticket: Ticket) -> Vec<Effect> {
        let Some(cancel) = self.cancel(ticket) else {
            return Vec::new();
        };
        match self.job.as_ref().map(|job| &job.request) {
            Some(JobRequest::Send { .. }) => vec![Effect::Steer(Steer::GiveBack), cancel],
            _ => vec![cancel],
        }
    }

    /// Leaves the program, once the job that runs has stopped.
    pub(super) fn leave(&mut self) -> Option<Effect> {
        let Some(running) = self.job.as_ref().map(|job| job.ticket) else {
            self.exit = Some(Exit::Quit);
            return None;
        };
        self.leaving = true;
        self.cancel(running)
    }

    pub(super) fn progressed(&mut self, progress: Progress) {
        let Some(job) = &mut self.job else { return };
        for page in self.pages.iter_mut() {
            page.progress(job.request.run(), &progress);
        }
        job.progress = progress;
    }

    pub(super) fn finished(&mut self, outcome: anyhow::Result<Outcome>) {
        let was = self.job.take();
        (self.cx.job, self.cx.tries) = (None, false);
        if self.leaving {
            self.exit = Some(Exit::Quit);
            return;
        }
        let is_preview =
            (was.as_ref()).is_some_and(|job| matches!(job.request, JobRequest::FixPreview(_)));
        let run = was.as_ref().and_then(|job| job.request.run());
        let run = run.or(self.run.as_ref().map(|run| run.id));
        if let Some(ticket) = was.as_ref().map(|job| job.ticket) {
            for page in self.pages.iter_mut() {
                page.ended(ticket, outcome.as_ref(), &mut self.cx);
            }
        }
        match outcome {
            Ok(Outcome::FixPreviewed(_)) => return,
            Ok(Outcome::Fixed(report)) => {
                let said = words::fixed(&report);
                self.offer_skipped(&said, run, &report.skipped);
                self.status = Some(words::fixed_status(&report, self.cx.keys));
            }
            // The page that asked has been told.
            Err(_) if is_preview => return,
            Ok(Outcome::Sent(report)) => self.sent(run, &report),
            Ok(Outcome::GivenBack(report)) => self.status = Some(said::given_back(&report)),
            Ok(Outcome::Tried(tried)) => self.tried(run, &tried),
            Ok(Outcome::Aside { report, back }) => {
                let said = words::aside(&report, back, self.cx.keys);
                self.offer_skipped(&said, run, &report.skipped);
                self.status = Some(said);
            }
            Ok(Outcome::Loaded(report)) => self.loaded(&report),
            Ok(Outcome::Elsewhere(place)) => self.made(place),
            Ok(Outcome::WentBack(report)) => {
                self.status = Some(words::went_back(&report, self.cx.keys));
            }
            Ok(Outcome::Turned { report, is_redo }) => {
                self.status = Some(words::undone(&report, is_redo, self.cx.keys));
            }
            Ok(Outcome::Checked(report)) => self.status = Some(words::checked(&report)),
            Err(error) if words::is_stopped(&error) => {
                let sending = was.is_some_and(|job| matches!(job.request, JobRequest::Send { .. }));
                self.status = Some(words::stopped(sending, self.cx.keys));
            }
            Err(error)
                if (was.as_ref())
                    .is_some_and(|job| matches!(job.request, JobRequest::Send { .. })) =>
            {
                self.cannot_send(run, &error);
            }
            Err(error) => self.failed(was, &error),
        }
        self.refresh();
    }

    /// Says what came of a send of a run.
    fn sent(&mut self, run: Option<RunId>, report: &SendReport) {
        let (title, body) = words::sent(report);
        self.status = Some(format!("{title}. {}", body[0]));
        let button = |label: &str, then| Button {
            label: label.to_owned(),
            then,
        };
        let is_shown = run.is_some() && run == self.shown_run().map(|run| run.id);
        let mut buttons = Vec::new();
        if report.refused > 0 && is_shown {
            let problems = Effect::Act(Action::ProblemsTab);
            buttons.push(button("Go to problems", Some(problems)));
        }
        if let Some(run) = run.filter(|_| is_shown) {
            buttons.push(button("Export report", Some(report_on(run))));
        }
        buttons.push(button("Close", None));
        // Nothing is taken away under the fingers; the status line has said it.
        if self.may_come(None) {
            let dialog = Dialog::tell(title, body, buttons).safe_last();
            self.overlay = Some(Overlay::Dialog(dialog));
        }
    }

    /// Offers to list the records that a step of many left as they are, if there are any.
    fn offer_skipped(&mut self, said: &str, run: Option<RunId>, skipped: &[RecordId]) {
        let Some(run) = run else { return };
        // Nothing is taken away under the fingers; the status line says how many they are.
        if skipped.is_empty() || !self.may_come(Some(run)) {
            return;
        }
        let list = Route::Records {
            run,
            filter: Filter::of_records(run, skipped.into()),
            title: "Left as they are".to_owned(),
            field: None,
            typed: None,
        };
        let records = text::count(skipped.len() as u64, "record");
        let body = vec![
            said.to_owned(),
            "Somebody changed or sent the others meanwhile: they stay as they are.".to_owned(),
        ];
        let button = |label: String, then| Button { label, then };
        let buttons = vec![
            button("Close".to_owned(), None),
            button(format!("List {records}"), Some(Effect::Go(list))),
        ];
        let title = format!("Left as they are: {records}");
        let dialog = Dialog::tell(title, body, buttons);
        self.overlay = Some(Overlay::Dialog(dialog));
    }

    pub(super) fn ask_to_quit(&mut self) {
        let Some(job) = &self.job else {
            return self.leave_unless_unsent();
        };
        let question = Question {
            title: "Leave redrive?".to_owned(),
            body: vec![
                format!("{} has not ended: {}.", job.name(), job.so_far()),
                format!("Leaving stops it. {}", job.when_left()),
            ],
            typed: None,
            safe: "Stay".to_owned(),
            also: None,
            verb: "Stop and leave".to_owned(),
            then: Box::new(Effect::Quit),
        };
        self.cx.effects.push(Effect::Confirm(question));
    }

    pub(super) fn ask_to_stop(&mut self) {
        let Some(job) = &self.job else {
            return self.ask_to_give_back();
        };
        let so_far = format!("{}.", job.so_far());
        let mut question = Question {
            title: format!("Stop {}?", job.name().to_lowercase()),
            body: vec![so_far, job.when_stopped().to_owned()],
            typed: None,
            safe: "Keep going".to_owned(),
            also: None,
            verb: "Stop".to_owned(),
            then: Box::new(Effect::Cancel(job.ticket)),
        };
        if let Some(sending) = &job.progress.sending {
            "Keep sending".clone_into(&mut question.safe);
            question.body = when_sending_stops(sending);
            if sending.flow != Flow::Paused {
                let pause = Effect::Steer(Steer::Pause(true));
                question.also = Some(("Pause".to_owned(), Box::new(pause)));
            }
        }
        self.cx.effects.push(Effect::Confirm(question));
    }

    /// Nobody sends the plan in front any more: its records can be had back.
    fn ask_to_give_back(&mut self) {
        let Page::Sending(page) = self.pages.top() else {
            return;
        };
        self.cx.effects.extend(page.ask_to_give_back());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        model::{FixReport, StepId, UndoReport},
        tui::{
            event::{Answer, Event, Query, Wish},
            pages::Stack,
            testing::{
                self, feed, feed_with, older_run, picture, press, problems, shows, shows_not,
            },
            tests::scenes::sending,
        },
    };

    #[test]
    fn what_a_fix_of_many_left_as_it_is_can_be_listed() {
        let mut app = problems((80, 24));
        let report = FixReport {
            changed: 987,
            ready: 987,
            skipped: [14, 21].map(RecordId).to_vec(),
            ..FixReport::default()
        };
        let effects = app.update(Event::Finished(Ok(Outcome::Fixed(report))));
        feed(&mut app, effects);
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  customers-2025-11-20                       to crm [TEST]  saved 02:41
         [1 Problems 6] 2 Records 1,387  3 Review 3  4 Send  5 History 4           Menu
        ┌ Where records stopped ─────────────────────────────── passed 8,613 of 10,000 ┐
        │ Read -12  >  Check -1,375  >  Passed 86.1%                                   │
        │ Needs fixing 1,384   Ready to send 3   Sent 0                                │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ 6 problems in 1,384 records, 1 done ────────────────────── top 2 explain 52% ┐
        │   Problem                        Field           Stage Records Share         │
        ┌ Left as they are: 2 records ─────────────────────────────────────────────────┐
        │ Fixed 987 records: 987 ready, 0 still to fix, 2 changed by others and        │
        │ skipped.                                                                     │
        │ Somebody changed or sent the others meanwhile: they stay as they are.        │
        │                                                                              │
        │ [>Close ]     [ List 2 records ]                                             │
        └──────────────────────────────────────────────────────────────────────────────┘
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ About this problem  (z more) ──────────────────────────────────────── 1 of 7 ┐
        │ What   This e-mail address is not complete.                                  │
        │ Since  Lines 18 to 9,991, 380 before.   Cause  Probably ONE: a single shape… │
        │ Values a+@ 371, (empty) 41   e.g. "office@"  (line 15)                       │
        │ To do  Write it like name@example.com.                                       │
        └──────────────────────────────────────────────────────────────────────────────┘

         Enter Close  Tab Next button                                         Esc Close
        "#);
        let asked = press(&mut app, "<Right><ret>");
        let list = Filter::of_records(RunId(1), [14, 21].map(RecordId).into());
        let lists = |effect: &Effect| matches!(effect, Effect::Ask(_, Query::Ids { filter }) if *filter == list);
        assert!(asked.iter().any(lists), "{asked:?}");
        assert!(picture(&mut app).contains("Left as they are"));
    }

    #[test]
    fn a_fix_that_left_nothing_asks_nothing() {
        let mut app = problems((80, 24));
        let report = FixReport {
            changed: 987,
            ..FixReport::default()
        };
        app.update(Event::Finished(Ok(Outcome::Fixed(report))));
        assert!(app.overlay.is_none());
    }

    /// Another run in front, while a send of the first goes on.
    fn beside_a_send() -> App {
        let mut app = problems((100, 30));
        press(&mut app, "S<Right><ret>");
        app.update(Event::Progress(sending()));
        let run = older_run();
        app.pages = Stack::reached(Route::Groups { run: run.id }, &mut app.cx);
        let effects = app.settle();
        feed_with(&mut app, effects, &|query| match query {
            Query::Groups { .. } => Answer::Groups {
                run: older_run(),
                groups: Vec::new(),
            },
            other => testing::answer(other),
        });
        app
    }

    #[test]
    fn an_answer_about_a_run_that_was_left_changes_nothing() {
        let mut app = beside_a_send();
        let late = Answer::Groups {
            run: testing::run(),
            groups: testing::groups(),
        };
        let before = picture(&mut app);
        assert_eq!(app.update(Event::Answer(Ticket(0), Ok(late))), []);
        assert_eq!(picture(&mut app), before);
    }

    #[test]
    fn a_send_is_shown_where_its_run_is_shown() {
        let mut app = problems((100, 30));
        press(&mut app, "S<Right><ret>");
        app.update(Event::Progress(sending()));
        shows(&mut app, "[4 Send 50%]");
        let mut app = beside_a_send();
        press(&mut app, "4");
        shows(&mut app, "[4 Send]");
        shows(&mut app, "Nothing was sent yet.");
        app.update(Event::Progress(sending()));
        shows(&mut app, "Nothing was sent yet.");
    }

    #[test]
    fn what_is_offered_at_the_end_is_of_the_run_of_the_job() {
        let mut app = beside_a_send();
        let report = SendReport {
            planned: 3,
            refused: 3,
            ..SendReport::default()
        };
        let effects = app.update(Event::Finished(Ok(Outcome::Sent(report))));
        feed(&mut app, effects);
        shows(&mut app, "[>Close ]");
        shows_not(&mut app, "Go to problems");
    }

    #[test]
    fn whoever_stops_a_send_sees_what_becomes_of_the_rest_and_can_pause_it_instead() {
        let mut app = problems((100, 30));
        press(&mut app, "S<Right><ret>");
        app.update(Event::Progress(sending()));
        press(&mut app, "X");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  customers-2025-11-20 > Send                                   to crm [TEST]   saved 02:41
          1 Problems 6   2 Records 1,387   3 Review 3  [4 Send 50%]  5 History 4                       Menu
        ┌ Sending 1,199 records to crm ──────────────────────────────────────────────────────────── plan 3 ┐
        │ [█████████████████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░]  600 of 1,199  50% │
        │                                                                                                  │
        │ Waiting 579    In flight 8    Sent 571    Refused 29    Trying again 12    No answer 0           │
        │ 6.2 per second (limit 10)    so far 1:37    about 2 min of sending left                          │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
        ┌ Destination ─────────────────────────────────────────────────────────────────────────────────────┐
        │ PAUSED  crm is not answering well: 5 of the last 20 tries failed.                                │
        │         Nothing is lost. It goes on by itself in 0:23.   t tries now                             │
        └───────────────────┌ Stop sending? ───────────────────────────────────────────┐───────────────────┘
        ┌ Refused, by proble│ 600 of 1,199 are done: 571 sent, 29 refused.             │─────── L full log ┐
        │   Back in Problems│ 8 are on the way. redrive waits for their answers.       │         0.29 s    │
        │ > Tax ID already …│ 579 stay ready to send.                                  │http 409 0.29 s    │
        │                   │ 12 records are tried again with the next send.           │                   │
        │                   │                                                          │                   │
        │                   │ [>Keep sending ]     [ Pause ]     [ Stop ]              │                   │
        │                   └──────────────────────────────────────────────────────────┘                   │
        │                                                ││                                                │
        │                                                ││                                                │
        │                                                ││                                                │
        │                                                ││                                                │
        │                                                ││                                                │
        │                                                ││                                                │
        │                                                ││                                                │
        │                                                ││                                                │
        └────────────────────────────────────────────────┘└────────────────────────────────────────────────┘

         Enter Keep sending  Tab Next button                                               Esc Keep sending
        ");
        let effects = press(&mut app, "<Right><ret>");
        assert_eq!(effects, [Effect::Steer(Steer::Pause(true))]);
        shows_not(&mut app, "Stop sending?");
        // What stands still already can only go on or stop.
        let mut paused = sending();
        let live = paused.sending.as_mut().map(Arc::make_mut);
        live.unwrap().flow = Flow::Paused;
        app.update(Event::Progress(paused));
        press(&mut app, "X");
        shows(&mut app, "[>Keep sending ]     [ Stop ]");
        let effects = press(&mut app, "<Right><ret>");
        let stops = |effect: &Effect| matches!(effect, Effect::Cancel(_));
        assert!(effects.iter().any(stops), "{effects:?}");
    }

    #[test]
    fn only_the_job_that_is_meant_is_stopped() {
        let mut app = problems((100, 30));
        press(&mut app, "S<Right><ret>");
        let running = app.job.as_ref().unwrap().ticket;
        assert_eq!(app.cancel(Ticket(running.0 - 1)), None);
        assert_eq!(app.cancel(running), Some(Effect::Cancel(running)));
    }

    #[test]
    fn a_large_undo_is_a_job_that_says_how_far_it_is_and_what_becomes_of_it() {
        let mut app = problems((100, 30));
        let large = |app: &mut App, key: &str, what| {
            let effects = press(app, key);
            let ticket = effects.iter().find_map(|effect| match effect {
                Effect::Change(ticket, Wish::Undo | Wish::Redo) => Some(*ticket),
                _ => None,
            });
            app.update(Event::Answer(
                ticket.unwrap(),
                Ok(Answer::Large(RunId(1), what)),
            ))
        };
        for (key, what, name, done) in [
            (
                "u",
                Turn::Undo(Some(StepId(3))),
                "Undoing",
                "Undone: trim (100,000 records).  U Redo",
            ),
            (
                "U",
                Turn::Redo(None),
                "Redoing",
                "Done again: trim (100,000 records).  u Undo",
            ),
        ] {
            let effects = large(&mut app, key, what);
            let run = RunId(1);
            assert_eq!(effects, [Effect::Start(JobRequest::Turn { run, what })]);
            app.update(Event::Progress(Progress {
                done: 600,
                total: Some(100_000),
                ..Progress::default()
            }));
            shows(&mut app, &format!("{name}: 600 of 100,000 are done"));
            assert_eq!(large(&mut app, key, what), [], "one at a time");
            shows(&mut app, BUSY);
            app.ask_to_quit();
            let effects = app.update(Event::Continued);
            feed(&mut app, effects);
            shows(
                &mut app,
                &format!("{name} has not ended: 600 of 100,000 are done."),
            );
            shows(
                &mut app,
                "It is done as a whole or not at all: nothing is changed.",
            );
            app.overlay = None;
            let report = UndoReport {
                step: StepId(3),
                label: "trim".to_owned(),
                records: 100_000,
                skipped: Vec::new(),
                is_next: matches!(what, Turn::Redo(_)),
            };
            let is_redo = matches!(what, Turn::Redo(_));
            let turned = Outcome::Turned { report, is_redo };
            let effects = app.update(Event::Finished(Ok(turned)));
            feed(&mut app, effects);
            shows(&mut app, done);
        }
    }
}
