//! Sending: plan, freeze, deliver, write down what the destination confirmed.

mod board;
mod brake;
mod counted;
mod course;
mod frozen;
mod pacing;
mod portions;
mod refusal;

mod review;
mod sending;
mod stale;
mod superseded;
mod telling;
mod undecided;
mod unfinished;

pub(super) use self::{
    counted::{Counted, Counts},
    refusal::Refused,
};

use std::{path::PathBuf, time::Instant};

use anyhow::Result;

use self::{
    board::Board,
    brake::Brake,
    frozen::{Keys, payload},
    refusal::Refusals,
    sending::Sending,
    stale::{refuse_repeated, refuse_stale, refuse_stale_plan},
    superseded::superseded,
    telling::Telling,
    undecided::undecided,
    unfinished::{unfinished, waiting_elsewhere},
};
use super::{
    Job, Workspace,
    aim::{self, Aim},
    since::settled,
    workspace::{again_if_changed, now},
};
use crate::{
    broken::may_die,
    filter::{Filter, Wanted},
    model::{
        Behind, Fault, FaultKind, Plan, PlanId, RecordId, RunId, SendReport, Status, Tally,
        WatchedPlan,
    },
    send::Breaker,
    store::{
        plans::{NewPlan, OpenPlan, Target, unexpected},
        sends::Claim,
    },
    text,
};

pub use board::{Flow, Logged, SendProgress};
pub use review::{FieldChanges, Made, MadeBy, Review, ToSend, review};

/// A careful start: one record alone shows a wrong table before ten thousand do.
pub const FIRST: [usize; 3] = [1, 10, 100];

/// What is to be sent, and where to. The default is everything that is ready in the newest run.
#[derive(Clone, Debug, Default)]
pub struct SendRequest {
    pub filter: Filter,
    /// The destination's name; the contract's only one when `None`.
    pub to: Option<String>,
    /// The contract on disk; where the run's contract lay when `None`. Destinations are never taken from the workspace.
    pub contract: Option<PathBuf>,
    /// Refuse a plan of another size.
    pub expect: Option<u64>,
    /// Continue this unfinished plan, whoever made it; one's own of the last day when `None`.
    pub plan: Option<PlanId>,
    /// How many are sent first, and then, before all the others; [`FIRST`] when `None`.
    pub first: Option<Vec<usize>>,
    /// Records a second; what the contract says when `None`.
    pub rate: Option<u32>,
    /// Also records whose key a newer run holds.
    pub superseded: bool,
    /// Whoever cannot be seen from here sends no more: somebody knows that it has ended.
    pub take_over: bool,
}

/// The destinations of a run's contract on disk: name, environment, target in words.
///
/// # Errors
/// Faults of exit 2 when there is no such contract, or it is not the one the records were checked against.
pub fn destinations(
    workspace: &Workspace,
    run: RunId,
    contract: Option<&std::path::Path>,
) -> Result<Vec<(String, String, String)>> {
    let contract = aim::on_disk(workspace, run, contract)?;
    Ok(contract
        .destinations
        .into_iter()
        .map(|destination| {
            let target = aim::target(&destination.kind);
            (destination.name, destination.environment, target)
        })
        .collect())
}

/// What a send would deliver. Writes nothing. `planned` is 0 when nothing is ready.
///
/// # Errors
/// Faults of exit 2 when it is not clear where to send, as [`destinations`] and for an unknown or unsupported one;
/// `send:stale` when a verdict was given by another contract.
pub fn plan(workspace: &Workspace, request: &SendRequest) -> Result<Plan> {
    Ok(plan_and_records(workspace, request)?.0)
}

/// [`plan`], for whoever is asked whether it is to be sent: by whose hand the records are what they are; and what cannot begin
/// now is said before the question.
///
/// # Errors
/// Those of [`plan`], and `send:busy` while another process sends to this destination.
pub fn plan_to_send(workspace: &Workspace, request: &SendRequest) -> Result<ToSend> {
    let (plan, ids) = plan_and_records(workspace, request)?;
    if plan.planned > 0 && !request.take_over {
        let (_, aim) = aim_of(workspace, request)?;
        let sent = (workspace.store).plan_with_sender(&plan.destination, &aim.fingerprint)?;
        if let Some(sent) = sent {
            let free = workspace.store.check_no_other_sender(sent);
            free.map_err(|error| way_on(workspace, sent, error))?;
        }
    }
    let made = review::made(workspace, &ids)?;
    Ok(ToSend { plan, made })
}

/// [`plan`], with its records in the order they leave.
fn plan_and_records(workspace: &Workspace, request: &SendRequest) -> Result<(Plan, Vec<RecordId>)> {
    let (run, aim) = aim_of(workspace, request)?;
    if let Some(open) = unfinished(workspace, request.plan, run, &aim)? {
        refuse_stale_plan(workspace, run, &aim, &open)?;
        let statuses = workspace.store.run(run)?.statuses;
        let since = (statuses.iter().find(|(status, _)| *status == Status::Ready))
            .map_or(0, |(_, records)| *records);
        let ids = workspace.store.still_to_send(open.id)?;
        return Ok((continued(run, &aim, &open, since), ids));
    }
    let (ids, behind) = sendable(workspace, request, run, &aim)?;
    let plan = Plan {
        id: None,
        run,
        destination: aim.destination.name,
        environment: aim.destination.environment,
        target: aim.target,
        planned: ids.len() as u64,
        changed: workspace.store.count_changed(&ids)?,
        behind,
        continued: false,
        since: 0,
    };
    Ok((plan, ids))
}

/// The plan of a run that is being sent, else one that is not finished, else the newest; `None` when there was none.
///
/// # Errors
/// When the workspace cannot be read.
pub fn plan_to_watch(workspace: &Workspace, run: RunId) -> Result<Option<WatchedPlan>> {
    let _still = workspace.store.reading()?;
    let Some(mut plan) = workspace.store.plan_to_watch(run)? else {
        return Ok(None);
    };
    let counted = Counted::of(workspace, plan.plan)?;
    plan.tally = counted.tally();
    if !counted.refused.is_empty() {
        let before = Refused::of(workspace, run)?;
        plan.refusals = Refusals::counted(plan.plan, before, &counted).sorted();
    }
    Ok(Some(plan))
}

/// Freezes the plan for somebody to send it with its number. `None` when nothing is ready.
///
/// # Errors
/// Those of [`plan`], and `send:unfinished` while one's own last plan is not finished.
pub fn prepare_plan(workspace: &mut Workspace, request: &SendRequest) -> Result<Option<Plan>> {
    workspace.store.check_writable()?;
    let (run, aim) = aim_of(workspace, request)?;
    if let Some(open) = unfinished(workspace, request.plan, run, &aim)? {
        let message = format!(
            "plan {} to {} is frozen already",
            open.id, aim.destination.name
        );
        return Err(Fault::usage("send:unfinished", message)
            .hint(format!("send it first: redrive send --plan {}", open.id))
            .into());
    }
    let mut planned = plan(workspace, request)?;
    let mut behind = Behind::default();
    let made = again_if_changed(|| make_plan(workspace, request, run, &aim, &mut behind))?;
    Ok(made.map(|(id, records)| {
        planned.id = Some(id);
        planned.planned = records;
        planned.behind = behind;
        planned
    }))
}

/// Makes the plan (or continues one's own unfinished plan of the last day) and delivers it.
///
/// # Errors
/// Those of [`plan`]; `send:expect` when the plan has another size than the one agreed to; `send:busy` while another process
/// sends there; `interrupted` when the job was cancelled: then the plan stays and the next send continues it.
pub fn send(workspace: &mut Workspace, request: &SendRequest, job: &Job) -> Result<SendReport> {
    let started = Instant::now();
    workspace.store.check_writable()?;
    let (run, aim) = aim_of(workspace, request)?;
    aim.check_needs()?;
    let mut behind = Behind::default();
    let planned = match unfinished(workspace, request.plan, run, &aim)? {
        Some(open) => {
            refuse_stale_plan(workspace, run, &aim, &open)?;
            if let Some(expect) = request.expect.filter(|expect| *expect != open.remaining) {
                return Err(unexpected(expect, open.remaining).into());
            }
            Some((open.id, open.remaining))
        }
        None => again_if_changed(|| make_plan(workspace, request, run, &aim, &mut behind))?,
    };
    may_die("plan");
    let Some((plan, planned)) = planned else {
        return Ok(SendReport {
            behind,
            ..SendReport::default()
        });
    };
    let (claim, unanswered) = claimed(workspace, plan, request, &aim)?;
    let (tally, refused) = so_far(workspace, run, plan)?;
    let board = Board::new(plan, &aim.destination.name, tally, refused, started);
    let telling = Telling::new(job, board);
    let mut sending = Sending {
        telling: &telling,
        first: request.first.clone().unwrap_or_else(|| FIRST.to_vec()),
        rate: request.rate.unwrap_or(aim.destination.knobs.max_per_s),
        brake: Brake::default(),
        breaker: Breaker::default(),
        pause: None,
        next_at: None,
        ended: Vec::new(),
        ahead: Vec::new(),
        workspace,
        aim: &aim,
        claim,
        run,
        job,
        report: SendReport {
            plan: Some(plan),
            planned,
            behind,
            unknown: unanswered,
            ..SendReport::default()
        },
    };
    sending.deliver_all()?;
    let mut report = sending.report;
    report.seconds = started.elapsed().as_secs_f64();
    (report.refusals, report.stood) = telling.board().result();
    log(run, &report);
    if report.held.is_none() && report.not_sent > 0 && job.is_cancelled() {
        return Err(stopped(&report).into());
    }
    Ok(report)
}

/// Takes what never left out of an unfinished plan (one's own of the last day where none is named): those records are ready
/// again. What may have reached its destination stays in the plan.
///
/// # Errors
/// Faults of exit 2 as [`plan`]; `send:plan` when there is no such plan; `send:busy` while it is being sent.
pub fn give_back(workspace: &mut Workspace, request: &SendRequest) -> Result<SendReport> {
    workspace.store.check_writable()?;
    let (run, aim) = aim_of(workspace, request)?;
    let open = unfinished(workspace, request.plan, run, &aim)?
        .ok_or_else(|| nothing_to_give_back(&aim.destination.name))?;
    let (claim, unknown) = claimed(workspace, open.id, request, &aim)?;
    let given_back = workspace.store.give_back(&claim, &now())?;
    Ok(SendReport {
        plan: Some(open.id),
        planned: open.remaining,
        given_back,
        unknown,
        not_sent: workspace.store.release(&claim, None, &now())?,
        ..SendReport::default()
    })
}

fn nothing_to_give_back(destination: &str) -> Fault {
    let words = format!("you have no unfinished plan to '{destination}'");
    Fault::new(FaultKind::Nothing, "send:plan", words).hint("name another's with --plan")
}

/// Where the records of a plan are before it goes on, and what was refused of it.
fn so_far(workspace: &Workspace, run: RunId, plan: PlanId) -> Result<(Tally, Refusals)> {
    let counted = Counted::of(workspace, plan)?;
    let before = Refused::of(workspace, run)?;
    let refused = Refusals::counted(plan, before, &counted);
    Ok((counted.tally(), refused))
}

/// Takes the right to send a plan.
fn claimed(
    workspace: &mut Workspace,
    plan: PlanId,
    request: &SendRequest,
    aim: &Aim,
) -> Result<(Claim, u64)> {
    if request.take_over {
        workspace.store.forget_hidden_senders(plan)?;
    }
    let claimed = workspace.store.claim(plan, &aim.resume(), &now());
    claimed.map_err(|error| way_on(workspace, plan, error))
}

/// An error that says what to do where the other sender cannot be seen.
fn way_on(workspace: &Workspace, plan: PlanId, error: anyhow::Error) -> anyhow::Error {
    let fault = error.downcast_ref::<Fault>();
    match fault.filter(|fault| fault.code == "send:busy") {
        Some(busy) if workspace.store.has_hidden_sender(plan).unwrap_or_default() => {
            let hint = "it cannot be seen from here (another container or account): once you know that it has ended, \
                        redrive send --take-over continues its work";
            busy.clone().hint(hint).into()
        }
        _ => error,
    }
}

fn aim_of(workspace: &Workspace, request: &SendRequest) -> Result<(RunId, Aim)> {
    let run = workspace.run_of(&request.filter)?.ok_or_else(|| {
        Fault::unusable("run:missing", "there is no run yet").hint("load one first")
    })?;
    let aim = Aim::take(
        workspace,
        run,
        request.contract.as_deref(),
        request.to.as_deref(),
    )?;
    Ok((run, aim))
}

fn continued(run: RunId, aim: &Aim, open: &OpenPlan, since: u64) -> Plan {
    Plan {
        id: Some(open.id),
        run,
        destination: aim.destination.name.clone(),
        environment: open.environment.clone(),
        target: aim.target.clone(),
        planned: open.remaining,
        changed: open.changed,
        behind: Behind::default(),
        continued: true,
        since,
    }
}

/// The ready records that can go, and those that stay behind.
///
/// # Errors
/// `send:stale` when the verdict of one is too old, or what must be unique stands in two of them.
fn sendable(
    workspace: &Workspace,
    request: &SendRequest,
    run: RunId,
    aim: &Aim,
) -> Result<(Vec<RecordId>, Behind)> {
    let mut filter = request.filter.clone();
    filter.and(Wanted::Status(vec![Status::Ready]));
    let mut ids = workspace
        .store
        .ids(run, &*settled(workspace, run, &filter)?)?;
    let mut behind = Behind::default();
    if !request.superseded {
        let newer = superseded(workspace, run, &ids)?;
        behind.superseded = ids.extract_if(.., |id| newer.contains(id)).collect();
    }
    refuse_stale(workspace, run, aim, &ids)?;
    refuse_repeated(workspace, run, aim, &ids)?;
    let undecided = undecided(workspace, run, aim, &ids)?;
    ids.retain(|id| !undecided.contains(id));
    behind.undecided = undecided.len() as u64;
    Ok((ids, behind))
}

/// Freezes what is ready. `None` when nothing is. Says what stays behind.
fn make_plan(
    workspace: &mut Workspace,
    request: &SendRequest,
    run: RunId,
    aim: &Aim,
    behind: &mut Behind,
) -> Result<Option<(PlanId, u64)>> {
    let seen = workspace.store.changes()?;
    let ids;
    (ids, *behind) = sendable(workspace, request, run, aim)?;
    if ids.is_empty() && request.expect.is_none_or(|expect| expect == 0) {
        let open = workspace.store.open_plans(run, &aim.destination.name)?;
        return match open.first() {
            Some(open) => Err(waiting_elsewhere(open, &aim.destination.name).into()),
            None => Ok(None),
        };
    }
    let current = workspace.alike(run, &aim.contract.checks)?;
    let layout = workspace.store.layout(run)?;
    let at = now();
    let keys = Keys {
        aim,
        layout: &layout,
        secret: workspace.store.secret()?,
    };
    let new = NewPlan {
        run,
        target: Target {
            name: &aim.destination.name,
            fingerprint: &aim.fingerprint,
            words: &aim.target,
        },
        environment: &aim.destination.environment,
        author: &workspace.author.clone(),
        at: &at,
        current: &current,
        seen,
        expect: request.expect,
        payload: &|record| payload(aim, &layout, record),
        key: &|record, payload_sha256, epoch| keys.of(record, payload_sha256, epoch),
    };
    workspace.store.make_plan(&new, &ids)
}

fn log(run: RunId, report: &SendReport) {
    tracing::info!(
        target: "redrive",
        event = "send",
        run = run.0,
        plan = report.plan.map(|plan| plan.0),
        accepted = report.accepted,
        handed_over = report.handed_over,
        refused = report.refused,
        unknown = report.unknown,
        not_sent = report.not_sent,
        held = report.held.is_some(),
        duration_ms = (report.seconds * 1000.0) as u64,
    );
}

fn stopped(report: &SendReport) -> Fault {
    let plan = report.plan.map_or(0, |plan| plan.0);
    Fault::new(
        FaultKind::Interrupted,
        "interrupted",
        match report.given_back {
            0 => format!(
                "stopped: {} of {} records of plan {plan} are not sent yet",
                report.not_sent, report.planned
            ),
            ready => format!(
                "stopped: {} ready again, {} of plan {plan} may have arrived and must be tried again",
                text::is_are(ready, "record"), text::count(report.not_sent, "record")
            ),
        },
    )
    .hint("`redrive send` continues the plan; nothing is sent twice")
}

#[cfg(test)]
mod tests;
