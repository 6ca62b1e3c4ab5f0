//! What is known about the columns of one CSV layout: how cells become values, and which are surely valid.

use std::{borrow::Cow, collections::HashMap};

use serde_json::{Map, Value};

use super::{
    Checker,
    sure::{Test, fraction, is_note, whole},
    tree::{Seen, Tree},
};
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
    /// A test for each column; `None` where the schema is more than a list of properties.
    tests: Option<Vec<Cell>>,
    /// A tree for each rule that is simple enough.
    pub trees: Vec<Option<Tree>>,
}

/// What the quick look leaves open about a row.
pub(super) struct Doubtful<'c> {
    /// The typed values of the cells that are not surely valid.
    pub fields: Map<String, Value>,
    /// Required columns where nothing stands.
    pub missing: Vec<&'c str>,
}

#[derive(Debug)]
struct Cell {
    test: Test,
    required: bool,
}

impl Columns {
    pub fn new(names: &[String], checker: &Checker) -> Self {
        let mut columns = Self {
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
            tests: None,
            trees: Vec::new(),
        };
        // A name that stands twice makes one field of two cells, which is left to the document.
        if columns.by_name.len() == names.len() {
            columns.tests = tests(names, checker);
            columns.trees = checker.rules.trees(&columns);
        }
        columns
    }

    /// The position of a column; the last one where a name stands twice.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The text of a cell; `None` where an empty cell means that nothing stands there.
    pub fn text<'a>(&self, cells: &Cells<'a>, column: usize) -> Option<Cow<'a, str>> {
        let text = cells.get(column);
        (!(text.is_empty() && self.empty_is_missing)).then_some(text)
    }

    /// The typed value of a cell; `None` where nothing stands there.
    pub fn value(&self, cells: &Cells<'_>, column: usize) -> Option<Value> {
        let text = self.text(cells, column)?;
        let typed = self
            .coerce
            .then(|| coerce(&text, &self.wants[column]))
            .flatten();
        Some(typed.unwrap_or_else(|| Value::String(text.into_owned())))
    }

    /// The typed value of a cell without a document; `None` where nothing stands there or where its kind is in doubt.
    pub fn seen<'a>(&self, cells: &Cells<'a>, column: usize) -> Option<Seen<'a>> {
        let text = self.text(cells, column)?;
        let wants = &self.wants[column];
        let is_text = wants.text || !(wants.boolean || wants.integer || wants.number);
        if is_text || !self.coerce {
            return Some(Seen::Text(text));
        }
        if wants.boolean && matches!(&*text, "true" | "false") {
            return Some(Seen::Flag(text == "true"));
        }
        if wants.number {
            return fraction(&text).map(Seen::Fraction);
        }
        if wants.integer {
            return whole(&text).map(Seen::Whole);
        }
        None
    }

    /// Whether a row passes a rule, by the rule's place in the contract; `None` where only the interpreter knows.
    pub fn passes(&self, cells: &Cells<'_>, rule: usize) -> Option<bool> {
        let tree = self.trees.get(rule).and_then(Option::as_ref)?;
        tree.evaluate(self, cells)
    }

    /// Whether a column holds numbers that may have a fraction.
    pub fn is_fraction(&self, column: usize) -> bool {
        self.wants[column].number
    }

    /// Whether the schema surely finds nothing in this row.
    pub fn are_sure(&self, cells: &Cells<'_>) -> bool {
        let Some(tests) = &self.tests else {
            return false;
        };
        let is_sure = |(column, cell): (usize, &Cell)| match self.text(cells, column) {
            Some(text) => cell.test.is_sure(&text),
            None => !cell.required,
        };
        tests.iter().enumerate().all(is_sure)
    }

    /// The part of a row that the validator must see; `None` where that is the whole row.
    pub fn doubtful(&self, cells: &Cells<'_>) -> Option<Doubtful<'_>> {
        let mut doubtful = Doubtful {
            fields: Map::new(),
            missing: Vec::new(),
        };
        for (column, cell) in self.tests.as_ref()?.iter().enumerate() {
            match self.text(cells, column) {
                Some(text) if cell.test.is_sure(&text) => {}
                Some(_) => {
                    let value = self.value(cells, column)?;
                    doubtful.fields.insert(self.names[column].clone(), value);
                }
                None if cell.required => doubtful.missing.push(&self.names[column]),
                None => {}
            }
        }
        Some(doubtful)
    }
}

/// The tests of all columns. A schema that says more than which properties there are is left to the validator.
fn tests(names: &[String], checker: &Checker) -> Option<Vec<Cell>> {
    let Some(schema) = &checker.schema else {
        let any = |_| Cell {
            test: Test::Any,
            required: false,
        };
        return Some(names.iter().map(any).collect());
    };
    let root = schema.root.as_object()?;
    let known = |key: &str| {
        matches!(
            key,
            "type"
                | "properties"
                | "required"
                | "additionalProperties"
                | "$defs"
                | "definitions"
                | "$schema"
                | "$id"
        ) || is_note(key)
    };
    if !root.keys().all(|key| known(key)) || root.get("type").is_some_and(|kind| kind != "object") {
        return None;
    }
    let extra = match root.get("additionalProperties") {
        None | Some(Value::Bool(true)) => true,
        Some(Value::Bool(false)) => false,
        Some(_) => return None,
    };
    let properties = match root.get("properties") {
        None => None,
        Some(properties) => Some(properties.as_object()?),
    };
    let mut required = Vec::new();
    for name in root
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let name = name.as_str()?;
        // A field that no column can fill is missing in every row.
        if !names.iter().any(|column| column == name) {
            return None;
        }
        required.push(name);
    }
    let cell = |name: &String| Cell {
        test: match properties.and_then(|all| all.get(name)) {
            Some(property) => Test::of(property, &schema.root, schema.formats, checker.coerce),
            None if extra => Test::Any,
            None => Test::Ask,
        },
        required: required.contains(&name.as_str()),
    };
    Some(names.iter().map(cell).collect())
}
