//! Commands that change records: `edit`, `check`, `undo`, `redo`, `history`.

use std::{
    fs,
    io::{self, Read},
    path::Path as FilePath,
};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{
    args, json,
    look::problem_line,
    out::{Exit, Out, named, note},
    person::{Person, filter_of_one_run},
    progress::{Unit, with_progress},
    standing::after_check,
};
use crate::{
    fix::Change,
    model::{
        BeingSent, ChangeReport, Fault, Path, Problem, RecordId, RecordRow, RunId, Status, StepId,
        StepRow, UndoReport,
    },
    ops::{self, CheckRequest, Conflict, Saving, Workspace},
    row,
    text::{count, safe, thousands},
};

/// How a record stands that was saved, with everything that is wrong with it.
fn say_saved(out: &Out, row: &RecordRow, report: &ChangeReport) -> Result<()> {
    let id = row.id;
    if let Some(why) = &report.not_checked {
        out.say(&format!(
            "Saved. The validator could not be asked about record {id}: {}. `redrive check` asks it again.",
            safe(why)
        ))?;
    }
    let rejects = row.problems.iter().any(Problem::rejects);
    match (row.status, row.problems.len() as u64) {
        (Status::Rejected, _) if !rejects && report.not_checked.is_some() => {}
        (Status::Rejected, _) if !rejects => {
            out.say(&format!("Saved. {}", not_checked(id, false)))?;
        }
        (Status::Rejected, _) => {
            let saved = if report.not_checked.is_none() {
                "Saved. "
            } else {
                ""
            };
            out.say(&format!("{saved}Record {id} still needs fixing:"))?;
        }
        (_, 0) => out.say(&format!("Saved. Record {id} is ready."))?,
        (_, warnings) => out.say(&format!(
            "Saved. Record {id} is ready, with {}:",
            count(warnings, "warning")
        ))?,
    }
    for problem in &row.problems {
        out.say(&problem_line(problem, ""))?;
    }
    Ok(())
}

/// What is to be said of a record without a problem that nothing has checked, or not whole.
pub fn not_checked(id: RecordId, has_contract: bool) -> String {
    if has_contract {
        return format!("Record {id} is not checked as a whole. `redrive check` does it.");
    }
    format!(
        "Record {id} is changed, not checked: its run has no contract. `redrive edit {id} --ready` says that it is good."
    )
}

pub fn edit(person: &Person, out: &Out, args: &args::Edit) -> Result<Exit> {
    let changes = changes(args)?;
    let id = RecordId(args.id);
    let mut workspace = person.change()?;
    let mut report = ChangeReport::default();
    let added = ops::new_fields(&workspace, id, &changes)?;
    if !changes.is_empty() {
        report = match ops::edit(&mut workspace, id, &changes, args.if_version) {
            Ok(report) => report,
            Err(error) => {
                let told = (id, args.if_version, person.verbose);
                return Err(late(&workspace, told, changes, error));
            }
        };
    }
    if args.ready {
        let seen = args.if_version;
        let now = seen.map(|seen| seen + i64::from(report.step.is_some()));
        report = match ops::accept(&mut workspace, id, now) {
            Ok(report) => report,
            Err(error) => {
                return Err(late(
                    &workspace,
                    (id, now, person.verbose),
                    Vec::new(),
                    error,
                ));
            }
        };
    }
    for (path, near) in added {
        let near = near.map_or(String::new(), |near| format!(" Did you mean {near}?"));
        note(&format!(
            "{path} is a new field of record {id}, which no contract knows.{near}"
        ));
    }
    let rejected = report.still_rejected + report.newly_broken;
    if out.is_json() {
        out.json(&json::change(&report))?;
    } else {
        let row = ops::rows(&workspace, &[id])?.into_iter().next();
        let row_is_rejected =
            (row.as_ref()).map_or(0, |row| u64::from(row.status == Status::Rejected));
        match (report.step, row) {
            (None, _) => out.say("Nothing changed: it was like that already.")?,
            (Some(_), Some(row)) => say_saved(out, &row, &report)?,
            (Some(_), None) => out.say(&format!("Saved. Record {id} is ready."))?,
        }
        if report.checked > 1 {
            let others = rejected.saturating_sub(row_is_rejected);
            out.say(&format!(
                "The key decided {} again: {} ready, {} to fix.",
                count(report.checked - 1, "other record"),
                thousands(report.checked - 1 - others),
                thousands(others)
            ))?;
        }
    }
    Ok(Exit::when_rejected(rejected))
}

/// The error of an edit that came too late, with what it was typed over and what the record is now; any other as it is.
fn late(
    workspace: &Workspace,
    (id, version, is_verbose): (RecordId, Option<i64>, bool),
    changes: Vec<Change>,
    error: anyhow::Error,
) -> anyhow::Error {
    let code = error.downcast_ref::<Fault>().map(|fault| fault.code);
    let saving = |version| Saving {
        record: id,
        version,
        changes,
    };
    let told = match (code, version) {
        (Some("record:changed"), Some(version)) => {
            ops::conflict(workspace, &saving(version)).map(|found| disagreement(&found, is_verbose))
        }
        (Some("record:frozen"), _) => match ops::being_sent(workspace, id) {
            Ok(Some(sent)) => Ok(being_sent(id, &sent)),
            _ => return error,
        },
        _ => return error,
    };
    // Whatever cannot be told in full is told in short.
    told.map_or(error, Into::into)
}

/// Who was first, and each field that is not the same to all, in a line; with its values only where they are asked for, because
/// errors end up in logs.
fn disagreement(found: &Conflict, with_values: bool) -> Fault {
    let (id, seen, now) = (found.saving.record, found.saving.version, found.version);
    if !(1..=now).contains(&seen) {
        let versions = if now == 1 {
            "version 1".to_owned()
        } else {
            format!("versions 1 to {now}")
        };
        let message =
            format!("record {id} never had a version {seen}, only {versions}; nothing was changed");
        return Fault::usage("record:version", message).hint(format!(
            "look at it (redrive show {id}), then make the change with --if-version {now}"
        ));
    }
    let who = match &found.theirs {
        Some((author, at)) => format!("{} changed record {id} at {at}", safe(author)),
        None => format!("record {id} was changed"),
    };
    let mut words = format!("{who}: it is version {now}, not {seen}; nothing was changed");
    let value = |value: Option<&Value>| match value {
        Some(value) => value.to_string(),
        None => "(missing)".to_owned(),
    };
    for one in &found.partings {
        let (field, who) = (one.path.label(), one.who().words());
        words.push_str(&format!("\n  {}: ", safe(&field)));
        words.push_str(&if with_values {
            format!(
                "was {}, is now {}, yours {} ({who})",
                value(one.opened.as_ref()),
                value(one.theirs.as_ref()),
                value(one.mine.as_ref())
            )
        } else {
            who.to_owned()
        });
    }
    let values = if with_values {
        ""
    } else {
        ", -v says the values"
    };
    Fault::unusable("record:changed", words).hint(format!(
        "look at it again (redrive show {id}{values}), then repeat the change with --if-version {now}"
    ))
}

fn being_sent(id: RecordId, sent: &BeingSent) -> Fault {
    let words = sent.words(&sent.since);
    let words = safe(&words);
    let message = format!("record {id} is being sent ({words}); nothing was changed");
    Fault::unusable("record:frozen", message).hint("change it once the answer is known")
}

/// What was typed as changes.
///
/// # Errors
/// `usage:change` with an example.
fn changes(args: &args::Edit) -> Result<Vec<Change>> {
    if let Some(file) = &args.raw {
        return Ok(vec![Change::Raw(read_raw(file)?)]);
    }
    let mut changes = Vec::new();
    for typed in &args.changes {
        changes.push(one_change(typed)?);
    }
    for typed in &args.unset {
        changes.push(Change::Unset { path: path(typed)? });
    }
    if changes.is_empty() && !args.ready {
        return Err(Fault::usage("usage:change", "nothing to change")
            .hint("write what the field shall be: redrive edit 17 /email=ada@example.com")
            .into());
    }
    Ok(changes)
}

fn one_change(typed: &str) -> Result<Change> {
    let (name, value) = typed.split_once('=').ok_or_else(|| {
        Fault::usage("usage:change", format!("'{typed}' is no change"))
            .hint("write PATH=VALUE, or PATH:=JSON for an exact value, such as /vip:=true")
    })?;
    let Some(name) = name.strip_suffix(':') else {
        return Ok(Change::Text {
            path: path(name)?,
            text: value.to_owned(),
        });
    };
    let read: Value = serde_json::from_str(value).map_err(|error| {
        Fault::usage(
            "usage:json",
            format!("the value of {name} is not JSON: {error}"),
        )
        .hint("quote text: /name:='\"Ada\"', or write /name=Ada")
    })?;
    Ok(Change::Json {
        path: path(name)?,
        // The same, with the digits as they were typed.
        value: row::json::value(value).unwrap_or(read),
    })
}

/// # Errors
/// `usage:path` with what might be meant.
pub fn path(typed: &str) -> Result<Path> {
    let path = Path::parse(typed)
        .filter(|path| !path.is_root())
        .ok_or_else(|| {
            Fault::usage("usage:path", format!("'{typed}' is not a path to a field"))
                .hint(format!("begin with a slash: /{}", typed.replace('.', "/")))
        })?;
    Ok(path)
}

/// The text of one record; a single line end at the end of a file is not part of it.
fn read_raw(file: &FilePath) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if file == FilePath::new("-") {
        io::stdin()
            .read_to_end(&mut bytes)
            .context("cannot read standard input")?;
    } else {
        bytes = fs::read(file).map_err(|error| {
            Fault::unusable(
                "input:missing",
                format!("cannot read {}: {error}", file.display()),
            )
            .hint("name a file that holds the record's text, or - for standard input")
        })?;
    }
    if bytes.ends_with(b"\n") {
        bytes.pop();
        if bytes.ends_with(b"\r") {
            bytes.pop();
        }
    }
    Ok(bytes)
}

pub fn check(person: &Person, out: &Out, args: &args::Check) -> Result<Exit> {
    let mut workspace = person.change()?;
    let request = CheckRequest {
        filter: filter_of_one_run(&workspace, &args.scope)?,
        contract: args.contract.clone(),
        again: args.again,
    };
    let report = with_progress(Unit::Records, |job| {
        ops::check(&mut workspace, &request, job)
    })?;
    if out.is_json() {
        out.json(&json::change(&report))?;
    } else {
        let mut words = format!(
            "Checked {}: {} ready, {} still to fix",
            count(report.checked, "record"),
            thousands(report.ready),
            thousands(report.still_rejected)
        );
        if report.newly_broken > 0 {
            words += &format!(
                ", {} to fix that had no problem before",
                thousands(report.newly_broken)
            );
        }
        words.push('.');
        if report.current > 0 {
            words += &format!(
                " The verdict on {} was current.",
                count(report.current, "record")
            );
        }
        out.say(&words)?;
    }
    let run = match request.filter.run() {
        Some(run) => Some(ops::run(&workspace, run)?),
        None => ops::runs(&workspace)?.into_iter().next(),
    };
    if let Some(run) = &run
        && let Some(words) = after_check(run.id, &ops::standing(&workspace, run.id)?)
    {
        note(&words);
    }
    Ok(run.as_ref().map_or(Exit::Done, Exit::of_run))
}

pub fn undo(person: &Person, out: &Out, args: &args::Undo) -> Result<Exit> {
    let report = ops::undo(&mut person.change()?, args.step.map(StepId))?;
    say_undone(out, "Undone", &report)
}

pub fn redo(person: &Person, out: &Out) -> Result<Exit> {
    let report = ops::redo(&mut person.change()?)?;
    say_undone(out, "Done again", &report)
}

fn say_undone(out: &Out, verb: &str, report: &UndoReport) -> Result<Exit> {
    if out.is_json() {
        out.json(&json::undo(report))?;
        return Ok(Exit::Done);
    }
    out.say(&format!(
        "{verb}: {} ({}).",
        safe(&report.label),
        count(report.records, "record")
    ))?;
    if !report.skipped.is_empty() {
        note(&format!(
            "Left as they are, because they were sent or changed since: {}.",
            named(&report.skipped)
        ));
    }
    Ok(Exit::Done)
}

pub fn history(person: &Person, out: &Out, args: &args::History) -> Result<Exit> {
    let workspace = person.look()?;
    if let Some(file) = &args.recipe {
        return save_recipe(&workspace, out, args, file);
    }
    let steps = ops::history(&workspace, args.run.map(RunId))?;
    let sent = ops::sent_of_steps(&workspace, args.run.map(RunId))?;
    let sent = |step: &StepRow| sent.get(&step.id).copied().unwrap_or(0);
    if out.is_json() {
        for step in &steps {
            let mut line = json::step(step);
            line["sent"] = sent(step).into();
            out.json(&line)?;
        }
        return Ok(Exit::Done);
    }
    if steps.is_empty() {
        out.say("Nothing was changed yet.")?;
        return Ok(Exit::Done);
    }
    out.table(
        &["#Step", "At", "Who", "What", "#Records", "", "Details"],
        steps.iter().map(|step| {
            vec![
                step.id.to_string(),
                step.at.clone(),
                step.author.clone(),
                step.kind.word().to_owned(),
                thousands(step.records),
                match sent(step) {
                    _ if step.undone => "undone",
                    0 => "",
                    sent if step.is_frozen(sent) => "sent",
                    _ => "part sent",
                }
                .to_owned(),
                step.label.clone(),
            ]
        }),
    )?;
    Ok(Exit::Done)
}

/// Writes what was fixed and edited as a recipe.
fn save_recipe(
    workspace: &Workspace,
    out: &Out,
    args: &args::History,
    file: &FilePath,
) -> Result<Exit> {
    let run = match (args.run, ops::runs(workspace)?.first()) {
        (Some(run), _) => RunId(run),
        (None, Some(newest)) => newest.id,
        (None, None) => RunId(0),
    };
    let recipe = ops::recipe_of(workspace, run)?;
    let text = recipe.write().map_err(ops::mistake)?;
    if file == FilePath::new("-") {
        out.data(text.as_bytes())?;
        return Ok(Exit::Done);
    }
    ops::spare(workspace.path(), file)?;
    ops::write_whole(
        file,
        "recipe:write",
        |to| Ok(to.write_all(text.as_bytes())?),
    )?;
    note(&format!(
        "{} saved in {}. `redrive fix --recipe` makes them again.",
        count(recipe.steps.len() as u64, "step"),
        safe(&file.display().to_string())
    ));
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changes_are_text_or_exact_json() {
        let path = |text| Path::parse(text).unwrap();
        let change = |typed| one_change(typed).unwrap();
        assert_eq!(
            change("/a=1=2"),
            Change::Text {
                path: path("/a"),
                text: "1=2".to_owned()
            }
        );
        assert_eq!(
            change("/a:=\"=\""),
            Change::Json {
                path: path("/a"),
                value: json!("=")
            }
        );
        assert_eq!(
            change("/a="),
            Change::Text {
                path: path("/a"),
                text: String::new()
            }
        );
    }

    #[test]
    fn what_is_no_change_is_refused_with_an_example() {
        let hint = |typed| {
            let error = one_change(typed).unwrap_err();
            error.downcast::<Fault>().unwrap().hint.unwrap()
        };
        assert!(hint("/email").contains("PATH=VALUE"));
        assert_eq!(hint("lines.qty=3"), "begin with a slash: /lines/qty");
        assert!(hint("/name:=Ada").contains("quote text"));
    }
}
