//! Destinations: one file a kind. Knows nothing of the workspace.
//!
//! A destination takes batches and says of each record what became of it. Whatever is wrong with the destination itself
//! (no such table, no space, locked) is a [`Held`]: it is nobody's record's fault, nothing of the batch counts, and the same
//! batch can be delivered again once it is mended.

mod file;
mod key;
mod sqlite;

use serde_json::{Map, Value};

pub use file::{FileDestination, FileFormat};
pub use key::{Identity, idempotency_key};
pub use sqlite::{Column, SqliteDestination, columns};

/// One record version on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The idempotency key: the same for every try of this version.
    pub key: String,
    /// The frozen bytes.
    pub payload: Vec<u8>,
    pub payload_sha256: [u8; 32],
    /// What the bytes say.
    pub document: Map<String, Value>,
}

/// What became of one delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The destination confirmed it, now or in an earlier try.
    Accepted,
    /// It is written down, but counts only when [`Destination::finish`] succeeds; then it is handed over.
    Written,
    /// A definitive no.
    Refused {
        /// `sqlite:constraint`; an HTTP status, an SQLSTATE.
        code: String,
        /// The destination's own words. Untrusted.
        message: String,
    },
    /// Nobody can tell whether it was applied.
    Unknown { code: String, message: String },
    /// Certainly not applied; may be tried again.
    Busy { code: String, message: String },
}

/// Nothing can be delivered until a person has mended the destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What is wrong with the destination, lower case, no full stop. May hold untrusted text.
    pub reason: String,
}

impl Held {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}

/// Where records go. One sender at a time.
pub trait Destination {
    /// Delivers one batch and gives one outcome a delivery, in order. Delivering the same key again is safe.
    ///
    /// # Errors
    /// When the destination cannot take anything: nothing of the batch was applied.
    fn deliver(&mut self, batch: &[Delivery]) -> Result<Vec<Outcome>, Held>;

    /// Ends a plan whose deliveries were all made, from its first to its last, by this value.
    ///
    /// # Errors
    /// When what was [`Outcome::Written`] could not be handed over: then none of it was.
    fn finish(&mut self) -> Result<(), Held> {
        Ok(())
    }
}

/// A value as one cell of text: text as it is, nothing for null, the JSON of everything else.
fn cell_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The first field that has no column, for destinations made of columns.
fn without_column<'d>(document: &'d Map<String, Value>, columns: &[String]) -> Option<&'d str> {
    document
        .keys()
        .map(String::as_str)
        .find(|field| !columns.iter().any(|column| column == field))
}
