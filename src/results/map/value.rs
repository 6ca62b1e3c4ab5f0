//! What a selector finds: text of a cell or of a pattern's group, or a JSON value. JSON may also stand in a text, as
//! warehouses export it.

use std::borrow::Cow;

use crate::{
    model::{Found, Path},
    row::lenient,
};

#[derive(Clone, Debug)]
pub(super) enum Value<'v> {
    /// Bytes, as a record that is no UTF-8 has to be kept as it is.
    Text(Cow<'v, [u8]>),
    /// A JSON value by its text.
    Json(Cow<'v, str>),
}

impl<'v> Value<'v> {
    pub fn of_text(text: Cow<'v, str>) -> Self {
        Self::Text(match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        })
    }

    /// As text; JSON that is no string as it is written.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => String::from_utf8_lossy(text),
            Self::Json(json) => lenient::string(json).unwrap_or(Cow::Borrowed(json)),
        }
    }

    /// The exact bytes that it stands for.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.to_vec(),
            Self::Json(json) => {
                lenient::string_bytes(json).unwrap_or_else(|| json.as_bytes().to_vec())
            }
        }
    }

    /// Whether it says nothing: `null`, or no text.
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Json(json) => matches!(&**json, "null" | "\"\""),
        }
    }

    /// A value as problems carry it.
    pub fn found(&self) -> Found {
        match self {
            Self::Json(json) if lenient::string(json).is_none() => Found::Json(json.to_string()),
            _ => Found::Text(self.text().into_owned()),
        }
    }

    /// A whole number that is not negative.
    pub fn number(&self) -> Option<u64> {
        self.text().trim().parse().ok()
    }

    /// The JSON it is, or that its text is.
    pub fn json(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Json(json) if !json.starts_with('"') => Some(Cow::Borrowed(json)),
            _ => Some(self.text()).filter(|text| text.trim_start().starts_with(['{', '['])),
        }
    }

    /// The text of a JSON object, if it is one.
    pub fn object(&self) -> Option<String> {
        let json = self.json()?;
        lenient::members(&json)
            .is_some()
            .then(|| json.trim().to_owned())
    }

    /// The elements of a list; none where it is not one.
    pub fn elements(&self) -> Vec<Value<'static>> {
        let Some(json) = self.json() else {
            return Vec::new();
        };
        let found = lenient::elements(&json).unwrap_or_default();
        let owned = |element: &str| Value::Json(Cow::Owned(element.to_owned()));
        found.into_iter().map(owned).collect()
    }

    /// What stands under the tokens of a pointer; `*` is the first member or element that has what follows.
    pub fn at(&self, tokens: &[String]) -> Option<Value<'static>> {
        let Some((token, rest)) = tokens.split_first() else {
            return Some(match self {
                Self::Text(text) => Value::Text(Cow::Owned(text.to_vec())),
                Self::Json(json) => Value::Json(Cow::Owned(json.to_string())),
            });
        };
        let json = self.json()?;
        let below = |text: &str| Value::Json(Cow::Borrowed(text)).at(rest);
        if let Some(members) = lenient::members(&json) {
            let mut named = members.iter().rev().filter(|(name, _)| name == token);
            return match (named.next(), token.as_str()) {
                (Some((_, text)), _) => below(text),
                (None, "*") => members.iter().find_map(|(_, text)| below(text)),
                (None, _) => None,
            };
        }
        let elements = lenient::elements(&json)?;
        if token == "*" {
            return elements.into_iter().find_map(below);
        }
        below(elements.get(token.parse::<usize>().ok()?)?)
    }

    /// The value that follows a name in a flat list of names and values; or the member of an object.
    pub fn pair(&self, name: &str) -> Option<Value<'static>> {
        let elements = self.elements();
        if elements.is_empty() {
            return self.at(&[name.to_owned()]);
        }
        let mut pairs = elements.chunks_exact(2);
        let known = pairs.find(|pair| pair.first().is_some_and(|first| first.text() == name))?;
        known.last().cloned()
    }
}

/// How a field is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldIs {
    /// The name of a top-level field, whatever it holds.
    Name,
    /// A JSON pointer.
    Pointer,
    /// Names between dots, positions in brackets or between dots: `contacts[0].email`.
    Dots,
}

impl FieldIs {
    pub const ALL: [(&str, Self); 3] = [
        ("name", Self::Name),
        ("pointer", Self::Pointer),
        ("dots", Self::Dots),
    ];

    /// The path that a value names. A JSON list holds its steps.
    pub fn path(self, value: &Value<'_>) -> Path {
        let steps = match value {
            Value::Json(json) if json.starts_with('[') => value.elements(),
            _ => Vec::new(),
        };
        if !steps.is_empty() {
            let step = |path: Path, step: &Value<'_>| path.child(&step.text());
            return steps.iter().fold(Path::root(), step);
        }
        let text = value.text();
        match self {
            Self::Name => Path::field(&text),
            Self::Pointer => Path::parse(&text).unwrap_or_else(|| Path::field(&text)),
            Self::Dots => {
                let parts = text.split(['.', '[', ']']).filter(|part| !part.is_empty());
                parts
                    .filter(|part| *part != "$")
                    .fold(Path::root(), |path, part| {
                        path.child(part.trim_matches(['\'', '"']))
                    })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value<'_> {
        Value::Json(Cow::Borrowed(text))
    }

    fn at(text: &str, tokens: &[&str]) -> Option<String> {
        let tokens: Vec<String> = tokens.iter().map(|&token| token.to_owned()).collect();
        json(text)
            .at(&tokens)
            .map(|value| value.text().into_owned())
    }

    #[test]
    fn a_pointer_goes_through_lists_any_member_and_json_in_text() {
        let text = r#"{"a":[{"b":1},{"index":{"c":"x"}}],"s":"{\"d\":[7]}"}"#;
        assert_eq!(at(text, &["a", "0", "b"]), Some("1".to_owned()));
        assert_eq!(at(text, &["a", "*", "*", "c"]), Some("x".to_owned()));
        assert_eq!(at(text, &["s", "d", "0"]), Some("7".to_owned()));
        assert_eq!(at(text, &["a", "9"]), None);
        assert_eq!(at(text, &["s", "d", "x"]), None);
    }

    #[test]
    fn a_flat_list_holds_names_and_values() {
        let text = |value: Option<Value<'_>>| value.map(|value| value.text().into_owned());
        let list = json(r#"["a","b","b","2","odd"]"#);
        assert_eq!(text(list.pair("b")), Some("2".to_owned()));
        assert_eq!(text(list.pair("odd")), None);
        assert_eq!(text(json(r#"{"b":3}"#).pair("b")), Some("3".to_owned()));
    }

    #[test]
    fn fields_are_named_in_three_ways() {
        let path = |is: FieldIs, text: &str| is.path(&json(text)).as_str().to_owned();
        assert_eq!(path(FieldIs::Name, "\"a.b\""), "/a.b");
        assert_eq!(path(FieldIs::Dots, "\"$.a[0].b\""), "/a/0/b");
        assert_eq!(path(FieldIs::Pointer, "\"/a/0\""), "/a/0");
        assert_eq!(path(FieldIs::Pointer, "\"a\""), "/a");
        assert_eq!(path(FieldIs::Name, "[\"a\",0]"), "/a/0");
    }
}
