//! Sending: plan, freeze, deliver, write down what the destination confirmed.

use std::path::PathBuf;

use anyhow::Result;

use super::{Job, Workspace};
use crate::{
    filter::Filter,
    model::{Plan, RunId, SendReport},
};

#[derive(Clone, Debug, Default)]
pub struct SendRequest {
    pub filter: Filter,
    /// The destination's name; the contract's only one when `None`.
    pub to: Option<String>,
    /// The contract on disk; where the run's contract lay when `None`. Destinations are never taken from the workspace.
    pub contract: Option<PathBuf>,
    /// Refuse a plan of another size.
    pub expect: Option<u64>,
}

/// The destinations of a run's contract on disk: name, environment, target in words.
pub fn destinations(
    workspace: &Workspace,
    run: RunId,
    contract: Option<&std::path::Path>,
) -> Result<Vec<(String, String, String)>> {
    let _ = (workspace, run, contract);
    todo!()
}

/// What a send would deliver. Writes nothing. `planned` is 0 when nothing is ready.
pub fn plan(workspace: &Workspace, request: &SendRequest) -> Result<Plan> {
    let _ = (workspace, request);
    todo!()
}

/// Makes the plan (or continues one's own unfinished plan of the last day) and delivers it.
pub fn send(workspace: &mut Workspace, request: &SendRequest, job: &Job) -> Result<SendReport> {
    let _ = (workspace, request, job);
    todo!()
}
