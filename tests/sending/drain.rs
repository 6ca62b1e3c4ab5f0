//! Ctrl+C while records are sent. The first ends the send when what is on its way has been answered, the second at once.

use std::{
    collections::BTreeSet,
    process::{Child, Stdio},
    thread,
};

use rustix::process::{Pid, Signal, kill_process};

use super::{
    Desk, Mode,
    server::{Does, Server},
};

const RECORDS: usize = 20;

/// A server that recognises no repeat, answers one record and lets three wait; a desk that is patient with it, and its send when
/// they wait.
fn sending() -> (Server, Desk, Child) {
    let wait = Does::ApplyAndWait;
    let server = Server::start([Does::Apply, wait.clone(), wait.clone(), wait], Does::Apply);
    server.forget_keys();
    let desk = Desk::with_patience(&server, Mode::Never, RECORDS, ["1m", "1m"]);
    let child = desk
        .command(&["send", "--to", "api", "--yes"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while server.requests().len() < 4 {
        thread::yield_now();
    }
    (server, desk, child)
}

fn interrupt(child: &Child) {
    kill_process(Pid::from_child(child), Signal::INT).unwrap();
}

fn applied(server: &Server) -> BTreeSet<String> {
    let all = server.applied();
    let once: BTreeSet<String> = all.iter().cloned().collect();
    assert_eq!(once.len(), all.len(), "applied twice");
    once
}

#[test]
fn a_send_that_is_interrupted_waits_for_what_is_on_its_way_and_is_continued_later() {
    let (server, desk, child) = sending();
    interrupt(&child);
    server.let_go();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8(output.stderr).unwrap();
    let first = applied(&server);
    let left = RECORDS - first.len();
    assert!(first.len() >= 4 && left > 0, "{first:?}");
    let stopped = format!("stopped: {left} of {RECORDS} records of plan 1 are not sent yet");
    assert!(said.contains(&stopped), "{said}");
    assert!(said.contains("continues the plan"), "{said}");
    assert_eq!(desk.bodies("accepted"), first);
    assert_eq!(desk.bodies("unknown").len(), 0);
    desk.holds().unwrap();
    let code = desk.send_until(&server, usize::MAX).unwrap().code();
    assert_eq!(code, Some(0));
    assert_eq!(applied(&server).len(), RECORDS);
    assert_eq!(desk.bodies("accepted").len(), RECORDS);
    desk.holds().unwrap();
}

#[test]
fn a_second_interrupt_ends_a_send_at_once_and_what_was_on_its_way_waits_for_a_person() {
    let (server, desk, mut child) = sending();
    // Two that come close together can be one.
    let status = loop {
        interrupt(&child);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        thread::yield_now();
    };
    assert_eq!(status.code(), Some(130));
    assert_eq!(server.requests().len(), 4);
    let code = desk.send_until(&server, usize::MAX).unwrap().code();
    assert_eq!(code, Some(5));
    assert_eq!(desk.bodies("accepted").len(), RECORDS - 3);
    assert_eq!(desk.bodies("unknown").len(), 3);
    assert_eq!(applied(&server).len(), RECORDS);
    desk.holds().unwrap();
}
