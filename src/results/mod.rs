//! What other tools leave behind: results that say which records were rejected and why. A format is one file here and one line
//! in `TOOLS`, or a map.
//!
//! Some tools write one result a line, which is read as it comes ([`Reader::Lines`]). The others write a report, which says things
//! about one record in several places and is read as a whole ([`Reader::Whole`]).
//!
//! Nothing is checked again here: codes, places and messages are the tool's own.

mod ajv;
mod ajv_cli;
mod ajv_text;
mod basic;
mod check_jsonschema;
mod check_text;
mod csvclean;
mod dataloader;
mod dlt;
mod duckdb;
mod error_column;
mod fastapi;
mod fastapi_422;
mod frictionless;
mod great_expectations;
mod head;
mod inspect;
mod join;
mod jsonlog;
mod jsonpath;
mod jsonschema;
mod lines;
mod map;
mod pandera;
mod parquet;
mod partial;
mod pgloader;
mod postgres;
mod psql;
mod pydantic;
mod python;
mod qsv;
mod report;
mod salesforce;
mod table;
mod zod;

use std::borrow::Cow;

pub use self::{
    head::Head,
    join::{Counted, Joined, Joining},
    map::{Map, OWN as OWN_MAP},
    report::{File, Report},
};
use crate::model::{Fault, Form, Problem};

/// The formats that are read by code, in the order in which they are tried.
const TOOLS: &[Tool] = &[
    pydantic::TOOL,
    fastapi_422::TOOL,
    fastapi::TOOL,
    ajv::TOOL,
    ajv_cli::TOOL,
    jsonschema::TOOL,
    zod::TOOL,
    basic::TOOL,
    frictionless::TOOL,
    duckdb::TOOL,
    pandera::TOOL,
    great_expectations::TOOL,
    qsv::TOOL,
    check_jsonschema::TOOL,
    dlt::TOOL,
    salesforce::TOOL,
    dataloader::TOOL,
    csvclean::TOOL,
    postgres::TOOL,
    jsonlog::TOOL,
    psql::TOOL,
    pgloader::TOOL,
];

/// Tried after all others, for tables of other tools have columns of its names.
const LAST: &[Tool] = &[error_column::TOOL];

/// All formats that an input can be recognised as, in the order in which they are tried.
pub fn tools() -> impl Iterator<Item = &'static Tool> {
    TOOLS.iter().chain(map::TOOLS.iter()).chain(LAST)
}

/// One format of results.
#[derive(Debug)]
pub struct Tool {
    /// The word of the table, the command line and JSON.
    pub word: &'static str,
    /// What a person calls it.
    pub name: &'static str,
    pub reader: Reader,
}

/// How a format is recognised and read.
#[derive(Debug)]
pub enum Reader {
    /// Each line is what the tool says of one record.
    Lines {
        looks_like: fn(&str) -> bool,
        read: fn(&[u8]) -> Result<Outcome<'_>, Box<Problem>>,
    },
    /// All of a file has to be seen.
    Whole {
        fits: fn(&Head<'_>) -> bool,
        read: fn(&File<'_>) -> Result<Report, Fault>,
    },
    /// All of a file has to be seen, and a map says what is in it.
    Map(&'static Map),
}

impl Tool {
    /// The tool of a word of the command line.
    pub fn named(word: &str) -> Option<&'static Self> {
        tools().find(|tool| tool.word == word)
    }

    /// The tool that wrote what begins like this.
    pub fn of(head: &Head<'_>) -> Option<&'static Self> {
        tools().find(|tool| tool.fits(head))
    }

    /// What else might be meant by what begins like this, as a sentence for a person: another tool's results, or data.
    pub fn doubt(&self, head: &Head<'_>) -> Option<String> {
        let others: Vec<&str> = (TOOLS.iter().chain(map::TOOLS.iter()))
            .filter(|tool| *tool != self && tool.fits(head))
            .map(|tool| tool.word)
            .collect();
        let taken = format!("read as {} ({})", self.name, self.word);
        if LAST.contains(self) {
            return Some(format!(
                "{taken}, because a column says what was wrong with each row; --format csv reads it as data"
            ));
        }
        (!others.is_empty()).then(|| {
            let others = others.join(" or ");
            format!("{taken}, which is tried first; --format {others} reads it as that")
        })
    }

    fn fits(&self, head: &Head<'_>) -> bool {
        match self.reader {
            Reader::Lines { looks_like, .. } => head.lines().any(looks_like),
            Reader::Whole { fits, .. } => fits(head),
            Reader::Map(map) => map.fits(head),
        }
    }

    /// Reads one line.
    ///
    /// # Errors
    /// The problem, at stage `parse`, that keeps the line from being read: `encoding:utf-8`, `json:syntax` and its kin, or
    /// `results:shape` when it is JSON but no result.
    pub fn read_line<'l>(&self, line: &'l [u8]) -> Result<Outcome<'l>, Box<Problem>> {
        match self.reader {
            Reader::Lines { read, .. } => read(line),
            Reader::Whole { .. } | Reader::Map(_) => Err(lines::no_result()),
        }
    }
}

impl PartialEq for Tool {
    fn eq(&self, other: &Self) -> bool {
        self.word == other.word
    }
}

impl Eq for Tool {}

/// One record with what a tool said about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome<'a> {
    /// Where the record stood in the tool's own input, as the tool counts.
    pub place: Place,
    /// The record's exact text, or an excerpt where the tool does not give it.
    pub record: Cow<'a, [u8]>,
    pub form: Form,
    /// Empty when the record passed.
    pub problems: Vec<Problem>,
}

impl Outcome<'_> {
    /// The same with a text of its own.
    pub fn into_owned(self) -> Outcome<'static> {
        Outcome {
            place: self.place,
            record: Cow::Owned(self.record.into_owned()),
            form: self.form,
            problems: self.problems,
        }
    }
}

/// How tools say where a record stood in their input.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// They do not.
    Nowhere,
    /// The 0-based byte it begins at.
    Byte(u64),
    /// The 1-based number of the record; a header and blank lines do not count.
    Ordinal(u64),
    /// The 1-based physical line it begins on.
    Line(u64),
    /// The 1-based physical line it ends on.
    LastLine(u64),
    /// The 1-based row, where the header is row 1 and blank lines count, but not the line breaks inside of quotes.
    Row(u64),
    /// A field that has this value.
    Key { field: String, value: String },
}

impl Place {
    /// The line a person would look at first, where one is known.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::Line(line) | Self::LastLine(line) | Self::Row(line) => Some(*line),
            Self::Nowhere | Self::Byte(_) | Self::Ordinal(_) | Self::Key { .. } => None,
        }
    }
}
