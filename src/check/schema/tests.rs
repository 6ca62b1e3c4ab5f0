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
