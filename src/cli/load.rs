//! `load` and `demo`: runs come in.

use std::path::PathBuf;

use anyhow::Result;

use super::{
    args,
    fix::{read_recipe, say_replayed},
    json,
    out::{Exit, Out, note},
    person::Person,
    plain,
    progress::{Unit, with_progress},
};
use crate::{
    model::{Form, LoadReport, PlanId},
    ops::{self, Alarm, DemoRequest, Explained, LoadRequest, Workspace},
    read::Sheet,
    text::{count, thousands},
    tui,
};

/// Records without an answer that are named.
const NAMED: usize = 20;

/// Columns of a record's text that are shown.
const SHOWN: usize = 100;

pub fn load(person: &Person, out: &Out, args: &args::Load) -> Result<Exit> {
    let alarm = args.fail_if.as_deref().map(Alarm::parse).transpose()?;
    let request = request(args)?;
    if let Some(plan) = args.answers {
        return answers(person, out, &request, PlanId(plan));
    }
    if args.explain {
        let explain = |job: &ops::Job| ops::prepare(&request, job)?.explain(job);
        let explained = with_progress(Unit::Bytes, explain)?;
        say_explained(out, &request.files, &explained)?;
        return Ok(Exit::Done);
    }
    let recipe = args.recipe.as_deref().map(read_recipe).transpose()?;
    let (mut workspace, report) = with_progress(Unit::Bytes, |job| {
        let prepared = ops::prepare(&request, job)?;
        if args.group {
            Workspace::can_be_shared(&person.workspace_path())?;
        }
        // Only now: an input or a contract that cannot be used leaves no empty workspace behind.
        let mut workspace = Workspace::create(&person.workspace_path(), &person.author)?;
        if args.group {
            workspace.share()?;
        }
        let report = prepared.load(&mut workspace, job)?;
        Ok((workspace, report))
    })?;
    // What is loaded is said first, for it stays whatever becomes of the recipe.
    say(out, &report)?;
    if let Some(recipe) = &recipe {
        let all = with_progress(Unit::Records, |job| {
            ops::replay(&mut workspace, report.run, recipe, (false, false), job)
        })?;
        say_replayed(out, &all)?;
    }
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
    Ok(match &alarm {
        Some(alarm) if alarm.rings(&report) => Exit::StillRejected,
        Some(_) => Exit::Done,
        None if recipe.is_some() => Exit::of_run(&ops::run(&workspace, report.run)?),
        None => Exit::when_rejected(report.rejected),
    })
}

/// What was asked for.
fn request(args: &args::Load) -> Result<LoadRequest> {
    Ok(LoadRequest {
        files: ops::files_of(&args.files)?,
        contract: args.contract.clone(),
        format: args.format.clone(),
        map: args.map.clone(),
        sources: ops::files_of(&args.source)?,
        sheet: Sheet {
            name: args.sheet.clone(),
            header: args.header_row,
        },
        name: args.name.clone(),
        passed: args.passed.clone(),
        keep_passed: args.keep_passed,
        again: args.again,
        allow_empty: args.allow_empty,
        demo: false,
        take_over: args.take_over,
        threads: args.threads,
    })
}

fn answers(person: &Person, out: &Out, request: &LoadRequest, plan: PlanId) -> Result<Exit> {
    let mut workspace = person.change()?;
    let report = with_progress(Unit::Bytes, |job| {
        ops::answers(&mut workspace, request, plan, job)
    })?;
    if out.is_json() {
        out.json(&json::answered(&report))?;
    } else {
        out.say(&format!(
            "Plan {plan}: {} accepted, {} rejected, {} without an answer.",
            thousands(report.accepted),
            thousands(report.rejected),
            thousands(report.unanswered.len() as u64)
        ))?;
    }
    for remark in &report.remarks {
        note(remark);
    }
    if report.answered_before > 0 {
        note(&format!(
            "{} had {} answer before: nothing of {} was changed.",
            count(report.answered_before, "record"),
            if report.answered_before == 1 {
                "its"
            } else {
                "their"
            },
            if report.answered_before == 1 {
                "it"
            } else {
                "them"
            }
        ));
    }
    if !report.unanswered.is_empty() {
        let named: Vec<String> = (report.unanswered.iter().take(NAMED))
            .map(ToString::to_string)
            .collect();
        let more = if report.unanswered.len() > NAMED {
            ", ..."
        } else {
            ""
        };
        note(&format!(
            "No answer for {} {}{more}: still handed over. `redrive records status:handed_over` lists them.",
            if named.len() == 1 {
                "record"
            } else {
                "records"
            },
            named.join(", ")
        ));
    }
    let open = report.rejected > 0 || !report.unanswered.is_empty();
    Ok(if open {
        Exit::StillRejected
    } else {
        Exit::Done
    })
}

/// What would be loaded, for a person who writes a map or wonders about a format.
fn say_explained(out: &Out, files: &[PathBuf], explained: &Explained) -> Result<()> {
    let report = &explained.report;
    if out.is_json() {
        return out.json(&json::explained(explained));
    }
    let safe = |text: &str| crate::text::safe(text).into_owned();
    let first = files.first().map(|file| file.display().to_string());
    let mut name = first.unwrap_or_default();
    if files.len() > 1 {
        name.push_str(&format!(" and {} more", files.len() - 1));
    }
    out.say(&format!(
        "{}: format {}, {}.",
        safe(&name),
        report.format,
        safe(&explained.why)
    ))?;
    out.say(&format!("A load gives {}.", counts(report)))?;
    for warning in &report.warnings {
        out.say(&safe(warning))?;
    }
    for (place, record) in &explained.first {
        let form = match record.text.form {
            Form::Excerpt => "an excerpt",
            Form::Csv => "a line of CSV",
            Form::Json => "JSON",
        };
        out.say(&format!(
            "\nRecord {}, {}: {form}",
            record.row.id,
            safe(place)
        ))?;
        let text = crate::text::safe_bytes(&record.text.bytes);
        out.say(&format!("  {}", crate::text::shorten(&text, SHOWN)))?;
        for problem in &record.row.problems {
            let path = match problem.path.as_str() {
                "" => "whole record",
                path => path,
            };
            let line = format!(
                "  {} {} {path}  {}",
                problem.stage.word(),
                problem.code_and_detail(),
                problem.message
            );
            out.say(&safe(&line))?;
        }
    }
    match &explained.map {
        Some(map) => {
            let lines: Vec<String> = map.trim().lines().map(safe).collect();
            out.say(&format!("\nThe map:\n\n{}", lines.join("\n")))
        }
        None => Ok(()),
    }
}

pub fn demo(person: &Person, out: &Out, args: &args::Demo) -> Result<Exit> {
    let request = DemoRequest {
        rows: args.rows,
        seed: args.seed,
        workspace: person.named.clone(),
        author: person.author.clone(),
    };
    if person.plain && !args.no_ui {
        let work = plain::Work::new()?;
        let demo = work.does(|job| ops::demo(&request, job))?;
        out.say(&plain::begun(&demo.workspace))?;
        out.flush()?;
        let options = plain::Options {
            workspace: demo.workspace,
            read_only: false,
            places: vec![plain::problems(demo.report.run)],
            work,
        };
        plain::run(person, options)?;
        return Ok(Exit::Done);
    }
    let demo = with_progress(Unit::Bytes, |job| ops::demo(&request, job))?;
    if args.no_ui {
        say(out, &demo.report)?;
        note(&format!(
            "The example is in {}. Open it with: redrive -w {0}",
            demo.workspace.display()
        ));
        return Ok(Exit::when_rejected(demo.report.rejected));
    }
    let run = demo.report.run;
    let route = tui::event::Route::Groups { run };
    tui::run(person.screen(demo.workspace, Some(route), false))?;
    Ok(Exit::Done)
}

fn say(out: &Out, report: &LoadReport) -> Result<()> {
    if out.is_json() {
        return out.json(&json::load(report));
    }
    out.say(&format!(
        "Run {} ({}): {}.",
        report.run,
        crate::text::safe(&report.name),
        counts(report)
    ))
}

/// What was found, as a part of a sentence.
fn counts(report: &LoadReport) -> String {
    let warned = match report.warned {
        0 => String::new(),
        warned => format!(" ({} with a warning)", thousands(warned)),
    };
    let at_least = if report.capped { "at least " } else { "" };
    format!(
        "{} read, {} passed{warned}, {at_least}{} rejected with {at_least}{} in {}, {} unreadable",
        count(report.records, "record"),
        thousands(report.passed),
        thousands(report.rejected),
        count(report.problems, "problem"),
        count(report.groups, "group"),
        thousands(report.unparsed),
    )
}
