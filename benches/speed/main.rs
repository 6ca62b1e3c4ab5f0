//! How fast loading is, against `sqlite3 .import` of the same file in the same rounds, how fast a large workspace answers,
//! and what checking costs. `cargo bench` runs it.
//!
//! It needs python3, sqlite3 and the generator of messy customers (`REDRIVE_GENERATOR`, else
//! `../shared/data/gen_customers.py` beside the clone, with `contracts/customer_flat.toml` next to it), and says so when
//! one is missing. `cargo bench -- sending` measures sending only,
//! `cargo bench -- screen` the screen with 1,000,000 records. `REDRIVE_BENCH_ROWS` and `REDRIVE_BENCH_ROUNDS` change the size: 300,000 rows and 5 rounds by default.

mod budgets;
mod contracts;
mod fixing;
mod screen;
mod sending;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use redrive::{
    filter::Filter,
    fix::Change,
    model::{self, RecordId},
    ops,
};

use self::contracts::Contracts;

/// Loading may take this much of sqlite3's time.
const GOAL_RATIO: f64 = 0.8;
const GOAL_MIB: u64 = 150;
/// A first frame is drawn from one list of groups, one of numbers and one page of rows.
const GOAL_FIRST_FRAME: Duration = Duration::from_millis(100);
const GOAL_PAGE: Duration = Duration::from_millis(16);
/// Checking all of about 100,000 records again.
const GOAL_CHECK: Duration = Duration::from_secs(10);
/// Checking a record that somebody is typing in.
const GOAL_TYPING: Duration = Duration::from_millis(1);
/// What is typed, letter by letter, into which field.
const TYPED: [(&str, &str); 2] = [
    ("/email", "office@example.com"),
    ("/deal_value", "12000.50"),
];
/// Records that are typed in.
const TYPED_IN: usize = 100;
/// Keys pressed in the list of records.
const KEYS: usize = 200;
/// Rows on a screen, with room.
const PAGE: usize = 60;

fn main() {
    let Some(bench) = Bench::find() else {
        return;
    };
    if std::env::args().any(|word| word == "sending") {
        return sending::sending(bench.folder.path());
    }
    if std::env::args().any(|word| word == "screen") {
        return bench.on_screen(number("REDRIVE_BENCH_ROWS", 1_000_000));
    }
    let rows = number("REDRIVE_BENCH_ROWS", 300_000);
    bench.loading(rows, "3 rules, a key", &bench.contracts.plain);
    bench.loading(
        rows,
        "4 rules, one a warning with an owner, a key and a [[unique]]",
        &bench.contracts.more,
    );
    bench.answering(120_000);
}

struct Bench {
    generator: PathBuf,
    contracts: Contracts,
    folder: tempfile::TempDir,
}

impl Bench {
    /// Looks for what is needed; names what is missing.
    fn find() -> Option<Self> {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/gen_customers.py");
        let generator = std::env::var_os("REDRIVE_GENERATOR").map_or(beside, PathBuf::from);
        let contract = generator
            .with_file_name("contracts")
            .join("customer_flat.toml");
        let mut missing = Vec::new();
        for program in ["python3", "sqlite3"] {
            let found = Command::new(program)
                .arg("--version")
                .stdout(Stdio::null())
                .status();
            if found.is_err() {
                missing.push(program.to_owned());
            }
        }
        for file in [&generator, &contract] {
            if !file.is_file() {
                missing.push(file.display().to_string());
            }
        }
        if !missing.is_empty() {
            println!("not measured: {} missing", missing.join(", "));
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Some(Self {
            generator,
            contracts: Contracts::write(&contract, folder.path()),
            folder,
        })
    }

    /// Loads rows of which one in ten is broken, in turns with sqlite3.
    fn loading(&self, rows: usize, what: &str, contract: &Path) {
        let input = self.customers(rows, "0.10");
        let rounds = number("REDRIVE_BENCH_ROUNDS", 5);
        println!(
            "loading {rows} rows, {} MB, {rounds} rounds: {what}",
            size(&input) / 1_000_000
        );
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            ours.push(self.redrive(&input, contract, "speed.db"));
            theirs.push(self.sqlite(&input));
        }
        let line = |name: &str, runs: &[Work]| {
            let wall = median(runs.iter().map(|run| run.wall));
            let cpu = median(runs.iter().map(|run| run.cpu));
            let speed = rows as f64 / wall;
            println!("  {name:19}{wall:7.2} s  {speed:9.0} records/s  {cpu:6.2} s of processors");
        };
        line("redrive load", &ours);
        line("sqlite3 .import", &theirs);
        let rounds = || ours.iter().zip(&theirs);
        let ratio = median(rounds().map(|(own, peer)| own.wall / peer.wall));
        let cpu = median(rounds().map(|(own, peer)| own.cpu / peer.cpu));
        let said = verdict(ratio <= GOAL_RATIO);
        println!(
            "  ratio (median)     {ratio:7.2}    goal: at most {GOAL_RATIO}  {said}   of processors {cpu:.2}"
        );
        let peak = ours.iter().map(|run| run.peak).max().unwrap_or_default();
        let said = verdict(peak <= GOAL_MIB);
        println!("  peak memory        {peak:7} MiB  goal: under {GOAL_MIB} MiB  {said}");
        let workspace = ops::Workspace::open(&self.folder.path().join("speed.db"), "bench");
        let workspace = workspace.expect("the workspace opens");
        let ids = ops::ids(&workspace, &Filter::default()).expect("it lists records");
        typing(&workspace, &ids);
    }

    /// What the screen answers with so many rejected records.
    fn on_screen(&self, rows: usize) {
        let input = self.customers(rows, "1.0");
        self.redrive(&input, &self.contracts.plain, "screen.db");
        println!("the screen, with the rejected of {rows} records");
        budgets::budgets(&self.folder.path().join("screen.db"), self.folder.path());
    }

    /// Opens a workspace with about a hundred thousand rejected records and asks what the screen asks.
    fn answering(&self, rows: usize) {
        let input = self.customers(rows, "1.0");
        self.redrive(&input, &self.contracts.plain, "large.db");
        let path = self.folder.path().join("large.db");
        let started = Instant::now();
        let workspace = ops::Workspace::open(&path, "bench").expect("the workspace opens");
        let runs = ops::runs(&workspace).expect("it lists runs");
        let all = Filter::default();
        let groups = ops::groups(&workspace, &all).expect("it lists groups");
        let first_frame = started.elapsed();
        let started = Instant::now();
        let ids = ops::ids(&workspace, &all).expect("it lists records");
        let listed = started.elapsed();
        let mut pages: Vec<Duration> = (ids.chunks(PAGE).step_by(7))
            .map(|page| {
                let started = Instant::now();
                ops::rows(&workspace, page).expect("it gives rows");
                started.elapsed()
            })
            .collect();
        let page = most(&mut pages);
        println!(
            "answering with {} rejected records in {} groups",
            runs.first().map_or(0, |run| run.rejected),
            groups.len()
        );
        let said = verdict(first_frame <= GOAL_FIRST_FRAME);
        println!(
            "  open, runs, groups  {:6.1} ms  goal: under 100 ms  {said}",
            ms(first_frame)
        );
        println!("  numbers of records  {:6.1} ms", ms(listed));
        let said = verdict(page <= GOAL_PAGE);
        println!(
            "  {PAGE} rows (95 %)      {:6.1} ms  goal: under 16 ms  {said}",
            ms(page)
        );
        drop(workspace);
        budgets::budgets(&path, self.folder.path());
        fixing::fixing(&path);
        let spoilt = self.folder.path().join("dates.csv");
        fixing::spoil_dates(&self.customers(fixing::DATES, "0.0"), &spoilt);
        self.redrive(&spoilt, &self.contracts.plain, "dates.db");
        fixing::dates(&self.folder.path().join("dates.db"));
        sending::sending(self.folder.path());
        self.checking(&path, &ids);
    }

    /// How long checking everything takes, and checking one record while somebody types in it.
    fn checking(&self, workspace: &Path, ids: &[RecordId]) {
        let mut workspace = ops::Workspace::open(workspace, "bench").expect("the workspace opens");
        let again = check_all(&mut workspace, None);
        let said = verdict(again <= GOAL_CHECK);
        println!(
            "  checking all        {:6.1} s   goal: under 10 s  {said}",
            again.as_secs_f64()
        );
        typing(&workspace, ids);
        for (contract, what) in [
            (&self.contracts.more, "4 rules, a key, a [[unique]]"),
            (&self.contracts.many, "20 rules, a key, two [[unique]]"),
        ] {
            let took = check_all(&mut workspace, Some(contract));
            println!(
                "  another contract    {:6.1} s   {:6.0} records/s, {:.1} of checking all again  ({what})",
                took.as_secs_f64(),
                ids.len() as f64 / took.as_secs_f64(),
                took.as_secs_f64() / again.as_secs_f64(),
            );
        }
        typing(&workspace, ids);
    }

    fn customers(&self, rows: usize, error_rate: &str) -> PathBuf {
        let path = self
            .folder
            .path()
            .join(format!("customers-{rows}-{error_rate}.csv"));
        if path.is_file() {
            return path;
        }
        let made = Command::new("python3")
            .arg(&self.generator)
            .args([
                "--seed",
                "7",
                "--format",
                "csv",
                "--rows",
                &rows.to_string(),
            ])
            .args(["--error-rate", error_rate, "--out"])
            .arg(&path)
            .status()
            .expect("python3 runs");
        assert!(made.success(), "the generator failed");
        path
    }

    /// Loads into a new workspace.
    fn redrive(&self, input: &Path, contract: &Path, workspace: &str) -> Work {
        let workspace = self.folder.path().join(workspace);
        remove(&workspace);
        let (started, before) = (Instant::now(), waited_for());
        let mut child = Command::new(env!("CARGO_BIN_EXE_redrive"))
            .env("REDRIVE_WORKSPACE", &workspace)
            .arg("load")
            .arg(input)
            .arg("--contract")
            .arg(contract)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("redrive runs");
        let status = PathBuf::from(format!("/proc/{}/status", child.id()));
        let mut peak = 0;
        let done = loop {
            peak = peak.max(peak_kib(&status));
            if let Some(done) = child.try_wait().expect("it can be waited for") {
                break done;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let wall = started.elapsed().as_secs_f64();
        // 1 says that some records were rejected.
        assert!(
            matches!(done.code(), Some(0 | 1)),
            "redrive load failed: {done}"
        );
        Work {
            wall,
            cpu: waited_for() - before,
            peak: peak / 1024,
        }
    }

    fn sqlite(&self, input: &Path) -> Work {
        let database = self.folder.path().join("peer.db");
        remove(&database);
        let (started, before) = (Instant::now(), waited_for());
        let done = Command::new("sqlite3")
            .arg(&database)
            .arg(format!(".import --csv {} customer", input.display()))
            .stderr(Stdio::null())
            .status()
            .expect("sqlite3 runs");
        assert!(done.success(), "sqlite3 failed");
        Work {
            wall: started.elapsed().as_secs_f64(),
            cpu: waited_for() - before,
            peak: 0,
        }
    }
}

/// What one run of a program cost.
struct Work {
    /// Seconds.
    wall: f64,
    /// Seconds of all processors; these hardly change when others use them, too.
    cpu: f64,
    /// MiB of memory.
    peak: u64,
}

/// Checks all records again, or against another contract.
fn check_all(workspace: &mut ops::Workspace, contract: Option<&PathBuf>) -> Duration {
    let started = Instant::now();
    let request = ops::CheckRequest {
        filter: Filter::default(),
        contract: contract.cloned(),
        again: true,
    };
    ops::check(workspace, &request, &ops::Job::default()).expect("it checks all records");
    started.elapsed()
}

/// Types into records and measures what each letter costs.
fn typing(workspace: &ops::Workspace, ids: &[RecordId]) {
    let mut letters = Vec::new();
    for id in ids.iter().step_by(ids.len() / TYPED_IN + 1) {
        for (path, typed) in TYPED {
            let path = model::Path::parse(path).expect("a path");
            for end in 1..=typed.len() {
                let change = Change::Text {
                    path: path.clone(),
                    text: typed[..end].to_owned(),
                };
                let started = Instant::now();
                ops::preview(workspace, *id, &[change], &path).expect("it can be checked");
                letters.push(started.elapsed());
            }
        }
    }
    letters.sort_unstable();
    let half = letters[letters.len() / 2];
    let most = most(&mut letters);
    let said = verdict(most <= GOAL_TYPING);
    println!(
        "  a letter typed      {:6.2} ms, 95 % {:.2} ms  goal: under 1 ms  {said}",
        ms(half),
        ms(most)
    );
}

/// What 95 % of them stay under.
fn most(durations: &mut [Duration]) -> Duration {
    durations.sort_unstable();
    durations[durations.len() * 95 / 100]
}

/// The most memory a process had so far; 0 where the system does not say.
fn peak_kib(status: &Path) -> u64 {
    let text = fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

/// Seconds of processors that the processes took which were waited for so far; 0 where the system does not say.
fn waited_for() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program stands in brackets and may hold anything. Times are in hundredths.
    let rest = text.rsplit(')').next().unwrap_or_default();
    let times = rest.split_whitespace().skip(13).take(2);
    times
        .filter_map(|time| time.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

/// Removes a database and its companions.
fn remove(database: &Path) {
    for companion in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{companion}", database.display()));
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}

fn number(variable: &str, otherwise: usize) -> usize {
    let set = std::env::var(variable).ok();
    set.and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn verdict(reached: bool) -> &'static str {
    if reached { "reached" } else { "MISSED" }
}
