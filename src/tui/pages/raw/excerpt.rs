//! A text as it stands in the file: its lines, what cannot be seen in it, and where reading it stopped.

use std::collections::BTreeSet;

use unicode_segmentation::UnicodeSegmentation;

use crate::{
    model::{Form, RecordDetail},
    row, text,
};

/// Of longer lines only this many characters are shown, around the place where reading stopped.
const WINDOW: usize = 4_000;

/// What Windows-1252 has where Latin-1 has control characters, for the bytes 80 to 9F. Five of them stand for nothing.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The lines of a record's text, safe to print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    pub lines: Vec<String>,
    /// Physical line number in the file of the first line.
    pub number: u64,
    /// Where reading stopped: index into `lines`, and the column there.
    pub caret: Option<(usize, usize)>,
    /// What a person cannot see: hidden characters, line end, encoding.
    pub unseen: String,
    /// How far it is scrolled: lines, columns.
    pub top: usize,
    pub shift: usize,
    pub wrapped: bool,
    /// The columns it had when it was scrolled to the caret.
    pub placed: usize,
    /// Whether it is what a tool said of the record, and not the record.
    pub is_said: bool,
}

impl Excerpt {
    pub fn new(record: &RecordDetail) -> Self {
        let bytes = &record.text.bytes;
        let stopped = row::stopped_at(&record.layout, record.text.form, body(bytes));
        let mut lines = Vec::new();
        let mut caret = None;
        let mut before = 0;
        for line in body(bytes).split(|byte| *byte == b'\n') {
            let offset = stopped
                .filter(|at| (before..=before + line.len()).contains(at) && caret.is_none())
                .map(|at| at - before);
            let (shown, column) = window(line, offset);
            if let Some(column) = column {
                caret = Some((lines.len(), column));
            }
            lines.push(shown);
            before += line.len() + 1;
        }
        Self {
            lines,
            number: record.row.line,
            caret,
            unseen: unseen(bytes),
            is_said: record.text.form == Form::Excerpt,
            ..Self::default()
        }
    }

    pub fn last_top(&self) -> usize {
        self.lines.len().saturating_sub(1)
    }
}

/// A text for editing, and whether it is the same text: where it is not, bytes that are no UTF-8 were read as
/// Windows-1252.
pub fn decode(bytes: &[u8]) -> (String, bool) {
    let bytes = body(bytes);
    let mut text = String::with_capacity(bytes.len());
    let mut same = true;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            same = false;
            text.push(match byte {
                0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
                _ => char::from(*byte),
            });
        }
    }
    (text, same)
}

/// Part of a safe text: at most `columns` columns from column `shift` on.
pub fn slice(line: &str, shift: usize, columns: usize) -> String {
    let mut out = String::new();
    let (mut at, mut used) = (0, 0);
    for grapheme in line.graphemes(true) {
        let width = text::width(grapheme);
        if at >= shift {
            if used + width > columns {
                break;
            }
            out.push_str(grapheme);
            used += width;
        }
        at += width;
    }
    out
}

/// The text without its line end.
fn body(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

/// The line, safe to print, with the column of a byte offset in it. A very long line is cut to what is around the offset.
fn window(line: &[u8], offset: Option<usize>) -> (String, Option<usize>) {
    let middle = offset.unwrap_or(0).min(line.len());
    let from = if line.len() <= WINDOW {
        0
    } else {
        boundary(line, middle.saturating_sub(WINDOW / 2))
    };
    let to = boundary(line, (from + WINDOW).min(line.len()));
    let before = if from > 0 { "…" } else { "" };
    let after = if to < line.len() { "…" } else { "" };
    let middle = middle.max(from);
    let left = text::safe_bytes(&line[from..middle]);
    let column = offset.map(|_| text::width(before) + text::width(&left));
    let right = text::safe_bytes(&line[middle..to.max(middle)]);
    (format!("{before}{left}{right}{after}"), column)
}

/// The next place at or after `at` where no character is cut in half.
fn boundary(line: &[u8], at: usize) -> usize {
    (at..line.len())
        .find(|at| line[*at] & 0xc0 != 0x80)
        .unwrap_or(line.len())
}

fn unseen(bytes: &[u8]) -> String {
    let mut names = BTreeSet::new();
    let mut bad = 0_usize;
    for chunk in body(bytes).utf8_chunks() {
        bad += chunk.invalid().len();
        for c in chunk.valid().chars() {
            if text::is_hidden(c) && c != '\n' {
                names.insert(text::safe(c.encode_utf8(&mut [0; 4])).into_owned());
            }
        }
    }
    let hidden = match names.len() {
        0 => "none".to_owned(),
        1..=6 => names.into_iter().collect::<Vec<_>>().join(" "),
        many => format!("{many} kinds"),
    };
    let end = match bytes {
        [.., b'\r', b'\n'] => "   Line ends with CR LF (Windows).",
        [.., b'\n'] => "   Line ends with LF.",
        _ => "",
    };
    let encoding = match bad {
        0 => "UTF-8".to_owned(),
        bad => format!("not UTF-8 ({})", text::count(bad as u64, "byte")),
    };
    format!("Hidden characters: {hidden}.{end}   Encoding: {encoding}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bad_bytes_are_read_as_windows_1252_for_editing_and_said_to_be_a_change() {
        let check = |bytes: &[u8], text: &str, same| {
            assert_eq!(decode(bytes), (text.to_owned(), same));
        };
        check(b"M\xfcller,\x80 5\r\n", "Müller,€ 5", false);
        check("Müller\n".as_bytes(), "Müller", true);
    }

    #[test]
    fn what_cannot_be_seen_is_named() {
        let check = |bytes: &[u8], expected: &str| assert_eq!(unseen(bytes), expected);
        check(b"a,b", "Hidden characters: none.   Encoding: UTF-8");
        check(
            b"a\tb\xff\r\n",
            "Hidden characters: <TAB>.   Line ends with CR LF (Windows).   Encoding: not UTF-8 (1 byte)",
        );
    }

    #[test]
    fn a_very_long_line_is_cut_around_the_place_that_matters() {
        let line = format!("{}X{}", "ä".repeat(10_000), "b".repeat(10_000));
        let (shown, column) = window(line.as_bytes(), Some(20_000));
        let column = column.unwrap();
        assert!(shown.starts_with('…') && shown.ends_with('…'));
        assert_eq!(shown.chars().nth(column), Some('X'));
        assert!(shown.chars().count() < WINDOW);
    }

    proptest! {
        #[test]
        fn any_bytes_are_shown_and_decoded(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0..400_usize) {
            let (shown, _) = window(&bytes, Some(at));
            prop_assert!(!shown.chars().any(text::is_hidden));
            let (decoded, same) = decode(&bytes);
            prop_assert_eq!(same, decoded.as_bytes() == body(&bytes));
        }
    }
}
