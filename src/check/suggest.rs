//! Certain repairs of a value: trim, nearest allowed value, number and boolean clean-up, case.

use serde_json::Value;

use crate::model::{Found, Wants};

/// A value that would be right, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    pub value: Value,
    /// Two or three words: "nearest allowed value".
    pub why: &'static str,
}

/// Repairs of `found` that fit `wants`, best first; nothing is guessed.
pub fn suggest(found: &Found, wants: &Wants) -> Vec<Suggestion> {
    let _ = (found, wants);
    todo!()
}
