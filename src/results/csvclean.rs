//! Errors of csvclean (csvkit): `line_number,msg` and the columns of the input, with `label` before them where the input was to be
//! named. Version 1 wrote the same as `X_err.csv`.
//!
//! Rows are as they were, so that most have more or fewer cells than the header. The line is the last one of a record, not
//! counting the header's; a blank line is an error of a record without cells.

use super::{
    File, Head, Place, Reader, Report, Tool,
    error_column::{Picked, of_message, rows},
};
use crate::model::{Fault, Stage};

pub(super) const TOOL: Tool = Tool {
    word: "csvclean",
    name: "errors of csvclean",
    reader: Reader::Whole { fits, read },
};

fn fits(head: &Head<'_>) -> bool {
    head.json().is_none() && pick(&head.columns()).is_some()
}

fn pick(columns: &[String]) -> Option<Picked> {
    let begins = |names: &[&str]| {
        columns.len() > names.len() && columns.iter().zip(names).all(|(a, b)| a == b)
    };
    if begins(&["line_number", "msg"]) {
        Some(vec![Some(0), Some(1)])
    } else if begins(&["label", "line_number", "msg"]) {
        Some(vec![Some(1), Some(2), Some(0)])
    } else {
        None
    }
}

fn read(file: &File<'_>) -> Result<Report, Fault> {
    rows(file, pick, |line, report| {
        let (number, message, label) = (line.said(0), line.said(1), line.said(2));
        // A check of whole columns is written as a row of its own.
        if message.starts_with("Empty columns") {
            report.remarks.push(format!("csvclean says: {message}"));
            return None;
        }
        let is_length = message.starts_with("Expected ") && message.contains(" columns, found ");
        let code = if is_length {
            "length-mismatch"
        } else {
            TOOL.word
        };
        let problem = of_message(line, Stage::Parse, code, message, "");
        let place = (number.trim().parse::<u64>().ok())
            .and_then(|number| number.checked_add(1))
            .map_or(Place::Nowhere, Place::LastLine);
        Some((place, label.to_owned(), vec![problem]))
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::error_column::tests::{pairs, told},
        *,
    };

    #[test]
    fn rows_are_kept_as_ragged_as_they_were() {
        let said = "length-mismatch@|Expected # columns, found # columns";
        for label in ["", "label,"] {
            let at = if label.is_empty() { "" } else { "in.csv," };
            let text = format!(
                "{label}line_number,msg,a,b\n\
                 {at}1,\"Expected 2 columns, found 3 columns\",\"x\",y,z\n\
                 {at}2,\"Expected 2 columns, found 0 columns\"\n\
                 {at}1,\"Empty columns named 'b'! Try: csvcut -C 2\",,\n"
            );
            let expected = [("\"x\",y,z", said), ("", said)];
            assert_eq!(told(read, &text), Ok(pairs(&expected)));
        }
    }

    #[test]
    fn a_line_counts_the_header_and_is_the_last_of_its_record() {
        let text = "line_number,msg,a\n59,odd,1\nx,odd,2\n";
        let file = File {
            name: "t",
            bytes: text.as_bytes(),
            beside: &|_| None,
        };
        let report = read(&file).unwrap();
        let places: Vec<&Place> = report.outcomes.iter().map(|one| &one.place).collect();
        assert_eq!(places, [&Place::LastLine(60), &Place::Nowhere]);
    }
}
