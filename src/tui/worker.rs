//! The only part of the screen that calls `ops`: one thread answers pages, one does the long job, one counts values for who is
//! typing a filter, one looks for suggestions, one keeps where the person is. Each has its own connection, so that browsing stays quick while records are sent. A panic in one of them is
//! an ordinary error answer.

mod failed;
mod first;
mod jobs;
mod picking;
mod wishes;

use std::{
    collections::VecDeque,
    panic::{self, AssertUnwindSafe},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering},
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use crossbeam_channel::{Receiver, Sender};

use self::{
    failed::Failed,
    jobs::{throttled, work_all},
    wishes::change,
};
use super::{
    clipboard,
    event::{Answer, Copied, Effect, Event, JobRequest, Query, Steer, Wish},
    run::panic_for_a_test,
};
use crate::{
    filter::Filter,
    model::{NoteAbout, PlanId, RunId, Sort},
    ops::{self, Job, SendRequest, Workspace},
};

/// How long values are counted for who is typing a filter: no longer than one waits for a key.
const GLANCE: Duration = Duration::from_millis(60);

/// Which workspace, and who works in it.
#[derive(Clone, Debug)]
pub struct Opening {
    pub workspace: PathBuf,
    pub author: String,
    pub read_only: bool,
    /// There may be no workspace there yet: it is made with the first run that is loaded.
    pub may_be_missing: bool,
}

/// The threads that write. They end when the inbox is dropped, as those do that only read.
pub struct Workers {
    pub asks: JoinHandle<()>,
    pub jobs: JoinHandle<()>,
    pub visits: JoinHandle<()>,
}

/// Where effects go.
pub struct Inbox {
    asks: Sender<Effect>,
    offers: Sender<Effect>,
    suggestions: Sender<Effect>,
    visits: Sender<Effect>,
    running: Running,
    events: Sender<Event>,
}

impl Inbox {
    /// Values that are counted for who is typing do not wait for a list that is being looked for, and no list waits until every
    /// value of a large problem has been looked at for suggestions. A job is stopped and steered at once, whatever is being
    /// answered; it begins once all changes wished for before it are made.
    pub fn send(&self, effect: Effect) -> Result<()> {
        let to = match effect {
            Effect::Cancel(_) => {
                cancel(&self.running);
                return Ok(());
            }
            Effect::Steer(how) => {
                steer(&self.running, how);
                return Ok(());
            }
            Effect::Start(_) => {
                // Known from now on, so that it can be stopped before it has begun.
                let job = throttled(self.events.clone());
                *known(&self.running) = Some(job);
                &self.asks
            }
            Effect::Ask(_, Query::Offered { .. }) => &self.offers,
            Effect::Ask(_, Query::Suggest { .. }) => &self.suggestions,
            // Where the person is lies in a file of its own, which is written at once.
            Effect::Ask(_, Query::Visit { .. } | Query::Visits)
            | Effect::Change(_, Wish::KeepVisit(..)) => &self.visits,
            _ => &self.asks,
        };
        to.send(effect).context("the worker is gone")
    }
}

/// Whoever leaves while a job runs has been asked; it stops at the next safe point.
impl Drop for Inbox {
    fn drop(&mut self) {
        cancel(&self.running);
    }
}

/// Starts the threads; what they find out is sent as events.
pub fn spawn(opening: &Opening, events: &Sender<Event>) -> std::io::Result<(Inbox, Workers)> {
    let (job_tx, job_rx) = crossbeam_channel::unbounded();
    let (asks_tx, asks_rx) = crossbeam_channel::unbounded();
    let (offers_tx, offers_rx) = crossbeam_channel::unbounded();
    let (suggestions_tx, suggestions_rx) = crossbeam_channel::unbounded();
    let (visits_tx, visits_rx) = crossbeam_channel::unbounded();
    let running: Running = Arc::default();
    let thread = |name: &str| thread::Builder::new().name(name.to_owned());
    let asks = {
        let (opening, events, running) = (opening.clone(), events.clone(), running.clone());
        thread("ask").spawn(move || answer_all(&opening, &asks_rx, &job_tx, &running, &events))?
    };
    let jobs = {
        let (opening, events, running) = (opening.clone(), events.clone(), running.clone());
        thread("job").spawn(move || work_all(&opening, &job_rx, &running, &events))?
    };
    let beside = |name: &str, effects: Receiver<Effect>| {
        let (opening, events) = (opening.clone(), events.clone());
        thread(name).spawn(move || answer_beside(opening, &effects, &events))
    };
    let visits = beside("visit", visits_rx)?;
    beside("offer", offers_rx)?;
    beside("suggest", suggestions_rx)?;
    let inbox = Inbox {
        asks: asks_tx,
        offers: offers_tx,
        suggestions: suggestions_tx,
        visits: visits_tx,
        running,
        events: events.clone(),
    };
    let workers = Workers { asks, jobs, visits };
    Ok((inbox, workers))
}

/// Answers what changes nothing in the workspace, one question after the other.
fn answer_beside(mut opening: Opening, effects: &Receiver<Effect>, events: &Sender<Event>) {
    opening.read_only = true;
    let mut workspace = None;
    for effect in effects {
        let (ticket, answer) = match effect {
            Effect::Ask(ticket, query) => {
                let asked = || asked(&mut workspace, &opening, &query);
                (ticket, guarded(asked))
            }
            Effect::Change(ticket, wish) => {
                let change = || change(with(&mut workspace, &opening)?, &wish);
                (ticket, guarded(change))
            }
            _ => continue,
        };
        if events.send(Event::Answer(ticket, answer)).is_err() {
            return;
        }
    }
}

/// The job that can be stopped now.
type Running = Arc<Mutex<Option<Job>>>;

fn answer_all(
    opening: &Opening,
    effects: &Receiver<Effect>,
    jobs: &Sender<(JobRequest, Job)>,
    running: &Running,
    events: &Sender<Event>,
) {
    let mut workspace = None;
    let mut failed = Failed::default();
    let mut waiting = VecDeque::new();
    loop {
        if waiting.is_empty() {
            match effects.recv() {
                Ok(effect) => waiting.push_back(effect),
                Err(_) => break,
            }
        }
        waiting.extend(effects.try_iter());
        forget_old_previews(&mut waiting);
        let event = match waiting.pop_front() {
            Some(Effect::Ask(ticket, query)) => {
                let answer = guarded(|| asked(&mut workspace, opening, &query));
                Event::Answer(ticket, answer)
            }
            Some(Effect::Change(ticket, wish)) => {
                let answer = guarded(|| change(with(&mut workspace, opening)?, &wish));
                failed.note(ticket, &answer);
                Event::Answer(ticket, answer)
            }
            Some(Effect::KeepFailed(unanswered)) => {
                // The program ends: there is nobody to tell.
                let keep = || failed.keep(with(&mut workspace, opening)?, &unanswered);
                drop(guarded(keep));
                continue;
            }
            Some(Effect::Start(request)) => {
                let job = known(running).clone().unwrap_or_default();
                if jobs.send((request, job)).is_ok() {
                    continue;
                }
                Event::Finished(Err(anyhow!("the program is ending")))
            }
            _ => continue,
        };
        if events.send(event).is_err() {
            break;
        }
    }
}

fn known(running: &Running) -> MutexGuard<'_, Option<Job>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does the work of one effect here and now, for tests without threads.
#[cfg(test)]
pub(super) fn at_once(workspace: &mut Workspace, effect: Effect) -> Option<Event> {
    Some(match effect {
        Effect::Ask(ticket, query) => Event::Answer(ticket, ask(workspace, &query)),
        Effect::Change(ticket, wish) => Event::Answer(ticket, change(workspace, &wish)),
        Effect::Start(request) => Event::Finished(jobs::work(workspace, &request, &Job::default())),
        _ => return None,
    })
}

/// Only the newest live check matters: each holds everything that was typed. Writes are never dropped.
fn forget_old_previews(waiting: &mut VecDeque<Effect>) {
    let is_preview = |effect: &Effect| matches!(effect, Effect::Ask(_, Query::Preview { .. }));
    if let Some(newest) = waiting.iter().rposition(is_preview) {
        let mut at = 0;
        waiting.retain(|effect| {
            let keep = !is_preview(effect) || at == newest;
            at += 1;
            keep
        });
    }
}

fn cancel(running: &Running) {
    if let Some(job) = known(running).as_ref() {
        job.cancel_flag().store(true, Ordering::Relaxed);
    }
}

fn steer(running: &Running, how: Steer) {
    let job = known(running);
    if let Some(steering) = job.as_ref().map(Job::steering) {
        match how {
            Steer::Pause(pause) => steering.pause(pause),
            Steer::TryNow => steering.try_now(),
            Steer::Speed(most) => steering.set_speed(most),
            Steer::GiveBack => steering.give_back(),
        }
    }
}

/// The thread's workspace, opened when it is first needed; an opening that failed is tried again with the next effect.
fn with<'a>(known: &'a mut Option<Workspace>, opening: &Opening) -> Result<&'a mut Workspace> {
    let workspace = match known.take() {
        Some(workspace) => workspace,
        None if opening.read_only => Workspace::open_read_only(&opening.workspace)?,
        None => Workspace::open(&opening.workspace, &opening.author)?,
    };
    Ok(known.insert(workspace))
}

fn asked(known: &mut Option<Workspace>, opening: &Opening, query: &Query) -> Result<Answer> {
    match known {
        None if first::is_missing(opening) => first::ask(opening, query),
        known => ask(with(known, opening)?, query),
    }
}

fn ask(workspace: &mut Workspace, query: &Query) -> Result<Answer> {
    panic_for_a_test("worker");
    Ok(match query {
        Query::Runs => Answer::Runs(ops::runs(workspace)?),
        Query::RunFacts { run } => Answer::RunFacts(Box::new(picking::facts(workspace, *run)?)),
        Query::InWork => Answer::InWork(picking::in_work(workspace)?),
        Query::Named { typed, like } => Answer::Named(ops::named(workspace, typed, *like)?),
        Query::Completed { typed } => Answer::Completed(ops::completed(typed)),
        Query::Groups { run } => Answer::Groups {
            run: ops::run(workspace, *run)?,
            groups: ops::groups(workspace, &Filter::of_run(*run))?,
        },
        Query::Since { run } => Answer::Since(Box::new(ops::since(workspace, *run)?)),
        Query::Comparison { run } => {
            let comparison = ops::compare(workspace, None, Some(*run))?;
            Answer::Comparison(Box::new(comparison))
        }
        Query::Ids { filter } => list(workspace, filter, &Sort::default())?,
        Query::SortedIds { filter, sort } => list(workspace, filter, sort)?,
        Query::Offered { filter, of, typed } => {
            Answer::Offered(ops::offered(workspace, filter, of, typed, GLANCE)?)
        }
        Query::Filters { run } => {
            Answer::Filters(ops::kept_filters(workspace, *run), String::new())
        }
        Query::Visits => Answer::Visits(ops::visits(workspace)),
        Query::Visit { run } => Answer::Visit(ops::last_visit(workspace, *run)?.map(Box::new)),
        Query::Rows { ids } => Answer::Rows(ops::rows(workspace, ids)?),
        Query::Example { run, group } => {
            let first = ops::first(workspace, &Filter::of_group(*run, *group))?;
            let rows = ops::rows(workspace, first.as_slice())?;
            Answer::Example {
                row: rows.into_iter().next().map(Box::new),
                notes: ops::notes(workspace, NoteAbout::Group(*group))?,
            }
        }
        Query::Record { id } => Answer::Record(Box::new(ops::show(workspace, *id)?)),
        Query::Preview { id, changes, at } => {
            Answer::Preview(Box::new(ops::preview(workspace, *id, changes, at)?))
        }
        Query::Plan { run, of } => Answer::Plan(ops::plan(workspace, &to_send(*run, of.clone()))?),
        Query::ToSend { run, of } => {
            let request = to_send(*run, of.clone());
            Answer::ToSend(Box::new(ops::plan_to_send(workspace, &request)?))
        }
        Query::Places { run } => Answer::Places(picking::places(workspace, *run)?),
        Query::Review { run, to } => {
            let request = SendRequest {
                filter: Filter::of_run(*run),
                to: to.clone(),
                ..SendRequest::default()
            };
            Answer::Review(Box::new(ops::review(workspace, &request)?))
        }
        Query::Sending { run } => {
            Answer::Sending(ops::plan_to_watch(workspace, *run)?.map(Box::new))
        }
        Query::Copy(wanted) => {
            let (what, text) = ops::clip(workspace, wanted)?;
            Answer::Copied(Copied {
                file: clipboard::keep(&text),
                in_tmux: clipboard::give_to_tmux(&text),
                what,
                text,
            })
        }
        Query::WhyWrong(at) => Answer::WhyWrong(Box::new(ops::why_wrong(workspace, at)?)),
        Query::CountAside(filter) => Answer::Counted(ops::count_aside(workspace, filter)?),
        Query::Version => Answer::Version(workspace.version()?),
        Query::EditClaims => Answer::EditClaims(ops::edit_claims(workspace)?),
        Query::Turns => Answer::Turns(ops::turns(workspace)?),
        Query::Drafts { id } => Answer::Drafts(ops::drafts(workspace, *id)?),
        Query::Unsaved { run } => Answer::Unsaved(*run, ops::records_with_drafts(workspace, *run)?),
        Query::Suggest { group } => Answer::Suggested(ops::suggest_fixes(
            workspace,
            *group,
            Some(ops::SAMPLE),
            &Job::default(),
        )?),
        Query::FixRows(preview, window, None) => {
            Answer::FixRows(ops::fix_rows(workspace, preview, window)?)
        }
        Query::FixRows(preview, window, Some(step)) => {
            Answer::FixRows(ops::fixed_rows(workspace, preview, (window, *step))?)
        }
        Query::ChangedSince(preview) => {
            Answer::ChangedSince(ops::changed_since_preview(workspace, preview)?)
        }
        Query::Alike { run, problem } => {
            let groups = ops::groups(workspace, &Filter::of_run(*run))?;
            let group = groups.into_iter().find(|group| group.holds(problem));
            Answer::Alike(group.map(Box::new))
        }
        Query::Dates(request) => {
            let evidence = ops::date_evidence(workspace, request, &Job::default())?;
            Answer::Dates(Box::new(evidence))
        }
        Query::ValueRecords { group, found } => {
            Answer::ValueRecords(ops::records_with(workspace, *group, found)?)
        }
        Query::Values { group } => Answer::Values(ops::values(workspace, *group)?),
        Query::History { run } => Answer::History {
            steps: ops::history(workspace, Some(*run))?,
            plans: ops::plans(workspace, *run)?,
            sent: ops::sent_of_steps(workspace, Some(*run))?,
            turns: ops::turns(workspace)?,
        },
        Query::StepFacts { run, step } => {
            Answer::StepFacts(Box::new(ops::step_facts(workspace, *run, *step)?))
        }
        Query::Standing { run } => Answer::Standing(ops::standing(workspace, *run)?),
    })
}

/// What is ready in a run, or the rest of a plan, and where it goes.
fn to_send(run: RunId, of: Option<(Option<PlanId>, String)>) -> SendRequest {
    let (plan, to) = of.unzip();
    SendRequest {
        filter: Filter::of_run(run),
        plan: plan.flatten(),
        to,
        ..SendRequest::default()
    }
}

/// The records of a filter, without the terms of it that cannot be applied.
fn list(workspace: &Workspace, filter: &Filter, sort: &Sort) -> Result<Answer> {
    let unknown = ops::unknown_terms(workspace, filter)?;
    let mut filter = filter.clone();
    filter
        .terms
        .retain(|term| unknown.iter().all(|(other, _)| other != term));
    let ids = ops::sorted_ids(workspace, &filter, sort)?;
    let run = filter.run().context("a list needs a run")?;
    Ok(Answer::Ids {
        run: ops::run(workspace, run)?,
        ids,
        unknown,
    })
}

fn guarded<T>(job: impl FnOnce() -> Result<T>) -> Result<T> {
    panic::catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|_| {
        Err(anyhow!(
            "redrive has a bug and could not do this; nothing else is affected"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Path, RecordId},
        ops::Saving,
        tui::event::Ticket,
    };

    fn preview(ticket: u64) -> Effect {
        let query = Query::Preview {
            id: RecordId(1),
            changes: Vec::new(),
            at: Path::root(),
        };
        Effect::Ask(Ticket(ticket), query)
    }

    #[test]
    fn only_the_newest_live_check_is_done_and_every_change_is() {
        let mut waiting = VecDeque::from([
            preview(1),
            Effect::Change(Ticket(2), Wish::Undo),
            preview(3),
            Effect::Change(Ticket(4), Wish::Undo),
            Effect::Ask(Ticket(5), Query::Runs),
        ]);
        forget_old_previews(&mut waiting);
        let expected = [
            Effect::Change(Ticket(2), Wish::Undo),
            preview(3),
            Effect::Change(Ticket(4), Wish::Undo),
            Effect::Ask(Ticket(5), Query::Runs),
        ];
        assert_eq!(waiting, expected);
    }

    #[test]
    fn a_record_of_an_older_run_is_checked_too() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        write("s.json", r#"{"properties": {"n": {"type": "integer"}}}"#);
        let contract = write("c.toml", "name = \"c\"\n[schema]\nfile = \"s.json\"\n");
        let mut workspace = Workspace::create(&folder.path().join("w.db"), "jana").unwrap();
        for text in ["n,m\nx,1\n", "n,m\ny,1\n"] {
            let request = ops::LoadRequest {
                files: vec![write("in.csv", text)],
                contract: Some(contract.clone()),
                ..ops::LoadRequest::default()
            };
            ops::load(&mut workspace, &request, &Job::default()).unwrap();
        }
        let wish = Wish::Check { id: RecordId(1) };
        let Ok(Answer::Changed(report)) = change(&mut workspace, &wish) else {
            panic!("it can be checked")
        };
        assert_eq!(report.checked, 1);
    }

    #[test]
    fn what_could_not_be_saved_while_the_program_ended_is_kept_and_what_was_saved_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.db");
        let input = folder.path().join("in.csv");
        std::fs::write(&input, "n,m\nx,1\ny,1\n").unwrap();
        let mut workspace = Workspace::create(&path, "jana").unwrap();
        let request = ops::LoadRequest {
            files: vec![input],
            keep_passed: true,
            ..ops::LoadRequest::default()
        };
        ops::load(&mut workspace, &request, &Job::default()).unwrap();
        let opening = Opening {
            workspace: path,
            author: "jana".to_owned(),
            read_only: false,
            may_be_missing: false,
        };
        let (event_tx, _event_rx) = crossbeam_channel::unbounded();
        let (inbox, workers) = spawn(&opening, &event_tx).unwrap();
        let saving = |record, path: &str| Saving {
            record: RecordId(record),
            version: 1,
            changes: vec![crate::fix::Change::Text {
                path: Path::parse(path).unwrap(),
                text: "z".to_owned(),
            }],
        };
        // A cell has nothing below it.
        let all = [
            (Ticket(1), saving(1, "/n")),
            (Ticket(2), saving(2, "/n/deep")),
        ];
        for (ticket, saving) in all.clone() {
            let wish = Wish::Edit {
                id: saving.record,
                changes: saving.changes,
                version: saving.version,
            };
            inbox.send(Effect::Change(ticket, wish)).unwrap();
        }
        inbox.send(Effect::KeepFailed(all.to_vec())).unwrap();
        drop(inbox);
        workers.asks.join().unwrap();
        let drafts = |id| ops::drafts(&workspace, RecordId(id)).unwrap().len();
        assert_eq!((drafts(1), drafts(2)), (0, 1));
    }

    #[test]
    fn a_panic_is_an_error_answer() {
        let error = guarded::<()>(|| panic!("boom")).unwrap_err();
        assert!(error.to_string().contains("nothing else is affected"));
    }

    #[test]
    fn a_workspace_that_is_not_there_is_an_answer_with_the_ticket_of_its_question() {
        let folder = tempfile::tempdir().unwrap();
        let opening = Opening {
            workspace: folder.path().join("none.db"),
            author: "jana".to_owned(),
            read_only: false,
            may_be_missing: false,
        };
        let (event_tx, event_rx) = crossbeam_channel::unbounded();
        let (inbox, workers) = spawn(&opening, &event_tx).unwrap();
        inbox.send(Effect::Ask(Ticket(42), Query::Runs)).unwrap();
        let Event::Answer(ticket, answer) = event_rx.recv().unwrap() else {
            panic!("no answer")
        };
        assert_eq!(ticket, Ticket(42));
        assert!(answer.is_err());
        drop(inbox);
        workers.asks.join().unwrap();
        workers.jobs.join().unwrap();
    }

    #[test]
    fn a_job_is_stopped_and_steered_while_questions_wait() {
        let (asks, waiting) = crossbeam_channel::unbounded();
        let (beside, _) = crossbeam_channel::unbounded();
        let (events, _) = crossbeam_channel::unbounded();
        let inbox = Inbox {
            asks,
            offers: beside.clone(),
            suggestions: beside.clone(),
            visits: beside,
            running: Running::default(),
            events,
        };
        let check = JobRequest::Check {
            run: crate::model::RunId(1),
            contract: None,
        };
        inbox.send(Effect::Ask(Ticket(1), Query::Runs)).unwrap();
        inbox.send(Effect::Start(check)).unwrap();
        let job = known(&inbox.running).clone().expect("it is known");
        inbox.send(Effect::Steer(Steer::Speed(7))).unwrap();
        inbox.send(Effect::Cancel(Ticket(2))).unwrap();
        assert!(job.cancel_flag().load(Ordering::Relaxed));
        assert_eq!(waiting.len(), 2, "it begins after what was asked before it");
    }
}
