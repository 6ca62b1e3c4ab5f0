//! A date that can be read in two ways does not leave before somebody has decided which of them is meant.

use std::collections::{BTreeSet, HashSet};

use anyhow::Result;
use serde_json::Value;

use super::{Aim, Workspace};
use crate::{
    fix::{
        Transform,
        dates::{Reading, read},
        places,
        recipe::RecipeStep,
    },
    model::{Path, RecordId, RunId},
    row::Row,
};

/// Records that are looked at at once.
const CHUNK: usize = 500;

/// Those of the records that hold such a date in a field that is declared as one, or that was fixed as one without a decision.
pub(super) fn undecided(
    workspace: &Workspace,
    run: RunId,
    aim: &Aim,
    ids: &[RecordId],
) -> Result<HashSet<RecordId>> {
    let mut fields = fixed_as_dates(workspace, run)?;
    fields.extend(declared_unchecked(aim));
    let mut found = HashSet::new();
    if fields.is_empty() {
        return Ok(found);
    }
    let layout = workspace.store.layout(run)?;
    for chunk in ids.chunks(CHUNK) {
        for record in workspace.store.records(chunk)? {
            // What cannot be read is refused when the plan is made.
            let Ok(row) = Row::read(&layout, record.text.form, &record.text.bytes) else {
                continue;
            };
            let document = aim.contract.checker.document(&row);
            if fields.iter().any(|field| has_two_ways(&document, field)) {
                found.insert(record.id);
            }
        }
    }
    Ok(found)
}

fn has_two_ways(document: &Value, field: &Path) -> bool {
    places(document, field).iter().any(|place| {
        let text = document.pointer(place.as_str()).and_then(Value::as_str);
        text.is_some_and(|text| matches!(read(text, &[]), Reading::TwoWays { .. }))
    })
}

/// The fields of fixes that stand and that left such dates to be decided later.
fn fixed_as_dates(workspace: &Workspace, run: RunId) -> Result<BTreeSet<Path>> {
    let is_open =
        |transform: &Transform| matches!(transform, Transform::Date(date) if date.first.is_none());
    let mut fields = BTreeSet::new();
    for (_, what) in workspace.store.recipe_steps(run)? {
        for step in serde_json::from_str::<Vec<RecipeStep>>(&what)? {
            if step.transforms.iter().any(is_open) {
                fields.extend(Path::parse(&step.field));
            }
        }
    }
    Ok(fields)
}

/// The fields the schema calls dates, where the contract does not have that checked.
fn declared_unchecked(aim: &Aim) -> Vec<Path> {
    let checker = &aim.contract.checker;
    if checker.checks_formats() {
        return Vec::new();
    }
    let paths = checker.properties().iter().map(|name| Path::field(name));
    paths
        .filter(|path| {
            let format = checker.wants(path).format;
            matches!(format.as_deref(), Some("date" | "date-time"))
        })
        .collect()
}
