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

use super::Checker;
use crate::model::Path;

/// The `record` of a rule.
#[derive(Clone, Copy)]
pub(super) struct Record<'r> {
    pub fields: &'r Map<String, Value>,
    pub checker: &'r Checker,
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
        let value = self
            .fields
            .get(name)
            .ok_or_else(|| ExecutionError::no_such_key(name))?;
        // What the schema calls a number is never taken for a whole number, however it is written: `10` and `10.5` in
        // one column must not be of two kinds in a rule.
        Ok(match value {
            Value::Number(number) if self.checker.wants_number(name) => {
                Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN)))
            }
            other => val(other),
        })
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
        self.find(index).map(|found| CowVal::Owned(found))
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
            .is_some_and(|name| self.fields.contains_key(name.inner())))
    }
}

impl Sizer for Record<'_> {
    fn size(&self) -> CelInt {
        CelInt::from(self.fields.len() as i64)
    }
}

impl Checker {
    /// Whether a top-level field is a number that may have a fraction.
    pub(super) fn wants_number(&self, name: &str) -> bool {
        self.schema
            .as_ref()
            .is_some_and(|schema| schema.wants(&Path::field(name)).number)
    }
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
pub(super) fn number<'v>(number: &Number) -> Box<dyn Val + 'v> {
    if let Some(whole) = number.as_i64() {
        Box::new(CelInt::from(whole))
    } else if let Some(whole) = number.as_u64() {
        Box::new(CelUInt::from(whole))
    } else {
        // Numbers that no double can hold become infinite, which compares the right way.
        Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN)))
    }
}
