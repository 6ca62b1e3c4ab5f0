//! One JSON record: its value, and the spans of its members, so that an edit splices and everything else stays byte for
//! byte.

mod brackets;
mod parse;
mod splice;

use serde_json::Value;

use crate::model::Problem;

pub(super) use brackets::end_of_text;
pub use brackets::{Lone, lone, partner};
pub use parse::MAX_DEPTH;
pub use splice::Blocked;

/// A JSON record, checked to be one object without duplicate names.
#[derive(Debug)]
pub struct Document<'a> {
    pub text: &'a str,
    pub value: Value,
}

impl<'a> Document<'a> {
    /// Reads one object. Numbers keep their digits and members their order.
    ///
    /// # Errors
    /// The problem, at stage `parse`: `json:syntax`, `json:not_object`, `json:duplicate_key` or `json:depth`.
    pub fn read(text: &'a str) -> Result<Self, Box<Problem>> {
        let value = parse::read(text)?;
        Ok(Self { text, value })
    }

    /// The byte where reading a text stops that is no JSON, and the one that [`Document::read`] names.
    pub fn stopped_at(text: &str) -> Option<usize> {
        parse::stopped_at(text)
    }
}

/// Where reading a text stops that is no JSON.
pub(super) struct Stop {
    pub at: usize,
    pub code: &'static str,
    /// Whether a text begins there that no quote ends.
    pub opens: bool,
}

/// Where reading a text stops; `None` where it is JSON, if no record.
pub(super) fn stop(text: &str) -> Option<Stop> {
    parse::stop(text)
}

/// A JSON text on one line: its line breaks stand between tokens, where they mean nothing.
pub fn one_line(text: &[u8]) -> Vec<u8> {
    let mut line = text.to_vec();
    line.retain(|byte| !matches!(byte, b'\n' | b'\r'));
    line
}

/// The JSON value of a text, for a place inside a record, numbers with their digits; `None` where the text is no JSON, a
/// name stands twice in an object, or it is so deep that no record can hold it.
pub fn value(text: &str) -> Option<Value> {
    parse::value(text)
}
