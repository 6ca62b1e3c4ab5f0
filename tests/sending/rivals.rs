//! Several processes at one workspace: one that was taken for dead and comes back, and some that write at the same moment.

use std::{process::Child, thread};

use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};

use super::{
    Desk, Mode, hold, input, judge,
    server::{Does, Server},
};

const SEND: [&str; 5] = ["send", "--run", "1", "--to", "api"];

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

fn wait_for_requests(server: &Server, requests: usize) {
    while server.requests().len() < requests {
        thread::yield_now();
    }
}

impl Desk {
    fn sender(&self) -> Child {
        self.start(&[&SEND[..], &["--yes"]].concat())
    }

    /// What another container sees of a sender: no such process, so that its plan may be taken over.
    fn bury_the_sender(&self) {
        let workspace = Connection::open(self.folder.path().join("redrive.db")).unwrap();
        let buried = workspace.execute("UPDATE plan SET sender = '0 0 elsewhere'", []);
        assert_eq!(buried, Ok(1));
    }

    /// The only value of a query.
    fn count(&self, query: &str) -> i64 {
        let workspace = Connection::open(self.folder.path().join("redrive.db")).unwrap();
        workspace.query_row(query, [], |row| row.get(0)).unwrap()
    }
}

/// A sender is stopped while a record is on its way, and taken over. It comes back with a no, while the other's try of the same
/// record is on its way, which will be a yes.
fn one_that_comes_back(broken: Option<&str>) -> Result<(), String> {
    let no = Does::Wait(422, r#"{"message": "not now"}"#);
    let server = Server::start([no, Does::ApplyAndWait], Does::Apply);
    let mut desk = Desk::with_patience(&server, Mode::Key, 4, ["1m", "1m"]);
    desk.broken = broken.map(str::to_owned);
    let mut stale = desk.sender();
    wait_for_requests(&server, 1);
    signal(&stale, Signal::STOP);
    desk.bury_the_sender();
    let mut second = desk.sender();
    wait_for_requests(&server, 2);
    server.let_one_go();
    signal(&stale, Signal::CONT);
    let told = stale.wait().unwrap().code();
    server.let_go();
    let sent = second.wait().unwrap().code();
    judge(&desk, &server, Mode::Key, 4)?;
    hold((told, sent) == (Some(3), Some(0)), || {
        format!("they ended with {told:?} and {sent:?}")
    })
}

const EDITORS: i64 = 4;
const EDITS: i64 = 6;

/// Some processes change records, each its own, while another sends.
fn side_by_side(broken: Option<&str>) -> Result<(), String> {
    let server = Server::start([], Does::Apply);
    let mut desk = Desk::new(&server, Mode::Key, 40);
    let more = input("E", (EDITORS * EDITS) as usize);
    std::fs::write(desk.folder.path().join("more.csv"), more).unwrap();
    let load = ["load", "more.csv", "--contract", "c.toml", "--keep-passed"];
    assert_eq!(desk.start(&load).wait().unwrap().code(), Some(0));
    let base = desk.count("SELECT min(id) FROM record WHERE run = 2");
    desk.broken = broken.map(str::to_owned);
    let mut sender = desk.sender();
    let edit = |id: i64| {
        let words = ["edit", &id.to_string(), "/n=4711"];
        let status = desk.start(&words).wait().unwrap();
        hold(status.success(), || format!("an edit ended with {status}"))
    };
    let edits = thread::scope(|scope| {
        let editors: Vec<_> = (0..EDITORS)
            .map(|editor| {
                scope.spawn(move || (0..EDITS).try_for_each(|n| edit(base + editor * EDITS + n)))
            })
            .collect();
        let ends = editors.into_iter().map(|editor| editor.join().unwrap());
        ends.collect::<Vec<_>>()
    });
    let sent = sender.wait().unwrap();
    edits.into_iter().collect::<Result<(), _>>()?;
    hold(sent.success(), || format!("the send ended with {sent}"))?;
    let steps = desk.count("SELECT count(*) FROM step");
    let changed = desk.count(
        "SELECT count(*) FROM record r JOIN content c ON c.id = r.content WHERE r.run = 2 AND c.version = 2 \
         AND CAST(c.bytes AS TEXT) LIKE '%,4711'",
    );
    let all = EDITORS * EDITS;
    hold((steps, changed) == (all, all), || {
        format!("{steps} steps, {changed} records changed")
    })?;
    judge(&desk, &server, Mode::Key, 40)
}

#[test]
fn a_sender_that_was_taken_over_says_nothing_more() {
    assert_eq!(one_that_comes_back(None), Ok(()));
    let caught = one_that_comes_back(Some("fence"));
    assert!(caught.is_err(), "nobody noticed that nobody is told");
}

#[test]
fn processes_that_write_at_the_same_moment_wait_for_each_other() {
    assert_eq!(side_by_side(None), Ok(()));
    // Chance may keep them apart once, not five times.
    let caught = (0..5).find_map(|_| side_by_side(Some("deferred")).err());
    assert!(caught.is_some(), "nobody noticed that nobody waits");
}
