//! One unit of input.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AttemptRow, Note, Path, Problem, RecordId, RunId, StageMark, StepRow};

/// Where a record stands; exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Rejected,
    Ready,
    Sending,
    Accepted,
    HandedOver,
    Unknown,
    Discarded,
}

impl Status {
    pub const ALL: [Self; 7] = [
        Self::Rejected,
        Self::Ready,
        Self::Sending,
        Self::Accepted,
        Self::HandedOver,
        Self::Unknown,
        Self::Discarded,
    ];

    /// The word of the table, the command line and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Ready => "ready",
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::HandedOver => "handed_over",
            Self::Unknown => "unknown",
            Self::Discarded => "discarded",
        }
    }

    /// The words of the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Rejected => "needs fixing",
            Self::Ready => "ready",
            Self::Sending => "sending",
            Self::Accepted => "sent",
            Self::HandedOver => "handed over",
            Self::Unknown => "no answer",
            Self::Discarded => "set aside",
        }
    }

    /// The letter beside the words.
    pub fn letter(self) -> char {
        match self {
            Self::Rejected => '!',
            Self::Ready => '+',
            Self::Sending => '>',
            Self::Accepted | Self::HandedOver => '=',
            Self::Unknown => '?',
            Self::Discarded => '-',
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// Whether a check may decide about it: it is neither frozen nor set aside.
    pub fn can_be_checked(self) -> bool {
        matches!(self, Self::Rejected | Self::Ready)
    }

    /// Whether it is one of the open records of the problems it has: one that was set aside is nobody's work.
    pub fn is_open_in_its_problems(self) -> bool {
        self != Self::Discarded
    }

    /// Whether its current version may no longer change: it is on its way or was delivered.
    pub fn is_frozen(self) -> bool {
        matches!(
            self,
            Self::Sending | Self::Accepted | Self::HandedOver | Self::Unknown
        )
    }
}

/// How a record's text becomes fields. Stored once a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "snake_case")]
pub enum Layout {
    /// Cells in the order of `columns`, separated by `delimiter`, quoted as RFC 4180 says.
    Csv {
        columns: Vec<String>,
        delimiter: char,
    },
    /// One JSON value.
    Json,
}

/// What one version of a record's text is written in. A record of a CSV run whose value a CSV line cannot hold (a new
/// field, an explicit null) continues as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    Csv,
    Json,
    /// Not the record's own text but what a tool said of a record it does not hold. It has no fields, so that it can never
    /// be sent in the record's place.
    Excerpt,
}

impl Form {
    pub fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Excerpt => "excerpt",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Csv, Self::Json, Self::Excerpt]
            .into_iter()
            .find(|form| form.word() == word)
    }
}

impl Layout {
    pub fn form(&self) -> Form {
        match self {
            Self::Csv { .. } => Form::Csv,
            Self::Json => Form::Json,
        }
    }
}

/// One version of one record's text, as bytes; the first is what was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub form: Form,
    pub bytes: Vec<u8>,
}

/// What the contract wants at one path; decides coercion and suggestions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    pub text: bool,
    pub integer: bool,
    pub number: bool,
    pub boolean: bool,
    pub null: bool,
    pub object: bool,
    pub array: bool,
    pub required: bool,
    /// The format's name, such as `date-time`.
    pub format: Option<String>,
    /// The allowed values of an `enum` or `const`; empty when any is allowed.
    pub allowed: Vec<Value>,
    /// The schema's title, which sentences use in place of the name.
    pub title: Option<String>,
    /// What the schema says stands for a field that is not there.
    pub default: Option<Value>,
}

/// What the verdict on a record is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// The run's contract gave it, as it is now.
    Current,
    /// Another contract gave it than the run has now, or than lies on disk.
    Old,
    /// No check gave it: another tool or a person did, or a part of the check could not be done.
    NotChecked,
}

/// A record in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordRow {
    pub id: RecordId,
    pub run: RunId,
    /// 1-based physical line of its first byte in the input.
    pub line: u64,
    /// The natural key's current value, or what stands where it should be.
    pub key: Option<String>,
    pub status: Status,
    /// 1 as received, one more with each change.
    pub version: i64,
    pub problems: Vec<Problem>,
    /// The current value; `None` when the text cannot be split into fields.
    pub current: Option<Value>,
    /// The paths whose value differs from what was received.
    pub changed: Vec<Path>,
}

/// A record that stands beside another in the same file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// 1-based physical line of its first byte.
    pub line: u64,
    /// Byte offset of its first byte.
    pub byte: u64,
    /// Its received bytes.
    pub bytes: Vec<u8>,
}

/// Everything about one record.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordDetail {
    pub row: RecordRow,
    /// The file the run was loaded from.
    pub source: String,
    /// RFC 3339, UTC.
    pub loaded_at: String,
    /// Byte offset of the received text in the input.
    pub byte: u64,
    pub layout: Layout,
    /// The received bytes. They never change.
    pub raw: Version,
    /// The text of the current version; equal to `raw` until edited.
    pub text: Version,
    /// The received value; `None` when it cannot be split into fields.
    pub received: Option<Value>,
    pub history: Vec<StepRow>,
    pub notes: Vec<Note>,
    pub attempts: Vec<AttemptRow>,
    /// Whether the run has a contract to check against.
    pub has_contract: bool,
    pub verdict: Freshness,
    /// How it stands at each stage, in order.
    pub stages: Vec<StageMark>,
    /// The records before and after one that cannot be split into fields, where they are stored.
    pub before: Option<Neighbour>,
    pub after: Option<Neighbour>,
}
