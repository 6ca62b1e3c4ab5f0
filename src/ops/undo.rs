//! The history: taking steps back and bringing them back.

use anyhow::Result;

use super::{Workspace, workspace::now};
use crate::model::{StepId, UndoReport};

/// Takes back one's own newest step, or the named one whoever made it. Records that were sent or changed since are
/// skipped and named.
///
/// # Errors
/// `undo:nothing` (exit 1) when there is no such step or all its records were sent or changed since.
pub fn undo(workspace: &mut Workspace, step: Option<StepId>) -> Result<UndoReport> {
    undo_heeding(workspace, step, &mut |_| Ok(()))
}

/// The same, where `heed` hears of every record how many were looked at before it. What it refuses leaves all as it was.
///
/// # Errors
/// Those of [`undo`] and of `heed`.
pub(super) fn undo_heeding(
    workspace: &mut Workspace,
    step: Option<StepId>,
    heed: &mut dyn FnMut(u64) -> Result<()>,
) -> Result<UndoReport> {
    let (store, author) = (&mut workspace.store, &workspace.author);
    let report = store.undo_heeding(author, &now(), step, heed)?;
    tracing::info!(
        target: "redrive",
        event = "undo",
        step = report.step.0,
        records = report.records,
        skipped = report.skipped.len(),
    );
    Ok(report)
}

/// Brings back one's own last undone step, unless something was changed since.
///
/// # Errors
/// `undo:nothing` (exit 1) when there is nothing to redo or all its records were sent or changed since.
pub fn redo(workspace: &mut Workspace) -> Result<UndoReport> {
    let report = workspace.store.redo(&workspace.author, &now())?;
    tracing::info!(
        target: "redrive",
        event = "redo",
        step = report.step.0,
        records = report.records,
        skipped = report.skipped.len(),
    );
    Ok(report)
}
