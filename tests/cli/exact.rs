//! What nobody edited is shown, exported and sent with the characters it came in with.

use crate::Folder;

const SCHEMA: &str = r#"{"type": "object", "properties": {
    "id": {"type": "string"},
    "big": {"type": "integer"},
    "amount": {"anyOf": [{"type": "number", "minimum": -1e999}, {"type": "null"}]},
    "note": {"type": ["string", "null"]},
    "tags": {"type": "array", "items": {"type": "number"}}
}}"#;

const CONTRACT: &str = r#"
name = "exact"
key = ["/id"]

[schema]
file = "exact.schema.json"

[[destination]]
name = "lines"
kind = "file"
path = "out/sent.jsonl"
environment = "test"

[[destination]]
name = "cells"
kind = "file"
path = "out/sent.csv"
environment = "test"

[[destination]]
name = "table"
kind = "sqlite"
path = "table.db"
table = "exact"
environment = "test"
"#;

const CSV: &str = "id,big,amount,note,tags
007,123456789012345678901234567890,1.10,\"say \"\"no\"\", 1e2\",
008,-0,1E2,1e2,
009,5,1e400,null,\"[1.0,1E+2]\"
010,,null,x,
";

const JSON: &str = "{ \"id\" : \"007\", \"big\":123456789012345678901234567890,\t\"amount\": 1.10, \"note\":\"\\u00fc\\/\" }
{\"amount\":1E2,\"big\":-0,\"tags\":[ 1.0 ,1E+2,-0.0e-0],\"id\":\"008\",\"more\":{\"z\":1e400,\"a\":2.0}}
";

/// A run in which every record is ready.
fn loaded(name: &str, text: &str) -> Folder {
    let folder = Folder::new();
    folder.write("exact.schema.json", SCHEMA);
    folder.write("exact.toml", CONTRACT);
    folder.write(name, text);
    folder
        .redrive(&format!("load {name} --contract exact.toml --keep-passed"))
        .run();
    folder
}

/// What a send wrote into `out/`.
fn sent(folder: &Folder, to: &str, file: &str) -> String {
    folder.redrive(&format!("send --to {to} --yes")).run();
    folder.read(file)
}

#[test]
fn csv_cells_keep_their_characters_wherever_they_go() {
    let lines = "\
{\"id\":\"007\",\"big\":123456789012345678901234567890,\"amount\":1.10,\"note\":\"say \\\"no\\\", 1e2\"}
{\"id\":\"008\",\"big\":-0,\"amount\":1E2,\"note\":\"1e2\"}
{\"id\":\"009\",\"big\":5,\"amount\":1e400,\"note\":\"null\",\"tags\":[1.0,1E+2]}
{\"id\":\"010\",\"amount\":null,\"note\":\"x\"}
";
    let folder = loaded("exact.csv", CSV);
    for (record, line) in (1..).zip(lines.lines()) {
        let shown = folder.redrive(&format!("show {record} --json")).run();
        assert!(shown.contains(&format!("\"current\":{line}")), "{shown}");
        assert!(shown.contains(&format!("\"received\":{line}")), "{shown}");
    }
    let export = |format: &str| {
        let line = format!("export --format {format} -o out.{format}");
        folder.redrive(&line).run();
        folder.read(&format!("out.{format}"))
    };
    assert_eq!(export("csv"), CSV);
    assert_eq!(export("ndjson"), lines);
    assert_eq!(sent(&folder, "lines", "out/sent-1.jsonl"), lines);

    // A null is an empty cell of a CSV file.
    let folder = loaded("exact.csv", CSV);
    assert_eq!(
        sent(&folder, "cells", "out/sent-1.csv"),
        CSV.replace(",null,x", ",,x")
    );
}

#[test]
fn json_records_are_sent_byte_for_byte() {
    let folder = loaded("exact.jsonl", JSON);
    assert_eq!(sent(&folder, "lines", "out/sent-1.jsonl"), JSON);
    let shown = folder.redrive("show 2 --json").run();
    let current = r#""current":{"amount":1E2,"big":-0,"tags":[1.0,1E+2,-0.0e-0],"id":"008","more":{"z":1e400,"a":2.0}}"#;
    assert!(shown.contains(current), "{shown}");
}

#[test]
fn an_edit_leaves_every_other_byte() {
    let folder = loaded("exact.jsonl", JSON);
    folder.redrive("edit 1 /amount=2.50").run();
    folder.redrive("edit 2 /more/a:=1E3").run();
    let expected = JSON.replace("1.10", "2.50").replace("2.0}", "1E3}");
    assert_eq!(sent(&folder, "lines", "out/sent-1.jsonl"), expected);

    let folder = loaded("exact.csv", CSV);
    folder.redrive("edit 1 /amount=2.50").run();
    folder.redrive("edit 2 /note=x").run();
    folder.redrive("edit 4 /amount:=null").run();
    folder.redrive("edit 4 /big:=1").run();
    let expected = CSV
        .replace("1.10", "2.50")
        .replace("1E2,1e2", "1E2,x")
        .replace("010,,", "010,1,");
    folder.redrive("export --format csv -o out.csv").run();
    assert_eq!(folder.read("out.csv"), expected);
}

#[test]
fn a_table_gets_the_number_or_its_text_where_no_type_holds_it() {
    let folder = loaded("exact.csv", CSV);
    folder.redrive("send --to table --yes").run();
    let table = rusqlite::Connection::open(folder.path("table.db")).unwrap();
    let rows: Vec<String> = table
        .prepare("SELECT quote(id) || ' ' || quote(big) || ' ' || quote(amount) || ' ' || quote(tags) FROM exact")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(
        rows,
        [
            "'007' '123456789012345678901234567890' 1.1 NULL",
            "'008' 0 100.0 NULL",
            "'009' 5 '1e400' '[1.0,1E+2]'",
            "'010' NULL NULL NULL",
        ]
    );
}

#[test]
fn without_coercion_a_cell_is_text_and_an_exact_number_is_json() {
    let folder = Folder::new();
    folder.write(
        "exact.schema.json",
        r#"{"properties": {"big": {"type": "integer"}}}"#,
    );
    let contract =
        "name = \"exact\"\n[input]\ncoerce = false\n[schema]\nfile = \"exact.schema.json\"\n";
    folder.write("exact.toml", contract);
    folder.write("exact.csv", "id,big\na,1\nb,2\n");
    folder
        .redrive("load exact.csv --contract exact.toml")
        .exit(1)
        .run();
    folder.redrive("edit 1 /big=5").exit(1).run();
    folder.redrive("edit 2 /big:=5").run();
    let current = |record: u32| {
        let shown = folder.redrive(&format!("show {record}")).json();
        shown["current"].to_string()
    };
    assert_eq!(current(1), r#"{"id":"a","big":"5"}"#);
    assert_eq!(current(2), r#"{"id":"b","big":5}"#);
}
