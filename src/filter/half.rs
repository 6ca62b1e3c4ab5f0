//! A line that is not finished: what stands where the cursor is, and what can stand there.

use std::ops::Range;

use super::{
    Item,
    field::{field, key_of},
    parse::{cut, is_key, unquoted},
};
use crate::model::Path;

/// What the keys mean, in a word.
pub const MEANINGS: [(&str, &str); 20] = [
    ("is", "state"),
    ("field", "a problem in this field"),
    ("error", "code of a problem"),
    ("problem", "name of a problem"),
    ("value", "the value that fails"),
    ("shape", "shape of the value that fails"),
    ("stage", "where it stopped"),
    ("severity", "error or warning"),
    ("owner", "who answers for the rule"),
    ("now", "any field now"),
    ("was", "any field as received"),
    ("id", "key of the record"),
    ("row", "number of the record"),
    ("by", "who changed it"),
    ("fix", "what changed it"),
    ("http", "answer of the destination"),
    ("tries", "how often it was sent"),
    ("seen", "when it failed"),
    ("status", "state, as in exports"),
    ("run", "number of the run"),
];

/// What `is:` takes besides the states of a record.
pub const STANDINGS: [(&str, &str); 6] = [
    ("changed", "differs from what was received"),
    ("new", "a problem no run before had"),
    ("back", "a problem that came back"),
    ("warning", "has a warning"),
    ("unreadable", "cannot be split into fields"),
    ("marked", "marked by you"),
];

/// The part of a line before the cursor that can be finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Half {
    /// Where it stands in the line; what is chosen takes its place.
    pub place: Range<usize>,
    pub part: Part,
    /// As far as it is typed, without quotes.
    pub typed: String,
    /// The line without the term it belongs to.
    pub others: String,
}

/// Which part of a term it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A key, a field's name, or text to look for.
    Key,
    /// One of the values behind a sign.
    Value(Of, char),
}

/// Whose values they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// The field at a path, as it is now; `[]` stands in it for any position.
    Field(String),
    /// One of the [`KEYS`](super::KEYS).
    Key(String),
}

/// The values that a list has, the most common first, with how many of its records have each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    pub values: Vec<(Item, u64)>,
    /// These are all values that begin with what was typed.
    pub all: bool,
    /// All records of the list were looked at; else there may be more of each.
    pub whole: bool,
    /// The list took too long to find: values and numbers are those of all records of the run.
    pub of_run: bool,
}

impl Half {
    /// `None` where nothing can be finished: within a word, in text that is quoted, behind `>` or in a pattern.
    pub fn at(line: &str, cursor: usize) -> Option<Self> {
        let (before, after) = line.split_at_checked(cursor)?;
        let (start, is_quoted) = last_term(before);
        let ends = after.chars().next();
        if !is_quoted && ends.is_some_and(|c| !c.is_whitespace() && c != ',') {
            return None;
        }
        let term = &before[start..];
        let body = term.strip_prefix('-').unwrap_or(term);
        let at = cursor - body.len();
        let (from, part) = match cut(body) {
            Some((key, signed)) => value_at(body, key, signed)?,
            None if body.contains('"') || ends == Some(',') => return None,
            None => (0, Part::Key),
        };
        Some(Self {
            place: at + from..cursor + end_of_value(after, is_quoted),
            typed: unquoted(&body[from..]),
            part,
            others: beside_half(line, cursor).1,
        })
    }

    /// The line with a key or value in this place, and where the cursor stands then.
    pub fn finished(&self, line: &str, with: &str) -> (String, usize) {
        let cursor = self.place.start + with.len();
        let line = format!(
            "{}{with}{}",
            &line[..self.place.start],
            &line[self.place.end..]
        );
        (line, cursor)
    }
}

impl Of {
    /// Whether there are values to choose from.
    pub fn is_counted(&self) -> bool {
        match self {
            Self::Field(_) => true,
            Self::Key(key) => !matches!(
                key.as_str(),
                "run" | "row" | "id" | "now" | "was" | "tries" | "seen"
            ),
        }
    }

    /// A value as it is typed behind a sign; `None` where it cannot stand there.
    pub fn written(&self, sign: char, value: &Item) -> Option<String> {
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        match value {
            // The names of problems are like numbers only in quotes.
            Item::Like(text) if *self == Self::Key("problem".to_owned()) => Some(quoted(text)),
            Item::Like(text) if sign != ':' && text.starts_with(['/', '=']) => Some(quoted(text)),
            Item::Like(_) => Some(value.to_string()),
            Item::Missing | Item::Empty if sign == ':' => Some(value.to_string()),
            _ => None,
        }
    }
}

/// Whether a word is one that goes with what was typed of it; case makes no difference.
pub fn begins(word: &str, typed: &str) -> bool {
    word.to_lowercase().starts_with(&typed.to_lowercase())
}

/// The key that asks for the values of a field.
pub fn key_of_field(path: &Path) -> String {
    key_of(path.as_str(), is_key)
}

/// The term of a line that the cursor is in, which may be half typed, and the line without it: without the `|` as well that
/// waits for it.
pub fn beside_half(line: &str, cursor: usize) -> (&str, String) {
    let (start, mut quoted) = last_term(&line[..cursor]);
    let mut end = line.len();
    for (at, c) in line[cursor..].char_indices() {
        quoted ^= c == '"';
        if c.is_whitespace() && !quoted {
            end = cursor + at;
            break;
        }
    }
    let (mut left, mut right) = (&line[..start], &line[end..]);
    let is_apart = |text: &str| text.is_empty() || text.ends_with(char::is_whitespace);
    let waits = left.trim_end().strip_suffix('|');
    if let Some(one) = waits.filter(|one| is_apart(one)) {
        left = one;
    } else if let Some(other) = right.trim_start().strip_prefix("| ") {
        right = other;
    }
    (&line[start..end], format!("{left}{right}"))
}

/// Where a value ends that goes on behind the cursor, perhaps in a quote that is open there.
fn end_of_value(after: &str, mut quoted: bool) -> usize {
    let ends = |(_, c): &(usize, char)| {
        quoted ^= *c == '"';
        !quoted && (*c == ',' || c.is_whitespace())
    };
    let end = after.char_indices().find(ends);
    end.map_or(after.len(), |(at, _)| at)
}

/// Where the last term of a text begins, and whether a quote of it is open.
fn last_term(text: &str) -> (usize, bool) {
    let (mut start, mut quoted) = (0, false);
    for (at, c) in text.char_indices() {
        quoted ^= c == '"';
        if c.is_whitespace() && !quoted {
            start = at + c.len_utf8();
        }
    }
    (start, quoted)
}

/// Where the last value of a term begins, and whose it is.
fn value_at(body: &str, key: &str, signed: &str) -> Option<(usize, Part)> {
    let sign = signed
        .chars()
        .next()
        .filter(|sign| matches!(sign, ':' | '=' | '~'))?;
    let values = &signed[1..];
    if values.starts_with(['>', '<']) || (sign == '~' && values.starts_with('/')) {
        return None;
    }
    let (mut from, mut quoted) = (0, false);
    for (at, c) in values.char_indices() {
        quoted ^= c == '"';
        if c == ',' && !quoted {
            from = at + 1;
        }
    }
    let word = key.to_lowercase();
    let of = match key.strip_prefix('.') {
        Some(name) => Of::Field(field(&unquoted(name))?),
        None if is_key(&word) => Of::Key(word),
        None => Of::Field(field(key)?),
    };
    if of == Of::Field(String::new()) {
        return None;
    }
    Some((body.len() - values.len() + from, Part::Value(of, sign)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{Filter, KEYS};

    /// What is typed where `^` stands in a line, as `part/typed/others`.
    fn half(line: &str) -> Option<(Part, String, String)> {
        let cursor = line.find('^').unwrap();
        let half = Half::at(&line.replace('^', ""), cursor)?;
        Some((half.part, half.typed, half.others))
    }

    fn of(key: &str) -> Part {
        Part::Value(Of::Key(key.to_owned()), ':')
    }

    fn field(pattern: &str, sign: char) -> Part {
        Part::Value(Of::Field(pattern.to_owned()), sign)
    }

    #[test]
    fn the_part_before_the_cursor_is_known_with_the_terms_beside_it() {
        let check = |line: &str, part: Part, typed: &str, others: &str| {
            let expected = Some((part, typed.to_owned(), others.to_owned()));
            assert_eq!(half(line), expected, "{line}");
        };
        check("^", Part::Key, "", "");
        check("is:ready coun^", Part::Key, "coun", "is:ready ");
        check("-st^ is:ready", Part::Key, "st", " is:ready");
        check("is:^", of("is"), "", "");
        check("IS:re^", of("is"), "re", "");
        check("is:ready,fi^ x", of("is"), "fi", " x");
        check("country:^", field("/country", ':'), "", "");
        check(
            "x -country:DE,\"F^\" y",
            field("/country", ':'),
            "F",
            "x  y",
        );
        check("lines[].qty=1^", field("/lines/[]/qty", '='), "1", "");
        check("name~\"rue de^", field("/name", '~'), "rue de", "");
        check("name:\"rue^ de\" y", field("/name", ':'), "rue", " y");
        check("a | country:^", field("/country", ':'), "", "a ");
        check(".status:^", field("/status", ':'), "", "");
        check(".\"/a b\":x^", field("/a b", ':'), "x", "");
    }

    #[test]
    fn the_term_under_the_cursor_is_told_from_those_beside_it() {
        let check = |line: &str, term: &str, others: &str| {
            let cursor = line.find('^').unwrap();
            let line = line.replace('^', "");
            assert_eq!(beside_half(&line, cursor), (term, others.to_owned()));
        };
        check("is:ready country:^", "country:", "is:ready ");
        check("coun^try: is:ready", "country:", " is:ready");
        check("is:ready ^", "", "is:ready ");
        check("x \"rue de^", "\"rue de", "x ");
        check("x name:\"rue^ de\" y", "name:\"rue de\"", "x  y");
        check("a | country:^", "country:", "a ");
        check("a |^", "|", "a ");
        check("a | ^", "", "a ");
        check("country:^ | a", "country:", "a");
        check("a| b^", "b", "a| ");
        check("^", "", "");
    }

    #[test]
    fn nothing_is_finished_within_a_word_a_text_a_pattern_or_behind_a_comparison() {
        for line in [
            "coun^try",
            "is:re^ady",
            "\"some te^",
            "amount:>1^",
            "amount>1^",
            "name~/a^",
        ] {
            assert_eq!(half(line), None, "{line}");
        }
    }

    #[test]
    fn what_is_chosen_parses_back_to_the_value() {
        let check = |of: &str, sign: char, value: &str, written: &str| {
            let of = Half::at(&format!("{of}{sign}"), of.len() + 1).unwrap();
            let Part::Value(of, sign) = of.part else {
                panic!("{of:?}")
            };
            let line = of.written(sign, &Item::Like(value.to_owned()));
            assert_eq!(line.as_deref(), Some(written));
        };
        check("country", ':', "DE", "DE");
        check("name", ':', "rue, \"x\"", "\"rue, \"\"x\"\"\"");
        check("name", ':', "missing", "\"missing\"");
        check("name", '=', "/a/", "\"/a/\"");
        check("problem", ':', "12", "\"12\"");
        let of = Of::Field("/a".to_owned());
        assert_eq!(of.written(':', &Item::Missing).as_deref(), Some("missing"));
        assert_eq!(of.written('=', &Item::Empty), None);
        let half = Half::at("x is:re y", 7).unwrap();
        let (line, cursor) = half.finished("x is:re y", "ready");
        assert_eq!((line.as_str(), cursor), ("x is:ready y", 10));
        let half = Half::at("name:\"rue de\",x y", 9).unwrap();
        let (line, cursor) = half.finished("name:\"rue de\",x y", "\"rue du\"");
        assert_eq!((line.as_str(), cursor), ("name:\"rue du\",x y", 13));
    }

    #[test]
    fn every_key_has_a_meaning_and_every_standing_is_understood() {
        let mut meant = MEANINGS.map(|(key, _)| key);
        let mut keys = KEYS;
        meant.sort_unstable();
        keys.sort_unstable();
        assert_eq!(meant, keys);
        for (word, _) in STANDINGS {
            Filter::parse(&format!("is:{word}")).unwrap();
        }
    }
}
