//! The contract: what a good record is and where it goes. `raw` is what the file says, `checked` what the program needs.

mod batch;
mod checked;
mod checks;
mod destination;
mod knobs;
mod outline;
mod place;
mod raw;
mod rules;
mod schema_files;
mod unique;
mod validator;

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::Result;

pub use self::{
    checked::{hash_on_disk, read},
    outline::{Outline, OutlinedDestination, OutlinedRule, OutlinedUnique, Placed, outline},
    place::line_and_column,
};
use crate::{
    check::{Checker, Runaway},
    model::Fault,
    send::{Http, Knobs, Postgres, Program},
    store::ContractText,
};

/// A contract that can be used: compiled, with everything it refers to read.
#[derive(Clone)]
pub struct Contract {
    pub name: String,
    /// The TOML text as read.
    pub text: String,
    /// Schema and reference files as `(name in the contract or reference, text)`, so that a workspace can hold them.
    pub files: Vec<(String, String)>,
    /// SHA-256 over text and files.
    pub hash: [u8; 32],
    /// SHA-256 over what decides a verdict: schema, rules, key, input and validator, but no destination. Two contracts with
    /// the same one find the same.
    pub checks: [u8; 32],
    /// The pipeline's own validator, if it is named. It is only ever started from a contract on disk.
    pub validator: Option<Validator>,
    /// Where the contract lay; destinations are taken from there only.
    pub path: PathBuf,
    pub checker: Arc<Checker>,
    pub encoding: String,
    pub destinations: Vec<Destination>,
}

impl Contract {
    /// What a workspace keeps of it.
    pub fn stored(&self) -> ContractText {
        ContractText {
            name: self.name.clone(),
            text: self.text.clone(),
            files: self.files.clone(),
            path: self.path.clone(),
        }
    }

    /// A fault that points to what does not come to an end: the rule, the pattern, or the schema's name.
    pub fn pointing_at(&self, runaway: &Runaway, fault: Fault) -> Fault {
        let file = self.path.display().to_string();
        let Ok(outline) = outline(&self.text) else {
            return fault.at(file, None);
        };
        let rule = (outline.rules.into_iter()).find(|rule| rule.id.text == runaway.part);
        let pattern = runaway.pattern.as_deref();
        match (rule, pattern.and_then(|pattern| self.pattern(pattern))) {
            (Some(rule), _) => rule.assert.point(fault, file),
            (None, Some((file, byte, text))) => {
                place::pointing(fault, &file.display().to_string(), text, byte)
            }
            (None, None) => match outline.schema {
                Some(schema) => schema.point(fault, file),
                None => fault.at(file, None),
            },
        }
    }

    /// Where it names its validator, as line and character.
    pub fn validator_place(&self) -> Option<(u64, u32)> {
        let outline = outline(&self.text).ok()?;
        let program = outline.validator.first()?;
        Some((program.line, u32::try_from(program.column).ok()?))
    }

    /// Where the schema's files first write a pattern.
    fn pattern(&self, pattern: &str) -> Option<(PathBuf, usize, &str)> {
        let written = serde_json::to_string(pattern).ok()?;
        let (own, _) = self.files.first()?;
        let schema = self.path.parent()?.join(own);
        let mut schemas = (self.files.iter()).filter(|(name, _)| !validator::is_file(name));
        schemas.find_map(|(name, text)| {
            let byte = text.find(&written)?;
            let file = if name == own {
                schema.clone()
            } else {
                schema.parent()?.join(name)
            };
            Some((file, byte, text.as_str()))
        })
    }
}

/// Compiles a contract again from the texts a workspace holds, without a look at the disk.
///
/// # Errors
/// A fault when this redrive cannot use the contract any more.
pub fn restore(stored: &ContractText) -> Result<Contract> {
    checked::restore(&stored.text, &stored.files, &stored.path)
}

/// The pipeline's own validator: a program that reads one record a line and answers one line a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validator {
    /// Program and arguments; it is started in the contract's folder.
    pub command: Vec<String>,
    /// The longest one batch may take.
    pub timeout: Duration,
    /// Records in one batch.
    pub batch: usize,
}

/// Where records can be sent, as the contract says it. Holds no secret, only where secrets are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    pub name: String,
    pub environment: String,
    pub idempotency: String,
    pub kind: Kind,
    pub knobs: Knobs,
    /// How long it remembers an idempotency key.
    pub key_window: Duration,
}

/// What a destination is, with what is needed to reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `path` is relative to the workspace's folder.
    Sqlite {
        path: PathBuf,
        table: String,
    },
    /// `path` is relative to the workspace's folder; the plan's number is put before its extension.
    File {
        path: PathBuf,
        format: FileFormat,
    },
    Http(Box<Http>),
    Command(Program),
    Postgres(Box<Postgres>),
}

/// How records are written into a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    Csv,
    JsonLines,
    /// As the file that the run came from: each record's text as it stands.
    Source,
}
