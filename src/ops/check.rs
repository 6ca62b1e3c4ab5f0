//! Checking records again against the contract.

use std::path::PathBuf;

use anyhow::Result;

use super::{Job, Workspace};
use crate::{filter::Filter, model::ChangeReport};

pub struct CheckRequest {
    pub filter: Filter,
    /// Another contract than the one stored with the run; it becomes the run's.
    pub contract: Option<PathBuf>,
}

/// Checks every record of the filter that is not frozen or set aside. Makes one step, and only if something changes.
pub fn check(workspace: &mut Workspace, request: &CheckRequest, job: &Job) -> Result<ChangeReport> {
    let _ = (
        workspace,
        request.filter.terms.len(),
        &request.contract,
        job,
    );
    todo!()
}
