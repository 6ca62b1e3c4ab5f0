//! What rules can call: CEL's own functions, its string extension, and our `date` and `matches`.

use std::{any::Any, cell::RefCell, cmp::Ordering, collections::HashMap};

use cel::{
    DeclarationError, Env, ExecutionError,
    common::{
        traits::Comparer,
        types::{CelBool, CelString, Kind, STRING_TYPE, Type},
        value::{CowVal, StaticVal, Val},
    },
    extensions,
};
use jiff::civil;
use regex::Regex;

/// Everything that can be called by name. Macros such as `has` and `all` are expanded before.
pub(super) const NAMES: &[&str] = &[
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "date",
    "timestamp",
    "duration",
    "int",
    "uint",
    "double",
    "string",
    "bool",
    "bytes",
    "type",
    "dyn",
    "charAt",
    "indexOf",
    "lastIndexOf",
    "join",
    "lowerAscii",
    "upperAscii",
    "trim",
    "replace",
    "split",
    "substring",
    "format",
    "quote",
    "reverse",
    "getFullYear",
    "getMonth",
    "getDayOfYear",
    "getDayOfMonth",
    "getDate",
    "getDayOfWeek",
    "getHours",
    "getMinutes",
    "getSeconds",
    "getMilliseconds",
    "of",
    "none",
    "ofNonZeroValue",
    "hasValue",
    "value",
    "or",
    "orValue",
    "has",
    "all",
    "exists",
    "exists_one",
    "map",
    "filter",
];

/// The names that stand for no field: CEL's types and the namespaces of its functions.
pub(super) const WORDS: &[&str] = &[
    "bool",
    "bytes",
    "double",
    "duration",
    "dyn",
    "int",
    "list",
    "map",
    "null_type",
    "optional",
    "string",
    "strings",
    "timestamp",
    "type",
    "uint",
];

/// The environment all rules share.
pub(super) fn environment() -> Result<Env, DeclarationError> {
    let mut env = Env::stdlib();
    env.add_extension(extensions::strings)?;
    env.add_overload("date", "date_string", vec![STRING_TYPE], date)?;
    env.add_overload(
        "matches",
        "matches_texts",
        vec![STRING_TYPE, STRING_TYPE],
        matches,
    )?;
    env.add_member_overload(
        "matches",
        "text_matches",
        STRING_TYPE,
        vec![STRING_TYPE],
        matches,
    )?;
    Ok(env)
}

/// The calendar date a text begins with, as written: `2024-03-09` of `2024-03-09T23:30:00+02:00`.
pub(super) fn calendar_date(text: &str) -> Option<civil::Date> {
    let bytes = text.get(..10)?.as_bytes();
    let number = |range: std::ops::Range<usize>| {
        bytes[range].iter().try_fold(0i16, |sum, byte| {
            byte.is_ascii_digit()
                .then(|| sum * 10 + i16::from(byte - b'0'))
        })
    };
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    civil::Date::new(year, month as i8, day as i8).ok()
}

/// A calendar date in a rule; it compares with other dates only.
#[derive(Clone, Copy, Debug)]
struct Date(civil::Date);

impl Val for Date {
    fn get_type(&self) -> &Type {
        Self::cel_type()
    }

    fn cel_type() -> &'static Type {
        static TYPE: Type = Type::simple_type(Kind::Opaque, "date");
        &TYPE
    }

    fn as_comparer(&self) -> Option<&dyn Comparer> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        other
            .downcast_ref::<Self>()
            .is_some_and(|other| self.0 == other.0)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(*self)
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Date {}

impl Comparer for Date {
    fn compare(&self, other: &dyn Val) -> Result<Ordering, ExecutionError> {
        match other.downcast_ref::<Self>() {
            Some(other) => Ok(self.0.cmp(&other.0)),
            None => Err(ExecutionError::no_such_overload("_<_", vec![])),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape CEL calls")]
fn date<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let text = text_of(&args, 0)?;
    match calendar_date(text) {
        Some(date) => Ok(CowVal::owned(Date(date))),
        None => Err(ExecutionError::function_error("date", "no date")),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape CEL calls")]
fn matches<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let (text, pattern) = (text_of(&args, 0)?, text_of(&args, 1)?);
    let is_match = is_match(text, pattern)
        .ok_or_else(|| ExecutionError::function_error("matches", "no pattern"))?;
    Ok(CowVal::owned(CelBool::from(is_match)))
}

fn text_of<'a>(args: &'a [CowVal<'_, '_>], at: usize) -> Result<&'a str, ExecutionError> {
    args.get(at)
        .and_then(|arg| arg.downcast_ref::<CelString>())
        .map(CelString::inner)
        .ok_or_else(ExecutionError::missing_argument_or_target)
}

/// Patterns are compiled once a thread; one that comes out of the data must not fill the memory.
fn is_match(text: &str, pattern: &str) -> Option<bool> {
    const MOST: usize = 64;
    thread_local! {
        static PATTERNS: RefCell<HashMap<String, Option<Regex>>> = RefCell::default();
    }
    PATTERNS.with_borrow_mut(|known| {
        if !known.contains_key(pattern) {
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(pattern.to_owned(), Regex::new(pattern).ok());
        }
        let compiled = known.get(pattern)?.as_ref()?;
        Some(compiled.is_match(text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_taken_as_written() {
        let date = |text| calendar_date(text).map(|date| date.to_string());
        assert_eq!(date("2024-03-09").as_deref(), Some("2024-03-09"));
        assert_eq!(
            date("2024-03-09T23:30:00+02:00").as_deref(),
            Some("2024-03-09")
        );
        for bad in [
            "2024-02-30",
            "09.03.2024",
            "2024-3-9",
            "",
            "2024-03-0ü",
            "+024-03-09",
        ] {
            assert_eq!(date(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_pattern_that_cannot_be_compiled_is_no_answer() {
        assert_eq!(is_match("abc", "^a"), Some(true));
        assert_eq!(is_match("abc", "("), None);
    }
}
