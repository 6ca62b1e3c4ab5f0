use serde_json::json;

use super::*;
use crate::{
    check::Formats,
    model::{Form, Layout},
};

fn fits() -> impl Fn(Format, &str) -> bool + 'static {
    let formats = Formats::build(Format::ALL.map(Format::word)).unwrap();
    move |format, text| formats.fits(format.word(), text)
}

const NAMES: Names<'static> = Names {
    name: "things",
    source: "things.csv",
    contract_file: "things.toml",
    schema_file: "things.schema.json",
    is_sample: false,
};

fn schema_of(survey: &Survey) -> Value {
    serde_json::from_str(&survey.draft(&NAMES).schema).unwrap()
}

fn table(columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Survey {
    let columns: Vec<String> = columns.iter().map(|&name| name.to_owned()).collect();
    let layout = Layout::Csv {
        columns: columns.clone(),
        delimiter: ',',
    };
    let mut survey = Survey::of_table(&columns, fits());
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")))
            .collect();
        let text = cells.join(",");
        survey.add(&Row::read(&layout, Form::Csv, text.as_bytes()).unwrap());
    }
    survey
}

/// One column of this name beside one that is always filled.
fn column(name: &str, cells: &[&str]) -> (Value, bool) {
    let rows = cells
        .iter()
        .map(|cell| vec!["x".to_owned(), (*cell).to_owned()]);
    let schema = schema_of(&table(&["other", name], rows));
    let required = schema["required"]
        .as_array()
        .unwrap()
        .contains(&json!(name));
    (schema["properties"][name].clone(), required)
}

fn documents(records: impl IntoIterator<Item = Value>) -> Survey {
    let mut survey = Survey::of_documents(fits());
    for record in records {
        let text = record.to_string();
        survey.add(&Row::read(&Layout::Json, Form::Json, text.as_bytes()).unwrap());
    }
    survey
}

#[test]
fn a_column_has_the_kind_that_nearly_all_cells_have() {
    let check = |name: &str, cells: &[&str], expected: Value, required: bool| {
        assert_eq!(
            column(name, cells),
            (expected, required),
            "{name}: {cells:?}"
        );
    };
    check("n", &["1", "2", "30"], json!({"type": "integer"}), true);
    check("n", &["1", "2.5", "30"], json!({"type": "number"}), true);
    check("n", &["true", "false"], json!({"type": "boolean"}), true);
    check("n", &["yes", "no"], json!({"type": "string"}), true);
    check("n", &["1", "x"], json!({"type": "string"}), true);
    // Zeros before a number mean something.
    check("n", &["01234", "50667"], json!({"type": "string"}), true);
    check(
        "phone",
        &["5551234", "5554321"],
        json!({"type": "string"}),
        true,
    );
    check(
        "postalCode",
        &["50667", "50668"],
        json!({"type": "string"}),
        true,
    );
    check("n", &["", ""], json!({"$comment": "always empty"}), false);
    check(
        "n",
        &["1", "", ""],
        json!({"type": "integer", "$comment": "1 of 3 (33.3 %) have it"}),
        false,
    );
    check(
        "n",
        &["123456789012345678901234567890"],
        json!({"type": "integer"}),
        true,
    );
}

#[test]
fn the_share_that_agrees_is_told_and_others_by_their_shape() {
    let mut cells = vec!["2024-01-31"; 19];
    cells.push("31/12/2025");
    let expected = json!({
        "type": "string",
        "format": "date",
        "$comment": "19 of 20 (95.0 %) have this format; others look like 99/99/9999",
    });
    assert_eq!(column("since", &cells), (expected, true));
    let mut cells = vec!["5"; 19];
    cells.push("1,200.50");
    let expected = json!({
        "type": "integer",
        "$comment": "19 of 20 (95.0 %) are whole numbers; others look like 9,999.99",
    });
    assert_eq!(column("n", &cells), (expected, true));
    // Half of them are no clear majority.
    let half = ["2024-01-31", "31/12/2025"];
    assert_eq!(column("since", &half).0, json!({"type": "string"}));
}

#[test]
fn formats_are_those_of_the_check() {
    let check = |text: &str, expected: Option<&str>| {
        let found = column("x", &[text]).0;
        assert_eq!(found["format"].as_str(), expected, "{text}");
    };
    check("2024-02-29", Some("date"));
    check("2023-02-29", None);
    check("2024-01-31T10:00:00Z", Some("date-time"));
    check("2024-01-31 10:00", None);
    check("ada@example.com", Some("email"));
    check("0f8fad5b-d9cb-469f-a165-70867728950e", Some("uuid"));
    check("https://example.com/a?b", Some("uri"));
    check("note:this", None);
    check("192.0.2.1", Some("ipv4"));
    check("2001:db8::1", Some("ipv6"));
    check("14:30:00Z", Some("time"));
    check("Ada", None);
}

#[test]
fn a_quick_no_to_a_format_is_never_wrong() {
    let fits = fits();
    let texts = [
        "2024-02-29",
        "2024-01-31T10:00:00Z",
        "2024-01-31t10:00:00.123456+01:00",
        "a@b",
        "a@b.example",
        "\"a b\"@example.com",
        "user@[192.0.2.1]",
        "0F8FAD5B-D9CB-469F-A165-70867728950E",
        "urn:x:y",
        "a:",
        "http://a",
        "1.2.3.4",
        "255.255.255.255",
        "::",
        "::1",
        "1::",
        "::ffff:192.0.2.1",
        "00:00:00Z",
        "23:59:60Z",
        "08:30:06.283185+00:20",
    ];
    for text in texts {
        for format in Format::ALL {
            assert!(
                format.is_likely(text) || !fits(format, text),
                "{text} is {format:?}"
            );
        }
    }
}

#[test]
fn numbers_that_are_never_negative_have_a_limit() {
    let numbers = |last: &str| {
        let mut cells = vec!["7"; 199];
        cells.push(last);
        column("n", &cells).0
    };
    assert_eq!(numbers("8"), json!({"type": "integer", "minimum": 0}));
    let expected = json!({
        "type": "integer", "minimum": 0,
        "$comment": "199 of 200 (99.5 %) are 0 or more",
    });
    assert_eq!(numbers("-8"), expected);
    assert_eq!(column("n", &["1", "2"]).0, json!({"type": "integer"}));
}

#[test]
fn the_key_is_a_field_that_tells_records_apart() {
    let key = |columns: &[&str], rows: &[&[&str]]| {
        let rows = rows
            .iter()
            .map(|row| row.iter().map(|&cell| cell.to_owned()).collect());
        let draft = table(columns, rows).draft(&NAMES);
        draft.key.map(|path| path.as_str().to_owned())
    };
    let two: &[&[&str]] = &[&["1", "a"], &["2", "a"]];
    assert_eq!(
        key(&["customer_id", "name"], two).as_deref(),
        Some("/customer_id")
    );
    assert_eq!(key(&["width", "name_id"], two), None);
    assert_eq!(key(&["a/b id", "x"], two).as_deref(), Some("/a~1b id"));
    // An e-mail address is suggested for [[unique]], and never the key.
    assert_eq!(key(&["email", "name"], two), None);
}

#[test]
fn nested_fields_and_lists_are_drafted() {
    let record = |n: u64| {
        json!({
            "id": n,
            "address": {"city": format!("c{n}"), "zip": if n == 3 { Value::Null } else { json!("12345") }},
            "lines": [{"qty": n, "note": ""}, {"qty": 2.5}],
            "tags": [],
            "mixed": if n.is_multiple_of(2) { json!("x") } else { json!(1) },
            "gone": null,
        })
    };
    let schema = schema_of(&documents((0..10).map(record)));
    let expected = json!({
        "id": {"type": "integer"},
        "address": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "pattern": "^c[0-9]$"},
                "zip": {"type": ["string", "null"], "$comment": "9 of 10 (90.0 %) have it"},
            },
            "required": ["city"],
        },
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "qty": {"type": "number", "minimum": 0},
                    "note": {"$comment": "always empty"},
                },
                "required": ["qty"],
            },
        },
        "tags": {"type": "array"},
        "mixed": {"type": ["string", "number"], "$comment": "2 different kinds of values"},
        "gone": {"$comment": "always empty"},
    });
    assert_eq!(schema["properties"], expected, "{schema:#}");
    assert_eq!(
        schema["required"],
        json!(["id", "address", "lines", "tags", "mixed"])
    );
}

#[test]
fn empty_text_in_json_stays_possible_where_it_was_seen_often() {
    let record = |n: u64| {
        json!({
            "since": if n.is_multiple_of(4) { "" } else { "2024-01-31" },
            "stage": if n.is_multiple_of(4) { "" } else { "Won" },
            "name": format!("Ann {}", "B".repeat(n as usize)),
        })
    };
    let schema = schema_of(&documents((0..40).map(record)));
    let since = json!({
        "anyOf": [{"type": "string", "format": "date"}, {"const": ""}],
        "$comment": "30 of 40 (75.0 %) have it",
    });
    assert_eq!(schema["properties"]["since"], since);
    assert_eq!(schema["properties"]["stage"]["enum"], json!(["Won", ""]));
    assert_eq!(
        schema["properties"]["name"],
        json!({"type": "string", "minLength": 1})
    );
}

#[test]
fn names_that_are_data_are_no_fields() {
    let records = (0..100).map(|n| json!({"id": n, "prices": {(format!("2024-{n}")): n}}));
    let schema = schema_of(&documents(records));
    let expected = json!({
        "type": "object",
        "$comment": "100 different names in 100 objects: names that are data",
    });
    assert_eq!(schema["properties"]["prices"], expected);
}

#[test]
fn the_contract_is_toml_whatever_the_names_are() {
    let columns = [
        "id",
        "a\"b",
        "c\nd = 1",
        "e/f~g",
        "\u{7f}\u{202e}",
        "日本",
        "'''",
        "\"\"\"",
    ];
    let row = |n: u64| columns.iter().map(|_| n.to_string()).collect();
    let draft = table(&columns, (0..3).map(row)).draft(&Names {
        name: "it's \"odd\"\n",
        source: "x\n[[rule]]",
        ..NAMES
    });
    let contract: toml::Table = draft.contract.parse().unwrap();
    assert_eq!(contract["name"].as_str(), Some("it's \"odd\"\n"));
    assert_eq!(contract["key"], toml::Value::from(vec!["/id"]));
    let tables: Vec<&String> = contract.keys().collect();
    assert_eq!(tables, ["input", "key", "name", "schema"]);
    // The examples are TOML, too.
    let plain: String = (draft.contract.lines())
        .filter_map(|line| match line.strip_prefix("# ") {
            Some(example)
                if example.starts_with('[')
                    || !example.starts_with(' ') && example.contains(" = ") =>
            {
                Some(example)
            }
            Some(_) => None,
            None => Some(line),
        })
        .collect::<Vec<_>>()
        .join("\n");
    let all: toml::Table = plain
        .parse()
        .unwrap_or_else(|error| panic!("{error}: {plain}"));
    assert!(
        ["rule", "unique", "validator", "destination"]
            .iter()
            .all(|part| all.contains_key(*part))
    );
}

#[test]
fn a_wide_table_takes_little_memory() {
    let names: Vec<String> = (0..10_000).map(|n| format!("column {n}")).collect();
    let columns: Vec<&str> = names.iter().map(String::as_str).collect();
    let row = |n: u64| {
        names
            .iter()
            .enumerate()
            .map(|(at, _)| format!("text {n} {at}"))
            .collect()
    };
    let survey = table(&columns, (0..30).map(row));
    let remembered = survey
        .root
        .all
        .iter()
        .map(|field| field.words.len() + field.shapes.len());
    assert!(remembered.max().unwrap() <= 24 * 3);
    assert_eq!(survey.draft(&NAMES).fields, 10_000);
}
