//! One record's text: CSV cells or a JSON value, with the spans of its parts, so that an edit changes nothing else.
//!
//! Loading, editing and checking all read a record through [`Row::read`], so that they can never disagree about it.

pub mod cells;
pub mod coerce;
pub mod json;
pub mod problems;

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
    /// `csv:text_after_quote`, `csv:unclosed_quote`, `json:syntax`, `json:not_object`, `json:duplicate_key`, `json:depth`.
    pub fn read(layout: &'a Layout, form: Form, bytes: &'a [u8]) -> Result<Self, Box<Problem>> {
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
