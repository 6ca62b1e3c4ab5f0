//! What a schema wants at a path, read from the schema itself: through `$ref`, `allOf`, `anyOf`, `oneOf` and type lists.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::{Path, Wants};

/// How deep references and unions are followed; a schema may refer to itself.
const DEPTH: usize = 12;

/// A schema with the files it refers to.
#[derive(Clone, Copy)]
pub(super) struct Schemas<'s> {
    pub root: &'s Value,
    pub references: &'s BTreeMap<String, Value>,
}

impl<'s> Schemas<'s> {
    /// What is wanted at a path; nothing is known where the schema does not say.
    pub fn wants(self, path: &Path) -> Wants {
        let mut places = vec![self.top()];
        let mut required = false;
        for segment in path.segments() {
            let all: Vec<_> = places
                .iter()
                .flat_map(|place| self.spread(*place, DEPTH))
                .collect();
            required = all.iter().any(|place| names_required(place.at, &segment));
            places = all
                .iter()
                .filter_map(|place| place.child(&segment))
                .collect();
        }
        let mut wants = self.describe(&places);
        wants.required = required;
        wants
    }

    /// Whether the schema knows a path.
    pub fn known(self, path: &Path) -> Known {
        let mut places = vec![self.top()];
        for segment in path.segments() {
            let all: Vec<_> = places
                .iter()
                .flat_map(|place| self.spread(*place, DEPTH))
                .collect();
            let inside: Vec<_> = all
                .iter()
                .filter_map(|place| place.child(&segment))
                .filter(|place| place.at != &Value::Bool(false))
                .collect();
            if inside.is_empty() {
                let closed = places.iter().any(|place| self.is_closed(*place, DEPTH));
                return if closed { Known::No } else { Known::Unsaid };
            }
            places = inside;
        }
        Known::Yes
    }

    /// Whether a value here has no other fields or entries than those the schema names.
    fn is_closed(self, place: Place<'s>, depth: usize) -> bool {
        if depth == 0 {
            return false;
        }
        let shuts = |keyword: &str| place.at.get(keyword) == Some(&Value::Bool(false));
        let single = self.kinds(place, DEPTH) & (OBJECT | ARRAY) == 0;
        let refers = self.referred(place);
        single
            || shuts("additionalProperties")
            || shuts("unevaluatedProperties")
            || refers.is_some_and(|target| self.is_closed(target, depth - 1))
            || (place.branches("allOf")).any(|branch| self.is_closed(branch, depth - 1))
            || ["anyOf", "oneOf"].iter().any(|keyword| {
                let mut branches = place.branches(keyword).peekable();
                branches.peek().is_some()
                    && branches.all(|branch| self.is_closed(branch, depth - 1))
            })
    }

    /// The formats that are named anywhere in the schema's files and that nobody checks, with the place of each as a JSON
    /// Pointer into its file.
    pub fn formats(self, visit: &mut dyn FnMut(&str, Path, &str)) {
        formats(self.root, "", &Path::root(), visit);
        for (file, document) in self.references {
            if document != self.root {
                formats(document, file, &Path::root(), visit);
            }
        }
    }

    /// The names of the root's properties, in the schema's order.
    pub fn properties(self) -> Vec<String> {
        self.names(&Path::root())
    }

    /// The names of the fields that are known at an object's path.
    pub fn names(self, path: &Path) -> Vec<String> {
        let mut places = vec![self.top()];
        for segment in path.segments() {
            places = places
                .iter()
                .flat_map(|place| self.spread(*place, DEPTH))
                .filter_map(|place| place.child(&segment))
                .collect();
        }
        let mut names: Vec<String> = Vec::new();
        for place in places.iter().flat_map(|place| self.spread(*place, DEPTH)) {
            let properties = place.at.get("properties").and_then(Value::as_object);
            for name in properties.into_iter().flat_map(|fields| fields.keys()) {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        names
    }

    fn top(self) -> Place<'s> {
        Place {
            file: "",
            document: self.root,
            at: self.root,
        }
    }

    fn describe(self, places: &[Place<'s>]) -> Wants {
        let mut wants = Wants::default();
        let kinds = places
            .iter()
            .fold(ANY, |kinds, place| kinds & self.kinds(*place, DEPTH));
        if kinds != ANY {
            wants.text = kinds & TEXT != 0;
            wants.number = kinds & FRACTION != 0;
            wants.integer = kinds & INTEGER != 0 && !wants.number;
            wants.boolean = kinds & BOOLEAN != 0;
            wants.null = kinds & NULL != 0;
            wants.object = kinds & OBJECT != 0;
            wants.array = kinds & ARRAY != 0;
        }
        for place in places {
            if wants.title.is_none() {
                wants.title = text_of(place.at, "title");
            }
            for part in self.spread(*place, DEPTH) {
                if wants.format.is_none() {
                    wants.format = text_of(part.at, "format");
                }
            }
            if let Some(allowed) = self.allowed(*place, DEPTH) {
                wants.allowed = allowed;
            }
        }
        wants
    }

    /// The schema at this place and all schemas it brings in for the same value.
    fn spread(self, place: Place<'s>, depth: usize) -> Vec<Place<'s>> {
        let mut all = vec![place];
        if depth == 0 {
            return all;
        }
        all.extend(
            self.referred(place)
                .into_iter()
                .flat_map(|target| self.spread(target, depth - 1)),
        );
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for branch in place.branches(keyword) {
                all.extend(self.spread(branch, depth - 1));
            }
        }
        for keyword in ["then", "else"] {
            if let Some(branch) = place.at.get(keyword) {
                all.extend(self.spread(place.with(branch), depth - 1));
            }
        }
        all
    }

    /// The kinds of values that can stand here, as bits.
    fn kinds(self, place: Place<'s>, depth: usize) -> u8 {
        if depth == 0 {
            return ANY;
        }
        let mut kinds = match place.at.get("type") {
            Some(Value::String(name)) => kind(name),
            Some(Value::Array(names)) => names
                .iter()
                .filter_map(Value::as_str)
                .fold(0, |kinds, name| kinds | kind(name)),
            _ => ANY,
        };
        if let Some(values) = fixed_values(place.at) {
            let mut fixed = values.iter().fold(0, |kinds, value| kinds | kind_of(value));
            // An allowed 100 is the number 100.0 too, where the schema speaks of numbers.
            if fixed & INTEGER != 0 && place.at.get("type").is_some() {
                fixed |= FRACTION;
            }
            kinds &= fixed;
        }
        if let Some(target) = self.referred(place) {
            kinds &= self.kinds(target, depth - 1);
        }
        for branch in place.branches("allOf") {
            kinds &= self.kinds(branch, depth - 1);
        }
        for keyword in ["anyOf", "oneOf"] {
            let mut branches = place.branches(keyword).peekable();
            if branches.peek().is_some() {
                kinds &= branches.fold(0, |kinds, branch| kinds | self.kinds(branch, depth - 1));
            }
        }
        kinds
    }

    /// The values that are allowed here, without null; `None` when any is.
    fn allowed(self, place: Place<'s>, depth: usize) -> Option<Vec<Value>> {
        if depth == 0 {
            return None;
        }
        if let Some(values) = fixed_values(place.at) {
            return Some(
                values
                    .into_iter()
                    .filter(|v| !v.is_null())
                    .cloned()
                    .collect(),
            );
        }
        if let Some(target) = self.referred(place)
            && let Some(values) = self.allowed(target, depth - 1)
        {
            return Some(values);
        }
        if let Some(values) = place
            .branches("allOf")
            .find_map(|branch| self.allowed(branch, depth - 1))
        {
            return Some(values);
        }
        ["anyOf", "oneOf"].iter().find_map(|keyword| {
            let mut all = Vec::new();
            let mut some = false;
            for branch in place.branches(keyword) {
                if self.kinds(branch, depth - 1) == NULL {
                    continue;
                }
                all.extend(self.allowed(branch, depth - 1)?);
                some = true;
            }
            some.then_some(all)
        })
    }

    /// The schema a `$ref` points to. Anchors and remote references are not followed.
    fn referred(self, place: Place<'s>) -> Option<Place<'s>> {
        let reference = place.at.get("$ref")?.as_str()?;
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let (file, document) = if file.is_empty() {
            (place.file, place.document)
        } else {
            let name = join(place.file, file);
            let (name, document) = self.references.get_key_value(&name)?;
            (name.as_str(), document)
        };
        let at = document.pointer(fragment)?;
        Some(Place { file, document, at })
    }
}

/// Whether the schema says that a field can be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// The schema names it.
    Yes,
    /// The schema allows no such field.
    No,
    /// The schema does not name it, and does not forbid it either.
    Unsaid,
}

/// Hands over each `format` below a place of a schema's file.
fn formats(at: &Value, file: &str, path: &Path, visit: &mut dyn FnMut(&str, Path, &str)) {
    match at {
        Value::Object(fields) => {
            for (name, inner) in fields {
                match inner {
                    Value::String(format) if name == "format" => {
                        visit(file, path.child(name), format);
                    }
                    _ if matches!(name.as_str(), "enum" | "const" | "default" | "examples") => {}
                    _ => formats(inner, file, &path.child(name), visit),
                }
            }
        }
        Value::Array(entries) => {
            for (position, inner) in entries.iter().enumerate() {
                formats(inner, file, &path.child(&position.to_string()), visit);
            }
        }
        _ => {}
    }
}

/// A place in one of the schema's files.
#[derive(Clone, Copy)]
struct Place<'s> {
    file: &'s str,
    document: &'s Value,
    at: &'s Value,
}

impl<'s> Place<'s> {
    fn with(self, at: &'s Value) -> Self {
        Self { at, ..self }
    }

    fn branches(self, keyword: &str) -> impl Iterator<Item = Self> {
        let list = self.at.get(keyword).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .map(move |branch| self.with(branch))
    }

    /// The schema of one field or entry, as far as this schema alone says it.
    fn child(&self, segment: &str) -> Option<Self> {
        let property = self.at.get("properties").and_then(|all| all.get(segment));
        if let Some(at) = property {
            return Some(self.with(at));
        }
        if segment == "[]" || (!segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit())) {
            let first = segment.parse::<usize>().ok().and_then(|position| {
                ["prefixItems", "items"]
                    .iter()
                    .find_map(|keyword| self.at.get(keyword)?.as_array()?.get(position))
            });
            let rest = self.at.get("items").filter(|items| items.is_object());
            if let Some(at) = first.or(rest) {
                return Some(self.with(at));
            }
        }
        let others = self.at.get("additionalProperties")?;
        others.is_object().then(|| self.with(others))
    }
}

const TEXT: u8 = 1;
const INTEGER: u8 = 2;
const FRACTION: u8 = 4;
const BOOLEAN: u8 = 8;
const NULL: u8 = 16;
const OBJECT: u8 = 32;
const ARRAY: u8 = 64;
const ANY: u8 = 127;

fn kind(name: &str) -> u8 {
    match name {
        "string" => TEXT,
        "integer" => INTEGER,
        "number" => INTEGER | FRACTION,
        "boolean" => BOOLEAN,
        "null" => NULL,
        "object" => OBJECT,
        "array" => ARRAY,
        _ => 0,
    }
}

fn kind_of(value: &Value) -> u8 {
    match value {
        Value::String(_) => TEXT,
        Value::Number(number) if number.is_f64() => INTEGER | FRACTION,
        Value::Number(_) => INTEGER,
        Value::Bool(_) => BOOLEAN,
        Value::Null => NULL,
        Value::Object(_) => OBJECT,
        Value::Array(_) => ARRAY,
    }
}

fn fixed_values(schema: &Value) -> Option<Vec<&Value>> {
    match (schema.get("enum"), schema.get("const")) {
        (Some(Value::Array(values)), _) => Some(values.iter().collect()),
        (_, Some(value)) => Some(vec![value]),
        _ => None,
    }
}

fn names_required(schema: &Value, name: &str) -> bool {
    let list = schema.get("required").and_then(Value::as_array);
    list.into_iter().flatten().any(|one| one == name)
}

fn text_of(schema: &Value, keyword: &str) -> Option<String> {
    schema.get(keyword)?.as_str().map(str::to_owned)
}

/// A reference in `file`, as a path relative to the root schema: `join("common/a.json", "../b.json")` is `b.json`.
pub fn join(file: &str, reference: &str) -> String {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wants(schema: &Value, path: &str) -> Wants {
        let references = BTreeMap::from([(
            "common/address.json".to_owned(),
            json!({"properties": {"zip": {"$ref": "#/$defs/zip"}}, "$defs": {"zip": {"type": "integer"}}}),
        )]);
        let schemas = Schemas {
            root: schema,
            references: &references,
        };
        schemas.wants(&Path::parse(path).unwrap())
    }

    #[test]
    fn kinds_are_found_through_references_and_unions() {
        let schema = json!({
            "$ref": "#/$defs/Customer",
            "$defs": {
                "Customer": {
                    "properties": {
                        "age": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "title": "Age"},
                        "price": {"allOf": [{"type": "number"}, {"minimum": 0}]},
                        "on": {"type": ["boolean", "null"]},
                        "when": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
                        "stage": {"anyOf": [{"$ref": "#/$defs/Stage"}, {"type": "null"}]},
                        "any": {},
                        "lines": {"type": "array", "items": {"properties": {"qty": {"type": "integer"}}}},
                        "address": {"$ref": "common/address.json"},
                        "self": {"$ref": "#/$defs/Customer"},
                    },
                    "required": ["age"],
                },
                "Stage": {"enum": ["Won", "Lost"], "title": "Stage class"},
            },
        });
        let age = wants(&schema, "/age");
        assert!(age.integer && age.null && !age.number && !age.text && age.required);
        assert_eq!(age.title.as_deref(), Some("Age"));
        assert!(wants(&schema, "/price").number && !wants(&schema, "/price").integer);
        assert!(wants(&schema, "/on").boolean && wants(&schema, "/on").null);
        assert_eq!(wants(&schema, "/when").format.as_deref(), Some("date"));
        let stage = wants(&schema, "/stage");
        assert_eq!(stage.allowed, [json!("Won"), json!("Lost")]);
        assert!(stage.text && stage.null && stage.title.is_none());
        assert_eq!(wants(&schema, "/any"), Wants::default());
        assert!(wants(&schema, "/lines/3/qty").integer);
        assert!(wants(&schema, "/lines/[]/qty").integer);
        assert!(wants(&schema, "/address/zip").integer);
        assert!(wants(&schema, "/self/self/age").integer);
        assert_eq!(wants(&schema, "/nothing/here"), Wants::default());
    }

    #[test]
    fn a_path_is_known_forbidden_or_unsaid() {
        let schema = json!({
            "properties": {
                "name": {"type": "string"},
                "address": {"anyOf": [{"$ref": "#/$defs/Address"}, {"type": "null"}]},
                "notes": {"type": "array", "items": {"type": "string"}},
                "any": {},
                "never": false,
            },
            "$defs": {"Address": {"type": "object", "properties": {"zip": {"type": "string"}}, "additionalProperties": false}},
        });
        let references = BTreeMap::new();
        let check = |path: &str, expected: Known| {
            let schemas = Schemas {
                root: &schema,
                references: &references,
            };
            assert_eq!(
                schemas.known(&Path::parse(path).unwrap()),
                expected,
                "{path}"
            );
        };
        check("", Known::Yes);
        check("/name", Known::Yes);
        check("/name/first", Known::No);
        check("/nmae", Known::Unsaid);
        check("/address/zip", Known::Yes);
        check("/address/city", Known::No);
        check("/notes/0", Known::Yes);
        check("/notes/[]/x", Known::No);
        check("/any/thing", Known::Unsaid);
        check("/never", Known::Unsaid);
    }

    #[test]
    fn references_are_joined_like_relative_paths() {
        assert_eq!(join("", "./a.json"), "a.json");
        assert_eq!(join("common/a.json", "../b.json"), "b.json");
        assert_eq!(join("common/a.json", "b.json"), "common/b.json");
        assert_eq!(join("", "../up.json"), "../up.json");
    }
}
