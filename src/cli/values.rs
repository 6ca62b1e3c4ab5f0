//! `values`: what fails in a group, value by value.

use std::path::Path as FilePath;

use anyhow::Result;
use serde_json::json;

use super::{
    args,
    out::{Exit, Out, note},
    person::Person,
};
use crate::{
    model::{Found, GroupId, ValueCount},
    ops,
    text::{count, safe, shorten, thousands},
};

/// Columns of a value in the table.
const SHOWN: usize = 60;

pub fn values(person: &Person, out: &Out, args: &args::Values) -> Result<Exit> {
    let workspace = person.look()?;
    let all = ops::values(&workspace, GroupId(args.group))?;
    if let Some(file) = &args.output {
        ops::spare(workspace.path(), file)?;
        return write_map(&all, file).map(|()| Exit::Done);
    }
    if out.is_json() {
        for one in &all {
            let value = match &one.found {
                Found::Text(text) => json!(text),
                Found::Json(json) => serde_json::from_str(json)?,
                Found::Missing => json!(null),
            };
            out.json(&json!({
                "value": value,
                "missing": one.found == Found::Missing,
                "count": one.count,
                "shape": one.shape,
                "record": one.record,
                "repair": one.repair,
            }))?;
        }
        return Ok(Exit::Done);
    }
    out.table(
        &["Value", "#Records", "Shape", "#First", "Surely"],
        all.iter().map(|one| {
            vec![
                shown(one),
                thousands(one.count),
                one.shape.clone(),
                one.record.to_string(),
                one.repair.clone().unwrap_or_default(),
            ]
        }),
    )?;
    Ok(Exit::Done)
}

fn shown(one: &ValueCount) -> String {
    match &one.found {
        Found::Text(text) if text.is_empty() => "(empty)".to_owned(),
        Found::Text(text) | Found::Json(text) => shorten(text, SHOWN),
        Found::Missing => "(missing)".to_owned(),
    }
}

/// Values that are text, as a table for `fix --map`.
fn write_map(all: &[ValueCount], file: &FilePath) -> Result<()> {
    let written = ops::write_whole(file, "map:write", |to| {
        let mut table = csv::Writer::from_writer(to);
        table.write_record(["old", "new", "count"])?;
        let mut written = 0;
        for one in all {
            if let Found::Text(old) = &one.found {
                // Until somebody says what it shall be, it stays what it is.
                let new = one.repair.as_ref().unwrap_or(old);
                table.write_record([old, new, &one.count.to_string()])?;
                written += 1;
            }
        }
        table.flush()?;
        Ok(written)
    })?;
    note(&format!(
        "{} written to {}. Fill in the column new; `redrive fix --map` takes it.",
        count(written, "value"),
        safe(&file.display().to_string())
    ));
    Ok(())
}
