//! What must differ between the records of a run: the key, and the fields of each `[[unique]]`. Who has the same is not
//! known here; that sees more than one record.

use std::{borrow::Cow, cmp::Ordering, collections::BTreeMap};

use serde_json::Value;

use super::{Checker, wording};
use crate::{
    model::{Found, Path, Problem, Severity, Stage},
    row::Row,
};

/// Stands between the values of several fields.
const JOINT: char = '\u{1f}';
/// Bytes of one of several values, mostly.
const USUAL: usize = 32;

/// Fields that must differ between any two records of a run: the key, or a `[[unique]]` of the contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unique {
    /// The rule's id; empty for the key.
    pub id: String,
    pub fields: Vec<Path>,
    /// The contract's sentence; empty for our own.
    pub message: String,
    pub severity: Severity,
    pub owner: String,
}

impl Unique {
    /// What the workspace calls it: its paths joined by a blank; empty for the key. Another name is another uniqueness.
    pub fn name(&self) -> String {
        if self.id.is_empty() {
            return String::new();
        }
        let paths: Vec<&str> = self.fields.iter().map(Path::as_str).collect();
        paths.join(" ")
    }

    /// What a record has in the fields, as text; `None` where one is missing, null, empty text, a list or an object. Texts
    /// are compared as they stand, so case and blanks count, and `1.0` is another value than `1`.
    pub fn value<'r>(&self, row: &'r Row<'_>) -> Option<Cow<'r, str>> {
        let (first, rest) = self.fields.split_first()?;
        let value = part(row, first)?;
        if rest.is_empty() {
            return Some(value);
        }
        // Asked for every record of a load, so there is room for the other parts from the start.
        let mut joined = String::with_capacity(value.len() + rest.len() * USUAL);
        joined.push_str(&value);
        for path in rest {
            joined.push(JOINT);
            joined.push_str(&part(row, path)?);
        }
        Some(Cow::Owned(joined))
    }
}

/// What a record has in the fields that must differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    pub key: Option<String>,
    /// By [`Unique::name`].
    pub unique: BTreeMap<String, String>,
}

impl Values {
    /// By [`Unique::name`], the key's being empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = if name.is_empty() {
            self.key.as_ref()
        } else {
            self.unique.get(name)
        };
        value.map(String::as_str)
    }

    /// Names with values, the key first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let unique = self.unique.iter().map(|(name, value)| (&**name, &**value));
        self.key.iter().map(|key| ("", &**key)).chain(unique)
    }
}

impl Checker {
    /// All that must differ between the records of a run: the key, where the contract names one, then its `[[unique]]`.
    pub fn uniqueness(&self) -> &[Unique] {
        &self.uniqueness
    }

    /// The fields of the natural key; none when the contract names none.
    pub fn key_fields(&self) -> &[Path] {
        let key = self.uniqueness.first().filter(|first| first.id.is_empty());
        key.map_or(&[], |key| &key.fields)
    }

    /// The natural key as text, parts joined by `\u{1f}`; `None` when the contract names none or a part is missing.
    pub fn key<'r>(&self, row: &'r Row<'_>) -> Option<Cow<'r, str>> {
        let first = self.uniqueness.first()?;
        if first.id.is_empty() {
            first.value(row)
        } else {
            None
        }
    }

    /// What a record has in all fields that must differ.
    pub fn values(&self, row: &Row<'_>) -> Values {
        let mut values = Values::default();
        for unique in &self.uniqueness {
            let Some(value) = unique.value(row).map(Cow::into_owned) else {
                continue;
            };
            if unique.id.is_empty() {
                values.key = Some(value);
            } else {
                values.unique.insert(unique.name(), value);
            }
        }
        values
    }

    /// The problem of a record that has the same as record number `first` (when known).
    pub fn duplicate(&self, unique: &Unique, row: &Row<'_>, first: Option<i64>) -> Problem {
        let value = unique.value(row).map(|value| value.replace(JOINT, ", "));
        let (message, hint) = wording::duplicate(
            &unique.message,
            (&self.label_of(unique), unique.fields.len()),
            value.as_deref(),
            first,
        );
        Problem {
            stage: Stage::Rule,
            code: "unique".to_owned(),
            detail: unique.id.clone(),
            path: unique.fields.first().cloned().unwrap_or_default(),
            message,
            hint,
            found: value.map(Found::Text),
            shape: String::new(),
            severity: unique.severity,
            owner: unique.owner.clone(),
        }
    }

    /// How many of a record's problems stand before this one, which was found on its own.
    pub fn place<'p>(
        &self,
        problem: &Problem,
        among: impl IntoIterator<Item = &'p Problem>,
    ) -> usize {
        let stands_before = |other: &&Problem| self.order(other, problem) != Ordering::Greater;
        among.into_iter().take_while(stands_before).count()
    }

    /// The name of a problem's group on the screen.
    pub fn title(&self, problem: &Problem) -> String {
        let of = |unique: &&Unique| is_unique(problem) && unique.id == problem.detail;
        match self.uniqueness.iter().find(of) {
            Some(unique) => wording::twice(
                &unique.message,
                (&self.label_of(unique), unique.fields.len()),
            ),
            None => wording::title(problem, &self.wants(&problem.path)),
        }
    }

    fn label_of(&self, unique: &Unique) -> String {
        let labels: Vec<String> = (unique.fields.iter())
            .map(|path| wording::label(path, &self.wants(path)))
            .collect();
        labels.join(" and ")
    }
}

/// Whether a problem says that another record has the same.
pub fn is_unique(problem: &Problem) -> bool {
    problem.stage == Stage::Rule && problem.code == "unique"
}

fn part<'r>(row: &'r Row<'_>, path: &Path) -> Option<Cow<'r, str>> {
    let text = match row {
        Row::Cells(cells) => {
            // Asked for every record, so a plain name is compared as it stands.
            let mut name = Cow::Borrowed(path.as_str().strip_prefix('/')?);
            if name.contains('/') {
                return None;
            }
            if name.contains('~') {
                name = Cow::Owned(path.segments().next()?);
            }
            let column = cells.columns.iter().position(|column| *column == name)?;
            if column >= cells.len() {
                return None;
            }
            cells.get(column)
        }
        Row::Json(json) => match json.value.pointer(path.as_str())? {
            Value::String(text) => Cow::Borrowed(text.as_str()),
            Value::Number(number) => Cow::Owned(number.to_string()),
            Value::Bool(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        },
    };
    (!text.is_empty()).then_some(text)
}
