//! DuckDB's table `reject_errors`, which `read_csv(..., store_rejects = true)` fills, as CSV, JSON or Parquet. The table
//! `reject_scans`, if it lies beside it, says which file was read and what its columns are.
//!
//! A record is told by the byte it begins at and never by its line: for one record that may differ between errors, because
//! values that are cast late are counted from the next line. `csv_line` has `?` for bytes that are not UTF-8; with the file
//! itself as the source the record has its own.

use std::collections::HashMap;

use super::{
    File, Head, Place, Reader, Report, Tool, parquet,
    report::Told,
    table::{self, Row, Table},
};
use crate::model::{Fault, Form, Found, Layout, Path, Stage};

pub(super) const TOOL: Tool = Tool {
    word: "duckdb",
    name: "DuckDB reject tables",
    reader: Reader::Whole { fits, read },
};

const ERRORS: [&str; 5] = [
    "scan_id",
    "file_id",
    "line_byte_position",
    "error_type",
    "csv_line",
];

fn fits(head: &Head<'_>) -> bool {
    // The columns of a Parquet file stand at its end.
    head.text().as_bytes().starts_with(parquet::MAGIC) || head.has_columns(&ERRORS)
}

/// What is known of a file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Scan {
    path: String,
    layout: Layout,
}

/// Scans by `scan_id` and `file_id`.
type Scans = HashMap<(u64, u64), Scan>;

fn read(file: &File<'_>) -> Result<Report, Fault> {
    let text = table::text(file)?;
    let mut rows = Table::read(file, &text)?;
    let scans = scans(file)?;
    let mut report = Report::default();
    if let Some(first) = scans.values().next()
        && scans.values().all(|scan| scan.layout == first.layout)
    {
        report.layout = first.layout.clone();
    }
    let mut any = false;
    while let Some(row) = rows.next_even_row(file)? {
        if !any && ERRORS.iter().any(|column| !row.has(column)) {
            return Err(no_rejects(file));
        }
        any = true;
        add(&row, &scans, &mut report);
    }
    Ok(report)
}

fn add(row: &Row<'_>, scans: &Scans, report: &mut Report) {
    let number = |column| row.number(column).unwrap_or_default();
    let own = (number("scan_id"), number("file_id"));
    let scan = scans.get(&own);
    let input = match scan {
        Some(scan) => scan.path.clone(),
        None => format!("file {} of scan {}", own.1, own.0),
    };
    let place = match row.number("line_byte_position") {
        Some(at) if at > 0 => Place::Byte(at - 1),
        _ => Place::Nowhere,
    };
    let message = row.text("error_message").unwrap_or_default();
    let field = row.filled("column_name");
    let problem = Told {
        stage: Stage::Parse,
        code: &row.text("error_type").unwrap_or_default(),
        detail: "",
        path: field.map_or_else(Path::root, |name| Path::field(&name)),
        message: &message,
        found: converted(&message).map(|value| Found::Text(value.to_owned())),
    }
    .problem();
    let line = row.text("csv_line").unwrap_or_default();
    let is_row = scan.is_some_and(|scan| scan.layout == report.layout);
    let record = report.at(place, &input);
    record.problems.push(problem);
    if is_row {
        record.give(Form::Csv, line.into_owned().into_bytes());
    } else if record.record.is_empty() {
        record.quote(&line);
    }
}

/// The value that could not be converted, which stands in quotes and may hold some.
fn converted(message: &str) -> Option<&str> {
    let rest = message.split_once("Could not convert string \"")?.1;
    Some(rest.rsplit_once("\" to '")?.0)
}

/// The scans in the table that lies beside the errors.
fn scans(file: &File<'_>) -> Result<Scans, Fault> {
    let names = [
        file.own_name().replace("reject_errors", "reject_scans"),
        file.own_name().replace("errors", "scans"),
    ];
    let mut found = Scans::new();
    for name in names.iter().filter(|name| *name != file.own_name()) {
        let Some(bytes) = (file.beside)(name) else {
            continue;
        };
        let beside = File {
            name,
            bytes: &bytes,
            beside: file.beside,
        };
        let text = table::text(&beside)?;
        let mut rows = Table::read(&beside, &text)?;
        while let Some(row) = rows.next_even_row(&beside)? {
            let number = |column| row.number(column).unwrap_or_default();
            let text = |column| row.text(column).unwrap_or_default().into_owned();
            let layout = Layout::Csv {
                columns: columns(&text("columns")),
                delimiter: text("delimiter").chars().next().unwrap_or(','),
            };
            let scan = Scan {
                path: text("file_path"),
                layout,
            };
            found.insert((number("scan_id"), number("file_id")), scan);
        }
        break;
    }
    Ok(found)
}

/// The names in `{'customer_id': 'VARCHAR','it''s': 'DATE'}`, DuckDB's way to write a struct.
fn columns(literal: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut rest = literal;
    while let Some((_, after)) = rest.split_once('\'') {
        let mut text = String::new();
        let mut inside = after;
        loop {
            let Some((part, after)) = inside.split_once('\'') else {
                return Vec::new();
            };
            text.push_str(part);
            inside = after;
            match after.strip_prefix('\'') {
                Some(after) => {
                    text.push('\'');
                    inside = after;
                }
                None => break,
            }
        }
        texts.push(text);
        rest = inside;
    }
    texts.into_iter().step_by(2).collect()
}

fn no_rejects(file: &File<'_>) -> Fault {
    let message = format!("{} is a table, but not DuckDB's reject_errors", file.name);
    Fault::unusable("input:binary", message)
        .hint("export it as CSV or JSON Lines first")
        .at(file.name, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_a_scan_are_the_names_of_its_struct() {
        assert_eq!(
            columns("{'id': 'VARCHAR','it''s': 'DECIMAL(3,1)'}"),
            ["id", "it's"]
        );
        assert_eq!(columns("{'id"), [""; 0]);
    }

    #[test]
    fn a_value_is_what_could_not_be_converted() {
        let message =
            r#"Error when converting column "n". Could not convert string "a "b" c" to 'DOUBLE'"#;
        assert_eq!(converted(message), Some(r#"a "b" c"#));
        assert_eq!(converted("Expected Number of Columns: 20"), None);
    }

    #[test]
    fn without_its_scans_a_line_is_an_excerpt_and_still_one_record() {
        let text = "scan_id,file_id,line,line_byte_position,column_name,error_type,csv_line,error_message\n\
            1,0,2,6,n,CAST,\"a,b\",no\n1,0,3,6,m,CAST,\"a,b\",no\n";
        let report = read(&File {
            name: "out/reject_errors.csv",
            bytes: text.as_bytes(),
            beside: &|_| None,
        })
        .unwrap();
        let only = &report.outcomes[0];
        assert_eq!((report.outcomes.len(), only.problems.len()), (1, 2));
        assert_eq!((only.form, &only.place), (Form::Excerpt, &Place::Byte(5)));
        assert_eq!(only.record.as_ref(), b"a,b");
    }
}
