//! Finds the spans of members in a text that was read before, and replaces them, so that every other byte stays.

use std::ops::Range;

use memchr::memchr2;
use serde_json::{Map, Value};

use super::Document;
use crate::model::Path;

/// Why a path leads nowhere in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// What stands at this path is no object and no array, so nothing can be inside it.
    Scalar(Path),
    /// This array has `len` entries; the path names neither one of them nor the next.
    Position { array: Path, len: usize },
    /// The record itself can be replaced by an object only, and cannot be removed.
    Root,
}

impl Document<'_> {
    /// Where the value at a path stands. `None` when nothing stands there.
    pub fn span(&self, path: &Path) -> Option<Range<usize>> {
        self.find(path).map(|found| found.value)
    }

    /// The text with `value` at `path`: in place of the value there, or as a new last member or entry. Missing parents
    /// are made: objects, or an array where its first position is named. An array grows at its end, named by its length
    /// or `-`.
    pub fn set(&self, path: &Path, value: &Value) -> Result<String, Blocked> {
        if path.is_root() && !value.is_object() {
            return Err(Blocked::Root);
        }
        let segments: Vec<String> = path.segments().collect();
        let mut here = self.root();
        let mut here_path = Path::root();
        for (index, segment) in segments.iter().enumerate() {
            let children = children(self.text, &here.value);
            let is_array = match self.text.as_bytes()[here.value.start] {
                b'{' => false,
                b'[' => true,
                _ => return Err(Blocked::Scalar(here_path)),
            };
            let found = if is_array {
                let len = children.len();
                let Some(at) = position(segment, len) else {
                    return Err(Blocked::Position {
                        array: here_path,
                        len,
                    });
                };
                children.get(at)
            } else {
                children
                    .iter()
                    .find(|child| child.is_named(self.text, segment))
            };
            here_path = here_path.child(segment);
            let Some(found) = found else {
                let value = wrap(&segments[index + 1..], value, &here_path)?;
                let name = (!is_array).then_some(segment.as_str());
                return Ok(self.insert(&here.value, &children, name, &value));
            };
            here = found.clone();
        }
        Ok(replace(self.text, here.value, &value.to_string()))
    }

    /// The text without the member or entry at `path` and without its comma; unchanged when nothing stands there.
    pub fn remove(&self, path: &Path) -> Result<String, Blocked> {
        let Some((parent, _)) = path.split_last() else {
            return Err(Blocked::Root);
        };
        let (Some(parent), Some(found)) = (self.find(&parent), self.find(path)) else {
            return Ok(self.text.to_owned());
        };
        let children = children(self.text, &parent.value);
        let Some(at) = children.iter().position(|child| *child == found) else {
            return Ok(self.text.to_owned());
        };
        let span = match (at.checked_sub(1), children.get(at + 1)) {
            (Some(before), _) => children[before].whole.end..found.whole.end,
            (None, Some(next)) => found.whole.start..next.whole.start,
            (None, None) => found.whole,
        };
        Ok(replace(self.text, span, ""))
    }

    fn root(&self) -> Child {
        let start = after_space(self.text.as_bytes(), 0);
        let value = start..value_end(self.text.as_bytes(), start);
        Child {
            name: None,
            whole: value.clone(),
            value,
        }
    }

    fn find(&self, path: &Path) -> Option<Child> {
        path.segments().try_fold(self.root(), |here, segment| {
            let children = children(self.text, &here.value);
            match self.text.as_bytes()[here.value.start] {
                b'{' => children
                    .into_iter()
                    .find(|child| child.is_named(self.text, &segment)),
                b'[' => {
                    let at = position(&segment, children.len())?;
                    children.into_iter().nth(at)
                }
                _ => None,
            }
        })
    }

    /// Puts a member or entry after the last one of the object or array at `parent`, written the way its neighbours are.
    fn insert(
        &self,
        parent: &Range<usize>,
        children: &[Child],
        name: Option<&str>,
        value: &Value,
    ) -> String {
        let text = self.text;
        let mut piece = String::new();
        let at = match children {
            [] => parent.start + 1,
            [.., before, last] => {
                piece.push_str(&text[before.whole.end..last.whole.start]);
                last.whole.end
            }
            [only] => {
                let lead = &text[parent.start + 1..only.whole.start];
                piece.push(',');
                if lead.contains('\n') {
                    piece.push_str(lead);
                } else if self.colon(children).ends_with(' ') {
                    piece.push(' ');
                }
                only.whole.end
            }
        };
        if let Some(name) = name {
            piece.push_str(&Value::from(name).to_string());
            piece.push_str(self.colon(children));
        }
        piece.push_str(&value.to_string());
        replace(text, at..at, &piece)
    }

    /// What stands between a name and its value, by the example of a neighbour or else of the record's first member.
    fn colon(&self, neighbours: &[Child]) -> &str {
        let between = |child: &Child| {
            let name = child.name.as_ref()?;
            self.text.get(name.end..child.value.start)
        };
        let first = || {
            children(self.text, &self.root().value)
                .first()
                .and_then(between)
        };
        neighbours
            .last()
            .and_then(between)
            .or_else(first)
            .unwrap_or(":")
    }
}

/// A member of an object or an entry of an array.
#[derive(Clone, Debug, PartialEq)]
struct Child {
    /// With its quotes; entries of arrays have none.
    name: Option<Range<usize>>,
    value: Range<usize>,
    whole: Range<usize>,
}

impl Child {
    fn is_named(&self, text: &str, wanted: &str) -> bool {
        let Some(name) = self.name.clone() else {
            return false;
        };
        let written = &text[name];
        if written.contains('\\') {
            serde_json::from_str::<String>(written).is_ok_and(|name| name == wanted)
        } else {
            written[1..written.len() - 1] == *wanted
        }
    }
}

/// The members or entries of the object or array at `parent`; none for anything else.
fn children(text: &str, parent: &Range<usize>) -> Vec<Child> {
    let bytes = text.as_bytes();
    let named = match bytes[parent.start] {
        b'{' => true,
        b'[' => false,
        _ => return Vec::new(),
    };
    let mut children = Vec::new();
    let mut at = after_space(bytes, parent.start + 1);
    while at + 1 < parent.end {
        let start = at;
        let name = named.then(|| start..value_end(bytes, start));
        if let Some(name) = &name {
            let colon = after_space(bytes, name.end);
            at = after_space(bytes, colon + 1);
        }
        let value = at..value_end(bytes, at);
        at = after_space(bytes, value.end);
        if bytes[at] == b',' {
            at = after_space(bytes, at + 1);
        }
        children.push(Child {
            name,
            whole: start..value.end,
            value,
        });
    }
    children
}

/// The end of the value that begins at `start`. The text was read before, so that counting brackets is enough.
fn value_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        match bytes.get(at) {
            None => return at,
            Some(b'"') => at = text_end(bytes, at),
            Some(b'{' | b'[') => {
                depth += 1;
                at += 1;
            }
            Some(b'}' | b']') if depth > 0 => {
                depth -= 1;
                at += 1;
            }
            Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r') if depth == 0 => return at,
            Some(_) => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return at;
        }
    }
}

/// The offset after the closing quote of the text that opens at `open`.
fn text_end(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

fn after_space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
        .count()
}

/// The position that a segment names in an array of `len` entries; `len` itself is the next one.
fn position(segment: &str, len: usize) -> Option<usize> {
    if segment == "-" {
        return Some(len);
    }
    let position: usize = segment.parse().ok()?;
    (position <= len && position.to_string() == segment).then_some(position)
}

/// The value inside new parents, one for each segment.
fn wrap(segments: &[String], value: &Value, at: &Path) -> Result<Value, Blocked> {
    let Some((first, rest)) = segments.split_first() else {
        return Ok(value.clone());
    };
    let inner = wrap(rest, value, &at.child(first))?;
    if matches!(first.as_str(), "0" | "-") {
        return Ok(Value::Array(vec![inner]));
    }
    if first.bytes().all(|byte| byte.is_ascii_digit()) && !first.is_empty() {
        return Err(Blocked::Position {
            array: at.clone(),
            len: 0,
        });
    }
    Ok(Value::Object(Map::from_iter([(first.clone(), inner)])))
}

fn replace(text: &str, span: Range<usize>, piece: &str) -> String {
    [&text[..span.start], piece, &text[span.end..]].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn path(pointer: &str) -> Path {
        Path::parse(pointer).unwrap()
    }

    fn set(text: &str, pointer: &str, value: &Value) -> Result<String, Blocked> {
        Document::read(text).unwrap().set(&path(pointer), value)
    }

    #[test]
    fn a_value_is_replaced_and_nothing_else() {
        let check = |text: &str, pointer: &str, value: Value, expected: &str| {
            assert_eq!(set(text, pointer, &value).unwrap(), expected);
        };
        check(
            r#" {"a" : 1.0,"b":"x\"}"} "#,
            "/a",
            json!(2),
            r#" {"a" : 2,"b":"x\"}"} "#,
        );
        check(
            r#"{"a":{"b":[1, 2 ]}}"#,
            "/a/b/1",
            json!(null),
            r#"{"a":{"b":[1, null ]}}"#,
        );
        check(r#"{"\u0061":1}"#, "/a", json!("ä"), r#"{"\u0061":"ä"}"#);
        check(r#"{"a/b":1}"#, "/a~1b", json!([]), r#"{"a/b":[]}"#);
        check(r#"{"a":1}"#, "", json!({}), "{}");
    }

    #[test]
    fn new_members_are_written_like_their_neighbours() {
        let check = |text: &str, pointer: &str, expected: &str| {
            assert_eq!(set(text, pointer, &json!(9)).unwrap(), expected);
        };
        check("{}", "/z", r#"{"z":9}"#);
        check(r#"{"a":1}"#, "/z", r#"{"a":1,"z":9}"#);
        check(r#"{"a": 1}"#, "/z", r#"{"a": 1, "z": 9}"#);
        check(r#"{"a": 1, "b": 2}"#, "/z", r#"{"a": 1, "b": 2, "z": 9}"#);
        check("{\n  \"a\": 1\n}", "/z", "{\n  \"a\": 1,\n  \"z\": 9\n}");
        check(
            r#"{"a": [1, 2], "b": {}}"#,
            "/a/2",
            r#"{"a": [1, 2, 9], "b": {}}"#,
        );
        check(
            r#"{"a": [1, 2], "b": {}}"#,
            "/b/z",
            r#"{"a": [1, 2], "b": {"z": 9}}"#,
        );
        check(r#"{"a":[]}"#, "/a/-", r#"{"a":[9]}"#);
        check(r#"{"a":1}"#, "/b/c/d", r#"{"a":1,"b":{"c":{"d":9}}}"#);
        check(
            r#"{"a":1}"#,
            "/lines/0/qty",
            r#"{"a":1,"lines":[{"qty":9}]}"#,
        );
    }

    #[test]
    fn removing_takes_the_comma_along() {
        let check = |text: &str, pointer: &str, expected: &str| {
            let document = Document::read(text).unwrap();
            assert_eq!(document.remove(&path(pointer)).unwrap(), expected);
        };
        check(r#"{"a": 1, "b": 2, "c": 3}"#, "/a", r#"{"b": 2, "c": 3}"#);
        check(r#"{"a": 1, "b": 2, "c": 3}"#, "/b", r#"{"a": 1, "c": 3}"#);
        check(r#"{"a": 1, "b": 2, "c": 3}"#, "/c", r#"{"a": 1, "b": 2}"#);
        check(r#"{"a":[1,2]}"#, "/a/0", r#"{"a":[2]}"#);
        check(r#"{"a":1}"#, "/a", "{}");
        check(r#"{"a":1}"#, "/x/y", r#"{"a":1}"#);
    }

    #[test]
    fn a_path_through_a_plain_value_is_blocked() {
        let text = r#"{"a":{"b":"x"},"c":[1]}"#;
        assert_eq!(
            set(text, "/a/b/c", &json!(1)),
            Err(Blocked::Scalar(path("/a/b")))
        );
        assert_eq!(
            set(text, "/c/2", &json!(1)),
            Err(Blocked::Position {
                array: path("/c"),
                len: 1
            })
        );
        assert_eq!(set(text, "", &json!(1)), Err(Blocked::Root));
        assert_eq!(
            Document::read(text).unwrap().remove(&Path::root()),
            Err(Blocked::Root)
        );
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a\"\\\\{}\\[\\],:é\n ]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                members(inner).prop_map(Value::Object),
            ]
        })
    }

    fn members(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
        proptest::collection::btree_map("[ab\"\\\\~/é]{0,3}", inner, 0..4)
            .prop_map(|members| members.into_iter().collect())
    }

    /// Every path in a value.
    fn paths(value: &Value, at: &Path, all: &mut Vec<Path>) {
        all.push(at.clone());
        match value {
            Value::Object(members) => members
                .iter()
                .for_each(|(name, value)| paths(value, &at.child(name), all)),
            Value::Array(items) => {
                (0..).zip(items).for_each(|(index, item): (usize, _)| {
                    paths(item, &at.child(&index.to_string()), all);
                });
            }
            _ => {}
        }
    }

    proptest! {
        #[test]
        fn a_splice_changes_one_span_and_gives_the_wanted_value(
            record in members(value()),
            pretty in any::<bool>(),
            new in value(),
            pick in any::<prop::sample::Index>(),
        ) {
            let record = Value::Object(record);
            let text = if pretty { serde_json::to_string_pretty(&record).unwrap() } else { record.to_string() };
            let document = Document::read(&text).unwrap();
            prop_assert_eq!(&document.value, &record);
            let mut all = Vec::new();
            paths(&record, &Path::root(), &mut all);
            let path = pick.get(&all);
            let span = document.span(path).unwrap();
            let old = record.pointer(path.as_str()).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Value>(&text[span.clone()]).unwrap(), old);

            // The root takes objects only.
            prop_assume!(!path.is_root());
            let spliced = document.set(path, &new).unwrap();
            prop_assert!(spliced.starts_with(&text[..span.start]) && spliced.ends_with(&text[span.end..]));
            let mut wanted = record.clone();
            *wanted.pointer_mut(path.as_str()).unwrap() = new.clone();
            prop_assert_eq!(&Document::read(&spliced).unwrap().value, &wanted);

            let removed = document.remove(path).unwrap();
            let left = Document::read(&removed).unwrap().value;
            let (parent, name) = path.split_last().unwrap();
            let mut wanted = record.clone();
            match wanted.pointer_mut(parent.as_str()).unwrap() {
                Value::Object(members) => { members.shift_remove(&name); }
                Value::Array(items) => { items.remove(name.parse().unwrap()); }
                _ => unreachable!(),
            }
            prop_assert_eq!(&left, &wanted);
            // What is put back stands last, so compare without order: serde_json's maps do.
            let parent_is_array = record.pointer(parent.as_str()).unwrap().is_array();
            if !parent_is_array {
                let again = Document::read(&removed).unwrap().set(path, old).unwrap();
                prop_assert_eq!(&Document::read(&again).unwrap().value, &record);
            }
        }
    }
}
