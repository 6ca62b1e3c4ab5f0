//! PostgreSQL for tests: a server of their own in a temporary folder, reached through a socket there, or over TLS on loopback,
//! ended with them. Where PostgreSQL is not installed it says so.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Command, Stdio},
};

use postgres::{Client, NoTls};

/// A running server.
pub struct Cluster {
    folder: tempfile::TempDir,
    bin: PathBuf,
    /// More words for the server.
    options: String,
    port: u16,
}

impl Cluster {
    /// `None` where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let cluster = Self::new("-c listen_addresses=''", 5432)?;
        cluster.up();
        Some(cluster)
    }

    /// Also on loopback, with TLS where there is a certificate with its key (PEM).
    pub fn start_on_loopback(identity: Option<[&str; 2]>) -> Option<Self> {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let mut cluster = Self::new("-c listen_addresses=127.0.0.1", free.unwrap().port())?;
        if let Some([certificate, key]) = identity {
            cluster.put("data/server.crt", certificate);
            cluster.put("data/server.key", key);
            cluster.options += " -c ssl=on";
        }
        cluster.up();
        Some(cluster)
    }

    fn new(options: &str, port: u16) -> Option<Self> {
        let bin = bin()?;
        let folder = tempfile::Builder::new()
            .prefix("pg")
            .tempdir_in("/tmp")
            .unwrap();
        let cluster = Self {
            folder,
            bin,
            options: options.to_owned(),
            port,
        };
        cluster.give_away("");
        cluster.run(
            "initdb",
            &["-D", "data", "-A", "trust", "-U", "redrive", "--no-sync"],
        );
        Some(cluster)
    }

    pub fn up(&self) {
        let (folder, port) = (self.folder.path().display(), self.port);
        let options = format!("{} -k {folder} -p {port}", self.options);
        self.run(
            "pg_ctl",
            &["-D", "data", "-w", "-l", "log", "-o", &options, "start"],
        );
    }

    /// A file only the server may read.
    fn put(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        self.give_away(name);
    }

    pub fn down(&self, how: &str) {
        self.run("pg_ctl", &["-D", "data", "-w", "-m", how, "stop"]);
    }

    /// The server refuses to run as root.
    fn give_away(&self, name: &str) {
        if rustix::process::geteuid().is_root() {
            let path = self.folder.path().join(name);
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
        format!("postgres://redrive@{host}:{}/postgres", self.port)
    }

    /// Over the network.
    pub fn loopback_url(&self) -> String {
        format!("postgres://redrive@127.0.0.1:{}/postgres", self.port)
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
