//! The words for what was done. Pure; everything untrusted is made safe here.

use std::path::Path as FilePath;

use super::super::send::outcome;
use crate::{
    model::{ChangeReport, Fault, SendReport, UndoReport},
    said,
    text::{count, safe},
};

/// What an edit came to.
pub fn saved(report: &ChangeReport) -> String {
    match report.step {
        None => said::changed(report),
        Some(_) => said::changed(report) + " undo takes it back.",
    }
}

/// What was taken back, or brought back.
pub fn undone(report: &UndoReport, is_redo: bool) -> String {
    let left = said::left(report).map_or(String::new(), |left| format!(" {left}"));
    spoken(&said::undone(report, is_redo)) + &left
}

/// What a step is called, for whoever hears it: an arrow says nothing then. Where a value has arrows of its own, nobody can
/// tell which one is meant, and the words stay.
pub fn spoken(label: &str) -> String {
    match label.split_once(" -> ") {
        Some((before, after)) if !after.contains(" -> ") => format!("{before} became {after}"),
        _ => label.to_owned(),
    }
}

/// What became of the records of a send.
pub fn sent(report: &SendReport) -> String {
    let held = (report.held.as_ref()).map_or(String::new(), |why| {
        format!(" The destination is on hold: {}.", safe(why))
    });
    format!(
        "Of {}: {}.{held}",
        count(report.planned, "record"),
        outcome(report)
    )
}

/// An error in one line: what happened, and what to do.
pub fn reported(error: &anyhow::Error) -> String {
    if said::is_stopped(error) {
        return "Stopped.".to_owned();
    }
    let fault = error.downcast_ref::<Fault>();
    let hint = fault.and_then(said::hint);
    let hint = hint.map_or(String::new(), |hint| format!(" ({hint})"));
    safe(&format!("Not done: {error:#}{hint}.")).into_owned()
}

/// The workspace in a sentence, for whoever comes from a command that prepared it.
pub fn begun(workspace: &FilePath) -> String {
    format!(
        "The workspace is {}.",
        safe(&workspace.display().to_string())
    )
}
