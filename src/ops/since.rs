//! Since when the problems of a run are there.

use anyhow::{Context, Result};

use super::{
    Workspace,
    compare::{groups, up_to},
    send::Refused,
};
use crate::model::{self, Group, RunId, Seen, Since, Stage, Trend};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        filter::Filter,
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
    }
}
