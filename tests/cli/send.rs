//! `send`.

use serde_json::json;

use crate::Folder;

fn with_one_ready() -> Folder {
    let folder = Folder::loaded();
    folder.redrive("edit 2 /email=ben@example.com").run();
    folder
}

#[test]
fn a_ready_record_is_sent_once() {
    let folder = with_one_ready();
    let report = folder.redrive("send --to crm --yes").exit(1).json();
    assert_eq!(
        (
            &report["plan"],
            &report["planned"],
            &report["accepted"],
            &report["attempts"]
        ),
        (&json!(1), &json!(1), &json!(1), &json!(1))
    );
    let again = folder.redrive("send --to crm --yes").exit(1).json();
    assert_eq!(
        (&again["plan"], &again["planned"]),
        (&json!(null), &json!(0))
    );
    let crm = rusqlite::Connection::open(folder.path("crm.db")).unwrap();
    let rows: Vec<(String, String, f64)> = crm
        .prepare("SELECT id, email, deal_value FROM customer")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(
        rows,
        [("C-002".to_owned(), "ben@example.com".to_owned(), 20.0)]
    );
    assert_eq!(
        folder.redrive("show 2").json()["attempts"][0]["outcome"],
        json!("delivered")
    );
}

#[test]
fn what_was_sent_is_frozen() {
    let folder = with_one_ready();
    folder.redrive("send --to crm --yes").exit(1).run();
    folder
        .redrive("edit 2 /name=Benno")
        .exit(3)
        .stderr_has("sent")
        .run();
    folder.redrive("undo").exit(1).stderr_has("sent").run();
}

#[test]
fn without_a_terminal_it_needs_yes() {
    let folder = with_one_ready();
    folder
        .redrive("send --to crm")
        .exit(2)
        .stderr_has("--yes")
        .run();
    folder
        .redrive("send --to crm --yes --expect 5")
        .exit(2)
        .stderr_has("5")
        .run();
    assert_eq!(folder.redrive("show 2").json()["status"], json!("ready"));
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = with_one_ready();
    let plan = folder.redrive("send --to crm --dry-run").json();
    assert_eq!(
        (&plan["plan"], &plan["planned"], &plan["dry_run"]),
        (&json!(null), &json!(1), &json!(true))
    );
    assert!(!folder.path("crm.db").exists());
}

#[test]
fn two_destinations_must_be_told_apart() {
    let folder = with_one_ready();
    folder
        .redrive("send --yes")
        .exit(2)
        .stderr_has("crm")
        .stderr_has("outbox")
        .run();
    folder
        .redrive("send --to crmm --yes")
        .exit(2)
        .stderr_has("crm")
        .run();
}

#[test]
fn a_file_is_handed_over() {
    let folder = with_one_ready();
    let report = folder.redrive("send --to outbox --yes").exit(1).json();
    assert_eq!(
        (&report["handed_over"], &report["accepted"]),
        (&json!(1), &json!(0))
    );
    let line: serde_json::Value =
        serde_json::from_str(folder.read("out/customers-1.ndjson").trim_end()).unwrap();
    assert_eq!(line["email"], json!("ben@example.com"));
    assert_eq!(
        folder.redrive("show 2").json()["status"],
        json!("handed_over")
    );
}

#[test]
fn runs_count_what_was_handed_over() {
    let folder = Folder::loaded();
    let head = |folder: &Folder| {
        folder
            .redrive("runs")
            .run()
            .lines()
            .next()
            .unwrap()
            .to_owned()
    };
    assert!(!head(&folder).contains("Handed over"));
    folder.redrive("edit 2 /email=ben@example.com").run();
    folder.redrive("send --to outbox --yes").exit(1).run();
    assert!(head(&folder).contains("Handed over"));
}
