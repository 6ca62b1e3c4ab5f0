//! Several people in one workspace: who does what to a record now.

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
