//! Taking back a sheet that was handed out and edited: all its records as one step of the history.

mod cells;
mod rows;

use std::{collections::BTreeSet, path::Path as FilePath, time::Instant};

use anyhow::Result;

use self::rows::{Columns, Edited, Known, known, names, remarks};
use super::{
    Job, Progress, Workspace,
    check::count,
    edit::Desk,
    sheet::RECORD,
    verdict::{Verdict, status, title},
    workspace::{again_if_changed, now},
};
use crate::{
    fix::Change,
    model::{
        ChangeReport, Clash, Fault, MergeConflict, MergeReport, MergedField, Problem, RecordId,
        RefusedRow, Status, StepKind, Version,
    },
    read::{self, sheet::Table},
    store::{Entry, RecordChange, StoredRecord},
    text::{safe, shorten},
};

/// What is to be taken back, and how.
#[derive(Clone, Copy, Debug)]
pub struct MergeRequest<'r> {
    /// An Excel workbook that was handed out, or CSV with the columns of one.
    pub file: &'r FilePath,
    /// What was edited in the sheet wins over what was changed here since.
    pub overwrite: bool,
    /// Only say what would happen.
    pub dry_run: bool,
}

/// Fields shown of what would change.
const EXAMPLES: usize = 20;
/// Columns of a label in the history.
const LABEL: usize = 80;
/// Records that are read at once, and between two reports of how far it is.
const CHUNK: usize = 500;

/// A record that changes.
struct Work {
    record: StoredRecord,
    changes: Vec<Change>,
    text: Version,
}

/// Takes the edited values of a sheet back, checks their records, and writes one step. A row that cannot be taken back is
/// refused by itself, with the reason; a record that was changed here since it was handed out is a conflict and stays.
///
/// # Errors
/// `merge:workspace`; those of reading the file; `merge:columns` when it is not a sheet that was handed out; those of the contract's validator;
/// `interrupted`. Nothing is changed then.
pub fn merge(
    workspace: &mut Workspace,
    request: MergeRequest<'_>,
    job: &Job,
) -> Result<MergeReport> {
    let started = Instant::now();
    if workspace.spare(request.file).is_err() {
        let message = format!(
            "{} is the workspace, and no sheet of it",
            request.file.display()
        );
        return Err(Fault::usage("merge:workspace", message)
            .hint("name what `redrive export --format xlsx` wrote")
            .into());
    }
    let table = read::sheet::read(request.file, RECORD)?;
    let columns = Columns::of(&table)?;
    let report = again_if_changed(|| try_merge(workspace, (&table, &columns), request, job))?;
    tracing::info!(
        target: "redrive",
        event = "merge",
        run = report.run.map(|run| run.0),
        step = report.step.map(|step| step.0),
        rows = report.rows,
        changed = report.changed,
        conflicts = report.conflicts.len(),
        refused = report.refused.len(),
        duration_ms = started.elapsed().as_millis() as u64,
    );
    Ok(report)
}

fn try_merge(
    workspace: &mut Workspace,
    (table, columns): (&Table, &Columns),
    request: MergeRequest<'_>,
    job: &Job,
) -> Result<MergeReport> {
    let seen = workspace.store.changes()?;
    let mut report = MergeReport::default();
    let (found, rows) = known(workspace, (table, columns), &mut report.refused, job)?;
    report.rows = rows;
    let Some(run) = found.first().map(|one| one.record.run) else {
        return Ok(report);
    };
    report.run = Some(run);
    let mut desk = Desk::new(workspace, run)?;
    let work = wishes(&desk, found, (table, columns), request, &mut report, job)?;
    report.changed = work.len() as u64;
    let written = judged(workspace, &mut desk, work, &mut report, job)?;
    report.refused.sort_by_key(|one| one.row);
    if request.dry_run || written.is_empty() {
        return Ok(report);
    }
    let contract = desk.contract();
    let named = |problem: &Problem| match &contract {
        Some(contract) => title(contract, problem),
        None => problem.message.clone(),
    };
    let file = request.file.file_name().unwrap_or_default();
    let label = format!("merged from {}", safe(&file.to_string_lossy()));
    let (author, at) = (workspace.author.clone(), now());
    let label = shorten(&label, LABEL);
    let entry = Entry {
        seen: Some(seen),
        ..Entry::new(run, StepKind::Fix, (&author, &at), &label)
    };
    report.step = workspace.store.apply(&entry, &written, &named)?;
    Ok(report)
}

/// What is wished for each record, as far as it can be done.
fn wishes(
    desk: &Desk<'_>,
    found: Vec<Known<'_>>,
    (table, columns): (&Table, &Columns),
    request: MergeRequest<'_>,
    report: &mut MergeReport,
    job: &Job,
) -> Result<Vec<Work>> {
    let properties = desk
        .judge
        .as_ref()
        .map_or(&[][..], |judge| judge.checker().properties());
    let names = names(&desk.layout, properties, &found, job)?;
    report.remarks = remarks(columns, &names, &desk.layout);
    let mut work = Vec::new();
    let all = found.len();
    for (n, one) in found.into_iter().enumerate() {
        tell(job, n, all)?;
        let mut refuse = |why: String| {
            report.refused.push(RefusedRow {
                row: one.row,
                record: Some(one.record.id),
                why,
            });
        };
        let how = (table.is_csv, request.overwrite);
        let edited = match one.edited(desk, columns, &names, how, &mut report.alike_rows) {
            Ok(edited) => edited,
            Err(why) => {
                refuse(why);
                continue;
            }
        };
        match edited {
            Edited::Nothing => report.unchanged += 1,
            Edited::Clashes(fields) => report.conflicts.push(MergeConflict {
                row: one.row,
                record: one.record.id,
                fields,
            }),
            Edited::Changes { changes, fields } => match desk.text_after(&one.record, &changes) {
                Err(refusal) => refuse(refusal.message),
                Ok(text) if text == one.record.text => report.unchanged += 1,
                Ok(text) => {
                    remember(report, one.record.id, fields);
                    work.push(Work {
                        record: one.record,
                        changes,
                        text,
                    });
                }
            },
        }
    }
    report.alike = report.alike_rows.len() as u64;
    report.alike_rows.dedup();
    Ok(work)
}

/// Says now and then how many of the rows are looked at, and asks whether to go on.
///
/// # Errors
/// `interrupted`.
fn tell(job: &Job, done: usize, all: usize) -> Result<()> {
    if done.is_multiple_of(CHUNK) {
        job.check()?;
        job.report(Progress {
            done: done as u64,
            total: Some(all as u64),
            records: done as u64,
            ..Progress::default()
        });
    }
    Ok(())
}

/// Counts the fields of a record that changes, and keeps the first for a preview.
fn remember(report: &mut MergeReport, record: RecordId, fields: Vec<Clash>) {
    report.fields += fields.len() as u64;
    let room = EXAMPLES.saturating_sub(report.examples.len());
    let shown = fields.into_iter().take(room).map(|field| MergedField {
        record,
        path: field.path,
        before: field.now,
        after: field.sheet,
    });
    report.examples.extend(shown);
}

/// How the changed records stand then, with the others whose uniqueness follows.
fn judged(
    workspace: &Workspace,
    desk: &mut Desk<'_>,
    work: Vec<Work>,
    report: &mut MergeReport,
    job: &Job,
) -> Result<Vec<RecordChange>> {
    if let Some(judge) = &mut desk.judge {
        // All of them are moved before any is judged.
        for one in &work {
            let values = judge.values(&one.text);
            judge.move_to(&one.record, &values);
        }
    }
    let verdicts = verdicts(workspace, desk, &work, job)?;
    let mut others = Vec::new();
    if let Some(judge) = &desk.judge {
        let among: BTreeSet<RecordId> = work.iter().map(|one| one.record.id).collect();
        others = judge.neighbours(&|id| among.contains(&id))?;
    }
    let is_checked = desk.judge.is_some();
    let mut counts = ChangeReport::default();
    let mut written = Vec::with_capacity(work.len() + others.len());
    for (one, verdict) in work.into_iter().zip(verdicts) {
        // Without a check only a person makes a record ready.
        let after = if is_checked {
            status(&verdict.problems)
        } else {
            Status::Rejected
        };
        count(&mut counts, one.record.status, after);
        written.push(RecordChange {
            record: one.record.id,
            version: one.record.version,
            text: Some(one.text),
            status: after,
            key: verdict.values.key,
            unique: verdict.values.unique,
            problems: verdict.problems,
            checked: is_checked.into(),
        });
    }
    report.ready = counts.ready;
    report.still_rejected = counts.still_rejected;
    report.newly_broken = counts.newly_broken;
    report.others = others.len() as u64;
    written.extend(others.into_iter().map(|(_, change)| change));
    Ok(written)
}

/// What the check says of each text, and then the contract's validator.
fn verdicts(
    workspace: &Workspace,
    desk: &Desk<'_>,
    work: &[Work],
    job: &Job,
) -> Result<Vec<Verdict>> {
    let mut verdicts: Vec<(RecordId, &Version, Verdict)> = Vec::with_capacity(work.len());
    let reading = workspace.store.reading()?;
    for (n, one) in work.iter().enumerate() {
        let verdict = desk.verdict(&one.record, &one.text, &one.changes)?;
        verdicts.push((one.record.id, &one.text, verdict));
        tell(job, n, work.len())?;
    }
    // Nobody waits for a program while the workspace is being read.
    drop(reading);
    if let Some(judge) = &desk.judge {
        judge.ask(&mut verdicts, &|| job.is_cancelled())?;
    }
    Ok(verdicts
        .into_iter()
        .map(|(_, _, verdict)| verdict)
        .collect())
}

impl MergeReport {
    /// Whether a person still has to look at some of its rows.
    pub fn is_whole(&self) -> bool {
        self.conflicts.is_empty() && self.refused.is_empty()
    }
}
