//! What is wrong with a record: schema, rules and wording. Pure: no IO, no clock.
//!
//! A record with problems is a value, never an `Err`.

mod budget;
mod calls;
mod columns;
mod compile;
mod dates;
mod decimal;
mod documents;
mod formats;
mod formula;
mod functions;
mod gives;
mod lazy;
mod moment;
mod numbers;
mod parse;
mod pattern;
pub mod reported;
mod rewrite;
mod rules;
mod schema;
pub mod suggest;
mod sure;
mod tree;
mod unions;
mod unique;
mod wants;
pub mod wording;

use std::{cmp::Ordering, collections::BTreeMap, sync::OnceLock};

use serde_json::{Map, Value};

use self::{columns::Columns, documents::Documents, lazy::Fields, rules::Rules, schema::Schema};
pub use self::{
    documents::{Spot, Unresolved},
    formats::Formats,
    formula::{Formula, FormulaError},
    unique::{Unique, Values, is_unique},
    wants::Known,
};
use crate::{
    model::{Found, Path, Problem, Severity, Wants},
    row::{Row, cells::Cells},
};

/// Everything the check needs to know, taken from a contract.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    pub schema: Option<Value>,
    /// Local files the schema refers to, by their path relative to the schema's file.
    pub references: BTreeMap<String, Value>,
    pub formats: bool,
    pub rules: Vec<Rule>,
    pub key: Vec<Path>,
    pub unique: Vec<Unique>,
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
    pub severity: Severity,
    /// Who answers for it; empty when nobody is named.
    pub owner: String,
}

/// A part of the contract took longer over one record than any record is worth. This is the contract's fault and not the
/// record's: the work stops, and nothing changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runaway {
    /// The rule's id, or `schema`.
    pub part: String,
    pub message: String,
    pub hint: String,
    /// The pattern that does not come to an end, as the schema writes it.
    pub pattern: Option<String>,
}

/// The references of a schema and its files that lead nowhere, with the names of the files that they can mean.
pub fn unresolved(schema: &Value, references: &BTreeMap<String, Value>) -> Vec<Unresolved> {
    Documents::new(schema.clone(), references.clone()).unresolved
}

/// Why a contract's schema or rule cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecError {
    /// `schema` or the rule's id.
    pub part: String,
    pub message: String,
    /// 0-based character offset in the rule's expression.
    pub position: Option<usize>,
    /// The place in the schema's files.
    pub at: Option<Box<Spot>>,
    pub hint: Option<String>,
}

/// A compiled contract. Built once, shared by all threads.
pub struct Checker {
    schema: Option<Schema>,
    rules: Rules,
    /// The key, where the contract names one, then its `[[unique]]`.
    uniqueness: Vec<Unique>,
    empty_is_missing: bool,
    coerce: bool,
    formats: bool,
    /// The columns of the first layout that was checked. A run has one layout, so that this is the one that counts.
    columns: OnceLock<Columns>,
}

impl Checker {
    /// Compiles schema and rules.
    ///
    /// # Errors
    /// The first schema or rule that cannot be compiled.
    pub fn build(spec: Spec) -> Result<Self, SpecError> {
        let formats = spec.formats;
        let schema = match spec.schema {
            Some(root) => Some(Schema::build(root, spec.references, spec.formats)?),
            None => None,
        };
        let key = Unique {
            fields: spec.key,
            ..Unique::default()
        };
        let key = (!key.fields.is_empty()).then_some(key);
        let rules = Rules::build(&spec.rules, schema.as_ref())?;
        Ok(Self {
            schema,
            rules,
            uniqueness: key.into_iter().chain(spec.unique).collect(),
            empty_is_missing: spec.empty_is_missing,
            coerce: spec.coerce,
            formats,
            columns: OnceLock::new(),
        })
    }

    /// Finds all problems of a record, in the order stage, column, rule, and appends them to `problems`. Load, edit and
    /// check call this and nothing else. Uniqueness, which sees more than one record, is not part of it.
    ///
    /// # Errors
    /// When a rule or a pattern does not come to an end.
    pub fn check(&self, row: &Row<'_>, problems: &mut Vec<Problem>) -> Result<(), Runaway> {
        match row {
            Row::Json(json) => self.check_document(&json.value, problems),
            Row::Cells(cells) => {
                self.with_columns(cells, |columns| self.check_cells(cells, columns, problems))
            }
        }
    }

    /// The same for any JSON value, not only for a record.
    ///
    /// # Errors
    /// Those of [`Checker::check`].
    pub fn check_value(&self, value: &Value, problems: &mut Vec<Problem>) -> Result<(), Runaway> {
        self.check_document(value, problems)
    }

    /// The ids of the rules that [`Checker::check`] does not reach in this record, because of a problem it reports.
    ///
    /// # Errors
    /// Those of [`Checker::check`].
    pub fn not_reached(&self, row: &Row<'_>) -> Result<Vec<String>, Runaway> {
        let (Some(schema), false) = (&self.schema, self.rules.is_empty()) else {
            return Ok(Vec::new());
        };
        let value = self.document(row);
        let mut reported = Vec::new();
        schema.check(&value, &mut reported)?;
        if reported.is_empty() {
            return Ok(Vec::new());
        }
        if !value.is_object() {
            return Ok(self.rules.ids());
        }
        (self.rules).not_reached(Fields::Document(&value), self, &reported)
    }

    /// Whether the text of CSV cells becomes numbers and other values (`coerce = true`).
    pub fn coerces(&self) -> bool {
        self.coerce
    }

    /// Whether a text must have the format that the schema names.
    pub fn checks_formats(&self) -> bool {
        self.formats
    }

    /// Whether there are rules.
    pub fn has_rules(&self) -> bool {
        !self.rules.is_empty() || !self.uniqueness.is_empty()
    }

    pub fn has_schema(&self) -> bool {
        self.schema.is_some()
    }

    /// This checker for many rows of one layout.
    pub fn fitted<'c>(&'c self, names: &'c [String]) -> Fitted<'c> {
        let columns = self.columns.get_or_init(|| Columns::new(names, self));
        Fitted {
            checker: self,
            names,
            columns: (columns.names == names).then_some(columns),
        }
    }

    fn check_cells(
        &self,
        cells: &Cells<'_>,
        columns: &Columns,
        problems: &mut Vec<Problem>,
    ) -> Result<(), Runaway> {
        let is_good = columns.are_sure(cells) && self.rules.all_pass(cells, columns, self);
        if !is_good && !self.check_doubtful(cells, columns, problems)? {
            self.check_document(&document(cells, columns), problems)?;
        }
        Ok(())
    }

    /// The long way, which decides everything: schema and rules over the whole document.
    fn check_document(&self, value: &Value, problems: &mut Vec<Problem>) -> Result<(), Runaway> {
        let before = problems.len();
        if let Some(schema) = &self.schema {
            schema.check(value, problems)?;
        }
        if value.is_object() {
            (self.rules).check(Fields::Document(value), self, before, problems)?;
        }
        problems[before..].sort_by(|a, b| self.order(a, b));
        Ok(())
    }

    /// Finds the same as the long way, but asks the validator only about cells that are not surely valid. Gives `false`,
    /// and finds nothing, where the schema does not allow that: where it is more than a list of properties.
    fn check_doubtful(
        &self,
        cells: &Cells<'_>,
        columns: &Columns,
        problems: &mut Vec<Problem>,
    ) -> Result<bool, Runaway> {
        let before = problems.len();
        let Some(doubtful) = columns.doubtful(cells) else {
            return Ok(false);
        };
        if let Some(schema) = &self.schema
            && !schema.check_fields(&Value::Object(doubtful.fields), &doubtful.missing, problems)?
        {
            return Ok(false);
        }
        (self.rules).check(Fields::Cells(cells, columns), self, before, problems)?;
        problems[before..].sort_by(|a, b| self.order(a, b));
        Ok(true)
    }

    /// The record as a typed JSON document, CSV text coerced where nothing is lost; absent cells are left out.
    pub fn document(&self, row: &Row<'_>) -> Value {
        match row {
            Row::Json(json) => json.value.clone(),
            Row::Cells(cells) => self.with_columns(cells, |columns| document(cells, columns)),
        }
    }

    /// The typed record as one line of compact JSON: numbers have the digits that were received, members their order.
    pub fn json_text(&self, row: &Row<'_>) -> String {
        match row {
            Row::Json(json) => json.value.to_string(),
            Row::Cells(_) => self.document(row).to_string(),
        }
    }

    /// What is wanted at a path, for coercion, sentences and suggestions. Nothing is known without a schema.
    pub fn wants(&self, path: &Path) -> Wants {
        self.schema
            .as_ref()
            .map(|schema| schema.wants(path).into_owned())
            .unwrap_or_default()
    }

    /// Whether the schema says that a field can be there. Nothing is said without a schema.
    pub fn known(&self, path: &Path) -> Known {
        let schema = self.schema.as_ref();
        schema.map_or(Known::Unsaid, |schema| schema.known(path))
    }

    /// The names of the fields that the schema knows at an object's path.
    pub fn names(&self, path: &Path) -> Vec<String> {
        let schema = self.schema.as_ref();
        schema.map_or(Vec::new(), |schema| schema.names(path))
    }

    /// The formats that the schema names and nobody checks: the schema's file (empty for the first), the place in it, and
    /// the format's name. JSON Schema lets any value pass them.
    pub fn unknown_formats(&self) -> Vec<(String, Path, String)> {
        let schema = self.schema.as_ref();
        schema.map(Schema::unknown_formats).unwrap_or_default()
    }

    /// The field names of the schema's properties, in its order; empty without a schema.
    pub fn properties(&self) -> &[String] {
        self.schema.as_ref().map_or(&[], |schema| &schema.columns)
    }

    /// The one order of a record's problems: stage, column, path, rule, code.
    fn order(&self, a: &Problem, b: &Problem) -> Ordering {
        let column = |path: &Path| match (path.segments().next(), &self.schema) {
            (None, _) => 0,
            (Some(name), Some(schema)) => schema.position(&name).map_or(usize::MAX, |at| at + 1),
            (Some(_), None) => usize::MAX,
        };
        a.stage
            .cmp(&b.stage)
            .then_with(|| column(&a.path).cmp(&column(&b.path)))
            .then_with(|| by_segments(&a.path, &b.path))
            .then_with(|| {
                self.rules
                    .position(&a.code)
                    .cmp(&self.rules.position(&b.code))
            })
            .then_with(|| (&a.code, &a.detail).cmp(&(&b.code, &b.detail)))
    }

    /// Hands over what is known about the columns of this layout.
    fn with_columns<R>(&self, cells: &Cells<'_>, act: impl FnOnce(&Columns) -> R) -> R {
        let first = self
            .columns
            .get_or_init(|| Columns::new(cells.columns, self));
        if first.names == cells.columns {
            act(first)
        } else {
            act(&Columns::new(cells.columns, self))
        }
    }
}

/// A checker that has compared the names of the columns already. That is a twentieth of a good record's check.
pub struct Fitted<'c> {
    pub checker: &'c Checker,
    names: &'c [String],
    columns: Option<&'c Columns>,
}

impl Fitted<'_> {
    /// The same as [`Checker::check`].
    ///
    /// # Errors
    /// Those of [`Checker::check`].
    pub fn check(&self, row: &Row<'_>, problems: &mut Vec<Problem>) -> Result<(), Runaway> {
        match (row, self.columns) {
            (Row::Cells(cells), Some(columns)) if std::ptr::eq(cells.columns, self.names) => {
                self.checker.check_cells(cells, columns, problems)
            }
            _ => self.checker.check(row, problems),
        }
    }
}

fn document(cells: &Cells<'_>, columns: &Columns) -> Value {
    let mut fields = Map::new();
    for (at, name) in cells.columns.iter().enumerate().take(cells.len()) {
        if let Some(value) = columns.value(cells, at) {
            fields.insert(name.clone(), value);
        }
    }
    Value::Object(fields)
}

/// Compares segment by segment; positions as numbers, so that `/lines/2` stands before `/lines/10`.
fn by_segments(a: &Path, b: &Path) -> Ordering {
    let (mut left, mut right) = (a.segments(), b.segments());
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => match (a.parse::<u64>(), b.parse::<u64>()) {
                (Ok(a), Ok(b)) => a.cmp(&b),
                _ => a.cmp(&b),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// A value as problems carry it.
fn found(value: &Value) -> Found {
    match value {
        Value::String(text) => Found::Text(text.clone()),
        other => Found::Json(other.to_string()),
    }
}

#[cfg(test)]
mod tests;
