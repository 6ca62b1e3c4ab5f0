//! `send`: shows the plan, asks, delivers.

use anyhow::Result;
use serde_json::Value;

use super::{
    args, json,
    out::{Exit, Out, named, note},
    person::{Person, filter_of_one_run, types},
    progress::{Unit, with_progress},
};
use crate::{
    model::{Behind, Fault, FaultKind, Plan, PlanId, SendReport},
    ops::{self, SendRequest},
    said,
    text::{count, safe, thousands},
};

pub fn send(person: &Person, out: &Out, args: &args::Send) -> Result<Exit> {
    let mut workspace = person.change()?;
    let mut request = SendRequest {
        filter: filter_of_one_run(&workspace, &args.scope)?,
        to: args.to.clone(),
        contract: args.contract.clone(),
        expect: args.expect,
        plan: args.plan.map(PlanId),
        first: Some(args.first.iter().copied().filter(|n| *n > 0).collect()),
        rate: args.rate,
        superseded: args.superseded,
        take_over: args.take_over,
    };
    if args.prepare {
        return prepare(&mut workspace, &request, out);
    }
    if args.give_back {
        return give_back(&mut workspace, &request, out);
    }
    let plan = if args.dry_run {
        ops::plan(&workspace, &request)?
    } else {
        ops::plan_to_send(&workspace, &request)?.plan
    };
    if args.dry_run {
        return show_plan(out, &plan);
    }
    if plan.planned > 0 && !args.yes {
        agree(person, &plan)?;
        // What was shown is what is sent.
        request.expect = Some(plan.planned);
    }
    let report = with_progress(Unit::Records, |job| {
        if args.now {
            job.steering().try_now();
        }
        ops::send(&mut workspace, &request, job)
    })?;
    if out.is_json() {
        out.json(&json::sent(&report))?;
    } else {
        say(out, &plan, &report)?;
    }
    if let Some(reason) = &report.held {
        return Err(on_hold(&plan, reason).into());
    }
    if report.unknown > 0 {
        return Ok(Exit::Unknown);
    }
    Ok(Exit::of_run(&ops::run(&workspace, plan.run)?))
}

fn on_hold(plan: &Plan, reason: &str) -> Fault {
    let message = format!("{} is on hold: {reason}", plan.destination);
    let hint = if reason.contains("wants to be left alone") {
        "nothing is lost; send again then, or do not wait: --now"
    } else {
        "nothing is lost; mend it and send again"
    };
    Fault::new(FaultKind::Held, "send:held", message).hint(hint)
}

fn prepare(workspace: &mut ops::Workspace, request: &SendRequest, out: &Out) -> Result<Exit> {
    let plan = ops::prepare_plan(workspace, request)?;
    match &plan {
        _ if out.is_json() => out.json(&plan.as_ref().map_or(Value::Null, json::plan))?,
        Some(plan) => out.say(&format!(
            "Plan {number} is frozen: {} to {}. Nothing was sent; redrive send --plan {number} sends it.{}",
            count(plan.planned, "record"),
            safe(&plan.destination),
            stay_behind(&plan.behind),
            number = plan.id.map_or(0, |id| id.0),
        ))?,
        None => out.say("Nothing to send: no record is ready.")?,
    }
    Ok(Exit::Done)
}

fn give_back(workspace: &mut ops::Workspace, request: &SendRequest, out: &Out) -> Result<Exit> {
    let report = ops::give_back(workspace, request)?;
    if out.is_json() {
        out.json(&json::sent(&report))?;
    } else {
        out.say(&said::given_back(&report))?;
    }
    let unclear = report.unknown + report.not_sent;
    Ok(if unclear > 0 {
        Exit::Unknown
    } else {
        Exit::Done
    })
}

fn show_plan(out: &Out, plan: &Plan) -> Result<Exit> {
    if out.is_json() {
        let mut document = json::plan(plan);
        if let Value::Object(fields) = &mut document {
            fields.insert("dry_run".to_owned(), Value::Bool(true));
        }
        out.json(&document)?;
    } else {
        out.say(&question(plan))?;
        out.say("Nothing was sent: this was a dry run.")?;
    }
    Ok(Exit::Done)
}

fn question(plan: &Plan) -> String {
    what(plan) + &since(plan) + &stay_behind(&plan.behind)
}

/// What is sent where, and how much of it was changed.
pub fn what(plan: &Plan) -> String {
    format!(
        "{} {} to {} ({}): {}. {} changed since {} received.",
        if plan.continued {
            "Continue sending"
        } else {
            "Send"
        },
        count(plan.planned, "record"),
        safe(&plan.destination),
        safe(&plan.environment),
        safe(&plan.target),
        thousands(plan.changed),
        if plan.planned == 1 {
            "it was"
        } else {
            "they were"
        },
    )
}

/// What is said of records that became ready since the plan was made; empty where there is none.
fn since(plan: &Plan) -> String {
    match plan.since {
        0 => String::new(),
        more => format!(" +{} since: they go with the next send.", thousands(more)),
    }
}

/// What is said of ready records that are not sent; empty where there is none.
fn stay_behind(behind: &Behind) -> String {
    let stay = |records: u64| if records == 1 { "stays" } else { "stay" };
    let mut words = String::new();
    if behind.undecided > 0 {
        words += &format!(
            " {} {} behind: a date can be read in two ways. Decide it: redrive fix --field FIELD --date \
             auto --day-first (or --month-first).",
            count(behind.undecided, "ready record"),
            stay(behind.undecided)
        );
    }
    if !behind.superseded.is_empty() {
        words += &format!(
            " {} {} behind: a newer run holds the same key. --superseded sends them all the same.",
            named(&behind.superseded),
            stay(behind.superseded.len() as u64)
        );
    }
    words
}

/// Asks for the number of records, because sending cannot be undone.
fn agree(person: &Person, plan: &Plan) -> Result<()> {
    if !person.can_be_asked() {
        return Err(Fault::usage(
            "send:yes",
            format!(
                "{} would be sent to {}",
                count(plan.planned, "record"),
                plan.destination
            ),
        )
        .hint(format!(
            "without a terminal, add --yes (and --expect {} to be sure)",
            plan.planned
        ))
        .into());
    }
    question(plan).lines().for_each(note);
    note("Sending cannot be undone.");
    if types(plan.planned, "send")? {
        return Ok(());
    }
    Err(
        Fault::new(FaultKind::Nothing, "send:declined", "nothing was sent")
            .hint(format!("type {} to send", plan.planned))
            .into(),
    )
}

fn say(out: &Out, plan: &Plan, report: &SendReport) -> Result<()> {
    if report.plan.is_none() {
        let words = if report.behind.is_empty() {
            "Nothing to send: no record is ready."
        } else {
            "Nothing to send."
        };
        return out.say(&format!("{words}{}", stay_behind(&report.behind)));
    }
    let mut words = format!(
        "Plan {} to {}: ",
        report.plan.map_or(0, |plan| plan.0),
        safe(&plan.destination)
    );
    words += &outcome(report);
    out.say(&format!(
        "{words} of {}.{}",
        thousands(report.planned),
        stay_behind(&report.behind)
    ))
}

/// What became of the records of a send, in half a sentence.
pub fn outcome(report: &SendReport) -> String {
    let parts: Vec<String> = [
        (report.accepted, "sent"),
        (report.handed_over, "handed over"),
        (report.refused, "refused"),
        (report.unknown, "without an answer"),
        (report.not_sent, "not sent"),
    ]
    .into_iter()
    .filter(|(records, _)| *records > 0)
    .map(|(records, what)| format!("{} {what}", thousands(records)))
    .collect();
    parts.join(", ")
}
