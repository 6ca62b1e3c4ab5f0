//! What a sheet that is handed out says besides values, so that it can be taken back: which record a row is, and a seal that
//! tells what it was then.

use std::{borrow::Cow, collections::BTreeMap};

use anyhow::Result;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    model::{Layout, RecordId, Version},
    row::Row,
    store::{Store, keys::KeyHasher},
    text::hex,
};

/// The columns that are ours. A colon keeps them apart from the names of fields.
pub(super) const RECORD: &str = "redrive:record";
pub(super) const STATE: &str = "redrive:state";
pub(super) const PROBLEMS: &str = "redrive:problems";
pub(super) const SEAL: &str = "redrive:seal";
pub(super) const OURS: [&str; 4] = [RECORD, STATE, PROBLEMS, SEAL];

/// UTF-16 units of a cell of Excel.
pub(super) const MAX_CELL: usize = 32_767;
/// Rows of a sheet of Excel.
pub(super) const MAX_ROWS: usize = 1_048_576;
/// Columns of a sheet of Excel.
pub(super) const MAX_COLUMNS: usize = 16_384;
/// UTF-16 units that are shown of a text that is longer than a cell.
const SHOWN: usize = 32_000;

/// Makes and checks the seals of one workspace.
pub(super) struct Seals {
    hasher: KeyHasher,
    workspace: String,
}

/// What a seal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seal {
    /// Names the workspace it was made in.
    workspace: String,
    pub version: i64,
    /// Over the record's number, version and text.
    hash: String,
}

impl Seals {
    pub fn of(store: &Store) -> Result<Self> {
        let hasher = KeyHasher::new(&store.secret()?).of("sheet");
        let workspace = hex(&hasher.hash("workspace")[..4]);
        Ok(Self { hasher, workspace })
    }

    /// The seal of a version of a record.
    pub fn seal(&self, record: RecordId, version: i64, text: &Version) -> String {
        let hash = self.hash(record, version, text);
        format!("1-{}-{version}-{hash}", self.workspace)
    }

    /// Whether a seal was made in this workspace.
    pub fn is_ours(&self, seal: &Seal) -> bool {
        seal.workspace == self.workspace
    }

    /// Whether a seal is that of this text of this record.
    pub fn fits(&self, seal: &Seal, record: RecordId, text: &Version) -> bool {
        self.is_ours(seal) && self.hash(record, seal.version, text) == seal.hash
    }

    fn hash(&self, record: RecordId, version: i64, text: &Version) -> String {
        let content = hex(&Sha256::digest(&text.bytes));
        let all = format!("{record} {version} {} {content}", text.form.word());
        hex(&self.hasher.hash(&all))
    }
}

impl Seal {
    /// Reads what [`Seals::seal`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let (form, workspace) = (parts.next()?, parts.next()?);
        let (version, hash) = (parts.next()?.parse().ok()?, parts.next()?);
        (form == "1" && parts.next().is_none()).then(|| Self {
            workspace: workspace.to_owned(),
            version,
            hash: hash.to_owned(),
        })
    }
}

/// What a cell shows of each field of a text; `None` when it cannot be split into fields. Of columns of one name the first counts.
pub(super) fn fields(layout: &Layout, text: &Version) -> Option<BTreeMap<String, String>> {
    Some(match Row::read(layout, text.form, &text.bytes).ok()? {
        Row::Cells(cells) => (cells.columns.iter().enumerate().rev())
            .map(|(n, name)| (name.clone(), cells.get(n).into_owned()))
            .collect(),
        Row::Json(document) => (document.value.as_object().into_iter().flatten())
            .map(|(name, value)| (name.clone(), cell(value).into_owned()))
            .collect(),
    })
}

/// A value as a cell. An explicit null is as empty as a missing field.
pub(super) fn cell(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

/// A text as a cell of a workbook can hold it; `None` when it holds it as it is. Too long a text is cut and says so, and what
/// no XML can hold (control characters), and what a spreadsheet would change (a carriage return, `_x0041_`), is shown in
/// another way.
pub(super) fn shown(text: &str) -> Option<String> {
    let is_bad = |c: char| {
        (c.is_control() && c != '\t' && c != '\n') || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    let is_long = text.len() > MAX_CELL && text.encode_utf16().count() > MAX_CELL;
    let escapes = escapes(text);
    if !is_long && !text.contains(is_bad) && escapes.is_empty() {
        return None;
    }
    let mut shown = String::new();
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if is_long && units + c.len_utf16() > SHOWN {
            break;
        }
        let c = match c {
            c if c < ' ' && is_bad(c) => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
            '\u{7f}' => '\u{2421}',
            c if is_bad(c) => '\u{fffd}',
            c => c,
        };
        units += c.len_utf16();
        shown.push(c);
        if escapes.contains(&at) {
            units += 1;
            shown.push(' ');
        }
    }
    if is_long {
        let all = text.chars().count() as u64;
        shown += &format!("… (cut: {} characters)", crate::text::thousands(all));
    }
    Some(shown)
}

/// Where a spreadsheet would read one character for several: `_x0041_` is an A to it.
fn escapes(text: &str) -> Vec<usize> {
    let is_escape = |at: &usize| {
        let rest = &text.as_bytes()[*at..];
        matches!(rest, [b'_', b'x' | b'X', a, b, c, d, b'_', ..] if [a, b, c, d].into_iter().all(u8::is_ascii_hexdigit))
    };
    (text.match_indices('_').map(|(at, _)| at))
        .filter(is_escape)
        .collect()
}

/// A text that no spreadsheet takes for a formula: with an apostrophe before what could begin one.
pub(super) fn neutral(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_most_texts_as_they_are_and_shows_the_others() {
        for text in [
            "",
            "=1+1",
            " a\tb\n",
            "ünï 😀",
            "_y",
            "shirt_xl",
            "_x",
            "_x00e_",
            "_x00e9",
            "_xü0e_",
            "_xl123_",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
        assert_eq!(shown("a\u{1b}[31m\r\n").unwrap(), "a␛[31m␍\n");
        assert_eq!(shown("_x0041_").unwrap(), "_ x0041_");
        assert_eq!(shown("a_x00e9_x00E9_").unwrap(), "a_ x00e9_ x00E9_");
        assert_eq!(shown(&"a".repeat(MAX_CELL)), None);
        let long = shown(&"😀".repeat(20_000)).unwrap();
        assert!(
            long.ends_with("… (cut: 20,000 characters)"),
            "{}",
            &long[long.len() - 60..]
        );
        assert!(long.encode_utf16().count() < MAX_CELL);
    }

    #[test]
    fn what_begins_a_formula_gets_an_apostrophe() {
        for text in ["=1", "+49 30", "-5", "@x", "\t=1", "\r=1"] {
            assert_eq!(neutral(text), format!("'{text}"));
        }
        for text in ["", "a=1", "'=1", "1-5"] {
            assert_eq!(neutral(text), text);
        }
    }
}
