//! The command line by its whole output. One file for each family of commands.

mod backup;
mod change;
mod contract;
mod diff;
mod errors;
mod exact;
mod fix;
mod kill;
mod load;
mod look;
mod man;
mod plain;
mod report;
mod send;
mod sheet;
mod source;
mod warnings;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A folder of its own with a contract, a schema and ten customers of which two pass.
pub struct Folder(tempfile::TempDir);

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

impl Folder {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["customers.csv", "customers.toml", "customers.schema.json"] {
            fs::copy(Path::new("tests/data").join(name), folder.path().join(name)).unwrap();
        }
        Self(folder)
    }

    /// The same with the customers loaded as run 1.
    pub fn loaded() -> Self {
        let folder = Self::new();
        folder
            .redrive("load customers.csv --contract customers.toml")
            .exit(1)
            .stderr_has("passed and were not kept")
            .run();
        folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// A call of the program in this folder. Words are split at spaces; `'...'` keeps them together.
    pub fn redrive(&self, line: &str) -> Call<'_> {
        Call {
            folder: self,
            words: words(line),
            exit: 0,
            stderr: Some(Vec::new()),
            stdin: None,
            state: None,
        }
    }
}

/// One call, which must end with exit 0 and an empty stderr unless it says otherwise.
#[must_use = "a call does nothing until it is run"]
pub struct Call<'a> {
    folder: &'a Folder,
    words: Vec<String>,
    exit: i32,
    stderr: Option<Vec<&'static str>>,
    stdin: Option<Vec<u8>>,
    state: Option<PathBuf>,
}

impl Call<'_> {
    pub fn exit(mut self, code: i32) -> Self {
        self.exit = code;
        self
    }

    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// What the program remembers for a person is kept in the folder.
    pub fn remembers(mut self) -> Self {
        self.state = Some(self.folder.path("state"));
        self
    }

    /// stderr must hold these words (and so may not be empty).
    pub fn stderr_has(mut self, words: &'static str) -> Self {
        self.stderr.get_or_insert_default().push(words);
        self
    }

    /// stderr may say anything.
    pub fn any_stderr(mut self) -> Self {
        self.stderr = None;
        self
    }

    /// The program, ready to be started.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_redrive"));
        command
            .args(&self.words)
            .current_dir(self.folder.0.path())
            .env_clear()
            .env("REDRIVE_USER", "jana")
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(state) = &self.state {
            command.env("XDG_STATE_HOME", state);
        }
        command
    }

    /// Runs it and gives stdout with durations and times masked.
    pub fn run(self) -> String {
        let mut child = self.command().spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A program that does not read its input closes the pipe; that is its right.
        let _ = std::io::Write::write_all(&mut stdin, self.stdin.as_deref().unwrap_or_default());
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let what = format!(
            "redrive {}\nstdout:\n{stdout}\nstderr:\n{stderr}",
            self.words.join(" ")
        );
        assert_eq!(output.status.code(), Some(self.exit), "{what}");
        match self.stderr.as_deref() {
            None => {}
            Some([]) => assert!(stderr.is_empty(), "stderr should be empty: {what}"),
            Some(expected) => {
                for words in expected {
                    assert!(
                        stderr.contains(words),
                        "stderr should say '{words}': {what}"
                    );
                }
            }
        }
        mask(&stdout)
    }

    /// Runs it and reads stdout as one JSON document.
    pub fn json(mut self) -> serde_json::Value {
        self.words.push("--json".to_owned());
        let stdout = self.run();
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"))
    }

    /// Runs it and reads stdout as JSON lines.
    pub fn json_lines(mut self) -> Vec<serde_json::Value> {
        self.words.push("--json".to_owned());
        self.run()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

fn words(line: &str) -> Vec<String> {
    line.split('\'')
        .enumerate()
        .flat_map(|(n, part)| match n % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

/// Durations and times are never the same twice.
fn mask(text: &str) -> String {
    let seconds = regex::Regex::new(r#""seconds":[0-9.e-]+"#).unwrap();
    let times = regex::Regex::new(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z").unwrap();
    times
        .replace_all(
            &seconds.replace_all(text, r#""seconds":0.0"#),
            "____-__-__T__:__:__.___Z",
        )
        .into_owned()
}
