//! Setting records aside, and taking them back.

use std::sync::Arc;

use anyhow::Result;

use super::{
    Job, Workspace, ids,
    verdict::{Judge, rejects, title},
    workspace::{again_if_changed, now},
};
use crate::{
    filter::{Filter, Wanted},
    model::{AsideReport, Fault, FaultKind, Problem, RecordId, RunId, Status, StepKind},
    store::{Checked, Entry, RecordChange, StoredRecord},
    text::{count, shorten},
};

/// Columns of a label in the history.
const LABEL: usize = 80;

/// Sets records aside: nobody is asked to fix them and nothing sends them, until they are taken back. Records on their way or
/// sent stay as they are. What had to differ from one of them is decided again. One step. Where `counted` says which records a
/// person has agreed to, it is those or none.
///
/// # Errors
/// `aside:changed` when it would not be the records that were counted; `interrupted`; those of a workspace that cannot be used.
pub fn discard(
    workspace: &mut Workspace,
    filter: &Filter,
    reason: &str,
    counted: Option<&[RecordId]>,
    job: &Job,
) -> Result<AsideReport> {
    let is_meant = |record: &StoredRecord| MEANT.contains(&record.status);
    let words = |records: u64| {
        let reason = if reason.is_empty() {
            String::new()
        } else {
            format!(": {reason}")
        };
        shorten(&format!("{}{reason}", count(records, "record")), LABEL)
    };
    let moved = Moved {
        kind: StepKind::Discard,
        is_meant: &is_meant,
        counted,
        words: &words,
    };
    again_if_changed(|| move_aside(workspace, filter, &moved, job))
}

/// What can be set aside.
const MEANT: [Status; 2] = [Status::Rejected, Status::Ready];

/// What [`discard`] would set aside of a filter's records now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// In the order of their numbers.
    pub records: Arc<[RecordId]>,
    /// Records that are on their way or were sent: they stay as they are.
    pub stay: u64,
}

/// Counts what [`discard`] would set aside, for a person to agree to.
///
/// # Errors
/// `run:missing`; those of a workspace that cannot be used.
pub fn count_aside(workspace: &Workspace, filter: &Filter) -> Result<Counted> {
    let _still = workspace.store.reading()?;
    let with = |statuses: Vec<Status>| {
        let mut filter = filter.clone();
        filter.and(Wanted::Status(statuses));
        ids(workspace, &filter)
    };
    let frozen = Status::ALL.into_iter().filter(|status| status.is_frozen());
    Ok(Counted {
        records: with(MEANT.to_vec())?.into(),
        stay: with(frozen.collect())?.len() as u64,
    })
}

/// Takes back records that were set aside: each is ready or needs fixing as before, and what must differ is decided again. One
/// step.
///
/// # Errors
/// Those of [`discard`].
pub fn restore(workspace: &mut Workspace, filter: &Filter, job: &Job) -> Result<AsideReport> {
    let is_meant = |record: &StoredRecord| record.status == Status::Discarded;
    let words = |records: u64| count(records, "record");
    let moved = Moved {
        kind: StepKind::Restore,
        is_meant: &is_meant,
        counted: None,
        words: &words,
    };
    again_if_changed(|| move_aside(workspace, filter, &moved, job))
}

/// What is done to which records of a filter.
struct Moved<'m> {
    kind: StepKind,
    is_meant: &'m dyn Fn(&StoredRecord) -> bool,
    /// It is these or none.
    counted: Option<&'m [RecordId]>,
    /// The label of the step of so many records.
    words: &'m dyn Fn(u64) -> String,
}

fn move_aside(
    workspace: &mut Workspace,
    filter: &Filter,
    moved: &Moved<'_>,
    job: &Job,
) -> Result<AsideReport> {
    let kind = moved.kind;
    let Some(run) = workspace.run_of(filter)? else {
        return Ok(AsideReport::default());
    };
    let seen = workspace.store.changes()?;
    let contract = workspace.contract(run)?;
    let (mut records, mut report) = (Vec::new(), AsideReport::default());
    for chunk in ids(workspace, filter)?.chunks(CHUNK) {
        job.check()?;
        for record in workspace.store.records(chunk)? {
            if (moved.is_meant)(&record) {
                records.push(record);
            } else if record.status.is_frozen() {
                report.skipped.push(record.id);
            }
        }
    }
    let found = || records.iter().map(|record: &StoredRecord| record.id);
    if let Some(counted) = moved.counted
        && !found().eq(counted.iter().copied())
    {
        return Err(not_counted(records.len(), counted.len()).into());
    }
    let mut judge = match &contract {
        Some(contract) => Some(Judge::new(workspace, run, contract.clone())?),
        None => None,
    };
    let changes = changes(workspace, run, kind, &records, judge.as_mut())?;
    report.records = records.len() as u64;
    let label = (moved.words)(report.records);
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

fn not_counted(now: usize, counted: usize) -> Fault {
    let (now, counted) = (now as u64, counted as u64);
    let message = match (now, counted) {
        (_, 1) => "the record was sent, set aside or fixed meanwhile".to_owned(),
        _ if now == counted => format!(
            "these are not the same {} any more: somebody changed some of them meanwhile",
            count(counted, "record")
        ),
        _ => format!("it is {} now, not {counted}", count(now, "record")),
    };
    Fault::new(FaultKind::Nothing, "aside:changed", message)
        .hint("nothing was set aside; look again")
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
        ops::{
            accept, edit,
            testing::{self, Desk},
            undo, verify,
        },
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
        let report = discard(&mut desk.workspace, &filter(""), "test orders", None, &job).unwrap();
        assert_eq!((report.records, report.skipped.len()), (2, 0));
        assert_eq!(desk.look(1), "A1,a@b.de,30,Open | discarded | ");
        let step = &desk.workspace.store.history(None).unwrap()[0];
        assert_eq!(
            (step.kind, step.label.as_str()),
            (StepKind::Discard, "2 records: test orders")
        );
        holds(&desk);
        assert_eq!(
            discard(&mut desk.workspace, &filter(""), "", None, &job)
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
    fn what_is_set_aside_is_no_longer_open_in_its_problem() {
        let mut desk = Desk::checked(&["A1,foo@,30,Open", "A2,bar@,old,Open"]);
        // Nothing was loaded with these problems, so that a group with none open is not listed.
        let open = |desk: &Desk| -> Vec<(String, u64)> {
            (desk
                .workspace
                .store
                .groups(RunId(1), &filter(""))
                .unwrap()
                .into_iter())
            .map(|group| (group.path, group.open))
            .collect()
        };
        let told = |all: &[(&str, u64)]| -> Vec<(String, u64)> {
            all.iter()
                .map(|(path, open)| ((*path).to_owned(), *open))
                .collect()
        };
        assert_eq!(open(&desk), told(&[("/email", 2), ("/age", 1)]));
        let job = Job::default();
        discard(&mut desk.workspace, &filter("row:2"), "", None, &job).unwrap();
        assert_eq!(open(&desk), told(&[("/email", 1)]));
        holds(&desk);
        undo(&mut desk.workspace, None).unwrap();
        assert_eq!(open(&desk), told(&[("/email", 2), ("/age", 1)]));
        discard(&mut desk.workspace, &filter(""), "", None, &job).unwrap();
        assert_eq!(open(&desk), told(&[]));
        restore(&mut desk.workspace, &filter("row:2"), &job).unwrap();
        assert_eq!(open(&desk), told(&[("/email", 1), ("/age", 1)]));
        holds(&desk);
    }

    #[test]
    fn a_key_is_free_while_its_record_is_aside() {
        let mut desk = Desk::checked(&["K,a@b.de,30,Open", "K,b@b.de,30,Open"]);
        let job = Job::default();
        assert_eq!(desk.look(2), "K,b@b.de,30,Open | rejected | unique@/id");
        discard(&mut desk.workspace, &filter("row:1"), "", None, &job).unwrap();
        assert_eq!(desk.look(2), "K,b@b.de,30,Open | ready | ");
        holds(&desk);
        restore(&mut desk.workspace, &filter("row:1"), &job).unwrap();
        assert_eq!(desk.look(1), "K,a@b.de,30,Open | ready | ");
        assert_eq!(desk.look(2), "K,b@b.de,30,Open | rejected | unique@/id");
        holds(&desk);
        // The other way round: what comes back is the later one.
        discard(&mut desk.workspace, &filter("row:2"), "", None, &job).unwrap();
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
        discard(&mut desk.workspace, &filter(""), "", None, &job).unwrap();
        restore(&mut desk.workspace, &filter(""), &job).unwrap();
        assert_eq!(desk.look(1), "A1,a@b.de,30,Open | ready | ");
        assert_eq!(desk.look(2), "A2,b@b.de,31,Open | rejected | ");
    }

    fn set(desk: &mut Desk, id: i64, email: &str) {
        let change = Change::Text {
            path: Path::field("email"),
            text: email.to_owned(),
        };
        edit(&mut desk.workspace, RecordId(id), &[change], None).unwrap();
    }

    #[test]
    fn what_is_set_aside_is_what_was_counted_or_nothing() {
        let lines = ["A1,foo@,30,Open", "A2,foo@,30,Open", "A3,foo@,30,Open"];
        let mut desk = Desk::checked(&lines);
        let wrong = filter("status:rejected");
        let counted = count_aside(&desk.workspace, &wrong).unwrap();
        assert_eq!(counted.records[..], [1, 2, 3].map(RecordId));
        let aside = |desk: &mut Desk, counted: &Counted| {
            let records = Some(&*counted.records);
            discard(
                &mut desk.workspace,
                &wrong,
                "tests",
                records,
                &Job::default(),
            )
        };
        // Somebody mends one of them before the person says yes.
        set(&mut desk, 2, "a@b.de");
        let error = aside(&mut desk, &counted).unwrap_err();
        assert_eq!(testing::code(&error), "aside:changed");
        assert_eq!(error.to_string(), "it is 2 records now, not 3");
        assert_eq!(desk.look(1), "A1,foo@,30,Open | rejected | format@/email");
        let counted = count_aside(&desk.workspace, &wrong).unwrap();
        assert_eq!(counted.records[..], [1, 3].map(RecordId));
        // As many others are no better.
        set(&mut desk, 3, "a@b.de");
        set(&mut desk, 2, "b@");
        let error = aside(&mut desk, &counted).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("these are not the same 2 records any more")
        );
        let counted = count_aside(&desk.workspace, &wrong).unwrap();
        assert_eq!(aside(&mut desk, &counted).unwrap().records, 2);
        assert_eq!(
            count_aside(&desk.workspace, &wrong).unwrap(),
            Counted::default()
        );
        holds(&desk);
    }
}
