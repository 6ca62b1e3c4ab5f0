//! Reads text as the type a contract wants, where nothing is lost. The one place where text becomes a value: checking and
//! editing share it.
//!
//! What is wanted comes from the whole schema of a field: `type` and lists of types, `enum` and `const`, `$ref`, `anyOf`,
//! `oneOf`, `allOf`. Then the first line that holds decides:
//!
//! | wanted | text | value |
//! |---|---|---|
//! | nothing known, or text (alone or beside others) | any | the text |
//! | null | `null`, and empty text where an empty cell is not an absent field | null |
//! | boolean | `true`, `false` | the boolean |
//! | integer | `-?(0\|[1-9][0-9]*)`, of any length | the number, with these digits |
//! | number | a number by JSON's grammar: `1.10`, `1E2`, `-0` | the number, with these characters |
//! | array, object | JSON of that kind | that array or object |
//! | any of them | anything else: `007`, `+1`, `1e3` for an integer, `12,5`, `TRUE`, `yes`, ` 1`, `NaN` | the text, which is a problem of its type |
//!
//! So `007` stays what it is where text is wanted, and is never 7; and a value whose text could be read in two ways is never
//! guessed at: what could be meant is a suggestion.

use serde_json::{Number, Value};

use super::json;
use crate::model::Wants;

/// What `text` stands for where `wants` is asked for; `None` when it stays text.
pub fn coerce(text: &str, wants: &Wants) -> Option<Value> {
    if keeps_text(wants) {
        return None;
    }
    match text {
        "" | "null" if wants.null => Some(Value::Null),
        "true" | "false" if wants.boolean => Some(Value::Bool(text == "true")),
        _ if (wants.integer && is_integer(text)) || (wants.number && is_number(text)) => {
            Some(Value::Number(number(text)))
        }
        _ if wants.array || wants.object => json::value(text).filter(|value| match value {
            Value::Array(_) => wants.array,
            Value::Object(_) => wants.object,
            _ => false,
        }),
        _ => None,
    }
}

/// Whether every text stays text: text is wanted, or nothing is known.
pub fn keeps_text(wants: &Wants) -> bool {
    let other =
        wants.null || wants.boolean || wants.integer || wants.number || wants.array || wants.object;
    wants.text || !other
}

/// Whether the text is `-?(0|[1-9][0-9]*)`.
pub fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let padded = digits.len() > 1 && digits.starts_with('0');
    !digits.is_empty() && !padded && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the text is a number by the grammar of JSON.
pub fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    is_integer(whole)
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|part| digits(part.strip_prefix(['+', '-']).unwrap_or(part)))
}

/// The number of a text for which [`is_number`] holds, with these very characters.
pub(super) fn number(text: &str) -> Number {
    // Reading it the common way makes `1e+2` of `1E2`. This way is hidden in the crate's pages, but it is the only one that
    // keeps the text, and what it asks for (JSON's grammar) holds here.
    Number::from_string_unchecked(text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wants(words: &str) -> Wants {
        Wants {
            text: words.contains("text"),
            integer: words.contains("integer"),
            number: words.contains("number"),
            boolean: words.contains("boolean"),
            null: words.contains("null"),
            array: words.contains("array"),
            object: words.contains("object"),
            ..Wants::default()
        }
    }

    #[test]
    fn text_becomes_a_value_only_where_nothing_is_lost() {
        let check = |text: &str, wanted: &str, expected: Option<&str>| {
            let value = coerce(text, &wants(wanted)).map(|value| value.to_string());
            assert_eq!(value.as_deref(), expected, "{text} as {wanted}");
        };
        check("42", "integer", Some("42"));
        check("-0", "integer", Some("-0"));
        check(
            "123456789012345678901234567890",
            "integer",
            Some("123456789012345678901234567890"),
        );
        check("007", "integer", None);
        check("1e3", "integer", None);
        check("1.0", "integer", None);
        check("+1", "integer", None);
        check(" 1", "integer", None);
        check("", "integer number boolean", None);
        check("1.10", "number", Some("1.10"));
        for digits in [
            "1.0", "1e2", "1E2", "1e+2", "-0", "-0.0E-0", "1E400", "1e-400",
        ] {
            check(digits, "number", Some(digits));
        }
        check("12,5", "number", None);
        check(".5", "number", None);
        check("1.", "number", None);
        check("NaN", "number", None);
        check("true", "boolean", Some("true"));
        check("TRUE", "boolean", None);
        check("1", "boolean", None);
        check("42", "text integer", None);
        check("42", "", None);
        check("null", "integer null", Some("null"));
        check("", "integer null", Some("null"));
        check("", "text null", None);
        check("null", "text null", None);
        check("null", "null", Some("null"));
        check("null", "integer", None);
        check("Null", "integer null", None);
        check("7", "integer boolean null", Some("7"));
        check("true", "number boolean", Some("true"));
        check("[1, 2.0]", "array", Some("[1,2.0]"));
        check("[]", "array null", Some("[]"));
        check("[1]", "object", None);
        check("[1]", "array text", None);
        check("1", "array", None);
        check("1", "array integer", Some("1"));
        check("\"x\"", "array object", None);
        check("{\"a\":1E2}", "object", Some("{\"a\":1E2}"));
        check("{\"a\":1,\"a\":2}", "object", None);
        check("[1] x", "array", None);
        check("a;b", "array", None);
    }

    proptest! {
        #[test]
        fn a_number_is_what_json_calls_a_number(text in "[-+]?[0-9]{0,3}[.e]?[-+]?[0-9]{0,2}[eE]?[0-9]?") {
            let json = serde_json::from_str::<Value>(&text).is_ok();
            prop_assert_eq!(is_number(&text), json);
            prop_assert_eq!(coerce(&text, &wants("number")).is_some(), json);
        }
    }
}
