//! Whether values pass a term: what the database asks for each record.

use std::{borrow::Cow, cmp::Ordering};

use regex::Regex;
use serde_json::Value;

use super::{Item, Order, Term, Test, Wanted, test::Bound};
use crate::{
    model::{Found, Path, shape_of},
    row::Row,
};

/// A term about values, made ready for many of them.
#[derive(Debug)]
pub struct Matcher {
    place: Place,
    test: Ready,
}

#[derive(Debug)]
enum Place {
    Field(Spot),
    Anywhere,
    Shape,
}

#[derive(Debug)]
enum Ready {
    AnyOf(Vec<One>),
    Exactly(Vec<String>),
    Contains(Vec<String>),
    Matches(Option<Regex>),
    Compares(Order, Option<Bound>),
}

#[derive(Debug)]
enum One {
    /// In lower case, cut at each `*`.
    Like(Vec<String>),
    Missing,
    Empty,
    Range(Option<Bound>, Option<Bound>),
    Never,
}

/// A value as it is looked at; without a text where there is none.
struct Seen<'v> {
    text: Option<Cow<'v, str>>,
    is_missing: bool,
    is_empty: bool,
}

impl Matcher {
    /// `None` for a term that is not about values.
    pub fn of(term: &Term) -> Option<Self> {
        let (place, test) = match &term.wanted {
            Wanted::Value(path, test) => (Place::Field(Spot::of(path)?), Ready::of(test)),
            Wanted::Now(test)
            | Wanted::Was(test)
            | Wanted::Failing(test)
            | Wanted::Tries(test)
            | Wanted::Seen(test) => (Place::Anywhere, Ready::of(test)),
            Wanted::Shape(any)
            | Wanted::Title(any)
            | Wanted::Id(any)
            | Wanted::By(any)
            | Wanted::Error(any)
            | Wanted::Answer(any) => {
                let place = match term.wanted {
                    Wanted::Shape(_) => Place::Shape,
                    _ => Place::Anywhere,
                };
                (
                    place,
                    Ready::AnyOf(any.iter().map(|text| One::like(text)).collect()),
                )
            }
            Wanted::Fix(any) => (Place::Anywhere, Ready::Contains(lower(any))),
            _ => return None,
        };
        Some(Self { place, test })
    }

    /// Whether a record's fields pass. A field that stands in several places passes by one of them; a record that cannot be
    /// split has no fields.
    pub fn passes(&self, row: &Row<'_>) -> bool {
        match (&self.place, row) {
            (Place::Field(spot), row) => spot.any(row, &mut |seen| self.test.passes(&seen)),
            (_, Row::Cells(cells)) => {
                (0..cells.len()).any(|column| self.test.passes(&Seen::cell(cells.get(column))))
            }
            (_, Row::Json(document)) => self.anywhere(&document.value),
        }
    }

    /// Whether the value of a problem passes.
    pub fn passes_found(&self, found: &Found) -> bool {
        if matches!(self.place, Place::Shape) {
            return self.passes_text(&shape_of(found));
        }
        match found {
            Found::Missing => self.test.passes(&Seen::missing()),
            Found::Text(text) => self.test.passes(&Seen::text(Cow::Borrowed(text))),
            Found::Json(json) => self.test.passes(&Seen::json_text(Cow::Borrowed(json))),
        }
    }

    /// Whether a text passes.
    pub fn passes_text(&self, text: &str) -> bool {
        self.test.passes(&Seen::text(Cow::Borrowed(text)))
    }

    fn anywhere(&self, value: &Value) -> bool {
        match value {
            Value::Array(items) if !items.is_empty() => {
                items.iter().any(|item| self.anywhere(item))
            }
            Value::Object(fields) if !fields.is_empty() => {
                fields.values().any(|value| self.anywhere(value))
            }
            value => self.test.passes(&Seen::value(value)),
        }
    }
}

/// A path, ready to be looked for in many records.
#[derive(Debug)]
struct Spot {
    segments: Vec<String>,
    /// What a column would be called.
    name: String,
}

type Look<'l, 'v> = &'l mut dyn FnMut(Seen<'v>) -> bool;

impl Spot {
    fn of(path: &str) -> Option<Self> {
        let segments: Vec<String> = Path::parse(path)?.segments().collect();
        let name = segments.join(".");
        Some(Self { segments, name })
    }

    /// Whether one of the values there is what is looked for; no more are looked at then.
    fn any<'v>(&self, row: &'v Row<'_>, look: Look<'_, 'v>) -> bool {
        match row {
            Row::Cells(cells) => {
                let column = (cells.columns.iter()).position(|column| *column == self.name);
                match column {
                    Some(column) => look(Seen::cell(cells.get(column))),
                    // The pattern of a group tells no name of digits from another.
                    None if self.name == ANY => {
                        let mut columns = cells.columns.iter().enumerate();
                        columns.any(|(at, name)| is_digits(name) && look(Seen::cell(cells.get(at))))
                    }
                    None => look(Seen::missing()),
                }
            }
            Row::Json(document) => {
                let mut met = false;
                let found = at(&document.value, &self.segments, &mut met, look);
                found || (!met && look(Seen::missing()))
            }
        }
    }
}

/// What stands for any position in a pattern.
const ANY: &str = "[]";

fn is_digits(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// The values at a path: `met` says whether it led to one.
fn at<'v>(value: &'v Value, segments: &[String], met: &mut bool, look: Look<'_, 'v>) -> bool {
    let Some((first, rest)) = segments.split_first() else {
        *met = true;
        return look(Seen::value(value));
    };
    match value {
        Value::Array(items) if first == ANY || is_digits(first) => {
            items.iter().any(|item| inside(item, rest, met, look))
        }
        // A pattern cannot tell a position from a name of digits.
        Value::Object(fields) if first == ANY => fields
            .iter()
            .filter(|(name, _)| is_digits(name))
            .any(|(_, value)| inside(value, rest, met, look)),
        Value::Object(fields) => match fields.get(first) {
            Some(value) => at(value, rest, met, look),
            None => false,
        },
        _ => false,
    }
}

/// One entry of a list: one that lacks the field is missing it, whatever the others have.
fn inside<'v>(value: &'v Value, rest: &[String], met: &mut bool, look: Look<'_, 'v>) -> bool {
    let mut here = false;
    let found = at(value, rest, &mut here, look);
    *met = true;
    found || (!here && look(Seen::missing()))
}

/// The values of one field, as a term about it would name them.
#[derive(Debug)]
pub struct Values(Spot);

impl Values {
    /// `None` where it is no path.
    pub fn of(path: &str) -> Option<Self> {
        Spot::of(path).map(Self)
    }

    /// Appends the values of a record; one that stands there more than once as often as it does.
    pub fn append(&self, row: &Row<'_>, values: &mut Vec<Item>) {
        self.0.any(row, &mut |seen| {
            values.push(match seen.text {
                _ if seen.is_missing => Item::Missing,
                _ if seen.is_empty => Item::Empty,
                Some(text) => Item::Like(text.into_owned()),
                None => Item::Missing,
            });
            false
        });
    }
}

impl Ready {
    fn of(test: &Test) -> Self {
        match test {
            Test::AnyOf(items) => Self::AnyOf(items.iter().map(One::of).collect()),
            Test::Exactly(texts) => Self::Exactly(texts.clone()),
            Test::Contains(texts) => Self::Contains(lower(texts)),
            Test::Matches(pattern) => Self::Matches(Regex::new(pattern).ok()),
            Test::Compares(order, bound) => Self::Compares(*order, Bound::parse(bound)),
        }
    }

    fn passes(&self, seen: &Seen<'_>) -> bool {
        if let Self::AnyOf(items) = self {
            return items.iter().any(|item| item.passes(seen));
        }
        let Some(text) = &seen.text else {
            return false;
        };
        match self {
            Self::AnyOf(_) => false,
            Self::Exactly(texts) => texts.iter().any(|wanted| wanted == text),
            Self::Contains(texts) => {
                let text = text.to_lowercase();
                texts.iter().any(|wanted| text.contains(wanted))
            }
            Self::Matches(pattern) => {
                (pattern.as_ref()).is_some_and(|pattern| pattern.is_match(text))
            }
            Self::Compares(order, bound) => {
                let ordering = bound.as_ref().and_then(|bound| bound.compare(text));
                ordering.is_some_and(|ordering| order.holds(ordering))
            }
        }
    }
}

impl One {
    fn of(item: &Item) -> Self {
        match item {
            Item::Like(text) => Self::like(text),
            Item::Missing => Self::Missing,
            Item::Empty => Self::Empty,
            Item::Range(first, last) => Self::Range(Bound::parse(first), Bound::parse(last)),
            // Needs a clock; the store has one.
            Item::Ago(_) => Self::Never,
        }
    }

    fn like(text: &str) -> Self {
        Self::Like(text.to_lowercase().split('*').map(str::to_owned).collect())
    }

    fn passes(&self, seen: &Seen<'_>) -> bool {
        match self {
            Self::Missing => seen.is_missing,
            Self::Empty => seen.is_empty,
            Self::Like(parts) => (seen.text.as_ref()).is_some_and(|text| is_like(text, parts)),
            Self::Range(first, last) => {
                let order = |bound: &Option<Bound>| bound.as_ref()?.compare(seen.text.as_ref()?);
                order(first).is_some_and(Ordering::is_ge)
                    && order(last).is_some_and(Ordering::is_le)
            }
            Self::Never => false,
        }
    }
}

impl<'v> Seen<'v> {
    fn missing() -> Self {
        Self {
            text: None,
            is_missing: true,
            is_empty: false,
        }
    }

    fn text(text: Cow<'v, str>) -> Self {
        Self {
            is_missing: false,
            is_empty: text.is_empty(),
            text: Some(text),
        }
    }

    /// CSV cannot tell a value that is missing from an empty one.
    fn cell(text: Cow<'v, str>) -> Self {
        let seen = Self::text(text);
        Self {
            is_missing: seen.is_empty,
            ..seen
        }
    }

    fn json_text(text: Cow<'v, str>) -> Self {
        Self {
            is_missing: false,
            is_empty: matches!(&*text, "null" | "[]" | "{}"),
            text: Some(text),
        }
    }

    fn value(value: &'v Value) -> Self {
        match value {
            Value::String(text) => Self::text(Cow::Borrowed(text)),
            other => Self::json_text(Cow::Owned(other.to_string())),
        }
    }
}

fn lower(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| text.to_lowercase()).collect()
}

/// Whether a text consists of these parts, in lower case, with anything between them.
fn is_like(text: &str, parts: &[String]) -> bool {
    let text = text.to_lowercase();
    let [first, between @ .., last] = parts else {
        return parts.iter().all(|only| *only == text);
    };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else {
        return false;
    };
    for part in between {
        match rest.split_once(part.as_str()) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        filter::Filter,
        model::{Form, Layout},
    };

    #[test]
    fn the_values_of_a_field_are_those_that_terms_about_it_find() {
        let values = |pattern: &str, layout: &Layout, text: &str| {
            let row = Row::read(layout, layout.form(), text.as_bytes()).unwrap();
            let mut values = Vec::new();
            Values::of(pattern).unwrap().append(&row, &mut values);
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            values.join(" ")
        };
        let record = r#"{"n":12.50,"note":"","gone":null,"lines":[{"qty":3},{},{"qty":"x"}]}"#;
        assert_eq!(values("/n", &Layout::Json, record), "12.50");
        assert_eq!(values("/note", &Layout::Json, record), "empty");
        assert_eq!(values("/gone", &Layout::Json, record), "empty");
        assert_eq!(values("/nothing", &Layout::Json, record), "missing");
        assert_eq!(
            values("/lines/[]/qty", &Layout::Json, record),
            "3 missing x"
        );
        let csv = Layout::Csv {
            columns: vec!["a.b".to_owned(), "c".to_owned()],
            delimiter: ',',
        };
        assert_eq!(values("/a/b", &csv, "DE,"), "DE");
        assert_eq!(values("/c", &csv, "DE,"), "missing");
    }

    fn passes(line: &str, layout: &Layout, text: &str) -> bool {
        let filter = Filter::parse(line).unwrap();
        let row = Row::read(layout, layout.form(), text.as_bytes()).unwrap();
        Matcher::of(&filter.terms[0]).unwrap().passes(&row)
    }

    #[test]
    fn a_field_of_a_json_record_passes_by_what_it_is() {
        let record = r#"{"country":"DE","vip":null,"n":12.50,"day":"2025-03-01","note":"","a":[],
            "lines":[{"qty":3},{"qty":12,"tax":"x y"}],"customer":{"email":"Anna@Web.de"},"a/b":"*"}"#;
        let check = |line: &str, expected: bool| {
            assert_eq!(passes(line, &Layout::Json, record), expected, "{line}");
        };
        check("country:DE", true);
        check("country:fr,de", true);
        check("country:D", false);
        check("country:D*", true);
        check("country:*e", true);
        check("country:*", true);
        check("country=de", false);
        check("country=DE", true);
        check("country=AT,DE", true);
        check("country~e", true);
        check("country~/^D.$/", true);
        check("country~/^d/", false);
        check("n:12.5", false);
        check("n:12.50", true);
        check("n>12", true);
        check("n:>12", true);
        check("n<=12.5", true);
        check("n:12..13", true);
        check("n:13..14", false);
        check("day>2025-02", true);
        check("day<2025-03-01", false);
        check("day:2025-01..2025-03", true);
        check("country>5", false);
        check("vip:missing", false);
        check("vip:empty", true);
        check("vip:null", true);
        check("note:empty", true);
        check("note:(empty)", true);
        check("note:\"empty\"", false);
        check("a:empty", true);
        check("gone:missing", true);
        check("gone:missing,empty", true);
        check("gone:*", false);
        check("lines[].qty>10", true);
        check("lines[0].qty>12", false);
        check("lines[].tax:missing", true);
        check("lines[].qty:missing", false);
        check("lines:missing", false);
        check("lines[].tax:\"x y\"", true);
        check("customer.email~web.de", true);
        check("customer.email:anna@web.*", true);
        check("customer.street:missing", true);
        check("/a~1b:x", false);
        check(".\"/a~1b\":\"*\"", true);
        check("now~web", true);
        check("now:12", true);
        check("now:13", false);
        check("was~web", true);
    }

    #[test]
    fn an_empty_cell_is_missing_and_empty() {
        let layout = Layout::Csv {
            columns: ["id", "note", "bill.city"].map(str::to_owned).to_vec(),
            delimiter: ',',
        };
        let check = |line: &str, expected: bool| {
            assert_eq!(passes(line, &layout, "7,,Köln"), expected, "{line}");
        };
        check("note:missing", true);
        check("note:empty", true);
        check(".id:7", true);
        check("bill.city:KÖLN", true);
        check("now~köl", true);
        check("other:missing", true);
    }

    #[test]
    fn a_column_is_found_by_the_name_that_was_typed_even_if_it_has_digits() {
        let layout = Layout::Csv {
            columns: ["lines.0.qty", "lines.1.qty", "2024", "2025", "[]x"]
                .map(str::to_owned)
                .to_vec(),
            delimiter: ',',
        };
        let check = |line: &str, expected: bool| {
            assert_eq!(passes(line, &layout, "5,6,7,8,9"), expected, "{line}");
        };
        check("lines.0.qty:5", true);
        check("lines.1.qty:5", false);
        check("lines[1].qty:6", true);
        check("2024:7", true);
        check("2024:8", false);
        check("2023:missing", true);
        check(".\"/[]\":8", true);
        check(".\"/[]x\":9", true);
        let record = r#"{"2024":7,"2025":8,"lines":[{"qty":5},{"qty":6}]}"#;
        let check = |line: &str, expected: bool| {
            assert_eq!(passes(line, &Layout::Json, record), expected, "{line}");
        };
        check("2024:7", true);
        check("2024:8", false);
        check("lines.0.qty:6", true);
    }

    #[test]
    fn a_value_that_fails_passes_by_its_text_or_its_shape() {
        let check = |line: &str, found: Found, expected: bool| {
            let filter = Filter::parse(line).unwrap();
            let matcher = Matcher::of(&filter.terms[0]).unwrap();
            assert_eq!(matcher.passes_found(&found), expected, "{line} {found:?}");
        };
        let text = |text: &str| Found::Text(text.to_owned());
        check("value~@gmail", text("a@GMAIL"), true);
        check("value:(empty)", text(""), true);
        check("value:missing", Found::Missing, true);
        check("value:null", Found::Json("null".to_owned()), true);
        check(r"value~/^\d+$/", text("12a"), false);
        check("shape:99/99/9999", text("31/12/2025"), true);
        check("shape:99/*", text("31/12/2025"), true);
        check("shape:(missing)", Found::Missing, true);
        check("shape:99", text("x"), false);
    }

    #[test]
    fn a_text_of_another_form_is_read_as_what_it_is() {
        let layout = Layout::Csv {
            columns: vec!["a".to_owned()],
            delimiter: ',',
        };
        let row = Row::read(&layout, Form::Json, b"{\"a\":\"x\"}").unwrap();
        let filter = Filter::parse("a:x").unwrap();
        assert!(Matcher::of(&filter.terms[0]).unwrap().passes(&row));
    }

    #[test]
    fn stars_stand_for_anything() {
        let check = |pattern: &str, text: &str, expected: bool| {
            let One::Like(parts) = One::like(pattern) else {
                panic!("{pattern}")
            };
            assert_eq!(is_like(text, &parts), expected, "{pattern} {text}");
        };
        check("SO-882*", "so-88213", true);
        check("a*a", "a", false);
        check("a*a", "aa", true);
        check("*b*", "abc", true);
        check("a*b*c", "a-c-b", false);
        check("", "", true);
        check("", "x", false);
    }
}
