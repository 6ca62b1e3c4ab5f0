//! A quick look at one CSV cell: surely valid, or don't know. Simple properties of a schema become such tests; whoever does
//! not know asks the JSON Schema validator, so that a test may say "don't know" too often but "sure" never wrongly.

use std::cmp::Ordering;

use serde_json::{Map, Number, Value};

use super::{dates::calendar_date, pattern::Pattern};

/// What makes a cell's text surely valid.
#[derive(Debug)]
pub(super) enum Test {
    /// Nothing is known without the validator.
    Ask,
    /// Any text is valid.
    Any,
    Text {
        least: usize,
        most: usize,
        pattern: Option<Pattern>,
        format: Option<Format>,
    },
    OneOf(Vec<Box<str>>),
    Whole(Bounds<i64>),
    Number(Bounds<f64>),
    Boolean,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Format {
    Email,
    Date,
    DateTime,
}

/// Limits of a number; an open limit is not allowed itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds<N> {
    least: Option<(N, bool)>,
    most: Option<(N, bool)>,
}

impl Test {
    /// The test of a property's schema, which may refer to other places in `root`. `formats` and `coerce` are the
    /// contract's.
    pub fn of(schema: &Value, root: &Value, formats: bool, coerce: bool) -> Self {
        // References are followed a few steps only, for they may lead in a circle.
        let mut schema = schema;
        for _ in 0..4 {
            schema = match referred(schema, root) {
                Some(target) => target,
                None => break,
            };
        }
        Self::compile(schema, root, formats, coerce).unwrap_or(Self::Ask)
    }

    /// Whether the text is surely valid.
    pub fn is_sure(&self, text: &str) -> bool {
        match self {
            Self::Ask => false,
            Self::Any => true,
            Self::Text {
                least,
                most,
                pattern,
                format,
            } => {
                has_length(text, *least, *most)
                    && pattern
                        .as_ref()
                        .is_none_or(|pattern| pattern.is_match(text))
                    && match format {
                        None => true,
                        Some(Format::Email) => is_email(text),
                        Some(Format::Date) => text.len() == 10 && calendar_date(text).is_some(),
                        Some(Format::DateTime) => is_date_time(text),
                    }
            }
            Self::OneOf(allowed) => allowed.iter().any(|one| **one == *text),
            Self::Whole(bounds) => whole(text).is_some_and(|number| bounds.hold(number)),
            Self::Number(bounds) => fraction(text).is_some_and(|number| bounds.hold(number)),
            Self::Boolean => matches!(text, "true" | "false"),
        }
    }

    fn compile(schema: &Value, root: &Value, formats: bool, coerce: bool) -> Option<Self> {
        let schema = schema.as_object()?;
        if let Some(branches) = schema.get("anyOf") {
            let only_notes = schema.keys().all(|key| key == "anyOf" || is_note(key));
            let null = |branch: &&Value| is_null(branch);
            return match branches.as_array()?.as_slice() {
                [inner, other] | [other, inner] if only_notes && null(&other) => {
                    let inner = referred(inner, root).unwrap_or(inner);
                    Self::compile(inner, root, formats, coerce)
                }
                _ => None,
            };
        }
        let keys: Vec<&str> = schema
            .keys()
            .map(String::as_str)
            .filter(|key| !is_note(key))
            .collect();
        let only = |known: &[&str]| keys.iter().all(|key| known.contains(key));
        if keys.is_empty() {
            return Some(Self::Any);
        }
        match kind(schema)? {
            "string" if only(&["type", "enum", "const"]) && keys != ["type"] => {
                Some(Self::OneOf(texts(schema)?))
            }
            "string" if only(&["type", "minLength", "maxLength", "pattern", "format"]) => {
                Self::text(schema, formats)
            }
            "integer" if coerce && only(NUMERIC) => Bounds::of(schema, whole).map(Self::Whole),
            "number" if coerce && only(NUMERIC) => Bounds::of(schema, fraction).map(Self::Number),
            "boolean" if coerce && only(&["type"]) => Some(Self::Boolean),
            _ => None,
        }
    }

    fn text(schema: &Map<String, Value>, formats: bool) -> Option<Self> {
        let length = |key: &str, otherwise: usize| match schema.get(key) {
            None => Some(otherwise),
            Some(limit) => usize::try_from(limit.as_u64()?).ok(),
        };
        let pattern = match schema.get("pattern") {
            None => None,
            Some(pattern) => Some(Pattern::compile(pattern.as_str()?)?),
        };
        let format = match schema.get("format") {
            Some(name) if formats => Some(match name.as_str()? {
                "email" => Format::Email,
                "date" => Format::Date,
                "date-time" => Format::DateTime,
                _ => return None,
            }),
            _ => None,
        };
        Some(Self::Text {
            least: length("minLength", 0)?,
            most: length("maxLength", usize::MAX)?,
            pattern,
            format,
        })
    }
}

const NUMERIC: &[&str] = &[
    "type",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
];

/// Whether a keyword only tells people something.
pub(super) fn is_note(key: &str) -> bool {
    matches!(
        key,
        "title"
            | "description"
            | "default"
            | "examples"
            | "$comment"
            | "deprecated"
            | "readOnly"
            | "writeOnly"
    )
}

/// The place in the same document that a schema stands for, if it says nothing else.
fn referred<'s>(schema: &Value, root: &'s Value) -> Option<&'s Value> {
    let fields = schema.as_object()?;
    let only = fields.keys().all(|key| key == "$ref" || is_note(key));
    let pointer = fields.get("$ref")?.as_str()?.strip_prefix('#')?;
    only.then(|| root.pointer(pointer))?
}

fn is_null(schema: &Value) -> bool {
    schema.as_object().is_some_and(|fields| {
        fields.len() == 1 && fields.get("type").is_some_and(|kind| kind == "null")
    })
}

/// The one kind of value a schema wants besides null.
fn kind(schema: &Map<String, Value>) -> Option<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => Some(one),
        Some(Value::Array(several)) => {
            let mut kinds = several
                .iter()
                .filter_map(Value::as_str)
                .filter(|k| *k != "null");
            let first = kinds.next()?;
            kinds.next().is_none().then_some(first)
        }
        Some(_) => None,
        // Without a type, allowed texts are still texts.
        None => texts(schema).map(|_| "string"),
    }
}

/// The allowed values, where all are text or null.
fn texts(schema: &Map<String, Value>) -> Option<Vec<Box<str>>> {
    let values = match (schema.get("enum"), schema.get("const")) {
        (Some(Value::Array(values)), None) => values.as_slice(),
        (None, Some(value)) => std::slice::from_ref(value),
        _ => return None,
    };
    values
        .iter()
        .filter(|value| !value.is_null())
        .map(|value| value.as_str().map(Box::from))
        .collect()
}

impl<N: PartialOrd + Copy> Bounds<N> {
    /// `None` where a limit cannot be compared exactly.
    fn of(schema: &Map<String, Value>, read: fn(&str) -> Option<N>) -> Option<Self> {
        // Draft 4 has a boolean beside the limit; that is left to the validator.
        let limit = |key: &str| match schema.get(key) {
            None => Some(None),
            Some(Value::Number(number)) => Some(Some(read(&plain(number))?)),
            Some(_) => None,
        };
        let (closed, open) = (limit("minimum")?, limit("exclusiveMinimum")?);
        let least = match (closed, open) {
            (Some(_), Some(_)) => return None,
            (Some(limit), None) => Some((limit, false)),
            (None, open) => open.map(|limit| (limit, true)),
        };
        let (closed, open) = (limit("maximum")?, limit("exclusiveMaximum")?);
        let most = match (closed, open) {
            (Some(_), Some(_)) => return None,
            (Some(limit), None) => Some((limit, false)),
            (None, open) => open.map(|limit| (limit, true)),
        };
        Some(Self { least, most })
    }

    fn hold(&self, number: N) -> bool {
        let fits = |limit: Option<(N, bool)>, wanted: Ordering| {
            limit.is_none_or(|(limit, open)| match number.partial_cmp(&limit) {
                Some(Ordering::Equal) => !open,
                order => order == Some(wanted),
            })
        };
        fits(self.least, Ordering::Greater) && fits(self.most, Ordering::Less)
    }
}

/// A limit as text; `100.0` is the same limit as `100`.
fn plain(number: &Number) -> String {
    let text = number.to_string();
    match text.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// A whole number of at most 18 characters, by JSON's grammar.
pub(super) fn whole(text: &str) -> Option<i64> {
    (text.len() <= 18 && crate::row::coerce::is_integer(text)).then(|| text.parse().ok())?
}

/// A number of at most 15 characters without exponent, by JSON's grammar. So short, two different numbers are never the
/// same double, and comparing doubles is exact.
pub(super) fn fraction(text: &str) -> Option<f64> {
    let short = text.len() <= 15 && !text.bytes().any(|byte| matches!(byte, b'e' | b'E'));
    (short && crate::row::coerce::is_number(text)).then(|| text.parse().ok())?
}

/// Whether a text has between `least` and `most` code points.
fn has_length(text: &str, least: usize, most: usize) -> bool {
    // A code point takes one to four bytes, which settles most texts without counting.
    if text.len().div_ceil(4) >= least && text.len() <= most {
        return true;
    }
    let length = text.chars().count();
    (least..=most).contains(&length)
}

/// Stricter than the validator: ASCII, no quoting, a dot in the host, no doubled hyphen.
fn is_email(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(at) = memchr::memchr(b'@', bytes) else {
        return false;
    };
    let (name, host) = (&bytes[..at], &bytes[at + 1..]);
    if name.is_empty() || name.len() > 64 || host.len() > 200 {
        return false;
    }
    let mut before = b'.';
    for &byte in name {
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-');
        if !plain && (byte != b'.' || before == b'.') {
            return false;
        }
        before = byte;
    }
    if before == b'.' {
        return false;
    }
    let (mut before, mut dots, mut label) = (b'.', 0, 0);
    for &byte in host {
        match byte {
            b'.' | b'-' if matches!(before, b'.' | b'-') => return false,
            b'.' => {
                dots += 1;
                label = 0;
            }
            b'-' => label += 1,
            _ if byte.is_ascii_alphanumeric() => label += 1,
            _ => return false,
        }
        if label > 63 {
            return false;
        }
        before = byte;
    }
    dots > 0 && before.is_ascii_alphabetic()
}

/// `2024-03-09T23:30:00.5+02:00`: a T, seconds below 60, Z or a numeric zone.
fn is_date_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 20 || bytes[10] != b'T' || calendar_date(text).is_none() {
        return false;
    }
    let pair = |at: usize, below: u8| match (bytes.get(at), bytes.get(at + 1)) {
        (Some(tens @ b'0'..=b'9'), Some(ones @ b'0'..=b'9')) => {
            (tens - b'0') * 10 + (ones - b'0') < below
        }
        _ => false,
    };
    let clock =
        pair(11, 24) && bytes[13] == b':' && pair(14, 60) && bytes[16] == b':' && pair(17, 60);
    if !clock {
        return false;
    }
    let mut at = 19;
    if bytes[at] == b'.' {
        let digits = bytes[at + 1..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if digits == 0 {
            return false;
        }
        at += 1 + digits;
    }
    match bytes.get(at) {
        Some(b'Z') => bytes.len() == at + 1,
        Some(b'+' | b'-') => {
            bytes.len() == at + 6 && pair(at + 1, 24) && bytes[at + 3] == b':' && pair(at + 4, 60)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};
    use serde_json::json;

    use super::*;
    use crate::{
        model::{Path, Wants},
        row::coerce::coerce,
    };

    fn schemas() -> Vec<Value> {
        vec![
            json!({"type": "string"}),
            json!({"title": "no type"}),
            json!({"type": "string", "minLength": 2, "maxLength": 3}),
            json!({"type": "string", "minLength": 1, "maxLength": 120, "pattern": "\\S"}),
            json!({"type": "string", "pattern": "^CUS-[0-9]{2}$"}),
            json!({"anyOf": [{"type": "string", "pattern": "^\\+[1-9][0-9]{1,3}$"}, {"type": "null"}]}),
            json!({"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 1}], "default": null}),
            json!({"type": ["string", "null"], "format": "date"}),
            json!({"type": "string", "format": "date-time"}),
            json!({"type": "string", "format": "email"}),
            json!({"type": "string", "format": "email", "maxLength": 8}),
            json!({"enum": ["US", "DE", null]}),
            json!({"type": "string", "enum": ["a", "b c", ""]}),
            json!({"const": "x"}),
            json!({"type": "number", "minimum": 0, "maximum": 100_000_000}),
            json!({"type": "number", "exclusiveMinimum": 0.5}),
            json!({"type": "integer", "exclusiveMaximum": 10, "minimum": -3}),
            json!({"type": "boolean"}),
            json!({"type": "integer"}),
            json!({"type": "number"}),
        ]
    }

    fn is_valid(schema: &Value, text: &str) -> bool {
        let root = json!({"properties": {"x": schema}});
        let references = std::collections::BTreeMap::new();
        let compiled = super::super::schema::Schema::build(root, references, true).unwrap();
        let wants: Wants = compiled.wants(&Path::field("x")).into_owned();
        let value = coerce(text, &wants).unwrap_or_else(|| Value::String(text.to_owned()));
        let mut problems = Vec::new();
        compiled.check(&json!({"x": value}), &mut problems).unwrap();
        problems.is_empty()
    }

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            "\\PC{0,6}",
            "[0-9]{4}-[0-9]{2}-[0-9]{2}",
            "20[0-9]{2}-0[1-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,3})?(Z|z|[+-][0-2][0-9]:[0-6][0-9]|)",
            "[a-zA-Z0-9._+@-]{1,12}@[a-z0-9.-]{1,10}(\\.[a-z]{1,3})?",
            "-?[0-9]{0,17}(\\.[0-9]{0,4})?([eE][+-]?[0-9])?",
            "(CUS-|\\+)[0-9]{0,5}",
            select(vec![
                "US",
                "DE",
                "a",
                "b c",
                "x",
                "",
                "true",
                "false",
                "TRUE",
                " ",
                "100000000.0000001"
            ])
            .prop_map(str::to_owned),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn what_is_sure_is_valid(schema in select(schemas()), text in texts()) {
            if Test::of(&schema, &Value::Null, true, true).is_sure(&text) {
                prop_assert!(is_valid(&schema, &text), "{} {:?}", schema, text);
            }
        }
    }

    #[test]
    fn common_values_are_sure() {
        let check = |schema: Value, sure: &[&str], doubt: &[&str]| {
            let test = Test::of(&schema, &Value::Null, true, true);
            for text in sure {
                assert!(test.is_sure(text), "{schema} {text:?}");
                assert!(is_valid(&schema, text), "{schema} {text:?}");
            }
            for text in doubt {
                assert!(!test.is_sure(text), "{schema} {text:?}");
            }
        };
        check(
            json!({"type": "string", "format": "date-time"}),
            &["2024-03-09T23:30:00Z", "2024-03-09T23:30:00.123+02:00"],
            &[
                "2024-03-09",
                "2024-02-30T00:00:00Z",
                "2024-03-09T23:59:60Z",
                "2024-03-09T24:00:00Z",
                "",
            ],
        );
        check(
            json!({"type": "string", "format": "email"}),
            &["jana.mueller+crm@mail-1.example.com"],
            &[
                "a@b",
                "a..b@c.de",
                "a@b--c.de",
                "müller@c.de",
                "a@-c.de",
                "@",
                "",
            ],
        );
        check(
            json!({"type": "number", "minimum": 0, "maximum": 100_000_000}),
            &["0", "12.50", "100000000"],
            &["-1", "100000000.01", "1e3", "12,5", "007", ""],
        );
        check(
            json!({"type": "integer", "exclusiveMaximum": 10}),
            &["9", "-12"],
            &["10", "9.0", "1234567890123456789"],
        );
        check(
            json!({"type": "string", "minLength": 2}),
            &["ab", "üb"],
            &["a", "ü"],
        );
        check(
            json!({"type": "boolean"}),
            &["true", "false"],
            &["TRUE", "1"],
        );
        check(json!({"multipleOf": 3}), &[], &["3", "x"]);
        check(
            json!({"type": "string", "not": {"const": "x"}}),
            &[],
            &["y"],
        );
        check(json!({"type": ["string", "integer"]}), &[], &["y", "3"]);
    }

    #[test]
    fn nothing_but_text_is_sure_without_coercion() {
        assert!(!Test::of(&json!({"type": "integer"}), &Value::Null, true, false).is_sure("3"));
        assert!(Test::of(&json!({"type": "string"}), &Value::Null, true, false).is_sure("3"));
    }
}
