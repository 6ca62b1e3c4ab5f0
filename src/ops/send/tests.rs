use std::{
    fs,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use rusqlite::Connection;
use tempfile::TempDir;

use super::{frozen::delivery, *};
use crate::{
    contract,
    filter::Wanted,
    fix,
    model::{Layout, Path, Stage, StepKind},
    ops::{CheckRequest, check, edit, undo},
    send::Delivery,
    store::{
        ContractText, Entry,
        claims::RESUME,
        sends::Next,
        testing::{Sample, put_run_as},
    },
};

mod answers;
mod batches;
mod contracts;
mod dates;
mod given_back;
mod http;
mod steering;
mod take_over;

const CONTRACT: &str = r#"
name = "people"
key = ["/id"]

[schema]
file = "person.json"

[[destination]]
name = "crm"
kind = "sqlite"
path = "crm.db"
table = "person"
environment = "test"

[[destination]]
name = "drop"
kind = "file"
path = "out/people.jsonl"
environment = "test"
"#;

const SCHEMA: &str = r#"{"type": "object", "properties": {
  "id": {"type": "string"}, "age": {"type": "integer"}, "note": {"type": "string"}}}"#;

/// A workspace with one CSV run of ready people, checked against the contract beside it.
struct Desk {
    folder: TempDir,
    workspace: Workspace,
    run: RunId,
}

fn desk(people: &[&str]) -> Desk {
    desk_with(CONTRACT, people)
}

fn desk_with(contract: &str, people: &[&str]) -> Desk {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("contract.toml"), contract).unwrap();
    fs::write(folder.path().join("person.json"), SCHEMA).unwrap();
    let mut workspace = Workspace::create(&folder.path().join("w.db"), "ann").unwrap();
    let layout = Layout::Csv {
        columns: ["id", "age", "note"].map(str::to_owned).to_vec(),
        delimiter: ',',
    };
    let samples: Vec<Sample> = people
        .iter()
        .map(|text| Sample {
            text: (*text).to_owned(),
            status: Status::Ready,
            ..Sample::default()
        })
        .collect();
    let run = put_run_as(&mut workspace.store, &layout, &samples);
    let contract = contract::read(&folder.path().join("contract.toml")).unwrap();
    let text = ContractText {
        name: contract.name,
        text: contract.text,
        files: contract.files,
        path: contract.path,
    };
    let given = Entry {
        run,
        kind: StepKind::Check,
        author: "ann",
        at: "",
        label: "",
        contract: Some((&text, &contract.hash)),
        under: None,
        confirmed: &[],
        seen: None,
        what: None,
    };
    (workspace.store)
        .apply(&given, &[], &|_| String::new())
        .unwrap();
    Desk {
        folder,
        workspace,
        run,
    }
}

fn to(name: &str) -> SendRequest {
    SendRequest {
        to: Some(name.to_owned()),
        ..SendRequest::default()
    }
}

impl Desk {
    fn send(&mut self, name: &str) -> SendReport {
        send(&mut self.workspace, &to(name), &Job::default()).unwrap()
    }

    fn refusal(&mut self, request: &SendRequest) -> Fault {
        let error = send(&mut self.workspace, request, &Job::default()).unwrap_err();
        error.downcast::<Fault>().unwrap()
    }

    fn crm(&self) -> Connection {
        Connection::open(self.folder.path().join("crm.db")).unwrap()
    }

    fn rows(&self) -> Vec<String> {
        let crm = self.crm();
        let mut query = crm
            .prepare("SELECT quote(id) || ' ' || quote(age) || ' ' || quote(note) FROM person ORDER BY rowid")
            .unwrap();
        query
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap()
    }

    fn status(&self, id: i64) -> Status {
        self.workspace.store.record(RecordId(id)).unwrap().status
    }

    fn statuses(&self) -> Vec<(Status, u64)> {
        self.workspace.store.run(self.run).unwrap().statuses
    }

    /// Makes a plan and the intent of its first tries, as a send that is killed before it can write down what came of them.
    fn begin(&mut self, name: &str, deliver: bool) -> PlanId {
        self.begin_so_many(name, deliver, 2)
    }

    /// The same with so many on their way.
    fn begin_so_many(&mut self, name: &str, deliver: bool, limit: usize) -> PlanId {
        let (run, aim) = aim_of(&self.workspace, &to(name)).unwrap();
        let (plan, _) = make_plan(
            &mut self.workspace,
            &to(name),
            run,
            &aim,
            &mut Behind::default(),
        )
        .unwrap()
        .unwrap();
        let (claim, _) = self.workspace.store.claim(plan, RESUME, &now()).unwrap();
        let taken = self
            .workspace
            .store
            .take(&claim, Next { limit, new: true }, &now())
            .unwrap();
        if deliver {
            let deliveries: Vec<Delivery> = taken
                .iter()
                .map(|taken| delivery(taken, None).unwrap())
                .collect();
            let mut destination = aim.open(plan).unwrap();
            destination.deliver(&deliveries).unwrap();
        }
        plan
    }

    /// The same workspace as another process would find it.
    fn reopen(&mut self) {
        let path = self.workspace.path().to_owned();
        self.workspace = Workspace::open(&path, "ann").unwrap();
    }
}

#[test]
fn what_was_sent_is_accepted_and_a_second_send_sends_nothing() {
    let mut desk = desk(&["007,41,", "8,42,hi"]);
    let before = plan(&desk.workspace, &to("crm")).unwrap();
    assert_eq!((before.planned, before.id), (2, None));
    assert_eq!(before.target, "table person in crm.db");
    assert!(
        !desk.folder.path().join("crm.db").exists(),
        "a plan alone writes nothing"
    );
    let report = desk.send("crm");
    assert_eq!(
        (report.planned, report.accepted, report.attempts),
        (2, 2, 2)
    );
    assert_eq!(desk.rows(), ["'007' 41 NULL", "'8' 42 'hi'"]);
    assert_eq!(desk.statuses(), [(Status::Accepted, 2)]);
    assert_eq!(desk.send("crm"), SendReport::default());
    assert_eq!(desk.rows().len(), 2);
}

#[test]
fn a_send_that_was_killed_after_delivering_is_continued_without_a_double() {
    for deliver in [true, false] {
        let mut desk = desk(&["1,10,", "2,20,", "3,30,"]);
        let killed = desk.begin("crm", deliver);
        desk.reopen();
        let plan = plan(&desk.workspace, &to("crm")).unwrap();
        assert_eq!(
            (plan.id, plan.planned, plan.continued),
            (Some(killed), 3, true)
        );
        let report = desk.send("crm");
        assert_eq!((report.plan, report.accepted), (Some(killed), 3));
        assert_eq!(desk.rows(), ["'1' 10 NULL", "'2' 20 NULL", "'3' 30 NULL"]);
        assert_eq!(desk.statuses(), [(Status::Accepted, 3)]);
        let tries = desk.workspace.store.attempts(RecordId(1)).unwrap();
        assert_eq!(tries.len(), 2, "the lost try stays in the ledger");
    }
}

#[test]
fn what_a_killed_send_left_behind_is_tried_again_as_carefully_as_a_new_one_and_no_more() {
    let rows: Vec<String> = (0..120).map(|n| format!("{n},10,")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let mut desk = desk(&rows);
    desk.begin_so_many("crm", true, 120);
    desk.reopen();
    assert_eq!(desk.send("crm").accepted, 120);
    assert_eq!(desk.rows().len(), 120);
    // All of a wave are written down at the same time.
    let waves = "SELECT count(DISTINCT started_at) FROM attempt WHERE outcome = 'delivered'";
    let count = |tx: &rusqlite::Transaction<'_>| Ok(tx.query_row(waves, [], |row| row.get(0))?);
    let waves: i64 = desk.workspace.store.write(count).unwrap();
    assert!((2..=4).contains(&waves), "1, then 10, then 100: {waves}");
}

#[test]
fn a_refused_record_is_rejected_with_the_destinations_words_and_the_rest_goes_on() {
    let mut desk = desk(&["1,10,", "2,-5,", "3,30,"]);
    desk.crm()
        .execute_batch("CREATE TABLE person (id, age CHECK (age > 0), note)")
        .unwrap();
    let report = desk.send("crm");
    assert_eq!(
        (report.accepted, report.refused, report.not_sent),
        (2, 1, 0)
    );
    assert_eq!(desk.status(2), Status::Rejected);
    let record = desk.workspace.store.record(RecordId(2)).unwrap();
    assert_eq!(record.problems[0].stage, Stage::Send);
    assert_eq!(
        record.problems[0].message,
        "CHECK constraint failed: age > 0"
    );
    let groups = desk
        .workspace
        .store
        .groups(desk.run, &Filter::default())
        .unwrap();
    assert_eq!(
        groups[0].title,
        "Refused by crm: CHECK constraint failed: age > 0"
    );
    assert_eq!(groups[0].open, 1);
    assert_eq!(
        desk.statuses(),
        [(Status::Rejected, 1), (Status::Accepted, 2)]
    );
}

#[test]
fn a_missing_column_is_a_hold_and_the_plan_goes_on_once_it_is_there() {
    let mut desk = desk(&["1,10,x", "2,20,y"]);
    desk.crm()
        .execute_batch("CREATE TABLE person (id, age)")
        .unwrap();
    let report = desk.send("crm");
    assert!(report.held.unwrap().contains("no column 'note'"));
    assert_eq!((report.accepted, report.not_sent), (0, 2));
    assert_eq!(desk.statuses(), [(Status::Sending, 2)]);
    desk.crm()
        .execute_batch("ALTER TABLE person ADD COLUMN note")
        .unwrap();
    let again = desk.send("crm");
    assert_eq!(
        (again.plan, again.accepted, again.held),
        (report.plan, 2, None)
    );
    assert_eq!(desk.rows().len(), 2);
}

#[test]
fn a_file_is_handed_over_under_the_plans_number() {
    let mut desk = desk(&["1,10,", "2,20,"]);
    let report = desk.send("drop");
    assert_eq!((report.handed_over, report.accepted), (2, 0));
    let written = fs::read_to_string(desk.folder.path().join("out/people-1.jsonl")).unwrap();
    assert_eq!(
        written,
        "{\"id\":\"1\",\"age\":10}\n{\"id\":\"2\",\"age\":20}\n"
    );
    assert_eq!(desk.statuses(), [(Status::HandedOver, 2)]);
}

#[test]
fn a_killed_hand_over_is_made_again_whole() {
    // Once before the file has its name, once after: the same bytes lie there then.
    for named in [false, true] {
        let mut desk = desk(&["1,10,", "2,20,", "3,30,"]);
        desk.begin("drop", true);
        let whole =
            "{\"id\":\"1\",\"age\":10}\n{\"id\":\"2\",\"age\":20}\n{\"id\":\"3\",\"age\":30}\n";
        let path = desk.folder.path().join("out/people-1.jsonl");
        if named {
            fs::write(&path, whole).unwrap();
        }
        desk.reopen();
        assert_eq!(desk.send("drop").handed_over, 3);
        assert_eq!(fs::read_to_string(&path).unwrap(), whole);
        assert_eq!(desk.statuses(), [(Status::HandedOver, 3)]);
    }
}

#[test]
fn a_file_of_that_name_with_other_bytes_is_a_hold_and_stays() {
    let mut desk = desk(&["1,10,"]);
    fs::create_dir(desk.folder.path().join("out")).unwrap();
    let path = desk.folder.path().join("out/people-1.jsonl");
    fs::write(&path, "mine").unwrap();
    assert!(desk.send("drop").held.unwrap().contains("something else"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    assert_eq!(desk.status(1), Status::Sending);
    fs::remove_file(&path).unwrap();
    assert_eq!(desk.send("drop").handed_over, 1);
}

#[test]
fn a_stopped_send_leaves_a_plan_that_the_next_one_finishes() {
    let mut desk = desk(&["1,10,", "2,20,", "3,30,"]);
    let flag: Arc<OnceLock<Arc<AtomicBool>>> = Arc::default();
    let seen = Arc::clone(&flag);
    // The first batch is one record; whoever reads its progress stops the job.
    let job = Job::new(move |_| {
        if let Some(flag) = seen.get() {
            flag.store(true, Ordering::Relaxed);
        }
    });
    flag.set(job.cancel_flag()).unwrap();
    let stopped = send(&mut desk.workspace, &to("crm"), &job).unwrap_err();
    assert_eq!(
        stopped.downcast_ref::<Fault>().unwrap().kind,
        FaultKind::Interrupted
    );
    assert_eq!(
        desk.statuses(),
        [(Status::Sending, 2), (Status::Accepted, 1)]
    );
    assert_eq!(desk.send("crm").accepted, 2);
    assert_eq!(desk.rows().len(), 3);
}

#[test]
fn where_to_must_be_clear() {
    let mut desk = desk(&["1,10,"]);
    assert_eq!(
        desk.refusal(&SendRequest::default()).code,
        "send:destination"
    );
    let fault = desk.refusal(&to("erp"));
    assert_eq!(fault.hint.as_deref(), Some("it names crm, drop"));
    let names: Vec<_> = destinations(&desk.workspace, desk.run, None)
        .unwrap()
        .into_iter()
        .map(|(name, environment, target)| format!("{name} {environment} {target}"))
        .collect();
    assert_eq!(
        names,
        [
            "crm test table person in crm.db",
            "drop test file out/people.jsonl"
        ]
    );
}

#[test]
fn a_plan_of_another_size_than_agreed_is_refused() {
    let mut desk = desk(&["1,10,", "2,20,"]);
    let request = SendRequest {
        expect: Some(3),
        ..to("crm")
    };
    assert_eq!(desk.refusal(&request).code, "send:expect");
    assert_eq!(desk.statuses(), [(Status::Ready, 2)]);
    let request = SendRequest {
        expect: Some(2),
        ..to("crm")
    };
    let report = send(&mut desk.workspace, &request, &Job::default()).unwrap();
    assert_eq!(report.accepted, 2);
}

#[test]
fn somebody_elses_plan_is_left_to_them() {
    let mut desk = desk(&["1,10,"]);
    desk.begin("crm", false);
    let path = desk.workspace.path().to_owned();
    desk.workspace = Workspace::open(&path, "bob").unwrap();
    assert_eq!(plan(&desk.workspace, &to("crm")).unwrap().planned, 0);
    let fault = desk.refusal(&to("crm"));
    assert_eq!(
        (fault.code, fault.kind),
        ("send:open_plan", FaultKind::Nothing)
    );
    assert!(fault.hint.unwrap().contains("--plan 1"));
    let named = |plan| SendRequest {
        plan: Some(PlanId(plan)),
        ..to("crm")
    };
    assert_eq!(desk.refusal(&named(7)).code, "send:plan");
    let report = send(&mut desk.workspace, &named(1), &Job::default()).unwrap();
    assert_eq!((report.plan, report.accepted), (Some(PlanId(1)), 1));
    assert_eq!(desk.rows().len(), 1);
}

#[test]
fn what_two_people_brought_to_stand_twice_is_not_sent_before_a_check() {
    let mut desk = desk(&["K,1,a", "M,2,b", "N,3,c"]);
    let request = CheckRequest::default();
    check(&mut desk.workspace, &request, &Job::default()).unwrap();
    let mut rename = |author: &str, id: i64, text: &str| {
        author.clone_into(&mut desk.workspace.author);
        let change = fix::Change::Text {
            path: Path::field("id"),
            text: text.to_owned(),
        };
        edit(&mut desk.workspace, RecordId(id), &[change], None).unwrap();
    };
    rename("ann", 1, "L");
    rename("bob", 2, "K");
    "ann".clone_into(&mut desk.workspace.author);
    undo(&mut desk.workspace, None).unwrap();
    let refused = desk.refusal(&to("crm"));
    assert_eq!(
        (
            refused.code,
            refused.message.as_str(),
            refused.hint.as_deref()
        ),
        (
            "send:stale",
            "2 of 3 ready records share with another record what must be unique",
            Some("check again first: redrive check --run 1")
        )
    );
    let report = check(&mut desk.workspace, &request, &Job::default()).unwrap();
    assert_eq!(report.newly_broken, 1);
    assert_eq!(desk.send("crm").accepted, 2);
}
