//! `diff`: two runs beside each other.

use anyhow::Result;

use super::{
    args, json,
    out::{Exit, Out, note},
    person::Person,
};
use crate::{
    model::{Compared, Comparison, RunId, RunRow, Severity},
    ops,
    text::{count, safe, thousands},
};

/// Ends with 1 when something that rejects records is new, came back or grew, so that a schedule can tell.
pub fn diff(person: &Person, out: &Out, args: &args::Diff) -> Result<Exit> {
    let workspace = person.look()?;
    let comparison = ops::compare(&workspace, args.old.map(RunId), args.new.map(RunId))?;
    if out.is_json() {
        out.json(&json::comparison(&comparison))?;
    } else {
        say(out, &comparison)?;
    }
    for run in [&comparison.old, &comparison.new] {
        if run.capped && !out.is_json() {
            note(&format!(
                "Run {} is not the whole of it: the tool that made its results stopped at its own limit, so its counts are at least these.",
                run.id
            ));
        }
    }
    Ok(if comparison.is_worse() {
        Exit::StillRejected
    } else {
        Exit::Done
    })
}

fn say(out: &Out, comparison: &Comparison) -> Result<()> {
    out.say(&format!("Before: {}", run_line(&comparison.old)))?;
    out.say(&format!("After:  {}", run_line(&comparison.new)))?;
    out.say("")?;
    if comparison.groups.is_empty() {
        return out.say("Neither run has a problem.");
    }
    let groups = &comparison.groups;
    // Only where they say something.
    let severity = groups
        .iter()
        .any(|one| one.group.severity != Severity::Error);
    let owner = groups.iter().any(|one| !one.group.owner.is_empty());
    let mut head = vec!["", "#Group", "Problem", "Field", "Code"];
    head.extend(severity.then_some("Severity"));
    head.extend(owner.then_some("Owner"));
    head.extend(["#Before", "#After", "#Change"]);
    out.table(&head, groups.iter().map(|one| cells(one, severity, owner)))?;
    out.say(&format!("\n{}", comparison.sum()))
}

fn run_line(run: &RunRow) -> String {
    format!(
        "run {} of {}, {}: {}, {} rejected",
        run.id,
        run.loaded_at,
        safe(&run.source),
        count(run.records, "record"),
        thousands(run.rejected)
    )
}

fn cells(one: &Compared, severity: bool, owner: bool) -> Vec<String> {
    let group = &one.group;
    let trend = match one.last_seen {
        Some(run) => format!("{} (run {run})", one.trend.label()),
        None => one.trend.label().to_owned(),
    };
    let change = match one.after.abs_diff(one.before) {
        0 => String::new(),
        more if one.after > one.before => format!("+{}", thousands(more)),
        less => format!("-{}", thousands(less)),
    };
    let mut cells = vec![
        trend,
        group.id.to_string(),
        group.title.clone(),
        group.field(),
        group.code_and_detail(),
    ];
    cells.extend(severity.then(|| group.severity.word().to_owned()));
    cells.extend(owner.then(|| group.owner.clone()));
    cells.extend([thousands(one.before), thousands(one.after), change]);
    cells
}
