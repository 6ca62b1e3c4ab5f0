use serde_json::json;

use super::*;

fn schema(root: Value) -> Result<Schema, SpecError> {
    Schema::build(root, BTreeMap::new(), true)
}

fn found(root: &Value, document: &Value) -> Result<Vec<Problem>, Runaway> {
    let mut problems = Vec::new();
    let schema = schema(root.clone()).unwrap_or_else(|error| panic!("{root}: {error:?}"));
    schema.check(document, &mut problems)?;
    problems.sort_by(|a, b| (&a.path, &a.code).cmp(&(&b.path, &b.code)));
    Ok(problems)
}

/// The paths, codes and details of a document's problems.
fn check(root: &Value, document: &Value, expected: &[&str]) {
    let problems = found(root, document).unwrap();
    let words: Vec<String> = problems
        .iter()
        .map(|one| {
            format!("{} {} {}", one.path, one.code, one.detail)
                .trim()
                .to_owned()
        })
        .collect();
    assert_eq!(words, expected, "{root} {document}");
}

/// Goes back over `aaa...b` without end.
const HOSTILE: &str = "^(a|a)+(?!c)$";

#[test]
fn a_pattern_that_runs_away_is_neither_a_problem_nor_a_pass() {
    let text = format!("{}b", "a".repeat(60));
    let hostile = json!({"pattern": HOSTILE});
    for schema in [
        json!({"properties": {"x": hostile, "y": {"type": "integer"}}}),
        json!({"properties": {"x": {"not": hostile}}}),
        json!({"properties": {"x": {"anyOf": [hostile, {"type": "string"}]}}}),
        json!({"properties": {"x": {"anyOf": [hostile, {"type": "null"}]}}}),
        json!({"properties": {"x": {"$ref": "#/$defs/x"}}, "$defs": {"x": hostile}}),
    ] {
        let runaway = found(&schema, &json!({"x": text, "y": "wrong"})).unwrap_err();
        assert_eq!(runaway.part, "schema");
        assert_eq!(
            runaway.message,
            format!("the pattern of /x does not come to an end: {HOSTILE}"),
        );
        assert_eq!(
            found(&schema, &json!({"x": null, "y": 1}))
                .map(|all| all.len())
                .err(),
            None
        );
    }
    let names = json!({"patternProperties": {HOSTILE: {"type": "integer"}}});
    assert!(found(&names, &json!({text: "x"})).is_err());
    check(&json!({"pattern": HOSTILE}), &json!("b"), &["pattern"]);
    check(&json!({"pattern": HOSTILE}), &json!("aa"), &[]);
}

#[test]
fn patterns_that_cannot_be_used_are_named_with_their_place() {
    let check = |root: Value, path: &str, message: &str| {
        let error = schema(root).err().unwrap();
        assert_eq!(error.message, message);
        assert_eq!(error.at.unwrap().path.as_str(), path);
    };
    check(
        json!({"properties": {"x": {"pattern": "(a{1000}){1000}"}}}),
        "/properties/x/pattern",
        "the regular expression (a{1000}){1000} is too large",
    );
    check(
        json!({"$defs": {"x": {"patternProperties": {"(": {}}}}}),
        "/$defs/x/patternProperties/(",
        "the regular expression ( cannot be read",
    );
    // Pydantic's decimal.
    let decimal = json!({"type": "string", "pattern": "^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$"});
    self::check(&decimal, &json!("12.50"), &[]);
    self::check(&decimal, &json!("+."), &["pattern"]);
}

#[test]
fn what_keeps_a_schema_from_being_used_is_named_with_its_place() {
    let check = |root: Value, path: &str, message: &str| {
        let error = schema(root).err().unwrap();
        assert!(error.message.contains(message), "{error:?}");
        assert_eq!(error.at.unwrap().path.as_str(), path);
    };
    check(
        json!({"$schema": "https://example.com/my-draft"}),
        "/$schema",
        "which is not a known draft",
    );
    check(
        json!({"properties": {"x": {"type": "strin"}}}),
        "/properties/x/type",
        "\"strin\" is not one of",
    );
    check(
        json!({"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"x": {"exclusiveMinimum": 3}}}),
        "/properties/x/exclusiveMinimum",
        "3 is not of type \"boolean\"",
    );
    check(
        json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}),
        "/$defs/b/$ref",
        "refers to itself without end",
    );
    check(
        json!({"properties": {"x": {"$ref": "https://example.com/x.json"}}}),
        "/properties/x/$ref",
        "https://example.com/x.json, which is not here",
    );
}

/// `{"a": {"a": ... wrong}}`.
fn deep(levels: usize, innermost: Value) -> Value {
    (0..levels).fold(innermost, |inner, _| json!({"a": inner, "b": 1}))
}

#[test]
fn unions_that_multiply_come_to_an_end() {
    let node = json!({"$ref": "#"});
    let branch = |b: Value| json!({"type": "object", "properties": {"a": node, "b": b}});
    let schema = json!({"anyOf": [
        branch(json!({"type": "integer"})),
        branch(json!({"minimum": 0})),
        branch(json!({"maximum": 5})),
        {"type": "null"},
    ]});
    check(&schema, &deep(100, Value::Null), &[]);
    let problems = found(&schema, &deep(100, json!("wrong"))).unwrap();
    assert!(!problems.is_empty());
    // No union, so that there is nothing to be coarse about.
    let twice = json!({"properties": {"a": {"allOf": [node, node]}}, "type": "object"});
    assert!(found(&twice, &deep(100, json!("wrong"))).is_err());
    check(
        &twice,
        &deep(5, json!("wrong")),
        &["/a/a/a/a/a type object"],
    );
}

#[test]
fn long_ways_of_references_do_not_exhaust_the_stack() {
    let mut definitions = serde_json::Map::new();
    for at in 0..3_000 {
        let next = json!({"$ref": format!("#/$defs/d{}", at + 1)});
        definitions.insert(format!("d{at}"), next);
    }
    definitions.insert("d3000".to_owned(), json!({"type": "integer"}));
    let root = json!({"properties": {"x": {"$ref": "#/$defs/d0"}}, "$defs": definitions});
    check(&root, &json!({"x": 1}), &[]);
    check(&root, &json!({"x": "a"}), &["/x type integer"]);
}

/// What Pydantic 2.13 writes for a model of an order with a discriminated union, a list of recursive lines, a tuple, a
/// constrained dictionary, an optional date and a union of unlike kinds.
const ORDER: &str = r##"{"$defs": {"Bank": {"properties": {"kind": {"const": "bank", "title": "Kind", "type": "string"}, "iban": {"title": "Iban", "type": "string"}}, "required": ["kind", "iban"], "title": "Bank", "type": "object"}, "Card": {"properties": {"kind": {"const": "card", "title": "Kind", "type": "string"}, "number": {"minLength": 4, "title": "Number", "type": "string"}}, "required": ["kind", "number"], "title": "Card", "type": "object"}, "Line": {"additionalProperties": false, "properties": {"qty": {"exclusiveMinimum": 0, "title": "Qty", "type": "integer"}, "price": {"anyOf": [{"type": "number"}, {"pattern": "^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$", "type": "string"}], "title": "Price"}, "parts": {"default": [], "items": {"$ref": "#/$defs/Line"}, "title": "Parts", "type": "array"}}, "required": ["qty", "price"], "title": "Line", "type": "object"}}, "properties": {"pay": {"discriminator": {"mapping": {"bank": "#/$defs/Bank", "card": "#/$defs/Card"}, "propertyName": "kind"}, "oneOf": [{"$ref": "#/$defs/Card"}, {"$ref": "#/$defs/Bank"}], "title": "Pay"}, "lines": {"items": {"$ref": "#/$defs/Line"}, "title": "Lines", "type": "array"}, "pair": {"maxItems": 2, "minItems": 2, "prefixItems": [{"type": "integer"}, {"type": "string"}], "title": "Pair", "type": "array"}, "tags": {"patternProperties": {"^[a-z]+$": {"type": "integer"}}, "title": "Tags", "type": "object"}, "when": {"anyOf": [{"format": "date", "type": "string"}, {"type": "null"}], "default": null, "title": "When"}, "free": {"anyOf": [{"type": "integer"}, {"items": {"type": "string"}, "type": "array"}, {"type": "null"}], "default": null, "title": "Free"}}, "required": ["pay", "lines", "pair", "tags"], "title": "Order", "type": "object"}"##;

#[test]
fn problems_of_a_pydantic_schema_are_where_pydantic_has_them() {
    let schema: Value = serde_json::from_str(ORDER).unwrap();
    let check = |field: &str, value: Value, expected: &[&str]| {
        let mut order = json!({"pay": {"kind": "card", "number": "1234"}, "lines": [], "pair": [1, "a"], "tags": {}});
        order[field] = value;
        self::check(&schema, &order, expected);
    };
    check("pay", json!({"kind": "bank", "iban": "DE"}), &[]);
    check("pay", json!({"kind": "cash"}), &["/pay oneOf"]);
    check("pay", json!({}), &["/pay/kind required"]);
    check("pay", json!({"kind": "card"}), &["/pay/number required"]);
    check(
        "pay",
        json!({"kind": "bank", "number": "1"}),
        &["/pay/iban required"],
    );
    check(
        "pay",
        json!({"kind": "card", "number": "1"}),
        &["/pay/number minLength"],
    );
    check("pay", json!(3), &["/pay type object"]);
    check(
        "lines",
        json!([{"qty": 0, "price": "x", "extra": 1, "parts": [{"qty": 1}]}]),
        &[
            "/lines/0/extra additionalProperties",
            "/lines/0/parts/0/price required",
            "/lines/0/price pattern",
            "/lines/0/qty exclusiveMinimum",
        ],
    );
    check("pair", json!([1]), &["/pair minItems"]);
    check(
        "pair",
        json!(["x", 1, 2]),
        &[
            "/pair maxItems",
            "/pair/0 type integer",
            "/pair/1 type string",
        ],
    );
    check("tags", json!({"a": "x"}), &["/tags/a type integer"]);
    check("when", json!("31/12/2025"), &["/when format date"]);
    check("when", Value::Null, &[]);
    check("free", json!("x"), &["/free type integer or array"]);
    check("free", json!(["a", 1]), &["/free/1 type string"]);
}

#[test]
fn the_branch_that_was_meant_speaks() {
    let mapped = json!({
        "oneOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}],
        "discriminator": {"propertyName": "pet", "mapping": {"c": "#/$defs/Cat", "d": "#/$defs/Dog"}},
        "$defs": {"Cat": {"required": ["claws"]}, "Dog": {"required": ["bark", "walk"]}},
    });
    check(
        &mapped,
        &json!({"pet": "d"}),
        &["/bark required", "/walk required"],
    );
    check(&mapped, &json!({"pet": "c"}), &["/claws required"]);
    check(
        &mapped,
        &json!({"pet": "c", "claws": 1, "bark": 1, "walk": 1}),
        &["oneOf several"],
    );
    let deeper = json!({"anyOf": [
        {"required": ["name"]},
        {"properties": {"a": {"properties": {"b": {"type": "integer"}}}}},
    ]});
    check(&deeper, &json!({"a": {"b": "x"}}), &["/a/b type integer"]);
    let either = json!({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]});
    check(&either, &json!({}), &["anyOf"]);
    let nested = json!({"allOf": [{"anyOf": [{"$ref": "#/$defs/x"}, {"type": "null"}]}], "$defs": {"x": {"anyOf": [{"type": "integer", "minimum": 3}, {"type": "array"}]}}});
    check(&nested, &json!(1), &["minimum"]);
    let condition = json!({"if": {"required": ["a"]}, "then": {"properties": {"b": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}}});
    check(&condition, &json!({"a": 1, "b": "x"}), &["/b type integer"]);
    let depends = json!({"dependentRequired": {"a": ["b"]}, "propertyNames": {"maxLength": 3}, "not": {"required": ["z"]}});
    check(
        &depends,
        &json!({"a": 1, "long": 2, "z": 1}),
        &["not", "/b required", "/long propertyNames"],
    );
    let closed = json!({"allOf": [{"properties": {"a": true}}], "unevaluatedProperties": false});
    check(
        &closed,
        &json!({"a": 1, "x": 2, "y": 3}),
        &["/x unevaluatedProperties", "/y unevaluatedProperties"],
    );
    let few = json!({"contains": {"type": "integer"}, "minContains": 2});
    check(&few, &json!([1, "a"]), &["contains"]);
}
