//! `open`: the screen, or the numbered lines, at the place that is named.

use anyhow::Result;

use super::{
    args,
    out::{Exit, note},
    person::{Person, filter},
    plain,
};
use crate::{
    filter::Filter,
    model::{Fault, RecordId, RunId},
    ops::{self, Workspace},
    tui::{
        self,
        event::{FilterLine, Route},
    },
};

pub fn open(person: &Person, args: &args::Open) -> Result<Exit> {
    if begins(person, args) {
        let mut screen = person.screen(person.workspace_path(), None, false);
        screen.may_be_missing = true;
        let words = "No workspace is here yet. It is made when a first run is loaded.";
        screen.notice.get_or_insert_with(|| words.to_owned());
        tui::run(screen)?;
        return Ok(Exit::Done);
    }
    // What cannot be opened is said here, with its exit code, and not on a screen that hides it when it closes. Opened as
    // the screen opens it: one of an older form is brought up to date by that.
    let (workspace, read_only) = opened(person, args)?;
    if args.group {
        workspace.share()?;
    }
    if let Some(run) = args.run {
        ops::run(&workspace, RunId(run))?;
    }
    let row = args
        .row
        .map(|id| row_of(&workspace, RecordId(id), args.run));
    let run = row.transpose()?.map(|run| run.0).or(args.run);
    drop(workspace);
    if person.plain {
        return open_plain(person, args, read_only);
    }
    let route = match (&args.filter, run) {
        (Some(line), run) => Some(filtered(person, line, run)?),
        (None, Some(run)) if args.row.is_some() => Some(list(RunId(run), None)),
        (None, Some(run)) => Some(Route::Run { run: RunId(run) }),
        (None, None) => None,
    };
    let mut screen = person.screen(person.workspace_path(), route, read_only);
    if read_only && !args.read_only {
        (screen.notice).get_or_insert_with(|| ONLY_LOOK.to_owned());
    }
    screen.at = args.row.map(RecordId);
    screen.opens = args.link.is_some();
    tui::run(screen)?;
    Ok(Exit::Done)
}

/// Said where nobody asked for looking only.
const ONLY_LOOK: &str = "Nothing can be written here: this workspace can only be looked at.";

/// The workspace as the screen opens it, and whether that is for looking only: where it was asked for, and where nothing can be
/// written.
fn opened(person: &Person, args: &args::Open) -> Result<(Workspace, bool)> {
    if args.read_only {
        return Ok((person.look()?, true));
    }
    match person.change() {
        Err(error) if !args.group && has_code(&error, "workspace:read_only") => {
            Ok((person.look()?, true))
        }
        changed => Ok((changed?, false)),
    }
}

fn has_code(error: &anyhow::Error, code: &str) -> bool {
    let fault = error.downcast_ref::<Fault>();
    fault.is_some_and(|fault| fault.code == code)
}

/// Whether somebody without a workspace is shown the ways to one: they named none that would be missed, and nothing in one.
fn begins(person: &Person, args: &args::Open) -> bool {
    let names_nothing = args.run.is_none() && args.filter.is_none() && args.row.is_none();
    let wants_none = !args.read_only && !args.group && person.named.is_none();
    let is_seen = !person.plain && !person.json;
    let is_missing = matches!(person.workspace_path().try_exists(), Ok(false));
    names_nothing && wants_none && is_seen && is_missing
}

/// The run of a record, which must be the one that was named, if one was.
fn row_of(workspace: &Workspace, id: RecordId, named: Option<i64>) -> Result<RunId> {
    let run = ops::show(workspace, id)?.row.run;
    match named {
        Some(other) if run != RunId(other) => Err(Fault::usage(
            "record:run",
            format!("record {id} is of run {run}, not of run {other}"),
        )
        .hint("leave --run out, or name a record of that run")
        .into()),
        _ => Ok(run),
    }
}

fn open_plain(person: &Person, args: &args::Open, read_only: bool) -> Result<Exit> {
    if read_only && !args.read_only {
        note(ONLY_LOOK);
    }
    let list = match (&args.filter, args.run) {
        (Some(line), run) => {
            let scope = args::Scope {
                filter: vec![line.clone()],
                run,
            };
            let filter = filter(&scope)?;
            let run = filter.run().map_or_else(|| newest_run(person), Ok)?;
            Some(plain::records(run, filter))
        }
        (None, run) => run.map(|run| plain::problems(RunId(run))),
    };
    let record = args.row.map(|id| plain::record(RecordId(id)));
    plain::run(
        person,
        plain::Options {
            workspace: person.workspace_path(),
            read_only,
            places: list.into_iter().chain(record).collect(),
            work: plain::Work::new()?,
        },
    )?;
    Ok(Exit::Done)
}

/// The records of a filter.
fn filtered(person: &Person, line: &str, run: Option<i64>) -> Result<Route> {
    let scope = args::Scope {
        filter: vec![line.to_owned()],
        run,
    };
    let run = filter(&scope)?
        .run()
        .map_or_else(|| newest_run(person), Ok)?;
    Ok(list(run, Some(line.to_owned())))
}

/// All records of a run, or those that pass a filter.
fn list(run: RunId, filter: Option<String>) -> Route {
    Route::Records {
        run,
        filter: Filter::of_run(run),
        field: None,
        title: "Records".to_owned(),
        typed: filter.map(FilterLine::Applied),
    }
}

fn newest_run(person: &Person) -> Result<RunId> {
    let runs = ops::runs(&person.look()?)?;
    let newest = runs.first().ok_or_else(|| {
        Fault::unusable("run:none", "the workspace holds no run")
            .hint("load one: redrive load FILE --contract CONTRACT")
    })?;
    Ok(newest.id)
}
