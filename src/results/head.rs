//! The beginning of a file, which its format is recognised by.

use std::borrow::Cow;

use serde_json::Value;

use super::partial;
use crate::row::cells::Splitter;

/// Lines that are looked at.
const LINES: usize = 50;

/// Delimiters of tables.
const DELIMITERS: [char; 4] = [',', '\t', ';', '|'];

/// The first bytes of a file, as text.
pub struct Head<'h> {
    text: Cow<'h, str>,
    /// Whether that is all of it.
    whole: bool,
    first: Option<Value>,
}

impl<'h> Head<'h> {
    /// `bytes` without a byte order mark.
    pub fn new(bytes: &'h [u8], whole: bool) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let first = text
            .trim_start()
            .starts_with(['{', '['])
            .then(|| partial::value(&text))
            .flatten();
        Self { text, whole, first }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text without a last line that may have been cut.
    pub fn complete(&self) -> &str {
        match self.text.rfind('\n') {
            Some(end) if !self.whole => &self.text[..end],
            _ => &self.text,
        }
    }

    /// The first complete lines that are not blank, without the white space around them.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        let filled = self
            .complete()
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        filled.take(LINES)
    }

    /// The JSON value it begins with, as far as it is there.
    pub fn json(&self) -> Option<&Value> {
        self.first.as_ref()
    }

    /// The first object: of the lines, of an array, or the document itself.
    pub fn object(&self) -> Option<&Value> {
        match self.json()? {
            Value::Array(elements) => elements.first(),
            value => Some(value),
        }
        .filter(|value| value.is_object())
    }

    /// The cells of the first line that is not blank, by the delimiter that makes the most of it.
    pub fn columns(&self) -> Vec<String> {
        let split = |delimiter: char| {
            let mut spans = Vec::new();
            let record = Splitter::new(delimiter).next(self.text.as_bytes(), 0, &mut spans);
            let text = record.map_or("", |record| &self.text[record.range]);
            spans
                .iter()
                .map(|span| span.value(text).into_owned())
                .collect::<Vec<_>>()
        };
        let all = DELIMITERS.into_iter().map(split);
        all.max_by_key(Vec::len).unwrap_or_default()
    }

    /// Whether a table, as CSV or as JSON objects, has all these columns.
    pub fn has_columns(&self, wanted: &[&str]) -> bool {
        match (self.object(), self.json()) {
            (Some(object), _) => wanted.iter().all(|name| object.get(name).is_some()),
            (None, Some(_)) => false,
            (None, None) => {
                let columns = self.columns();
                let has = |name: &&str| columns.iter().any(|column| column == name);
                wanted.iter().all(has)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_in_csv_and_json() {
        let has = |text: &str| Head::new(text.as_bytes(), true).has_columns(&["a", "b"]);
        assert!(has("a,b,c\n1,2,3\n"));
        assert!(has("\"b\";\"a\"\n"));
        assert!(has("{\"a\":1,\"b\":2}\n{}"));
        assert!(has("[\n {\"a\":1,\"b\":[1"));
        assert!(!has("{\"a\":1}"));
        assert!(!has("a,c\n"));
    }
}
