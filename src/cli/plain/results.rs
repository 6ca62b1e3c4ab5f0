//! The words for what was done. Pure; everything untrusted is made safe here.

use std::path::Path as FilePath;

use super::super::send::outcome;
use crate::{
    model::{ChangeReport, Fault, FaultKind, SendReport, UndoReport},
    text::{count, safe},
};

/// What an edit came to.
pub fn saved(report: &ChangeReport) -> String {
    if report.step.is_none() {
        return "Nothing changed.".to_owned();
    }
    let mut words = match (&report.not_checked, report.ready) {
        (Some(why), _) => format!("Saved, not checked: {}.", safe(why)),
        (None, 0) => "Saved. The record still needs fixing.".to_owned(),
        (None, _) => "Saved. The record is ready.".to_owned(),
    };
    if report.checked > 1 {
        words += &format!(
            " {} with a key that must differ decided again.",
            count(report.checked - 1, "other record")
        );
    }
    words + " undo takes it back."
}

/// What was taken back, or brought back.
pub fn undone(verb: &str, report: &UndoReport) -> String {
    let mut words = format!(
        "{verb}: {}, {}.",
        safe(&report.label),
        count(report.records, "record")
    );
    if !report.skipped.is_empty() {
        words += &format!(
            " {} sent or changed since, and left alone.",
            count(report.skipped.len() as u64, "record")
        );
    }
    words
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
    let fault = error.downcast_ref::<Fault>();
    if fault.is_some_and(|fault| fault.kind == FaultKind::Interrupted) {
        return "Stopped.".to_owned();
    }
    let hint = fault.and_then(|fault| fault.hint.as_deref());
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
