//! Where in a record something is: a JSON Pointer (RFC 6901).

use serde::{Deserialize, Serialize};

/// A JSON Pointer; `""` is the whole record. Segments are kept escaped, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Path(String);

impl Path {
    /// The whole record.
    pub fn root() -> Self {
        Self::default()
    }

    /// Takes a pointer as written. `None` when it is neither empty nor begins with `/`, or holds a bad `~` escape.
    pub fn parse(pointer: &str) -> Option<Self> {
        let shaped = pointer.is_empty() || pointer.starts_with('/');
        let escaped = pointer
            .split('~')
            .skip(1)
            .all(|rest| rest.starts_with(['0', '1']));
        (shaped && escaped).then(|| Self(pointer.to_owned()))
    }

    /// The pointer of a top-level field.
    pub fn field(name: &str) -> Self {
        Self::root().child(name)
    }

    /// This pointer with one more segment, given unescaped.
    #[must_use]
    pub fn child(&self, segment: &str) -> Self {
        let mut pointer = self.0.clone();
        pointer.push('/');
        pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
        Self(pointer)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is `outer`, or lies inside of it.
    pub fn is_within(&self, outer: &Self) -> bool {
        let rest = self.0.strip_prefix(&outer.0);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The segments, unescaped.
    pub fn segments(&self) -> impl Iterator<Item = String> + '_ {
        self.0
            .split('/')
            .skip(1)
            .map(|part| part.replace("~1", "/").replace("~0", "~"))
    }

    /// The pointer one step up, and the last segment unescaped. `None` at the root.
    pub fn split_last(&self) -> Option<(Self, String)> {
        let (parent, last) = self.0.rsplit_once('/')?;
        Some((
            Self(parent.to_owned()),
            last.replace("~1", "/").replace("~0", "~"),
        ))
    }

    /// The pointer with array positions as `[]`, which groups use: `/lines/0/qty` is `/lines/[]/qty`. Any segment
    /// of digits counts as a position.
    pub fn pattern(&self) -> String {
        let mut pattern = String::with_capacity(self.0.len());
        for part in self.0.split('/').skip(1) {
            let position = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            pattern.push('/');
            pattern.push_str(if position { "[]" } else { part });
        }
        pattern
    }

    /// The pointer to the first entry of each list that a pattern leaves open: `/lines/[]/qty` is `/lines/0/qty`.
    #[must_use]
    pub fn at_first(&self) -> Self {
        let parts = self.0.split('/');
        let parts: Vec<&str> = parts
            .map(|part| if part == "[]" { "0" } else { part })
            .collect();
        Self(parts.join("/"))
    }

    /// How screens write it: `customer.email`, `lines[1].qty`; the root is `whole record`.
    pub fn label(&self) -> String {
        if self.is_root() {
            return "whole record".to_owned();
        }
        let mut label = String::new();
        for segment in self.segments() {
            let position = !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit());
            if position || segment == "[]" {
                label.push('[');
                label.push_str(segment.trim_matches(['[', ']']));
                label.push(']');
            } else {
                if !label.is_empty() {
                    label.push('.');
                }
                label.push_str(&segment);
            }
        }
        label
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_become_brackets_in_patterns_and_labels() {
        let path = Path::parse("/lines/12/qty").unwrap();
        assert_eq!(path.pattern(), "/lines/[]/qty");
        assert_eq!(path.label(), "lines[12].qty");
        let pattern = Path::parse("/lines/[]/qty").unwrap();
        assert_eq!(pattern.label(), "lines[].qty");
        assert_eq!(pattern.at_first().as_str(), "/lines/0/qty");
        assert_eq!(Path::field("[]x").at_first(), Path::field("[]x"));
    }

    #[test]
    fn odd_names_survive_escaping() {
        let path = Path::field("a/b").child("m~n");
        assert_eq!(path.as_str(), "/a~1b/m~0n");
        assert_eq!(path.segments().collect::<Vec<_>>(), ["a/b", "m~n"]);
        assert_eq!(Path::parse("/a~2"), None);
        assert_eq!(Path::parse("email"), None);
    }
}
