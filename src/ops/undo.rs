//! The history: taking steps back and bringing them back.

use anyhow::Result;

use super::Workspace;
use crate::model::{RunId, StepId, StepRow, UndoReport};

/// Takes back one's own newest step, or the named one. Records that were sent or changed since are skipped and named.
///
/// # Errors
/// `undo:nothing` (exit 1) when there is no such step or all its records are frozen.
pub fn undo(workspace: &mut Workspace, step: Option<StepId>) -> Result<UndoReport> {
    let _ = (workspace, step);
    todo!()
}

/// Brings back one's own last undone step, unless something was changed since.
pub fn redo(workspace: &mut Workspace) -> Result<UndoReport> {
    let _ = workspace;
    todo!()
}

/// All steps of a run (of every run for `None`), newest first.
pub fn history(workspace: &Workspace, run: Option<RunId>) -> Result<Vec<StepRow>> {
    let _ = (workspace, run);
    todo!()
}
