//! Two runs beside each other: what is new, gone, growing, came back.

use std::{
    cmp::{Ordering, Reverse},
    collections::HashMap,
};

use super::{Group, GroupId, RunId, RunRow, Severity, Stage};
use crate::text::thousands;

/// What became of one kind of problem between two runs. In the order of a list: what needs looking at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trend {
    New,
    /// It was there in a run before both, was gone in the older one and is there again.
    CameBack,
    Growing,
    Shrinking,
    Gone,
    Same,
}

impl Trend {
    pub const ALL: [Self; 6] = [
        Self::New,
        Self::CameBack,
        Self::Growing,
        Self::Shrinking,
        Self::Gone,
        Self::Same,
    ];

    /// The word of JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::CameBack => "came_back",
            Self::Growing => "growing",
            Self::Shrinking => "shrinking",
            Self::Gone => "gone",
            Self::Same => "same",
        }
    }

    /// The word of a table.
    pub fn label(self) -> &'static str {
        match self {
            Self::CameBack => "came back",
            other => other.word(),
        }
    }

    /// How a list marks it: `NEW`.
    pub fn tag(self) -> String {
        self.label().to_uppercase()
    }

    /// Whether more records have the problem than before.
    pub fn is_worse(self) -> bool {
        matches!(self, Self::New | Self::CameBack | Self::Growing)
    }
}

/// One kind of problem in two runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    pub trend: Trend,
    /// The group of the newer run; where it is gone, that of the older one.
    pub group: Group,
    /// Records that had it when the runs were loaded.
    pub before: u64,
    pub after: u64,
    /// The last run before both that had it, where it came back.
    pub last_seen: Option<RunId>,
}

/// Two runs beside each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    pub old: RunRow,
    pub new: RunRow,
    /// What rejects records first, and in it what needs looking at first.
    pub groups: Vec<Compared>,
}

/// How the problems of a run stand beside those of the runs before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Since {
    /// The run of the same contract before it.
    pub before: Option<RunRow>,
    pub groups: HashMap<GroupId, Seen>,
    pub new: u64,
    pub gone: u64,
}

/// How a group of problems stands beside the one of its kind before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub trend: Trend,
    /// Records that had it in the run before.
    pub before: u64,
    /// The last run that had it, where it came back from one before that.
    pub last: Option<RunId>,
}

impl Comparison {
    /// Whether something that rejects records is new, came back or grew.
    pub fn is_worse(&self) -> bool {
        let rejects = |one: &Compared| one.group.severity == Severity::Error;
        (self.groups.iter()).any(|one| one.trend.is_worse() && rejects(one))
    }

    /// How many kinds of problems became what: `2 new, 1 came back, 4 same.`
    pub fn sum(&self) -> String {
        let words = Trend::ALL.into_iter().filter_map(|trend| {
            let alike = self.groups.iter().filter(|one| one.trend == trend);
            let number = alike.count() as u64;
            (number > 0).then(|| format!("{} {}", thousands(number), trend.label()))
        });
        format!("{}.", words.collect::<Vec<_>>().join(", "))
    }
}

/// What makes groups of different runs groups of one kind.
type Kind<'g> = (Stage, &'g str, &'g str, &'g str, &'g str, Severity);

fn kind(group: &Group) -> Kind<'_> {
    (
        group.stage,
        &group.code,
        &group.detail,
        &group.path,
        &group.template,
        group.severity,
    )
}

/// Compares the groups of two runs as they were loaded: what people did since then does not count. `earlier` are the groups
/// of the runs before both.
pub fn compare(old: &[Group], new: &[Group], earlier: &[Group]) -> Vec<Compared> {
    let mut before: HashMap<Kind<'_>, &Group> = (old.iter())
        .filter(|group| group.records > 0)
        .map(|group| (kind(group), group))
        .collect();
    let mut last_seen: HashMap<Kind<'_>, RunId> = HashMap::new();
    for group in earlier.iter().filter(|group| group.records > 0) {
        let last = last_seen.entry(kind(group)).or_insert(group.run);
        *last = group.run.max(*last);
    }
    let mut all: Vec<Compared> = (new.iter())
        .filter(|group| group.records > 0)
        .map(|group| {
            let there = before.remove(&kind(group));
            let seen = last_seen.get(&kind(group)).copied();
            compared(group, there.map(|old| old.records), seen)
        })
        .collect();
    all.extend(before.into_values().map(|group| Compared {
        trend: Trend::Gone,
        group: group.clone(),
        before: group.records,
        after: 0,
        last_seen: None,
    }));
    all.sort_by(order);
    all
}

fn compared(group: &Group, before: Option<u64>, seen: Option<RunId>) -> Compared {
    let trend = match (before, seen) {
        (None, None) => Trend::New,
        (None, Some(_)) => Trend::CameBack,
        (Some(before), _) => match group.records.cmp(&before) {
            Ordering::Greater => Trend::Growing,
            Ordering::Equal => Trend::Same,
            Ordering::Less => Trend::Shrinking,
        },
    };
    Compared {
        trend,
        group: group.clone(),
        before: before.unwrap_or(0),
        after: group.records,
        last_seen: seen.filter(|_| trend == Trend::CameBack),
    }
}

fn order(one: &Compared, other: &Compared) -> Ordering {
    let rank = |one: &Compared| {
        let difference = one.after.abs_diff(one.before);
        let (difference, size) = (Reverse(difference), Reverse(one.after));
        (one.group.severity, one.trend, difference, size)
    };
    (rank(one).cmp(&rank(other))).then_with(|| kind(&one.group).cmp(&kind(&other.group)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::GroupId;

    fn group(run: i64, code: &str, records: u64) -> Group {
        Group {
            id: GroupId(run * 100),
            run: RunId(run),
            stage: Stage::Schema,
            code: code.to_owned(),
            detail: String::new(),
            path: "/x".to_owned(),
            severity: Severity::Error,
            owner: String::new(),
            template: String::new(),
            title: code.to_owned(),
            records,
            problems: records,
            open: records,
            first_line: 1,
            last_line: 1,
            shapes: Vec::new(),
        }
    }

    fn said(old: &[Group], new: &[Group], earlier: &[Group]) -> String {
        let lines = compare(old, new, earlier).into_iter().map(|one| {
            let seen = one
                .last_seen
                .map_or_else(String::new, |run| format!(", last in {run}"));
            let (code, trend) = (&one.group.code, one.trend.label());
            format!("{code} {trend} {} -> {}{seen}", one.before, one.after)
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_kind_of_problem_is_in_one_of_six_states() {
        let old = [
            group(3, "more", 2),
            group(3, "less", 9),
            group(3, "gone", 4),
            group(3, "same", 5),
        ];
        let new = [
            group(4, "same", 5),
            group(4, "less", 1),
            group(4, "more", 7),
            group(4, "again", 3),
            group(4, "new", 1),
        ];
        let earlier = [
            group(1, "again", 1),
            group(2, "again", 8),
            group(2, "same", 1),
        ];
        insta::assert_snapshot!(said(&old, &new, &earlier), @"
        new new 0 -> 1
        again came back 0 -> 3, last in 2
        more growing 2 -> 7
        less shrinking 9 -> 1
        gone gone 4 -> 0
        same same 5 -> 5
        ");
    }

    #[test]
    fn groups_are_of_one_kind_only_when_everything_that_names_them_is_equal() {
        let one = group(1, "format", 2);
        let others: [fn(&mut Group); 5] = [
            |group| group.stage = Stage::Rule,
            |group| group.detail = "email".to_owned(),
            |group| group.path = "/y".to_owned(),
            |group| group.template = "... is wrong".to_owned(),
            |group| group.severity = Severity::Warning,
        ];
        for change in others {
            let mut other = group(2, "format", 2);
            change(&mut other);
            let all = compare(std::slice::from_ref(&one), &[other], &[]);
            let mut trends: Vec<Trend> = all.iter().map(|one| one.trend).collect();
            trends.sort_unstable();
            assert_eq!(trends, [Trend::New, Trend::Gone]);
        }
        let mut owned = group(2, "format", 2);
        owned.owner = "sales".to_owned();
        owned.title = "Another title".to_owned();
        assert_eq!(compare(&[one], &[owned], &[])[0].trend, Trend::Same);
    }

    #[test]
    fn what_only_an_edit_brought_about_is_no_problem_of_the_run() {
        let edited = Group {
            open: 1,
            ..group(1, "edited", 0)
        };
        let again = [group(2, "edited", 1)];
        assert_eq!(said(std::slice::from_ref(&edited), &[], &[]), "");
        assert_eq!(
            said(std::slice::from_ref(&edited), &again, &[]),
            "edited new 0 -> 1"
        );
        assert_eq!(said(&[], &again, &[edited]), "edited new 0 -> 1");
    }

    #[test]
    fn warnings_come_after_what_rejects_and_the_largest_difference_first() {
        let mut warning = group(2, "warning", 900);
        warning.severity = Severity::Warning;
        let new = [warning, group(2, "small", 1), group(2, "large", 50)];
        insta::assert_snapshot!(said(&[], &new, &[]), @"
        large new 0 -> 50
        small new 0 -> 1
        warning new 0 -> 900
        ");
    }
}
