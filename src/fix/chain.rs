//! Several transforms of one field, made one after the other in one record.

use std::borrow::Cow;

use encoding_rs::Encoding;
use serde_json::Value;

use super::{Apply, Change, Compile, Given, Made, Mistake, Refusal, Transform, apply};
use crate::model::{Form, Layout, Path, Version, Wants};

/// A field and the transforms that are ready for it.
#[derive(Debug)]
pub struct Chain {
    /// Its path; `[]` stands for each position of a list.
    field: Path,
    transforms: Vec<Box<dyn Apply>>,
    /// What text that is no UTF-8 is read in: the encoding the chain begins with.
    reads: Option<&'static Encoding>,
}

/// What a fix makes of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// Equal to the text before where nothing changes.
    pub text: Version,
    /// Whether a value can be read in two ways, decided or not.
    pub ambiguous: bool,
    /// Whether such a value was left because nobody decided.
    pub undecided: bool,
    /// Why a value was left: `"twelve" is no number`. The first reason counts.
    pub impossible: Option<String>,
}

impl Chain {
    /// # Errors
    /// Those of [`Transform::prepare`].
    pub fn new(
        field: &Path,
        transforms: &[Transform],
        compile: Compile<'_>,
    ) -> Result<Self, Mistake> {
        let reads = match transforms.first() {
            Some(Transform::Encoding(first)) => Some(first.table()?),
            _ => None,
        };
        let prepared = transforms.iter().map(|one| one.prepare(compile));
        Ok(Self {
            field: field.clone(),
            reads,
            transforms: prepared.collect::<Result<_, _>>()?,
        })
    }

    /// A text that is no UTF-8, read in the encoding the chain begins with; `None` where it is UTF-8, and where it does not fit
    /// that encoding either.
    pub fn read(&self, version: &Version) -> Option<Version> {
        let table = self
            .reads
            .filter(|_| std::str::from_utf8(&version.bytes).is_err())?;
        let read = table.decode_without_bom_handling_and_without_replacement(&version.bytes)?;
        Some(Version {
            form: version.form,
            bytes: read.into_owned().into_bytes(),
        })
    }

    /// Fixes one record. `document` is what its text means; a value that cannot be transformed to the end stays whole.
    ///
    /// # Errors
    /// A refusal when the text cannot be split into fields, or a path leads through a value that has no fields.
    pub fn apply(
        &self,
        layout: &Layout,
        version: &Version,
        wants: &dyn Fn(&Path) -> Wants,
        document: &Value,
    ) -> Result<Fixed, Refusal> {
        let mut fixed = Fixed {
            text: version.clone(),
            ambiguous: false,
            undecided: false,
            impossible: None,
        };
        let mut changes = Vec::new();
        for path in places(document, &self.field) {
            changes.extend(self.at(&path, version.form, &wants, document, &mut fixed));
        }
        if !changes.is_empty() {
            fixed.text = apply(layout, version, &changes, wants, document)?;
        }
        Ok(fixed)
    }

    /// The changes at one place.
    fn at(
        &self,
        path: &Path,
        form: Form,
        wants: &dyn Fn(&Path) -> Wants,
        document: &Value,
        fixed: &mut Fixed,
    ) -> Vec<Change> {
        let here = wants(path);
        let before = document.pointer(path.as_str());
        let mut value = before.map(Cow::Borrowed);
        let mut change = None;
        let mut others = Vec::new();
        for transform in &self.transforms {
            let outcome = transform.apply(&Given {
                value: value.as_deref(),
                record: document,
                wants: &here,
            });
            fixed.ambiguous |= outcome.ambiguous;
            others.extend(outcome.also);
            match outcome.made {
                Made::Same => {}
                Made::Undecided => {
                    fixed.undecided = true;
                    return Vec::new();
                }
                Made::Impossible(why) => {
                    let value = value
                        .as_deref()
                        .map_or("(missing)".to_owned(), Value::to_string);
                    fixed.impossible.get_or_insert(format!("{value} {why}"));
                    return Vec::new();
                }
                Made::Text(text) => {
                    value = Some(Cow::Owned(Value::String(text.clone())));
                    change = Some(Change::Text {
                        path: path.clone(),
                        text,
                    });
                }
                Made::Exactly(new) => {
                    change = Some(exactly(path, &new, form));
                    value = Some(Cow::Owned(new));
                }
                Made::Gone => {
                    value = None;
                    change = Some(Change::Unset { path: path.clone() });
                }
            }
        }
        change.into_iter().chain(others).collect()
    }
}

/// Exactly this value. In a CSV line a scalar is its text, which the contract reads as what it wants: asking for more would
/// make JSON of the line.
fn exactly(path: &Path, value: &Value, form: Form) -> Change {
    let path = path.clone();
    match (form, value) {
        (Form::Csv, Value::Null) => Change::Unset { path },
        (Form::Csv, Value::String(text)) => Change::Text {
            path,
            text: text.clone(),
        },
        (Form::Csv, Value::Number(_) | Value::Bool(_)) => Change::Text {
            path,
            text: value.to_string(),
        },
        _ => Change::Json {
            path,
            value: value.clone(),
        },
    }
}

/// The places in a record that a pattern names: one for each position of its lists. The last name need not be there; what
/// leads to it need not either, if no list is on the way.
pub fn places(document: &Value, pattern: &Path) -> Vec<Path> {
    let mut open = vec![(Path::root(), Some(document))];
    for segment in pattern.segments() {
        let mut next = Vec::with_capacity(open.len());
        for (path, value) in open {
            if segment == "[]" {
                let entries = value.and_then(Value::as_array).into_iter().flatten();
                next.extend(
                    entries
                        .enumerate()
                        .map(|(n, entry)| (path.child(&n.to_string()), Some(entry))),
                );
            } else {
                let inner = value.and_then(|value| match value {
                    Value::Array(entries) => entries.get(segment.parse::<usize>().ok()?),
                    other => other.get(&segment),
                });
                next.push((path.child(&segment), inner));
            }
        }
        open = next;
    }
    open.into_iter().map(|(path, _)| path).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fix::transforms::{boolean::Boolean, case, number::Number, set::Set, tidy::Tidy};

    fn path(pointer: &str) -> Path {
        Path::parse(pointer).unwrap()
    }

    fn chain(field: &str, transforms: &[Transform]) -> Chain {
        Chain::new(&path(field), transforms, &|_| unreachable!()).unwrap()
    }

    fn json_text(chain: &Chain, text: &str) -> Fixed {
        let version = Version {
            form: Form::Json,
            bytes: text.as_bytes().to_vec(),
        };
        let document = serde_json::from_str(text).unwrap();
        let wants = |_: &Path| Wants::default();
        chain
            .apply(&Layout::Json, &version, &wants, &document)
            .unwrap()
    }

    #[test]
    fn transforms_follow_each_other_at_every_place() {
        let lower = Transform::Case(case::Case {
            to: case::To::Lower,
        });
        let chain = chain("/lines/[]/unit", &[Transform::Tidy(Tidy::usual()), lower]);
        let fixed = json_text(
            &chain,
            r#"{"lines": [{"unit": " KG "}, {"qty": 1}, {"unit": "g"}]}"#,
        );
        assert_eq!(
            String::from_utf8(fixed.text.bytes).unwrap(),
            r#"{"lines": [{"unit": "kg"}, {"qty": 1}, {"unit": "g"}]}"#
        );
    }

    #[test]
    fn a_value_that_cannot_go_all_the_way_stays_as_it_is() {
        let chain = chain(
            "/n",
            &[
                Transform::Tidy(Tidy::usual()),
                Transform::Number(Number { decimal: None }),
            ],
        );
        let fixed = json_text(&chain, r#"{"n":" twelve "}"#);
        assert_eq!(fixed.text.bytes, br#"{"n":" twelve "}"#);
        assert_eq!(fixed.impossible.as_deref(), Some("\"twelve\" is no number"));
        let fixed = json_text(&chain, r#"{"n":" 1,234 "}"#);
        assert!(fixed.ambiguous && fixed.undecided);
        assert_eq!(fixed.text.bytes, br#"{"n":" 1,234 "}"#);
    }

    #[test]
    fn a_csv_line_stays_one() {
        let layout = Layout::Csv {
            columns: vec!["a".to_owned(), "b".to_owned()],
            delimiter: ',',
        };
        let version = Version {
            form: Form::Csv,
            bytes: b"x,Y".to_vec(),
        };
        let document = json!({"a": "x", "b": "Y"});
        let fixed = chain("/b", &[Transform::Boolean(Boolean {})])
            .apply(&layout, &version, &|_| Wants::default(), &document)
            .unwrap();
        assert_eq!(
            (fixed.text.form, fixed.text.bytes.as_slice()),
            (Form::Csv, &b"x,true"[..])
        );
    }

    #[test]
    fn what_is_missing_can_be_set_where_something_leads_to_it() {
        let set = Transform::Set(Set { to: "x".to_owned() });
        let fixed = json_text(&chain("/a/b", std::slice::from_ref(&set)), "{}");
        assert_eq!(fixed.text.bytes, br#"{"a":{"b":"x"}}"#);
        assert_eq!(json_text(&chain("/a/[]/b", &[set]), "{}").text.bytes, b"{}");
    }
}
