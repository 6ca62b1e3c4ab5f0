//! Taking out of a plan what never left. Nothing is sent, so the destination may have become another one since, and the contract
//! that the records were checked against another too: this is the way out where the plan can no longer be continued.

use anyhow::Result;
use jiff::Timestamp;

use super::{Aim, SendRequest, Workspace, claimed, run_of, unfinished::is_recent};
use crate::{
    filter::{Filter, Wanted},
    model::{Fault, FaultKind, RunId, SendReport},
    ops::workspace::now,
    store::{claims::Resume, plans::OpenPlan},
    text::count,
};

/// Takes what never left out of an unfinished plan (one's own of the last day where none is named): those records are ready
/// again. What may have reached its destination stays in the plan; where the plan's destination is no longer the contract's, it
/// has no answer from now on.
///
/// # Errors
/// `send:filter` when single records are named; `send:plan` when there is no such plan, or more than one; `send:expect` when
/// another number of its records is left; `send:busy` while it is being sent.
pub fn give_back(workspace: &mut Workspace, request: &SendRequest) -> Result<SendReport> {
    workspace.store.check_writable()?;
    refuse_records(&request.filter)?;
    let run = run_of(workspace, request)?;
    let open = the_plan(workspace, run, request)?;
    if let Some(expect) = request.expect.filter(|expect| *expect != open.remaining) {
        return Err(unexpected(expect, &open).into());
    }
    let resume = resume(workspace, run, (request, &open));
    let (claim, unknown) = claimed(workspace, open.id, request, &resume)?;
    let given_back = workspace.store.give_back(&claim, &now())?;
    let report = SendReport {
        plan: Some(open.id),
        planned: open.remaining,
        given_back,
        unknown,
        not_sent: workspace.store.release(&claim, None, &now())?,
        ..SendReport::default()
    };
    tracing::info!(
        target: "redrive",
        event = "give_back",
        run = run.0,
        plan = open.id.0,
        given_back,
        unknown,
        not_sent = report.not_sent,
    );
    Ok(report)
}

/// A plan is one whole.
fn refuse_records(filter: &Filter) -> Result<(), Fault> {
    let named: Vec<_> = (filter.terms.iter())
        .filter(|term| term.negated || !matches!(term.wanted, Wanted::Run(_)))
        .cloned()
        .collect();
    if named.is_empty() {
        return Ok(());
    }
    let named = Filter { terms: named };
    Err(Fault::usage(
        "send:filter",
        format!("a plan is taken back as a whole, not only '{named}' of it"),
    )
    .hint("leave the filter out; --plan N says which plan"))
}

/// The plan that is named, else the only one that is one's own of the last day.
fn the_plan(workspace: &Workspace, run: RunId, request: &SendRequest) -> Result<OpenPlan> {
    let now = Timestamp::now();
    let mut plans = workspace.store.open_plans(run, request.to.as_deref())?;
    plans.retain(|plan| match request.plan {
        Some(named) => plan.id == named,
        None => plan.author == workspace.author && is_recent(&plan.made_at, now),
    });
    if plans.len() > 1 {
        let named: Vec<String> = (plans.iter())
            .map(|plan| format!("{} to '{}'", plan.id, plan.destination))
            .collect();
        return Err(Fault::usage(
            "send:plan",
            format!(
                "you have {} unfinished plans: {}",
                plans.len(),
                named.join(", ")
            ),
        )
        .hint("say which one: --plan N")
        .into());
    }
    plans.pop().ok_or_else(|| none(run, request).into())
}

fn none(run: RunId, request: &SendRequest) -> Fault {
    let there = request
        .to
        .as_deref()
        .map_or(String::new(), |name| format!(" to '{name}'"));
    match request.plan {
        Some(plan) => Fault::usage(
            "send:plan",
            format!("run {run} has no unfinished plan {plan}{there}"),
        )
        .hint("`redrive report` lists the plans of a run"),
        None => Fault::new(
            FaultKind::Nothing,
            "send:plan",
            format!("you have no unfinished plan{there}"),
        )
        .hint("name another's with --plan"),
    }
}

fn unexpected(expect: u64, open: &OpenPlan) -> Fault {
    Fault::usage(
        "send:expect",
        format!(
            "plan {} still has {} to send, not {expect}",
            open.id,
            count(open.remaining, "record")
        ),
    )
    .hint("nothing was changed; look at the plan, then say its number")
}

/// What becomes of tries that nobody finished: as in a send, where the plan's destination is still the one of the contract.
fn resume(workspace: &Workspace, run: RunId, (request, open): (&SendRequest, &OpenPlan)) -> Resume {
    let to = Some(open.destination.as_str());
    let aim = Aim::take(workspace, run, request.contract.as_deref(), to);
    match aim {
        Ok(aim) if open.fingerprint == aim.fingerprint => aim.resume(),
        // Nobody sends there any more who could find out.
        _ => Resume {
            may_repeat: false,
            again_at: None,
            forgotten: None,
        },
    }
}
