//! Finds the elements of a JSON array, or JSON values that follow one another, without building them.
//!
//! What cannot be JSON is an element too, up to the end of its line, so that reading goes on after it.

use std::ops::Range;

/// Walks a JSON text element by element; a text without an array around it is taken value by value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Elements {
    in_array: bool,
}

/// Deeper values are no records.
const MAX_DEPTH: usize = 10_000;

impl Elements {
    /// Puts the elements that end in the buffer into `found`; gives where the next one, or what lies before it, begins.
    /// The buffer begins between elements.
    pub fn cut(&mut self, buffer: &[u8], ended: bool, found: &mut Vec<Range<usize>>) -> usize {
        let mut at = 0;
        loop {
            let mut state = *self;
            let start = state.between(buffer, at);
            if start == buffer.len() {
                *self = state;
                return start;
            }
            match value_end(&buffer[start..], state.in_array, ended) {
                Some(length) => {
                    found.push(start..start + length);
                    *self = state;
                    at = start + length;
                }
                None => return at,
            }
        }
    }

    /// Skips white space, commas and the brackets of the array itself.
    fn between(&mut self, buffer: &[u8], mut at: usize) -> usize {
        while let Some(byte) = buffer.get(at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => {}
                b'[' if !self.in_array => self.in_array = true,
                b']' if self.in_array => self.in_array = false,
                b',' if self.in_array => {}
                _ => break,
            }
            at += 1;
        }
        at
    }
}

/// The length of the value at the start of `text`; `None` when more bytes are needed to tell.
fn value_end(text: &[u8], in_array: bool, ended: bool) -> Option<usize> {
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => match string_end(&text[at..]) {
                Ok(length) => at += length,
                Err(true) => return to_line_end(text, at, ended),
                Err(false) if ended => return to_line_end(text, 0, true),
                Err(false) => return None,
            },
            b'{' | b'[' => {
                open.push(*byte);
                at += 1;
                if open.len() > MAX_DEPTH {
                    return to_line_end(text, at, ended);
                }
            }
            b'}' | b']' if open.is_empty() => {
                // Only the array's own bracket can stand here.
                let own = *byte == b']' && in_array && at > 0;
                return if own {
                    Some(at)
                } else {
                    to_line_end(text, at, ended)
                };
            }
            b'}' | b']' => {
                let fits = open.pop() == Some(if *byte == b'}' { b'{' } else { b'[' });
                at += 1;
                match (fits, open.is_empty()) {
                    (false, _) => return to_line_end(text, at, ended),
                    (true, true) => return Some(at),
                    (true, false) => {}
                }
            }
            b',' | b' ' | b'\t' | b'\n' | b'\r' if open.is_empty() => return Some(at.max(1)),
            _ => at += 1,
        }
        if open.is_empty() && text[at - 1] == b'"' {
            return Some(at);
        }
    }
    match (ended, open.is_empty()) {
        (false, _) => None,
        (true, true) => Some(text.len()),
        (true, false) => to_line_end(text, 0, true),
    }
}

/// The length of a string, quotes included; `Err(true)` when a line break stands in it, which JSON does not allow, and
/// `Err(false)` when the text ends before it.
fn string_end(text: &[u8]) -> Result<usize, bool> {
    let mut at = 1;
    loop {
        at +=
            memchr::memchr3(b'"', b'\\', b'\n', text.get(at..).unwrap_or_default()).ok_or(false)?;
        match text[at] {
            b'"' => return Ok(at + 1),
            b'\n' => return Err(true),
            _ => at += 2,
        }
    }
}

/// The length up to the end of the line that `at` stands on, the line break left out.
fn to_line_end(text: &[u8], at: usize, ended: bool) -> Option<usize> {
    match memchr::memchr(b'\n', &text[at..]) {
        Some(end) => Some((at + end).max(1)),
        None => ended.then_some(text.len()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn elements(text: &str, size: usize) -> Vec<String> {
        let (mut state, mut found, mut all) = (Elements::default(), Vec::new(), Vec::new());
        let (mut start, mut wanted) = (0, size);
        while start < text.len() {
            let end = text.len().min(start + wanted);
            let buffer = &text.as_bytes()[start..end];
            found.clear();
            let cut = state.cut(buffer, end == text.len(), &mut found);
            let part =
                |range: &Range<usize>| String::from_utf8_lossy(&buffer[range.clone()]).into_owned();
            all.extend(found.iter().map(part));
            assert!(cut > 0 || end < text.len(), "the end is always taken");
            wanted = if cut == 0 { wanted * 2 } else { size };
            start += cut;
        }
        all
    }

    #[test]
    fn elements_are_found_whatever_the_blocks() {
        let check = |text: &str, expected: &[&str]| {
            for size in [1, 2, 7, 1000] {
                assert_eq!(elements(text, size), expected, "{text:?} by {size}");
            }
        };
        check(
            "[{\"a\":\"]}\\\"\"},\n {\"b\":[1,{}]} ]\n",
            &["{\"a\":\"]}\\\"\"}", "{\"b\":[1,{}]}"],
        );
        check("[]", &[]);
        check("[1, \"a,b\" ,null]", &["1", "\"a,b\"", "null"]);
        check("{\n \"a\": 1\n}\n", &["{\n \"a\": 1\n}"]);
        check("{}\n{}", &["{}", "{}"]);
    }

    #[test]
    fn what_is_no_json_ends_with_its_line() {
        let check = |text: &str, expected: &[&str]| {
            for size in [1, 3, 1000] {
                assert_eq!(elements(text, size), expected, "{text:?} by {size}");
            }
        };
        check("[{\"a\":[1}x,\n{\"b\":2}]", &["{\"a\":[1}x,", "{\"b\":2}"]);
        check(
            "[{\"a\":\"open},\n{\"b\":2}]",
            &["{\"a\":\"open},", "{\"b\":2}"],
        );
        check("[{\"a\":1,\n{\"b\":2}", &["{\"a\":1,", "{\"b\":2}"]);
        check("[{}] tail", &["{}", "tail"]);
    }

    proptest! {
        #[test]
        fn any_text_is_cut_the_same_way(text in "[\\[\\]{},\"\\\\a1 \n]{0,40}", size in 1_usize..20) {
            prop_assert_eq!(elements(&text, size), elements(&text, 1000));
        }
    }
}
