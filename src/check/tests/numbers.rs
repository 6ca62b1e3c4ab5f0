//! Limits hold for the number as it is written, however long it is.

use super::*;

/// The codes of what a schema finds in one field, as a JSON record and as a CSV cell.
fn codes(property: &str, text: &str) -> [Vec<String>; 2] {
    let schema = format!(r#"{{"type": "object", "properties": {{"x": {property}}}}}"#);
    let checker = Checker::build(Spec {
        schema: Some(serde_json::from_str(&schema).unwrap()),
        coerce: true,
        ..Spec::default()
    })
    .unwrap();
    let json = format!(r#"{{"x": {text}}}"#);
    let cell = format!("\"{text}\",");
    let columns = Layout::Csv {
        columns: vec!["x".to_owned(), "y".to_owned()],
        delimiter: ',',
    };
    [(Layout::Json, Form::Json, json), (columns, Form::Csv, cell)].map(|(layout, form, bytes)| {
        let row = Row::read(&layout, form, bytes.as_bytes()).unwrap();
        let mut problems = Vec::new();
        checker.check(&row, &mut problems).unwrap();
        problems.into_iter().map(|problem| problem.code).collect()
    })
}

#[test]
fn limits_are_exact_for_numbers_of_any_length() {
    let check = |property: &str, text: &str, expected: &[&str]| {
        assert_eq!(
            codes(property, text),
            [expected, expected],
            "{text} {property}"
        );
    };
    let thirty = "123456789012345678901234567890";
    let more = "123456789012345678901234567891";
    let limit =
        |keyword: &str, limit: &str| format!(r#"{{"type": "number", "{keyword}": {limit}}}"#);
    check(&limit("maximum", thirty), thirty, &[]);
    check(&limit("maximum", thirty), more, &["maximum"]);
    check(&limit("minimum", more), thirty, &["minimum"]);
    check(
        &limit("exclusiveMaximum", thirty),
        thirty,
        &["exclusiveMaximum"],
    );
    check(&limit("exclusiveMaximum", more), thirty, &[]);
    check(
        &limit("maximum", "9007199254740992"),
        "9007199254740993",
        &["maximum"],
    );
    check(
        &limit("maximum", "9007199254740992"),
        "9007199254740992.5",
        &["maximum"],
    );
    check(&limit("maximum", "0.3"), "0.3", &[]);
    check(
        &limit("maximum", "0.3"),
        "0.30000000000000004",
        &["maximum"],
    );
    check(
        &limit("maximum", "0.3"),
        "0.300000000000000000000000001",
        &["maximum"],
    );
    check(&limit("maximum", "100"), "1E2", &[]);
    check(&limit("maximum", "100"), "1e400", &["maximum"]);
    check(&limit("minimum", "0"), "-1E400", &["minimum"]);
    check(&limit("maximum", "1e400"), "9E399", &[]);
    check(&limit("maximum", "1e400"), "1.1E400", &["maximum"]);
    check(&limit("exclusiveMinimum", "0"), "1e-400", &[]);
    check(&limit("exclusiveMinimum", "0"), "-0", &["exclusiveMinimum"]);
    check(&limit("multipleOf", "0.01"), "0.07", &[]);
    check(&limit("multipleOf", "0.01"), "0.075", &["multipleOf"]);
    check(
        &limit("multipleOf", "0.1"),
        "0.30000000000000004",
        &["multipleOf"],
    );
    check(&limit("multipleOf", "10"), thirty, &[]);
    check(&limit("multipleOf", "10"), more, &["multipleOf"]);
    check(&limit("multipleOf", "2"), "1e400", &[]);
}

#[test]
fn equal_numbers_are_equal_however_they_are_written() {
    let check = |property: &str, text: &str, expected: &[&str]| {
        assert_eq!(
            codes(property, text),
            [expected, expected],
            "{text} {property}"
        );
    };
    let thirty = "123456789012345678901234567890";
    check(r#"{"enum": [100]}"#, "100", &[]);
    check(r#"{"type": "number", "enum": [100]}"#, "1E2", &[]);
    check(r#"{"type": "number", "enum": [100]}"#, "100.0", &[]);
    check(r#"{"type": "number", "enum": [0.3]}"#, "0.30", &[]);
    check(
        r#"{"type": "number", "enum": [0.3]}"#,
        "0.30000000000000004",
        &["enum"],
    );
    check(r#"{"const": 0}"#, "-0", &[]);
    check(&format!(r#"{{"enum": [{thirty}]}}"#), thirty, &[]);
    check(
        &format!(r#"{{"enum": [{thirty}]}}"#),
        "123456789012345678901234567891",
        &["enum"],
    );
    check(
        &format!(r#"{{"type": "number", "const": {thirty}}}"#),
        &format!("{thirty}.0"),
        &[],
    );
    check(r#"{"type": "number", "const": 1e400}"#, "1E400", &[]);
    check(r#"{"type": "number", "const": 1e400}"#, "10e399", &[]);
    check(r#"{"type": "number", "const": 1e400}"#, "1e401", &["const"]);
    let unique = r#"{"type": "array", "uniqueItems": true}"#;
    check(unique, "[1,2]", &[]);
    check(unique, "[1,1.0]", &["uniqueItems"]);
    check(unique, "[100,1E2]", &["uniqueItems"]);
    check(unique, "[1e400,10E399]", &["uniqueItems"]);
    check(unique, "[0.3,0.30000000000000004]", &[]);
    check(
        unique,
        &format!("[{thirty},123456789012345678901234567891]"),
        &[],
    );
    check(unique, &format!("[{thirty},{thirty}.0]"), &["uniqueItems"]);
    // A whole number for JSON Schema; of text, an exponent makes none.
    assert_eq!(
        codes(r#"{"type": "integer"}"#, "1e400"),
        [vec![], vec!["type"]]
    );
}

#[test]
fn a_giant_exponent_is_compared_without_writing_out_its_zeros() {
    let check = |property: &str, text: &str, expected: &[&str]| {
        assert_eq!(
            codes(property, text),
            [expected, expected],
            "{text} {property}"
        );
    };
    let number = |rest: &str| format!(r#"{{"type": "number", {rest}}}"#);
    check(&number(r#""maximum": 100"#), "1e999999999", &["maximum"]);
    check(
        &number(r#""minimum": 0.5"#),
        "-1E99999999999999999999",
        &["minimum"],
    );
    check(&number(r#""minimum": 0.5"#), "1e-999999999", &["minimum"]);
    check(&number(r#""enum": [1, 2.5]"#), "1e999999999", &["enum"]);
    check(
        &number(r#""multipleOf": 7"#),
        "1e-999999999",
        &["multipleOf"],
    );
    let unique = r#"{"type": "array", "uniqueItems": true}"#;
    check(unique, "[1e999999999,1e999999998]", &[]);
}
