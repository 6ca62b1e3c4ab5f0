//! Rules that warn and do not reject, and rules that somebody answers for.

use serde_json::json;

use crate::Folder;

/// Sales answer for a missing date, which rejects nobody, and billing for lost deals.
fn folder() -> Folder {
    let folder = Folder::new();
    let contract = folder.read("customers.toml").replace(
        "id = \"RULE-101\"",
        "id = \"SINCE\"\nassert = \"has(record.since)\"\nmessage = \"Nobody knows since when.\"\nfields = [\"/since\"]\n\
         severity = \"warning\"\nowner = \"Sales team\"\n\n[[rule]]\nid = \"RULE-101\"\nowner = \"billing\"",
    );
    folder.write("customers.toml", contract);
    folder
}

fn loaded() -> Folder {
    let folder = folder();
    folder
        .redrive("load customers.csv --contract customers.toml")
        .exit(1)
        .stderr_has("passed and were not kept")
        .run();
    folder
}

#[test]
fn a_load_says_how_many_passed_with_a_warning() {
    let folder = folder();
    let load = "load customers.csv --contract customers.toml --passed p.csv";
    insta::assert_snapshot!(folder.redrive(load).exit(1).run(), @"Run 1 (customers): 10 records read, 2 passed (1 with a warning), 8 rejected with 10 problems in 9 groups, 2 unreadable.");
    assert!(folder.read("p.csv").contains("C-010"), "it passed");
    let again = folder.redrive(&format!("{load} --again")).exit(1).json();
    assert_eq!(
        (&again["passed"], &again["warned"], &again["problems"]),
        (&json!(2), &json!(1), &json!(10))
    );
    assert_eq!(folder.redrive("runs").json()[0]["warned"], json!(1));
    let alarm = format!("{load} --again --fail-if");
    folder.redrive(&format!("{alarm} warned>1")).run();
    folder.redrive(&format!("{alarm} warned>=1")).exit(1).run();
    folder.redrive("verify").run();
}

#[test]
fn groups_say_what_only_warns_and_who_answers() {
    let folder = loaded();
    insta::assert_snapshot!(folder.redrive("groups stage:rule").run(), @r"
    Group  Problem                          Field  Code      Stage  Severity  Owner       Records  Open  Most common
        5  A lost deal cannot have a value  stage  RULE-101  rule   error     billing           1     1  Aa+ Aaaa
        6  Customer id appears twice        id     unique    rule   error                       1     1  A-999
        2  Nobody knows since when          since  SINCE     rule   warning   Sales team        6     5  (missing)
    ");
    let groups = folder.redrive("groups 'owner:\"sales team\"'").json();
    let seen: Vec<_> = (groups.as_array().unwrap().iter())
        .map(|group| {
            (
                group["code"].clone(),
                group["severity"].clone(),
                group["owner"].clone(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [(json!("SINCE"), json!("warning"), json!("Sales team"))]
    );
    let none = folder.redrive("groups owner:nobody").run();
    assert_eq!(none, "No problem matches.\n");
}

#[test]
fn records_are_found_and_handed_out_by_owner_and_severity() {
    let folder = loaded();
    insta::assert_snapshot!(folder.redrive("records is:warning").run(), @r#"
    Record  Line  Key    State         Problem
         2     3  C-002  needs fixing  This e-mail address is not complete: "ben@". (and 1 more)
         4     5  C-004  needs fixing  A lost deal cannot have a value. (and 1 more)
         5     6  C-001  needs fixing  Customer id "C-001" appears twice: record 1 has it, too. (and 1 more)
         7     8  C-007  needs fixing  Deal value must be a number. "007" cannot be read as one. (and 1 more)
         8    10  C-008  needs fixing  Deal value must be a number. "1,200.50" cannot be read as one. (and 2 more)
    "#);
    insta::assert_snapshot!(folder.redrive("records owner:billing").run(), @r"
    Record  Line  Key    State         Problem
         4     5  C-004  needs fixing  A lost deal cannot have a value. (and 1 more)
    ");
    let export = "export 'owner:billing' --format csv -o billing.csv";
    assert_eq!(folder.redrive(export).json()["records"], json!(1));
    assert!(folder.read("billing.csv").contains("C-004"));
    folder
        .redrive("records onwer:billing")
        .exit(2)
        .stderr_has("Did you mean owner:?")
        .run();
}

#[test]
fn a_record_with_a_warning_is_ready_and_can_be_sent() {
    let folder = loaded();
    insta::assert_snapshot!(folder.redrive("show 2").run(), @r#"
    Record 2 of run 1: needs fixing, version 1. Line 3 of customers.csv.
      parse ✓  schema ✗  rule ✓
      ! email  This e-mail address is not complete: "ben@". It needs one @ and a name after it.
      ~ since  Nobody knows since when. Rule: SINCE. Ask Sales team if the text is not clear. (warning, Sales team)

    Field       Now          As received
    id          "C-002"
    name        "Ben Baker"
    email       "ben@"
    stage       "Prospect"
    deal_value  20
    vip         false
    "#);
    let problems = folder.redrive("show 4").json()["problems"].clone();
    assert_eq!(
        (&problems[0]["severity"], &problems[0]["owner"]),
        (&json!("error"), &json!("billing"))
    );
    insta::assert_snapshot!(folder.redrive("edit 2 /email=ben@example.com").run(), @r"
    Saved. Record 2 is ready, with 1 warning:
      ~ since  Nobody knows since when. (warning, Sales team)
    ");
    let ready = folder.redrive("records status:ready").json();
    assert_eq!(ready["problems"][0]["severity"], json!("warning"));
    assert_eq!(
        folder.redrive("check status:ready").exit(1).json()["ready"],
        json!(1)
    );
    let sent = folder.redrive("send --to crm --yes").exit(1).json();
    assert_eq!(sent["accepted"], json!(1));
    let sent = folder.redrive("records status:accepted").json();
    assert_eq!(
        sent["problems"][0]["code"],
        json!("SINCE"),
        "it is still known"
    );
    folder.redrive("verify").run();
}

#[test]
fn the_words_of_a_rule_end_before_the_hint_begins() {
    let folder = folder();
    let contract = folder.read("customers.toml");
    let message = "A lost deal cannot have a value.";
    assert!(contract.contains(message));
    folder.write("customers.toml", contract.replace(message, "deal lost"));
    (folder.redrive("load customers.csv --contract customers.toml"))
        .exit(1)
        .stderr_has("not kept")
        .run();
    let record = folder.redrive("records error:RULE-101").json_lines()[0]["record"].clone();
    let shown = folder.redrive(&format!("show {record}")).run();
    assert!(shown.contains("Deal lost. Rule: RULE-101."), "{shown}");
}
