//! A strict JSON reader. serde_json would do but for three things: it takes the last of two equal names, it turns an
//! object with a certain name into a number, and its messages do not say what stands where.

use serde_json::{Map, Value, map::Entry};

use super::Stop;
use crate::{
    model::{Path, Problem},
    row::{coerce, problems},
};

/// How deep objects and arrays may stand in each other; serde_json, which reads stored values, takes no more.
pub const MAX_DEPTH: usize = 127;

const NEVER_CLOSED: &str = "A text begins here and its closing quote is missing";

/// Reads one object.
pub(super) fn read(text: &str) -> Result<Value, Box<Problem>> {
    match Parser::new(text).whole() {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(other) => Err(not_object(&other)),
        Err(wrong) => Err(wrong.problem(text)),
    }
}

/// Reads any value that can stand in a record; `None` where the text is none.
pub(super) fn value(text: &str) -> Option<Value> {
    let mut parser = Parser::new(text);
    parser.depth = 1;
    parser.whole().ok()
}

/// The byte where reading a text that is no JSON stops.
pub(super) fn stopped_at(text: &str) -> Option<usize> {
    Parser::new(text).whole().err().map(|wrong| wrong.at)
}

/// The same, with what kind of stop it is.
pub(super) fn stop(text: &str) -> Option<Stop> {
    let Wrong { at, code, what, .. } = Parser::new(text).whole().err()?;
    let opens = what == NEVER_CLOSED;
    Some(Stop { at, code, opens })
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

/// Why a text is no JSON, on its way up.
struct Wrong {
    at: usize,
    code: &'static str,
    what: String,
    hint: &'static str,
    /// The names and positions that lead there, innermost first.
    inside: Vec<String>,
}

type Step<T> = Result<T, Wrong>;

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    fn whole(&mut self) -> Step<Value> {
        self.skip_space();
        if self.at == self.text.len() {
            return Err(wrong(
                self.at,
                "The text is empty",
                "Write the record as {\"name\": value}.",
            ));
        }
        let value = self.value()?;
        self.skip_space();
        if self.at < self.text.len() {
            return Err(self.unexpected("the end", "One record is one object."));
        }
        Ok(value)
    }

    fn value(&mut self) -> Step<Value> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => Err(self.no_value()),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Step<Value>) -> Step<Value> {
        if self.depth == MAX_DEPTH {
            let what = format!("Objects and lists stand in each other more than {MAX_DEPTH} deep");
            let mut found = wrong(self.at, what, "Flatten the record.");
            found.code = "json:depth";
            return Err(found);
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> Step<Value> {
        let mut members = Map::new();
        self.skip_space();
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.skip_space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a name in double quotes", self.comma_hint()));
            }
            let name = self.string()?;
            self.skip_space();
            if !self.take(b':') {
                return Err(self.unexpected("\":\" after a name", ""));
            }
            self.skip_space();
            let value = self.value().map_err(|wrong| wrong.inside(&name))?;
            match members.entry(name) {
                Entry::Vacant(new) => {
                    new.insert(value);
                }
                Entry::Occupied(first) => return Err(duplicate(start, first.key())),
            }
            self.skip_space();
            if self.take(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.take(b',') {
                return Err(self.unexpected(
                    "\",\" or \"}\"",
                    "A comma or a quote before it may be missing.",
                ));
            }
        }
    }

    fn array(&mut self) -> Step<Value> {
        let mut items = Vec::new();
        self.skip_space();
        if self.take(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            self.skip_space();
            let item = self
                .value()
                .map_err(|wrong| wrong.inside(&items.len().to_string()))?;
            items.push(item);
            self.skip_space();
            if self.take(b']') {
                return Ok(Value::Array(items));
            }
            if !self.take(b',') {
                return Err(self.unexpected(
                    "\",\" or \"]\"",
                    "A comma or a quote before it may be missing.",
                ));
            }
        }
    }

    fn string(&mut self) -> Step<String> {
        let open = self.at;
        self.at += 1;
        let mut value = String::new();
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
            let Some(plain) = rest.iter().position(special) else {
                return Err(wrong(open, NEVER_CLOSED, "Add the closing quote."));
            };
            value.push_str(&self.text[self.at..self.at + plain]);
            self.at += plain;
            match rest[plain] {
                b'"' => {
                    self.at += 1;
                    return Ok(value);
                }
                b'\\' => value.push(self.escape()?),
                control => {
                    let what = format!("A control character (U+{control:04X}) stands in a text");
                    return Err(wrong(
                        self.at,
                        what,
                        "Write a line break as \\n and a tab as \\t.",
                    ));
                }
            }
        }
    }

    fn escape(&mut self) -> Step<char> {
        let start = self.at;
        let letter = self.text[start + 1..].chars().next();
        self.at += 2;
        Ok(match letter {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => return self.unicode(start),
            _ => {
                let what = format!("\"\\\" is followed by {}", named(letter));
                return Err(wrong(start, what, "Write a backslash as \\\\."));
            }
        })
    }

    /// A character written as `\u` and four digits, or two such that make one.
    fn unicode(&mut self, start: usize) -> Step<char> {
        let first = self.four_digits(start)?;
        if let Some(c) = char::from_u32(first) {
            return Ok(c);
        }
        let half = |at: usize| {
            let what = format!(
                "{} is half a character and its other half is missing",
                &self.text[at..at + 6]
            );
            wrong(at, what, "Remove it, or write the whole character.")
        };
        if first >= 0xdc00 || !self.text[self.at..].starts_with("\\u") {
            return Err(half(start));
        }
        let no_half = half(start);
        let next = self.at;
        self.at += 2;
        let second = self.four_digits(next)?;
        if !(0xdc00..0xe000).contains(&second) {
            return Err(no_half);
        }
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)).ok_or(no_half)
    }

    fn four_digits(&mut self, start: usize) -> Step<u32> {
        let digits = self.text.get(self.at..self.at + 4);
        let code = digits
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.at += 4;
        code.ok_or_else(|| wrong(start, "\\u is not followed by four hexadecimal digits", ""))
    }

    fn number(&mut self) -> Step<Value> {
        let start = self.at;
        let part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let rest = &self.text.as_bytes()[start..];
        let length = rest
            .iter()
            .position(|byte| !part(byte))
            .unwrap_or(rest.len());
        let text = &self.text[start..start + length];
        self.at += length;
        if coerce::is_number(text) {
            return Ok(Value::Number(coerce::number(text)));
        }
        let hint = "A number has no zeros in front and digits on both sides of its point; else put it in quotes.";
        let what = if text == "-" && self.text[self.at..].starts_with('I') {
            "-Infinity is no JSON value".to_owned()
        } else {
            format!("\"{text}\" is no number")
        };
        Err(wrong(start, what, hint))
    }

    fn word(&mut self, word: &str, value: Value) -> Step<Value> {
        let rest = &self.text[self.at..];
        if !rest.starts_with(word) {
            return Err(self.no_value());
        }
        self.at += word.len();
        Ok(value)
    }

    fn skip_space(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.at += rest.iter().take_while(|byte| space(byte)).count();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn no_value(&self) -> Wrong {
        let rest = &self.text[self.at..];
        let word: String = rest
            .chars()
            .take_while(|c| c.is_alphanumeric())
            .take(20)
            .collect();
        match word.as_str() {
            "" => self.unexpected("a value", self.comma_hint()),
            "NaN" | "Infinity" => {
                let what = format!("{word} is no JSON value");
                wrong(self.at, what, "Write null, or leave the field out.")
            }
            "True" | "False" | "TRUE" | "FALSE" | "None" | "NULL" | "Null" | "undefined" => {
                let what = format!("{word} is no JSON value");
                wrong(self.at, what, "JSON writes true, false and null.")
            }
            _ => {
                let what = format!("\"{word}\" stands where a value must begin");
                wrong(self.at, what, "Put text in double quotes.")
            }
        }
    }

    fn comma_hint(&self) -> &'static str {
        let before = self.text[..self.at].trim_end();
        match self.peek() {
            Some(b'}' | b']') if before.ends_with(',') => "Remove the comma before it.",
            Some(b'\'') => "JSON puts names and text in double quotes.",
            Some(b'/' | b'#') => "JSON has no comments.",
            None => "The text was cut off.",
            _ => "",
        }
    }

    fn unexpected(&self, wanted: &str, hint: &'static str) -> Wrong {
        let found = named(self.text[self.at..].chars().next());
        let hint = if self.at == self.text.len() {
            "The text was cut off."
        } else {
            hint
        };
        wrong(
            self.at,
            format!("Expected {wanted} but found {found}"),
            hint,
        )
    }
}

impl Wrong {
    fn inside(mut self, segment: &str) -> Self {
        self.inside.push(segment.to_owned());
        self
    }

    fn problem(self, text: &str) -> Box<Problem> {
        let path = self
            .inside
            .iter()
            .rev()
            .fold(Path::root(), |path, segment| path.child(segment));
        let place = place(text, self.at);
        let message = match self.code {
            "json:duplicate_key" => {
                let name = self.inside.first().map_or("", String::as_str);
                format!(
                    "The name \"{name}\" stands twice in one object ({}), again at {place}.",
                    path.label()
                )
            }
            _ => format!("{} at {place}.", self.what),
        };
        problems::problem(self.code, message, self.hint.to_owned())
    }
}

fn not_object(value: &Value) -> Box<Problem> {
    let kind = match value {
        Value::Array(_) => "a list",
        Value::String(_) => "a text",
        Value::Number(_) => "a number",
        Value::Bool(_) => "a truth value",
        Value::Null | Value::Object(_) => "null",
    };
    let message = format!("A record must be an object in braces, but this is {kind}.");
    let hint = "Write the record as {\"name\": value}.".to_owned();
    problems::problem("json:not_object", message, hint)
}

fn wrong(at: usize, what: impl Into<String>, hint: &'static str) -> Wrong {
    Wrong {
        at,
        code: "json:syntax",
        what: what.into(),
        hint,
        inside: Vec::new(),
    }
}

fn duplicate(at: usize, name: &str) -> Wrong {
    let mut found = wrong(
        at,
        "",
        "Keep one of the two and rename or remove the other.",
    );
    found.code = "json:duplicate_key";
    found.inside(name)
}

/// `column 14`, with the line in front where there is more than one. Both count from 1, and columns in characters.
fn place(text: &str, at: usize) -> String {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before[line_start..].chars().count() + 1;
    let line = before.matches('\n').count() + 1;
    if text.contains('\n') {
        format!("line {line}, column {column}")
    } else {
        format!("column {column}")
    }
}

fn named(c: Option<char>) -> String {
    match c {
        None => "the end".to_owned(),
        Some('"') => "a double quote".to_owned(),
        Some(c) => format!("\"{c}\""),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn problem(text: &str) -> (String, String, String) {
        let problem = read(text).unwrap_err();
        (problem.code, problem.message, problem.hint)
    }

    #[test]
    fn the_message_says_what_stands_where() {
        let check = |text: &str, code: &str, message: &str, hint: &str| {
            let expected = (code.to_owned(), message.to_owned(), hint.to_owned());
            assert_eq!(problem(text), expected, "{text}");
        };
        check(
            r#"{"ä":1 "b":2}"#,
            "json:syntax",
            "Expected \",\" or \"}\" but found a double quote at column 8.",
            "A comma or a quote before it may be missing.",
        );
        check(
            "{\"a\":1,\n\"b\":NaN}",
            "json:syntax",
            "NaN is no JSON value at line 2, column 5.",
            "Write null, or leave the field out.",
        );
        check(
            r#"{"a":"\ud83d"}"#,
            "json:syntax",
            "\\ud83d is half a character and its other half is missing at column 7.",
            "Remove it, or write the whole character.",
        );
        check(
            r#"{"a":1,}"#,
            "json:syntax",
            "Expected a name in double quotes but found \"}\" at column 8.",
            "Remove the comma before it.",
        );
        check(
            r#"{"a":{"id":1,"id":2}}"#,
            "json:duplicate_key",
            "The name \"id\" stands twice in one object (a.id), again at column 14.",
            "Keep one of the two and rename or remove the other.",
        );
        check(
            "[1]",
            "json:not_object",
            "A record must be an object in braces, but this is a list.",
            "Write the record as {\"name\": value}.",
        );
    }

    #[test]
    fn what_serde_json_refuses_is_refused() {
        let deep = |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
        let texts = [
            r#"{"a":"\ud83d\u0041"}"#,
            r#"{"a":"\udc00"}"#,
            r#"{"a":"\ud83d\ude00"}"#,
            r#"{"a":"\u00e"}"#,
            r#"{"a":"\x"}"#,
            "{\"a\":\"\t\"}",
            r#"{"a":01}"#,
            r#"{"a":-}"#,
            r#"{"a":1.}"#,
            r#"{"a":1e400}"#,
            r#"{"a":-0.0e-0}"#,
            r#"{"a":-Infinity}"#,
            r"{'a':1}",
            "{\"a\":1}\u{feff}",
            "\u{feff}{}",
            r#"{"a":tru}"#,
            r#"{"a":truefalse}"#,
            r#"{"a""#,
            r#"{"a":"\"#,
            r#"{"a":"\ü"}"#,
            r#"{"a":"\u00ü"}"#,
            "",
            "{} {}",
            &deep(MAX_DEPTH),
            &deep(MAX_DEPTH + 1),
            &deep(100_000),
        ];
        for text in texts {
            let theirs = serde_json::from_str::<Value>(text);
            assert_eq!(
                read(text).is_ok(),
                theirs.is_ok(),
                "{}",
                &text[..text.len().min(80)]
            );
        }
        assert_eq!(problem(&deep(MAX_DEPTH + 1)).0, "json:depth");
    }

    #[test]
    fn no_name_has_a_meaning_of_its_own() {
        let text = r#"{"$serde_json::private::Number":"1"}"#;
        assert!(read(text).unwrap().is_object());
    }

    #[test]
    fn digits_and_order_stay() {
        let text = r#"{"z":1.10,"a":123456789012345678901234567890,"m":-0,"e":[1e2,1E+2,1.0,-0.0e-0,1E400]}"#;
        assert_eq!(read(text).unwrap().to_string(), text);
    }

    proptest! {
        #[test]
        fn every_text_is_read_as_serde_json_reads_it(inner in "[\\[\\]{}\",:a\\\\un0-2.eE+ \u{1}é-]{0,16}") {
            let text = format!("{{\"k\":{inner}}}");
            match (read(&text), serde_json::from_str::<Value>(&text)) {
                // Theirs forgets how an exponent was written, so ours is read once more.
                (Ok(ours), theirs) => {
                    let again: Value = serde_json::from_str(&ours.to_string()).unwrap();
                    prop_assert_eq!(again, theirs.unwrap());
                }
                (Err(problem), Ok(_)) => prop_assert_eq!(problem.code, "json:duplicate_key"),
                (Err(_), Err(_)) => {}
            }
        }
    }
}
