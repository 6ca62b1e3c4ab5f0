//! `kill -9` while records are sent to an API that fails in every way. Whatever happens, the records that count as accepted were
//! applied, and nothing was applied twice.
//!
//! [`drain`] stops sends with Ctrl+C instead, [`points`] kills them at every place that has a name, and in [`rivals`] several
//! processes get into each other's way.
//!
//! Kills come when the server has seen so many more requests, so in every phase of a send. `REDRIVE_KILLS` is their number, 60
//! by default; `REDRIVE_SEED` repeats a run.

#[expect(
    dead_code,
    reason = "shared with the tests inside the crate, which use the rest of it"
)]
mod server;

#[expect(
    dead_code,
    reason = "shared with the tests inside the crate, which use the rest of it"
)]
mod cluster;
mod drain;
mod points;
mod rivals;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
    fs,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
};

use server::{Does, Server};

const SCHEMA: &str = r#"{"type": "object", "properties": {"id": {"type": "string"}, "n": {"type": "integer"}}, "required": ["id"]}"#;

/// So many records whose keys begin alike.
fn input(key: &str, records: usize) -> String {
    let mut input = "id,n\n".to_owned();
    for n in 1..=records {
        writeln!(input, "{key}-{n},{n}").unwrap();
    }
    input
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

/// How a try without an answer is cleared up.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    /// The destination recognises its key.
    Key,
    /// Not at all.
    Never,
    /// The destination is asked for the record.
    Lookup,
    /// The destination takes many records a request and recognises the key of each.
    Batch,
    /// The destination is no API: a file,
    File,
    /// a table,
    Sqlite,
    /// or a statement that counts how often it is done, with a table of keys.
    Statement(&'static str),
}

impl Mode {
    /// The destination, as a contract has it. `patience` is what it may take to the first byte and in all.
    fn destination(self, server: &Server, [first_byte, total]: [&str; 2]) -> String {
        let url = server.url("/people");
        let idempotency = match self {
            Self::File => return "kind = 'file'\npath = 'out.jsonl'".to_owned(),
            Self::Sqlite => return "kind = 'sqlite'\npath = 'out.db'\ntable = 'people'".to_owned(),
            Self::Statement(url) => {
                return format!(
                    "kind = 'postgres'\nurl = '{url}'\nstatement = \"INSERT INTO people VALUES ({{/id}}, {{/n}}) \
                     ON CONFLICT (id) DO UPDATE SET times = people.times + 1\""
                );
            }
            Self::Key => "'key'".to_owned(),
            Self::Never => "'none'".to_owned(),
            Self::Batch => "'key'\nbatch = { max = 3, items = '/records', key = '/idempotency_key', results = '/results' }".to_owned(),
            Self::Lookup => format!("'none'\nlookup = '{url}/{{/id}}'"),
        };
        format!(
            "kind = 'http'\nurl = '{url}'\nidempotency = {idempotency}\n\
             timeouts = {{ first_byte = '{first_byte}', total = '{total}' }}\nconcurrency = {{ max = 3 }}"
        )
    }

    /// Whether its server takes every request for a new one.
    fn forgets_keys(self) -> bool {
        matches!(self, Self::Never | Self::Lookup)
    }
}

/// A workspace whose records are all ready for this server.
struct Desk {
    folder: tempfile::TempDir,
    /// A way in which the program is told to be wrong.
    broken: Option<String>,
}

impl Desk {
    fn new(server: &Server, mode: Mode, records: usize) -> Self {
        Self::with_patience(server, mode, records, ["300ms", "400ms"])
    }

    /// With time limits to the first byte and in all.
    fn with_patience(server: &Server, mode: Mode, records: usize, patience: [&str; 2]) -> Self {
        if mode.forgets_keys() {
            server.forget_keys();
        }
        let folder = tempfile::tempdir().unwrap();
        let contract = format!(
            "name = 'people'\nkey = ['/id']\n[schema]\nfile = 's.json'\n\
             [[destination]]\nname = 'api'\n{}\nenvironment = 'test'\n\
             retry = {{ max_attempts = 50, base = '1ms', cap = '2ms' }}\n\
             breaker = {{ open = '1ms', open_max = '2ms' }}\n",
            mode.destination(server, patience)
        );
        let input = input("P", records);
        for (name, text) in [
            ("c.toml", contract.as_str()),
            ("s.json", SCHEMA),
            ("in.csv", &input),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let desk = Self {
            folder,
            broken: None,
        };
        let load = ["load", "in.csv", "--contract", "c.toml", "--keep-passed"];
        assert_eq!(desk.start(&load).wait().unwrap().code(), Some(0));
        desk
    }

    fn start(&self, words: &[&str]) -> Child {
        self.command(words)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_redrive"));
        command
            .args(words)
            .current_dir(self.folder.path())
            .env_remove("REDRIVE_WORKSPACE")
            .env("REDRIVE_USER", "ann")
            .stdin(Stdio::null());
        if let Some(broken) = &self.broken {
            command.env("REDRIVE_TEST_BROKEN", broken);
        }
        command
    }

    /// Sends until the server has seen so many requests in all, then kills. Gives how the send ended by itself, if it did.
    fn send_until(&self, server: &Server, requests: usize) -> Option<ExitStatus> {
        let mut child = self.start(&["send", "--to", "api", "--yes"]);
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return Some(status);
            }
            if server.requests().len() >= requests {
                child.kill().unwrap();
                let status = child.wait().unwrap();
                return status.code().is_some().then_some(status);
            }
            thread::yield_now();
        }
    }

    /// The bodies of the records of a status.
    fn bodies(&self, status: &str) -> BTreeSet<String> {
        let query = format!(
            "SELECT CAST(y.payload AS TEXT) FROM record r JOIN delivery y ON y.record = r.id WHERE r.status = '{status}'"
        );
        let output = self.command(&["sql", &query, "--json"]).output().unwrap();
        let rows = String::from_utf8(output.stdout).unwrap();
        let body = |row: &str| {
            let row: BTreeMap<String, String> = serde_json::from_str(row).unwrap();
            row.into_values().next().unwrap()
        };
        rows.lines().map(body).collect()
    }

    /// What `verify` finds wrong, if anything.
    fn holds(&self) -> Result<(), String> {
        let output = self.command(&["verify"]).output().unwrap();
        hold(output.status.success(), || {
            String::from_utf8_lossy(&output.stdout).into_owned()
        })
    }
}

/// A small generator of random numbers, so that a seed says everything.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % limit
    }
}

fn faults(random: &mut Random, many: usize, elsewhere: &'static str) -> Vec<Does> {
    (0..many)
        .map(|_| match random.below(14) {
            0 => Does::ApplyAndDrop,
            1 => Does::ApplyAndCut,
            2 => Does::ApplyAnd(502, "", ""),
            3 => Does::Answer(503, "", ""),
            4 => Does::Answer(429, "Retry-After: 0\r\n", ""),
            5 => Does::Drop,
            6 => Does::ApplyAnd(302, elsewhere, ""),
            7 => Does::ApplyAndTalkNonsense,
            8 => Does::ApplyAndHang,
            _ => Does::Apply,
        })
        .collect()
}

/// Sends everything through kills and faults, and says what is wrong afterwards. `broken` is a way in which our own code is wrong.
fn trial(mode: Mode, kills: u64, seed: u64, broken: Option<&str>) -> Result<(), String> {
    let mut random = Random(seed);
    let elsewhere = Server::start([], Does::Apply);
    let location: &'static str = format!("Location: {}\r\n", elsewhere.url("/c")).leak();
    let script = faults(&mut random, 4 * kills as usize, location);
    let server = Server::start(script, Does::Apply);
    server.when_asked([Does::Drop, Does::Answer(503, "", "")]);
    let a_request = if mode == Mode::Batch { 3 } else { 1 };
    let records = 8 * a_request * kills as usize;
    let mut desk = Desk::new(&server, mode, records);
    desk.broken = broken.map(str::to_owned);
    let mut killed = 0;
    while killed < kills.div_ceil(2) {
        let next = 1 + random.below(12) as usize;
        match desk.send_until(&server, server.requests().len() + next) {
            None => killed += 1,
            // Done before its kill: on hold (4), or all of it (0, 5).
            Some(status) if status.code() == Some(4) => {}
            Some(_) => break,
        }
    }
    // Undisturbed to its end, however often it is put on hold.
    while desk.send_until(&server, usize::MAX).unwrap().code() == Some(4) {}
    judge(&desk, &server, mode, records)?;
    hold(elsewhere.requests().is_empty(), || {
        "a redirect was followed".to_owned()
    })?;
    hold(killed > 0, || "nothing was killed".to_owned())
}

/// Says what is wrong when everything was sent to a server that refuses nothing.
fn judge(desk: &Desk, server: &Server, mode: Mode, records: usize) -> Result<(), String> {
    desk.holds()?;
    let mut times = BTreeMap::new();
    for body in server.applied() {
        *times.entry(body).or_insert(0) += 1;
    }
    let twice: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
    hold(twice.is_empty(), || format!("applied twice: {twice:?}"))?;
    let (accepted, unknown) = (desk.bodies("accepted"), desk.bodies("unknown"));
    let is_lost = |body: &&String| !times.contains_key(*body);
    let lost: Vec<_> = accepted.iter().filter(is_lost).collect();
    hold(lost.is_empty(), || {
        format!("accepted and not applied: {lost:?}")
    })?;
    hold(accepted.len() + unknown.len() == records, || {
        "some are neither accepted nor without an answer".to_owned()
    })?;
    // One key a record, whatever happened.
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (key, body) in server.requests().iter().flat_map(server::Request::records) {
        keys.entry(body).or_default().insert(key);
    }
    hold(keys.values().all(|keys| keys.len() == 1), || {
        "more than one key".to_owned()
    })?;
    let asked = unknown.is_empty() != (mode == Mode::Never);
    hold(asked, || format!("{} without an answer", unknown.len()))
}

fn hold(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

fn seed() -> u64 {
    number("REDRIVE_SEED").unwrap_or_else(|| u64::from(std::process::id()) + 1)
}

#[test]
fn sends_that_are_killed_lose_nothing_and_apply_nothing_twice() {
    let kills = number("REDRIVE_KILLS").unwrap_or(60);
    for (mode, kills) in [
        (Mode::Key, kills),
        (Mode::Never, kills),
        (Mode::Batch, kills.div_ceil(3)),
        // Each kill costs the time after which a record that is missing counts as missing.
        (Mode::Lookup, kills.div_ceil(4)),
    ] {
        let seed = seed();
        if let Err(wrong) = trial(mode, kills, seed, None) {
            panic!("{mode:?}, seed {seed}, {kills} kills: {wrong}");
        }
    }
}

/// Whoever breaks the rules that keep records safe is caught by the trial above.
#[test]
fn code_that_is_wrong_is_caught() {
    for (way, mode) in [
        ("key", Mode::Key),
        ("key", Mode::Batch),
        ("mark", Mode::Batch),
        ("mark", Mode::Key),
        ("redirects", Mode::Key),
        ("resend", Mode::Never),
    ] {
        // Chance may hide a mistake once, not five times.
        let caught = (0..5).find_map(|more| trial(mode, 20, seed() + more, Some(way)).err());
        assert!(caught.is_some(), "nobody noticed: {way}");
    }
}
