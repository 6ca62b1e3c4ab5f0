//! What a contract's TOML file says, key by key. Nothing is decided here but spelling: an unknown key is an error.

use serde::Deserialize;
use toml::{Spanned, Table};

use super::{batch::RawBatch, knobs};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub name: Option<String>,
    #[serde(default)]
    pub key: Vec<Spanned<String>>,
    #[serde(default)]
    pub input: Input,
    pub schema: Option<Schema>,
    #[serde(default)]
    pub rule: Vec<Rule>,
    #[serde(default)]
    pub unique: Vec<Spanned<Unique>>,
    pub validator: Option<Spanned<Validator>>,
    #[serde(default)]
    pub destination: Vec<Spanned<Destination>>,
}

/// How text becomes values.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    pub empty: Option<Spanned<String>>,
    pub coerce: Option<bool>,
    pub encoding: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Schema {
    /// Relative to the contract.
    pub file: Spanned<String>,
    pub formats: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub id: Spanned<String>,
    pub assert: Spanned<String>,
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub fields: Vec<Spanned<String>>,
    /// `error` or `warning`.
    pub severity: Option<Spanned<String>>,
    #[serde(default)]
    pub owner: String,
}

/// Fields that must differ between any two records of a run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unique {
    pub fields: Vec<Spanned<String>>,
    /// The fields' names when it is not said.
    pub id: Option<String>,
    #[serde(default)]
    pub message: String,
    /// `error` or `warning`.
    pub severity: Option<Spanned<String>>,
    #[serde(default)]
    pub owner: String,
}

/// The pipeline's own validator, a program.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Validator {
    pub command: Spanned<Vec<String>>,
    /// Files that decide what it says, such as the module of its model; relative to the contract.
    #[serde(default)]
    pub files: Vec<Spanned<String>>,
    /// Of one batch, such as `30s`.
    pub timeout: Option<Spanned<String>>,
    /// Records in one batch.
    pub batch: Option<Spanned<i64>>,
}

/// Where records go; which keys belong to which kind is decided later. The knobs of the kinds that cannot be sent to yet are
/// read for their spelling only.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Destination {
    pub name: Spanned<String>,
    pub kind: Spanned<String>,
    pub environment: Option<Spanned<String>>,
    pub idempotency: Option<Spanned<String>>,
    pub path: Option<String>,
    pub table: Option<String>,
    /// Of PostgreSQL, instead of a table.
    pub statement: Option<Spanned<String>>,
    pub format: Option<Spanned<String>>,
    pub url: Option<Spanned<String>>,
    /// Of an API: where it says whether it has a record.
    pub lookup: Option<Spanned<String>>,
    pub method: Option<Spanned<String>>,
    pub headers: Option<Table>,
    /// Of an API: how it takes many records in one request.
    pub batch: Option<Spanned<RawBatch>>,
    pub command: Option<Vec<String>>,
    /// Of a database: where its password is found.
    pub password: Option<Spanned<String>>,
    pub ca_file: Option<String>,
    pub proof: Option<Spanned<String>>,
    /// Where the idempotency key goes.
    pub idempotency_header: Option<String>,
    /// How long the destination remembers a key.
    pub key_window: Option<Spanned<String>>,
    pub timeouts: Option<knobs::RawTimeouts>,
    pub retry: Option<knobs::RawRetry>,
    pub breaker: Option<knobs::RawBreaker>,
    pub rate: Option<knobs::RawRate>,
    pub concurrency: Option<knobs::RawConcurrency>,
    #[serde(rename = "brakes")]
    pub _brakes: Option<Table>,
}
