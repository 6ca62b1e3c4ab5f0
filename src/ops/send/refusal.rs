//! A destination's no as a problem of a record, and whether it said so before.

use std::{collections::HashMap, ops::Range};

use anyhow::Result;
use serde_json::Value;

use super::counted::{Counted, Kind};
use crate::{
    model::{PlanId, Problem, Refusal, RunId, Severity, Stage},
    ops::{Workspace, compare},
    send::Said,
    text,
};

/// Columns of an answer in the name of its group.
const TITLE: usize = 120;

/// What destinations have refused for a run, and for the runs of its contract before it.
#[derive(Debug, Default)]
pub(in crate::ops) struct Refused {
    /// By code and pattern of the message: the first plan, and the last of the run itself.
    plans: HashMap<Kind, (PlanId, Option<PlanId>)>,
}

impl Refused {
    pub fn of(workspace: &Workspace, run: RunId) -> Result<Self> {
        let mut refused = Self::default();
        for alike in compare::up_to(workspace, run)? {
            for plan in workspace.store.plans_of(alike.id)? {
                for kind in Counted::of(workspace, plan.id)?.named {
                    refused.add(plan.id, alike.id == run, kind);
                }
            }
        }
        Ok(refused)
    }

    fn add(&mut self, plan: PlanId, is_own: bool, kind: Kind) {
        let (first, last) = self.plans.entry(kind).or_insert((plan, None));
        *first = plan.min(*first);
        if is_own {
            *last = Some(plan).max(*last);
        }
    }

    /// Whether a plan before this one was refused so.
    fn is_known_before(&self, plan: PlanId, kind: &Kind) -> bool {
        self.plans.get(kind).is_some_and(|(first, _)| *first < plan)
    }

    /// Whether what refuses records of the run now was there before; `None` where no plan was refused so.
    pub fn came_back(&self, code: &str, pattern: &str) -> Option<bool> {
        let kind = (code.to_owned(), pattern.to_owned());
        let (first, last) = self.plans.get(&kind)?;
        last.map(|last| *first < last)
    }
}

/// The words for answers of which there are too many kinds to tell them apart.
pub(super) const OTHER: &str = "other answers";

/// Counts refusals by kind.
#[derive(Debug)]
pub(super) struct Refusals {
    before: Refused,
    plan: PlanId,
    /// In the order they came.
    kinds: Vec<Refusal>,
    /// How many records of each of the first of them were refused before this send.
    earlier: Vec<u64>,
}

impl Refusals {
    /// Kinds that are counted apart, not many more than one looks through; what is left is counted together, a code at a time.
    const MOST: usize = 50;

    pub fn new(plan: PlanId, before: Refused) -> Self {
        Self {
            before,
            plan,
            kinds: Vec::new(),
            earlier: Vec::new(),
        }
    }

    /// Those of a plan that were counted before.
    pub fn counted(plan: PlanId, before: Refused, counted: &Counted) -> Self {
        let mut kinds = Self::new(plan, before);
        let mut refused: Vec<_> = counted.refused.iter().collect();
        refused.sort_by(|(one, few), (other, many)| {
            (many.records.cmp(&few.records)).then_with(|| one.cmp(other))
        });
        for ((code, pattern), alike) in refused {
            kinds.put((code, pattern), &alike.example, alike.records);
        }
        kinds.earlier = kinds.kinds.iter().map(|kind| kind.records).collect();
        kinds
    }

    /// One record was refused.
    pub fn add(&mut self, code: &str, message: &str) {
        self.put((code, &pattern(message)), message, 1);
    }

    fn put(&mut self, (code, pattern): (&str, &str), example: &str, records: u64) {
        let is_full = self.kinds.len() >= Self::MOST;
        let (pattern, example) = match self.find(code, pattern) {
            None if is_full => (OTHER, OTHER),
            _ => (pattern, example),
        };
        let known = self.find(code, pattern);
        if let Some(kind) = known.and_then(|at| self.kinds.get_mut(at)) {
            kind.records += records;
            return;
        }
        let kind = (code.to_owned(), pattern.to_owned());
        self.kinds.push(Refusal {
            code: code.to_owned(),
            came_back: self.before.is_known_before(self.plan, &kind),
            message: example.to_owned(),
            pattern: pattern.to_owned(),
            records,
        });
    }

    fn find(&self, code: &str, pattern: &str) -> Option<usize> {
        let is_it = |kind: &Refusal| kind.code == code && kind.pattern == pattern;
        self.kinds.iter().position(is_it)
    }

    /// Those of the whole plan, most frequent first.
    pub fn sorted(&self) -> Vec<Refusal> {
        most_first(self.kinds.clone())
    }

    /// Those of this send alone, most frequent first.
    pub fn of_this_send(&self) -> Vec<Refusal> {
        let earlier = self.earlier.iter().copied().chain(std::iter::repeat(0));
        let kinds = self
            .kinds
            .iter()
            .zip(earlier)
            .map(|(kind, earlier)| Refusal {
                records: kind.records - earlier,
                ..kind.clone()
            });
        most_first(kinds.filter(|kind| kind.records > 0).collect())
    }
}

fn most_first(mut kinds: Vec<Refusal>) -> Vec<Refusal> {
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.records));
    kinds
}

/// The problem of a record that the destination refused, in its own words, at the field it names.
pub(super) fn refusal(code: &str, said: &Said) -> Problem {
    let message = said.message.as_str();
    Problem {
        stage: Stage::Send,
        code: code.to_owned(),
        detail: String::new(),
        path: said.path.clone(),
        message: message.to_owned(),
        hint: "Change the record, or ask whoever runs the destination. Then send it again."
            .to_owned(),
        found: None,
        shape: pattern(message),
        severity: Severity::Error,
        owner: String::new(),
    }
}

/// Names the group of what a destination refuses: by the first answer of its kind, because a pattern has digits in it that nobody
/// said, and without the values of the record that was sent, because the name stands in reports that hold none.
pub(super) fn title(destination: &str, message: &str, payload: &[u8]) -> String {
    let told = without_values(message, &values(payload));
    let told = text::safe(&told);
    format!("Refused by {destination}: {}", text::shorten(&told, TITLE))
}

/// What stands in the fields of a payload and is long enough to say something about one record. Lower case.
fn values(payload: &[u8]) -> Vec<String> {
    fn collect(value: &Value, all: &mut Vec<String>) {
        match value {
            Value::String(text) => all.push(folded(text.trim())),
            Value::Number(number) => all.push(number.to_string()),
            Value::Array(entries) => entries.iter().for_each(|one| collect(one, all)),
            Value::Object(fields) => fields.values().for_each(|one| collect(one, all)),
            Value::Null | Value::Bool(_) => {}
        }
    }
    let mut all = Vec::new();
    if let Ok(document) = serde_json::from_slice(payload) {
        collect(&document, &mut all);
    } else {
        let line = folded(&String::from_utf8_lossy(payload));
        let cells = line.split([',', ';', '\t', '|', '"', '\n', '\r']);
        all.extend(cells.map(|cell| cell.trim().to_owned()));
    }
    // A name can have two characters that are as wide as four.
    all.retain(|value| text::width(value) >= 3);
    all
}

/// In small letters, one by one.
fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// A message with `…` for each of these values, for addresses and for long numbers, which a destination may write in its own way.
fn without_values(message: &str, values: &[String]) -> String {
    let lower = folded(message);
    // A small letter can be longer or shorter than its capital: where each byte of them comes from.
    let from: Vec<Range<usize>> = (message.char_indices())
        .flat_map(|(at, c)| {
            let bytes: usize = c.to_lowercase().map(char::len_utf8).sum();
            std::iter::repeat_n(at..at + c.len_utf8(), bytes)
        })
        .collect();
    let is_word = |range: &Range<usize>| {
        let before = message[..range.start].chars().next_back();
        let after = message[range.end..].chars().next();
        ![before, after]
            .into_iter()
            .flatten()
            .any(char::is_alphanumeric)
    };
    let found = values.iter().flat_map(|value| {
        let places = lower.match_indices(value.as_str());
        places.map(|(at, value)| from[at].start..from[at + value.len() - 1].end)
    });
    let mut hidden: Vec<Range<usize>> = found.filter(is_word).collect();
    hidden.extend(runs(message, |c| c.is_ascii_digit()).filter(|run| run.len() > 4));
    hidden.extend(addresses(message));
    hidden.sort_by_key(|range| range.start);
    with_gaps(message, hidden)
}

/// A message with `…` in place of these parts of it, which are sorted by where they begin.
fn with_gaps(message: &str, parts: impl IntoIterator<Item = Range<usize>>) -> String {
    let (mut told, mut end) = (String::with_capacity(message.len()), 0);
    for part in parts {
        if part.start >= end {
            told.push_str(&message[end..part.start]);
            told.push('…');
        }
        end = end.max(part.end);
    }
    told.push_str(&message[end..]);
    told
}

/// Where the e-mail addresses of a message stand.
fn addresses(message: &str) -> impl Iterator<Item = Range<usize>> {
    let words = runs(message, |c| c.is_alphanumeric() || "@.+_-".contains(c));
    words.filter(|word| {
        let (name, domain) = message[word.clone()].split_once('@').unwrap_or_default();
        !name.is_empty() && domain.contains('.')
    })
}

/// Where characters of a kind stand beside each other.
fn runs(text: &str, is_of_it: impl Fn(char) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(&is_of_it)?;
        let rest = &text[start..];
        let length = rest.find(|c| !is_of_it(c)).unwrap_or(rest.len());
        at = start + length;
        Some(start..at)
    })
}

/// A foreign message without its numbers, addresses and quoted values, so that messages of one kind share a group.
pub(super) fn pattern(message: &str) -> String {
    let mut pattern = String::with_capacity(message.len());
    let mut quoted = false;
    for c in with_gaps(message, addresses(message)).chars() {
        match c {
            '\'' | '"' => {
                quoted = !quoted;
                pattern.push_str(if quoted { "'" } else { "…'" });
            }
            _ if quoted => {}
            '0'..='9' if pattern.ends_with('9') => {}
            '0'..='9' => pattern.push('9'),
            _ => pattern.push(c),
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_one_kind_share_a_pattern() {
        assert_eq!(
            pattern("row 4711 of 'Müller' failed"),
            "row 9 of '…' failed"
        );
        assert_eq!(
            pattern("UNIQUE constraint failed: person.id"),
            "UNIQUE constraint failed: person.id"
        );
        assert_eq!(
            pattern("Email ann.b+c@x.co.uk is taken, not 'd@e.fr'"),
            "Email … is taken, not '…'"
        );
        assert_eq!(pattern("@ 5 EUR a@b"), "@ 9 EUR a@b");
    }

    #[test]
    fn the_name_of_a_group_tells_no_value_of_the_record_that_was_refused_first() {
        let check = |message: &str, payload: &str, expected: &str| {
            let title = title("crm", message, payload.as_bytes());
            assert_eq!(title, format!("Refused by crm: {expected}"));
        };
        let record = r#"{"name": "Jana Geheim", "tax": 123456, "age": 65, "at": {"city": ["Ulm"]}, "no": ""}"#;
        check(
            "customer 'JANA GEHEIM' of Ulm with tax number 123456 is blocked",
            record,
            "customer '…' of … with tax number … is blocked",
        );
        // What is part of another word is none, nor is what is too short to say anything.
        check("Ulmer is 65 or more", record, "Ulmer is 65 or more");
        check("exit 65 of 'a'", record, "exit 65 of 'a'");
        // It was written in another way, or is another's.
        check(
            "tax number 12345678 belongs to b@x.de.",
            record,
            "tax number … belongs to …",
        );
        check("Jana Geheim, again", r#"7,"Jana Geheim",x"#, "…, again");
        check("", record, "");
        check("straße İ Jana Geheim", record, "straße İ …");
        check("李雷 again", r#"{"name": "李雷"}"#, "… again");
        let record = r#"{"name": "Jörg Müller", "city": "İzmir", "unit": "ÅNGSTRÖM"}"#;
        check(
            "İ JÖRG MÜLLER of İZMIR, ångström: no",
            record,
            "İ … of …, …: no",
        );
    }
}
