//! The problems of a text that cannot be split into fields, in words.

use super::cells::{Cells, Style};
use crate::model::{Found, Path, Problem, Severity, Stage};

/// How much of a cell a sentence repeats, in characters.
const PIECE: usize = 60;

/// A byte that is not UTF-8; `offset` counts from the record's start.
pub fn not_utf8(bytes: &[u8], offset: usize) -> Box<Problem> {
    let byte = bytes.get(offset).copied().unwrap_or_default();
    let hint = if byte >= 0xa0 {
        let meant = char::from(byte);
        format!("In Latin-1 this byte is {meant}. Save the file as UTF-8, or correct this text.")
    } else {
        "Save the file as UTF-8, or correct this text.".to_owned()
    };
    let message = format!("Byte {byte:02X} at position {} is not UTF-8.", offset + 1);
    problem("encoding:utf-8", message, hint)
}

/// A record with more or fewer cells than the header has columns.
pub fn field_count(expected: usize, found: usize) -> Box<Problem> {
    let hint = if found < expected {
        "A value or a separator is missing, or the line was cut off."
    } else {
        "If a separator belongs to a value, put that value in quotes."
    };
    let message = format!("Columns expected {expected}, found {found}.");
    problem("csv:field_count", message, hint.to_owned())
}

/// What a result says of a record that it does not hold.
pub fn not_given() -> Box<Problem> {
    let message = "The results name this record and do not hold it.".to_owned();
    let hint =
        "Load them again with --source and the file the tool read, or put the whole record here.";
    problem("record:not_given", message, hint.to_owned())
}

/// A text that holds more than one record.
pub fn line_break(expected: usize, found: usize) -> Box<Problem> {
    let message = format!(
        "A line break outside of quotes ends the record. Columns expected {expected}, found {found} before it."
    );
    let hint = "If the line break belongs to a value, put that value in quotes; else remove it.";
    problem("csv:field_count", message, hint.to_owned())
}

/// The cell of a column has text after its closing quote.
pub fn text_after_quote(cells: &Cells<'_>, column: usize) -> Box<Problem> {
    let (cell, at) = raw_cell(cells, column);
    let place = position(cells.text(), at + closing_quote(cell));
    let piece = shortened(cell);
    let mut message = format!(
        "Text follows the closing quote in {}, position {place}: {piece}. So the end of the column is unclear.",
        column_name(cells, column)
    );
    if cells.len() != cells.columns.len() {
        let (expected, found) = (cells.columns.len(), cells.len());
        message.push_str(&format!(" Columns expected {expected}, found {found}."));
    }
    let hint = "If the quotes belong to the value, double them and put the whole value in quotes.";
    Box::new(Problem {
        found: Some(Found::Text(piece)),
        ..*problem("csv:text_after_quote", message, hint.to_owned())
    })
}

/// The cell of a column begins with a quote that no quote closes.
pub fn unclosed_quote(cells: &Cells<'_>, column: usize) -> Box<Problem> {
    let (cell, at) = raw_cell(cells, column);
    let message = format!(
        "A quote opens in {}, position {}, and is never closed.",
        column_name(cells, column),
        position(cells.text(), at)
    );
    let hint = "Add the closing quote, or, if the quote belongs to the value, double it and put the whole value in quotes.";
    Box::new(Problem {
        found: Some(Found::Text(shortened(cell))),
        ..*problem("csv:unclosed_quote", message, hint.to_owned())
    })
}

/// The problem of the first cell whose quotes are wrong.
pub fn quotes(cells: &Cells<'_>) -> Option<Box<Problem>> {
    (0..cells.len()).find_map(|column| match cells.span(column)?.style {
        Style::Open => Some(unclosed_quote(cells, column)),
        Style::Trailing => Some(text_after_quote(cells, column)),
        Style::Plain | Style::Quoted | Style::Escaped => None,
    })
}

/// The byte of the first quote that is wrong, the one that [`quotes`] names.
pub fn wrong_quote(cells: &Cells<'_>) -> Option<usize> {
    (0..cells.len()).find_map(|column| {
        let (cell, at) = raw_cell(cells, column);
        match cells.span(column)?.style {
            Style::Open => Some(at),
            Style::Trailing => Some(at + closing_quote(cell)),
            Style::Plain | Style::Quoted | Style::Escaped => None,
        }
    })
}

/// Where the first quote after the opening one stands that is not doubled.
fn closing_quote(cell: &str) -> usize {
    let rest = cell[1..].replace("\"\"", "  ");
    rest.find('"').map_or(0, |at| at + 1)
}

pub(super) fn problem(code: &str, message: String, hint: String) -> Box<Problem> {
    Box::new(Problem {
        stage: Stage::Parse,
        code: code.to_owned(),
        detail: String::new(),
        path: Path::root(),
        message,
        hint,
        found: None,
        shape: String::new(),
        severity: Severity::Error,
        owner: String::new(),
    })
}

fn raw_cell<'a>(cells: &Cells<'a>, column: usize) -> (&'a str, usize) {
    let range = cells.span(column).map_or(0..0, |span| span.range.clone());
    let start = range.start;
    (&cells.text()[range], start)
}

/// `column 5 (customer.name)`.
fn column_name(cells: &Cells<'_>, column: usize) -> String {
    match cells.columns.get(column) {
        Some(name) => format!("column {} ({name})", column + 1),
        None => format!("column {}", column + 1),
    }
}

/// The 1-based character at a byte offset.
fn position(text: &str, offset: usize) -> usize {
    text[..offset].chars().count() + 1
}

fn shortened(cell: &str) -> String {
    match cell.char_indices().nth(PIECE) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell.to_owned(),
    }
}
