//! What people noted, where it is shown.

use anyhow::Result;
use serde_json::Value;

use super::{json, out::Out};
use crate::{
    model::{Note, NoteAbout},
    ops::{self, Workspace},
    text::safe,
};

/// The notes on each of these.
pub(super) fn notes_on(
    workspace: &Workspace,
    about: impl Iterator<Item = NoteAbout>,
) -> Result<Vec<Vec<Note>>> {
    about.map(|about| ops::notes(workspace, about)).collect()
}

/// The documents with the notes on them.
pub(super) fn noted(documents: impl Iterator<Item = Value>, notes: &[Vec<Note>]) -> Value {
    let all = documents.zip(notes).map(|(mut document, notes)| {
        document["notes"] = notes.iter().map(json::note).collect();
        document
    });
    all.collect()
}

/// The notes of those that have some, under their word and number.
pub(super) fn say_notes_on<'n>(
    out: &Out,
    word: &str,
    all: impl Iterator<Item = (i64, &'n Vec<Note>)>,
) -> Result<()> {
    for (number, notes) in all.filter(|(_, notes)| !notes.is_empty()) {
        out.say(&format!("{word} {number}:"))?;
        say_notes(out, notes)?;
    }
    Ok(())
}

pub(super) fn say_notes(out: &Out, notes: &[Note]) -> Result<()> {
    for note in notes {
        let (author, text) = (safe(&note.author), safe(&note.text));
        out.say(&format!("  Note of {author}, {}: {text}", note.at))?;
    }
    Ok(())
}
