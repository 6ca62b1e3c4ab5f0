//! Problems in plain words: one table for screen, command line and export. Codes are JSON Schema keywords, redrive's own
//! and Pydantic's `type`; the latter share the sentences of the keyword they mean.

mod foreign;
mod kinds;
mod title;

use serde_json::Value;

use self::kinds::kind_sentence;
pub use self::{
    foreign::{foreign, shape},
    title::{title, twice},
};
use super::suggest;
use crate::model::{Found, Path, Wants};

/// A problem that is to be put into words.
#[derive(Clone, Copy, Debug)]
pub struct Case<'p> {
    /// A JSON Schema keyword.
    pub code: &'p str,
    pub detail: &'p str,
    /// The field's name, from [`label`].
    pub label: &'p str,
    pub found: Option<&'p Found>,
    pub wants: &'p Wants,
    pub facts: &'p Facts,
}

/// What a sentence needs beyond the value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The limit that was passed over, or the pattern.
    pub limit: Option<String>,
    /// Characters or entries the value has.
    pub size: Option<usize>,
    /// The fields that are known where an unknown one stands.
    pub names: Vec<String>,
    /// The values that are allowed.
    pub allowed: Vec<String>,
    /// The kinds of value a union takes.
    pub kinds: Vec<String>,
    /// The field that says of which kind a record is.
    pub tag: Option<String>,
}

impl Facts {
    /// From a JSON array of allowed values.
    pub fn allowed(values: &Value) -> Self {
        Self {
            allowed: values
                .as_array()
                .into_iter()
                .flatten()
                .filter(|value| !value.is_null())
                .map(plain)
                .collect(),
            ..Self::default()
        }
    }

    pub fn kinds(kinds: Vec<String>) -> Self {
        Self {
            kinds,
            ..Self::default()
        }
    }

    /// These facts where they say something, else the others.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self == Self::default() { other } else { self }
    }
}

/// The name of a field in a sentence: the schema's title, else its own name made readable. `contact_email` is
/// "Contact email".
pub fn label(path: &Path, wants: &Wants) -> String {
    if let Some(title) = &wants.title
        && !title.trim().is_empty()
    {
        return title.trim().to_owned();
    }
    let is_position = |part: &String| part == "[]" || part.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<String> = path.segments().collect();
    match parts.iter().rev().find(|part| !is_position(part)) {
        None => "The record".to_owned(),
        Some(name) if parts.last().is_some_and(is_position) => format!("{} entry", readable(name)),
        Some(name) => readable(name),
    }
}

/// The sentence and the hint of a problem that a schema found. The hint may be empty.
pub fn sentence(case: Case<'_>) -> (String, String) {
    let (label, found, facts) = (case.label, case.found, case.facts);
    let (value, limit) = (quoted(found), facts.limit.as_deref().unwrap_or("?"));
    let size = facts.size.map_or("?".to_owned(), |size| size.to_string());
    match (case.code, case.detail) {
        ("required", _) => (
            format!("{label} is missing."),
            match case.wants.allowed.as_slice() {
                [] => "Type a value.".to_owned(),
                allowed => choose(&allowed.iter().map(plain).collect::<Vec<_>>()),
            },
        ),
        ("additionalProperties" | "unevaluatedProperties", _) => (
            format!("{label} is not a field the destination knows."),
            match suggest::nearest(label, &facts.names) {
                Some(nearest) => format!("Did you mean {nearest}? Rename or remove it."),
                None => "Rename or remove it.".to_owned(),
            },
        ),
        ("propertyNames", _) => (
            format!("{label} is not a name a field may have here."),
            "Rename or remove it.".to_owned(),
        ),
        ("type", _) => kind_sentence(case),
        ("format", _) => format_sentence(case.detail, label, &value),
        ("enum" | "const", _) => (
            match found {
                Some(Found::Text(text)) if text.is_empty() => format!("{label} is empty."),
                _ => format!("{value} is not one of the allowed values."),
            },
            match (facts.allowed.as_slice(), found) {
                ([only], _) => format!("Only \"{only}\" is allowed."),
                (allowed, Some(Found::Text(text))) => match suggest::nearest(text, allowed) {
                    Some(nearest) => format!("Choose from the list. Nearest: {nearest}."),
                    None => choose(allowed),
                },
                (allowed, _) => choose(allowed),
            },
        ),
        ("minLength", _) if facts.size == Some(0) => {
            (format!("{label} is empty."), "Type a value.".to_owned())
        }
        ("minLength", _) => (
            format!(
                "{label} needs at least {limit} {}. It has {size}.",
                plural(limit, "character")
            ),
            "Part of the value may be missing.".to_owned(),
        ),
        ("maxLength", _) => (
            format!(
                "{label} may have {limit} {}. It has {size}.",
                plural(limit, "character")
            ),
            "Shorten it.".to_owned(),
        ),
        ("pattern", _) => (
            format!("{label} is not written the expected way."),
            expected(limit),
        ),
        ("minimum", _) => (
            format!("{label} must be {limit} or more. It is {}.", bare(found)),
            String::new(),
        ),
        ("exclusiveMinimum", _) => (
            format!("{label} must be more than {limit}. It is {}.", bare(found)),
            String::new(),
        ),
        ("maximum", _) => (
            format!("{label} must be {limit} or less. It is {}.", bare(found)),
            "A decimal point may be missing.".to_owned(),
        ),
        ("exclusiveMaximum", _) => (
            format!("{label} must be less than {limit}. It is {}.", bare(found)),
            "A decimal point may be missing.".to_owned(),
        ),
        ("multipleOf", _) => (
            format!("{label} must be a multiple of {limit}."),
            String::new(),
        ),
        ("minItems" | "minProperties" | "contains", _) => (
            format!(
                "{label} needs at least {} {}. It has {size}.",
                if case.code == "contains" {
                    "1 fitting"
                } else {
                    limit
                },
                plural(limit, "entry")
            ),
            "Add an entry, or set the record aside.".to_owned(),
        ),
        ("maxItems" | "maxProperties" | "additionalItems" | "unevaluatedItems", _) => (
            match facts.limit {
                Some(_) => format!(
                    "{label} may have {limit} {}. It has {size}.",
                    plural(limit, "entry")
                ),
                None => format!("{label} has too many entries."),
            },
            "Remove the ones too many.".to_owned(),
        ),
        ("uniqueItems", _) => (
            format!("{label} has the same entry twice."),
            "Keep one and remove the other.".to_owned(),
        ),
        ("oneOf", "several") => (
            format!("{label} fits several of the forms it may have, and only one is meant."),
            "Remove what belongs to the other ones.".to_owned(),
        ),
        ("anyOf" | "oneOf", _) => match &facts.tag {
            Some(tag) => (
                "The kind of this record is not clear.".to_owned(),
                format!("Set {tag} to one of: {}.", list(&facts.allowed)),
            ),
            None => (
                format!("{label} fits none of the forms it may have."),
                "Look at the whole value.".to_owned(),
            ),
        },
        ("not" | "falseSchema", _) => (
            format!("{label} must stay empty here."),
            match case.code {
                "not" => "Make it empty.".to_owned(),
                _ => "Remove it.".to_owned(),
            },
        ),
        _ => (
            format!("{label} was not accepted: {value}."),
            format!("Code {}. Copy it for the import team (y).", case.code),
        ),
    }
}

/// The sentence and the hint of a rule that a record breaks.
pub fn rule(id: &str, message: &str, owner: &str) -> (String, String) {
    let message = message.trim();
    let owner = if owner.is_empty() { "its owner" } else { owner };
    (
        if message.is_empty() {
            format!("The record breaks the rule {id}.")
        } else {
            first_upper(message)
        },
        format!("Rule: {id}. Ask {owner} if the text is not clear."),
    )
}

/// The sentence and the hint of a rule that could not be evaluated, with the reason as a half sentence.
pub fn not_evaluated(id: &str, reason: &str) -> (String, String) {
    (
        format!("Rule {id} could not be checked: {reason}."),
        "Fill in what the rule needs, or tell its owner.".to_owned(),
    )
}

/// The sentence and the hint of fields that are the same in an earlier record of the run: the contract's own sentence, or
/// ours. The fields come as their label and how many they are.
pub fn duplicate(
    own: &str,
    (label, fields): (&str, usize),
    value: Option<&str>,
    first: Option<i64>,
) -> (String, String) {
    let earlier = match first {
        Some(first) => format!("record {first} has"),
        None => "an earlier record has".to_owned(),
    };
    let (verb, it) = match fields {
        0 | 1 => ("appears", "it"),
        _ => ("appear", "them"),
    };
    let hint = "Keep one, set the other aside.";
    if !own.trim().is_empty() {
        let earlier = first_upper(&earlier);
        return (
            first_upper(own.trim()),
            format!("{earlier} {it}, too. {hint}"),
        );
    }
    let value = value.map_or(String::new(), |value| format!(" \"{}\"", cut(value, 24)));
    (
        format!("{label}{value} {verb} twice: {earlier} {it}, too."),
        hint.to_owned(),
    )
}

fn format_sentence(format: &str, label: &str, value: &str) -> (String, String) {
    let (sentence, hint) = match format {
        "date" => (
            format!("This date is not written year-month-day: {value}."),
            "Write it like 2025-12-31.",
        ),
        "date-time" => (
            format!("{label} must be a date and a time: {value} is not."),
            "Write it like 2025-12-31T14:30:00Z.",
        ),
        "time" => (
            format!("{label} must be a time of day."),
            "Write it like 14:30:00Z.",
        ),
        "email" | "idn-email" => (
            format!("This e-mail address is not complete: {value}."),
            "It needs one @ and a name after it.",
        ),
        "uri" | "iri" | "url" => (
            format!("This web address is not complete: {value}."),
            "Start with https://",
        ),
        "uuid" => (
            format!("This is not a full ID: {value}."),
            "32 letters and digits, like 1b4e28ba-2fa1-11d2-883f-0016d3cca427.",
        ),
        other => (format!("{label} is not written as {other}: {value}."), ""),
    };
    (sentence, hint.to_owned())
}

fn choose(allowed: &[String]) -> String {
    if allowed.is_empty() {
        "Choose from the list.".to_owned()
    } else {
        format!("Choose one of: {}.", list(allowed))
    }
}

fn list(values: &[String]) -> String {
    let mut text = values
        .iter()
        .take(6)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    if values.len() > 6 {
        text.push_str(", ...");
    }
    text
}

/// A value in straight quotes, cut at 24 characters; a number or a list without quotes.
fn quoted(found: Option<&Found>) -> String {
    match found {
        Some(Found::Text(text)) => format!("\"{}\"", cut(text, 24)),
        _ => bare(found),
    }
}

fn bare(found: Option<&Found>) -> String {
    match found {
        Some(Found::Json(json)) if json == "null" => "nothing".to_owned(),
        Some(Found::Text(text) | Found::Json(text)) => cut(text, 24),
        Some(Found::Missing) | None => "nothing".to_owned(),
    }
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.push('…');
    short
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn plural(number: &str, noun: &str) -> String {
    match (number, noun) {
        ("1", _) => noun.to_owned(),
        (_, "entry") => "entries".to_owned(),
        _ => format!("{noun}s"),
    }
}

fn first_upper(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// `contact_email` and `contactEmail` as "Contact email"; a name that is no word stays as it is.
fn readable(name: &str) -> String {
    let mut words = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c == '_' || c == '-' {
            words.push(' ');
        } else if c.is_uppercase() && before.is_lowercase() {
            words.push(' ');
            words.extend(c.to_lowercase());
        } else {
            words.push(c);
        }
        before = c;
    }
    let words = words.trim();
    if words.is_empty() {
        format!("\"{name}\"")
    } else {
        first_upper(words)
    }
}

/// How a pattern wants a value written, for people: in words or by an example. Empty where only an expression could say it.
fn expected(pattern: &str) -> String {
    let words = match pattern {
        r"\S" | r"^.*\S.*$" | r".*\S.*" | r"^\s*\S.*$" | r"^\s*\S" => {
            "It must not be empty or only spaces."
        }
        r"^\S+$" | r"^\S*$" | r"^[^\s]+$" | r"^[^\s]*$" => "It must have no spaces.",
        r"^\S.*\S$" | r"^\S(.*\S)?$" | r"^\S(?:.*\S)?$" => "It must not begin or end with a space.",
        r"^[0-9]+$" | r"^\d+$" | r"^[0-9]*$" | r"^\d*$" => "It must have digits only.",
        "^[A-Z]+$" => "It must have capital letters from A to Z only.",
        "^[a-z]+$" => "It must have small letters from a to z only.",
        "^[A-Za-z]+$" | "^[a-zA-Z]+$" => "It must have letters from A to Z only.",
        _ => {
            let sample = sample(pattern);
            return sample.map_or_else(String::new, |sample| {
                format!("It should look like {sample}.")
            });
        }
    };
    words.to_owned()
}

/// The most characters of one kind that an example has.
const MOST_ALIKE: usize = 30;

/// An example made from a simple pattern such as `^CUS-[0-9]{7}$`: `CUS-1234567`. `None` where it is not simple.
fn sample(pattern: &str) -> Option<String> {
    let inside = pattern.strip_prefix('^')?.strip_suffix('$')?;
    let mut sample = String::new();
    let mut digits = "1234567890".chars().cycle();
    let mut rest = inside.chars().peekable();
    while let Some(c) = rest.next() {
        // Digits of all kinds go up, as nothing is written with one digit alone.
        let (piece, least) = match c {
            '[' => {
                let class: String = rest.by_ref().take_while(|c| *c != ']').collect();
                match class.chars().next()? {
                    '^' | '\\' => return None,
                    '0' if class == "0-9" => ('1', Some('0')),
                    '1' if class == "1-9" => ('1', Some('1')),
                    '0' => ('1', None),
                    first => (first, None),
                }
            }
            '\\' => match rest.next()? {
                'd' => ('1', Some('0')),
                other if !other.is_alphanumeric() => (other, None),
                _ => return None,
            },
            '(' | ')' | '|' | '*' | '+' | '?' | '.' | '^' | '$' | '{' => return None,
            other => (other, None),
        };
        let times = match rest.peek() {
            Some('{') => {
                rest.next();
                let count: String = rest.by_ref().take_while(|c| *c != '}').collect();
                times(&count)?
            }
            Some('*' | '+' | '?') => return None,
            _ => 1,
        };
        for _ in 0..times {
            let next = least.and_then(|least| digits.find(|digit| *digit >= least));
            sample.push(next.unwrap_or(piece));
        }
    }
    (!sample.is_empty()).then_some(sample)
}

/// How often a piece stands in an example: in the middle of `6,14`.
fn times(count: &str) -> Option<usize> {
    let (least, most) = count.split_once(',').unwrap_or((count, count));
    let least = least.parse::<usize>().ok()?;
    let most = most.parse::<usize>().unwrap_or(least).max(least);
    let times = usize::midpoint(least, most);
    (times <= MOST_ALIKE).then_some(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_of_the_schema_come_first() {
        let wants = Wants {
            title: Some("Deal Value".to_owned()),
            ..Wants::default()
        };
        assert_eq!(label(&Path::field("dv"), &wants), "Deal Value");
        assert_eq!(label(&Path::root(), &Wants::default()), "The record");
        assert_eq!(label(&Path::field("__"), &Wants::default()), "\"__\"");
    }

    #[test]
    fn examples_are_made_from_simple_patterns_only() {
        assert_eq!(sample("^CUS-[0-9]{7}$").as_deref(), Some("CUS-1234567"));
        let phone = sample(r"^\+[1-9][0-9]{6,14}$");
        assert_eq!(phone.as_deref(), Some("+12345678901"));
        assert_eq!(sample("^[5-9]{3}$").as_deref(), Some("555"));
        assert_eq!(sample("^[A-Z]{2}$").as_deref(), Some("AA"));
        for hard in [r"\S", "^(?=a)b$", "^a+$", "^a|b$", "^.*$", "^[^a]$"] {
            assert_eq!(sample(hard), None, "{hard}");
        }
    }

    #[test]
    fn a_pattern_is_told_in_words_and_never_as_an_expression() {
        assert_eq!(expected(r"\S"), "It must not be empty or only spaces.");
        assert_eq!(
            expected("^[A-Z]{2}-[0-9]{3}$"),
            "It should look like AA-123."
        );
        for hard in ["^(?=a)b$", "^a+$", r"\w+@\w+"] {
            assert_eq!(expected(hard), "", "{hard}");
        }
    }

    #[test]
    fn sentences_are_free_of_the_words_no_one_should_read() {
        let codes = [
            "required",
            "additionalProperties",
            "propertyNames",
            "enum",
            "const",
            "minLength",
            "maxLength",
            "pattern",
            "minimum",
            "exclusiveMinimum",
            "maximum",
            "exclusiveMaximum",
            "multipleOf",
            "minItems",
            "maxItems",
            "contains",
            "uniqueItems",
            "anyOf",
            "oneOf",
            "not",
            "falseSchema",
            "additionalItems",
        ];
        let details = [
            "string",
            "integer",
            "number",
            "boolean",
            "object",
            "array",
            "null",
            "integer or string",
        ];
        let formats = ["date", "date-time", "time", "email", "uri", "uuid", "ipv4"];
        let all = codes
            .iter()
            .map(|code| (*code, ""))
            .chain(details.iter().map(|detail| ("type", *detail)))
            .chain(formats.iter().map(|format| ("format", *format)));
        for (code, detail) in all {
            for found in [
                Found::Missing,
                Found::Text(String::new()),
                Found::Text("x".repeat(500)),
                Found::Json("null".to_owned()),
                Found::Json("[1]".to_owned()),
            ] {
                let facts = Facts {
                    limit: Some("3".to_owned()),
                    size: Some(500),
                    ..Facts::default()
                };
                let (sentence, hint) = sentence(Case {
                    code,
                    detail,
                    label: "Deal value",
                    found: Some(&found),
                    wants: &Wants::default(),
                    facts: &facts,
                });
                for text in [&sentence, &hint] {
                    let lower = text.to_lowercase();
                    for word in [
                        "invalid",
                        "error",
                        "please",
                        "sorry",
                        "oops",
                        "failed to",
                        "null",
                        "string",
                        "schema",
                        "regex",
                    ] {
                        assert!(!lower.contains(word), "{code} {detail}: {text}");
                    }
                    assert!(text.chars().count() <= 152, "{text}");
                }
                assert!(sentence.ends_with('.'), "{sentence}");
            }
        }
    }
}
