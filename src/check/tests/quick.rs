//! The shorter ways over cells say what the whole document would.

use super::*;

/// What the quick look says, beside what the long way says.
fn both_ways(checker: &Checker, row: &Row<'_>) -> (bool, Vec<Problem>) {
    let Row::Cells(cells) = row else {
        panic!("a row of cells");
    };
    checker.with_columns(cells, |columns| {
        let quick = columns.are_sure(cells) && checker.rules.all_pass(cells, columns, checker);
        let (mut problems, mut doubtful) = (Vec::new(), Vec::new());
        checker
            .check_document(&document_of(cells, columns), &mut problems)
            .unwrap();
        if checker
            .check_doubtful(cells, columns, &mut doubtful)
            .unwrap()
        {
            assert_eq!(doubtful, problems, "{}", cells.text());
        }
        (quick, problems)
    })
}

fn document_of(cells: &Cells<'_>, columns: &Columns) -> Value {
    crate::check::document(cells, columns)
}

#[test]
fn the_quick_look_never_passes_what_the_long_way_rejects() {
    let values: [&[&str]; 8] = [
        &["C-001", "C-1", "", " C-001"],
        &["a@b.de", "a@b", "", "a b@c.de", "mailto:a@b.de"],
        &["Open", "Closed Lost", "open", "", "Closed Won"],
        &[
            "0",
            "0.00",
            "10",
            "10.50",
            "1e2",
            "-1",
            "x",
            "",
            "123456789012345678901234567890",
        ],
        &[
            "2024-03-09T23:30:00+02:00",
            "2024-03-09",
            "",
            "2024-03-09T23:59:60Z",
            "2024-03-09t00:00:00z",
        ],
        &["2024-03-09", "", "2024-03-08", "2024-02-30"],
        &["3", "", "0", "3.0", "03", "99999999999999999999"],
        &["true", "false", "", "TRUE", "1"],
    ];
    let rules = vec![
        rule(
            "R-1",
            "record.stage != 'Closed Lost' || record.deal_value <= 0.0",
            &["/deal_value"],
        ),
        rule(
            "R-2",
            "!has(record.close_date) || date(record.close_date) >= date(record.created_at)",
            &[],
        ),
        rule(
            "R-3",
            "!(record.stage in ['Closed Won']) || (has(record.staff) && record.staff > 2)",
            &[],
        ),
        rule(
            "R-4",
            "record.active == true || record.stage == 'Open' || record.staff < 5",
            &[],
        ),
        rule("R-5", "record.id.startsWith('C') && size(record) >= 4", &[]),
        rule(
            "R-6",
            "record.deal_value == 0 || record.deal_value > 0",
            &[],
        ),
    ];
    for empty_is_missing in [true, false] {
        let checker = Checker::build(Spec {
            rules: rules.clone(),
            empty_is_missing,
            ..flat()
        })
        .unwrap();
        let layout = Layout::Csv {
            columns: COLUMNS.split(',').map(str::to_owned).collect(),
            delimiter: ',',
        };
        // A small generator of our own: each row takes another mix of the values, mostly the good first ones.
        let mut state = 17_u64;
        let mut passed = 0;
        for _ in 0..6_000 {
            let cells: Vec<&str> = values
                .iter()
                .map(|all| {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    let draw = (state >> 33) as usize;
                    if draw.is_multiple_of(4) {
                        all[(draw / 4) % all.len()]
                    } else {
                        all[0]
                    }
                })
                .collect();
            let line = cells.join(",");
            let row = Row::read(&layout, Form::Csv, line.as_bytes()).unwrap();
            let (quick, problems) = both_ways(&checker, &row);
            assert!(!quick || problems.is_empty(), "{line}: {problems:?}");
            passed += u32::from(quick);
        }
        assert!(passed > 200, "{passed} rows passed the quick look");
    }
}

#[test]
fn the_quick_look_knows_good_rows() {
    let checker = Checker::build(flat()).unwrap();
    let layout = Layout::Csv {
        columns: COLUMNS.split(',').map(str::to_owned).collect(),
        delimiter: ',',
    };
    for line in [
        GOOD,
        "C-001,a@b.de,Closed Lost,0,,,,",
        "C-001,a@b.de,Open,\"10\",,,,false",
    ] {
        let row = Row::read(&layout, Form::Csv, line.as_bytes()).unwrap();
        assert_eq!(both_ways(&checker, &row), (true, vec![]), "{line}");
    }
}

#[test]
fn rules_say_the_same_over_cells_and_over_a_document() {
    let asserts = [
        "record.deal_value * 2.0 > 15.0",
        "record.deal_value == 10",
        "record.deal_value < 10",
        "record.staff in [3, 4]",
        "record.staff == 3.0",
        "record.active",
        "record.active == true",
        "!has(record.close_date)",
        "record.close_date == null",
        "record.contact_email.endsWith('de') && size(record.stage) == 4",
        "record.contact_email > 'a'",
        "date(record.created_at) == date(record.close_date)",
        "timestamp(record.created_at) > timestamp('2024-03-09T21:00:00Z')",
        "size(record) == 8",
        "'stage' in record",
        "record.deal_value > 'x'",
        "record.deal_value != 'x'",
        "record.staff == 1 || record.active",
        "record.staff == 1 && !record.active",
        "record['stage'] == 'Open' ? true : false",
    ];
    let lines = [
        GOOD,
        "C-001,a@b.de,Open,9.99,2024-03-09T00:00:00Z,,4,false",
        "C-001,a@b.de,Open,7,,,,",
    ];
    for assert in asserts {
        let checker = Checker::build(Spec {
            rules: vec![rule("R", assert, &[])],
            ..flat()
        })
        .unwrap();
        for line in lines {
            let layout = Layout::Csv {
                columns: COLUMNS.split(',').map(str::to_owned).collect(),
                delimiter: ',',
            };
            let row = Row::read(&layout, Form::Csv, line.as_bytes()).unwrap();
            let (quick, problems) = both_ways(&checker, &row);
            assert_eq!(
                quick,
                problems.is_empty(),
                "{assert} on {line}: {problems:?}"
            );
        }
    }
}

#[test]
fn a_record_as_json_text_has_the_digits_it_came_with() {
    let checker = Checker::build(flat()).unwrap();
    let layout = Layout::Csv {
        columns: ["staff", "deal_value", "id"].map(str::to_owned).to_vec(),
        delimiter: ',',
    };
    let check = |layout: &Layout, form: Form, text: &str, expected: &str| {
        let row = Row::read(layout, form, text.as_bytes()).unwrap();
        assert_eq!(checker.json_text(&row), expected);
    };
    let csv = |line: &str, expected: &str| check(&layout, Form::Csv, line, expected);
    csv(
        "123456789012345678901234567890,1E2,007",
        r#"{"staff":123456789012345678901234567890,"deal_value":1E2,"id":"007"}"#,
    );
    csv("-0,1.10,", r#"{"staff":-0,"deal_value":1.10}"#);
    csv(
        "1e3,1E400,1",
        r#"{"staff":"1e3","deal_value":1E400,"id":"1"}"#,
    );
    check(
        &Layout::Json,
        Form::Json,
        "{\"z\": [1e2,\n 1.0], \"a\": \"\\u00fc\"}",
        r#"{"z":[1e2,1.0],"a":"ü"}"#,
    );
}
