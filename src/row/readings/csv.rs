//! Readings of a line whose quotes or separators do not come out right.

use super::{Next, Tried};
use crate::row::cells::{Span, Splitter, Style, closing_quote};

/// What a line is read as.
struct Columns<'a> {
    names: &'a [String],
    delimiter: char,
}

/// Where a cell ends whose quotes are wrong, and what becomes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// At the first quote before a separator; the quotes between are part of the value.
    Inside,
    /// The same, without the quotes between.
    InsideWithout,
    /// At the next separator; all quotes are part of the value.
    Whole,
    /// The same, without its quotes.
    WholeWithout,
}

/// Tries what a line could be.
pub(super) fn read(
    tried: &mut Tried<'_>,
    (names, delimiter): (&[String], char),
    text: &str,
    next: Option<Next<'_>>,
) {
    let columns = Columns { names, delimiter };
    let body = text.trim_matches(['\r', '\n']);
    let mut spans = Vec::new();
    let splitter = Splitter::new(delimiter);
    let Some(record) = splitter.next(body.as_bytes(), 0, &mut spans) else {
        return;
    };
    let (line, rest) = (&body[record.range.clone()], &body[record.next..]);
    if !rest.is_empty() {
        join(tried, &columns, line, rest, "Join the two lines");
        return;
    }
    match (spans.iter()).position(|span| matches!(span.style, Style::Open | Style::Trailing)) {
        Some(at) => quotes(tried, &columns, line, &spans, at),
        None if spans.len() > names.len() => too_many(tried, &columns, line, &spans),
        None => too_few(tried, &columns, line, &spans),
    }
    let then = next.and_then(|next| Some((next.line, std::str::from_utf8(next.text).ok()?)));
    if let Some((number, then)) = then {
        let why = format!("Join with line {number}, then set that one aside");
        join(tried, &columns, line, then.trim_matches(['\r', '\n']), &why);
    }
}

fn quotes(tried: &mut Tried<'_>, columns: &Columns<'_>, line: &str, spans: &[Span], at: usize) {
    let span = &spans[at];
    if span.style == Style::Open
        && let Some(closed) = closed(columns, line, at, span.range.start)
    {
        tried.offer(closed, "Close the quote");
    }
    let is_open = spans.iter().any(|span| span.style == Style::Open);
    let (double, remove) = if is_open {
        ("Double the quote", "Remove the quote")
    } else {
        ("Double the inner quotes", "Remove the quotes")
    };
    let mut is_closed = false;
    for (way, why) in [
        (Way::Inside, "Double the inner quotes"),
        (Way::InsideWithout, "Remove the inner quotes"),
        (Way::Whole, double),
        (Way::WholeWithout, remove),
    ] {
        // Outer quotes that stand where they belong are none of the value.
        if is_closed && matches!(way, Way::Whole | Way::WholeWithout) {
            break;
        }
        if let Some(text) = rewritten(line, columns.delimiter, way) {
            let reads = tried.offer(text, why);
            is_closed |= reads && way == Way::Inside;
        }
    }
    if let Some(close) = closing_quote(line.as_bytes(), span.range.start)
        && span.style == Style::Trailing
    {
        let (before, after) = line.split_at(close.0 + 1);
        let text = format!("{before}{}{after}", columns.delimiter);
        tried.offer(text, "Put a separator after the quote");
    }
}

/// The line with its open quote closed where as many separators follow as there are columns left.
fn closed(columns: &Columns<'_>, line: &str, at: usize, start: usize) -> Option<String> {
    let rest = &line[start + 1..];
    let after = columns.names.len().checked_sub(at + 1)?;
    let end = match after {
        0 => rest.len(),
        after => rest.rmatch_indices(columns.delimiter).nth(after - 1)?.0,
    };
    let value = rest[..end].replace("\"\"", "\"");
    Some(format!(
        "{}{}{}",
        &line[..start],
        quoted(&value),
        &rest[end..]
    ))
}

/// The line with each cell whose quotes are wrong written anew; `None` where one has no end.
fn rewritten(line: &str, delimiter: char, way: Way) -> Option<String> {
    let mut out = String::with_capacity(line.len() + 16);
    let mut at = 0;
    loop {
        let rest = &line[at..];
        let next = |from: usize| {
            rest[from..]
                .find(delimiter)
                .map_or(rest.len(), |at| from + at)
        };
        let ends = |at: usize| rest[at..].is_empty() || rest[at..].starts_with(delimiter);
        let closing = rest
            .starts_with('"')
            .then(|| closing_quote(rest.as_bytes(), 0));
        let end = match closing {
            None => {
                let end = next(0);
                out.push_str(&rest[..end]);
                end
            }
            Some(Some((close, _))) if ends(close + 1) => {
                out.push_str(&rest[..=close]);
                close + 1
            }
            Some(closing) => {
                let from = closing.map_or(1, |(close, _)| close + 1);
                let (value, end) = match way {
                    Way::Inside | Way::InsideWithout => {
                        let mut quotes = rest[1..].match_indices('"').map(|(at, _)| at + 1);
                        let close = quotes.find(|at| ends(at + 1))?;
                        (&rest[1..close], close + 1)
                    }
                    Way::Whole | Way::WholeWithout => (&rest[..next(from)], next(from)),
                };
                match way {
                    Way::Inside => out.push_str(&quoted(&value.replace("\"\"", "\""))),
                    Way::Whole => out.push_str(&quoted(value)),
                    Way::InsideWithout | Way::WholeWithout => {
                        out.push_str(&written(&value.replace('"', ""), delimiter));
                    }
                }
                end
            }
        };
        if rest[end..].is_empty() {
            return Some(out);
        }
        out.push(delimiter);
        at += end + delimiter.len_utf8();
    }
}

fn too_many(tried: &mut Tried<'_>, columns: &Columns<'_>, line: &str, spans: &[Span]) {
    let wanted = columns.names.len();
    let extra = spans.len() - wanted;
    let starts_at = |at: usize| spans[at].range.start;
    if wanted > 0 && spans[wanted..].iter().all(|span| span.range.is_empty()) {
        let text = line[..spans[wanted - 1].range.end].to_owned();
        tried.offer(text, "Remove the empty values at the end");
    }
    let is_plain = |at: usize| spans[at..=at + extra].iter().all(|span| !span.is_quoted());
    // After a comma that belongs to a text comes a space.
    let is_likely = |at: usize| line[starts_at(at + 1)..].starts_with(' ');
    let (likely, others): (Vec<usize>, Vec<usize>) = (0..wanted)
        .take(super::TRIED)
        .filter(|at| is_plain(*at))
        .partition(|at| is_likely(*at));
    for at in likely.into_iter().chain(others) {
        if !tried.more() {
            return;
        }
        let range = starts_at(at)..spans[at + extra].range.end;
        let (before, after) = (&line[..range.start], &line[range.end..]);
        let text = format!("{before}{}{after}", quoted(&line[range]));
        tried.offer_of_many(text, format!("Put quotes around {}", columns.names[at]));
    }
}

fn too_few(tried: &mut Tried<'_>, columns: &Columns<'_>, line: &str, spans: &[Span]) {
    for (other, why) in [
        (';', "Read semicolons as separators"),
        ('\t', "Read tabs as separators"),
        ('|', "Read bars as separators"),
        (',', "Read commas as separators"),
    ] {
        if other != columns.delimiter
            && let Some(text) = separated(columns, line, other)
            && tried.offer(text, why)
        {
            return;
        }
    }
    let own = columns.delimiter;
    let missing = columns.names.len() - spans.len();
    if missing > 1 {
        let ends: String = std::iter::repeat_n(own, missing).collect();
        let why = format!("Add {missing} empty values at the end");
        tried.offer(format!("{line}{ends}"), why);
        return;
    }
    for at in (0..columns.names.len()).rev().take(super::TRIED) {
        if !tried.more() {
            return;
        }
        let text = match spans.get(at) {
            Some(span) => {
                let (before, after) = line.split_at(span.range.start);
                format!("{before}{own}{after}")
            }
            None => format!("{line}{own}"),
        };
        let why = format!("Add an empty {}", columns.names[at]);
        if at == spans.len() {
            tried.offer(text, why);
        } else {
            tried.offer_of_many(text, why);
        }
    }
}

/// The line with the separators of the run in the place of others, where that makes the right number of cells.
fn separated(columns: &Columns<'_>, line: &str, other: char) -> Option<String> {
    let mut spans = Vec::new();
    Splitter::new(other).next(line.as_bytes(), 0, &mut spans)?;
    if spans.len() != columns.names.len() || spans.len() < 2 {
        return None;
    }
    let cells = spans.iter().map(|span| match span.style {
        Style::Plain => written(&line[span.range.clone()], columns.delimiter),
        _ => line[span.range.clone()].to_owned(),
    });
    let cells: Vec<_> = cells.collect();
    Some(cells.join(columns.delimiter.encode_utf8(&mut [0; 4])))
}

/// Two lines of which the first ends in the middle of a value.
fn join(tried: &mut Tried<'_>, columns: &Columns<'_>, line: &str, then: &str, why: &str) {
    let together = format!("{line}\n{then}");
    let splitter = Splitter::new(columns.delimiter);
    let (mut first, mut second) = (Vec::new(), Vec::new());
    splitter.next(line.as_bytes(), 0, &mut first);
    if first.last().is_some_and(|span| span.style == Style::Open) {
        tried.offer(together, why);
        return;
    }
    splitter.next(then.as_bytes(), 0, &mut second);
    let (Some(last), Some(begin)) = (first.last(), second.first()) else {
        return;
    };
    // A line with all its cells is a record of its own, whatever stands before it.
    let is_whole = second.len() >= columns.names.len();
    let can_join = !is_whole && !last.is_quoted() && !begin.is_quoted();
    if !can_join || first.len() + second.len() != columns.names.len() + 1 {
        return;
    }
    let (before, end) = line.split_at(last.range.start);
    let (start, after) = then.split_at(begin.range.end);
    if end.is_empty() || start.is_empty() {
        tried.offer(format!("{line}{then}"), why);
        return;
    }
    let value = quoted(&format!("{end}\n{start}"));
    tried.offer(format!("{before}{value}{after}"), why);
    tried.offer(
        format!("{line} {then}"),
        format!("{why}, with a space between"),
    );
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('"', "\"\""))
}

/// The value in quotes where it needs them.
fn written(value: &str, delimiter: char) -> String {
    let needs = value.contains([delimiter, '\n', '\r']) || value.starts_with('"');
    if needs {
        quoted(value)
    } else {
        value.to_owned()
    }
}
