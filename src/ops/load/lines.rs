//! Lines of an input, for the load and whoever looks at an input as the load does.

use std::ops::Range;

use crate::row::cells::{Record, Span, Splitter};

/// Where the second line of a record begins, when its first line has a quote that was meant to be closed in it: when all
/// lines after it are good records on their own. A cell that ends with a quote it did not begin with is the end of a
/// quoted cell with a line break in it; then the lines belong together.
pub(in crate::ops) fn rest_after_open_quote(
    bytes: &[u8],
    record: &Record,
    splitter: Splitter,
    columns: usize,
) -> Option<usize> {
    let records = &bytes[..record.range.end];
    let second = record.range.start + memchr::memchr(b'\n', &bytes[record.range.clone()])? + 1;
    let mut spans = Vec::new();
    let mut at = second;
    while at < record.range.end {
        let next = splitter.next(records, at, &mut spans)?;
        let text = &records[next.range];
        let closes = |span: &Span| !span.is_quoted() && text[span.range.clone()].ends_with(b"\"");
        if next.open.is_some()
            || next.trailing.is_some()
            || spans.len() != columns
            || spans.iter().any(closes)
        {
            return None;
        }
        at = next.next;
    }
    (second < record.range.end).then_some(second)
}

/// A line without its line end.
pub(in crate::ops) fn line_text(bytes: &[u8], line: Range<usize>) -> Range<usize> {
    let text = &bytes[line.clone()];
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    line.start..line.start + text.len()
}
