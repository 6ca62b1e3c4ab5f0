//! The whole flow in numbered lines, through a pipe.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    process::{Child, ChildStdin, ChildStdout},
};

use serde_json::json;

use crate::{Folder, diff::nights};

/// Asserts that nothing steers a terminal.
fn is_plain(said: &str) {
    let steers = said.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(steers, None, "{said:?}");
}

/// What was said from these words on.
fn from<'s>(said: &'s str, words: &str) -> &'s str {
    &said[said.find(words).expect(said)..]
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
    A number chooses. 0 goes back. Or aside. help says more.
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
    1. edit: email  ben@ became ben@example.com, 1 record, jana
    A number chooses. 0 goes back. help says more.
    > 1
    Undone: email  ben@ became ben@example.com (1 record).

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
        "Words, which may be shortened:\nreview: what would be sent, and sending it.\nhistory: what was changed,",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains("never read"), "{said}");
}

#[test]
fn all_records_of_a_problem_are_fixed_once_their_number_is_typed() {
    let folder = Folder::new();
    // The number of a choice, where a number of records is wanted, changes nothing.
    let said = folder
        .redrive("--plain demo --rows 300")
        .stdin("1\nfix\n1\n1\n9\nundo\nquit\n")
        .run();
    is_plain(&said);
    assert!(said.contains("makes 7 of 9 ready"), "{said}");
    insta::assert_snapshot!(from(&said, "stage  map"), @r#"
    stage  map "CLOSED LOST" to "Closed Lost" and 8 more values, in 9 records. This is a preview: nothing is changed yet.
    7 will be ready to send, for example record 17: "closed won" to "Closed Won".
    2 will need fixing in another field, for example record 109: "Prospekt" to "Prospect".
    Type 9 to change so many records; undo takes it back. 0 goes back. Or each, leave RECORD.
    > 1
    Nothing was changed: 9 is the number to type.
    > 9
    Fixed 9 records (stage  map "CLOSED LOST" to "Closed Lost" and 8 more values): 7 ready, 2 to fix in another field. undo takes it back.

    Stage not in the list: no record.
    0 goes back. help says more.
    > undo
    Undone: stage  map "CLOSED LOST" to "Closed Lost" and 8 more values (9 records).

    Stage not in the list: 9 records.
    1. Record 17, CUS-0000017, needs fixing: "closed won" is not one of the allowed values.
    2. Record 64, CUS-0000064, needs fixing: "negotiation" is not one of the allowed values.
    3. Record 95, CUS-0000095, needs fixing: "CLOSED LOST" is not one of the allowed values.
    4. Record 109, cus-0000109, needs fixing: Customer number is not written the expected way. And 1 more.
    5. Record 117, CUS-0000117, needs fixing: "qualified" is not one of the allowed values.
    6. Record 181, CUS-0000181, needs fixing: "Closed-Won" is not one of the allowed values.
    7. Record 264, CUS-0000264, needs fixing: "Negotation" is not one of the allowed values.
    8. Record 268, CUS-0000268, needs fixing: "PROSPECT" is not one of the allowed values. And 1 more.
    9. Record 278, CUS-0000278, needs fixing: "closed_lost" is not one of the allowed values.
    A number chooses. 0 goes back. Or fix, aside. help says more.
    > quit
    "#);
    let history = folder.redrive("-w redrive-demo/redrive.db history");
    assert_eq!(history.json_lines().len(), 2, "a fix and its undo");
}

#[test]
fn a_record_is_left_out_of_a_fix_by_its_number_in_the_list_or_its_own() {
    let folder = Folder::new();
    let said = folder
        .redrive("--plain demo --rows 300")
        .stdin("1\nfix\n1\neach\n1\n1\nleave 64\nleave 95\nleave 1\nleave me\n0\n9\n7\nquit\n")
        .run();
    is_plain(&said);
    let told = from(&said, "> each");
    let end = told.find("Stage not in the list: ").expect(told);
    insta::assert_snapshot!(told[..end], @r#"
    > each

    stage  map "CLOSED LOST" to "Closed Lost" and 8 more values: 9 records. A number leaves that record out, or takes it in again. 9 would change, 0 left out.
    1. Record 17: "closed won" to "Closed Won", will be ready to send
    2. Record 64: "negotiation" to "Negotiation", will be ready to send
    3. Record 95: "CLOSED LOST" to "Closed Lost", will be ready to send
    4. Record 109: "Prospekt" to "Prospect", will need fixing in another field
    5. Record 117: "qualified" to "Qualified", will be ready to send
    6. Record 181: "Closed-Won" to "Closed Won", will be ready to send
    7. Record 264: "Negotation" to "Negotiation", will be ready to send
    8. Record 268: "PROSPECT" to "Prospect", will need fixing in another field
    9. Record 278: "closed_lost" to "Closed Lost", will be ready to send
    A number chooses. 0 goes back. Or leave RECORD. help says more.
    > 1
    Record 17 is left out: 8 records would change.

    stage  map "CLOSED LOST" to "Closed Lost" and 8 more values: 9 records. A number leaves that record out, or takes it in again. 8 would change, 1 left out.
    1. Record 17: "closed won" to "Closed Won", left out
    2. Record 64: "negotiation" to "Negotiation", will be ready to send
    3. Record 95: "CLOSED LOST" to "Closed Lost", will be ready to send
    4. Record 109: "Prospekt" to "Prospect", will need fixing in another field
    5. Record 117: "qualified" to "Qualified", will be ready to send
    6. Record 181: "Closed-Won" to "Closed Won", will be ready to send
    7. Record 264: "Negotation" to "Negotiation", will be ready to send
    8. Record 268: "PROSPECT" to "Prospect", will need fixing in another field
    9. Record 278: "closed_lost" to "Closed Lost", will be ready to send
    A number chooses. 0 goes back. Or leave RECORD. help says more.
    > 1
    Record 17 is taken in again: 9 records would change.

    stage  map "CLOSED LOST" to "Closed Lost" and 8 more values: 9 records. A number leaves that record out, or takes it in again. 9 would change, 0 left out.
    1. Record 17: "closed won" to "Closed Won", will be ready to send
    2. Record 64: "negotiation" to "Negotiation", will be ready to send
    3. Record 95: "CLOSED LOST" to "Closed Lost", will be ready to send
    4. Record 109: "Prospekt" to "Prospect", will need fixing in another field
    5. Record 117: "qualified" to "Qualified", will be ready to send
    6. Record 181: "Closed-Won" to "Closed Won", will be ready to send
    7. Record 264: "Negotation" to "Negotiation", will be ready to send
    8. Record 268: "PROSPECT" to "Prospect", will need fixing in another field
    9. Record 278: "closed_lost" to "Closed Lost", will be ready to send
    A number chooses. 0 goes back. Or leave RECORD. help says more.
    > leave 64
    Record 64 is left out: 8 records would change.

    stage  map "CLOSED LOST" to "Closed Lost" and 8 more values: 9 records. A number leaves that record out, or takes it in again. 8 would change, 1 left out.
    1. Record 17: "closed won" to "Closed Won", will be ready to send
    2. Record 64: "negotiation" to "Negotiation", left out
    3. Record 95: "CLOSED LOST" to "Closed Lost", will be ready to send
    4. Record 109: "Prospekt" to "Prospect", will need fixing in another field
    5. Record 117: "qualified" to "Qualified", will be ready to send
    6. Record 181: "Closed-Won" to "Closed Won", will be ready to send
    7. Record 264: "Negotation" to "Negotiation", will be ready to send
    8. Record 268: "PROSPECT" to "Prospect", will need fixing in another field
    9. Record 278: "closed_lost" to "Closed Lost", will be ready to send
    A number chooses. 0 goes back. Or leave RECORD. help says more.
    > leave 95
    Record 95 is left out: 7 records would change.

    stage  map "CLOSED LOST" to "Closed Lost" and 8 more values: 9 records. A number leaves that record out, or takes it in again. 7 would change, 2 left out.
    1. Record 17: "closed won" to "Closed Won", will be ready to send
    2. Record 64: "negotiation" to "Negotiation", left out
    3. Record 95: "CLOSED LOST" to "Closed Lost", left out
    4. Record 109: "Prospekt" to "Prospect", will need fixing in another field
    5. Record 117: "qualified" to "Qualified", will be ready to send
    6. Record 181: "Closed-Won" to "Closed Won", will be ready to send
    7. Record 264: "Negotation" to "Negotiation", will be ready to send
    8. Record 268: "PROSPECT" to "Prospect", will need fixing in another field
    9. Record 278: "closed_lost" to "Closed Lost", will be ready to send
    A number chooses. 0 goes back. Or leave RECORD. help says more.
    > leave 1
    Record 1 is not among those that would change.
    > leave me
    leave wants the number of a record.
    > 0

    stage  map "CLOSED LOST" to "Closed Lost" and 8 more values, in 7 records. This is a preview: nothing is changed yet.
    5 will be ready to send, for example record 17: "closed won" to "Closed Won".
    2 will need fixing in another field, for example record 109: "Prospekt" to "Prospect".
    2 left out.
    Type 7 to change so many records; undo takes it back. 0 goes back. Or each, leave RECORD.
    > 9
    Nothing was changed: 7 is the number to type.
    > 7
    Fixed 7 records (stage  map "CLOSED LOST" to "Closed Lost" and 8 more values): 5 ready, 2 to fix in another field. Left as they are: 2 records, left out. undo takes it back.
    "#);
    let history = folder.redrive("-w redrive-demo/redrive.db history");
    assert_eq!(history.json_lines()[0]["records"], 7);
    for (record, status) in [(17, "ready"), (64, "rejected"), (95, "rejected")] {
        let show = folder.redrive(&format!("-w redrive-demo/redrive.db show {record}"));
        assert_eq!(show.json()["status"], status, "{record}");
    }
}

#[test]
fn after_one_record_is_fixed_the_others_with_the_same_problem_are_told_and_fixed() {
    let folder = Folder::new();
    let said = folder
        .redrive("--plain demo --rows 300")
        .stdin("1\n1\n1\n1\n1\nfix\n1\n8\n0\nquit\n")
        .run();
    is_plain(&said);
    for words in [
        "Saved. The record is ready. undo takes it back. 8 other records have the same problem: fix does one thing to all of them.",
        "Or next, aside, good, fix.",
        "Fix all: Stage not in the list, field stage, 8 records.",
        "Fixed 8 records",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // A record that was opened by itself, and one whose problem stays, tell of nobody.
    let said = folder
        .redrive("-w redrive-demo/redrive.db --plain open --row 17")
        .stdin("undo\nundo\n1\nnonsense\n1\nquit\n")
        .run();
    assert!(said.contains("still needs fixing"), "{said}");
    assert!(!said.contains("the same problem"), "{said}");
}

#[test]
fn what_a_fix_needs_is_typed_and_what_cannot_be_done_is_said() {
    let folder = Folder::loaded();
    let said = folder
        .redrive("--plain open --filter problem:2")
        .stdin("fix\n4\nno sign\nProspect=Lead\n0\n0\n2\n=\n0\nquit\n")
        .run();
    is_plain(&said);
    insta::assert_snapshot!(from(&said, "A regular expression"), @r#"
    A regular expression, =, and what is to stand there instead; $1 is its first group.
    Type it. 0 goes back.
    > no sign
    Write old=new.
    > Prospect=Lead

    stage  replace pattern Prospect with "Lead", in 1 record. This is a preview: nothing is changed yet.
    1 unchanged, for example record 3: "closed won".
    0 goes back. help says more.
    > 0

    A regular expression, =, and what is to stand there instead; $1 is its first group.
    Type it. 0 goes back.
    > 0

    Fix all: Stage not in the list, field stage, 1 record. What is to be done? Nothing is changed before you have heard what it comes to.
    1. Map "closed won" to "Closed Won": makes 0 of 1 ready
    2. Set one value ...
    3. Find and replace ...
    4. Find and replace by a pattern ...
    5. Map an old value to a new one ...
    6. Trim and tidy text
    7. Rewrite a date, day first
    8. Rewrite a date, month first
    9. Rewrite a date, leave what can be read two ways
    10. Rewrite a date, name the zone of its times ...
    11. Clean up a number, decimal point
    12. Clean up a number, decimal comma
    13. Yes and no as true and false
    14. lower case
    15. UPPER CASE
    16. Title Case
    17. Put the schema's default where it is empty
    18. Copy from another field ...
    19. Remove the field
    20. Formula (advanced) ...
    A number chooses. 0 goes back. help says more.
    > 2

    The value that all of them get. = alone empties the field.
    Type it. 0 goes back.
    > =

    stage  set to "", in 1 record. This is a preview: nothing is changed yet.
    1 still wrong in this field, for example record 3: "closed won" to missing.
    Type 1 to change so many records; undo takes it back. 0 goes back. Or each, leave RECORD.
    > 0

    The value that all of them get. = alone empties the field.
    Type it. 0 goes back.
    > quit

    stage  set to "quit", in 1 record. This is a preview: nothing is changed yet.
    1 still wrong in this field, for example record 3: "closed won" to "quit".
    Type 1 to change so many records; undo takes it back. 0 goes back. Or each, leave RECORD.
    > 
    Nothing was changed: the answers ended here.
    "#);
    let history = folder.redrive("history");
    assert!(history.json_lines().is_empty(), "nothing was applied");
}

#[test]
fn a_filter_is_kept_as_a_view_found_by_number_and_removed() {
    let folder = Folder::loaded();
    let said = folder
        .redrive("--plain")
        .remembers()
        .stdin("/stage:parse\nsave cannot be read\n0\n/nope:1\nviews\n1\n0\nremove nothing\nremove cannot be read\nquit\n")
        .run();
    is_plain(&said);
    insta::assert_snapshot!(from(&said, "> views"), @r"
    > views

    1 saved view, for run 1.
    1. cannot be read: stage:parse
    2. Lately: stage:parse
    A number chooses. 0 goes back. Or remove NAME. help says more.
    > 1

    Records with stage:parse: 2 records.
    1. Record 6, needs fixing: Columns expected 7, found 3.
    2. Record 9, needs fixing: Byte E4 at position 8 is not UTF-8.
    A number chooses. 0 goes back. Or aside, save NAME. help says more.
    > 0

    1 saved view, for run 1.
    1. cannot be read: stage:parse
    2. Lately: stage:parse
    A number chooses. 0 goes back. Or remove NAME. help says more.
    > remove nothing
    No view is called that.
    > remove cannot be read
    The view cannot be read is removed.

    No view is saved. A slash and a filter finds records, and save NAME keeps the filter as a view.
    1. Lately: stage:parse
    A number chooses. 0 goes back. help says more.
    > quit
    ");
    assert!(said.contains("Saved as the view cannot be read."), "{said}");
}

#[test]
fn a_run_is_heard_beside_the_one_before_it() {
    let folder = nights();
    let said = folder
        .redrive("open --run 3")
        .stdin("since\n1\n0\n0\nquit\n")
        .run();
    is_plain(&said);
    insta::assert_snapshot!(said, @r#"

    Problems of run 3, customers. 5 records: 4 to fix, 0 ready to send, 0 sent.
    2 problems.
    Since run 2: 0 problems new, 1 gone. since says more.
    1. Email address not complete: 3 records, field email, 2 before
    2. Date not year-month-day: 1 record, field since, came back, last seen in run 1
    A number chooses. 0 goes back. help says more.
    > since

    Run 3 of ____-__-__T__:__:__.___Z, beside run 2 of ____-__-__T__:__:__.___Z.
    1 came back, 1 growing, 1 gone. 3 problems.
    1. Date not year-month-day, since: came back, last seen in run 1, 0 before, 1 record now
    2. Email address not complete, email: growing, 2 before, 3 records now
    3. VIP is not yes or no, vip: gone, 1 before, 0 records now
    A number chooses. 0 goes back. help says more.
    > 1

    Date not year-month-day: 1 record.
    1. Record 11, C-104, needs fixing: This date is not written year-month-day: "31/12/2025".
    A number chooses. 0 goes back. Or fix, aside. help says more.
    > 0

    Run 3 of ____-__-__T__:__:__.___Z, beside run 2 of ____-__-__T__:__:__.___Z.
    1 came back, 1 growing, 1 gone. 3 problems.
    1. Date not year-month-day, since: came back, last seen in run 1, 0 before, 1 record now
    2. Email address not complete, email: growing, 2 before, 3 records now
    3. VIP is not yes or no, vip: gone, 1 before, 0 records now
    A number chooses. 0 goes back. help says more.
    > 0

    Problems of run 3, customers. 5 records: 4 to fix, 0 ready to send, 0 sent.
    2 problems.
    Since run 2: 0 problems new, 1 gone. since says more.
    1. Email address not complete: 3 records, field email, 2 before
    2. Date not year-month-day: 1 record, field since, came back, last seen in run 1
    A number chooses. 0 goes back. help says more.
    > quit
    "#);
    let alone = folder.redrive("open --run 1").stdin("since\nquit\n").run();
    assert!(alone.contains("Not done: run 1 is the first"), "{alone}");
}

/// Somebody who talks to the program while others work.
struct Talk {
    child: Child,
    says: ChildStdin,
    hears: ChildStdout,
}

impl Talk {
    fn start(folder: &Folder, line: &str) -> Self {
        let mut child = folder.redrive(line).command().spawn().unwrap();
        let (says, hears) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut talk = Self { child, says, hears };
        talk.heard();
        talk
    }

    /// Types a line and gives what is said to it.
    fn say(&mut self, line: &str) -> String {
        writeln!(self.says, "{line}").unwrap();
        self.heard()
    }

    /// What is said until the next answer is waited for.
    fn heard(&mut self) -> String {
        let mut said = Vec::new();
        while !said.ends_with(b"> ") || (said.len() > 2 && !said.ends_with(b"\n> ")) {
            let mut byte = [0];
            let read = self.hears.read(&mut byte).unwrap();
            assert_eq!(read, 1, "it ended: {}", String::from_utf8_lossy(&said));
            said.push(byte[0]);
        }
        String::from_utf8(said).unwrap()
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_became_ready_while_the_review_was_read_is_not_sent() {
    let folder = Folder::loaded();
    folder.redrive("edit 2 /email=ben@example.com").run();
    let mut talk = Talk::start(&folder, "--plain -w redrive.db");
    talk.say("review");
    let said = talk.say("1");
    assert!(said.contains("Run 1. Send 1 record"), "{said}");
    folder.redrive("edit 8 /deal_value=1200.50 /vip=true").run();
    let said = talk.say("1");
    assert!(said.contains("2 records would be sent, not 1"), "{said}");
    assert!(
        said.contains("Run 1. Send 2 records"),
        "2 means nothing before it was said: {said}"
    );
    let sent = "records status:accepted";
    assert_eq!(folder.redrive(sent).json_lines().len(), 0);
}

#[test]
fn what_somebody_else_saved_while_a_value_was_typed_is_not_written_over() {
    let folder = Folder::loaded();
    let mut talk = Talk::start(&folder, "--plain -w redrive.db open --filter row:2");
    talk.say("1");
    let said = talk.say("1");
    assert!(said.contains("email of record 2 is now: ben@"), "{said}");
    folder.redrive("edit 2 /email=other@example.com").run();
    let said = talk.say("mine@example.com");
    assert!(said.contains("Save"), "{said}");
    let said = talk.say("1");
    assert!(said.contains("changed"), "{said}");
    let record = folder.redrive("show 2").json();
    assert_eq!(record["current"]["email"], "other@example.com", "{record}");
}

#[test]
fn a_record_is_opened_by_its_number() {
    let folder = Folder::loaded();
    let said = folder.redrive("--plain open --row 8").stdin("quit\n").run();
    assert!(said.contains("Record 8, needs fixing."), "{said}");
    folder
        .redrive("load customers.csv --contract customers.toml --again")
        .exit(1)
        .any_stderr()
        .run();
    folder
        .redrive("--plain open --row 8 --run 2")
        .exit(2)
        .stderr_has("record 8 is of run 1, not of run 2")
        .run();
    let said = folder
        .redrive("--plain open --row 8 --filter status:ready")
        .stdin("0\nquit\n")
        .run();
    assert!(said.contains("Records: no record."), "{said}");
    folder
        .redrive("--plain open --row 999")
        .exit(3)
        .stderr_has("999")
        .run();
}

#[test]
fn a_whole_problem_is_set_aside_for_its_number_and_taken_back() {
    let folder = Folder::loaded();
    let aside = "records status:discarded";
    let problem = "1\naside\n";
    let said = folder
        .redrive("--plain open --run 1")
        .stdin(format!("{problem}99\n"))
        .run();
    assert!(said.contains("would be set aside."), "{said}");
    assert!(said.contains("Nothing was changed: "), "{said}");
    assert!(
        said.trim_end()
            .ends_with("Nothing was changed: the answers ended here."),
        "{said}"
    );
    assert_eq!(folder.redrive(aside).json_lines().len(), 0);
    let number = folder.redrive("groups").json()[0]["open"].to_string();
    let said = folder
        .redrive("--plain open --run 1")
        .stdin(format!("{problem}{number} test orders\nhistory\n0\nundo\n"))
        .run();
    assert!(said.contains("Set aside: "), "{said}");
    assert!(said.contains(": test orders, jana"), "{said}");
    assert!(said.contains("Undone: "), "{said}");
    assert_eq!(folder.redrive(aside).json_lines().len(), 0);
}

#[test]
fn what_has_no_answer_is_settled_by_a_word_and_its_number() {
    let folder = Folder::loaded();
    folder.redrive("edit 2 /email=ben@example.com").run();
    let contract = folder.read("customers.toml")
        + "\n[[destination]]\nname = \"queue\"\nkind = \"command\"\ncommand = [\"sh\", \"-c\", \"kill -9 $$\"]\n\
           environment = \"test\"\nidempotency = \"none\"\n";
    folder.write("customers.toml", contract);
    folder
        .redrive("send --to queue --yes")
        .exit(5)
        .any_stderr()
        .run();
    let said = folder
        .redrive("--plain open --row 2")
        .stdin("not-sent\n2\n1 the queue is empty\n0\n")
        .run();
    for words in [
        "Find out, then type sent or not-sent.",
        "Record 2: 1 record without an answer.",
        "Nothing was changed: 1 is the number to type.",
        "Ready to send again: 1 record.",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(folder.redrive("show 2").json()["status"], json!("ready"));
}

#[test]
fn a_report_is_written_under_a_name_that_is_chosen_or_typed() {
    let folder = Folder::loaded();
    let said = folder
        .redrive("--plain open --run 1")
        .stdin("report\n2\nreport\nmine.html\nreport\nrun-1.md\n0\n")
        .run();
    assert!(said.contains("1. run-1.html\n2. run-1.md\n"), "{said}");
    assert!(
        said.contains("The report on run 1 was written to run-1.md."),
        "{said}"
    );
    assert!(folder.read("mine.html").starts_with("<!"), "a page");
    assert!(said.contains("run-1.md is there already"), "{said}");
}

#[test]
fn a_link_opens_its_record_and_no_other() {
    let folder = Folder::loaded();
    let said = folder
        .redrive("--plain open redrive://customers/8")
        .stdin("0\nquit\n")
        .run();
    assert!(said.contains("Record 8, needs fixing."), "{said}");
    for (link, code, words) in [
        (
            "redrive://orders/8",
            2,
            "record 8 is of the run customers here, and not of orders",
        ),
        ("redrive://customers/999", 3, "999"),
        ("customers/8", 2, "'customers/8' is no link to a record"),
        ("redrive://customers/8 --row 8", 2, "cannot be used with"),
    ] {
        folder
            .redrive(&format!("--plain open {link}"))
            .exit(code)
            .stderr_has(words)
            .run();
    }
}

#[test]
fn a_filter_with_another_run_is_reviewed_with_that_run() {
    let folder = Folder::loaded();
    folder
        .redrive("load customers.csv --contract customers.toml --again")
        .exit(1)
        .any_stderr()
        .run();
    let ben = &folder.redrive("records run:2 email:ben@").json_lines()[0]["record"];
    folder
        .redrive(&format!("edit {ben} /email=ben@example.com"))
        .run();
    let mut talk = Talk::start(&folder, "--plain -w redrive.db open --run 1");
    talk.say("review");
    let said = talk.say("1");
    assert!(said.contains("no record is ready"), "{said}");
    talk.say("/run:2");
    talk.say("review");
    let said = talk.say("1");
    assert!(said.contains("Run 2. Send 1 record"), "{said}");
    assert!(talk.say("/is:marked").contains("marked on the screen"));
}

#[test]
fn what_is_no_text_or_far_too_long_is_said_and_the_next_answer_is_waited_for() {
    let folder = Folder::loaded();
    let mut typed = b"\xff\n".repeat(20_000);
    typed.extend(b"9".repeat(3 << 20));
    typed.extend(b"\nquit\n");
    folder.write("typed", typed);
    let mut plain = folder.redrive("--plain").command();
    plain.stdin(File::open(folder.path("typed")).unwrap());
    let said = String::from_utf8(plain.output().unwrap().stdout).unwrap();
    assert_eq!(said.matches("That is not UTF-8").count(), 20_000);
    assert_eq!(said.matches("longer than a megabyte").count(), 1);
}

#[test]
fn where_the_answers_end_before_something_is_done_it_is_said_that_it_was_not() {
    let folder = Folder::loaded();
    let ends = |typed: &str, words: &str| {
        let said = folder.redrive("open --filter row:2").stdin(typed).run();
        assert!(said.trim_end().ends_with(words), "{typed:?}: {said}");
    };
    ends("1\n1\n", "Nothing was saved: the answers ended here.");
    ends(
        "1\n1\nben@example.com\n",
        "Nothing was saved: the answers ended here.",
    );
    ends("1\n", "help says more.\n>");
    folder.redrive("edit 2 /email=ben@example.com").run();
    ends("review\n1\n", "Nothing was sent: the answers ended here.");
    ends(
        "0\n1\n1\nfix\n2\n",
        "Nothing was changed: the answers ended here.",
    );
    assert_eq!(folder.redrive("show 2").json()["status"], json!("ready"));
}

#[test]
fn who_looks_only_hears_that_nothing_is_changed() {
    let folder = Folder::loaded();
    let said = folder
        .redrive("open --read-only --filter row:2")
        .stdin("1\naside\ngood\ncheck\nundo\n1\nben@example.com\n1\n")
        .run();
    let no = "Nothing is changed here: the workspace was opened to look only.";
    assert_eq!(said.matches(no).count(), 5, "{said}");
    assert!(!said.contains("permission"), "{said}");
}

#[test]
fn a_run_without_a_contract_says_what_is_left_and_what_gives_it_one() {
    let folder = Folder::new();
    folder.write(
        "told.ndjson",
        r#"{"record":{"id":"1"},"errors":[{"type":"missing","loc":["x"],"msg":"Field required","input":{}}]}"#,
    );
    folder.redrive("load told.ndjson").exit(1).run();
    folder.redrive("edit 1 /x=3").any_stderr().exit(1).run();
    let said = folder
        .redrive("--plain")
        .stdin("review\n/\nmore\n0\n/is:rejected\n1\ngood\nhistory\n")
        .run();
    for words in [
        "No problem is left, but nothing has checked 1 record yet. /is:rejected finds it.",
        "says where its records go (`redrive check --contract FILE` in a shell gives it one).",
        "All records: 1 record.",
        "This is the last part.",
        "Record 1 is ready.",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains("--contract FILE)"), "{said}");
}
