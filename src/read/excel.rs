//! Excel workbooks (`.xlsx`) as tables of text: one sheet becomes CSV, row by row, so that it is read as any other table.
//!
//! A row of the sheet is a line, blank rows included, so that a record's line is its row as long as no cell holds a line break. What a
//! cell shows and what it holds are different things in Excel: the value it holds is taken, a date in the ISO form.

use std::io::Cursor;

use calamine::{Cell, Data, DataType as _, Range, Reader as _, Xlsx};

use super::grid::{self, Book};
use crate::model::Fault;

/// What every zip file begins with, and so every workbook.
pub(super) const MAGIC: &[u8] = b"PK\x03\x04";

/// Bytes of a workbook.
pub(super) const MAX_BYTES: u64 = 512 << 20;

/// Which part of a workbook is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its name, or its 1-based number; the first with cells if not said.
    pub name: Option<String>,
    /// The 1-based row that names the columns; the first with cells if not said.
    pub header: Option<u32>,
}

/// A sheet as CSV.
#[derive(Debug)]
pub(super) struct Table {
    pub csv: Vec<u8>,
    /// What a person should know of it, one sentence each.
    pub remarks: Vec<String>,
}

/// Reads a sheet of a workbook.
///
/// # Errors
/// `input:compressed` when the zip file is no workbook, `excel:sheet` when it has no such sheet, `input:empty` when it has no
/// cells.
pub(super) fn table(name: &str, bytes: Vec<u8>, wanted: &Sheet) -> Result<Table, Fault> {
    let mut book: Book = Xlsx::new(Cursor::new(bytes)).map_err(|error| {
        Fault::unusable(
            "input:compressed",
            format!("{name} is a zip file, but no Excel workbook: {error}"),
        )
        .hint("unpack it first and load the unpacked file")
        .at(name, None)
    })?;
    let sheets = book.sheet_names();
    let (sheet, range) = match &wanted.name {
        Some(wanted) => {
            let sheet = named(&sheets, wanted).ok_or_else(|| no_sheet(name, wanted, &sheets))?;
            (sheet.clone(), range(&mut book, name, sheet)?)
        }
        None => first_filled(&mut book, name, &sheets)?,
    };
    let mut table = csv_of(name, &range, wanted.header)?;
    if sheets.len() > 1 && wanted.name.is_none() {
        let others = sheets.iter().filter(|other| **other != sheet);
        let others: Vec<&str> = others.map(String::as_str).collect();
        let remark = format!(
            "{name} has {} sheets; {sheet} was read. --sheet NAME reads another: {}",
            sheets.len(),
            others.join(", ")
        );
        table.remarks.insert(0, remark);
    }
    Ok(table)
}

fn named<'s>(sheets: &'s [String], wanted: &str) -> Option<&'s String> {
    let by_number = || {
        let number: usize = wanted.parse().ok()?;
        sheets.get(number.checked_sub(1)?)
    };
    sheets
        .iter()
        .find(|sheet| *sheet == wanted)
        .or_else(by_number)
}

fn no_sheet(name: &str, wanted: &str, sheets: &[String]) -> Fault {
    Fault::usage("excel:sheet", format!("{name} has no sheet {wanted}"))
        .hint(format!("its sheets are {}", sheets.join(", ")))
        .at(name, None)
}

fn range(book: &mut Book, name: &str, sheet: &str) -> Result<Range<Data>, Fault> {
    grid::cells(book, (name, sheet), |reader| {
        let cell = reader.next_cell()?;
        Ok(cell.map(|cell| Cell::new(cell.get_position(), Data::from(cell.get_value().clone()))))
    })
}

fn first_filled(
    book: &mut Book,
    name: &str,
    sheets: &[String],
) -> Result<(String, Range<Data>), Fault> {
    for sheet in sheets {
        let range = range(book, name, sheet)?;
        if !range.is_empty() {
            return Ok((sheet.clone(), range));
        }
    }
    Err(empty(name))
}

fn empty(name: &str) -> Fault {
    Fault::unusable("input:empty", format!("{name} holds no record"))
        .hint("check which sheet has the records: --sheet NAME")
        .at(name, None)
}

fn csv_of(name: &str, range: &Range<Data>, header: Option<u32>) -> Result<Table, Fault> {
    let (Some((first, _)), Some((last, _))) = (range.start(), range.end()) else {
        return Err(empty(name));
    };
    let header = header.map_or(first, |row| row.saturating_sub(1));
    if header > last {
        return Err(empty(name));
    }
    let row = |at: u32| -> &[Data] {
        let at = at.checked_sub(first).map(|at| at as usize);
        at.and_then(|at| range.rows().nth(at)).unwrap_or(&[])
    };
    let names: Vec<String> = row(header).iter().map(text).collect();
    let width = names
        .iter()
        .rposition(|name| !name.is_empty())
        .map_or(0, |at| at + 1);
    let mut columns: Vec<Column> = names[..width].iter().map(|name| Column::of(name)).collect();
    let mut csv = vec![b'\n'; header as usize];
    let skipped = (header.saturating_sub(first)) as usize;
    for (n, cells) in range.rows().skip(skipped).enumerate() {
        if n > 0 {
            for (column, cell) in columns.iter_mut().zip(cells) {
                column.look(cell);
            }
        }
        push_row(&mut csv, cells, width);
    }
    Ok(Table {
        csv,
        remarks: columns.iter().flat_map(Column::remarks).collect(),
    })
}

/// A line for a row: blank where the row is, else as many cells as the header, or more where there are more.
fn push_row(csv: &mut Vec<u8>, cells: &[Data], width: usize) {
    let filled = cells.iter().rposition(|cell| !text(cell).is_empty());
    if let Some(last) = filled {
        for n in 0..width.max(last + 1) {
            if n > 0 {
                csv.push(b',');
            }
            let text = cells.get(n).map(text).unwrap_or_default();
            // A lone empty cell would be a blank line.
            if text.contains([',', '"', '\n', '\r']) || text.is_empty() && width == 1 {
                csv.push(b'"');
                csv.extend_from_slice(text.replace('"', "\"\"").as_bytes());
                csv.push(b'"');
            } else {
                csv.extend_from_slice(text.as_bytes());
            }
        }
    }
    csv.push(b'\n');
}

/// The value of a cell. Numbers have as many digits as Excel keeps.
fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(value) => value.to_string(),
        Data::Float(value) => value.to_string(),
        Data::Bool(value) => value.to_string(),
        Data::Error(error) => error.to_string(),
        Data::DateTime(value) => moment(cell).unwrap_or_else(|| value.as_f64().to_string()),
    }
}

/// A day, or a day and a time, in the ISO form; `None` where a cell is neither.
pub(super) fn moment(cell: &Data) -> Option<String> {
    let Data::DateTime(value) = cell else {
        return None;
    };
    let at = cell.as_datetime().filter(|_| !value.is_duration())?;
    Some(if at.time() == chrono::NaiveTime::MIN {
        at.format("%Y-%m-%d").to_string()
    } else {
        at.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
    })
}

/// What a column holds, as far as Excel may have changed it.
struct Column {
    name: String,
    numbers: u64,
    dates: u64,
    /// Numbers that are days of this and the last century in Excel's count.
    days: u64,
    /// Text of digits that begins with a zero, as all of the column may once have been.
    zeros: u64,
    errors: u64,
}

/// Words in the names of columns whose numbers are none.
const CODES: [&str; 16] = [
    "zip", "postal", "plz", "phone", "tel", "mobile", "fax", "iban", "account", "konto", "ean",
    "isbn", "sku", "code", "_id", "number",
];

/// Words in the names of columns of dates.
const DATES: [&str; 8] = [
    "date", "datum", "_at", "time", "since", "birth", "day", "until",
];

impl Column {
    fn of(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            numbers: 0,
            dates: 0,
            days: 0,
            zeros: 0,
            errors: 0,
        }
    }

    fn look(&mut self, cell: &Data) {
        match cell {
            Data::Float(_) | Data::Int(_) => {
                self.numbers += 1;
                let value = cell.as_f64().unwrap_or_default();
                self.days += u64::from((10_000.0..80_000.0).contains(&value));
            }
            Data::DateTime(_) | Data::DateTimeIso(_) => self.dates += 1,
            Data::String(text) => {
                let is_digits = text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_digit());
                self.zeros += u64::from(is_digits && text.starts_with('0'));
            }
            Data::Error(_) => self.errors += 1,
            Data::Bool(_) | Data::Empty | Data::DurationIso(_) => {}
        }
    }

    fn remarks(&self) -> Vec<String> {
        let name = self.name.to_lowercase();
        let is = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let cells = crate::text::count;
        let mut remarks = Vec::new();
        if self.numbers > 0 && (self.zeros > 0 || is(&CODES)) {
            remarks.push(format!(
                "column {} holds {}: Excel drops the zeros a number begins with, so that 01234 is 1234 now; compare with where it came from",
                self.name,
                cells(self.numbers, "number")
            ));
        }
        if self.days > 0 && (self.dates > 0 || is(&DATES)) {
            remarks.push(format!(
                "column {} holds {} that may be a day in Excel's count: 43831 is 2020-01-01",
                self.name,
                cells(self.days, "number")
            ));
        }
        if self.errors > 0 {
            remarks.push(format!(
                "column {} holds {} of Excel, such as #N/A",
                self.name,
                cells(self.errors, "error")
            ));
        }
        remarks
    }
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

    use super::*;

    fn workbook() -> Vec<u8> {
        let mut book = Workbook::new();
        book.add_worksheet().set_name("notes").unwrap();
        let sheet = book.add_worksheet().set_name("customers").unwrap();
        let date = Format::new().set_num_format("dd/mm/yyyy");
        sheet.write(0, 0, "export of today").unwrap();
        for (n, name) in ["id", "name", "postal_code", "created_at", "ok", "x"]
            .iter()
            .enumerate()
        {
            sheet.write(2, n as u16, *name).unwrap();
        }
        sheet.write(3, 0, "A").unwrap();
        sheet.write(3, 1, "Ann, \"B\"").unwrap();
        sheet.write(3, 2, "01234").unwrap();
        let day = ExcelDateTime::from_ymd(2020, 1, 31).unwrap();
        sheet.write_with_format(3, 3, &day, &date).unwrap();
        sheet.write(3, 4, true).unwrap();
        sheet.write(5, 0, "B").unwrap();
        sheet.write(5, 2, 1234).unwrap();
        sheet.write(5, 3, 43831.5).unwrap();
        sheet
            .write_formula(5, 5, Formula::new("=1/0").set_result("#DIV/0!"))
            .unwrap();
        sheet.write(6, 7, "beyond").unwrap();
        book.save_to_buffer().unwrap()
    }

    fn read(sheet: &Sheet) -> Result<(String, Vec<String>), &'static str> {
        let table = table("c.xlsx", workbook(), sheet).map_err(|fault| fault.code)?;
        Ok((String::from_utf8(table.csv).unwrap(), table.remarks))
    }

    #[test]
    fn a_sheet_is_a_table_whose_lines_are_its_rows() {
        let sheet = Sheet {
            name: Some("customers".to_owned()),
            header: Some(3),
        };
        let (csv, remarks) = read(&sheet).unwrap();
        insta::assert_snapshot!(csv, @r#"


        id,name,postal_code,created_at,ok,x
        A,"Ann, ""B""",01234,2020-01-31,true,

        B,,1234,43831.5,,#DIV/0!
        ,,,,,,,beyond
        "#);
        insta::assert_snapshot!(remarks.join("\n"), @r"
        column postal_code holds 1 number: Excel drops the zeros a number begins with, so that 01234 is 1234 now; compare with where it came from
        column created_at holds 1 number that may be a day in Excel's count: 43831 is 2020-01-01
        column x holds 1 error of Excel, such as #N/A
        ");
    }

    #[test]
    fn a_sheet_is_found_by_name_by_number_or_by_what_it_holds() {
        let first = |name: Option<&str>| {
            let sheet = Sheet {
                name: name.map(str::to_owned),
                header: None,
            };
            read(&sheet)
                .map(|(csv, remarks)| (csv.lines().next().map(str::to_owned), remarks.len()))
        };
        let title = Some("export of today".to_owned());
        assert_eq!(first(Some("2")), Ok((title.clone(), 0)));
        assert_eq!(first(None), Ok((title, 1)));
        assert_eq!(first(Some("notes")), Err("input:empty"));
        assert_eq!(first(Some("nobody")), Err("excel:sheet"));
        assert_eq!(
            table("a.zip", b"PK\x03\x04rest".to_vec(), &Sheet::default())
                .unwrap_err()
                .code,
            "input:compressed"
        );
    }
}
