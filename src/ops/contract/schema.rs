//! Mistakes in a schema that the compiler lets pass: they are allowed, and never what somebody wanted.

use std::path::Path as FilePath;

use serde_json::{Map, Value};

use super::meaning::Review;
use crate::{check::suggest::nearest, contract::line_and_column, model::Path, row::json::Document};

/// Deeper schemas are not looked at.
const DEPTH: usize = 60;

/// Looks through all files of the schema. `folder` is the contract's, as given.
pub(super) fn look(review: &mut Review<'_>, folder: &FilePath) {
    let contract = review.contract;
    let Some(schema) = &review.outline.schema else {
        return;
    };
    let own = FilePath::new(&schema.text);
    let beside = own.parent().unwrap_or(FilePath::new(""));
    let mut found: Vec<(String, Path, &'static str, String, String)> = Vec::new();
    for (name, text) in &contract.files {
        let Ok(root) = serde_json::from_str::<Value>(text) else {
            continue;
        };
        walk(
            &root,
            &Path::root(),
            DEPTH,
            &mut |at, code, message, hint| {
                found.push((name.clone(), at, code, message, hint));
            },
        );
    }
    if review.outline.formats {
        for (name, at, format) in contract.checker.unknown_formats() {
            let name = if name.is_empty() {
                schema.text.clone()
            } else {
                name
            };
            let message = format!("the format {format} is not known, so any value passes it");
            let known = KNOWN_FORMATS.map(str::to_owned);
            let hint = match nearest(&format, &known) {
                Some(near) => format!("did you mean {near}?"),
                None => "use \"pattern\", or a rule".to_owned(),
            };
            found.push((name, at, "schema:unknown_format", message, hint));
        }
    }
    for (name, at, code, message, hint) in found {
        let file = if name == schema.text {
            folder.join(own)
        } else {
            folder.join(beside).join(&name)
        };
        let text = contract.files.iter().find(|(known, _)| *known == name);
        let place = text.and_then(|(_, text)| place_of(text, &at));
        let message = format!(
            "{message}, at {}",
            if at.is_root() {
                "the root"
            } else {
                at.as_str()
            }
        );
        review.warn_in(file.display().to_string(), place, code, message, hint);
    }
}

const KNOWN_FORMATS: [&str; 17] = [
    "date",
    "date-time",
    "time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "uuid",
    "json-pointer",
    "regex",
    "uri-template",
];

fn place_of(text: &str, at: &Path) -> Option<(u64, u64)> {
    let document = Document::read(text).ok()?;
    let span = document.span(at)?;
    Some(line_and_column(text, span.start))
}

type Say<'s> = dyn FnMut(Path, &'static str, String, String) + 's;

fn walk(schema: &Value, at: &Path, depth: usize, say: &mut Say<'_>) {
    let Value::Object(fields) = schema else {
        return;
    };
    if depth == 0 {
        return;
    }
    values_against_type(fields, at, say);
    required_without_property(fields, at, say);
    limits(fields, at, say);
    for (keyword, inner) in fields {
        let at = at.child(keyword);
        match (keyword.as_str(), inner) {
            (
                "properties" | "$defs" | "definitions" | "patternProperties" | "dependentSchemas",
                Value::Object(all),
            ) => {
                for (name, inner) in all {
                    walk(inner, &at.child(name), depth - 1, say);
                }
            }
            ("allOf" | "anyOf" | "oneOf" | "prefixItems" | "items", Value::Array(all)) => {
                for (place, inner) in all.iter().enumerate() {
                    walk(inner, &at.child(&place.to_string()), depth - 1, say);
                }
            }
            (
                "items"
                | "additionalProperties"
                | "additionalItems"
                | "unevaluatedProperties"
                | "unevaluatedItems"
                | "not"
                | "if"
                | "then"
                | "else"
                | "contains"
                | "propertyNames",
                inner,
            ) => walk(inner, &at, depth - 1, say),
            _ => {}
        }
    }
}

/// Allowed values that are of none of the types.
fn values_against_type(fields: &Map<String, Value>, at: &Path, say: &mut Say<'_>) {
    let types: Vec<&str> = match fields.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    let (keyword, values) = match (fields.get("enum"), fields.get("const")) {
        (Some(Value::Array(values)), _) => ("enum", values.as_slice()),
        (_, Some(value)) => ("const", std::slice::from_ref(value)),
        _ => return,
    };
    let wrong: Vec<String> = (values.iter())
        .filter(|value| !types.iter().any(|kind| is_of(value, kind)))
        .map(|value| crate::text::shorten(&value.to_string(), 30))
        .collect();
    if !wrong.is_empty() {
        let message = format!(
            "{keyword} has {}, which is not of type {}",
            wrong.join(", "),
            types.join(" or ")
        );
        let hint = format!("correct \"type\" or \"{keyword}\": now this value is always refused");
        say(at.clone(), "schema:value_type", message, hint);
    }
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => true,
    }
}

/// A required field that no record may have.
fn required_without_property(fields: &Map<String, Value>, at: &Path, say: &mut Say<'_>) {
    let Some(Value::Array(required)) = fields.get("required") else {
        return;
    };
    let closed = fields.get("additionalProperties") == Some(&Value::Bool(false));
    if !closed || fields.contains_key("patternProperties") {
        return;
    }
    let properties = fields.get("properties").and_then(Value::as_object);
    let names: Vec<String> = properties
        .into_iter()
        .flat_map(Map::keys)
        .cloned()
        .collect();
    for name in required.iter().filter_map(Value::as_str) {
        if !names.iter().any(|known| known == name) {
            let message = format!(
                "{name} is required, but no such field is allowed: every record is refused"
            );
            let hint = match nearest(name, &names) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("add {name} to \"properties\", or take it out of \"required\""),
            };
            say(at.child("required"), "schema:required", message, hint);
        }
    }
}

/// Limits that leave nothing between them.
fn limits(fields: &Map<String, Value>, at: &Path, say: &mut Say<'_>) {
    let pairs = [
        ("minimum", "maximum"),
        ("minLength", "maxLength"),
        ("minItems", "maxItems"),
        ("minProperties", "maxProperties"),
    ];
    for (least, most) in pairs {
        let number = |keyword: &str| fields.get(keyword).and_then(Value::as_f64);
        if let (Some(low), Some(high)) = (number(least), number(most))
            && low > high
        {
            let message =
                format!("{least} {low} is more than {most} {high}: every value is refused");
            say(
                at.child(least),
                "schema:limits",
                message,
                "correct one of them".to_owned(),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_can_never_pass_is_found() {
        let check = |schema: Value, expected: &[(&str, &str)]| {
            let mut found = Vec::new();
            walk(&schema, &Path::root(), DEPTH, &mut |at, code, _, _| {
                found.push((at.as_str().to_owned(), code));
            });
            let found: Vec<(&str, &str)> = found
                .iter()
                .map(|(at, code)| (at.as_str(), *code))
                .collect();
            assert_eq!(found, expected, "{schema}");
        };
        check(
            json!({"properties": {"a": {"type": "integer", "enum": [1, "2"]}}}),
            &[("/properties/a", "schema:value_type")],
        );
        check(
            json!({"anyOf": [{"type": "string", "const": 1}]}),
            &[("/anyOf/0", "schema:value_type")],
        );
        check(
            json!({"type": ["string", "null"], "enum": ["a", null]}),
            &[],
        );
        check(json!({"type": "integer", "enum": [1.0]}), &[]);
        check(
            json!({"required": ["a"], "additionalProperties": false}),
            &[("/required", "schema:required")],
        );
        check(json!({"required": ["a"]}), &[]);
        check(
            json!({"items": {"minLength": 3, "maxLength": 2}}),
            &[("/items/minLength", "schema:limits")],
        );
        // Data that looks like a schema is none.
        check(
            json!({"default": {"type": "integer", "const": "x"}, "enum": [{"required": ["a"]}]}),
            &[],
        );
    }
}
