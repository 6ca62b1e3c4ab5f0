//! Looking: runs, groups, records.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use anyhow::Result;
use serde_json::{Map, Value};

use super::{Workspace, readings, since::settled, standing::Measure};
use crate::{
    check::Checker,
    contract::Contract,
    filter::Filter,
    model::{
        AttemptRow, Freshness, Group, Layout, Mark, NoteAbout, Path, Problem, RecordDetail,
        RecordId, RecordRow, RunId, RunRow, Sort, Stage, StageFacts, StageMark, Version,
        stage_marks,
    },
    row::Row,
    store::StoredRecord,
};

/// One run.
///
/// # Errors
/// `run:missing`.
pub fn run(workspace: &Workspace, run: RunId) -> Result<RunRow> {
    workspace.store.run(run)
}

/// All runs, newest first.
pub fn runs(workspace: &Workspace) -> Result<Vec<RunRow>> {
    workspace.store.runs()
}

/// The groups of the run the filter names (else the newest), largest first, warnings after what rejects, those with nothing
/// open last. Terms about problems (`stage:`, `field:`, `error:`, `severity:`, `owner:`, `problem:`) choose the groups
/// themselves, also where no record of theirs is stored; the others keep groups that some record has for which they hold.
///
/// # Errors
/// `run:missing`.
pub fn groups(workspace: &Workspace, filter: &Filter) -> Result<Vec<Group>> {
    match workspace.run_of(filter)? {
        Some(run) => workspace
            .store
            .groups(run, &*settled(workspace, run, filter)?),
        None => Ok(Vec::new()),
    }
}

/// The numbers of all records that pass the filter (of the newest run when it names none), in order. Only stored records:
/// passed ones that were not kept have no row.
///
/// # Errors
/// `run:missing`.
pub fn ids(workspace: &Workspace, filter: &Filter) -> Result<Vec<RecordId>> {
    match workspace.run_of(filter)? {
        Some(run) => workspace.store.ids(run, &*settled(workspace, run, filter)?),
        None => Ok(Vec::new()),
    }
}

/// As [`ids`], in this order.
///
/// # Errors
/// `run:missing`.
pub fn sorted_ids(workspace: &Workspace, filter: &Filter, sort: &Sort) -> Result<Vec<RecordId>> {
    match workspace.run_of(filter)? {
        Some(run) => {
            let filter = &*settled(workspace, run, filter)?;
            workspace.store.sorted_ids(run, filter, sort)
        }
        None => Ok(Vec::new()),
    }
}

/// The number of the first record that passes the filter, without looking at the others.
///
/// # Errors
/// `run:missing`.
pub fn first(workspace: &Workspace, filter: &Filter) -> Result<Option<RecordId>> {
    match workspace.run_of(filter)? {
        Some(run) => workspace
            .store
            .first(run, &*settled(workspace, run, filter)?),
        None => Ok(None),
    }
}

/// The rows of these records, in the order asked for; unknown numbers are left out.
pub fn rows(workspace: &Workspace, ids: &[RecordId]) -> Result<Vec<RecordRow>> {
    let rows = rows_with_received(workspace, ids)?;
    Ok(rows.into_iter().map(|(row, _)| row).collect())
}

/// As [`rows`], each with its received value; `None` when that cannot be split into fields.
pub(super) fn rows_with_received(
    workspace: &Workspace,
    ids: &[RecordId],
) -> Result<Vec<(RecordRow, Option<Value>)>> {
    let mut runs: HashMap<RunId, Reading> = HashMap::new();
    let mut rows = Vec::with_capacity(ids.len());
    for record in workspace.store.records(ids)? {
        let reading = match runs.entry(record.run) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Reading::of(workspace, record.run)?),
        };
        rows.push(reading.row(record));
    }
    Ok(rows)
}

/// Everything about one record.
///
/// # Errors
/// `record:missing`, exit 3, saying so when the number belongs to a passed record that was not kept.
pub fn show(workspace: &Workspace, id: RecordId) -> Result<RecordDetail> {
    let store = &workspace.store;
    let record = store.record(id)?;
    let reading = Reading::of(workspace, record.run)?;
    let verdict = Measure::of(workspace, record.run)?.freshness(workspace, record.checked_by);
    let attempts = store.attempts(id)?;
    let facts = reading.facts(&record.text, verdict, &attempts);
    let stages = stage_marks(&record.problems, &facts);
    let (raw, text, byte) = (record.raw().clone(), record.text.clone(), record.byte);
    let record_run = record.run;
    let (before, after) = if facts.is_split {
        (None, None)
    } else {
        readings::neighbours(workspace, &record)?
    };
    let (row, received) = reading.row(record);
    Ok(RecordDetail {
        source: store.file_of(id)?,
        loaded_at: store.run(record_run)?.loaded_at,
        byte,
        raw,
        text,
        received,
        history: store.history_of(id)?,
        notes: store.notes(NoteAbout::Record(id))?,
        attempts,
        has_contract: reading.contract.is_some(),
        verdict,
        stages,
        layout: reading.layout,
        row,
        before,
        after,
    })
}

/// How a record would stand at each stage with another text, whose problems are these; nothing where the text stays. What
/// must be asked elsewhere has said nothing about it yet.
pub(super) fn stages_after(
    workspace: &Workspace,
    record: &StoredRecord,
    text: &Version,
    problems: &[Problem],
) -> Result<Vec<StageMark>> {
    if *text == record.text {
        return Ok(Vec::new());
    }
    let reading = Reading::of(workspace, record.run)?;
    let facts = reading.facts(text, Freshness::Current, &[]);
    let mut stages = stage_marks(problems, &facts);
    for one in &mut stages {
        if one.stage == Stage::Validator {
            one.mark = Mark::NotChecked;
        }
    }
    Ok(stages)
}

/// What one needs to know of a run to read its records.
struct Reading {
    layout: Layout,
    contract: Option<Arc<Contract>>,
}

impl Reading {
    fn of(workspace: &Workspace, run: RunId) -> Result<Self> {
        Ok(Self {
            layout: workspace.store.layout(run)?,
            contract: workspace.contract(run)?,
        })
    }

    /// What decides how a record stands at each stage.
    fn facts(&self, text: &Version, verdict: Freshness, attempts: &[AttemptRow]) -> StageFacts {
        let row = Row::read(&self.layout, text.form, &text.bytes).ok();
        let mut facts = StageFacts {
            is_split: row.is_some(),
            checks: Vec::new(),
            verdict,
            not_reached: Vec::new(),
            sent: attempts.last().map(|attempt| attempt.outcome),
        };
        let Some(contract) = &self.contract else {
            return facts;
        };
        let checker = &contract.checker;
        for (stage, is_there) in [
            (Stage::Schema, checker.has_schema()),
            (Stage::Rule, checker.has_rules()),
            (Stage::Validator, contract.validator.is_some()),
        ] {
            facts.checks.extend(is_there.then_some(stage));
        }
        // The problems of another contract say nothing of what this one's rules could not be asked.
        if let (Some(row), Freshness::Current) = (&row, verdict) {
            // Its whole check came to an end before; one that does not now is no reason to show nothing.
            facts.not_reached = checker.not_reached(row).unwrap_or_default();
        }
        facts
    }

    /// A record as a list shows it, and its received value.
    fn row(&self, record: StoredRecord) -> (RecordRow, Option<Value>) {
        let checker = self.contract.as_deref().map(|contract| &*contract.checker);
        let current = document(&self.layout, checker, &record.text);
        let received = match &record.received {
            Some(received) => document(&self.layout, checker, received),
            None => current.clone(),
        };
        let mut changed = Vec::new();
        if let (Some(received), Some(current)) = (&received, &current) {
            differences(&Path::root(), received, current, &mut changed);
        } else if received.is_some() != current.is_some() || record.text != *record.raw() {
            changed.push(Path::root());
        }
        let row = RecordRow {
            id: record.id,
            run: record.run,
            line: record.line,
            key: record.key,
            status: record.status,
            version: record.version,
            problems: record.problems,
            current,
            changed,
        };
        (row, received)
    }
}

/// The value of one version's text: as the contract reads it, else with every cell as text. `None` when the text cannot be
/// split into fields.
pub(super) fn document(
    layout: &Layout,
    checker: Option<&Checker>,
    version: &Version,
) -> Option<Value> {
    let row = Row::read(layout, version.form, &version.bytes).ok()?;
    Some(match (checker, row) {
        (Some(checker), row) => checker.document(&row),
        (None, Row::Json(document)) => document.value,
        (None, Row::Cells(cells)) => {
            let texts = cells
                .columns
                .iter()
                .enumerate()
                .map(|(n, name)| (name.clone(), Value::String(cells.get(n).into_owned())));
            Value::Object(texts.collect::<Map<_, _>>())
        }
    })
}

/// Appends the paths at which `after` differs from `before`: the innermost objects' fields, and arrays of another length
/// as a whole. In the order of `after`, then what is gone.
pub(super) fn differences(path: &Path, before: &Value, after: &Value, paths: &mut Vec<Path>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in after {
                match before.get(name) {
                    Some(old) => differences(&path.child(name), old, value, paths),
                    None => paths.push(path.child(name)),
                }
            }
            let gone = before.keys().filter(|name| !after.contains_key(*name));
            paths.extend(gone.map(|name| path.child(name)));
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (n, (old, new)) in before.iter().zip(after).enumerate() {
                differences(&path.child(&n.to_string()), old, new, paths);
            }
        }
        _ if before != after => paths.push(path.clone()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        model::Status,
        store::{
            ContractText, keep_contract,
            testing::{Sample, put_run, put_run_as, rejected},
        },
    };

    fn workspace() -> (tempfile::TempDir, Workspace) {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::create(&folder.path().join("redrive.db"), "anna").unwrap();
        (folder, workspace)
    }

    fn csv() -> Layout {
        Layout::Csv {
            columns: vec!["id".to_owned(), "name".to_owned()],
            delimiter: ',',
        }
    }

    /// Gives a record another text, as a step would.
    fn edit(workspace: &mut Workspace, id: i64, form: &str, text: &str) {
        workspace
            .store
            .write(|tx| {
                tx.execute(
                    "INSERT INTO content (record, version, form, bytes, sha256) VALUES (?1, 2, ?2, ?3, x'')",
                    (id, form, text.as_bytes()),
                )?;
                tx.execute(
                    "UPDATE record SET version = 2, content = ?2 WHERE id = ?1",
                    (id, tx.last_insert_rowid()),
                )?;
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn an_empty_workspace_has_nothing_to_look_at() {
        let (_folder, workspace) = workspace();
        let all = Filter::default();
        assert_eq!(runs(&workspace).unwrap(), []);
        assert_eq!(groups(&workspace, &all).unwrap(), []);
        assert_eq!(ids(&workspace, &all).unwrap(), []);
        assert_eq!(rows(&workspace, &[RecordId(1)]).unwrap(), []);
        assert!(show(&workspace, RecordId(1)).is_err());
    }

    #[test]
    fn without_a_run_the_newest_is_meant() {
        let (_folder, mut workspace) = workspace();
        put_run(
            &mut workspace.store,
            &[Sample::default(), Sample::default()],
        );
        put_run(&mut workspace.store, &[Sample::default()]);
        assert_eq!(ids(&workspace, &Filter::default()).unwrap(), [RecordId(3)]);
    }

    #[test]
    fn without_a_contract_cells_are_text() {
        let (_folder, mut workspace) = workspace();
        put_run_as(
            &mut workspace.store,
            &csv(),
            &[
                rejected("007,\"O\"\"Hara\"", &[]),
                rejected("1,", &[]),
                rejected("1", &[]),
            ],
        );
        let rows = rows(&workspace, &[RecordId(1), RecordId(2), RecordId(3)]).unwrap();
        assert_eq!(
            rows[0].current,
            Some(json!({"id": "007", "name": "O\"Hara"}))
        );
        assert_eq!(rows[1].current, Some(json!({"id": "1", "name": ""})));
        assert_eq!(rows[2].current, None, "one cell is missing");
        assert_eq!(rows[0].status, Status::Rejected);
        assert_eq!(rows[0].changed, []);
    }

    #[test]
    fn with_a_contract_values_have_its_types_and_it_is_compiled_once() {
        let (_folder, mut workspace) = workspace();
        let samples = [rejected("7,", &[]), rejected("x,y", &[])];
        let run = put_run_as(&mut workspace.store, &csv(), &samples);
        let schema = r#"{"properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}"#;
        let contract = ContractText {
            name: "c".to_owned(),
            text: "name = \"c\"\n[input]\nempty = \"missing\"\n[schema]\nfile = \"s.json\"\n"
                .to_owned(),
            files: vec![("s.json".to_owned(), schema.to_owned())],
            path: "c.toml".into(),
        };
        workspace
            .store
            .write(|tx| {
                let number = keep_contract(tx, &contract, &[7; 32])?;
                Ok(tx.execute("UPDATE run SET contract = ?1", [number])?)
            })
            .unwrap();
        let rows = rows(&workspace, &[RecordId(1), RecordId(2)]).unwrap();
        assert_eq!(rows[0].current, Some(json!({"id": 7})));
        assert_eq!(rows[1].current, Some(json!({"id": "x", "name": "y"})));
        assert!(show(&workspace, RecordId(1)).unwrap().has_contract);
        let (one, two) = (
            workspace.contract(run).unwrap(),
            workspace.contract(run).unwrap(),
        );
        assert!(Arc::ptr_eq(&one.unwrap(), &two.unwrap()));
    }

    #[test]
    fn a_changed_record_says_where_it_differs_from_what_was_received() {
        let (_folder, mut workspace) = workspace();
        put_run_as(
            &mut workspace.store,
            &csv(),
            &[
                rejected("1,a", &[]),
                rejected("1,a", &[]),
                rejected("1", &[]),
                rejected("1", &[]),
            ],
        );
        edit(&mut workspace, 1, "csv", "1,b");
        edit(
            &mut workspace,
            2,
            "json",
            "{\"id\":\"1\",\"name\":\"a\",\"x\":null}",
        );
        edit(&mut workspace, 3, "csv", "1,b");
        edit(&mut workspace, 4, "csv", "2");
        let changed = |id: i64| {
            let row = &rows(&workspace, &[RecordId(id)]).unwrap()[0];
            let paths = row.changed.iter().map(ToString::to_string);
            paths.collect::<Vec<_>>()
        };
        assert_eq!(changed(1), ["/name"]);
        assert_eq!(changed(2), ["/x"]);
        assert_eq!(changed(3), [""], "it could not be read before");
        assert_eq!(changed(4), [""], "it still cannot be read");
        let shown = show(&workspace, RecordId(3)).unwrap();
        assert_eq!(shown.received, None);
        assert_eq!(shown.row.current, Some(json!({"id": "1", "name": "b"})));
        assert_eq!(
            (shown.raw.bytes, shown.text.bytes),
            (b"1".to_vec(), b"1,b".to_vec())
        );
        assert!(!shown.has_contract);
    }

    #[test]
    fn differences_name_the_innermost_fields() {
        let check = |before: Value, after: Value, expected: &[&str]| {
            let mut paths = Vec::new();
            differences(&Path::root(), &before, &after, &mut paths);
            let paths: Vec<&str> = paths.iter().map(Path::as_str).collect();
            assert_eq!(paths, expected, "{before} -> {after}");
        };
        check(json!({"a": 1}), json!({"a": 1}), &[]);
        check(
            json!({"a": {"b": 1, "c": 2}}),
            json!({"a": {"b": 1, "c": 3}}),
            &["/a/c"],
        );
        check(
            json!({"a": 1, "b": 2}),
            json!({"b": 2, "c": 3}),
            &["/c", "/a"],
        );
        check(
            json!({"a": [1, {"b": 2}]}),
            json!({"a": [1, {"b": 3}]}),
            &["/a/1/b"],
        );
        check(json!({"a": [1]}), json!({"a": [1, 2]}), &["/a"]);
        check(json!({"a": {}}), json!({"a": null}), &["/a"]);
        check(json!({"a/b": 1}), json!({"a/b": 2}), &["/a~1b"]);
    }
}
