//! Results of Pydantic models, one a line: `{"record": ..., "errors": [{"type", "loc", "msg", "input"}]}`. The record may
//! also stand under `raw` or `input`, as JSON or as text.

use super::{
    Outcome, Reader, Tool,
    lines::{has_list, has_text, listed, lists},
};
use crate::{check::reported, model::Problem};

pub(super) const TOOL: Tool = Tool {
    word: "pydantic",
    name: "Pydantic results",
    reader: Reader::Lines { looks_like, read },
};

/// Whether a line is a result with at least one error.
fn looks_like(line: &str) -> bool {
    lists(line, "errors", |error| {
        has_text(error, "type") && has_text(error, "msg") && has_list(error, "loc")
    })
}

/// Reads one line of results.
///
/// # Errors
/// The problem, at stage `parse`, that keeps the line from being read: `encoding:utf-8`, `json:syntax` and its kin, or
/// `results:shape` when it is JSON but no result.
fn read(line: &[u8]) -> Result<Outcome<'_>, Box<Problem>> {
    listed(line, "errors", reported::pydantic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Found, Stage},
        results::Place,
    };

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
        assert_eq!(outcome.place, Place::Line(7));
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
