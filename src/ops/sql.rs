//! Read-only SQL over the workspace, the escape hatch.

use anyhow::Result;

use super::Workspace;
pub use crate::store::Selected;

/// Runs one statement on a connection that cannot write.
///
/// # Errors
/// `sql:write`, `sql:statement` (both exit 2).
pub fn sql(workspace: &Workspace, statement: &str) -> Result<Selected> {
    workspace.store.select(statement)
}
