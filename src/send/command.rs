//! A program: one record on its standard input, its exit code says what became of it (those of `sysexits.h`). No shell, and
//! nothing of the record stands in its arguments.

use std::{
    env, fs,
    io::{ErrorKind, Read, Write},
    os::unix::{fs::PermissionsExt, process::CommandExt, process::ExitStatusExt},
    path::{Path as FilePath, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{Answered, Applied, Delivery, Destination, Held, Outcome};

/// What is kept of what it writes, of each stream.
const KEPT: u64 = 64 << 10;

/// How long it may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(5);

/// How often one that runs is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// What it gets of our environment; secrets that others left there are not its business.
const KNOWN: [&str; 8] = [
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER", "LOGNAME",
];

/// A program that takes records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Program and arguments.
    pub command: Vec<String>,
    /// How long it may take for one record.
    pub timeout: Duration,
}

/// A program that is being sent to.
pub struct CommandDestination {
    file: PathBuf,
    folder: PathBuf,
    program: Program,
}

impl CommandDestination {
    /// Finds the program; it runs in `folder`, and a name with a slash is meant from there.
    ///
    /// # Errors
    /// Says that there is none, or that it cannot be run.
    pub fn open(program: Program, folder: PathBuf) -> Result<Self, String> {
        let name = program.command.first().map_or("", String::as_str);
        let file = find(name, &folder)?;
        Ok(Self {
            file,
            folder,
            program,
        })
    }

    fn run(&self, delivery: &Delivery) -> Outcome {
        let child = Command::new(&self.file)
            .args(&self.program.command[1..])
            .current_dir(&self.folder)
            .env_clear()
            .envs(
                KNOWN
                    .iter()
                    .filter_map(|name| Some((name, env::var_os(name)?))),
            )
            .env("REDRIVE_IDEMPOTENCY_KEY", &delivery.key)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A group of its own, so that what it starts itself can be ended with it.
            .process_group(0)
            .spawn();
        match child {
            Ok(child) => self.talk(child, delivery),
            Err(error) => held("cannot be started", &error.to_string(), Applied::No),
        }
    }

    fn talk(&self, mut child: Child, delivery: &Delivery) -> Outcome {
        let (input, output, errors) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (status, out, said) = thread::scope(|scope| {
            scope.spawn(move || {
                // One that does not read its input says so by its exit code.
                drop(input.map(|mut input| input.write_all(&delivery.payload)));
            });
            let out = scope.spawn(move || output.map(keep).unwrap_or_default());
            let said = scope.spawn(move || errors.map(keep).unwrap_or_default());
            let status = wait(&mut child, self.program.timeout);
            (
                status,
                out.join().unwrap_or_default(),
                said.join().unwrap_or_default(),
            )
        });
        match status {
            Some(status) => outcome(status, &out, &said),
            None => again(
                "command:timeout",
                "it took too long and was ended",
                Applied::Maybe,
            ),
        }
    }
}

impl Destination for CommandDestination {
    fn deliver(&mut self, batch: &[Delivery]) -> Result<Vec<Answered>, Held> {
        let run = |delivery| {
            let started = Instant::now();
            Answered {
                outcome: self.run(delivery),
                took: Some(started.elapsed()),
            }
        };
        Ok(batch.iter().map(run).collect())
    }

    fn wave(&self) -> usize {
        1
    }
}

/// What an exit code means.
fn outcome(status: ExitStatus, out: &str, said: &str) -> Outcome {
    let said = last_line(said);
    let Some(code) = status.code() else {
        let signal = status.signal().unwrap_or_default();
        return again(
            "command:signal",
            &format!("it was ended by signal {signal}"),
            Applied::Maybe,
        );
    };
    let name = format!("exit {code}");
    match code {
        0 => Outcome::Accepted {
            id: last_line(out).chars().take(200).collect(),
        },
        75 => again(&name, said, Applied::No),
        69 | 74 => again(&name, said, Applied::Maybe),
        77 | 78 | 126 | 127 => held(&name, said, Applied::No),
        _ if said.is_empty() => Outcome::refused(&name, format!("the command ended with {name}")),
        _ => Outcome::refused(&name, said),
    }
}

fn again(code: &str, message: &str, applied: Applied) -> Outcome {
    Outcome::Again {
        code: code.to_owned(),
        message: message.to_owned(),
        applied,
        after: None,
        is_sick: true,
    }
}

fn held(code: &str, said: &str, applied: Applied) -> Outcome {
    Outcome::Held {
        reason: format!("the command: {code}: {said}"),
        code: code.to_owned(),
        applied,
    }
}

/// Waits for its end; `None` when it had to be ended.
fn wait(child: &mut Child, time: Duration) -> Option<ExitStatus> {
    let group = rustix::process::Pid::from_child(child);
    let mut deadline = Instant::now() + time;
    let mut signals = [rustix::process::Signal::TERM, rustix::process::Signal::KILL].into_iter();
    let mut in_time = true;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return in_time.then_some(status),
            // The standard library cannot wait for a child with an end of patience.
            Ok(None) if Instant::now() < deadline => thread::sleep(LOOK),
            _ => {
                in_time = false;
                // Those it started keep its pipes open, so they go with it.
                let signal = signals.next().unwrap_or(rustix::process::Signal::KILL);
                let _ = rustix::process::kill_process_group(group, signal);
                deadline = Instant::now() + GRACE;
            }
        }
    }
}

/// The first of what it writes; the rest is read, so that it can go on writing, and forgotten.
fn keep(mut from: impl Read) -> String {
    let mut kept = Vec::new();
    let _ = (&mut from).take(KEPT).read_to_end(&mut kept);
    let _ = std::io::copy(&mut from, &mut std::io::sink());
    String::from_utf8_lossy(&kept).into_owned()
}

fn last_line(text: &str) -> &str {
    let mut lines = text.lines().map(str::trim);
    lines.rfind(|line| !line.is_empty()).unwrap_or_default()
}

fn find(name: &str, folder: &FilePath) -> Result<PathBuf, String> {
    let candidates: Vec<PathBuf> = if name.contains('/') {
        vec![folder.join(name)]
    } else {
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path)
            .map(|place| place.join(name))
            .collect()
    };
    let mut why = format!("there is no command {name}");
    for file in candidates {
        match fs::metadata(&file) {
            Ok(found) if !found.is_file() => why = format!("the command {name} is not a file"),
            Ok(found) if found.permissions().mode() & 0o111 == 0 => {
                why = format!("the command {name} is not executable");
            }
            Ok(_) => return Ok(file),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => why = format!("the command {name} cannot be used: {error}"),
        }
    }
    Err(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery() -> Delivery {
        Delivery {
            key: "rd1_key".to_owned(),
            payload: br#"{"id":"$(touch x)"}"#.to_vec(),
            payload_sha256: [0; 32],
            document: serde_json::Map::new(),
            may_be_applied: false,
        }
    }

    fn run(script: &str) -> Outcome {
        let program = Program {
            command: ["sh", "-c", script].map(str::to_owned).to_vec(),
            timeout: Duration::from_millis(300),
        };
        let folder = tempfile::tempdir().unwrap();
        let mut destination = CommandDestination::open(program, folder.path().to_owned()).unwrap();
        let answers = destination.deliver(&[delivery()]).unwrap();
        answers.into_iter().next().unwrap().outcome
    }

    #[test]
    fn the_record_comes_on_standard_input_and_the_key_in_the_environment() {
        let id = |script: &str| match run(script) {
            Outcome::Accepted { id } => id,
            other => panic!("{other:?}"),
        };
        assert_eq!(id("cat"), r#"{"id":"$(touch x)"}"#);
        assert_eq!(id("echo $REDRIVE_IDEMPOTENCY_KEY"), "rd1_key");
        // Whatever else the environment holds is not given on.
        assert_eq!(id("env | grep -c CARGO_MANIFEST_DIR || true"), "0");
    }

    #[test]
    fn the_exit_code_says_what_became_of_it() {
        let check = |script: &str, expected: &str| {
            let outcome = match run(script) {
                Outcome::Accepted { .. } => "accepted".to_owned(),
                Outcome::Refused { said, .. } => format!("refused: {}", said[0].message),
                Outcome::Again { applied, .. } => format!("again {applied:?}"),
                Outcome::Held { applied, .. } => format!("held {applied:?}"),
                other => format!("{other:?}"),
            };
            assert_eq!(outcome, expected, "{script}");
        };
        check("exit 0", "accepted");
        check(
            "echo no such customer >&2; exit 65",
            "refused: no such customer",
        );
        check("exit 1", "refused: the command ended with exit 1");
        check("exit 75", "again No");
        check("exit 69", "again Maybe");
        check("exit 74", "again Maybe");
        check("exit 78", "held No");
        check("kill -9 $$", "again Maybe");
        check("sleep 30 & sleep 30", "again Maybe");
    }

    #[test]
    fn a_program_that_writes_without_end_is_read_to_its_end() {
        assert!(matches!(
            run("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2"),
            Outcome::Accepted { .. }
        ));
    }

    #[test]
    fn a_program_that_is_not_there_is_said_before_anything_is_sent() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("plain"), "").unwrap();
        let check = |name: &str, expected: &str| {
            assert_eq!(find(name, folder.path()), Err(expected.to_owned()));
        };
        check("redrive-no-such", "there is no command redrive-no-such");
        check("./none", "there is no command ./none");
        check("./plain", "the command ./plain is not executable");
        check("./.", "the command ./. is not a file");
    }
}
