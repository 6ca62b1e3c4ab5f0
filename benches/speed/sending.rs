//! Sending to an HTTP API on loopback, against a plain loop of the same client: the same requests at a time, and one commit of
//! SQLite a wave.

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

use redrive::ops::{self, Job, LoadRequest, SendRequest, Workspace};
use server::{Does, Server};

use super::verdict;

const RECORDS: usize = 8_000;
const CONCURRENCY: usize = 16;
/// Of the throughput of the plain loop.
const GOAL: f64 = 0.8;
const ROUNDS: usize = 3;

pub fn sending(folder: &FilePath) {
    println!("sending {RECORDS} records over HTTP, {CONCURRENCY} at a time, {ROUNDS} rounds");
    let mut shares = Vec::new();
    for round in 0..ROUNDS {
        let plain = plain(&folder.join(format!("plain-{round}.db")));
        let ours = ours(&folder.join(format!("send-{round}")));
        shares.push(plain.as_secs_f64() / ours.as_secs_f64());
        println!(
            "  redrive send {:6.0} records/s   plain loop {:6.0} records/s",
            RECORDS as f64 / ours.as_secs_f64(),
            RECORDS as f64 / plain.as_secs_f64()
        );
    }
    shares.sort_by(f64::total_cmp);
    let share = shares[shares.len() / 2];
    let said = verdict(share >= GOAL);
    println!("  share (median)        {share:.2}    goal: at least {GOAL}  {said}");
}

fn body(n: usize) -> String {
    format!("{{\"id\":\"P-{n}\",\"n\":{n}}}")
}

/// The least a program can do that writes down what it has sent.
fn plain(path: &FilePath) -> Duration {
    let server = Server::start([], Does::Apply);
    let url = server.url("/people");
    let conn = rusqlite::Connection::open(path).expect("a database can be made");
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE done (n INTEGER)",
    )
    .expect("it can be set up");
    let config = ureq::Agent::config_builder()
        .max_idle_connections_per_host(CONCURRENCY)
        .max_idle_connections(CONCURRENCY)
        .build();
    let agent: ureq::Agent = config.into();
    let numbers: Vec<usize> = (1..=RECORDS).collect();
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

fn ours(folder: &FilePath) -> Duration {
    let server = Server::start([], Does::Apply);
    fs::create_dir_all(folder).expect("a folder can be made");
    let contract = format!(
        "name = 'people'\nkey = ['/id']\n[schema]\nfile = 's.json'\n[[destination]]\nname = 'api'\nkind = 'http'\n\
         url = '{}'\nenvironment = 'test'\nconcurrency = {{ max = {CONCURRENCY} }}\n",
        server.url("/people")
    );
    let schema =
        r#"{"type":"object","properties":{"id":{"type":"string"},"n":{"type":"integer"}}}"#;
    let mut input = "id,n\n".to_owned();
    for n in 1..=RECORDS {
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
    let request = SendRequest::default();
    let report = ops::send(&mut workspace, &request, &Job::default()).expect("it can be sent");
    assert_eq!(report.accepted, RECORDS as u64);
    Duration::from_secs_f64(report.seconds)
}
