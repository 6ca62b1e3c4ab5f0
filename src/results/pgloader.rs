//! What pgloader rejected of a table: `X.log` with a block `Database error SQLSTATE: message` for each row, and `X.dat` beside it with
//! the rows in the text format of COPY: tabs, `\N` for NULL, no header.
//!
//! A blank line follows each row, and a line break in a value is a backslash and the line break. The line a context names is
//! one of an internal batch. Rows of a batch that had been loaded already come back as duplicates of themselves; that is
//! what pgloader says, and so it stays.

use super::{
    File, Head, Place, Reader, Report, Tool,
    postgres::Said,
    psql::{Block, blocks, state_of},
};
use crate::model::{Fault, Stage};

pub(super) const TOOL: Tool = Tool {
    word: "pgloader",
    name: "logs of rows that pgloader rejected",
    reader: Reader::Whole { fits, read },
};

fn fits(head: &Head<'_>) -> bool {
    head.lines().any(|line| begin(line).is_some())
}

fn begin(line: &str) -> Option<Block> {
    let (sqlstate, message) = state_of(line.strip_prefix("Database error ")?)?;
    Some(Block {
        said: Said {
            sqlstate: sqlstate.to_owned(),
            message: message.to_owned(),
            ..Said::default()
        },
        ..Block::default()
    })
}

fn read(file: &File<'_>) -> Result<Report, Fault> {
    // What a row holds is shown as it is, even where it is not UTF-8.
    let text = String::from_utf8_lossy(file.bytes);
    let errors = blocks(&text, begin);
    if errors.is_empty() {
        return Err(file.broken("holds no error as pgloader writes them"));
    }
    let mut report = Report::default();
    let name = file.own_name();
    let other = format!("{}.dat", name.strip_suffix(".log").unwrap_or(name));
    let data = (file.beside)(&other);
    let rows = data.as_deref().map(String::from_utf8_lossy);
    let rows = rows.as_deref().map(rows_of);
    let is_whole = (rows.as_ref()).is_some_and(|rows| rows.len() == errors.len());
    match &rows {
        None => report.remarks.push(format!(
            "{other} is not beside {name}: the rows themselves are not known"
        )),
        Some(rows) if !is_whole => report.remarks.push(format!(
            "{other} has {} rows for {} errors, so that no row is told which error it had",
            rows.len(),
            errors.len(),
        )),
        Some(_) => {}
    }
    let mut rows = rows.filter(|_| is_whole).unwrap_or_default().into_iter();
    for error in errors {
        let (column, found) = error.said.place();
        let record = report.at(Place::Nowhere, "");
        record
            .problems
            .push(error.said.problem(Stage::Send, column, found));
        // Which column a cell is of is not said anywhere, so that a row has no fields.
        if let Some(row) = rows.next() {
            record.quote(row);
        }
        record.quote(&error.text);
    }
    Ok(report)
}

/// The rows of COPY's text format.
fn rows_of(text: &str) -> Vec<&str> {
    let mut rows = Vec::new();
    let mut start = 0;
    let ends = text.match_indices('\n').map(|(at, _)| at);
    for end in ends.chain([text.len()]) {
        let row = &text[start..end];
        let backslashes = row.len() - row.trim_end_matches('\\').len();
        if end < text.len() && backslashes % 2 == 1 {
            continue;
        }
        rows.push(row.trim_end_matches('\r'));
        start = (end + 1).min(text.len());
    }
    rows.retain(|row| !row.is_empty());
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "Database error 22P02: no \"x\"\nCONTEXT: COPY t, line 9, column n: \"x\"\n\
                       Database error 23502: null value in column \"n\" of relation \"t\" violates not-null constraint\n\
                       DETAIL: Failing row contains (1,\n2).\n";

    fn told(data: Option<&str>) -> Report {
        let file = File {
            name: "a/t.log",
            bytes: LOG.as_bytes(),
            beside: &|name| {
                assert_eq!(name, "t.dat");
                data.map(|data| data.as_bytes().to_vec())
            },
        };
        read(&file).unwrap()
    }

    fn first_lines(report: &Report) -> Vec<String> {
        let text = |record: &[u8]| String::from_utf8_lossy(record).into_owned();
        (report.outcomes.iter())
            .map(|one| {
                text(&one.record)
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect()
    }

    #[test]
    fn the_row_of_an_error_is_the_one_of_its_number() {
        let report = told(Some("a\\\\\n\nb\\\nc\t\\N\n\n"));
        assert_eq!(first_lines(&report), ["a\\\\", "b\\"]);
        assert!(report.remarks.is_empty());
        let paths: Vec<&str> = (report.outcomes.iter())
            .map(|one| one.problems[0].path.as_str())
            .collect();
        assert_eq!(paths, ["/n", "/n"]);
    }

    #[test]
    fn rows_that_do_not_fit_or_are_not_there_are_said() {
        for data in [None, Some("a\n"), Some("a\n\nb\n\nc\n")] {
            let report = told(data);
            assert_eq!(report.remarks.len(), 1, "{data:?}");
            assert!(first_lines(&report)[0].starts_with("Database error"));
        }
    }
}
