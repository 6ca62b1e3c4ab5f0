//! The words of redrive as plain values. Nothing here does IO, reads a clock or knows SQL.

mod comparison;
mod fault;
mod file;
mod fix;
mod link;
mod merge;
mod path;
mod people;
mod problem;
mod record;
mod run;
mod sending;
mod sort;
mod stages;
mod step;
mod timeline;

pub use comparison::{Compared, Comparison, Seen, Since, Trend, compare};
pub use fault::{Fault, FaultKind};
pub use file::folder_of;
pub use fix::{Consequence, Effect, FixReport, FixRow};
pub use link::Link;
pub use merge::{Clash, MergeConflict, MergeReport, MergedField, RefusedRow};
pub use path::Path;
pub use people::{BeingSent, EditClaim, WhoChanged};
pub use problem::{
    Found, Group, Mark, Problem, Severity, ShapeCount, Stage, StageMark, ValueCount, rule_id,
    shape_of,
};
pub use record::{
    Form, Freshness, Layout, Neighbour, RecordDetail, RecordRow, Status, Version, Wants,
};
pub use run::{LoadReport, RunRow};
pub use sending::{
    AnswerReport, AttemptRow, Behind, DAMAGED, DeliveryState, NO_COLUMN, NO_LINE, NO_OBJECT,
    NOT_WRITTEN, Plan, PlanRow, Refusal, SendReport, Sender, Tally, Try, WatchedPlan,
};
pub use sort::{Sort, SortBy};
pub use stages::{StageFacts, stage_marks};
pub use step::{
    AsideReport, ChangeReport, Note, NoteAbout, StepExample, StepFacts, StepKind, StepRow,
    UndoReport, WentBack,
};
pub use timeline::{Happened, Moment};

/// Makes a newtype around SQLite's row id.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// One import run whose results were loaded.
    RunId,
    /// One unit of input: its run's base plus its 1-based ordinal in the input. Never reused, never a row index.
    RecordId,
    /// One kind of problem in one run.
    GroupId,
    /// One entry of the history.
    StepId,
    /// The frozen list of record versions a send will deliver.
    PlanId,
}
