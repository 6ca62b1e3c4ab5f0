//! Values of the wrong kind: text where a number is wanted, a list where one value is.

use super::{Case, plain, quoted};
use crate::{
    check::suggest,
    model::{Found, Wants},
};

/// The sentence and the hint of a value of the wrong kind.
pub(super) fn kind_sentence(case: Case<'_>) -> (String, String) {
    let (label, found) = (case.label, case.found);
    let (value, instead) = (quoted(found), arrived(found));
    let repair = repair(case.detail, found, case.wants);
    let single = matches!(found, Some(Found::Text(text)) if !text.is_empty());
    match case.detail {
        "integer" if single => (
            format!("{label} must be a whole number. {value} has other characters."),
            try_repair(repair, "Use digits only."),
        ),
        // `3.0` is a whole number to JSON Schema, so what is a number here has a fraction.
        "integer" if instead == "a number" => (
            format!("{label} must be a whole number. {value} has a fraction."),
            try_repair(repair, "Leave the fraction out."),
        ),
        "integer" => (
            format!("{label} must be a whole number, but {instead} came in."),
            try_repair(repair, ""),
        ),
        "number" if single => (
            format!("{label} must be a number. {value} cannot be read as one."),
            match &repair {
                Some(repair) => format!("Use a point for decimals: {repair}."),
                None => "Use digits and a point for decimals.".to_owned(),
            },
        ),
        "number" => (
            format!("{label} must be a number, but {instead} came in."),
            String::new(),
        ),
        "boolean" => (
            format!("{label} must be yes or no."),
            match &repair {
                Some(guess) => {
                    let guess = if guess == "true" { "yes" } else { "no" };
                    format!("Choose yes or no. {value} probably means {guess}.")
                }
                None => "Choose yes or no.".to_owned(),
            },
        ),
        "string" => (
            format!("{label} must be text, but {instead} came in."),
            match found {
                Some(Found::Json(json)) if json != "null" => {
                    format!("Keep it as text: {value}.")
                }
                _ => "Type a value.".to_owned(),
            },
        ),
        "object" => (
            format!("{label} must be a group of fields, but {instead} came in."),
            "Open the record and look at the raw text.".to_owned(),
        ),
        "array" => (
            format!("{label} must be a list, but {instead} came in."),
            "Open the record and look at the raw text.".to_owned(),
        ),
        "null" => (
            format!("{label} must stay empty here."),
            "Make it empty.".to_owned(),
        ),
        other => {
            let words: Vec<&str> = other.split(" or ").map(kind_word).collect();
            (
                format!(
                    "{label} must be {}, but {instead} came in.",
                    words.join(" or ")
                ),
                String::new(),
            )
        }
    }
}

fn try_repair(repair: Option<String>, other: &str) -> String {
    repair.map_or_else(|| other.to_owned(), |repair| format!("Try {repair}."))
}

fn repair(detail: &str, found: Option<&Found>, wants: &Wants) -> Option<String> {
    let all = suggest::suggest(found?, &as_wanted(detail, wants));
    Some(plain(&all.first()?.value))
}

/// What came instead of the wanted kind.
fn arrived(found: Option<&Found>) -> &'static str {
    match found {
        Some(Found::Json(json)) if json.starts_with('{') => "a group of fields",
        Some(Found::Json(json)) if json.starts_with('[') => "a list",
        Some(Found::Json(json)) if json == "null" => "nothing",
        Some(Found::Json(json)) if json == "true" || json == "false" => "yes or no",
        Some(Found::Json(_)) => "a number",
        Some(Found::Text(text)) if text.is_empty() => "nothing",
        Some(Found::Text(_)) => "text",
        Some(Found::Missing) | None => "nothing",
    }
}

fn kind_word(kind: &str) -> &str {
    match kind {
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "yes or no",
        "string" => "text",
        "object" => "a group of fields",
        "array" => "a list",
        "null" => "empty",
        other => other,
    }
}

/// What a type's name wants, for a repair that is named in a sentence.
fn as_wanted(detail: &str, wants: &Wants) -> Wants {
    Wants {
        integer: detail == "integer",
        number: detail == "number",
        boolean: detail == "boolean",
        allowed: wants.allowed.clone(),
        ..Wants::default()
    }
}
