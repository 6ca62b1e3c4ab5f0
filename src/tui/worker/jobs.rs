//! The long jobs, one after the other, on a connection of their own.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Result;
use crossbeam_channel::{Receiver, Sender};

use super::{Opening, Running, guarded, known, with};
use crate::{
    demo,
    filter::Filter,
    ops::{self, CheckRequest, DemoRequest, Job, Progress, SendRequest, Workspace},
    tui::event::{Elsewhere, Event, JobRequest, Outcome},
};

/// How often a job says how far it is, at most.
const EVERY: Duration = Duration::from_millis(100);

pub(super) fn work_all(
    opening: &Opening,
    requests: &Receiver<(JobRequest, Job)>,
    running: &Running,
    events: &Sender<Event>,
) {
    let mut workspace = None;
    for (request, job) in requests {
        let outcome = guarded(|| work(with(&mut workspace, opening)?, &request, &job));
        *known(running) = None;
        if events.send(Event::Finished(outcome)).is_err() {
            return;
        }
    }
}

/// A job whose progress is said ten times a second at most. A send keeps to that by itself, and says what must not be missed.
pub(super) fn throttled(events: Sender<Event>) -> Job {
    let last: Mutex<Option<Instant>> = Mutex::new(None);
    Job::new(move |progress: Progress| {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        // What is waited for is always said: nothing follows for a while.
        let says_more = progress.waits.is_some() || progress.sending.is_some();
        if says_more || last.is_none_or(|last| now.duration_since(last) >= EVERY) {
            *last = Some(now);
            // Without a screen nobody looks at it.
            let _ = events.send(Event::Progress(progress));
        }
    })
}

pub(super) fn work(workspace: &mut Workspace, request: &JobRequest, job: &Job) -> Result<Outcome> {
    Ok(match request {
        JobRequest::FixPreview(request) => {
            Outcome::FixPreviewed(ops::preview_fix(workspace, request, job)?.map(Arc::new))
        }
        JobRequest::Fix { preview, left_out } => {
            Outcome::Fixed(ops::apply_fix(workspace, preview, left_out, job)?)
        }
        JobRequest::Send {
            run,
            to,
            expect,
            plan,
            only,
            take_over,
        } => {
            let filter = match *only {
                Some(id) => Filter::of_record(*run, id),
                None => Filter::of_run(*run),
            };
            let request = SendRequest {
                filter,
                to: Some(to.clone()),
                expect: Some(*expect),
                plan: *plan,
                take_over: *take_over,
                ..SendRequest::default()
            };
            Outcome::Sent(ops::send(workspace, &request, job)?)
        }
        JobRequest::Aside {
            filter,
            reason,
            counted,
        } => Outcome::Aside {
            report: match reason {
                Some(reason) => ops::discard(workspace, filter, reason, counted.as_deref(), job)?,
                None => ops::restore(workspace, filter, job)?,
            },
            back: reason.is_none(),
        },
        JobRequest::GoBack { run, step } => {
            Outcome::WentBack(ops::go_back(workspace, *run, *step, job)?)
        }
        JobRequest::Load {
            path,
            contract,
            again,
        } => {
            let how = (contract.as_deref(), *again);
            Outcome::Loaded(ops::load_named(workspace, path, how, job)?)
        }
        JobRequest::Demo => {
            let request = DemoRequest {
                rows: demo::ROWS,
                seed: demo::SEED,
                // Among sample data nothing of one's own is to be found.
                workspace: None,
                author: workspace.author.clone(),
            };
            let demo = ops::demo(&request, job)?;
            Outcome::Elsewhere(Elsewhere {
                workspace: demo.workspace,
                run: Some(demo.report.run),
            })
        }
        JobRequest::Check { run, contract } => {
            let request = CheckRequest {
                filter: Filter::of_run(*run),
                contract: contract.clone(),
                again: false,
            };
            Outcome::Checked(ops::check(workspace, &request, job)?)
        }
    })
}
