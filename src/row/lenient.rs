//! JSON as tools really write it: Python's bare `NaN` and `Infinity`, and lone surrogates. Values are found, not built: a
//! record keeps the exact text it had.

use std::borrow::Cow;

/// Deeper values are refused.
const MAX_DEPTH: usize = 128;

/// The members of an object: name and value's text, in order. `None` when the text is not one object.
pub fn members(text: &str) -> Option<Vec<(Cow<'_, str>, &str)>> {
    let mut found = Vec::new();
    let mut walk = Walk { text, at: 0 };
    walk.items(b'{', b'}', |walk| {
        let name = walk.value(1)?;
        let name = string(name)?;
        walk.space();
        walk.byte(b':')?;
        walk.space();
        found.push((name, walk.value(1)?));
        Some(())
    })?;
    walk.space();
    (walk.at == text.len()).then_some(found)
}

/// The elements of an array. `None` when the text is not one array.
pub fn elements(text: &str) -> Option<Vec<&str>> {
    let mut found = Vec::new();
    let mut walk = Walk { text, at: 0 };
    walk.items(b'[', b']', |walk| {
        found.push(walk.value(1)?);
        Some(())
    })?;
    walk.space();
    (walk.at == text.len()).then_some(found)
}

/// The value of a string's text; lone surrogates become U+FFFD.
pub fn string(text: &str) -> Option<Cow<'_, str>> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    match String::from_utf8(string_bytes(text)?) {
        Ok(text) => Some(Cow::Owned(text)),
        Err(error) => Some(Cow::Owned(
            String::from_utf8_lossy(error.as_bytes()).into_owned(),
        )),
    }
}

/// The bytes a string's text stands for. Python writes a byte that is not UTF-8 as a surrogate of its own (U+DC80 to
/// U+DCFF); it becomes that byte again. Any other lone surrogate becomes the three bytes that are not UTF-8 either.
pub fn string_bytes(text: &str) -> Option<Vec<u8>> {
    let mut rest = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = Vec::with_capacity(rest.len());
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let escape = *rest.as_bytes().get(at + 1)?;
        rest = rest.get(at + 2..)?;
        let plain = match escape {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            b'"' | b'\\' | b'/' => escape,
            b'u' => {
                rest = unit(rest, &mut bytes)?;
                continue;
            }
            _ => return None,
        };
        bytes.push(plain);
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}

/// Takes the digits after `\u`, and the second half of a pair.
fn unit<'a>(rest: &'a str, bytes: &mut Vec<u8>) -> Option<&'a str> {
    let hex = |text: &str| u32::from_str_radix(text.get(..4)?, 16).ok();
    let first = hex(rest)?;
    let after = &rest[4..];
    let second = after.strip_prefix("\\u").and_then(hex);
    if let (0xD800..0xDC00, Some(second @ 0xDC00..0xE000)) = (first, second) {
        let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        let pair = char::from_u32(code)?;
        bytes.extend_from_slice(pair.encode_utf8(&mut [0; 4]).as_bytes());
        return after.get(6..);
    }
    match (char::from_u32(first), first) {
        (Some(c), _) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        (None, 0xDC80..=0xDCFF) => bytes.push((first & 0xFF) as u8),
        (None, _) => bytes.extend_from_slice(&[
            0xE0 | (first >> 12) as u8,
            0x80 | (first >> 6 & 0x3F) as u8,
            0x80 | (first & 0x3F) as u8,
        ]),
    }
    Some(after)
}

struct Walk<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Walk<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn byte(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// What stands between two brackets, separated by commas.
    fn items(
        &mut self,
        open: u8,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.space();
        self.byte(open)?;
        self.space();
        if self.byte(close).is_some() {
            return Some(());
        }
        loop {
            self.space();
            item(self)?;
            self.space();
            if self.byte(b',').is_none() {
                return self.byte(close);
            }
        }
    }

    /// The text of the value that begins here.
    fn value(&mut self, depth: usize) -> Option<&'a str> {
        let start = self.at;
        match self.peek()? {
            _ if depth > MAX_DEPTH => return None,
            b'{' => self.items(b'{', b'}', |walk| {
                walk.string()?;
                walk.space();
                walk.byte(b':')?;
                walk.space();
                walk.value(depth + 1).map(drop)
            })?,
            b'[' => self.items(b'[', b']', |walk| walk.value(depth + 1).map(drop))?,
            b'"' => self.string()?,
            _ => self.word()?,
        }
        Some(&self.text[start..self.at])
    }

    fn string(&mut self) -> Option<()> {
        self.byte(b'"')?;
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let found = memchr::memchr2(b'"', b'\\', rest)?;
            self.at += found + 1;
            if rest[found] == b'"' {
                return Some(());
            }
            // The escaped character may be longer than a byte; it is no quote then.
            self.at += self.text.get(self.at..)?.chars().next()?.len_utf8();
        }
    }

    /// A number, `true`, `false`, `null`, `NaN`, `Infinity`.
    fn word(&mut self) -> Option<()> {
        let start = self.at;
        while matches!(
            self.peek(),
            Some(b'+' | b'-' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z')
        ) {
            self.at += 1;
        }
        let word = &self.text[start..self.at];
        let known = ["true", "false", "null", "NaN", "Infinity", "-Infinity"].contains(&word);
        (known || serde_json::from_str::<serde_json::Number>(word).is_ok()).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn members_keep_their_exact_text() {
        let found =
            members("{\"a\": {\"x\" : [1, NaN]}, \"b\\n\":-Infinity, \"c\":\"\\ud800\"}").unwrap();
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(name, text)| (name.as_ref(), *text))
            .collect();
        assert_eq!(
            found,
            [
                ("a", "{\"x\" : [1, NaN]}"),
                ("b\n", "-Infinity"),
                ("c", "\"\\ud800\"")
            ]
        );
        for bad in [
            "",
            "{",
            "{\"a\"}",
            "{\"a\":1,}",
            "{\"a\":nope}",
            "[1]",
            "{} x",
        ] {
            assert_eq!(members(bad), None, "{bad}");
        }
        assert_eq!(elements("[1, {\"a\":2}]").unwrap(), ["1", "{\"a\":2}"]);
        assert_eq!(elements(&"[".repeat(100_000)), None);
    }

    #[test]
    fn escaped_bytes_become_bytes_again() {
        let bytes = |text: &str| string_bytes(text).unwrap();
        assert_eq!(bytes("\"a\\udcffb\""), b"a\xFFb");
        assert_eq!(bytes("\"\\ud83d\\ude00\""), "😀".as_bytes());
        assert_eq!(bytes("\"\\ud800\""), b"\xED\xA0\x80");
        assert_eq!(
            string("\"\\ud800 x\"").unwrap(),
            "\u{FFFD}\u{FFFD}\u{FFFD} x"
        );
        assert_eq!(string_bytes("\"\\u12\""), None);
    }

    proptest! {
        #[test]
        fn what_serde_reads_is_read_the_same(text in "[\\PC\"\\\\\u{1}]{0,20}") {
            let quoted = serde_json::to_string(&text).unwrap();
            let own = string(&quoted).unwrap();
            prop_assert_eq!(own.as_ref(), text.as_str());
        }

        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}:,\"\\\\ué1a ]{0,30}") {
            let _ = (members(&text), elements(&text), string_bytes(&text));
        }
    }
}
