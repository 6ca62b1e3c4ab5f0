//! The long jobs, one after the other, on a connection of their own.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Result;
use crossbeam_channel::{Receiver, Sender};

use super::{Opening, Running, first, guarded, known, with};
use crate::{
    demo,
    filter::Filter,
    model::{RecordId, RunId, SendReport, Status},
    ops::{self, CheckRequest, DemoRequest, Job, Progress, SendRequest, Turn, Workspace},
    tui::event::{Answer, Elsewhere, Event, JobRequest, Outcome, Tried},
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
        let outcome = guarded(|| match &mut workspace {
            None if first::is_missing(opening) => first::work(opening, &request, &job),
            known => work(with(known, opening)?, &request, &job),
        });
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
            let report = ops::send(workspace, &request, job)?;
            match *only {
                Some(record) => Outcome::Tried(Box::new(tried(workspace, *run, record, report))),
                None => Outcome::Sent(report),
            }
        }
        JobRequest::GiveBack { run, to, plan } => {
            let request = SendRequest {
                filter: Filter::of_run(*run),
                to: Some(to.clone()),
                plan: Some(*plan),
                ..SendRequest::default()
            };
            Outcome::GivenBack(ops::give_back(workspace, &request)?)
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
        JobRequest::Turn { what, .. } => Outcome::Turned {
            report: ops::turn(workspace, *what, job)?,
            is_redo: matches!(what, Turn::Redo(_)),
        },
        JobRequest::Load {
            path,
            contract,
            again,
        } => {
            let how = (contract.as_deref(), *again);
            Outcome::Loaded(ops::load_named(workspace, path, how, job)?)
        }
        JobRequest::Demo => demo(&workspace.author, job)?,
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

/// What the destination answered for the one record that was sent. It was sent, whatever can be read of it afterwards.
fn tried(workspace: &Workspace, run: RunId, record: RecordId, report: SendReport) -> Tried {
    let detail = ops::show(workspace, record).ok();
    let ready = ops::run(workspace, run).map_or(0, |run| run.with_status(Status::Ready));
    // Where it was stopped before it left, it is ready itself.
    let is_ready = (detail.as_ref()).is_some_and(|detail| detail.row.status == Status::Ready);
    let left = ready - u64::from(is_ready && ready > 0);
    let (key, attempts) = detail
        .map(|detail| (detail.row.key, detail.attempts))
        .unwrap_or_default();
    let mut mine = attempts.into_iter().rev();
    Tried {
        record,
        key,
        answer: mine.find(|attempt| Some(attempt.plan) == report.plan),
        report,
        left,
    }
}

/// Makes the example, which is gone to.
pub(super) fn demo(author: &str, job: &Job) -> Result<Outcome> {
    let request = DemoRequest {
        rows: demo::ROWS,
        seed: demo::SEED,
        // Among sample data nothing of one's own is to be found.
        workspace: None,
        author: author.to_owned(),
    };
    let demo = ops::demo(&request, job)?;
    Ok(Outcome::Elsewhere(Elsewhere {
        workspace: demo.workspace,
        run: Some(demo.report.run),
    }))
}

/// A step of at most so many records is undone or redone between two questions, without a word: that takes less than one
/// sees. Browsing does not wait for a larger one.
const AT_ONCE: u64 = 1_000;

/// Undoes or redoes here and now, unless that is the work of a job.
pub(super) fn turned(workspace: &mut Workspace, what: Turn) -> Result<Answer> {
    if let Some(size) = ops::size_of_turn(workspace, what)?
        && size.records > AT_ONCE
    {
        // What is done meanwhile is not taken for what was meant.
        let what = match what {
            Turn::Undo(_) => Turn::Undo(Some(size.step)),
            Turn::Redo(_) => Turn::Redo(Some(size.step)),
        };
        return Ok(Answer::Large(size.run, what));
    }
    Ok(match what {
        Turn::Undo(step) => Answer::Undone(ops::undo(workspace, step)?),
        Turn::Redo(_) => Answer::Redone(ops::redo(workspace)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_many_records_is_left_to_a_job_and_one_of_few_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        write("s.json", r#"{"properties": {"n": {"type": "integer"}}}"#);
        let contract = write("c.toml", "name = \"c\"\n[schema]\nfile = \"s.json\"\n");
        let mut workspace = Workspace::create(&folder.path().join("w.db"), "jana").unwrap();
        let rows = "x,1\n".repeat(1_001);
        let request = ops::LoadRequest {
            files: vec![write("in.csv", &format!("n,m\n{rows}"))],
            contract: Some(contract),
            ..ops::LoadRequest::default()
        };
        let job = Job::default();
        let run = ops::load(&mut workspace, &request, &job).unwrap().run;
        let all = Filter::of_run(run);
        let one = Filter::of_record(run, crate::model::RecordId(1));
        ops::discard(&mut workspace, &all, "old", None, &job).unwrap();
        ops::restore(&mut workspace, &one, &job).unwrap();
        let few = turned(&mut workspace, Turn::Undo(None)).unwrap();
        assert!(matches!(few, Answer::Undone(report) if report.records == 1));
        let many = turned(&mut workspace, Turn::Undo(None)).unwrap();
        let Answer::Large(of, what) = many else {
            panic!("{many:?}")
        };
        assert_eq!(of, run);
        assert!(matches!(what, Turn::Undo(Some(_))), "{what:?}");
        let request = JobRequest::Turn { run, what };
        let ended = work(&mut workspace, &request, &job).unwrap();
        assert!(
            matches!(ended, Outcome::Turned { report, is_redo: false } if report.records == 1_001)
        );
        let again = turned(&mut workspace, Turn::Redo(None)).unwrap();
        let Answer::Large(_, what) = again else {
            panic!("{again:?}")
        };
        // Meanwhile something else is done and undone: that is not what was meant.
        ops::discard(&mut workspace, &one, "old", None, &job).unwrap();
        ops::undo(&mut workspace, None).unwrap();
        let request = JobRequest::Turn { run, what };
        let late = work(&mut workspace, &request, &job).unwrap_err();
        assert_eq!(
            late.to_string(),
            "something else was undone meanwhile, so nothing was redone"
        );
    }
}
