//! Tables that hold a record and, in columns of their own, what was said of it. Here are those that people make themselves, with a
//! column `error`, `error_message`, `reason` or the like; the readers of Salesforce and csvclean share what is below.
//!
//! Plain data can have such columns too. A table is only recognised by a name that hardly means anything else, and where
//! its cells are words: a column `error` of a measurement holds numbers. What was written onto a row that had too few or too
//! many cells stands in its last cell, not under its name.

use std::borrow::Cow;

use super::{
    File, Head, Place, Reader, Report, Tool,
    report::{Told, shape_without},
    table::{Row, Table},
};
use crate::{
    model::{Fault, Form, Found, Layout, Path, Problem, Stage, rule_id},
    row::problems::field_count,
};

pub(super) const TOOL: Tool = Tool {
    word: "error-column",
    name: "CSV with a column of errors",
    reader: Reader::Whole { fits, read },
};

/// Names of columns of errors, the plainest first.
const PLAIN: [&str; 20] = [
    "error_message",
    "error_messages",
    "error_msg",
    "error_text",
    "error_reason",
    "error_description",
    "reject_reason",
    "rejected_reason",
    "rejection_reason",
    "reject_message",
    "failure_reason",
    "failure_message",
    "validation_error",
    "validation_errors",
    "validation_message",
    "import_error",
    "import_errors",
    "load_error",
    "errors",
    "error",
];

/// Names that often mean something else, so that they only count where the format was asked for.
const GUESSED: [&str; 7] = [
    "err_msg", "errmsg", "err", "reason", "failure", "msg", "message",
];

/// Columns beside that say an error's code, and the field it is about.
const CODES: [&str; 4] = ["error_code", "err_code", "reject_code", "reason_code"];
const FIELDS: [&str; 4] = ["error_field", "error_column", "err_field", "reject_field"];

/// Rows that are looked at to recognise a table.
const SAMPLE: usize = 50;

/// A row, split into the record and what was said of it.
pub(super) struct Line<'t> {
    /// The columns of the record.
    pub columns: &'t [String],
    /// The record's cells as they are written.
    pub written: Vec<Cow<'t, str>>,
    /// The record's values.
    pub values: Vec<Cow<'t, str>>,
    /// What was said, in the order in which the columns were asked for.
    pub said: Vec<Cow<'t, str>>,
}

/// The columns that are not the record's, `None` for one that a table has not.
pub(super) type Picked = Vec<Option<usize>>;

/// What a row says: where its record stood and in which input, and its problems.
pub(super) type Said = (Place, String, Vec<Problem>);

impl<'t> Line<'t> {
    /// Splits a row of a table of `width`.
    fn of(row: &Row<'t>, picked: &Picked, width: usize, columns: &'t [String]) -> Self {
        let values: Vec<Cow<'t, str>> = row.values().into_iter().map(unmarked).collect();
        let places = places(picked, width, values.len());
        let own = |n: usize| !places.contains(&Some(n));
        let value = |place: &Option<usize>| {
            let value = place.and_then(|place| values.get(place));
            value.cloned().unwrap_or_default()
        };
        Self {
            columns,
            said: places.iter().map(value).collect(),
            written: (row.written().enumerate())
                .filter(|(n, _)| own(*n))
                .map(|(_, cell)| Cow::Borrowed(cell))
                .collect(),
            values: (values.iter().enumerate())
                .filter(|(n, _)| own(*n))
                .map(|(_, value)| value.clone())
                .collect(),
        }
    }

    pub fn said(&self, column: usize) -> &str {
        self.said.get(column).map_or("", |text| text)
    }

    /// The value of a column of the record.
    pub fn value(&self, column: &str) -> Option<&str> {
        let at = self.columns.iter().position(|name| name == column)?;
        self.values.get(at).map(|value| &**value)
    }

    /// The longest value of the record that a message ends with, after a colon.
    pub fn shown_in(&self, message: &str) -> Option<&str> {
        let ends = |value: &&Cow<'t, str>| {
            let before = message.strip_suffix(&***value);
            !value.is_empty() && before.is_some_and(|before| before.ends_with(": "))
        };
        let shown = self.values.iter().filter(ends);
        shown.max_by_key(|value| value.len()).map(|value| &**value)
    }

    /// The record's text.
    fn text(&self, delimiter: char) -> String {
        // A blank line would be no record.
        match self.written.as_slice() {
            [only] if only.is_empty() => "\"\"".to_owned(),
            cells => cells.join(delimiter.encode_utf8(&mut [0; 4])),
        }
    }
}

/// Reads a table of which `pick` says which columns are not the record's. `each` says what a row says of its record; it is
/// `None` where it is about something else.
pub(super) fn rows(
    file: &File<'_>,
    pick: fn(&[String]) -> Option<Picked>,
    mut each: impl FnMut(&mut Line<'_>, &mut Report) -> Option<Said>,
) -> Result<Report, Fault> {
    let text = marked(file)?;
    let mut table = Table::read(file, &text)?;
    let Table::Csv {
        columns: all,
        delimiter,
        ..
    } = &table
    else {
        return Err(file.broken("is no CSV table"));
    };
    let delimiter = *delimiter;
    let picked = pick(all).ok_or_else(|| file.broken("has no column of errors in its header"))?;
    let named = all.iter().enumerate();
    let columns: Vec<String> = named
        .filter(|(n, _)| !picked.contains(&Some(*n)))
        .map(|(_, name)| unmarked(Cow::Borrowed(name)).into_owned())
        .collect();
    let width = all.len();
    if columns.is_empty() {
        return Err(file.broken("has no column of the records"));
    }
    let mut report = Report::default();
    report.layout = Layout::Csv {
        columns: columns.clone(),
        delimiter,
    };
    while let Some(row) = table.next_row(file)? {
        let mut line = Line::of(&row, &picked, width, &columns);
        let cells = line.written.len();
        let Some((place, input, mut problems)) = each(&mut line, &mut report) else {
            continue;
        };
        // Nothing is said of a row that was cut off, or is none of this table.
        if problems.is_empty() && cells != columns.len() {
            problems.push(*field_count(columns.len(), cells));
        }
        let record = report.at(place, &input);
        record.problems.extend(problems);
        record.give(Form::Csv, bytes_of(&line.text(delimiter)));
    }
    Ok(report)
}

/// The first of the characters that stand for the bytes of a table that are not UTF-8: the last ones of a private plane, which no
/// text uses.
const MARK: u32 = 0x10_FF00;

/// The text of a table, whose records may be refused just because they are no UTF-8.
fn marked<'f>(file: &File<'f>) -> Result<Cow<'f, str>, Fault> {
    if let Ok(text) = std::str::from_utf8(file.bytes) {
        return Ok(Cow::Borrowed(text));
    }
    let mut text = String::with_capacity(file.bytes.len());
    for chunk in file.bytes.utf8_chunks() {
        // What has such a character of its own could not be given back.
        if chunk.valid().contains(|c| byte_of(c).is_some()) {
            file.text()?;
        }
        text.push_str(chunk.valid());
        let marks = chunk.invalid().iter();
        text.extend(marks.filter_map(|byte| char::from_u32(MARK + u32::from(*byte))));
    }
    Ok(Cow::Owned(text))
}

/// The byte that a character stands for.
fn byte_of(c: char) -> Option<u8> {
    u32::from(c).checked_sub(MARK)?.try_into().ok()
}

/// The bytes of a text as they were in the file.
fn bytes_of(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match byte_of(c) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

/// A text with U+FFFD for each byte that is not UTF-8.
fn unmarked(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains(|c| byte_of(c).is_some()) {
        Cow::Owned(text.replace(|c| byte_of(c).is_some(), "\u{fffd}"))
    } else {
        text
    }
}

/// Where the picked columns of a table of `width` stand in a row of `cells`. Those at the end are counted from the row's end,
/// because they are written onto it as it is.
fn places(picked: &[Option<usize>], width: usize, cells: usize) -> Vec<Option<usize>> {
    let is_last = |n: usize| (n..width).all(|n| picked.contains(&Some(n)));
    let place = |n: &Option<usize>| match *n {
        Some(n) if is_last(n) => cells.checked_sub(width - n),
        Some(n) => Some(n).filter(|n| *n < cells),
        None => None,
    };
    picked.iter().map(place).collect()
}

fn fits(head: &Head<'_>) -> bool {
    if head.json().is_some() {
        return false;
    }
    let columns = head.columns();
    let Some(column) = named(&columns, &PLAIN).filter(|_| columns.len() > 1) else {
        return false;
    };
    let cells = sample(head, column);
    let filled = || cells.iter().filter(|cell| !cell.trim().is_empty());
    filled().next().is_some() && filled().all(|cell| is_prose(cell))
}

/// The cells of a column in the first rows.
pub(super) fn sample(head: &Head<'_>, column: usize) -> Vec<String> {
    let text = head.complete();
    let file = File {
        name: "",
        bytes: text.as_bytes(),
        beside: &|_| None,
    };
    let Ok(mut table) = Table::read(&file, text) else {
        return Vec::new();
    };
    let width = table.columns().len();
    let mut cells = Vec::new();
    // A cut inside of quotes ends the sample.
    while let Ok(Some(row)) = table.next_row(&file)
        && cells.len() < SAMPLE
    {
        let values = row.values();
        let place = places(&[Some(column)], width, values.len());
        let value = place.first().copied().flatten();
        let value = value.and_then(|place| values.get(place).cloned());
        cells.push(value.unwrap_or_default().into_owned());
    }
    cells
}

/// Whether a cell says something, and is no number, flag or code.
fn is_prose(cell: &str) -> bool {
    let cell = cell.trim();
    let flags = ["true", "false", "yes", "no", "nan", "none", "null", "ok"];
    let flag = flags.iter().any(|flag| cell.eq_ignore_ascii_case(flag));
    let is_text = cell.chars().any(char::is_whitespace) || cell.contains([':', '_']);
    !flag && is_text && cell.chars().filter(|c| c.is_alphabetic()).count() > 2
}

/// The first of some names that the columns have.
fn named(columns: &[String], names: &[&str]) -> Option<usize> {
    let plain = |name: &String| name.trim().to_ascii_lowercase().replace([' ', '-'], "_");
    let columns: Vec<String> = columns.iter().map(plain).collect();
    (names.iter()).find_map(|name| columns.iter().position(|column| column == name))
}

/// The column of errors, and those of their code and field where there are any.
fn pick(columns: &[String]) -> Option<Picked> {
    let names = [&PLAIN[..], &GUESSED[..]].concat();
    Some(vec![
        Some(named(columns, &names)?),
        named(columns, &CODES),
        named(columns, &FIELDS),
    ])
}

fn read(file: &File<'_>) -> Result<Report, Fault> {
    rows(file, pick, |line, _| {
        let problem = problem(line);
        Some((Place::Nowhere, String::new(), problem.into_iter().collect()))
    })
}

fn problem(line: &Line<'_>) -> Option<Problem> {
    let (message, code, field) = (
        line.said(0).trim(),
        line.said(1).trim(),
        line.said(2).trim(),
    );
    if message.is_empty() && code.is_empty() {
        return None;
    }
    let code = if code.is_empty() { TOOL.word } else { code };
    Some(of_message(line, Stage::Send, code, message, field))
}

/// The problem of a message that names no field, or one that the record may have.
pub(super) fn of_message(
    line: &Line<'_>,
    stage: Stage,
    code: &str,
    message: &str,
    field: &str,
) -> Problem {
    let shown = line.shown_in(message);
    let found = if field.is_empty() {
        None
    } else {
        line.value(field).or(shown)
    };
    // A rule is told by its number where the message begins with one.
    let rule =
        rule_id(message).filter(|id| stage == Stage::Rule && message.trim_start().starts_with(id));
    let mut problem = Told {
        stage,
        code,
        detail: rule.unwrap_or_default(),
        path: if field.is_empty() {
            Path::root()
        } else {
            Path::field(field)
        },
        message: message.trim(),
        found: found.map(|value| Found::Text(value.to_owned())),
    }
    .problem();
    if let Some(shown) = shown {
        problem.shape = shape_without(message, shown);
    }
    problem
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Each record's text and what its problems say.
    pub fn told(
        read: fn(&File<'_>) -> Result<Report, Fault>,
        text: &str,
    ) -> Result<Vec<(String, String)>, &'static str> {
        let file = File {
            name: "t",
            bytes: text.as_bytes(),
            beside: &|_| None,
        };
        let report = read(&file).map_err(|fault| fault.code)?;
        let said =
            |problem: &Problem| format!("{}@{}|{}", problem.code, problem.path, problem.shape);
        Ok((report.outcomes.iter())
            .map(|outcome| {
                (
                    String::from_utf8_lossy(&outcome.record).into_owned(),
                    (outcome.problems.iter().map(said).collect::<Vec<_>>()).join(" + "),
                )
            })
            .collect())
    }

    pub fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(record, said): &(&str, &str)| ((*record).to_owned(), (*said).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn the_record_is_the_row_without_what_was_said_of_it() {
        let found = told(
            read,
            "id,error,n,error_code,error_field\n\"A,1\",no number: x,x,E1,n\nB,,\"\",,\n",
        );
        let expected = [("\"A,1\",x", "E1@/n|no number: \"…\""), ("B,\"\"", "")];
        assert_eq!(found, Ok(pairs(&expected)));
    }

    #[test]
    fn what_was_written_onto_a_ragged_row_is_its_last_cell() {
        let found = told(read, "a,b,reason\n1,2,3,too long\n1,too short\n");
        let expected = [
            ("1,2,3", "error-column@|too long"),
            ("1", "error-column@|too short"),
        ];
        assert_eq!(found, Ok(pairs(&expected)));
        for other in ["a,b\n1,2\n", "error\nbad\n", "{\"a\":1}\n"] {
            assert_eq!(told(read, other), Err("results:syntax"), "{other}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_stay_what_they_are() {
        let file = |bytes| File {
            name: "t",
            bytes,
            beside: &|_| None,
        };
        let report = read(&file(b"id,error\n\"K\xE4se\xC3\xA4\",not: K\xE4se\n")).unwrap();
        assert_eq!(&*report.outcomes[0].record, b"\"K\xE4se\xC3\xA4\"");
        assert_eq!(report.outcomes[0].problems[0].shape, "not: K\u{fffd}se");
        let own = read(&file(b"id,error\n\xF4\x8F\xBC\x80,\xE4\n"));
        assert_eq!(own.unwrap_err().code, "results:encoding");
    }

    #[test]
    fn plain_data_is_no_result() {
        let fits = |text: &str| fits(&Head::new(text.as_bytes(), true));
        assert!(fits("id,Error Message\n1,bad e-mail\n2,\n"));
        assert!(fits("id;error\n1;bad e-mail"));
        for plain in [
            "id,reason\n1,bad e-mail\n",
            "x,error\n1,0.02\n",
            "x,errors\n1,true\n",
            "id,error\n1,\n",
            "error\nbad e-mail\n",
            "{\"id\":1,\"error\":\"bad e-mail\"}\n",
        ] {
            assert!(!fits(plain), "{plain}");
        }
    }
}
