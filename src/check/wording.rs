//! Problems in plain words: one table for screen, command line and export. Codes are JSON Schema keywords, redrive's own
//! and Pydantic's `type`; the latter share the sentences of the keyword they mean.

use serde_json::Value;

use super::suggest;
use crate::model::{Found, Path, Problem, Stage, Wants};

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
pub fn sentence(
    code: &str,
    detail: &str,
    label: &str,
    found: Option<&Found>,
    wants: &Wants,
    facts: &Facts,
) -> (String, String) {
    let value = quoted(found);
    let limit = facts.limit.as_deref().unwrap_or("?");
    let size = facts.size.map_or("?".to_owned(), |size| size.to_string());
    match (code, detail) {
        ("required", _) => (
            format!("{label} is missing."),
            match wants.allowed.as_slice() {
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
        ("type", _) => kind_sentence(detail, label, found, wants),
        ("format", _) => format_sentence(detail, label, &value),
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
            match sample(limit) {
                Some(sample) => format!("It should look like {sample}."),
                None => format!("It should fit {}.", cut(limit, 40)),
            },
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
                if code == "contains" {
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
            "Make it empty.".to_owned(),
        ),
        _ => (
            format!("{label} was not accepted: {value}."),
            format!("Code {code}. Copy it for the import team (y)."),
        ),
    }
}

/// The sentence and the hint of a rule that a record breaks.
pub fn rule(id: &str, message: &str) -> (String, String) {
    let message = message.trim();
    (
        if message.is_empty() {
            format!("The record breaks the rule {id}.")
        } else {
            first_upper(message)
        },
        format!("Rule: {id}. Ask its owner if the text is not clear."),
    )
}

/// The sentence and the hint of a rule that could not be evaluated, with the reason as a half sentence.
pub fn not_evaluated(id: &str, reason: &str) -> (String, String) {
    (
        format!("Rule {id} could not be checked: {reason}."),
        "Fill in what the rule needs, or tell its owner.".to_owned(),
    )
}

/// The sentence and the hint of a key that stands in an earlier record of the run.
pub fn duplicate(label: &str, key: Option<&str>, first: Option<i64>) -> (String, String) {
    let key = key.map_or(String::new(), |key| format!(" \"{}\"", cut(key, 24)));
    (
        match first {
            Some(first) => format!("{label}{key} appears twice: record {first} has it, too."),
            None => format!("{label}{key} appears twice: an earlier record has it, too."),
        },
        "Keep one, set the other aside.".to_owned(),
    )
}

/// The name of a group on the screen.
pub fn title(problem: &Problem, wants: &Wants) -> String {
    let label = label(&problem.path, wants);
    let (code, detail) = meaning(&problem.code, &problem.detail);
    let sentence = || {
        let text = problem.message.trim().trim_end_matches('.');
        cut(&first_upper(text), 60)
    };
    match (problem.stage, code, detail) {
        (Stage::Rule, "unique", _) => format!("{label} appears twice"),
        (Stage::Rule, _, "not_evaluated") => {
            format!("Rule {} could not be checked", problem.code)
        }
        (Stage::Rule | Stage::Send, _, _) => sentence(),
        (_, "required", _) => format!("{label} is missing"),
        (_, "additionalProperties" | "unevaluatedProperties" | "propertyNames", _) => {
            format!("{label} is not a known field")
        }
        (_, "type", "integer") => format!("{label} is not a whole number"),
        (_, "type", "number") => format!("{label} is not a number"),
        (_, "type", "boolean") => format!("{label} is not yes or no"),
        (_, "type", "string") => format!("{label} is not text"),
        (_, "type", "object") => format!("{label} is not a group of fields"),
        (_, "type", "array") => format!("{label} is not a list"),
        (_, "type", "null") => format!("{label} is not empty"),
        (_, "type", _) => format!("{label} is of another kind"),
        (_, "format", "date-time") => "Date and time not written the ISO way".to_owned(),
        (_, "format", "date") => "Date not year-month-day".to_owned(),
        (_, "format", "time") => "Time of day not written the ISO way".to_owned(),
        (_, "format", "email" | "idn-email") => "Email address not complete".to_owned(),
        (_, "format", "uri" | "iri" | "url") => "Web address not complete".to_owned(),
        (_, "format", "uuid") => "ID not complete".to_owned(),
        (_, "format", other) => format!("{label} is not written as {other}"),
        (_, "enum" | "const", _) => format!("{label} not in the list"),
        (_, "minLength", _) => format!("{label} is too short"),
        (_, "maxLength", _) => format!("{label} is too long"),
        (_, "pattern", _) => format!("{label} is not written the expected way"),
        (_, "minimum" | "exclusiveMinimum", _) => format!("{label} is too small"),
        (_, "maximum" | "exclusiveMaximum", _) => format!("{label} is too large"),
        (_, "multipleOf", _) => format!("{label} is not a multiple"),
        (_, "minItems" | "minProperties" | "contains", _) => format!("{label} has too few entries"),
        (_, "maxItems" | "maxProperties" | "additionalItems" | "unevaluatedItems", _) => {
            format!("{label} has too many entries")
        }
        (_, "uniqueItems", _) => format!("{label} has the same entry twice"),
        (_, "anyOf" | "oneOf", _) => format!("{label} fits none of its forms"),
        (_, "not" | "falseSchema", _) => format!("{label} must stay empty"),
        (_, "int_from_float", _) => format!("{label} is not a whole number"),
        (_, "timezone_aware", _) => format!("{label} has no time zone"),
        (_, "csv:field_count", _) => "Too many or too few cells".to_owned(),
        (_, "csv:text_after_quote", _) => "Text after a closing quote".to_owned(),
        (_, "csv:unclosed_quote", _) => "A quote is never closed".to_owned(),
        (_, "json:syntax", _) => "Not readable as JSON".to_owned(),
        (_, "json:not_object", _) => "Not a group of fields".to_owned(),
        (_, "json:duplicate_key", _) => "The same field twice in a record".to_owned(),
        (_, "json:depth", _) => "Nested too deeply".to_owned(),
        (_, "encoding:utf-8", _) => "Letters in another encoding".to_owned(),
        _ if problem.message.trim().is_empty() => format!("{label} was not accepted"),
        _ => sentence(),
    }
}

/// The sentence and the hint of a problem that another tool reported, from its code and its own message.
pub fn foreign(
    stage: Stage,
    code: &str,
    path: &Path,
    message: &str,
    found: Option<&Found>,
) -> (String, String) {
    let label = label(path, &Wants::default());
    let message = message.trim();
    let own = message
        .strip_prefix("Value error, ")
        .or_else(|| message.strip_prefix("Assertion failed, "))
        .unwrap_or(message);
    let (known, detail) = meaning(code, "");
    if stage == Stage::Parse {
        return (format!("This line could not be read. {own}"), String::new());
    }
    if known == "value_error" && own.contains("email") {
        return format_sentence("email", &label, &quoted(found));
    }
    let needs_limit = matches!(
        known,
        "minLength"
            | "maxLength"
            | "minimum"
            | "exclusiveMinimum"
            | "maximum"
            | "exclusiveMaximum"
            | "multipleOf"
            | "minItems"
            | "maxItems"
    );
    let facts = Facts {
        limit: needs_limit.then(|| last_number(own)).flatten(),
        size: size_of(found),
        allowed: quoted_values(own),
        ..Facts::default()
    };
    match known {
        "int_from_float" => (
            format!(
                "{label} must be a whole number. {} has a fraction.",
                bare(found)
            ),
            String::new(),
        ),
        "timezone_aware" => (
            format!("{label} needs a time zone."),
            "Add Z for UTC, or +01:00 for Berlin in winter.".to_owned(),
        ),
        "pattern" => (
            format!("{label} is not written the expected way."),
            String::new(),
        ),
        "value_error" | "assertion_error" => (first_upper(own), String::new()),
        _ if needs_limit && facts.limit.is_none() => unknown(&label, code, own),
        "required"
        | "additionalProperties"
        | "type"
        | "format"
        | "enum"
        | "const"
        | "uniqueItems"
        | "anyOf"
        | "oneOf"
        | "not" => sentence(known, detail, &label, found, &Wants::default(), &facts),
        _ if needs_limit => sentence(known, detail, &label, found, &Wants::default(), &facts),
        _ => unknown(&label, code, own),
    }
}

/// The pattern of a foreign message: quoted values become `"…"` and numbers `#`, so that messages of one kind are equal.
pub fn shape(message: &str) -> String {
    let mut shape = String::new();
    let mut rest = message.chars().peekable();
    let mut before = ' ';
    while let Some(c) = rest.next() {
        let opens = matches!(c, '"' | '\'' | '`') && !before.is_alphanumeric();
        let closing = opens.then(|| rest.clone().skip(1).position(|other| other == c));
        match closing.flatten() {
            Some(length) => {
                rest.nth(length + 1);
                shape.push_str("\"…\"");
                before = c;
            }
            None if c.is_ascii_digit() => {
                while rest
                    .next_if(|next| next.is_ascii_digit() || matches!(next, '.' | ','))
                    .is_some()
                {}
                shape.push('#');
                before = '0';
            }
            None => {
                shape.push(c);
                before = c;
            }
        }
    }
    shape
}

/// The JSON Schema keyword and detail that a Pydantic type means; anything else is itself.
fn meaning<'c>(code: &'c str, detail: &'c str) -> (&'c str, &'c str) {
    match code {
        "missing" => ("required", ""),
        "extra_forbidden" | "unexpected_keyword_argument" => ("additionalProperties", ""),
        "string_type" | "string_sub_type" | "string_unicode" => ("type", "string"),
        "int_parsing" | "int_type" | "int_parsing_size" => ("type", "integer"),
        "float_parsing" | "float_type" | "decimal_parsing" | "decimal_type" | "finite_number" => {
            ("type", "number")
        }
        "bool_parsing" | "bool_type" => ("type", "boolean"),
        "dict_type" | "model_type" | "model_attributes_type" | "mapping_type" => ("type", "object"),
        "list_type" | "tuple_type" | "set_type" | "iterable_type" => ("type", "array"),
        "none_required" => ("type", "null"),
        "date_parsing"
        | "date_type"
        | "date_from_datetime_parsing"
        | "date_from_datetime_inexact" => ("format", "date"),
        "datetime_parsing"
        | "datetime_type"
        | "datetime_from_date_parsing"
        | "datetime_object_invalid" => ("format", "date-time"),
        "time_parsing" | "time_type" => ("format", "time"),
        "url_parsing" | "url_scheme" | "url_type" | "url_syntax_violation" => ("format", "uri"),
        "uuid_parsing" | "uuid_type" | "uuid_version" => ("format", "uuid"),
        "string_too_short" => ("minLength", ""),
        "string_too_long" => ("maxLength", ""),
        "string_pattern_mismatch" => ("pattern", ""),
        "literal_error" => ("enum", ""),
        "greater_than" => ("exclusiveMinimum", ""),
        "greater_than_equal" => ("minimum", ""),
        "less_than" => ("exclusiveMaximum", ""),
        "less_than_equal" => ("maximum", ""),
        "multiple_of" => ("multipleOf", ""),
        "too_short" => ("minItems", ""),
        "too_long" => ("maxItems", ""),
        "union_tag_invalid" | "union_tag_not_found" => ("oneOf", ""),
        other => (other, detail),
    }
}

fn unknown(label: &str, code: &str, message: &str) -> (String, String) {
    let message = message.trim_end_matches('.');
    (
        format!("{label} was not accepted: {message}."),
        format!("Code {code}. Copy it for the import team (y)."),
    )
}

fn kind_sentence(
    detail: &str,
    label: &str,
    found: Option<&Found>,
    wants: &Wants,
) -> (String, String) {
    let value = quoted(found);
    let repair = found
        .map(|found| suggest::suggest(found, &as_wanted(detail, wants)))
        .and_then(|all| all.into_iter().next())
        .map(|first| plain(&first.value));
    let came = match found {
        Some(Found::Json(json)) if json.starts_with('{') => "a group of fields",
        Some(Found::Json(json)) if json.starts_with('[') => "a list",
        Some(Found::Json(json)) if json == "null" => "nothing",
        Some(Found::Json(json)) if json == "true" || json == "false" => "yes or no",
        Some(Found::Json(_)) => "a number",
        Some(Found::Text(text)) if text.is_empty() => "nothing",
        Some(Found::Text(_)) => "text",
        Some(Found::Missing) | None => "nothing",
    };
    let single = matches!(found, Some(Found::Text(text)) if !text.is_empty());
    let hint = |other: &str| match &repair {
        Some(repair) => format!("Try {repair}."),
        None => other.to_owned(),
    };
    match detail {
        "integer" if single => (
            format!("{label} must be a whole number. {value} has other characters."),
            hint("Use digits only."),
        ),
        "integer" => (
            format!("{label} must be a whole number, but {came} came in."),
            hint(""),
        ),
        "number" if single => (
            format!("{label} must be a number. {value} cannot be read as one."),
            match &repair {
                Some(repair) => format!("Use a point for decimals: {repair}."),
                None => "Use digits and a point for decimals.".to_owned(),
            },
        ),
        "number" => (
            format!("{label} must be a number, but {came} came in."),
            String::new(),
        ),
        "boolean" => (
            format!("{label} must be yes or no."),
            match &repair {
                Some(guess) => {
                    let guess = if guess == "true" { "yes" } else { "no" };
                    format!("Choose yes or no. {value} probably means {guess}.")
                }
                None => "Choose yes or no.".to_owned(),
            },
        ),
        "string" => (
            format!("{label} must be text, but {came} came in."),
            format!("Keep it as text: {value}."),
        ),
        "object" => (
            format!("{label} must be a group of fields, but {came} came in."),
            "Open the record and look at the raw text.".to_owned(),
        ),
        "array" => (
            format!("{label} must be a list, but {came} came in."),
            "Open the record and look at the raw text.".to_owned(),
        ),
        "null" => (
            format!("{label} must stay empty here."),
            "Make it empty.".to_owned(),
        ),
        other => {
            let words: Vec<&str> = other.split(" or ").map(kind_word).collect();
            (
                format!(
                    "{label} must be {}, but {came} came in.",
                    words.join(" or ")
                ),
                String::new(),
            )
        }
    }
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

fn kind_word(kind: &str) -> &str {
    match kind {
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "yes or no",
        "string" => "text",
        "object" => "a group of fields",
        "array" => "a list",
        "null" => "empty",
        other => other,
    }
}

/// What a type's name wants, for a repair that is named in a sentence.
fn as_wanted(detail: &str, wants: &Wants) -> Wants {
    Wants {
        integer: detail == "integer",
        number: detail == "number",
        boolean: detail == "boolean",
        allowed: wants.allowed.clone(),
        ..Wants::default()
    }
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

/// An example made from a simple pattern such as `^CUS-[0-9]{7}$`; `None` where it is not simple.
fn sample(pattern: &str) -> Option<String> {
    let inside = pattern.strip_prefix('^')?.strip_suffix('$')?;
    let mut sample = String::new();
    let mut rest = inside.chars().peekable();
    while let Some(c) = rest.next() {
        let piece = match c {
            '[' => {
                let class: String = rest.by_ref().take_while(|c| *c != ']').collect();
                match class.chars().next()? {
                    '^' | '\\' => return None,
                    '0' => '1',
                    first => first,
                }
            }
            '\\' => match rest.next()? {
                'd' => '1',
                other if !other.is_alphanumeric() => other,
                _ => return None,
            },
            '(' | ')' | '|' | '*' | '+' | '?' | '.' | '^' | '$' | '{' => return None,
            other => other,
        };
        let times = match rest.peek() {
            Some('{') => {
                rest.next();
                let count: String = rest.by_ref().take_while(|c| *c != '}').collect();
                let (first, _) = count.split_once(',').unwrap_or((&count, ""));
                first.parse::<usize>().ok().filter(|times| *times <= 30)?
            }
            Some('*' | '+' | '?') => return None,
            _ => 1,
        };
        sample.extend(std::iter::repeat_n(piece, times));
    }
    (!sample.is_empty()).then_some(sample)
}

fn size_of(found: Option<&Found>) -> Option<usize> {
    match found? {
        Found::Text(text) => Some(text.chars().count()),
        Found::Json(json) => match serde_json::from_str(json).ok()? {
            Value::Array(entries) => Some(entries.len()),
            Value::Object(fields) => Some(fields.len()),
            _ => None,
        },
        Found::Missing => None,
    }
}

/// The last number in another tool's message, such as 120 in "at most 120 characters".
fn last_number(message: &str) -> Option<String> {
    message
        .split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-')))
        .map(|part| part.trim_end_matches('.'))
        .rfind(|part| part.parse::<f64>().is_ok())
        .map(str::to_owned)
}

/// The values in single quotes of another tool's message: `Input should be 'US' or 'DE'`.
fn quoted_values(message: &str) -> Vec<String> {
    message
        .split('\'')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}
