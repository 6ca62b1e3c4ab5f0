//! `kill -9` in the middle of a step: it is there whole or not at all, and the work goes on.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use crate::Folder;

const RECORDS: usize = 2_500;

/// A workspace of records of which each lacks the end of its address.
fn folder() -> Folder {
    let folder = Folder::new();
    let mut input = "id,name,email,stage,deal_value,since,vip\n".to_owned();
    for n in 1..=RECORDS {
        input += &format!("C-{n:04},Ada Young,ada{n}@,Prospect,{n},,false\n");
    }
    folder.write("many.csv", input);
    folder
        .redrive("load many.csv --contract customers.toml")
        .exit(1)
        .run();
    folder
}

/// Every record with its status, as it stands.
fn records(folder: &Folder) -> String {
    let query = "SELECT r.id, r.status, c.bytes IS NOT NULL, hex(c.bytes), \
                 (SELECT count(*) FROM problem p WHERE p.record = r.id) \
                 FROM record r JOIN content c ON c.id = r.content ORDER BY r.id";
    folder.redrive(&format!("sql '{query}' --json")).run()
}

/// Starts a command, kills it as soon as its transaction has begun to reach the disk with more than `after` bytes, and says
/// whether it was still at work.
fn kill_when_written(folder: &Folder, words: &[&str], after: u64) -> bool {
    let log = folder.path("redrive.db-wal");
    let written = |log: &Path| fs::metadata(log).map_or(0, |log| log.len());
    let mut child = Command::new(env!("CARGO_BIN_EXE_redrive"))
        .args(words)
        .current_dir(folder.path(""))
        .env_remove("REDRIVE_WORKSPACE")
        .env("REDRIVE_USER", "jana")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    loop {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        if written(&log) > after {
            break;
        }
        std::thread::yield_now();
    }
    child.kill().unwrap();
    // A process that ended in time has no signal.
    child.wait().unwrap().code().is_none()
}

#[test]
fn a_fix_and_an_undo_that_are_killed_are_there_whole_or_not_at_all() {
    let folder = folder();
    let before = records(&folder);
    let fix = ["fix", "--field", "/email", "--pattern", "@$=@example.com"];
    let mut killed = 0;
    let mut half = 0;
    for after in [0, 200, 500, 900] {
        killed += i32::from(kill_when_written(&folder, &fix, after << 10));
        folder.redrive("verify").run();
        if records(&folder) == before {
            half += 1;
            // Their ids are not what the contract wants either.
            folder.redrive(&fix_line(&fix)).exit(1).run();
        }
        let fixed = records(&folder);
        let whole = fixed.matches("406578616D706C652E636F6D").count();
        assert_eq!(whole, RECORDS, "@example.com, {after} KiB");
        killed += i32::from(kill_when_written(&folder, &["undo"], after << 10));
        folder.redrive("verify").run();
        if records(&folder) == fixed {
            half += 1;
            folder.redrive("undo").run();
        }
        assert!(records(&folder) == before, "{after} KiB");
    }
    assert!(killed > 0, "every command was faster than its kill");
    assert!(half > 0, "no kill came in time to lose a step");
}

fn fix_line(words: &[&str]) -> String {
    let words = words.iter().map(|word| format!("'{word}'"));
    words.collect::<Vec<_>>().join(" ")
}
