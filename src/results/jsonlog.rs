//! The log of a PostgreSQL server as JSON, one object a line (`log_destination = jsonlog`, version 15 and later).
//!
//! It holds all that the server says: only errors that are about a record count. Of COPY it holds the record's first 100
//! characters, or the value of the column. Lines are those of one COPY, of which a log has many, so that they place nothing.

use super::{
    File, Head, Place, Reader, Report, Tool,
    postgres::{Aside, Said, text},
};
use crate::{
    model::{Fault, Stage},
    row::lenient,
    text::count,
};

pub(super) const TOOL: Tool = Tool {
    word: "postgres-log",
    name: "JSON logs of PostgreSQL",
    reader: Reader::Whole { fits, read },
};

/// Severities from which on something was refused.
pub(super) const SEVERE: [&str; 3] = ["ERROR", "FATAL", "PANIC"];

fn fits(head: &Head<'_>) -> bool {
    head.object().is_some_and(|line| {
        let has = |name| line.get(name).is_some();
        has("error_severity") && has("message") && (has("backend_type") || has("state_code"))
    })
}

fn read(file: &File<'_>) -> Result<Report, Fault> {
    let log = String::from_utf8_lossy(file.bytes);
    let mut report = Report::default();
    let mut aside = Aside::default();
    let mut others = 0;
    for (n, line) in log.lines().map(str::trim).enumerate() {
        if line.is_empty() {
            continue;
        }
        let members = lenient::members(line)
            .ok_or_else(|| file.broken(&format!("has no whole JSON object on line {}", n + 1)))?;
        let severity = text(&members, &["error_severity"]);
        others += u64::from(severity.is_empty());
        if !SEVERE.contains(&&*severity) {
            continue;
        }
        let said = Said {
            sqlstate: text(&members, &["state_code"]),
            message: text(&members, &["message"]),
            detail: text(&members, &["detail"]),
            context: text(&members, &["context"]),
            ..Said::default()
        };
        if !said.is_of_record() {
            aside.add(&said.message);
            continue;
        }
        let (column, found) = said.place();
        let record = report.at(Place::Nowhere, "");
        record
            .problems
            .push(said.problem(Stage::Send, column, found));
        record.quote(&said.text());
        let statement = text(&members, &["statement"]);
        // A COPY's own text says nothing of the record.
        if !statement.is_empty() && said.line().is_none() {
            record.quote(&format!("STATEMENT:  {statement}"));
        }
    }
    report.remarks.extend(aside.remark());
    if others > 0 {
        report.remarks.push(format!(
            "{} of {} without a severity, of which nothing was loaded",
            count(others, "line"),
            file.name
        ));
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Result<Report, Fault> {
        read(&File {
            name: "t",
            bytes: text.as_bytes(),
            beside: &|_| None,
        })
    }

    #[test]
    fn only_errors_of_records_count() {
        let line = |severity: &str, state: &str| {
            format!(
                "{{\"error_severity\":\"{severity}\",\"state_code\":\"{state}\",\"message\":\"m {state}\"}}\n"
            )
        };
        let text = [
            line("LOG", "00000"),
            line("ERROR", "42P01"),
            line("ERROR", "22P02"),
            line("FATAL", "57P01"),
        ];
        let report = told(&text.concat()).unwrap();
        assert_eq!(report.outcomes.len(), 1);
        assert_eq!(
            report.remarks,
            ["PostgreSQL also gave 2 errors that are about no record, the first is: m 42P01"]
        );
        assert!(told("{\"error_severity\":\"ERROR\"").is_err());
    }
}
