//! The history: taking steps back and bringing them back.

use anyhow::Result;

use super::{Job, Progress, Workspace, workspace::now};
use crate::model::{RunId, StepId, UndoReport};

/// Records between two words of how far it is.
pub(super) const HEEDED: u64 = 256;

/// A step is taken back or brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// One's own newest step, or the named one.
    Undo(Option<StepId>),
    /// What one's own last undo took back; with that undo's step, only while it still is the last.
    Redo(Option<StepId>),
}

/// What a turn would touch now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurnSize {
    /// The step that would be taken back; of a redo, the undo that would be.
    pub step: StepId,
    pub run: RunId,
    /// Records of the step.
    pub records: u64,
}

/// What there is to turn now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turns {
    /// The step of one's own that an undo without a name would take back.
    pub undo: Option<StepId>,
    /// The step that a redo would bring back.
    pub redo: Option<StepId>,
}

/// What an undo without a name, or a redo, would turn now.
///
/// # Errors
/// When the workspace cannot be read.
pub fn turns(workspace: &Workspace) -> Result<Turns> {
    Ok(Turns {
        undo: size_of_turn(workspace, Turn::Undo(None))?.map(|size| size.step),
        redo: (workspace.store).next_to_bring_back(&workspace.author)?,
    })
}

/// How much a turn would touch now; `None` where there is nothing to turn.
///
/// # Errors
/// When the workspace cannot be read.
pub fn size_of_turn(workspace: &Workspace, what: Turn) -> Result<Option<TurnSize>> {
    let (store, author) = (&workspace.store, &workspace.author);
    let size = match what {
        Turn::Undo(Some(step)) => store.size_of(step)?,
        Turn::Undo(None) => store.next_undo(author)?,
        Turn::Redo(_) => store.next_redo(author)?,
    };
    Ok(size.map(|(step, run, records)| TurnSize { step, run, records }))
}

/// Takes a step back or brings it back as a job: it says how far it is, and when it is cancelled all stays as it was.
///
/// # Errors
/// Those of [`undo`] and [`redo`]; `interrupted`.
pub fn turn(workspace: &mut Workspace, what: Turn, job: &Job) -> Result<UndoReport> {
    let total = size_of_turn(workspace, what)?.map(|size| size.records);
    let mut heed = |looked_at: u64| {
        job.check()?;
        if looked_at.is_multiple_of(HEEDED) {
            job.report(Progress {
                done: looked_at,
                total,
                ..Progress::default()
            });
        }
        Ok(())
    };
    heed(0)?;
    match what {
        Turn::Undo(step) => undo_heeding(workspace, step, &mut heed),
        Turn::Redo(undo) => redo_heeding(workspace, undo, &mut heed),
    }
}

/// Takes back one's own newest step, or the named one whoever made it. Records that were sent or changed since are
/// skipped and named.
///
/// # Errors
/// `undo:nothing` (exit 1) when there is no such step or all its records were sent or changed since.
pub fn undo(workspace: &mut Workspace, step: Option<StepId>) -> Result<UndoReport> {
    undo_heeding(workspace, step, &mut |_| Ok(()))
}

/// The same, where `heed` hears of every record how many were looked at before it. What it refuses leaves all as it was.
///
/// # Errors
/// Those of [`undo`] and of `heed`.
pub(super) fn undo_heeding(
    workspace: &mut Workspace,
    step: Option<StepId>,
    heed: &mut dyn FnMut(u64) -> Result<()>,
) -> Result<UndoReport> {
    let (store, author) = (&mut workspace.store, &workspace.author);
    let report = store.undo_heeding(author, &now(), step, heed)?;
    tracing::info!(
        target: "redrive",
        event = "undo",
        step = report.step.0,
        records = report.records,
        skipped = report.skipped.len(),
    );
    Ok(report)
}

/// Brings back one's own last undone step, unless something was changed since.
///
/// # Errors
/// `undo:nothing` (exit 1) when there is nothing to redo or all its records were sent or changed since.
pub fn redo(workspace: &mut Workspace) -> Result<UndoReport> {
    redo_heeding(workspace, None, &mut |_| Ok(()))
}

fn redo_heeding(
    workspace: &mut Workspace,
    undo: Option<StepId>,
    heed: &mut dyn FnMut(u64) -> Result<()>,
) -> Result<UndoReport> {
    let (store, author) = (&mut workspace.store, &workspace.author);
    let report = store.redo_heeding(author, &now(), undo, heed)?;
    tracing::info!(
        target: "redrive",
        event = "redo",
        step = report.step.0,
        records = report.records,
        skipped = report.skipped.len(),
    );
    Ok(report)
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    };

    use super::*;
    use crate::{
        fix::Change,
        model::{Path, RecordId},
        ops::{self, testing::Desk},
    };

    /// A job that is stopped once it says how far it is.
    fn stopped_under_way() -> Job {
        let flag = Arc::new(OnceLock::<Arc<AtomicBool>>::new());
        let said = flag.clone();
        let job = Job::new(move |_| {
            if let Some(flag) = said.get() {
                flag.store(true, Ordering::Relaxed);
            }
        });
        drop(flag.set(job.cancel_flag()));
        job
    }

    #[test]
    fn a_turn_knows_its_size_and_one_that_is_stopped_leaves_all_as_it_was() {
        let mut desk = Desk::checked(&["A1,foo@,30,Open", "A2,bar@,30,Open"]);
        let change = Change::Text {
            path: Path::field("email"),
            text: "foo@x.de".to_owned(),
        };
        let workspace = &mut desk.workspace;
        assert_eq!(size_of_turn(workspace, Turn::Redo(None)).unwrap(), None);
        let made = ops::edit(workspace, RecordId(1), &[change], None).unwrap();
        let email = |workspace: &Workspace| {
            let row = ops::show(workspace, RecordId(1)).unwrap().row;
            row.current.unwrap()["email"].clone()
        };
        for (what, before, after) in [
            (Turn::Undo(made.step), "foo@x.de", "foo@"),
            (Turn::Redo(None), "foo@", "foo@x.de"),
            (Turn::Undo(None), "foo@x.de", "foo@"),
        ] {
            let size = size_of_turn(workspace, what).unwrap().unwrap();
            assert_eq!((size.run, size.records), (RunId(1), 1), "{what:?}");
            let is_undo = matches!(what, Turn::Undo(_));
            assert_eq!(Some(size.step) == made.step, is_undo, "{what:?}");
            let error = turn(workspace, what, &stopped_under_way()).unwrap_err();
            assert_eq!(ops::testing::code(&error), "interrupted");
            assert_eq!(email(workspace), before);
            let report = turn(workspace, what, &Job::default()).unwrap();
            assert_eq!((report.records, email(workspace)), (1, after.into()));
        }
    }
}
