//! What an answer's body says of the record: FastAPI's `detail`, problem details (RFC 9457), and the plain forms that are
//! common.

use serde_json::Value;

use super::super::Said;
use crate::model::Path;

/// The longest message kept, in characters.
const LONGEST: usize = 500;

/// What a body says, one entry a field it names; at least one entry, which names no field where the body does not.
pub(super) fn said(body: &[u8], status: u16) -> Vec<Said> {
    let plain = |text: &str| {
        let text = text.trim();
        let text = if text.is_empty() {
            format!("the destination answered {status}")
        } else {
            short(text)
        };
        vec![Said {
            path: Path::root(),
            message: text,
        }]
    };
    let Ok(body) = std::str::from_utf8(body) else {
        return plain("");
    };
    let Ok(document) = serde_json::from_str::<Value>(body) else {
        // A page for people says nothing about a record.
        return plain(if body.trim_start().starts_with('<') {
            ""
        } else {
            body
        });
    };
    let entries = ["detail", "errors", "violations", "invalid-params"]
        .iter()
        .filter_map(|name| document.get(name)?.as_array())
        .flatten();
    let fields: Vec<Said> = entries.filter_map(entry).collect();
    if !fields.is_empty() {
        return fields;
    }
    let names_field = |one: &&Value| one.get("field").or(one.get("pointer")).is_some();
    let whole = [document.get("error"), Some(&document)]
        .into_iter()
        .flatten();
    if let Some(said) = whole.filter(names_field).find_map(entry) {
        return vec![said];
    }
    let words = ["detail", "message", "error", "title", "error_description"]
        .iter()
        .find_map(|name| match document.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Object(inner) => inner.get("message")?.as_str().map(str::to_owned),
            _ => None,
        });
    plain(&words.unwrap_or_default())
}

/// One entry of a list of errors; `None` when it says nothing.
fn entry(entry: &Value) -> Option<Said> {
    if let Value::String(text) = entry {
        return Some(Said {
            path: Path::root(),
            message: short(text),
        });
    }
    let words = ["msg", "message", "detail", "reason", "title", "error"];
    let message = words.iter().find_map(|name| entry.get(name)?.as_str())?;
    Some(Said {
        path: place(entry).unwrap_or_default(),
        message: short(message),
    })
}

fn place(entry: &Value) -> Option<Path> {
    if let Some(Value::Array(parts)) = entry.get("loc") {
        // FastAPI says first where in the request the field stands.
        let parts = match parts.split_first() {
            Some((Value::String(first), rest)) if first == "body" => rest,
            _ => parts,
        };
        let mut path = Path::root();
        for part in parts {
            path = match part {
                Value::String(name) => path.child(name),
                Value::Number(n) => path.child(&n.to_string()),
                _ => return None,
            };
        }
        return Some(path);
    }
    if let Some(pointer) = entry.get("pointer").and_then(Value::as_str) {
        return Path::parse(pointer.strip_prefix('#').unwrap_or(pointer));
    }
    let name = ["field", "name", "property", "propertyPath"]
        .iter()
        .find_map(|name| entry.get(name)?.as_str())?;
    if name.starts_with('/') {
        return Path::parse(name);
    }
    let names = name.split('.');
    Some(names.fold(Path::root(), |path, name| path.child(name)))
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: &[(&str, &str)]) {
        let found = said(body.as_bytes(), 422);
        let found: Vec<(&str, &str)> = (found.iter())
            .map(|said| (said.path.as_str(), said.message.as_str()))
            .collect();
        assert_eq!(found, expected, "{body}");
    }

    #[test]
    fn what_an_answer_says_lands_on_the_field_it_names() {
        check(
            r#"{"detail":[{"loc":["body","lines",0,"qty"],"msg":"Input should be a valid integer","type":"int_parsing"}]}"#,
            &[("/lines/0/qty", "Input should be a valid integer")],
        );
        check(
            r##"{"type":"about:blank","title":"Invalid","errors":[{"pointer":"#/email","detail":"taken"},{"pointer":"#/a~1b","detail":"no"}]}"##,
            &[("/email", "taken"), ("/a~1b", "no")],
        );
        check(
            r#"{"errors":[{"field":"address.city","message":"unknown"},"and more"]}"#,
            &[("/address/city", "unknown"), ("", "and more")],
        );
        for one in [
            r#"{"status":422,"field":"email","message":"taken"}"#,
            r#"{"status":422,"error":{"pointer":"/email","detail":"taken"}}"#,
            r#"{"field":"/email","error":"taken"}"#,
        ] {
            check(one, &[("/email", "taken")]);
        }
    }

    #[test]
    fn what_names_no_field_is_about_the_record() {
        check(
            r#"{"detail":"no such customer"}"#,
            &[("", "no such customer")],
        );
        check(r#"{"error":{"message":"closed"}}"#, &[("", "closed")]);
        check("duplicate", &[("", "duplicate")]);
        check("", &[("", "the destination answered 422")]);
        check("<html>oops</html>", &[("", "the destination answered 422")]);
        check("[1]", &[("", "the destination answered 422")]);
    }
}
