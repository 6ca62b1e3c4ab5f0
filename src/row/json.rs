//! One JSON value with the spans of its members, so that an edit splices and everything else stays byte for byte.

use serde_json::Value;

/// A JSON record, checked to be one object without duplicate keys.
#[derive(Debug)]
pub struct Document<'a> {
    pub text: &'a str,
    pub value: Value,
}
