//! What happened to a run, for a ticket: as Markdown, or as one page of HTML that needs nothing else.
//!
//! `page` decides what is said and in which order; [`markdown`] and [`html`] only write it down. Everything in a page may hold
//! untrusted text: both pass every word through [`crate::text`] and escape it.

mod chart;
mod html;
mod markdown;
mod page;
mod work;

pub use html::html;
pub use markdown::markdown;

use crate::model::{Group, Note, NoteAbout, PlanRow, RunRow, StepRow};

/// Everything a report says, as plain values.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// When it was made: RFC 3339, UTC.
    pub at: String,
    pub run: RunRow,
    /// Verdicts that another contract gave than the one that counts now.
    pub old_verdicts: u64,
    /// Largest first, warnings after what rejects, those with nothing open last.
    pub groups: Vec<Group>,
    /// Oldest first.
    pub steps: Vec<StepRow>,
    /// Oldest first.
    pub plans: Vec<PlanRow>,
    /// Oldest first.
    pub notes: Vec<(NoteAbout, Note)>,
    /// Whether values of records may be shown, and not only their shapes.
    pub values: bool,
}

#[cfg(test)]
mod tests;
