//! What a box offers to choose from.

use serde_json::Value;

use crate::{check::suggest::Suggestion, model::Wants, ops::Readable};

/// Not more allowed values than this are offered; the others can be typed.
const OFFERED: usize = 30;

/// A value that can be put in, and why; an allowed value needs no reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub value: Value,
    pub why: String,
}

impl Choice {
    pub(super) fn reading(readable: &Readable) -> Self {
        Self {
            value: Value::from(readable.text.as_str()),
            why: readable.words(),
        }
    }
}

pub(super) fn choices(
    suggestions: &[Suggestion],
    wants: &Wants,
    before: Option<&Value>,
) -> Vec<Choice> {
    let mut choices: Vec<_> = suggestions
        .iter()
        .map(|suggestion| Choice {
            value: suggestion.value.clone(),
            why: suggestion.why.to_owned(),
        })
        .collect();
    let yes_or_no = [Value::Bool(true), Value::Bool(false)];
    let only_boolean = wants.boolean && !wants.text && !wants.number && !wants.integer;
    let allowed = if only_boolean && wants.allowed.is_empty() {
        &yes_or_no[..]
    } else {
        &wants.allowed
    };
    for value in allowed.iter().take(OFFERED) {
        let known = choices.iter().any(|choice| choice.value == *value);
        if !known && before != Some(value) {
            choices.push(Choice {
                value: value.clone(),
                why: String::new(),
            });
        }
    }
    choices
}
