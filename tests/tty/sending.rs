//! Two screens on one workspace: one sends, the other watches, and takes over when the first one is dead.

#[path = "../sending/server.rs"]
#[expect(dead_code, reason = "shared with tests, which use all of it")]
pub(crate) mod server;

use std::{collections::BTreeMap, fmt::Write as _, fs};

use tempfile::TempDir;

use self::server::{Does, Server};
use super::{ENTER, redrive, tty::Tty};

const RIGHT: &str = "\x1b[C";
const RECORDS: usize = 12;

/// Records that are ready, and leave slowly enough to be watched.
fn ready(server: &Server) -> TempDir {
    let folder = TempDir::new().unwrap();
    let contract = format!(
        "name = 'people'\nkey = ['/id']\n[schema]\nfile = 's.json'\n\
         [[destination]]\nname = 'api'\nkind = 'http'\nurl = '{}'\nenvironment = 'test'\nrate = {{ max_per_s = 2 }}\n",
        server.url("/people")
    );
    let mut input = "id,n\n".to_owned();
    for n in 1..=RECORDS {
        writeln!(input, "P-{n},{n}").unwrap();
    }
    let schema = r#"{"properties": {"id": {"type": "string"}, "n": {"type": "integer"}}}"#;
    for (name, text) in [
        ("c.toml", contract.as_str()),
        ("s.json", schema),
        ("in.csv", &input),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let load = ["load", "in.csv", "--contract", "c.toml", "--keep-passed"];
    redrive(folder.path(), &load);
    folder
}

fn send(screen: &mut Tty, verb: &str) {
    screen.press("S");
    screen.press_until(RIGHT, verb);
    screen.press(ENTER);
}

#[test]
fn a_second_screen_watches_a_send_and_takes_over_when_the_first_is_dead() {
    let server = Server::start([], Does::Apply);
    let folder = ready(&server);
    let mut first = Tty::start(folder.path(), 100, 30, &[]);
    first.press_until("3", "[3 Review 12]");
    first.sees("12 records");
    send(&mut first, "[>Send 12 records");
    first.sees("Sending 12 records");

    let mut second = Tty::start(folder.path(), 80, 24, &[]);
    second.press_until("4", "[4 Send");
    second.sees("WATCHING  Another process sends this plan to ");
    // Counts of the other process appear by themselves.
    second.sees("Sent 3");
    first.signal("-KILL");
    second.sees("STOPPED");
    send(&mut second, "[>Send ");
    second.sees("Sent: ");

    let mut times = BTreeMap::new();
    for body in server.applied() {
        *times.entry(body).or_insert(0) += 1;
    }
    assert_eq!(times.len(), RECORDS);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
}
