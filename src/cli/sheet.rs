//! Handing records out and taking them back: `export`, `merge`.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, BufWriter, IntoInnerError, IsTerminal, Seek as _, Write},
    path::Path as FilePath,
};

use anyhow::Result;
use serde_json::json;

use super::{
    args, json as shape,
    out::{Exit, Out, note},
    person::{Person, filter},
    progress::{Unit, with_progress},
};
use crate::{
    model::{Fault, MergeConflict, MergeReport, RefusedRow},
    ops::{self, ExportFormat, ExportReport, ExportRequest, MergeRequest},
    text::{count, safe, safe_bytes, shorten, thousands},
};

/// Rows of each kind that are named to a person; JSON has all of them.
const NAMED: usize = 20;
/// Columns of a value in a sentence.
const VALUE: usize = 40;

pub fn export(person: &Person, out: &Out, args: &args::Export) -> Result<Exit> {
    let request = request(args)?;
    let workspace = person.look()?;
    let filter = filter(&args.scope)?;
    if args.output == FilePath::new("-") {
        if request.format == ExportFormat::Workbook && io::stdout().is_terminal() {
            return Err(
                Fault::usage("usage:export", "a workbook is nothing to show")
                    .hint("name a file: -o records.xlsx")
                    .into(),
            );
        }
        // Aside first: whoever reads may take their time, and nothing must be read of the workspace for so long.
        let mut aside = BufWriter::new(ops::spool()?);
        let report = ops::export(&workspace, &filter, request, &mut aside)?;
        drop(workspace);
        let mut aside = aside.into_inner().map_err(IntoInnerError::into_error)?;
        aside.rewind()?;
        out.stream(|stdout| show(BufReader::new(aside), stdout))?;
        say_left(&report);
        return Ok(Exit::Done);
    }
    workspace.spare(&args.output)?;
    let report = ops::write_whole(&args.output, "export:file", |writer| {
        ops::export(&workspace, &filter, request, writer)
    })?;
    let file = args.output.display().to_string();
    if out.is_json() {
        out.json(&json!({
            "records": report.records,
            "file": file,
            "unreadable": report.unreadable,
            "neutralised": report.neutralised,
            "not_held": report.not_held,
        }))?;
        return Ok(Exit::Done);
    }
    out.say(&format!(
        "{} written to {}.",
        count(report.records, "record"),
        safe(&file)
    ))?;
    say_left(&report);
    Ok(Exit::Done)
}

/// Byte by byte; on a terminal, which must not be steered by what records hold, as lines that are safe.
fn show(mut export: BufReader<File>, stdout: &mut dyn Write) -> Result<()> {
    if !io::stdout().is_terminal() {
        io::copy(&mut export, stdout)?;
        return Ok(());
    }
    for line in export.split(b'\n') {
        writeln!(stdout, "{}", safe_bytes(&line?))?;
    }
    Ok(())
}

/// # Errors
/// `usage:export` where a flag says nothing about the format.
fn request(args: &args::Export) -> Result<ExportRequest, Fault> {
    let format = match args.format() {
        args::Format::Csv => ExportFormat::Csv,
        args::Format::Ndjson => ExportFormat::JsonLines,
        args::Format::Xlsx => ExportFormat::Workbook,
    };
    if format == ExportFormat::JsonLines && (args.formula_safe || args.ids) {
        return Err(Fault::usage(
            "usage:export",
            "JSON Lines have neither formulas nor these ids",
        )
        .hint(
            "--formula-safe and --ids belong to --format csv; a workbook has both without them",
        ));
    }
    Ok(ExportRequest {
        format,
        is_formula_safe: args.formula_safe,
        with_ids: args.ids,
    })
}

/// What is not in the file as it is in the records.
fn say_left(report: &ExportReport) {
    if report.neutralised > 0 {
        note(&format!(
            "{} got an apostrophe, so that no spreadsheet takes {} for a formula.",
            count(report.neutralised, "cell"),
            if report.neutralised == 1 {
                "it"
            } else {
                "them"
            }
        ));
    }
    if report.unreadable > 0 {
        note(&format!(
            "{} cannot be split into fields, so the sheet has only what is wrong there.",
            count(report.unreadable, "record")
        ));
    }
    if report.not_held > 0 {
        let values = count(report.not_held, "value");
        let why = "(too long, or characters it would change)";
        note(&if report.not_held == 1 {
            format!(
                "{values} cannot be held by a sheet as it is {why}: it is shown, locked, and stays as it is."
            )
        } else {
            format!(
                "{values} cannot be held by a sheet as they are {why}: they are shown, locked, and stay as they are."
            )
        });
    }
}

pub fn merge(person: &Person, out: &Out, args: &args::Merge) -> Result<Exit> {
    let mut workspace = if args.dry_run {
        person.look()?
    } else {
        person.change()?
    };
    let request = MergeRequest {
        file: &args.file,
        overwrite: args.overwrite,
        dry_run: args.dry_run,
    };
    let report = with_progress(Unit::Records, |job| {
        ops::merge(&mut workspace, request, job)
    })?;
    if out.is_json() {
        out.json(&shape::merged(&report))?;
    } else {
        say_merged(out, &report, args)?;
    }
    let run = report
        .run
        .map(|run| ops::run(&workspace, run))
        .transpose()?;
    Ok(match run {
        _ if !report.is_whole() => Exit::StillRejected,
        Some(run) => Exit::of_run(&run),
        // A sheet without rows.
        None => Exit::Done,
    })
}

fn say_merged(out: &Out, report: &MergeReport, args: &args::Merge) -> Result<()> {
    for remark in &report.remarks {
        note(remark);
    }
    let changed = count(report.changed, "record");
    let fields = count(report.fields, "field");
    if args.dry_run {
        out.say("This is a preview: nothing is changed.")?;
    }
    let words = match (report.changed, args.dry_run) {
        (0, _) => "No record changes.".to_owned(),
        (_, true) => format!("Would change {fields} of {changed}: {}.", standing(report)),
        (_, false) => format!("Changed {fields} of {changed}: {}.", standing(report)),
    };
    out.say(&words)?;
    if args.dry_run {
        let value = |text: &str| match text {
            "" => "(empty)".to_owned(),
            text => shorten(&safe(text), VALUE),
        };
        for one in &report.examples {
            out.say(&format!(
                "  record {}  {}  {} -> {}",
                one.record,
                safe(&one.path.label()),
                value(&one.before),
                value(&one.after)
            ))?;
        }
        let more = report.fields - report.examples.len() as u64;
        if more > 0 {
            out.say(&format!("  and {} more", thousands(more)))?;
        }
    }
    if report.unchanged > 0 {
        out.say(&format!("{} as before.", count(report.unchanged, "record")))?;
    }
    say_conflicts(out, &report.conflicts)?;
    say_refused(out, &report.refused)?;
    if report.alike > 0 {
        note(&alike(report));
    }
    if report.others > 0 {
        note(&format!(
            "What must differ was decided again for {}.",
            count(report.others, "other record")
        ));
    }
    Ok(())
}

/// What is said of cells that may be edits or not, with the way on.
fn alike(report: &MergeReport) -> String {
    let rows = &report.alike_rows;
    let named: Vec<String> = rows.iter().take(NAMED).map(u64::to_string).collect();
    format!(
        "{} turned by the spreadsheet into a number, a date, yes/no or nothing that may mean what was handed out: taken as not edited \
         ({} {}{}). Where it is an edit, type the value as text, with ' before it.",
        count(report.alike, "cell"),
        if rows.len() == 1 { "row" } else { "rows" },
        named.join(", "),
        match rows.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {} more, which --json has", thousands(more as u64)),
        }
    )
}

fn standing(report: &MergeReport) -> String {
    let mut parts = vec![format!("{} ready", thousands(report.ready))];
    for (number, words) in [
        (report.still_rejected, "still to fix"),
        (report.newly_broken, "to fix that had no problem before"),
    ] {
        if number > 0 {
            parts.push(format!("{} {words}", thousands(number)));
        }
    }
    parts.join(", ")
}

fn say_conflicts(out: &Out, conflicts: &[MergeConflict]) -> Result<()> {
    if conflicts.is_empty() {
        return Ok(());
    }
    out.say(&format!(
        "{} changed here since, and left as {} (--overwrite takes the sheet's):",
        count(conflicts.len() as u64, "record"),
        if conflicts.len() == 1 {
            "it is"
        } else {
            "they are"
        }
    ))?;
    for one in conflicts.iter().take(NAMED) {
        for field in &one.fields {
            let value = |text: &str| shorten(&safe(text), VALUE);
            out.say(&format!(
                "  row {}  record {}  {}  handed out: {}  now: {}  sheet: {}",
                one.row,
                one.record,
                safe(&field.path.label()),
                value(&field.handed_out),
                value(&field.now),
                value(&field.sheet)
            ))?;
        }
    }
    more(out, conflicts.len())
}

fn say_refused(out: &Out, refused: &[RefusedRow]) -> Result<()> {
    if refused.is_empty() {
        return Ok(());
    }
    out.say(&format!(
        "{} not taken back:",
        count(refused.len() as u64, "row")
    ))?;
    for one in refused.iter().take(NAMED) {
        let record = one
            .record
            .map_or(String::new(), |id| format!("  record {id}"));
        out.say(&format!("  row {}{record}  {}", one.row, safe(&one.why)))?;
    }
    more(out, refused.len())
}

fn more(out: &Out, all: usize) -> Result<()> {
    match all.saturating_sub(NAMED) {
        0 => Ok(()),
        more => out.say(&format!(
            "  and {} more (--json has all)",
            thousands(more as u64)
        )),
    }
}
