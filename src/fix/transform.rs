//! What can be done to one field of many records. Each transform is one file in `transforms`; here is what they share.

use std::{borrow::Cow, fmt::Debug};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Change,
    transforms::{
        boolean, case, copy_from, date, default, encoding, formula, join, map, number, pattern,
        phone, remove, replace, set, split, tidy,
    },
};
use crate::model::{Path, Wants};

/// One transform as a person asked for it: what a recipe holds. Those of a fix are applied in the order given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    Set(set::Set),
    Replace(replace::Replace),
    Pattern(pattern::Pattern),
    Map(map::Map),
    Tidy(tidy::Tidy),
    Case(case::Case),
    Number(number::Number),
    Boolean(boolean::Boolean),
    Date(date::Date),
    Phone(phone::Phone),
    Encoding(encoding::Encoding),
    Default(default::Default),
    CopyFrom(copy_from::CopyFrom),
    Remove(remove::Remove),
    Split(split::Split),
    Join(join::Join),
    Formula(formula::Formula),
}

/// A transform that is ready for records: patterns and formulas are compiled.
pub trait Apply: Debug + Send + Sync {
    fn apply(&self, given: &Given<'_>) -> Outcome;
}

/// What a transform can look at.
#[derive(Clone, Copy, Debug)]
pub struct Given<'g> {
    /// `None` where the field is not there.
    pub value: Option<&'g Value>,
    /// The record as it was before the fix.
    pub record: &'g Value,
    pub wants: &'g Wants,
}

impl Given<'_> {
    /// Text, and numbers and booleans as they are written; `None` for what is not there, null, lists and objects.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self.value? {
            Value::String(text) => Some(Cow::Borrowed(text)),
            Value::Number(number) => Some(Cow::Owned(number.to_string())),
            Value::Bool(yes) => Some(Cow::Borrowed(if *yes { "true" } else { "false" })),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// Whether there is nothing to lose: no field, null, or empty text.
    pub fn is_empty(&self) -> bool {
        match self.value {
            None | Some(Value::Null) => true,
            Some(Value::String(text)) => text.is_empty(),
            Some(_) => false,
        }
    }
}

/// What becomes of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Made {
    Same,
    /// Text, read as what the contract wants, as CSV text is.
    Text(String),
    Exactly(Value),
    /// The field is removed.
    Gone,
    /// It can be read in two ways, and nobody has decided which is meant.
    Undecided,
    /// Why it cannot be done, as half a sentence about the value: "is no number".
    Impossible(String),
}

/// What becomes of a value, and what a person should know of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub made: Made,
    /// Whether the value could be read in two ways, decided or not.
    pub ambiguous: bool,
    /// What becomes of other fields.
    pub also: Vec<Change>,
}

impl From<Made> for Outcome {
    fn from(made: Made) -> Self {
        Self {
            ambiguous: made == Made::Undecided,
            made,
            also: Vec::new(),
        }
    }
}

impl Outcome {
    /// Text in the place of text; nothing where it is the same.
    pub fn text(before: &str, after: impl Into<String>) -> Self {
        let after = after.into();
        if after == before {
            Made::Same.into()
        } else {
            Made::Text(after).into()
        }
    }
}

/// Why a transform cannot be used, in words for the person who asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub message: String,
    /// The 1-based character of the pattern or formula.
    pub position: Option<usize>,
    pub hint: String,
}

impl Mistake {
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            position: None,
            hint: hint.into(),
        }
    }
}

/// Compiles formulas, which need more than this module may know.
pub type Compile<'c> = &'c dyn Fn(&str) -> Result<Box<dyn Apply>, Mistake>;

impl Transform {
    /// Makes it ready for records.
    ///
    /// # Errors
    /// What is wrong with it: a pattern or formula that does not compile, an unknown country or encoding, a path that is none.
    pub fn prepare(&self, compile: Compile<'_>) -> Result<Box<dyn Apply>, Mistake> {
        Ok(match self {
            Self::Set(set) => Box::new(set.clone()),
            Self::Replace(replace) => replace.prepare()?,
            Self::Pattern(pattern) => pattern.prepare()?,
            Self::Map(map) => map.prepare()?,
            Self::Tidy(tidy) => Box::new(*tidy),
            Self::Case(case) => Box::new(*case),
            Self::Number(number) => Box::new(*number),
            Self::Boolean(boolean) => Box::new(*boolean),
            Self::Date(date) => date.prepare()?,
            Self::Phone(phone) => phone.prepare()?,
            Self::Encoding(encoding) => encoding.prepare()?,
            Self::Default(default) => Box::new(*default),
            Self::CopyFrom(copy) => copy.prepare()?,
            Self::Remove(remove) => Box::new(*remove),
            Self::Split(split) => split.prepare()?,
            Self::Join(join) => join.prepare()?,
            Self::Formula(formula) => compile(&formula.cel)?,
        })
    }

    /// The other fields it writes; names that are no paths are left out.
    pub fn others(&self) -> Vec<Path> {
        let named: Vec<&String> = match self {
            Self::Split(split) => split.into.iter().collect(),
            Self::CopyFrom(copy) if copy.and_remove => vec![&copy.field],
            _ => Vec::new(),
        };
        named
            .into_iter()
            .filter_map(|one| Path::parse(one))
            .collect()
    }

    /// What it does, in words for the history and the preview.
    pub fn words(&self) -> String {
        match self {
            Self::Set(set) => format!("set to {}", quoted(&set.to)),
            Self::Replace(one) => {
                let whole = if one.whole { "the whole value " } else { "" };
                format!(
                    "replace {whole}{} with {}",
                    quoted(&one.find),
                    quoted(&one.with)
                )
            }
            Self::Pattern(one) => {
                format!("replace pattern {} with {}", one.pattern, quoted(&one.with))
            }
            Self::Map(map) => map.words(),
            Self::Tidy(tidy) => tidy.words(),
            Self::Case(case) => format!("{} case", case.to.word()),
            Self::Number(_) => "clean up numbers".to_owned(),
            Self::Boolean(_) => "yes and no as true and false".to_owned(),
            Self::Date(date) => date.words(),
            Self::Phone(phone) => format!("phone numbers of {} as E.164", phone.country),
            Self::Encoding(one) => format!("text was read as {}, it is UTF-8", one.label),
            Self::Default(_) => "the schema's default".to_owned(),
            Self::CopyFrom(copy) => copy.words(),
            Self::Remove(_) => "remove the field".to_owned(),
            Self::Split(split) => format!("split at {}", quoted(&split.at)),
            Self::Join(join) => format!("join {}", join.fields.join(", ")),
            Self::Formula(formula) => format!("formula {}", formula.cel),
        }
    }
}

/// Text of a person in the words of a transform.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", crate::text::shorten(text, 40))
}

/// A path that was written down.
pub(super) fn path(typed: &str) -> Result<Path, Mistake> {
    Path::parse(typed)
        .filter(|path| !path.is_root())
        .ok_or_else(|| {
            Mistake::new(
                format!("'{typed}' is not a path to a field"),
                format!("begin with a slash: /{}", typed.replace('.', "/")),
            )
        })
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// What a transform makes of a value, in one word or as JSON.
    pub fn made(transform: &Transform, value: &Value) -> String {
        made_of(transform, Some(value), &Value::Null, &Wants::default())
    }

    pub fn made_of(
        transform: &Transform,
        value: Option<&Value>,
        record: &Value,
        wants: &Wants,
    ) -> String {
        let apply = transform
            .prepare(&|_| unreachable!("formulas are compiled elsewhere"))
            .unwrap();
        let outcome = apply.apply(&Given {
            value,
            record,
            wants,
        });
        let also: Vec<String> = outcome.also.iter().map(|c| format!(" {c:?}")).collect();
        let words = match outcome.made {
            Made::Same => "same".to_owned(),
            Made::Text(text) => format!("text {text}"),
            Made::Exactly(value) => value.to_string(),
            Made::Gone => "gone".to_owned(),
            Made::Undecided => "two ways".to_owned(),
            Made::Impossible(why) => why,
        };
        words + &also.concat()
    }
}
