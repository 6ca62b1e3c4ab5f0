//! Does everything the workspace says still hold?

use anyhow::Result;
use serde::Serialize;

use super::Workspace;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable word: `integrity`, `schema`, `foreign_key`, `sha256`, `status_count`, `group_count`, `record_sum`, `steps`.
    pub check: String,
    pub ok: bool,
    /// What was found, naming records; empty when all is well.
    pub message: String,
}

/// SQLite's own integrity check, every stored SHA-256, counters against a recount, statuses against the run's records.
pub fn verify(workspace: &Workspace) -> Result<Vec<Finding>> {
    let verified = workspace.store.verify()?;
    Ok(verified
        .into_iter()
        .map(|verified| Finding {
            check: verified.check.to_owned(),
            ok: verified.wrong.is_empty(),
            message: verified.wrong.join("; "),
        })
        .collect())
}
