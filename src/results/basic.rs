//! The `basic` output of JSON Schema's specification, one record a line: `{"line", "valid": false, "errors": [{"instanceLocation",
//! "keywordLocation", "error"}]}`, also under `output`. The record itself is never in it.
//!
//! The specification lists also the keywords on the way to the one that failed (`properties`, `$ref`). Where `keywordLocation`
//! shows the way, only its ends are problems.

use std::borrow::Cow;

use super::{
    Outcome, Reader, Tool,
    lines::{Members, has_text, line_number, lists, member, members_of, no_result, place_of},
};
use crate::{
    check::reported,
    model::{Form, Problem},
    row::lenient,
};

pub(super) const TOOL: Tool = Tool {
    word: "basic",
    name: "JSON Schema basic output",
    reader: Reader::Lines { looks_like, read },
};

fn looks_like(line: &str) -> bool {
    let fits = |text: &str| {
        lists(text, "errors", |error| {
            has_text(error, "instanceLocation") && has_text(error, "absoluteKeywordLocation")
        })
    };
    fits(line)
        || lenient::members(line).is_some_and(|members| {
            let line = line_number(&members);
            let output = member(&members, "output").and_then(|text| text.strip_prefix('{'));
            // Who kept the output kept the line beside it.
            (line.zip(output))
                .is_some_and(|(line, rest)| fits(&format!("{{\"line\":{line},{rest}")))
        })
}

fn read(line: &[u8]) -> Result<Outcome<'_>, Box<Problem>> {
    let members = members_of(line)?;
    let output = member(&members, "output").and_then(lenient::members);
    let errors = output.as_ref().unwrap_or(&members);
    let errors = member(errors, "errors")
        .and_then(lenient::elements)
        .ok_or_else(no_result)?;
    let units: Option<Vec<_>> = errors.into_iter().map(lenient::members).collect();
    let units = units.ok_or_else(no_result)?;
    let ways: Vec<Option<Cow<'_, str>>> = units.iter().map(|unit| way(unit)).collect();
    let leads_on = |way: &Option<Cow<'_, str>>| {
        let Some(way) = way else { return false };
        let beyond =
            |other: &str| (other.strip_prefix(&**way)).is_some_and(|rest| rest.starts_with('/'));
        ways.iter().flatten().any(|other| beyond(other))
    };
    let problems: Option<Vec<Problem>> = (units.iter().zip(&ways))
        .filter(|(_, way)| !leads_on(way))
        .map(|(unit, _)| reported::schema_of(unit, ""))
        .collect();
    Ok(Outcome {
        place: place_of(&members),
        problems: problems.ok_or_else(no_result)?,
        record: Cow::Borrowed(line),
        form: Form::Excerpt,
    })
}

fn way<'e>(unit: &Members<'e>) -> Option<Cow<'e, str>> {
    lenient::string(member(unit, "keywordLocation")?)
}
