//! `settle`: what became of records without an answer.

use std::io::{self, BufRead, Write};

use anyhow::{Context, Result};

use super::{
    args, json,
    out::{Exit, Out},
    person::{Person, filter_of_one_run},
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
fn agree(person: &Person, records: u64, sent: bool) -> Result<()> {
    let records = count(records, "record");
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
    eprintln!("{records} without an answer. {then}");
    let number = records.split(' ').next().unwrap_or_default();
    eprint!("Type {number} to go on: ");
    io::stderr().flush()?;
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .context("cannot read your answer")?;
    if line.trim() == number {
        return Ok(());
    }
    Err(Fault::new(FaultKind::Nothing, "settle:declined", "nothing was changed").into())
}
