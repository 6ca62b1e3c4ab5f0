//! What is known about the columns of one CSV layout: how cells become values, and which are surely valid.

use std::{borrow::Cow, collections::HashMap};

use serde_json::{Map, Value};

use super::{
    Checker,
    sure::{Test, fraction, is_note, whole},
    tree::{Seen, Tree},
};
use crate::{
    model::{Path, Wants},
    row::{
        cells::Cells,
        coerce::{coerce, keeps_text},
    },
};

/// What is wanted in each column of one layout, worked out once.
#[derive(Debug)]
pub(super) struct Columns {
    pub names: Vec<String>,
    wants: Vec<Wants>,
    by_name: HashMap<String, usize>,
    empty_is_missing: bool,
    coerce: bool,
    /// A test for each column; `None` where the schema is more than a list of properties.
    tests: Option<Vec<Cell>>,
    /// A tree for each rule that is simple enough.
    pub trees: Vec<Option<Tree>>,
}

/// What the quick look leaves open about a row.
pub(super) struct Doubtful<'c> {
    /// The typed values of the cells that are not surely valid.
    pub fields: Map<String, Value>,
    /// Required columns where nothing stands.
    pub missing: Vec<&'c str>,
}

#[derive(Debug)]
struct Cell {
    test: Test,
    required: bool,
}

impl Columns {
    pub fn new(names: &[String], checker: &Checker) -> Self {
        let mut columns = Self {
            names: names.to_vec(),
            wants: names
                .iter()
                .map(|name| checker.wants(&Path::field(name)))
                .collect(),
            by_name: names
                .iter()
                .enumerate()
                .map(|(at, name)| (name.clone(), at))
                .collect(),
            empty_is_missing: checker.empty_is_missing,
            coerce: checker.coerce,
            tests: None,
            trees: Vec::new(),
        };
        // A name that stands twice makes one field of two cells, which is left to the document.
        if columns.by_name.len() == names.len() {
            columns.tests = tests(names, checker);
            columns.trees = checker.rules.trees(&columns);
        }
        columns
    }

    /// The position of a column; the last one where a name stands twice.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The text of a cell; `None` where an empty cell means that nothing stands there.
    pub fn text<'a>(&self, cells: &Cells<'a>, column: usize) -> Option<Cow<'a, str>> {
        let text = cells.get(column);
        (!(text.is_empty() && self.empty_is_missing)).then_some(text)
    }

    /// The typed value of a cell; `None` where nothing stands there.
    pub fn value(&self, cells: &Cells<'_>, column: usize) -> Option<Value> {
        let text = self.text(cells, column)?;
        let typed = self
            .coerce
            .then(|| coerce(&text, &self.wants[column]))
            .flatten();
        Some(typed.unwrap_or_else(|| Value::String(text.into_owned())))
    }

    /// The typed value of a cell without a document; `None` where nothing stands there or where its kind is in doubt.
    pub fn seen<'a>(&self, cells: &Cells<'a>, column: usize) -> Option<Seen<'a>> {
        let text = self.text(cells, column)?;
        let wants = &self.wants[column];
        if !self.coerce || keeps_text(wants) {
            return Some(Seen::Text(text));
        }
        if wants.null && matches!(&*text, "" | "null") {
            return Some(Seen::Null);
        }
        if wants.boolean && matches!(&*text, "true" | "false") {
            return Some(Seen::Flag(text == "true"));
        }
        if wants.number {
            return fraction(&text).map(Seen::Fraction);
        }
        if wants.integer {
            return whole(&text).map(Seen::Whole);
        }
        None
    }

    /// Whether a row passes a rule, by the rule's place in the contract; `None` where only the interpreter knows.
    pub fn passes(&self, cells: &Cells<'_>, rule: usize) -> Option<bool> {
        let tree = self.trees.get(rule).and_then(Option::as_ref)?;
        tree.evaluate(self, cells)
    }

    /// Whether the schema surely finds nothing in this row.
    pub fn are_sure(&self, cells: &Cells<'_>) -> bool {
        let Some(tests) = &self.tests else {
            return false;
        };
        let is_sure = |(column, cell): (usize, &Cell)| match self.text(cells, column) {
            Some(text) => cell.test.is_sure(&text),
            None => !cell.required,
        };
        tests.iter().enumerate().all(is_sure)
    }

    /// The part of a row that the validator must see; `None` where that is the whole row.
    pub fn doubtful(&self, cells: &Cells<'_>) -> Option<Doubtful<'_>> {
        let mut doubtful = Doubtful {
            fields: Map::new(),
            missing: Vec::new(),
        };
        for (column, cell) in self.tests.as_ref()?.iter().enumerate() {
            match self.text(cells, column) {
                Some(text) if cell.test.is_sure(&text) => {}
                Some(_) => {
                    let value = self.value(cells, column)?;
                    // A rule may look into it, and a cell has no parts.
                    if value.is_array() || value.is_object() {
                        return None;
                    }
                    doubtful.fields.insert(self.names[column].clone(), value);
                }
                None if cell.required => doubtful.missing.push(&self.names[column]),
                None => {}
            }
        }
        Some(doubtful)
    }
}

/// The tests of all columns. A schema that says more than which properties there are is left to the validator.
fn tests(names: &[String], checker: &Checker) -> Option<Vec<Cell>> {
    let Some(schema) = &checker.schema else {
        let any = |_| Cell {
            test: Test::Any,
            required: false,
        };
        return Some(names.iter().map(any).collect());
    };
    let root = schema.root().as_object()?;
    let known = |key: &str| {
        matches!(
            key,
            "type"
                | "properties"
                | "required"
                | "additionalProperties"
                | "$defs"
                | "definitions"
                | "$schema"
                | "$id"
        ) || is_note(key)
    };
    if !root.keys().all(|key| known(key)) || root.get("type").is_some_and(|kind| kind != "object") {
        return None;
    }
    let extra = match root.get("additionalProperties") {
        None | Some(Value::Bool(true)) => true,
        Some(Value::Bool(false)) => false,
        Some(_) => return None,
    };
    let properties = match root.get("properties") {
        None => None,
        Some(properties) => Some(properties.as_object()?),
    };
    let mut required = Vec::new();
    for name in root
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let name = name.as_str()?;
        // A field that no column can fill is missing in every row.
        if !names.iter().any(|column| column == name) {
            return None;
        }
        required.push(name);
    }
    let cell = |name: &String| Cell {
        test: match properties.and_then(|all| all.get(name)) {
            Some(property) => Test::of(property, schema.root(), schema.formats, checker.coerce),
            None if extra => Test::Any,
            None => Test::Ask,
        },
        required: required.contains(&name.as_str()),
    };
    Some(names.iter().map(cell).collect())
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};
    use serde_json::json;

    use super::*;
    use crate::{
        check::{Rule, Spec, document},
        model::{Form, Layout, Problem, Stage},
        row::Row,
    };

    /// Schemas of one field in every spelling that decides what its text becomes.
    fn properties() -> impl Strategy<Value = Value> {
        let one = || {
            select(vec![
                json!({"type": "string"}),
                json!({"type": "string", "maxLength": 2}),
                json!({"type": "integer"}),
                json!({"type": "integer", "minimum": -2, "maximum": 20}),
                json!({"type": "number"}),
                json!({"type": "number", "exclusiveMinimum": 0, "maximum": 100}),
                json!({"type": "boolean"}),
                json!({"type": "null"}),
                json!({"type": "array", "items": {"type": "integer"}}),
                json!({"type": "object", "required": ["a"]}),
                json!({"type": ["integer", "null"]}),
                json!({"type": ["boolean", "number"]}),
                json!({"type": ["string", "integer"]}),
                json!({"enum": [1, 2, 3]}),
                json!({"enum": [1.0, 2.5, null]}),
                json!({"enum": ["a", "1"]}),
                json!({"enum": ["a", 1, true]}),
                json!({"const": 7}),
                json!({"const": true}),
                json!({"const": null}),
                json!({"multipleOf": 0.1}),
                json!({"type": "number", "multipleOf": 0.01}),
                json!({"$ref": "#/$defs/Whole"}),
                json!({"$ref": "#/$defs/Stage"}),
                json!({}),
                json!(true),
            ])
        };
        prop_oneof![
            4 => one(),
            1 => (one(), one()).prop_map(|(a, b)| json!({"anyOf": [a, b]})),
            1 => (one(), one()).prop_map(|(a, b)| json!({"oneOf": [a, b], "title": "X"})),
            1 => (one(), one()).prop_map(|(a, b)| json!({"allOf": [a, b]})),
            2 => one().prop_map(|a| json!({"anyOf": [a, {"type": "null"}], "default": null})),
            1 => one().prop_map(|a| json!({"not": a})),
        ]
    }

    const TEXTS: [&str; 35] = [
        "",
        "null",
        "true",
        "false",
        "TRUE",
        "yes",
        "a",
        "b",
        "0",
        "1",
        "2",
        "2.5",
        "7",
        "007",
        "1.0",
        "1.10",
        "-0",
        "1e2",
        "1E2",
        "1e400",
        "-1E-400",
        "0.1",
        "0.30000000000000004",
        "100",
        "100.00000000000000000001",
        "12,5",
        " 1",
        "[]",
        "[1]",
        "[1.0, 2]",
        "[\"a\"]",
        "{}",
        "{\"a\":1}",
        "[",
        "123456789012345678901234567890",
    ];

    fn odd_text() -> impl Strategy<Value = String> {
        prop_oneof![
            "-?[0-9]{1,20}(\\.[0-9]{1,4})?([eE][+-]?[0-9]{1,3})?",
            "[a-z0-9 .,+-]{0,4}",
        ]
    }

    const RULES: [&str; 12] = [
        "true",
        "has(record.x)",
        "record.x == null || record.x != 1",
        "!has(record.x) || record.x >= 1",
        "record.x in [1, 'a', true]",
        "size(record) == 2",
        "record.x == null",
        "!has(record.x) || record.x != null",
        "record.x == 'null' || record.x == ''",
        "!has(record.x) || size(record.x) > 1",
        "record.x == [1]",
        "record.x == true || record.x == 'true'",
    ];

    fn rule(assert: &str) -> Rule {
        Rule {
            id: assert.to_owned(),
            assert: assert.to_owned(),
            ..Rule::default()
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(80))]
        #[test]
        fn the_short_ways_find_what_the_whole_document_shows(
            property in properties(),
            required in any::<bool>(),
            odd in proptest::collection::vec(odd_text(), 5),
            empty_is_missing in any::<bool>(),
            coerce in prop::bool::weighted(0.9),
        ) {
            let schema = json!({
                "type": "object",
                "properties": {"x": property},
                "required": if required { vec!["x"] } else { Vec::new() },
                "$defs": {"Whole": {"type": "integer", "minimum": 0}, "Stage": {"enum": ["a", "b"]}},
            });
            let checker = Checker::build(Spec {
                schema: Some(schema),
                formats: true,
                rules: RULES.iter().map(|rule| self::rule(rule)).collect(),
                empty_is_missing,
                coerce,
                ..Spec::default()
            })
            .unwrap();
            for text in TEXTS.into_iter().chain(odd.iter().map(String::as_str)) {
                judge(&checker, text)?;
            }
        }
    }

    fn judge(checker: &Checker, text: &str) -> Result<(), TestCaseError> {
        let layout = Layout::Csv {
            columns: vec!["x".to_owned(), "y".to_owned()],
            delimiter: ',',
        };
        let line = format!("\"{}\",z", text.replace('"', "\"\""));
        let row = Row::read(&layout, Form::Csv, line.as_bytes()).unwrap();
        let Row::Cells(cells) = &row else {
            unreachable!()
        };
        let mut found = Vec::new();
        checker.check(&row, &mut found).unwrap();

        let columns = Columns::new(cells.columns, checker);
        let json = document(cells, &columns).to_string();
        let whole = Row::read(&Layout::Json, Form::Json, json.as_bytes()).unwrap();
        let mut expected = Vec::new();
        checker.check(&whole, &mut expected).unwrap();
        prop_assert_eq!(&found, &expected, "{}", json);

        let sure = columns.are_sure(cells);
        let by_schema = |problem: &Problem| problem.stage == Stage::Schema;
        prop_assert!(!sure || !expected.iter().any(by_schema), "{}", json);
        for (at, rule) in RULES.iter().enumerate() {
            // A rule over a field of the wrong kind is not reached, whatever it says.
            let kept = !expected.iter().any(|problem| problem.code == *rule);
            match columns.passes(cells, at) {
                Some(true) => prop_assert!(kept, "{} {}", rule, json),
                Some(false) => prop_assert!(!kept || !expected.is_empty(), "{} {}", rule, json),
                None => {}
            }
        }
        Ok(())
    }
}
