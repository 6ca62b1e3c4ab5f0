//! Checking records again against the contract.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
    time::Instant,
};

use anyhow::Result;

use super::{
    Job, Progress, Workspace, ids,
    verdict::{Judge, Verdict, change, status},
    workspace::now,
};
use crate::{
    contract::{self, Contract},
    filter::Filter,
    model::{ChangeReport, Fault, Problem, RecordId, RunId, Status, StepKind},
    store::{Confirmed, Entry, RecordChange, StoredRecord},
};

/// What is to be checked, and against what.
#[derive(Clone, Debug, Default)]
pub struct CheckRequest {
    pub filter: Filter,
    /// Another contract than the one stored with the run; it becomes the run's.
    pub contract: Option<PathBuf>,
    /// Check also what this very contract has checked already.
    pub again: bool,
}

/// Records between two looks at whether the job was cancelled.
const CHUNK: usize = 1_000;

/// Checks the records of the filter that are neither frozen nor set aside and that the contract has not checked yet as they
/// are; the others count as they stand. Makes one step, and only if something changes. With a contract it alone decides:
/// what another tool once reported is replaced.
///
/// # Errors
/// `check:contract` when the run has no contract and none is named; those of reading a contract and of its validator;
/// `record:changed` when somebody changed one of the records meanwhile; `workspace:changed` when somebody gave the run
/// another contract, and, with another contract, when anything was changed. Nothing is changed then.
pub fn check(workspace: &mut Workspace, request: &CheckRequest, job: &Job) -> Result<ChangeReport> {
    let started = Instant::now();
    let seen = workspace.store.changes()?;
    let Some(run) = workspace.run_of(&request.filter)? else {
        return Ok(ChangeReport::default());
    };
    let under = workspace.store.contract_of(run)?;
    let stored = workspace.contract(run)?;
    let named = match &request.contract {
        Some(path) => {
            // Reading it as a file would drop the locks that this process has on it.
            workspace.spare(path)?;
            Some(Arc::new(contract::read(path)?))
        }
        None => None,
    };
    let Some(contract) = named.as_ref().or(stored.as_ref()) else {
        return Err(no_contract(run).into());
    };
    let another = (stored.as_ref()).is_none_or(|stored| stored.hash != contract.hash);
    let moved = (stored.as_ref()).is_none_or(|stored| stored.path != contract.path);
    let mut found = examine(workspace, request, run, contract, job)?;
    job.check()?;
    let text = named.as_ref().map(|named| (named.stored(), named.hash));
    let entry = Entry {
        run,
        kind: StepKind::Check,
        author: &workspace.author.clone(),
        at: &now(),
        label: &format!("check against {}", contract.name),
        contract: text.as_ref().map(|(text, hash)| (text, hash)),
        under: under.filter(|_| !another),
        confirmed: &found.confirmed,
        // An edit meanwhile was checked against the contract the run had.
        seen: another.then_some(seen),
        what: None,
    };
    if another || moved || !found.changes.is_empty() || !found.confirmed.is_empty() {
        let title = |problem: &_| super::verdict::title(contract, problem);
        found.report.step = workspace.store.apply(&entry, &found.changes, &title)?;
        workspace.forget_contracts();
    }
    let report = found.report;
    tracing::info!(
        target: "redrive",
        event = "check",
        run = run.0,
        checked = report.checked,
        current = report.current,
        ready = report.ready,
        still_rejected = report.still_rejected,
        newly_broken = report.newly_broken,
        duration_ms = started.elapsed().as_millis() as u64,
    );
    Ok(report)
}

/// What a check comes to.
#[derive(Default)]
struct Examined {
    report: ChangeReport,
    changes: Vec<RecordChange>,
    confirmed: Vec<Confirmed>,
}

impl Examined {
    fn add(&mut self, run: RunId, record: &StoredRecord, verdict: Verdict) {
        count(&mut self.report, record.status, status(&verdict.problems));
        log(run, record.id, &verdict.problems);
        match change(record, verdict) {
            Some(change) => self.changes.push(change),
            None => self.confirmed.push(Confirmed {
                record: record.id,
                version: record.version,
            }),
        }
    }
}

/// What the check finds and what it changes. Writes nothing.
fn examine(
    workspace: &Workspace,
    request: &CheckRequest,
    run: RunId,
    contract: &Arc<Contract>,
    job: &Job,
) -> Result<Examined> {
    let mut judge = Judge::new(workspace, run, Arc::clone(contract))?;
    let mut scope = Scope::of(workspace, request, run, contract)?;
    // Another contract can want other fields to differ; that is decided by the values the records will have.
    each(workspace, &scope.foreign, job, |records| {
        for record in records {
            let values = judge.values(&record.text);
            judge.move_to(&record, &values);
        }
        Ok(())
    })?;
    let mut found = Examined::default();
    each(workspace, &scope.stale, job, |records| {
        let reading = workspace.store.reading()?;
        let mut judged = (records.iter())
            .map(|record| {
                Ok((
                    record.id,
                    &record.text,
                    judge.verdict(record, &record.text)?,
                ))
            })
            .collect::<Result<Vec<_>>>()?;
        // A validator takes its time.
        drop(reading);
        judge.ask(&mut judged, &|| job.is_cancelled())?;
        for (record, (_, _, verdict)) in records.iter().zip(judged) {
            found.add(run, record, verdict);
        }
        Ok(())
    })?;
    let stale: HashSet<RecordId> = scope.stale.into_iter().collect();
    for (before, neighbour) in judge.neighbours(&|id| stale.contains(&id))? {
        scope.current.remove(&neighbour.record);
        count(&mut found.report, before, neighbour.status);
        found.changes.push(neighbour);
    }
    found.report.current = scope.current.len() as u64;
    for status in scope.current.into_values() {
        count(&mut found.report, status, status);
    }
    Ok(found)
}

/// The records of a filter that can be checked.
struct Scope {
    /// Those that are checked, in order.
    stale: Vec<RecordId>,
    /// Of these, the ones that no contract like this one has checked.
    foreign: Vec<RecordId>,
    /// Those whose verdict holds, as they stand.
    current: HashMap<RecordId, Status>,
}

impl Scope {
    fn of(
        workspace: &Workspace,
        request: &CheckRequest,
        run: RunId,
        contract: &Contract,
    ) -> Result<Self> {
        let alike = workspace.alike(run, &contract.checks)?;
        // An undo can give a record a key back that another one has taken meanwhile.
        let contested = workspace.store.contested(run)?;
        let mut scope = Self {
            stale: Vec::new(),
            foreign: Vec::new(),
            current: HashMap::new(),
        };
        for one in (workspace.store).verdicts(&ids(workspace, &request.filter)?)? {
            let is_foreign = one.checked_by.is_none_or(|number| !alike.contains(&number));
            if is_foreign {
                scope.foreign.push(one.record);
            }
            if is_foreign || request.again || contested.contains(&one.record) {
                scope.stale.push(one.record);
            } else {
                scope.current.insert(one.record, one.status);
            }
        }
        Ok(scope)
    }
}

fn log(run: RunId, record: RecordId, problems: &[Problem]) {
    for problem in problems {
        tracing::debug!(
            target: "redrive",
            event = "problem",
            run = run.0,
            record = record.0,
            stage = problem.stage.word(),
            code = problem.code,
        );
    }
}

/// Goes through the records that can be checked, saying how far it is.
fn each(
    workspace: &Workspace,
    ids: &[RecordId],
    job: &Job,
    mut work: impl FnMut(Vec<StoredRecord>) -> Result<()>,
) -> Result<()> {
    for (n, chunk) in ids.chunks(CHUNK).enumerate() {
        job.check()?;
        let mut records = workspace.store.records(chunk)?;
        records.retain(|record| record.status.can_be_checked());
        work(records)?;
        let done = (n * CHUNK + chunk.len()) as u64;
        job.report(Progress {
            done,
            total: Some(ids.len() as u64),
            records: done,
            ..Progress::default()
        });
    }
    Ok(())
}

/// Counts one record that was checked.
pub(super) fn count(report: &mut ChangeReport, before: Status, after: Status) {
    report.checked += 1;
    match (before, after) {
        (_, Status::Ready) => report.ready += 1,
        (Status::Ready, _) => report.newly_broken += 1,
        _ => report.still_rejected += 1,
    }
}

fn no_contract(run: RunId) -> Fault {
    Fault::usage(
        "check:contract",
        format!("run {run} has no contract to check against"),
    )
    .hint("name one with --contract FILE")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fix::Change,
        model::Path,
        ops::{
            edit,
            testing::{CONTRACT, Desk, code},
            undo,
        },
    };

    #[test]
    fn a_check_makes_a_step_only_when_something_changes() {
        let mut desk = Desk::csv(&["A1,a@b.de,30,Open", "A2,foo@,30,Open"]);
        assert_eq!(code(&desk.check(None).unwrap_err()), "check:contract");
        let report = desk.check_against(CONTRACT).unwrap();
        assert_eq!(
            (report.checked, report.ready, report.still_rejected),
            (2, 1, 1)
        );
        assert!(report.step.is_some());
        let again = desk.check(None).unwrap();
        assert_eq!((again.checked, again.ready, again.step), (2, 1, None));
        let history = desk.workspace.store.history(None).unwrap();
        assert_eq!(history.len(), 1);
        assert_eq!(history[0].label, "check against people");
    }

    #[test]
    fn another_contract_becomes_the_runs_and_an_undo_gives_the_old_one_back() {
        let mut desk = Desk::checked(&["A1,a@b.de,30,Open"]);
        let strict = CONTRACT.replace(">= 18", ">= 40");
        let report = desk.check_against(&strict).unwrap();
        assert_eq!((report.ready, report.newly_broken), (0, 1));
        assert_eq!(desk.look(1), "A1,a@b.de,30,Open | rejected | ADULT@/age");
        assert_eq!(desk.check(None).unwrap().step, None);
        undo(&mut desk.workspace, None).unwrap();
        assert_eq!(desk.look(1), "A1,a@b.de,30,Open | ready | ");
        assert_eq!(desk.check(None).unwrap().step, None);
    }

    #[test]
    fn uniqueness_is_decided_in_the_order_of_the_input() {
        let mut desk = Desk::csv(&["K,a@b.de,30,Open", "K,b@b.de,30,Open", "L,c@b.de,30,Open"]);
        desk.check_against(CONTRACT).unwrap();
        assert_eq!(desk.look(1), "K,a@b.de,30,Open | ready | ");
        assert_eq!(desk.look(2), "K,b@b.de,30,Open | rejected | unique@/id");
        // Another key frees all of them.
        desk.check_against(&CONTRACT.replace("/id", "/email"))
            .unwrap();
        assert_eq!(desk.look(2), "K,b@b.de,30,Open | ready | ");
        assert_eq!(desk.check(None).unwrap().step, None);
    }

    #[test]
    fn a_cancelled_check_changes_nothing() {
        let mut desk = Desk::csv(&["A1,a@b.de,30,Open"]);
        let job = Job::default();
        job.cancel_flag()
            .store(true, std::sync::atomic::Ordering::Relaxed);
        let path = desk.workspace.folder().join("people.toml");
        let request = CheckRequest {
            filter: Filter::default(),
            contract: Some(path),
            again: false,
        };
        let error = check(&mut desk.workspace, &request, &job).unwrap_err();
        assert_eq!(code(&error), "interrupted");
        assert_eq!(desk.look(1), "A1,a@b.de,30,Open | rejected | ");
    }

    #[test]
    fn an_edit_while_another_contract_is_tried_stops_the_check() {
        let mut desk = Desk::csv(&["A1,a@b.de,30,Open"]);
        let path = desk.workspace.path().to_owned();
        // Whoever is told how far the check is edits the record at once.
        let job = Job::new(move |_| {
            let mut other = Workspace::open(&path, "ben").unwrap();
            let change = Change::Text {
                path: Path::field("age"),
                text: "31".to_owned(),
            };
            edit(&mut other, RecordId(1), &[change], None).unwrap();
        });
        let request = CheckRequest {
            filter: Filter::default(),
            contract: Some(desk.workspace.folder().join("people.toml")),
            again: false,
        };
        let error = check(&mut desk.workspace, &request, &job).unwrap_err();
        assert_eq!(code(&error), "workspace:changed");
        assert_eq!(desk.look(1), "A1,a@b.de,31,Open | rejected | ");
    }

    #[test]
    fn an_edit_and_a_check_find_the_same() {
        let mut desk = Desk::checked(&["A1,foo@,12,open", "A2,,,x", "A1,a@b.de,30,Open"]);
        for (id, path, text) in [
            (1, "/email", "x@y.de"),
            (2, "/stage", "Closed"),
            (2, "/id", "A1"),
            (1, "/id", "A9"),
        ] {
            let change = Change::Text {
                path: Path::parse(path).unwrap(),
                text: text.to_owned(),
            };
            edit(&mut desk.workspace, RecordId(id), &[change], None).unwrap();
            assert_eq!(
                desk.check(None).unwrap().step,
                None,
                "after {path}={text} in {id}"
            );
        }
    }
}
