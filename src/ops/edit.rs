//! Changing one record.

use anyhow::Result;
use serde_json::Value;

use super::Workspace;
use crate::{
    check::suggest::Suggestion,
    fix::Change,
    model::{ChangeReport, Path, Problem, RecordId, Version, Wants},
};

/// What a change would do, without doing it.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    pub text: Version,
    /// The problems of the whole record after the change.
    pub problems: Vec<Problem>,
    /// `None` when the text still cannot be split into fields.
    pub current: Option<Value>,
    /// What the contract wants at `at`.
    pub wants: Wants,
    /// Certain repairs of the value at `at` as it stands in the record now.
    pub suggestions: Vec<Suggestion>,
    /// Why the change cannot be made at all, if so; then `text` is the record's as it is.
    pub refusal: Option<String>,
}

/// Checks the whole record as it would be after `changes`; `at` is the field being edited. Changes nothing.
pub fn preview(
    workspace: &Workspace,
    id: RecordId,
    changes: &[Change],
    at: &Path,
) -> Result<Preview> {
    let _ = (workspace, id, changes, at);
    todo!()
}

/// Changes a record, checks it, and writes one step. An edit that stays wrong is saved and stays `rejected`; one that
/// changes nothing makes no step. `version` is the version the person saw, if they saw one.
///
/// # Errors
/// `record:frozen` when it is on its way or was sent; `record:changed` when it is no longer `version`; `edit:refused`.
pub fn edit(
    workspace: &mut Workspace,
    id: RecordId,
    changes: &[Change],
    version: Option<i64>,
) -> Result<ChangeReport> {
    let _ = (workspace, id, changes, version);
    todo!()
}

/// A person says a record without a contract is ready.
///
/// # Errors
/// `check:contract` when the run has a contract: then the check decides.
pub fn accept(workspace: &mut Workspace, id: RecordId) -> Result<ChangeReport> {
    let _ = (workspace, id);
    todo!()
}
