//! A record as CEL sees it: borrowed, and turned into values only where a rule looks.

use std::{collections::HashMap, fmt::Write as _, sync::RwLock};

use cel::{
    ExecutionError,
    common::{
        traits::{Container, Indexer, Sizer},
        types::{
            CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, MAP_TYPE,
            Type,
        },
        value::{CowVal, Val},
    },
};
use serde_json::{Map, Value};

use super::{
    Checker, budget, columns::Columns, found, numbers::number, schema::Schema, tree::Seen,
};
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
                self.value(name, value, &|text| CelString::from(text))
            }
            Fields::Cells(cells, columns) => {
                let column = columns.position(name).ok_or_else(missing)?;
                if let Some(seen) = columns.seen(cells, column) {
                    if let Seen::Text(text) = &seen {
                        budget::spend(budget::text(text.len()))?;
                    }
                    return Ok(seen_val(seen));
                }
                let value = columns.value(cells, column).ok_or_else(missing)?;
                self.value(name, &value, &|text| CelString::from(text.to_owned()))
            }
        }
    }

    /// A value that stands beside the record.
    pub fn top<'v>(&self, value: &'v Value) -> Result<Box<dyn Val + 'v>, ExecutionError> {
        self.value("", value, &|text| CelString::from(text))
    }

    /// The value of a field, whose texts are borrowed or copied by `text`.
    fn value<'a, 'v>(
        &self,
        name: &str,
        value: &'a Value,
        text: &dyn Fn(&'a str) -> CelString<'v>,
    ) -> Result<Box<dyn Val + 'v>, ExecutionError> {
        let mut reader = Reader {
            kinds: &self.checker.rules.kinds,
            schema: self.checker.schema.as_ref(),
            path: String::new(),
            work: 0,
            text,
        };
        let value = match value {
            // Most fields are plain, and need no path.
            Value::Number(digits) => {
                let schema = reader.schema;
                let is_fraction = schema.is_some_and(|schema| schema.wants_number(name));
                number(digits, is_fraction)
            }
            Value::Array(_) | Value::Object(_) => reader.child(name, value),
            plain => reader.value(plain),
        };
        budget::spend(reader.work)?;
        Ok(value)
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

/// Which fields inside others hold numbers that are never whole, as far as rules have asked.
#[derive(Default)]
pub(super) struct Kinds {
    known: RwLock<HashMap<String, bool>>,
}

impl Kinds {
    /// Positions in a list from here on are alike.
    const POSITIONS: usize = 16;
    /// Names of fields can come from the data.
    const MOST: usize = 10_000;

    fn is_fraction(&self, schema: &Schema, path: &str) -> bool {
        if let Ok(known) = self.known.read()
            && let Some(is_fraction) = known.get(path)
        {
            return *is_fraction;
        }
        let is_fraction = Path::parse(path).is_some_and(|path| schema.wants(&path).number);
        if let Ok(mut known) = self.known.write() {
            if known.len() >= Self::MOST {
                known.clear();
            }
            known.insert(path.to_owned(), is_fraction);
        }
        is_fraction
    }
}

/// Turns JSON into CEL's values.
struct Reader<'r, 'a, 'v> {
    kinds: &'r Kinds,
    schema: Option<&'r Schema>,
    /// The JSON Pointer of the value at hand.
    path: String,
    /// What it costs.
    work: u64,
    text: &'r dyn Fn(&'a str) -> CelString<'v>,
}

impl<'a, 'v> Reader<'_, 'a, 'v> {
    fn child(&mut self, name: &str, value: &'a Value) -> Box<dyn Val + 'v> {
        let before = self.path.len();
        self.path.push('/');
        if name.contains(['~', '/']) {
            self.path
                .push_str(&name.replace('~', "~0").replace('/', "~1"));
        } else {
            self.path.push_str(name);
        }
        let value = self.value(value);
        self.path.truncate(before);
        value
    }

    fn value(&mut self, value: &'a Value) -> Box<dyn Val + 'v> {
        match value {
            Value::Null => Box::new(CelNull),
            Value::Bool(flag) => Box::new(CelBool::from(*flag)),
            Value::Number(digits) => {
                // What the schema calls a number is never taken for a whole number, however it is written: `10` and
                // `10.5` in one column must not be of two kinds in a rule.
                let is_fraction = self
                    .schema
                    .is_some_and(|schema| self.kinds.is_fraction(schema, &self.path));
                number(digits, is_fraction)
            }
            Value::String(text) => {
                self.work += budget::text(text.len());
                Box::new((self.text)(text))
            }
            Value::Array(entries) => {
                self.work += 2 * entries.len() as u64;
                let before = self.path.len();
                let mut list = Vec::with_capacity(entries.len());
                for (at, entry) in entries.iter().enumerate() {
                    if at <= Kinds::POSITIONS {
                        self.path.truncate(before);
                        // Writing to a text always works.
                        let _ = write!(self.path, "/{at}");
                    }
                    list.push(self.value(entry));
                }
                self.path.truncate(before);
                Box::new(CelList::from(list))
            }
            Value::Object(fields) => {
                self.work += 3 * fields.len() as u64;
                let mut map: HashMap<CelMapKey<'v>, Box<dyn Val + 'v>> =
                    HashMap::with_capacity(fields.len());
                for (name, value) in fields {
                    let key = CelMapKey::String((self.text)(name));
                    map.insert(key, self.child(name, value));
                }
                Box::new(CelMap::from(map))
            }
        }
    }
}
