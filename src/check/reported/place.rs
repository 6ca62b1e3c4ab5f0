//! Where in a record's text an error points to. Values are found, not built.

use std::borrow::Cow;

use crate::{
    model::{Found, Path},
    row::lenient,
};

/// The parts of a place, written as an array of names and positions or as a JSON Pointer, with or without its `#`.
pub(super) fn segments(place: &str) -> Option<Vec<Cow<'_, str>>> {
    if let Some(text) = lenient::string(place) {
        let path = match text.strip_prefix('#') {
            Some(fragment) => Path::parse(&percent_decoded(fragment)?)?,
            None => Path::parse(&text)?,
        };
        return Some(path.segments().map(Cow::Owned).collect());
    }
    let parts = lenient::elements(place)?;
    Some(
        (parts.into_iter())
            .map(|part| lenient::string(part).unwrap_or(Cow::Borrowed(part)))
            .collect(),
    )
}

/// A URI fragment's text (RFC 6901, section 6).
fn percent_decoded(fragment: &str) -> Option<String> {
    let mut parts = fragment.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}

/// The pointer of a place. The members of a union add segments that are nowhere in the record; then the longest part that
/// exists is taken. With `may_lack`, the last segment need not exist, as a field that is missing, or whose name itself is
/// wrong.
pub(super) fn existing(record: &str, segments: &[Cow<'_, str>], may_lack: bool) -> Path {
    let mut path = Path::root();
    let mut value = Some(record.trim()).filter(|text| is_container(text));
    let readable = value.is_some();
    for (n, segment) in segments.iter().enumerate() {
        let inner = value.and_then(|text| step(text, segment));
        let last_may_lack =
            n + usize::from(may_lack) == segments.len() && value.is_some_and(is_container);
        if readable && inner.is_none() && !last_may_lack {
            break;
        }
        path = path.child(segment);
        value = inner;
    }
    path
}

/// The text of the value at a path.
pub(super) fn at<'a>(record: &'a str, path: &Path) -> Option<&'a str> {
    path.segments()
        .try_fold(record.trim(), |text, segment| step(text, &segment))
}

/// The value a record has at a place, as problems carry it; `None` where the record is not known and so its value neither.
pub(super) fn value_at(record: &str, value: Option<&str>) -> Option<Found> {
    match value {
        Some(value) => Some(found(value)),
        None => is_container(record.trim()).then_some(Found::Missing),
    }
}

/// A value's text as problems carry it.
pub(super) fn found(value: &str) -> Found {
    match lenient::string(value) {
        Some(text) => Found::Text(text.into_owned()),
        None => Found::Json(value.to_owned()),
    }
}

fn is_container(text: &str) -> bool {
    lenient::members(text).is_some() || lenient::elements(text).is_some()
}

/// The text of the value one step below a container.
fn step<'a>(text: &'a str, segment: &str) -> Option<&'a str> {
    if text.starts_with('[') {
        return lenient::elements(text)?
            .get(segment.parse::<usize>().ok()?)
            .copied();
    }
    let members = lenient::members(text)?;
    (members.iter().rev())
        .find(|(name, _)| *name == segment)
        .map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_that_are_nowhere_fall_back_to_what_exists() {
        let path = |record: &str, place: &str, may_lack: bool| {
            existing(record, &segments(place).unwrap(), may_lack).to_string()
        };
        assert_eq!(
            path(r#"{"a":{"b":[1]}}"#, r#"["a","b",0]"#, false),
            "/a/b/0"
        );
        assert_eq!(path(r#"{"a":{"b":[1]}}"#, r#""/a/b/0""#, false), "/a/b/0");
        assert_eq!(path(r#"{"a":1}"#, r##""#/a""##, false), "/a");
        assert_eq!(path(r#"{"a":1}"#, r#"["a","int"]"#, false), "/a");
        assert_eq!(path(r#"{"a":{}}"#, r#"["a","city"]"#, true), "/a/city");
        assert_eq!(path(r#"{"a":{}}"#, r#"["a","wrap","city"]"#, true), "/a");
        assert_eq!(path("no json", r#"["a/b",0]"#, false), "/a~1b/0");
        assert_eq!(segments("\"$.a.b\""), None);
        assert_eq!(segments("\"#/a%20b/%C3%A4\"").unwrap(), ["a b", "\u{e4}"]);
        assert_eq!(segments("\"#/a%2\""), None);
        assert_eq!(segments("7"), None);
    }
}
