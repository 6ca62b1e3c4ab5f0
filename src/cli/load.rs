//! `load` and `demo`: runs come in.

use anyhow::Result;

use super::{
    args, json,
    look::needs_a_terminal,
    out::{Exit, Out, note},
    person::Person,
    progress::{Unit, with_progress},
};
use crate::{
    model::{Fault, LoadReport},
    ops::{self, Alarm, DemoRequest, LoadRequest, Workspace},
    text::{count, thousands},
    tui,
};

pub fn load(person: &Person, out: &Out, args: &args::Load) -> Result<Exit> {
    let alarm = args.fail_if.as_deref().map(Alarm::parse).transpose()?;
    if args.files.len() > 1 && args.passed.is_some() {
        return Err(Fault::usage(
            "usage:passed",
            "--passed takes the records of one file, and there are several",
        )
        .hint("load them one by one")
        .into());
    }
    let mut exit = Exit::Done;
    for file in &args.files {
        let request = LoadRequest {
            file: file.clone(),
            contract: args.contract.clone(),
            format: args.format.clone(),
            map: args.map.clone(),
            source: args.source.clone(),
            name: args.name.clone(),
            passed: args.passed.clone(),
            keep_passed: args.keep_passed,
            again: args.again,
            allow_empty: args.allow_empty,
            demo: false,
            threads: args.threads,
        };
        let report = with_progress(Unit::Bytes, |job| {
            let prepared = ops::prepare(&request, job)?;
            // Only now: an input or a contract that cannot be used leaves no empty workspace behind.
            let mut workspace = Workspace::create(&person.workspace_path(), &person.author)?;
            prepared.load(&mut workspace, job)
        })?;
        say(out, &report)?;
        for warning in &report.warnings {
            note(warning);
        }
        if !report.kept_passed && args.passed.is_none() && report.passed > 0 {
            note(&format!(
                "{} passed and {} not kept. --passed FILE writes them out, --keep-passed keeps them as ready.",
                count(report.passed, "record"),
                if report.passed == 1 { "was" } else { "were" }
            ));
        }
        let alarming = alarm
            .as_ref()
            .map_or(report.rejected > 0, |alarm| alarm.rings(&report));
        if alarming {
            exit = Exit::StillRejected;
        }
    }
    Ok(exit)
}

pub fn demo(person: &Person, out: &Out, args: &args::Demo) -> Result<Exit> {
    if !args.no_ui {
        needs_a_terminal()?;
    }
    let request = DemoRequest {
        rows: args.rows,
        seed: args.seed,
        workspace: person.named.clone(),
        author: person.author.clone(),
    };
    let demo = with_progress(Unit::Bytes, |job| ops::demo(&request, job))?;
    if args.no_ui {
        say(out, &demo.report)?;
        note(&format!(
            "The example is in {}. Open it with: redrive -w {0}",
            demo.workspace.display()
        ));
        return Ok(Exit::when_rejected(demo.report.rejected));
    }
    tui::run(tui::Options {
        workspace: demo.workspace,
        author: person.author.clone(),
        color: person.color,
        route: Some(tui::event::Route::Groups {
            run: demo.report.run,
        }),
        read_only: false,
    })?;
    Ok(Exit::Done)
}

fn say(out: &Out, report: &LoadReport) -> Result<()> {
    if out.is_json() {
        return out.json(&json::load(report));
    }
    let warned = match report.warned {
        0 => String::new(),
        warned => format!(" ({} with a warning)", thousands(warned)),
    };
    let at_least = if report.capped { "at least " } else { "" };
    out.say(&format!(
        "Run {} ({}): {} read, {} passed{warned}, {at_least}{} rejected with {at_least}{} in {}, {} unreadable.",
        report.run,
        crate::text::safe(&report.name),
        count(report.records, "record"),
        thousands(report.passed),
        thousands(report.rejected),
        count(report.problems, "problem"),
        count(report.groups, "group"),
        thousands(report.unparsed),
    ))
}
