//! Errors of ajv, one record a line: `{"line", "record", "errors": [{"instancePath", "schemaPath", "keyword", "params",
//! "message"}]}`. ajv 6 says `dataPath` and is not read. A record that was no JSON has `raw` and `parse_error` instead.
//!
//! A nullable field that fails has three errors (the type, the type `null`, `anyOf`); all are kept, as ajv counts them.

use super::{
    Outcome, Reader, Tool,
    lines::{has_text, listed, lists},
};
use crate::{check::reported, model::Problem};

pub(super) const TOOL: Tool = Tool {
    word: "ajv",
    name: "ajv errors",
    reader: Reader::Lines { looks_like, read },
};

fn looks_like(line: &str) -> bool {
    lists(line, "errors", |error| {
        has_text(error, "instancePath") && has_text(error, "keyword")
    })
}

fn read(line: &[u8]) -> Result<Outcome<'_>, Box<Problem>> {
    listed(line, "errors", reported::schema)
}
