//! How the cells of one CSV layout become typed values.

use std::{borrow::Cow, collections::HashMap};

use serde_json::Value;

use super::Checker;
use crate::{
    model::{Path, Wants},
    row::{cells::Cells, coerce::coerce},
};

/// What is wanted in each column of one layout, worked out once.
#[derive(Debug)]
pub(super) struct Columns {
    pub names: Vec<String>,
    wants: Vec<Wants>,
    by_name: HashMap<String, usize>,
    empty_is_missing: bool,
    coerce: bool,
}

impl Columns {
    pub fn new(names: &[String], checker: &Checker) -> Self {
        Self {
            names: names.to_vec(),
            wants: names
                .iter()
                .map(|name| checker.wants(&Path::field(name)))
                .collect(),
            by_name: names
                .iter()
                .enumerate()
                .map(|(at, name)| (name.clone(), at))
                .collect(),
            empty_is_missing: checker.empty_is_missing,
            coerce: checker.coerce,
        }
    }

    /// The position of a column; the last one where a name stands twice.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    pub fn wants(&self, column: usize) -> &Wants {
        &self.wants[column]
    }

    /// The text of a cell; `None` where an empty cell means that nothing stands there.
    pub fn text<'a>(&self, cells: &Cells<'a>, column: usize) -> Option<Cow<'a, str>> {
        let text = cells.get(column);
        (!(text.is_empty() && self.empty_is_missing)).then_some(text)
    }

    /// The typed value of a cell; `None` where nothing stands there.
    pub fn value(&self, cells: &Cells<'_>, column: usize) -> Option<Value> {
        let text = self.text(cells, column)?;
        Some(if self.coerce {
            match coerce(&text, &self.wants[column]) {
                Some(value) => value,
                None => Value::String(text.into_owned()),
            }
        } else {
            Value::String(text.into_owned())
        })
    }
}
