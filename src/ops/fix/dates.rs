//! The date desk: how the values of a field are written, so that one decision can be taken for all.

use anyhow::Result;
use serde_json::Value;

use super::{
    FixRequest,
    bench::{Bench, in_order},
    order, scope,
};
use crate::{
    fix::{Chain, dates::Evidence, places},
    model::{FixReport, RecordId},
    ops::{Job, Workspace},
};

/// Counts how many values of the request's field fit each layout of dates. Empty values and those that are no text are not
/// counted.
///
/// # Errors
/// `interrupted`; those of a workspace that cannot be used.
pub fn date_evidence(workspace: &Workspace, request: &FixRequest, job: &Job) -> Result<Evidence> {
    let mut evidence = Evidence::default();
    let Some(run) = workspace.run_of(&request.filter)? else {
        return Ok(evidence);
    };
    let contract = workspace.contract(run)?;
    let nothing =
        Chain::new(&request.field, &[], &|_| Err(super::no_formula())).map_err(super::mistake)?;
    let order = order(run, contract.as_ref(), request, &nothing);
    let ids = scope(workspace, request, &mut FixReport::default())?;
    let work = |bench: &Bench<'_>, ids: &[RecordId]| -> Result<Evidence> {
        let mut own = Evidence::default();
        for record in bench.records(ids)? {
            let Some(document) = bench.document(&record.text) else {
                continue;
            };
            for path in places(&document, &request.field) {
                match document.pointer(path.as_str()) {
                    Some(Value::String(text)) if !text.trim().is_empty() => own.add(text, 1),
                    Some(Value::Number(number)) => own.add(&number.to_string(), 1),
                    _ => {}
                }
            }
        }
        Ok(own)
    };
    in_order(&workspace.path, order, &ids, job, work, |own| {
        evidence.merge(own);
        Ok(())
    })?;
    Ok(evidence)
}
