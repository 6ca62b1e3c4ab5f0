//! What other tools leave behind: results that hold rejected records and what was wrong with each, one a line. A format is
//! one file here and one line in [`TOOLS`].
//!
//! Nothing is checked again here: codes, places and messages are the tool's own.

mod ajv;
mod basic;
mod fastapi;
mod jsonschema;
mod pydantic;
mod zod;

use std::borrow::Cow;

use crate::{
    check::reported::{self, Said},
    model::{Form, Path, Problem, Severity, Stage},
    row::{json::Document, lenient, problems},
};

/// All formats, in the order in which they are tried.
pub const TOOLS: &[Tool] = &[
    pydantic::TOOL,
    fastapi::TOOL,
    ajv::TOOL,
    jsonschema::TOOL,
    zod::TOOL,
    basic::TOOL,
];

/// One format of results.
#[derive(Debug)]
pub struct Tool {
    /// The word of the table, the command line and JSON.
    pub word: &'static str,
    /// What a person calls it.
    pub name: &'static str,
    looks_like: fn(&str) -> bool,
    read: fn(&[u8]) -> Result<Outcome<'_>, Box<Problem>>,
}

impl Tool {
    /// The tool of a word of the command line.
    pub fn named(word: &str) -> Option<&'static Self> {
        TOOLS.iter().find(|tool| tool.word == word)
    }

    /// The tool that wrote lines like these, by the first line that tells.
    pub fn of(lines: &[&str]) -> Option<&'static Self> {
        TOOLS
            .iter()
            .find(|tool| lines.iter().any(|line| (tool.looks_like)(line)))
    }

    /// Reads one line.
    ///
    /// # Errors
    /// The problem, at stage `parse`, that keeps the line from being read: `encoding:utf-8`, `json:syntax` and its kin, or
    /// `results:shape` when it is JSON but no result.
    pub fn read<'l>(&self, line: &'l [u8]) -> Result<Outcome<'l>, Box<Problem>> {
        (self.read)(line)
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
    /// Where the record stood in the tool's own input, if it says so.
    pub line: Option<u64>,
    /// The record's exact text, or an excerpt where the tool does not give it.
    pub record: Cow<'a, [u8]>,
    pub form: Form,
    /// Empty when the record passed.
    pub problems: Vec<Problem>,
}

/// The members of a result, by name.
type Members<'e> = [(Cow<'e, str>, &'e str)];

/// The names under which tools put the record.
const RECORD: [&str; 3] = ["record", "raw", "input"];

fn members_of(line: &[u8]) -> Result<Vec<(Cow<'_, str>, &str)>, Box<Problem>> {
    let text =
        std::str::from_utf8(line).map_err(|error| problems::not_utf8(line, error.valid_up_to()))?;
    match lenient::members(text) {
        Some(members) => Ok(members),
        None => Err(Document::read(text).err().unwrap_or_else(no_result)),
    }
}

fn member<'e>(members: &Members<'e>, name: &str) -> Option<&'e str> {
    let known = members.iter().rev().find(|(known, _)| known == name);
    known.map(|(_, value)| *value)
}

/// The record as JSON; `null` where the tool could not read it and gives it as text under another name.
fn record_of<'e>(members: &Members<'e>) -> Option<&'e str> {
    let mut given = RECORD.iter().filter_map(|name| member(members, name));
    given.find(|record| *record != "null")
}

/// A record's bytes: a string stands for its text.
fn text_of(record: &str) -> Option<Cow<'_, [u8]>> {
    if record.starts_with('"') {
        lenient::string_bytes(record).map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(record.as_bytes()))
    }
}

/// The result of a line: the record, and each error under `list` as `problem` reads it from its text and the record's.
fn listed<'l>(
    line: &'l [u8],
    list: &str,
    problem: fn(&str, &str) -> Option<Problem>,
) -> Result<Outcome<'l>, Box<Problem>> {
    let members = members_of(line)?;
    let (record, form) = given(line, &members)?;
    let errors = member(&members, list).and_then(lenient::elements);
    let shown = match form {
        Form::Excerpt => "",
        _ => std::str::from_utf8(&record).unwrap_or_default(),
    };
    let problems: Option<Vec<Problem>> = match (errors, member(&members, "parse_error")) {
        (Some(errors), _) => errors.iter().map(|error| problem(error, shown)).collect(),
        (None, Some(why)) => unread(why).map(|problem| vec![problem]),
        (None, None) => None,
    };
    Ok(Outcome {
        line: line_number(&members),
        problems: problems.ok_or_else(no_result)?,
        record,
        form,
    })
}

/// A result's record; or the line itself, as an excerpt, where it only says on which line of the input the record stood.
fn given<'l>(line: &'l [u8], members: &Members<'l>) -> Result<(Cow<'l, [u8]>, Form), Box<Problem>> {
    match record_of(members) {
        Some(record) => Ok((text_of(record).ok_or_else(no_result)?, Form::Json)),
        None if line_number(members).is_some() => Ok((Cow::Borrowed(line), Form::Excerpt)),
        None => Err(no_result()),
    }
}

/// The problem of a record that the tool's caller could not read and says why: `"parse_error": "SyntaxError: ..."`.
fn unread(why: &str) -> Option<Problem> {
    let why = lenient::string(why)?;
    let said = Said {
        stage: Stage::Parse,
        code: "parse_error",
        detail: "",
        place: "[]",
        message: &why,
    };
    reported::said(&said, "")
}

/// Whether a line has a list of errors under `list` of which each satisfies `fits`, beside a record or its line.
fn lists(line: &str, list: &str, fits: fn(&Members<'_>) -> bool) -> bool {
    let Some(members) = lenient::members(line) else {
        return false;
    };
    let errors = member(&members, list).and_then(lenient::elements);
    (record_of(&members).is_some() || line_number(&members).is_some())
        && errors.is_some_and(|errors| {
            let fit = |error: &&str| lenient::members(error).is_some_and(|parts| fits(&parts));
            !errors.is_empty() && errors.iter().all(fit)
        })
}

/// Whether a member is text.
fn has_text(members: &Members<'_>, name: &str) -> bool {
    member(members, name).is_some_and(|value| value.starts_with('"'))
}

/// Whether a member is a list.
fn has_list(members: &Members<'_>, name: &str) -> bool {
    member(members, name).is_some_and(|value| value.starts_with('['))
}

fn line_number(members: &Members<'_>) -> Option<u64> {
    member(members, "line")?.parse().ok()
}

fn no_result() -> Box<Problem> {
    Box::new(Problem {
        stage: Stage::Parse,
        code: "results:shape".to_owned(),
        detail: String::new(),
        path: Path::root(),
        message: "This line is not a result: a record and its list of errors are wanted."
            .to_owned(),
        hint: "Each line is {\"record\": ..., \"errors\": [...]}, as the lines around it."
            .to_owned(),
        found: None,
        shape: String::new(),
        severity: Severity::Error,
        owner: String::new(),
    })
}
