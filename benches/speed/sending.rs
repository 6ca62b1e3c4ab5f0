//! Sending, against the least a program can do: over HTTP on loopback the same requests at a time and one commit of SQLite a wave;
//! into a database one prepared statement and the same records a transaction.

#[path = "../../tests/sending/cluster.rs"]
#[expect(dead_code, reason = "shared with tests, which use all of it")]
mod cluster;
#[path = "../../tests/sending/server.rs"]
#[expect(dead_code, reason = "shared with tests, which use all of it")]
mod server;

use std::{
    fmt::Write as _,
    fs,
    path::Path as FilePath,
    thread,
    time::{Duration, Instant},
};

use cluster::Cluster;
use redrive::{
    ops::{self, Job, LoadRequest, SendRequest, Workspace},
    send::{Delivery, Destination as _, SqliteDestination},
};
use server::{Does, Server};

use super::{GOAL_PAGE, most, ms, screen::Screen, verdict};

const CONCURRENCY: usize = 16;
/// Records a transaction of a database.
const BATCH: usize = 500;
/// Of the throughput of the plain loop.
const GOAL_HTTP: f64 = 0.8;
const GOAL_DATABASE: f64 = 0.5;
const ROUNDS: usize = 3;
/// More than leave while keys are pressed.
const SENT_MEANWHILE: usize = 60_000;
/// Keys pressed while records are sent.
const KEYS: usize = 100;

pub fn sending(folder: &FilePath) {
    measure(
        &format!("over HTTP, {CONCURRENCY} at a time"),
        8_000,
        GOAL_HTTP,
        |records, round| {
            let plain = plain_http(&folder.join(format!("plain-{round}.db")), records);
            let server = Server::start([], Does::Apply);
            let destination = format!(
                "kind = 'http'\nurl = '{}'\nconcurrency = {{ max = {CONCURRENCY} }}\n",
                server.url("/people")
            );
            let ours = ours(&folder.join(format!("http-{round}")), &destination, records);
            (plain, ours)
        },
    );
    measure("into SQLite", 40_000, GOAL_DATABASE, |records, round| {
        let plain = plain_sqlite(&folder.join(format!("plain-table-{round}.db")), records);
        let destination = "kind = 'sqlite'\npath = 'crm.db'\ntable = 'people'\n";
        let ours = ours(
            &folder.join(format!("sqlite-{round}")),
            destination,
            records,
        );
        (plain, ours)
    });
    measure(
        "into SQLite, the destination alone",
        40_000,
        GOAL_DATABASE,
        |records, round| {
            let plain = plain_sqlite(&folder.join(format!("plain-alone-{round}.db")), records);
            (
                plain,
                sqlite_alone(&folder.join(format!("alone-{round}.db")), records),
            )
        },
    );
    keys_while_sending(folder);
    let Some(cluster) = Cluster::start() else {
        return;
    };
    measure(
        "into PostgreSQL",
        40_000,
        GOAL_DATABASE,
        |records, round| {
            let table = "DROP TABLE IF EXISTS people; CREATE TABLE people (id text, n integer)";
            let mut client = cluster.client();
            client.batch_execute(table).expect("a table can be made");
            let plain = plain_postgres(&mut client, records);
            client.batch_execute(table).expect("a table can be made");
            let destination = format!(
                "kind = 'postgres'\nurl = '{}'\ntable = 'people'\n",
                cluster.url()
            );
            let ours = ours(&folder.join(format!("pg-{round}")), &destination, records);
            (plain, ours)
        },
    );
}

/// What a key on the list of records takes while the same process sends as fast as it can.
fn keys_while_sending(folder: &FilePath) {
    let server = Server::start([], Does::Apply);
    let destination = format!(
        "kind = 'http'\nurl = '{}'\nconcurrency = {{ max = 4 }}\n",
        server.url("/people")
    );
    let folder = folder.join("keys");
    drop(loaded(&folder, &destination, SENT_MEANWHILE));
    let mut screen = Screen::start(&folder.join("w.db"), &folder);
    screen.sees("4 Send");
    screen.press("S");
    screen.sees("Type ");
    // Keys that come as a dialog opens are not for it.
    screen.settle(Duration::from_millis(400));
    screen.press(&SENT_MEANWHILE.to_string());
    screen.settle(Duration::from_millis(100));
    screen.press("\r");
    screen.sees("In flight");
    screen.press("2");
    screen.sees("[2 Records");
    screen.settle(Duration::from_millis(50));
    let mut keys: Vec<Duration> = (0..KEYS).map(|_| screen.answers("j")).collect();
    let key = most(&mut keys);
    let sent = server.requests().len();
    assert!(sent < SENT_MEANWHILE, "the send was over too soon");
    println!(
        "  key to frame while sending (95 %) {:4.1} ms  goal: under 16 ms  {}",
        ms(key),
        verdict(key <= GOAL_PAGE)
    );
}

/// `once` gives what the plain loop and what redrive needs.
fn measure(
    what: &str,
    records: usize,
    goal: f64,
    once: impl Fn(usize, usize) -> (Duration, Duration),
) {
    println!("sending {records} records {what}, {ROUNDS} rounds");
    let mut shares = Vec::new();
    for round in 0..ROUNDS {
        let (plain, ours) = once(records, round);
        shares.push(plain.as_secs_f64() / ours.as_secs_f64());
        println!(
            "  redrive send {:6.0} records/s   plain loop {:6.0} records/s",
            records as f64 / ours.as_secs_f64(),
            records as f64 / plain.as_secs_f64()
        );
    }
    shares.sort_by(f64::total_cmp);
    let share = shares[shares.len() / 2];
    let said = verdict(share >= goal);
    println!("  share (median)        {share:.2}    goal: at least {goal}  {said}");
}

fn body(n: usize) -> String {
    format!("{{\"id\":\"P-{n}\",\"n\":{n}}}")
}

/// The least a program can do that writes down what it has sent.
fn plain_http(path: &FilePath, records: usize) -> Duration {
    let server = Server::start([], Does::Apply);
    let url = server.url("/people");
    let conn = database(
        path,
        "PRAGMA journal_mode = WAL; CREATE TABLE done (n INTEGER)",
    );
    let config = ureq::Agent::config_builder()
        .max_idle_connections_per_host(CONCURRENCY)
        .max_idle_connections(CONCURRENCY)
        .build();
    let agent: ureq::Agent = config.into();
    let numbers: Vec<usize> = (1..=records).collect();
    let started = Instant::now();
    for wave in numbers.chunks(CONCURRENCY) {
        thread::scope(|scope| {
            for n in wave {
                let (agent, url) = (&agent, &url);
                scope.spawn(move || {
                    let request = agent
                        .post(url)
                        .header("idempotency-key", &format!("key-{n}"))
                        .content_type("application/json");
                    let mut answer = request.send(body(*n)).expect("it answers");
                    answer.body_mut().read_to_string().expect("it can be read");
                });
            }
        });
        conn.execute_batch("BEGIN").expect("it begins");
        for n in wave {
            let mut insert = conn
                .prepare_cached("INSERT INTO done VALUES (?1)")
                .expect("it is SQL");
            insert.execute([*n as i64]).expect("it can be written");
        }
        conn.execute_batch("COMMIT").expect("it ends");
    }
    started.elapsed()
}

/// As long, and in no order, as those of redrive.
fn key_of(n: usize) -> String {
    let spread = |by: u64| (n as u64).wrapping_add(1).wrapping_mul(by);
    format!(
        "{:016x}{:016x}",
        spread(0x9e37_79b9_7f4a_7c15),
        spread(0xd1b5_4a32_d192_ed03)
    )
}

/// What a plan sends, given to the destination without a workspace.
fn sqlite_alone(path: &FilePath, records: usize) -> Duration {
    let columns = vec!["id".to_owned(), "n".to_owned()];
    let mut table = SqliteDestination::open(path, "people", columns).expect("it opens");
    let deliveries: Vec<Delivery> = (1..=records)
        .map(|n| {
            let serde_json::Value::Object(document) =
                serde_json::json!({"id": format!("P-{n}"), "n": n})
            else {
                unreachable!("an object was written");
            };
            Delivery {
                key: key_of(n),
                payload: body(n).into_bytes(),
                payload_sha256: [7; 32],
                document,
                may_be_applied: false,
            }
        })
        .collect();
    let started = Instant::now();
    for batch in deliveries.chunks(BATCH) {
        table.deliver(batch).expect("it takes all");
    }
    started.elapsed()
}

/// Into a file as SQLite makes it, like the destination's, with a table of keys, without which a repeat is not recognised.
fn plain_sqlite(path: &FilePath, records: usize) -> Duration {
    let conn = database(
        path,
        "CREATE TABLE people (id TEXT, n INTEGER); \
         CREATE TABLE key (key TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID",
    );
    let numbers: Vec<usize> = (1..=records).collect();
    let started = Instant::now();
    let mut insert = conn
        .prepare("INSERT INTO people (id, n) VALUES (?1, ?2)")
        .expect("it is SQL");
    let mut key = conn
        .prepare("INSERT INTO key (key, at) VALUES (?1, '2026-01-01T00:00:00Z')")
        .expect("it is SQL");
    for batch in numbers.chunks(BATCH) {
        conn.execute_batch("BEGIN IMMEDIATE").expect("it begins");
        for n in batch {
            key.execute([key_of(*n)]).expect("it can be written");
            insert
                .execute(rusqlite::params![format!("P-{n}"), *n as i64])
                .expect("it can be written");
        }
        conn.execute_batch("COMMIT").expect("it ends");
    }
    started.elapsed()
}

fn plain_postgres(client: &mut postgres::Client, records: usize) -> Duration {
    let insert = client
        .prepare("INSERT INTO people (id, n) VALUES ($1, $2)")
        .expect("it is SQL");
    let numbers: Vec<usize> = (1..=records).collect();
    let started = Instant::now();
    for batch in numbers.chunks(BATCH) {
        let mut transaction = client.transaction().expect("it begins");
        for n in batch {
            transaction
                .execute(&insert, &[&format!("P-{n}"), &(*n as i32)])
                .expect("it can be written");
        }
        transaction.commit().expect("it ends");
    }
    started.elapsed()
}

fn database(path: &FilePath, table: &str) -> rusqlite::Connection {
    let conn = rusqlite::Connection::open(path).expect("a database can be made");
    conn.execute_batch(&format!("PRAGMA synchronous = FULL; {table}"))
        .expect("it can be set up");
    conn
}

/// Sends records that passed.
fn ours(folder: &FilePath, destination: &str, records: usize) -> Duration {
    let mut workspace = loaded(folder, destination, records);
    let request = SendRequest::default();
    let report = ops::send(&mut workspace, &request, &Job::default()).expect("it can be sent");
    assert_eq!(report.accepted, records as u64, "{report:?}");
    Duration::from_secs_f64(report.seconds)
}

/// A workspace of records that passed and can go to this destination.
fn loaded(folder: &FilePath, destination: &str, records: usize) -> Workspace {
    fs::create_dir_all(folder).expect("a folder can be made");
    let contract = format!(
        "name = 'people'\nkey = ['/id']\n[schema]\nfile = 's.json'\n\
         [[destination]]\nname = 'there'\nenvironment = 'test'\n{destination}"
    );
    let schema =
        r#"{"type":"object","properties":{"id":{"type":"string"},"n":{"type":"integer"}}}"#;
    let mut input = "id,n\n".to_owned();
    for n in 1..=records {
        writeln!(input, "P-{n},{n}").expect("a text takes more");
    }
    for (name, text) in [
        ("c.toml", contract.as_str()),
        ("s.json", schema),
        ("in.csv", &input),
    ] {
        fs::write(folder.join(name), text).expect("files can be written");
    }
    let mut workspace =
        Workspace::create(&folder.join("w.db"), "bench").expect("a workspace can be made");
    let load = LoadRequest {
        contract: Some(folder.join("c.toml")),
        keep_passed: true,
        files: vec![folder.join("in.csv")],
        ..LoadRequest::default()
    };
    ops::load(&mut workspace, &load, &Job::default()).expect("it can be loaded");
    workspace
}
