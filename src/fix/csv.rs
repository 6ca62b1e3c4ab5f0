//! One cell of a CSV line.

use serde_json::Value;

use super::Change;
use crate::{
    model::{Layout, Path, Wants},
    row::{cells::Cells, coerce::coerce},
};

/// The line with one cell changed; `None` when a CSV line cannot hold what is wanted.
pub(super) fn splice(
    cells: &Cells<'_>,
    layout: &Layout,
    change: &Change,
    wants: &dyn Fn(&Path) -> Wants,
) -> Option<String> {
    let (path, value) = match change {
        Change::Text { path, text } => (path, text.clone()),
        Change::Json { path, value } => (path, as_cell(value, &wants(path))?),
        Change::Unset { path } => (path, String::new()),
        Change::Raw(_) => return None,
    };
    let column = cells
        .columns
        .iter()
        .position(|name| Path::field(name) == *path);
    let Some(column) = column else {
        // What is not there is gone already.
        return matches!(change, Change::Unset { .. }).then(|| cells.text().to_owned());
    };
    let text = cells.text();
    if cells.get(column) == value {
        return Some(text.to_owned());
    }
    let span = cells.span(column)?;
    let Layout::Csv { delimiter, .. } = layout else {
        return None;
    };
    let cell = written(&value, span.is_quoted(), *delimiter, cells.len() == 1);
    Some([&text[..span.range.start], &cell, &text[span.range.end..]].concat())
}

/// The text that reads as exactly this value where `wants` is asked for, if there is one. Empty text is none: an empty
/// cell may stand for an absent field.
fn as_cell(value: &Value, wants: &Wants) -> Option<String> {
    let text = match value {
        Value::String(text) if text.is_empty() => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let read = coerce(&text, wants).unwrap_or_else(|| Value::from(text.as_str()));
    (read == *value).then_some(text)
}

/// A cell as it is written: in quotes where it must be, or where it was. The only cell of a line is never left bare and
/// empty, for that would be a blank line.
fn written(value: &str, quoted: bool, delimiter: char, alone: bool) -> String {
    let special = |c: char| c == delimiter || matches!(c, '"' | '\r' | '\n');
    let must = value.contains(special)
        || value.starts_with(' ')
        || value.ends_with(' ')
        || (alone && value.is_empty());
    if quoted || must {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}
