//! What became of a sheet that was handed out, edited, and taken back.

use super::{Path, RecordId, RunId, StepId};

/// What taking a sheet back did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MergeReport {
    /// The run whose records the sheet holds; `None` when no row could be told.
    pub run: Option<RunId>,
    /// Rows that are not blank, without the header.
    pub rows: u64,
    /// Records that change.
    pub changed: u64,
    /// Fields that change in them.
    pub fields: u64,
    /// Rows in which nothing was edited, or what was edited stands in the record already.
    pub unchanged: u64,
    pub ready: u64,
    pub still_rejected: u64,
    /// Changed records that had no problem before and have one then.
    pub newly_broken: u64,
    /// Other records whose uniqueness was decided again.
    pub others: u64,
    /// Cells that a spreadsheet turned into a number, a date, yes/no or nothing that may mean what was handed out: they count as
    /// not edited.
    pub alike: u64,
    /// The rows that have such cells, in the order of the sheet.
    pub alike_rows: Vec<u64>,
    /// Records that were changed here since they were handed out; they stay as they are unless asked otherwise.
    pub conflicts: Vec<MergeConflict>,
    /// Rows that are not taken back, in the order of the sheet.
    pub refused: Vec<RefusedRow>,
    /// The first of the fields that change, for a preview.
    pub examples: Vec<MergedField>,
    /// What a person should know of the sheet as a whole, one sentence each.
    pub remarks: Vec<String>,
    /// `None` when nothing changed.
    pub step: Option<StepId>,
}

/// A record that was edited in the sheet and here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeConflict {
    /// 1-based row of the sheet.
    pub row: u64,
    pub record: RecordId,
    /// The fields that were edited in the sheet.
    pub fields: Vec<Clash>,
}

/// One field as it was handed out, as it stands now, and as the sheet has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    pub path: Path,
    pub handed_out: String,
    pub now: String,
    pub sheet: String,
}

/// A row that is not taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRow {
    /// 1-based row of the sheet.
    pub row: u64,
    /// The record the row names, if it names one.
    pub record: Option<RecordId>,
    /// Half a sentence. May hold untrusted text.
    pub why: String,
}

/// A field before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergedField {
    pub record: RecordId,
    pub path: Path,
    pub before: String,
    pub after: String,
}
