//! Counts problems by kind while records come in, in the order of the input.

use std::{borrow::Cow, collections::HashMap};

use super::{judged::Judged, writer::Place};
use crate::{
    check::{Checker, wording},
    model::{Found, Severity, Stage, Wants},
    store::load::{GroupCounts, NewGroup},
};

/// Groups of one run; a run with more kinds of problems has a message with a name in it that was not masked.
const MAX_GROUPS: usize = 50_000;

/// Shapes of one group; the rest is counted as [`OTHER`].
const MAX_SHAPES: usize = 200;

const OTHER: &str = "(other)";

/// Characters of an example.
const MAX_EXAMPLE: usize = 200;

/// The groups of one run, numbered in the order of their first problem.
#[derive(Default)]
pub(super) struct Groups {
    numbers: HashMap<Kind<'static>, usize>,
    tallies: Vec<Tally>,
}

/// What makes two problems of one kind.
#[derive(PartialEq, Eq, Hash)]
struct Kind<'a> {
    stage: Stage,
    code: Cow<'a, str>,
    detail: Cow<'a, str>,
    pattern: Cow<'a, str>,
    shape: Cow<'a, str>,
    severity: Severity,
}

#[derive(Default)]
struct Tally {
    counts: GroupCounts,
    shapes: HashMap<String, (u64, String)>,
    /// The record counted last; a record that has a problem twice counts once.
    last: u64,
    stage: Option<Stage>,
    code: String,
}

impl Groups {
    /// How many groups there are of what rejects a record.
    pub fn rejecting(&self) -> usize {
        let kinds = self.numbers.keys();
        kinds
            .filter(|kind| kind.severity == Severity::Error)
            .count()
    }

    /// Counts one problem of a record; gives its group's number, and the group when it is new. `stored` says whether the
    /// record is, so that the problem is open from now on.
    pub fn count(
        &mut self,
        judged: &Judged,
        place: Place,
        stored: bool,
        checker: Option<&Checker>,
    ) -> (usize, Option<NewGroup>) {
        let line = place.line;
        let (number, new) = self.number(judged, checker);
        let tally = &mut self.tallies[number];
        let counts = &mut tally.counts;
        counts.problems += 1;
        if tally.last != place.ordinal {
            tally.last = place.ordinal;
            counts.records += 1;
            counts.stored += u64::from(stored);
        }
        if counts.problems == 1 {
            counts.first_line = line;
            counts.last_line = line;
        }
        // Results name the lines of another file, in whatever order.
        counts.first_line = counts.first_line.min(line);
        counts.last_line = counts.last_line.max(line);
        if let (Some(shape), Some(found)) = (&judged.shape, &judged.problem.found) {
            tally.add_shape(shape, found);
        }
        (number, new)
    }

    /// The counts by number, shapes with the most frequent first.
    pub fn into_counts(self) -> Vec<GroupCounts> {
        let finish = |tally: Tally| {
            let mut counts = tally.counts;
            counts.shapes = (tally.shapes.into_iter())
                .map(|(shape, (count, example))| (shape, count, example))
                .collect();
            counts
                .shapes
                .sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            counts
        };
        self.tallies.into_iter().map(finish).collect()
    }

    /// Stage, code and problems of each group, for the log.
    pub fn summary(&self) -> impl Iterator<Item = (&'static str, &str, u64)> {
        self.tallies.iter().map(|tally| {
            let stage = tally.stage.map_or("", Stage::word);
            (stage, tally.code.as_str(), tally.counts.problems)
        })
    }

    fn number(&mut self, judged: &Judged, checker: Option<&Checker>) -> (usize, Option<NewGroup>) {
        let problem = &judged.problem;
        let full = self.tallies.len() >= MAX_GROUPS;
        let kind = Kind::of(judged, false);
        if let Some(number) = self.numbers.get(&kind) {
            return (*number, None);
        }
        let kind = if full { Kind::of(judged, true) } else { kind };
        if let Some(number) = self.numbers.get(&kind) {
            return (*number, None);
        }
        let group = NewGroup {
            stage: problem.stage,
            code: problem.code.clone(),
            detail: kind.detail.clone().into_owned(),
            path: kind.pattern.clone().into_owned(),
            shape: kind.shape.clone().into_owned(),
            severity: problem.severity,
            owner: problem.owner.clone(),
            title: match checker {
                Some(checker) => checker.title(problem),
                None => wording::title(problem, &Wants::default()),
            },
        };
        let number = self.tallies.len();
        self.numbers.insert(kind.into_owned(), number);
        self.tallies.push(Tally {
            stage: Some(problem.stage),
            code: problem.code.clone(),
            ..Tally::default()
        });
        (number, Some(group))
    }
}

impl<'a> Kind<'a> {
    /// With `any`, the kind of all problems of this code that have no group of their own.
    fn of(judged: &'a Judged, any: bool) -> Self {
        let problem = &judged.problem;
        let part = |text: &'a str| Cow::Borrowed(if any { "" } else { text });
        Self {
            stage: problem.stage,
            code: Cow::Borrowed(&problem.code),
            detail: part(&problem.detail),
            pattern: part(&judged.pattern),
            shape: Cow::Borrowed(if any { OTHER } else { &problem.shape }),
            severity: problem.severity,
        }
    }

    fn into_owned(self) -> Kind<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Kind {
            stage: self.stage,
            code: owned(self.code),
            detail: owned(self.detail),
            pattern: owned(self.pattern),
            shape: owned(self.shape),
            severity: self.severity,
        }
    }
}

impl Tally {
    fn add_shape(&mut self, shape: &str, found: &Found) {
        if let Some((count, _)) = self.shapes.get_mut(shape) {
            *count += 1;
            return;
        }
        let shape = if self.shapes.len() < MAX_SHAPES {
            shape
        } else {
            OTHER
        };
        let example = match found {
            Found::Missing => String::new(),
            Found::Text(text) | Found::Json(text) => text.chars().take(MAX_EXAMPLE).collect(),
        };
        let (count, _) = self.shapes.entry(shape.to_owned()).or_insert((0, example));
        *count += 1;
    }
}
