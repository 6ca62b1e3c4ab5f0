//! Tuesday's fix must not overwrite Wednesday's record: what a newer run holds under the same key stays behind.

use std::collections::HashSet;

use anyhow::Result;

use super::Workspace;
use crate::model::{RecordId, RunId};

/// Those of the records whose key stands in a newer run of a contract of the same name, whatever became of it there.
pub(super) fn superseded(
    workspace: &Workspace,
    run: RunId,
    ids: &[RecordId],
) -> Result<HashSet<RecordId>> {
    let store = &workspace.store;
    let newer = store.newer_runs(run)?;
    let mut found = HashSet::new();
    if newer.is_empty() {
        return Ok(found);
    }
    for (id, key) in store.keys_of(ids)? {
        for run in &newer {
            if store.holds_key(*run, &key)? || store.has_passed(*run, "", &key)? {
                found.insert(id);
                break;
            }
        }
    }
    Ok(found)
}
