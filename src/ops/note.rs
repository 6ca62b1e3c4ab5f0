//! Notes of people, for whoever works on it next.

use anyhow::Result;

use super::{Workspace, workspace::now};
use crate::{
    model::{Fault, Note, NoteAbout, RunId, StepId, StepKind},
    store::Entry,
    text::shorten,
};

/// Columns of a label in the history.
const LABEL: usize = 80;

/// Writes a note down. It is a step: an undo takes it back.
///
/// # Errors
/// `note:empty`; `record:missing`, `run:missing`, `group:missing` when there is nothing it can be about.
pub fn add_note(workspace: &mut Workspace, about: NoteAbout, text: &str) -> Result<StepId> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Fault::usage("note:empty", "the note says nothing")
            .hint("write it in quotes: redrive note --record 17 'waits for the customer'")
            .into());
    }
    let run = run_of(workspace, about)?;
    let label = shorten(&format!("{about}: {text}"), LABEL);
    let (author, at) = (workspace.author.clone(), now());
    let entry = Entry::new(run, StepKind::Note, (&author, &at), &label);
    let step = workspace.store.add_note(&entry, about, text)?;
    tracing::info!(target: "redrive", event = "note", run = run.0, step = step.0);
    Ok(step)
}

/// The notes on something, oldest first.
pub fn notes(workspace: &Workspace, about: NoteAbout) -> Result<Vec<Note>> {
    workspace.store.notes(about)
}

fn run_of(workspace: &Workspace, about: NoteAbout) -> Result<RunId> {
    match about {
        NoteAbout::Run(run) => Ok(workspace.store.run(run)?.id),
        NoteAbout::Record(id) => Ok(workspace.store.record(id)?.run),
        NoteAbout::Group(group) => workspace.store.run_of_group(group)?.ok_or_else(|| {
            Fault::unusable("group:missing", format!("there is no group {group}"))
                .hint("`redrive groups` lists the groups")
                .into()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{GroupId, RecordId},
        ops::{
            testing::{Desk, code},
            undo, verify,
        },
    };

    #[test]
    fn a_note_is_kept_until_its_step_is_undone() {
        let mut desk = Desk::checked(&["A1,foo@,30,Open"]);
        let about = NoteAbout::Record(RecordId(1));
        let step = add_note(&mut desk.workspace, about, " waits for the customer ").unwrap();
        add_note(&mut desk.workspace, NoteAbout::Run(RunId(1)), "night shift").unwrap();
        let found = notes(&desk.workspace, about).unwrap();
        let said: Vec<_> = (found.iter())
            .map(|note| (note.step, note.author.as_str(), note.text.as_str()))
            .collect();
        assert_eq!(said, [(step, "ann", "waits for the customer")]);
        let history = desk.workspace.store.history(None).unwrap();
        assert_eq!(history[1].label, "record 1: waits for the customer");
        undo(&mut desk.workspace, Some(step)).unwrap();
        assert_eq!(notes(&desk.workspace, about).unwrap(), []);
        assert!(verify(&desk.workspace).unwrap().iter().all(|one| one.ok));
    }

    #[test]
    fn a_note_is_about_something() {
        let mut desk = Desk::checked(&["A1,foo@,30,Open"]);
        let mut fault =
            |about, text| code(&add_note(&mut desk.workspace, about, text).unwrap_err());
        assert_eq!(fault(NoteAbout::Run(RunId(1)), " "), "note:empty");
        assert_eq!(fault(NoteAbout::Run(RunId(9)), "x"), "run:missing");
        assert_eq!(fault(NoteAbout::Record(RecordId(9)), "x"), "record:missing");
        assert_eq!(fault(NoteAbout::Group(GroupId(99)), "x"), "group:missing");
    }
}
