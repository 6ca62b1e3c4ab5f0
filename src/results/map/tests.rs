use super::*;
use crate::results::{File, Head, Place, Report};

/// The map of a table whose problem is `problem`, with more at its end.
fn map(head: &str, rest: &str) -> Result<Map, Fault> {
    Map::parse(
        &format!("tool = \"T\"\n{head}\n[problem]\nstage = \"rule\"\n{rest}"),
        "m.toml",
    )
}

fn read(map: &Map, text: &[u8]) -> Result<Report, Fault> {
    map.read(&File {
        name: "r.log",
        bytes: text,
        beside: &|name| (name == "r.bad").then(|| b"a,1\nb,2\n".to_vec()),
    })
}

/// Place, text, and each problem's path, code and shown message.
fn told(report: &Report) -> Vec<String> {
    let each = report.outcomes.iter().map(|outcome| {
        let problems = outcome.problems.iter().map(|problem| {
            format!(
                " {}={}:{}",
                problem.path.label(),
                problem.code,
                problem.message
            )
        });
        let text = String::from_utf8_lossy(&outcome.record);
        format!("{:?} {text}{}", outcome.place, problems.collect::<String>())
    });
    each.collect()
}

#[test]
fn shipped_maps_are_well_formed() {
    assert_eq!(MAPS.len(), BUILT_IN.len());
    for (word, text) in BUILT_IN {
        assert!(text.is_ascii() && text.starts_with('#'), "{word}");
        assert!(!Map::parse(text, word).unwrap().when.is_empty(), "{word}");
    }
}

#[test]
fn a_mistake_in_a_map_is_named_with_its_place() {
    let said = |head: &str, rest: &str| {
        let fault = map(head, rest).unwrap_err();
        assert_eq!(fault.code, "map:invalid");
        let place = fault.place().unwrap_or_default();
        format!(
            "{place} {}; {}",
            fault.message,
            fault.hint.unwrap_or_default()
        )
    };
    let csv = "format = \"csv\"";
    let text = "format = \"text\"\npattern = '(?<who>.)'";
    insta::assert_snapshot!([
        said("format = \"cvs\"", ""),
        said(csv, "feild = \"a\""),
        said(csv, "code = 3"),
        said(csv, "code = { form = \"a\" }"),
        said(csv, "code = { from = \"a\", pattern = '(' }"),
        said(csv, "code = { from = \"a\", text = \"b\" }"),
        said(csv, "code = []"),
        said(csv, "code = \"/~2\""),
        said(csv, "severity = \"warn\""),
        said(csv, "[[skip]]"),
        said("format = \"text\"", ""),
        said("format = [\"csv\", \"text\"]", ""),
        said(text, "code = \"whom\""),
        said(text, "[record]\nrest = true"),
        said("format = \"csv\"\nlimit = \"a\"", ""),
        said("format = \"csv\"\nwhen =", ""),
        said("", ""),
    ].join("\n"), @r"
    m.toml:2:10 unknown format cvs; did you mean csv?
    m.toml:5:1 unknown key feild; did you mean field?
    m.toml:5:8 a column or pointer in quotes, { from = ... }, or a list of these must stand here; correct this line; a map is written in TOML
    m.toml:5:10 unknown key form; did you mean from?
    m.toml:5:32 this pattern cannot be used: unclosed group; patterns are regular expressions as the regex crate of Rust reads them
    m.toml:5:8 from and text together need a pattern whose groups the text takes; add pattern = '(...)' and write $1 in the text
    m.toml:5:8 this list is empty, so nothing can be found by it; name a column or a pointer in it
    m.toml:5:8 /~2 is no JSON pointer; write ~ as ~0, and / in a name as ~1
    m.toml:5:12 unknown severity warn; known here: error, warning
    m.toml:5:1 this skips nothing; say where = ... or without = ...
    m.toml:2:10 a map of a text needs the pattern of what it lists; add pattern = '(?m)^line (?<line>\d+): (?<message>.*)$'
    m.toml:2:10 the format is one or several of csv, jsonl and json, or text alone; write a map for each
    m.toml:6:8 unknown group whom; did you mean who?
    m.toml:7:8 a text has no columns that could make up a record; name the group that holds the record: text = ...
    m.toml:3:9 limit is for texts and for JSON with items: a table has no place for a total; remove it
    m.toml:3:7 the map has a syntax error: string values must be quoted, expected literal string; correct this line; a map is written in TOML
    m.toml:1:1 the key format is missing; add format = ... here
    ");
}

#[test]
fn a_table_reads_the_same_as_csv_and_as_json() {
    let map = map(
        "format = \"table\"",
        "code = \"why\"\nfield = \"col\"\nvalue = \"was\"\nmessage = { text = \"no\" }\n[place]\nindex = \"n\"",
    )
    .unwrap();
    let expected = ["Ordinal(1)", "Ordinal(3)"];
    for text in [
        "n,col,why,was\n0,a,x,\n2,b,y,1\n",
        "{\"n\":0,\"col\":\"a\",\"why\":\"x\",\"was\":\"\"}\n{\"n\":\"2\",\"col\":\"b\",\"why\":\"y\",\"was\":1}",
        "[{\"n\":0,\"col\":\"a\",\"why\":\"x\",\"was\":\"\"},{\"n\":2,\"col\":\"b\",\"why\":\"y\",\"was\":1}]",
    ] {
        let report = read(&map, text.as_bytes()).unwrap();
        let found = report
            .outcomes
            .iter()
            .zip(expected)
            .map(|(outcome, place)| {
                assert_eq!(format!("{:?}", outcome.place), place, "{text}");
                let problem = &outcome.problems[0];
                (
                    problem.code.as_str(),
                    problem.path.as_str(),
                    problem.found.is_some(),
                )
            });
        let found: Vec<_> = found.collect();
        assert_eq!(found, [("x", "/a", true), ("y", "/b", true)], "{text}");
    }
}

#[test]
fn the_columns_that_are_no_errors_make_up_the_record_as_it_is_written() {
    let map = map(
        "format = \"table\"",
        "code = \"why\"\n[record]\nrest = true\nwithout = [\"run\"]\n[place.key]\nfield = \"id\"\nvalue = \"id\"",
    );
    let map = map.unwrap();
    let report = read(
        &map,
        b"id;run;why;name\n7;1;x;\"A;\"\"B\"\n7;1;y;\"A;\"\"B\"\n",
    )
    .unwrap();
    assert_eq!(report.outcomes.len(), 1);
    assert_eq!(&*report.outcomes[0].record, b"7;\"A;\"\"B\"");
    assert_eq!(report.outcomes[0].problems.len(), 2);
    assert!(
        matches!(&report.layout, crate::model::Layout::Csv { columns, delimiter: ';' } if columns == &["id", "name"])
    );
    let report = read(&map, b"{\"why\":\"x\",\"id\":7,\"a\\\"b\":[1.10]}").unwrap();
    assert_eq!(&*report.outcomes[0].record, b"{\"id\":7,\"a\\\"b\":[1.10]}");
}

#[test]
fn what_cannot_be_read_is_kept_and_said() {
    let map = map("format = [\"csv\", \"jsonl\"]", "code = \"why\"").unwrap();
    let codes = |text: &[u8]| {
        let report = read(&map, text).map_err(|fault| fault.code)?;
        let codes = report
            .outcomes
            .iter()
            .map(|outcome| outcome.problems[0].code.clone());
        Ok::<_, &str>(codes.collect::<Vec<_>>())
    };
    assert_eq!(
        codes(b"why,a\nx,1\ny\nz,2\n").unwrap(),
        ["x", "csv:field_count", "z"]
    );
    assert_eq!(
        codes(b"{\"why\":\"x\"}\n{\"why\":\n").unwrap(),
        ["x", "json:syntax"]
    );
    assert_eq!(codes(b"why,a\nx,\"1\n"), Err("results:syntax"));
    assert_eq!(codes(b"why,a\nx,\xFF\n"), Err("results:encoding"));
    assert_eq!(codes(b"[{\"why\":1},"), Err("results:syntax"));
}

#[test]
fn bytes_that_are_no_utf8_come_back_in_the_record() {
    let map = map(
        "format = \"jsonl\"",
        "code = \"c\"\n[record]\ntext = \"p\"\nform = \"json\"",
    )
    .unwrap();
    let report = read(&map, b"{\"c\":\"x\",\"p\":\"{\\\"a\\\": \\\"\xE4\\\"}\"}\n").unwrap();
    assert_eq!(&*report.outcomes[0].record, b"{\"a\": \"\xE4\"}");
}

#[test]
fn a_list_of_problems_can_ask_the_item_around_it() {
    let map = map(
        "format = \"json\"\nitems = \"/rows\"\nlimit = \"/bad\"",
        "list = \"/errors\"\ncode = \"kind\"\nfield = \"/at\"\nmessage = \"^/note\"\n[place]\nline = \"/line\"",
    );
    let text = br#"{"bad":"3","rows":[{"line":4,"note":"N","errors":[{"kind":"a","at":["x",0]},{"kind":"b"}]}]}"#;
    let report = read(&map.unwrap(), text).unwrap();
    assert!(report.capped);
    assert_eq!(
        report.remarks,
        ["T rejected 3 records and tells of 1, so the counts are \"at least\"."]
    );
    assert_eq!(report.outcomes[0].place, Place::Line(4));
    insta::assert_snapshot!(told(&report)[0], @r#"Line(4) {"line":4,"note":"N","errors":[{"kind":"a","at":["x",0]},{"kind":"b"}]} x[0]=a:X entry was not accepted: N. whole record=b:The record was not accepted: N."#);
}

#[test]
fn a_text_is_read_by_its_pattern_with_the_lines_beside() {
    let map = map(
        "format = \"text\"\npattern = '(?m)^bad (?<n>\\d+): (?<why>.*)$'\nwhen = [{ pattern = '^LOG' }]",
        "code = \"why\"\n[record]\nbeside = \"bad\"\n[place]\nrecord = \"n\"",
    )
    .unwrap();
    assert!(map.fits(&Head::new(b"LOG 1\n", true)));
    assert!(!map.fits(&Head::new(b"a LOG\n", true)));
    let report = read(&map, b"LOG\nbad 3: x\nbad 5: y\n").unwrap();
    insta::assert_snapshot!(told(&report).join("\n"), @"
    Ordinal(3) a,1
    bad 3: x whole record=x:The record was not accepted: x.
    Ordinal(5) b,2
    bad 5: y whole record=y:The record was not accepted: y.
    ");
    let report = read(&map, b"LOG\nbad 3: x\n").unwrap();
    assert_eq!(
        report.remarks,
        ["r.bad was not used: it has 2 lines for 1 records."]
    );
}

#[test]
fn maps_without_when_are_never_recognised() {
    let map = map("format = \"table\"", "").unwrap();
    assert!(!map.fits(&Head::new(b"a,b\n", true)));
}

proptest::proptest! {
    #[test]
    fn no_report_makes_a_shipped_map_panic(
        text in "(\\[|\\{|\\}|\\]|,|:|\"|\\\\|\\n|\\t|é|1|a|null|\"headers\"|\"items\"|\"ERROR_DATA\"|Record 1: Rejected - Error on table T\\.\\n|__connect\\.errors\\.topic=){0,20}",
    ) {
        for map in MAPS.iter() {
            let _ = map.fits(&Head::new(text.as_bytes(), true));
            let _ = read(map, text.as_bytes());
        }
    }
}
