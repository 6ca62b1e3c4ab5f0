//! The long jobs of the page: a preview, and what it is applied by.

use std::sync::Arc;

use super::{Fix, Panel, State};
use crate::{
    fix::Transform,
    ops::FixRequest,
    tui::{
        action::Action,
        event::{Cx, Effect, JobRequest, Outcome, Query, Ticket},
        words,
    },
};

impl Fix {
    /// The long job this page started has ended.
    pub fn ended(&mut self, job: Ticket, outcome: Result<&Outcome, &anyhow::Error>, cx: &mut Cx) {
        match &self.preview {
            State::Looking(mine) | State::Applying(mine, _) if *mine == job => {}
            _ => return,
        }
        match (outcome, &self.preview) {
            (Ok(Outcome::FixPreviewed(preview)), State::Looking(_)) => {
                self.preview = match preview {
                    Some(preview) => State::Known(Arc::clone(preview)),
                    None => State::Failed("This run holds no record.".to_owned()),
                };
                self.left_out.clear();
                self.rows.clear();
                self.show = None;
                self.list();
            }
            (Ok(Outcome::Fixed(report)), State::Applying(_, preview)) => {
                self.preview = State::Done {
                    report: report.clone(),
                    preview: Arc::clone(preview),
                    told: false,
                };
                // Somebody else has changed them: they were left as well.
                self.left_out.extend(&report.skipped);
                self.show = None;
                self.list();
                if self.listed.is_empty() {
                    self.panel = Panel::What;
                }
            }
            (Err(error), State::Applying(_, preview)) => {
                cx.say(words::reported(error));
                self.preview = State::Known(Arc::clone(preview));
            }
            (Err(error), State::Looking(_)) => {
                self.preview = if words::is_stopped(error) {
                    State::Nothing
                } else {
                    State::Failed(words::reported(error))
                };
            }
            _ => {}
        }
        if let Some(next) = self.next.take() {
            self.look(next, cx);
        }
        self.ask_for_rows(cx);
    }

    /// Starts a preview; the newest wish wins.
    pub(super) fn look(&mut self, request: FixRequest, cx: &mut Cx) {
        match self.preview {
            State::Applying(..) => return,
            State::Looking(job) => {
                self.next = Some(request);
                return cx.effects.push(Effect::Cancel(job));
            }
            _ => {}
        }
        let preview = JobRequest::FixPreview(Box::new(request.clone()));
        let Some(job) = cx.start(preview) else { return };
        self.listed.clear();
        (self.late, self.asked_late, self.late_again) = (0, None, false);
        let is_date = |transform: &Transform| matches!(transform, Transform::Date(_));
        self.dates = None;
        self.asked_dates = (request.transforms.iter().any(is_date))
            .then(|| cx.ask(Query::Dates(Box::new(request.clone()))));
        self.preview = State::Looking(job);
    }

    pub(super) fn apply(&mut self, cx: &mut Cx) {
        if let State::Known(preview) = &self.preview {
            let fix = JobRequest::Fix {
                preview: Arc::clone(preview),
                left_out: self.left_out.clone(),
            };
            if let Some(job) = cx.start(fix) {
                self.preview = State::Applying(job, Arc::clone(preview));
            }
        }
    }

    /// Whether an action starts a long job. A preview of one's own is stopped for the next.
    pub fn starts(&self, action: Action) -> bool {
        match action {
            Action::Apply => true,
            Action::Open => self.panel == Panel::What && !matches!(self.preview, State::Looking(_)),
            _ => false,
        }
    }
}
