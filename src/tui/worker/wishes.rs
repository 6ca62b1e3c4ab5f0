//! The short writes.

use anyhow::Result;

use super::{Answer, Wish, jobs::turned};
use crate::{
    filter::{Filter, Wanted},
    model::{ChangeReport, RecordId},
    ops::{self, CheckRequest, Job, Saved, Saving, Turn, Workspace},
    text,
};

/// Makes a change, or says what keeps it from being made.
pub(super) fn change(workspace: &mut Workspace, wish: &Wish) -> Result<Answer> {
    Ok(match wish {
        Wish::Edit {
            id,
            changes,
            version,
        } => {
            let saving = Saving {
                record: *id,
                version: *version,
                changes: changes.clone(),
            };
            saved(ops::save(workspace, &saving)?)
        }
        Wish::Decide(conflict, how) => saved(ops::decide(workspace, conflict, *how)?),
        Wish::KeepDraft(saving) => {
            let before = ops::keep_draft(workspace, saving)?;
            before.map_or(Answer::Told, |before| Answer::KeptBefore(Box::new(before)))
        }
        Wish::DropDrafts(id, at) => {
            ops::drop_drafts(workspace, *id, at.as_ref())?;
            Answer::Told
        }
        Wish::EditAsSuggested { id, at } => {
            Answer::Changed(ops::edit_as_suggested(workspace, *id, at)?)
        }
        Wish::Accept { id, version } => {
            Answer::Changed(ops::accept(workspace, *id, Some(*version))?)
        }
        Wish::Undo => turned(workspace, Turn::Undo(None))?,
        Wish::UndoStep { step } => turned(workspace, Turn::Undo(Some(*step)))?,
        Wish::Recipe { run, step, file } => {
            let recipe = ops::recipe_of_step(workspace, *run, *step)?;
            ops::write_recipe(workspace, &recipe, file)?;
            Answer::Reported(file.clone())
        }
        Wish::Note { about, text } => {
            ops::add_note(workspace, *about, text)?;
            Answer::Noted
        }
        Wish::Report { run, file } => {
            ops::write_report(workspace, *run, file)?;
            Answer::Reported(file.clone())
        }
        Wish::Redo => turned(workspace, Turn::Redo(None))?,
        Wish::KeepFilter { run, filter } => {
            ops::keep_filter(workspace, *run, filter)?;
            Answer::Filters(ops::kept_filters(workspace, *run), String::new())
        }
        Wish::SaveView { run, name, filter } => {
            ops::save_view(workspace, name, filter)?;
            let said = format!("Saved as the view {}.", text::safe(name));
            Answer::Filters(ops::kept_filters(workspace, *run), said)
        }
        Wish::RemoveView { run, name } => {
            ops::remove_view(workspace, name)?;
            let said = format!("The view {} is removed.", text::safe(name));
            Answer::Filters(ops::kept_filters(workspace, *run), said)
        }
        Wish::KeepVisit(run, visit) => {
            ops::keep_visit(workspace, *run, visit)?;
            Answer::Told
        }
        Wish::ClaimEdit { id } => {
            ops::claim_edit(workspace, *id)?;
            Answer::Told
        }
        Wish::ReleaseEdit => {
            ops::release_edit(workspace)?;
            Answer::Told
        }
        Wish::Check { id } => Answer::Changed(check_again(workspace, *id)?),
    })
}

fn saved(saved: Saved) -> Answer {
    match saved {
        Saved::Done(report) => Answer::Changed(report),
        Saved::Conflict(conflict) => Answer::Conflict(conflict),
    }
}

/// Checks one record, whatever is known of it.
fn check_again(workspace: &mut Workspace, id: RecordId) -> Result<ChangeReport> {
    let filter = match ops::rows(workspace, &[id])?.first() {
        Some(row) => Filter::of_record(row.run, id),
        None => Filter::all_of([Wanted::Row(id, id)]),
    };
    let request = CheckRequest {
        filter,
        contract: None,
        // Whoever asks about one record wants to know it now.
        again: true,
    };
    ops::check(workspace, &request, &Job::default())
}
