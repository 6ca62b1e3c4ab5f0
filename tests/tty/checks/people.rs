//! Records that are ready, and where they go: a server that does what the test says.

use std::{fmt::Write as _, fs};

use tempfile::TempDir;

use crate::{
    redrive,
    sending::server::{Does, Server},
    tty::Tty,
};

/// A folder with so many records that are ready to be sent to this server. `more` are more lines of the destination.
pub fn ready(server: &Server, environment: &str, records: usize, more: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let contract = format!(
        "name = 'people'\nkey = ['/id']\n[schema]\nfile = 's.json'\n\
         [[destination]]\nname = 'api'\nkind = 'http'\nurl = '{}'\nenvironment = '{environment}'\n{more}\n",
        server.url("/people")
    );
    let mut input = "id,n\n".to_owned();
    for n in 1..=records {
        writeln!(input, "P-{n},{n}").unwrap();
    }
    input.push_str("P-X,many\n");
    let schema = r#"{"properties": {"id": {"type": "string"}, "n": {"type": "integer"}}}"#;
    for (name, text) in [
        ("c.toml", &*contract),
        ("s.json", schema),
        ("in.csv", &input),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let load = ["load", "in.csv", "--contract", "c.toml", "--keep-passed"];
    redrive(folder.path(), &load);
    folder
}

/// A server that applies whatever comes, after it did what the script says.
pub fn server(script: impl IntoIterator<Item = Does>) -> Server {
    Server::start(script, Does::Apply)
}

/// Goes to Review, where so many are ready.
pub fn review(tty: &mut Tty, records: usize) {
    tty.sees("many");
    tty.press_until("3", &format!("[3 Review {records}]"));
    tty.sees("S Send");
}
