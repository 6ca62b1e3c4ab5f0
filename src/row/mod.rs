//! One record's text: CSV cells or a JSON value, with the spans of its parts, so that an edit changes nothing else.
//!
//! Loading, editing and checking all read a record through [`Row::read`], so that they can never disagree about it.

pub mod cells;
pub mod clean;
pub mod coerce;
pub mod json;
pub mod lenient;
pub mod problems;
pub mod readings;

use std::borrow::Cow;

use cells::{Cells, Span, Splitter};

use crate::model::{Form, Layout, Problem};

/// A record's text split into fields, borrowed from its bytes.
#[derive(Debug)]
pub enum Row<'a> {
    /// Exactly as many cells as columns.
    Cells(Cells<'a>),
    Json(json::Document<'a>),
}

impl<'a> Row<'a> {
    /// Splits one record's text (without its line end). `form` is the version's own: a CSV run may hold JSON versions.
    ///
    /// # Errors
    /// The problem, at stage `parse`, that keeps the text from being split: `encoding:utf-8`, `csv:field_count`,
    /// `csv:text_after_quote`, `csv:unclosed_quote`, `json:syntax`, `json:not_object`, `json:duplicate_key`, `json:depth`,
    /// `record:not_given` for an excerpt.
    pub fn read(layout: &'a Layout, form: Form, bytes: &'a [u8]) -> Result<Self, Box<Problem>> {
        if form == Form::Excerpt {
            return Err(problems::not_given());
        }
        let (Layout::Csv { columns, delimiter }, Form::Csv) = (layout, form) else {
            return Ok(Self::Json(json::Document::read(utf8(bytes)?)?));
        };
        let splitter = Splitter::new(*delimiter);
        let mut spans = Vec::with_capacity(columns.len());
        let Some(record) = splitter.next(bytes, 0, &mut spans) else {
            utf8(bytes)?;
            return Err(problems::field_count(columns.len(), 0));
        };
        let text = &bytes[record.range.start..];
        if splitter.next(bytes, record.next, &mut Vec::new()).is_some() {
            utf8(bytes)?;
            return Err(problems::line_break(columns.len(), spans.len()));
        }
        Self::from_cells(columns, &text[..record.range.len()], spans)
    }

    /// The row of a CSV record that a [`Splitter`] has split already; `spans` count from the start of `bytes`.
    ///
    /// # Errors
    /// The same problems as [`Row::read`].
    pub fn from_cells(
        columns: &'a [String],
        bytes: &'a [u8],
        spans: impl Into<Cow<'a, [Span]>>,
    ) -> Result<Self, Box<Problem>> {
        let cells = Cells::new(columns, utf8(bytes)?, spans);
        if let Some(problem) = problems::quotes(&cells) {
            return Err(problem);
        }
        if cells.len() != columns.len() {
            return Err(problems::field_count(columns.len(), cells.len()));
        }
        Ok(Self::Cells(cells))
    }
}

/// The byte where [`Row::read`] stops, which is the one its problem names; `None` where it reads to the end, and where what
/// is wrong has no place, as too few columns have none.
pub fn stopped_at(layout: &Layout, form: Form, bytes: &[u8]) -> Option<usize> {
    if form == Form::Excerpt {
        return None;
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Some(error.valid_up_to()),
    };
    let (Layout::Csv { columns, delimiter }, Form::Csv) = (layout, form) else {
        return json::Document::stopped_at(text);
    };
    let splitter = Splitter::new(*delimiter);
    let mut spans = Vec::new();
    let record = splitter.next(bytes, 0, &mut spans)?;
    if splitter.next(bytes, record.next, &mut Vec::new()).is_some() {
        return Some(record.range.end);
    }
    let start = record.range.start;
    let cells = Cells::new(columns, &text[record.range], spans);
    problems::wrong_quote(&cells).map(|at| start + at)
}

fn utf8(bytes: &[u8]) -> Result<&str, Box<Problem>> {
    std::str::from_utf8(bytes).map_err(|error| problems::not_utf8(bytes, error.valid_up_to()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(columns: &[&str]) -> Layout {
        Layout::Csv {
            columns: columns.iter().map(|&name| name.to_owned()).collect(),
            delimiter: ',',
        }
    }

    fn problem(bytes: &[u8]) -> (String, String) {
        let layout = layout(&["id", "name", "city"]);
        let problem = Row::read(&layout, Form::Csv, bytes).unwrap_err();
        (problem.code, problem.message)
    }

    #[test]
    fn a_row_has_exactly_the_columns() {
        let layout = layout(&["id", "name"]);
        let Ok(Row::Cells(cells)) = Row::read(&layout, Form::Csv, b"1,\"O\"\"Hara\"\r\n") else {
            panic!("it has two cells");
        };
        assert_eq!((cells.len(), cells.get(1).as_ref()), (2, "O\"Hara"));
        assert_eq!(cells.text(), "1,\"O\"\"Hara\"");
    }

    #[test]
    fn where_reading_stopped_is_the_place_the_problem_names() {
        let csv = |bytes: &[u8]| stopped_at(&layout(&["id", "name", "city"]), Form::Csv, bytes);
        assert_eq!(csv(b"1,2,3"), None);
        assert_eq!(csv(b"1,2"), None);
        assert_eq!(csv(b"1,2\n3,4,5"), Some(3));
        // One byte more than characters: position 13 is byte 13.
        assert_eq!(csv(b"\xc3\xa4,\"K \"\"9\"\" B\" Bar"), Some(13));
        assert_eq!(csv(b"1,2,\"x,y"), Some(4));
        assert_eq!(csv(b"1,M\xfc,3"), Some(3));
        let json = |text: &str| stopped_at(&Layout::Json, Form::Json, text.as_bytes());
        assert_eq!(json("{\"a\": 1}"), None);
        assert_eq!(json("[1]"), None);
        let text = "{\"ä\": nul}";
        let problem = json::Document::read(text).unwrap_err();
        // One byte more than characters: byte 7, counted from 0, is column 7, counted from 1.
        assert_eq!(json(text), Some(7));
        let named = "column 7.";
        assert!(problem.message.contains(named), "{}", problem.message);
    }

    #[test]
    fn an_excerpt_is_never_the_record() {
        let layout = layout(&["id"]);
        for text in [&b"{\"id\":1}"[..], b"1"] {
            let problem = Row::read(&layout, Form::Excerpt, text).unwrap_err();
            assert_eq!(problem.code, "record:not_given");
            assert_eq!(stopped_at(&layout, Form::Excerpt, text), None);
        }
    }

    #[test]
    fn the_problem_says_what_stands_where() {
        let check = |bytes: &[u8], code: &str, message: &str| {
            assert_eq!(problem(bytes), (code.to_owned(), message.to_owned()));
        };
        check(b"1,2", "csv:field_count", "Columns expected 3, found 2.");
        check(b"", "csv:field_count", "Columns expected 3, found 0.");
        check(
            b"1,2\n3,4,5",
            "csv:field_count",
            "A line break outside of quotes ends the record. Columns expected 3, found 2 before it.",
        );
        check(
            b"\xc3\xa4,\"K \"\"9\"\" B\" Bar",
            "csv:text_after_quote",
            "Text follows the closing quote in column 2 (name), position 13: \"K \"\"9\"\" B\" Bar. So the end of the column \
             is unclear. Columns expected 3, found 2.",
        );
        check(
            b"1,2,\"x,y",
            "csv:unclosed_quote",
            "A quote opens in column 3 (city), position 5, and is never closed.",
        );
        check(
            b"1,M\xfcller,x",
            "encoding:utf-8",
            "Byte FC at position 4 is not UTF-8.",
        );
    }
}
