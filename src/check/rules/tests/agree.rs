//! The tree and the interpreter agree, whatever the expression.

use super::*;

/// Cells, literals and fields of all kinds.
fn term() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec!["n", "i", "t", "u", "b", "nil", "day", "end"])
            .prop_map(|name| format!("record.{name}")),
        prop::sample::select(vec![
            "0",
            "1",
            "10",
            "-3",
            "10.5",
            "1.0",
            "9007199254740993",
            "9007199254740992.0",
            "''",
            "'a'",
            "'10'",
            "'2024-01-02'",
            "true",
            "false",
            "null",
            "5u"
        ])
        .prop_map(str::to_owned),
        prop::sample::select(vec!["day", "end", "t"])
            .prop_map(|name| format!("date(record.{name})")),
    ]
}

fn expression() -> impl Strategy<Value = String> {
    let simple = prop_oneof![
        4 => (term(), prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]), term())
            .prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
        1 => (term(), prop::collection::vec(term(), 0..3))
            .prop_map(|(one, all)| format!("{one} in [{}]", all.join(", "))),
        1 => prop::sample::select(vec!["n", "t", "nil"]).prop_map(|name| format!("has(record.{name})")),
        1 => Just("record.b".to_owned()),
    ];
    simple.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} || {right})")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} && {right})")),
            inner.prop_map(|inner| format!("!({inner})")),
        ]
    })
}

fn line() -> impl Strategy<Value = String> {
    let pick = |values: &'static [&'static str]| prop::sample::select(values.to_vec());
    (
        pick(&[
            "",
            "0",
            "10",
            "10.0",
            "-3",
            "9007199254740993",
            "1e1",
            "x",
            "123456789012345678901234567890",
        ]),
        pick(&[
            "",
            "1",
            "10",
            "9007199254740993",
            "123456789012345678",
            "07",
            "1.0",
        ]),
        pick(&["", "a", "10", "2024-01-02", "null"]),
        pick(&["", "a", "b"]),
        pick(&["", "true", "false", "yes"]),
        pick(&["", "a"]),
        pick(&["", "2024-01-02", "2024-01-02T23:59:00Z", "soon"]),
        pick(&["2024-01-02", "2024-01-03", ""]),
    )
        .prop_map(|(n, i, t, u, b, null, day, end)| {
            format!("{n},{i},{t},{u},{b},{null},{day},{end}")
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_tree_says_yes_or_no_only_where_the_interpreter_does(assert in expression(), lines in prop::collection::vec(line(), 8)) {
        // Some make no sense, which is said at once.
        let Ok(checker) = checker(&assert, Some(schema())) else {
            return Ok(());
        };
        let layout = Layout::Csv {
            columns: "n,i,t,u,b,nil,day,end".split(',').map(str::to_owned).collect(),
            delimiter: ',',
        };
        for line in lines {
            let row = Row::read(&layout, Form::Csv, line.as_bytes()).unwrap();
            let Row::Cells(cells) = &row else { unreachable!() };
            checker.with_columns(cells, |columns| {
                let document = crate::check::document(cells, columns);
                let one = &checker.rules.all[0];
                let slow = checker.rules.context(Fields::Document(&document), &checker);
                let slow = one.evaluate(&slow, budget::MOST).unwrap();
                let lazy = checker.rules.context(Fields::Cells(cells, columns), &checker);
                let lazy = one.evaluate(&lazy, budget::MOST).unwrap();
                assert_eq!(lazy, slow, "{assert} on {line}");
                match columns.passes(cells, 0) {
                    Some(true) => assert_eq!(slow, Outcome::Pass, "{assert} on {line}"),
                    Some(false) => assert_eq!(slow, Outcome::Violated, "{assert} on {line}"),
                    None => {}
                }
            });
        }
    }
}
