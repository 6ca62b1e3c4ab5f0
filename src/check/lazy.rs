//! A record as CEL sees it: borrowed, and turned into values only where a rule looks.

use cel::{
    ExecutionError,
    common::{
        traits::{Container, Indexer, Sizer},
        types::{
            CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelUInt,
            MAP_TYPE, Type,
        },
        value::{CowVal, Val},
    },
};
use serde_json::{Map, Number, Value};

use super::{Checker, columns::Columns, found, tree::Seen};
use crate::{
    model::{Found, Path},
    row::cells::Cells,
};

/// The `record` of a rule.
#[derive(Clone, Copy)]
pub(super) struct Record<'r> {
    pub fields: Fields<'r>,
    pub checker: &'r Checker,
}

/// Where the fields of a record stand.
#[derive(Clone, Copy)]
pub(super) enum Fields<'r> {
    /// An object.
    Document(&'r Value),
    Cells(&'r Cells<'r>, &'r Columns),
}

impl Fields<'_> {
    /// Whether a rule, named by its place in the contract, is kept for certain.
    pub fn surely_pass(self, rule: usize) -> bool {
        match self {
            Self::Document(_) => false,
            Self::Cells(cells, columns) => columns.passes(cells, rule) == Some(true),
        }
    }

    /// The value at a path, as problems carry it.
    pub fn found(self, path: &Path) -> Option<Found> {
        match self {
            Self::Document(document) => document.pointer(path.as_str()).map(found),
            Self::Cells(cells, columns) => {
                let mut segments = path.segments();
                let column = columns.position(&segments.next()?)?;
                // A cell has no parts.
                (segments.next().is_none()).then(|| columns.value(cells, column))?
            }
            .as_ref()
            .map(found),
        }
    }
}

impl std::fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("record")
    }
}

impl<'r> Record<'r> {
    fn find(&self, index: &dyn Val) -> Result<Box<dyn Val + 'r>, ExecutionError> {
        let Some(name) = index.downcast_ref::<CelString>() else {
            return Err(ExecutionError::no_such_overload("_[_]", vec!["map".into()]));
        };
        let name = name.inner();
        let missing = || ExecutionError::no_such_key(name);
        match self.fields {
            Fields::Document(fields) => {
                let value = fields.get(name).ok_or_else(missing)?;
                // What the schema calls a number is never taken for a whole number, however it is written: `10` and
                // `10.5` in one column must not be of two kinds in a rule.
                let is_fraction = || {
                    let schema = self.checker.schema.as_ref();
                    schema.is_some_and(|schema| schema.wants_number(name))
                };
                Ok(match value {
                    Value::Number(number) if is_fraction() => fraction(number),
                    other => val(other),
                })
            }
            Fields::Cells(cells, columns) => {
                let column = columns.position(name).ok_or_else(missing)?;
                if let Some(seen) = columns.seen(cells, column) {
                    return Ok(seen_val(seen));
                }
                Ok(match columns.value(cells, column).ok_or_else(missing)? {
                    Value::String(text) => Box::new(CelString::from(text)),
                    Value::Bool(flag) => Box::new(CelBool::from(flag)),
                    Value::Number(number) if columns.is_fraction(column) => fraction(&number),
                    Value::Number(number) => self::number(&number),
                    // Cells are never more than that.
                    _ => Box::new(CelNull),
                })
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        match self.fields {
            Fields::Document(fields) => fields.get(name).is_some(),
            Fields::Cells(cells, columns) => columns
                .position(name)
                .is_some_and(|column| columns.text(cells, column).is_some()),
        }
    }
}

impl Val for Record<'_> {
    fn get_type(&self) -> &Type {
        Self::cel_type()
    }

    fn cel_type() -> &'static Type {
        static TYPE: Type = MAP_TYPE;
        &TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn into_indexer<'v>(self: Box<Self>) -> Option<Box<dyn Indexer + 'v>>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(*self)
    }
}

impl Indexer for Record<'_> {
    fn get<'b, 'v>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.find(index).map(CowVal::Owned)
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.find(index).map(|found| found as Box<dyn Val + 'v>)
    }
}

impl Container for Record<'_> {
    fn contains(&self, value: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(value
            .downcast_ref::<CelString>()
            .is_some_and(|name| self.has(name.inner())))
    }
}

impl Sizer for Record<'_> {
    fn size(&self) -> CelInt {
        let size = match self.fields {
            Fields::Document(fields) => fields.as_object().map_or(0, Map::len),
            Fields::Cells(cells, columns) => (0..cells.len())
                .filter(|column| columns.text(cells, *column).is_some())
                .count(),
        };
        CelInt::from(size as i64)
    }
}

fn seen_val<'v>(seen: Seen<'v>) -> Box<dyn Val + 'v> {
    match seen {
        Seen::Text(text) => Box::new(CelString::from(text)),
        Seen::Whole(number) => Box::new(CelInt::from(number)),
        Seen::Fraction(number) => Box::new(CelDouble::from(number)),
        Seen::Flag(flag) => Box::new(CelBool::from(flag)),
        Seen::Date(_) | Seen::Null => Box::new(CelNull),
    }
}

fn fraction<'v>(number: &Number) -> Box<dyn Val + 'v> {
    Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN)))
}

/// A JSON value as a CEL value that borrows its text.
fn val<'v>(value: &'v Value) -> Box<dyn Val + 'v> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(flag) => Box::new(CelBool::from(*flag)),
        Value::Number(number) => self::number(number),
        Value::String(text) => Box::new(CelString::from(text.as_str())),
        Value::Array(entries) => {
            Box::new(CelList::from(entries.iter().map(val).collect::<Vec<_>>()))
        }
        Value::Object(fields) => {
            let fields: std::collections::HashMap<CelMapKey<'v>, Box<dyn Val + 'v>> = fields
                .iter()
                .map(|(name, value)| (CelMapKey::from(name.as_str()), val(value)))
                .collect();
            Box::new(CelMap::from(fields))
        }
    }
}

/// A number in the narrowest of CEL's three kinds that can hold it.
fn number<'v>(number: &Number) -> Box<dyn Val + 'v> {
    if let Some(whole) = number.as_i64() {
        Box::new(CelInt::from(whole))
    } else if let Some(whole) = number.as_u64() {
        Box::new(CelUInt::from(whole))
    } else {
        fraction(number)
    }
}
