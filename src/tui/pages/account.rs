//! What a page tells whoever asks why something is wrong: what stands in its card, strip and panels, in one place and in full.

use super::{Page, editor::edit_box::wanted, editor::panels::origin, strip};
use crate::{
    model::{Found, Stage, Wants},
    ops::{WhyWrong, Wrong},
    text,
    tui::overlays::{Account, Row},
};

/// So many allowed values are named.
const ALLOWED: usize = 30;

impl Page {
    /// Everything that is known of what is under the cursor, with what the page knows of it itself.
    pub fn account(&self, why: &WhyWrong) -> Account {
        let known = match self {
            Self::Groups(page) => page.facts(),
            _ => Vec::new(),
        };
        let is_group = !known.is_empty();
        let mut rows: Vec<Row> = (known.into_iter())
            .map(|(label, words)| Row::Said(label, words))
            .collect();
        let several = why.problems.len() > 1;
        if why.problems.is_empty() && !is_group {
            let words = "Nothing is wrong with this record.";
            rows.push(Row::Said("", words.to_owned()));
        } else if !why.is_here {
            let words = "Nothing is wrong with this field. The record has other problems.";
            rows.push(Row::Said("", words.to_owned()));
        }
        for wrong in &why.problems {
            if several || !why.is_here {
                let label = text::safe(&wrong.problem.path.label()).into_owned();
                rows.push(Row::Heading(label));
            }
            rows.extend(explained(wrong, why, is_group));
        }
        if let Some(record) = &why.record {
            let id = text::thousands(record.row.id.0.unsigned_abs());
            let heading = if is_group {
                format!("One of them: record {id}")
            } else {
                "Where it came from".to_owned()
            };
            rows.push(Row::Heading(heading));
            let origin = origin(record).into_iter();
            rows.extend(origin.map(|(label, words)| Row::Said(label, text::safe(&words).into())));
        }
        Account::new(self.account_title(why), rows)
    }

    fn account_title(&self, why: &WhyWrong) -> String {
        let about = match (self, &why.problems[..], &why.record) {
            (Self::Groups(page), ..) => page.title().map(|title| text::safe(title).into_owned()),
            (_, [one], Some(_)) if why.is_here && !one.problem.path.is_root() => {
                Some(text::safe(&one.problem.path.label()).into_owned())
            }
            (_, _, Some(record)) => {
                let id = text::thousands(record.row.id.0.unsigned_abs());
                Some(format!("record {id}"))
            }
            _ => None,
        };
        let about = text::shorten(&about.unwrap_or_default(), 50);
        if why.problems.is_empty() && !matches!(self, Self::Groups(_)) {
            return format!("About {about}");
        }
        format!("Why is this wrong: {about}")
    }
}

/// What is wrong, what to do, the value, what is wanted, and what says so. The card of a group has the sentence already.
fn explained(wrong: &Wrong, why: &WhyWrong, is_in_card: bool) -> Vec<Row> {
    let problem = &wrong.problem;
    let [what, to_do, code] = strip::about(problem, "");
    let value = problem.found.as_ref().map(|found| match found {
        Found::Missing => "(missing)".to_owned(),
        Found::Text(value) => format!("\"{}\"", text::shorten(&text::safe_whole(value), 400)),
        Found::Json(value) => text::shorten(&text::safe(value), 400),
    });
    let value = value.map(|value| ("Value", value));
    let valid = valid(&wrong.wants).map(|words| ("Valid", words));
    let rows = [
        Some(what).filter(|_| !is_in_card),
        Some(to_do).filter(|(_, words)| !words.is_empty()),
        value,
        valid,
        Some(("Rule", rule(wrong, why))),
        Some(code),
    ];
    let rows = rows.into_iter().flatten();
    rows.map(|(label, words)| Row::Said(label, words)).collect()
}

/// What a valid value looks like, as far as the schema says. Safe to print.
fn valid(wants: &Wants) -> Option<String> {
    let mut words = wanted(wants)?;
    if !wants.allowed.is_empty() {
        let mut allowed: Vec<String> = (wants.allowed.iter().take(ALLOWED))
            .map(|value| text::safe(&value.to_string()).into_owned())
            .collect();
        if wants.allowed.len() > ALLOWED {
            let more = wants.allowed.len() - ALLOWED;
            allowed.push(format!("and {} more", text::thousands(more as u64)));
        }
        words = format!("{words}: {}", allowed.join(", "));
    }
    if let Some(default) = &wants.default {
        words = format!(
            "{words}; without it {} is meant",
            text::safe(&default.to_string())
        );
    }
    Some(words)
}

/// What says that it is wrong. Safe to print.
fn rule(wrong: &Wrong, why: &WhyWrong) -> String {
    let problem = &wrong.problem;
    let (code, detail) = (text::safe(&problem.code), text::safe(&problem.detail));
    match (problem.stage, &wrong.rule) {
        (Stage::Parse, _) => "what cannot be read is not checked any further".to_owned(),
        (Stage::Schema, _) if detail.is_empty() => format!("the schema's \"{code}\""),
        (Stage::Schema, _) => format!("the schema's \"{code}\": {detail}"),
        (Stage::Rule, Some((assert, line))) => {
            let assert = text::safe(assert);
            format!("{code} in line {line} of the contract: {assert}")
        }
        (Stage::Rule, None) => code.into_owned(),
        (Stage::Validator, _) => "the pipeline's own validator, not the contract".to_owned(),
        (Stage::Send, _) => {
            let record = why.record.as_ref();
            let attempt = record.and_then(|record| record.attempts.last());
            let destination = attempt.map(|attempt| text::safe(&attempt.destination));
            format!("the destination's own: {}", destination.unwrap_or_default())
                .trim_end_matches([':', ' '])
                .to_owned()
        }
    }
}
