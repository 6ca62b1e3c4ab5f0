//! pandera's `failure_cases`, as CSV (with the data frame's own index or without), JSON Lines or a JSON array: `schema_context,
//! column, check, check_number, failure_case, index`.
//!
//! `index` is the index of the data frame, which is the record's number counted from 0 for a plain `read_csv`. A check of the
//! whole frame has one row for every column of a record that fails it; here that is one problem. A check that could not be made
//! has no index: it is about the table.

use std::collections::HashSet;

use super::{
    File, Head, Place, Reader, Report, Tool,
    report::Told,
    table::{self, Row, Table},
};
use crate::model::{Fault, Found, Path, Stage};

pub(super) const TOOL: Tool = Tool {
    word: "pandera",
    name: "failure cases of pandera",
    reader: Reader::Whole { fits, read },
};

const COLUMNS: [&str; 5] = ["schema_context", "column", "check", "failure_case", "index"];

/// The context of a check over several columns.
const FRAME: &str = "DataFrameSchema";

fn fits(head: &Head<'_>) -> bool {
    head.has_columns(&COLUMNS)
}

fn read(file: &File<'_>) -> Result<Report, Fault> {
    let text = table::text(file)?;
    let mut rows = Table::read(file, &text)?;
    let mut report = Report::default();
    let mut of_frames = HashSet::new();
    while let Some(row) = rows.next_even_row(file)? {
        if !COLUMNS.iter().all(|column| row.has(column)) {
            return Err(file.broken("has a row that is no failure case"));
        }
        let value = |column| row.filled(column).unwrap_or_default();
        let (check, column) = (value("check"), value("column"));
        let Some(index) = row.filled("index") else {
            let case = value("failure_case");
            report.remarks.push(format!(
                "pandera says of the whole table: {check} of column {column} failed ({case})"
            ));
            continue;
        };
        let place = match number(&index) {
            Some(at) => Place::Ordinal(at + 1),
            None => Place::Key {
                field: "index".to_owned(),
                value: index.into_owned(),
            },
        };
        let is_frame = value("schema_context") == FRAME;
        if is_frame && !of_frames.insert((check.to_string(), place.clone())) {
            continue;
        }
        let record = report.at(place, "");
        record
            .problems
            .push(problem(&row, &check, (!is_frame).then_some(&column)).problem());
        record.quote(row.whole());
    }
    Ok(report)
}

/// `column` is `None` for a check of several columns.
fn problem<'t>(row: &Row<'_>, check: &'t str, column: Option<&str>) -> Told<'t> {
    let is_null = check == "not_nullable";
    let found = || match row.found("failure_case") {
        Some(Found::Text(text)) if text.is_empty() => Some(Found::Missing),
        None => Some(Found::Missing),
        found => found,
    };
    Told {
        stage: if column.is_some() {
            Stage::Schema
        } else {
            Stage::Rule
        },
        code: check,
        detail: "",
        path: column.map_or_else(Path::root, Path::field),
        message: if is_null { "a value is missing" } else { check },
        found: column.and_then(|_| found()),
    }
}

/// An index; pandas writes one as a fraction where others are missing.
fn number(index: &str) -> Option<u64> {
    let index = index.trim();
    index.strip_suffix(".0").unwrap_or(index).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(rows: &str) -> Report {
        let header = "schema_context,column,check,check_number,failure_case,index\n";
        let text = format!("{header}{rows}");
        read(&File {
            name: "cases.csv",
            bytes: text.as_bytes(),
            beside: &|_| None,
        })
        .unwrap()
    }

    #[test]
    fn a_check_of_the_frame_is_one_problem_of_each_record() {
        let report = report(
            "DataFrameSchema,a,RULE-1,0,x,5\nDataFrameSchema,b,RULE-1,0,y,5\nColumn,a,not_nullable,,,5.0\n",
        );
        let codes: Vec<_> = (report.outcomes[0].problems.iter())
            .map(|problem| (problem.code.as_str(), problem.path.as_str()))
            .collect();
        assert_eq!(codes, [("RULE-1", ""), ("not_nullable", "/a")]);
        assert_eq!(report.outcomes[0].place, Place::Ordinal(6));
    }

    #[test]
    fn a_check_that_could_not_be_made_is_about_the_table() {
        let report = report("Column,n,greater_than(0),0,TypeError('no'),\n");
        assert_eq!(report.outcomes.len(), 0);
        assert_eq!(
            report.remarks,
            [
                "pandera says of the whole table: greater_than(0) of column n failed (TypeError('no'))"
            ]
        );
    }
}
