//! The whole path through real parts: load, fix, check, send twice. Nothing is lost and nothing is sent twice.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use redrive::{
    filter::Filter,
    fix::Change,
    model::{Fault, Path as Pointer, RecordId, Status},
    ops::{self, Job, LoadRequest, SendRequest, Workspace},
};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["customers.csv", "customers.toml", "customers.schema.json"] {
        fs::copy(Path::new("tests/data").join(name), folder.path().join(name)).unwrap();
    }
    folder
}

fn load_request(folder: &Path, file: &str) -> LoadRequest {
    LoadRequest {
        files: vec![folder.join(file)],
        contract: Some(folder.join("customers.toml")),
        ..LoadRequest::default()
    }
}

fn text(path: &str, value: &str) -> Change {
    Change::Text {
        path: Pointer::parse(path).unwrap(),
        text: value.to_owned(),
    }
}

fn dump(path: &Path) -> String {
    let mut out = Vec::new();
    Workspace::open_read_only(path)
        .unwrap()
        .dump(&mut out)
        .unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn corrected_records_arrive_once_and_everything_still_holds() {
    let folder = folder();
    let path = folder.path().join("w.db");
    let mut workspace = Workspace::create(&path, "jana").unwrap();
    let report = ops::load(
        &mut workspace,
        &load_request(folder.path(), "customers.csv"),
        &Job::default(),
    )
    .unwrap();
    assert_eq!(
        (
            report.records,
            report.passed,
            report.rejected,
            report.unparsed
        ),
        (10, 2, 8, 2)
    );

    ops::edit(
        &mut workspace,
        RecordId(2),
        &[text("/email", "ben@example.com")],
        None,
    )
    .unwrap();
    let wrong = ops::edit(
        &mut workspace,
        RecordId(3),
        &[text("/stage", "Closed Won")],
        None,
    )
    .unwrap();
    assert_eq!(
        (wrong.ready, wrong.still_rejected),
        (0, 1),
        "the date is still wrong"
    );
    ops::edit(
        &mut workspace,
        RecordId(3),
        &[text("/since", "2025-12-31")],
        None,
    )
    .unwrap();
    ops::edit(
        &mut workspace,
        RecordId(4),
        &[text("/deal_value", "0")],
        None,
    )
    .unwrap();

    let request = SendRequest {
        to: Some("crm".to_owned()),
        ..SendRequest::default()
    };
    let sent = ops::send(&mut workspace, &request, &Job::default()).unwrap();
    assert_eq!((sent.planned, sent.accepted, sent.attempts), (3, 3, 3));
    let again = ops::send(&mut workspace, &request, &Job::default()).unwrap();
    assert_eq!((again.plan, again.planned, again.attempts), (None, 0, 0));

    let crm = rusqlite::Connection::open(folder.path().join("crm.db")).unwrap();
    let arrived: String = crm
        .query_row(
            "SELECT group_concat(id, ' ') FROM (SELECT id FROM customer ORDER BY id)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(arrived, "C-002 C-003 C-004");

    let run = &ops::runs(&workspace).unwrap()[0];
    assert_eq!(run.statuses, [(Status::Rejected, 5), (Status::Accepted, 3)]);
    for finding in ops::verify(&workspace).unwrap() {
        assert!(finding.ok, "{finding:?}");
    }
    let raw = ops::show(&workspace, RecordId(3)).unwrap().raw.bytes;
    assert_eq!(
        raw,
        b"C-003,Cleo Cruz,cleo@example.com,closed won,30,31/12/2025,true"
    );
}

#[test]
fn the_command_line_and_the_operations_leave_the_same_workspace() {
    let folder = folder();
    let by_ops = folder.path().join("ops.db");
    let mut workspace = Workspace::create(&by_ops, "jana").unwrap();
    ops::load(
        &mut workspace,
        &load_request(folder.path(), "customers.csv"),
        &Job::default(),
    )
    .unwrap();
    ops::edit(
        &mut workspace,
        RecordId(2),
        &[text("/email", "ben@example.com")],
        None,
    )
    .unwrap();
    ops::edit(
        &mut workspace,
        RecordId(8),
        &[text("/deal_value", "1200.50")],
        None,
    )
    .unwrap();
    ops::undo(&mut workspace, None).unwrap();
    drop(workspace);

    for line in [
        vec!["load", "customers.csv", "--contract", "customers.toml"],
        vec!["edit", "2", "/email=ben@example.com"],
        vec!["edit", "8", "/deal_value=1200.50"],
        vec!["undo"],
    ] {
        let status = Command::new(env!("CARGO_BIN_EXE_redrive"))
            .args(["-w", "cli.db", "--as", "jana"])
            .args(&line)
            .current_dir(folder.path())
            .output()
            .unwrap()
            .status;
        assert!(matches!(status.code(), Some(0 | 1)), "{line:?}: {status}");
    }
    assert_eq!(
        without_paths(&dump(&by_ops)),
        without_paths(&dump(&folder.path().join("cli.db")))
    );
}

/// One names its files absolutely, the other does not.
fn without_paths(dump: &str) -> String {
    regex::Regex::new(r#"[^\s"|]*customers\.(csv|toml)"#)
        .unwrap()
        .replace_all(dump, "customers.$1")
        .into_owned()
}

#[test]
fn the_number_of_threads_does_not_show() {
    let folder = folder();
    let mut customers: Vec<u8> = Vec::new();
    for line in redrive::demo::lines(3_000, 7) {
        customers.extend(line.bytes);
    }
    fs::write(folder.path().join("many.csv"), customers).unwrap();
    let dumps: Vec<String> = [1, 2, 5]
        .into_iter()
        .map(|threads| {
            let path = folder.path().join(format!("{threads}.db"));
            let mut workspace = Workspace::create(&path, "jana").unwrap();
            let request = LoadRequest {
                threads: Some(threads),
                ..load_request(folder.path(), "many.csv")
            };
            ops::load(&mut workspace, &request, &Job::default()).unwrap();
            dump(&path)
        })
        .collect();
    assert!(dumps[0].len() > 100_000, "the dump holds the records");
    assert!(dumps[0] == dumps[1] && dumps[0] == dumps[2]);
}

#[test]
fn a_killed_load_leaves_no_run_and_does_not_stand_in_the_way() {
    let folder = folder();
    let mut child = Command::new(env!("CARGO_BIN_EXE_redrive"))
        .args(["-w", "w.db", "load", "-", "--contract", "customers.toml"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // All of these are rejected, so that there is something to leave behind; the input stays open, so that the load waits.
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "id,name,email,stage,deal_value,since,vip").unwrap();
    for n in 0..60_000 {
        writeln!(stdin, "X-{n},Ada,nobody,Prospect,1,,").unwrap();
    }
    stdin.flush().unwrap();
    let path = folder.path().join("w.db");
    wait_until("some records are stored", || stored(&path) > 0);
    child.kill().unwrap();
    child.wait().unwrap();
    drop(stdin);

    assert!(stored(&path) > 0, "the kill left something behind");
    let mut workspace = Workspace::open(&path, "jana").unwrap();
    assert_eq!(ops::runs(&workspace).unwrap(), []);
    let report = ops::load(
        &mut workspace,
        &load_request(folder.path(), "customers.csv"),
        &Job::default(),
    )
    .unwrap();
    assert_eq!(report.records, 10);
    assert_eq!(ops::ids(&workspace, &Filter::default()).unwrap().len(), 8);
    assert_eq!(stored(&path), 8, "what the killed load left is gone");
    for finding in ops::verify(&workspace).unwrap() {
        assert!(finding.ok, "{finding:?}");
    }
}

fn stored(path: &Path) -> i64 {
    rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|conn| conn.query_row("SELECT count(*) FROM record", [], |row| row.get(0)))
        .unwrap_or(0)
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !condition() {
        assert!(Instant::now() < deadline, "waited too long until {what}");
        std::thread::yield_now();
    }
}

#[test]
fn equal_rows_of_two_files_are_sent_as_two_records() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(
        path("c.toml"),
        "name = \"c\"\n[[destination]]\nname = \"out\"\nkind = \"sqlite\"\npath = \"out.db\"\ntable = \"t\"\nidempotency = \"key\"\n",
    )
    .unwrap();
    fs::write(path("a.csv"), "n,m\n1,1\n").unwrap();
    fs::write(path("b.csv"), "n,m\n1,1\n2,2\n").unwrap();
    let mut workspace = Workspace::create(&path("w.db"), "jana").unwrap();
    let load = LoadRequest {
        files: vec![path("a.csv"), path("b.csv")],
        contract: Some(path("c.toml")),
        keep_passed: true,
        ..LoadRequest::default()
    };
    ops::load(&mut workspace, &load, &Job::default()).unwrap();
    let sent = ops::send(&mut workspace, &SendRequest::default(), &Job::default()).unwrap();
    assert_eq!((sent.planned, sent.accepted), (3, 3));
    let rows = rusqlite::Connection::open(path("out.db"))
        .unwrap()
        .query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0))
        .unwrap();
    assert_eq!(rows, 3);
}

#[test]
fn what_was_handed_over_is_answered_by_the_tool_it_went_to() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let mut workspace = Workspace::create(&path("w.db"), "jana").unwrap();
    let load = LoadRequest {
        keep_passed: true,
        ..load_request(folder.path(), "customers.csv")
    };
    ops::load(&mut workspace, &load, &Job::default()).unwrap();
    ops::edit(
        &mut workspace,
        RecordId(2),
        &[text("/email", "ben@example.com")],
        None,
    )
    .unwrap();
    let request = SendRequest {
        to: Some("outbox".to_owned()),
        ..SendRequest::default()
    };
    let sent = ops::send(&mut workspace, &request, &Job::default()).unwrap();
    assert_eq!((sent.handed_over, sent.accepted), (3, 0));
    let plan = sent.plan.unwrap();
    let status = |workspace: &Workspace, id| {
        let record = ops::show(workspace, RecordId(id)).unwrap();
        (record.row.status, record.row.problems.len())
    };

    // The columns have other names there; one record is refused, one accepted, and of one nothing is said.
    let failed = "\"sf__Id\",\"sf__Error\",\"Ext_Id__c\",\"Email__c\"\n\
        \"\",\"DUPLICATE_VALUE:found twice:Email__c --\",\"C-002\",\"ben@example.com\"\n\
        \"\",\"X:nobody:--\",\"C-999\",\"\"\n";
    let successful = "\"sf__Id\",\"sf__Created\",\"Ext_Id__c\"\n\"001\",\"true\",\"C-001\"\n";
    fs::write(path("failed.csv"), failed).unwrap();
    fs::write(path("successful.csv"), successful).unwrap();
    let request = LoadRequest {
        files: vec![path("failed.csv"), path("successful.csv")],
        ..LoadRequest::default()
    };
    let said = ops::answers(&mut workspace, &request, plan, &Job::default()).unwrap();
    assert_eq!((said.accepted, said.rejected), (1, 1));
    assert_eq!(said.unanswered, [RecordId(10)]);
    assert!(
        said.remarks[0].contains("1 record was not found"),
        "{:?}",
        said.remarks
    );
    assert_eq!(status(&workspace, 1), (Status::Accepted, 0));
    assert_eq!(status(&workspace, 2), (Status::Rejected, 1));
    assert_eq!(status(&workspace, 10), (Status::HandedOver, 0));
    let refused = ops::show(&workspace, RecordId(2)).unwrap();
    assert_eq!(refused.row.problems[0].code, "DUPLICATE_VALUE");
    assert_eq!(refused.attempts[0].code, "DUPLICATE_VALUE");

    // A report that tells records by their row in the file they were handed over in; what was answered stays so.
    let lines = "{\"line\":3,\"record\":null,\"raw\":\"x\",\"errors\":[]}\n";
    fs::write(path("more.ndjson"), lines).unwrap();
    let request = LoadRequest {
        files: vec![path("more.ndjson")],
        format: Some("pydantic".to_owned()),
        ..LoadRequest::default()
    };
    let said = ops::answers(&mut workspace, &request, plan, &Job::default()).unwrap();
    assert_eq!((said.accepted, said.rejected), (1, 0));
    assert_eq!(status(&workspace, 10), (Status::Accepted, 0));
    let over = ops::answers(&mut workspace, &request, plan, &Job::default()).unwrap_err();
    let over = over.downcast::<Fault>().unwrap();
    assert_eq!(over.code, "answers:none");

    // What was refused is fixed and sent again, as another delivery.
    ops::edit(
        &mut workspace,
        RecordId(2),
        &[text("/email", "b@example.com")],
        None,
    )
    .unwrap();
    let again = SendRequest {
        to: Some("outbox".to_owned()),
        ..SendRequest::default()
    };
    let sent = ops::send(&mut workspace, &again, &Job::default()).unwrap();
    assert_eq!(sent.handed_over, 1);
    for check in ops::verify(&workspace).unwrap() {
        assert!(check.ok, "{}: {}", check.check, check.message);
    }
}
