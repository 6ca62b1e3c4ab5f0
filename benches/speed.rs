//! How fast loading is, against `sqlite3 .import` of the same file in the same rounds, and how fast a large workspace
//! answers. `cargo bench` runs it.
//!
//! It needs python3, sqlite3 and the generator of messy customers (`REDRIVE_GENERATOR`, else
//! `../shared/data/gen_customers.py` beside the clone, with `contracts/customer_flat.toml` next to it), and says so when
//! one is missing. `REDRIVE_BENCH_ROWS` and `REDRIVE_BENCH_ROUNDS` change the size: 300,000 rows and 5 rounds by default.

use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use redrive::{filter::Filter, ops};

/// Loading may take this much of sqlite3's time.
const GOAL_RATIO: f64 = 0.8;
const GOAL_MIB: u64 = 150;
/// A first frame is drawn from one list of groups, one of numbers and one page of rows.
const GOAL_FIRST_FRAME: Duration = Duration::from_millis(100);
const GOAL_PAGE: Duration = Duration::from_millis(16);
/// Checking all of about 100,000 records again.
const GOAL_CHECK: Duration = Duration::from_secs(10);
/// Keys pressed in the list of records.
const KEYS: usize = 200;
/// No screen takes longer, unless it never comes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Rows on a screen, with room.
const PAGE: usize = 60;

fn main() {
    let Some(bench) = Bench::find() else {
        return;
    };
    bench.loading(number("REDRIVE_BENCH_ROWS", 300_000));
    bench.answering(120_000);
}

struct Bench {
    generator: PathBuf,
    contract: PathBuf,
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
        Some(Self {
            generator,
            contract,
            folder: tempfile::tempdir().expect("a temporary folder can be made"),
        })
    }

    /// Loads rows of which one in ten is broken, in turns with sqlite3.
    fn loading(&self, rows: usize) {
        let input = self.customers(rows, "0.10");
        let rounds = number("REDRIVE_BENCH_ROUNDS", 5);
        println!(
            "loading {rows} rows, {} MB, {rounds} rounds",
            size(&input) / 1_000_000
        );
        let (mut ours, mut theirs, mut ratios, mut peak) = (vec![], vec![], vec![], 0);
        for _ in 0..rounds {
            let (own, memory) = self.redrive(&input, "speed.db");
            let peer = self.sqlite(&input);
            ratios.push(own.as_secs_f64() / peer.as_secs_f64());
            ours.push(own.as_secs_f64());
            theirs.push(peer.as_secs_f64());
            peak = peak.max(memory);
        }
        let (own, peer, ratio) = (median(ours), median(theirs), median(ratios));
        println!(
            "  redrive load        {own:6.2} s  {:9.0} records/s",
            rows as f64 / own
        );
        println!(
            "  sqlite3 .import     {peer:6.2} s  {:9.0} records/s",
            rows as f64 / peer
        );
        let said = verdict(ratio <= GOAL_RATIO);
        println!("  ratio (median)      {ratio:6.2}    goal: at most {GOAL_RATIO}  {said}");
        let said = verdict(peak <= GOAL_MIB);
        println!("  peak memory         {peak:6} MiB  goal: under {GOAL_MIB} MiB  {said}");
    }

    /// Opens a workspace with about a hundred thousand rejected records and asks what the screen asks.
    fn answering(&self, rows: usize) {
        let input = self.customers(rows, "1.0");
        self.redrive(&input, "large.db");
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
        self.screen(&path);
        Self::checking(&path);
    }

    /// How long a person waits: for the first frame, for the first list, and for what a key does, in a real terminal.
    fn screen(&self, workspace: &Path) {
        let mut screen = Screen::start(workspace, self.folder.path());
        let first = screen.first;
        let said = verdict(first <= GOAL_FIRST_FRAME);
        println!(
            "  first frame         {:6.1} ms  goal: under 100 ms  {said}",
            ms(first)
        );
        println!(
            "  list of problems    {:6.1} ms",
            ms(screen.sees("What to do"))
        );
        // The records of the largest problem.
        screen.press("\r");
        screen.settle(Duration::from_millis(500));
        let mut keys: Vec<Duration> = (0..KEYS)
            .map(|n| screen.answers(if n % 3 == 2 { "\x1b[6~" } else { "j" }))
            .collect();
        let key = most(&mut keys);
        let said = verdict(key <= GOAL_PAGE);
        println!(
            "  key to frame (95 %) {:6.1} ms  goal: under 16 ms  {said}",
            ms(key)
        );
    }

    fn checking(workspace: &Path) {
        let mut workspace = ops::Workspace::open(workspace, "bench").expect("the workspace opens");
        let started = Instant::now();
        ops::check(
            &mut workspace,
            &ops::CheckRequest {
                filter: Filter::default(),
                contract: None,
                again: true,
            },
            &ops::Job::default(),
        )
        .expect("it checks all records");
        let took = started.elapsed();
        let said = verdict(took <= GOAL_CHECK);
        println!(
            "  checking all        {:6.1} s   goal: under 10 s  {said}",
            took.as_secs_f64()
        );
    }

    fn customers(&self, rows: usize, error_rate: &str) -> PathBuf {
        let path = self
            .folder
            .path()
            .join(format!("customers-{rows}-{error_rate}.csv"));
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

    /// Loads into a new workspace; gives the time and the peak memory in MiB.
    fn redrive(&self, input: &Path, workspace: &str) -> (Duration, u64) {
        let workspace = self.folder.path().join(workspace);
        remove(&workspace);
        let started = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_redrive"))
            .env("REDRIVE_WORKSPACE", &workspace)
            .arg("load")
            .arg(input)
            .arg("--contract")
            .arg(&self.contract)
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
        let took = started.elapsed();
        // 1 says that some records were rejected.
        assert!(
            matches!(done.code(), Some(0 | 1)),
            "redrive load failed: {done}"
        );
        (took, peak / 1024)
    }

    fn sqlite(&self, input: &Path) -> Duration {
        let database = self.folder.path().join("peer.db");
        remove(&database);
        let started = Instant::now();
        let done = Command::new("sqlite3")
            .arg(&database)
            .arg(format!(".import --csv {} customer", input.display()))
            .stderr(Stdio::null())
            .status()
            .expect("sqlite3 runs");
        assert!(done.success(), "sqlite3 failed");
        started.elapsed()
    }
}

/// The program in a terminal of its own.
struct Screen {
    started: Instant,
    first: Duration,
    parser: vt100::Parser,
    output: Receiver<Vec<u8>>,
    input: Box<dyn Write + Send>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    /// Dropped last: a terminal without its other side ends the program.
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

impl Screen {
    fn start(workspace: &Path, folder: &Path) -> Self {
        let size = PtySize {
            rows: 40,
            cols: 120,
            ..PtySize::default()
        };
        let pair = native_pty_system()
            .openpty(size)
            .expect("a terminal can be made");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_redrive"));
        command.env("TERM", "xterm-256color");
        command.env("REDRIVE_WORKSPACE", workspace);
        command.cwd(folder);
        let mut reader = pair.master.try_clone_reader().expect("it can be read");
        let input = pair.master.take_writer().expect("it can be written to");
        let (give, output) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 1 << 14];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if give.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).expect("redrive runs");
        let mut screen = Self {
            started,
            first: Duration::ZERO,
            parser: vt100::Parser::new(
                40.try_into().expect("not zero"),
                120.try_into().expect("not zero"),
                0,
            ),
            output,
            input,
            child,
            _master: pair.master,
        };
        screen.first = screen.sees("redrive");
        screen
    }

    fn press(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).expect("keys arrive");
        self.input.flush().expect("keys arrive");
    }

    /// Waits until a text is to be seen; gives the time since the start.
    fn sees(&mut self, text: &str) -> Duration {
        while !self.parser.screen().contents().contains(text) {
            let more = self.output.recv_timeout(PATIENCE);
            let contents = self.parser.screen().contents();
            let bytes = more.unwrap_or_else(|_| panic!("no {text:?} in:\n{contents}"));
            self.parser.process(&bytes);
        }
        self.started.elapsed()
    }

    /// Reads until nothing has come for so long.
    fn settle(&mut self, quiet: Duration) {
        while let Ok(bytes) = self.output.recv_timeout(quiet) {
            self.parser.process(&bytes);
        }
    }

    /// Presses a key and waits for the frame it leads to; gives the time between.
    fn answers(&mut self, key: &str) -> Duration {
        // What still comes from the key before is no answer to this one.
        self.settle(Duration::from_millis(20));
        let pressed = Instant::now();
        self.press(key);
        let bytes = self.output.recv_timeout(PATIENCE).expect("a frame comes");
        let took = pressed.elapsed();
        self.parser.process(&bytes);
        took
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
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

/// Removes a database and its companions.
fn remove(database: &Path) {
    for companion in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{companion}", database.display()));
    }
}

fn median(mut values: Vec<f64>) -> f64 {
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
