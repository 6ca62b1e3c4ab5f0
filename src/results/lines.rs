//! What the readers of one result a line share.

use std::borrow::Cow;

use super::{Outcome, Place};
use crate::{
    check::reported::{self, Said},
    model::{Form, Path, Problem, Severity, Stage},
    row::{json::Document, lenient, problems},
};

/// The members of a result, by name.
pub(super) type Members<'e> = [(Cow<'e, str>, &'e str)];

/// The names under which tools put the record.
const RECORD: [&str; 3] = ["record", "raw", "input"];

pub(super) fn members_of(line: &[u8]) -> Result<Vec<(Cow<'_, str>, &str)>, Box<Problem>> {
    let text =
        std::str::from_utf8(line).map_err(|error| problems::not_utf8(line, error.valid_up_to()))?;
    match lenient::members(text) {
        Some(members) => Ok(members),
        None => Err(Document::read(text).err().unwrap_or_else(no_result)),
    }
}

pub(super) fn member<'e>(members: &Members<'e>, name: &str) -> Option<&'e str> {
    let known = members.iter().rev().find(|(known, _)| known == name);
    known.map(|(_, value)| *value)
}

/// The record as JSON; `null` where the tool could not read it and gives it as text under another name.
pub(super) fn record_of<'e>(members: &Members<'e>) -> Option<&'e str> {
    let mut given = RECORD.iter().filter_map(|name| member(members, name));
    given.find(|record| *record != "null")
}

/// A record's bytes: a string stands for its text.
pub(super) fn text_of(record: &str) -> Option<Cow<'_, [u8]>> {
    if record.starts_with('"') {
        lenient::string_bytes(record).map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(record.as_bytes()))
    }
}

/// The result of a line: the record, and each error under `list` as `problem` reads it from its text and the record's.
pub(super) fn listed<'l>(
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
        place: place_of(&members),
        problems: problems.ok_or_else(no_result)?,
        record,
        form,
    })
}

/// A result's record; or the line itself, as an excerpt, where it only says on which line of the input the record stood.
pub(super) fn given<'l>(
    line: &'l [u8],
    members: &Members<'l>,
) -> Result<(Cow<'l, [u8]>, Form), Box<Problem>> {
    match record_of(members) {
        Some(record) => Ok((text_of(record).ok_or_else(no_result)?, Form::Json)),
        None if line_number(members).is_some() => Ok((Cow::Borrowed(line), Form::Excerpt)),
        None => Err(no_result()),
    }
}

/// The problem of a record that the tool's caller could not read and says why: `"parse_error": "SyntaxError: ..."`.
pub(super) fn unread(why: &str) -> Option<Problem> {
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
pub(super) fn lists(line: &str, list: &str, fits: fn(&Members<'_>) -> bool) -> bool {
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
pub(super) fn has_text(members: &Members<'_>, name: &str) -> bool {
    member(members, name).is_some_and(|value| value.starts_with('"'))
}

/// Whether a member is a list.
pub(super) fn has_list(members: &Members<'_>, name: &str) -> bool {
    member(members, name).is_some_and(|value| value.starts_with('['))
}

/// The line of the input that a result names.
pub(super) fn place_of(members: &Members<'_>) -> Place {
    line_number(members).map_or(Place::Nowhere, Place::Line)
}

pub(super) fn line_number(members: &Members<'_>) -> Option<u64> {
    member(members, "line")?.parse().ok()
}

pub(super) fn no_result() -> Box<Problem> {
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
