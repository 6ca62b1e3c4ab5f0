//! Looking: runs, groups, records.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use anyhow::Result;
use serde_json::{Map, Value};

use super::Workspace;
use crate::{
    check::Checker,
    contract::Contract,
    filter::Filter,
    model::{Group, Layout, Path, RecordDetail, RecordId, RecordRow, RunId, RunRow, Version},
    row::Row,
    store::StoredRecord,
};

/// All runs, newest first.
pub fn runs(workspace: &Workspace) -> Result<Vec<RunRow>> {
    workspace.store.runs()
}

/// The groups of the run the filter names (else the newest), largest first, those with nothing open last. Other terms
/// keep only groups that some record of the filter has.
///
/// # Errors
/// `run:missing`.
pub fn groups(workspace: &Workspace, filter: &Filter) -> Result<Vec<Group>> {
    match workspace.run_of(filter)? {
        Some(run) => workspace.store.groups(run, filter),
        None => Ok(Vec::new()),
    }
}

/// The numbers of all records that pass the filter (of the newest run when it names none), in order. Only stored records:
/// passed ones that were not kept have no row.
///
/// # Errors
/// `run:missing`.
pub fn ids(workspace: &Workspace, filter: &Filter) -> Result<Vec<RecordId>> {
    match workspace.run_of(filter)? {
        Some(run) => workspace.store.ids(run, filter),
        None => Ok(Vec::new()),
    }
}

/// The rows of these records, in the order asked for; unknown numbers are left out.
pub fn rows(workspace: &Workspace, ids: &[RecordId]) -> Result<Vec<RecordRow>> {
    let mut runs: HashMap<RunId, Reading> = HashMap::new();
    let mut rows = Vec::with_capacity(ids.len());
    for record in workspace.store.records(ids)? {
        let reading = match runs.entry(record.run) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Reading::of(workspace, record.run)?),
        };
        rows.push(reading.row(record).0);
    }
    Ok(rows)
}

/// Everything about one record.
///
/// # Errors
/// `record:missing`, exit 3, saying so when the number belongs to a passed record that was not kept.
pub fn show(workspace: &Workspace, id: RecordId) -> Result<RecordDetail> {
    let store = &workspace.store;
    let record = store.record(id)?;
    let reading = Reading::of(workspace, record.run)?;
    let (raw, text, byte) = (record.raw().clone(), record.text.clone(), record.byte);
    let (row, received) = reading.row(record);
    Ok(RecordDetail {
        source: store.run(row.run)?.source,
        byte,
        raw,
        text,
        received,
        history: store.history_of(id)?,
        attempts: store.attempts(id)?,
        has_contract: reading.contract.is_some(),
        layout: reading.layout,
        row,
    })
}

/// What one needs to know of a run to read its records.
struct Reading {
    layout: Layout,
    contract: Option<Arc<Contract>>,
}

impl Reading {
    fn of(workspace: &Workspace, run: RunId) -> Result<Self> {
        Ok(Self {
            layout: workspace.store.layout(run)?,
            contract: workspace.contract(run)?,
        })
    }

    /// A record as a list shows it, and its received value.
    fn row(&self, record: StoredRecord) -> (RecordRow, Option<Value>) {
        let checker = self.contract.as_deref().map(|contract| &*contract.checker);
        let current = document(&self.layout, checker, &record.text);
        let received = match &record.received {
            Some(received) => document(&self.layout, checker, received),
            None => current.clone(),
        };
        let mut changed = Vec::new();
        if let (Some(received), Some(current)) = (&received, &current) {
            differences(&Path::root(), received, current, &mut changed);
        } else if received.is_some() != current.is_some() || record.text != *record.raw() {
            changed.push(Path::root());
        }
        let row = RecordRow {
            id: record.id,
            run: record.run,
            line: record.line,
            key: record.key,
            status: record.status,
            version: record.version,
            problems: record.problems,
            current,
            changed,
        };
        (row, received)
    }
}

/// The value of one version's text: as the contract reads it, else with every cell as text. `None` when the text cannot be
/// split into fields.
pub(super) fn document(
    layout: &Layout,
    checker: Option<&Checker>,
    version: &Version,
) -> Option<Value> {
    let row = Row::read(layout, version.form, &version.bytes).ok()?;
    Some(match (checker, row) {
        (Some(checker), row) => checker.document(&row),
        (None, Row::Json(document)) => document.value,
        (None, Row::Cells(cells)) => {
            let texts = cells
                .columns
                .iter()
                .enumerate()
                .map(|(n, name)| (name.clone(), Value::String(cells.get(n).into_owned())));
            Value::Object(texts.collect::<Map<_, _>>())
        }
    })
}

/// Appends the paths at which `after` differs from `before`: the innermost objects' fields, and arrays of another length
/// as a whole. In the order of `after`, then what is gone.
fn differences(path: &Path, before: &Value, after: &Value, paths: &mut Vec<Path>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in after {
                match before.get(name) {
                    Some(old) => differences(&path.child(name), old, value, paths),
                    None => paths.push(path.child(name)),
                }
            }
            let gone = before.keys().filter(|name| !after.contains_key(*name));
            paths.extend(gone.map(|name| path.child(name)));
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (n, (old, new)) in before.iter().zip(after).enumerate() {
                differences(&path.child(&n.to_string()), old, new, paths);
            }
        }
        _ if before != after => paths.push(path.clone()),
        _ => {}
    }
}
