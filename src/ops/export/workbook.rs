//! An Excel workbook that can be edited and taken back. Every value is text, so that nothing is ever evaluated or turned into
//! something else; what is ours is locked, without a password.

use std::io::{self, BufWriter, Seek as _, Write};

use anyhow::{Context as _, Result};
use rust_xlsxwriter::{Format, FormatAlign, ProtectionOptions, Workbook, Worksheet, XlsxError};

use super::{ExportReport, Header, WRITING, about, each};
use crate::{
    model::{Fault, RecordId, RunId},
    ops::{
        Workspace,
        sheet::{MAX_COLUMNS, MAX_ROWS, PROBLEMS, RECORD, SEAL, STATE, Seals, shown},
        whole::spool,
    },
    row::Row,
    text::thousands,
};

/// What a cell looks like and whether it can be edited.
struct Formats {
    head: Format,
    locked: Format,
    /// The problems, which are long.
    wrapped: Format,
    value: Format,
}

impl Formats {
    fn new() -> Self {
        // What is typed into a cell of this format stays text: 007 is not 7.
        let text = Format::new()
            .set_num_format("@")
            .set_align(FormatAlign::Top);
        let locked = text.clone().set_background_color(0x00EE_EEEE);
        Self {
            head: locked.clone().set_bold(),
            wrapped: locked.clone().set_text_wrap(),
            locked,
            value: text.set_unlocked(),
        }
    }
}

/// Columns of characters.
const WIDTHS: [(u16, f64); 3] = [(0, 14.0), (1, 14.0), (2, 60.0)];
const VALUE_WIDTH: f64 = 22.0;
/// How many columns of ours stand before the values; the seal stands behind them, hidden.
const BEFORE: u16 = 3;

/// Writes these records as one sheet: number, state and problems, then a column for each field, then the seal.
///
/// # Errors
/// `export:too_large` when a sheet cannot hold as many rows or columns.
pub(super) fn write(
    workspace: &Workspace,
    run: RunId,
    ids: &[RecordId],
    report: &mut ExportReport,
    out: &mut dyn Write,
) -> Result<()> {
    let layout = workspace.store.layout(run)?;
    let (header, broken) = Header::over(workspace, &layout, ids)?;
    report.unreadable = broken.len() as u64;
    fits(ids.len(), header.names.len())?;
    let seals = Seals::of(&workspace.store)?;
    let formats = Formats::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory().map_err(cannot)?;
    begin(sheet, &header.names, ids.len() as u32, &formats).map_err(cannot)?;
    let seal_at = BEFORE + header.names.len() as u16;
    let mut at = 0;
    each(workspace, ids, |record| {
        at += 1;
        let [number, state, problems, seal] = about(record, &seals);
        put(sheet, (at, 0), &number, &formats.locked)?;
        put(sheet, (at, 1), &state, &formats.locked)?;
        put(sheet, (at, 2), &problems, &formats.wrapped)?;
        match Row::read(&layout, record.text.form, &record.text.bytes) {
            Ok(row) => {
                for (column, value) in (BEFORE..).zip(header.line(&row)) {
                    let is_held = put(sheet, (at, column), &value, &formats.value)?;
                    report.not_held += u64::from(!is_held);
                }
            }
            Err(_) => {
                for column in BEFORE..seal_at {
                    put(sheet, (at, column), "", &formats.locked)?;
                }
            }
        }
        put(sheet, (at, seal_at), &seal, &formats.locked)?;
        Ok(())
    })?;
    let mut out = BufWriter::new(out);
    // Its last part is written to the side first, so that memory stays flat.
    let mut aside = spool()?;
    book.save_to_writer(&mut aside).map_err(cannot)?;
    aside.rewind().context(WRITING)?;
    io::copy(&mut aside, &mut out).context(WRITING)?;
    out.flush().context(WRITING)
}

fn begin(
    sheet: &mut Worksheet,
    names: &[String],
    rows: u32,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let seal_at = BEFORE + names.len() as u16;
    sheet.set_name("Records")?;
    for (column, width) in WIDTHS {
        sheet.set_column_width(column, width)?;
    }
    for column in BEFORE..seal_at {
        sheet.set_column_width(column, VALUE_WIDTH)?;
    }
    sheet.set_column_hidden(seal_at)?;
    sheet.set_freeze_panes(1, 1)?;
    sheet.autofilter(0, 0, rows.max(1), seal_at)?;
    sheet.protect_with_options(&ProtectionOptions {
        format_cells: true,
        format_columns: true,
        format_rows: true,
        use_autofilter: true,
        ..ProtectionOptions::new()
    });
    let ours = [RECORD, STATE, PROBLEMS].into_iter();
    let all = ours.chain(names.iter().map(String::as_str)).chain([SEAL]);
    for (column, name) in (0..).zip(all) {
        let name = shown(name).unwrap_or_else(|| name.to_owned());
        sheet.write_string_with_format(0, column, name, &formats.head)?;
    }
    Ok(())
}

/// Writes a text. Says whether the cell holds it as it is; one that does not is locked.
fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    text: &str,
    format: &Format,
) -> Result<bool> {
    let shown = shown(text);
    let written = match &shown {
        Some(shown) => {
            let locked = format.clone().set_locked();
            sheet.write_string_with_format(row, column, shown, &locked)
        }
        None if text.is_empty() => sheet.write_blank(row, column, format),
        None => sheet.write_string_with_format(row, column, text, format),
    };
    written.map_err(cannot)?;
    Ok(shown.is_none())
}

fn fits(records: usize, fields: usize) -> Result<(), Fault> {
    let (rows, columns) = (records + 1, fields + usize::from(BEFORE) + 1);
    let (what, number, most) = if rows > MAX_ROWS {
        ("records", records, MAX_ROWS - 1)
    } else if columns > MAX_COLUMNS {
        ("fields", fields, MAX_COLUMNS - usize::from(BEFORE) - 1)
    } else {
        return Ok(());
    };
    let message = format!(
        "{} {what} do not fit on a sheet of Excel, which holds {}",
        thousands(number as u64),
        thousands(most as u64)
    );
    Err(Fault::usage("export:too_large", message)
        .hint("hand out fewer with a filter, or write CSV"))
}

fn cannot(error: XlsxError) -> anyhow::Error {
    anyhow::Error::from(error).context(WRITING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_on_a_sheet_is_refused_and_never_cut() {
        assert_eq!(fits(1_048_575, 16_380), Ok(()));
        let refused = |records, fields| fits(records, fields).unwrap_err().message;
        insta::assert_snapshot!(refused(1_048_576, 1), @"1,048,576 records do not fit on a sheet of Excel, which holds 1,048,575");
        insta::assert_snapshot!(refused(1, 16_381), @"16,381 fields do not fit on a sheet of Excel, which holds 16,380");
    }
}
