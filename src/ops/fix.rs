//! The same edit of many records: first what it would do, then doing exactly that.

mod apply;
mod bench;
mod choices;
mod copy;
mod dates;
mod field;
#[cfg(test)]
mod random;
mod recipe;
mod suggest;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use anyhow::Result;
use serde_json::Value;

pub use self::{
    apply::apply_fix,
    choices::{Asks, FixChoice, FixKind, SAMPLE, fix_choices, made_ready},
    dates::date_evidence,
    recipe::{Replayed, recipe_of, replay},
    suggest::{SuggestedFix, suggest_fixes},
};
use self::{
    apply::together,
    bench::{Bench, Order, Worked, in_order},
    field::{know_field, touches_uniqueness},
};
pub(super) use self::{copy::clear_copies, field::fields, recipe::condition};
use super::{
    Job, Workspace, ids,
    list::{document, rows},
};
use crate::{
    contract::Contract,
    filter::Filter,
    fix::{Chain, Mistake, Transform, places},
    model::{
        Consequence, Effect, Fault, FixReport, FixRow, Path, RecordId, RecordRow, RunId, StepId,
    },
    store::StoredRecord,
    text::shorten,
};

/// What is to be done to which records.
#[derive(Clone, Debug, PartialEq)]
pub struct FixRequest {
    pub filter: Filter,
    /// The field; `[]` stands for each position of a list.
    pub field: Path,
    /// Made one after the other.
    pub transforms: Vec<Transform>,
    /// Records that stay as they are.
    pub left_out: BTreeSet<RecordId>,
    /// Look at so many records only: what a fix would do to a sample.
    pub sample: Option<usize>,
}

impl FixRequest {
    pub fn new(filter: Filter, field: Path, transforms: Vec<Transform>) -> Self {
        Self {
            filter,
            field,
            transforms,
            left_out: BTreeSet::new(),
            sample: None,
        }
    }

    /// What it does, in words: `created_at  trim, lower case`.
    pub fn words(&self) -> String {
        let words: Vec<String> = self.transforms.iter().map(Transform::words).collect();
        shorten(
            &format!("{}  {}", self.field.label(), words.join(", ")),
            LABEL,
        )
    }
}

/// What a fix would do to exactly these versions of these records.
#[derive(Clone, Debug, PartialEq)]
pub struct FixPreview {
    pub run: RunId,
    pub request: FixRequest,
    pub report: FixReport,
    /// One a record, in the order of the records.
    pub consequences: Vec<Consequence>,
}

/// Columns of a label in the history.
const LABEL: usize = 80;

/// Works out what a fix would do. Changes nothing.
///
/// # Errors
/// `fix:transform` when a transform cannot be used, with its position; `fix:field` when no record and no schema has the field,
/// with the nearest; `interrupted`; those of the contract's validator.
pub fn preview_fix(
    workspace: &Workspace,
    request: &FixRequest,
    job: &Job,
) -> Result<Option<FixPreview>> {
    let Some(run) = workspace.run_of(&request.filter)? else {
        return Ok(None);
    };
    let contract = workspace.contract(run)?;
    let chain = chain(request)?;
    let order = order(run, contract.as_ref(), request, &chain);
    let mut preview = FixPreview {
        run,
        request: request.clone(),
        report: FixReport::default(),
        consequences: Vec::new(),
    };
    let scope = scope(workspace, request, &mut preview.report)?;
    know_field(workspace, order, &scope)?;
    let mut add = |one: Consequence| {
        preview.report.add(&one);
        preview.consequences.push(one);
    };
    if touches_uniqueness(contract.as_deref(), request) {
        let (worked, others) = together(workspace, order, &scope, job)?;
        for one in &worked {
            add(one.consequence());
        }
        preview.report.others = others.len() as u64;
    } else {
        let work = |bench: &Bench<'_>, ids: &[RecordId]| -> Result<Vec<Consequence>> {
            let worked = worked(bench, bench.records(ids)?, job)?;
            Ok(worked.iter().map(Worked::consequence).collect())
        };
        in_order(&workspace.path, order, &scope, job, work, |chunk| {
            chunk.into_iter().for_each(&mut add);
            Ok(())
        })?;
    }
    Ok(Some(preview))
}

/// How many records that a fix would change are not what they were when it was previewed: applied, it leaves them as they are.
///
/// # Errors
/// When the workspace cannot be read.
pub fn changed_since_preview(workspace: &Workspace, preview: &FixPreview) -> Result<u64> {
    let now = workspace.store.versions(preview.run)?;
    let meant = preview.consequences.iter();
    let late = meant
        .filter(|one| one.effect != Effect::Unchanged)
        .filter(|one| now.get(&one.record) != Some(&one.version));
    Ok(late.count() as u64)
}

/// Values of the field before and after, for these records of a preview.
///
/// # Errors
/// As [`preview_fix`].
pub fn fix_rows(
    workspace: &Workspace,
    preview: &FixPreview,
    window: &[Consequence],
) -> Result<Vec<FixRow>> {
    let contract = workspace.contract(preview.run)?;
    let chain = chain(&preview.request)?;
    let order = order(preview.run, contract.as_ref(), &preview.request, &chain);
    let bench = Bench::new(workspace, order)?;
    let ids: Vec<RecordId> = window.iter().map(|one| one.record).collect();
    let records = bench.records(&ids)?;
    let known: HashMap<RecordId, &Consequence> =
        window.iter().map(|one| (one.record, one)).collect();
    let mut rows = Vec::with_capacity(records.len());
    for one in worked(&bench, records, &Job::default())? {
        let Some(consequence) = known.get(&one.record.id) else {
            continue;
        };
        let (before, after) = shown(&bench, &preview.request.field, &one);
        let problem = one
            .verdict
            .problems
            .iter()
            .find(|problem| problem.rejects());
        let note = match (&one.fixed.impossible, problem) {
            (Some(why), _) => why.clone(),
            (None, Some(problem)) if one.effect != Effect::Unchanged => problem.message.clone(),
            _ => String::new(),
        };
        rows.push(FixRow {
            consequence: **consequence,
            line: one.record.line,
            key: one.record.key,
            before,
            after,
            note,
        });
    }
    Ok(rows)
}

/// The same of records that a step has fixed: what their fields were before it and after it, whatever was done since.
///
/// # Errors
/// `run:missing`.
pub fn fixed_rows(
    workspace: &Workspace,
    preview: &FixPreview,
    (window, step): (&[Consequence], StepId),
) -> Result<Vec<FixRow>> {
    let layout = workspace.store.layout(preview.run)?;
    let contract = workspace.contract(preview.run)?;
    let checker = contract.as_deref().map(|contract| &*contract.checker);
    let ids: Vec<RecordId> = window.iter().map(|one| one.record).collect();
    let known: HashMap<RecordId, RecordRow> = (rows(workspace, &ids)?.into_iter())
        .map(|row| (row.id, row))
        .collect();
    let mut fixed = Vec::with_capacity(window.len());
    for one in window {
        let texts = workspace.store.text_of_step(step, one.record)?;
        let (Some((_, before, after)), Some(row)) = (texts, known.get(&one.record)) else {
            continue;
        };
        let [before, after] =
            [before, after].map(|text| document(&layout, checker, &text).unwrap_or_default());
        let (before, after) = values(&before, &after, &preview.request.field);
        fixed.push(FixRow {
            consequence: *one,
            line: row.line,
            key: row.key.clone(),
            before,
            after,
            note: String::new(),
        });
    }
    Ok(fixed)
}

fn order<'o>(
    run: RunId,
    contract: Option<&'o Arc<Contract>>,
    request: &'o FixRequest,
    chain: &'o Chain,
) -> Order<'o> {
    Order {
        run,
        contract,
        field: &request.field,
        chain,
    }
}

/// For a chain without a formula.
fn no_formula() -> Mistake {
    Mistake::new("there is no formula here", "name a transform")
}

/// The transforms, ready.
fn chain(request: &FixRequest) -> Result<Chain, Fault> {
    Chain::new(&request.field, &request.transforms, &|cel| {
        crate::ops::formula::compile(cel)
    })
    .map_err(mistake)
}

/// The fault of a transform that cannot be used.
pub fn mistake(mistake: Mistake) -> Fault {
    let message = match mistake.position {
        Some(position) => format!("{} (character {position})", mistake.message),
        None => mistake.message,
    };
    Fault::usage("fix:transform", message).hint(mistake.hint)
}

/// The records of the request.
fn scope(
    workspace: &Workspace,
    request: &FixRequest,
    report: &mut FixReport,
) -> Result<Vec<RecordId>> {
    let mut scope = ids(workspace, &request.filter)?;
    let all = scope.len();
    scope.retain(|id| !request.left_out.contains(id));
    report.left_out = (all - scope.len()) as u64;
    Ok(spread(scope, request.sample))
}

/// So many of them from all over the list.
fn spread<T>(all: Vec<T>, sample: Option<usize>) -> Vec<T> {
    match sample {
        Some(most) if most > 0 && all.len() > most => {
            let every = all.len() / most;
            all.into_iter().step_by(every).take(most).collect()
        }
        _ => all,
    }
}

/// Values before and after at the first place that changes, or the first there is.
fn shown(bench: &Bench<'_>, field: &Path, one: &Worked) -> (Option<String>, Option<String>) {
    let before = bench.document(&one.record.text).unwrap_or_default();
    let after = bench.document(&one.fixed.text).unwrap_or_default();
    values(&before, &after, field)
}

/// The values of a field as JSON; of a list the first that differs.
fn values(before: &Value, after: &Value, field: &Path) -> (Option<String>, Option<String>) {
    let all = places(before, field);
    let at = |document: &Value, path: &Path| document.pointer(path.as_str()).cloned();
    let changed = all.iter().find(|path| at(before, path) != at(after, path));
    let Some(path) = changed.or(all.first()) else {
        return (None, None);
    };
    let text = |document: &Value| at(document, path).map(|value| value.to_string());
    (text(before), text(after))
}

/// Fixes and judges records whose uniqueness does not change.
fn worked(bench: &Bench<'_>, records: Vec<StoredRecord>, job: &Job) -> Result<Vec<Worked>> {
    let fixed = records.into_iter().map(|record| {
        let fixed = bench.fix(&record);
        (record, fixed)
    });
    bench.judge(fixed.collect(), job)
}
