//! The cells of one sheet of a workbook, in a rectangle that is never out of proportion to what it holds: a stray cell in the
//! last corner of a sheet would take half a terabyte.

use std::io::Cursor;

use calamine::{Cell, CellType, Range, Xlsx, XlsxCellReader, XlsxError};

use crate::{
    model::Fault,
    text::{count, thousands},
};

pub(super) type Book = Xlsx<Cursor<Vec<u8>>>;
pub(super) type Reader<'b> = XlsxCellReader<'b, Cursor<Vec<u8>>>;

/// A rectangle of so many cells is taken however few of them hold something.
const ROOM: u64 = 1 << 22;
/// In a larger one, one of so many must.
const SPARSE: u64 = 16;
/// No rectangle has more.
const MOST: u64 = 1 << 27;

/// The cells of a sheet that hold something, with those between them. `next` gives one cell after another.
///
/// # Errors
/// `input:read` when the sheet cannot be read, or spans far more than it holds.
pub(super) fn cells<T: CellType>(
    book: &mut Book,
    (file, sheet): (&str, &str),
    mut next: impl FnMut(&mut Reader<'_>) -> Result<Option<Cell<T>>, XlsxError>,
) -> Result<Range<T>, Fault> {
    let unreadable = |error: XlsxError| {
        let message = format!("the sheet {sheet} of {file} cannot be read: {error}");
        Fault::unusable("input:read", message)
            .hint("save the workbook anew, or save the sheet as CSV")
            .at(file, None)
    };
    let mut reader = match book.worksheet_cells_reader(sheet) {
        Ok(reader) => reader,
        // A chart on a sheet of its own.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(Range::empty()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut filled = Vec::new();
    let mut span = Span::default();
    while let Some(cell) = next(&mut reader).map_err(unreadable)? {
        if *cell.get_value() == T::default() {
            continue;
        }
        span.add(cell.get_position());
        filled.push(cell);
        if filled.len() as u64 > MOST {
            break;
        }
    }
    let count = filled.len() as u64;
    if span.is_out_of_proportion(count) {
        return Err(span.fault((file, sheet), count));
    }
    Ok(Range::from_sparse(filled))
}

/// The rectangle around cells: the first and the last row and column.
#[derive(Default)]
struct Span(Option<[(u32, u32); 2]>);

impl Span {
    fn add(&mut self, (row, column): (u32, u32)) {
        let [rows, columns] = self.0.get_or_insert([(row, row), (column, column)]);
        *rows = (rows.0.min(row), rows.1.max(row));
        *columns = (columns.0.min(column), columns.1.max(column));
    }

    /// Rows and columns.
    fn size(&self) -> (u64, u64) {
        self.0.map_or((0, 0), |[rows, columns]| {
            let size = |(first, last): (u32, u32)| u64::from(last - first) + 1;
            (size(rows), size(columns))
        })
    }

    fn is_out_of_proportion(&self, filled: u64) -> bool {
        let (rows, columns) = self.size();
        let all = rows.saturating_mul(columns);
        filled > MOST || all > MOST || all > ROOM && all / SPARSE > filled
    }

    fn fault(&self, (file, sheet): (&str, &str), filled: u64) -> Fault {
        let (rows, columns) = self.size();
        let size = format!("{} and {}", count(rows, "row"), count(columns, "column"));
        let (message, hint) = if filled > MOST / SPARSE {
            (
                format!("the sheet {sheet} of {file} has {size}, more than fit in memory"),
                "take fewer rows at once, or save the sheet as CSV",
            )
        } else {
            (
                format!(
                    "the sheet {sheet} of {file} spans {size}, and only {} of its cells hold something",
                    thousands(filled)
                ),
                "clear what stands far away from the table (Ctrl+End goes there) and save the workbook anew",
            )
        };
        Fault::unusable("input:read", message)
            .hint(hint)
            .at(file, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(cells: &[(u32, u32)]) -> Span {
        let mut span = Span::default();
        for cell in cells {
            span.add(*cell);
        }
        span
    }

    #[test]
    fn a_rectangle_is_measured_by_what_it_holds() {
        let is_wrong = |cells: &[(u32, u32)], filled| span(cells).is_out_of_proportion(filled);
        assert!(!is_wrong(&[], 0));
        assert!(!is_wrong(&[(7, 7)], 1));
        assert!(is_wrong(&[(0, 0), (1_048_575, 16_383)], 2));
        assert!(is_wrong(&[(0, 0), (u32::MAX, u32::MAX)], 2));
        // A column of ids, and a note far below it.
        assert!(!is_wrong(&[(0, 0), (1_048_575, 2)], 2));
        // A table of a million records, half of it filled.
        assert!(!is_wrong(&[(0, 0), (999_999, 99)], 50_000_000));
        assert!(is_wrong(&[(0, 0), (999_999, 199)], 200_000_000));
    }

    #[test]
    fn a_sheet_that_spans_far_more_than_it_holds_is_told_apart_from_one_that_is_too_large() {
        let said = |cells: &[(u32, u32)], filled| {
            let fault = span(cells).fault(("a.xlsx", "S"), filled);
            format!("{}; {}", fault.message, fault.hint.unwrap())
        };
        insta::assert_snapshot!(said(&[(0, 0), (1_048_575, 16_383)], 2), @"the sheet S of a.xlsx spans 1,048,576 rows and 16,384 columns, and only 2 of its cells hold something; clear what stands far away from the table (Ctrl+End goes there) and save the workbook anew");
        insta::assert_snapshot!(said(&[(0, 0), (999_999, 199)], 200_000_000), @"the sheet S of a.xlsx has 1,000,000 rows and 200 columns, more than fit in memory; take fewer rows at once, or save the sheet as CSV");
    }
}
