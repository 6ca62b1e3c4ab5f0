//! ajv's errors as text: `data/4/employee_count must be integer, data/9/stage must be equal to one of the allowed values`.
//!
//! Nothing is escaped in it. An error ends at a comma before the next `data`, unless that stands in the quotes of a pattern. The
//! keyword is not written, but each has a message of its own.

use crate::model::Path;

/// How messages begin, behind their place.
const BEGINNINGS: [&str; 5] = [
    " must ",
    " property name must be valid",
    " boolean schema is false",
    " tag \"",
    " value of tag \"",
];

/// How messages begin or end, and the keyword each is of; the first that fits counts.
const BEGIN: [(&str, &str); 24] = [
    ("must have required property ", "required"),
    (
        "must NOT have additional properties",
        "additionalProperties",
    ),
    (
        "must NOT have unevaluated properties",
        "unevaluatedProperties",
    ),
    ("must be equal to one of the allowed values", "enum"),
    ("must be equal to constant", "const"),
    ("must match format ", "format"),
    ("must match pattern ", "pattern"),
    ("must match a schema in anyOf", "anyOf"),
    ("must match exactly one schema in oneOf", "oneOf"),
    ("must match \"then\" schema", "if"),
    ("must match \"else\" schema", "if"),
    ("must NOT have duplicate items", "uniqueItems"),
    ("must NOT be valid", "not"),
    ("must contain at least ", "contains"),
    ("must have property ", "dependentRequired"),
    ("must have properties ", "dependentRequired"),
    ("must be multiple of ", "multipleOf"),
    ("must be >= ", "minimum"),
    ("must be > ", "exclusiveMinimum"),
    ("must be <= ", "maximum"),
    ("must be < ", "exclusiveMaximum"),
    ("property name must be valid", "propertyNames"),
    ("boolean schema is false", "false schema"),
    ("must be ", "type"),
];
const SIZES: [(&str, &str, &str); 6] = [
    ("fewer", " characters", "minLength"),
    ("more", " characters", "maxLength"),
    ("fewer", " items", "minItems"),
    ("more", " items", "maxItems"),
    ("fewer", " properties", "minProperties"),
    ("more", " properties", "maxProperties"),
];

/// Whether a text begins with an error.
pub(super) fn begins(text: &str) -> bool {
    text.strip_prefix("data").is_some_and(|rest| {
        rest.starts_with('/') || BEGINNINGS.iter().any(|begin| rest.starts_with(begin))
    })
}

/// The errors of a text.
pub(super) fn split(text: &str) -> Vec<&str> {
    let mut errors = Vec::new();
    let (mut start, mut from, mut has_pattern) = (0, 0, None);
    while let Some(found) = text[from..].find(", data") {
        let at = from + found;
        from = at + ", data".len();
        let error = &text[start..at];
        let of_pattern =
            *has_pattern.get_or_insert_with(|| error.contains(" must match pattern \""));
        let is_inside = of_pattern && !error.ends_with('"');
        if text[from..].starts_with(['/', ' ']) && !is_inside {
            errors.push(error);
            start = at + ", ".len();
            has_pattern = None;
        }
    }
    errors.push(&text[start..]);
    errors
}

/// The place and the message of an error.
pub(super) fn parts(error: &str) -> (Path, &str) {
    let known = BEGINNINGS.iter();
    let end = (known.filter_map(|begin| error.find(begin)).min())
        .or_else(|| error.find(' '))
        .unwrap_or(error.len());
    let (place, message) = error.split_at(end);
    let place = place.strip_prefix("data").unwrap_or(place);
    (
        Path::parse(place).unwrap_or_else(Path::root),
        message.trim_start(),
    )
}

/// The keyword that a message is of; empty where it is none of ajv's own.
pub(super) fn keyword(message: &str) -> &'static str {
    let size = SIZES.iter().find(|(much, what, _)| {
        let begins = message.strip_prefix("must NOT have ");
        begins.is_some_and(|rest| rest.starts_with(much)) && message.ends_with(what)
    });
    let begin = || BEGIN.iter().find(|(begin, _)| message.starts_with(begin));
    match size {
        Some((_, _, keyword)) => keyword,
        None => begin().map_or("", |(_, keyword)| keyword),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_end_at_the_next_place_and_not_in_a_pattern() {
        let text = "data/4/a b must be integer, data/9 must match pattern \"^x, data/1\\\"$\", data must NOT be valid";
        let errors = split(text);
        assert_eq!(errors.len(), 3);
        let (place, message) = parts(errors[0]);
        assert_eq!((place.as_str(), message), ("/4/a b", "must be integer"));
        let (place, message) = parts(errors[1]);
        assert_eq!((place.as_str(), keyword(message)), ("/9", "pattern"));
        assert_eq!(parts(errors[2]).0, Path::root());
        let (place, message) = parts("data/4 property name must be valid");
        assert_eq!((place.as_str(), keyword(message)), ("/4", "propertyNames"));
    }

    #[test]
    fn every_message_has_its_keyword() {
        let check = |message: &str, wanted: &str| assert_eq!(keyword(message), wanted);
        check("must be string,null", "type");
        check("must be >= 0", "minimum");
        check("must NOT have more than 2000 characters", "maxLength");
        check("must NOT have fewer than 1 items", "minItems");
        check("is too early", "");
    }
}
