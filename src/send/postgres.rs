//! A table in PostgreSQL, or a statement of the contract's own. One transaction a batch, with the dedupe table in the same one: a key that is there already was applied
//! already. A batch that fails is done again in halves, so that the record that breaks it can be told from the others.
//!
//! One of the places outside `store` that hold SQL: this is the destination's database, not the workspace.

mod statement;
mod table;
mod template;
mod words;

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use postgres::{
    Client, Config, NoTls, Transaction,
    config::SslMode,
    error::{DbError, SqlState},
};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

pub use self::template::SqlTemplate;
use self::{statement::Prepared, table::Table};
use super::{
    Answered, Applied, Delivery, Destination, Held, Outcome, Said, Secret, authorities,
    parts::in_parts, tls::distrust,
};
use crate::model::Path;

/// How long one statement may take, and wait for a lock.
const STATEMENT_TIME: &str = "SET statement_timeout = '60s'; SET lock_timeout = '30s'; \
     SET idle_in_transaction_session_timeout = '5min'; SET synchronous_commit = on; SET standard_conforming_strings = on";

const DEDUPE: &str = "CREATE TABLE IF NOT EXISTS redrive_dedupe (key text PRIMARY KEY, payload_sha256 bytea NOT NULL, \
     at timestamptz NOT NULL DEFAULT now())";

/// The code of what certainly did not arrive.
const NOT_SENT: &str = "postgres:not_sent";

/// How a repeat is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// By a table of keys.
    Dedupe,
    /// It replaces the row with the same values in these columns; with a statement, as that says.
    Upsert(Vec<String>),
    /// Not at all.
    Never,
}

/// What records are given to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taker {
    /// `customer` or `crm.customer`.
    Table(String),
    Statement(SqlTemplate),
}

impl Taker {
    /// The fields of a record that are named.
    pub fn values(&self) -> &[Path] {
        match self {
            Self::Table(_) => &[],
            Self::Statement(template) => template.values(),
        }
    }
}

/// A database as a contract describes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Postgres {
    /// `postgres://user@host/database`, without a password.
    pub url: String,
    pub password: Option<Secret>,
    /// PEM; relative to the contract's folder. The public authorities when `None`.
    pub ca_file: Option<String>,
    pub taker: Taker,
    pub repeat: Repeat,
    pub connect: Duration,
}

impl Postgres {
    /// Where records go, in words without secrets.
    pub fn target(&self) -> String {
        match &self.taker {
            Taker::Table(table) => format!("table {table} in {}", self.url),
            Taker::Statement(template) => format!("{} in {}", template.shown(), self.url),
        }
    }

    /// Reads the URL.
    ///
    /// # Errors
    /// Says what is wrong with it, lower case, no full stop; never a password.
    pub fn config(&self) -> Result<Config, String> {
        let config: Config = self.url.parse().map_err(|error: postgres::Error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            cause.unwrap_or_else(|| error.to_string())
        })?;
        if config.get_password().is_some() {
            return Err(
                "it holds a password; name where it is found: password = \"env:PGPASSWORD\""
                    .to_owned(),
            );
        }
        if config.get_hosts().is_empty() {
            return Err("it names no host".to_owned());
        }
        Ok(config)
    }
}

/// A database that is being sent to.
pub struct PostgresDestination {
    postgres: Postgres,
    config: Config,
    folder: PathBuf,
    connection: Option<(Client, Ready)>,
}

impl PostgresDestination {
    /// Fetches the password. Nothing is connected yet.
    ///
    /// # Errors
    /// Says what is missing: the place of the secret, or what is wrong with the URL.
    pub fn new(postgres: Postgres, folder: PathBuf) -> Result<Self, String> {
        let mut config = postgres.config()?;
        if let Some(secret) = &postgres.password {
            config.password(secret.fetch(&folder)?);
        }
        config
            .connect_timeout(postgres.connect)
            .application_name("redrive");
        Ok(Self {
            postgres,
            config,
            folder,
            connection: None,
        })
    }

    /// The connection, with what takes the records; made where there is none.
    fn connection(&mut self) -> Result<&mut (Client, Ready), Failure> {
        let alive = self.connection.take_if(|(client, _)| !client.is_closed());
        let connection = match alive {
            Some(alive) => alive,
            None => self.opened()?,
        };
        Ok(self.connection.insert(connection))
    }

    /// Looks whether the table is there, or the server understands the statement. Nothing is made, and nothing said of a server
    /// that cannot be reached now.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), Held> {
        let Ok(mut client) = self.reached() else {
            return Ok(());
        };
        match self.found(&mut client) {
            Err(Failure::Held(held)) => Err(held),
            _ => Ok(()),
        }
    }

    fn opened(&self) -> Result<(Client, Ready), Failure> {
        let mut client = self.reached()?;
        let ready = self.found(&mut client)?;
        if self.postgres.repeat == Repeat::Dedupe {
            client.batch_execute(DEDUPE)?;
        }
        Ok((client, ready))
    }

    /// A connection that can write.
    fn reached(&self) -> Result<Client, Failure> {
        let mut client = self.connect()?;
        client.batch_execute(STATEMENT_TIME)?;
        let read_only: bool = client
            .query_one(
                "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool",
                &[],
            )?
            .get(0);
        if read_only {
            return Err(held("25006", "the server only reads: name the primary"));
        }
        Ok(client)
    }

    fn found(&self, client: &mut Client) -> Result<Ready, Failure> {
        Ok(match &self.postgres.taker {
            Taker::Table(name) => Ready::Table(Table::find(client, name)?),
            Taker::Statement(template) => Ready::Statement(Prepared::read(client, template)?),
        })
    }

    /// TLS with a checked name, unless the URL says `sslmode=disable` or there is no network in between.
    fn connect(&self) -> Result<Client, Failure> {
        if self.config.get_ssl_mode() == SslMode::Disable || self.is_local() {
            return Ok(self.config.connect(NoTls)?);
        }
        let mut config = self.config.clone();
        config.ssl_mode(SslMode::Require);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = self.roots()?;
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| held("tls", &error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        (config.connect(MakeRustlsConnect::new(tls))).map_err(unconnected)
    }

    fn is_local(&self) -> bool {
        let is_socket =
            |host: &postgres::config::Host| matches!(host, postgres::config::Host::Unix(_));
        self.config.get_hosts().iter().all(is_socket)
    }

    fn roots(&self) -> Result<RootCertStore, Failure> {
        let mut roots = RootCertStore::empty();
        let Some(name) = &self.postgres.ca_file else {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            return Ok(roots);
        };
        let own = authorities(&self.folder, name).map_err(|why| held("tls", &why))?;
        roots.add_parsable_certificates(own);
        Ok(roots)
    }

    fn try_batch(&mut self, batch: &[Delivery]) -> Result<Vec<Outcome>, Failure> {
        let repeat = self.postgres.repeat.clone();
        let (client, ready) = self.connection()?;
        let mut transaction = client.transaction()?;
        let outcomes = deliver_all(&mut transaction, ready, &repeat, batch)?;
        match transaction.commit() {
            Ok(()) => Ok(outcomes),
            Err(error) => Err(match Failure::from(error) {
                // Nobody knows whether the end of the transaction arrived.
                Failure::Lost(message) => Failure::LostAtCommit(message),
                other => other,
            }),
        }
    }
}

impl Destination for PostgresDestination {
    fn deliver(&mut self, batch: &[Delivery]) -> Result<Vec<Answered>, Held> {
        let all = |outcome: Outcome| -> Vec<Answered> {
            batch
                .iter()
                .map(|_| Answered::from(outcome.clone()))
                .collect()
        };
        match self.try_batch(batch) {
            Ok(outcomes) => Ok(outcomes.into_iter().map(Answered::from).collect()),
            Err(Failure::Held(held)) => Err(held),
            Err(Failure::Said(outcome)) if batch.len() == 1 => Ok(all(outcome)),
            // Alone, the one that breaks it can be told from the others.
            Err(Failure::Said(_)) => {
                let (first, second) = batch.split_at(batch.len() / 2);
                let halves = [first, second].into_iter();
                in_parts(halves, NOT_SENT, |half| self.deliver(half))
            }
            Err(Failure::Lost(message)) => {
                self.connection = None;
                Ok(all(again(NOT_SENT, &message, Applied::No)))
            }
            Err(Failure::LostAtCommit(message)) => {
                self.connection = None;
                Ok(all(again("postgres:no_answer", &message, Applied::Maybe)))
            }
        }
    }
}

/// What takes the records, found on the server.
enum Ready {
    Table(Table),
    Statement(Prepared),
}

impl Ready {
    /// What becomes of a record that it cannot take.
    fn refuses(&self, delivery: &Delivery) -> Option<Outcome> {
        match self {
            Self::Table(table) => table.refuses(delivery),
            Self::Statement(_) => None,
        }
    }
}

/// Why a batch was given up.
#[derive(Debug)]
enum Failure {
    /// What the server said of it; all of it was undone.
    Said(Outcome),
    /// The connection is gone, and with it the transaction.
    Lost(String),
    /// The connection went while the transaction was being ended.
    LostAtCommit(String),
    /// Nothing can be taken.
    Held(Held),
}

impl From<postgres::Error> for Failure {
    fn from(error: postgres::Error) -> Self {
        if let Some(said) = error.as_db_error() {
            return outcome(said);
        }
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        let words = match cause {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        };
        Self::Lost(words)
    }
}

/// Why there is no connection over TLS. A server that is not trusted is for a person to mend; what only broke off may pass. Later
/// the word TLS in an error says nothing: a connection that is cut has it as well.
fn unconnected(error: postgres::Error) -> Failure {
    if let Some(reason) = distrust(&error) {
        return held("tls", &format!("no safe connection: {reason}"));
    }
    match Failure::from(error) {
        // The crate has no kind for it.
        Failure::Lost(words) if words.contains("does not support TLS") => held(
            "tls",
            "no safe connection: the server does not speak TLS; turn it on there, or add ?sslmode=disable to the url if \
             nobody else can listen on the way",
        ),
        other => other,
    }
}

fn held(code: &str, reason: &str) -> Failure {
    Failure::Held(Held::new(format!("postgres {code}: {reason}")))
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

/// What an SQLSTATE means. The transaction it ended applied nothing.
fn outcome(said: &DbError) -> Failure {
    let code = said.code().code();
    let retry = |is_sick| {
        Failure::Said(Outcome::Again {
            code: code.to_owned(),
            message: said.message().to_owned(),
            applied: Applied::No,
            after: None,
            is_sick,
        })
    };
    match code {
        // 21000: an upsert has the same row twice, which only happens to records that are sent together.
        "40001" | "40P01" | "55P03" | "57014" | "21000" => retry(false),
        _ if code.starts_with("53") => retry(true),
        // The server is going or comes up again; the connection is of no use.
        _ if code.starts_with("57P") || code.starts_with("08") => {
            Failure::Lost(said.message().to_owned())
        }
        _ if ["22", "23"].iter().any(|class| code.starts_with(class))
            || *said.code() == SqlState::RAISE_EXCEPTION =>
        {
            refused(said)
        }
        _ if code.starts_with("XX") || code.starts_with("58") => retry(true),
        _ => held(code, said.message()),
    }
}

/// The record is at fault.
fn refused(said: &DbError) -> Failure {
    Failure::Said(Outcome::Refused {
        code: said.code().code().to_owned(),
        said: vec![Said {
            path: said.column().map(Path::field).unwrap_or_default(),
            message: words(said),
        }],
    })
}

fn words(said: &DbError) -> String {
    match said.detail() {
        Some(detail) => format!("{}: {detail}", said.message()),
        None => said.message().to_owned(),
    }
}

/// Delivers a batch inside one transaction: a statement for the keys, then those for the records.
fn deliver_all(
    transaction: &mut Transaction<'_>,
    ready: &mut Ready,
    repeat: &Repeat,
    batch: &[Delivery],
) -> Result<Vec<Outcome>, Failure> {
    let mut outcomes: Vec<Option<Outcome>> = batch
        .iter()
        .map(|delivery| ready.refuses(delivery))
        .collect();
    if *repeat == Repeat::Dedupe {
        let known = known(transaction, batch, &outcomes)?;
        for n in known {
            outcomes[n] = Some(accepted());
        }
    }
    let new: Vec<&Delivery> = (batch.iter().zip(&outcomes))
        .filter(|(_, outcome)| outcome.is_none())
        .map(|(delivery, _)| delivery)
        .collect();
    match ready {
        Ready::Table(table) => table.insert(transaction, repeat, &new)?,
        Ready::Statement(statement) => statement.apply(transaction, repeat, &new)?,
    }
    let outcome = |outcome: Option<Outcome>| outcome.unwrap_or_else(accepted);
    Ok(outcomes.into_iter().map(outcome).collect())
}

/// Writes the keys down. Gives those of the batch that were there already: they were applied before.
fn known(
    transaction: &mut Transaction<'_>,
    batch: &[Delivery],
    outcomes: &[Option<Outcome>],
) -> Result<Vec<usize>, Failure> {
    let open: Vec<usize> = (0..batch.len())
        .filter(|n| outcomes[*n].is_none())
        .collect();
    let keys: Vec<&str> = open.iter().map(|n| batch[*n].key.as_str()).collect();
    let hashes: Vec<&[u8]> = (open.iter())
        .map(|n| batch[*n].payload_sha256.as_slice())
        .collect();
    let new = transaction.query(
        "INSERT INTO redrive_dedupe (key, payload_sha256) SELECT * FROM unnest($1::text[], $2::bytea[]) \
         ON CONFLICT (key) DO NOTHING RETURNING key",
        &[&keys, &hashes],
    )?;
    // The first with a key is new, if the key is.
    let mut new: HashSet<String> = new.iter().map(|row| row.get(0)).collect();
    let known: Vec<usize> = (open.into_iter())
        .filter(|n| !new.remove(&batch[*n].key))
        .collect();
    if known.is_empty() {
        return Ok(known);
    }
    let keys: Vec<&str> = known.iter().map(|n| batch[*n].key.as_str()).collect();
    let rows = transaction.query(
        "SELECT key, payload_sha256 FROM redrive_dedupe WHERE key = ANY($1)",
        &[&keys],
    )?;
    let hashes: HashMap<String, Vec<u8>> =
        (rows.iter()).map(|row| (row.get(0), row.get(1))).collect();
    let is_same = |n: &usize| {
        let delivery = &batch[*n];
        hashes.get(&delivery.key).map(Vec::as_slice) == Some(&delivery.payload_sha256[..])
    };
    if known.iter().all(is_same) {
        return Ok(known);
    }
    // An invariant is broken, and going on could apply something twice.
    Err(held(
        "key",
        "another content was sent under the same idempotency key: this is a mistake of redrive, report it",
    ))
}

fn accepted() -> Outcome {
    Outcome::Accepted { id: String::new() }
}

#[cfg(test)]
mod tests;
