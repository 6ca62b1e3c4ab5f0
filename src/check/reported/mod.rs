//! What other programs say about a record, as problems: Pydantic's errors and those of JSON Schema's validators. Nothing is
//! checked here; codes are theirs, and so is the message where nothing better is known.

mod keyword;
mod place;

use std::borrow::Cow;

use self::{
    keyword::Keyword,
    place::{at, existing},
};
use super::wording;
use crate::{
    model::{Found, Path, Problem, Severity, Stage, rule_id},
    row::lenient,
};

/// The parts of an error, by name.
pub type Members<'e> = [(Cow<'e, str>, &'e str)];

/// One error of a Pydantic model, `{"type", "loc", "msg", "input"}`, about a record's text; `None` when it has no type,
/// place or message. The stage is the one Pydantic was at.
pub fn pydantic(error: &str, record: &str) -> Option<Problem> {
    let error = Pydantic::read(&lenient::members(error)?, record)?;
    let stage = match error.code.as_str() {
        "json_invalid" | "json_type" => Stage::Parse,
        _ if error.is_rule => Stage::Rule,
        _ => Stage::Schema,
    };
    Some(error.problem(stage))
}

/// One error of a JSON Schema validator, ajv's or python-jsonschema's, about a record's text; `None` when it names no keyword
/// or no place.
pub fn schema(error: &str, record: &str) -> Option<Problem> {
    schema_of(&lenient::members(error)?, record)
}

/// The same of an error's members, by name.
pub fn schema_of(error: &Members<'_>, record: &str) -> Option<Problem> {
    Some(Keyword::read(error, record)?.problem(Stage::Schema))
}

/// What a tool says with a code and a place of its own.
pub struct Said<'s> {
    pub stage: Stage,
    pub code: &'s str,
    /// What tells problems of this code apart; may be empty.
    pub detail: &'s str,
    /// JSON: an array of names and positions, or a pointer. Its last part may be a field that the record lacks.
    pub place: &'s str,
    pub message: &'s str,
}

/// What a tool said about a record's text, as a problem; `None` when the place is none.
pub fn said(said: &Said<'_>, record: &str) -> Option<Problem> {
    let path = existing(record, &place::segments(said.place)?, true);
    let found = place::value_at(record, at(record, &path)).filter(|_| !path.is_root());
    let (message, hint) = wording::foreign(
        said.stage,
        said.code,
        said.detail,
        &path,
        said.message,
        found.as_ref(),
    );
    Some(Problem {
        stage: said.stage,
        code: said.code.to_owned(),
        detail: said.detail.to_owned(),
        path,
        message,
        hint,
        found,
        shape: wording::shape(said.message),
        severity: Severity::Error,
        owner: String::new(),
    })
}

/// What the pipeline's own validator answered about a record's text: each error in Pydantic's shape or in one of JSON
/// Schema's, and anything else as it stands.
pub fn validator(errors: &[&str], record: &str) -> Vec<Problem> {
    let real: Vec<&str> = (errors.iter().copied())
        .filter(|error| !keyword::only_leads_to_others(error))
        .collect();
    let real = if real.is_empty() { errors } else { &real };
    real.iter().map(|error| answered(error, record)).collect()
}

fn answered(error: &str, record: &str) -> Problem {
    let Some(members) = lenient::members(error) else {
        let said = lenient::string(error).unwrap_or(Cow::Borrowed(error.trim()));
        return plain(&said, Path::root(), None);
    };
    if let Some(error) = Pydantic::read(&members, record) {
        return error.problem(Stage::Validator);
    }
    if let Some(keyword) = Keyword::read(&members, record) {
        return keyword.problem(Stage::Validator);
    }
    let said = (["msg", "message", "error"].iter())
        .find_map(|name| lenient::string(member(&members, name)?))
        .filter(|said| !said.trim().is_empty());
    let segments = (["loc", "path", "instancePath"].iter())
        .find_map(|name| place::segments(member(&members, name)?));
    let path = existing(record, &segments.unwrap_or_default(), false);
    let value = at(record, &path)
        .filter(|_| !path.is_root())
        .map(place::found);
    plain(&said.unwrap_or(Cow::Borrowed(error.trim())), path, value)
}

/// One error of a Pydantic model.
struct Pydantic {
    code: String,
    said: String,
    path: Path,
    found: Option<Found>,
    /// Whether it is about several fields, as a business rule is.
    is_rule: bool,
}

impl Pydantic {
    fn read(members: &Members<'_>, record: &str) -> Option<Self> {
        let code = lenient::string(member(members, "type")?)?.into_owned();
        let said = lenient::string(member(members, "msg")?)?.into_owned();
        let segments = place::segments(member(members, "loc")?)?;
        let may_lack = matches!(code.as_str(), "missing" | "invalid_key");
        let path = existing(record, &segments, may_lack);
        let found = if path.is_root() {
            None
        } else if code == "missing" {
            Some(Found::Missing)
        } else {
            member(members, "input")
                .or_else(|| at(record, &path))
                .map(place::found)
        };
        let is_own = matches!(code.as_str(), "value_error" | "assertion_error");
        Some(Self {
            is_rule: segments.is_empty() && (is_own || !is_built_in(&code)),
            code,
            said,
            path,
            found,
        })
    }

    fn problem(self, stage: Stage) -> Problem {
        let detail = match rule_id(&self.said) {
            Some(id) if self.is_rule && id != self.code => id.to_owned(),
            _ => String::new(),
        };
        let (message, hint) = wording::foreign(
            stage,
            &self.code,
            "",
            &self.path,
            &self.said,
            self.found.as_ref(),
        );
        Problem {
            stage,
            shape: wording::shape(&self.said),
            code: self.code,
            detail,
            path: self.path,
            message,
            hint,
            found: self.found,
            severity: Severity::Error,
            owner: String::new(),
        }
    }
}

/// A problem of which only the validator's own words are known.
fn plain(said: &str, path: Path, found: Option<Found>) -> Problem {
    let said = said.trim();
    Problem {
        stage: Stage::Validator,
        code: "validator".to_owned(),
        detail: String::new(),
        path,
        message: if said.is_empty() {
            "The validator rejected the record and did not say why.".to_owned()
        } else {
            said.to_owned()
        },
        hint: String::new(),
        found,
        shape: wording::shape(said),
        severity: Severity::Error,
        owner: String::new(),
    }
}

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

fn member<'e>(members: &Members<'e>, name: &str) -> Option<&'e str> {
    let known = members.iter().rev().find(|(known, _)| known == name);
    known.map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stage, code, detail, path and message an answer becomes.
    fn said(error: &str) -> String {
        let record = r#"{"a":{"b":[7,"x"]},"email":"foo@","n":1.50,"a/b":1}"#;
        let problem = answered(error, record);
        assert_eq!(problem.stage, Stage::Validator, "{error}");
        let detail = match problem.detail.as_str() {
            "" => String::new(),
            detail => format!(":{detail}"),
        };
        format!(
            "{}{detail}@{} {}",
            problem.code, problem.path, problem.message
        )
    }

    #[test]
    fn every_known_shape_becomes_a_problem_at_its_place() {
        let check = |error: &str, expected: &str| assert_eq!(said(error), expected, "{error}");
        // Pydantic.
        check(
            r#"{"type":"missing","loc":["name"],"msg":"Field required","input":{}}"#,
            "missing@/name Name is missing.",
        );
        check(
            r#"{"type":"value_error","loc":[],"msg":"Value error, RULE-7: too late","input":{}}"#,
            "value_error:RULE-7@ RULE-7: too late",
        );
        check(
            r#"{"type":"json_invalid","loc":[],"msg":"Invalid JSON"}"#,
            "json_invalid@ The record was not accepted: Invalid JSON.",
        );
        // ajv.
        check(
            r##"{"instancePath":"","schemaPath":"#/required","keyword":"required","params":{"missingProperty":"name"},"message":"must have required property 'name'"}"##,
            "required@/name Name is missing.",
        );
        check(
            r#"{"instancePath":"/email","keyword":"format","params":{"format":"email"},"message":"must match format \"email\""}"#,
            "format:email@/email This e-mail address is not complete: \"foo@\".",
        );
        check(
            r#"{"instancePath":"/a/b/0","keyword":"type","params":{"type":"string"},"message":"must be string"}"#,
            "type:string@/a/b/0 B entry must be text, but a number came in.",
        );
        check(
            r#"{"instancePath":"/a~1b","keyword":"maximum","params":{"limit":0},"message":"must be <= 0"}"#,
            "maximum@/a~1b A/b must be 0 or less. It is 1.",
        );
        check(
            r#"{"instancePath":"/n","keyword":"isEven","params":{},"message":"must be even"}"#,
            "isEven@/n N was not accepted: must be even.",
        );
        // python-jsonschema.
        check(
            r#"{"path":[],"validator":"required","validator_value":["name"],"message":"'name' is a required property"}"#,
            "required@/name Name is missing.",
        );
        check(
            r#"{"absolute_path":["a","b",1],"validator":"type","validator_value":"integer","message":"'x' is not of type 'integer'"}"#,
            "type:integer@/a/b/1 B entry must be a whole number. \"x\" has other characters.",
        );
        check(
            r#"{"path":["n"],"validator":"maximum","validator_value":1,"message":"1.5 is greater than the maximum of 1"}"#,
            "maximum@/n N must be 1 or less. It is 1.50.",
        );
        // JSON Schema's `basic` output.
        check(
            r#"{"keywordLocation":"/properties/n/type","instanceLocation":"/n","error":"1.5 is not of type \"integer\""}"#,
            "type:integer@/n N must be a whole number. 1.50 has a fraction.",
        );
        check(
            r##"{"keywordLocation":"/required","instanceLocation":"#","error":"\"name\" is a required property"}"##,
            "required@/name Name is missing.",
        );
    }

    #[test]
    fn an_unknown_shape_keeps_its_text() {
        let check = |error: &str, expected: &str| assert_eq!(said(error), expected, "{error}");
        check("\"too \\u00e9arly\"", "validator@ too éarly");
        check("7", "validator@ 7");
        check("null", "validator@ null");
        check(
            "\" \"",
            "validator@ The validator rejected the record and did not say why.",
        );
        check(r#"{"msg":"no","loc":["n"]}"#, "validator@/n no");
        check(r#"{"message":"no","path":"/a/b/0"}"#, "validator@/a/b/0 no");
        check(r#"{"reason":[1]}"#, r#"validator@ {"reason":[1]}"#);
        check(r#"{"message":""}"#, r#"validator@ {"message":""}"#);
        check(r#"{"type":1,"loc":[],"msg":"m"}"#, "validator@ m");
    }
}
