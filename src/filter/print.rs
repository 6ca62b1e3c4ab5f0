//! Filters as lines that parse back to them.

use std::fmt::{Display, Formatter, Result};

use super::{
    Filter, Item, Novelty, Term, Test, Wanted,
    field::key_of,
    parse::{is_key, is_special},
    words,
};
use crate::model::GroupId;

impl Display for Filter {
    /// Prints a line that parses back to the same filter.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        joined(f, &self.terms, " ")
    }
}

impl Display for Term {
    /// Prints the term as [`Filter::parse`] takes it.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if self.negated {
            f.write_str("-")?;
        }
        match &self.wanted {
            Wanted::Run(run) => write!(f, "run:{run}"),
            Wanted::Status(any) => list(f, "status", any.iter().map(|status| status.word())),
            Wanted::Changed => f.write_str("is:changed"),
            Wanted::Marked(_) => f.write_str("is:marked"),
            Wanted::Novelty(Novelty::New) => f.write_str("is:new"),
            Wanted::Novelty(Novelty::Back) => f.write_str("is:back"),
            Wanted::Stage(any) => list(f, "stage", any.iter().map(|stage| stage.word())),
            Wanted::Field(any) => texts(f, "field", any),
            Wanted::Error(any) => texts(f, "error", any),
            Wanted::Owner(any) => list(f, "owner", any.iter().map(|owner| words::owner(owner))),
            Wanted::Severity(any) => {
                list(f, "severity", any.iter().map(|severity| severity.word()))
            }
            Wanted::Problem(any) => {
                let numbers: Vec<String> = any.iter().map(GroupId::to_string).collect();
                texts(f, "problem", &numbers)
            }
            Wanted::Title(any) => titles(f, any),
            Wanted::Failing(test) => write!(f, "value{test}"),
            Wanted::Shape(any) => texts(f, "shape", any),
            Wanted::Row(first, last) if first == last => write!(f, "row:{first}"),
            Wanted::Row(first, last) => write!(f, "row:{first}..{last}"),
            Wanted::Id(any) => texts(f, "id", any),
            Wanted::Value(path, test) => write!(f, "{}{test}", key_of(path, is_key)),
            Wanted::Now(test) => write!(f, "now{test}"),
            Wanted::Was(test) => write!(f, "was{test}"),
            Wanted::Answer(any) => texts(f, "http", any),
            Wanted::Tries(test) => write!(f, "tries{test}"),
            Wanted::By(any) => texts(f, "by", any),
            Wanted::Fix(any) => texts(f, "fix", any),
            Wanted::Seen(test) => write!(f, "seen{test}"),
            Wanted::Text(text) => f.write_str(&quoted(text, &[' ', ':', ',', '=', '~', '<', '>'])),
            Wanted::Either(terms) => joined(f, terms, " | "),
        }
    }
}

impl Display for Test {
    /// Prints the sign and what stands behind it.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::AnyOf(items) => {
                f.write_str(":")?;
                joined(f, items, ",")
            }
            Self::Exactly(texts) => {
                f.write_str("=")?;
                bare(f, texts)
            }
            Self::Contains(texts) => {
                f.write_str("~")?;
                bare(f, texts)
            }
            Self::Matches(pattern) => write!(f, "~/{pattern}/"),
            Self::Compares(order, bound) => {
                write!(f, "{}{}", order.sign(), quoted(bound, &[]))
            }
        }
    }
}

impl Display for Item {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            // What would mean something else without quotes.
            Self::Like(text) if is_special(text) => write!(f, "\"{}\"", text.replace('"', "\"\"")),
            Self::Like(text) => f.write_str(&quoted(text, &[','])),
            Self::Missing => f.write_str("missing"),
            Self::Empty => f.write_str("empty"),
            Self::Range(first, last) => write!(f, "{first}..{last}"),
            Self::Ago(minutes) => write!(f, "-{minutes}m"),
        }
    }
}

fn joined<T: Display>(f: &mut Formatter<'_>, all: &[T], between: &str) -> Result {
    for (index, one) in all.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        one.fmt(f)?;
    }
    Ok(())
}

fn texts(f: &mut Formatter<'_>, key: &str, values: &[String]) -> Result {
    list(f, key, values.iter().map(String::as_str))
}

fn list<'a>(f: &mut Formatter<'_>, key: &str, values: impl Iterator<Item = &'a str>) -> Result {
    let values: Vec<String> = values.map(|value| quoted(value, &[','])).collect();
    write!(f, "{key}:{}", values.join(","))
}

/// A title that is all digits would be a number.
fn titles(f: &mut Formatter<'_>, titles: &[String]) -> Result {
    let titles: Vec<String> = titles
        .iter()
        .map(|title| format!("\"{}\"", title.replace('"', "\"\"")))
        .collect();
    write!(f, "problem:{}", titles.join(","))
}

fn bare(f: &mut Formatter<'_>, values: &[String]) -> Result {
    // A slash would begin a pattern, and a `=` could belong to the sign.
    let special = |value: &String| {
        if value.starts_with(['/', '=']) {
            format!("\"{}\"", value.replace('"', "\"\""))
        } else {
            quoted(value, &[','])
        }
    };
    let values: Vec<String> = values.iter().map(special).collect();
    f.write_str(&values.join(","))
}

/// The text as it must be typed: in quotes where a bare one would mean something else.
fn quoted(text: &str, special: &[char]) -> String {
    let bare = !text.is_empty()
        && !text.starts_with('-')
        && text != "|"
        && !text.contains('"')
        && !text.contains(special)
        && !text.contains(char::is_whitespace);
    if bare {
        text.to_owned()
    } else {
        format!("\"{}\"", text.replace('"', "\"\""))
    }
}
