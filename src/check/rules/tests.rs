mod agree;
mod mistakes;

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::json;

use super::super::Spec;
use super::*;
use crate::{
    model::{Form, Layout},
    row::Row,
};

/// Fields of every kind, at every depth.
fn schema() -> serde_json::Value {
    json!({
        "type": "object",
        "properties": {
            "n": {"type": "number"},
            "i": {"type": "integer"},
            "id": {"type": "integer"},
            "t": {"type": "string"},
            "u": {"type": "string"},
            "b": {"type": "boolean"},
            "nil": {"type": ["string", "null"]},
            "day": {"type": "string"},
            "end": {"type": "string"},
            "at": {"type": "string"},
            "list": {"type": "array", "items": {"type": "number"}},
            "whole": {"type": "array", "items": {"type": "integer"}},
            "a": {"type": "object", "properties": {"n": {"type": "number"}, "b": {"type": "object"}}},
            "lines": {"type": "array", "items": {"type": "object", "additionalProperties": false, "properties": {
                "qty": {"type": "number"}, "sku": {"type": "string"}}}},
            "any": {},
        },
        "additionalProperties": false,
    })
}

fn rule(id: &str, assert: &str) -> Rule {
    Rule {
        id: id.to_owned(),
        assert: assert.to_owned(),
        ..Rule::default()
    }
}

fn checker(assert: &str, schema: Option<serde_json::Value>) -> Result<Checker, SpecError> {
    Checker::build(Spec {
        schema,
        rules: vec![rule("R", assert)],
        empty_is_missing: true,
        coerce: true,
        ..Spec::default()
    })
}

/// What a rule says about a record in JSON: `pass`, `violated` or why it has no answer.
fn says(assert: &str, schema: Option<serde_json::Value>, record: &str) -> String {
    says_within(budget::MOST, assert, schema, record)
}

fn says_within(most: u64, assert: &str, schema: Option<serde_json::Value>, record: &str) -> String {
    let mut checker = checker(assert, schema).unwrap_or_else(|error| panic!("{assert}: {error:?}"));
    checker.rules.most = most;
    let row = Row::read(&Layout::Json, Form::Json, record.as_bytes()).unwrap();
    let mut problems = Vec::new();
    if let Err(runaway) = checker.check(&row, &mut problems) {
        return format!("runaway {}", runaway.part);
    }
    match problems.as_slice() {
        [] => "pass".to_owned(),
        [one] if one.stage == Stage::Rule && one.detail.is_empty() => "violated".to_owned(),
        [one] if one.stage == Stage::Rule => {
            let message = one.message.strip_prefix("Rule R could not be checked: ");
            message
                .unwrap_or(&one.message)
                .trim_end_matches('.')
                .to_owned()
        }
        other => panic!("{assert} on {record}: {other:?}"),
    }
}

/// Each line: an expression, a record, and what the rule says.
const TABLE: &str = r#"
record.n * 2 > 20.5                          | {"n": 10.5}            | pass
record.n * 2 == 20                           | {"n": 10}              | pass
record.n / 4 == 2.5                          | {"n": 10}              | pass
record.n / 4 == 2.5                          | {"n": 10.0}            | pass
record.i / 4 == 2.5                          | {"i": 10}              | pass
record.i / 4 == 2.5                          | {"i": 10.0}            | pass
record.any / 4 == 2.5                        | {"any": 10}            | pass
record.any / 4 == 2.5                        | {"any": 1e1}           | pass
record.i / 5 == 2                            | {"i": 10}              | pass
int(record.i / 4) == 2                       | {"i": 10}              | pass
record.i % 4 == 2                            | {"i": 10}              | pass
record.n % 4 == 2                            | {"n": 10}              | pass
record.n % 4 == 0.5                          | {"n": 8.5}             | pass
record.i / 0 == 1                            | {"i": 10}              | it divides by zero
record.n / 0 == 1                            | {"n": 10}              | it divides by zero
record.n % 0 == 1                            | {"n": 10}              | it divides by zero
-record.n < 0 && -record.i < 0               | {"n": 1, "i": 2}       | pass
1 + record.n + 2u == 4.5                     | {"n": 1.5}             | pass
record.n - record.i == 0.5                   | {"n": 1.5, "i": 1}     | pass
record.i * 9223372036854775807 > 0           | {"i": 2}               | a number is too large
record.n * 9223372036854775807 > 0           | {"n": 2}               | pass
record.n * 1e308 > 0                         | {"n": 1e10}            | a number is too large
type(record.n) == double                     | {"n": 10}              | pass
type(record.a.n) == double                   | {"a": {"n": 10}}       | pass
type(record.list[1]) == double               | {"list": [1.5, 10]}    | pass
type(record.lines[0].qty) == double          | {"lines": [{"qty": 3}]} | pass
type(record.whole[0]) == int                 | {"whole": [3.0]}       | pass
record.list.all(x, x / 4 >= 2.5)             | {"list": [10, 11]}     | pass
record.n == record.i                         | {"n": 10.0, "i": 10}   | pass
record.i == 10.0 && 10.0 == record.i         | {"i": 10}              | pass
record.n in [1, 10]                          | {"n": 10.0}            | pass
record.i in [1.0, 10.0, 3u]                  | {"i": 10}              | pass
record.n in record.whole                     | {"n": 2, "whole": [1, 2]} | pass
record.list == record.whole                  | {"list": [1, 2.0], "whole": [1, 2]} | pass
record.i < 10.5 && record.i > 9.5 && 9.5 < record.i | {"i": 10}       | pass
record.id == record.any                      | {"id": 123456789012345678901234567890, "any": 123456789012345678901234567891} | violated
record.id == record.any                      | {"id": 123456789012345678901234567890, "any": 123456789012345678901234567890} | pass
record.id < record.any                       | {"id": 123456789012345678901234567890, "any": 123456789012345678901234567891} | pass
record.id > 5 && 5 < record.id && record.id != 5 | {"id": 123456789012345678901234567890} | pass
record.n == record.any                       | {"n": 9007199254740993, "any": 9007199254740992} | violated
record.n == 9007199254740993                 | {"n": 9007199254740993} | pass
record.id == 9007199254740993.0              | {"id": 9007199254740993} | violated
record.id in record.any                      | {"id": 123456789012345678901234567890, "any": [123456789012345678901234567891]} | violated
record.id in record.any                      | {"id": 123456789012345678901234567890, "any": [1, 123456789012345678901234567890]} | pass
record.any == [123456789012345]              | {"any": [123456789012345]} | pass
record.id + 1 > 0                            | {"id": 123456789012345678901234567890} | a number is too large
record.n * 2 > 1e29                          | {"n": 123456789012345678901234567890} | pass
string(record.id).startsWith('12345')        | {"id": 123456789012345678901234567890} | pass
string(record.id) == '123456789012345678901234567890' | {"id": 123456789012345678901234567890} | pass
-record.id < 0                               | {"id": 123456789012345678901234567890} | pass
record.any == 1e308                          | {"any": 1e400}         | violated
record.any > 1                               | {"any": 1e400}         | pass
record.any > 0                               | {"any": 1e-400}        | pass
record.t + record.u == 'ab'                  | {"t": "a", "u": "b"}   | pass
record.whole + [4] == [1, 4]                 | {"whole": [1]}         | pass
record.t + record.i == 'a1'                  | {"t": "a", "i": 1}     | it compares values of different kinds
record.t * 2 == 4                            | {"t": "a"}             | it compares values of different kinds
record.t > record.i                          | {"t": "a", "i": 1}     | it compares values of different kinds
record.t == record.i                         | {"t": "1", "i": 1}     | violated
date(record.end) >= date(record.day)         | {"day": "2024-03-09T23:30:00+02:00", "end": "2024-03-09"} | pass
date(record.end) > date(record.day)          | {"day": "2024-03-09", "end": "2024-03-08"} | violated
date(record.end) == date(record.day) && date(record.end) <= date(record.day) | {"day": "2024-03-09", "end": "2024-03-09T01:00:00Z"} | pass
date(record.end) != date(record.day)         | {"day": "2024-03-09", "end": "2024-03-09"} | violated
date(record.end) - date(record.day) <= duration('72h') | {"day": "2024-02-28", "end": "2024-03-02"} | pass
date(record.end) - date(record.day) == duration('48h') | {"day": "2024-02-28", "end": "2024-03-01"} | pass
date(record.day) + duration('24h') == date(record.end) | {"day": "2024-02-28", "end": "2024-02-29"} | pass
date(record.day) + duration('36h') == date('2024-02-29') | {"day": "2024-02-28"} | pass
date(record.day) - duration('1h') == date('2024-02-27') | {"day": "2024-02-28"} | pass
date(record.day).getFullYear() == 2024 && date(record.day).getMonth() == 1 && date(record.day).getDate() == 28 | {"day": "2024-02-28"} | pass
date(record.day).getDayOfWeek() == 3 && date(record.day).getDayOfYear() == 58 | {"day": "2024-02-28"} | pass
string(date(record.at)) == '2024-01-01'      | {"at": "2024-01-01T00:30:00+01:00"} | pass
date(timestamp(record.at)) == date('2024-01-01') | {"at": "2024-01-01T00:30:00+01:00"} | pass
timestamp(record.at) < timestamp('2024-01-01T00:00:00Z') | {"at": "2024-01-01T00:30:00+01:00"} | pass
timestamp(record.at) - timestamp('2023-12-31T00:00:00Z') == duration('23h30m') | {"at": "2024-01-01T00:30:00+01:00"} | pass
timestamp(record.at) + duration('36h') > timestamp('2024-01-02T00:00:00Z') | {"at": "2024-01-01T00:30:00+01:00"} | pass
timestamp(record.at).getHours('UTC') == 23   | {"at": "2024-01-01T00:30:00+01:00"} | pass
duration(record.t) > duration('1h')          | {"t": "90m"}           | pass
date(record.day) > date('2024-01-01')        | {"day": "soon"}        | a value is no date
date(record.day) == record.any               | {"day": "2024-01-01", "any": "2024-01-01"} | it compares values of different kinds
date(record.day) == record.any               | {"day": "2024-01-01", "any": null} | violated
timestamp(record.at) > timestamp('2024-01-01T00:00:00Z') | {"at": "2024-01-01"} | timestamp() has no answer for this value
has(record.nil)                             | {"nil": null}         | pass
has(record.nil) && record.nil != null      | {"nil": null}         | violated
has(record.t)                                | {}                     | violated
record.t == 'x'                              | {}                     | t is not there
record.a.b == 1                              | {}                     | a is not there
record.a.b.c == 1                            | {"a": {"b": {}}}       | c is not there
has(record.a.b) && has(record.a.b.c)         | {"a": {}}              | violated
record.?t.orValue('none') == 'none'          | {}                     | pass
record.?a.?n.orValue(7) == 7                 | {"a": {}}              | pass
record.?n.hasValue()                         | {"n": 1}               | pass
record.t == 'x' || record.b                  | {"b": true}            | pass
record.t == 'x' && !record.b                 | {"b": true}            | violated
record.t == 'x' \|\| record.b                | {"b": false}           | t is not there
record.nil == 'x'                           | {"nil": null}         | violated
record.nil > 'x'                            | {"nil": null}         | it compares values of different kinds
record.t.contains('bc') && record.t.startsWith('a') && record.t.endsWith('d') | {"t": "abcd"} | pass
record.t.charAt(1) == 'ü' && size(record.t) == 3 && record.t.size() == 3 | {"t": "aüc"} | pass
record.t.indexOf('c') == 2 && record.t.indexOf('x') == -1 && record.t.indexOf('a', 1) == 3 | {"t": "aüca"} | pass
record.t.lastIndexOf('a') == 3 && record.t.lastIndexOf('a', 2) == 0 && record.t.lastIndexOf('') == 4 | {"t": "aüca"} | pass
record.t.indexOf('a', 9) == 1                | {"t": "aüca"}          | indexOf() has no answer for this value
record.t.lowerAscii() == 'abc' && record.t.upperAscii() == 'ABC' | {"t": "aBc"} | pass
record.t.trim() == 'x' && record.t.replace(' ', '') == 'x' && record.t.replace(' ', '-', 1) == '-x ' | {"t": " x "} | pass
record.t.split(',') == ['a', 'b', ''] && record.t.split(',', 2) == ['a', 'b,'] && record.t.split('', 2) == ['a', ',b,'] | {"t": "a,b,"} | pass
record.t.split('') == ['a', 'ü'] && record.t.split(',', 0) == []  | {"t": "aü"} | pass
record.t.substring(1) == 'üc' && record.t.substring(0, 2) == 'aü' | {"t": "aüc"} | pass
record.any.join('-') == 'a-b' && record.any.join() == 'ab' | {"any": ["a", "b"]} | pass
'%s has %d'.format([record.t, record.i]) == 'a has 3' | {"t": "a", "i": 3} | pass
record.t.reverse() == 'cüa' && strings.quote(record.t) == '"aüc"' | {"t": "aüc"} | pass
record.t.matches('^[a-c]+$') && matches(record.t, 'b') | {"t": "abc"} | pass
record.t.matches(record.u)                   | {"t": "abc", "u": "^a"} | pass
record.t.matches(record.u)                   | {"t": "abc", "u": "("} | matches() has no answer for this value
record.lines.map(l, l.qty) == [1, 2]         | {"lines": [{"qty": 1}, {"qty": 2.0}]} | pass
record.lines.filter(l, l.qty > 1).size() == 1 | {"lines": [{"qty": 1}, {"qty": 2}]} | pass
record.lines.exists_one(l, l.sku == 'x')     | {"lines": [{"sku": "x"}, {"sku": "x"}]} | violated
record.lines.map(l, l.qty > 1, l.sku).join() == 'b' | {"lines": [{"qty": 1, "sku": "a"}, {"qty": 2, "sku": "b"}]} | pass
record.lines.all(l, l.qty > 1)               | {"lines": [{"qty": 2}, {}]} | qty is not there
record.lines.all(l, l.qty > 1)               | {"lines": [{}, {"qty": 0}]} | violated
record.lines[3].qty == 1                     | {"lines": []}          | a list is too short
record['t'] == 'x' && 't' in record          | {"t": "x"}             | pass
record.b ? record.t == 'x' : record.t == 'y' | {"b": false, "t": "y"} | pass
record.any.k == 1 && record.any['k'] == 1.0 && 'k' in record.any | {"any": {"k": 1}} | pass
record.any == {'k': 1.0}                     | {"any": {"k": 1}}      | pass
"#;

#[test]
fn a_rule_says_the_same_whatever_the_spelling() {
    let (mut rows, mut failed) = (0, String::new());
    for line in TABLE.trim().lines() {
        // `||` belongs to the expressions.
        let mut parts = line.rsplitn(3, " | ").map(str::trim);
        let (expected, record) = (parts.next().unwrap(), parts.next().unwrap());
        let assert = parts.next().unwrap().replace("\\|", "|");
        let said = says(&assert, Some(schema()), record);
        if said != expected {
            let _ = writeln!(failed, "{assert} on {record}: {said}");
        }
        rows += 1;
    }
    assert!(failed.is_empty(), "{failed}");
    assert!(rows > 60, "{rows}");
}

#[test]
fn numbers_need_no_schema_to_be_one_kind() {
    for (assert, record) in [
        ("record.x / 4 == 2.5", r#"{"x": 10}"#),
        ("record.x / 4 == 2.5", r#"{"x": 10.0}"#),
        ("record.x * 1.5 == 15", r#"{"x": 10}"#),
        (
            "record.x.y + 1 == record.z",
            r#"{"x": {"y": 1.5}, "z": 2.5}"#,
        ),
        (
            "record.x == record.y",
            r#"{"x": 18446744073709551616, "y": 18446744073709551616.0}"#,
        ),
        (
            "record.x != record.y",
            r#"{"x": 0.1234567890123456781, "y": 0.1234567890123456782}"#,
        ),
    ] {
        assert_eq!(says(assert, None, record), "pass", "{assert} on {record}");
    }
}

#[test]
fn a_list_in_a_cell_is_a_list_in_a_rule() {
    let assert =
        "record.list == [1, 2.5] && record.list[0] / 4 == 0.25 && record.a.n > record.list[1]";
    let checker = checker(assert, Some(schema())).unwrap();
    let layout = Layout::Csv {
        columns: vec!["list".to_owned(), "a".to_owned()],
        delimiter: ',',
    };
    let check = |line: &str, expected: &[&str]| {
        let row = Row::read(&layout, Form::Csv, line.as_bytes()).unwrap();
        let mut problems = Vec::new();
        checker.check(&row, &mut problems).unwrap();
        let codes: Vec<_> = problems.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes, expected, "{line}");
    };
    check(r#""[1.0, 2.5]","{""n"": 3}""#, &[]);
    check(r#""[1.0, 2.5]","{""n"": 2}""#, &["R"]);
    check(r#""[1.0, x]","{""n"": 2}""#, &["type"]);
}

#[test]
fn an_expression_that_is_too_deep_or_too_long_is_a_mistake_and_no_crash() {
    let nested = |before: &str, inner: &str, after: &str, times: usize| {
        format!("{}{inner}{}", before.repeat(times), after.repeat(times))
    };
    for assert in [
        nested("(", "true", ")", 7_000),
        nested("[", "1", "]", 5_000),
        vec!["1"; 7_000].join("+"),
        format!("record{}", ".a".repeat(7_000)),
        format!("record{}", "[0]".repeat(5_000)),
        format!("record.t{}", ".trim()".repeat(2_000)),
        format!("{}true", "true ? true : ".repeat(1_000)),
        nested("record.lines.all(x, ", "true", ")", 300),
    ] {
        let error = checker(&assert, None).err().expect("a mistake");
        assert_eq!(
            error.message, "the rule is nested too deeply",
            "{assert:.40}"
        );
    }
    let long = checker(&vec!["true"; 3_000].join(" && "), None)
        .err()
        .unwrap();
    assert_eq!(long.message, "the rule is 23996 characters long");
    assert!(checker(&vec!["record.b"; 400].join(" || "), None).is_ok());
    // What is allowed can be evaluated on a small stack, too.
    let deep = format!("{} == 0", vec!["1"; 38].join(" - "));
    let loops = nested("record.list.all(x, ", "x > 0", ")", 18);
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let evaluate = move || {
        (
            says(&deep, None, "{}"),
            says(&loops, None, r#"{"list": [1]}"#),
        )
    };
    let said = thread.spawn(evaluate).unwrap().join().unwrap();
    assert_eq!(said, ("violated".to_owned(), "pass".to_owned()));
}

#[test]
fn a_rule_that_does_not_end_is_the_contracts_fault() {
    let list = |length: usize| {
        let numbers: Vec<_> = (0..length).map(|n| n.to_string()).collect();
        format!(
            r#"{{"list": [{}], "t": "{}"}}"#,
            numbers.join(","),
            "x".repeat(length)
        )
    };
    let (short, long) = (list(30), list(1_000));
    let triple = "record.list.all(x, record.list.all(y, record.list.all(z, x + y + z >= 0)))";
    assert_eq!(says(triple, Some(schema()), &short), "pass");
    let mut hidden = format!("({triple}) || true");
    let _ = write!(hidden, " || record.list.exists(x, {triple})");
    for assert in [
        triple,
        &hidden,
        &format!("true && ({triple} ? true : true)"),
        "record.list.map(x, record.list.map(y, record.list)).size() > 0",
        "record.list.map(x, record.t + record.t + record.t).join('').size() > 0 && record.list.all(x, record.list.map(y, record.t + record.t).size() > 0)",
        "record.list.all(x, record.list == record.list)",
        "record.list.all(x, record.list.all(y, record.t.contains('yy') || true))",
        "[record.t].map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).size() > 0",
        "record.t.replace('', record.t).replace('', record.t).size() > 0",
        "record.list.map(x, record.t).join(record.t.replace('', record.t)).size() > 0",
        "record.list.all(x, record.list.all(y, record.t.matches(record.t + string(y))) || true)",
        "[1, 2].map(a, [record.list, record.list]).map(a, a + a + a).map(a, a + a + a).map(a, a + a + a).map(a, a + a + a).map(a, a + a + a).map(a, a + a + a).map(a, a + a + a).size() > 0",
    ] {
        // A smaller limit, for the sake of the unoptimised test.
        let said = says_within(100_000, assert, Some(schema()), &long);
        assert_eq!(said, "runaway R", "{assert}");
    }
    // A long list alone is none.
    let long = list(100_000);
    assert_eq!(
        says(
            "record.list.all(x, x >= 0 && x < 200000)",
            Some(schema()),
            &long
        ),
        "pass"
    );
    assert_eq!(
        says(
            "record.list.filter(x, x > 5).map(x, x * 2).size() > 9",
            Some(schema()),
            &long
        ),
        "pass"
    );
}

#[test]
fn rules_are_not_reached_because_of_a_reported_problem_and_no_other() {
    let rules = [
        rule("kept", "record.t != 'x'"),
        rule("broken", "record.u == 'x'"),
        rule("of a wrong kind", "record.n > 5"),
        rule("shaky", "record.n == 7"),
        rule("half", "record.n > 5 || record.t == 'a'"),
        rule("without an answer", "date(record.day) > date('2024-01-01')"),
        rule("missing", "record.any == 1"),
        rule("of all", "record[record.t + 'bc'] == 1"),
    ];
    let checker = Checker::build(Spec {
        schema: Some(schema()),
        rules: rules.to_vec(),
        coerce: true,
        ..Spec::default()
    })
    .unwrap();
    let both = |record: &str| {
        let row = Row::read(&Layout::Json, Form::Json, record.as_bytes()).unwrap();
        let mut problems = Vec::new();
        checker.check(&row, &mut problems).unwrap();
        let found: Vec<_> = problems
            .iter()
            .map(|one| {
                format!(
                    "{}{}",
                    one.code,
                    if one.detail == "not_evaluated" {
                        "?"
                    } else {
                        ""
                    }
                )
            })
            .collect();
        (found, checker.not_reached(&row).unwrap())
    };
    let (found, not_reached) = both(r#"{"t": "a", "u": "y", "n": "many", "day": "soon"}"#);
    assert_eq!(found, ["type", "broken", "without an answer?", "missing?"]);
    assert_eq!(not_reached, ["of a wrong kind", "shaky", "of all"]);
    // A good record reaches all of them.
    let (found, not_reached) =
        both(r#"{"t": "a", "u": "x", "n": 7, "day": "2024-05-05", "any": 1}"#);
    assert_eq!((found, not_reached), (vec!["of all?".to_owned()], vec![]));
}
