//! Keeps a schema from running away: patterns that go back over a text without end, and references that multiply.
//!
//! A copy of the schema is compiled that holds keywords of ours beside or instead of its own. They count, and leave the
//! validator by unwinding, which is the only way out of it.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

use jsonschema::{
    Keyword, PatternOptions, ValidationError, ValidationOptions, Validator,
    error::ValidationErrorKind as Kind,
};
use serde_json::{Value, json};

use super::compile::options;
use crate::{
    check::{
        Runaway,
        documents::{Documents, Place},
    },
    model::Path,
};

/// Stands for a `pattern` that goes back over the text.
pub(super) const PATTERN: &str = "redrive:pattern";
/// Counts that a schema is looked at.
const STEP: &str = "redrive:step";

/// How often schemas that are referred to may be looked at for one record, apart from its size.
const STEPS: u64 = 5_000;
/// How often for each of its values.
const STEPS_FOR_EACH: u64 = 20;

thread_local! {
    static LEFT: Cell<u64> = const { Cell::new(0) };
}

/// Why a validator was left.
enum Stop {
    /// A pattern, and the address of the text it looked at.
    Pattern(String, usize),
    Steps,
}

/// What a validator found, or why it was left.
pub(super) enum Found<'v> {
    Errors(Vec<ValidationError<'v>>),
    /// The schemas that are referred to multiply.
    TooMany,
}

/// All errors of a document.
///
/// # Errors
/// When a pattern does not come to an end.
pub(super) fn errors<'v>(
    validator: &'v Validator,
    document: &'v Value,
) -> Result<Found<'v>, Runaway> {
    let mut steps = STEPS;
    loop {
        LEFT.set(steps);
        // The validator is not changed by a look at a document.
        let all = catch_unwind(AssertUnwindSafe(|| {
            validator.iter_errors(document).collect::<Vec<_>>()
        }));
        let stop = match all {
            Ok(errors) => {
                return match errors.iter().find_map(unfinished) {
                    Some(runaway) => Err(runaway),
                    None => Ok(Found::Errors(errors)),
                };
            }
            Err(payload) => match payload.downcast::<Stop>() {
                Ok(stop) => *stop,
                Err(other) => resume_unwind(other),
            },
        };
        match stop {
            Stop::Pattern(pattern, text) => {
                let path = place_of(document, text, &Path::root());
                return Err(runaway(&pattern, path.as_ref()));
            }
            Stop::Steps if steps == STEPS => steps += STEPS_FOR_EACH * size(document),
            Stop::Steps => return Ok(Found::TooMany),
        }
    }
}

/// The runaway of a schema whose references multiply.
pub(super) fn endless() -> Runaway {
    Runaway {
        part: "schema".to_owned(),
        message: "the schema's references multiply on this record without end".to_owned(),
        hint: "refer to each schema once in an \"allOf\", and give the alternatives of a union a \"const\" field that tells them apart"
            .to_owned(),
        pattern: None,
    }
}

/// A pattern that the crate gave up on, by itself.
fn unfinished(error: &ValidationError<'_>) -> Option<Runaway> {
    let (Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. }) = error.kind()
    else {
        return None;
    };
    let schema = error.schema_path().as_str();
    let path = Path::parse(error.instance_path().as_str());
    Some(runaway(&format!("at {schema}"), path.as_ref()))
}

fn runaway(pattern: &str, path: Option<&Path>) -> Runaway {
    let field = match path {
        Some(path) if !path.is_root() => format!("of {path} "),
        _ => String::new(),
    };
    let shown: String = pattern.chars().take(80).collect();
    Runaway {
        part: "schema".to_owned(),
        message: format!("the pattern {field}does not come to an end: {shown}"),
        hint: "write it without a count inside a count, such as (a+)+, and without (?=...) and \\1"
            .to_owned(),
        pattern: Some(pattern.to_owned()),
    }
}

/// Where in a document the value with an address stands.
fn place_of(value: &Value, wanted: usize, path: &Path) -> Option<Path> {
    if std::ptr::from_ref(value).addr() == wanted {
        return Some(path.clone());
    }
    match value {
        Value::Object(fields) => fields
            .iter()
            .find_map(|(name, inner)| place_of(inner, wanted, &path.child(name))),
        Value::Array(entries) => entries
            .iter()
            .enumerate()
            .find_map(|(at, inner)| place_of(inner, wanted, &path.child(&at.to_string()))),
        _ => None,
    }
}

/// How many values a document holds.
fn size(value: &Value) -> u64 {
    1 + match value {
        Value::Object(fields) => fields.values().map(size).sum(),
        Value::Array(entries) => entries.iter().map(size).sum(),
        _ => 0,
    }
}

/// Teaches the validator our keywords.
pub(super) fn with_guards(options: ValidationOptions<'static>) -> ValidationOptions<'static> {
    options
        .with_keyword(STEP, |_, _, _| Ok(Box::new(Step)))
        .with_keyword(PATTERN, |_, value, _| {
            let pattern = value.as_str().unwrap_or_default().to_owned();
            // Patterns are compiled once before.
            let validator = self::options(false).build(&json!({"pattern": pattern}))?;
            Ok(Box::new(Held { pattern, validator }))
        })
}

struct Step;

impl<'i> Keyword<'i> for Step {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        Keyword::is_valid(self, instance);
        Ok(())
    }

    fn is_valid(&self, _: &'i Value) -> bool {
        let left = LEFT.get();
        if left == 0 {
            resume_unwind(Box::new(Stop::Steps));
        }
        LEFT.set(left - 1);
        true
    }
}

struct Held {
    pattern: String,
    validator: Validator,
}

impl<'i> Keyword<'i> for Held {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        let Err(error) = self.validator.validate(instance) else {
            return Ok(());
        };
        if unfinished(&error).is_some() {
            let text = std::ptr::from_ref(instance).addr();
            resume_unwind(Box::new(Stop::Pattern(self.pattern.clone(), text)));
        }
        Err(ValidationError::custom(self.pattern.clone()))
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        self.validate(instance).is_ok()
    }
}

/// The file of a schema with our keywords in it. Where it is `coarse`, a union is one yes or no: `not not`, of which the
/// validator reports nothing but that.
pub(super) fn guarded(documents: &Documents, file: &str, document: &Value, coarse: bool) -> Value {
    let mut copy = document.clone();
    let mut places: Vec<_> = documents
        .schemas()
        .filter(|(spot, _)| spot.file == file)
        .collect();
    // What is inside first, for a union moves what is inside it.
    places.sort_by_key(|(spot, _)| std::cmp::Reverse(spot.path.segments().count()));
    for (spot, place) in places {
        let Some(Value::Object(fields)) = copy.pointer_mut(spot.path.as_str()) else {
            continue;
        };
        if let Some(Value::String(pattern)) = place.get("pattern")
            && goes_back(pattern)
            && let Some(pattern) = fields.remove("pattern")
        {
            fields.insert(PATTERN.to_owned(), pattern);
        }
        if !place.is_only_reference() && documents.is_shared(place) {
            fields.insert(STEP.to_owned(), Value::Bool(true));
        }
        for keyword in ["anyOf", "oneOf"] {
            if coarse && let Some(union) = fields.remove(keyword) {
                let all = fields.entry("allOf").or_insert_with(|| json!([]));
                if let Value::Array(all) = all {
                    all.push(json!({"not": {"not": {keyword: union}}}));
                }
            }
        }
    }
    copy
}

/// Whether a union can be made coarse: nothing asks which of its alternatives it was.
pub(super) fn can_be_coarse(documents: &Documents) -> bool {
    let asks = |(_, place): (_, Place<'_>)| {
        [
            "unevaluatedProperties",
            "unevaluatedItems",
            "$dynamicRef",
            "$recursiveRef",
        ]
        .iter()
        .any(|keyword| place.get(keyword).is_some())
    };
    !documents.schemas().any(asks)
}

/// Whether a pattern can go back over a text: where the engine that never does cannot take it.
fn goes_back(pattern: &str) -> bool {
    jsonschema::options()
        .with_pattern_options(PatternOptions::regex())
        .build(&json!({"pattern": pattern}))
        .is_err()
}
