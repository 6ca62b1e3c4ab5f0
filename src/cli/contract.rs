//! `contract`: a draft from data, and what a contract means.

use anyhow::Result;
use serde_json::json;

use super::{
    args::{self, ContractCommand},
    out::{Exit, Out, note},
    progress::{Unit, with_progress},
};
use crate::{
    infer::shell_word,
    ops::{self, DraftReport, DraftRequest},
    text::{count, safe, thousands},
};

pub fn run(out: &Out, args: &args::Contract) -> Result<Exit> {
    match &args.command {
        ContractCommand::Init(args) => init(out, args),
    }
}

fn init(out: &Out, args: &args::ContractInit) -> Result<Exit> {
    let request = DraftRequest {
        from: args.from.clone(),
        output: args.output.clone(),
        force: args.force,
        format: args.format.clone(),
        sample: args.sample,
    };
    let report = with_progress(Unit::Bytes, |job| ops::draft_contract(&request, job))?;
    if out.is_json() {
        out.json(&json!({
            "contract": report.contract.display().to_string(),
            "schema": report.schema.display().to_string(),
            "format": report.format,
            "records": report.records,
            "unreadable": report.unreadable,
            "sample": report.is_sample,
            "fields": report.fields,
            "required": report.required,
            "key": report.key,
            "from_problems": report.from_problems,
        }))?;
    } else {
        out.say(&sentence(&report))?;
    }
    if report.from_problems {
        note(
            "All records were rejected, so the draft says what the reported problems say, and of other fields only their kind.",
        );
    }
    let contract = shell_word(&report.contract.display().to_string());
    note(&format!(
        "Read both files, change what is not right, then: redrive contract check {contract}"
    ));
    if args.from.as_os_str() != "-" {
        let from = shell_word(&args.from.display().to_string());
        note(&format!(
            "To see which records disagree: redrive load {from} --contract {contract}"
        ));
    }
    Ok(Exit::Done)
}

fn sentence(report: &DraftReport) -> String {
    let first = if report.is_sample { "the first " } else { "" };
    let key = match &report.key {
        Some(path) => format!("the key is {}", safe(&path.label())),
        None => "no key was found".to_owned(),
    };
    format!(
        "Wrote {} and {} from {first}{} ({} unreadable): {}, {} required; {key}.",
        safe(&report.contract.display().to_string()),
        safe(&report.schema.display().to_string()),
        count(report.records, "record"),
        thousands(report.unreadable),
        count(report.fields, "field"),
        thousands(report.required),
    )
}
