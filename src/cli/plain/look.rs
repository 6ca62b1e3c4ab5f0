//! Looks up what is said, through the same operations as the screen.

use anyhow::Result;

use super::{
    LIST,
    page::{Place, Sight},
    say::records_of,
};
use crate::{
    filter::{Filter, Term, Wanted},
    model::{Fault, RecordId, RunId, StepKind},
    ops::{self, SendRequest, Workspace},
};

/// Looks up what there is to be said at a place.
pub fn look(workspace: &Workspace, place: &Place, from: usize) -> Result<Sight> {
    Ok(match place {
        Place::Runs => Sight::Runs(ops::runs(workspace)?),
        Place::Groups { run } => {
            let mut groups = ops::groups(workspace, &records_of(*run, None))?;
            groups.retain(|group| group.open > 0);
            let (total, from, groups) = window(groups, from);
            Sight::Groups {
                run: Box::new(ops::run(workspace, *run)?),
                total,
                from,
                groups,
            }
        }
        Place::Records { filter, title, .. } => {
            let (total, from, ids) = window(ops::ids(workspace, filter)?, from);
            Sight::Records {
                title: title.clone(),
                total,
                from,
                rows: ops::rows(workspace, &ids)?,
            }
        }
        Place::Record { id } => Sight::Record(Box::new(ops::show(workspace, *id)?)),
        Place::Field { id, path } => Sight::Field {
            detail: Box::new(ops::show(workspace, *id)?),
            path: path.clone(),
            preview: Box::new(ops::preview(workspace, *id, &[], path)?),
        },
        Place::Trial { id, path, change } => Sight::Trial {
            id: *id,
            path: path.clone(),
            version: ops::show(workspace, *id)?.row.version,
            preview: Box::new(ops::preview(
                workspace,
                *id,
                std::slice::from_ref(change),
                path,
            )?),
            change: change.clone(),
        },
        Place::Destinations { run } => {
            Sight::Destinations(*run, ops::destinations(workspace, *run, None)?)
        }
        Place::Review { run, to } => Sight::Review(Box::new(ops::review(
            workspace,
            &request(*run, to.as_deref()),
        )?)),
        Place::History { run } => {
            let mut steps = ops::history(workspace, Some(*run))?;
            steps.retain(|step| {
                !step.undone && !matches!(step.kind, StepKind::Undo | StepKind::Redo)
            });
            let (total, from, steps) = window(steps, from);
            Sight::History { total, from, steps }
        }
    })
}

/// How many there are, and the part of them from there on; from the beginning where there is none.
fn window<T>(all: Vec<T>, from: usize) -> (usize, usize, Vec<T>) {
    let total = all.len();
    let from = if from < total { from } else { 0 };
    (total, from, all.into_iter().skip(from).take(LIST).collect())
}

/// What a send from here asks for: everything that is ready.
pub fn request(run: RunId, to: Option<&str>) -> SendRequest {
    SendRequest {
        filter: records_of(run, None),
        to: to.map(str::to_owned),
        ..SendRequest::default()
    }
}

/// One record as a filter.
pub fn one(id: RecordId) -> Filter {
    let row = Wanted::Row(id, id);
    Filter {
        terms: vec![Term {
            negated: false,
            wanted: row,
        }],
    }
}

/// The run a place is in.
///
/// # Errors
/// `run:none` in an empty workspace.
pub fn run_of(workspace: &Workspace, place: &Place) -> Result<RunId> {
    Ok(match place {
        Place::Groups { run }
        | Place::Records { run, .. }
        | Place::Destinations { run }
        | Place::Review { run, .. }
        | Place::History { run } => *run,
        Place::Record { id } | Place::Field { id, .. } | Place::Trial { id, .. } => {
            ops::show(workspace, *id)?.row.run
        }
        Place::Runs => {
            let runs = ops::runs(workspace)?;
            let newest = runs.first().ok_or_else(|| {
                Fault::unusable("run:none", "the workspace holds no run")
                    .hint("load one: redrive load FILE --contract CONTRACT")
            })?;
            newest.id
        }
    })
}
