//! Loading a run: workers read and check blocks, one writer stores them in order, one last transaction publishes.

use std::path::PathBuf;

use anyhow::Result;

use super::{Job, Workspace};
use crate::model::LoadReport;

#[derive(Clone, Debug, Default)]
pub struct LoadRequest {
    /// `-` is standard input.
    pub file: PathBuf,
    pub contract: Option<PathBuf>,
    /// Overrides recognition: `csv`, `tsv`, `jsonl`, `json`, `pydantic`.
    pub format: Option<String>,
    /// Else the contract's name, else the file's stem.
    pub name: Option<String>,
    /// Where the passed records' bytes go, header included.
    pub passed: Option<PathBuf>,
    pub keep_passed: bool,
    pub again: bool,
    pub allow_empty: bool,
    pub demo: bool,
    /// Workers; `None` is as many as there are processors.
    pub threads: Option<usize>,
}

/// Loads one file as one run: all of it or nothing. The same input gives the same workspace whatever the threads.
pub fn load(workspace: &mut Workspace, request: &LoadRequest, job: &Job) -> Result<LoadReport> {
    let _ = (workspace, request, job);
    todo!()
}
