//! Setting records aside, and taking them back.

use anyhow::Result;

use super::{
    Job, Workspace, ids,
    verdict::{Judge, rejects, title},
    workspace::{again_if_changed, now},
};
use crate::{
    filter::Filter,
    model::{AsideReport, Problem, RecordId, RunId, Status, StepKind},
    store::{Checked, Entry, RecordChange, StoredRecord},
    text::{count, shorten},
};

/// Columns of a label in the history.
const LABEL: usize = 80;

/// Sets records aside: nobody is asked to fix them and nothing sends them, until they are taken back. Records on their way or
/// sent stay as they are. What had to differ from one of them is decided again. One step.
///
/// # Errors
/// `interrupted`; those of a workspace that cannot be used.
pub fn discard(
    workspace: &mut Workspace,
    filter: &Filter,
    reason: &str,
    job: &Job,
) -> Result<AsideReport> {
    let is_meant =
        |record: &StoredRecord| matches!(record.status, Status::Rejected | Status::Ready);
    let words = |records: u64| {
        let reason = if reason.is_empty() {
            String::new()
        } else {
            format!(": {reason}")
        };
        shorten(&format!("{}{reason}", count(records, "record")), LABEL)
    };
    again_if_changed(|| move_aside(workspace, filter, StepKind::Discard, &is_meant, &words, job))
}

/// Takes back records that were set aside: each is ready or needs fixing as before, and what must differ is decided again. One
/// step.
///
/// # Errors
/// Those of [`discard`].
pub fn restore(workspace: &mut Workspace, filter: &Filter, job: &Job) -> Result<AsideReport> {
    let is_meant = |record: &StoredRecord| record.status == Status::Discarded;
    let words = |records: u64| count(records, "record");
    again_if_changed(|| move_aside(workspace, filter, StepKind::Restore, &is_meant, &words, job))
}

fn move_aside(
    workspace: &mut Workspace,
    filter: &Filter,
    kind: StepKind,
    is_meant: &dyn Fn(&StoredRecord) -> bool,
    words: &dyn Fn(u64) -> String,
    job: &Job,
) -> Result<AsideReport> {
    let Some(run) = workspace.run_of(filter)? else {
        return Ok(AsideReport::default());
    };
    let seen = workspace.store.changes()?;
    let contract = workspace.contract(run)?;
    let (mut records, mut report) = (Vec::new(), AsideReport::default());
    for chunk in ids(workspace, filter)?.chunks(CHUNK) {
        job.check()?;
        for record in workspace.store.records(chunk)? {
            if is_meant(&record) {
                records.push(record);
            } else if record.status.is_frozen() {
                report.skipped.push(record.id);
            }
        }
    }
    let mut judge = match &contract {
        Some(contract) => Some(Judge::new(workspace, run, contract.clone())?),
        None => None,
    };
    let changes = changes(workspace, run, kind, &records, judge.as_mut())?;
    report.records = records.len() as u64;
    let label = words(report.records);
    let (author, at) = (workspace.author.clone(), now());
    let entry = Entry {
        seen: Some(seen),
        ..Entry::new(run, kind, (&author, &at), &label)
    };
    let named = |problem: &Problem| match &contract {
        Some(contract) => title(contract, problem),
        None => problem.message.clone(),
    };
    report.step = workspace.store.apply(&entry, &changes, &named)?;
    tracing::info!(
        target: "redrive",
        event = kind.word(),
        run = run.0,
        records = report.records,
        skipped = report.skipped.len(),
    );
    Ok(report)
}

/// Records that are read at once.
const CHUNK: usize = 1_000;

/// The changes of the records themselves, then of those whose uniqueness follows.
fn changes(
    workspace: &Workspace,
    run: RunId,
    kind: StepKind,
    records: &[StoredRecord],
    mut judge: Option<&mut Judge<'_>>,
) -> Result<Vec<RecordChange>> {
    let discards = kind == StepKind::Discard;
    let then = if discards {
        Status::Discarded
    } else {
        Status::Rejected
    };
    if let Some(judge) = &mut judge {
        for record in records {
            judge.give_status(record, then);
        }
    }
    let before = workspace.store.statuses_before_discard(run)?;
    let mut changes = Vec::with_capacity(records.len());
    for record in records {
        let problems = match &judge {
            Some(judge) if !discards => judge.again_unique(record)?.problems,
            _ => record.problems.clone(),
        };
        let status = if discards {
            Status::Discarded
        } else {
            status_again(record, &problems, before.get(&record.id).copied())
        };
        changes.push(RecordChange {
            record: record.id,
            version: record.version,
            text: None,
            status,
            key: record.key.clone(),
            unique: record.unique.clone(),
            problems,
            checked: Checked::AsBefore,
        });
    }
    if let Some(judge) = judge {
        let among = |id: RecordId| {
            records
                .binary_search_by_key(&id, |record| record.id)
                .is_ok()
        };
        let others = judge.neighbours(&among)?;
        changes.extend(others.into_iter().map(|(_, change)| change));
    }
    Ok(changes)
}

/// How a record stands that comes back with these problems and stood like this before it was set aside.
fn status_again(record: &StoredRecord, problems: &[Problem], before: Option<Status>) -> Status {
    let was_wrong = rejects(&record.problems);
    match before {
        _ if rejects(problems) => Status::Rejected,
        Some(Status::Rejected) if was_wrong && record.checked_by.is_some() => Status::Ready,
        // A person may have said that it is ready, and nobody may have checked it.
        Some(before) => before,
        None => Status::Rejected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fix::Change,
        model::Path,
        ops::{accept, edit, testing::Desk, undo, verify},
    };

    fn filter(line: &str) -> Filter {
        Filter::parse(line).unwrap()
    }

    fn holds(desk: &Desk) {
        for finding in verify(&desk.workspace).unwrap() {
            assert!(finding.ok, "{finding:?}");
        }
    }

    #[test]
    fn what_is_set_aside_comes_back_as_it_was() {
        let mut desk = Desk::checked(&["A1,a@b.de,30,Open", "A2,foo@,30,Open"]);
        let before = [desk.look(1), desk.look(2)];
        let job = Job::default();
        let report = discard(&mut desk.workspace, &filter(""), "test orders", &job).unwrap();
        assert_eq!((report.records, report.skipped.len()), (2, 0));
        assert_eq!(desk.look(1), "A1,a@b.de,30,Open | discarded | ");
        let step = &desk.workspace.store.history(None).unwrap()[0];
        assert_eq!(
            (step.kind, step.label.as_str()),
            (StepKind::Discard, "2 records: test orders")
        );
        holds(&desk);
        assert_eq!(
            discard(&mut desk.workspace, &filter(""), "", &job)
                .unwrap()
                .step,
            None
        );
        restore(&mut desk.workspace, &filter("is:aside"), &job).unwrap();
        assert_eq!([desk.look(1), desk.look(2)], before);
        holds(&desk);
        undo(&mut desk.workspace, None).unwrap();
        assert_eq!(desk.look(2), "A2,foo@,30,Open | discarded | format@/email");
        undo(&mut desk.workspace, None).unwrap();
        assert_eq!([desk.look(1), desk.look(2)], before);
        holds(&desk);
    }

    #[test]
    fn a_key_is_free_while_its_record_is_aside() {
        let mut desk = Desk::checked(&["K,a@b.de,30,Open", "K,b@b.de,30,Open"]);
        let job = Job::default();
        assert_eq!(desk.look(2), "K,b@b.de,30,Open | rejected | unique@/id");
        discard(&mut desk.workspace, &filter("row:1"), "", &job).unwrap();
        assert_eq!(desk.look(2), "K,b@b.de,30,Open | ready | ");
        holds(&desk);
        restore(&mut desk.workspace, &filter("row:1"), &job).unwrap();
        assert_eq!(desk.look(1), "K,a@b.de,30,Open | ready | ");
        assert_eq!(desk.look(2), "K,b@b.de,30,Open | rejected | unique@/id");
        holds(&desk);
        // The other way round: what comes back is the later one.
        discard(&mut desk.workspace, &filter("row:2"), "", &job).unwrap();
        restore(&mut desk.workspace, &filter("row:2"), &job).unwrap();
        assert_eq!(desk.look(2), "K,b@b.de,30,Open | rejected | unique@/id");
    }

    #[test]
    fn a_record_that_nobody_checked_is_not_ready_when_it_comes_back() {
        let mut desk = Desk::csv(&["A1,a@b.de,30,Open", "A2,b@b.de,30,Open"]);
        let job = Job::default();
        accept(&mut desk.workspace, RecordId(1), None).unwrap();
        let change = Change::Text {
            path: Path::field("age"),
            text: "31".to_owned(),
        };
        edit(&mut desk.workspace, RecordId(2), &[change], None).unwrap();
        discard(&mut desk.workspace, &filter(""), "", &job).unwrap();
        restore(&mut desk.workspace, &filter(""), &job).unwrap();
        assert_eq!(desk.look(1), "A1,a@b.de,30,Open | ready | ");
        assert_eq!(desk.look(2), "A2,b@b.de,31,Open | rejected | ");
    }
}
