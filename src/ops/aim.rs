//! Where records go: the contract on disk, one of its destinations, and that destination opened. Nothing of this is ever
//! taken from a workspace, which may come from somebody else.

use std::{
    path::{Path as FilePath, PathBuf},
    time::Duration,
};

use anyhow::Result;
use sha2::{Digest, Sha256};

use super::{Workspace, answers::FILE};
use crate::{
    broken::is_broken,
    contract::{self, Contract, Destination, FileFormat, Kind},
    model::{Fault, Layout, PlanId, RunId, folder_of},
    send::{
        self, CommandDestination, FileDestination, Held, HttpDestination, PostgresDestination,
        SqliteDestination, Taker,
    },
    store::claims::Resume,
    text::shell_word,
};

/// One destination of a contract on disk.
pub(super) struct Aim {
    pub contract: Contract,
    pub destination: Destination,
    /// In words without secrets.
    pub target: String,
    /// SHA-256 over kind and target: another one is another destination.
    pub fingerprint: [u8; 32],
    /// What is done with a record there.
    pub operation: &'static str,
    folder: PathBuf,
    /// Of the run.
    layout: Layout,
    columns: Vec<String>,
}

impl Aim {
    /// Finds the destination named `to`, or the only one.
    ///
    /// # Errors
    /// Faults of exit 2: those of [`on_disk`], `send:destination` when it is not clear which one is meant,
    /// `send:columns` for a table without known columns.
    pub fn take(
        workspace: &Workspace,
        run: RunId,
        contract: Option<&FilePath>,
        to: Option<&str>,
    ) -> Result<Self> {
        let contract = on_disk(workspace, run, contract)?;
        let destination = choose(&contract, to)?.clone();
        let operation = match &destination.kind {
            Kind::Sqlite { .. } | Kind::Postgres(_) => "insert",
            Kind::File { .. } => "append",
            Kind::Http(_) | Kind::Command(_) => "send",
        };
        let layout = workspace.store.layout(run)?;
        let columns = columns(&layout, &contract, &destination)?;
        let aim = Self {
            target: target(&destination.kind),
            fingerprint: fingerprint(&destination.kind),
            folder: workspace.folder().to_owned(),
            operation,
            layout,
            columns,
            destination,
            contract,
        };
        aim.refuse_workspace(workspace)?;
        Ok(aim)
    }

    /// How the run's texts are laid out, where the destination takes them as they stand.
    pub fn source(&self) -> Option<&Layout> {
        let takes_texts = matches!(
            self.destination.kind,
            Kind::File {
                format: FileFormat::Source,
                ..
            }
        );
        takes_texts.then_some(&self.layout)
    }

    /// Whether the destination recognises a repeat.
    pub fn is_idempotent(&self) -> bool {
        match &self.destination.kind {
            Kind::Http(_) | Kind::Command(_) | Kind::Postgres(_) => {
                self.destination.idempotency != "none" || is_broken("resend")
            }
            // They have a table of keys, or are written as a whole.
            _ => true,
        }
    }

    /// Where a destination that recognises no repeat can be asked for a record: how long a try without an answer is left alone
    /// before the answer that it is not there counts.
    pub fn quiet(&self) -> Option<Duration> {
        match &self.destination.kind {
            Kind::Http(http) if http.lookup.is_some() => Some(http.timeouts.total * 2),
            _ => None,
        }
    }

    /// How tries that nobody finished are taken up. A key counts as forgotten some time before its window ends.
    pub fn resume(&self) -> Resume {
        let forgets = matches!(self.destination.kind, Kind::Http(_) | Kind::Command(_))
            && self.destination.idempotency == "key";
        Resume {
            may_repeat: self.is_idempotent() || self.quiet().is_some(),
            again_at: (self.quiet()).map(|quiet| format!("{:.3}", jiff::Timestamp::now() + quiet)),
            forgotten: forgets.then(|| {
                let window = self.destination.key_window.mul_f64(0.8);
                format!("{:.3}", jiff::Timestamp::now() - window)
            }),
        }
    }

    /// Refuses what is missing before anything is planned or leaves.
    ///
    /// # Errors
    /// `send:ca_file`, with the file; `send:secret`, with the name of the secret; `send:command` for a program that is not there;
    /// `send:file` for a directory or a link; `send:database` for a table that is not there, or a statement the server does not
    /// understand.
    pub fn check_needs(&self) -> Result<(), Fault> {
        let folder = self.contract_folder();
        let fault = |code, missing: String| {
            let hint = if code == "send:secret" && missing.contains("is not set") {
                "set it where redrive is started, then start redrive again: what runs does not see it; nothing was sent"
            } else {
                "mend it, then send again; nothing was sent"
            };
            Fault::usage(code, missing)
                .at(self.contract.path.to_string_lossy(), None)
                .hint(hint)
        };
        let ca_file = match &self.destination.kind {
            Kind::Http(http) => http.ca_file.as_ref(),
            Kind::Postgres(postgres) => postgres.ca_file.as_ref(),
            _ => None,
        };
        if let Some(name) = ca_file {
            send::authorities(&folder, name).map_err(|why| fault("send:ca_file", why))?;
        }
        let (code, missing) = match &self.destination.kind {
            Kind::Http(http) => {
                let api = HttpDestination::open((**http).clone(), folder);
                ("send:secret", api.err())
            }
            Kind::Command(program) => {
                let program = CommandDestination::open(program.clone(), folder);
                ("send:command", program.err())
            }
            Kind::Postgres(postgres) => {
                let database = PostgresDestination::new((**postgres).clone(), folder);
                match database.map(|database| database.check()) {
                    Ok(found) => ("send:database", found.err().map(|held| held.reason)),
                    Err(missing) => ("send:secret", Some(missing)),
                }
            }
            Kind::File { path, .. } => ("send:file", not_a_file(&self.folder.join(path))),
            Kind::Sqlite { .. } => return Ok(()),
        };
        missing.map_or(Ok(()), |missing| Err(fault(code, missing)))
    }

    fn contract_folder(&self) -> PathBuf {
        folder_of(&self.contract.path).to_owned()
    }

    /// Opens the destination for one plan.
    ///
    /// # Errors
    /// A hold when it cannot take anything.
    pub fn open(&self, plan: PlanId) -> Result<Box<dyn send::Destination>, Held> {
        match &self.destination.kind {
            Kind::Sqlite { path, table } => {
                let path = self.folder.join(path);
                let table = SqliteDestination::open(&path, table, self.columns.clone())?;
                Ok(Box::new(table))
            }
            Kind::File { path, format } => {
                let path = numbered(&self.folder.join(path), plan);
                let format = match format {
                    FileFormat::Csv => send::FileFormat::Csv,
                    FileFormat::JsonLines => send::FileFormat::JsonLines,
                    FileFormat::Source => match self.layout {
                        Layout::Csv { delimiter, .. } => send::FileFormat::Lines { delimiter },
                        Layout::Json => send::FileFormat::JsonLines,
                    },
                };
                let file = FileDestination::begin(&path, format, self.columns.clone())?;
                Ok(Box::new(file))
            }
            Kind::Http(http) => {
                let api = HttpDestination::open((**http).clone(), self.contract_folder());
                Ok(Box::new(api.map_err(|reason| Held { reason })?))
            }
            Kind::Postgres(postgres) => {
                let folder = self.contract_folder();
                let table = PostgresDestination::new((**postgres).clone(), folder);
                Ok(Box::new(table.map_err(|reason| Held { reason })?))
            }
            Kind::Command(program) => {
                let program = CommandDestination::open(program.clone(), self.contract_folder());
                Ok(Box::new(program.map_err(|reason| Held { reason })?))
            }
        }
    }

    /// A contract that names the workspace's own file would mix what was received with what was sent.
    fn refuse_workspace(&self, workspace: &Workspace) -> Result<()> {
        let Kind::Sqlite { path, .. } = &self.destination.kind else {
            return Ok(());
        };
        let (Ok(there), Ok(here)) = (
            self.folder.join(path).canonicalize(),
            workspace.path().canonicalize(),
        ) else {
            return Ok(());
        };
        if there != here {
            return Ok(());
        }
        Err(Fault::usage(
            "send:workspace",
            format!(
                "destination '{}' is the workspace itself",
                self.destination.name
            ),
        )
        .hint("name another file in the contract's `path`")
        .into())
    }
}

/// Why no file can be written there.
fn not_a_file(path: &FilePath) -> Option<String> {
    let found = std::fs::symlink_metadata(path).ok()?;
    let what = if found.is_dir() {
        "a directory"
    } else if found.is_symlink() {
        "a link"
    } else {
        return None;
    };
    Some(format!("{} is {what}", path.display()))
}

/// The contract on disk that the run's records were checked against.
///
/// # Errors
/// `send:no_contract` when the run has none and none is named, `send:contract_missing` when it lies there no more,
/// `send:contract_changed` when it finds something else than the one the records were checked against; those of reading a
/// contract.
pub(super) fn on_disk(
    workspace: &Workspace,
    run: RunId,
    named: Option<&FilePath>,
) -> Result<Contract> {
    let stored = workspace.contract(run)?;
    let path = match (named, &stored) {
        (Some(named), _) => named,
        (None, Some(stored)) if stored.path.exists() => &stored.path,
        (None, Some(stored)) => {
            return Err(Fault::usage(
                "send:contract_missing",
                format!("the contract of run {run} is no longer there"),
            )
            .at(stored.path.to_string_lossy(), None)
            .hint(
                "destinations are only taken from a contract on disk: name it with --contract FILE",
            )
            .into());
        }
        (None, None) => {
            return Err(Fault::usage(
                "send:no_contract",
                format!("run {run} has no contract that says where its records go"),
            )
            .hint("name one with --contract FILE")
            .into());
        }
    };
    let contract = contract::read(path)?;
    if stored
        .as_ref()
        .is_some_and(|stored| stored.checks != contract.checks)
    {
        return Err(Fault::usage(
            "send:contract_changed",
            "the contract has changed since the records were checked against it",
        )
        .at(path.to_string_lossy(), None)
        .hint(format!(
            "check them against it first: redrive check --run {run} --contract {}",
            shell_word(&path.to_string_lossy())
        ))
        .into());
    }
    Ok(contract)
}

/// A destination's target in words without secrets.
pub(super) fn target(kind: &Kind) -> String {
    match kind {
        Kind::Sqlite { path, table } => format!("table {table} in {}", path.display()),
        Kind::File { path, .. } => format!("{FILE}{}", path.display()),
        Kind::Http(http) => format!("{} {}", http.method, http.url),
        Kind::Postgres(postgres) => postgres.target(),
        Kind::Command(program) => format!("command {}", program.command.join(" ")),
    }
}

fn choose<'c>(contract: &'c Contract, to: Option<&str>) -> Result<&'c Destination, Fault> {
    let names: Vec<&str> = contract
        .destinations
        .iter()
        .map(|destination| destination.name.as_str())
        .collect();
    let fault = |message: String| {
        Fault::usage("send:destination", message).at(contract.path.to_string_lossy(), None)
    };
    match (to, contract.destinations.as_slice()) {
        (_, []) => Err(fault("the contract names no destination".to_owned())
            .hint("add a [[destination]] to it")),
        (None, [only]) => Ok(only),
        (None, _) => Err(
            fault("the contract names more than one destination".to_owned())
                .hint(format!("say --to NAME; there are {}", names.join(", "))),
        ),
        (Some(to), all) => all
            .iter()
            .find(|destination| destination.name == to)
            .ok_or_else(|| {
                fault(format!("the contract names no destination '{to}'"))
                    .hint(format!("it names {}", names.join(", ")))
            }),
    }
}

/// The fields a record may have at the destination, in order: the schema's, else those of the file the run came from.
fn columns(layout: &Layout, contract: &Contract, destination: &Destination) -> Result<Vec<String>> {
    let properties = contract.checker.properties();
    let is_own = matches!(
        destination.kind,
        Kind::File {
            format: FileFormat::Source,
            ..
        }
    );
    if !properties.is_empty() && !is_own {
        return Ok(properties.to_vec());
    }
    if let Layout::Csv { columns, .. } = layout {
        return Ok(columns.clone());
    }
    match destination.kind {
        Kind::Http(_)
        | Kind::Command(_)
        | Kind::Postgres(_)
        | Kind::File {
            format: FileFormat::JsonLines | FileFormat::Source,
            ..
        } => Ok(Vec::new()),
        _ => Err(Fault::usage(
            "send:columns",
            format!("nobody says which columns '{}' has", destination.name),
        )
        .hint("give the contract a schema with properties")
        .into()),
    }
}

fn fingerprint(kind: &Kind) -> [u8; 32] {
    let parts = match kind {
        Kind::Sqlite { path, table } => ["sqlite".into(), path.to_string_lossy(), table.into()],
        Kind::File { path, format } => {
            let format = match format {
                FileFormat::Csv => "csv",
                FileFormat::JsonLines => "jsonl",
                FileFormat::Source => "source",
            };
            ["file".into(), path.to_string_lossy(), format.into()]
        }
        Kind::Http(http) => [
            "http".into(),
            (&http.method).into(),
            http.url.to_string().into(),
        ],
        Kind::Postgres(postgres) => {
            let taker = match &postgres.taker {
                Taker::Table(table) => table.into(),
                Taker::Statement(template) => template.text().into(),
            };
            ["postgres".into(), (&postgres.url).into(), taker]
        }
        Kind::Command(program) => [
            "command".into(),
            program.command.join("\0").into(),
            "".into(),
        ],
    };
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

/// `out/c.csv` of plan 3 is `out/c-3.csv`.
fn numbered(path: &FilePath, plan: PlanId) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path
        .extension()
        .map(|extension| format!(".{}", extension.to_string_lossy()))
        .unwrap_or_default();
    path.with_file_name(format!("{stem}-{plan}{extension}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_stands_before_the_extension() {
        let check = |path: &str, expected: &str| {
            assert_eq!(
                numbered(FilePath::new(path), PlanId(3)),
                FilePath::new(expected)
            );
        };
        check("out/c.csv", "out/c-3.csv");
        check("c", "c-3");
        check("/a.b/c.d.jsonl", "/a.b/c.d-3.jsonl");
    }

    #[test]
    fn another_target_is_another_destination() {
        let table = |path: &str, table: &str| {
            fingerprint(&Kind::Sqlite {
                path: path.into(),
                table: table.to_owned(),
            })
        };
        assert_eq!(table("crm.db", "customer"), table("crm.db", "customer"));
        assert_ne!(table("crm.db", "customer"), table("crm.db", "customers"));
        assert_ne!(table("a", "bc"), table("ab", "c"));
    }
}
