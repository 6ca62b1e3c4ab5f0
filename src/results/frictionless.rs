//! Reports of frictionless: `{"valid", "stats", "tasks": [{"place", "labels", "warnings", "errors": [{"type", "rowNumber",
//! "fieldName", "cell", "cells", "message", "note"}]}]}`.
//!
//! A row is counted with the header as 1; blank lines count, line breaks in quotes do not. The tool stops at a number of errors
//! and says so in `warnings`. One byte that is not UTF-8 makes it guess another encoding for the whole file, so that its
//! cells may not be what the file holds.

use std::borrow::Cow;

use super::{
    File, Head, Place, Reader, Report, Tool,
    report::{Json, Told, csv_line},
};
use crate::{
    model::{Fault, Form, Found, Layout, Path, Stage},
    row::lenient,
};

pub(super) const TOOL: Tool = Tool {
    word: "frictionless",
    name: "frictionless reports",
    reader: Reader::Whole { fits, read },
};

fn fits(head: &Head<'_>) -> bool {
    head.object().is_some_and(|report| {
        let has = |name| report.get(name).is_some();
        has("valid") && has("stats") && report["tasks"][0].get("labels").is_some()
    })
}

fn read(file: &File<'_>) -> Result<Report, Fault> {
    let text = file.text()?;
    let whole = Json(text.trim());
    if lenient::members(whole.0).is_none() {
        return Err(file.broken("is not one whole JSON document"));
    }
    let tasks = whole.get("tasks").map(Json::elements).unwrap_or_default();
    let mut report = Report::default();
    let labels: Vec<Vec<String>> = tasks.iter().map(|task| texts(*task, "labels")).collect();
    // Records of several tables are only rows of one layout where the tables have the same columns.
    if let Some(columns) = labels
        .first()
        .filter(|first| !first.is_empty() && labels.iter().all(|other| other == *first))
    {
        report.layout = Layout::Csv {
            columns: columns.clone(),
            delimiter: ',',
        };
    }
    for error in whole.get("errors").map(Json::elements).unwrap_or_default() {
        let said = error
            .get("message")
            .and_then(Json::text)
            .unwrap_or_default();
        report
            .remarks
            .push(format!("frictionless could not read a file: {said}"));
    }
    for (task, labels) in tasks.iter().zip(&labels) {
        read_task(*task, labels, &mut report);
    }
    Ok(report)
}

fn read_task(task: Json<'_>, labels: &[String], report: &mut Report) {
    let place = task.get("place").and_then(Json::text).unwrap_or_default();
    for warning in texts(task, "warnings") {
        report.capped |= warning.contains("reached error limit");
        report
            .remarks
            .push(format!("frictionless says of {place}: {warning}"));
    }
    for error in task.get("errors").map(Json::elements).unwrap_or_default() {
        let text = |name| error.get(name).and_then(Json::text).unwrap_or_default();
        let (code, field) = (text("type"), text("fieldName"));
        let (note, message) = (text("note"), text("message"));
        let Some(number) = error.get("rowNumber").and_then(Json::number) else {
            report
                .remarks
                .push(format!("frictionless says of {place}: {message}"));
            continue;
        };
        let found = error
            .get("cell")
            .map(Json::found)
            .filter(|_| !field.is_empty());
        let problem = Told {
            stage: if is_of_parsing(&code) {
                Stage::Parse
            } else {
                Stage::Schema
            },
            code: &code,
            detail: "",
            path: if field.is_empty() {
                Path::root()
            } else {
                Path::field(&field)
            },
            message: if note.is_empty() { &message } else { &note },
            found: match found {
                Some(Found::Json(json)) if json == "null" => Some(Found::Missing),
                found => found,
            },
        }
        .problem();
        let cells = error.get("cells").map(Json::elements).unwrap_or_default();
        let cells: Vec<Cow<'_, str>> = (cells.iter())
            .map(|cell| cell.text().unwrap_or_default())
            .collect();
        let text = (!cells.is_empty()).then(|| row(&cells, labels, &report.layout));
        let record = report.at(Place::Row(number), &place);
        record.problems.push(problem);
        match text {
            Some((form, text)) => record.give(form, text),
            None => record.quote(error.0),
        }
    }
}

/// The text of a row: CSV where that is the layout of all records, else an object.
fn row(cells: &[Cow<'_, str>], labels: &[String], layout: &Layout) -> (Form, Vec<u8>) {
    if let Layout::Csv { delimiter, .. } = layout {
        return (Form::Csv, csv_line(cells.iter().cloned(), *delimiter));
    }
    let name = |n: usize| {
        labels
            .get(n)
            .cloned()
            .unwrap_or_else(|| format!("column {}", n + 1))
    };
    let members = cells.iter().enumerate();
    let object: serde_json::Map<_, _> = members
        .map(|(n, cell)| (name(n), cell.clone().into_owned().into()))
        .collect();
    (
        Form::Json,
        serde_json::Value::Object(object).to_string().into_bytes(),
    )
}

fn is_of_parsing(code: &str) -> bool {
    ["blank-row", "extra-cell", "missing-cell"].contains(&code)
}

fn texts(of: Json<'_>, name: &str) -> Vec<String> {
    let list = of.get(name).map(Json::elements).unwrap_or_default();
    list.iter()
        .filter_map(|one| one.text().map(Cow::into_owned))
        .collect()
}
