//! A copy of the workspace, made while others work in it.

use std::path::Path as FilePath;

use anyhow::Result;

use super::{Job, Progress, Workspace};

/// Copies the workspace as it is now into a new file (0600), with SQLite's own backup. Gives its size in bytes.
///
/// # Errors
/// `backup:exists` when something is there already, `backup:write`, `workspace:overwrite`, `interrupted`.
pub fn backup(workspace: &Workspace, target: &FilePath, job: &Job) -> Result<u64> {
    workspace.spare(target)?;
    let bytes = workspace.store.backup(target, &mut |done, total| {
        job.check()?;
        job.report(Progress {
            done,
            total: Some(total),
            ..Progress::default()
        });
        Ok(())
    })?;
    tracing::info!(target: "redrive", event = "backup", bytes);
    Ok(bytes)
}
