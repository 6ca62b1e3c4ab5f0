//! A folder without a workspace: what the run picker asks there, and the work that a workspace is made with.

use anyhow::Result;

use super::{Answer, JobRequest, Opening, Query, jobs::demo};
use crate::{
    ops::{self, Job, Turns, Workspace},
    tui::event::Outcome,
};

/// Whether there is no workspace yet, and none is needed.
pub(super) fn is_missing(opening: &Opening) -> bool {
    opening.may_be_missing && matches!(opening.workspace.try_exists(), Ok(false))
}

/// What is to be seen of a workspace that is not there.
pub(super) fn ask(opening: &Opening, query: &Query) -> Result<Answer> {
    let place = (opening.workspace.as_path(), opening.author.as_str());
    Ok(match query {
        Query::Runs => Answer::Runs(Vec::new()),
        Query::Visits => Answer::Visits(Vec::new()),
        Query::InWork => Answer::InWork(Vec::new()),
        Query::Version => Answer::Version(0),
        Query::EditClaims => Answer::EditClaims(Vec::new()),
        Query::Turns => Answer::Turns(Turns {
            undo: None,
            redo: None,
        }),
        Query::Named { typed, .. } => Answer::Named(ops::named_first(place, typed)?),
        Query::Completed { typed } => Answer::Completed(ops::completed(typed)),
        // Without a run there is nothing to ask about; the workspace says what it lacks.
        other => super::ask(&mut Workspace::open(place.0, place.1)?, other)?,
    })
}

/// Loads the first run, or makes the example, which lies elsewhere.
pub(super) fn work(opening: &Opening, request: &JobRequest, job: &Job) -> Result<Outcome> {
    let place = (opening.workspace.as_path(), opening.author.as_str());
    match request {
        JobRequest::Load {
            path,
            contract,
            again,
        } => {
            let how = (contract.as_deref(), *again);
            Ok(Outcome::Loaded(ops::load_first(place, path, how, job)?))
        }
        JobRequest::Demo => demo(place.1, job),
        other => super::jobs::work(&mut Workspace::open(place.0, place.1)?, other, job),
    }
}
