//! Sending: plan, freeze, deliver, write down what the destination confirmed.

mod frozen;
mod refusal;
mod stale;
mod undecided;
mod unfinished;

use std::{path::PathBuf, time::Instant};

use anyhow::Result;

use self::{
    frozen::{Keys, delivery, payload},
    refusal::refusal,
    stale::{refuse_repeated, refuse_stale, refuse_stale_plan},
    undecided::undecided,
    unfinished::{unfinished, waiting_elsewhere},
};
use super::{
    Job, Progress, Workspace,
    aim::{self, Aim},
    workspace::{again_if_changed, now},
};
use crate::{
    filter::{Filter, Term, Wanted},
    model::{
        DeliveryState, Fault, FaultKind, Plan, PlanId, Problem, RecordId, RunId, SendReport, Status,
    },
    send::{self, Outcome},
    store::{
        plans::{NewPlan, OpenPlan, Target, unexpected},
        sends::{Claim, Ended, Taken},
    },
};

/// A careful start: one record alone shows a wrong table before ten thousand do.
const FIRST_BATCHES: [usize; 3] = [1, 10, 100];
const BATCH: usize = 500;

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
    let (run, aim) = aim_of(workspace, request)?;
    if let Some(open) = unfinished(workspace, request.plan, run, &aim)? {
        refuse_stale_plan(workspace, run, &aim, &open)?;
        return Ok(continued(run, &aim, &open));
    }
    let (ids, undecided) = sendable(workspace, run, &request.filter, &aim)?;
    Ok(Plan {
        id: None,
        run,
        destination: aim.destination.name,
        environment: aim.destination.environment,
        target: aim.target,
        planned: ids.len() as u64,
        changed: workspace.store.count_changed(&ids)?,
        undecided,
        continued: false,
    })
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
    let mut undecided = 0;
    let planned = match unfinished(workspace, request.plan, run, &aim)? {
        Some(open) => {
            refuse_stale_plan(workspace, run, &aim, &open)?;
            if let Some(expect) = request.expect.filter(|expect| *expect != open.remaining) {
                return Err(unexpected(expect, open.remaining).into());
            }
            Some((open.id, open.remaining))
        }
        None => again_if_changed(|| make_plan(workspace, request, run, &aim, &mut undecided))?,
    };
    let Some((plan, planned)) = planned else {
        return Ok(SendReport {
            undecided,
            ..SendReport::default()
        });
    };
    let claim = workspace.store.claim(plan, &now())?;
    let mut sending = Sending {
        workspace,
        aim: &aim,
        claim,
        run,
        job,
        report: SendReport {
            plan: Some(plan),
            planned,
            undecided,
            ..SendReport::default()
        },
    };
    sending.deliver_all()?;
    let mut report = sending.report;
    report.seconds = started.elapsed().as_secs_f64();
    tracing::info!(
        target: "redrive",
        event = "send",
        run = run.0,
        plan = plan.0,
        accepted = report.accepted,
        handed_over = report.handed_over,
        refused = report.refused,
        not_sent = report.not_sent,
        held = report.held.is_some(),
        duration_ms = started.elapsed().as_millis() as u64,
    );
    if report.held.is_none() && report.not_sent > 0 && job.is_cancelled() {
        return Err(stopped(&report).into());
    }
    Ok(report)
}

/// One plan being sent.
struct Sending<'s> {
    workspace: &'s mut Workspace,
    aim: &'s Aim,
    claim: Claim,
    run: RunId,
    job: &'s Job,
    report: SendReport,
}

impl Sending<'_> {
    /// Delivers what is left of the plan and gives the plan back. Not after an error: then nobody knows what became of the
    /// last tries, and the next send makes them again, with the same keys.
    fn deliver_all(&mut self) -> Result<()> {
        let held = match self.aim.open(self.claim.plan) {
            Ok(mut destination) => self.batches(&mut *destination)?,
            Err(held) => Some(held.reason),
        };
        self.report.not_sent =
            self.workspace
                .store
                .release(&self.claim, held.as_deref(), &now())?;
        self.report.held = held;
        Ok(())
    }

    /// Batch after batch until all is done, the job is cancelled, or the destination is on hold: then its reason.
    fn batches(&mut self, destination: &mut dyn send::Destination) -> Result<Option<String>> {
        let limits = FIRST_BATCHES.into_iter().chain(std::iter::repeat(BATCH));
        for limit in limits {
            if self.job.is_cancelled() {
                return Ok(None);
            }
            let taken = self.workspace.store.take(&self.claim, limit, &now())?;
            if taken.is_empty() {
                break;
            }
            self.report.attempts += taken.len() as u64;
            if let Some(reason) = self.batch(destination, &taken)? {
                return Ok(Some(reason));
            }
            let done = self.report.attempts.min(self.report.planned);
            self.job.report(Progress {
                done,
                total: Some(self.report.planned),
                records: done,
            });
        }
        if let Err(held) = destination.finish() {
            return Ok(Some(held.reason));
        }
        self.report.handed_over = self.workspace.store.hand_over(&self.claim, &now())?;
        Ok(None)
    }

    /// Delivers one batch and writes down what came of it. Gives why the destination is on hold, if it is.
    fn batch(
        &mut self,
        destination: &mut dyn send::Destination,
        taken: &[Taken],
    ) -> Result<Option<String>> {
        let started = Instant::now();
        let (mut whole, mut deliveries, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
        for one in taken {
            match delivery(one) {
                Ok(delivery) => {
                    whole.push(one);
                    deliveries.push(delivery);
                }
                Err(refused) => outcomes.push((one, refused)),
            }
        }
        let answers = match destination.deliver(&deliveries) {
            Ok(answers) => answers,
            Err(held) => return Ok(Some(held.reason)),
        };
        anyhow::ensure!(
            answers.len() == whole.len(),
            "the destination answered for {} records of {}",
            answers.len(),
            whole.len()
        );
        outcomes.extend(whole.into_iter().zip(answers));
        let duration_ms = started.elapsed().as_millis() as u64;
        let mut ended = Vec::with_capacity(taken.len());
        let mut busy = None;
        for (taken, outcome) in outcomes {
            if let Outcome::Busy { message, .. } = &outcome {
                busy = Some(message.clone());
            }
            ended.extend(self.count(taken, outcome));
        }
        for one in &ended {
            log(self.run, one, duration_ms);
        }
        let name = &self.aim.destination.name;
        let title = |problem: &Problem| format!("Refused by {name}: {}", problem.shape);
        self.workspace
            .store
            .end(&self.claim, &ended, &now(), &title)?;
        Ok(busy)
    }

    /// Counts an outcome and says it in the words of the workspace; `None` when it is not known before the plan ends.
    fn count(&mut self, taken: &Taken, outcome: Outcome) -> Option<Ended> {
        let (state, code, message) = match outcome {
            Outcome::Written => return None,
            Outcome::Accepted => {
                self.report.accepted += 1;
                (DeliveryState::Delivered, String::new(), String::new())
            }
            Outcome::Refused { code, message } => {
                self.report.refused += 1;
                (DeliveryState::Refused, code, message)
            }
            Outcome::Unknown { code, message } => {
                self.report.unknown += 1;
                (DeliveryState::Unknown, code, message)
            }
            Outcome::Busy { code, message } => (DeliveryState::Queued, code, message),
        };
        let problem = (state == DeliveryState::Refused).then(|| refusal(&code, &message));
        Some(Ended {
            delivery: taken.delivery,
            record: taken.record,
            state,
            code,
            message,
            problem,
        })
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

fn continued(run: RunId, aim: &Aim, open: &OpenPlan) -> Plan {
    Plan {
        id: Some(open.id),
        run,
        destination: aim.destination.name.clone(),
        environment: open.environment.clone(),
        target: aim.target.clone(),
        planned: open.remaining,
        changed: open.changed,
        undecided: 0,
        continued: true,
    }
}

/// The ready records of a filter that can go, and how many cannot because a date in them can be read in two ways.
///
/// # Errors
/// `send:stale` when the verdict of one is too old, or what must be unique stands in two of them.
fn sendable(
    workspace: &Workspace,
    run: RunId,
    filter: &Filter,
    aim: &Aim,
) -> Result<(Vec<RecordId>, u64)> {
    let mut filter = filter.clone();
    filter.terms.push(Term {
        negated: false,
        wanted: Wanted::Status(vec![Status::Ready]),
    });
    let mut ids = workspace.store.ids(run, &filter)?;
    refuse_stale(workspace, run, aim, &ids)?;
    refuse_repeated(workspace, run, aim, &ids)?;
    let undecided = undecided(workspace, run, aim, &ids)?;
    ids.retain(|id| !undecided.contains(id));
    Ok((ids, undecided.len() as u64))
}

/// Freezes what is ready. `None` when nothing is. Counts what stays behind undecided.
fn make_plan(
    workspace: &mut Workspace,
    request: &SendRequest,
    run: RunId,
    aim: &Aim,
    undecided: &mut u64,
) -> Result<Option<(PlanId, u64)>> {
    let seen = workspace.store.data_version()?;
    let ids;
    (ids, *undecided) = sendable(workspace, run, &request.filter, aim)?;
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

/// `duration_ms` is that of the record's batch.
fn log(run: RunId, ended: &Ended, duration_ms: u64) {
    tracing::info!(
        target: "redrive",
        event = "send",
        stage = "send",
        run = run.0,
        record = ended.record.0,
        outcome = ended.state.word(),
        code = ended.code,
        duration_ms,
    );
}

fn stopped(report: &SendReport) -> Fault {
    let plan = report.plan.map_or(0, |plan| plan.0);
    Fault::new(
        FaultKind::Interrupted,
        "interrupted",
        format!(
            "stopped: {} of {} records of plan {plan} are not sent yet",
            report.not_sent, report.planned
        ),
    )
    .hint("`redrive send` continues the plan; nothing is sent twice")
}

#[cfg(test)]
mod tests;
