//! The words of statuses, stages, severities and owners: those of the table, and those of the screen.

use std::sync::Arc;

use super::{FilterError, Novelty, Wanted};
use crate::model::{Severity, Stage, Status};

/// Screen words and short forms beside the words that statuses have already.
const STATUSES: [(&str, Status); 11] = [
    ("fixing", Status::Rejected),
    ("fix", Status::Rejected),
    ("broken", Status::Rejected),
    ("aside", Status::Discarded),
    ("sent", Status::Accepted),
    ("waiting", Status::Sending),
    ("unanswered", Status::Unknown),
    ("handed", Status::HandedOver),
    ("needs_fixing", Status::Rejected),
    ("ready_to_send", Status::Ready),
    ("skipped", Status::Discarded),
];

/// What stands for records that could not be split into fields; no status of its own.
const UNREADABLE: &str = "unreadable";

/// What stands for records with a warning, whatever their status.
const WARNING: &str = "warning";

/// What stands for records that differ from what was received.
const CHANGED: &str = "changed";

/// What stands for records that are marked on the screen. The list of states leaves it out: elsewhere there are no marks.
const MARKED: &str = "marked";

/// What stands for records with a problem that the run before had not.
const NEW: &str = "new";
const BACK: &str = "back";

/// What stands for problems that nobody answers for.
const NOBODY: &str = "none";

pub(super) fn statuses(term: &str, words: &[String]) -> Result<Wanted, FilterError> {
    for (special, wanted, instead) in [
        (UNREADABLE, Wanted::Stage(vec![Stage::Parse]), "stage:parse"),
        (
            WARNING,
            Wanted::Severity(vec![Severity::Warning]),
            "severity:warning",
        ),
        (CHANGED, Wanted::Changed, "is:changed"),
        (MARKED, Wanted::Marked(Arc::default()), "is:marked"),
        (NEW, Wanted::Novelty(Novelty::New), "is:new"),
        (BACK, Wanted::Novelty(Novelty::Back), "is:back"),
    ] {
        let is_special = |word: &String| normal(word) == special;
        if words.len() == 1 && words.iter().all(is_special) {
            return Ok(wanted);
        }
        if words.iter().any(is_special) {
            let message = format!("{special} cannot be joined with other states");
            return Err(error(term, message, format!("Use {instead} on its own.")));
        }
    }
    let mut any = Vec::new();
    for word in words {
        let found = status(&normal(word)).ok_or_else(|| unknown_status(term, word))?;
        push(&mut any, found);
    }
    Ok(Wanted::Status(any))
}

pub(super) fn stages(term: &str, words: &[String]) -> Result<Wanted, FilterError> {
    let mut any = Vec::new();
    for word in words {
        let found: &[Stage] = match normal(word).as_str() {
            "parse" | "read" | UNREADABLE => &[Stage::Parse],
            "schema" => &[Stage::Schema],
            "rule" | "rules" => &[Stage::Rule],
            "validator" => &[Stage::Validator],
            "send" => &[Stage::Send],
            "check" => &[Stage::Schema, Stage::Rule, Stage::Validator],
            _ => {
                let known = [
                    "parse",
                    "schema",
                    "rule",
                    "validator",
                    "send",
                    "read",
                    "check",
                ];
                let hint = format!(
                    "{}A stage is one of {}.",
                    did_you_mean(word, &known),
                    known.join(", ")
                );
                return Err(error(term, format!("\"{word}\" is not a stage"), hint));
            }
        };
        for stage in found {
            push(&mut any, *stage);
        }
    }
    Ok(Wanted::Stage(any))
}

pub(super) fn severities(term: &str, words: &[String]) -> Result<Wanted, FilterError> {
    let mut any = Vec::new();
    for word in words {
        let normal = normal(word);
        let one = normal.strip_suffix('s').unwrap_or(&normal);
        let found = Severity::from_word(one).ok_or_else(|| {
            let hint = format!(
                "{}A severity is one of error, warning.",
                did_you_mean(word, &["error", "warning"])
            );
            error(term, format!("\"{word}\" is not a severity"), hint)
        })?;
        push(&mut any, found);
    }
    Ok(Wanted::Severity(any))
}

/// Names of owners, as contracts have them: empty for nobody.
pub(super) fn owners(mut names: Vec<String>) -> Vec<String> {
    for name in &mut names {
        if normal(name) == NOBODY {
            name.clear();
        }
    }
    names
}

/// The word for an owner.
pub(super) fn owner(name: &str) -> &str {
    if name.is_empty() { NOBODY } else { name }
}

/// `Did you mean WORD? `, or nothing where no known word is near.
fn did_you_mean(typed: &str, known: &[&str]) -> String {
    nearest(typed, known.iter().copied())
        .map_or(String::new(), |word| format!("Did you mean {word}? "))
}

/// The known word that was probably meant, if any; of two that are as near, the first.
pub fn nearest<'k>(typed: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let typed = typed.to_lowercase();
    known
        .map(|word| {
            (
                strsim::damerau_levenshtein(&typed, &word.to_lowercase()),
                word,
            )
        })
        .filter(|(distance, word)| *distance <= word.len().div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

pub(super) fn error(
    term: &str,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> FilterError {
    FilterError {
        term: term.to_owned(),
        message: message.into(),
        hint: hint.into(),
    }
}

/// Adds what is not there yet.
pub(super) fn push<T: PartialEq>(any: &mut Vec<T>, new: T) {
    if !any.contains(&new) {
        any.push(new);
    }
}

fn status(word: &str) -> Option<Status> {
    let by_label = || {
        Status::ALL
            .into_iter()
            .find(|status| normal(status.label()) == word)
    };
    let by_alias = || {
        let (_, status) = STATUSES.iter().find(|(alias, _)| *alias == word)?;
        Some(*status)
    };
    Status::from_word(word).or_else(by_label).or_else(by_alias)
}

fn unknown_status(term: &str, word: &str) -> FilterError {
    let mut known: Vec<&str> = Status::ALL.iter().map(|status| status.word()).collect();
    known.extend([UNREADABLE, WARNING, CHANGED, NEW, BACK]);
    let aliases = STATUSES.iter().map(|(alias, _)| *alias);
    let near: Vec<&str> = known.iter().copied().chain(aliases).collect();
    let hint = format!(
        "{}A status is one of {}.",
        did_you_mean(word, &near),
        known.join(", ")
    );
    error(term, format!("\"{word}\" is not a status"), hint)
}

/// Case, `-` and spaces make no difference.
fn normal(word: &str) -> String {
    word.to_lowercase().replace([' ', '-'], "_")
}
