//! Fixing one problem never reveals what could have been known before: all stages are told at once.

use std::{collections::BTreeSet, path::Path as FilePath, sync::LazyLock};

use proptest::{prelude::*, sample::Index};
use redrive::{
    contract::{self, Contract},
    demo,
    model::{Form, Layout, Stage},
    row::Row,
    store::ContractText,
};

/// The customers of the example, cell by cell.
struct Customers {
    contract: Contract,
    layout: Layout,
    columns: Vec<String>,
    /// For each column, what stands in it anywhere, and what stands in it where nothing is wrong.
    cells: Vec<(Vec<String>, Vec<String>)>,
}

static CUSTOMERS: LazyLock<Customers> = LazyLock::new(|| {
    let contract = contract::restore(&ContractText {
        name: "customers".to_owned(),
        text: demo::CONTRACT.to_owned(),
        files: vec![("customer.schema.json".to_owned(), demo::SCHEMA.to_owned())],
        path: FilePath::new("contract.toml").to_owned(),
    })
    .unwrap();
    let mut lines = demo::lines(4_000, 7);
    let header = String::from_utf8(lines.next().unwrap().bytes).unwrap();
    let columns: Vec<String> = header.trim_end().split(',').map(str::to_owned).collect();
    let layout = Layout::Csv {
        columns: columns.clone(),
        delimiter: ',',
    };
    let mut cells = vec![(Vec::new(), Vec::new()); columns.len()];
    for line in lines {
        let Ok(Row::Cells(row)) = Row::read(&layout, Form::Csv, &line.bytes) else {
            continue;
        };
        for (n, (any, good)) in cells.iter_mut().enumerate() {
            any.push(row.get(n).into_owned());
            if line.defects.is_empty() {
                good.push(row.get(n).into_owned());
            }
        }
    }
    Customers {
        contract,
        layout,
        columns,
        cells,
    }
});

/// What a check tells of a record: each problem, and the rules it could not reach.
#[derive(Debug)]
struct Told {
    problems: BTreeSet<(Stage, String, String, String)>,
    not_reached: Vec<String>,
}

impl Customers {
    fn tell(&self, cells: &[String]) -> Told {
        let quoted: Vec<String> = cells
            .iter()
            .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")))
            .collect();
        let line = quoted.join(",");
        let row = Row::read(&self.layout, Form::Csv, line.as_bytes()).unwrap();
        let mut problems = Vec::new();
        self.contract.checker.check(&row, &mut problems).unwrap();
        Told {
            problems: problems
                .into_iter()
                .map(|one| (one.stage, one.code, one.detail, one.path.to_string()))
                .collect(),
            not_reached: self.contract.checker.not_reached(&row).unwrap(),
        }
    }

    fn column_of(&self, path: &str) -> Option<usize> {
        let name = path.strip_prefix('/')?;
        self.columns.iter().position(|column| column == name)
    }
}

/// Whether a rule of the example looks at a field. A value that is right in itself can still break such a rule, and nobody
/// could know before which value it would be.
fn looks_at(rule: &str, field: &str) -> bool {
    let fields: &[&str] = match rule {
        "RULE-101" => &["/stage", "/deal_value"],
        "RULE-102" => &["/close_date", "/created_at"],
        "RULE-103" => &["/country", "/state"],
        _ => &[],
    };
    fields.contains(&field)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn fixing_one_problem_reveals_nothing_that_could_have_been_known(
        cells in prop::collection::vec((any::<Index>(), prop::bool::weighted(0.4)), 64),
        cure in any::<Index>(),
    ) {
        let customers = &*CUSTOMERS;
        let row: Vec<String> = customers
            .cells
            .iter()
            .zip(&cells)
            .map(|((any, good), (index, is_any))| index.get(if *is_any { any } else { good }).clone())
            .collect();
        let before = customers.tell(&row);
        for (stage, code, _, path) in &before.problems {
            let (Stage::Schema, Some(column)) = (*stage, customers.column_of(path)) else {
                continue;
            };
            let mut fixed = row.clone();
            fixed[column].clone_from(cure.get(&customers.cells[column].1));
            let after = customers.tell(&fixed);
            prop_assert!(
                !after.problems.iter().any(|one| one.0 == Stage::Schema && one.3 == *path),
                "{path} is not fixed with {:?}", fixed[column]
            );
            for new in after.problems.difference(&before.problems) {
                let was_told = before.not_reached.contains(&new.1);
                prop_assert!(
                    new.0 == Stage::Rule && (was_told || looks_at(&new.1, path)),
                    "fixing {code} at {path} revealed {new:?}; told before: {before:?}"
                );
            }
            // A rule that is still not reached was not reached before.
            for rule in &after.not_reached {
                prop_assert!(
                    before.not_reached.contains(rule) || looks_at(rule, path),
                    "{rule} was reached before {path} was fixed: {before:?}"
                );
            }
        }
    }
}

#[test]
fn what_a_rule_says_is_known_while_another_field_is_wrong() {
    let customers = &*CUSTOMERS;
    let mut row: Vec<String> = (customers.cells.iter())
        .map(|(_, good)| good[0].clone())
        .collect();
    let mut set = |name: &str, text: &str| {
        let column = customers.column_of(&format!("/{name}")).unwrap();
        row[column] = text.to_owned();
    };
    set("stage", "Closed Lost");
    set("deal_value", "10.5");
    set("email", "nobody");
    set("created_at", "yesterday");
    set("close_date", "2024-01-01");
    let told = customers.tell(&row);
    let codes: Vec<&str> = told.problems.iter().map(|one| one.1.as_str()).collect();
    assert_eq!(codes, ["format", "format", "RULE-101"]);
    assert_eq!(told.not_reached, ["RULE-102"]);
}
