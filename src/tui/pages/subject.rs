//! What is under the cursor.

use serde_json::Value;

use crate::{
    model::{GroupId, Path, RecordId, RecordRow, RunId},
    text,
};

/// The most characters of a value that is shown beside what can be done with it.
const SHOWN: usize = 34;

/// What an action on the thing under the cursor is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Group {
        run: RunId,
        id: GroupId,
    },
    Record {
        id: RecordId,
        field: Option<Path>,
        /// What the field holds now, text in quotes. Untrusted, and short.
        value: String,
        /// What people call it. Untrusted.
        key: Option<String>,
    },
}

impl Subject {
    /// A record, as far as it is known, and a field of it.
    pub fn record(id: RecordId, field: Option<Path>, row: Option<&RecordRow>) -> Self {
        let now = row.and_then(|row| row.current.as_ref()).zip(field.as_ref());
        let value = match now.and_then(|(now, path)| now.pointer(path.as_str())) {
            Some(Value::String(value)) if !value.is_empty() => {
                format!("\"{}\"", text::shorten(value, SHOWN))
            }
            value => text::shorten(&text::in_words(value), SHOWN),
        };
        Self::Record {
            id,
            field,
            value,
            key: row.and_then(|row| row.key.clone()),
        }
    }
}
