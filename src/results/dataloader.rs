//! Error files of Salesforce Data Loader: the columns of the input and `ERROR` as the last, every cell in quotes. In its success
//! files `ID` is the first column and `STATUS` the last.
//!
//! With the SOAP API an error is a message alone, with the Bulk API it is as Salesforce gives it. A cell that begins with `=` was
//! written with an apostrophe before it, which is taken away again.

use std::borrow::Cow;

use super::{
    File, Head, Place, Reader, Report, Tool,
    error_column::{Picked, rows, sample},
    salesforce::problems,
};
use crate::model::{Fault, Stage};

pub(super) const TOOL: Tool = Tool {
    word: "dataloader",
    name: "error and success files of Salesforce Data Loader",
    reader: Reader::Whole { fits, read },
};

fn fits(head: &Head<'_>) -> bool {
    let columns = head.columns();
    let in_quotes = |line: &str| {
        let inside = line
            .strip_prefix('"')
            .and_then(|line| line.strip_suffix('"'));
        inside.is_some_and(|inside| inside.matches('"').count() + 2 == columns.len() * 2)
    };
    pick(&columns).is_some() && head.lines().next().is_some_and(in_quotes) && {
        let cells = sample(head, columns.len() - 1);
        // All that is in such a file was refused; a number would be a measurement.
        let says_why = |cell: &String| cell.chars().any(char::is_alphabetic);
        !cells.is_empty() && cells.iter().all(says_why)
    }
}

fn pick(columns: &[String]) -> Option<Picked> {
    let last = columns.len().checked_sub(1).filter(|last| *last > 0)?;
    match (columns.first()?.as_str(), columns.get(last)?.as_str()) {
        (_, "ERROR") => Some(vec![Some(last)]),
        // Of what was accepted there is nothing to say.
        ("ID", "STATUS") => Some(vec![None, Some(0), Some(last)]),
        _ => None,
    }
}

fn read(file: &File<'_>) -> Result<Report, Fault> {
    rows(file, pick, |line, _| {
        for cell in &mut line.written {
            if let Some(formula) = cell.strip_prefix("\"'=") {
                *cell = Cow::Owned(format!("\"={formula}"));
            }
        }
        let problems = problems(line.said(0), line, TOOL.word, |_| Stage::Send);
        Some((Place::Nowhere, String::new(), problems))
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::error_column::tests::{pairs, told},
        *,
    };

    #[test]
    fn a_formula_loses_the_apostrophe_it_was_given() {
        let found = told(
            read,
            "\"id\",\"n\",\"ERROR\"\n\"'=1+1\",\"'a\",\"N: no: 'a\"\n\"B\",\"\",\"BAD_X:no:N__c --\"\n",
        );
        let expected = [
            ("\"=1+1\",\"'a\"", "dataloader@|N: no: \"…\""),
            ("\"B\",\"\"", "BAD_X@/N__c|no"),
        ];
        assert_eq!(found, Ok(pairs(&expected)));
    }

    #[test]
    fn plain_data_is_no_error_file() {
        let fits = |text: &str| fits(&Head::new(text.as_bytes(), true));
        assert!(fits("\"id\",\"ERROR\"\n\"1\",\"no\"\n"));
        for plain in [
            "id,ERROR\n1,no\n",
            "\"id\",\"ERROR\"\n\"1\",\"0.5\"\n",
            "\"id\",\"ERROR\"\n\"1\",\"no\"\n\"2\",\"\"\n",
            "\"id\",\"ERROR\"\n",
            "\"ERROR\"\n\"no\"\n",
        ] {
            assert!(!fits(plain), "{plain}");
        }
    }
}
