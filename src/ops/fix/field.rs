//! Which fields a fix is about.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::Value;

use super::{
    FixRequest,
    bench::{Bench, CHUNK, Order},
};
use crate::{
    check::suggest::nearest,
    contract::Contract,
    fix::{Transform, places},
    model::{Fault, Path, RecordId, Wants},
    ops::Workspace,
    text::shorten,
};

/// Refuses a field that neither the contract nor any of the first records has, and names the nearest that there is.
pub(super) fn know_field(
    workspace: &Workspace,
    order: Order<'_>,
    scope: &[RecordId],
) -> Result<()> {
    let bench = Bench::new(workspace, order)?;
    let is_wanted = order
        .contract
        .is_some_and(|contract| contract.checker.wants(order.field) != Wants::default());
    if is_wanted || scope.is_empty() {
        return Ok(());
    }
    let mut names = BTreeSet::new();
    for chunk in scope.chunks(CHUNK) {
        for record in bench.records(chunk)? {
            let Some(document) = bench.document(&record.text) else {
                continue;
            };
            let has = |path: &Path| document.pointer(path.as_str()).is_some();
            if places(&document, order.field).iter().any(has) {
                return Ok(());
            }
            if names.len() < NAMES {
                fields(&Path::root(), &document, &mut names);
            }
        }
    }
    if names.is_empty() {
        // None of them can be split into fields, which the preview says of each.
        return Ok(());
    }
    let names: Vec<String> = names.into_iter().collect();
    let hint = match nearest(order.field.as_str(), &names) {
        Some(name) => format!("did you mean {name}?"),
        None => format!("the fields are {}", shorten(&names.join(", "), 200)),
    };
    let message = format!("no record has the field {}", order.field);
    Err(Fault::usage("fix:field", message).hint(hint).into())
}

/// How many names of fields are remembered to name the nearest.
const NAMES: usize = 500;

/// The patterns of all fields of a document.
pub(in crate::ops) fn fields(path: &Path, value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                fields(&path.child(name), value, names);
            }
        }
        Value::Array(entries) => {
            for entry in entries.iter().take(3) {
                fields(&path.child("[]"), entry, names);
            }
        }
        _ => {
            names.insert(path.as_str().to_owned());
        }
    }
}

/// Whether the fix changes what must differ from other records.
pub(super) fn touches_uniqueness(contract: Option<&Contract>, request: &FixRequest) -> bool {
    let written: Vec<Path> = std::iter::once(request.field.clone())
        .chain(request.transforms.iter().flat_map(Transform::others))
        .collect();
    contract.is_some_and(|contract| {
        let mut fields = contract
            .checker
            .uniqueness()
            .iter()
            .flat_map(|one| &one.fields);
        fields.any(|field| {
            let touches = |path: &Path| field.is_within(path) || path.is_within(field);
            written.iter().any(touches)
        })
    })
}
