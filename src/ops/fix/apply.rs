//! Doing what was previewed.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    thread,
    time::Instant,
};

use anyhow::Result;
use crossbeam_channel::bounded;

use super::{
    FixPreview,
    bench::{Bench, CHUNK, Order, Worked, in_order},
    chain,
    field::touches_uniqueness,
    order,
    recipe::recipe_step,
    worked,
};
use crate::{
    contract::Contract,
    model::{Consequence, Effect, FixReport, Problem, RecordId, RunId, StepId, StepKind},
    ops::{Job, Workspace, verdict::title, workspace::now},
    store::{Applied, Entry, RecordChange, StoredRecord, Title},
};

/// Does what was previewed to exactly those versions of those records, but for those left out meanwhile. One step, all or
/// nothing; records that somebody changed or sent after the preview are skipped and named.
///
/// # Errors
/// As [`preview_fix`](super::preview_fix); `workspace:changed` when the fix decides uniqueness and somebody wrote meanwhile.
pub fn apply_fix(
    workspace: &mut Workspace,
    preview: &FixPreview,
    left_out: &BTreeSet<RecordId>,
    job: &Job,
) -> Result<FixReport> {
    let started = Instant::now();
    let seen = workspace.store.changes()?;
    let (run, request) = (preview.run, &preview.request);
    let contract = workspace.contract(run)?;
    let under = workspace.store.contract_of(run)?;
    let chain = chain(request)?;
    let what = serde_json::to_string(&[recipe_step(workspace, run, request)?])?;
    let label = request.words();
    let (author, at) = (workspace.author.clone(), now());
    let named = |problem: &Problem| match &contract {
        Some(contract) => title(contract, problem),
        None => problem.message.clone(),
    };
    let mut report = FixReport {
        left_out: preview.report.left_out + left_out.len() as u64,
        ..FixReport::default()
    };
    let mut work = Work {
        order: order(run, contract.as_ref(), request, &chain),
        entry: Entry {
            under,
            what: Some(&what),
            ..Entry::new(run, StepKind::Fix, (&author, &at), &label)
        },
        planned: HashMap::new(),
        ids: Vec::new(),
        named: &named,
    };
    for one in (preview.consequences.iter()).filter(|one| !left_out.contains(&one.record)) {
        if one.effect == Effect::Unchanged {
            report.add(one);
        } else {
            work.planned.insert(one.record, one.version);
            work.ids.push(one.record);
        }
    }
    let applied = if touches_uniqueness(contract.as_deref(), request) {
        work.entry.seen = Some(seen);
        let (worked, others) = together(workspace, work.order, &work.ids, job)?;
        report.others = others.len() as u64;
        work.write(workspace, worked, others, &mut report)?
    } else if contract.as_deref().is_some_and(has_validator) {
        // Nobody waits for a program while the workspace is locked.
        let worked = collect(workspace, work.order, &work.ids, job)?;
        work.write(workspace, worked, Vec::new(), &mut report)?
    } else {
        work.stream(workspace, &mut report, job)?
    };
    report.step = applied.step;
    report.skipped = applied.skipped;
    report.skipped.sort_unstable();
    log(run, &report, started);
    Ok(report)
}

fn has_validator(contract: &Contract) -> bool {
    contract.validator.is_some()
}

/// What is to be written.
struct Work<'w> {
    order: Order<'w>,
    entry: Entry<'w>,
    /// The records that change, with the version that was previewed.
    planned: HashMap<RecordId, i64>,
    /// The same in order.
    ids: Vec<RecordId>,
    named: Title<'w>,
}

/// What the threads of a fix give to whoever writes.
enum Given {
    Change(Consequence, Box<(RecordChange, StoredRecord)>),
    /// The record is no longer the version that was previewed.
    Late(RecordId),
}

impl Work<'_> {
    /// Writes what was worked out.
    fn write(
        &self,
        workspace: &mut Workspace,
        worked: Vec<Worked>,
        others: Vec<RecordChange>,
        report: &mut FixReport,
    ) -> Result<Applied> {
        let same: Vec<Worked> = (worked.into_iter())
            .filter(|one| is_planned(&self.planned, &one.record))
            .collect();
        let here: HashSet<RecordId> = same.iter().map(|one| one.record.id).collect();
        for one in &same {
            report.add(&one.consequence());
        }
        // They were read before the workspace was locked.
        let changes = same.into_iter().filter_map(Worked::change);
        let changes = changes.map(|(change, _)| change).chain(others);
        let mut changes = changes.map(|change| Ok((change, None)));
        let store = &mut workspace.store;
        let mut applied = store.apply_each(&self.entry, &mut changes, self.named)?;
        // Changed, sent or set aside since they were previewed.
        let late = self.ids.iter().filter(|id| !here.contains(id));
        applied.skipped.extend(late);
        Ok(applied)
    }

    /// Works out and writes at the same time, so that memory stays flat. The work begins when the workspace is locked for
    /// writing, so that nobody comes in between.
    fn stream(
        &self,
        workspace: &mut Workspace,
        report: &mut FixReport,
        job: &Job,
    ) -> Result<Applied> {
        let path = workspace.path.clone();
        let (order, planned, ids) = (self.order, &self.planned, &self.ids);
        let (locked, begin) = bounded::<()>(0);
        let (give, receive) = bounded::<Result<Vec<Given>>>(1);
        let mut late = Vec::new();
        let mut applied = thread::scope(|scope| {
            scope.spawn(move || {
                // Nothing is to be done if the lock was not given.
                if begin.recv().is_err() {
                    return;
                }
                let work = |bench: &Bench<'_>, ids: &[RecordId]| given(bench, ids, planned, job);
                let done = in_order(&path, order, ids, job, work, |chunk| {
                    let sent = give.send(Ok(chunk));
                    sent.map_err(|_| anyhow::anyhow!("nobody writes any more"))
                });
                if let Err(error) = done {
                    drop(give.send(Err(error)));
                }
            });
            let mut chunks = receive.into_iter();
            let mut locked = Some(locked);
            let mut open = Vec::new().into_iter();
            let mut changes = std::iter::from_fn(|| {
                if let Some(locked) = locked.take() {
                    let _ = locked.send(());
                }
                loop {
                    match open.next() {
                        Some(Given::Change(consequence, change)) => {
                            report.add(&consequence);
                            let (change, record) = *change;
                            return Some(Ok((change, Some(record))));
                        }
                        Some(Given::Late(id)) => late.push(id),
                        None => match chunks.next()? {
                            Ok(chunk) => open = chunk.into_iter(),
                            Err(error) => return Some(Err(error)),
                        },
                    }
                }
            });
            let store = &mut workspace.store;
            store.apply_each(&self.entry, &mut changes, self.named)
            // Whoever still works or waits for the lock is let go here.
        })?;
        applied.skipped.extend(late);
        Ok(applied)
    }
}

fn is_planned(planned: &HashMap<RecordId, i64>, record: &StoredRecord) -> bool {
    planned.get(&record.id) == Some(&record.version)
}

/// What one thread gives for some records.
fn given(
    bench: &Bench<'_>,
    ids: &[RecordId],
    planned: &HashMap<RecordId, i64>,
    job: &Job,
) -> Result<Vec<Given>> {
    let (same, late): (Vec<_>, Vec<_>) =
        (bench.records(ids)?.into_iter()).partition(|record| is_planned(planned, record));
    let mut given: Vec<Given> = late.iter().map(|record| Given::Late(record.id)).collect();
    // What was sent or set aside meanwhile is not among them at all.
    let is_here = |id: &RecordId| same.iter().chain(&late).any(|record| record.id == *id);
    given.extend(
        ids.iter()
            .filter(|id| !is_here(id))
            .map(|id| Given::Late(*id)),
    );
    for one in worked(bench, same, job)? {
        let consequence = one.consequence();
        let change = one.change().map(Box::new);
        given.extend(change.map(|change| Given::Change(consequence, change)));
    }
    Ok(given)
}

fn collect(
    workspace: &Workspace,
    order: Order<'_>,
    ids: &[RecordId],
    job: &Job,
) -> Result<Vec<Worked>> {
    let mut all = Vec::with_capacity(ids.len());
    let work = |bench: &Bench<'_>, ids: &[RecordId]| worked(bench, bench.records(ids)?, job);
    in_order(&workspace.path, order, ids, job, work, |chunk| {
        all.extend(chunk);
        Ok(())
    })?;
    Ok(all)
}

/// Fixes records whose uniqueness changes: all of them are moved before any is judged. Gives also the changes of other records
/// whose uniqueness follows.
pub(super) fn together(
    workspace: &Workspace,
    order: Order<'_>,
    ids: &[RecordId],
    job: &Job,
) -> Result<(Vec<Worked>, Vec<RecordChange>)> {
    let mut bench = Bench::new(workspace, order)?;
    let mut fixed = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        job.check()?;
        for record in bench.records(chunk)? {
            let one = bench.fix(&record);
            fixed.push((record, one));
        }
    }
    if let Some(judge) = &mut bench.judge {
        for (record, one) in &fixed {
            let values = judge.values(&one.text);
            judge.move_to(record, &values);
        }
    }
    let worked = bench.judge(fixed, job)?;
    let among: BTreeSet<RecordId> = worked.iter().map(|one| one.record.id).collect();
    let others = match &bench.judge {
        Some(judge) => judge.neighbours(&|id| among.contains(&id))?,
        None => Vec::new(),
    };
    Ok((
        worked,
        others.into_iter().map(|(_, change)| change).collect(),
    ))
}

fn log(run: RunId, report: &FixReport, started: Instant) {
    tracing::info!(
        target: "redrive",
        event = "fix",
        run = run.0,
        step = report.step.map(|step: StepId| step.0),
        changed = report.changed,
        ready = report.ready,
        still_rejected = report.still_rejected(),
        newly_broken = report.newly_broken,
        skipped = report.skipped.len(),
        duration_ms = started.elapsed().as_millis() as u64,
    );
}
