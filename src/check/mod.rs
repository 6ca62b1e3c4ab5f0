//! What is wrong with a record: schema, rules and wording. Pure: no IO, no clock.
//!
//! A record with problems is a value, never an `Err`.

pub mod rules;
pub mod schema;
pub mod suggest;
pub mod wording;

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::Value;

use crate::{
    model::{Path, Problem, Wants},
    row::Row,
};

/// Everything the check needs to know, taken from a contract.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    pub schema: Option<Value>,
    /// Local files the schema refers to, by the reference they are named by.
    pub references: BTreeMap<String, Value>,
    pub formats: bool,
    pub rules: Vec<Rule>,
    pub key: Vec<Path>,
    /// Whether empty CSV cells are absent (`empty = "missing"`) or empty text (`"keep"`).
    pub empty_is_missing: bool,
    pub coerce: bool,
}

/// A business rule in CEL over `record`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    pub id: String,
    pub assert: String,
    pub message: String,
    pub fields: Vec<Path>,
}

/// Why a contract's schema or rule cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecError {
    /// `schema` or the rule's id.
    pub part: String,
    pub message: String,
    /// 0-based character offset in the rule's expression.
    pub position: Option<usize>,
    pub hint: Option<String>,
}

/// A compiled contract. Built once, shared by all threads.
pub struct Checker {
    _spec: Spec,
}

impl Checker {
    /// Compiles schema and rules.
    pub fn build(spec: Spec) -> Result<Self, SpecError> {
        Ok(Self { _spec: spec })
    }

    /// Finds all problems of a record, in the order stage, column, rule, and appends them to `problems`. Load, edit and
    /// check call this and nothing else. Uniqueness, which sees more than one record, is not part of it.
    pub fn check(&self, row: &Row<'_>, problems: &mut Vec<Problem>) {
        let _ = (row, problems);
        todo!()
    }

    /// The record as a typed JSON document, CSV text coerced where nothing is lost; absent cells are left out.
    pub fn document(&self, row: &Row<'_>) -> Value {
        let _ = row;
        todo!()
    }

    /// The natural key as text, parts joined by `\u{1f}`; `None` when the contract names none or a part is missing.
    pub fn key<'r>(&self, row: &'r Row<'_>) -> Option<Cow<'r, str>> {
        let _ = row;
        todo!()
    }

    /// The problem of a record whose key stands already in record number `first` (when known).
    pub fn duplicate(&self, row: &Row<'_>, first: Option<i64>) -> Problem {
        let _ = (row, first);
        todo!()
    }

    /// What is wanted at a path, for coercion, sentences and suggestions. Nothing is known without a schema.
    pub fn wants(&self, path: &Path) -> Wants {
        let _ = path;
        todo!()
    }
}
