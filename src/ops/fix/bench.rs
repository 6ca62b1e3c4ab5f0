//! Works out what a fix makes of records, on all processors. Each thread has a workspace of its own, and results come in the
//! order of the records whatever the threads.

use std::{cell::RefCell, collections::HashMap, path::Path as FilePath, sync::Arc, thread};

use anyhow::Result;
use crossbeam_channel::bounded;

use crate::{
    contract::Contract,
    fix::{Chain, Fixed},
    model::{
        Consequence, Effect, Layout, Path, Problem, RecordId, RunId, Stage, Status, Version, Wants,
    },
    ops::{
        Job, Progress, Workspace,
        list::document,
        verdict::{Judge, Verdict, rejects, status, values_of},
    },
    store::{Checked, RecordChange, StoredRecord},
};

/// Records that a thread takes at once.
pub(super) const CHUNK: usize = 500;

/// Chunks that a thread may be ahead of whoever takes them.
const AHEAD: usize = 4;

/// What all threads need to know.
#[derive(Clone, Copy)]
pub(super) struct Order<'o> {
    pub run: RunId,
    pub contract: Option<&'o Arc<Contract>>,
    pub field: &'o Path,
    pub chain: &'o Chain,
}

/// One thread's place of work.
pub(super) struct Bench<'w> {
    workspace: &'w Workspace,
    order: Order<'w>,
    layout: Layout,
    pub judge: Option<Judge<'w>>,
    /// What the contract wants at a path, by its pattern.
    wants: RefCell<HashMap<Path, Wants>>,
}

/// One record as it would be.
pub(super) struct Worked {
    pub record: StoredRecord,
    pub fixed: Fixed,
    pub verdict: Verdict,
    pub effect: Effect,
}

impl Worked {
    pub fn consequence(&self) -> Consequence {
        Consequence {
            record: self.record.id,
            version: self.record.version,
            effect: self.effect,
            ambiguous: self.fixed.ambiguous,
            undecided: self.fixed.undecided,
        }
    }

    /// What is to be written, and the record it is about; `None` where nothing changes.
    pub fn change(self) -> Option<(RecordChange, StoredRecord)> {
        if self.effect == Effect::Unchanged {
            return None;
        }
        let checked = if self.effect == Effect::NotChecked {
            Checked::Not
        } else {
            Checked::Whole
        };
        // Without a check only a person makes a record ready.
        let status = match checked {
            Checked::Whole => status(&self.verdict.problems),
            _ => Status::Rejected,
        };
        let change = RecordChange {
            record: self.record.id,
            version: self.record.version,
            text: Some(self.fixed.text),
            status,
            key: self.verdict.values.key,
            unique: self.verdict.values.unique,
            problems: self.verdict.problems,
            checked,
        };
        Some((change, self.record))
    }
}

impl<'w> Bench<'w> {
    pub fn new(workspace: &'w Workspace, order: Order<'w>) -> Result<Self> {
        let judge = match order.contract {
            Some(contract) => Some(Judge::new(workspace, order.run, Arc::clone(contract))?),
            None => None,
        };
        Ok(Self {
            layout: workspace.store.layout(order.run)?,
            workspace,
            order,
            judge,
            wants: RefCell::default(),
        })
    }

    /// The records of these numbers that can be changed.
    pub fn records(&self, ids: &[RecordId]) -> Result<Vec<StoredRecord>> {
        let mut records = self.workspace.store.records(ids)?;
        records.retain(|record| record.run == self.order.run && record.status.can_be_checked());
        Ok(records)
    }

    /// What the fix makes of a record's text.
    pub fn fix(&self, record: &StoredRecord) -> Fixed {
        let checker = self.judge.as_ref().map(Judge::checker);
        let stays_text = checker.is_some_and(|checker| !checker.coerces());
        let wants = |path: &Path| {
            let Some(checker) = checker.filter(|_| !stays_text) else {
                return Wants::default();
            };
            let pattern = Path::parse(&path.pattern()).unwrap_or_default();
            let mut known = self.wants.borrow_mut();
            known
                .entry(pattern)
                .or_insert_with(|| checker.wants(path))
                .clone()
        };
        let left = |why: Option<String>| Fixed {
            text: record.text.clone(),
            ambiguous: false,
            undecided: false,
            impossible: why,
        };
        let chain = self.order.chain;
        let read = chain.read(&record.text);
        let text = read.as_ref().unwrap_or(&record.text);
        let Some(document) = document(&self.layout, checker, text) else {
            return left(Some("the record cannot be split into fields".to_owned()));
        };
        match chain.apply(&self.layout, text, &wants, &document) {
            Ok(fixed) => fixed,
            Err(refusal) => left(Some(refusal.message)),
        }
    }

    /// What a text means, for showing it.
    pub fn document(&self, text: &Version) -> Option<serde_json::Value> {
        let checker = self.judge.as_ref().map(Judge::checker);
        document(&self.layout, checker, text)
    }

    /// What is right and wrong with records once they are fixed.
    pub fn judge(&self, fixed: Vec<(StoredRecord, Fixed)>, job: &Job) -> Result<Vec<Worked>> {
        // One reading for all of them: each of its own would lock the file.
        let reading = self.workspace.store.reading()?;
        let mut verdicts = Vec::with_capacity(fixed.len());
        for (record, fixed) in &fixed {
            verdicts.push(match &self.judge {
                Some(judge) if fixed.text != record.text => judge.verdict(record, &fixed.text)?,
                _ => Verdict {
                    values: values_of(record),
                    problems: self.unchecked(record, fixed),
                },
            });
        }
        // A validator takes its time.
        drop(reading);
        if let Some(judge) = &self.judge {
            // What does not change is not asked about again.
            let changed = |n: &usize| fixed[*n].1.text != fixed[*n].0.text;
            let numbers: Vec<usize> = (0..fixed.len()).filter(changed).collect();
            let mut asked: Vec<(RecordId, &Version, Verdict)> = (numbers.iter())
                .map(|n| (fixed[*n].0.id, &fixed[*n].1.text, verdicts[*n].clone()))
                .collect();
            judge.ask(&mut asked, &|| job.is_cancelled())?;
            for (n, (_, _, verdict)) in numbers.into_iter().zip(asked) {
                verdicts[n] = verdict;
            }
        }
        let worked = fixed.into_iter().zip(verdicts);
        Ok(worked
            .map(|((record, fixed), verdict)| Worked {
                effect: self.effect(&record, &fixed, &verdict.problems),
                record,
                fixed,
                verdict,
            })
            .collect())
    }

    /// Without a contract, what was reported at the field is taken for mended where it changes.
    fn unchecked(&self, record: &StoredRecord, fixed: &Fixed) -> Vec<Problem> {
        let mut problems = record.problems.clone();
        if fixed.text != record.text {
            problems.retain(|problem| !self.is_here(problem));
        }
        problems
    }

    fn is_here(&self, problem: &Problem) -> bool {
        let pattern = Path::parse(&problem.path.pattern()).unwrap_or_default();
        pattern.is_within(self.order.field)
    }

    fn effect(&self, record: &StoredRecord, fixed: &Fixed, after: &[Problem]) -> Effect {
        if fixed.text == record.text {
            return Effect::Unchanged;
        }
        if self.judge.is_none() {
            return Effect::NotChecked;
        }
        if !rejects(after) {
            return Effect::Ready;
        }
        // A rule that could not be reached while the field was wrong is no news of this fix.
        let stood_before = |stage: Stage| {
            let here = record
                .problems
                .iter()
                .filter(|problem| self.is_here(problem));
            here.map(|problem| problem.stage)
                .min()
                .is_some_and(|first| first < stage)
        };
        let is_new = |problem: &&Problem| {
            let known = |before: &Problem| {
                (&before.code, &before.detail, &before.path)
                    == (&problem.code, &problem.detail, &problem.path)
            };
            problem.rejects()
                && !self.is_here(problem)
                && !stood_before(problem.stage)
                && !record.problems.iter().any(known)
        };
        if record.status == Status::Ready || after.iter().any(|problem| is_new(&problem)) {
            Effect::NewlyBroken
        } else if after.iter().any(|p| p.rejects() && self.is_here(p)) {
            Effect::StillWrong
        } else {
            Effect::WrongElsewhere
        }
    }
}

/// Works on the records of `ids` in chunks and gives what `work` makes of each chunk to `take`, in order.
///
/// # Errors
/// The first one of `work` or `take`; `interrupted` when the job is cancelled.
pub(super) fn in_order<T: Send>(
    path: &FilePath,
    order: Order<'_>,
    ids: &[RecordId],
    job: &Job,
    work: impl Fn(&Bench<'_>, &[RecordId]) -> Result<T> + Sync,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let chunks: Vec<&[RecordId]> = ids.chunks(CHUNK).collect();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let threads = threads.clamp(1, chunks.len().max(1));
    thread::scope(|scope| {
        // Each thread takes every n-th chunk, so that asking them in turn gives the order.
        let mut results = Vec::with_capacity(threads);
        for first in 0..threads {
            let (give, receive) = bounded(AHEAD);
            results.push(receive);
            let (work, chunks) = (&work, &chunks);
            scope.spawn(move || {
                let worked = || -> Result<()> {
                    let workspace = Workspace::open_read_only(path)?;
                    let bench = Bench::new(&workspace, order)?;
                    for chunk in chunks.iter().skip(first).step_by(threads) {
                        job.check()?;
                        if give.send(work(&bench, chunk)).is_err() {
                            break;
                        }
                    }
                    Ok(())
                };
                if let Err(error) = worked() {
                    // Nobody takes it any more if something else went wrong first.
                    drop(give.send(Err(error)));
                }
            });
        }
        let mut done = 0;
        for (chunk, from) in chunks.iter().zip(results.iter().cycle()) {
            job.check()?;
            match from.recv() {
                Ok(result) => take(result?)?,
                Err(_) => anyhow::bail!("a thread ended before its work was done"),
            }
            done += chunk.len() as u64;
            job.report(Progress {
                done,
                total: Some(ids.len() as u64),
                records: done,
                ..Progress::default()
            });
        }
        // Threads that still wait to give something are let go.
        drop(results);
        Ok(())
    })
}
