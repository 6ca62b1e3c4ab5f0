//! What a schema says of a field, in words: `text, required, an e-mail address`.

use serde_json::{Map, Value};

use crate::{model::Path, text::count};

/// References and unions are followed so far.
const DEPTH: usize = 6;
/// Allowed values that are named.
const NAMED: usize = 8;

/// One line about a field. `root` is the document that references point into.
pub fn field(root: &Value, schema: &Value, required: bool) -> String {
    let mut said = Said::default();
    said.take(root, schema, DEPTH);
    let mut parts = vec![said.kind()];
    parts.push(
        if required {
            "required"
        } else {
            "may be missing"
        }
        .to_owned(),
    );
    if said.null && said.kinds.len() > 1 {
        parts.push("may be empty".to_owned());
    }
    parts.extend(said.limits);
    parts.join(", ")
}

/// All fields of a schema in its order, each with its line; entries of a list have `[]` in their path. At most so many.
pub fn fields(root: &Value, limit: usize) -> Vec<(Path, String)> {
    let mut all = Vec::new();
    inside(root, root, &Path::root(), DEPTH, limit, &mut all);
    all
}

fn inside(
    root: &Value,
    schema: &Value,
    at: &Path,
    depth: usize,
    limit: usize,
    all: &mut Vec<(Path, String)>,
) {
    let schema = plain(root, schema);
    let required = schema.get("required").and_then(Value::as_array);
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        if all.len() >= limit || depth == 0 {
            return;
        }
        let path = at.child(name);
        let is_required = required.is_some_and(|all| all.iter().any(|one| one == name));
        all.push((path.clone(), field(root, property, is_required)));
        inside(root, property, &path, depth - 1, limit, all);
    }
    if let Some(items) = schema.get("items").filter(|_| depth > 0) {
        inside(root, items, &at.child("[]"), depth - 1, limit, all);
    }
}

/// The schema behind references and the one branch that is not "empty".
fn plain<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    let mut schema = schema;
    for _ in 0..DEPTH {
        let reference = schema.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|pointer| root.pointer(pointer.strip_prefix('#')?));
        let union = ["anyOf", "oneOf", "allOf"]
            .iter()
            .find_map(|word| schema.get(*word)?.as_array());
        let mut real = union
            .into_iter()
            .flatten()
            .filter(|branch| branch.get("type").is_none_or(|kind| kind != "null"));
        schema = match (target, real.next(), real.next()) {
            (Some(target), ..) | (None, Some(target), None) => target,
            _ => return schema,
        };
    }
    schema
}

/// What a schema says, put together from its parts.
#[derive(Default)]
struct Said {
    kinds: Vec<String>,
    null: bool,
    limits: Vec<String>,
}

impl Said {
    fn take(&mut self, root: &Value, schema: &Value, depth: usize) {
        let Value::Object(fields) = schema else {
            if *schema == Value::Bool(false) {
                self.limit("never allowed".to_owned());
            }
            return;
        };
        if depth == 0 {
            return;
        }
        let target = fields.get("$ref").and_then(Value::as_str);
        if let Some(pointer) = target {
            match pointer
                .strip_prefix('#')
                .and_then(|pointer| root.pointer(pointer))
            {
                Some(target) => self.take(root, target, depth - 1),
                None => self.limit(format!("see {pointer}")),
            }
        }
        match fields.get("type") {
            Some(Value::String(name)) => self.add_kind(name, root, fields, depth),
            Some(Value::Array(names)) => {
                for name in names.iter().filter_map(Value::as_str) {
                    self.add_kind(name, root, fields, depth);
                }
            }
            _ => {}
        }
        self.take_limits(fields);
        for part in list(fields, "allOf") {
            self.take(root, part, depth - 1);
        }
        for union in ["anyOf", "oneOf"] {
            self.take_union(root, list(fields, union), depth);
        }
    }

    /// A union with "empty" is the other branch; what differs between real branches is too much for a line.
    fn take_union(&mut self, root: &Value, branches: &[Value], depth: usize) {
        let is_null = |branch: &&Value| branch.get("type").is_some_and(|kind| kind == "null");
        let mut real = branches.iter().filter(|branch| !is_null(branch));
        match (real.next(), real.next()) {
            (Some(one), None) => self.take(root, one, depth - 1),
            (Some(_), Some(_)) => {
                let mut limits = Vec::new();
                for branch in branches.iter().filter(|branch| !is_null(branch)) {
                    let mut said = Self::default();
                    said.take(root, branch, depth - 1);
                    self.kinds.extend(said.kinds);
                    if !said.limits.is_empty() {
                        limits.push(said.limits.join(" and "));
                    }
                }
                self.kinds.dedup();
                if !limits.is_empty() {
                    self.limit(limits.join(", or "));
                }
            }
            (None, _) => {}
        }
        if branches.iter().any(|branch| is_null(&branch)) {
            self.null = true;
            self.kinds.push("empty".to_owned());
        }
    }

    fn add_kind(&mut self, name: &str, root: &Value, fields: &Map<String, Value>, depth: usize) {
        let kind = match name {
            "string" => "text".to_owned(),
            "integer" => "a whole number".to_owned(),
            "number" => "a number".to_owned(),
            "boolean" => "yes or no".to_owned(),
            "null" => {
                self.null = true;
                "empty".to_owned()
            }
            "object" => "a group of fields".to_owned(),
            "array" => match fields.get("items") {
                Some(items) => {
                    let mut said = Self::default();
                    said.take(root, items, depth - 1);
                    format!("a list, each entry {}", said.kind())
                }
                None => "a list".to_owned(),
            },
            other => other.to_owned(),
        };
        if !self.kinds.contains(&kind) {
            self.kinds.push(kind);
        }
    }

    fn take_limits(&mut self, fields: &Map<String, Value>) {
        let number = |key: &str| fields.get(key).filter(|value| value.is_number());
        if let Some(format) = fields.get("format").and_then(Value::as_str) {
            self.limit(format_words(format));
        }
        let allowed = match (fields.get("enum"), fields.get("const")) {
            (Some(Value::Array(values)), _) => Some(values.as_slice()),
            (_, Some(value)) => Some(std::slice::from_ref(value)),
            _ => None,
        };
        if let Some(values) = allowed {
            if self.kinds.is_empty() && values.iter().all(Value::is_string) {
                self.kinds.push("text".to_owned());
            }
            self.limit(allowed_words(values));
        }
        if let Some(pattern) = fields.get("pattern").and_then(Value::as_str) {
            self.limit(match pattern {
                r"\S" => "not only blanks".to_owned(),
                pattern => format!("written like {pattern}"),
            });
        }
        let words = [
            ("minimum", "", " or more"),
            ("maximum", "", " or less"),
            ("exclusiveMinimum", "more than ", ""),
            ("exclusiveMaximum", "less than ", ""),
            ("multipleOf", "a multiple of ", ""),
        ];
        for (key, before, after) in words {
            if let Some(limit) = number(key) {
                self.limit(format!("{before}{limit}{after}"));
            }
        }
        let counted = [
            ("minLength", "at least", "character"),
            ("maxLength", "at most", "character"),
            ("minItems", "at least", "list entry"),
            ("maxItems", "at most", "list entry"),
        ];
        for (key, words, noun) in counted {
            if let Some(limit) = fields.get(key).and_then(Value::as_u64) {
                let counted = count(limit, noun).replace("entrys", "entries");
                self.limit(format!("{words} {counted}"));
            }
        }
    }

    fn limit(&mut self, words: String) {
        if !self.limits.contains(&words) {
            self.limits.push(words);
        }
    }

    fn kind(&self) -> String {
        let real: Vec<&str> = (self.kinds.iter())
            .map(String::as_str)
            .filter(|kind| *kind != "empty")
            .collect();
        match (real.is_empty(), self.null, self.limits.is_empty()) {
            (false, ..) => real.join(" or "),
            (true, true, _) => "always empty".to_owned(),
            (true, false, true) => "anything".to_owned(),
            (true, false, false) => "a value".to_owned(),
        }
    }
}

fn list<'s>(fields: &'s Map<String, Value>, key: &str) -> &'s [Value] {
    fields
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn format_words(format: &str) -> String {
    match format {
        "email" | "idn-email" => "an e-mail address",
        "date" => "a date such as 2025-12-31",
        "date-time" => "a date and time such as 2025-12-31T14:30:00Z",
        "time" => "a time of day such as 14:30:00Z",
        "uuid" => "an ID of 32 letters and digits (UUID)",
        "uri" | "iri" => "a web address",
        "ipv4" => "an internet address such as 192.0.2.1",
        "ipv6" => "an internet address such as 2001:db8::1",
        "hostname" => "a host name",
        other => return format!("of the format {other}"),
    }
    .to_owned()
}

fn allowed_words(values: &[Value]) -> String {
    let named: Vec<String> = (values.iter())
        .filter(|value| !value.is_null())
        .take(NAMED)
        .map(|value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        })
        .collect();
    let more = values.iter().filter(|value| !value.is_null()).count() - named.len();
    match (named.as_slice(), more) {
        ([one], 0) if one.is_empty() => "always empty".to_owned(),
        ([one], 0) => format!("always {one}"),
        (_, 0) => format!("one of {}", named.join(", ")),
        _ => format!("one of {} and {more} more", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_is_said_in_one_line() {
        let root = json!({"$defs": {"Stage": {"enum": ["Won", "Lost"], "type": "string"}}});
        let check = |schema: Value, required: bool, expected: &str| {
            assert_eq!(field(&root, &schema, required), expected, "{schema}");
        };
        check(
            json!({"type": "string", "format": "email"}),
            true,
            "text, required, an e-mail address",
        );
        check(
            json!({"$ref": "#/$defs/Stage"}),
            true,
            "text, required, one of Won, Lost",
        );
        check(
            json!({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}),
            false,
            "a whole number, may be missing, may be empty, 1 or more",
        );
        check(
            json!({"type": ["string", "null"], "pattern": "^A$", "maxLength": 3}),
            false,
            "text, may be missing, may be empty, written like ^A$, at most 3 characters",
        );
        check(
            json!({"minItems": 1, "type": "array"}),
            true,
            "a list, required, at least 1 list entry",
        );
        check(
            json!({"type": "array", "items": {"type": "number"}}),
            true,
            "a list, each entry a number, required",
        );
        check(json!({}), false, "anything, may be missing");
        check(json!({"const": 7}), true, "a value, required, always 7");
        check(
            json!({"anyOf": [{"type": "string", "format": "date"}, {"const": ""}]}),
            true,
            "text, required, a date such as 2025-12-31, or always empty",
        );
        check(
            json!({"$ref": "other.json"}),
            true,
            "a value, required, see other.json",
        );
        let orders = json!({
            "$ref": "#/$defs/Order",
            "$defs": {
                "Order": {
                    "properties": {
                        "lines": {"anyOf": [{"type": "array", "items": {"$ref": "#/$defs/Line"}}, {"type": "null"}]},
                        "next": {"$ref": "#/$defs/Order"},
                    },
                    "required": ["lines"],
                },
                "Line": {"type": "object", "properties": {"qty": {"type": "integer"}}},
            },
        });
        let all: Vec<String> = (fields(&orders, 4).iter())
            .map(|(path, words)| format!("{}: {words}", path.label()))
            .collect();
        assert_eq!(
            all,
            [
                "lines: a list, each entry a group of fields, required, may be empty",
                "lines[].qty: a whole number, may be missing",
                "next: anything, may be missing",
                "next.lines: a list, each entry a group of fields, required, may be empty",
            ]
        );
        let own = json!({"$ref": "#"});
        assert_eq!(field(&own, &own, true), "anything, required");
    }
}
