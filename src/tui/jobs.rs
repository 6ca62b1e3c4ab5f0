//! Long jobs as data: what is asked for, how a send is steered, how they end.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use crate::{
    filter::Filter,
    model::{
        AsideReport, AttemptRow, ChangeReport, FixReport, LoadReport, PlanId, RecordId, RunId,
        SendReport, StepId, UndoReport, WentBack,
    },
    ops::{FixPreview, FixRequest, Turn},
};

/// A long job: one at a time, cancellable, outlives pages.
#[derive(Clone, Debug, PartialEq)]
pub enum JobRequest {
    Send {
        run: RunId,
        to: String,
        expect: u64,
        /// The unfinished plan that was shown, which is the one to continue.
        plan: Option<PlanId>,
        /// Only this record.
        only: Option<RecordId>,
        /// Whoever cannot be seen from here sends no more: a person knows that it has ended.
        take_over: bool,
    },
    /// Takes what never left out of a plan that nobody sends.
    GiveBack {
        run: RunId,
        to: String,
        plan: PlanId,
    },
    /// Works out what a fix would do.
    FixPreview(Box<FixRequest>),
    /// Does what was previewed, but for the records left out.
    Fix {
        preview: Arc<FixPreview>,
        left_out: BTreeSet<RecordId>,
    },
    /// Sets records aside for a reason, or takes them back where there is none.
    Aside {
        filter: Box<Filter>,
        reason: Option<String>,
        /// It is these records or none.
        counted: Option<Arc<[RecordId]>>,
    },
    /// Takes back a step and all that was done after it.
    GoBack { run: RunId, step: StepId },
    /// Undoes or redoes one step of many records.
    Turn { run: RunId, what: Turn },
    /// Loads what a path stands for as a run, also if the same bytes were loaded before where that is wanted.
    Load {
        path: PathBuf,
        contract: Option<PathBuf>,
        again: bool,
    },
    /// Prepares the example, in a workspace of its own.
    Demo,
    /// Checks all records of a run whose verdict is old, against another contract if one is named.
    Check {
        run: RunId,
        contract: Option<PathBuf>,
    },
}

impl JobRequest {
    /// The run it is about, where it is about one.
    pub fn run(&self) -> Option<RunId> {
        match self {
            Self::Send { run, .. }
            | Self::GiveBack { run, .. }
            | Self::Check { run, .. }
            | Self::GoBack { run, .. }
            | Self::Turn { run, .. } => Some(*run),
            Self::FixPreview(request) => request.filter.run(),
            Self::Fix { preview, .. } => preview.request.filter.run(),
            Self::Aside { filter, .. } => filter.run(),
            Self::Load { .. } | Self::Demo => None,
        }
    }
}

/// Another workspace, to be opened in place of the one that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    pub workspace: PathBuf,
    pub run: Option<RunId>,
}

/// How a send is to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steer {
    Pause(bool),
    /// Whatever it waits for.
    TryNow,
    /// At most so many records a second; 0 is as fast as it goes.
    Speed(u32),
    /// Once it is stopped, what never left is ready again.
    GiveBack,
}

/// What came of the one record that was sent first.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    pub record: RecordId,
    /// Its natural key. Untrusted.
    pub key: Option<String>,
    pub report: SendReport,
    /// The last try, with the answer of the destination; `None` where it did not come to one.
    pub answer: Option<AttemptRow>,
    /// How many records of the run are ready now.
    pub left: u64,
}

/// How a job ended.
#[derive(Debug)]
pub enum Outcome {
    Sent(SendReport),
    GivenBack(SendReport),
    Tried(Box<Tried>),
    Checked(ChangeReport),
    WentBack(WentBack),
    /// One step was undone, or redone.
    Turned {
        report: UndoReport,
        is_redo: bool,
    },
    Loaded(LoadReport),
    /// It is in another workspace.
    Elsewhere(Elsewhere),
    /// `None` when the run holds no record.
    FixPreviewed(Option<Arc<FixPreview>>),
    Fixed(FixReport),
    /// Set aside, or taken back.
    Aside {
        report: AsideReport,
        back: bool,
    },
}
