//! Reads text as the type a contract wants, where nothing is lost. Checking and editing share it.

use serde_json::{Number, Value};

use crate::model::Wants;

/// What `text` stands for where `wants` is asked for; `None` when it stays text. Every digit is kept, and what would lose
/// something stays text: `007`, `12,5`, `TRUE`, `1e3` where an integer is wanted, anything where text is wanted too.
pub fn coerce(text: &str, wants: &Wants) -> Option<Value> {
    if wants.text {
        return None;
    }
    if wants.boolean && matches!(text, "true" | "false") {
        return Some(Value::Bool(text == "true"));
    }
    let fits = (wants.integer && is_integer(text)) || (wants.number && is_number(text));
    fits.then(|| Value::Number(number(text)))
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
