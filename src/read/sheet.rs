//! A sheet that was handed out and edited: its cells with what a spreadsheet made of them. An Excel workbook, or CSV.

use std::{fs, io::Cursor, path::Path as FilePath};

use calamine::{CellType, Data, Range, Reader as _, Xlsx, XlsxError, XlsxFormulaMetadata};
use csv::StringRecord;

use super::{
    excel::{MAGIC, MAX_BYTES, moment},
    grid::{self, Book},
    unopenable,
};
use crate::model::Fault;

/// What a cell holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    #[default]
    Empty,
    Text(String),
    Number(f64),
    Boolean(bool),
    /// A day, or a day and a time, in the ISO form.
    Moment(String),
    Formula,
    /// An error of the spreadsheet, such as `#N/A`.
    Error(String),
}

impl Cell {
    /// Whether nobody sees anything in it.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.is_empty(),
            _ => false,
        }
    }
}

/// A table with a header.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub header: Vec<String>,
    /// The rows below it, each with its 1-based number in the sheet. Short ones lack cells at their end.
    pub rows: Vec<(u64, Vec<Cell>)>,
    /// Whether it came as CSV, where every cell is text.
    pub is_csv: bool,
}

/// The header may have so many rows above it, which people like to add.
const ABOVE: usize = 20;

/// Reads the table that has a column of this name.
///
/// # Errors
/// `input:missing` and the like; `input:read` when it is neither a workbook nor CSV in UTF-8; `merge:columns` when no table
/// has the column.
pub fn read(path: &FilePath, column: &str) -> Result<Table, Fault> {
    let name = path.display().to_string();
    let size = fs::metadata(path).map_err(|error| unopenable(&name, &error))?;
    // A pipe would be waited for, and a device has no end.
    if !size.is_file() && !size.is_dir() {
        let message = format!("{name} is neither a file nor a folder");
        return Err(Fault::unusable("input:special", message)
            .hint("write the sheet into a file first")
            .at(name, None));
    }
    if size.len() > MAX_BYTES {
        let message = format!("{name} is larger than {} MiB", MAX_BYTES >> 20);
        return Err(Fault::unusable("input:read", message)
            .hint("hand out fewer records at once")
            .at(name, None));
    }
    let bytes = fs::read(path).map_err(|error| unopenable(&name, &error))?;
    let sheet = if bytes.starts_with(MAGIC) {
        of_workbook(&name, bytes, column)?
    } else {
        of_csv(&name, &bytes, column)?
    };
    sheet.ok_or_else(|| {
        Fault::unusable("merge:columns", format!("{name} has no column {column}"))
            .hint("only what `redrive export --format xlsx` (or csv with --ids) wrote can be taken back; its first columns must stay")
            .at(name, None)
    })
}

fn of_workbook(name: &str, bytes: Vec<u8>, column: &str) -> Result<Option<Table>, Fault> {
    let mut book: Book = Xlsx::new(Cursor::new(bytes)).map_err(|error| {
        Fault::unusable("input:read", format!("{name} cannot be read: {error}"))
            .hint("save it anew as an Excel workbook (.xlsx)")
            .at(name, None)
    })?;
    // A sheet that is somebody's own may be anything, as long as ours is there.
    let mut first_fault = None;
    for sheet in book.sheet_names() {
        match grid::cells(&mut book, (name, &sheet), next) {
            Ok(cells) => {
                if let Some(at) = header_at(&cells, column) {
                    return Ok(Some(table(&cells, at)));
                }
            }
            Err(fault) => first_fault = first_fault.or(Some(fault)),
        }
    }
    first_fault.map_or(Ok(None), Err)
}

impl CellType for Cell {}

fn next(reader: &mut grid::Reader<'_>) -> Result<Option<calamine::Cell<Cell>>, XlsxError> {
    let Some(found) = reader.next_cell_with_formula_metadata()? else {
        return Ok(None);
    };
    let is_formula = found.formula.is_some_and(|formula| match formula {
        XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. } => {
            !formula.is_empty()
        }
        _ => true,
    });
    let cell = if is_formula {
        Cell::Formula
    } else {
        cell(&Data::from(found.value))
    };
    Ok(Some(calamine::Cell::new(found.pos, cell)))
}

fn header_at(cells: &Range<Cell>, column: &str) -> Option<usize> {
    let is_it = |cell: &Cell| matches!(cell, Cell::Text(text) if text.trim() == column);
    cells
        .rows()
        .take(ABOVE)
        .position(|row| row.iter().any(is_it))
}

fn table(cells: &Range<Cell>, header: usize) -> Table {
    let (top, _) = cells.start().unwrap_or_default();
    let mut rows = (u64::from(top) + 1..).zip(cells.rows()).skip(header);
    let names = rows.next().map(|(_, row)| row).unwrap_or_default();
    Table {
        header: names.iter().map(name).collect(),
        rows: rows.map(|(row, cells)| (row, cells.to_vec())).collect(),
        is_csv: false,
    }
}

/// What a cell of the header calls its column.
fn name(cell: &Cell) -> String {
    match cell {
        Cell::Empty | Cell::Formula => String::new(),
        Cell::Text(text) | Cell::Moment(text) | Cell::Error(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        Cell::Boolean(value) => value.to_string(),
    }
}

fn cell(data: &Data) -> Cell {
    match data {
        Data::Empty => Cell::Empty,
        Data::String(text) | Data::DurationIso(text) => Cell::Text(text.clone()),
        Data::DateTimeIso(text) => Cell::Moment(text.clone()),
        Data::Int(number) => Cell::Number(*number as f64),
        Data::Float(number) => Cell::Number(*number),
        Data::Bool(value) => Cell::Boolean(*value),
        Data::Error(error) => Cell::Error(error.to_string()),
        Data::DateTime(value) => {
            moment(data).map_or_else(|| Cell::Number(value.as_f64()), Cell::Moment)
        }
    }
}

fn of_csv(name: &str, bytes: &[u8], column: &str) -> Result<Option<Table>, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        Fault::unusable("input:read", format!("{name} is not in UTF-8"))
            .hint("save it as an Excel workbook, or as \"CSV UTF-8\"")
            .at(name, None)
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // A spreadsheet writes the delimiter of the country it is in.
    let delimiter = text.split_once(column).and_then(|(_, rest)| {
        let next = rest.trim_start_matches('"').bytes().next();
        next.filter(|byte| b",;\t|".contains(byte))
    });
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter.unwrap_or(b','))
        .from_reader(text.as_bytes());
    let mut header = None;
    let mut rows = Vec::new();
    let mut cells = StringRecord::new();
    let mut row = 0;
    loop {
        let before = reader.position().line();
        let is_more = reader.read_record(&mut cells).map_err(|error| {
            Fault::unusable("input:read", format!("{name} cannot be read: {error}")).at(name, None)
        })?;
        if !is_more {
            break;
        }
        // A spreadsheet counts blank lines as rows, and not the lines inside a cell.
        let lines = reader.position().line() - before;
        let inside: usize = cells.iter().map(|text| text.matches('\n').count()).sum();
        row += 1 + lines.saturating_sub(1 + inside as u64);
        if header.is_some() {
            let cells = cells.iter().map(|text| Cell::Text(text.to_owned()));
            rows.push((row, cells.collect()));
        } else if cells.iter().any(|text| text.trim() == column) {
            header = Some(cells.iter().map(str::to_owned).collect());
        } else if row > ABOVE as u64 {
            break;
        }
    }
    Ok(header.map(|header| Table {
        header,
        rows,
        is_csv: true,
    }))
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

    use super::*;

    fn read_bytes(bytes: &[u8]) -> Result<Table, &'static str> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, bytes).unwrap();
        read(&path, "id").map_err(|fault| fault.code)
    }

    #[test]
    fn a_sheet_is_found_by_a_column_and_its_cells_keep_their_kind() {
        let mut book = Workbook::new();
        book.add_worksheet().write(0, 0, "about").unwrap();
        let sheet = book.add_worksheet();
        sheet.write(0, 1, "a title").unwrap();
        sheet.write(2, 1, "id").unwrap();
        sheet.write(2, 2, "value").unwrap();
        let date = Format::new().set_num_format("dd/mm/yyyy");
        let day = ExcelDateTime::from_ymd(2020, 1, 31).unwrap();
        sheet.write(3, 1, " 007 \nx").unwrap();
        sheet.write_with_format(3, 2, &day, &date).unwrap();
        sheet.write(4, 1, 7.5).unwrap();
        sheet
            .write(4, 2, Formula::new("=1+1").set_result("2"))
            .unwrap();
        sheet.write(5, 1, true).unwrap();
        let sheet = read_bytes(&book.save_to_buffer().unwrap()).unwrap();
        assert_eq!(sheet.header, ["id", "value"]);
        let expected = [
            (
                4,
                vec![
                    Cell::Text(" 007 \nx".to_owned()),
                    Cell::Moment("2020-01-31".to_owned()),
                ],
            ),
            (5, vec![Cell::Number(7.5), Cell::Formula]),
            (6, vec![Cell::Boolean(true), Cell::Empty]),
        ];
        assert_eq!(sheet.rows, expected);
    }

    #[test]
    fn a_stray_cell_in_the_last_corner_is_refused_and_takes_no_memory() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "id").unwrap();
        sheet.write(1_048_575, 16_383, "x").unwrap();
        assert_eq!(
            read_bytes(&book.save_to_buffer().unwrap()),
            Err("input:read")
        );
        // Formulas without a value as well.
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "id").unwrap();
        for (row, column) in [(1, 0), (1_048_575, 16_383)] {
            let nothing = Formula::new("=1").set_result("");
            sheet.write(row, column, nothing).unwrap();
        }
        assert_eq!(
            read_bytes(&book.save_to_buffer().unwrap()),
            Err("input:read")
        );
    }

    #[test]
    fn csv_of_any_country_is_text() {
        let sheet = read_bytes("\u{feff}\"id\";value\n1;\"a;b\"\n2\n".as_bytes()).unwrap();
        assert_eq!(sheet.header, ["id", "value"]);
        let text = |text: &str| Cell::Text(text.to_owned());
        let expected = [(2, vec![text("1"), text("a;b")]), (3, vec![text("2")])];
        assert_eq!(sheet.rows, expected);
    }

    #[test]
    fn what_is_no_sheet_of_ours_is_refused() {
        assert_eq!(read_bytes(b"name\nx\n"), Err("merge:columns"));
        assert_eq!(read_bytes(b"PK\x03\x04rest"), Err("input:read"));
        assert_eq!(read_bytes(b"id\n\xff\n"), Err("input:read"));
    }
}
