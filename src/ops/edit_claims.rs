//! Who edits a record now, for the others to see.

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use super::{Workspace, workspace::now};
use crate::model::{EditClaim, RecordId};

/// How long somebody is taken to edit a record without saying so again.
const HOLDS: SignedDuration = SignedDuration::from_mins(5);

/// Says that this process edits a record, for five minutes unless it is said again. It only warns others.
///
/// # Errors
/// `workspace:busy` at once while somebody else writes; `workspace:read_only`.
pub fn claim_edit(workspace: &mut Workspace, id: RecordId) -> Result<()> {
    let until = format!("{:.3}", Timestamp::now() + HOLDS);
    let author = workspace.author.clone();
    workspace.store.claim_edit(id, &author, (&now(), &until))
}

/// This process edits nothing any more.
///
/// # Errors
/// As [`claim_edit`].
pub fn release_edit(workspace: &mut Workspace) -> Result<()> {
    workspace.store.release_edit()
}

/// Who else edits a record now, by record.
///
/// # Errors
/// When the workspace cannot be read.
pub fn edit_claims(workspace: &Workspace) -> Result<Vec<EditClaim>> {
    workspace.store.edit_claims(&now())
}
