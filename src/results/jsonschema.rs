//! Errors of python-jsonschema as its users dump them, one record a line: `{"line", "record", "errors": [{"path", "validator",
//! "validator_value", "schema_path", "message", "context"}]}`.
//!
//! A record that was no JSON has `raw`, and one error without `validator` that begins with the exception's name.

use super::{
    Outcome, Reader, Tool,
    lines::{has_list, has_text, listed, lists, member},
};
use crate::{
    check::reported::{self, Said},
    model::{Problem, Stage},
    row::lenient,
};

pub(super) const TOOL: Tool = Tool {
    word: "jsonschema",
    name: "python-jsonschema errors",
    reader: Reader::Lines { looks_like, read },
};

fn looks_like(line: &str) -> bool {
    lists(line, "errors", |error| {
        let has_validator = member(error, "validator").is_some();
        has_validator && has_text(error, "message") && has_list(error, "path")
    })
}

fn read(line: &[u8]) -> Result<Outcome<'_>, Box<Problem>> {
    listed(line, "errors", problem)
}

fn problem(error: &str, record: &str) -> Option<Problem> {
    if let Some(problem) = reported::schema(error, record) {
        return Some(problem);
    }
    let members = lenient::members(error)?;
    let message = lenient::string(member(&members, "message")?)?;
    let (exception, said) = message.split_once(": ")?;
    let said = Said {
        stage: Stage::Parse,
        code: exception,
        detail: "",
        place: "[]",
        message: said,
    };
    reported::said(&said, record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_is_a_problem_of_reading() {
        let problem = problem(
            r#"{"path":[],"validator":null,"message":"JSONDecodeError: Extra data: line 1"}"#,
            "{} x",
        )
        .unwrap();
        assert_eq!(
            (problem.stage, problem.code.as_str(), problem.shape.as_str()),
            (Stage::Parse, "JSONDecodeError", "Extra data: line #")
        );
    }
}
