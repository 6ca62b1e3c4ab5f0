//! Nothing is sent on the word of another contract than the one that says where it goes.

use anyhow::Result;

use super::{Aim, Workspace};
use crate::{
    model::{Fault, RecordId, RunId},
    store::{plans::OpenPlan, statement_of},
    text::{count, thousands},
};

/// Refuses ready records whose verdict another contract gave. Those that a person or another tool made ready may go.
///
/// # Errors
/// `send:stale`, naming the command that checks them again.
pub(super) fn refuse_stale(
    workspace: &Workspace,
    run: RunId,
    aim: &Aim,
    ids: &[RecordId],
) -> Result<()> {
    let verdicts = workspace.store.verdicts(ids)?;
    let is_stale = |number: i64| !workspace.is_alike(number, &aim.contract.checks);
    let stale = verdicts
        .iter()
        .filter(|verdict| verdict.checked_by.is_some_and(is_stale))
        .count();
    if stale == 0 {
        return Ok(());
    }
    let mut command = format!("redrive check --run {run}");
    if workspace.store.contract_of(run)?.is_none() {
        command += &format!(" --contract {}", aim.contract.path.display());
    }
    let message = format!(
        "{} of {} were checked against another contract",
        thousands(stale as u64),
        count(ids.len() as u64, "ready record")
    );
    Err(Fault::usage("send:stale", message)
        .hint(format!("check again first: {command}"))
        .into())
}

/// Refuses to continue a plan whose records were checked against another contract. They are frozen, so that no check can
/// decide about them again.
///
/// # Errors
/// `send:stale`, saying how to get that contract back.
pub(super) fn refuse_stale_plan(
    workspace: &Workspace,
    run: RunId,
    aim: &Aim,
    open: &OpenPlan,
) -> Result<()> {
    let checked_by = workspace.store.checked_by(open.id)?;
    let stale =
        (checked_by.into_iter()).find(|number| !workspace.is_alike(*number, &aim.contract.checks));
    let Some(contract) = stale else {
        return Ok(());
    };
    let message = format!(
        "the records of plan {} were checked against another contract",
        open.id
    );
    Err(Fault::usage("send:stale", message)
        .at(aim.contract.path.to_string_lossy(), None)
        .hint(format!(
            "put that contract back (redrive sql \"{}\" shows it), then: redrive check --run {run} --contract {}",
            statement_of(contract),
            aim.contract.path.display()
        ))
        .into())
}
