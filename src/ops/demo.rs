//! The example, prepared: data, contract, workspace, destination.

use std::path::PathBuf;

use anyhow::Result;

use super::Job;
use crate::model::LoadReport;

pub struct DemoRequest {
    pub rows: u64,
    pub seed: u64,
    /// The workspace, when named explicitly; else `redrive-demo/redrive.db`.
    pub workspace: Option<PathBuf>,
    pub author: String,
}

/// A prepared example.
#[derive(Clone, Debug, PartialEq)]
pub struct Demo {
    pub workspace: PathBuf,
    pub report: LoadReport,
}

/// Writes the customers, the contract and the schema beside the workspace and loads them; the same rows and seed find
/// the same run again and change nothing. Never deletes anything.
pub fn demo(request: &DemoRequest, job: &Job) -> Result<Demo> {
    let _ = (
        request.rows,
        request.seed,
        &request.workspace,
        &request.author,
        job,
    );
    todo!()
}
