//! One import run whose results were loaded.

use super::{RunId, Status};

/// A run in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    pub id: RunId,
    pub name: String,
    /// The file it was loaded from, as given; `-` is standard input.
    pub source: String,
    pub format: String,
    pub records: u64,
    pub passed: u64,
    /// As loaded.
    pub rejected: u64,
    pub unparsed: u64,
    /// What rejects records; warnings are counted in their groups only.
    pub problems: u64,
    /// Records that passed with a warning.
    pub warned: u64,
    pub bytes: u64,
    /// Whether the tool whose results these are stopped before it had told everything: all counts are "at least".
    pub capped: bool,
    /// RFC 3339, UTC.
    pub loaded_at: String,
    /// When its last step was written, else when it was loaded. RFC 3339, UTC.
    pub saved_at: String,
    /// Records by status now, in the order of [`Status::ALL`], zeros left out. Passed records that were not kept have no
    /// status.
    pub statuses: Vec<(Status, u64)>,
    pub demo: bool,
    /// The contract's name, if the run has one.
    pub contract: Option<String>,
    /// How many steps and plans there are of it.
    pub history: u64,
}

impl RunRow {
    pub fn with_status(&self, status: Status) -> u64 {
        self.statuses
            .iter()
            .find(|(known, _)| *known == status)
            .map_or(0, |(_, records)| *records)
    }
}

/// What `load` says when it is done.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadReport {
    pub run: RunId,
    pub name: String,
    pub format: String,
    pub records: u64,
    pub passed: u64,
    pub rejected: u64,
    pub unparsed: u64,
    /// What rejects records; warnings are counted in their groups only.
    pub problems: u64,
    /// Records that passed with a warning.
    pub warned: u64,
    /// Kinds of problems that reject records.
    pub groups: u64,
    pub bytes: u64,
    pub seconds: f64,
    /// Whether passed records were stored as `ready`.
    pub kept_passed: bool,
    /// Whether the tool whose results these are stopped before it had told everything: all counts are "at least".
    pub capped: bool,
    /// What a person should know about the load although it worked, one sentence each.
    pub warnings: Vec<String>,
}
