//! One answer of a FastAPI service as a document: `{"detail": [{"type", "loc": ["body", 17, "email"], "msg", "input"}]}`, on one
//! line or over several.
//!
//! After `body` comes the 0-based position where a list of records was posted; what is said without one is about the one
//! record that was posted, or the request. After `json_invalid` the number is the character where reading stopped and no position.
//! A record is only given where it is the input of a problem of the whole object.

use super::{
    File, Head, Place, Reader, Report, Tool,
    fastapi::{PLACES, details, parts_of, problem, whole_input},
    lines::place_of,
    report::Json,
};
use crate::{
    model::{Fault, Form},
    row::lenient,
};

pub(super) const TOOL: Tool = Tool {
    word: "fastapi-422",
    name: "FastAPI 422 bodies",
    reader: Reader::Whole { fits, read },
};

fn fits(head: &Head<'_>) -> bool {
    let Some(answer) = head.json() else {
        return false;
    };
    let body = answer.get("body").filter(|body| body.is_object());
    let first = &body.unwrap_or(answer)["detail"][0];
    let place = first["loc"][0].as_str().unwrap_or_default();
    if !PLACES.contains(&place) || !first["type"].is_string() {
        return false;
    }
    let mut lines = head.lines();
    let begins = lines.next().unwrap_or_default();
    // Answers that stand one a line are read as such, and one in an envelope says more than its body.
    lenient::members(begins).is_none() || (body.is_none() && lines.next().is_none())
}

fn read(file: &File<'_>) -> Result<Report, Fault> {
    let text = file.text()?;
    let members = lenient::members(text).ok_or_else(|| {
        file.broken("is not one whole JSON document").hint(
            "write it anew if it was cut off; answers that stand one a line are --format fastapi",
        )
    })?;
    let errors =
        details(&members).ok_or_else(|| file.broken("has no list of errors under \"detail\""))?;
    let mut report = Report::default();
    let mut of_request = Vec::new();
    for error in errors {
        match position(error) {
            Some(at) => add(file, &mut report, Place::Ordinal(at), &[error], 2)?,
            None => of_request.push(error),
        }
    }
    if !of_request.is_empty() {
        add(file, &mut report, place_of(&members), &of_request, 1)?;
    }
    Ok(report)
}

/// Adds what errors say of the record at a place, which begins after the first `skip` parts of theirs.
fn add(
    file: &File<'_>,
    report: &mut Report,
    place: Place,
    errors: &[&str],
    skip: usize,
) -> Result<(), Fault> {
    let record = report.at(place, "");
    for error in errors {
        let problem = problem(error, skip)
            .ok_or_else(|| file.broken("lists something under \"detail\" that is no error"))?;
        record.problems.push(problem);
        match whole_input(error, skip) {
            Some(input) => record.give(Form::Json, input.as_bytes().to_vec()),
            None => record.quote(error),
        }
    }
    Ok(())
}

/// The 1-based position of the record an error is about, where a list was posted.
fn position(error: &str) -> Option<u64> {
    let place = parts_of(error)?;
    let kind = Json(error).get("type").and_then(Json::text)?;
    if kind == "json_invalid" || place.first() != Some(&"\"body\"") {
        return None;
    }
    Json(place.get(1)?).number()?.checked_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_answer_over_several_lines_is_one_record() {
        let text = "{\n  \"detail\": [\n    {\n      \"type\": \"int_parsing\",\n      \"loc\": [\"body\", \"a\"],\n      \"msg\": \"no\",\n      \"input\": \"x\"\n    },\n    {\"type\":\"missing\",\"loc\":[\"query\",\"q\"],\"msg\":\"Field required\"}\n  ]\n}\n";
        let fits = |text: &str| fits(&Head::new(text.as_bytes(), true));
        assert!(fits(text));
        let report = read(&File::of(text)).unwrap();
        assert_eq!(report.outcomes.len(), 1);
        let outcome = &report.outcomes[0];
        assert_eq!(outcome.place, Place::Nowhere);
        let paths: Vec<&str> = (outcome.problems.iter())
            .map(|problem| problem.path.as_str())
            .collect();
        assert_eq!(paths, ["/a", "/q"]);
        let line = "{\"detail\":[{\"type\":\"a\",\"loc\":[\"body\",1,\"b\"],\"msg\":\"m\"}]}\n";
        assert!(fits(line));
        assert!(!fits(&line.repeat(2)), "answers one a line");
        assert!(!fits(&format!(
            "{{\"line\":1,\"body\":{}}}",
            line.trim_end()
        )));
    }

    #[test]
    fn where_reading_stopped_is_no_position() {
        let text = r#"{"detail":[{"type":"json_invalid","loc":["body",552],"msg":"JSON decode error","input":{}}]}"#;
        let report = read(&File::of(text)).unwrap();
        assert_eq!(report.outcomes[0].place, Place::Nowhere);
        assert_eq!(report.outcomes[0].problems[0].path.as_str(), "");
    }

    #[test]
    fn the_record_is_given_where_it_is_the_input() {
        let text = r#"{"detail":[{"type":"a","loc":["body",1,"b"],"msg":"m"},{"type":"missing","loc":["body",1,"c"],"msg":"Field required","input":{"b":1.0}}]}"#;
        let report = read(&File::of(text)).unwrap();
        let outcome = &report.outcomes[0];
        assert_eq!(
            (&outcome.place, outcome.form),
            (&Place::Ordinal(2), Form::Json)
        );
        assert_eq!(outcome.record.as_ref(), br#"{"b":1.0}"#);
        assert_eq!(outcome.problems.len(), 2);
    }

    #[test]
    fn what_is_no_list_of_errors_is_refused() {
        for text in [
            r#"{"detail":"no"}"#,
            r#"{"detail":[{"type":"a""#,
            r#"{"detail":[7]}"#,
        ] {
            assert_eq!(read(&File::of(text)).unwrap_err().code, "results:syntax");
        }
    }
}
