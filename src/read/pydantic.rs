//! Results of Pydantic models, one a line: `{"record": ..., "errors": [{"type", "loc", "msg", "input"}]}`. The record may
//! also stand under `raw` or `input`, as JSON or as text.

use std::{borrow::Cow, sync::LazyLock};

use regex::Regex;

use super::lenient;
use crate::{
    check::wording,
    model::{Found, Path, Problem, Severity, Stage},
    row::json::Document,
};

/// One record with what a tool said about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome<'a> {
    /// Where the record stood in the tool's own input, if it says so.
    pub line: Option<u64>,
    /// The record's exact text.
    pub record: Cow<'a, [u8]>,
    /// Empty when the record passed.
    pub problems: Vec<Problem>,
}

/// The names under which tools put the record.
const RECORD: [&str; 3] = ["record", "raw", "input"];

/// Whether a line is a result with at least one error.
pub fn looks_like(line: &str) -> bool {
    let Some(members) = lenient::members(line) else {
        return false;
    };
    let errors = member(&members, "errors").and_then(lenient::elements);
    let fits = |error: &&str| {
        lenient::members(error).is_some_and(|parts| {
            let text = |name| member(&parts, name).is_some_and(|value| value.starts_with('"'));
            let loc = member(&parts, "loc").and_then(lenient::elements);
            text("type") && text("msg") && loc.is_some()
        })
    };
    record_of(&members).is_some()
        && errors.is_some_and(|errors| !errors.is_empty() && errors.iter().all(fits))
}

/// Reads one line of results.
///
/// # Errors
/// The problem, at stage `parse`, that keeps the line from being read: `encoding:utf-8`, `json:syntax` and its kin, or
/// `results:shape` when it is JSON but no result.
pub fn read(line: &[u8]) -> Result<Outcome<'_>, Box<Problem>> {
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        Err(error) => {
            return Err(crate::row::problems::not_utf8(line, error.valid_up_to()));
        }
    };
    let Some(members) = lenient::members(text) else {
        return Err(Document::read(text).err().unwrap_or_else(no_result));
    };
    let (Some(record), Some(errors)) = (
        record_of(&members),
        member(&members, "errors").and_then(lenient::elements),
    ) else {
        return Err(no_result());
    };
    let record = if record.starts_with('"') {
        Cow::Owned(lenient::string_bytes(record).ok_or_else(no_result)?)
    } else {
        Cow::Borrowed(record.as_bytes())
    };
    let shown = std::str::from_utf8(&record).ok();
    let problems: Option<Vec<Problem>> = (errors.iter())
        .map(|error| problem(error, shown.unwrap_or_default()))
        .collect();
    Ok(Outcome {
        line: member(&members, "line").and_then(|line| line.parse().ok()),
        problems: problems.ok_or_else(no_result)?,
        record,
    })
}

/// One error as a problem; `None` when it has no type, place or message.
fn problem(error: &str, record: &str) -> Option<Problem> {
    let members = lenient::members(error)?;
    let code = lenient::string(member(&members, "type")?)?.into_owned();
    let said = lenient::string(member(&members, "msg")?)?.into_owned();
    let loc = lenient::elements(member(&members, "loc")?)?;
    let segments: Vec<Cow<'_, str>> = (loc.iter())
        .map(|part| lenient::string(part).unwrap_or(Cow::Borrowed(*part)))
        .collect();
    let path = existing(record, &segments, &code);
    let stage = match code.as_str() {
        "json_invalid" | "json_type" => Stage::Parse,
        _ if !segments.is_empty() => Stage::Schema,
        "value_error" | "assertion_error" => Stage::Rule,
        code if is_built_in(code) => Stage::Schema,
        _ => Stage::Rule,
    };
    let found = if path.is_root() {
        None
    } else if code == "missing" {
        Some(Found::Missing)
    } else {
        member(&members, "input")
            .or_else(|| at(record, &path))
            .map(found)
    };
    let detail = match (stage, RULE_ID.find(&said)) {
        (Stage::Rule, Some(id)) if id.as_str() != code => id.as_str().to_owned(),
        _ => String::new(),
    };
    let (message, hint) = wording::foreign(stage, &code, &path, &said, found.as_ref());
    Some(Problem {
        stage,
        shape: wording::shape(&said),
        code,
        detail,
        path,
        message,
        hint,
        found,
        severity: Severity::Error,
        owner: String::new(),
    })
}

/// A rule's id as people write them: `RULE-101`.
static RULE_ID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b[A-Z][A-Z0-9]*-[0-9]+\b").expect("the pattern is a constant and compiles")
});

/// Whether a type that stands at the whole record is one of Pydantic's own and no rule's.
fn is_built_in(code: &str) -> bool {
    const ENDS: [&str; 6] = [
        "_type",
        "_parsing",
        "_error",
        "_tag_invalid",
        "_tag_not_found",
        "_size",
    ];
    matches!(
        code,
        "missing" | "extra_forbidden" | "frozen_instance" | "none_required" | "recursion_loop"
    ) || ENDS.iter().any(|end| code.ends_with(end))
}

/// The pointer of a place. The members of a union add segments that are nowhere in the record; then the longest part that
/// exists is taken. A field that is missing, or whose name itself is wrong, need not exist.
fn existing(record: &str, segments: &[Cow<'_, str>], code: &str) -> Path {
    let may_lack = usize::from(matches!(code, "missing" | "invalid_key"));
    let mut path = Path::root();
    let mut value = Some(record.trim()).filter(|text| is_container(text));
    let readable = value.is_some();
    for (n, segment) in segments.iter().enumerate() {
        let inner = value.and_then(|text| step(text, segment));
        let last_may_lack = n + may_lack == segments.len() && value.is_some_and(is_container);
        if readable && inner.is_none() && !last_may_lack {
            break;
        }
        path = path.child(segment);
        value = inner;
    }
    path
}

fn is_container(text: &str) -> bool {
    lenient::members(text).is_some() || lenient::elements(text).is_some()
}

/// The text of the value one step below a container.
fn step<'a>(text: &'a str, segment: &str) -> Option<&'a str> {
    if text.starts_with('[') {
        return lenient::elements(text)?
            .get(segment.parse::<usize>().ok()?)
            .copied();
    }
    let members = lenient::members(text)?;
    (members.iter().rev())
        .find(|(name, _)| *name == segment)
        .map(|(_, value)| *value)
}

/// The text of the value at a path.
fn at<'a>(record: &'a str, path: &Path) -> Option<&'a str> {
    path.segments()
        .try_fold(record.trim(), |text, segment| step(text, &segment))
}

fn found(value: &str) -> Found {
    match lenient::string(value) {
        Some(text) => Found::Text(text.into_owned()),
        None => Found::Json(value.to_owned()),
    }
}

fn record_of<'a>(members: &[(Cow<'_, str>, &'a str)]) -> Option<&'a str> {
    RECORD.iter().find_map(|name| member(members, name))
}

fn member<'a>(members: &[(Cow<'_, str>, &'a str)], name: &str) -> Option<&'a str> {
    let known = members.iter().rev().find(|(known, _)| known == name);
    known.map(|(_, value)| *value)
}

fn no_result() -> Box<Problem> {
    Box::new(Problem {
        stage: Stage::Parse,
        code: "results:shape".to_owned(),
        detail: String::new(),
        path: Path::root(),
        message: "This line is not a result: a record and its list of errors are wanted."
            .to_owned(),
        hint: "Each line is {\"record\": ..., \"errors\": [{\"type\", \"loc\", \"msg\"}]}."
            .to_owned(),
        found: None,
        shape: String::new(),
        severity: Severity::Error,
        owner: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(record: &str, error: &str) -> String {
        format!("{{\"line\": 7, \"record\": {record}, \"errors\": [{error}]}}")
    }

    fn one(record: &str, error: &str) -> Problem {
        let line = line(record, error);
        read(line.as_bytes()).unwrap().problems.remove(0)
    }

    #[test]
    fn the_record_keeps_its_exact_text() {
        let error = r#"{"type":"missing","loc":["b"],"msg":"Field required","input":{"a":1}}"#;
        let text = line("{ \"a\" :1.10, \"n\": NaN}", error);
        let outcome = read(text.as_bytes()).unwrap();
        assert_eq!(outcome.record.as_ref(), b"{ \"a\" :1.10, \"n\": NaN}");
        assert_eq!(outcome.line, Some(7));
        let problem = &outcome.problems[0];
        assert_eq!(
            (problem.path.as_str(), problem.stage),
            ("/b", Stage::Schema)
        );
        assert_eq!(problem.found, Some(Found::Missing));
        let raw = br#"{"raw":"{\"a\": \"\udcff\"","errors":[]}"#;
        assert_eq!(read(raw).unwrap().record.as_ref(), b"{\"a\": \"\xFF\"");
    }

    #[test]
    fn places_that_are_nowhere_fall_back_to_what_exists() {
        let path = |record: &str, loc: &str, code: &str| {
            one(
                record,
                &format!("{{\"type\":\"{code}\",\"loc\":{loc},\"msg\":\"m\"}}"),
            )
            .path
            .to_string()
        };
        assert_eq!(
            path(r#"{"a":{"b":[1]}}"#, r#"["a","b",0]"#, "int_type"),
            "/a/b/0"
        );
        assert_eq!(path(r#"{"a":1}"#, r#"["a","int"]"#, "int_type"), "/a");
        assert_eq!(path(r#"{"a":{}}"#, r#"["a","city"]"#, "missing"), "/a/city");
        assert_eq!(
            path(r#"{"a":{}}"#, r#"["a","function-wrap","city"]"#, "missing"),
            "/a"
        );
        assert_eq!(
            path(r#"{"null":[1]}"#, r#"["None"]"#, "invalid_key"),
            "/None"
        );
        assert_eq!(path("\"no json\"", r#"["a/b",0]"#, "int_type"), "/a~1b/0");
    }

    #[test]
    fn stages_follow_the_type_and_the_place() {
        let stage = |code: &str, loc: &str| {
            one(
                "{\"a\":1}",
                &format!("{{\"type\":\"{code}\",\"loc\":{loc},\"msg\":\"RULE-101: no\"}}"),
            )
        };
        assert_eq!(stage("json_invalid", "[]").stage, Stage::Parse);
        assert_eq!(stage("value_error", "[]").stage, Stage::Rule);
        assert_eq!(stage("value_error", "[]").detail, "RULE-101");
        assert_eq!(stage("value_error", "[\"a\"]").stage, Stage::Schema);
        assert_eq!(stage("RULE-101", "[]").detail, "");
        assert_eq!(stage("RULE-103", "[]").stage, Stage::Rule);
        assert_eq!(stage("model_type", "[]").stage, Stage::Schema);
    }

    #[test]
    fn a_line_that_is_no_result_says_why() {
        let code = |line: &[u8]| read(line).unwrap_err().code;
        assert_eq!(code(b"{\"record\":{}}"), "results:shape");
        assert_eq!(
            code(b"{\"record\":{},\"errors\":[{\"type\":1}]}"),
            "results:shape"
        );
        assert_eq!(code(b"{\"record\":"), "json:syntax");
        assert_eq!(code(b"{\"\xFF\":1}"), "encoding:utf-8");
    }
}
