//! What a FastAPI service answered to each record that was posted to it, one a line: `{"line", "status_code", "body": {"detail":
//! [{"type", "loc": ["body", ...], "msg", "input"}]}}`.
//!
//! The answer does not hold the record, but for problems of the whole object, whose `input` it is. A `detail` that is text, and a
//! body that is no JSON, have the code `http_` with the status.

use std::borrow::Cow;

use super::{
    Outcome, Reader, Tool,
    lines::{self, Members, member, members_of, no_result},
};
use crate::{
    check::reported::{self, Said},
    model::{Form, Path, Problem, Stage},
    row::lenient,
};

/// Where in a request a problem can be.
pub(super) const PLACES: [&str; 5] = ["body", "query", "path", "header", "cookie"];

pub(super) const TOOL: Tool = Tool {
    word: "fastapi",
    name: "FastAPI answers",
    reader: Reader::Lines { looks_like, read },
};

fn looks_like(line: &str) -> bool {
    lenient::members(line).is_some_and(|members| {
        let errors = details(&members).unwrap_or_default();
        !errors.is_empty() && errors.iter().all(|error| parts_of(error).is_some())
    })
}

fn read(line: &[u8]) -> Result<Outcome<'_>, Box<Problem>> {
    let members = members_of(line)?;
    let (mut record, mut problems) = (None, Vec::new());
    match details(&members) {
        Some(errors) => {
            for error in errors {
                problems.push(problem(error, 1).ok_or_else(no_result)?);
                record = record.or_else(|| whole_input(error, 1));
            }
        }
        None if succeeded(&members) => {}
        None => problems.push(refused(&members).ok_or_else(no_result)?),
    }
    let (text, form) = match record {
        Some(record) => (record.as_bytes(), Form::Json),
        None => (line, Form::Excerpt),
    };
    Ok(Outcome {
        place: lines::place_of(&members),
        problems,
        record: Cow::Borrowed(text),
        form,
    })
}

/// The list of errors in an answer, with or without the envelope its client gave it.
pub(super) fn details<'e>(members: &Members<'e>) -> Option<Vec<&'e str>> {
    let body = member(members, "body").and_then(lenient::members);
    member(body.as_deref().unwrap_or(members), "detail").and_then(lenient::elements)
}

/// The parts of a place, the first of which says where in the request it is.
pub(super) fn parts_of(error: &str) -> Option<Vec<&str>> {
    let members = lenient::members(error)?;
    member(&members, "type")?.strip_prefix('"')?;
    let place = lenient::elements(member(&members, "loc")?)?;
    let first = lenient::string(place.first()?)?;
    PLACES.contains(&&*first).then_some(place)
}

/// An error whose place in the record begins after the first `skip` parts.
pub(super) fn problem(error: &str, skip: usize) -> Option<Problem> {
    let members = lenient::members(error)?;
    let kind = member(&members, "type")?;
    // After this type comes the character where reading stopped, which is no place in a record.
    let place = match parts_of(error)? {
        _ if kind == "\"json_invalid\"" => String::new(),
        place => place.get(skip..).unwrap_or_default().join(","),
    };
    let message = member(&members, "msg")?;
    let input =
        member(&members, "input").map_or(String::new(), |text| format!(",\"input\":{text}"));
    let own = format!("{{\"type\":{kind},\"loc\":[{place}],\"msg\":{message}{input}}}");
    reported::pydantic(&own, "")
}

/// The record itself, where a problem of the whole object has it as its input.
pub(super) fn whole_input(error: &str, skip: usize) -> Option<&str> {
    let members = lenient::members(error)?;
    let kind = lenient::string(member(&members, "type")?)?;
    let place = parts_of(error)?.len().checked_sub(skip)?;
    let is_whole = match &*kind {
        "json_invalid" => false,
        "missing" => place == 1,
        _ => place == 0,
    };
    let input = member(&members, "input")?;
    (is_whole && input.starts_with('{')).then_some(input)
}

/// Whether the answer is a status that says the record was taken.
fn succeeded(members: &Members<'_>) -> bool {
    member(members, "status_code")
        .is_some_and(|status| status.len() == 3 && status.starts_with('2'))
}

/// An answer that lists no errors.
fn refused(members: &Members<'_>) -> Option<Problem> {
    let status = member(members, "status_code")?;
    let body = member(members, "body")?;
    let detail = lenient::members(body).and_then(|body| member(&body, "detail"));
    let said = lenient::string(detail.unwrap_or(body))?;
    let unread = status == "400" && said.contains("parsing the body");
    reported::said(
        &Said {
            stage: if unread { Stage::Parse } else { Stage::Send },
            code: &format!("http_{status}"),
            detail: "",
            place: &format!("\"{}\"", Path::root()),
            message: &said,
        },
        "",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Place;

    #[test]
    fn the_input_of_the_whole_object_is_the_record() {
        let line = br#"{"line":3,"body":{"detail":[{"type":"missing","loc":["body","b"],"msg":"Field required","input":{"a":1.0}}]}}"#;
        let outcome = read(line).unwrap();
        assert_eq!(
            (&outcome.place, outcome.form),
            (&Place::Line(3), Form::Json)
        );
        assert_eq!(outcome.record.as_ref(), br#"{"a":1.0}"#);
        assert_eq!(outcome.problems[0].path.as_str(), "/b");
        let line = br#"{"detail":[{"type":"missing","loc":["body","a","b"],"msg":"Field required","input":{}}]}"#;
        assert_eq!(read(line).unwrap().form, Form::Excerpt);
    }

    #[test]
    fn an_answer_without_a_list_is_a_problem_too() {
        let read = |line: &str| {
            let problem = read(line.as_bytes()).unwrap().problems.remove(0);
            (problem.stage, problem.code)
        };
        assert_eq!(
            read(r#"{"status_code":500,"body":"Internal Server Error"}"#),
            (Stage::Send, "http_500".to_owned())
        );
        let line = r#"{"status_code":400,"body":{"detail":"There was an error parsing the body"}}"#;
        assert_eq!(read(line), (Stage::Parse, "http_400".to_owned()));
        assert!(super::read(b"{\"status_code\":500}").is_err());
    }
}
