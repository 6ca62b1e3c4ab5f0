//! What Node's console shows of a list of objects, as JSON: names without quotes, strings in any quotes, `[Array]` and `[Object]`
//! for what lies too deep, and `... 37 more items` where the list was cut.
//!
//! What is not shown any more is `null` in the JSON; a string that was cut ends in `…`.

/// Deeper values are refused.
const MAX_DEPTH: usize = 64;

/// A list as JSON.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub json: String,
    /// Elements that the console left out at its end.
    pub left_out: u64,
}

/// Reads a list; `None` when the text is not all of one.
pub(super) fn list(text: &str) -> Option<Shown> {
    let mut walk = Walk {
        rest: text.trim_start(),
        json: String::new(),
        left_out: 0,
    };
    walk.rest.starts_with('[').then_some(())?;
    walk.value(0)?;
    walk.rest.trim().is_empty().then_some(Shown {
        json: walk.json,
        left_out: walk.left_out,
    })
}

struct Walk<'t> {
    rest: &'t str,
    json: String,
    left_out: u64,
}

impl<'t> Walk<'t> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, wanted: &str) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Takes what comes before the first character that `ends` it.
    fn until(&mut self, ends: impl Fn(char) -> bool) -> &'t str {
        let (taken, rest) = (self.rest).split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        self.space();
        match self.rest.chars().next()? {
            _ if depth > MAX_DEPTH => None,
            '[' if self.rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) => {
                self.until(|c| c == ']');
                self.json.push_str("null");
                self.take("]").then_some(())
            }
            '[' => self.elements(depth),
            '{' => self.members(depth),
            '\'' | '"' | '`' => self.text(),
            _ => {
                let word = self.until(|c| matches!(c, ',' | ']' | '}') || c.is_whitespace());
                let known = serde_json::from_str::<serde_json::Value>(word).is_ok();
                self.json.push_str(if known { word } else { "null" });
                (!word.is_empty()).then_some(())
            }
        }
    }

    fn elements(&mut self, depth: usize) -> Option<()> {
        self.rest = &self.rest[1..];
        self.json.push('[');
        let mut is_first = true;
        loop {
            self.space();
            if self.take("]") {
                self.json.push(']');
                return Some(());
            }
            if self.take("... ") {
                let count = self.until(|c| !c.is_ascii_digit()).parse().ok()?;
                if depth == 0 {
                    self.left_out = count;
                }
                self.until(|c| c == ']');
                continue;
            }
            if !is_first {
                self.json.push(',');
            }
            is_first = false;
            self.value(depth + 1)?;
            self.next()?;
        }
    }

    fn members(&mut self, depth: usize) -> Option<()> {
        self.rest = &self.rest[1..];
        self.json.push('{');
        let mut is_first = true;
        loop {
            self.space();
            if self.take("}") {
                self.json.push('}');
                return Some(());
            }
            if !is_first {
                self.json.push(',');
            }
            is_first = false;
            if self.rest.starts_with(['\'', '"', '`']) {
                self.text()?;
            } else {
                let name = self.until(|c| !(c.is_alphanumeric() || matches!(c, '_' | '$')));
                self.json.push_str(&serde_json::to_string(name).ok()?);
            }
            self.space();
            self.take(":").then_some(())?;
            self.json.push(':');
            self.value(depth + 1)?;
            self.next()?;
        }
    }

    /// A comma, unless the closing bracket follows.
    fn next(&mut self) -> Option<()> {
        self.space();
        (self.take(",") || self.rest.starts_with([']', '}'])).then_some(())
    }

    /// A string, which may be written as several that are added up.
    fn text(&mut self) -> Option<()> {
        let mut text = String::new();
        loop {
            self.part(&mut text)?;
            let after = self.rest.trim_start();
            if let Some(more) = after.strip_prefix('+') {
                self.rest = more.trim_start();
                continue;
            }
            if self.take("... ") {
                text.push('…');
                self.until(|c| matches!(c, ',' | '\n' | '}' | ']'));
            }
            self.json.push_str(&serde_json::to_string(&text).ok()?);
            return Some(());
        }
    }

    fn part(&mut self, text: &mut String) -> Option<()> {
        let quote = (self.rest.chars().next()).filter(|c| matches!(c, '\'' | '"' | '`'))?;
        self.rest = &self.rest[1..];
        loop {
            text.push_str(self.until(|c| c == quote || c == '\\'));
            let stop = self.rest.chars().next()?;
            self.rest = &self.rest[1..];
            if stop == quote {
                return Some(());
            }
            let escape = self.rest.chars().next()?;
            self.rest = &self.rest[escape.len_utf8()..];
            text.push(match escape {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'v' => '\u{b}',
                'x' => self.code(2)?,
                'u' => self.code(4)?,
                other => other,
            });
        }
    }

    /// The character of so many hexadecimal digits; half of a pair is U+FFFD.
    fn code(&mut self, digits: usize) -> Option<char> {
        let number = u32::from_str_radix(self.rest.get(..digits)?, 16).ok()?;
        self.rest = &self.rest[digits..];
        Some(char::from_u32(number).unwrap_or('\u{FFFD}'))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_the_console_shows_becomes_json() {
        let check = |text: &str, json: &str, left_out: u64| {
            let shown = list(text).unwrap();
            assert_eq!((shown.json.as_str(), shown.left_out), (json, left_out));
        };
        check("[]", "[]", 0);
        check(
            "[\n  {\n    a: '/4/x',\n    params: { v: [Array], 'b-c': { t: [Object] } },\n    n: -1.5,\n    u: undefined\n  },\n  ... 37 more items\n]\n",
            r#"[{"a":"/4/x","params":{"v":null,"b-c":{"t":null}},"n":-1.5,"u":null}]"#,
            37,
        );
        check("[ [ 1, 2,\n ... 1 more item ], true ]", "[[1,2],true]", 0);
        check(
            r#"[ "it's", 'a\'b\n\x1B\uD83D', `'"`, 'a\n' +
      'b', 'cut'... 20 more characters ]"#,
            r#"["it's","a'b\n\u001b�","'\"","a\nb","cut…"]"#,
            0,
        );
    }

    #[test]
    fn a_list_that_was_cut_off_is_none() {
        for text in [
            "[",
            "[ { a: 1 }",
            "[ { a: 'x",
            "[ 1 2 ]",
            "{ a: 1 }",
            "[ 1 ] x",
            "[ '\\u1",
        ] {
            assert_eq!(list(text), None, "{text}");
        }
        assert_eq!(list(&"[ ".repeat(100_000)), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\[[\\PC\\n'\"\\\\{}, :.+x]{0,60}") {
            let _ = list(&text);
        }
    }
}
