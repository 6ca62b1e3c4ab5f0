//! Readings of a text that is nearly JSON: what stands where reading stops is mended, and what stops it then.

use std::collections::VecDeque;

use super::Tried;
use crate::row::json;

/// How many mistakes of one text are mended one after the other.
const DEEP: usize = 6;

/// A text with one mistake less, and what was done.
type Mended = (String, &'static str);

/// Tries what a text could be. What takes the fewest steps is found first, and nothing that takes more.
pub(super) fn read(tried: &mut Tried<'_>, text: &str) {
    let mut waiting = VecDeque::from([(text.trim().to_owned(), Vec::new())]);
    let mut enough = DEEP;
    while let Some((text, done)) = waiting.pop_front() {
        if !tried.more() || done.len() >= enough {
            return;
        }
        for (text, why) in mended(&text) {
            let mut done: Vec<&'static str> = done.clone();
            if done.last() != Some(&why) {
                done.push(why);
            }
            if tried.offer(text.clone(), in_one(&done)) {
                enough = enough.min(done.len());
            } else if tried.more() && waiting.len() < super::TRIED {
                waiting.push_back((text, done));
            }
        }
    }
}

/// `Close the quote, close the brackets`.
fn in_one(done: &[&str]) -> String {
    let mut words = done.join(", ");
    for why in done.iter().skip(1) {
        let (first, rest) = why.split_at(1);
        words = words.replace(
            &format!(", {why}"),
            &format!(", {}{rest}", first.to_lowercase()),
        );
    }
    words
}

/// What can be done about the first mistake of a text.
fn mended(text: &str) -> Vec<Mended> {
    let Some(stop) = json::stop(text) else {
        return around_a_list(text);
    };
    let at = stop.at;
    match stop.code {
        "json:syntax" => {}
        "json:duplicate_key" => return with_one_name(text, at),
        _ => return Vec::new(),
    }
    let before = Before::of(text, at);
    let after = text[at..].chars().next();
    match after {
        None => at_the_end(text, &before),
        Some('"') if stop.opens => open_quote(text, at, &before),
        Some('\\') => vec![(insert(text, at, "\\"), "Double the backslash")],
        Some(c) if c.is_control() => control(text, at, c),
        Some(_) if before.open.is_empty() => outside(text, at),
        Some('}' | ']') => bracket(text, at, &before),
        Some(c) => value(text, at, c, &before),
    }
}

/// What stands before a place outside of texts.
struct Before {
    /// Where the brackets stand that are open there.
    open: Vec<(usize, u8)>,
    /// The text that ended last: its first and its last quote.
    quoted: Option<(usize, usize)>,
    /// The last byte that is no space.
    last: Option<(usize, u8)>,
}

impl Before {
    fn of(text: &str, at: usize) -> Self {
        let bytes = &text.as_bytes()[..at];
        let mut before = Self {
            open: Vec::new(),
            quoted: None,
            last: None,
        };
        let mut place = 0;
        while let Some(&byte) = bytes.get(place) {
            let start = place;
            match byte {
                b'{' | b'[' => before.open.push((place, byte)),
                b'}' | b']' => drop(before.open.pop()),
                b'"' => {
                    place = json::end_of_text(bytes, place).unwrap_or(bytes.len() - 1);
                    before.quoted = Some((start, place));
                }
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                before.last = Some((place, bytes[place]));
            }
            place += 1;
        }
        before
    }

    fn ends_with(&self, wanted: u8) -> Option<usize> {
        self.last
            .filter(|(_, byte)| *byte == wanted)
            .map(|(at, _)| at)
    }

    /// What closes the brackets that are open.
    fn closing(&self) -> String {
        let closing = self.open.iter().rev();
        closing
            .map(|(_, byte)| if *byte == b'{' { '}' } else { ']' })
            .collect()
    }
}

fn insert(text: &str, at: usize, what: &str) -> String {
    let (before, after) = text.split_at(at);
    format!("{before}{what}{after}")
}

fn replace(text: &str, range: std::ops::Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..range.start], &text[range.end..])
}

/// A list with one object, as one line of a file that is one list.
fn around_a_list(text: &str) -> Vec<Mended> {
    let inside = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let inside = inside.map(|inside| (inside.trim().to_owned(), "Remove the list around it"));
    inside.into_iter().collect()
}

fn at_the_end(text: &str, before: &Before) -> Vec<Mended> {
    let mut ways = Vec::new();
    let is_first_of_a_list = matches!(before.open[..], [(0, b'[')]);
    if is_first_of_a_list && before.ends_with(b'}').is_none() {
        let inside = text[1..].trim().trim_end_matches(',');
        ways.push((inside.to_owned(), "Remove the list around it"));
    }
    if let Some(at) = before.ends_with(b',') {
        ways.push((replace(text, at..at + 1, ""), "Remove the trailing comma"));
    } else if !before.open.is_empty() {
        let text = format!("{}{}", text.trim_end(), before.closing());
        ways.push((text, "Close the brackets"));
    }
    ways
}

/// A text that begins at `at` and never ends.
fn open_quote(text: &str, at: usize, before: &Before) -> Vec<Mended> {
    let why = "Close the quote";
    let is_bracket = |c: char| matches!(c, '}' | ']' | ',') || c.is_whitespace();
    let mut ends = vec![text.trim_end_matches(is_bracket).len(), text.len()];
    // A line that was cut off in the middle of a list of fields.
    if let Some(next) = text[at..].find(',') {
        ends.insert(1, at + next);
    }
    if before.open.is_empty() {
        ends.clear();
    }
    ends.retain(|end| *end > at);
    ends.dedup();
    (ends.into_iter())
        .map(|end| (insert(text, end, "\""), why))
        .collect()
}

fn control(text: &str, at: usize, c: char) -> Vec<Mended> {
    let escaped = serde_json::Value::from(c.to_string()).to_string();
    let escaped = replace(text, at..at + c.len_utf8(), escaped.trim_matches('"'));
    vec![(escaped, "Escape the control character")]
}

/// What stands before or after the record itself.
fn outside(text: &str, at: usize) -> Vec<Mended> {
    let (before, rest) = text.split_at(at);
    if before.trim().is_empty() {
        let is_left_over = |c: char| matches!(c, ',' | ';' | ']' | '\u{feff}') || c.is_whitespace();
        let mut ways = Vec::new();
        let whole = rest.trim_start_matches(is_left_over);
        if whole.len() < rest.len() {
            ways.push((whole.to_owned(), "Remove what stands before the record"));
        }
        return ways;
    }
    let is_left_over = |c: char| matches!(c, ',' | ';' | '}' | ']') || c.is_whitespace();
    if !rest.chars().all(is_left_over) {
        return Vec::new();
    }
    let why = if rest.trim() == "," {
        "Remove the trailing comma"
    } else {
        "Remove what follows the record"
    };
    let mut ways = vec![(before.trim_end().to_owned(), why)];
    if before.starts_with('[') {
        ways.extend(around_a_list(before.trim_end()));
    }
    ways
}

/// A bracket where none may stand.
fn bracket(text: &str, at: usize, before: &Before) -> Vec<Mended> {
    if let Some(comma) = before.ends_with(b',') {
        let text = replace(text, comma..comma + 1, "");
        return vec![(text, "Remove the trailing comma")];
    }
    let closing = before.closing();
    let Some(right) = closing
        .chars()
        .next()
        .filter(|right| !text[at..].starts_with(*right))
    else {
        return Vec::new();
    };
    let right = right.to_string();
    vec![
        (insert(text, at, &right), "Close the brackets"),
        (replace(text, at..at + 1, &right), "Change the bracket"),
    ]
}

/// What stands where a value, a name or a separator must.
fn value(text: &str, at: usize, c: char, before: &Before) -> Vec<Mended> {
    let rest = &text[at..];
    let is_in_object = before.open.last().is_some_and(|(_, byte)| *byte == b'{');
    let mut ways = Vec::new();
    let wants_name = is_in_object && matches!(before.last, Some((_, b'{' | b',')));
    match c {
        '\'' => ways.extend(single_quotes(text, at)),
        '/' if rest.starts_with("//") || rest.starts_with("/*") => {
            ways.extend(comment(text, at));
        }
        '=' => ways.push((replace(text, at..at + 1, ":"), "Write a colon")),
        _ if wants_name => {
            let end = rest.find(':').map(|end| at + rest[..end].trim_end().len());
            let name = end.filter(|end| !text[at..*end].contains(['"', ',', '{', '}']));
            ways.extend(name.map(|end| (in_quotes(text, at..end), "Put quotes around the name")));
        }
        _ if matches!(before.last, Some((_, b':' | b'[' | b','))) => {
            ways.extend(word(text, at));
        }
        _ => ways.extend(after_value(text, c, before)),
    }
    ways
}

/// What stands after a whole value or name, where a separator must.
fn after_value(text: &str, c: char, before: &Before) -> Vec<Mended> {
    let Some((last, byte)) = before.last else {
        return Vec::new();
    };
    let comma = (insert(text, last + 1, ","), "Add the missing comma");
    let Some((open, close)) = before
        .quoted
        .filter(|(_, close)| byte == b'"' && *close == last)
    else {
        return vec![comma];
    };
    let mut ways = Vec::new();
    if matches!(c, '"' | '{' | '[' | '-' | '0'..='9') {
        ways.push((insert(text, last + 1, ":"), "Add the missing colon"));
        ways.push(comma);
    }
    ways.extend(inner_quotes(text, open, close));
    if let Some(comma) = text[open..close].rfind(',') {
        ways.push((insert(text, open + comma, "\""), "Close the quote"));
    }
    ways
}

/// What stands in the place of a value, up to what ends it.
fn word(text: &str, at: usize) -> Vec<Mended> {
    let rest = &text[at..];
    let end = rest.find([',', '}', ']', '"', '\n']).unwrap_or(rest.len());
    let range = at..at + rest[..end].trim_end().len();
    let mut ways = Vec::new();
    match &text[range.clone()] {
        "" => return ways,
        "True" | "TRUE" => ways.push((replace(text, range, "true"), "Write true")),
        "False" | "FALSE" => ways.push((replace(text, range, "false"), "Write false")),
        "None" | "NULL" | "Null" | "undefined" | "NaN" | "Infinity" | "-Infinity" => {
            ways.push((replace(text, range, "null"), "Write null"));
        }
        word => {
            ways.push((in_quotes(text, range.clone()), "Put quotes around it"));
            let bare = word.trim_start_matches('+').trim_start_matches('0');
            let is_number = bare.starts_with(|c: char| c.is_ascii_digit()) && bare != word;
            if is_number {
                ways.push((replace(text, range, bare), "Write it as a number"));
            }
        }
    }
    ways
}

fn in_quotes(text: &str, range: std::ops::Range<usize>) -> String {
    let quoted = serde_json::Value::from(&text[range.clone()]).to_string();
    replace(text, range, &quoted)
}

/// A text in single quotes: it ends at the one that something follows which may follow a text.
fn single_quotes(text: &str, at: usize) -> Option<Mended> {
    let rest = &text[at + 1..];
    let (end, _) = rest
        .match_indices('\'')
        .find(|(end, _)| ends_value(&rest[end + 1..]))?;
    let quoted = serde_json::Value::from(&rest[..end]).to_string();
    Some((
        replace(text, at..at + end + 2, &quoted),
        "Write double quotes",
    ))
}

/// Whether what follows may follow a text.
fn ends_value(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with([',', ':', '}', ']'])
}

fn comment(text: &str, at: usize) -> Option<Mended> {
    let rest = &text[at..];
    let end = if rest.starts_with("//") {
        rest.find('\n').unwrap_or(rest.len())
    } else {
        rest.find("*/")? + 2
    };
    Some((replace(text, at..at + end, ""), "Remove the comment"))
}

/// A text with quotes inside, which end it for a reader: it ends at the one that something follows which may follow a text.
fn inner_quotes(text: &str, open: usize, close: usize) -> Option<Mended> {
    let mut quotes = text[close + 1..]
        .match_indices('"')
        .map(|(at, _)| close + 1 + at);
    let end = quotes.find(|at| ends_value(&text[at + 1..]))?;
    let escaped = text[open + 1..end]
        .replace("\\\"", "\"")
        .replace('"', "\\\"");
    Some((
        replace(text, open + 1..end, &escaped),
        "Escape the inner quotes",
    ))
}

/// Of two members with one name, the second of which begins at `second`, either alone.
fn with_one_name(text: &str, second: usize) -> Vec<Mended> {
    let before = Before::of(text, second);
    let Some((object, _)) = before.open.last() else {
        return Vec::new();
    };
    let name = |at: usize| {
        let end = json::end_of_text(text.as_bytes(), at)?;
        json::value(&text[at..=end])
    };
    let wanted = name(second);
    let mut at = object + 1;
    let mut first = None;
    while at < second {
        let start = at + text[at..].len() - text[at..].trim_start().len();
        let Some(end) = end_of_member(text, start) else {
            break;
        };
        if name(start) == wanted {
            first = Some(start..end);
            break;
        }
        at = end + 1;
    }
    let last = end_of_member(text, second).map(|end| {
        let comma = text[..second].rfind(',').unwrap_or(second);
        (replace(text, comma..end, ""), "Keep the first")
    });
    let first = first.map(|range| {
        let start = range.start;
        let rest = text[range.end + 1..].trim_start();
        (format!("{}{rest}", &text[..start]), "Keep the last")
    });
    last.into_iter().chain(first).collect()
}

/// Where the member ends that begins at `at`: at the comma or the bracket after it.
fn end_of_member(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut deep) = (at, 0_usize);
    loop {
        match bytes.get(at)? {
            b'"' => at = json::end_of_text(bytes, at)?,
            b'{' | b'[' => deep += 1,
            b',' | b'}' | b']' if deep == 0 => return Some(at),
            b'}' | b']' => deep -= 1,
            _ => {}
        }
        at += 1;
    }
}
