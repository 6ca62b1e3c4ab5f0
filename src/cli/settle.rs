//! `settle`: what became of records without an answer.

use anyhow::Result;

use super::{
    args, json,
    out::{Exit, Out, note},
    person::{Person, filter_of_one_run, types},
};
use crate::{
    model::{Fault, FaultKind},
    ops,
    text::count,
};

pub fn settle(person: &Person, out: &Out, args: &args::Settle) -> Result<Exit> {
    let mut workspace = person.change()?;
    let filter = filter_of_one_run(&workspace, &args.scope)?;
    let these = ops::unanswered(&workspace, &filter)?;
    if these.len() > 1 && !args.yes {
        agree(person, these.len() as u64, args.sent)?;
    }
    let report = ops::settle(&mut workspace, &filter, &these, args.sent, &args.reason)?;
    if out.is_json() {
        out.json(&json::aside(&report))?;
    } else if report.records == 0 {
        out.say("No record changed: none is without an answer.")?;
    } else if args.sent {
        out.say(&format!(
            "Marked as sent: {}.",
            count(report.records, "record")
        ))?;
    } else {
        out.say(&format!(
            "Ready to send again: {}. `redrive send` sends them.",
            count(report.records, "record")
        ))?;
    }
    Ok(Exit::when_rejected(u64::from(report.records == 0)))
}

/// Asks for the number of records: a wrong answer loses or doubles them.
fn agree(person: &Person, number: u64, sent: bool) -> Result<()> {
    let records = count(number, "record");
    if !person.can_be_asked() {
        return Err(
            Fault::usage("settle:yes", format!("{records} would be settled at once"))
                .hint("without a terminal, add --yes")
                .into(),
        );
    }
    let then = if sent {
        "They are not sent again."
    } else {
        "They can be sent again, and are there twice if they did arrive."
    };
    note(&format!("{records} without an answer. {then}"));
    if types(number, "go on")? {
        return Ok(());
    }
    Err(
        Fault::new(FaultKind::Nothing, "settle:declined", "nothing was changed")
            .hint(format!("type {number} to go on"))
            .into(),
    )
}
