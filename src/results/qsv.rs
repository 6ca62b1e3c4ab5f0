//! `X.validation-errors.tsv`, which `qsv validate` writes beside `X.invalid`: `row_number`, `field`, `error`.
//!
//! The file is written without quoting, and messages hold line breaks and tabs as they are, so that a line begins an error only
//! when a number and a known column stand first. The field `<RECORD>` is a value that could not be cast, after which nothing
//! else of the record was checked; an empty one is the whole record. The n-th row number is the n-th row of `X.invalid`.

use super::{
    File, Head, Place, Reader, Report, Tool,
    report::Told,
    table::{self, Table},
};
use crate::model::{Fault, Form, Found, Layout, Path, Stage};

pub(super) const TOOL: Tool = Tool {
    word: "qsv",
    name: "errors of qsv validate",
    reader: Reader::Whole { fits, read },
};

const HEADER: &str = "row_number\tfield\terror";
const ENDING: &str = ".validation-errors.tsv";
const RECORD: &str = "<RECORD>";

fn fits(head: &Head<'_>) -> bool {
    head.lines().next() == Some(HEADER)
}

fn read(file: &File<'_>) -> Result<Report, Fault> {
    let text = file.text()?;
    let (header, body) = text.split_once('\n').unwrap_or((text, ""));
    if header.trim_end() != HEADER {
        return Err(file.broken("does not begin with row_number, field and error"));
    }
    let mut report = Report::default();
    let invalid = invalid(file, &mut report)?;
    let columns = match &report.layout {
        Layout::Csv { columns, .. } => columns.clone(),
        Layout::Json => Vec::new(),
    };
    for error in errors(body, &columns) {
        let problem = told(&error).problem();
        let before = report.outcomes.len();
        let record = report.at(Place::Ordinal(error.row), "");
        let is_new = record.problems.is_empty();
        record.problems.push(problem);
        match invalid.get(before) {
            Some(row) if is_new => record.give(Form::Csv, row.clone()),
            _ => record.quote(error.whole),
        }
    }
    let records = report.outcomes.len();
    if !invalid.is_empty() && invalid.len() != records {
        report.remarks.push(format!(
            "{} names {records} records and {} holds {}, so that they may not fit each other",
            file.name,
            beside(file),
            invalid.len()
        ));
    }
    Ok(report)
}

fn beside(file: &File<'_>) -> String {
    let name = file.own_name();
    format!("{}.invalid", name.strip_suffix(ENDING).unwrap_or(name))
}

/// The rows that were invalid, as they are written; the layout of the report is theirs.
fn invalid(file: &File<'_>, report: &mut Report) -> Result<Vec<Vec<u8>>, Fault> {
    let name = beside(file);
    let Some(bytes) = (file.beside)(&name) else {
        return Ok(Vec::new());
    };
    let beside = File {
        name: &name,
        bytes: &bytes,
        beside: file.beside,
    };
    // Bytes that are no text are rare, and a name is needed for no record.
    let text = table::text(&beside).or_else(|_| Ok::<_, Fault>(String::from_utf8_lossy(&bytes)))?;
    let mut table = Table::read(&beside, &text)?;
    if let Table::Csv {
        columns, delimiter, ..
    } = &table
    {
        report.layout = Layout::Csv {
            columns: columns.clone(),
            delimiter: *delimiter,
        };
    }
    let mut rows = Vec::new();
    while let Some(row) = table.next_row(&beside)? {
        rows.push(row.whole().as_bytes().to_vec());
    }
    Ok(rows)
}

/// One error, as it is written.
struct Error<'e> {
    row: u64,
    field: &'e str,
    message: &'e str,
    whole: &'e str,
}

/// The errors of the file; a line that begins none belongs to the message before it.
fn errors<'e>(body: &'e str, columns: &[String]) -> Vec<Error<'e>> {
    let starts = || {
        let mut at = 0;
        body.split_inclusive('\n').filter_map(move |line| {
            let start = at;
            at += line.len();
            let mut cells = line.splitn(3, '\t');
            let (row, field) = (cells.next()?.parse::<u64>().ok()?, cells.next()?);
            cells.next()?;
            let is_known = columns.is_empty()
                || field.is_empty()
                || field == RECORD
                || columns.iter().any(|column| column == field);
            is_known.then_some((start, row, field))
        })
    };
    let ends = starts()
        .skip(1)
        .map(|(start, ..)| start)
        .chain([body.len()]);
    (starts().zip(ends))
        .map(|((start, row, field), end)| {
            let whole = body[start..end].trim_end_matches(['\r', '\n']);
            Error {
                row,
                field,
                message: whole.splitn(3, '\t').nth(2).unwrap_or_default(),
                whole,
            }
        })
        .collect()
}

fn told<'e>(error: &Error<'e>) -> Told<'e> {
    if let Some((key, value)) = cast(error.message).filter(|_| error.field == RECORD) {
        return Told {
            stage: Stage::Parse,
            code: "cast",
            detail: "",
            path: Path::field(key),
            message: error.message,
            found: Some(Found::Text(value.to_owned())),
        };
    }
    let (code, at) = keyword(error.message);
    let value = at.and_then(|at| error.message.get(..at));
    Told {
        stage: Stage::Schema,
        code,
        detail: match code {
            "type" | "format" => last_quoted(error.message),
            _ => "",
        },
        path: if error.field.is_empty() {
            Path::root()
        } else {
            Path::field(error.field)
        },
        message: error.message,
        found: value.filter(|_| !error.field.is_empty()).map(found),
    }
}

/// `Can't cast to Number. key: deal_value, value: 12k`.
fn cast(message: &str) -> Option<(&str, &str)> {
    let rest = message.strip_prefix("Can't cast to ")?;
    let (_, rest) = rest.split_once(". key: ")?;
    rest.split_once(", value: ")
}

/// The keyword of JSON Schema that a message is about, and where the value before it ends.
fn keyword(message: &str) -> (&'static str, Option<usize>) {
    const WORDS: [(&str, &str); 9] = [
        (" is not of type", "type"),
        (" is not one of ", "enum"),
        (" is not a \"", "format"),
        (" does not match \"", "pattern"),
        (" is longer than ", "maxLength"),
        (" is shorter than ", "minLength"),
        (" is less than ", "minimum"),
        (" is greater than ", "maximum"),
        (" is not unique", "uniqueCombinedWith"),
    ];
    let found = WORDS
        .iter()
        .filter_map(|(words, code)| Some((message.find(words)?, *code)));
    match found.min_by_key(|(at, _)| *at) {
        Some((at, code)) => (code, Some(at)),
        None => ("", None),
    }
}

/// The value that a message begins with: `null` for an empty cell, text in quotes, or a number.
fn found(value: &str) -> Found {
    let text = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'));
    match (value, text) {
        ("null", _) => Found::Missing,
        (_, Some(text)) => Found::Text(text.to_owned()),
        (value, None) => Found::Json(value.to_owned()),
    }
}

fn last_quoted(message: &str) -> &str {
    let inside = message.trim_end().strip_suffix('"');
    inside
        .and_then(|inside| Some(inside.rsplit_once('"')?.1))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(errors: &str) -> Report {
        let text = format!("{HEADER}\n{errors}");
        read(&File {
            name: "out/c.csv.validation-errors.tsv",
            bytes: text.as_bytes(),
            beside: &|name| (name == "c.csv.invalid").then(|| b"id,n\nA,\"x\ny\"\nB,2\n".to_vec()),
        })
        .unwrap()
    }

    #[test]
    fn a_message_goes_on_until_the_next_error_begins() {
        let report = report(
            "3\tn\t\"x\" does not match \"[^ \t\n7\tq\t]\"\n9\t<RECORD>\tCan't cast to Number. key: n, value: 2, 3\n",
        );
        let told: Vec<_> = (report.outcomes.iter())
            .map(|record| {
                let problem = &record.problems[0];
                let text = String::from_utf8_lossy(&record.record).into_owned();
                (record.place.clone(), problem.code.clone(), text)
            })
            .collect();
        assert_eq!(
            told,
            [
                (
                    Place::Ordinal(3),
                    "pattern".to_owned(),
                    "A,\"x\ny\"".to_owned()
                ),
                (Place::Ordinal(9), "cast".to_owned(), "B,2".to_owned()),
            ]
        );
        assert_eq!(
            report.outcomes[1].problems[0].found,
            Some(Found::Text("2, 3".to_owned()))
        );
        assert!(report.remarks.is_empty());
    }

    #[test]
    fn records_that_do_not_fit_their_rows_are_noticed() {
        let report = report("3\tn\tnull is not of type \"string\"\n");
        assert!(report.remarks[0].contains("names 1 records and c.csv.invalid holds 2"));
    }
}
