//! `load` and `demo`: runs come in.

use std::{io::IsTerminal, time::Duration};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{
    args, json,
    look::needs_a_terminal,
    out::{Exit, Out, note},
    person::Person,
    stop,
};
use crate::{
    model::{Fault, LoadReport},
    ops::{self, Alarm, DemoRequest, Job, LoadRequest, Progress, Workspace},
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
            name: args.name.clone(),
            passed: args.passed.clone(),
            keep_passed: args.keep_passed,
            again: args.again,
            allow_empty: args.allow_empty,
            demo: false,
            threads: args.threads,
        };
        let report = with_progress(|job| {
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
                "{} passed and were not kept. --passed FILE writes them out, --keep-passed keeps them as ready.",
                count(report.passed, "record")
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
    let demo = with_progress(|job| ops::demo(&request, job))?;
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
    out.say(&format!(
        "Run {} ({}): {} read, {} passed, {} rejected with {} in {}, {} unreadable.",
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

/// Runs a job that Ctrl+C stops, with a bar when someone is watching.
pub fn with_progress<T>(work: impl FnOnce(&Job) -> Result<T>) -> Result<T> {
    let bar = if std::io::stderr().is_terminal() {
        ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10))
    } else {
        ProgressBar::hidden()
    };
    let shown = bar.clone();
    let job = Job::new(move |progress| show(&shown, progress));
    stop::on_signal(&job.cancel_flag())?;
    let result = work(&job);
    bar.finish_and_clear();
    result
}

fn show(bar: &ProgressBar, progress: Progress) {
    if let (None, Some(total)) = (bar.length(), progress.total) {
        bar.set_length(total);
    }
    // No remaining time before there is a rate worth the name.
    let settled = bar.elapsed() > Duration::from_millis(500) && bar.length().is_some();
    let template = match (settled, bar.length()) {
        (true, _) => "{bar:30} {percent:>3}%  {msg}  {binary_bytes_per_sec}  about {eta} left",
        (false, Some(_)) => "{bar:30} {percent:>3}%  {msg}",
        (false, None) => "{binary_bytes} read  {msg}  {binary_bytes_per_sec}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(count(progress.records, "record"));
    bar.set_position(progress.done);
}
