//! What psql wrote to stderr: `ERROR:  message` with `DETAIL:`, `HINT:` and `CONTEXT:` after it. A script's errors begin with
//! `psql:FILE:LINE: `; `VERBOSITY=verbose` puts the SQLSTATE before the message and more lines after it.
//!
//! The line of a script is that of the statement's end, and of a record nothing is known then but what the error says. COPY
//! stops at its first error and counts the last line of a record; where the same line comes twice there were several
//! inputs, and lines place nothing.

use std::collections::HashSet;

use super::{
    File, Head, Place, Reader, Report, Tool,
    jsonlog::SEVERE,
    postgres::{Aside, Said},
};
use crate::model::{Fault, Stage};

pub(super) const TOOL: Tool = Tool {
    word: "psql",
    name: "what psql wrote of errors",
    reader: Reader::Whole { fits, read },
};

/// Severities that are no error. `error` is of psql itself.
const OTHERS: [&str; 6] = ["WARNING", "NOTICE", "INFO", "LOG", "DEBUG", "error"];

/// What stands before the parts of an error.
const LABELS: [&str; 11] = [
    "DETAIL",
    "HINT",
    "CONTEXT",
    "QUERY",
    "STATEMENT",
    "LOCATION",
    "SCHEMA NAME",
    "TABLE NAME",
    "COLUMN NAME",
    "DATATYPE NAME",
    "CONSTRAINT NAME",
];

/// What PostgreSQL answers to a statement that went well, where both outputs are in one file.
const ANSWERS: [&str; 12] = [
    "COPY", "INSERT", "UPDATE", "DELETE", "MERGE", "BEGIN", "COMMIT", "ROLLBACK", "SET", "CREATE",
    "ALTER", "TRUNCATE",
];

/// One error with all lines that belong to it.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub severity: String,
    /// Whether it is of a statement of a script.
    pub is_of_script: bool,
    pub said: Said,
    pub text: String,
}

/// The errors of a text, of which `begin` reads the first line of each.
pub(super) fn blocks(text: &str, begin: fn(&str) -> Option<Block>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut label = "";
    for line in text.lines() {
        if let Some(block) = begin(line) {
            blocks.push(Block {
                text: line.to_owned(),
                ..block
            });
            label = "";
            continue;
        }
        let Some(block) = blocks.last_mut().filter(|_| !is_answer(line)) else {
            continue;
        };
        block.text.push('\n');
        block.text.push_str(line);
        let labelled = LABELS.iter().find_map(|name| {
            let rest = line.strip_prefix(name)?.strip_prefix(": ")?;
            Some((*name, rest.trim_start()))
        });
        let is_new = labelled.is_some();
        let (next, rest) = labelled.unwrap_or((label, line));
        label = match next {
            // The place in a statement is drawn over two lines.
            "" if line.starts_with("LINE ") => "LINE",
            next => next,
        };
        let said = &mut block.said;
        let part = match label {
            "" => &mut said.message,
            "DETAIL" => &mut said.detail,
            "CONTEXT" => &mut said.context,
            "COLUMN NAME" => &mut said.column,
            "CONSTRAINT NAME" => &mut said.constraint,
            _ => continue,
        };
        if !is_new {
            part.push('\n');
        }
        part.push_str(rest);
    }
    blocks
}

/// An error of one of these severities begins.
fn begin(line: &str) -> Option<Block> {
    let severities = || SEVERE.iter().chain(&OTHERS);
    let (severity, is_of_script, rest) = match line.strip_prefix("psql:") {
        Some(rest) => severities().find_map(|severity| {
            let (place, rest) = rest.split_once(&format!(" {severity}:"))?;
            let (_, number) = place.strip_suffix(':')?.rsplit_once(':')?;
            number.parse::<u64>().ok()?;
            Some((*severity, true, rest))
        }),
        None => severities().find_map(|severity| {
            let rest = line.strip_prefix(severity)?.strip_prefix(":  ")?;
            Some((*severity, false, rest))
        }),
    }?;
    let rest = rest.trim_start();
    let (sqlstate, message) = state_of(rest).unwrap_or(("", rest));
    Some(Block {
        severity: severity.to_owned(),
        is_of_script,
        said: Said {
            sqlstate: sqlstate.to_owned(),
            message: message.to_owned(),
            ..Said::default()
        },
        text: String::new(),
    })
}

/// The SQLSTATE that a text begins with, and what follows it.
pub(super) fn state_of(text: &str) -> Option<(&str, &str)> {
    let (state, rest) = text.split_once(": ")?;
    let is_state = state.len() == 5
        && state.bytes().any(|byte| byte.is_ascii_digit())
        && (state.bytes()).all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    is_state.then_some((state, rest))
}

fn is_answer(line: &str) -> bool {
    let mut words = line.split(' ');
    let is_word = |word: &str| {
        let upper = word.bytes().all(|byte| byte.is_ascii_uppercase());
        !word.is_empty() && (upper || word.bytes().all(|byte| byte.is_ascii_digit()))
    };
    words.next().is_some_and(|first| ANSWERS.contains(&first)) && words.all(is_word)
}

fn is_error(block: &Block) -> bool {
    SEVERE.contains(&block.severity.as_str())
}

fn fits(head: &Head<'_>) -> bool {
    let errors = || head.lines().filter_map(begin).filter(is_error);
    let goes_on = |line: &str| {
        ["DETAIL:  ", "CONTEXT:  "]
            .iter()
            .any(|label| line.starts_with(label))
    };
    errors().any(|error| error.is_of_script)
        || (errors().next().is_some() && head.lines().any(goes_on))
}

fn read(file: &File<'_>) -> Result<Report, Fault> {
    // What a record holds is shown as it is, even where it is not UTF-8.
    let text = String::from_utf8_lossy(file.bytes);
    let mut report = Report::default();
    let mut aside = Aside::default();
    let mut errors = Vec::new();
    let blocks = blocks(&text, begin);
    if blocks.is_empty() {
        return Err(file.broken("holds no error as psql writes them"));
    }
    for block in blocks {
        match block.severity.as_str() {
            _ if is_error(&block) && block.said.is_of_record() => errors.push(block),
            "WARNING" | "NOTICE" | "INFO" | "LOG" | "DEBUG" => {}
            _ => aside.add(&block.said.message),
        }
    }
    let mut lines = HashSet::new();
    let is_one_input = (errors.iter())
        .filter_map(|error| error.said.line())
        .all(|line| lines.insert(line));
    for error in errors {
        let (column, found) = error.said.place();
        let line = error.said.line();
        let place = match line {
            Some(line) if is_one_input && !error.is_of_script => {
                report.capped = true;
                Place::LastLine(line)
            }
            _ => Place::Nowhere,
        };
        let record = report.at(place, "");
        record
            .problems
            .push(error.said.problem(Stage::Send, column, found));
        record.quote(&error.text);
    }
    if report.capped {
        let stopped =
            "COPY stops at its first error and takes all back: records after it were not looked at";
        report.remarks.push(stopped.to_owned());
    }
    report.remarks.extend(aside.remark());
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &[u8]) -> Report {
        let file = File {
            name: "t",
            bytes: text,
            beside: &|_| None,
        };
        read(&file).unwrap()
    }

    fn places(report: &Report) -> Vec<&Place> {
        report.outcomes.iter().map(|one| &one.place).collect()
    }

    #[test]
    fn an_error_ends_where_the_next_begins_or_psql_answers() {
        let report = told(
            b"NOTICE:  x\nERROR:  one\ntwo\nCOPY 3\nINSERT 0 1\nCONTEXT:  COPY t, line 4\nERROR:  P0001: three\n",
        );
        let said: Vec<_> = (report.outcomes.iter())
            .map(|one| {
                (
                    one.problems[0].code.as_str(),
                    one.problems[0].shape.as_str(),
                )
            })
            .collect();
        assert_eq!(said, [("postgres", "one\ntwo"), ("P0001", "three")]);
        assert_eq!(places(&report), [&Place::LastLine(4), &Place::Nowhere]);
        assert!(report.capped && report.remarks.len() == 1);
    }

    #[test]
    fn a_line_that_comes_twice_is_of_several_inputs() {
        let error = "ERROR:  x\nCONTEXT:  COPY t, line 4: \"\u{1}\"\n";
        let report = told([error, error].concat().as_bytes());
        assert_eq!(places(&report), [&Place::Nowhere; 2]);
    }

    #[test]
    fn errors_of_no_record_are_a_remark_and_bytes_that_are_no_text_are_shown() {
        let report = told(
            b"psql:a:1: ERROR:  syntax error at or near \"x\"\nLINE 1: x\n        ^\npsql:a:2: error: no\n\
              psql:a b:3: ERROR:  bad \xE4\n",
        );
        assert_eq!(report.outcomes.len(), 1);
        assert_eq!(
            report.outcomes[0].record,
            "psql:a b:3: ERROR:  bad \u{fffd}".as_bytes()
        );
        assert_eq!(
            report.remarks,
            [
                "PostgreSQL also gave 2 errors that are about no record, the first is: syntax error at or near \"x\""
            ]
        );
    }

    #[test]
    fn logs_of_other_programs_are_not_taken() {
        let fits = |text: &str| fits(&Head::new(text.as_bytes(), true));
        assert!(fits("ERROR:  x\nDETAIL:  y\n"));
        assert!(fits("NOTICE:  a\npsql:x.sql:7: ERROR:  x\n"));
        for other in [
            "ERROR: x\nDETAIL: y\n",
            "ERROR:  x\n",
            "NOTICE:  x\nDETAIL:  y\n",
        ] {
            assert!(!fits(other), "{other}");
        }
        let nothing = File {
            name: "t",
            bytes: b"psql: error: no server\n",
            beside: &|_| None,
        };
        assert!(read(&nothing).is_err());
    }
}
