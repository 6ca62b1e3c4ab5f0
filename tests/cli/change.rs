//! Commands that change records.

use serde_json::json;

use crate::Folder;

#[test]
fn a_corrected_field_makes_the_record_ready() {
    let folder = Folder::loaded();
    let report = folder.redrive("edit 2 /email=ben@example.com").json();
    assert_eq!(
        report,
        json!({"checked": 1, "ready": 1, "still_rejected": 0, "newly_broken": 0, "current": 0, "step": 1})
    );
    let record = folder.redrive("show 2").json();
    assert_eq!(
        (&record["status"], &record["version"], &record["problems"]),
        (&json!("ready"), &json!(2), &json!([]))
    );
    assert_eq!(
        record["raw"],
        json!("C-002,Ben Baker,ben@,Prospect,20,,false")
    );
    assert_eq!(record["current"]["email"], json!("ben@example.com"));
}

#[test]
fn an_edit_that_stays_wrong_is_saved_and_says_so() {
    let folder = Folder::loaded();
    let stdout = folder.redrive("edit 2 /email=nobody").exit(1).run();
    insta::assert_snapshot!(stdout, @r#"
    Saved. Record 2 still needs fixing:
      ! email  This e-mail address is not complete: "nobody".
    "#);
    assert_eq!(
        folder.redrive("show 2").json()["current"]["email"],
        json!("nobody")
    );
}

#[test]
fn an_edit_that_changes_nothing_makes_no_step() {
    let folder = Folder::loaded();
    assert_eq!(
        folder.redrive("edit 2 /email=ben@").exit(1).json()["step"],
        json!(null)
    );
    assert_eq!(
        folder.redrive("history").run(),
        "Nothing was changed yet.\n"
    );
}

#[test]
fn an_unreadable_record_is_fixed_as_text() {
    let folder = Folder::loaded();
    folder
        .redrive("edit 6 /email=x@example.com")
        .exit(2)
        .stderr_has("--raw")
        .run();
    folder.write("line", "C-006,Fay Fischer,fay@example.com,Prospect,5,,\n");
    folder.redrive("edit 6 --raw line").run();
    let record = folder.redrive("show 6").json();
    assert_eq!(
        (&record["status"], &record["current"]["name"]),
        (&json!("ready"), &json!("Fay Fischer"))
    );
    assert_eq!(record["raw"], json!("C-006,Fay Fischer,fay@example.com"));
}

#[test]
fn undo_and_redo_go_through_the_history() {
    let folder = Folder::loaded();
    folder.redrive("edit 2 /email=ben@example.com").run();
    folder.redrive("edit 3 '/stage=Closed Won'").exit(1).run();
    assert_eq!(
        folder.redrive("undo").json(),
        json!({"step": 2, "records": 1, "skipped": []})
    );
    assert_eq!(
        folder.redrive("undo").json(),
        json!({"step": 1, "records": 1, "skipped": []})
    );
    folder
        .redrive("undo")
        .exit(1)
        .stderr_has("nothing to undo")
        .run();
    assert_eq!(
        folder.redrive("show 2").json()["current"]["email"],
        json!("ben@")
    );
    folder.redrive("redo").run();
    assert_eq!(folder.redrive("show 2").json()["status"], json!("ready"));
    insta::assert_snapshot!(folder.redrive("history").run(), @r"
    Step  At                        Who   What  Records          Details
       5  ____-__-__T__:__:__.___Z  jana  redo        1          email  ben@ -> ben@example.com
       4  ____-__-__T__:__:__.___Z  jana  undo        1          email  ben@ -> ben@example.com
       3  ____-__-__T__:__:__.___Z  jana  undo        1          stage  closed won -> Closed Won
       2  ____-__-__T__:__:__.___Z  jana  edit        1  undone  stage  closed won -> Closed Won
       1  ____-__-__T__:__:__.___Z  jana  edit        1          email  ben@ -> ben@example.com
    ");
}

#[test]
fn everyone_undoes_their_own_step() {
    let folder = Folder::loaded();
    folder.redrive("edit 2 /email=ben@example.com").run();
    folder
        .redrive("undo --as maria")
        .exit(1)
        .stderr_has("nothing to undo")
        .run();
    folder.redrive("undo 1 --as maria").run();
    assert_eq!(
        folder.redrive("show 2").json()["current"]["email"],
        json!("ben@")
    );
}

#[test]
fn a_check_without_changes_makes_no_step() {
    let folder = Folder::loaded();
    let report = folder.redrive("check --again").exit(1).json();
    assert_eq!(
        report,
        json!({"checked": 8, "ready": 0, "still_rejected": 8, "newly_broken": 0, "current": 0, "step": null})
    );
    // All but the one whose key another record has: that can change without it.
    let report = folder.redrive("check").exit(1).json();
    assert_eq!(
        (&report["checked"], &report["current"]),
        (&json!(8), &json!(7))
    );
    insta::assert_snapshot!(
        folder.redrive("check").exit(1).run(),
        @"Checked 8 records: 0 ready, 8 still to fix. The verdict on 7 records was current."
    );
}

#[test]
fn a_contract_that_changed_is_noticed() {
    let folder = Folder::loaded();
    folder.redrive("edit 2 /email=ben@example.com").run();
    let contract = folder.read("customers.toml");
    folder.write("customers.toml", contract.replace("crm.db", "other.db"));
    folder.redrive("check").exit(1).run();
    folder.write("customers.toml", contract.replace("<= 0.0", "<= 1.0"));
    assert_eq!(folder.redrive("show 2").json()["verdict"], json!("old"));
    let shown = folder.redrive("show 2").run();
    assert!(
        shown.contains("parse ✓  schema ? (not checked)  rule ? (not checked)"),
        "{shown}"
    );
    assert!(
        shown.contains("This verdict is old: the contract "),
        "{shown}"
    );
    folder
        .redrive("check")
        .exit(1)
        .stderr_has("customers.toml has changed since, so that 8 verdicts of this run are old.")
        .stderr_has("redrive check --run 1 --contract ")
        .run();
    folder
        .redrive("send --to crm --yes")
        .exit(2)
        .stderr_has("against it first: redrive check --run 1 --contract ")
        .run();
    folder
        .redrive("check row:2 --contract customers.toml")
        .exit(1)
        .stderr_has("7 verdicts of this run are old; check them too: redrive check --run 1")
        .run();
    assert_eq!(folder.redrive("show 2").json()["verdict"], json!("current"));
    // What is brought back was checked by the contract of then.
    folder.redrive("undo").run();
    folder.redrive("redo").run();
    assert_eq!(folder.redrive("show 2").json()["verdict"], json!("old"));
    folder
        .redrive("send --to crm --yes")
        .exit(2)
        .stderr_has("check again first: redrive check --run 1")
        .run();
    folder.redrive("check --run 1").exit(1).run();
    assert_eq!(
        folder.redrive("send --to crm --yes").exit(1).json()["accepted"],
        json!(1)
    );
    folder.redrive("verify").run();
}

#[test]
fn a_check_of_good_records_still_says_that_the_run_has_others() {
    let folder = Folder::loaded();
    folder.redrive("edit 2 /email=ben@example.com").run();
    let report = folder.redrive("check row:2").exit(1).json();
    assert_eq!(
        (&report["checked"], &report["ready"]),
        (&json!(1), &json!(1))
    );
}

#[test]
fn a_check_with_a_looser_contract_can_be_undone() {
    let folder = Folder::loaded();
    let loose = folder
        .read("customers.toml")
        .replace("formats = true", "formats = false");
    folder.write("loose.toml", loose);
    let report = folder.redrive("check --contract loose.toml").exit(1).json();
    assert_eq!(
        (&report["ready"], &report["still_rejected"]),
        (&json!(1), &json!(7))
    );
    folder.redrive("undo").run();
    assert_eq!(folder.redrive("show 2").json()["status"], json!("rejected"));
}

#[test]
fn without_a_contract_a_person_decides() {
    let folder = Folder::new();
    folder.write(
        "rejects.ndjson",
        "{\"record\": {\"email\": \"ben@\"}, \"errors\": [{\"type\": \"value_error\", \"loc\": [\"email\"], \
         \"msg\": \"value is not a valid email address\", \"input\": \"ben@\"}]}\n",
    );
    folder.redrive("load rejects.ndjson").exit(1).run();
    folder.redrive("check").exit(2).stderr_has("contract").run();
    folder
        .redrive("edit 1 /email=ben@example.com")
        .exit(1)
        .run();
    folder.redrive("edit 1 --ready").run();
    assert_eq!(folder.redrive("show 1").json()["status"], json!("ready"));
}

#[test]
fn an_edit_that_nothing_can_check_says_what_makes_it_ready() {
    let folder = Folder::new();
    folder
        .redrive("load customers.csv --keep-passed")
        .exit(1)
        .run();
    let stdout = folder.redrive("edit 2 /email=nobody").exit(1).run();
    insta::assert_snapshot!(stdout, @"Saved. Record 2 is changed, not checked: its run has no contract. `redrive edit 2 --ready` says that it is good.");
    assert!(
        folder
            .redrive("show 2")
            .run()
            .contains("changed, not checked")
    );
    folder.redrive("edit 2 --ready").run();
}

#[test]
fn an_edit_of_a_key_says_what_it_did_to_others() {
    let folder = Folder::new();
    folder.write("keys.csv", "id,name,email,stage,deal_value,since,vip\nC-001,Ada,a@example.com,Prospect,1,2024-01-31,true\nC-001,Ben,b@example.com,Prospect,1,2024-01-31,true\n");
    folder
        .redrive("load keys.csv --contract customers.toml --keep-passed")
        .exit(1)
        .run();
    let stdout = folder.redrive("edit 1 /id=C-002").run();
    insta::assert_snapshot!(stdout, @r"
    Saved. Record 1 is ready.
    The key decided 1 other record again: 1 ready, 0 to fix.
    ");
    let stdout = folder.redrive("edit 1 /id=C-001").exit(1).run();
    insta::assert_snapshot!(stdout, @r"
    Saved. Record 1 is ready.
    The key decided 1 other record again: 0 ready, 1 to fix.
    ");
}

#[test]
fn a_field_that_was_removed_is_still_shown_as_received() {
    let folder = Folder::loaded();
    folder.redrive("edit 2 --unset /name").exit(1).run();
    let shown = folder.redrive("show 2").run();
    assert!(shown.contains("name        (not there)"), "{shown}");
    assert!(shown.contains("\"Ben Baker\""), "{shown}");
}

#[test]
fn a_number_with_a_fraction_is_called_that() {
    let folder = Folder::new();
    folder.write("n.json", r#"{"properties":{"n":{"type":"integer"}}}"#);
    folder.write("n.toml", "name = \"n\"\n[schema]\nfile = \"n.json\"\n");
    folder.write("n.jsonl", "{\"n\":3.5}\n{\"n\":3.0}\n");
    folder
        .redrive("load n.jsonl --contract n.toml --keep-passed")
        .exit(1)
        .run();
    let shown = folder.redrive("show 1").run();
    assert!(
        shown.contains("N must be a whole number. 3.5 has a fraction."),
        "{shown}"
    );
}

#[test]
fn an_edit_of_a_version_that_is_gone_says_what_is_there_now_and_changes_nothing() {
    let folder = Folder::loaded();
    let first = "edit 2 /email=ben@example.com --if-version 1";
    folder.redrive(first).run();
    for words in [
        "jana changed record 2 at ",
        "it is version 2, not 1; nothing was changed\n",
        "\n  email: both changed\n",
        "\n  name: only you",
        "-v says the values), then repeat the change with --if-version 2",
    ] {
        let late = "edit 2 /email=b@example.com '/name=Ben B.' --if-version 1";
        folder.redrive(late).exit(3).stderr_has(words).run();
    }
    let late = "edit 2 /email=b@example.com '/name=Ben B.' --if-version 1 -v";
    for words in [
        "\n  email: was \"ben@\", is now \"ben@example.com\", yours \"b@example.com\" (both changed)\n",
        "\n  name: was \"Ben Baker\", is now \"Ben Baker\", yours \"Ben B.\" (only you)",
    ] {
        folder.redrive(late).exit(3).stderr_has(words).run();
    }
    let late = "edit 2 /email=b@example.com --if-version 1 --json";
    let error = r#""code":"record:changed","message":"jana changed record 2 at "#;
    let fields = r#"nothing was changed\n  email: both changed","hint""#;
    folder
        .redrive(late)
        .exit(3)
        .stderr_has(error)
        .stderr_has(fields)
        .run();
    let record = folder.redrive("show 2").json();
    assert_eq!(record["current"]["email"], json!("ben@example.com"));
    let again = "edit 2 /email=b@example.com --if-version 2";
    folder.redrive(again).run();
}

#[test]
fn a_version_that_never_was_is_told_from_one_that_is_gone() {
    let folder = Folder::loaded();
    for seen in [0, 3] {
        folder
            .redrive(&format!("edit 2 /email=b@example.com --if-version {seen}"))
            .exit(2)
            .stderr_has("record 2 never had a version")
            .stderr_has("only version 1; nothing was changed")
            .stderr_has("--if-version 1")
            .run();
    }
    folder.redrive("edit 2 /email=ben@example.com").run();
    folder
        .redrive("edit 2 /email=b@example.com --if-version 3")
        .exit(2)
        .stderr_has("never had a version 3, only versions 1 to 2")
        .run();
    assert_eq!(folder.redrive("show 2").json()["version"], json!(2));
}

#[test]
fn a_field_that_an_edit_adds_and_nobody_knows_is_said() {
    let folder = Folder::loaded();
    folder
        .redrive("edit 2 /emial=ben@example.com")
        .exit(1)
        .stderr_has(
            "/emial is a new field of record 2, which no contract knows. Did you mean /email?",
        )
        .run();
    folder.redrive("undo").run();
    // Nothing is said of one that is there.
    folder.redrive("edit 2 /email=ben@example.com").run();
}
