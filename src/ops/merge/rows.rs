//! Which record a row of a sheet is, and what was edited in it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use serde_json::Value;

use super::{
    CHUNK,
    cells::{Told, told},
    tell,
};
use crate::{
    fix::Change,
    model::{Clash, Fault, Form, Layout, Path, RecordId, RefusedRow, RunId, Version, Wants},
    ops::{
        Job, Workspace,
        edit::{Desk, closed},
        sheet::{OURS, RECORD, SEAL, Seal, Seals, fields, neutral, shown},
    },
    read::sheet::{Cell, Table},
    row::{coerce::is_number, json},
    store::StoredRecord,
};

/// The fields a sheet may have, by the name that the sheet shows.
pub(super) type Names = BTreeMap<String, String>;

/// A field by its name: what was handed out, and what the sheet has.
type Wish<'n> = (&'n str, String, String);

/// Where what stands in a sheet.
pub(super) struct Columns {
    record: usize,
    seal: usize,
    /// The columns of fields: where, and the name the sheet has.
    values: Vec<(usize, String)>,
}

impl Columns {
    /// # Errors
    /// `merge:columns` when a column of ours is gone or one stands twice.
    pub fn of(table: &Table) -> Result<Self, Fault> {
        let header = &table.header;
        let find = |name: &str| header.iter().position(|column| column.trim() == name);
        let refused = |message: String| {
            Fault::unusable("merge:columns", message)
                .hint("hand the records out again, and leave the columns as they are")
        };
        let gone = |name: &str| refused(format!("the column {name} is gone"));
        let record = find(RECORD).ok_or_else(|| gone(RECORD))?;
        let seal = find(SEAL).ok_or_else(|| gone(SEAL))?;
        let is_value = |name: &str| !name.is_empty() && !OURS.contains(&name.trim());
        let values: Vec<(usize, String)> = (header.iter().cloned().enumerate())
            .filter(|(_, name)| is_value(name))
            .collect();
        let mut seen = BTreeSet::new();
        match values.iter().find(|(_, name)| !seen.insert(name)) {
            Some((_, twice)) => Err(refused(format!("the column {twice} stands twice"))),
            None => Ok(Self {
                record,
                seal,
                values,
            }),
        }
    }
}

/// A row whose record is known.
pub(super) struct Known<'t> {
    pub row: u64,
    pub record: StoredRecord,
    /// The text that was handed out.
    base: Version,
    cells: &'t [Cell],
}

/// What was edited in a row.
pub(super) enum Edited {
    Nothing,
    /// Somebody else changed the record meanwhile.
    Clashes(Vec<Clash>),
    Changes {
        changes: Vec<Change>,
        fields: Vec<Clash>,
    },
}

/// A row with the number of the record it says it is.
type Numbered<'t> = (u64, &'t [Cell], Option<RecordId>);

/// Finds the record of each row. Gives also how many rows there are.
pub(super) fn known<'t>(
    workspace: &Workspace,
    (table, columns): (&'t Table, &Columns),
    refused: &mut Vec<RefusedRow>,
    job: &Job,
) -> Result<(Vec<Known<'t>>, u64)> {
    let seals = Seals::of(&workspace.store)?;
    let numbers: Vec<Numbered<'t>> = (table.rows.iter())
        .filter(|(_, cells)| !cells.iter().all(Cell::is_blank))
        .map(|(row, cells)| (*row, &cells[..], number(cells.get(columns.record))))
        .collect();
    let mut rows_of: HashMap<RecordId, Vec<u64>> = HashMap::new();
    for (row, _, id) in &numbers {
        if let Some(id) = id {
            rows_of.entry(*id).or_default().push(*row);
        }
    }
    let _still = workspace.store.reading()?;
    let mut known: Vec<Known<'t>> = Vec::new();
    let mut run: Option<RunId> = None;
    for (n, chunk) in numbers.chunks(CHUNK).enumerate() {
        tell(job, n * CHUNK, numbers.len())?;
        let ids: Vec<RecordId> = chunk.iter().filter_map(|(_, _, id)| *id).collect();
        let records = workspace.store.records(&ids)?.into_iter();
        let mut records: HashMap<RecordId, StoredRecord> =
            records.map(|record| (record.id, record)).collect();
        for (row, cells, id) in chunk {
            let found = match id {
                None => Err("the number of its record was removed or changed".to_owned()),
                Some(id) if rows_of[id].len() > 1 => Err(twice(&rows_of[id])),
                Some(_)
                    if cells.len() > table.header.len()
                        && !is_blank_from(cells, table.header.len()) =>
                {
                    Err("it has more cells than the header has columns".to_owned())
                }
                Some(id) => {
                    let record = (*id, records.remove(id));
                    of_seal(workspace, &seals, record, cells.get(columns.seal))?
                }
            };
            match found.and_then(|found| of_one_run(found, &mut run)) {
                Ok((record, base)) => known.push(Known {
                    row: *row,
                    record,
                    base,
                    cells,
                }),
                Err(why) => refused.push(RefusedRow {
                    row: *row,
                    record: *id,
                    why,
                }),
            }
        }
    }
    Ok((known, numbers.len() as u64))
}

fn is_blank_from(cells: &[Cell], at: usize) -> bool {
    cells[at..].iter().all(Cell::is_blank)
}

/// Refuses a record of another run than the first has.
fn of_one_run(
    (record, base): (StoredRecord, Version),
    run: &mut Option<RunId>,
) -> Result<(StoredRecord, Version), String> {
    let first = *run.get_or_insert(record.run);
    if record.run == first {
        return Ok((record, base));
    }
    let its = record.run;
    Err(format!(
        "it is of run {its}, and those above are of run {first}"
    ))
}

fn twice(rows: &[u64]) -> String {
    let rows: Vec<String> = rows.iter().map(u64::to_string).collect();
    format!("its record stands in rows {}", rows.join(", "))
}

fn number(cell: Option<&Cell>) -> Option<RecordId> {
    match cell? {
        Cell::Text(text) => text.trim().parse().ok().map(RecordId),
        Cell::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            Some(RecordId(*number as i64))
        }
        _ => None,
    }
}

/// The record that a seal belongs to, and the text it had then; half a sentence where it does not.
fn of_seal(
    workspace: &Workspace,
    seals: &Seals,
    (id, record): (RecordId, Option<StoredRecord>),
    cell: Option<&Cell>,
) -> Result<Result<(StoredRecord, Version), String>> {
    let seal = match cell {
        Some(Cell::Text(text)) => Seal::parse(text),
        _ => None,
    };
    let Some(seal) = seal else {
        return Ok(Err(format!("what {SEAL} says of it is gone or changed")));
    };
    if !seals.is_ours(&seal) {
        return Ok(Err("it was handed out from another workspace".to_owned()));
    }
    let Some(record) = record else {
        // Asked for alone it says why it is not there.
        return match workspace.store.record(id) {
            Ok(record) => of_seal(workspace, seals, (id, Some(record)), cell),
            Err(error) => Ok(Err(error.downcast::<Fault>()?.message)),
        };
    };
    if seals.fits(&seal, id, &record.text) {
        let base = record.text.clone();
        return Ok(Ok((record, base)));
    }
    let texts = workspace.store.texts(id)?;
    let base = texts.into_iter().find(|text| seals.fits(&seal, id, text));
    Ok(match base {
        Some(base) => Ok((record, base)),
        None => Err(
            "the number of its record was changed: the row was handed out for another one"
                .to_owned(),
        ),
    })
}

/// The fields a sheet may have, by the names a sheet shows, with their own.
///
/// # Errors
/// `interrupted`.
pub(super) fn names(
    layout: &Layout,
    properties: &[String],
    known: &[Known<'_>],
    job: &Job,
) -> Result<Names> {
    let mut names = Names::new();
    // A workbook and CSV write some names in ways of their own.
    let mut add = |name: &str| {
        let in_workbook = shown(name).unwrap_or_else(|| name.to_owned());
        for written in [in_workbook, neutral(name).into_owned(), name.to_owned()] {
            names.entry(written).or_insert_with(|| name.to_owned());
        }
    };
    for name in properties {
        add(name);
    }
    if let Layout::Csv { columns, .. } = layout {
        for name in columns {
            add(name);
        }
    }
    for one in known.iter().filter(|one| one.base.form == Form::Json) {
        job.check()?;
        for name in fields(layout, &one.base).unwrap_or_default().keys() {
            add(name);
        }
    }
    Ok(names)
}

/// What is to be said of columns that came too many or are gone.
pub(super) fn remarks(columns: &Columns, names: &Names, layout: &Layout) -> Vec<String> {
    let (known, more): (Vec<&String>, Vec<&String>) = (columns.values.iter())
        .map(|(_, name)| name)
        .partition(|name| names.contains_key(*name));
    let there: BTreeSet<&String> = known.iter().map(|name| &names[*name]).collect();
    let gone: Vec<&str> = match layout {
        Layout::Csv { columns, .. } => (columns.iter())
            .filter(|name| !there.contains(name))
            .map(String::as_str)
            .collect(),
        Layout::Json => Vec::new(),
    };
    let more: Vec<&str> = more.into_iter().map(String::as_str).collect();
    let mut remarks = Vec::new();
    if !gone.is_empty() {
        remarks.push(format!(
            "These columns are gone, and their fields stay as they are: {}.",
            gone.join(", ")
        ));
    }
    if !more.is_empty() {
        remarks.push(format!(
            "These columns are no fields of the run, and are passed over: {}.",
            more.join(", ")
        ));
    }
    remarks
}

impl Known<'_> {
    /// What was edited in the row. The row is put into `alike` for each cell that may
    /// mean what was handed out.
    ///
    /// # Errors
    /// Half a sentence: why the row cannot be taken back.
    pub fn edited(
        &self,
        desk: &Desk<'_>,
        columns: &Columns,
        names: &Names,
        (is_csv, overwrite): (bool, bool),
        alike: &mut Vec<u64>,
    ) -> Result<Edited, String> {
        let mut wishes = self.wishes(desk, columns, names, is_csv, alike)?;
        let now = fields(&desk.layout, &self.record.text);
        wishes.retain(|(name, _, text)| value_of(now.as_ref(), name) != *text);
        if wishes.is_empty() {
            return Ok(Edited::Nothing);
        }
        if let Some(fault) = closed(&self.record) {
            return Err(fault.message);
        }
        let clashes = (wishes.iter().cloned()).map(|(name, handed_out, sheet)| Clash {
            path: Path::field(name),
            handed_out,
            now: value_of(now.as_ref(), name),
            sheet,
        });
        let clashes: Vec<Clash> = clashes.collect();
        if self.base != self.record.text && !overwrite {
            return Ok(Edited::Clashes(clashes));
        }
        let document = desk.document(&self.record.text).unwrap_or(Value::Null);
        let is_json = self.record.text.form == Form::Json;
        let mut changes = Vec::new();
        for clash in &clashes {
            let old = document.pointer(clash.path.as_str());
            changes.push(change(desk, clash, old.filter(|_| is_json), is_json)?);
        }
        Ok(Edited::Changes {
            changes,
            fields: clashes,
        })
    }

    /// The cells that were edited.
    fn wishes<'n>(
        &self,
        desk: &Desk<'_>,
        columns: &Columns,
        names: &'n Names,
        is_csv: bool,
        alike: &mut Vec<u64>,
    ) -> Result<Vec<Wish<'n>>, String> {
        let then = fields(&desk.layout, &self.base);
        let mut wishes: Vec<Wish<'n>> = Vec::new();
        for (at, column) in &columns.values {
            let Some(name) = names.get(column) else {
                continue;
            };
            let handed_out = value_of(then.as_ref(), name);
            // Spreadsheets leave empty cells at the end of a row of CSV out, but no others.
            let cell = match self.cells.get(*at) {
                Some(cell) => cell,
                None if handed_out.is_empty() => &Cell::Empty,
                None => return Err(format!("the row ends before {column}, which had a value")),
            };
            match told(&handed_out, cell, is_csv) {
                Ok(Told::Same) => {}
                Ok(Told::Alike) => alike.push(self.row),
                Ok(Told::Edited(_)) if then.is_none() => {
                    let id = self.record.id;
                    return Err(format!(
                        "its record could not be split into fields; its text is changed with `redrive edit {id} --raw FILE`"
                    ));
                }
                Ok(Told::Edited(text)) => wishes.push((name, handed_out, text)),
                Err(why) => return Err(format!("{column} {why}")),
            }
        }
        Ok(wishes)
    }
}

/// A field's value, empty where there is none.
fn value_of(fields: Option<&BTreeMap<String, String>>, name: &str) -> String {
    fields
        .and_then(|fields| fields.get(name))
        .cloned()
        .unwrap_or_default()
}

/// The wish that a cell is. A record that is JSON has kinds of values, which a cell has not.
fn change(
    desk: &Desk<'_>,
    clash: &Clash,
    old: Option<&Value>,
    is_json: bool,
) -> Result<Change, String> {
    let (path, text) = (clash.path.clone(), clash.sheet.clone());
    if is_json && text.is_empty() {
        return Ok(Change::Unset { path });
    }
    let is_list = matches!(old, Some(Value::Array(_) | Value::Object(_)));
    if !is_list && desk.wants(&path) != Wants::default() {
        return Ok(Change::Text { path, text });
    }
    let exact = match old {
        Some(Value::Array(_) | Value::Object(_)) => {
            let value = json::value(&text).filter(|value| value.is_array() || value.is_object());
            let label = path.label();
            Some(value.ok_or_else(|| {
                format!("{label} is a list or has fields inside, and the cell holds no such JSON")
            })?)
        }
        Some(Value::Number(_)) if is_number(&text) => json::value(&text),
        Some(Value::Bool(_)) if text == "true" || text == "false" => json::value(&text),
        _ => None,
    };
    Ok(match exact {
        Some(value) => Change::Json { path, value },
        None => Change::Text { path, text },
    })
}
