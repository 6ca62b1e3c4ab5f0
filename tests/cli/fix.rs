//! Commands that change many records, and what they leave in the history.

use serde_json::json;

use crate::Folder;

#[test]
fn a_dry_run_says_what_would_happen_and_changes_nothing() {
    let folder = Folder::loaded();
    let stdout = folder
        .redrive("fix --field /email --pattern '@$=@example.com' --dry-run")
        .exit(1)
        .run();
    insta::assert_snapshot!(stdout, @r#"
    email  replace pattern @$ with "@example.com" in 8 records. This is a preview: nothing is changed.
            1  will be ready to send
                 record 2  "ben@" -> "ben@example.com"
            7  unchanged
                 record 3  "cleo@example.com"
                 record 4  "dora@example.com"
                 record 5  "eli@example.com"
    "#);
    assert_eq!(
        folder.redrive("history").run(),
        "Nothing was changed yet.\n"
    );
}

#[test]
fn a_fix_is_one_step_and_says_what_became_of_its_records() {
    let folder = Folder::loaded();
    let report = folder
        .redrive("fix 'field:/email' --field /email --pattern '@$=@example.com'")
        .exit(1)
        .json();
    insta::assert_snapshot!(report, @r#"{"scope":1,"changed":1,"ready":1,"still_rejected":0,"still_wrong":0,"wrong_elsewhere":0,"not_checked":0,"newly_broken":0,"unchanged":0,"ambiguous":0,"undecided":0,"left_out":0,"others":0,"skipped":[],"step":1}"#);
    let undone = folder.redrive("undo").json();
    assert_eq!(undone["records"], report["changed"]);
}

#[test]
fn what_cannot_be_done_is_said_with_its_place_and_changes_nothing() {
    let folder = Folder::loaded();
    folder
        .redrive("fix --field /emial --trim")
        .exit(2)
        .stderr_has("did you mean /email?")
        .run();
    folder
        .redrive("fix --field /email --pattern 'a(b=c'")
        .exit(2)
        .stderr_has("unclosed group (character 2)")
        .run();
    folder
        .redrive("fix --field /email --formula 'value + '")
        .exit(2)
        .stderr_has("(character")
        .run();
    folder
        .redrive("fix row:99 --field /email --trim")
        .exit(1)
        .run();
    folder.write("map.csv", "old,new,old\n");
    folder
        .redrive("fix --field /stage --map map.csv")
        .exit(2)
        .stderr_has("the map has the column 'old' twice")
        .run();
    folder.write("new.toml", "version = 9\nname = \"x\"\n");
    folder
        .redrive("fix --recipe new.toml")
        .exit(2)
        .stderr_has("it is of form 9, and this redrive knows form 1")
        .run();
    assert_eq!(
        folder.redrive("history").run(),
        "Nothing was changed yet.\n"
    );
}

#[test]
fn tonights_fixes_are_tomorrows_recipe() {
    let folder = Folder::loaded();
    folder
        .redrive("fix 'error:format' --field /email --pattern '@$=@example.com'")
        .exit(1)
        .run();
    folder.redrive("edit 8 /deal_value=1200.50").exit(1).run();
    folder
        .redrive("history --recipe night.toml")
        .stderr_has("2 steps saved in night.toml")
        .run();
    std::fs::hard_link(folder.path("night.toml"), folder.path("first.toml")).unwrap();
    std::fs::write(folder.path("night.toml"), "# mine").unwrap();
    folder
        .redrive("history --recipe night.toml")
        .stderr_has("2 steps saved in night.toml")
        .run();
    assert_eq!(folder.read("first.toml"), "# mine");
    insta::assert_snapshot!(folder.read("night.toml"), @r#"
    version = 1
    name = "customers"

    [[step]]
    where = "error:format"
    field = "/email"

    [[step.do]]

    [step.do.pattern]
    pattern = "@$"
    with = "@example.com"

    [[step]]
    field = "/deal_value"

    [[step.do]]

    [step.do.map.values]
    "1,200.50" = "1200.50"
    "#);
    let by_hand = folder
        .redrive("export --format csv -o hand.csv -- -stage:parse")
        .any_stderr();
    by_hand.run();
    // Another night, the same input: the same result, byte for byte.
    let tomorrow = Folder::new();
    tomorrow.write("night.toml", folder.read("night.toml"));
    let said = tomorrow
        .redrive("load customers.csv --contract customers.toml --recipe night.toml")
        .exit(1)
        .any_stderr()
        .run();
    insta::assert_snapshot!(said, @r#"
    Run 1 (customers): 10 records read, 2 passed, 8 rejected with 10 problems in 9 groups, 2 unreadable.
    /email  replace pattern @$ with "@example.com": 1 of 2 records: 1 ready.
    /deal_value  map "1,200.50" to "1200.50": 1 of 8 records: 0 ready, 1 to fix in another field.
    "#);
    tomorrow
        .redrive("export --format csv -o again.csv -- -stage:parse")
        .any_stderr()
        .run();
    assert_eq!(tomorrow.read("again.csv"), folder.read("hand.csv"));
    // What was fixed already is not fixed again, and a step that does not fit says so.
    folder.write(
        "other.toml",
        "version = 1\nname = \"x\"\n[[step]]\nfield = \"/nothing\"\ndo = [{ remove = {} }]\n",
    );
    folder
        .redrive("fix --recipe other.toml")
        .exit(1)
        .stderr_has("does not fit and was skipped: no record has the field /nothing")
        .run();
    folder
        .redrive("fix --recipe other.toml --strict")
        .exit(2)
        .stderr_has("does not fit")
        .run();
}

#[test]
fn records_are_set_aside_and_taken_back() {
    let folder = Folder::loaded();
    let stdout = folder
        .redrive("discard stage:parse --reason 'test data'")
        .run();
    assert_eq!(stdout, "Set aside: 2 records.\n");
    let runs = folder.redrive("runs").json();
    assert_eq!(runs[0]["statuses"]["discarded"], 2);
    let taken = folder.redrive("restore is:aside").json();
    assert_eq!(taken, json!({"records": 2, "skipped": [], "step": 2}));
    folder.redrive("restore is:aside").exit(1).run();
    assert!(
        folder
            .redrive("history")
            .run()
            .contains("2 records: test data")
    );
}

#[test]
fn a_note_is_shown_with_its_record() {
    let folder = Folder::loaded();
    folder
        .redrive("note --record 2 'waits for the customer'")
        .run();
    let notes = &folder.redrive("show 2").json()["notes"];
    assert_eq!(notes[0]["text"], "waits for the customer");
    folder.redrive("note --group 1 'the CRM team asks'").run();
    folder.redrive("note --run 1 'for the morning'").run();
    let groups = folder.redrive("groups").json();
    let first = groups
        .as_array()
        .unwrap()
        .iter()
        .find(|group| group["group"] == 1);
    assert_eq!(first.unwrap()["notes"][0]["text"], "the CRM team asks");
    let runs = folder.redrive("runs").json();
    assert_eq!(runs[0]["notes"][0]["text"], "for the morning");
    folder.redrive("undo").run();
    folder.redrive("undo").run();
    assert!(
        folder
            .redrive("show 2")
            .run()
            .contains("waits for the customer")
    );
    folder
        .redrive("note --record 99 x")
        .exit(3)
        .stderr_has("no record 99")
        .run();
    folder.redrive("undo").run();
    assert_eq!(folder.redrive("show 2").json()["notes"], json!([]));
}

#[test]
fn a_suggestion_is_measured_and_says_what_it_does() {
    let folder = Folder::loaded();
    let groups = folder.redrive("groups").json();
    let groups = groups.as_array().unwrap().iter();
    let stage = groups.clone().find(|group| group["path"] == "/stage");
    let line = format!("suggest {}", stage.unwrap()["group"]);
    let all = folder.redrive(&line).json_lines();
    assert_eq!(
        (&all[0]["field"], &all[0]["do"], &all[0]["scope"]),
        (
            &json!("/stage"),
            &json!([{"map": {"values": {"closed won": "Closed Won"}}}]),
            &json!(1)
        )
    );
    folder
        .redrive("suggest 99")
        .exit(3)
        .stderr_has("there is no group 99")
        .run();
}

#[test]
fn the_values_of_a_problem_become_a_map_that_mends_them() {
    let folder = Folder::loaded();
    let groups = folder.redrive("groups").json();
    let mut groups = groups.as_array().unwrap().iter();
    let stage = groups.find(|group| group["path"] == "/stage").unwrap();
    let line = format!("values {}", stage["group"]);
    assert_eq!(
        folder.redrive(&line).json_lines(),
        [json!({
            "value": "closed won", "missing": false, "count": 1, "shape": "a+ aaa", "record": 3, "repair": "Closed Won"
        })]
    );
    folder
        .redrive(&format!("{line} -o map.csv"))
        .stderr_has("1 value written to map.csv")
        .run();
    assert_eq!(
        folder.read("map.csv"),
        "old,new,count\nclosed won,Closed Won,1\n"
    );
    // A file that is there is replaced once the new one is whole: whoever has it open reads the old one to its end.
    folder.write("map.csv", "mine");
    std::fs::hard_link(folder.path("map.csv"), folder.path("old.csv")).unwrap();
    folder
        .redrive(&format!("{line} -o map.csv"))
        .stderr_has("1 value written to map.csv")
        .run();
    assert_eq!(folder.read("old.csv"), "mine");
    folder
        .redrive(&format!("{line} -o no/map.csv"))
        .exit(3)
        .stderr_has("there is no folder no")
        .run();
    let fixed = folder
        .redrive("fix --field /stage --map map.csv")
        .exit(1)
        .json();
    assert_eq!(fixed["changed"], 1);
}

#[test]
fn records_that_are_no_utf8_are_read_in_the_encoding_they_are_in() {
    let folder = Folder::new();
    folder.write("people.csv", b"id,name\nA,M\xfcller\nB,x\nC,\xe9t\xe9\n");
    folder.write("s.json", r#"{"type":"object","required":["name"]}"#);
    folder.write("c.toml", "name = \"p\"\n[schema]\nfile = \"s.json\"\n");
    folder
        .redrive("load people.csv --contract c.toml")
        .exit(1)
        .any_stderr()
        .run();
    let fixed = folder
        .redrive("fix stage:parse --field /name --encoding windows-1252")
        .json();
    assert_eq!((&fixed["changed"], &fixed["ready"]), (&json!(2), &json!(2)));
    let first = folder.redrive("show 1").json();
    assert_eq!(first["current"], json!({"id": "A", "name": "Müller"}));
    // What was received stays, and an undo goes back to it.
    folder.redrive("undo").run();
    assert_eq!(folder.redrive("show 1").json()["current"], json!(null));
    folder.redrive("verify").run();
}

#[test]
fn a_dry_run_with_the_day_first_does_not_ask_what_comes_first() {
    let folder = Folder::new();
    folder.write("in.csv", "id,day\n1,01/02/2025\n2,03/04/2025\n");
    folder.redrive("load in.csv --keep-passed").run();
    let dry = |order: &str, code| {
        let command = format!("fix --field /day --date auto {order} --dry-run");
        folder.redrive(&command).exit(code).run()
    };
    assert!(dry("", 1).contains("Nothing says which is meant"));
    let decided = dry("--day-first", 0);
    assert!(
        decided.contains("2 either way. These are read with the day first."),
        "{decided}"
    );
}
