//! Workspaces as every released form of them was written: each must open, be brought to today's form, and still hold what
//! it held.
//!
//! A new form brings a new file. `tests/data/workspace-N.db` is made once, by the last redrive of form N, in a folder that
//! holds `tests/data/customers.*`:
//!
//! ```text
//! export REDRIVE_WORKSPACE=workspace-N.db REDRIVE_USER=ann
//! redrive load customers.csv --contract customers.toml
//! redrive edit 2 /email=ben@example.com
//! redrive edit 8 /deal_value=1200.50
//! redrive undo
//! redrive send --to crm --yes
//! sqlite3 workspace-N.db 'PRAGMA journal_mode = DELETE; PRAGMA page_size = 1024; VACUUM'
//! ```
//!
//! Until the first release the schema itself may still change. Then `verify` finds the difference, and the file of form 1
//! is made again.

use std::fs;

use super::{Store, open::FORMS};
use crate::{
    filter::Filter,
    model::{DeliveryState, RecordId, RunId, Status, StepKind},
};

const SAVED: &[&[u8]] = &[
    include_bytes!("../../tests/data/workspace-1.db"),
    include_bytes!("../../tests/data/workspace-2.db"),
    include_bytes!("../../tests/data/workspace-3.db"),
    include_bytes!("../../tests/data/workspace-4.db"),
    include_bytes!("../../tests/data/workspace-5.db"),
    include_bytes!("../../tests/data/workspace-6.db"),
    include_bytes!("../../tests/data/workspace-7.db"),
    include_bytes!("../../tests/data/workspace-8.db"),
    include_bytes!("../../tests/data/workspace-9.db"),
];

const AT: &str = "2026-01-01T00:00:00.000Z";

/// A copy of each saved workspace, opened as a person would open it.
fn each_opened(mut look: impl FnMut(Store)) {
    for saved in SAVED {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("redrive.db");
        fs::write(&path, saved).unwrap();
        look(Store::open(&path).unwrap());
    }
}

#[test]
fn every_form_of_the_workspace_is_saved_as_a_file() {
    assert_eq!(SAVED.len(), FORMS.len());
    for (saved, form) in SAVED.iter().zip(1_u32..) {
        // The header of an SQLite file holds `user_version` at byte 60.
        assert_eq!(saved[60..64], form.to_be_bytes());
    }
}

#[test]
fn a_saved_workspace_of_every_form_holds_when_it_is_opened() {
    each_opened(|store| {
        for checked in store.verify().unwrap() {
            assert_eq!(checked.wrong, [""; 0], "{}", checked.check);
        }
    });
}

#[test]
fn a_saved_workspace_of_every_form_shows_its_records() {
    each_opened(|store| {
        let run = store.run(RunId(1)).unwrap();
        assert_eq!((run.records, run.passed), (10, 2));
        assert_eq!(run.statuses, [(Status::Rejected, 7), (Status::Accepted, 1)]);
        let contract = store.run_contract(RunId(1)).unwrap().unwrap();
        assert_eq!((&*contract.name, contract.files.len()), ("customers", 1));

        let sent = store.record(RecordId(2)).unwrap();
        assert_eq!((sent.status, sent.version), (Status::Accepted, 2));
        assert_eq!(
            sent.text.bytes,
            b"C-002,Ben Baker,ben@example.com,Prospect,20,,false"
        );
        assert_eq!(sent.raw().bytes, b"C-002,Ben Baker,ben@,Prospect,20,,false");
        let attempts = store.attempts(RecordId(2)).unwrap();
        assert_eq!(attempts.len(), 1);
        assert_eq!(attempts[0].outcome, DeliveryState::Delivered);
    });
}

#[test]
fn the_history_of_a_saved_workspace_of_every_form_goes_on() {
    each_opened(|mut store| {
        let undone = store.record(RecordId(8)).unwrap();
        assert_eq!(undone.problems.len(), 2);
        store.redo("ann", AT).unwrap();
        let redone = store.record(RecordId(8)).unwrap();
        assert_eq!(redone.problems.len(), 1);
        let kinds: Vec<StepKind> = (store.history(None).unwrap().iter())
            .map(|step| step.kind)
            .collect();
        assert_eq!(
            kinds,
            [
                StepKind::Redo,
                StepKind::Undo,
                StepKind::Edit,
                StepKind::Edit
            ]
        );
    });
}

#[test]
fn what_was_set_aside_before_form_9_is_no_longer_open_in_its_problems() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("redrive.db");
    fs::write(&path, SAVED[7]).unwrap();
    let open = |store: &Store| -> i64 {
        let groups = store.groups(RunId(1), &Filter::default()).unwrap();
        groups.iter().map(|group| group.open as i64).sum()
    };
    let conn = rusqlite::Connection::open(&path).unwrap();
    let problems: i64 = conn
        .query_row(
            "SELECT count(DISTINCT grp) FROM problem WHERE record = 8",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let counted: i64 = conn
        .query_row(
            "SELECT sum(open) FROM problem_group WHERE run = 1",
            [],
            |row| row.get(0),
        )
        .unwrap();
    conn.execute_batch(
        "UPDATE record SET status = 'discarded' WHERE id = 8; INSERT INTO status_count VALUES (1, 'discarded', 1)",
    )
    .unwrap();
    drop(conn);
    assert_eq!(problems, 2);
    assert_eq!(open(&Store::open(&path).unwrap()), counted - problems);
}
