//! Places as Python's jsonschema writes them: `$[4].contacts[0]['odd name']`.

use std::borrow::Cow;

/// A part of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// 0-based.
    Position(u64),
    Name(String),
}

impl Part {
    pub fn name(&self) -> Cow<'_, str> {
        match self {
            Self::Position(at) => Cow::Owned(at.to_string()),
            Self::Name(name) => Cow::Borrowed(name),
        }
    }
}

/// The parts of a place; `None` when it is none.
pub(super) fn parts(place: &str) -> Option<Vec<Part>> {
    let mut rest = place.strip_prefix('$')?;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (part, after) = next(rest, &['.', '['])?;
        parts.push(part);
        rest = after;
    }
    Some(parts)
}

/// Where the place ends that a text begins with.
pub(super) fn end(text: &str) -> Option<usize> {
    let mut rest = text.strip_prefix('$')?;
    while let Some((_, after)) = next(rest, &['.', '[', ':']) {
        rest = after;
    }
    Some(text.len() - rest.len())
}

/// The first part, and what follows. A name without quotes ends at one of `ends`: old versions do not quote odd names.
fn next<'t>(text: &'t str, ends: &[char]) -> Option<(Part, &'t str)> {
    if let Some(name) = text.strip_prefix('.') {
        let (name, rest) = name.split_at(name.find(ends).unwrap_or(name.len()));
        return Some((Part::Name(name.to_owned()), rest));
    }
    let inside = text.strip_prefix('[')?;
    if inside.starts_with('\'') {
        return quoted(inside);
    }
    let (at, rest) = inside.split_once(']')?;
    let is_number = at.bytes().all(|byte| byte.is_ascii_digit());
    let at = at.parse().ok().filter(|_| is_number)?;
    Some((Part::Position(at), rest))
}

/// A quoted name: only the quote and the backslash are escaped in it.
fn quoted(text: &str) -> Option<(Part, &str)> {
    let mut name = String::new();
    let mut all = text.char_indices().skip(1);
    while let Some((at, c)) = all.next() {
        match c {
            '\\' => name.push(all.next()?.1),
            '\'' => {
                let rest = text[at..].strip_prefix("']")?;
                return Some((Part::Name(name), rest));
            }
            c => name.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_stand_in_brackets() {
        let names = |place: &str| {
            let parts = parts(place)?;
            Some(
                parts
                    .iter()
                    .map(|part| part.name().into_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(names("$").unwrap(), [""; 0]);
        assert_eq!(
            names("$[4].a[0]['b\\'c.d\\\\']").unwrap(),
            ["4", "a", "0", "b'c.d\\"]
        );
        assert_eq!(names("$.a b").unwrap(), ["a b"]);
        assert_eq!(parts("$['4']").unwrap(), [Part::Name("4".to_owned())]);
        for bad in ["", "4", "$4", "$[", "$[x]", "$['a]", "$['a'x]"] {
            assert_eq!(parts(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_place_ends_at_its_colon() {
        let text = "$[4]['x: y'].b: no: 7.";
        assert_eq!(&text[..end(text).unwrap()], "$[4]['x: y'].b");
        assert_eq!(end("$: no"), Some(1));
    }
}
