//! Problems that other tools reported: their codes are translated, their messages kept where nothing better is known.

use serde_json::Value;

use super::{Case, Facts, bare, first_upper, format_sentence, label, quoted, sentence};
use crate::model::{Found, Path, Stage, Wants};

/// The sentence and the hint of a problem that another tool reported, from its code, what tells problems of that code
/// apart, and its own message.
pub fn foreign(
    stage: Stage,
    code: &str,
    detail: &str,
    path: &Path,
    message: &str,
    found: Option<&Found>,
) -> (String, String) {
    let label = label(path, &Wants::default());
    let message = message.trim();
    let own = message
        .strip_prefix("Value error, ")
        .or_else(|| message.strip_prefix("Assertion failed, "))
        .unwrap_or(message);
    let (known, detail) = meaning(code, detail);
    if stage == Stage::Parse && path.is_root() {
        return (format!("This line could not be read. {own}"), String::new());
    }
    if known == "value_error" && own.contains("email") {
        return format_sentence("email", &label, &quoted(found));
    }
    // Sentences show the value; where the tool does not, its own message says more.
    let shows_value = !matches!(
        known,
        "additionalProperties" | "value_error" | "assertion_error"
    );
    if found.is_none() && !path.is_root() && shows_value && code != "missing" {
        return unknown(&label, code, own);
    }
    let facts = Facts {
        limit: needs_limit(known).then(|| last_number(own)).flatten(),
        size: size_of(found),
        allowed: quoted_values(own),
        ..Facts::default()
    };
    let case = Case {
        code: known,
        detail,
        label: &label,
        found,
        wants: &Wants::default(),
        facts: &facts,
    };
    known_sentence(case, own).unwrap_or_else(|| unknown(&label, code, own))
}

/// The sentence of a code that is known; `None` where the tool's `own` message says more.
fn known_sentence(case: Case<'_>, own: &str) -> Option<(String, String)> {
    let (known, label) = (case.code, case.label);
    let needs_limit = needs_limit(known);
    Some(match known {
        "int_from_float" => (
            format!(
                "{label} must be a whole number. {} has a fraction.",
                bare(case.found)
            ),
            String::new(),
        ),
        "timezone_aware" => (
            format!("{label} needs a time zone."),
            "Add Z for UTC, or +01:00 for Berlin in winter.".to_owned(),
        ),
        "pattern" => (
            format!("{label} is not written the expected way."),
            String::new(),
        ),
        "value_error" | "assertion_error" => (first_upper(own), String::new()),
        "type" | "format" if case.detail.is_empty() => return None,
        _ if needs_limit && case.facts.limit.is_none() => return None,
        _ if needs_limit || is_known(known) => sentence(case),
        _ => return None,
    })
}

/// The pattern of a foreign message: quoted values become `"…"`, numbers and words that begin with one `#`, so that messages
/// of one kind are equal.
pub fn shape(message: &str) -> String {
    let mut shape = String::new();
    let mut rest = message.chars().peekable();
    let mut before = ' ';
    while let Some(c) = rest.next() {
        let opens = matches!(c, '"' | '\'' | '`') && !before.is_alphanumeric();
        let closing = opens.then(|| rest.clone().position(|other| other == c));
        match closing.flatten() {
            Some(length) => {
                rest.nth(length);
                shape.push_str("\"…\"");
                before = c;
            }
            None if c.is_ascii_digit() => {
                let mut last = c;
                // Letters belong to it too: ids, times and bytes are no words of a sentence.
                while let Some(next) = rest.next_if(|next| {
                    next.is_ascii_digit()
                        || matches!(next, '.' | ',')
                        || next.is_alphanumeric() && last.is_alphanumeric()
                }) {
                    last = next;
                }
                shape.push('#');
                before = '0';
            }
            None => {
                shape.push(c);
                before = c;
            }
        }
    }
    shape
}

/// The JSON Schema keyword and detail that a Pydantic type means; anything else is itself.
pub(super) fn meaning<'c>(code: &'c str, detail: &'c str) -> (&'c str, &'c str) {
    match code {
        "missing" => ("required", ""),
        "extra_forbidden" | "unexpected_keyword_argument" => ("additionalProperties", ""),
        "string_type" | "string_sub_type" | "string_unicode" => ("type", "string"),
        "int_parsing" | "int_type" | "int_parsing_size" => ("type", "integer"),
        "float_parsing" | "float_type" | "decimal_parsing" | "decimal_type" | "finite_number" => {
            ("type", "number")
        }
        "bool_parsing" | "bool_type" => ("type", "boolean"),
        "dict_type" | "model_type" | "model_attributes_type" | "mapping_type" => ("type", "object"),
        "list_type" | "tuple_type" | "set_type" | "iterable_type" => ("type", "array"),
        "none_required" => ("type", "null"),
        "date_parsing"
        | "date_type"
        | "date_from_datetime_parsing"
        | "date_from_datetime_inexact" => ("format", "date"),
        "datetime_parsing"
        | "datetime_type"
        | "datetime_from_date_parsing"
        | "datetime_object_invalid" => ("format", "date-time"),
        "time_parsing" | "time_type" => ("format", "time"),
        "url_parsing" | "url_scheme" | "url_type" | "url_syntax_violation" => ("format", "uri"),
        "uuid_parsing" | "uuid_type" | "uuid_version" => ("format", "uuid"),
        "string_too_short" => ("minLength", ""),
        "string_too_long" => ("maxLength", ""),
        "string_pattern_mismatch" => ("pattern", ""),
        "literal_error" => ("enum", ""),
        "greater_than" => ("exclusiveMinimum", ""),
        "greater_than_equal" => ("minimum", ""),
        "less_than" => ("exclusiveMaximum", ""),
        "less_than_equal" => ("maximum", ""),
        "multiple_of" => ("multipleOf", ""),
        "too_short" => ("minItems", ""),
        "too_long" => ("maxItems", ""),
        "union_tag_invalid" | "union_tag_not_found" => ("oneOf", ""),
        other => (other, detail),
    }
}

/// Whether we have a sentence that says as much as the other tool's.
fn is_known(code: &str) -> bool {
    matches!(
        code,
        "required"
            | "additionalProperties"
            | "type"
            | "format"
            | "enum"
            | "const"
            | "uniqueItems"
            | "anyOf"
            | "oneOf"
            | "not"
    )
}

/// Whether a sentence names the limit that another tool's message ends with.
fn needs_limit(code: &str) -> bool {
    matches!(
        code,
        "minLength"
            | "maxLength"
            | "minimum"
            | "exclusiveMinimum"
            | "maximum"
            | "exclusiveMaximum"
            | "multipleOf"
            | "minItems"
            | "maxItems"
    )
}

fn unknown(label: &str, code: &str, message: &str) -> (String, String) {
    let why = match message.trim_end_matches('.') {
        "" => code,
        message => message,
    };
    (
        format!("{label} was not accepted: {why}."),
        match code {
            "" => "Copy it for the import team (y).".to_owned(),
            code => format!("Code {code}. Copy it for the import team (y)."),
        },
    )
}

fn size_of(found: Option<&Found>) -> Option<usize> {
    match found? {
        Found::Text(text) => Some(text.chars().count()),
        Found::Json(json) => match serde_json::from_str(json).ok()? {
            Value::Array(entries) => Some(entries.len()),
            Value::Object(fields) => Some(fields.len()),
            _ => None,
        },
        Found::Missing => None,
    }
}

/// The last number in another tool's message, such as 120 in "at most 120 characters".
fn last_number(message: &str) -> Option<String> {
    message
        .split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-')))
        .map(|part| part.trim_end_matches('.'))
        .rfind(|part| part.parse::<f64>().is_ok())
        .map(str::to_owned)
}

/// The values in single quotes of another tool's message: `Input should be 'US' or 'DE'`.
fn quoted_values(message: &str) -> Vec<String> {
    message
        .split('\'')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_of_other_tools_get_our_sentences() {
        let check = |code: &str, message: &str, found: Option<Found>, expected: &str| {
            let path = Path::field("deal_value");
            let (sentence, _) = foreign(Stage::Schema, code, "", &path, message, found.as_ref());
            assert_eq!(sentence, expected);
        };
        let text = |text: &str| Some(Found::Text(text.to_owned()));
        check("missing", "Field required", None, "Deal value is missing.");
        check(
            "int_parsing",
            "Input should be a valid integer, unable to parse string as an integer",
            text("12 pcs"),
            "Deal value must be a whole number. \"12 pcs\" has other characters.",
        );
        check(
            "greater_than_equal",
            "Input should be greater than or equal to 0",
            Some(Found::Json("-3.5".to_owned())),
            "Deal value must be 0 or more. It is -3.5.",
        );
        check(
            "string_too_long",
            "String should have at most 3 characters",
            text("abcd"),
            "Deal value may have 3 characters. It has 4.",
        );
        check(
            "value_error",
            "Value error, a lost deal has no value",
            None,
            "A lost deal has no value",
        );
        check(
            "value_error",
            "value is not a valid email address: There must be something after the @-sign.",
            text("foo@"),
            "This e-mail address is not complete: \"foo@\".",
        );
        check(
            "odd_code",
            "Something odd.",
            None,
            "Deal value was not accepted: Something odd.",
        );
    }

    #[test]
    fn foreign_messages_of_one_kind_have_one_shape() {
        let check = |message: &str, expected: &str| assert_eq!(shape(message), expected);
        check(
            "Key (id)=(17) exists in 'crm'",
            "Key (id)=(#) exists in \"…\"",
        );
        check(
            "value \"31/12\" at line 1,204.5 is bad",
            "value \"…\" at line # is bad",
        );
        check("it's 5 o'clock", "it's # o'clock");
        check("record 0015g00000AbCdE of CUS-004", "record # of CUS-#");
        check("byte 0xe2 at 10:00:00Z", "byte # at #:#:#");
        check("open \"quote", "open \"quote");
        check("'' is empty", "\"…\" is empty");
    }
}
