//! What is said where one of several schemas must hold.

use super::*;

#[test]
fn the_branch_of_a_union_that_matters_is_reported() {
    let optional =
        |inner: Value| json!({"properties": {"x": {"anyOf": [inner, {"type": "null"}]}}});
    let check = |schema: Value, value: Value, expected: &[&str]| {
        assert_eq!(
            against(schema.clone(), &value),
            expected,
            "{schema} {value}"
        );
    };
    check(
        optional(json!({"type": "integer", "minimum": 1})),
        json!({"x": 0}),
        &["schema minimum /x"],
    );
    check(
        optional(json!({"type": "string", "format": "date"})),
        json!({"x": "soon"}),
        &["schema format /x (date)"],
    );
    check(
        optional(
            json!({"type": "object", "properties": {"zip": {"type": "string", "minLength": 5}},
            "required": ["city"]}),
        ),
        json!({"x": {"zip": "1"}}),
        &["schema required /x/city", "schema minLength /x/zip"],
    );
    check(
        json!({"properties": {"x": {"anyOf": [{"type": "integer"}, {"type": "boolean"}, {"type": "null"}]}}}),
        json!({"x": "soon"}),
        &["schema type /x (integer or boolean)"],
    );
    check(
        json!({"properties": {"x": {"anyOf": [{"type": "integer", "minimum": 5}, {"type": "string"}]}}}),
        json!({"x": 1}),
        &["schema minimum /x"],
    );
    check(
        json!({"properties": {"x": {"anyOf": [{"format": "email"}, {"format": "uri"}]}}}),
        json!({"x": "soon"}),
        &["schema anyOf /x"],
    );
    check(
        json!({"type": ["integer", "null"]}),
        json!({}),
        &["schema type  (integer)"],
    );
    let nested = json!({"properties": {"x": {"anyOf": [
        {"anyOf": [{"type": "integer", "maximum": 3}, {"type": "null"}]}, {"type": "null"}]}}});
    check(nested, json!({"x": 9}), &["schema maximum /x"]);
}

#[test]
fn a_discriminator_chooses_the_branch() {
    let schema = json!({"properties": {"pet": {"oneOf": [
        {"properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}, "required": ["kind", "lives"]},
        {"properties": {"kind": {"const": "dog"}, "tail": {"type": "boolean"}}, "required": ["kind", "tail"]},
        {"properties": {"kind": {"const": "owl"}, "eyes": {"type": "integer"}}, "required": ["kind", "eyes"]},
    ]}}});
    assert_eq!(
        against(schema.clone(), &json!({"pet": {"kind": "dog", "tail": 3}})),
        ["schema type /pet/tail (boolean)"]
    );
    assert_eq!(
        against(schema.clone(), &json!({"pet": {"kind": "cow"}})),
        ["schema oneOf /pet"]
    );
    let spec = Spec {
        schema: Some(schema),
        ..Spec::default()
    };
    let problems = document(spec, &json!({"pet": {"kind": "cow"}}));
    assert_eq!(problems[0].hint, "Set kind to one of: cat, dog, owl.");
}

#[test]
fn the_hints_of_a_union_know_all_its_branches() {
    let schema = json!({"properties": {"pet": {"oneOf": [
        {"properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}, "required": ["kind"],
            "additionalProperties": false},
        {"properties": {"kind": {"const": "dog"}, "tail": {"type": "boolean"}}, "required": ["kind"],
            "additionalProperties": false},
    ]}, "name": {"type": "string"}, "pair": {"prefixItems": [{}], "items": false}}});
    let check = |document: Value, hint: &str| {
        let spec = Spec {
            schema: Some(schema.clone()),
            ..Spec::default()
        };
        let hints: Vec<_> = (super::tests::document(spec, &document).into_iter())
            .map(|problem| problem.hint)
            .collect();
        assert_eq!(hints, [hint], "{document}");
    };
    check(json!({"pet": {"lives": 9}}), "Choose one of: cat, dog.");
    check(
        json!({"pet": {"kind": "cat", "tail": true}}),
        "Rename or remove it.",
    );
    check(
        json!({"pet": {"kind": "cat", "Lives": 9}}),
        "Did you mean lives? Rename or remove it.",
    );
    check(json!({"name": null}), "Type a value.");
    check(json!({"pair": [1, 2]}), "Remove it.");
}
