//! Several people in one workspace: who does what to a record.

use super::RecordId;

/// Somebody edits a record. A courtesy to the others: what may be written is decided by the record's version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditClaim {
    pub record: RecordId,
    /// As claimed, not proven. Untrusted.
    pub author: String,
    /// When they began, RFC 3339, UTC.
    pub since: String,
}

/// Who of two people changed a field since both opened it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhoChanged {
    Mine,
    Theirs,
    /// Both, and not to the same.
    Both,
    /// Both, to the same.
    Alike,
}

impl WhoChanged {
    /// As a table says it to one of them.
    pub fn words(self) -> &'static str {
        match self {
            Self::Mine => "only you",
            Self::Theirs => "only they",
            Self::Both => "both changed",
            Self::Alike => "both, alike",
        }
    }
}

/// A record that is on its way to a destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BeingSent {
    /// 1-based; 0 before the first try.
    pub attempt: u64,
    /// When the try began, else when the plan was made; RFC 3339, UTC.
    pub since: String,
    /// Who made the plan, as claimed. Untrusted.
    pub author: String,
    /// The number of the process that sends it, if one does.
    pub process: Option<String>,
}

impl BeingSent {
    /// `attempt 2, since 14:02:10 by bert, process 812`, with the time as a face writes it. May hold untrusted text.
    pub fn words(&self, since: &str) -> String {
        let attempt = match self.attempt {
            0 => "not tried yet".to_owned(),
            attempt => format!("attempt {attempt}"),
        };
        let process = self.process.as_ref();
        let process = process.map_or(String::new(), |process| format!(", process {process}"));
        format!("{attempt}, since {since} by {}{process}", self.author)
    }
}
