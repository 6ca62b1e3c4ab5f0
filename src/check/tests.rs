mod numbers;
mod quick;
mod unions;

use serde_json::json;

use super::*;
use crate::model::{Form, Layout};

fn flat() -> Spec {
    Spec {
        schema: Some(json!({
            "type": "object",
            "properties": {
                "id": {"type": "string", "pattern": "^C-[0-9]{3}$", "title": "Customer Id"},
                "contact_email": {"type": "string", "format": "email"},
                "stage": {"enum": ["Open", "Closed Won", "Closed Lost"], "type": "string"},
                "deal_value": {"type": "number", "minimum": 0},
                "created_at": {"type": "string", "format": "date-time"},
                "close_date": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
                "staff": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
                "active": {"type": "boolean"},
            },
            "required": ["id", "contact_email", "stage", "deal_value"],
            "additionalProperties": false,
        })),
        formats: true,
        rules: vec![
            rule(
                "R-1",
                "record.stage != 'Closed Lost' || record.deal_value == 0",
                &["/deal_value", "/stage"],
            ),
            rule(
                "R-2",
                "!has(record.close_date) || date(record.close_date) >= date(record.created_at)",
                &["/close_date", "/created_at"],
            ),
        ],
        key: vec![Path::field("id")],
        empty_is_missing: true,
        coerce: true,
        ..Spec::default()
    }
}

fn rule(id: &str, assert: &str, fields: &[&str]) -> Rule {
    Rule {
        id: id.to_owned(),
        assert: assert.to_owned(),
        message: format!("{id} is broken."),
        fields: fields.iter().map(|f| Path::parse(f).unwrap()).collect(),
        ..Rule::default()
    }
}

const COLUMNS: &str = "id,contact_email,stage,deal_value,created_at,close_date,staff,active";
const GOOD: &str = "C-001,a@b.de,Open,10.50,2024-03-09T23:30:00+02:00,2024-03-09,3,true";

fn csv(spec: Spec, columns: &str, line: &str) -> Vec<Problem> {
    let layout = Layout::Csv {
        columns: columns.split(',').map(str::to_owned).collect(),
        delimiter: ',',
    };
    let checker = Checker::build(spec).unwrap();
    let row = Row::read(&layout, Form::Csv, line.as_bytes()).unwrap();
    let mut problems = Vec::new();
    checker.check(&row, &mut problems).unwrap();
    problems
}

fn document(spec: Spec, document: &Value) -> Vec<Problem> {
    let text = document.to_string();
    let checker = Checker::build(spec).unwrap();
    let row = Row::read(&Layout::Json, Form::Json, text.as_bytes()).unwrap();
    let mut problems = Vec::new();
    checker.check(&row, &mut problems).unwrap();
    problems
}

fn short(problems: &[Problem]) -> Vec<String> {
    problems
        .iter()
        .map(|p| {
            let mut text = format!("{} {} {}", p.stage.word(), p.code, p.path);
            if !p.detail.is_empty() {
                text = format!("{text} ({})", p.detail);
            }
            text
        })
        .collect()
}

fn against(schema: Value, value: &Value) -> Vec<String> {
    let spec = Spec {
        schema: Some(schema),
        formats: true,
        ..Spec::default()
    };
    short(&document(spec, value))
}

#[test]
fn a_good_row_has_no_problem() {
    assert_eq!(csv(flat(), COLUMNS, GOOD), []);
    assert_eq!(csv(flat(), COLUMNS, "C-001,a@b.de,Open,10,,,,"), []);
}

#[test]
fn all_problems_of_a_row_are_reported_in_the_order_of_the_columns() {
    let line = "C-1,a@b,,\"1.234,50\",31/12/2025,soon,12 pcs,maybe";
    assert_eq!(
        short(&csv(flat(), COLUMNS, line)),
        [
            "schema pattern /id",
            "schema required /stage",
            "schema type /deal_value (number)",
            "schema format /created_at (date-time)",
            "schema format /close_date (date)",
            "schema type /staff (integer)",
            "schema type /active (boolean)",
        ]
    );
}

#[test]
fn messages_say_what_is_wrong_with_this_value() {
    let problems = csv(flat(), COLUMNS, "C-001,foo@,open,-5,2024-03-09,,0,ja");
    let say: Vec<_> = problems
        .iter()
        .map(|p| format!("{} | {}", p.message, p.hint))
        .collect();
    assert_eq!(
        say,
        [
            "This e-mail address is not complete: \"foo@\". | It needs one @ and a name after it.",
            "\"open\" is not one of the allowed values. | Choose from the list. Nearest: Open.",
            "Deal value must be 0 or more. It is -5. | ",
            "Created at must be a date and a time: \"2024-03-09\" is not. | Write it like 2025-12-31T14:30:00Z.",
            "Staff must be 1 or more. It is 0. | ",
            "Active must be yes or no. | Choose yes or no. \"ja\" probably means yes.",
        ]
    );
    assert_eq!(problems[0].found, Some(Found::Text("foo@".to_owned())));
    assert_eq!(problems[2].found, Some(Found::Json("-5".to_owned())));
}

#[test]
fn an_extra_column_is_a_problem_at_its_own_path_only_where_it_holds_something() {
    let columns = format!("{COLUMNS},contact_mail");
    assert_eq!(csv(flat(), &columns, &format!("{GOOD},")), []);
    let problems = csv(flat(), &columns, &format!("{GOOD},x"));
    assert_eq!(
        short(&problems),
        ["schema additionalProperties /contact_mail"]
    );
    assert_eq!(
        problems[0].hint,
        "Did you mean contact_email? Rename or remove it."
    );
}

#[test]
fn a_violated_rule_names_its_first_field() {
    let problems = csv(flat(), COLUMNS, "C-001,a@b.de,Closed Lost,5,,,,");
    assert_eq!(short(&problems), ["rule R-1 /deal_value"]);
    assert_eq!(problems[0].message, "R-1 is broken.");
    assert_eq!(problems[0].found, Some(Found::Json("5".to_owned())));
    assert_eq!(csv(flat(), COLUMNS, "C-001,a@b.de,Closed Lost,0.0,,,,"), []);
}

#[test]
fn a_rule_is_not_reached_where_a_problem_of_its_fields_is_reported() {
    let line = "C-001,a@b.de,Closed Lost,five,2024-13-01T00:00:00Z,2024-01-01,,";
    assert_eq!(
        short(&csv(flat(), COLUMNS, line)),
        [
            "schema type /deal_value (number)",
            "schema format /created_at (date-time)",
        ]
    );
}

#[test]
fn a_rule_is_tried_on_a_record_with_problems_elsewhere() {
    let line = "C-001,nothing,Closed Lost,5,,,,";
    assert_eq!(
        short(&csv(flat(), COLUMNS, line)),
        [
            "schema format /contact_email (email)",
            "rule R-1 /deal_value"
        ]
    );
}

#[test]
fn a_rule_without_an_answer_on_a_good_record_is_a_problem_of_its_own() {
    let line = "C-001,a@b.de,Open,5,,2024-01-01,,";
    let problems = csv(flat(), COLUMNS, line);
    assert_eq!(short(&problems), ["rule R-2 /close_date (not_evaluated)"]);
    assert_eq!(
        problems[0].message,
        "Rule R-2 could not be checked: created_at is not there."
    );
}

#[test]
fn numbers_of_a_number_field_are_of_one_kind_in_rules() {
    let spec = |assert: &str| Spec {
        rules: vec![rule("R", assert, &["/deal_value"])],
        ..flat()
    };
    for value in ["10", "10.0", "10.5"] {
        let line = format!("C-001,a@b.de,Open,{value},,,,");
        assert_eq!(csv(spec("record.deal_value * 1.5 > 1"), COLUMNS, &line), []);
        assert_eq!(csv(spec("record.deal_value >= 10"), COLUMNS, &line), []);
    }
    let line = "C-001,a@b.de,Open,10,,,4,";
    assert_eq!(
        csv(
            spec("record.staff == 4.0 && record.deal_value == 10"),
            COLUMNS,
            line
        ),
        []
    );
}

#[test]
fn rules_see_nested_json() {
    let spec = Spec {
        rules: vec![
            rule("A", "record.lines.all(l, l.qty > 0)", &["/lines"]),
            rule(
                "B",
                "size(record.lines) == 2 && record.lines[1].sku.matches('^TB')",
                &[],
            ),
            rule(
                "C",
                "record['address'].country == 'US' ? has(record.address.state) : true",
                &[],
            ),
            rule(
                "D",
                "timestamp(record.at) < timestamp('2024-01-01T00:00:00Z')",
                &[],
            ),
            rule("E", "record.name.lowerAscii().trim() == 'jana'", &[]),
        ],
        ..Spec::default()
    };
    let good = json!({"lines": [{"qty": 1, "sku": "X"}, {"qty": 2, "sku": "TB1"}], "address": {"country": "DE"},
        "at": "2024-01-01T00:30:00+01:00", "name": " Jana "});
    assert_eq!(document(spec.clone(), &good), []);
    let bad = json!({"lines": [{"qty": 0, "sku": "X"}, {"qty": 2, "sku": "XB1"}], "address": {"country": "US"},
        "at": "2024-01-01T00:30:00-01:00", "name": 7});
    assert_eq!(
        short(&document(spec, &bad)),
        [
            "rule B ",
            "rule C ",
            "rule D ",
            "rule E  (not_evaluated)",
            "rule A /lines"
        ]
    );
}

#[test]
fn paths_are_ordered_like_numbers() {
    let entries: Vec<_> = (0..12)
        .map(|n| {
            if n == 2 || n == 10 {
                json!("x")
            } else {
                json!(n)
            }
        })
        .collect();
    assert_eq!(
        against(
            json!({"properties": {"b": {}, "a": {"items": {"type": "integer"}}}, "required": ["b", "zz", "c"]}),
            &json!({"a": entries})
        ),
        [
            "schema required /b",
            "schema type /a/2 (integer)",
            "schema type /a/10 (integer)",
            "schema required /c",
            "schema required /zz",
        ]
    );
}

#[test]
fn problems_found_by_two_routes_are_reported_once() {
    let schema =
        json!({"allOf": [{"required": ["a"]}, {"required": ["a", "b"]}], "required": ["a"]});
    assert_eq!(
        against(schema, &json!({})),
        ["schema required /a", "schema required /b"]
    );
}

#[test]
fn numbers_keep_all_their_digits() {
    let schema = json!({"properties": {"n": {"type": "integer", "maximum": 10}}});
    let spec = Spec {
        schema: Some(schema),
        coerce: true,
        ..Spec::default()
    };
    let problems = csv(spec, "n", "123456789012345678901234567890");
    assert_eq!(
        problems[0].found,
        Some(Found::Json("123456789012345678901234567890".to_owned()))
    );
}

#[test]
fn keys_are_text_in_both_forms() {
    let checker = |key: &[&str]| {
        Checker::build(Spec {
            key: key.iter().map(|path| Path::parse(path).unwrap()).collect(),
            ..Spec::default()
        })
        .unwrap()
    };
    let layout = Layout::Csv {
        columns: vec!["id".to_owned(), "site".to_owned()],
        delimiter: ',',
    };
    let row = Row::read(&layout, Form::Csv, b"\"7\",b").unwrap();
    assert_eq!(
        checker(&["/id", "/site"]).key(&row).as_deref(),
        Some("7\u{1f}b")
    );
    assert_eq!(checker(&["/other"]).key(&row), None);
    assert_eq!(checker(&[]).key(&row), None);
    let json = Row::read(&Layout::Json, Form::Json, br#"{"id":7,"a":{"b":null}}"#).unwrap();
    assert_eq!(checker(&["/id"]).key(&json).as_deref(), Some("7"));
    assert_eq!(checker(&["/a/b"]).key(&json), None);
    let by_id = checker(&["/id"]);
    let twice = by_id.duplicate(&by_id.uniqueness()[0], &json, Some(12));
    assert_eq!(short(std::slice::from_ref(&twice)), ["rule unique /id"]);
    assert_eq!(
        twice.message,
        "Id \"7\" appears twice: record 12 has it, too."
    );
}

#[test]
fn a_contract_that_cannot_be_used_says_why() {
    let fault = |spec: Spec| Checker::build(spec).err().expect("must not compile");
    let with_rule = |assert: &str| {
        fault(Spec {
            rules: vec![rule("R-9", assert, &[])],
            ..Spec::default()
        })
    };
    let unknown = with_rule("record.a == 1 && lowerASCII(record.b) == 'x'");
    assert_eq!(unknown.part, "R-9");
    assert_eq!(unknown.message, "lowerASCII() is not known");
    assert_eq!(unknown.position, Some(17));
    assert_eq!(unknown.hint.as_deref(), Some("did you mean lowerAscii()?"));

    let name = with_rule("stage == 'x'");
    assert_eq!(
        name.hint.as_deref(),
        Some("fields are written record.stage")
    );

    let syntax = with_rule("record.a == == 1");
    assert!(
        syntax.message.starts_with("the rule has a syntax error"),
        "{syntax:?}"
    );
    assert_eq!(syntax.position, Some(12), "{syntax:?}");

    let schema = |schema: Value| {
        fault(Spec {
            schema: Some(schema),
            ..Spec::default()
        })
    };
    assert!(schema(json!({"type": "strin"})).message.contains("/type"));
    assert!(schema(json!([])).message.contains("not a JSON object"));
    let remote = schema(json!({"$ref": "https://example.com/a.json"}));
    assert_eq!(
        remote.message,
        "the schema refers to https://example.com/a.json, which is not here"
    );
    assert!(
        schema(json!({"$ref": "a.json"}))
            .message
            .contains("refers to a.json")
    );
    assert!(
        schema(json!({"$ref": "#/$defs/x"}))
            .message
            .contains("leads nowhere")
    );
}

#[test]
fn local_references_are_followed() {
    let spec = |root: Value| Spec {
        schema: Some(root),
        references: BTreeMap::from([
            (
                "common/address.json".to_owned(),
                json!({"$ref": "../zip.json"}),
            ),
            ("zip.json".to_owned(), json!({"minLength": 5})),
            ("../up.json".to_owned(), json!({"maxLength": 5})),
        ]),
        ..Spec::default()
    };
    for id in [None, Some("https://example.com/schemas/customer.json")] {
        let mut root = json!({"properties": {"zip": {"$ref": "common/address.json"}}});
        if let Some(id) = id {
            root["$id"] = json!(id);
        } else {
            root["properties"]["up"] = json!({"$ref": "../up.json"});
        }
        let problems = document(spec(root), &json!({"zip": "1", "up": "123"}));
        assert_eq!(short(&problems), ["schema minLength /zip"], "{id:?}");
    }
}

#[test]
fn without_a_schema_rules_and_nothing_else_are_checked() {
    let spec = Spec {
        rules: vec![rule("R", "record.a != 'x'", &["/a"])],
        ..Spec::default()
    };
    assert_eq!(csv(spec.clone(), "a,b", "y,"), []);
    assert_eq!(short(&csv(spec, "a,b", "x,")), ["rule R /a"]);
}
