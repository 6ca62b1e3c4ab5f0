//! One thing wrong with one record, and the groups such problems form.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::{GroupId, Path, RecordId, RunId};

/// Where a record stopped. The order is the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Parse,
    Schema,
    Rule,
    /// The pipeline's own validator.
    Validator,
    Send,
}

impl Stage {
    pub const ALL: [Self; 5] = [
        Self::Parse,
        Self::Schema,
        Self::Rule,
        Self::Validator,
        Self::Send,
    ];

    /// The word of the table, the command line and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Schema => "schema",
            Self::Rule => "rule",
            Self::Validator => "validator",
            Self::Send => "send",
        }
    }

    /// The word of the screen: what the pipeline was doing.
    pub fn label(self) -> &'static str {
        match self {
            Self::Parse => "Read",
            Self::Schema => "Check",
            Self::Rule => "Rule",
            Self::Validator => "Validator",
            Self::Send => "Send",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }
}

/// Whether a problem keeps its record from being ready.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    #[default]
    Error,
    /// It is shown and does not reject.
    Warning,
}

impl Severity {
    /// The word of the table, the contract and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Error, Self::Warning]
            .into_iter()
            .find(|severity| severity.word() == word)
    }

    /// What stands before a problem in a list.
    pub fn letter(self) -> char {
        match self {
            Self::Error => '!',
            Self::Warning => '~',
        }
    }
}

/// How a record stands at one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    Passed,
    Failed,
    /// A part of it could not be tried because of a problem reported already, and nothing else failed.
    NotReached,
    /// Nothing checked it, or the check could not be done.
    NotChecked,
}

impl Mark {
    pub fn glyph(self) -> char {
        match self {
            Self::Passed => '✓',
            Self::Failed => '✗',
            Self::NotReached | Self::NotChecked => '?',
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotReached => "not_reached",
            Self::NotChecked => "not_checked",
        }
    }
}

/// One stage of one record's check, for `parse ✓ schema ✗ rule ?`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StageMark {
    pub stage: Stage,
    pub mark: Mark,
    /// Rules that were not reached, by id; empty at other stages.
    pub not_reached: Vec<String>,
}

/// The value a problem is about, as it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// Nothing stands there.
    Missing,
    /// Text, without its quotes.
    Text(String),
    /// Any other JSON value, as its text: `null`, `12`, `{...}`.
    Json(String),
}

/// One thing wrong with one record. A value, never an `Err`.
///
/// `(stage, code, detail, path pattern, shape, severity)` names its group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub stage: Stage,
    /// The source's own word: a JSON Schema keyword, a rule's id, `csv:field_count`, Pydantic's `type`.
    pub code: String,
    /// What tells problems of one code apart: the format's name for `format`, the wanted type for `type`; else empty.
    pub detail: String,
    pub path: Path,
    /// The sentence a person reads, from `check::wording` or the tool that reported it.
    pub message: String,
    /// What to do; may be empty.
    pub hint: String,
    /// `None` where the problem is about the whole record.
    pub found: Option<Found>,
    /// The pattern of a foreign message with values and numbers masked, so that messages of one kind share a group.
    /// Empty for problems redrive found itself: there the code and detail say it all.
    pub shape: String,
    #[serde(default, skip_serializing_if = "is_error")]
    pub severity: Severity,
    /// Who answers for the rule, as the contract says; empty when nobody is named.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
}

impl Group {
    /// Whether a problem of its run is one of its problems.
    pub fn holds(&self, problem: &Problem) -> bool {
        self.stage == problem.stage
            && self.code == problem.code
            && self.detail == problem.detail
            && self.path == problem.path.pattern()
            && self.template == problem.shape
            && self.severity == problem.severity
    }

    /// Its field as people call it: `lines › qty`.
    pub fn field(&self) -> String {
        Path::parse(&self.path).map_or_else(|| self.path.clone(), |path| path.label())
    }

    /// `format:email`, or the code alone where that says it all.
    pub fn code_and_detail(&self) -> String {
        code_and_detail(&self.code, &self.detail)
    }
}

fn code_and_detail(code: &str, detail: &str) -> String {
    match detail {
        "" => code.to_owned(),
        detail => format!("{code}:{detail}"),
    }
}

impl Problem {
    /// As [`Group::code_and_detail`].
    pub fn code_and_detail(&self) -> String {
        code_and_detail(&self.code, &self.detail)
    }

    /// Whether it keeps its record from being ready.
    pub fn rejects(&self) -> bool {
        self.severity == Severity::Error
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape serde calls")]
fn is_error(severity: &Severity) -> bool {
    *severity == Severity::Error
}

/// All problems of one kind in one run. The screen calls it "a problem".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub id: GroupId,
    pub run: RunId,
    pub stage: Stage,
    pub code: String,
    pub detail: String,
    /// A path pattern: array positions are `[]`.
    pub path: String,
    pub severity: Severity,
    /// Who answers for the rule; empty when nobody is named.
    pub owner: String,
    /// What the messages of its problems have in common, where another tool wrote them: values and numbers are masked.
    pub template: String,
    /// The name on the screen, such as "Date and time not written the ISO way".
    pub title: String,
    /// Records and problems as loaded.
    pub records: u64,
    pub problems: u64,
    /// Records that have this problem now and are not set aside.
    pub open: u64,
    pub first_line: u64,
    pub last_line: u64,
    /// Largest first.
    pub shapes: Vec<ShapeCount>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShapeCount {
    pub shape: String,
    pub count: u64,
    pub example: String,
}

/// One of the different values that fail in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueCount {
    pub found: Found,
    pub shape: String,
    /// Records that have it now.
    pub count: u64,
    /// The first of them.
    pub record: RecordId,
    /// What it surely should be, where the contract lets that be known.
    pub repair: Option<String>,
}

/// A rule's id as people write it, `RULE-101`, in a foreign message.
pub fn rule_id(message: &str) -> Option<&str> {
    static ID: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b[A-Z][A-Z0-9]*-[0-9]+\b").expect("the pattern is a constant and compiles")
    });
    ID.find(message).map(|id| id.as_str())
}

/// The pattern of a value: digits become `9`, letters `a` or `A`, a run of one class longer than four `9+`, the rest
/// stands as it is. `(missing)`, `(empty)`, `(null)`, `(has spaces at the end)` and `(hidden character)` are shapes of
/// their own. At most 60 characters.
pub fn shape_of(found: &Found) -> String {
    let value = match found {
        Found::Missing => return "(missing)".to_owned(),
        Found::Json(json) if json == "null" => return "(null)".to_owned(),
        Found::Text(text) if text.is_empty() => return "(empty)".to_owned(),
        Found::Text(text) if text.ends_with(' ') => return "(has spaces at the end)".to_owned(),
        Found::Json(value) | Found::Text(value) => value,
    };
    if value.chars().any(crate::text::is_hidden) {
        return "(hidden character)".to_owned();
    }
    squeeze(value)
}

fn squeeze(value: &str) -> String {
    let class = |c: char| match c {
        _ if c.is_numeric() => '9',
        _ if c.is_uppercase() => 'A',
        _ if c.is_alphabetic() => 'a',
        _ => c,
    };
    let mut shape = String::new();
    let mut rest = value.chars().map(class).peekable();
    while let Some(c) = rest.next() {
        let mut run = 1;
        while rest.next_if_eq(&c).is_some() {
            run += 1;
        }
        if run > 4 && matches!(c, '9' | 'a' | 'A') {
            shape.push(c);
            shape.push('+');
        } else {
            shape.extend(std::iter::repeat_n(c, run));
        }
        if shape.chars().count() >= 60 {
            return shape.chars().take(59).chain(['…']).collect();
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_show_the_pattern_of_a_value() {
        let shape = |text: &str| shape_of(&Found::Text(text.to_owned()));
        assert_eq!(shape("31/12/2025"), "99/99/9999");
        assert_eq!(shape("Müller"), "Aa+");
        assert_eq!(shape("1e3 "), "(has spaces at the end)");
        assert_eq!(shape(""), "(empty)");
        assert_eq!(shape_of(&Found::Missing), "(missing)");
        assert_eq!(shape("a\u{1b}b"), "(hidden character)");
        assert_eq!(shape(&"-".repeat(500)).chars().count(), 60);
    }
}
