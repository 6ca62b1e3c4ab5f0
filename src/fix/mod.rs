//! Changes one record's text: splices the edited spans and leaves every other byte as it was.

mod chain;
mod csv;
pub mod dates;
mod infer;
pub mod kinds;
pub mod recipe;
pub mod three_way;
mod transform;
pub mod transforms;

use serde_json::Value;

use crate::{
    model::{Form, Layout, Path, Version, Wants},
    row::{
        Row,
        coerce::coerce,
        json::{Blocked, Document},
    },
    text::shorten,
};

pub use chain::{Chain, Fixed, places};
pub use infer::infer;
pub use transform::{Apply, Compile, Given, Made, Mistake, Outcome, Transform};

/// One wish about one record.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// `PATH=VALUE`: text, coerced like CSV text to what the contract wants.
    Text { path: Path, text: String },
    /// `PATH:=JSON`: exactly this value.
    Json { path: Path, value: Value },
    /// `--unset PATH`: the field is gone.
    Unset { path: Path },
    /// `--raw FILE`: the whole text. One line end at its end is not part of it.
    Raw(Vec<u8>),
}

impl Change {
    /// The field it is about; the root is the whole text.
    pub fn path(&self) -> Path {
        match self {
            Self::Text { path, .. } | Self::Json { path, .. } | Self::Unset { path } => {
                path.clone()
            }
            Self::Raw(_) => Path::root(),
        }
    }
}

/// Why a change cannot be made, in words for the person who asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub message: String,
    pub hint: String,
}

/// Applies changes in order. Gives the new text, equal to the old one where nothing changes. A CSV record whose new value
/// a CSV line cannot hold becomes JSON (`document` is its current value).
///
/// # Errors
/// A refusal when a path leads through a value that is no object or array, or when the text cannot be split into fields
/// and the change is not [`Change::Raw`].
pub fn apply(
    layout: &Layout,
    version: &Version,
    changes: &[Change],
    wants: &dyn Fn(&Path) -> Wants,
    document: &Value,
) -> Result<Version, Refusal> {
    // A whole text makes every change before it void.
    let raw = changes
        .iter()
        .rposition(|change| matches!(change, Change::Raw(_)));
    let (version, changes) = match raw.map(|at| (&changes[at], &changes[at + 1..])) {
        Some((Change::Raw(bytes), rest)) => {
            let bytes = without_line_end(bytes).to_vec();
            // In the place of an excerpt comes the record itself, written as the run's records are.
            let form = match version.form {
                Form::Excerpt => layout.form(),
                form => form,
            };
            (&Version { form, bytes }, rest)
        }
        _ => (version, changes),
    };
    let mut current = version.clone();
    for change in changes {
        let row = Row::read(layout, current.form, &current.bytes)
            .map_err(|problem| unreadable(&problem.message))?;
        let text = match row {
            Row::Json(document) => in_json(&document, change, wants)?,
            Row::Cells(cells) => match csv::splice(&cells, layout, change, wants) {
                Some(text) => text,
                None if raw.is_some() => return Err(after_raw()),
                // The document is the value before the first change, so all of them are made again.
                None => return as_json(document, cells.columns, changes, wants),
            },
        };
        current.bytes = text.into_bytes();
    }
    Ok(current)
}

/// The record as one line of JSON with all `changes` made.
fn as_json(
    document: &Value,
    columns: &[String],
    changes: &[Change],
    wants: &dyn Fn(&Path) -> Wants,
) -> Result<Version, Refusal> {
    let is_column = |path: &Path| columns.iter().any(|name| Path::field(name) == *path);
    let mut text = document.to_string();
    for change in changes {
        // A cell was to be emptied, which in a CSV line is an absent field.
        let emptied = match change {
            Change::Text { path, text } if text.is_empty() && is_column(path) => {
                Some(Change::Unset { path: path.clone() })
            }
            _ => None,
        };
        let document = Document::read(&text).map_err(|problem| unreadable(&problem.message))?;
        text = in_json(&document, emptied.as_ref().unwrap_or(change), wants)?;
    }
    Ok(Version {
        form: Form::Json,
        bytes: text.into_bytes(),
    })
}

fn in_json(
    document: &Document<'_>,
    change: &Change,
    wants: &dyn Fn(&Path) -> Wants,
) -> Result<String, Refusal> {
    let set = |path: &Path, value: &Value| {
        if document.value.pointer(path.as_str()) == Some(value) {
            return Ok(document.text.to_owned());
        }
        document.set(path, value)
    };
    let done = match change {
        Change::Text { path, text } => {
            let value = coerce(text, &wants(path)).unwrap_or_else(|| Value::from(text.as_str()));
            set(path, &value)
        }
        Change::Json { path, value } => set(path, value),
        Change::Unset { path } => document.remove(path),
        // `apply` takes the last whole text before anything else.
        Change::Raw(_) => Ok(document.text.to_owned()),
    };
    done.map_err(|blocked| refusal(document, &blocked))
}

fn refusal(document: &Document<'_>, blocked: &Blocked) -> Refusal {
    match blocked {
        Blocked::Scalar(path) => {
            let found = document
                .span(path)
                .map_or(String::new(), |span| shorten(&document.text[span], 60));
            Refusal {
                message: format!("{} is {found} and has no fields inside.", path.label()),
                hint: format!("Replace the whole value: {}:='{{...}}'", path.as_str()),
            }
        }
        Blocked::Position { array, len } => Refusal {
            message: format!(
                "{} has {len} entries; an entry is named by its position.",
                array.label()
            ),
            hint: format!("Positions begin at 0. To add an entry at the end, use {array}/{len}."),
        },
        Blocked::Root => Refusal {
            message: "The whole record can only be replaced by an object.".to_owned(),
            hint: "Name a field, or set the record aside.".to_owned(),
        },
    }
}

fn unreadable(problem: &str) -> Refusal {
    Refusal {
        message: format!(
            "The text cannot be split into fields, so no field can be changed. {problem}"
        ),
        hint: "Change the whole text instead (--raw FILE).".to_owned(),
    }
}

fn after_raw() -> Refusal {
    Refusal {
        message: "A CSV line cannot hold this value, and the text around it was replaced in the same edit.".to_owned(),
        hint: "Replace the text first, then change the field in a second edit.".to_owned(),
    }
}

fn without_line_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn layout() -> Layout {
        Layout::Csv {
            columns: ["id", "name", "qty"].map(str::to_owned).to_vec(),
            delimiter: ',',
        }
    }

    fn path(pointer: &str) -> Path {
        Path::parse(pointer).unwrap()
    }

    fn text(pointer: &str, text: &str) -> Change {
        Change::Text {
            path: path(pointer),
            text: text.to_owned(),
        }
    }

    fn exact(pointer: &str, value: Value) -> Change {
        Change::Json {
            path: path(pointer),
            value,
        }
    }

    fn unset(pointer: &str) -> Change {
        Change::Unset {
            path: path(pointer),
        }
    }

    /// `qty` is an integer; nothing is known of anything else.
    fn wants(path: &Path) -> Wants {
        Wants {
            integer: path.as_str().ends_with("/qty"),
            ..Wants::default()
        }
    }

    fn change(form: Form, before: &str, changes: &[Change]) -> Result<(Form, String), Refusal> {
        let version = Version {
            form,
            bytes: before.as_bytes().to_vec(),
        };
        let document = json!({"id": "7", "name": "O\"Hara", "qty": 2});
        let after = apply(&layout(), &version, changes, &wants, &document)?;
        Ok((after.form, String::from_utf8(after.bytes).unwrap()))
    }

    #[test]
    fn one_cell_changes_and_the_others_keep_their_bytes() {
        let check = |before: &str, wish: Change, expected: &str| {
            assert_eq!(
                change(Form::Csv, before, &[wish]),
                Ok((Form::Csv, expected.to_owned()))
            );
        };
        check("7,\"O\"\"Hara\", 2", text("/id", "8"), "8,\"O\"\"Hara\", 2");
        check(
            "7,\"O\"\"Hara\",2",
            text("/name", "O\"Hara"),
            "7,\"O\"\"Hara\",2",
        );
        check("7,\"x\",2", text("/name", "y"), "7,\"y\",2");
        check("7,x,2", text("/name", "a,b"), "7,\"a,b\",2");
        check(
            "7,x,2",
            text("/name", "say \"hi\""),
            "7,\"say \"\"hi\"\"\",2",
        );
        check("7,x,2", text("/name", "a\nb"), "7,\"a\nb\",2");
        check("7,x,2", text("/name", " a"), "7,\" a\",2");
        check("7,x,2", unset("/name"), "7,,2");
        check("7,\"\",2", unset("/name"), "7,\"\",2");
        check("7,x,2", unset("/nothing"), "7,x,2");
        check("7,x,2", exact("/qty", json!(12)), "7,x,12");
        check("7,x,2", exact("/name", json!("plain")), "7,plain,2");
    }

    #[test]
    fn what_a_csv_line_cannot_hold_turns_the_record_into_json() {
        let check = |wish: Change, expected: &str| {
            assert_eq!(
                change(Form::Csv, "7,\"O\"\"Hara\",2", &[wish]),
                Ok((Form::Json, expected.to_owned()))
            );
        };
        check(
            text("/new", "x"),
            r#"{"id":"7","name":"O\"Hara","qty":2,"new":"x"}"#,
        );
        check(
            exact("/name", Value::Null),
            r#"{"id":"7","name":null,"qty":2}"#,
        );
        check(
            exact("/qty", json!("3")),
            r#"{"id":"7","name":"O\"Hara","qty":"3"}"#,
        );
        check(
            exact("/id", json!(8)),
            r#"{"id":8,"name":"O\"Hara","qty":2}"#,
        );
        check(
            exact("/id", json!("")),
            r#"{"id":"","name":"O\"Hara","qty":2}"#,
        );
        assert_eq!(
            change(
                Form::Csv,
                "7,x,2",
                &[text("/id", "9"), text("/name", ""), text("/a/b", "c")]
            ),
            Ok((Form::Json, r#"{"id":"9","qty":2,"a":{"b":"c"}}"#.to_owned()))
        );
    }

    #[test]
    fn json_is_spliced_and_text_becomes_what_is_wanted() {
        let check = |before: &str, wish: Change, expected: &str| {
            assert_eq!(
                change(Form::Json, before, &[wish]),
                Ok((Form::Json, expected.to_owned()))
            );
        };
        check(
            r#"{"a": {"qty": "x"} }"#,
            text("/a/qty", "12"),
            r#"{"a": {"qty": 12} }"#,
        );
        check(r#"{"qty": 1}"#, text("/qty", "1e3"), r#"{"qty": "1e3"}"#);
        check(
            r#"{"n":  "\u0061"}"#,
            text("/n", "a"),
            r#"{"n":  "\u0061"}"#,
        );
        check(r#"{"n": 1}"#, unset("/n"), "{}");
    }

    #[test]
    fn a_whole_text_replaces_everything() {
        let raw = Change::Raw(b"1,2,3\r\n".to_vec());
        assert_eq!(
            change(Form::Csv, "\"broken", &[raw.clone(), text("/id", "9")]),
            Ok((Form::Csv, "9,2,3".to_owned()))
        );
        assert_eq!(
            change(Form::Excerpt, "line 7: x", &[raw.clone(), text("/id", "9")]),
            Ok((Form::Csv, "9,2,3".to_owned()))
        );
        change(Form::Excerpt, "{}", &[text("/id", "9")]).unwrap_err();
        let both = change(Form::Csv, "\"broken", &[raw, text("/new", "9")]);
        assert!(both.unwrap_err().hint.contains("second edit"));
    }

    #[test]
    fn a_change_that_cannot_be_made_says_what_to_do() {
        let broken = change(Form::Csv, "1,2", &[text("/id", "9")]).unwrap_err();
        assert!(
            broken.message.ends_with("Columns expected 3, found 2."),
            "{broken:?}"
        );
        let inside = change(Form::Json, r#"{"a":"x"}"#, &[text("/a/b", "9")]).unwrap_err();
        assert_eq!(inside.message, "a is \"x\" and has no fields inside.");
        let beyond = change(Form::Json, r#"{"a":[1]}"#, &[text("/a/5", "9")]).unwrap_err();
        assert_eq!(
            beyond.hint,
            "Positions begin at 0. To add an entry at the end, use /a/1."
        );
    }

    proptest! {
        #[test]
        fn a_cell_reads_back_as_it_was_set(
            cells in proptest::collection::vec("[a\",\r\n é]{0,6}", 3),
            new in "[a\",\r\n é]{0,6}",
            column in 0_usize..3,
        ) {
            let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            let before = quoted.join(",");
            let name = ["/id", "/name", "/qty"][column];
            let (form, after) = change(Form::Csv, &before, &[text(name, &new)]).unwrap();
            prop_assert_eq!(form, Form::Csv);
            let layout = layout();
            let Ok(Row::Cells(read)) = Row::read(&layout, form, after.as_bytes()) else {
                panic!("{after:?} has three cells");
            };
            for (index, old) in cells.iter().enumerate() {
                prop_assert_eq!(&read.get(index), if index == column { &new } else { old });
            }
        }
    }
}
