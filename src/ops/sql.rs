//! Read-only SQL over the workspace, the escape hatch.

use anyhow::Result;
use serde_json::Value;

use super::Workspace;

#[derive(Clone, Debug, PartialEq)]
pub struct SqlRows {
    pub columns: Vec<String>,
    /// Blobs are text where they are UTF-8, else `x'..'`.
    pub rows: Vec<Vec<Value>>,
}

/// Runs one statement on a connection that cannot write.
///
/// # Errors
/// `sql:write`, `sql:statement` (both exit 2).
pub fn sql(workspace: &Workspace, statement: &str) -> Result<SqlRows> {
    let selected = workspace.store.select(statement)?;
    Ok(SqlRows {
        columns: selected.columns,
        rows: selected.rows,
    })
}
