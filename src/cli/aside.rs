//! `discard`, `restore` and `note`.

use anyhow::Result;

use super::{
    args, json,
    out::{Exit, Out, named, note as tell},
    person::{Person, filter_of_one_run},
    progress::{Unit, with_progress},
};
use crate::{
    model::{AsideReport, Fault, GroupId, NoteAbout, RecordId, RunId},
    ops,
    text::count,
};

pub fn discard(person: &Person, out: &Out, args: &args::Discard) -> Result<Exit> {
    let mut workspace = person.change()?;
    let filter = filter_of_one_run(&workspace, &args.scope)?;
    let report = with_progress(Unit::Records, |job| {
        ops::discard(&mut workspace, &filter, &args.reason, None, job)
    })?;
    say(out, &report, "Set aside")
}

pub fn restore(person: &Person, out: &Out, args: &args::Scope) -> Result<Exit> {
    let mut workspace = person.change()?;
    let filter = filter_of_one_run(&workspace, args)?;
    let report = with_progress(Unit::Records, |job| {
        ops::restore(&mut workspace, &filter, job)
    })?;
    say(out, &report, "Taken back")
}

fn say(out: &Out, report: &AsideReport, verb: &str) -> Result<Exit> {
    if out.is_json() {
        out.json(&json::aside(report))?;
    } else if report.records == 0 {
        out.say("No record changed: none fits.")?;
    } else {
        out.say(&format!("{verb}: {}.", count(report.records, "record")))?;
    }
    if !report.skipped.is_empty() && !out.is_json() {
        tell(&format!(
            "Left as they are, because they are on their way or were sent: {}.",
            named(&report.skipped)
        ));
    }
    Ok(Exit::when_rejected(u64::from(report.records == 0)))
}

pub fn note(person: &Person, out: &Out, args: &args::Note) -> Result<Exit> {
    let mut workspace = person.change()?;
    let about = match (args.record, args.group, args.run) {
        (Some(id), None, None) => NoteAbout::Record(RecordId(id)),
        (None, Some(id), None) => NoteAbout::Group(GroupId(id)),
        (None, None, Some(id)) => NoteAbout::Run(RunId(id)),
        (None, None, None) => match ops::runs(&workspace)?.as_slice() {
            [only] => NoteAbout::Run(only.id),
            _ => return Err(nothing_named().into()),
        },
        _ => return Err(nothing_named().into()),
    };
    let step = ops::add_note(&mut workspace, about, &args.text)?;
    if out.is_json() {
        out.json(&serde_json::json!({"step": step}))?;
    } else {
        out.say(&format!("Noted on {about}. `redrive undo` takes it back."))?;
    }
    Ok(Exit::Done)
}

fn nothing_named() -> Fault {
    Fault::usage("usage:note", "it is not said what the note is about")
        .hint("add one of --record ID, --group N and --run R")
}
