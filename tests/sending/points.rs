//! Sends that die at every place that has a name, one after the other, each going on with what the one before it left.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::process::ExitStatusExt,
    process::{ExitStatus, Stdio},
};

use rusqlite::Connection;

use super::{
    Desk, Mode,
    cluster::Cluster,
    hold, judge,
    server::{Does, Server},
};

/// The exit code of a send that finds no record ready.
const NOTHING: i32 = 0;

/// As `kill -9` leaves things, but from inside.
const ABORTED: i32 = 6;

/// Where a send dies, `point` or `point:3` for the third time it gets there, and what the server does with the next requests.
type Death = (&'static str, Vec<Does>);

fn at_once(points: &[&'static str]) -> Vec<Death> {
    points.iter().map(|point| (*point, Vec::new())).collect()
}

/// Those of every destination that answers.
fn everywhere() -> Vec<Death> {
    at_once(&[
        "intent",
        "intent:3",
        "take over",
        "answer",
        "answer:3",
        "outcome",
        "outcome:3",
    ])
}

/// Those of a server. What it does is done with the first request after the one that shows a wrong destination.
fn of_a_server(mode: Mode, elsewhere: &'static str) -> Vec<Death> {
    let mut deaths = at_once(&["plan"]);
    // Only there something is taken that has to be put back.
    if !mode.forgets_keys() {
        deaths.push((
            "put back",
            vec![Does::Apply, Does::Answer(302, elsewhere, "")],
        ));
    }
    deaths.extend(everywhere());
    let no = r#"{"message": "no"}"#;
    deaths.push(("refusal", vec![Does::Answer(422, "", no)]));
    for point in ["breaker", "breaker kept"] {
        deaths.push((point, vec![Does::Answer(503, "", "")]));
    }
    deaths
}

impl Desk {
    fn send(&self, dies_at: &str) -> ExitStatus {
        let mut command = self.command(&["send", "--to", "api", "--yes", "--first", "1"]);
        command.env("REDRIVE_TEST_KILL_AT", dies_at);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().unwrap()
    }

    /// Sends and dies again and again, then sends undisturbed to the end. Gives how that ends.
    fn survive(&self, server: &Server, deaths: Vec<Death>) -> Result<Option<i32>, String> {
        for (point, does) in deaths {
            // What is told now is not for a request of the one that died before.
            server.hear_out();
            server.then(does);
            let status = self.send(point);
            hold(status.signal() == Some(ABORTED), || {
                format!("{point:?} was never reached: {status}")
            })?;
        }
        Ok(self.send("").code())
    }
}

/// Sends so many records to a server through these deaths, and says what is wrong afterwards.
fn through(
    (mode, records): (Mode, usize),
    broken: Option<&str>,
    deaths: impl FnOnce(&Server) -> Vec<Death>,
) -> Result<(), String> {
    let server = Server::start([], Does::Apply);
    // What is asked for is left alone for twice the time in all.
    let total = if mode == Mode::Lookup { "250ms" } else { "1m" };
    let mut desk = Desk::with_patience(&server, mode, records, [total, total]);
    desk.broken = broken.map(str::to_owned);
    let end = desk.survive(&server, deaths(&server))?;
    let good = if mode == Mode::Never { 5 } else { 0 };
    hold(end == Some(good), || format!("it ended with {end:?}"))?;
    judge(&desk, &server, mode, records)
}

#[test]
fn sends_that_die_at_any_point_lose_nothing_and_apply_nothing_twice() {
    for mode in [Mode::Key, Mode::Never, Mode::Batch, Mode::Lookup] {
        let deaths = |server: &Server| {
            let elsewhere = format!("Location: {}\r\n", server.url("/c"));
            of_a_server(mode, elsewhere.leak())
        };
        if let Err(wrong) = through((mode, 120), None, deaths) {
            panic!("{mode:?}: {wrong}");
        }
    }
    for (way, mode, point) in [
        ("key", Mode::Key, "answer"),
        ("mark", Mode::Batch, "intent"),
        ("resend", Mode::Never, "answer"),
    ] {
        let caught = through((mode, 5), Some(way), |_| at_once(&[point]));
        assert!(caught.is_err(), "nobody noticed: {way}");
    }
}

/// Through every point of a destination that is no API. Gives the desk, when all records are accepted.
fn all_accepted(mode: Mode) -> Desk {
    let server = Server::start([], Does::Apply);
    let desk = Desk::new(&server, mode, 100);
    let points = [
        "plan",
        "intent",
        "intent:2",
        "take over",
        "answer",
        "answer:2",
        "outcome",
    ];
    assert_eq!(desk.survive(&server, at_once(&points)), Ok(Some(0)));
    desk.holds().unwrap();
    assert_eq!(desk.bodies("accepted").len(), 100);
    desk
}

#[test]
fn a_statement_is_done_once_for_each_record_wherever_a_send_dies() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let table =
        "CREATE TABLE people (id text PRIMARY KEY, n integer, times integer NOT NULL DEFAULT 1)";
    cluster.client().batch_execute(table).unwrap();
    all_accepted(Mode::Statement(cluster.url().leak()));
    let count = "SELECT count(*), max(times) FROM people";
    let row = cluster.client().query_one(count, &[]).unwrap();
    assert_eq!((row.get(0), row.get(1)), (100_i64, 1_i32));
}

#[test]
fn a_table_gets_each_record_once_wherever_a_send_dies() {
    let desk = all_accepted(Mode::Sqlite);
    let table = Connection::open(desk.folder.path().join("out.db")).unwrap();
    let count = "SELECT count(*), count(DISTINCT id) FROM people";
    let counts = table.query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?)));
    assert_eq!(counts, Ok((100, 100)));
}

#[test]
fn a_file_is_whole_and_handed_over_wherever_a_send_dies() {
    let server = Server::start([], Does::Apply);
    let check = |points: &[&'static str], end: i32| {
        let desk = Desk::new(&server, Mode::File, 20);
        let ended = desk.survive(&server, at_once(points));
        assert_eq!(ended, Ok(Some(end)), "{points:?}");
        desk.holds().unwrap();
        let handed_over = desk.bodies("handed_over");
        assert_eq!(handed_over.len(), 20, "{points:?}");
        let file = fs::read_to_string(desk.folder.path().join("out-1.jsonl")).unwrap();
        let lines: BTreeSet<String> = file.lines().map(str::to_owned).collect();
        assert_eq!((file.lines().count(), lines), (20, handed_over));
        let files = fs::read_dir(desk.folder.path()).unwrap();
        let left = files
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .find(|name| name.contains("out") && name != "out-1.jsonl");
        assert_eq!(left, None, "{points:?}");
    };
    check(
        &[
            "plan",
            "intent",
            "intent:2",
            "take over",
            "answer",
            "answer:2",
            "file",
            "file named",
        ],
        0,
    );
    // All of it was written down: the next send finds nothing to do.
    check(&["handed over"], NOTHING);
}
