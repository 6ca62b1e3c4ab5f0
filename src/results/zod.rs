//! Issues of zod, one record a line: `{"line", "record", "issues": [{"code", "path", "message"}]}`. A record that was no JSON
//! has `raw` and `parse_error` instead.
//!
//! What `superRefine` finds has the code `custom`; the rule's own name in its `params` tells such problems apart.

use std::borrow::Cow;

use super::{
    Outcome, Reader, Tool,
    lines::{Members, has_list, has_text, listed, lists, member},
};
use crate::{
    check::reported::{self, Said},
    model::{Problem, Stage},
    row::lenient,
};

/// The members of `params` that people name a rule with.
const RULE: [&str; 4] = ["rule", "code", "id", "name"];

pub(super) const TOOL: Tool = Tool {
    word: "zod",
    name: "zod issues",
    reader: Reader::Lines { looks_like, read },
};

fn looks_like(line: &str) -> bool {
    lists(line, "issues", |issue| {
        has_text(issue, "code") && has_list(issue, "path")
    })
}

fn read(line: &[u8]) -> Result<Outcome<'_>, Box<Problem>> {
    listed(line, "issues", problem)
}

fn problem(issue: &str, record: &str) -> Option<Problem> {
    let members = lenient::members(issue)?;
    let code = lenient::string(member(&members, "code")?)?;
    let message = member(&members, "message").and_then(lenient::string);
    let is_rule = code == "custom";
    let said = Said {
        stage: if is_rule { Stage::Rule } else { Stage::Schema },
        code: &code,
        detail: &rule(&members).filter(|_| is_rule).unwrap_or_default(),
        place: member(&members, "path")?,
        message: &message.unwrap_or_default(),
    };
    reported::said(&said, record)
}

/// The name of the rule that a program gave an issue of its own.
fn rule<'e>(members: &Members<'e>) -> Option<Cow<'e, str>> {
    let params = lenient::members(member(members, "params")?)?;
    (RULE.iter()).find_map(|name| lenient::string(member(&params, name)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_of_the_program_keeps_its_name() {
        let said = |issue: &str| {
            let problem = problem(issue, r#"{"a":1}"#).unwrap();
            format!(
                "{}:{}:{}@{} {}",
                problem.stage.word(),
                problem.code,
                problem.detail,
                problem.path,
                problem.message
            )
        };
        assert_eq!(
            said(r#"{"code":"custom","path":["a"],"message":"too early","params":{"rule":"R-1"}}"#),
            "rule:custom:R-1@/a A was not accepted: too early."
        );
        assert_eq!(
            said(r#"{"code":"custom","path":[],"message":"no"}"#),
            "rule:custom:@ The record was not accepted: no."
        );
        assert_eq!(
            said(r#"{"code":"invalid_type","path":["a"],"message":"expected string"}"#),
            "schema:invalid_type:@/a A was not accepted: expected string."
        );
    }
}
