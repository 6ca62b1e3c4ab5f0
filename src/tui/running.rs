//! The one long job: its start, how far it is, its end, and what is asked before it is cut short.

use super::{
    action::Action,
    app::{App, Exit},
    event::{Effect, JobRequest, Outcome, Question},
    overlays::{Button, Dialog, Overlay},
    tabs::Tab,
    words,
};
use crate::{ops::Progress, text};

/// The job under way.
#[derive(Debug)]
pub struct Running {
    pub request: JobRequest,
    pub progress: Progress,
    pub stopping: bool,
}

impl Running {
    /// What it is, at the beginning of a sentence.
    pub fn name(&self) -> &'static str {
        match self.request {
            JobRequest::Send { .. } => "Sending",
            JobRequest::Check { .. } => "Checking",
            JobRequest::FixPreview(_) => "Looking what would happen",
            JobRequest::Fix { .. } => "Fixing",
            JobRequest::Aside {
                reason: Some(_), ..
            } => "Setting aside",
            JobRequest::Aside { .. } => "Taking back",
        }
    }

    /// `600 of 1,199 are done`.
    pub fn so_far(&self) -> String {
        let planned = match self.request {
            JobRequest::Send { expect, .. } => Some(expect),
            _ => None,
        };
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

impl App {
    /// Whether a job runs, which says again and again how far it is.
    pub fn is_working(&self) -> bool {
        self.job.is_some()
    }

    pub(super) fn start(&mut self, request: JobRequest, outside: &mut Vec<Effect>) {
        if self.job.is_some() {
            self.status = Some("Not now: something is running already.".to_owned());
            return;
        }
        self.job = Some(Running {
            request: request.clone(),
            progress: Progress::default(),
            stopping: false,
        });
        let sends = matches!(request, JobRequest::Send { .. });
        outside.push(Effect::Start(request));
        if sends {
            self.go_to_tab(Tab::Send);
        }
    }

    pub(super) fn finished(&mut self, outcome: anyhow::Result<Outcome>) {
        let was = self.job.take();
        if self.leaving {
            self.exit = Some(Exit::Quit);
            return;
        }
        let is_preview =
            (was.as_ref()).is_some_and(|job| matches!(job.request, JobRequest::FixPreview(_)));
        for page in self.pages.iter_mut() {
            page.ended(outcome.as_ref(), &mut self.cx);
        }
        match outcome {
            Ok(Outcome::FixPreviewed(_)) => return,
            Ok(Outcome::Fixed(report)) => self.status = Some(words::fixed(&report)),
            // The page that asked has been told.
            Err(_) if is_preview => return,
            Ok(Outcome::Sent(report)) => {
                let (title, body) = words::sent(&report);
                self.status = Some(format!("{title}. {}", body[0]));
                let close = Button {
                    label: "Close".to_owned(),
                    then: None,
                };
                let mut buttons = vec![close];
                if report.refused > 0 {
                    buttons.push(Button {
                        label: "Go to problems".to_owned(),
                        then: Some(Effect::Act(Action::ProblemsTab)),
                    });
                }
                // A question in front is not taken away under the fingers; the status line has said it.
                if self.overlay.is_none() {
                    let dialog = Dialog::tell(title, body, buttons, &self.cx);
                    self.overlay = Some(Overlay::Dialog(dialog));
                }
            }
            Ok(Outcome::Aside { report, back }) => self.status = Some(words::aside(&report, back)),
            Ok(Outcome::Checked(report)) => self.status = Some(words::checked(&report)),
            Err(error) if words::is_stopped(&error) => {
                let sending = was.is_some_and(|job| matches!(job.request, JobRequest::Send { .. }));
                self.status = Some(words::stopped(sending).to_owned());
            }
            Err(error) if was.is_some_and(|job| matches!(job.request, JobRequest::Send { .. })) => {
                self.cannot_send(&error);
            }
            Err(error) => self.status = Some(words::reported(&error)),
        }
        self.refresh();
    }

    pub(super) fn ask_to_quit(&mut self) {
        let question = match (&self.job, &self.run) {
            (Some(job), _) => Question {
                title: "Leave redrive?".to_owned(),
                body: vec![
                    format!("{} has not ended: {}.", job.name(), job.so_far()),
                    "Leaving stops it. What is done stays done, the rest stays ready.".to_owned(),
                ],
                typed: None,
                safe: "Stay".to_owned(),
                verb: "Stop and leave".to_owned(),
                then: Box::new(Effect::Quit),
            },
            (None, Some(run)) => match words::ask_to_leave(run) {
                Some(question) => question,
                None => return self.exit = Some(Exit::Quit),
            },
            (None, None) => return self.exit = Some(Exit::Quit),
        };
        self.cx.effects.push(Effect::Confirm(question));
    }

    pub(super) fn ask_to_stop(&mut self) {
        let Some(job) = &self.job else {
            return;
        };
        let so_far = match &job.progress.sending {
            Some(sending) => format!(
                "{} of {} are done: {} sent, {} refused.",
                text::thousands(sending.tally.done()),
                text::thousands(sending.tally.total()),
                text::thousands(sending.tally.sent),
                text::thousands(sending.tally.refused)
            ),
            None => format!("{}.", job.so_far()),
        };
        let question = Question {
            title: format!("Stop {}?", job.name().to_lowercase()),
            body: vec![
                so_far,
                "What is on its way is waited for. The rest stays as it is.".to_owned(),
            ],
            typed: None,
            safe: "Keep going".to_owned(),
            verb: "Stop".to_owned(),
            then: Box::new(Effect::Cancel),
        };
        self.cx.effects.push(Effect::Confirm(question));
    }
}
