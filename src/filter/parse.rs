//! From a typed line to terms.

use regex::Regex;

use super::{
    Filter, FilterError, Item, Order, Term, Test, Wanted,
    field::{field, is_plain},
    test::Bound,
    words::{error, owners, push, severities, stages, statuses},
};
use crate::model::{GroupId, Path, RecordId, RunId};

/// The words that are not a field's name before a sign.
pub const KEYS: [&str; 20] = [
    "run", "status", "is", "stage", "field", "error", "severity", "owner", "problem", "row", "id",
    "value", "now", "was", "shape", "http", "tries", "by", "fix", "seen",
];

/// More than anybody types. SQLite, which answers filters, takes a thousand terms and thirty thousand values.
const MOST_TERMS: usize = 100;
const MOST_VALUES: usize = 1_000;

/// What asks for either of two terms.
const EITHER: &str = "|";

pub(super) fn is_key(word: &str) -> bool {
    KEYS.contains(&word)
}

/// The terms that are understood, and why the others are not.
pub(super) fn line(line: &str) -> (Filter, Vec<FilterError>) {
    let mut filter = Filter::default();
    let mut refused = Vec::new();
    let mut typed = match words(line) {
        Ok(typed) => typed,
        Err((typed, error)) => {
            refused.push(error);
            typed
        }
    }
    .into_iter()
    .peekable();
    let mut count = 0;
    while let Some(first) = typed.next() {
        let mut either = vec![first];
        while typed.next_if_eq(&EITHER).is_some() {
            either.extend(typed.next_if(|next| *next != EITHER).or(Some("")));
        }
        count += either.len();
        if count > MOST_TERMS {
            let message = format!("a filter has at most {MOST_TERMS} terms");
            let hint = "Put a longer text in quotes, and join the values of one key by commas.";
            refused.push(error(first, message, hint));
            break;
        }
        match one_of(&either) {
            Ok(term) => filter.terms.push(term),
            Err(error) => refused.push(error),
        }
    }
    (filter, refused)
}

/// One term, or several of which one must hold.
fn one_of(typed: &[&str]) -> Result<Term, FilterError> {
    if let [only] = typed
        && *only != EITHER
    {
        return term(only);
    }
    if typed.iter().any(|term| term.is_empty() || *term == EITHER) {
        return Err(error(
            &typed.join(" | "),
            "| must stand between two terms",
            "Write it like error:date | error:email. To look for the sign itself, put it in quotes.",
        ));
    }
    Ok(Term {
        negated: false,
        wanted: Wanted::Either(
            typed
                .iter()
                .map(|one| term(one))
                .collect::<Result<_, _>>()?,
        ),
    })
}

/// The line cut at spaces outside of quotes; what begins with a quote that is never closed is no term.
fn words(line: &str) -> Result<Vec<&str>, (Vec<&str>, FilterError)> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        match term_end(rest) {
            Ok(end) => {
                words.push(&rest[..end]);
                rest = rest[end..].trim_start();
            }
            Err(error) => return Err((words, error)),
        }
    }
    Ok(words)
}

/// Where the first term ends: at a space outside of quotes.
fn term_end(text: &str) -> Result<usize, FilterError> {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if c.is_whitespace() && !quoted => return Ok(at),
            _ => {}
        }
    }
    if quoted {
        return Err(error(
            text,
            "a quote is never closed",
            "Add the closing quote.",
        ));
    }
    Ok(text.len())
}

fn term(typed: &str) -> Result<Term, FilterError> {
    let body = typed.strip_prefix('-').unwrap_or(typed);
    let negated = body.len() < typed.len() && !body.is_empty();
    let body = if negated { body } else { typed };
    let wanted = match cut(body) {
        Some((key, rest)) => wanted(typed, key, rest)?,
        None => Wanted::Text(unquoted(body)),
    };
    Ok(Term { negated, wanted })
}

/// The key and the rest from its sign on; `None` where a term is text.
pub(super) fn cut(body: &str) -> Option<(&str, &str)> {
    let is_escaped = body.starts_with('.');
    let mut quoted = false;
    let sign = body.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        !quoted && matches!(c, ':' | '=' | '~' | '<' | '>')
    });
    // A `~` also escapes in pointers, where it is followed by 0 or 1 before another sign.
    let mut at = sign?.0;
    while body.starts_with('/') && body[at..].starts_with(['~']) {
        let is_escape = body[at + 1..].starts_with(['0', '1']);
        let next = body[at + 1..].find([':', '=', '~', '<', '>']);
        match next {
            Some(next) if is_escape => at += 1 + next,
            _ => break,
        }
    }
    let (key, rest) = body.split_at(at);
    let is_text = if is_escaped {
        key.len() < 2
    } else {
        key.contains('"') || !(rest.starts_with(':') || is_plain(key))
    };
    (!is_text).then_some((key, rest))
}

fn wanted(term: &str, key: &str, rest: &str) -> Result<Wanted, FilterError> {
    let word = key.to_lowercase();
    if let Some(name) = key.strip_prefix('.') {
        return value(term, &unquoted(name), rest);
    }
    let like = |example: &str| format!("Write it like {example}.");
    match word.as_str() {
        "value" => test(term, rest, &like("value~@gmail")).map(Wanted::Failing),
        "now" => test(term, rest, &like("now~2025")).map(Wanted::Now),
        "was" => test(term, rest, &like("was~31/12")).map(Wanted::Was),
        "tries" => test(term, rest, &like("tries:>2")).map(Wanted::Tries),
        "seen" => seen(term, rest),
        _ if !is_key(&word) => value(term, key, rest),
        _ => {
            let typed = rest.strip_prefix(':').ok_or_else(|| {
                let message = format!("after {word} only : can stand");
                error(term, message, like(example(&word)))
            })?;
            keyed(term, &word, typed)
        }
    }
}

fn example(key: &str) -> &'static str {
    match key {
        "run" => "run:3",
        "problem" => "problem:3",
        "status" => "status:ready",
        "is" => "is:ready",
        "stage" => "stage:schema",
        "field" => "field:email",
        "error" => "error:format",
        "severity" => "severity:warning",
        "owner" => "owner:billing",
        "id" => "id:SO-882*",
        "shape" => "shape:99/99/9999",
        "http" => "http:409 or http:5*",
        "by" => "by:jana",
        "fix" => "fix:\"Rewrite a date\"",
        _ => "row:12 or row:12..40",
    }
}

fn keyed(term: &str, key: &str, typed: &str) -> Result<Wanted, FilterError> {
    let like = format!("Write it like {}.", example(key));
    let items = listed(term, &format!("{key}:"), typed, &like)?;
    let number = |text: &str| {
        let number = text.parse::<i64>().ok().filter(|number| *number >= 0);
        number.ok_or_else(|| error(term, format!("\"{text}\" is not a number"), like.as_str()))
    };
    match key {
        "run" => number(&unquoted(typed)).map(|run| Wanted::Run(RunId(run))),
        "status" | "is" => statuses(term, &items),
        "stage" => stages(term, &items),
        "severity" => severities(term, &items),
        "owner" => Ok(Wanted::Owner(distinct(owners(items)))),
        "error" => Ok(Wanted::Error(distinct(items))),
        "field" => {
            let path = |item: &String| {
                let message = || format!("\"{item}\" is not a field's name or path");
                let path = field(item).and_then(|path| Path::parse(&path));
                path.map(|path| path.pattern())
                    .ok_or_else(|| error(term, message(), like.as_str()))
            };
            let paths = items.iter().map(path).collect::<Result<_, _>>()?;
            Ok(Wanted::Field(distinct(paths)))
        }
        "problem" => problems(term, typed, items, &number),
        "id" => Ok(Wanted::Id(distinct(items))),
        "shape" => Ok(Wanted::Shape(distinct(items))),
        "http" => match items.iter().find(|item| item.contains('/')) {
            Some(item) => Err(error(
                term,
                format!("\"{item}\" is not the code of an answer"),
                format!("{like} To look for an address, put it in quotes."),
            )),
            None => Ok(Wanted::Answer(distinct(items))),
        },
        "by" => Ok(Wanted::By(distinct(items))),
        "fix" => Ok(Wanted::Fix(distinct(items))),
        // Only `row` is left.
        _ => rows(term, &unquoted(typed), &number),
    }
}

/// Groups by their numbers, or by their titles; what stands in quotes is a title.
fn problems(
    term: &str,
    typed: &str,
    items: Vec<String>,
    number: &dyn Fn(&str) -> Result<i64, FilterError>,
) -> Result<Wanted, FilterError> {
    let is_number = |item: &str| item.bytes().all(|byte| byte.is_ascii_digit());
    let raw = raw_items(typed);
    if raw.iter().all(|item| !is_number(item)) {
        return Ok(Wanted::Title(distinct(items)));
    }
    if !raw.iter().all(|item| is_number(item)) {
        return Err(error(
            term,
            "numbers and names of problems cannot be joined by a comma",
            "Write it like problem:1 | problem:\"Tax ID*\".",
        ));
    }
    let group = |item: &String| number(item).map(GroupId);
    let groups = items.iter().map(group).collect::<Result<_, _>>()?;
    Ok(Wanted::Problem(distinct(groups)))
}

/// One record number or a range of them. No commas: `100,200` could mean two records or one, and filters decide what is
/// sent.
fn rows(
    term: &str,
    typed: &str,
    number: &dyn Fn(&str) -> Result<i64, FilterError>,
) -> Result<Wanted, FilterError> {
    let (first, last) = typed.split_once("..").unwrap_or((typed, typed));
    let (first, last) = (number(first)?, number(last)?);
    if first > last {
        let hint =
            format!("The first number must not be larger than the last: row:{last}..{first}.");
        return Err(error(term, format!("{typed} is no range"), hint));
    }
    Ok(Wanted::Row(RecordId(first), RecordId(last)))
}

/// A field's value.
fn value(term: &str, key: &str, rest: &str) -> Result<Wanted, FilterError> {
    match field(key).filter(|path| !path.is_empty()) {
        Some(path) => {
            let like = format!("Write it like {key}:text, {key}~part or {key}:missing.");
            Ok(Wanted::Value(path, test(term, rest, &like)?))
        }
        None => Err(error(
            term,
            format!("\"{key}\" is not a field's name or path"),
            format!(
                "Write it like country:DE. To look for text with a sign, put it in quotes: \"{}\"",
                term.trim_start_matches('-').replace('"', "\"\"")
            ),
        )),
    }
}

fn seen(term: &str, rest: &str) -> Result<Wanted, FilterError> {
    let like = "Write it like seen:2026-01-31, seen:>02:14 (UTC) or seen:-30m.";
    let ago = rest.strip_prefix(":-").and_then(minutes);
    let test = match ago {
        Some(minutes) => Test::AnyOf(vec![Item::Ago(minutes)]),
        None => test(term, rest, like)?,
    };
    // A day is all of it.
    let whole = |item| match item {
        Item::Like(day) if Bound::parse(&day).is_some() => Item::Range(day.clone(), day),
        other => other,
    };
    Ok(Wanted::Seen(match test {
        Test::AnyOf(items) => Test::AnyOf(items.into_iter().map(whole).collect()),
        other => other,
    }))
}

/// The minutes of `30m`, `2h` or `7d`.
fn minutes(typed: &str) -> Option<u32> {
    let (digits, unit) = typed.split_at_checked(typed.len().checked_sub(1)?)?;
    let each = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        _ => return None,
    };
    digits.parse::<u32>().ok()?.checked_mul(each)
}

/// What stands from the sign on.
fn test(term: &str, rest: &str, like: &str) -> Result<Test, FilterError> {
    let order = |typed: &str| {
        let found = Order::ALL.iter().find(|(sign, _)| typed.starts_with(*sign));
        found.map(|(sign, order)| (*order, typed[sign.len()..].to_owned()))
    };
    let after = rest.strip_prefix(':');
    if let Some((order, bound)) = order(after.unwrap_or(rest)) {
        let bound = unquoted(&bound);
        return match Bound::parse(&bound) {
            Some(_) => Ok(Test::Compares(order, bound)),
            None => Err(error(
                term,
                format!("\"{bound}\" is not a number, a date or a time"),
                format!(
                    "Write it like {0}12.5, {0}2026-01-31 or {0}02:14.",
                    order.sign()
                ),
            )),
        };
    }
    let (sign, typed) = rest.split_at(1);
    if sign == "~"
        && typed.len() > 1
        && let Some(pattern) = typed
            .strip_prefix('/')
            .and_then(|typed| typed.strip_suffix('/'))
    {
        return match Regex::new(pattern) {
            Ok(_) => Ok(Test::Matches(pattern.to_owned())),
            Err(_) => Err(error(
                term,
                format!("/{pattern}/ is not a regular expression"),
                "Write \\ before each of . * + ? ( ) [ ] { } that means itself, or leave out the slashes.",
            )),
        };
    }
    let items = listed(term, sign, typed, like)?;
    Ok(match sign {
        "=" => Test::Exactly(distinct(items)),
        "~" => Test::Contains(distinct(items)),
        _ => Test::AnyOf(distinct(raw_items(typed).into_iter().map(item).collect())),
    })
}

/// One value after `:`; in quotes it is text, whatever it says.
fn item(raw: &str) -> Item {
    if raw.contains('"') {
        return Item::Like(unquoted(raw));
    }
    match raw.to_lowercase().as_str() {
        "missing" | "(missing)" => return Item::Missing,
        "empty" | "(empty)" => return Item::Empty,
        _ => {}
    }
    match raw.split_once("..") {
        Some((first, last)) if [first, last].iter().all(|end| Bound::parse(end).is_some()) => {
            Item::Range(first.to_owned(), last.to_owned())
        }
        _ => Item::Like(raw.to_owned()),
    }
}

/// Whether a text would mean something else than itself without quotes.
pub(super) fn is_special(text: &str) -> bool {
    text.starts_with(['>', '<']) || !matches!(item(text), Item::Like(_))
}

fn listed(term: &str, key: &str, typed: &str, like: &str) -> Result<Vec<String>, FilterError> {
    let items: Vec<String> = raw_items(typed).into_iter().map(unquoted).collect();
    if items.is_empty() {
        return Err(error(term, format!("nothing stands after {key}"), like));
    }
    if items.len() > MOST_VALUES {
        let message = format!("a term has at most {MOST_VALUES} values");
        return Err(error(term, message, "Ask for them in parts."));
    }
    Ok(items)
}

/// The values between commas that stand outside of quotes; nothing between two commas is no value.
fn raw_items(typed: &str) -> Vec<&str> {
    let mut quoted = false;
    typed
        .split(|c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        })
        .filter(|item| !item.is_empty())
        .collect()
}

/// The text without the quotes around its parts; a doubled quote inside them is one.
pub(super) fn unquoted(typed: &str) -> String {
    let mut text = String::with_capacity(typed.len());
    let mut quoted = false;
    let mut rest = typed.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '"' {
            text.push(c);
        } else if quoted && rest.next_if_eq(&'"').is_some() {
            text.push('"');
        } else {
            quoted = !quoted;
        }
    }
    text
}

fn distinct<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut any = Vec::new();
    for one in all {
        push(&mut any, one);
    }
    any
}
