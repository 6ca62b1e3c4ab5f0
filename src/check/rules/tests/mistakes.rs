//! Mistakes in rules are found before the first record.

use super::*;

/// The place of a mistake as a caret under the expression, what it is, and what helps.
fn wrong(assert: &str) -> (String, String, String) {
    let error = checker(assert, Some(schema())).err().expect(assert);
    let caret = error.position.map_or(String::new(), |at| {
        assert_eq!(error.part, "R");
        assert.chars().skip(at).take(8).collect()
    });
    (caret, error.message, error.hint.unwrap_or_default())
}

#[test]
fn mistakes_are_found_before_the_first_record() {
    let mut failed = String::new();
    let mut check = |assert: &str, caret: &str, message: &str, hint: &str| {
        let (place, said, help) = wrong(assert);
        if !place.starts_with(caret) || (said.as_str(), help.as_str()) != (message, hint) {
            let _ = writeln!(failed, "{assert}: {place:?} {said:?} {help:?}");
        }
    };
    let syntax = "the rule has a syntax error: ";
    check(
        "record.t == == 'x'",
        "== 'x'",
        &format!("{syntax}'==' cannot stand here"),
        "",
    );
    check(
        "'üü' == record.t &&\n  == 'x'",
        "== 'x'",
        &format!("{syntax}'==' cannot stand here"),
        "",
    );
    check(
        "record.t = 'x'",
        "= 'x'",
        &format!("{syntax}'=' cannot stand here"),
        "write == to compare",
    );
    check(
        "record.b and record.b",
        "and",
        &format!("{syntax}'and' cannot stand here"),
        "write && for \"and\"",
    );
    check(
        "record.t == 'x",
        "'x",
        &format!("{syntax}a text is not closed"),
        "",
    );
    check(
        "'ü' == record.t && has(record)",
        "record)",
        &format!("{syntax}has() takes a field"),
        "write has(record.name)",
    );
    check(
        "record.lines.all(1, true)",
        "1, true",
        &format!("{syntax}the name of an entry is wanted here"),
        "write record.list.all(one, one.name != \"\")",
    );
    check(
        "record.naïve == 1",
        "ïve",
        &format!("{syntax}'ï' cannot stand here"),
        "a field with such a name is written record[\"name\"]",
    );
    check(
        "record.i > 99999999999999999999",
        "99999999",
        &format!("{syntax}this number has more than 64 bits"),
        "",
    );

    check(
        "lowerASCII(record.t) == 'x'",
        "lowerASC",
        "lowerASCII() is not known",
        "did you mean lowerAscii()?",
    );
    check(
        "'ü' == 'ü' && record.t.lowerAsci() == 'x'",
        "lowerAsc",
        "lowerAsci() is not known",
        "did you mean lowerAscii()?",
    );
    check(
        "startsWith(record.t, 'x')",
        "startsWi",
        "startsWith() is called in another form",
        "write x.startsWith(..)",
    );
    check(
        "record.day.date() == date(record.end)",
        "date() =",
        "date() is called in another form",
        "write date(x)",
    );
    check(
        "size(record.t, 1) == 1",
        "size(",
        "size() takes 1 value, here 2 values",
        "",
    );
    check(
        "record.t.substring() == ''",
        "substrin",
        "substring() takes 1 value or 2 values, here nothing",
        "",
    );
    check(
        "record.lines.all(l)",
        "all(l)",
        "all() takes 2 values, here 1 value",
        "",
    );
    check(
        "optional.off(1).hasValue()",
        "off(",
        "optional.off() is not known",
        "",
    );

    check(
        "t == 'x'",
        "t ==",
        "t is not known",
        "fields are written record.t",
    );
    check(
        "record.lines.all(l, line.qty > 1)",
        "line.qty",
        "line is not known",
        "fields are written record.line",
    );
    check(
        "date(record.day) <= today",
        "today",
        "today is not known",
        "a rule says the same on any day: compare with another field, or with date(\"2025-12-31\")",
    );
    check(
        "record.t == 'x' && record.dai == 'x'",
        "dai",
        "the schema has no field dai here",
        "did you mean day?",
    );
    check(
        "has(record.zzzzzz)",
        "zzzzzz",
        "the schema has no field zzzzzz here",
        "",
    );
    check(
        "record['dai'] == 'x'",
        "'dai'",
        "the schema has no field dai here",
        "did you mean day?",
    );
    check(
        "record.lines[0].sk == 'x'",
        "sk ==",
        "the schema has no field sk here",
        "did you mean sku?",
    );
    check(
        "record.lines.all(l, l.qtty > 1)",
        "qtty",
        "the schema has no field qtty here",
        "did you mean qty?",
    );
    check(
        "record.?dai.orValue('') == ''",
        "dai",
        "the schema has no field dai here",
        "did you mean day?",
    );

    check(
        "record.t.matches('a(b')",
        "'a(b'",
        "the pattern cannot be used: unclosed group",
        "look-around and \\1 do not exist here; write patterns as r'..'",
    );
    check(
        "matches(record.t, r'(\\w{100}){100}')",
        "r'(\\w",
        "the pattern cannot be used: it is too large",
        "look-around and \\1 do not exist here; write patterns as r'..'",
    );
    check(
        "date(record.day) < date('2024-02-30')",
        "'2024-02",
        "\"2024-02-30\" is no date",
        "write it like 2025-12-31",
    );
    check(
        "duration('2 days') > duration('1h')",
        "'2 days'",
        "\"2 days\" is no duration",
        "write it like 36h, 90m or 1h30m",
    );

    let compare = "compare it with something: ==, !=, <, >, in";
    check(
        "1",
        "1",
        "a number stands where yes or no is wanted",
        compare,
    );
    check(
        "record.n * 2",
        "record.n",
        "a number stands where yes or no is wanted",
        compare,
    );
    check(
        "record.b && size(record.t)",
        "size",
        "a number stands where yes or no is wanted",
        compare,
    );
    check(
        "record.lines.all(l, 'x')",
        "'x'",
        "a text stands where yes or no is wanted",
        compare,
    );
    check(
        "date(record.day) > '2024-01-01'",
        "> ",
        "a date is compared with a text",
        "write date(\"2025-12-31\")",
    );
    check(
        "'2024' == date(record.day)",
        "== ",
        "a date is compared with a text",
        "write date(\"2025-12-31\")",
    );
    check(
        "date(record.day) + 1 > date(record.end)",
        "+ 1",
        "a date and a number cannot be added",
        "",
    );
    check(
        "'x'.all(c, c == 'x')",
        "'x'",
        "a text has no entries to go through",
        "all(), exists(), map() and filter() go through a list: record.list.all(..)",
    );
    check(
        "'x' in 'xy'",
        "'xy'",
        "a text has no entries",
        "write x in [..], or text.contains(x)",
    );
    assert!(failed.is_empty(), "{failed}");
}

#[test]
fn what_the_schema_leaves_open_is_no_mistake() {
    for assert in [
        "record.any.thing == 1",
        "record.a.b.c == 1",
        "record.a.other == 1",
    ] {
        assert!(checker(assert, Some(schema())).is_ok(), "{assert}");
    }
    assert!(checker("record.whatever == 1", None).is_ok());
}
