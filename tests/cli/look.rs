//! Commands that only look.

use serde_json::json;

use crate::Folder;

#[test]
fn groups_name_what_broke() {
    let folder = Folder::loaded();
    insta::assert_snapshot!(folder.redrive("groups").run(), @r"
    Group  Problem                          Field         Code             Stage   Records  Open  Most common
        7  Deal value is not a number       deal_value    type:number      schema        2     2  9,999.99
        1  Email address not complete       email         format:email     schema        1     1  aaa@
        2  Stage not in the list            stage         enum             schema        1     1  a+ aaa
        3  Date not year-month-day          since         format:date      schema        1     1  99/99/9999
        4  A lost deal cannot have a value  stage         RULE-101         rule          1     1  Aa+ Aaaa
        5  Customer id appears twice        id            unique           rule          1     1  A-999
        6  Too many or too few cells        whole record  csv:field_count  parse         1     1
        8  VIP is not yes or no             vip           type:boolean     schema        1     1  aaa
        9  Letters in another encoding      whole record  encoding:utf-8   parse         1     1
    ");
}

#[test]
fn the_json_of_groups_has_every_field_scripts_rely_on() {
    let folder = Folder::loaded();
    let groups = folder.redrive("groups").json();
    let email = groups
        .as_array()
        .unwrap()
        .iter()
        .find(|group| group["path"] == "/email")
        .unwrap();
    assert_eq!(
        (
            &email["stage"],
            &email["code"],
            &email["detail"],
            &email["records"],
            &email["open"],
            &email["first_line"]
        ),
        (
            &json!("schema"),
            &json!("format"),
            &json!("email"),
            &json!(1),
            &json!(1),
            &json!(3)
        )
    );
    assert_eq!(
        email["shapes"],
        json!([{"shape": "aaa@", "count": 1, "example": "ben@"}])
    );
}

#[test]
fn records_are_found_by_what_their_fields_hold() {
    let folder = Folder::loaded();
    let all = folder.redrive("records").json_lines();
    let named = folder.redrive("records 'email:ben@'").json_lines();
    assert_eq!(named.len(), 1, "of {}", all.len());
    let number = &named[0]["record"];
    let shown = folder.redrive(&format!("show {number}")).run();
    assert!(shown.contains("ben@"), "{shown}");
    let others = folder
        .redrive("records 'row:1..1000 -email:ben@'")
        .json_lines();
    assert_eq!(others.len(), all.len() - 1);
    let either = folder
        .redrive("records 'email:ben@ | row:1..1000'")
        .json_lines();
    assert_eq!(either.len(), all.len());
}

#[test]
fn a_field_that_is_not_there_is_refused_and_never_passes_for_nothing() {
    let folder = Folder::loaded();
    for command in ["records", "groups", "export --format csv -o -", "check"] {
        folder
            .redrive(&format!("{command} 'emai:x'"))
            .exit(2)
            .stderr_has("emai is not a field")
            .stderr_has("Did you mean email?")
            .run();
    }
    folder
        .redrive("records -- '-emai:x'")
        .exit(2)
        .stderr_has("emai is not a field")
        .run();
}

#[test]
fn records_of_a_filter_come_one_a_line() {
    let folder = Folder::loaded();
    let rows = folder
        .redrive("records 'stage:schema error:format'")
        .json_lines();
    let numbers: Vec<i64> = rows
        .iter()
        .map(|row| row["record"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, [2, 3]);
    assert_eq!(
        (
            &rows[0]["run"],
            &rows[0]["line"],
            &rows[0]["key"],
            &rows[0]["status"],
            &rows[0]["version"]
        ),
        (
            &json!(1),
            &json!(3),
            &json!("C-002"),
            &json!("rejected"),
            &json!(1)
        )
    );
    insta::assert_snapshot!(folder.redrive("records stage:rule").run(), @r#"
    Record  Line  Key    State         Problem
         4     5  C-004  needs fixing  A lost deal cannot have a value.
         5     6  C-001  needs fixing  Customer id "C-001" appears twice: record 1 has it, too.
    "#);
}

#[test]
fn one_record_is_shown_whole() {
    let folder = Folder::loaded();
    let record = folder.redrive("show 3").json();
    assert_eq!(
        record["raw"],
        json!("C-003,Cleo Cruz,cleo@example.com,closed won,30,31/12/2025,true")
    );
    assert_eq!(record["received"], record["current"]);
    assert_eq!(record["current"]["deal_value"].to_string(), "30");
    assert_eq!(record["history"], json!([]));
    assert_eq!(record["verdict"], json!("current"));
    assert_eq!(
        record["stages"],
        json!([
            {"stage": "parse", "mark": "passed", "not_reached": []},
            {"stage": "schema", "mark": "failed", "not_reached": []},
            {"stage": "rule", "mark": "passed", "not_reached": []},
        ])
    );
    insta::assert_snapshot!(folder.redrive("show 3").run(), @r#"
    Record 3 of run 1: needs fixing, version 1. Line 4 of customers.csv.
      parse ✓  schema ✗  rule ✓
      ! stage  "closed won" is not one of the allowed values. Choose from the list. Nearest: Closed Won.
      ! since  This date is not written year-month-day: "31/12/2025". Write it like 2025-12-31.

    Field       Now                 As received
    id          "C-003"
    name        "Cleo Cruz"
    email       "cleo@example.com"
    stage       "closed won"
    deal_value  30
    since       "31/12/2025"
    vip         true
    "#);
}

#[test]
fn bytes_that_are_not_utf8_are_kept_and_shown_safely() {
    let folder = Folder::loaded();
    let record = folder.redrive("show 9").json();
    assert_eq!(record["problems"][0]["code"], json!("encoding:utf-8"));
    assert!(record["raw_hex"].as_str().unwrap().contains("4be4746865"));
    assert!(folder.redrive("show 9").run().contains("K<E4>the"));
}

#[test]
fn a_record_that_passed_is_named_as_such() {
    let folder = Folder::loaded();
    folder
        .redrive("show 1")
        .exit(3)
        .stderr_has("passed")
        .stderr_has("--keep-passed")
        .run();
    folder.redrive("show 99").exit(3).stderr_has("99").run();
}

#[test]
fn export_hands_out_what_the_filter_lets_through() {
    let folder = Folder::loaded();
    folder.redrive("edit 2 /email=ben@example.com").run();
    let report = folder
        .redrive("export status:ready --format csv -o ready.csv")
        .json();
    assert_eq!(
        report,
        json!({"records": 1, "file": "ready.csv", "unreadable": 0, "neutralised": 0, "not_held": 0})
    );
    insta::assert_snapshot!(folder.read("ready.csv"), @r"
    id,name,email,stage,deal_value,since,vip
    C-002,Ben Baker,ben@example.com,Prospect,20,,false
    ");
    insta::assert_snapshot!(folder.redrive("export status:ready --format ndjson").run(), @r#"{"id":"C-002","name":"Ben Baker","email":"ben@example.com","stage":"Prospect","deal_value":20,"vip":false}"#);
}

#[test]
fn a_column_of_a_strange_name_cannot_steer_the_terminal() {
    let table = Folder::loaded()
        .redrive("sql 'select 1 as \"\u{1b}[2Jn\"'")
        .run();
    assert!(table.starts_with("<ESC>[2Jn"), "{table}");
}

#[test]
fn sql_reads_and_cannot_write() {
    let folder = Folder::loaded();
    assert_eq!(
        folder
            .redrive("sql 'select count(*) as n from record'")
            .json(),
        json!({"n": 8})
    );
    folder
        .redrive("sql 'delete from record'")
        .exit(2)
        .stderr_has("only look")
        .run();
    assert_eq!(
        folder
            .redrive("sql 'select count(*) as n from record'")
            .json(),
        json!({"n": 8})
    );
}

#[test]
fn verify_finds_nothing_on_a_sound_workspace_and_names_a_damaged_record() {
    let folder = Folder::loaded();
    let findings = folder.redrive("verify").json();
    assert!(
        findings
            .as_array()
            .unwrap()
            .iter()
            .all(|finding| finding["ok"] == json!(true)),
        "{findings}"
    );
    let conn = rusqlite::Connection::open(folder.path("redrive.db")).unwrap();
    conn.execute_batch(
        "DROP TRIGGER content_never_changes; UPDATE content SET bytes = x'78' WHERE record = 4;",
    )
    .unwrap();
    drop(conn);
    let stdout = folder.redrive("verify").exit(3).run();
    assert!(
        stdout.contains("BROKEN") && stdout.contains('4'),
        "{stdout}"
    );
}

#[test]
fn completions_are_a_script() {
    let folder = Folder::new();
    assert!(
        folder
            .redrive("completions bash")
            .run()
            .contains("_redrive")
    );
}

#[test]
fn marks_are_made_on_the_screen_and_the_command_line_says_so() {
    let folder = Folder::loaded();
    for line in ["records is:marked", "fix is:marked --field /email --trim"] {
        let call = folder.redrive(line).exit(2);
        call.stderr_has("records are marked on the screen, and nobody else knows the marks")
            .run();
    }
}

#[test]
fn doctor_reads_nothing_where_there_is_no_terminal_and_looks_at_the_workspace() {
    let folder = Folder::loaded();
    let findings = folder.redrive("doctor").json();
    let found = |check: &str| {
        let mut all = findings.as_array().unwrap().iter();
        all.find(|one| one["check"] == check).unwrap().clone()
    };
    assert_eq!(found("terminal")["ok"], json!(false));
    assert_eq!(
        found("workspace")["message"],
        json!("redrive.db holds 1 run")
    );
    let said = folder.redrive("doctor").run();
    assert!(said.contains("OK  sqlite            SQLite 3."), "{said}");
}
