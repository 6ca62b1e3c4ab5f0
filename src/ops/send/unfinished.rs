//! Plans that were begun and not finished: which one a send continues, and what is said of the others.

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use super::{Aim, Workspace};
use crate::{
    model::{Fault, FaultKind, PlanId, RunId},
    store::plans::OpenPlan,
    text::count,
};

/// The unfinished plan that is named, else one's own of the last day for this destination.
pub(super) fn unfinished(
    workspace: &Workspace,
    named: Option<PlanId>,
    run: RunId,
    aim: &Aim,
) -> Result<Option<OpenPlan>> {
    let name = &aim.destination.name;
    let open = workspace.store.open_plans(run, Some(name))?;
    let now = Timestamp::now();
    let wanted = |plan: &OpenPlan| match named {
        Some(named) => plan.id == named,
        None => plan.author == workspace.author && is_recent(&plan.made_at, now),
    };
    let Some(open) = open.into_iter().find(wanted) else {
        return match named {
            Some(named) => Err(no_such_plan(named, run, name).into()),
            None => Ok(None),
        };
    };
    if open.fingerprint == aim.fingerprint {
        return Ok(Some(open));
    }
    Err(Fault::usage(
        "send:destination_changed",
        format!(
            "plan {} was made for {}, but '{name}' is now {}",
            open.id, open.target, aim.target
        ),
    )
    .at(aim.contract.path.to_string_lossy(), None)
    .hint(format!(
        "put the destination back until the plan is finished, or take out of it what never left: redrive send --give-back \
         --run {run} --plan {}",
        open.id
    ))
    .into())
}

fn no_such_plan(plan: PlanId, run: RunId, destination: &str) -> Fault {
    Fault::usage(
        "send:plan",
        format!("run {run} has no unfinished plan {plan} for '{destination}'"),
    )
    .hint("leave --plan out to send what is ready")
}

/// What a person must hear who is told that nothing is ready while records wait in somebody's plan.
pub(super) fn waiting_elsewhere(open: &OpenPlan, destination: &str) -> Fault {
    Fault::new(
        FaultKind::Nothing,
        "send:open_plan",
        format!(
            "no record is ready, but plan {} of {} still has {} to send to '{destination}'",
            open.id,
            open.author,
            count(open.remaining, "record")
        ),
    )
    .hint(format!(
        "wait if it is being sent now; if it was stopped, continue it with --plan {}",
        open.id
    ))
}

/// Whether a plan is of the last day. What is older is not continued unasked: its person has long thought of other things.
pub(super) fn is_recent(made_at: &str, now: Timestamp) -> bool {
    made_at
        .parse()
        .is_ok_and(|made_at| now.duration_since(made_at) < SignedDuration::from_hours(24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_recent_for_a_day() {
        let now: Timestamp = "2026-03-02T12:00:00Z".parse().unwrap();
        let check = |made_at: &str, recent: bool| {
            assert_eq!(is_recent(made_at, now), recent, "{made_at}");
        };
        check("2026-03-02T11:59:59.999Z", true);
        check("2026-03-01T12:00:00.001Z", true);
        check("2026-03-01T12:00:00.000Z", false);
        check("2025-03-02T12:00:00.000Z", false);
        check("nonsense", false);
    }
}
