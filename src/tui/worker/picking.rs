//! What the run picker asks.

use anyhow::Result;

use crate::{
    filter::Filter,
    model::{RunId, Sender, Severity, StepRow},
    ops::{self, Workspace},
    tui::event::{Place, RunFacts},
};

/// What the card of a run says now.
pub(super) fn facts(workspace: &Workspace, run: RunId) -> Result<RunFacts> {
    let groups = ops::groups(workspace, &Filter::of_run(run))?;
    let mut open = (groups.into_iter())
        .filter(|group| group.open > 0 && group.severity == Severity::Error)
        .peekable();
    let biggest = open.peek().map(|group| (group.title.clone(), group.open));
    let plan = ops::plan_to_watch(workspace, run)?;
    Ok(RunFacts {
        biggest,
        problems: open.count() as u64,
        // Sending says what is wrong with the contract.
        to: places(workspace, run).unwrap_or_default(),
        not_sent: not_sent(workspace, run)?,
        is_sent: plan
            .is_some_and(|plan| matches!(plan.sender, Sender::AnotherProcess | Sender::Unseen)),
    })
}

/// How many steps stand of which not all is sent or on its way.
fn not_sent(workspace: &Workspace, run: RunId) -> Result<u64> {
    let sent = ops::sent_of_steps(workspace, Some(run))?;
    let is_waiting = |step: &&StepRow| {
        let sent = sent.get(&step.id).copied().unwrap_or_default();
        step.can_be_undone() && !step.is_frozen(sent)
    };
    let steps = ops::history(workspace, Some(run))?;
    Ok(steps.iter().filter(is_waiting).count() as u64)
}

/// Where the records of a run can go.
pub(super) fn places(workspace: &Workspace, run: RunId) -> Result<Vec<Place>> {
    let places = ops::destinations(workspace, run, None)?;
    let place = |(name, environment, target)| Place {
        name,
        environment,
        target,
    };
    Ok(places.into_iter().map(place).collect())
}

/// Who else edits something, in which run.
pub(super) fn in_work(workspace: &Workspace) -> Result<Vec<(RunId, String)>> {
    let mut found = Vec::new();
    for claim in ops::edit_claims(workspace)? {
        let rows = ops::rows(workspace, &[claim.record])?;
        found.extend(rows.first().map(|row| (row.run, claim.author)));
    }
    Ok(found)
}
