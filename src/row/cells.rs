//! Splits CSV text into records and cells by the rules of RFC 4180 as csv-core applies them: a quote opens a cell only
//! at the cell's start; LF, CR LF and a lone CR end a record. The one splitter of the program: loading, checking and
//! editing use it, so they can never disagree.

use std::{borrow::Cow, ops::Range};

use memchr::{memchr, memchr_iter, memchr2, memchr3, memrchr2};

/// Walks CSV text record by record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Splitter {
    delimiter: u8,
}

/// Where one cell stands in its record's text, quotes included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub range: Range<usize>,
    pub style: Style,
}

/// How a cell is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    /// In quotes, with no quote inside.
    Quoted,
    /// In quotes, with doubled quotes inside that must be undoubled.
    Escaped,
    /// In quotes, and text follows the closing quote.
    Trailing,
    /// A quote opens and the input ends before it closes.
    Open,
}

/// One record found in a block. All offsets count from the start of the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its bytes without the line end. Blank lines before it lie between the offset asked for and the start.
    pub range: Range<usize>,
    /// Where the next record, or a blank line, begins: after this record's line end.
    pub next: usize,
    /// Whether a line end closed it; else it ends with the input.
    pub ended: bool,
    /// The column of the first cell that has text after its closing quote.
    pub trailing: Option<usize>,
    /// Where the quote stands that no quote closes.
    pub open: Option<usize>,
}

/// Where a buffer that begins with a record can be cut so that only whole records lie before the cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Offset after the last line end outside of quotes; 0 when there is none.
    pub at: usize,
    /// Where the quote stands that is still open at the end of the buffer. Its record begins at `at`.
    pub open: Option<usize>,
}

impl Splitter {
    /// `delimiter` is ASCII and neither a quote nor a line end; the reader refuses any other.
    pub fn new(delimiter: char) -> Self {
        Self {
            delimiter: if delimiter.is_ascii() {
                delimiter as u8
            } else {
                b','
            },
        }
    }

    /// Finds the record at or after `from`, which must be a record's start, and puts its cells into `spans`, counted from
    /// the record's start. Blank lines are skipped. `None` when only blank lines are left.
    ///
    /// A block that does not end the input should end at a [`Splitter::last_cut`]. Physical lines are counted by
    /// [`line_ends`] over `from..next`.
    pub fn next(self, block: &[u8], from: usize, spans: &mut Vec<Span>) -> Option<Record> {
        spans.clear();
        let blank = block.get(from..)?;
        let start = from + blank.iter().position(|byte| !is_line_end(*byte))?;
        let rest = &block[start..];
        let end = memchr3(b'\n', b'\r', b'"', rest).unwrap_or(rest.len());
        if rest.get(end) == Some(&b'"') {
            return Some(self.next_with_quotes(block, start, spans));
        }
        let mut cell = 0;
        for at in memchr_iter(self.delimiter, &rest[..end]) {
            spans.push(Span::plain(cell..at));
            cell = at + 1;
        }
        spans.push(Span::plain(cell..end));
        Some(Record {
            range: start..start + end,
            next: start + end + line_end(&rest[end..]),
            ended: end < rest.len(),
            trailing: None,
            open: None,
        })
    }

    /// Finds the last place to cut a buffer that begins with a record and does not end the input. A CR as the last byte
    /// is no such place, for its LF may follow.
    pub fn last_cut(self, buffer: &[u8]) -> Cut {
        let settled = buffer.strip_suffix(b"\r").unwrap_or(buffer);
        let last_end = |gap: Range<usize>| {
            let gap_start = gap.start;
            memrchr2(b'\n', b'\r', settled.get(gap)?).map(|at| gap_start + at + 1)
        };
        let mut cut = 0;
        let mut outside = 0;
        let mut from = 0;
        while let Some(found) = memchr(b'"', &settled[from..]) {
            let quote = from + found;
            from = quote + 1;
            if quote > 0 && !self.ends_cell(settled[quote - 1]) {
                continue;
            }
            cut = last_end(outside..quote).unwrap_or(cut);
            match closing_quote(settled, quote) {
                Some((close, _)) => {
                    from = close + 1;
                    outside = from;
                }
                None => {
                    return Cut {
                        at: cut,
                        open: Some(quote),
                    };
                }
            }
        }
        Cut {
            at: last_end(outside..settled.len()).unwrap_or(cut),
            open: None,
        }
    }

    fn ends_cell(self, byte: u8) -> bool {
        byte == self.delimiter || is_line_end(byte)
    }

    fn next_with_quotes(self, block: &[u8], start: usize, spans: &mut Vec<Span>) -> Record {
        let rest = &block[start..];
        let mut record = Record {
            range: start..block.len(),
            next: block.len(),
            ended: false,
            trailing: None,
            open: None,
        };
        let mut cell = 0;
        loop {
            let (end, style) = self.cell_end(rest, cell);
            match style {
                Style::Open => record.open = Some(start + cell),
                Style::Trailing => record.trailing = record.trailing.or(Some(spans.len())),
                Style::Plain | Style::Quoted | Style::Escaped => {}
            }
            spans.push(Span {
                range: cell..end,
                style,
            });
            match rest.get(end) {
                Some(byte) if *byte == self.delimiter => cell = end + 1,
                other => {
                    record.range.end = start + end;
                    record.next = start + end + line_end(&rest[end..]);
                    record.ended = other.is_some();
                    return record;
                }
            }
        }
    }

    /// The end of the cell that begins at `cell`.
    fn cell_end(self, text: &[u8], cell: usize) -> (usize, Style) {
        let plain_end = |from: usize| {
            memchr3(self.delimiter, b'\n', b'\r', &text[from..]).map_or(text.len(), |at| from + at)
        };
        if text.get(cell) != Some(&b'"') {
            return (plain_end(cell), Style::Plain);
        }
        let Some((close, doubled)) = closing_quote(text, cell) else {
            return (text.len(), Style::Open);
        };
        match text.get(close + 1) {
            Some(byte) if !self.ends_cell(*byte) => (plain_end(close + 1), Style::Trailing),
            _ if doubled => (close + 1, Style::Escaped),
            _ => (close + 1, Style::Quoted),
        }
    }
}

/// How many physical lines end in these bytes: LF, CR LF, or a CR that stands alone.
pub fn line_ends(bytes: &[u8]) -> u64 {
    let mut count = 0;
    let mut from = 0;
    while let Some(at) = memchr2(b'\n', b'\r', &bytes[from..]) {
        count += 1;
        from += at + line_end(&bytes[from + at..]);
    }
    count
}

impl Span {
    fn plain(range: Range<usize>) -> Self {
        Self {
            range,
            style: Style::Plain,
        }
    }

    /// Whether it begins with a quote that opens it.
    pub fn is_quoted(&self) -> bool {
        self.style != Style::Plain
    }

    /// The value of this cell of a record's text, without its quotes.
    pub fn value<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let cell = &text[self.range.clone()];
        match self.style {
            Style::Plain => Cow::Borrowed(cell),
            Style::Quoted => Cow::Borrowed(&cell[1..cell.len() - 1]),
            Style::Escaped => Cow::Owned(cell[1..cell.len() - 1].replace("\"\"", "\"")),
            Style::Open => Cow::Owned(cell[1..].replace("\"\"", "\"")),
            Style::Trailing => {
                // The style says that a closing quote is there.
                let close = closing_quote(cell.as_bytes(), 0).map_or(cell.len(), |(at, _)| at);
                let mut value = cell[1..close].replace("\"\"", "\"");
                value.push_str(cell.get(close + 1..).unwrap_or_default());
                Cow::Owned(value)
            }
        }
    }
}

/// The cells of one record.
#[derive(Clone, Debug)]
pub struct Cells<'a> {
    pub columns: &'a [String],
    text: &'a str,
    spans: Cow<'a, [Span]>,
}

impl<'a> Cells<'a> {
    /// Takes spans that a [`Splitter`] found in this text; there are as many as columns.
    pub fn new(columns: &'a [String], text: &'a str, spans: impl Into<Cow<'a, [Span]>>) -> Self {
        Self {
            columns,
            text,
            spans: spans.into(),
        }
    }

    /// The record's text without its line end.
    pub fn text(&self) -> &'a str {
        self.text
    }

    pub fn len(&self) -> usize {
        self.spans.len()
    }

    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The value of the cell in a column, unquoted. Empty beyond the last cell.
    pub fn get(&self, column: usize) -> Cow<'a, str> {
        self.spans
            .get(column)
            .map_or(Cow::Borrowed(""), |span| span.value(self.text))
    }

    /// Where the cell of a column stands in the text, quotes included.
    pub fn span(&self, column: usize) -> Option<&Span> {
        self.spans.get(column)
    }
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// The length of the line end at the start of these bytes.
fn line_end(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// The quote that closes the one at `open`, and whether doubled quotes stand between.
pub(super) fn closing_quote(text: &[u8], open: usize) -> Option<(usize, bool)> {
    let mut doubled = false;
    let mut from = open + 1;
    loop {
        let quote = from + memchr(b'"', text.get(from..)?)?;
        if text.get(quote + 1) != Some(&b'"') {
            return Some((quote, doubled));
        }
        doubled = true;
        from = quote + 2;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every record's values, whether text follows a quote, and that every byte is accounted for.
    fn split(text: &str) -> Vec<(Vec<String>, Record)> {
        let splitter = Splitter::new(',');
        let (mut records, mut spans, mut at) = (Vec::new(), Vec::new(), 0);
        while let Some(record) = splitter.next(text.as_bytes(), at, &mut spans) {
            assert!(text[at..record.range.start].bytes().all(is_line_end));
            assert!(text[record.range.end..record.next].bytes().all(is_line_end));
            let own = &text[record.range.clone()];
            records.push((
                spans
                    .iter()
                    .map(|span| span.value(own).into_owned())
                    .collect(),
                record.clone(),
            ));
            at = record.next;
        }
        assert!(text[at..].bytes().all(is_line_end));
        records
    }

    fn values(text: &str) -> Vec<Vec<String>> {
        split(text).into_iter().map(|(values, _)| values).collect()
    }

    fn by_csv_crate(text: &str) -> Vec<Vec<String>> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes())
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn quotes_open_only_at_the_start_of_a_cell() {
        let check =
            |input: &str, expected: &[&[&str]]| assert_eq!(values(input), expected, "{input:?}");
        check("a,b\nc,d\n", &[&["a", "b"], &["c", "d"]]);
        check("a,5\" pipe,c", &[&["a", "5\" pipe", "c"]]);
        check("\"a,\n\"\"b\",c\r\n\r\nd", &[&["a,\n\"b", "c"], &["d"]]);
        check("a\rb", &[&["a"], &["b"]]);
        check(",\n\"\"\n", &[&["", ""], &[""]]);
        check("\"Kaiser \"\"19\"\" Bar\"", &[&["Kaiser \"19\" Bar"]]);
        check("\"Kaiser 19\" Bar,x", &[&["Kaiser 19 Bar", "x"]]);
        check("\n\r\n", &[]);
    }

    #[test]
    fn text_after_a_quote_and_a_quote_that_stays_open_are_reported() {
        let found = split("a,\"b\" c,\"d\"e\nx,\"y\nz");
        assert_eq!(found[0].1.trailing, Some(1));
        assert_eq!(found[1].1.open, Some(15));
        assert!(!found[1].1.ended);
        assert_eq!(found[1].0, ["x", "y\nz"]);
    }

    #[test]
    fn lines_are_counted_as_editors_count_them() {
        assert_eq!(line_ends(b"a\r\nb\n\nc\rd"), 4);
        assert_eq!(line_ends(b"a\r\n"), 1);
        assert_eq!(line_ends(b""), 0);
    }

    #[test]
    fn a_cut_never_falls_into_quotes_or_between_cr_and_lf() {
        let check = |input: &str, at: usize, open: Option<usize>| {
            assert_eq!(
                Splitter::new(',').last_cut(input.as_bytes()),
                Cut { at, open },
                "{input:?}"
            );
        };
        check("a\nb", 2, None);
        check("a\nb\r", 2, None);
        check("a\nb\r\n", 5, None);
        check("a\n5\" x\nb,\"c\nd", 7, Some(9));
        check("\"a\nb", 0, Some(0));
        check("\"a\n\"\"\"\nb", 7, None);
        check("", 0, None);
    }

    fn soup() -> impl Strategy<Value = String> {
        "[ab,,\"\"\"\n\r é]{0,40}"
    }

    fn well_formed() -> impl Strategy<Value = String> {
        let cell = prop_oneof!["[a-cé ]{0,4}", "\"([a-c,\r\né]|\"\"){0,6}\""];
        let record = proptest::collection::vec(cell, 1..5).prop_map(|cells| cells.join(","));
        proptest::collection::vec((record, "\n|\r\n|\r|\n\n"), 0..6).prop_map(|lines| {
            lines
                .into_iter()
                .map(|(record, end)| record + &end)
                .collect()
        })
    }

    proptest! {
        #[test]
        fn values_are_those_of_the_csv_crate(text in prop_oneof![soup(), well_formed()]) {
            prop_assert_eq!(values(&text), by_csv_crate(&text));
        }

        #[test]
        fn a_cut_changes_no_record(text in prop_oneof![soup(), well_formed()]) {
            let cut = Splitter::new(',').last_cut(text.as_bytes());
            let mut parts = values(&text[..cut.at]);
            prop_assert!(split(&text[..cut.at]).iter().all(|(_, record)| record.ended && record.open.is_none()));
            parts.extend(values(&text[cut.at..]));
            prop_assert_eq!(parts, values(&text));
            if cut.open.is_some() {
                let last = split(&text).pop().unwrap().1;
                prop_assert_eq!((last.range.start, last.open), (cut.at, cut.open));
            }
            // There is no later place: what is left holds one record at most, or ends with a CR whose LF may follow.
            let left = split(text[cut.at..].strip_suffix('\r').unwrap_or(&text[cut.at..]));
            prop_assert!(left.len() <= 1);
        }

        #[test]
        fn lines_are_the_same_in_one_piece_and_record_by_record(text in well_formed()) {
            let mut at = 0;
            let mut lines = 0;
            for (_, record) in split(&text) {
                lines += line_ends(&text.as_bytes()[at..record.next]);
                at = record.next;
            }
            lines += line_ends(&text.as_bytes()[at..]);
            prop_assert_eq!(lines, line_ends(text.as_bytes()));
        }
    }
}
