//! The value that a JSON text begins with, as far as the text goes: the first bytes of a document end somewhere in it.

use serde_json::{Map, Value};

use crate::row::lenient;

/// Deeper values are left out.
const MAX_DEPTH: usize = 32;

/// The value at the start of a text; what is not there any more is left out. `None` when no JSON begins there.
pub(super) fn value(text: &str) -> Option<Value> {
    Partial { text, at: 0 }.value(0)
}

struct Partial<'t> {
    text: &'t str,
    at: usize,
}

impl Partial<'_> {
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        match self.peek()? {
            _ if depth > MAX_DEPTH => None,
            b'{' => {
                self.at += 1;
                let mut members = Map::new();
                while let Some(name) = self.string() {
                    if !self.take(b':') {
                        break;
                    }
                    let Some(value) = self.value(depth + 1) else {
                        break;
                    };
                    members.insert(name, value);
                    if !self.take(b',') {
                        break;
                    }
                }
                self.take(b'}');
                Some(Value::Object(members))
            }
            b'[' => {
                self.at += 1;
                let mut elements = Vec::new();
                while let Some(value) = self.value(depth + 1) {
                    elements.push(value);
                    if !self.take(b',') {
                        break;
                    }
                }
                self.take(b']');
                Some(Value::Array(elements))
            }
            b'"' => self.string().map(Value::String),
            _ => self.word(),
        }
    }

    fn string(&mut self) -> Option<String> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let rest = &self.text[self.at..];
        let mut escaped = false;
        let end = rest[1..].find(|c| {
            let closes = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        })? + 2;
        self.at += end;
        lenient::string(&rest[..end]).map(Into::into)
    }

    /// A number, `true`, `false`; everything else that is a word counts as `null`.
    fn word(&mut self) -> Option<Value> {
        let rest = &self.text[self.at..];
        let length = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')))
            .unwrap_or(rest.len());
        if length == 0 {
            return None;
        }
        self.at += length;
        Some(serde_json::from_str(&rest[..length]).unwrap_or(Value::Null))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_there_is_read() {
        let read = |text: &str| {
            value(text)
                .map(|value| value.to_string())
                .unwrap_or_default()
        };
        assert_eq!(
            read(r#" {"a": [1, {"b": NaN}], "c": "x\"y"} z"#),
            r#"{"a":[1,{"b":null}],"c":"x\"y"}"#
        );
        assert_eq!(read(r#"{"a":[{"b":1,"c":"x"#), r#"{"a":[{"b":1}]}"#);
        assert_eq!(read("[1,2"), "[1,2]");
        assert_eq!(read("["), "[]");
        assert_eq!(read("%"), "");
        assert_eq!(read(&"[".repeat(100)).len(), 2 * (MAX_DEPTH + 1));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}:,\"\\\\u\u{e9}1a ]{0,30}") {
            let _ = value(&text);
        }
    }
}
