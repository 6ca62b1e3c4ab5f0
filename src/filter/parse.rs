//! From a typed line to terms.

use super::{
    Filter, FilterError, Term, Wanted,
    words::{did_you_mean, error, owners, push, severities, stages, statuses},
};
use crate::model::{GroupId, Path, RecordId, RunId};

const KEYS: [&str; 10] = [
    "run", "status", "is", "stage", "field", "error", "severity", "owner", "problem", "row",
];

/// More than anybody types. SQLite, which answers filters, takes a thousand terms and thirty thousand values.
const MOST_TERMS: usize = 100;
const MOST_VALUES: usize = 1_000;

pub(super) fn line(line: &str) -> Result<Filter, FilterError> {
    let mut terms = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (typed, after) = rest.split_at(term_end(rest)?);
        if terms.len() == MOST_TERMS {
            let message = format!("a filter has at most {MOST_TERMS} terms");
            return Err(error(
                typed,
                message,
                "Put a longer text in quotes, and join the values of one key by commas.",
            ));
        }
        terms.push(term(typed)?);
        rest = after.trim_start();
    }
    Ok(Filter { terms })
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
    let colon = body
        .find([':', '"'])
        .filter(|at| body[*at..].starts_with(':'));
    let wanted = match colon {
        Some(at) => keyed(typed, &body[..at], &body[at + 1..])?,
        None => Wanted::Text(unquoted(body)),
    };
    Ok(Term { negated, wanted })
}

fn keyed(term: &str, key: &str, typed: &str) -> Result<Wanted, FilterError> {
    let key = key.to_lowercase();
    let example = match key.as_str() {
        "run" | "problem" => format!("{key}:3"),
        "status" | "is" => format!("{key}:ready"),
        "stage" => "stage:schema".to_owned(),
        "field" => "field:email".to_owned(),
        "error" => "error:format".to_owned(),
        "severity" => "severity:warning".to_owned(),
        "owner" => "owner:billing".to_owned(),
        "row" => "row:12 or row:12..40".to_owned(),
        _ => return Err(unknown_key(term, &key)),
    };
    let like = format!("Write it like {example}.");
    let items = items(typed);
    if items.is_empty() {
        return Err(error(term, format!("nothing stands after {key}:"), like));
    }
    if items.len() > MOST_VALUES {
        let message = format!("a term has at most {MOST_VALUES} values");
        return Err(error(term, message, "Ask for them in parts."));
    }
    let number = |text: &str| {
        let number = text.parse::<i64>().ok().filter(|number| *number >= 0);
        number.ok_or_else(|| error(term, format!("\"{text}\" is not a number"), like.as_str()))
    };
    match key.as_str() {
        "run" => number(&unquoted(typed)).map(|run| Wanted::Run(RunId(run))),
        "status" | "is" => statuses(term, &items),
        "stage" => stages(term, &items),
        "severity" => severities(term, &items),
        "owner" => Ok(Wanted::Owner(distinct(owners(items)))),
        "error" => Ok(Wanted::Error(distinct(items))),
        "field" => {
            let path = |item: &String| {
                let message = || format!("\"{item}\" is not a field's name or path");
                field(item).ok_or_else(|| error(term, message(), like.as_str()))
            };
            let paths = items.iter().map(path).collect::<Result<_, _>>()?;
            Ok(Wanted::Field(distinct(paths)))
        }
        "problem" => {
            let group = |item: &String| number(item).map(GroupId);
            let groups = items.iter().map(group).collect::<Result<_, _>>()?;
            Ok(Wanted::Problem(distinct(groups)))
        }
        // Only `row` is left.
        _ => rows(term, &unquoted(typed), &number),
    }
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

fn unknown_key(term: &str, key: &str) -> FilterError {
    let hint = format!(
        "{}The keys are run, status (is), stage, field, error, severity, owner, problem, row. To look for text \
         with a colon, put it in quotes: \"{}\"",
        did_you_mean(key, &KEYS, ":"),
        term.trim_start_matches('-').replace('"', "\"\"")
    );
    error(term, format!("\"{key}\" is not a key of the filter"), hint)
}

/// The values between commas that stand outside of quotes; nothing between two commas is no value.
fn items(typed: &str) -> Vec<String> {
    let mut quoted = false;
    typed
        .split(|c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        })
        .filter(|item| !item.is_empty())
        .map(unquoted)
        .collect()
}

/// The text without the quotes around its parts; a doubled quote inside them is one.
fn unquoted(typed: &str) -> String {
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

/// The pattern of `/lines/0/qty`, `lines[].qty`, `lines[0].qty` or `contact_email`.
fn field(typed: &str) -> Option<String> {
    if typed.is_empty() || typed.starts_with('/') {
        return Path::parse(typed).map(|path| path.pattern());
    }
    if typed == Path::root().label() {
        return Some(String::new());
    }
    let mut path = Path::root();
    for part in typed.split('.') {
        let (name, positions) = part.split_at(part.find('[').unwrap_or(part.len()));
        if !name.is_empty() {
            path = path.child(name);
        }
        for position in positions.split_terminator(']') {
            let digits = position.strip_prefix('[')?;
            if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            path = path.child("[]");
        }
        if part.is_empty() || !(positions.is_empty() || positions.ends_with(']')) {
            return None;
        }
    }
    Some(path.pattern())
}

fn distinct<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut any = Vec::new();
    for one in all {
        push(&mut any, one);
    }
    any
}
