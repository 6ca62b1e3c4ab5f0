//! Splits CSV text into records and cells by the rules of RFC 4180 as csv-core applies them: a quote opens a cell only
//! at the cell's start; LF, CR LF and a lone CR end a record.

use std::{borrow::Cow, ops::Range};

/// The cells of one record.
#[derive(Debug)]
pub struct Cells<'a> {
    pub columns: &'a [String],
    text: &'a str,
    spans: Vec<Span>,
}

/// Where one cell stands in its record's text, quotes included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub range: Range<usize>,
    pub quoted: bool,
    /// Whether its text holds doubled quotes that must be undoubled.
    pub escaped: bool,
}

impl<'a> Cells<'a> {
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The value of the cell in a column, unquoted.
    pub fn get(&self, column: usize) -> Cow<'a, str> {
        let _ = (column, self.text);
        todo!()
    }
}
