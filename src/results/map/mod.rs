//! Maps: descriptions in TOML of error reports, so that a new tool needs no code. The maps of known tools are in
//! `assets/maps`, one file and one line of [`BUILT_IN`] each.
//!
//! A map says how a report is recognised (`when`), what it lists (`items`, `pattern`), and where in an item the record, its
//! place and its problems are. Selectors find these: a column, a JSON pointer, or a pattern in the text of one.

mod checked;
mod mistake;
mod raw;
mod read;
mod select;
#[cfg(test)]
mod tests;
mod value;

use std::sync::LazyLock;

use regex::bytes;

use self::{
    checked::{Place, Problem, Record, Skip},
    mistake::Source,
    select::Selector,
};
use super::{Reader, Tool};
use crate::model::Fault;

/// The shipped maps by the word of their format, in the order in which they are tried.
const BUILT_IN: &[(&str, &str)] = &[
    (
        "snowflake",
        include_str!("../../../assets/maps/snowflake.toml"),
    ),
    (
        "snowflake-error-table",
        include_str!("../../../assets/maps/snowflake-error-table.toml"),
    ),
    (
        "bigquery",
        include_str!("../../../assets/maps/bigquery.toml"),
    ),
    (
        "redshift",
        include_str!("../../../assets/maps/redshift.toml"),
    ),
    ("sqlldr", include_str!("../../../assets/maps/sqlldr.toml")),
    (
        "elasticsearch",
        include_str!("../../../assets/maps/elasticsearch.toml"),
    ),
    ("airbyte", include_str!("../../../assets/maps/airbyte.toml")),
    (
        "kafka-connect",
        include_str!("../../../assets/maps/kafka-connect.toml"),
    ),
    (
        "kafka-connect-text",
        include_str!("../../../assets/maps/kafka-connect-text.toml"),
    ),
];

/// The shipped maps as formats of results. They are read when the first input has to be recognised.
pub static TOOLS: LazyLock<Vec<Tool>> = LazyLock::new(|| {
    let tool = |((word, _), map): (&(&'static str, _), &'static Map)| Tool {
        word,
        name: &map.tool,
        reader: Reader::Map(map),
    };
    BUILT_IN.iter().zip(MAPS.iter()).map(tool).collect()
});

/// The format of a report that is read by a person's own map; it is never recognised.
pub static OWN: Tool = Tool {
    word: "map",
    name: "reports that a map describes",
    reader: Reader::Whole {
        fits: |_| false,
        read: |file| Err(file.broken("is read by the map of --map only")),
    },
};

static MAPS: LazyLock<Vec<Map>> = LazyLock::new(|| {
    let read = |(_, text): &(_, &str)| Map::parse(text, "a shipped map");
    let maps = BUILT_IN.iter().map(read);
    maps.map(|map| map.expect("shipped maps are tested"))
        .collect()
});

/// A description of a report.
#[derive(Debug)]
pub struct Map {
    /// What a person calls the tool.
    pub tool: String,
    /// The TOML it was read from.
    pub text: String,
    forms: Forms,
    /// What must be there for the report to be recognised; never if nothing is named.
    when: Vec<Selector>,
    /// The tokens of the pointer to the list in a document.
    items: Option<Vec<String>>,
    /// What an item of a text looks like.
    pattern: Option<bytes::Regex>,
    /// Where the items of a text begin.
    starts: Option<bytes::Regex>,
    /// How many records were rejected in all.
    limit: Option<Selector>,
    skip: Vec<Skip>,
    record: Record,
    place: Place,
    problem: Problem,
}

/// What a report can be written in.
#[derive(Clone, Copy, Debug, Default)]
struct Forms {
    csv: bool,
    jsonl: bool,
    json: bool,
    text: bool,
}

impl Map {
    /// The map that a file of this name says.
    ///
    /// # Errors
    /// `map:invalid`, exit 2, with line and column.
    pub fn parse(text: &str, name: &str) -> Result<Self, Fault> {
        let source = Source { name, text };
        checked::map(&mistake::raw(source)?, source)
    }

    /// What it is recognised by, for people.
    pub fn signs(&self) -> Vec<String> {
        self.when.iter().map(Selector::shown).collect()
    }
}
