//! Destinations: one file a kind. Knows nothing of the workspace.
//!
//! A destination takes batches and says of each record what became of it. Whatever is wrong with the destination itself
//! (no such table, no space, locked) is nobody's record's fault: a [`Held`] where nothing of the batch left, so that the same
//! batch can be delivered again once it is mended; an [`Outcome::Held`] where an answer to one record showed it.

mod breaker;
mod command;
mod file;
mod http;
mod key;
mod pace;
mod parts;
mod postgres;
mod secret;
mod sqlite;
#[cfg(test)]
#[expect(
    dead_code,
    reason = "shared with the tests of whole sends, which use the rest of it"
)]
#[path = "../../tests/sending/server.rs"]
pub(crate) mod testing;
#[cfg(test)]
#[path = "../../tests/sending/authority.rs"]
pub(crate) mod testing_authority;
#[cfg(test)]
#[path = "../../tests/sending/cluster.rs"]
mod testing_cluster;
#[cfg(test)]
#[path = "../../tests/sending/secure.rs"]
pub(crate) mod testing_secure;
mod tls;

use std::{panic, thread, time::Duration};

use serde_json::{Map, Value};

use crate::model::Path;

pub use breaker::{Breaker, BreakerRule, Health};
pub use command::{CommandDestination, Program};
pub use file::{FileDestination, FileFormat};
pub use http::{Batch, Http, HttpDestination, Matching, Proof, Timeouts, UrlTemplate};
pub use key::{Identity, idempotency_key};
pub use pace::{Knobs, Retry};
pub use postgres::{Postgres, PostgresDestination, Repeat, SqlTemplate, Taker};
pub use secret::Secret;
pub use sqlite::{Column, SqliteDestination, columns};
pub use tls::authorities;

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
    /// An earlier try may have been applied.
    pub may_be_applied: bool,
}

/// What became of one delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The destination confirmed it, now or in an earlier try.
    Accepted {
        /// What the destination calls it; empty when it does not say. Untrusted.
        id: String,
    },
    /// The destination took it for later: nobody has confirmed it yet.
    Taken { id: String },
    /// It is written down, but counts only when [`Destination::finish`] succeeds; then it is handed over.
    Written,
    /// A definitive no.
    Refused {
        /// `sqlite:constraint`; an HTTP status, an SQLSTATE.
        code: String,
        /// At least one.
        said: Vec<Said>,
    },
    /// Nobody can tell whether it was applied, and trying again would tell nothing.
    Unknown { code: String, message: String },
    /// May be tried again, if it was certainly not applied or the destination recognises it.
    Again {
        code: String,
        /// The destination's own words. Untrusted.
        message: String,
        applied: Applied,
        /// Not before.
        after: Option<Duration>,
        /// It says something about the destination's health, not about the record.
        is_sick: bool,
    },
    /// Nothing can be delivered until a person has mended the destination; this record was the one that showed it.
    Held {
        /// As [`Held::reason`].
        reason: String,
        code: String,
        applied: Applied,
    },
}

impl Outcome {
    /// A no that is about the whole record.
    pub(crate) fn refused(code: &str, message: impl Into<String>) -> Self {
        Self::refused_at(code, Path::root(), message)
    }

    /// A no that is about one field.
    pub(crate) fn refused_at(code: &str, path: Path, message: impl Into<String>) -> Self {
        Self::Refused {
            code: code.to_owned(),
            said: vec![Said {
                path,
                message: message.into(),
            }],
        }
    }
}

/// Whether a try that did not end well may have been applied all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    No,
    Maybe,
}

/// One thing a destination says against a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The field it names; the root when it names none.
    pub path: Path,
    /// The destination's own words. Untrusted.
    pub message: String,
}

/// What became of one delivery, and how long it took where that is known of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub outcome: Outcome,
    pub took: Option<Duration>,
}

impl From<Outcome> for Answered {
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome,
            took: None,
        }
    }
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
pub trait Destination: Send {
    /// Delivers one batch and gives one outcome a delivery, in order. Delivering the same key again is safe.
    ///
    /// # Errors
    /// When the destination cannot take anything: nothing of the batch was applied.
    fn deliver(&mut self, batch: &[Delivery]) -> Result<Vec<Answered>, Held>;

    /// [`Destination::deliver`], with something to be done while they are on their way.
    ///
    /// # Errors
    /// Its own.
    fn deliver_while(
        &mut self,
        batch: &[Delivery],
        meanwhile: &mut dyn Meanwhile,
    ) -> Result<Vec<Answered>, Held> {
        thread::scope(|scope| {
            let answers = scope.spawn(|| self.deliver(batch));
            meanwhile.left();
            let answers = answers.join();
            answers.unwrap_or_else(|panic| panic::resume_unwind(panic))
        })
    }

    /// The most deliveries that should be on their way at once: after a kill nobody knows what became of so many.
    fn wave(&self) -> usize {
        500
    }

    /// Ends a plan whose deliveries were all made, from its first to its last, by this value.
    ///
    /// # Errors
    /// When what was [`Outcome::Written`] could not be handed over: then none of it was.
    fn finish(&mut self) -> Result<(), Held> {
        Ok(())
    }
}

/// What is done while deliveries are on their way.
pub trait Meanwhile {
    /// Called once, as soon as they are.
    fn left(&mut self);

    /// The destination has confirmed these, each by its place in the batch, while others keep it waiting. They are among the
    /// outcomes at the end all the same.
    fn confirmed(&mut self, some: Vec<(usize, Answered)>);
}

/// Whoever does something once and can wait for the answers.
impl<F: FnMut()> Meanwhile for F {
    fn left(&mut self) {
        self();
    }

    fn confirmed(&mut self, _some: Vec<(usize, Answered)>) {}
}

/// A value as one cell of text: text as it is, nothing for null, the JSON of everything else.
fn cell_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The field that a `{/customer_id}` names, given without its braces.
///
/// # Errors
/// Says what it is instead, lower case, no full stop.
fn named_field(inside: &str) -> Result<Path, String> {
    Path::parse(inside)
        .filter(|path| !path.is_root() && !inside.contains("[]"))
        .ok_or_else(|| format!("{{{inside}}} is not a path such as {{/customer_id}}"))
}

/// What a record has at a path.
fn value_at<'d>(document: &'d Map<String, Value>, path: &Path) -> Option<&'d Value> {
    let first = document.get(&path.segments().next()?)?;
    let deeper = path.as_str()[1..].find('/');
    first.pointer(deeper.map_or("", |at| &path.as_str()[at + 1..]))
}

/// The first field that has no column, for destinations made of columns.
fn without_column<'d>(document: &'d Map<String, Value>, columns: &[String]) -> Option<&'d str> {
    document
        .keys()
        .map(String::as_str)
        .find(|field| !columns.iter().any(|column| column == field))
}
