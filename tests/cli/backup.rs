//! Copies of the workspace.

use std::{fs, os::unix::fs::PermissionsExt as _};

use serde_json::json;

use crate::Folder;

#[test]
fn a_backup_is_a_sound_workspace_of_its_own() {
    let folder = Folder::loaded();
    folder.redrive("edit 2 /email=ben@example.com").run();
    // Somebody is in the middle of a change.
    let other = rusqlite::Connection::open(folder.path("redrive.db")).unwrap();
    other
        .execute_batch("BEGIN IMMEDIATE; UPDATE run SET name = 'half done';")
        .unwrap();
    let report = folder.redrive("backup copy.db").json();
    assert_eq!(report["file"], json!("copy.db"));
    other.execute_batch("COMMIT").unwrap();
    let mode = fs::metadata(folder.path("copy.db")).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    let findings = folder.redrive("verify -w copy.db").json();
    let sound = |finding: &serde_json::Value| finding["ok"] == json!(true);
    assert!(findings.as_array().unwrap().iter().all(sound), "{findings}");
    let copy = folder.redrive("show 2 -w copy.db").json();
    assert_eq!(copy, folder.redrive("show 2").json());
    assert_eq!(
        folder.redrive("runs -w copy.db").json()[0]["name"],
        json!("customers")
    );
    // Work goes on in the copy as in the workspace.
    folder.redrive("undo -w copy.db").run();
    assert_eq!(folder.redrive("show 2").json()["status"], json!("ready"));
}

#[test]
fn a_backup_writes_over_nothing() {
    let folder = Folder::loaded();
    folder.write("mine.txt", "mine");
    folder
        .redrive("backup mine.txt")
        .exit(2)
        .stderr_has("mine.txt is there already; nothing was written")
        .run();
    assert_eq!(folder.read("mine.txt"), "mine");
    folder
        .redrive("backup redrive.db")
        .exit(2)
        .stderr_has("redrive.db is the workspace")
        .run();
    folder
        .redrive("backup gone/copy.db")
        .exit(3)
        .stderr_has("name a file in a folder that you may write to")
        .run();
}
