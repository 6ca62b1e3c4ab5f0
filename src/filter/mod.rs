//! The filter language: one line that narrows a list of records, one parser for both faces.

use crate::model::{GroupId, RecordId, RunId, Stage, Status};

/// A parsed filter: all terms must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub negated: bool,
    pub wanted: Wanted,
}

/// What one term asks for; lists mean any of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    Run(RunId),
    Status(Vec<Status>),
    /// Has a problem of one of these stages.
    Stage(Vec<Stage>),
    /// Has a problem at one of these path patterns (JSON Pointer form, `[]` for positions).
    Field(Vec<String>),
    /// Has a problem whose code or detail is one of these.
    Error(Vec<String>),
    /// Has a problem of this group.
    Problem(Vec<GroupId>),
    /// Record numbers, inclusive.
    Row(RecordId, RecordId),
    /// Contained, case ignored, in the text of the record, its key or a problem's sentence.
    Text(String),
}

/// Why a filter cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// The term as typed.
    pub term: String,
    pub message: String,
    pub hint: String,
}

impl Filter {
    /// Parses one line. An empty line is the filter that lets everything through.
    pub fn parse(line: &str) -> Result<Self, FilterError> {
        let _ = line;
        todo!()
    }

    /// The run named by `run:`, if any.
    pub fn run(&self) -> Option<RunId> {
        self.terms.iter().find_map(|term| match term.wanted {
            Wanted::Run(run) if !term.negated => Some(run),
            _ => None,
        })
    }
}

impl std::fmt::Display for Filter {
    /// Prints a line that parses back to the same filter.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let _ = f;
        todo!()
    }
}
