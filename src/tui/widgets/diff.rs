//! A document as it is, against what it was, line by line.

use serde_json::{Map, Value};

/// What a line says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Same,
    Before,
    After,
}

/// The lines of a document in JSON; what differs stands there twice, as it was and as it is. Untrusted text.
pub fn diff(before: Option<&Value>, after: &Value) -> Vec<(Sign, String)> {
    let mut lines = Vec::new();
    match before {
        Some(before) => both(&mut lines, 0, None, before, after, false),
        None => print(&mut lines, Sign::After, 0, None, after, false),
    }
    lines
}

type Lines = Vec<(Sign, String)>;

fn both(
    lines: &mut Lines,
    depth: usize,
    name: Option<&str>,
    before: &Value,
    after: &Value,
    comma: bool,
) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            push(lines, Sign::Same, depth, &format!("{}{{", label(name)));
            objects(lines, depth + 1, before, after);
            push(lines, Sign::Same, depth, &format!("}}{}", end(comma)));
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            push(lines, Sign::Same, depth, &format!("{}[", label(name)));
            let last = after.len().saturating_sub(1);
            for (n, (before, after)) in before.iter().zip(after).enumerate() {
                both(lines, depth + 1, None, before, after, n < last);
            }
            push(lines, Sign::Same, depth, &format!("]{}", end(comma)));
        }
        _ if before == after => print(lines, Sign::Same, depth, name, after, comma),
        _ => {
            print(lines, Sign::Before, depth, name, before, comma);
            print(lines, Sign::After, depth, name, after, comma);
        }
    }
}

fn objects(
    lines: &mut Lines,
    depth: usize,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) {
    for (name, was) in before {
        match after.get(name) {
            Some(is) => both(lines, depth, Some(name), was, is, true),
            None => print(lines, Sign::Before, depth, Some(name), was, true),
        }
    }
    for (name, is) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        print(lines, Sign::After, depth, Some(name), is, true);
    }
}

fn print(
    lines: &mut Lines,
    sign: Sign,
    depth: usize,
    name: Option<&str>,
    value: &Value,
    comma: bool,
) {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let count = text.lines().count();
    for (n, line) in text.lines().enumerate() {
        let name = if n == 0 { label(name) } else { String::new() };
        let end = if n + 1 == count { end(comma) } else { "" };
        push(lines, sign, depth, &format!("{name}{line}{end}"));
    }
}

fn push(lines: &mut Lines, sign: Sign, depth: usize, text: &str) {
    lines.push((sign, format!("{}{text}", "  ".repeat(depth))));
}

fn label(name: Option<&str>) -> String {
    name.map_or(String::new(), |name| {
        format!("{}: ", Value::String(name.to_owned()))
    })
}

fn end(comma: bool) -> &'static str {
    if comma { "," } else { "" }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn picture(before: &Value, after: &Value) -> String {
        let lines = diff(Some(before), after).into_iter().map(|(sign, line)| {
            let sign = match sign {
                Sign::Same => ' ',
                Sign::Before => '-',
                Sign::After => '+',
            };
            format!("{sign} {line}")
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_differs_stands_there_as_it_was_and_as_it_is() {
        let before = json!({"id": "1", "ship": "31/12", "lines": [{"qty": "12 pcs"}, {"qty": 1}], "old": true});
        let after = json!({"id": "1", "ship": "12-31", "lines": [{"qty": 12}, {"qty": 1}], "new": {"a": 1}});
        insta::assert_snapshot!(picture(&before, &after), @r#"
          {
            "id": "1",
        -   "ship": "31/12",
        +   "ship": "12-31",
            "lines": [
              {
        -       "qty": "12 pcs",
        +       "qty": 12,
              },
              {
                "qty": 1,
              }
            ],
        -   "old": true,
        +   "new": {
        +     "a": 1
        +   },
          }
        "#);
    }
}
