//! The whole flow in numbered lines, through a pipe.

use serde_json::json;

use crate::Folder;

/// Asserts that nothing steers a terminal.
fn is_plain(said: &str) {
    let steers = said.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(steers, None, "{said:?}");
}

#[test]
fn the_first_record_of_the_example_is_fixed_and_sent_by_typing_numbers() {
    let folder = Folder::new();
    // Problem, record, field, suggestion, save; then the review and the number that sends.
    let said = folder
        .redrive("--plain demo --rows 300")
        .stdin("1\n1\n1\n1\n1\nreview\n2\n1\n")
        .run();
    is_plain(&said);
    for words in [
        "Problems of run 1, customers. 300 records:",
        "A number chooses. 0 goes back.",
        "Checked: no problem would be left.",
        "Saved. The record is ready.",
        "Nothing was sent: 1 is the number to type.",
        "Of 1 record: 1 sent.",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let sent = "-w redrive-demo/redrive.db records status:accepted";
    assert_eq!(folder.redrive(sent).json_lines().len(), 1);
}

#[test]
fn a_value_is_typed_tried_saved_and_taken_back() {
    let folder = Folder::loaded();
    let said = folder
        .redrive("open --filter row:2")
        .stdin("1\n1\nben@\n0\nben@example.com\n1\nhistory\n1\nhistory\n")
        .run();
    insta::assert_snapshot!(said, @r#"

    Records: 1 record.
    1. Record 2, C-002, needs fixing: This e-mail address is not complete: "ben@".
    A number chooses. 0 goes back. help says more.
    > 1

    Record 2, needs fixing. Line 3 of customers.csv.
    Problem in email: This e-mail address is not complete: "ben@". It needs one @ and a name after it.
    1. email: ben@
    2. id: C-002
    3. name: Ben Baker
    4. stage: Prospect
    5. deal_value: 20
    6. vip: false
    A number chooses. 0 goes back. Or next, aside, good. help says more.
    > 1

    email of record 2 is now: ben@
    Problem in email: This e-mail address is not complete: "ben@". It needs one @ and a name after it.
    Anything else is the new value; = before it gives a number, or nothing. 0 goes back.
    > ben@

    email of record 2 would be: ben@
    Checked: 1 problem would be left.
    Problem in email: This e-mail address is not complete: "ben@". It needs one @ and a name after it.
    1. Save anyway
    A number chooses. 0 goes back. help says more.
    > 0

    email of record 2 is now: ben@
    Problem in email: This e-mail address is not complete: "ben@". It needs one @ and a name after it.
    Anything else is the new value; = before it gives a number, or nothing. 0 goes back.
    > ben@example.com

    email of record 2 would be: ben@example.com
    Checked: no problem would be left.
    1. Save
    A number chooses. 0 goes back. help says more.
    > 1
    Saved. The record is ready. undo takes it back.

    Record 2, ready. Line 3 of customers.csv.
    1. id: C-002
    2. name: Ben Baker
    3. email: ben@example.com, changed
    4. stage: Prospect
    5. deal_value: 20
    6. vip: false
    A number chooses. 0 goes back. Or next, aside, good. help says more.
    > history

    What was changed, newest first: 1 step. A number takes that step back.
    1. edit: email  ben@ -> ben@example.com, 1 record, jana
    A number chooses. 0 goes back. help says more.
    > 1
    Undone: email  ben@ -> ben@example.com, 1 record.

    Nothing was changed, or all of it was taken back.
    0 goes back. help says more.
    > history

    Nothing was changed, or all of it was taken back.
    0 goes back. help says more.
    >
    "#);
    assert_eq!(folder.redrive("show 2").json()["status"], json!("rejected"));
    assert_eq!(folder.redrive("history").json_lines().len(), 2);
}

#[test]
fn a_text_that_cannot_be_split_is_replaced_whole() {
    let folder = Folder::loaded();
    let said = folder
        .redrive("open --filter row:6")
        .stdin("1\n1\nC-006,Fay Fischer,fay@example.com,Prospect,5,,\n1\nnext\n")
        .run();
    assert!(said.contains("Give it another text"), "{said}");
    assert!(said.contains("Saved. The record is ready."), "{said}");
    assert!(said.contains("No other record is in this list."), "{said}");
}

#[test]
fn a_value_that_would_steer_a_terminal_is_said_harmlessly() {
    let folder = Folder::new();
    folder.write("c.csv", "id,name\nA,\u{1b}]52;c;x\u{7}\u{202e}\n");
    folder
        .redrive("load c.csv --contract customers.toml")
        .exit(1)
        .any_stderr()
        .run();
    is_plain(
        &folder
            .redrive("open --run 1")
            .stdin("1\n1\n1\n\u{1b}[2J\n")
            .run(),
    );
}

#[test]
fn what_is_not_understood_or_cannot_be_done_is_said_and_the_next_answer_is_waited_for() {
    let folder = Folder::loaded();
    let said = folder
        .redrive("--plain")
        .stdin("99\nfrog\nre\n/nope:1\nundo\nreview\nhelp\n0\n0\n0\nquit\nnever read\n")
        .run();
    for words in [
        "The numbers here are 1 to",
        "Not understood.",
        "That could be review or redo",
        "Not done: nothing to undo",
        "This is the beginning",
        "Words, which may be shortened: review, history, undo",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains("never read"), "{said}");
}
