//! Handing records out.

mod workbook;

use std::{
    borrow::Cow,
    collections::HashMap,
    io::{BufWriter, Write},
};

use anyhow::{Context, Result};

use super::{
    Workspace, ids,
    list::document,
    sheet::{self, Seals, cell, neutral},
};
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
    /// An Excel workbook that can be taken back.
    Workbook,
}

/// How records are handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportRequest {
    pub format: ExportFormat,
    /// In CSV: what a spreadsheet could take for a formula gets an apostrophe.
    pub is_formula_safe: bool,
    /// In CSV: also the columns by which it can be taken back, as a workbook always has them.
    pub with_ids: bool,
}

/// What was handed out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportReport {
    pub records: u64,
    /// Of these, records that cannot be split into fields, so that the sheet has their problems only.
    pub unreadable: u64,
    /// Cells that got an apostrophe.
    pub neutralised: u64,
    /// Cells that a workbook cannot hold as they are: cut or shown in another way, and locked.
    pub not_held: u64,
}

/// Records held in memory at once.
const CHUNK: usize = 1_000;

/// Unreadable records named in an error.
const NAMED: usize = 5;

/// Writes the version that every record of the filter has now, in order, streamed (a workbook at its end). CSV: one header over all fields, the
/// run's columns first, nested values as JSON text, nothing neutralised unless asked for. JSON Lines: a JSON text as it
/// stands, but for line breaks in it. A workbook: every value as text. Records that cannot be split into fields are refused
/// by name in CSV, are `{"raw": ...}` in JSON Lines, and have their problems only in what can be taken back.
///
/// # Errors
/// `export:unreadable` and `export:too_large` before anything is written; what `out` gives.
pub fn export(
    workspace: &Workspace,
    filter: &Filter,
    request: ExportRequest,
    out: &mut dyn Write,
) -> Result<ExportReport> {
    // Records are read more than once; what others change meanwhile must not come between.
    let _still = workspace.store.reading()?;
    let Some(run) = workspace.run_of(filter)? else {
        return Ok(ExportReport::default());
    };
    let ids = ids(workspace, filter)?;
    let mut report = ExportReport {
        records: ids.len() as u64,
        ..ExportReport::default()
    };
    match request.format {
        ExportFormat::Csv => csv(workspace, run, &ids, request, &mut report, out)?,
        ExportFormat::JsonLines => json_lines(workspace, run, &ids, out)?,
        ExportFormat::Workbook => workbook::write(workspace, run, &ids, &mut report, out)?,
    }
    Ok(report)
}

fn csv(
    workspace: &Workspace,
    run: RunId,
    ids: &[RecordId],
    request: ExportRequest,
    report: &mut ExportReport,
    out: &mut dyn Write,
) -> Result<()> {
    let layout = workspace.store.layout(run)?;
    let (header, broken) = Header::over(workspace, &layout, ids)?;
    if !broken.is_empty() && !request.with_ids {
        return Err(unreadable(&broken).into());
    }
    report.unreadable = broken.len() as u64;
    let ours = if request.with_ids {
        &sheet::OURS[..]
    } else {
        &[]
    };
    if header.names.is_empty() && ours.is_empty() {
        return Ok(());
    }
    let seals = Seals::of(&workspace.store)?;
    let mut writer = ::csv::Writer::from_writer(out);
    let mut put = |line: Vec<Cow<'_, str>>| {
        let line = line.into_iter().map(|cell| {
            if !request.is_formula_safe {
                return cell;
            }
            let safe = neutral(&cell).into_owned();
            report.neutralised += u64::from(safe != cell);
            Cow::Owned(safe)
        });
        let line: Vec<Cow<'_, str>> = line.collect();
        writer
            .write_record(line.iter().map(|cell| cell.as_bytes()))
            .context(WRITING)
    };
    let names = ours
        .iter()
        .copied()
        .chain(header.names.iter().map(String::as_str));
    put(names.map(Cow::Borrowed).collect())?;
    each(workspace, ids, |record| {
        let row = Row::read(&layout, record.text.form, &record.text.bytes);
        let mut line: Vec<Cow<'_, str>> = Vec::new();
        if request.with_ids {
            line.extend(about(record, &seals).map(Cow::Owned));
        }
        match &row {
            Ok(row) => line.extend(header.line(row)),
            Err(_) => line.resize(line.len() + header.names.len(), Cow::Borrowed("")),
        }
        put(line)
    })?;
    writer.flush().context(WRITING)
}

/// What stands in the columns that are ours, in their order.
fn about(record: &StoredRecord, seals: &Seals) -> [String; 4] {
    let said = |problem: &crate::model::Problem| {
        if problem.path.is_root() {
            problem.message.clone()
        } else {
            format!("{}: {}", problem.path.label(), problem.message)
        }
    };
    let problems: Vec<String> = record.problems.iter().map(said).collect();
    [
        record.id.to_string(),
        record.status.label().to_owned(),
        problems.join(" | "),
        seals.seal(record.id, record.version, &record.text),
    ]
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
    /// Gives also the records that cannot be split into fields.
    fn over(
        workspace: &Workspace,
        layout: &Layout,
        ids: &[RecordId],
    ) -> Result<(Self, Vec<RecordId>)> {
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
        Ok((header, broken))
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
        let request = ExportRequest {
            format,
            is_formula_safe: false,
            with_ids: false,
        };
        Ok(exported_as(desk, request)?.0)
    }

    fn exported_as(desk: &Desk, request: ExportRequest) -> Result<(String, ExportReport)> {
        let mut out = Vec::new();
        let report = export(&desk.workspace, &Filter::default(), request, &mut out)?;
        Ok((String::from_utf8(out)?, report))
    }

    #[test]
    fn formula_safe_csv_puts_an_apostrophe_before_what_begins_a_formula_and_counts_it() {
        let desk = Desk::checked(&["007,=1+1,-30,\"@a, \"\"b\"\"\"", "A2,+49,1e3,a=b"]);
        let request = ExportRequest {
            format: ExportFormat::Csv,
            is_formula_safe: true,
            with_ids: false,
        };
        let (csv, report) = exported_as(&desk, request).unwrap();
        let expected = "id,email,age,stage\n007,'=1+1,'-30,\"'@a, \"\"b\"\"\"\nA2,'+49,1e3,a=b\n";
        assert_eq!((csv.as_str(), report.neutralised), (expected, 4));
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

    /// Changes the last record as soon as something is written.
    struct Meddler<'m> {
        workspace: &'m mut Workspace,
        out: Vec<u8>,
    }

    impl Write for Meddler<'_> {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if self.out.is_empty() {
                let last = RecordId(CHUNK as i64 + 1);
                let change = |path: &str, text: &str| Change::Text {
                    path: Path::parse(path).unwrap(),
                    text: text.to_owned(),
                };
                let changes = [change("/email", "new@b.de"), change("/more", "x")];
                edit(self.workspace, last, &changes, None).map_err(std::io::Error::other)?;
            }
            self.out.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_export_is_of_one_moment_whatever_others_change_meanwhile() {
        let lines: Vec<String> = (0..=CHUNK)
            .map(|n| format!("A{n},old@b.de,30,{}", "x".repeat(20)))
            .collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let desk = Desk::csv(&lines);
        let mut other = Workspace::open(desk.workspace.path(), "bert").unwrap();
        let mut out = Meddler {
            workspace: &mut other,
            out: Vec::new(),
        };
        let request = ExportRequest {
            format: ExportFormat::Csv,
            is_formula_safe: false,
            with_ids: false,
        };
        export(&desk.workspace, &Filter::default(), request, &mut out).unwrap();
        let csv = String::from_utf8(out.out).unwrap();
        assert_eq!(csv.matches("old@b.de").count(), CHUNK + 1);
        let now = exported(&desk, ExportFormat::Csv).unwrap();
        assert!(now.starts_with("id,email,age,stage,more\n"), "{now}");
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
