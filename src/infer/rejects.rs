//! What another tool's problems say about the model behind them. Where only rejects were received, nothing else is known of
//! what is right.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Number, Value};

use super::Format;
use crate::{
    model::{Path, Problem, Stage, rule_id},
    text,
};

/// Rules that are named.
const RULES: usize = 100;

/// What was reported, put together.
#[derive(Default)]
pub struct Reported {
    /// Records with a problem, records without one, and problems.
    pub(super) records: u64,
    pub(super) passed: u64,
    pub(super) problems: u64,
    /// By path, positions as `[]`.
    at: BTreeMap<String, Said>,
    /// By id.
    pub(super) rules: BTreeMap<String, ReportedRule>,
}

/// What the problems at one path say.
#[derive(Default)]
pub(super) struct Said {
    pub required: bool,
    /// It may not be there at all.
    pub extra: bool,
    pub types: BTreeSet<&'static str>,
    pub format: Option<Format>,
    pub allowed: Option<Vec<Value>>,
    pub pattern: Option<String>,
    /// Limits, by JSON Schema's word.
    pub limits: BTreeMap<&'static str, Number>,
    /// The tool's own words, with how often each was reported.
    pub codes: BTreeMap<String, u64>,
}

/// A rule that other code holds, of which only its complaints are known.
#[derive(Default)]
pub(super) struct ReportedRule {
    pub count: u64,
    pub fields: BTreeSet<Path>,
    /// A complaint with its values masked.
    pub message: String,
}

impl Reported {
    /// Takes one record's problems, and each as the tool wrote it (as far as that is known). Gives the paths whose values
    /// are no examples.
    pub(super) fn add(&mut self, problems: &[Problem], written: &[Value]) -> Vec<Path> {
        self.records += u64::from(!problems.is_empty());
        self.passed += u64::from(problems.is_empty());
        let mut wrong = Vec::new();
        for (at, problem) in problems.iter().enumerate() {
            self.problems += 1;
            let nothing = Value::Null;
            let one = written.get(at).unwrap_or(&nothing);
            let message = one
                .get("msg")
                .and_then(Value::as_str)
                .unwrap_or(&problem.message);
            if problem.stage == Stage::Rule || problem.path.is_root() {
                if problem.stage != Stage::Parse {
                    self.add_rule(problem, message);
                }
                continue;
            }
            wrong.push(problem.path.clone());
            let said = self.at.entry(problem.path.pattern()).or_default();
            *said.codes.entry(problem.code.clone()).or_default() += 1;
            let nothing = Map::new();
            let context = one
                .get("ctx")
                .and_then(Value::as_object)
                .unwrap_or(&nothing);
            if !said.add(&problem.code, message, context) {
                // A check of its own on this field: only a rule can say it again.
                self.add_rule(problem, message);
            }
        }
        wrong
    }

    /// What was said of a path, positions as `[]`.
    pub(super) fn at(&self, path: &Path) -> Option<&Said> {
        self.at.get(&path.pattern())
    }

    /// The fields inside a path that were reported, in no order of theirs.
    pub(super) fn inside(&self, path: &Path) -> Vec<String> {
        let outer = path.pattern();
        let own = |known: &String| {
            let path = Path::parse(known)?;
            let (parent, name) = path.split_last()?;
            (parent.as_str() == outer && name != "[]").then_some(name)
        };
        self.at.keys().filter_map(own).collect()
    }

    /// Forgets patterns that cannot be used here.
    pub(super) fn keep_patterns(&mut self, usable: impl Fn(&str) -> bool) {
        for said in self.at.values_mut() {
            said.pattern.take_if(|pattern| !usable(pattern));
        }
    }

    fn add_rule(&mut self, problem: &Problem, message: &str) {
        let id = match rule_id(message) {
            _ if rule_id(&problem.code).is_some() => problem.code.clone(),
            Some(id) => id.to_owned(),
            None if problem.path.is_root() => problem.code.clone(),
            None => format!("{} {}", problem.code, problem.path.pattern()),
        };
        if self.rules.len() >= RULES && !self.rules.contains_key(&id) {
            return;
        }
        let rule = self.rules.entry(id).or_default();
        rule.count += 1;
        if !problem.path.is_root() {
            rule.fields.insert(problem.path.clone());
        }
        if rule.message.is_empty() {
            rule.message = masked(message);
        }
    }
}

impl Said {
    /// Takes one problem in; `false` when its word says nothing about a schema.
    fn add(&mut self, code: &str, message: &str, context: &Map<String, Value>) -> bool {
        if let Some((kind, format)) = kind_of(code) {
            self.types.insert(kind);
            self.format = self.format.or(format);
            return true;
        }
        match code {
            "missing" => self.required = true,
            "extra_forbidden" => self.extra = true,
            "literal_error" | "enum" => {
                let expected = context.get("expected").and_then(Value::as_str);
                let listed = expected.or_else(|| message.strip_prefix("Input should be "));
                let values = listed.and_then(values);
                self.allowed = self.allowed.take().or(values);
            }
            "string_pattern_mismatch" => {
                let pattern = context.get("pattern").and_then(Value::as_str);
                let said = || message.split_once("pattern '")?.1.strip_suffix('\'');
                let pattern = pattern.or_else(said).map(str::to_owned);
                self.pattern = self.pattern.take().or(pattern);
                self.types.insert("string");
            }
            "value_error" if message.contains("valid email") => {
                self.types.insert("string");
                self.format = Some(Format::Email);
            }
            _ => return self.add_limit(code, message, context),
        }
        true
    }

    fn add_limit(&mut self, code: &str, message: &str, context: &Map<String, Value>) -> bool {
        let map = context
            .get("field_type")
            .is_some_and(|kind| kind == "Dictionary");
        let (keyword, keys, words) = match code {
            "greater_than_equal" => ("minimum", "ge", "equal to "),
            "greater_than" => ("exclusiveMinimum", "gt", "greater than "),
            "less_than_equal" => ("maximum", "le", "equal to "),
            "less_than" => ("exclusiveMaximum", "lt", "less than "),
            "multiple_of" => ("multipleOf", "multiple_of", "multiple of "),
            "string_too_short" => ("minLength", "min_length", "at least "),
            "string_too_long" => ("maxLength", "max_length", "at most "),
            "too_short" if map => ("minProperties", "min_length", "at least "),
            "too_long" if map => ("maxProperties", "max_length", "at most "),
            "too_short" => ("minItems", "min_length", "at least "),
            "too_long" => ("maxItems", "max_length", "at most "),
            _ => return false,
        };
        let given = match context.get(keys) {
            Some(Value::Number(number)) => Some(number.clone()),
            // Python's Decimal is written as text.
            Some(Value::String(digits)) => digits.parse().ok(),
            _ => number_after(message, words),
        };
        let Some(limit) = given else {
            return false;
        };
        self.limits.insert(keyword, limit);
        true
    }
}

/// The kind and format a field must have that was reported like this.
fn kind_of(code: &str) -> Option<(&'static str, Option<Format>)> {
    let starts = |start: &str| code.starts_with(start);
    let format = match code {
        "url_too_long" => None,
        _ if starts("date_from_datetime") => Some(Format::Date),
        _ if starts("datetime_") || starts("timezone_") => Some(Format::DateTime),
        _ if starts("date_") => Some(Format::Date),
        _ if starts("time_delta") => None,
        _ if starts("time_") => Some(Format::Time),
        _ if starts("uuid_") => Some(Format::Uuid),
        _ if starts("url_") => Some(Format::Uri),
        _ if starts("ip_v4_address") => Some(Format::Ipv4),
        _ if starts("ip_v6_address") => Some(Format::Ipv6),
        _ => None,
    };
    if format.is_some() {
        return Some(("string", format));
    }
    let kind = match code {
        "int_parsing" | "int_type" | "int_from_float" | "int_parsing_size" => "integer",
        "float_parsing" | "float_type" | "decimal_parsing" | "decimal_type" | "finite_number" => {
            "number"
        }
        "bool_parsing" | "bool_type" => "boolean",
        "string_type" | "string_sub_type" | "string_unicode" => "string",
        "list_type" | "tuple_type" | "set_type" | "frozen_set_type" | "iterable_type" => "array",
        "dict_type"
        | "mapping_type"
        | "model_type"
        | "model_attributes_type"
        | "dataclass_type" => "object",
        "none_required" => "null",
        _ => return None,
    };
    Some((kind, None))
}

/// The values of `'A', 'B' or 3`; `None` when there is anything else.
fn values(listed: &str) -> Option<Vec<Value>> {
    let mut values = Vec::new();
    let mut rest = listed.trim();
    while !rest.is_empty() {
        let (value, after) = if let Some(inside) = rest.strip_prefix('\'') {
            let end = inside.find('\'')?;
            (Value::from(&inside[..end]), &inside[end + 1..])
        } else {
            let end = rest.find([',', ' ']).unwrap_or(rest.len());
            let word = match &rest[..end] {
                "True" => "true",
                "False" => "false",
                "None" => "null",
                word => word,
            };
            (serde_json::from_str(word).ok()?, &rest[end..])
        };
        values.push(value);
        rest = after.trim_start_matches(',').trim_start();
        rest = rest.strip_prefix("or ").unwrap_or(rest).trim_start();
    }
    (!values.is_empty()).then_some(values)
}

fn number_after(message: &str, words: &str) -> Option<Number> {
    let (_, rest) = message.split_once(words)?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-'))
        .unwrap_or(rest.len());
    rest[..end].trim_end_matches('.').parse().ok()
}

/// A message without the numbers and quoted values that may come from a record, on one line.
fn masked(message: &str) -> String {
    let message = message.strip_prefix("Value error, ").unwrap_or(message);
    let mut masked = String::new();
    let mut rest = message;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let opens = matches!(c, '"' | '\'') && !masked.ends_with(char::is_alphanumeric);
        match after.find(c) {
            Some(end) if opens => {
                masked.push('…');
                rest = &after[end + c.len_utf8()..];
            }
            _ if c.is_ascii_digit() && !masked.ends_with('-') => {
                masked.push('#');
                rest = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
            }
            _ if c == '-' && after.starts_with(|c: char| c.is_ascii_digit()) => {
                // The number of a rule's id stays.
                let end = after
                    .find(|c: char| !c.is_ascii_digit())
                    .unwrap_or(after.len());
                let id = masked.ends_with(|c: char| c.is_ascii_uppercase());
                masked.push_str(if id { &rest[..=end] } else { "-#" });
                rest = &after[end..];
            }
            _ => {
                masked.push(c);
                rest = after;
            }
        }
    }
    text::shorten(&text::safe(&masked), 100)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(code: &str, message: &str, context: Value) -> Said {
        let mut said = Said::default();
        let Value::Object(context) = context else {
            panic!("a context is an object");
        };
        assert!(said.add(code, message, &context), "{code} says something");
        said
    }

    #[test]
    fn a_reported_problem_says_what_is_wanted() {
        let kind = |code: &str| {
            let said = said(code, "", json!({}));
            let kind = said.types.into_iter().next().unwrap_or_default();
            (kind, said.format.map(Format::word))
        };
        assert_eq!(kind("int_parsing"), ("integer", None));
        assert_eq!(
            kind("datetime_from_date_parsing"),
            ("string", Some("date-time"))
        );
        assert_eq!(kind("date_from_datetime_parsing"), ("string", Some("date")));
        assert_eq!(kind("time_parsing"), ("string", Some("time")));
        assert_eq!(kind("model_type"), ("object", None));
        assert!(said("missing", "", json!({})).required);
        assert!(said("extra_forbidden", "", json!({})).extra);
        let words = "value is not a valid email address: An email address must have an @-sign.";
        assert_eq!(
            said("value_error", words, json!({})).format,
            Some(Format::Email)
        );
    }

    #[test]
    fn limits_come_from_the_context_or_the_message() {
        let check = |code: &str, message: &str, context: Value, keyword: &str, limit: &str| {
            let said = said(code, message, context);
            let found = said.limits.get(keyword).map(ToString::to_string);
            assert_eq!(found.as_deref(), Some(limit), "{code}");
        };
        check("greater_than_equal", "", json!({"ge": 0}), "minimum", "0");
        check(
            "greater_than_equal",
            "Input should be greater than or equal to 0.5",
            json!({}),
            "minimum",
            "0.5",
        );
        check(
            "less_than",
            "Input should be less than 10",
            json!({}),
            "exclusiveMaximum",
            "10",
        );
        check(
            "less_than_equal",
            "",
            json!({"le": "1.10"}),
            "maximum",
            "1.10",
        );
        check(
            "string_too_short",
            "String should have at least 1 character",
            json!({}),
            "minLength",
            "1",
        );
        check(
            "too_short",
            "",
            json!({"field_type": "List", "min_length": 1}),
            "minItems",
            "1",
        );
        check(
            "too_long",
            "",
            json!({"field_type": "Dictionary", "max_length": 3}),
            "maxProperties",
            "3",
        );
        let message = "String should match pattern '^C-[0-9]$'";
        let pattern = said("string_pattern_mismatch", message, json!({})).pattern;
        assert_eq!(pattern.as_deref(), Some("^C-[0-9]$"));
        assert!(!Said::default().add("my_check", "no", &Map::new()));
    }

    #[test]
    fn allowed_values_are_read_from_the_sentence() {
        let check = |listed: &str, expected: Value| {
            let found = values(listed).map_or(Value::Null, Value::Array);
            assert_eq!(found, expected, "{listed}");
        };
        check(
            "'Won', 'Closed Lost' or 'No'",
            json!(["Won", "Closed Lost", "No"]),
        );
        check("'only'", json!(["only"]));
        check("1, 2 or None", json!([1, 2, null]));
        check("a valid thing", Value::Null);
        check("", Value::Null);
    }

    #[test]
    fn a_complaint_keeps_no_value() {
        let check = |message: &str, expected: &str| assert_eq!(masked(message), expected);
        check(
            "Value error, RULE-101: a Closed Lost deal must have 0, found 4757.0",
            "RULE-101: a Closed Lost deal must have #, found #",
        );
        check("'Müller' isn't known\n", "… isn't known<LF>");
        check("below -5", "below -#");
    }
}
