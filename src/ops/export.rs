//! Handing records out.

use std::{
    borrow::Cow,
    collections::HashMap,
    io::{BufWriter, Write},
};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Workspace, ids, list::document};
use crate::{
    filter::Filter,
    model::{Fault, Form, Layout, RecordId, RunId},
    row::{Row, json},
    store::StoredRecord,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    Csv,
    JsonLines,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportReport {
    pub records: u64,
}

/// Records held in memory at once.
const CHUNK: usize = 1_000;

/// Unreadable records named in an error.
const NAMED: usize = 5;

/// Writes the current version of every record of the filter, in order, streamed. CSV: one header over all fields, the
/// run's columns first, nested values as JSON text, nothing neutralised. JSON Lines: a JSON text as it stands, but for
/// line breaks in it. Records that cannot be split into fields are refused by name in CSV and are `{"raw": ...}` in JSON
/// Lines.
///
/// # Errors
/// `export:unreadable` before anything is written; what `out` gives.
pub fn export(
    workspace: &Workspace,
    filter: &Filter,
    format: ExportFormat,
    out: &mut dyn Write,
) -> Result<ExportReport> {
    let Some(run) = workspace.run_of(filter)? else {
        return Ok(ExportReport { records: 0 });
    };
    let ids = ids(workspace, filter)?;
    match format {
        ExportFormat::Csv => csv(workspace, run, &ids, out)?,
        ExportFormat::JsonLines => json_lines(workspace, run, &ids, out)?,
    }
    Ok(ExportReport {
        records: ids.len() as u64,
    })
}

fn csv(workspace: &Workspace, run: RunId, ids: &[RecordId], out: &mut dyn Write) -> Result<()> {
    let layout = workspace.store.layout(run)?;
    let header = Header::over(workspace, &layout, ids)?;
    if header.names.is_empty() {
        return Ok(());
    }
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record(&header.names).context(WRITING)?;
    each(workspace, ids, |record| {
        // It was read a moment ago; it can only have been changed to something else since.
        let row = Row::read(&layout, record.text.form, &record.text.bytes)
            .map_err(|_| unreadable(&[record.id]))?;
        let line = header.line(&row);
        writer
            .write_record(line.iter().map(|cell| cell.as_bytes()))
            .context(WRITING)
    })?;
    writer.flush().context(WRITING)
}

fn json_lines(
    workspace: &Workspace,
    run: RunId,
    ids: &[RecordId],
    out: &mut dyn Write,
) -> Result<()> {
    let layout = workspace.store.layout(run)?;
    let contract = workspace.contract(run)?;
    let checker = contract.as_deref().map(|contract| &*contract.checker);
    let mut out = BufWriter::new(out);
    each(workspace, ids, |record| {
        let text = &record.text;
        let mut line = match document(&layout, checker, text) {
            None => raw(&text.bytes),
            Some(_) if text.form == Form::Json => json::one_line(&text.bytes),
            Some(value) => value.to_string().into_bytes(),
        };
        line.push(b'\n');
        out.write_all(&line).context(WRITING)
    })?;
    out.flush().context(WRITING)
}

const WRITING: &str = "cannot write the export";

/// The columns of an export and where each field goes.
struct Header {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Header {
    /// The run's columns, then every other field in the order of its first appearance.
    fn over(workspace: &Workspace, layout: &Layout, ids: &[RecordId]) -> Result<Self> {
        let mut header = Self {
            names: Vec::new(),
            places: HashMap::new(),
        };
        if let Layout::Csv { columns, .. } = layout {
            // All of them, even those of one name: a line's cells keep their places.
            header.names.clone_from(columns);
            for (at, name) in columns.iter().enumerate() {
                header.places.entry(name.clone()).or_insert(at);
            }
        }
        let mut broken = Vec::new();
        each(workspace, ids, |record| {
            match Row::read(layout, record.text.form, &record.text.bytes) {
                Err(_) => broken.push(record.id),
                Ok(Row::Cells(_)) => {}
                Ok(Row::Json(document)) => {
                    let fields = document.value.as_object();
                    fields
                        .into_iter()
                        .flat_map(|fields| fields.keys())
                        .for_each(|name| header.add(name));
                }
            }
            Ok(())
        })?;
        if broken.is_empty() {
            Ok(header)
        } else {
            Err(unreadable(&broken).into())
        }
    }

    fn add(&mut self, name: &str) {
        if !self.places.contains_key(name) {
            self.places.insert(name.to_owned(), self.names.len());
            self.names.push(name.to_owned());
        }
    }

    fn line<'r>(&self, row: &'r Row<'_>) -> Vec<Cow<'r, str>> {
        let mut line = vec![Cow::Borrowed(""); self.names.len()];
        match row {
            Row::Cells(cells) => {
                for (at, place) in line.iter_mut().enumerate().take(cells.len()) {
                    *place = cells.get(at);
                }
            }
            Row::Json(document) => {
                for (name, value) in document.value.as_object().into_iter().flatten() {
                    if let Some(place) = self.places.get(name) {
                        line[*place] = cell(value);
                    }
                }
            }
        }
        line
    }
}

/// A value as a cell. An explicit null is as empty as a missing field.
fn cell(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

fn each(
    workspace: &Workspace,
    ids: &[RecordId],
    mut work: impl FnMut(&StoredRecord) -> Result<()>,
) -> Result<()> {
    for chunk in ids.chunks(CHUNK) {
        for record in workspace.store.records(chunk)? {
            work(&record)?;
        }
    }
    Ok(())
}

fn raw(bytes: &[u8]) -> Vec<u8> {
    serde_json::json!({ "raw": String::from_utf8_lossy(bytes) })
        .to_string()
        .into_bytes()
}

fn unreadable(records: &[RecordId]) -> Fault {
    let named: Vec<String> = records
        .iter()
        .take(NAMED)
        .map(RecordId::to_string)
        .collect();
    let rest = match records.len().saturating_sub(NAMED) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let noun = if records.len() == 1 {
        "record"
    } else {
        "records"
    };
    Fault::usage(
        "export:unreadable",
        format!(
            "{noun} {}{rest} cannot be split into fields, so CSV cannot hold them",
            named.join(", ")
        ),
    )
    .hint("leave them out with -stage:parse, or export JSON Lines")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        fix::Change,
        model::Path,
        ops::{
            edit,
            testing::{Desk, code, sample},
        },
    };

    fn exported(desk: &Desk, format: ExportFormat) -> Result<String> {
        let mut out = Vec::new();
        export(&desk.workspace, &Filter::default(), format, &mut out)?;
        Ok(String::from_utf8(out)?)
    }

    #[test]
    fn csv_comes_out_as_it_came_in() {
        let desk = Desk::checked(&["007,=1+1,30,\"a, \"\"b\"\"\"", "A2,\u{1b}[31m,1e3 ,"]);
        let csv = exported(&desk, ExportFormat::Csv).unwrap();
        let expected = "id,email,age,stage\n007,=1+1,30,\"a, \"\"b\"\"\"\nA2,\u{1b}[31m,1e3 ,\n";
        assert_eq!(csv, expected);
    }

    #[test]
    fn a_field_that_the_columns_lack_gets_a_column_of_its_own() {
        let mut desk = Desk::checked(&["A1,a@b.de,30,Open", "A2,b@b.de,31,Open"]);
        let change = Change::Json {
            path: Path::parse("/tags").unwrap(),
            value: json!(["x", 1]),
        };
        edit(&mut desk.workspace, RecordId(2), &[change], None).unwrap();
        insta::assert_snapshot!(exported(&desk, ExportFormat::Csv).unwrap(), @r#"
        id,email,age,stage,tags
        A1,a@b.de,30,Open,
        A2,b@b.de,31,Open,"[""x"",1]"
        "#);
    }

    #[test]
    fn json_lines_keep_a_json_text_and_type_a_csv_line() {
        let texts = ["{ \"id\": 1.10,\n  \"a\\/b\": null }", "{broken"].map(sample);
        let desk = Desk::new(&Layout::Json, &texts);
        insta::assert_snapshot!(exported(&desk, ExportFormat::JsonLines).unwrap(), @r#"
        { "id": 1.10,  "a\/b": null }
        {"raw":"{broken"}
        "#);
        let desk = Desk::checked(&["A1,a@b.de,30,"]);
        insta::assert_snapshot!(exported(&desk, ExportFormat::JsonLines).unwrap(), @r#"{"id":"A1","email":"a@b.de","age":30}"#);
    }

    #[test]
    fn csv_refuses_an_unreadable_record_by_name() {
        let desk = Desk::checked(&["A1,a@b.de,30,Open", "A2,b@b.de"]);
        let error = exported(&desk, ExportFormat::Csv).unwrap_err();
        assert_eq!(code(&error), "export:unreadable");
        insta::assert_snapshot!(error, @"record 2 cannot be split into fields, so CSV cannot hold them");
    }
}
