//! Commands that only look: `open`, `runs`, `groups`, `records`, `show`, `sql`, `verify`.

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    args, json as shape,
    notes::{noted, notes_on, say_notes, say_notes_on},
    out::{Exit, Out},
    person::{Person, filter},
    plain, standing,
    unasked::say_what_is_not_asked,
};
use crate::{
    filter::{Filter, Term, Wanted},
    model::{
        Fault, Group, Happened, NoteAbout, Problem, RecordDetail, RecordId, RecordRow, RunId,
        RunRow, Severity, Since, Stage, Status,
    },
    ops::{self, ContractState, Finding, Workspace},
    text::thousands,
    tui::{
        self,
        event::{FilterLine, Route},
    },
};

/// Records are read this many at a time, so that memory stays flat.
const BATCH: usize = 500;

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
    let workspace = if args.read_only {
        person.look()?
    } else {
        person.change()?
    };
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
        return open_plain(person, args);
    }
    let route = match (&args.filter, run) {
        (Some(line), run) => Some(filtered(person, line, run)?),
        (None, Some(run)) if args.row.is_some() => Some(list(RunId(run), None)),
        (None, Some(run)) => Some(Route::Run { run: RunId(run) }),
        (None, None) => None,
    };
    let mut screen = person.screen(person.workspace_path(), route, args.read_only);
    screen.at = args.row.map(RecordId);
    screen.opens = args.link.is_some();
    tui::run(screen)?;
    Ok(Exit::Done)
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

fn open_plain(person: &Person, args: &args::Open) -> Result<Exit> {
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
            read_only: args.read_only,
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

pub fn runs(person: &Person, out: &Out) -> Result<Exit> {
    let workspace = person.look()?;
    let runs = ops::runs(&workspace)?;
    let about = |run: &RunRow| NoteAbout::Run(run.id);
    let notes = notes_on(&workspace, runs.iter().map(about))?;
    if out.is_json() {
        out.json(&noted(runs.iter().map(shape::run), &notes))?;
        return Ok(Exit::Done);
    }
    // All but the first three are named only where they occur, so that a line fits a terminal.
    let columns: Vec<(Status, &str)> = [
        (Status::Rejected, "#Needs fixing"),
        (Status::Ready, "#Ready"),
        (Status::Accepted, "#Sent"),
        (Status::HandedOver, "#Handed over"),
        (Status::Sending, "#Sending"),
        (Status::Unknown, "#No answer"),
        (Status::Discarded, "#Set aside"),
    ]
    .into_iter()
    .enumerate()
    .filter(|(at, (status, _))| *at < 3 || runs.iter().any(|run| run.with_status(*status) > 0))
    .map(|(_, column)| column)
    .collect();
    let head: Vec<&str> = ["#Run", "Name", "Loaded", "#Records", "#Passed"]
        .into_iter()
        .chain(columns.iter().map(|(_, name)| *name))
        .chain(["Source"])
        .collect();
    let line = |run: &RunRow| {
        let mut line = vec![
            run.id.to_string(),
            run.name.clone(),
            run.loaded_at.clone(),
            thousands(run.records),
            thousands(run.passed),
        ];
        let cell = |(status, _): &(Status, &str)| {
            let capped = run.capped && *status == Status::Rejected;
            let at_least = if capped { "at least " } else { "" };
            format!("{at_least}{}", thousands(run.with_status(*status)))
        };
        line.extend(columns.iter().map(cell));
        line.push(run.source.clone());
        line
    };
    out.table(&head, runs.iter().map(line))?;
    say_notes_on(out, "Run", runs.iter().map(|run| run.id.0).zip(&notes))?;
    Ok(Exit::Done)
}

pub fn groups(person: &Person, out: &Out, scope: &args::Scope) -> Result<Exit> {
    let filter = filter(scope)?;
    let workspace = person.look()?;
    let groups = ops::groups(&workspace, &filter)?;
    say_what_is_not_asked(&workspace, &filter)?;
    let about = |group: &Group| NoteAbout::Group(group.id);
    let notes = notes_on(&workspace, groups.iter().map(about))?;
    let since = since(&workspace, &groups)?;
    if out.is_json() {
        let group = |group: &Group| shape::group(group, since.groups.get(&group.id));
        out.json(&noted(groups.iter().map(group), &notes))?;
        return Ok(Exit::Done);
    }
    if groups.is_empty() {
        let whole = |term: &Term| matches!(term.wanted, Wanted::Run(_));
        out.say(if filter.terms.iter().all(whole) {
            "Nothing to fix."
        } else {
            "No problem matches."
        })?;
        return Ok(Exit::Done);
    }
    // Only where they say something.
    let severity = groups.iter().any(|group| group.severity != Severity::Error);
    let owner = groups.iter().any(|group| !group.owner.is_empty());
    let mut head = vec!["#Group", "Problem", "Field", "Code", "Stage"];
    head.extend(severity.then_some("Severity"));
    head.extend(owner.then_some("Owner"));
    head.extend(["#Records", "#Open", "Most common"]);
    // Only where there is something to compare with.
    let seen = !since.groups.is_empty();
    head.extend(seen.then_some("Since"));
    let cells = groups.iter().map(|group| {
        let mut cells = group_cells(group, severity, owner);
        let trend = since.groups.get(&group.id).map(|seen| seen.trend.label());
        cells.extend(seen.then(|| trend.unwrap_or_default().to_owned()));
        cells
    });
    out.table(&head, cells)?;
    say_notes_on(
        out,
        "Group",
        groups.iter().map(|group| group.id.0).zip(&notes),
    )?;
    Ok(Exit::Done)
}

/// Since when the groups, which are of one run, are there.
fn since(workspace: &ops::Workspace, groups: &[Group]) -> Result<Since> {
    match groups.first() {
        Some(group) => ops::since(workspace, group.run),
        None => Ok(Since::default()),
    }
}

fn group_cells(group: &Group, severity: bool, owner: bool) -> Vec<String> {
    let mut cells = vec![
        group.id.to_string(),
        group.title.clone(),
        group.field(),
        group.code_and_detail(),
        group.stage.word().to_owned(),
    ];
    cells.extend(severity.then(|| group.severity.word().to_owned()));
    cells.extend(owner.then(|| group.owner.clone()));
    // What a destination refused was in no load.
    cells.extend([
        thousands(group.records.max(group.open)),
        thousands(group.open),
        group
            .shapes
            .first()
            .map_or_else(String::new, |shape| shape.shape.clone()),
    ]);
    cells
}

pub fn records(person: &Person, out: &Out, scope: &args::Scope) -> Result<Exit> {
    let workspace = person.look()?;
    let filter = filter(scope)?;
    let ids = ops::ids(&workspace, &filter)?;
    say_what_is_not_asked(&workspace, &filter)?;
    if ids.is_empty() && !out.is_json() {
        out.say("No record matches.")?;
    }
    for batch in ids.chunks(BATCH) {
        let rows = ops::rows(&workspace, batch)?;
        if out.is_json() {
            for row in &rows {
                out.json(&shape::record(row))?;
            }
        } else {
            out.table(
                &["#Record", "#Line", "Key", "State", "Problem"],
                rows.iter().map(record_cells),
            )?;
        }
    }
    Ok(Exit::Done)
}

fn record_cells(row: &RecordRow) -> Vec<String> {
    let mark = |problem: &Problem| match problem.severity {
        Severity::Error => problem.message.clone(),
        Severity::Warning => format!("~ {}", problem.message),
    };
    // What rejects a record is said first, wherever its warnings stand.
    let worst = row.problems.iter().find(|problem| problem.rejects());
    let problem = match (worst.or(row.problems.first()), row.problems.len()) {
        (None, _) => String::new(),
        (Some(only), 1) => mark(only),
        (Some(first), all) => format!("{} (and {} more)", mark(first), all - 1),
    };
    vec![
        row.id.to_string(),
        row.line.to_string(),
        row.key.clone().unwrap_or_default(),
        row.status.label().to_owned(),
        problem,
    ]
}

pub fn show(person: &Person, out: &Out, args: &args::Show) -> Result<Exit> {
    let workspace = person.look()?;
    let detail = ops::show(&workspace, RecordId(args.id))?;
    if out.is_json() {
        out.json(&shape::detail(&detail))?;
    } else {
        let run = ops::standing(&workspace, detail.row.run)?;
        show_words(out, &detail, &run.contract)?;
    }
    Ok(Exit::Done)
}

/// A problem of one record in words, for a list.
pub fn problem_line(problem: &Problem, hint: &str) -> String {
    // A rule's message is written by others, perhaps without a full stop.
    let stop = match problem.message.chars().last() {
        Some(last) if last.is_alphanumeric() && !hint.is_empty() => ".",
        _ => "",
    };
    let mut line = format!(
        "  {} {}  {}{stop} {hint}",
        problem.severity.letter(),
        problem.path.label(),
        problem.message,
    );
    line.truncate(line.trim_end().len());
    let is_warning = problem.severity == Severity::Warning;
    let notes: Vec<&str> = [
        (is_warning, "warning"),
        // It often says what the schema says, in other words.
        (problem.stage == Stage::Validator, "validator"),
        (!problem.owner.is_empty(), &problem.owner),
    ]
    .into_iter()
    .filter_map(|(holds, note)| holds.then_some(note))
    .collect();
    if !notes.is_empty() {
        line.push_str(&format!(" ({})", notes.join(", ")));
    }
    crate::text::safe(&line).into_owned()
}

fn show_words(out: &Out, detail: &RecordDetail, contract: &ContractState) -> Result<()> {
    let safe = |text: &str| crate::text::safe(text).into_owned();
    let row = &detail.row;
    out.say(&format!(
        "Record {} of run {}: {}, version {}. Line {} of {}.",
        row.id,
        row.run,
        row.status.label(),
        row.version,
        thousands(row.line),
        safe(&detail.source)
    ))?;
    out.say(&format!("  {}", standing::stages(&detail.stages)))?;
    for problem in &row.problems {
        out.say(&problem_line(problem, &problem.hint))?;
    }
    if row.status == Status::Rejected && !row.problems.iter().any(Problem::rejects) {
        out.say(&format!(
            "  {}",
            super::change::not_checked(row.id, detail.has_contract)
        ))?;
    }
    if let Some(words) = standing::of_record(detail, contract) {
        out.say(&format!("  {words}"))?;
    }
    say_notes(out, &detail.notes)?;
    say_timeline(out, detail)?;
    let Some(Value::Object(fields)) = &row.current else {
        return out.say(&format!(
            "\n{}",
            crate::text::safe_bytes(&detail.text.bytes)
        ));
    };
    let received = |name: &str| {
        detail
            .received
            .as_ref()
            .and_then(|received| received.get(name))
    };
    let gone = (detail.received.as_ref().and_then(Value::as_object))
        .into_iter()
        .flatten()
        .filter(|(name, _)| !fields.contains_key(name.as_str()))
        .map(|(name, before)| vec![name.clone(), "(not there)".to_owned(), before.to_string()]);
    out.say("")?;
    out.table(
        &["Field", "Now", "As received"],
        (fields.iter())
            .map(|(name, value)| {
                let before = match received(name) {
                    Some(before) if before == value => String::new(),
                    Some(before) => before.to_string(),
                    None => "(not there)".to_owned(),
                };
                vec![name.clone(), value.to_string(), before]
            })
            .chain(gone),
    )
}

/// What happened to a record that was changed or sent.
fn say_timeline(out: &Out, detail: &RecordDetail) -> Result<()> {
    let moments = detail.timeline();
    if moments
        .iter()
        .all(|moment| matches!(moment.what, Happened::Loaded { .. } | Happened::Noted(_)))
    {
        return Ok(());
    }
    out.say("")?;
    for moment in moments {
        let at = moment.at.get(..19).unwrap_or(moment.at).replace('T', " ");
        let words = moment.what.words();
        out.say(&format!("  {at}  {}", crate::text::safe(&words)))?;
    }
    Ok(())
}

pub fn sql(person: &Person, out: &Out, args: &args::Sql) -> Result<Exit> {
    let selected = ops::sql(&person.look()?, &args.statement)?;
    if out.is_json() {
        for row in &selected.rows {
            out.json(&shape::sql_row(&selected, row))?;
        }
        return Ok(Exit::Done);
    }
    let head: Vec<&str> = selected.columns.iter().map(String::as_str).collect();
    out.table(
        &head,
        selected
            .rows
            .iter()
            .map(|row| row.iter().map(sql_cell).collect()),
    )?;
    Ok(Exit::Done)
}

fn sql_cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

pub fn verify(person: &Person, out: &Out) -> Result<Exit> {
    let findings = ops::verify(&person.look()?)?;
    if out.is_json() {
        out.json(&json!(findings))?;
    } else {
        out.table(
            &["Check", "Result", "Found"],
            findings.iter().map(finding_cells),
        )?;
    }
    Ok(if findings.iter().all(|finding| finding.ok) {
        Exit::Done
    } else {
        Exit::Unusable
    })
}

fn finding_cells(finding: &Finding) -> Vec<String> {
    let result = if finding.ok { "holds" } else { "BROKEN" };
    vec![
        finding.check.clone(),
        result.to_owned(),
        finding.message.clone(),
    ]
}
