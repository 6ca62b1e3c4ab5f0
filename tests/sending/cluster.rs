//! PostgreSQL for tests: a server of their own in a temporary folder, reached through a socket there, ended with them. Where
//! PostgreSQL is not installed it says so.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use postgres::{Client, NoTls};

/// A running server.
pub struct Cluster {
    folder: tempfile::TempDir,
    bin: PathBuf,
}

impl Cluster {
    /// `None` where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let bin = bin()?;
        let folder = tempfile::Builder::new()
            .prefix("pg")
            .tempdir_in("/tmp")
            .unwrap();
        let cluster = Self { folder, bin };
        cluster.give_away();
        cluster.run(
            "initdb",
            &["-D", "data", "-A", "trust", "-U", "redrive", "--no-sync"],
        );
        cluster.up();
        Some(cluster)
    }

    pub fn up(&self) {
        let socket = format!("-c listen_addresses='' -k {}", self.folder.path().display());
        self.run(
            "pg_ctl",
            &["-D", "data", "-w", "-l", "log", "-o", &socket, "start"],
        );
    }

    pub fn down(&self, how: &str) {
        self.run("pg_ctl", &["-D", "data", "-w", "-m", how, "stop"]);
    }

    /// The server refuses to run as root.
    fn give_away(&self) {
        if rustix::process::geteuid().is_root() {
            let path = self.folder.path();
            let done = Command::new("chown")
                .arg("nobody")
                .arg(path)
                .status()
                .unwrap();
            assert!(done.success());
        }
    }

    fn run(&self, program: &str, words: &[&str]) {
        let program = self.bin.join(program);
        let mut command = if rustix::process::geteuid().is_root() {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"])
                .arg(program);
            command
        } else {
            Command::new(program)
        };
        let done = command
            .args(words)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(done.success(), "{words:?}");
    }

    pub fn url(&self) -> String {
        let host = self.folder.path().to_string_lossy().replace('/', "%2F");
        format!("postgres://redrive@{host}/postgres")
    }

    pub fn client(&self) -> Client {
        Client::connect(&self.url(), NoTls).unwrap()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.down("immediate");
    }
}

fn bin() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut places: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    places.sort();
    let found = places
        .into_iter()
        .rev()
        .find(|bin| bin.join("initdb").is_file());
    if found.is_none() {
        // CI installs it, so there it must not be missing.
        assert!(
            std::env::var_os("REDRIVE_CI").is_none(),
            "PostgreSQL is missing"
        );
        eprintln!("skipped: PostgreSQL is not installed");
    }
    found
}
