//! A text as it stands in the file: its lines, what cannot be seen in it, and where reading it stopped.

use std::collections::BTreeSet;

use unicode_segmentation::UnicodeSegmentation;

use crate::{
    model::{Form, RecordDetail},
    row::{self, json},
    text,
    tui::widgets::lines::{Lines, Roll},
};

/// Of longer lines only this many characters are shown, around the place where reading stopped.
const WINDOW: usize = 4_000;

/// What Windows-1252 has where Latin-1 has control characters, for the bytes 80 to 9F. Five of them stand for nothing.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Of records with more lines only this many are shown, around the place where reading stopped.
const LINES: usize = 500;

/// How many bytes are shown as numbers on each side of one that is no text.
const BYTES: usize = 8;

/// The lines of a record's text, safe to print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// The record's own lines, and one of the records before and after where they are known.
    pub lines: Vec<Shown>,
    pub caret: Option<Caret>,
    /// The brackets and quotes without a partner, where the text is no JSON; none where the caret stands.
    pub lone: Vec<Caret>,
    /// The bytes around one that is no text.
    pub bytes: Option<String>,
    /// What a person cannot see: hidden characters, line end, encoding.
    pub unseen: String,
    /// How far it is scrolled: rows, columns.
    pub top: usize,
    pub shift: usize,
    pub wrapped: bool,
    /// The columns it had when it was scrolled to the caret.
    pub placed: usize,
    /// How many rows there were when it was drawn, and how many of them were seen.
    pub rows: usize,
    pub seen: usize,
    /// Where they are on the screen.
    pub places: Lines,
    /// Whether it is what a tool said of the record, and not the record.
    pub is_said: bool,
}

/// One line as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Physical line number in the file.
    pub number: u64,
    pub text: String,
    /// Whether it is part of the record.
    pub is_own: bool,
}

/// Where reading stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caret {
    /// Index into the lines, and the column there.
    pub line: usize,
    pub column: usize,
    /// Byte in the text, line in the file, and character in the line, both from 1.
    pub byte: usize,
    pub number: u64,
    pub position: usize,
    /// What is there, and the same where there is little room.
    pub words: &'static str,
    pub short: &'static str,
}

/// A row of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A part of a line; the first has its number.
    Text {
        number: Option<u64>,
        text: String,
        is_own: bool,
    },
    Caret(String),
    /// Brackets or quotes without a partner.
    Lone(String),
    Bytes(String),
}

impl Excerpt {
    pub fn new(record: &RecordDetail) -> Self {
        let bytes = &record.text.bytes;
        let own = body(bytes);
        let stopped = row::stopped_at(&record.layout, record.text.form, own);
        let problem = row::Row::read(&record.layout, record.text.form, own).err();
        let code = problem.map(|problem| problem.code).unwrap_or_default();
        let mut shown = Self {
            unseen: unseen(record),
            is_said: record.text.form == Form::Excerpt,
            bytes: (stopped.filter(|_| code == "encoding:utf-8")).map(|at| numbers(own, at)),
            ..Self::default()
        };
        if let Some(before) = &record.before {
            let text = body(&before.bytes);
            let last = text.rsplit(|byte| *byte == b'\n').next().unwrap_or(text);
            let number = before.line + row::cells::line_ends(text);
            shown.push(number, window(last, None).0, false);
        }
        let stop_line = stopped.map_or(0, |at| count_lines(&own[..at]));
        let from = stop_line.saturating_sub(LINES / 2);
        let is_json = record.text.form == Form::Json && code == "json:syntax";
        let lone = (str::from_utf8(own).ok().filter(|_| is_json)).map_or_else(Vec::new, json::lone);
        let mut start = 0;
        for (line, number) in own.split(|byte| *byte == b'\n').zip(0..) {
            let offset = stopped.filter(|_| number == stop_line).map(|at| at - start);
            if (from..from + LINES).contains(&number) {
                let (text, column) = window(line, offset);
                let index = shown.lines.len();
                let place = |offset: usize, column, (words, short)| Caret {
                    line: index,
                    column,
                    byte: start + offset,
                    number: record.row.line + number as u64,
                    position: position(line, offset),
                    words,
                    short,
                };
                if let (Some(column), Some(offset)) = (column, offset) {
                    let there = lone.iter().find(|one| one.at == start + offset);
                    let ends = is_json && start + offset == own.len();
                    let words = if ends { ENDS } else { words_at(&code) };
                    let words = there.map_or(words, |one| words_of(one.what));
                    shown.caret = Some(place(offset, column, words));
                }
                let others = lone.iter().filter(|one| Some(one.at) != stopped);
                shown.lone.extend(others.filter_map(|one| {
                    let at = one.at.checked_sub(start)?;
                    Some(place(at, column_of(line, offset, at)?, words_of(one.what)))
                }));
                shown.push(record.row.line + number as u64, text, true);
            }
            start += line.len() + 1;
        }
        if let Some(after) = &record.after {
            let first = after.bytes.split(|byte| *byte == b'\n').next();
            let text = body(first.unwrap_or_default());
            shown.push(after.line, window(text, None).0, false);
        }
        shown
    }

    fn push(&mut self, number: u64, text: String, is_own: bool) {
        self.lines.push(Shown {
            number,
            text,
            is_own,
        });
    }

    /// The rows of the picture in a room this wide, and which of them is the caret's.
    pub fn rows(&self, room: usize) -> (Vec<Row>, Option<usize>) {
        let mut rows = Vec::new();
        let mut caret_row = None;
        for (index, line) in self.lines.iter().enumerate() {
            let caret = self.caret.filter(|caret| caret.line == index);
            let pieces = if self.wrapped {
                pieces(&line.text, room)
            } else {
                vec![(self.shift, slice(&line.text, self.shift, room))]
            };
            let last = pieces.len() - 1;
            for (part, (from, piece)) in pieces.into_iter().enumerate() {
                let end = from + text::width(&piece);
                rows.push(Row::Text {
                    number: (part == 0).then_some(line.number),
                    text: piece,
                    is_own: line.is_own,
                });
                let here = caret.filter(|caret| {
                    let ends_here = caret.column < end || part == last;
                    caret_row.is_none() && caret.column >= from && ends_here
                });
                if let Some(caret) = here {
                    caret_row = Some(rows.len());
                    rows.push(Row::Caret(caret.in_words(caret.column - from, room)));
                    rows.extend(self.bytes.clone().map(Row::Bytes));
                }
                let is_here = |one: &&Caret| one.line == index && (from..end).contains(&one.column);
                let lone: Vec<&Caret> = self.lone.iter().filter(is_here).collect();
                rows.extend(without_partners(&lone, from, room).map(Row::Lone));
            }
        }
        (rows, caret_row)
    }

    /// The columns of the longest line.
    pub fn width(&self) -> usize {
        let widths = self.lines.iter().map(|line| text::width(&line.text));
        widths.max().unwrap_or(0)
    }

    /// The highest row that can be on top.
    pub fn last_top(&self) -> usize {
        self.rows.saturating_sub(self.seen.max(1))
    }

    /// As far scrolled as before, where it is the same text.
    #[must_use]
    pub fn where_it_was(mut self, before: &Self) -> Self {
        if self.lines == before.lines {
            (self.top, self.shift) = (before.top, before.shift);
            (self.wrapped, self.placed) = (before.wrapped, before.placed);
            (self.rows, self.seen) = (before.rows, before.seen);
        }
        self
    }

    /// Moves what is in sight.
    pub fn roll(&mut self, roll: Roll) {
        let rolled = self.places.roll(roll, 0);
        self.top = rolled.map_or(self.top, |(top, _)| top);
    }

    /// Scrolls by rows.
    pub fn scroll(&mut self, by: isize) {
        self.top = self.top.saturating_add_signed(by).min(self.last_top());
    }
}

impl Caret {
    /// The mark at a column, and what is there, before it where there is no room after it.
    fn in_words(self, column: usize, room: usize) -> String {
        for words in [self.words, self.short] {
            if column + 2 + text::width(words) <= room {
                return format!("{}^ {words}", " ".repeat(column));
            }
        }
        let before = text::width(self.short) + 1;
        match column.checked_sub(before) {
            Some(left) => format!("{}{} ^", " ".repeat(left), self.short),
            None => format!("{}^", " ".repeat(column)),
        }
    }
}

/// The marks of brackets and quotes without a partner in one row, and what they are. Nothing where there are none.
fn without_partners(lone: &[&Caret], from: usize, room: usize) -> Option<String> {
    let (last, before) = lone.split_last()?;
    if before.is_empty() {
        return Some(last.in_words(last.column - from, room));
    }
    let mut marks = String::new();
    for one in lone {
        let gap = (one.column - from).saturating_sub(marks.len());
        marks.push_str(&" ".repeat(gap));
        marks.push('^');
    }
    let is_all = |word: &str| lone.iter().all(|one| one.words.contains(word));
    let words = match (is_all("never closed"), is_all("closes nothing")) {
        (true, _) => "these are never closed",
        (_, true) => "these close nothing",
        _ => "these have no partner",
    };
    if marks.len() + 1 + words.len() <= room {
        marks.push_str(&format!(" {words}"));
    }
    Some(marks)
}

/// Where a text of brackets and quotes stops that lack nothing but what follows.
const ENDS: (&str, &str) = ("the text ends here", "ends here");

/// What a bracket or quote without a partner lacks.
fn words_of(lone: char) -> (&'static str, &'static str) {
    match lone {
        '{' => ("this { is never closed", "never closed"),
        '[' => ("this [ is never closed", "never closed"),
        '}' => ("this } closes nothing", "closes nothing"),
        ']' => ("this ] closes nothing", "closes nothing"),
        _ => ("this quote is never closed", "never closed"),
    }
}

/// What stands at the place where reading stopped.
fn words_at(code: &str) -> (&'static str, &'static str) {
    match code {
        "csv:text_after_quote" => ("quote ends here, then text goes on", "text goes on"),
        "csv:unclosed_quote" => ("this quote is never closed", "never closed"),
        "csv:field_count" => ("the record ends here, then text goes on", "text goes on"),
        "encoding:utf-8" => ("this byte is not UTF-8", "not UTF-8"),
        "json:duplicate_key" => ("this name stands here again", "here again"),
        _ => ("reading stopped here", "stopped here"),
    }
}

fn count_lines(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

/// The 1-based character at a byte of a line.
fn position(line: &[u8], offset: usize) -> usize {
    String::from_utf8_lossy(&line[..offset.min(line.len())])
        .chars()
        .count()
        + 1
}

/// The bytes around a place, in brackets the one there.
fn numbers(bytes: &[u8], at: usize) -> String {
    let from = at.saturating_sub(BYTES);
    let around = &bytes[from..(at + BYTES + 1).min(bytes.len())];
    let words = around.iter().zip(from..).map(|(byte, place)| {
        if place == at {
            format!("[{byte:02X}]")
        } else {
            format!("{byte:02X}")
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A safe text in pieces that fit, with the column where each begins. Never empty.
fn pieces(line: &str, columns: usize) -> Vec<(usize, String)> {
    let mut pieces = vec![(0, String::new())];
    let (mut at, mut used) = (0, 0);
    for grapheme in line.graphemes(true) {
        let width = text::width(grapheme);
        if used > 0 && used + width > columns {
            pieces.push((at, String::new()));
            used = 0;
        }
        if let Some((_, piece)) = pieces.last_mut() {
            piece.push_str(grapheme);
        }
        at += width;
        used += width;
    }
    pieces
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

/// The bytes of a line that are shown, around an offset where it is very long.
fn cut(line: &[u8], offset: Option<usize>) -> (usize, usize) {
    let middle = offset.unwrap_or(0).min(line.len());
    let from = if line.len() <= WINDOW {
        0
    } else {
        boundary(line, middle.saturating_sub(WINDOW / 2))
    };
    (from, boundary(line, (from + WINDOW).min(line.len())))
}

/// The column where a byte of a line stands that is cut around this offset; `None` where it is cut off.
fn column_of(line: &[u8], offset: Option<usize>, at: usize) -> Option<usize> {
    let (from, to) = cut(line, offset);
    let before = usize::from(from > 0);
    let text = (from..to.min(line.len())).contains(&at);
    text.then(|| before + text::width(&text::safe_bytes(&line[from..at])))
}

/// The line, safe to print, with the column of a byte offset in it. A very long line is cut to what is around the offset.
fn window(line: &[u8], offset: Option<usize>) -> (String, Option<usize>) {
    let middle = offset.unwrap_or(0).min(line.len());
    let (from, to) = cut(line, offset);
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

/// What ends the record's last line, where it is known.
fn line_end(record: &RecordDetail) -> &'static str {
    let raw = &record.raw.bytes;
    let windows = "   Line ends with CR LF (Windows).";
    match &raw[..] {
        [.., b'\r', b'\n'] => return windows,
        [.., b'\n'] => return "   Line ends with LF.",
        _ => {}
    }
    // Two bytes before the next line are one line end, or there is an empty line between.
    let after = record.after.as_ref().filter(|after| {
        let lines = row::cells::line_ends(raw) + 1;
        after.line == record.row.line + lines
    });
    let gap = after.and_then(|after| after.byte.checked_sub(record.byte + raw.len() as u64));
    match gap {
        Some(1) => "   Line ends with LF.",
        Some(2) => windows,
        _ => "",
    }
}

fn unseen(record: &RecordDetail) -> String {
    let bytes = &record.text.bytes;
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
    let end = line_end(record);
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
    use crate::{model::Neighbour, tui::pages::raw::tests::record};

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
        let check = |bytes: &[u8], expected: &str| assert_eq!(unseen(&record(bytes)), expected);
        check(b"a,b", "Hidden characters: none.   Encoding: UTF-8");
        check(
            b"a\tb\xff\r\n",
            "Hidden characters: <TAB>.   Line ends with CR LF (Windows).   Encoding: not UTF-8 (1 byte)",
        );
    }

    #[test]
    fn the_line_end_shows_in_where_the_next_record_begins() {
        let check = |line, byte, expected: &str| {
            let mut record = record(b"a,b");
            let end = record.byte + 3;
            record.after = Some(Neighbour {
                line: record.row.line + line,
                byte: end + byte,
                bytes: b"c,d".to_vec(),
            });
            assert_eq!(line_end(&record), expected);
        };
        check(1, 2, "   Line ends with CR LF (Windows).");
        check(1, 1, "   Line ends with LF.");
        check(2, 2, "");
    }

    #[test]
    fn a_wrapped_line_shows_the_place_where_reading_stopped_under_its_part() {
        let mut shown = Excerpt::new(&record(&[&[b'x'; 95][..], b",\"a\"b"].concat()));
        shown.wrapped = true;
        let (rows, caret) = shown.rows(40);
        let caret = caret.unwrap();
        let expected = format!("{}^ text goes on", " ".repeat(18));
        assert_eq!(rows[caret], Row::Caret(expected));
        let text: String = rows
            .iter()
            .filter_map(|row| match row {
                Row::Text { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(text, shown.lines[0].text);
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_numbers() {
        let shown = Excerpt::new(&record(b"1,M\xfcller"));
        assert_eq!(shown.bytes.as_deref(), Some("31 2C 4D [FC] 6C 6C 65 72"));
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
