//! Looking: runs, groups, records.

use anyhow::Result;

use super::Workspace;
use crate::{
    filter::Filter,
    model::{Group, RecordDetail, RecordId, RecordRow, RunId, RunRow},
};

/// All runs, newest first.
pub fn runs(workspace: &Workspace) -> Result<Vec<RunRow>> {
    let _ = workspace;
    todo!()
}

/// The groups of the run the filter names (else the newest), largest first, those with nothing open last. Other terms
/// keep only groups that some record of the filter has.
pub fn groups(workspace: &Workspace, filter: &Filter) -> Result<Vec<Group>> {
    let _ = (workspace, filter);
    todo!()
}

/// The numbers of all records that pass the filter (of the newest run when it names none), in order. Only stored records:
/// passed ones that were not kept have no row.
pub fn ids(workspace: &Workspace, filter: &Filter) -> Result<Vec<RecordId>> {
    let _ = (workspace, filter);
    todo!()
}

/// The rows of these records, in the order asked for; unknown numbers are left out.
pub fn rows(workspace: &Workspace, ids: &[RecordId]) -> Result<Vec<RecordRow>> {
    let _ = (workspace, ids);
    todo!()
}

/// Everything about one record.
///
/// # Errors
/// `record:missing`, exit 3, saying so when the number belongs to a passed record that was not kept.
pub fn show(workspace: &Workspace, id: RecordId) -> Result<RecordDetail> {
    let _ = (workspace, id, RunId(0));
    todo!()
}
