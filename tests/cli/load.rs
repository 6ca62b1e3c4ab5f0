//! `load` and `demo`.

use serde_json::json;

use crate::Folder;

#[test]
fn a_load_says_what_it_found() {
    let folder = Folder::new();
    let stdout = folder
        .redrive("load customers.csv --contract customers.toml --json")
        .exit(1)
        .stderr_has("2 records passed and were not kept. --passed FILE writes them out, --keep-passed keeps them as ready.")
        .run();
    insta::assert_snapshot!(stdout, @r#"{"run":1,"name":"customers","format":"csv","records":10,"passed":2,"rejected":8,"unparsed":2,"problems":10,"warned":0,"capped":false,"groups":9,"bytes":564,"seconds":0.0}"#);
}

#[test]
fn the_passed_records_are_written_byte_for_byte() {
    let folder = Folder::new();
    folder
        .redrive("load customers.csv --contract customers.toml --passed passed.csv")
        .exit(1)
        .run();
    insta::assert_snapshot!(folder.read("passed.csv"), @r"
    id,name,email,stage,deal_value,since,vip
    C-001,Ada Abel,ada@example.com,Prospect,10.50,2024-01-31,true
    C-010,Ivo Ito,ivo@example.com,Closed Won,12345678901234567890.10,,
    ");
}

#[test]
fn passed_records_can_be_kept_as_ready() {
    let folder = Folder::new();
    folder
        .redrive("load customers.csv --contract customers.toml --keep-passed")
        .exit(1)
        .run();
    let runs = folder.redrive("runs").json();
    assert_eq!(runs[0]["statuses"], json!({"rejected": 8, "ready": 2}));
}

#[test]
fn an_alarm_decides_the_exit_code() {
    let folder = Folder::new();
    let line = "load customers.csv --contract customers.toml --passed p.csv --again --fail-if";
    folder.redrive(&format!("{line} rejected>80%")).run();
    folder
        .redrive(&format!("{line} rejected>=80%"))
        .exit(1)
        .run();
    folder
        .redrive(&format!("{line} rejcted>1"))
        .exit(2)
        .stderr_has("rejected>5%")
        .run();
}

#[test]
fn the_same_bytes_are_loaded_once() {
    let folder = Folder::loaded();
    folder
        .redrive("load customers.csv --contract customers.toml")
        .exit(3)
        .stderr_has("--again")
        .run();
    assert_eq!(folder.redrive("runs").json().as_array().unwrap().len(), 1);
    folder
        .redrive("load customers.csv --contract customers.toml --again --passed p.csv")
        .exit(1)
        .run();
    let runs = folder.redrive("runs").json();
    assert_eq!(runs.as_array().unwrap().len(), 2);
    assert_eq!(runs[0]["run"], json!(2));
}

#[test]
fn several_files_are_one_run() {
    let folder = Folder::new();
    let header = "id,name,email,stage,deal_value,since,vip\n";
    folder.write(
        "more.csv",
        format!("\n{header}C-100,Ada,ada@,Prospect,1,,\n"),
    );
    let said = folder
        .redrive("load 'c*.csv' more.csv --contract customers.toml --passed p.csv --json")
        .exit(1)
        .run();
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (&report["records"], &report["rejected"], &report["passed"]),
        (&json!(11), &json!(9), &json!(2))
    );
    assert_eq!(folder.read("p.csv").lines().count(), 3);
    let shown = folder.redrive("show 11").run();
    assert!(
        shown.contains("Record 11 of run 1: needs fixing, version 1. Line 3 of more.csv."),
        "{shown}"
    );
    folder
        .redrive("load more.csv")
        .exit(3)
        .stderr_has("this file was loaded before, as run 1")
        .run();
    folder.redrive("verify").run();
}

#[test]
fn a_compressed_file_is_opened_in_passing_and_known_again() {
    let folder = Folder::new();
    let plain = std::fs::read(folder.path("customers.csv")).unwrap();
    let packed = zstd::encode_all(&plain[..], 1).unwrap();
    folder.write("customers.csv.zst", &packed);
    let said = folder
        .redrive("load customers.csv.zst --contract customers.toml --json")
        .exit(1)
        .stderr_has("2 records passed")
        .run();
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (&report["rejected"], &report["bytes"]),
        (&json!(8), &json!(packed.len()))
    );
    folder
        .redrive("load customers.csv.zst")
        .exit(3)
        .stderr_has("this file was loaded before, as run 1")
        .run();
    folder.write("cut.csv.zst", &packed[..packed.len() - 9]);
    folder
        .redrive("load cut.csv.zst")
        .exit(3)
        .stderr_has("reading cut.csv.zst failed")
        .run();
}

#[test]
fn a_sheet_of_a_workbook_is_a_table() {
    let folder = Folder::new();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("people").unwrap();
    for (n, name) in ["id", "name", "email", "stage", "deal_value", "since", "vip"]
        .iter()
        .enumerate()
    {
        sheet.write(1, n as u16, *name).unwrap();
    }
    for (row, id, email) in [(2, "C-1", "ada@example.com"), (4, "C-2", "ben@")] {
        sheet.write(row, 0, id).unwrap();
        sheet.write(row, 1, "Ann").unwrap();
        sheet.write(row, 2, email).unwrap();
        sheet.write(row, 3, "Prospect").unwrap();
        sheet.write(row, 4, 10.5).unwrap();
        sheet.write(row, 5, 43831).unwrap();
    }
    folder.write("book.xlsx", book.save_to_buffer().unwrap());
    let said = folder
        .redrive("load book.xlsx --sheet people --header-row 2 --contract customers.toml --json")
        .exit(1)
        .stderr_has("column since holds 2 numbers that may be a day in Excel's count")
        .run();
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (&report["format"], &report["records"], &report["rejected"]),
        (&json!("xlsx"), &json!(2), &json!(2))
    );
    let shown = folder.redrive("show 2").run();
    assert!(shown.contains("Line 5 of book.xlsx."), "{shown}");
    folder
        .redrive("load book.xlsx --sheet nobody")
        .exit(2)
        .stderr_has("book.xlsx has no sheet nobody")
        .run();
}

#[test]
fn a_stray_cell_far_away_is_an_error_that_says_where_to_look() {
    let folder = Folder::loaded();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "redrive:record").unwrap();
    sheet.write(1, 0, 1).unwrap();
    sheet.write(1_048_575, 16_383, "x").unwrap();
    folder.write("stray.xlsx", book.save_to_buffer().unwrap());
    for command in ["load --explain stray.xlsx", "merge --dry-run stray.xlsx"] {
        folder
            .redrive(command)
            .exit(3)
            .stderr_has("spans 1,048,576 rows and 16,384 columns, and only 3 of its cells")
            .stderr_has("Ctrl+End goes there")
            .run();
    }
}

#[test]
fn what_might_be_something_else_is_said() {
    let folder = Folder::new();
    folder.write("jobs.csv", "id,n,error\nA,1,n is too small\nB,2,\n");
    folder
        .redrive("load jobs.csv")
        .exit(1)
        .stderr_has("jobs.csv was read as CSV with a column of errors (error-column), because a column says what was wrong")
        .run();
    let pydantic =
        r#"{"record":{},"errors":[{"type":"missing","loc":["a"],"msg":"Field required"}]}"#;
    let ajv = r#"{"record":{},"errors":[{"instancePath":"/a","keyword":"type","message":"no"}]}"#;
    folder.write("both.ndjson", format!("{pydantic}\n{ajv}\n"));
    folder
        .redrive("load both.ndjson")
        .exit(1)
        .stderr_has("(pydantic), which is tried first; --format ajv reads it as that")
        .run();
    folder.write("letter.txt", "Dear \u{1b}[31mSir\n");
    folder
        .redrive("load letter.txt")
        .exit(3)
        .stderr_has("is none of the formats redrive knows")
        .stderr_has("it begins with: Dear <ESC>[31mSir")
        .run();
}

#[test]
fn files_that_do_not_belong_together_are_refused() {
    let folder = Folder::new();
    std::fs::copy(folder.path("customers.csv"), folder.path("copy.csv")).unwrap();
    folder
        .redrive("load customers.csv copy.csv --again")
        .exit(3)
        .stderr_has("copy.csv holds the same bytes as customers.csv")
        .run();
    std::fs::remove_file(folder.path("redrive.db")).unwrap();
    folder.write("other.csv", "id,name\nC-100,Ada\n");
    folder.write("lines.json", "{\"id\":1}\n");
    folder
        .redrive("load customers.csv other.csv")
        .exit(3)
        .stderr_has("other.csv has other columns than the files before it")
        .run();
    folder
        .redrive("load customers.csv lines.json")
        .exit(3)
        .stderr_has("lines.json is not of the same format as customers.csv (csv)")
        .run();
    assert!(!folder.path("redrive.db").exists());
}

#[test]
fn several_runs_are_told_apart() {
    let folder = Folder::new();
    folder.write(
        "more.csv",
        "id,name,email,stage,deal_value\nC-100,Ada,ada@example.com,Prospect,1\n",
    );
    folder
        .redrive("load customers.csv --contract customers.toml --keep-passed")
        .exit(1)
        .run();
    folder
        .redrive("load more.csv --contract customers.toml --keep-passed")
        .run();
    let runs = folder.redrive("runs").json();
    assert_eq!(
        (&runs[0]["records"], &runs[1]["records"]),
        (&json!(1), &json!(10))
    );
    folder
        .redrive("send --to crm --yes")
        .exit(2)
        .stderr_has("--run")
        .run();
    let sent = folder.redrive("send --to crm --yes --run 2").json();
    assert_eq!(sent["accepted"], json!(1));
}

#[test]
fn standard_input_is_a_file_too() {
    let folder = Folder::new();
    let lines = "{\"a\": 1}\n\n{\"a\": tru}\n{\"a\": 2}";
    let report = folder
        .redrive("load - --passed p.jsonl")
        .stdin(lines)
        .exit(1)
        .json();
    assert_eq!(
        (&report["format"], &report["records"], &report["unparsed"]),
        (&json!("jsonl"), &json!(3), &json!(1))
    );
    assert_eq!(folder.read("p.jsonl"), "{\"a\": 1}\n{\"a\": 2}");
}

#[test]
fn the_log_tells_what_happened_and_never_a_value() {
    let folder = Folder::new();
    folder
        .redrive("load customers.csv --contract customers.toml --passed p.csv --log run.log")
        .exit(1)
        .run();
    folder
        .redrive("edit 2 /email=ben@example.com --log run.log")
        .run();
    folder
        .redrive("send --to crm --yes --log run.log")
        .exit(1)
        .run();
    let log = folder.read("run.log");
    let events: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for event in ["load", "edit", "send"] {
        let found = events
            .iter()
            .find(|entry| entry["event"] == event)
            .unwrap_or_else(|| panic!("{event}: {log}"));
        assert!(
            found["timestamp"].is_string()
                && found["level"].is_string()
                && found["run"].is_number(),
            "{found}"
        );
    }
    assert!(
        !log.contains("example.com") && !log.contains("ben@"),
        "{log}"
    );
}

#[test]
fn the_demo_can_be_prepared_twice() {
    let folder = Folder::new();
    let first = folder
        .redrive("demo --no-ui --rows 500")
        .exit(1)
        .stderr_has("redrive-demo/redrive.db")
        .json();
    let again = folder
        .redrive("demo --no-ui --rows 500")
        .exit(1)
        .stderr_has("redrive-demo/redrive.db")
        .json();
    assert_eq!((&first["run"], &first["records"]), (&json!(1), &json!(500)));
    assert_eq!(first["rejected"], again["rejected"]);
    assert_eq!(again["run"], json!(1));
    let passed = folder.read("redrive-demo/passed.csv");
    assert_eq!(
        passed.lines().next().unwrap().split(',').next(),
        Some("customer_id")
    );
}

/// What a pipeline of one's own says of records, and the map that says how it says it.
const OWN_MAP: &str = r#"
tool = "our importer"
format = "table"

[record]
rest = true
without = ["run"]

[place]
line = "line"

[problem]
stage = { from = "phase", values = { read = "parse", insert = "send" }, otherwise = "rule" }
label = "phase"
code = "error"
field = { from = "column", lower = true }
message = "text"
"#;

const OWN_ERRORS: &str = "\
line,run,id,name,phase,error,column,text
3,r1,C-1,\"Abel, Ada\",check,E17,NAME,Name has a comma
3,r1,C-1,\"Abel, Ada\",check,E18,ID,Id is old
7,r1,C-2,Ben,insert,E99,,Duplicate
";

#[test]
fn a_report_of_a_tool_of_ones_own_is_loaded_by_a_map() {
    let folder = Folder::new();
    folder.write("own.toml", OWN_MAP);
    folder.write("errors.csv", OWN_ERRORS);
    let stdout = folder
        .redrive("load errors.csv --map own.toml")
        .exit(1)
        .run();
    insta::assert_snapshot!(stdout, @"Run 1 (errors): 2 records read, 0 passed, 2 rejected with 3 problems in 3 groups, 0 unreadable.");
    insta::assert_snapshot!(folder.redrive("groups").run(), @"
    Group  Problem                                  Field         Code        Stage  Records  Open  Most common
        1  Name was not accepted: Name has a comma  name          E17:check   rule         1     1
        2  Id was not accepted: Id is old           id            E18:check   rule         1     1
        3  The record was not accepted: Duplicate   whole record  E99:insert  send         1     1
    ");
    insta::assert_snapshot!(folder.redrive("show 1").run(), @r#"
    Record 1 of run 1: needs fixing, version 1. Line 3 of errors.csv.
      parse ✓  schema ? (not checked)  rule ✗
      ! name  Name was not accepted: Name has a comma. Code E17. Copy it for the import team (y).
      ! id  Id was not accepted: Id is old. Code E18. Copy it for the import team (y).

    Field  Now          As received
    id     "C-1"
    name   "Abel, Ada"
    "#);
}

#[test]
fn a_map_reads_json_lines_as_well() {
    let folder = Folder::new();
    folder.write("own.toml", OWN_MAP);
    let line = "{\"line\":3,\"run\":\"r1\",\"id\":\"C-1\",\"name\":\"Ada\",\"phase\":\"insert\",\"error\":17,\"column\":\"NAME\",\"text\":\"No.\"}\n";
    folder.write("errors.jsonl", format!("{line}{{\"line\":\n"));
    let stdout = folder
        .redrive("load errors.jsonl --map own.toml")
        .exit(1)
        .run();
    insta::assert_snapshot!(stdout, @"Run 1 (errors): 2 records read, 0 passed, 2 rejected with 2 problems in 2 groups, 1 unreadable.");
    insta::assert_snapshot!(folder.redrive("records").run(), @"
    Record  Line  Key  State         Problem
         1     3       needs fixing  Name was not accepted: No.
         2     2       needs fixing  Expected a value but found the end at column 9.
    ");
    insta::assert_snapshot!(folder.redrive("export --format ndjson stage:send").run(), @r#"{"id":"C-1","name":"Ada"}"#);
}

#[test]
fn mistakes_in_a_map_are_wrong_usage_and_leave_nothing_behind() {
    let folder = Folder::new();
    folder.write("errors.csv", OWN_ERRORS);
    folder.write("own.toml", OWN_MAP.replace("label", "lable"));
    folder
        .redrive("load errors.csv --map own.toml")
        .exit(2)
        .stderr_has("own.toml:14:1")
        .stderr_has("unknown key lable")
        .stderr_has("did you mean label?")
        .run();
    folder
        .redrive("load errors.csv --map no.toml")
        .exit(2)
        .stderr_has("there is no map at no.toml")
        .run();
    folder
        .redrive("load errors.csv --map .")
        .exit(2)
        .stderr_has("it is no file")
        .run();
    folder
        .redrive("load errors.csv --map own.toml --format csv")
        .exit(2)
        .stderr_has("cannot be used with")
        .run();
    folder
        .redrive("load errors.csv --format map")
        .exit(2)
        .stderr_has("there is no format map")
        .run();
    assert!(!folder.path("redrive.db").exists());
}

#[test]
fn what_would_be_loaded_is_explained_and_nothing_changes() {
    let folder = Folder::new();
    folder.write("own.toml", OWN_MAP);
    folder.write("errors.csv", OWN_ERRORS);
    let own = folder
        .redrive("load --explain errors.csv --map own.toml")
        .run();
    insta::assert_snapshot!(own, @r#"
    errors.csv: format map, read by the map own.toml of our importer.
    A load gives 2 records read, 0 passed, 2 rejected with 3 problems in 3 groups, 0 unreadable.

    Record 1, line 3: a line of CSV
      C-1,"Abel, Ada"
      rule E17:check /name  Name was not accepted: Name has a comma.
      rule E18:check /id  Id was not accepted: Id is old.

    Record 2, line 7: a line of CSV
      C-2,Ben
      send E99:insert whole record  The record was not accepted: Duplicate.

    The map:

    tool = "our importer"
    format = "table"

    [record]
    rest = true
    without = ["run"]

    [place]
    line = "line"

    [problem]
    stage = { from = "phase", values = { read = "parse", insert = "send" }, otherwise = "rule" }
    label = "phase"
    code = "error"
    field = { from = "column", lower = true }
    message = "text"
    "#);
    let raw = folder
        .redrive("load --explain customers.csv --contract customers.toml")
        .run();
    insta::assert_snapshot!(raw, @r#"
    customers.csv: format csv, recognised by a header of 7 columns.
    A load gives 10 records read, 2 passed, 8 rejected with 10 problems in 9 groups, 2 unreadable.

    Record 2, line 3: a line of CSV
      C-002,Ben Baker,ben@,Prospect,20,,false
      schema format:email /email  This e-mail address is not complete: "ben@".

    Record 3, line 4: a line of CSV
      C-003,Cleo Cruz,cleo@example.com,closed won,30,31/12/2025,true
      schema enum /stage  "closed won" is not one of the allowed values.
      schema format:date /since  This date is not written year-month-day: "31/12/2025".

    Record 4, line 5: a line of CSV
      C-004,Dora Diaz,dora@example.com,Closed Lost,40,,
      rule RULE-101 /stage  A lost deal cannot have a value.
    "#);
    folder.write("log", "\nSQL*Loader: Release 19.0\n\nRecord 6: Rejected - Error on table T, column A.\nORA-01722: invalid number\n\nTotal logical records rejected:  2\n");
    let document = folder.redrive("load --explain log").json();
    assert_eq!(
        document["why"],
        json!("recognised as SQL*Loader by (?m)^SQL\\*Loader: Release ")
    );
    assert_eq!(document["capped"], json!(true));
    assert_eq!(document["first"][0]["place"], json!("record 6"));
    assert!(document["map"].as_str().unwrap().contains("ORA-01400"));
    assert_eq!(document.get("run"), None);
    folder.write("log2", folder.read("log").replace("Record 6", "Record 7"));
    let several = folder.redrive("load --explain log log2").run();
    assert!(
        several.starts_with("log and 1 more: format sqlldr, "),
        "{several}"
    );
    assert!(!folder.path("redrive.db").exists());
}
