//! Tables that tools write as CSV, as JSON Lines or as a JSON array of objects: rows with named values, whatever the form.

use std::{borrow::Cow, ops::Range};

use super::{File, parquet, report::Json};
use crate::{
    model::{Fault, Found},
    row::{
        cells::{Span, Splitter},
        lenient,
    },
    text::{count, shorten},
};

/// A table whose rows are taken one by one.
pub(super) enum Table<'t> {
    Csv {
        columns: Vec<String>,
        delimiter: char,
        text: &'t str,
        /// Where the next row begins.
        at: usize,
    },
    /// The text of each object.
    Objects(std::vec::IntoIter<&'t str>),
}

/// One row.
pub(super) enum Row<'t> {
    Cells {
        columns: &'t [String],
        text: &'t str,
        cells: Vec<Span>,
    },
    Object {
        text: &'t str,
        members: Vec<(Cow<'t, str>, &'t str)>,
    },
}

/// The text of a table; of a Parquet file as JSON Lines.
///
/// # Errors
/// `results:encoding`, `results:syntax`.
pub(super) fn text<'f>(file: &File<'f>) -> Result<Cow<'f, str>, Fault> {
    if file.bytes.starts_with(parquet::MAGIC) {
        return parquet::json_lines(file).map(Cow::Owned);
    }
    file.text().map(Cow::Borrowed)
}

/// How much of a row a fault shows, in columns of a terminal.
const SHOWN: usize = 60;

/// Delimiters of CSV tables.
const DELIMITERS: [char; 4] = [',', '\t', ';', '|'];

impl<'t> Table<'t> {
    /// The table that is in a text.
    ///
    /// # Errors
    /// `results:syntax` when it is an array that does not end, or has no header.
    pub fn read(file: &File<'_>, text: &'t str) -> Result<Self, Fault> {
        let rest = text.trim_start();
        if rest.starts_with('[') {
            let objects = lenient::elements(rest.trim_end())
                .ok_or_else(|| file.broken("is not one whole JSON array"))?;
            return Ok(Self::Objects(objects.into_iter()));
        }
        if rest.starts_with('{') {
            let lines = rest.lines().map(str::trim);
            let objects: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
            return Ok(Self::Objects(objects.into_iter()));
        }
        let split = |delimiter: char| {
            let mut spans = Vec::new();
            let header = Splitter::new(delimiter).next(text.as_bytes(), 0, &mut spans)?;
            let line = &text[header.range.clone()];
            let columns: Vec<String> =
                (spans.iter().map(|span| span.value(line).into_owned())).collect();
            Some((columns, delimiter, header.next))
        };
        let headers = DELIMITERS.into_iter().filter_map(split);
        let (columns, delimiter, at) = headers
            .max_by_key(|(columns, delimiter, _)| (columns.len(), *delimiter == ','))
            .ok_or_else(|| file.broken("has no header"))?;
        Ok(Self::Csv {
            columns,
            delimiter,
            text,
            at,
        })
    }

    /// The columns of a CSV table; none for objects, which need not have the same.
    pub fn columns(&self) -> &[String] {
        match self {
            Self::Csv { columns, .. } => columns,
            Self::Objects(_) => &[],
        }
    }

    /// The next row of a table whose rows all have the cells of its header, `None` at the end.
    ///
    /// # Errors
    /// `results:syntax` when one has not, and those of [`Self::next_row`].
    pub fn next_even_row<'r>(&'r mut self, file: &File<'_>) -> Result<Option<Row<'r>>, Fault>
    where
        't: 'r,
    {
        let row = self.next_row(file)?;
        if let Some(Row::Cells {
            columns,
            text,
            cells,
        }) = &row
            && columns.len() != cells.len()
        {
            return Err(file.broken(&format!(
                "has a row of {} where its header has {}: {}",
                count(cells.len() as u64, "cell"),
                columns.len(),
                shorten(text, SHOWN)
            )));
        }
        Ok(row)
    }

    /// The next row, `None` at the end.
    ///
    /// # Errors
    /// `results:syntax` when a line is no object, or a quote is never closed.
    pub fn next_row<'r>(&'r mut self, file: &File<'_>) -> Result<Option<Row<'r>>, Fault>
    where
        't: 'r,
    {
        match self {
            Self::Csv {
                columns,
                delimiter,
                text,
                at,
            } => {
                let mut cells = Vec::new();
                let Some(record) = Splitter::new(*delimiter).next(text.as_bytes(), *at, &mut cells)
                else {
                    return Ok(None);
                };
                if record.open.is_some() {
                    let line = 1 + text[..record.range.start].matches('\n').count();
                    return Err(
                        file.broken(&format!("has a quote on line {line} that is never closed"))
                    );
                }
                *at = record.next;
                Ok(Some(Row::Cells {
                    columns,
                    text: &text[record.range],
                    cells,
                }))
            }
            Self::Objects(objects) => {
                let Some(text) = objects.next() else {
                    return Ok(None);
                };
                let members = lenient::members(text)
                    .ok_or_else(|| file.broken("has a row that is no JSON object"))?;
                Ok(Some(Row::Object { text, members }))
            }
        }
    }
}

impl<'t> Row<'t> {
    /// The text of a value; numbers as they are written. `None` where there is none, or `null`.
    pub fn text(&self, column: &str) -> Option<Cow<'t, str>> {
        match self {
            Self::Cells {
                columns,
                text,
                cells,
            } => {
                let at = columns.iter().position(|name| name == column)?;
                Some(cells.get(at)?.value(text))
            }
            Self::Object { .. } => {
                let value = self.json(column)?;
                Some(value.text().unwrap_or(Cow::Borrowed(value.0)))
            }
        }
    }

    /// Whether there is such a column, or such a member.
    pub fn has(&self, column: &str) -> bool {
        match self {
            Self::Cells { columns, .. } => columns.iter().any(|name| name == column),
            Self::Object { members, .. } => members.iter().any(|(name, _)| name == column),
        }
    }

    /// The same without text that is empty.
    pub fn filled(&self, column: &str) -> Option<Cow<'t, str>> {
        self.text(column).filter(|text| !text.is_empty())
    }

    /// A whole number that is not negative.
    pub fn number(&self, column: &str) -> Option<u64> {
        self.text(column)?.trim().parse().ok()
    }

    /// A value of an object; `None` in CSV, where there is none, and for `null`.
    pub fn json(&self, column: &str) -> Option<Json<'t>> {
        match self {
            Self::Cells { .. } => None,
            Self::Object { members, .. } => {
                let known = members.iter().rev().find(|(name, _)| name == column);
                known
                    .map(|(_, text)| Json(text))
                    .filter(|value| value.0 != "null")
            }
        }
    }

    /// A value as problems carry it.
    pub fn found(&self, column: &str) -> Option<Found> {
        match self {
            Self::Cells { .. } => self.text(column).map(|text| Found::Text(text.into_owned())),
            Self::Object { .. } => self.json(column).map(Json::found),
        }
    }

    /// The values of the cells of a CSV row, in their order, whatever the header has.
    pub fn values(&self) -> Vec<Cow<'t, str>> {
        match self {
            Self::Cells { text, cells, .. } => cells.iter().map(|cell| cell.value(text)).collect(),
            Self::Object { .. } => Vec::new(),
        }
    }

    /// The row's own text.
    pub fn whole(&self) -> &'t str {
        match self {
            Self::Cells { text, .. } | Self::Object { text, .. } => text,
        }
    }

    /// The cells of a CSV row as they are written, quotes included.
    pub fn written(&self) -> impl Iterator<Item = &'t str> + '_ {
        let (text, cells): (&'t str, &[Span]) = match self {
            Self::Cells { text, cells, .. } => (text, cells),
            Self::Object { text, .. } => (text, &[]),
        };
        cells
            .iter()
            .map(move |cell| &text[Range::clone(&cell.range)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<String>, &'static str> {
        let file = File {
            name: "t",
            bytes: text.as_bytes(),
            beside: &|_| None,
        };
        let mut table = Table::read(&file, text).map_err(|fault| fault.code)?;
        let mut rows = Vec::new();
        while let Some(row) = table.next_row(&file).map_err(|fault| fault.code)? {
            rows.push(format!("{:?} {:?}", row.filled("a"), row.number("b")));
        }
        Ok(rows)
    }

    #[test]
    fn a_table_reads_the_same_in_every_form() {
        let expected = vec![
            "Some(\"x,\\\"y\\\"\") Some(1)".to_owned(),
            "None Some(2)".to_owned(),
        ];
        for text in [
            "a,b\n\"x,\"\"y\"\"\",1\n,2\n",
            "b;a\r\n1;\"x,\"\"y\"\"\"\r\n2;\r\n",
            "{\"a\":\"x,\\\"y\\\"\",\"b\":1}\n\n{\"a\":null,\"b\":\"2\"}\n",
            "[\n {\"b\":1,\"a\":\"x,\\\"y\\\"\"},\n {\"b\":2}]",
        ] {
            assert_eq!(rows(text), Ok(expected.clone()), "{text}");
        }
    }

    #[test]
    fn a_row_of_another_width_is_shown_where_none_may_be() {
        let file = File::of("a,b\n1,2\n3\n");
        let mut table = Table::read(&file, "a,b\n1,2\n3\n").unwrap();
        assert!(table.next_even_row(&file).unwrap().is_some());
        let fault = table.next_even_row(&file).err().unwrap();
        assert_eq!(
            fault.message,
            "results has a row of 1 cell where its header has 2: 3"
        );
    }

    #[test]
    fn what_was_cut_off_is_refused() {
        for text in ["[{\"a\":1},", "{\"a\":", "a,b\n\"x\n"] {
            assert_eq!(rows(text), Err("results:syntax"), "{text}");
        }
    }
}
