//! What was seen of one field.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Fits, Format, shapes::Shapes, texts::Texts};
use crate::{
    model::{Path, Wants},
    row::coerce::coerce,
};

/// Deeper values are only counted by their kind.
const DEPTH: usize = 16;
/// Fields beyond so many are not looked at; names in the data may be without end.
const FIELDS: usize = 20_000;

/// How much is remembered, so that many fields take no more memory than few.
pub(super) struct Limits {
    /// Different texts, and different shapes, of one field.
    pub texts: usize,
    /// Fields that may still be added.
    fields: usize,
}

impl Limits {
    pub fn of(fields: usize) -> Self {
        Self {
            texts: (100_000 / fields.max(1)).clamp(24, 256),
            fields: FIELDS,
        }
    }
}

/// The fields of an object, in the order they were first seen.
#[derive(Default)]
pub(super) struct Fields {
    pub names: Vec<String>,
    pub all: Vec<Field>,
    places: HashMap<String, usize>,
    /// Objects seen.
    pub objects: u64,
    /// Members that were not looked at, because there are too many names.
    pub left_out: u64,
}

impl Fields {
    pub fn named(names: &[String]) -> Self {
        Self {
            names: names.to_vec(),
            all: names.iter().map(|_| Field::default()).collect(),
            ..Self::default()
        }
    }

    /// Takes an object in; `wrong` are paths whose values are no examples.
    pub fn add(
        &mut self,
        object: &Map<String, Value>,
        at: &Path,
        wrong: &[Path],
        fits: Fits<'_>,
        limits: &mut Limits,
    ) {
        self.objects += 1;
        for (name, value) in object {
            let place = match self.places.get(name) {
                Some(place) => *place,
                None if limits.fields == 0 => {
                    self.left_out += 1;
                    continue;
                }
                None => {
                    limits.fields -= 1;
                    limits.texts = limits.texts.min(100_000 / (FIELDS - limits.fields)).max(24);
                    self.places.insert(name.clone(), self.all.len());
                    self.names.push(name.clone());
                    self.all.push(Field::default());
                    self.all.len() - 1
                }
            };
            let path = if wrong.is_empty() {
                Path::root()
            } else {
                at.child(name)
            };
            self.all[place].add(value, &path, wrong, fits, limits);
        }
    }
}

/// One field, or the entries of a list.
#[derive(Default)]
pub(super) struct Field {
    /// Objects (or lists) that have it.
    pub present: u64,
    /// Values a tool reported problems of; they are counted and not looked at.
    pub wrong: u64,
    pub empty: u64,
    pub nulls: u64,
    pub booleans: u64,
    pub integers: u64,
    pub fractions: u64,
    /// Not empty. Of a table every cell is one, a number too.
    pub texts: u64,
    pub lists: u64,
    /// Whole numbers with zeros before them, which are no numbers.
    pub padded: u64,
    pub negative: u64,
    /// Texts with `://` in them; what merely has a colon is an address to the letter of the format only.
    pub links: u64,
    pub formats: [u64; Format::ALL.len()],
    pub shapes: Shapes,
    pub words: Texts,
    pub fields: Option<Box<Fields>>,
    pub entries: Option<Box<Field>>,
    /// How deep it lies.
    depth: usize,
}

impl Field {
    /// Values that are there and not empty.
    pub fn filled(&self) -> u64 {
        self.present - self.empty - self.nulls - self.wrong
    }

    pub fn objects(&self) -> u64 {
        self.fields.as_ref().map_or(0, |fields| fields.objects)
    }

    /// Takes a cell of a table in.
    pub fn add_cell(&mut self, text: &str, fits: Fits<'_>, limits: &Limits) {
        self.present += 1;
        if text.is_empty() {
            self.empty += 1;
            return;
        }
        match kind_of(text) {
            Some(Value::Bool(_)) => self.booleans += 1,
            Some(Value::Number(number)) => self.add_number(&number.to_string()),
            _ => {
                let digits = text.strip_prefix('-').unwrap_or(text);
                let padded = digits.len() > 1 && digits.bytes().all(|byte| byte.is_ascii_digit());
                self.padded += u64::from(padded);
            }
        }
        self.add_text(text, fits, limits);
    }

    fn add(
        &mut self,
        value: &Value,
        at: &Path,
        wrong: &[Path],
        fits: Fits<'_>,
        limits: &mut Limits,
    ) {
        self.present += 1;
        if wrong.contains(at) {
            self.wrong += 1;
            return;
        }
        match value {
            Value::Null => self.nulls += 1,
            Value::Bool(_) => self.booleans += 1,
            Value::Number(number) => self.add_number(&number.to_string()),
            Value::String(text) if text.is_empty() => self.empty += 1,
            Value::String(text) => self.add_text(text, fits, limits),
            Value::Array(entries) => {
                self.lists += 1;
                if self.depth < DEPTH {
                    let depth = self.depth + 1;
                    let field = self.entries.get_or_insert_default();
                    field.depth = depth;
                    for (place, entry) in entries.iter().enumerate() {
                        let path = match wrong {
                            [] => Path::root(),
                            _ => at.child(&place.to_string()),
                        };
                        field.add(entry, &path, wrong, fits, limits);
                    }
                }
            }
            Value::Object(object) => {
                let fields = self.fields.get_or_insert_default();
                if self.depth < DEPTH {
                    fields.add(object, at, wrong, fits, limits);
                    for field in &mut fields.all {
                        field.depth = self.depth + 1;
                    }
                } else {
                    fields.objects += 1;
                }
            }
        }
    }

    fn add_number(&mut self, digits: &str) {
        if digits.contains(['.', 'e', 'E']) {
            self.fractions += 1;
        } else {
            self.integers += 1;
        }
        self.negative += u64::from(digits.starts_with('-'));
    }

    fn add_text(&mut self, text: &str, fits: Fits<'_>, limits: &Limits) {
        self.texts += 1;
        self.links += u64::from(text.contains("://"));
        for (count, format) in self.formats.iter_mut().zip(Format::ALL) {
            *count += u64::from(format.is_likely(text) && fits(format, text));
        }
        self.shapes.add(text, limits.texts.min(64));
        self.words.add(text, limits.texts);
    }
}

/// What a cell stands for where any kind is wanted, as loading will read it.
pub(super) fn kind_of(text: &str) -> Option<Value> {
    let any = Wants {
        number: true,
        boolean: true,
        ..Wants::default()
    };
    coerce(text, &any)
}
