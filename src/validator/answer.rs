//! One line of a validator's answers.

use serde::de::IgnoredAny;

use crate::{check::reported, model::Problem, row::lenient};

/// What an answer says about a record's text; else why it is no answer, as the end of a sentence.
pub(super) fn problems(line: &[u8], record: &str) -> Result<Vec<Problem>, &'static str> {
    let text = std::str::from_utf8(line).map_err(|_| "is not UTF-8 text")?;
    let Some(members) = lenient::members(text) else {
        return Err(match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => "is JSON but not an object",
            Err(_) => "is not JSON",
        });
    };
    let member = |wanted: &str| {
        let found = members.iter().rev().find(|(name, _)| name == wanted);
        found.map(|(_, value)| *value)
    };
    match (member("errors").map(lenient::elements), member("valid")) {
        // JSON Schema's `basic` output has no errors where there are none.
        (None, Some("true")) => Ok(Vec::new()),
        (Some(Some(errors)), Some("false")) if errors.is_empty() => {
            Err("says that the record is not valid, and not why")
        }
        (Some(Some(errors)), _) => Ok(reported::validator(&errors, record)),
        _ => Err("has no list named errors"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_list_of_errors_and_nothing_else() {
        let check = |line: &[u8], expected: Result<&[&str], &str>| {
            let found = problems(line, r#"{"a":1}"#);
            let codes = found.as_ref().map(|problems| {
                (problems.iter().map(|problem| problem.code.as_str())).collect::<Vec<_>>()
            });
            assert_eq!(
                codes.as_deref().map_err(|why| **why),
                expected,
                "{}",
                String::from_utf8_lossy(line)
            );
        };
        check(br#"{"errors":[]}"#, Ok(&[]));
        check(b" { \"errors\" : [ ] }\r", Ok(&[]));
        check(br#"{"valid":true}"#, Ok(&[]));
        check(
            br#"{"errors":["no",{"type":"int_type","loc":["a"],"msg":"m","input":NaN}]}"#,
            Ok(&["validator", "int_type"]),
        );
        check(
            br#"{"valid":false,"errors":[
                {"keywordLocation":"","instanceLocation":"","error":"a subschema had errors"},
                {"keywordLocation":"/properties","instanceLocation":"","error":"a property did not match"},
                {"keywordLocation":"/properties/a/maximum","instanceLocation":"/a","error":"1 is too large"}]}"#,
            Ok(&["maximum"]),
        );
        check(b"", Err("is not JSON"));
        check(b"Loading model ...", Err("is not JSON"));
        check(b"[]", Err("is JSON but not an object"));
        check(b"null", Err("is JSON but not an object"));
        check(b"{}", Err("has no list named errors"));
        check(br#"{"errors":null}"#, Err("has no list named errors"));
        check(br#"{"errors":{}}"#, Err("has no list named errors"));
        check(b"{\"errors\":[\"\xFF\"]}", Err("is not UTF-8 text"));
        check(
            br#"{"valid":false,"errors":[]}"#,
            Err("says that the record is not valid, and not why"),
        );
    }
}
