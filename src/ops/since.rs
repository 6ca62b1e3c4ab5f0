//! Since when the problems of a run are there.

use std::borrow::Cow;

use anyhow::{Context, Result};

use super::{
    Workspace,
    compare::{groups, up_to},
    send::Refused,
};
use crate::{
    filter::{Filter, Novelty, Wanted},
    model::{self, Group, RunId, Seen, Since, Stage, Trend},
};

/// How the problems of a run stand beside those before: what its load found by the run of its contract before it, what
/// destinations refuse by the plans before.
///
/// # Errors
/// `run:missing`.
pub fn since(workspace: &Workspace, run: RunId) -> Result<Since> {
    let _reading = workspace.store.reading()?;
    let runs = up_to(workspace, run)?;
    let mut all = Vec::new();
    for run in &runs {
        all.push(groups(workspace, run)?);
    }
    let (new, earlier) = all.split_first().context("a run is like itself")?;
    let mut since = Since::default();
    if let Some((old, earlier)) = earlier.split_first() {
        since.before = runs.get(1).cloned();
        for one in model::compare(old, new, &earlier.concat()) {
            match one.trend {
                Trend::Gone => since.gone += 1,
                trend => {
                    since.new += u64::from(trend == Trend::New);
                    let (before, last) = (one.before, one.last_seen);
                    let seen = Seen {
                        trend,
                        before,
                        last,
                    };
                    since.groups.insert(one.group.id, seen);
                }
            }
        }
    }
    let sent = |group: &&Group| group.stage == Stage::Send && group.open > 0;
    if new.iter().any(|group| sent(&group)) {
        let refused = Refused::of(workspace, run)?;
        for group in new.iter().filter(sent) {
            if let Some(came_back) = refused.came_back(&group.code, &group.template) {
                let trend = if came_back {
                    Trend::CameBack
                } else {
                    Trend::New
                };
                let (before, last) = (0, None);
                let seen = Seen {
                    trend,
                    before,
                    last,
                };
                since.groups.insert(group.id, seen);
            }
        }
    }
    Ok(since)
}

/// The filter with the groups that are meant in the place of `is:new` and `is:back`: those that lists mark so.
///
/// # Errors
/// `run:missing`.
pub(super) fn settled<'f>(
    workspace: &Workspace,
    run: RunId,
    filter: &'f Filter,
) -> Result<Cow<'f, Filter>> {
    if !filter.terms.iter().any(|term| is_novelty(&term.wanted)) {
        return Ok(Cow::Borrowed(filter));
    }
    let since = since(workspace, run)?;
    let mut filter = filter.clone();
    for term in &mut filter.terms {
        settle(&since, &mut term.wanted);
    }
    Ok(Cow::Owned(filter))
}

/// Whether a term is about what there was before.
pub(super) fn is_novelty(wanted: &Wanted) -> bool {
    match wanted {
        Wanted::Novelty(_) => true,
        Wanted::Either(terms) => terms.iter().any(|term| is_novelty(&term.wanted)),
        _ => false,
    }
}

fn settle(since: &Since, wanted: &mut Wanted) {
    let trend = match wanted {
        Wanted::Novelty(Novelty::New) => Trend::New,
        Wanted::Novelty(Novelty::Back) => Trend::CameBack,
        Wanted::Either(terms) => {
            for term in terms {
                settle(since, &mut term.wanted);
            }
            return;
        }
        _ => return,
    };
    let meant = since.groups.iter().filter(|(_, seen)| seen.trend == trend);
    let mut groups: Vec<_> = meant.map(|(group, _)| *group).collect();
    groups.sort_unstable();
    *wanted = Wanted::Problem(groups);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ops,
        store::{
            Store,
            testing::{NOW, Sample, problem, put_run, rejected},
        },
    };

    /// A record with these problems.
    fn broken(codes: &[&str]) -> Sample {
        let problems: Vec<_> = codes.iter().map(|code| problem(code, "/x")).collect();
        rejected("{}", &problems)
    }

    #[test]
    fn problems_are_as_old_as_the_runs_of_the_contract_that_have_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.db");
        let mut store = Store::create(&path, NOW).unwrap();
        put_run(&mut store, &[broken(&["a", "b"])]);
        put_run(&mut store, &[broken(&["b"]), broken(&["b", "c"])]);
        put_run(&mut store, &[broken(&["a"]), broken(&["b", "d"])]);
        drop(store);
        let workspace = Workspace::open(&path, "ann").unwrap();
        let said = |run| {
            let since = since(&workspace, RunId(run)).unwrap();
            let groups = workspace.store.groups(RunId(run), &Filter::default());
            let words = |group: &Group| {
                let seen = since.groups[&group.id];
                let (word, before, last) = (seen.trend.label(), seen.before, seen.last);
                format!("{} {word} {before} {:?}", group.code, last.map(|run| run.0))
            };
            let mut words: Vec<String> = groups.unwrap().iter().map(words).collect();
            words.sort();
            let before = since.before.map(|run| run.id.0);
            (before, words.join(", "), since.new, since.gone)
        };
        let third = "a came back 0 Some(1), b shrinking 2 None, d new 0 None";
        assert_eq!(said(3), (Some(2), third.to_owned(), 1, 1));
        let second = "b growing 1 None, c new 0 None";
        assert_eq!(said(2), (Some(1), second.to_owned(), 1, 1));
        assert!(since(&workspace, RunId(1)).unwrap().groups.is_empty());
        let listed = |line: &str| {
            let filter = Filter::parse(line).unwrap();
            let ids = ops::ids(&workspace, &filter).unwrap();
            let groups = ops::groups(&workspace, &filter).unwrap();
            let ids: Vec<i64> = ids.into_iter().map(|id| id.0).collect();
            let mut codes: Vec<String> = groups.into_iter().map(|group| group.code).collect();
            codes.sort();
            (ids, codes.concat())
        };
        let check = |line: &str, ids: &[i64], codes: &str| {
            assert_eq!(listed(line), (ids.to_vec(), codes.to_owned()), "{line}");
        };
        check("run:3 is:new", &[5], "d");
        check("run:3 -is:new", &[4], "ab");
        check("run:3 is:back", &[4], "a");
        check("run:3 is:back | error:d", &[4, 5], "ad");
        // Nothing is new where there is nothing before, as nothing is marked so.
        check("run:1 is:new", &[], "");
        check("run:1 -is:new", &[1], "ab");
    }
}
