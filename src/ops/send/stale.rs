//! Nothing is sent on the word of another contract than the one that says where it goes.

use std::collections::HashSet;

use anyhow::Result;

use super::{Aim, Workspace};
use crate::{
    model::{Fault, RecordId, RunId, Severity},
    store::{plans::OpenPlan, statement_of},
    text::{count, shell_word, thousands},
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
    let is_stale = |number: i64| !workspace.is_alike(number, &aim.contract.checks);
    // Nearly always no record of the whole run is, and none need be looked at.
    let counted = workspace.store.count_verdicts(run)?;
    if !counted
        .iter()
        .any(|(number, _)| number.is_some_and(is_stale))
    {
        return Ok(());
    }
    let verdicts = workspace.store.verdicts(ids)?;
    let stale = verdicts
        .iter()
        .filter(|verdict| verdict.checked_by.is_some_and(is_stale))
        .count();
    if stale == 0 {
        return Ok(());
    }
    let mut command = format!("redrive check --run {run}");
    if workspace.store.contract_of(run)?.is_none() {
        command += &format!(
            " --contract {}",
            shell_word(&aim.contract.path.to_string_lossy())
        );
    }
    let message = format!(
        "{} of {} {} checked against another contract",
        thousands(stale as u64),
        count(ids.len() as u64, "ready record"),
        if stale == 1 { "was" } else { "were" }
    );
    Err(Fault::usage("send:stale", message)
        .hint(format!("check again first: {command}"))
        .into())
}

/// Refuses ready records that have what another ready or sent one has. Two people's edits and undos can bring that about: what an
/// undo gives back, somebody may have taken meanwhile. Those that a person or another tool made ready may go.
///
/// # Errors
/// `send:stale`, naming the command that decides which of them stays ready.
pub(super) fn refuse_repeated(
    workspace: &Workspace,
    run: RunId,
    aim: &Aim,
    ids: &[RecordId],
) -> Result<()> {
    let mut repeated = HashSet::new();
    for unique in aim.contract.checker.uniqueness() {
        if unique.severity == Severity::Error {
            repeated.extend(workspace.store.repeated(run, &unique.name())?);
        }
    }
    let among = ids.iter().filter(|id| repeated.contains(id)).count();
    if among == 0 {
        return Ok(());
    }
    let message = format!(
        "{} of {} share with another record what must be unique",
        thousands(among as u64),
        count(ids.len() as u64, "ready record")
    );
    Err(Fault::usage("send:stale", message)
        .hint(format!("check again first: redrive check --run {run}"))
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
            "put that contract back (redrive sql \"{}\" shows it), then: redrive check --run {run} --contract {}; or take out of the \
             plan what never left, and check it again: redrive send --give-back --run {run} --plan {}",
            statement_of(contract),
            shell_word(&aim.contract.path.to_string_lossy()),
            open.id
        ))
        .into())
}
