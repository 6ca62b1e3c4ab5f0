//! What a schema wants at a path, read from the schema itself: through references, unions, conditions and type lists.

use std::cell::Cell;

use jsonschema::Draft;
use serde_json::Value;

use super::documents::{Documents, Place};
use crate::model::{Path, Wants};

/// How deep references and unions are followed.
const DEPTH: usize = 48;
/// How many schemas one question may look at. References that share parts multiply without end for practical purposes.
const STEPS: u32 = 20_000;

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

/// One question to a schema.
pub(super) struct Question<'s> {
    documents: &'s Documents,
    steps: Cell<u32>,
}

impl<'s> Question<'s> {
    pub fn new(documents: &'s Documents) -> Self {
        Self {
            documents,
            steps: Cell::new(STEPS),
        }
    }

    /// What is wanted at a path; nothing is known where the schema does not say.
    pub fn wants(&self, path: &Path) -> Wants {
        let mut places = vec![self.documents.top()];
        let mut required = false;
        for segment in path.segments() {
            let all = self.spread_all(&places);
            required = all.iter().any(|place| names_required(*place, &segment));
            places = (all.iter())
                .flat_map(|place| self.children(*place, &segment))
                .collect();
        }
        let mut wants = self.describe(&places);
        wants.required = required;
        wants
    }

    /// Whether the schema knows a path.
    pub fn known(&self, path: &Path) -> Known {
        let mut places = vec![self.documents.top()];
        for segment in path.segments() {
            let inside: Vec<_> = (self.spread_all(&places).into_iter())
                .flat_map(|place| self.children(place, &segment))
                .collect();
            // A field that the schema forbids by its name is no slip of the pen.
            if inside.iter().any(|place| place.at == &Value::Bool(false)) {
                return Known::Unsaid;
            }
            if inside.is_empty() {
                let closed = places.iter().any(|place| self.is_closed(*place, DEPTH));
                return if closed { Known::No } else { Known::Unsaid };
            }
            places = inside;
        }
        Known::Yes
    }

    /// The names of the fields that are known at an object's path.
    pub fn names(&self, path: &Path) -> Vec<String> {
        let mut places = vec![self.documents.top()];
        for segment in path.segments() {
            places = (self.spread_all(&places).into_iter())
                .flat_map(|place| self.children(place, &segment))
                .collect();
        }
        let mut names: Vec<String> = Vec::new();
        for place in self.spread_all(&places) {
            let properties = place.get("properties").and_then(Value::as_object);
            for name in properties.into_iter().flat_map(|fields| fields.keys()) {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        names
    }

    /// Whether a value here has no other fields or entries than those the schema names.
    fn is_closed(&self, place: Place<'s>, depth: usize) -> bool {
        if !self.may_go_on(depth) {
            return false;
        }
        let shuts = |keyword: &str| place.get(keyword) == Some(&Value::Bool(false));
        let single = self.kinds(place, DEPTH) & (OBJECT | ARRAY) == 0;
        single
            || shuts("additionalProperties")
            || shuts("unevaluatedProperties")
            || (self.documents.referred(place)).any(|target| self.is_closed(target, depth - 1))
            || (place.branches("allOf")).any(|branch| self.is_closed(branch, depth - 1))
            || ["anyOf", "oneOf"].iter().any(|keyword| {
                let mut branches = place.branches(keyword).peekable();
                branches.peek().is_some()
                    && branches.all(|branch| self.is_closed(branch, depth - 1))
            })
    }

    fn describe(&self, places: &[Place<'s>]) -> Wants {
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
                wants.title = text_of(*place, "title");
            }
            for part in self.spread_all(&[*place]) {
                if wants.format.is_none() {
                    wants.format = text_of(part, "format");
                }
                if wants.default.is_none() {
                    wants.default = part.get("default").cloned();
                }
            }
            // The branches of a union each say their own.
            for value in self.allowed(*place, DEPTH).into_iter().flatten() {
                if !wants.allowed.contains(&value) {
                    wants.allowed.push(value);
                }
            }
        }
        wants
    }

    /// Whether one more schema may be looked at.
    fn may_go_on(&self, depth: usize) -> bool {
        let left = self.steps.get();
        self.steps.set(left.saturating_sub(1));
        left > 0 && depth > 0
    }

    /// The schemas at these places and all schemas they bring in for the same value.
    fn spread_all(&self, places: &[Place<'s>]) -> Vec<Place<'s>> {
        let mut all = Vec::new();
        for place in places {
            self.spread(*place, DEPTH, &mut all);
        }
        all
    }

    fn spread(&self, place: Place<'s>, depth: usize, all: &mut Vec<Place<'s>>) {
        if !self.may_go_on(depth) || all.iter().any(|one| std::ptr::eq(one.at, place.at)) {
            return;
        }
        all.push(place);
        for target in self.documents.referred(place) {
            self.spread(target, depth - 1, all);
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for branch in place.branches(keyword) {
                self.spread(branch, depth - 1, all);
            }
        }
        let is_conditional = !matches!(place.draft, Draft::Draft4 | Draft::Draft6);
        for keyword in ["then", "else"] {
            if let Some(branch) = place.get(keyword).filter(|_| is_conditional) {
                self.spread(place.inner(branch), depth - 1, all);
            }
        }
        for keyword in ["dependentSchemas", "dependencies"] {
            let fields = place.get(keyword).and_then(Value::as_object);
            for branch in fields.into_iter().flat_map(|fields| fields.values()) {
                if branch.is_object() {
                    self.spread(place.inner(branch), depth - 1, all);
                }
            }
        }
    }

    /// The schemas of one field or entry, as far as this schema alone says it.
    fn children(&self, place: Place<'s>, segment: &str) -> Vec<Place<'s>> {
        let mut found = Vec::new();
        let property = place.get("properties").and_then(|all| all.get(segment));
        found.extend(property);
        let patterns = place.get("patternProperties").and_then(Value::as_object);
        for (pattern, schema) in patterns.into_iter().flatten() {
            if self.documents.is_match(pattern, segment) {
                found.push(schema);
            }
        }
        let is_position =
            segment == "[]" || (!segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit()));
        if found.is_empty() && is_position {
            found.extend(entry(place, segment.parse().ok()));
        }
        if found.is_empty() {
            let others = ["additionalProperties", "unevaluatedProperties"];
            let others = others.iter().find_map(|keyword| place.get(keyword));
            found.extend(others.filter(|schema| schema.is_object()));
        }
        found.into_iter().map(|at| place.inner(at)).collect()
    }

    /// The kinds of values that can stand here, as bits.
    fn kinds(&self, place: Place<'s>, depth: usize) -> u8 {
        if !self.may_go_on(depth) {
            return ANY;
        }
        let mut kinds = match place.get("type") {
            Some(Value::String(name)) => kind(name),
            Some(Value::Array(names)) => names
                .iter()
                .filter_map(Value::as_str)
                .fold(0, |kinds, name| kinds | kind(name)),
            _ => ANY,
        };
        if let Some(values) = fixed_values(place) {
            let mut fixed = values.iter().fold(0, |kinds, value| kinds | kind_of(value));
            // An allowed 100 is the number 100.0 too, where the schema speaks of numbers.
            if fixed & INTEGER != 0 && place.get("type").is_some() {
                fixed |= FRACTION;
            }
            kinds &= fixed;
        }
        for target in self.documents.referred(place) {
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
    fn allowed(&self, place: Place<'s>, depth: usize) -> Option<Vec<Value>> {
        if !self.may_go_on(depth) {
            return None;
        }
        if let Some(values) = fixed_values(place) {
            return Some(
                values
                    .into_iter()
                    .filter(|v| !v.is_null())
                    .cloned()
                    .collect(),
            );
        }
        let here = self.documents.referred(place);
        let all = here.chain(place.branches("allOf"));
        if let Some(values) = all
            .into_iter()
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
}

/// The schema of an entry of a list, by its position where that is known.
fn entry(place: Place<'_>, position: Option<usize>) -> Option<&Value> {
    let items = place.get("items");
    let listed = ["prefixItems", "items"]
        .iter()
        .find_map(|keyword| place.get(keyword)?.as_array());
    let first = listed.and_then(|list| list.get(position.unwrap_or(0)));
    let rest = items.filter(|items| items.is_object());
    let more = ["additionalItems", "unevaluatedItems"]
        .iter()
        .find_map(|keyword| place.get(keyword))
        .filter(|schema| schema.is_object());
    match position {
        Some(_) => first.or(rest).or(more),
        None => rest.or(first).or(more),
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

fn fixed_values(place: Place<'_>) -> Option<Vec<&Value>> {
    // Draft 4 has no `const`.
    let constant = place.get("const").filter(|_| place.draft != Draft::Draft4);
    match (place.get("enum"), constant) {
        (Some(Value::Array(values)), _) => Some(values.iter().collect()),
        (_, Some(value)) => Some(vec![value]),
        _ => None,
    }
}

fn names_required(place: Place<'_>, name: &str) -> bool {
    let list = place.get("required").and_then(Value::as_array);
    list.into_iter().flatten().any(|one| one == name)
}

fn text_of(place: Place<'_>, keyword: &str) -> Option<String> {
    place.get(keyword)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn wants(schema: &Value, path: &str) -> Wants {
        let references = BTreeMap::from([(
            "common/address.json".to_owned(),
            json!({"properties": {"zip": {"$ref": "#/$defs/zip"}}, "$defs": {"zip": {"type": "integer"}}}),
        )]);
        let documents = Documents::new(schema.clone(), references);
        Question::new(&documents).wants(&Path::parse(path).unwrap())
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
        let documents = Documents::new(schema, BTreeMap::new());
        let check = |path: &str, expected: Known| {
            let path = Path::parse(path).unwrap();
            assert_eq!(Question::new(&documents).known(&path), expected, "{path}");
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
    fn the_drafts_are_understood() {
        let check = |schema: Value, path: &str, expected: &[&str]| {
            let found = wants(&schema, path);
            let flags = [
                (found.text, "text"),
                (found.integer, "integer"),
                (found.number, "number"),
                (found.boolean, "boolean"),
                (found.null, "null"),
            ];
            let found: Vec<&str> = flags.iter().filter(|one| one.0).map(|one| one.1).collect();
            assert_eq!(found, expected, "{schema}");
        };
        let x = |schema: Value| json!({"properties": {"x": schema}, "$defs": {"i": {"type": "integer", "$anchor": "whole"}}});
        check(x(json!({"$ref": "#whole"})), "/x", &["integer"]);
        check(x(json!({"$ref": "#/$defs/i", "type": "string"})), "/x", &[]);
        let old = json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "properties": {"x": {"$ref": "#/definitions/i", "type": "string"}},
            "definitions": {"i": {"type": "integer"}},
        });
        check(old, "/x", &["integer"]);
        check(
            json!({"patternProperties": {"^n_": {"type": "number"}}}),
            "/n_a",
            &["number"],
        );
        check(
            json!({"patternProperties": {"^n_": {"type": "number"}}}),
            "/m_a",
            &[],
        );
        check(
            json!({"additionalProperties": {"type": "boolean"}}),
            "/any",
            &["boolean"],
        );
        check(
            json!({"if": {}, "then": {"properties": {"x": {"type": "null"}}}}),
            "/x",
            &["null"],
        );
        let tuple = json!({"prefixItems": [{"type": "string"}], "items": {"type": "integer"}});
        check(tuple.clone(), "/0", &["text"]);
        check(tuple, "/1", &["integer"]);
        let tuple = json!({"$schema": "http://json-schema.org/draft-04/schema#", "items": [{"type": "string"}], "additionalItems": {"type": "integer"}});
        check(tuple, "/7", &["integer"]);
        let tree = json!({"$dynamicAnchor": "node", "properties": {"size": {"type": "integer"}, "child": {"$dynamicRef": "#node"}}});
        check(tree, "/child/child/size", &["integer"]);
        let tree = json!({"$schema": "https://json-schema.org/draft/2019-09/schema", "$recursiveAnchor": true, "properties": {"size": {"type": "integer"}, "child": {"$recursiveRef": "#"}}});
        check(tree, "/child/size", &["integer"]);
    }

    #[test]
    fn a_hostile_schema_is_given_up_on() {
        let mut definitions = serde_json::Map::new();
        for level in 0..40 {
            let next = json!({"$ref": format!("#/$defs/d{}", level + 1)});
            definitions.insert(format!("d{level}"), json!({"anyOf": [next, next]}));
        }
        definitions.insert("d40".to_owned(), json!({"type": "integer"}));
        let schema = json!({"properties": {"x": {"$ref": "#/$defs/d0"}}, "$defs": definitions});
        assert!(!wants(&schema, "/x").text);
    }
}
