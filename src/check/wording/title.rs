//! The names of groups on the screen.

use super::{cut, first_upper, foreign::meaning, label};
use crate::model::{Found, Problem, Stage, Wants};

const EMAIL: &str = "Email address not complete";

/// The name of a group on the screen.
pub fn title(problem: &Problem, wants: &Wants) -> String {
    let label = label(&problem.path, wants);
    let (code, detail) = meaning(&problem.code, &problem.detail);
    match (problem.stage, code, detail) {
        (Stage::Rule, "unique", _) => format!("{label} appears twice"),
        (Stage::Rule, _, "not_evaluated") => {
            format!("Rule {} could not be checked", problem.code)
        }
        (Stage::Rule | Stage::Send, _, _) => sentence(&problem.message),
        (_, "required", _) => format!("{label} is missing"),
        (_, "additionalProperties" | "unevaluatedProperties" | "propertyNames", _) => {
            format!("{label} is not a known field")
        }
        (_, "type", "integer") => format!("{label} is not a whole number"),
        (_, "type", "number") => format!("{label} is not a number"),
        (_, "type", "boolean") => format!("{label} is not yes or no"),
        (_, "type", "string") => format!("{label} is not text"),
        (_, "type", "object") => format!("{label} is not a group of fields"),
        (_, "type", "array") => format!("{label} is not a list"),
        (_, "type", "null") => format!("{label} is not empty"),
        (_, "type", _) => format!("{label} is of another kind"),
        (_, "format", "date-time") => "Date and time not written the ISO way".to_owned(),
        (_, "format", "date") => "Date not year-month-day".to_owned(),
        (_, "format", "time") => "Time of day not written the ISO way".to_owned(),
        (_, "format", "email" | "idn-email") => EMAIL.to_owned(),
        // Pydantic's own word for it says nothing, its message does; and no name holds one record's value.
        (_, "value_error", _) if problem.shape.contains("valid email") => EMAIL.to_owned(),
        (_, "format", "uri" | "iri" | "url") => "Web address not complete".to_owned(),
        (_, "format", "uuid") => "ID not complete".to_owned(),
        (_, "format", other) => format!("{label} is not written as {other}"),
        (_, "enum" | "const", _) => format!("{label} not in the list"),
        (_, "minLength", _) => format!("{label} is too short"),
        (_, "maxLength", _) => format!("{label} is too long"),
        (_, "pattern", _) => format!("{label} is not written the expected way"),
        (_, "minimum" | "exclusiveMinimum", _) => format!("{label} is too small"),
        (_, "maximum" | "exclusiveMaximum", _) => format!("{label} is too large"),
        (_, "multipleOf", _) => format!("{label} is not a multiple"),
        (_, "minItems" | "minProperties" | "contains", _) => format!("{label} has too few entries"),
        (_, "maxItems" | "maxProperties" | "additionalItems" | "unevaluatedItems", _) => {
            format!("{label} has too many entries")
        }
        (_, "uniqueItems", _) => format!("{label} has the same entry twice"),
        (_, "anyOf" | "oneOf", _) => format!("{label} fits none of its forms"),
        (_, "not" | "falseSchema", _) => format!("{label} must stay empty"),
        (_, "int_from_float", _) => format!("{label} is not a whole number"),
        (_, "timezone_aware", _) => format!("{label} has no time zone"),
        (_, "csv:field_count", _) => "Too many or too few cells".to_owned(),
        (_, "csv:text_after_quote", _) => "Text after a closing quote".to_owned(),
        (_, "csv:unclosed_quote", _) => "A quote is never closed".to_owned(),
        (_, "json:syntax", _) => "Not readable as JSON".to_owned(),
        (_, "json:not_object", _) => "Not a group of fields".to_owned(),
        (_, "json:duplicate_key", _) => "The same field twice in a record".to_owned(),
        (_, "json:depth", _) => "Nested too deeply".to_owned(),
        (_, "encoding:utf-8", _) => "Letters in another encoding".to_owned(),
        _ if problem.message.trim().is_empty() => format!("{label} was not accepted"),
        _ => sentence(&without_value(problem)),
    }
}

/// A problem's message without the value it shows, which is another in each record of the group.
fn without_value(problem: &Problem) -> String {
    let message = problem.message.as_str();
    let value = match &problem.found {
        Some(Found::Text(value) | Found::Json(value)) if !value.is_empty() => value,
        _ => return message.to_owned(),
    };
    let shown = |(before, after): &(&str, &str)| {
        let shown = format!("{before}{value}{after}");
        let without = format!("{before}…{after}");
        (message.contains(&shown)).then(|| message.replacen(&shown, &without, 1))
    };
    let quotes = [("'", "'"), ("\"", "\""), (": ", " ")];
    (quotes.iter().find_map(shown)).unwrap_or_else(|| message.to_owned())
}

/// The name of the group of records that have the same in fields that must differ: the contract's own sentence, or ours. The
/// fields come as their label and how many they are.
pub fn twice(own: &str, (label, fields): (&str, usize)) -> String {
    match (own.trim(), fields) {
        ("", 0 | 1) => format!("{label} appears twice"),
        ("", _) => format!("{label} appear twice"),
        (own, _) => sentence(own),
    }
}

/// A sentence as a name.
fn sentence(text: &str) -> String {
    cut(&first_upper(text.trim().trim_end_matches('.')), 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Path;

    fn problem(stage: Stage, code: &str, detail: &str, path: &str, message: &str) -> Problem {
        Problem {
            stage,
            code: code.to_owned(),
            detail: detail.to_owned(),
            path: Path::parse(path).unwrap(),
            message: message.to_owned(),
            hint: String::new(),
            found: None,
            shape: String::new(),
            severity: crate::model::Severity::Error,
            owner: String::new(),
        }
    }

    #[test]
    fn no_name_of_an_address_that_pydantic_refuses_holds_its_value() {
        let refused = Problem {
            shape: "value is not a valid email address: There must be something after the @-sign."
                .to_owned(),
            ..problem(
                Stage::Validator,
                "value_error",
                "",
                "/email",
                "This e-mail address is not complete: \"foo@\".",
            )
        };
        assert_eq!(title(&refused, &Wants::default()), EMAIL);
    }

    #[test]
    fn no_name_holds_the_value_a_message_shows() {
        let name = |message: &str, found: Found| {
            let found = Some(found);
            let shown = problem(Stage::Schema, "odd", "", "/a", message);
            title(&Problem { found, ..shown }, &Wants::default())
        };
        let text = Found::Text("a".to_owned());
        assert_eq!(
            name("Data was not accepted: 'a' is not a date.", text),
            "Data was not accepted: '…' is not a date"
        );
        let number = Found::Json("1".to_owned());
        assert_eq!(
            name("A was not accepted: 1 is less than 12.", number),
            "A was not accepted: … is less than 12"
        );
    }

    #[test]
    fn groups_have_a_name_in_plain_words() {
        let check = |stage, code: &str, detail: &str, path: &str, expected: &str| {
            let problem = problem(stage, code, detail, path, "A lost deal has no value.");
            assert_eq!(title(&problem, &Wants::default()), expected);
        };
        let schema = Stage::Schema;
        check(
            schema,
            "format",
            "date-time",
            "/created_at",
            "Date and time not written the ISO way",
        );
        check(
            schema,
            "datetime_parsing",
            "",
            "/created_at",
            "Date and time not written the ISO way",
        );
        check(
            schema,
            "format",
            "email",
            "/contact_email",
            "Email address not complete",
        );
        check(schema, "required", "", "/email", "Email is missing");
        check(
            schema,
            "missing",
            "",
            "/lines/0/unitPrice",
            "Unit price is missing",
        );
        check(schema, "enum", "", "/stage", "Stage not in the list");
        check(
            schema,
            "type",
            "integer",
            "/employee_count",
            "Employee count is not a whole number",
        );
        check(
            schema,
            "additionalProperties",
            "",
            "/foo",
            "Foo is not a known field",
        );
        check(
            schema,
            "minItems",
            "",
            "/lines",
            "Lines has too few entries",
        );
        check(
            schema,
            "type",
            "integer",
            "/lines/3",
            "Lines entry is not a whole number",
        );
        check(
            Stage::Rule,
            "RULE-101",
            "",
            "/deal_value",
            "A lost deal has no value",
        );
        check(
            Stage::Rule,
            "RULE-1",
            "not_evaluated",
            "/a",
            "Rule RULE-1 could not be checked",
        );
        check(
            Stage::Rule,
            "unique",
            "",
            "/customer_id",
            "Customer id appears twice",
        );
        check(
            Stage::Parse,
            "csv:field_count",
            "",
            "",
            "Too many or too few cells",
        );
        check(Stage::Send, "http 409", "", "", "A lost deal has no value");
    }
}
