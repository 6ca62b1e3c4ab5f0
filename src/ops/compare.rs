//! Two runs beside each other.

use anyhow::Result;

use super::Workspace;
use crate::{
    filter::Filter,
    model::{self, Comparison, Fault, Group, RunId, RunRow},
};

/// Compares two runs as they were loaded. Without `new` the newest run is meant (of the contract of `old`, where that is
/// named); without `old` the run of the same contract before it. Runs without a contract go by their name.
///
/// # Errors
/// `run:missing`, `run:none`, `run:none_before`; `usage:run` when a run would be compared with itself.
pub fn compare(
    workspace: &Workspace,
    old: Option<RunId>,
    new: Option<RunId>,
) -> Result<Comparison> {
    let _reading = workspace.store.reading()?;
    let runs = workspace.store.runs()?;
    let find = |id: RunId| match runs.iter().find(|run| run.id == id) {
        Some(run) => Ok(run),
        None => Err(workspace
            .store
            .run(id)
            .err()
            .unwrap_or_else(|| none().into())),
    };
    let old = old.map(find).transpose()?;
    let new = match (new, old) {
        (Some(id), _) => find(id)?,
        // Newest first.
        (None, Some(old)) => runs.iter().find(|run| is_alike(run, old)).unwrap_or(old),
        (None, None) => runs.first().ok_or_else(none)?,
    };
    let before = |limit: RunId| {
        let earlier = runs.iter().filter(move |run| run.id < limit);
        earlier.filter(|run| is_alike(run, new))
    };
    let old = match old {
        Some(old) => old,
        None => before(new.id).next().ok_or_else(|| none_before(new))?,
    };
    if old.id == new.id {
        return Err(itself(old).into());
    }
    let mut earlier: Vec<Group> = Vec::new();
    for run in before(old.id.min(new.id)) {
        earlier.extend(groups(workspace, run)?);
    }
    let groups = model::compare(&groups(workspace, old)?, &groups(workspace, new)?, &earlier);
    Ok(Comparison {
        old: old.clone(),
        new: new.clone(),
        groups,
    })
}

pub(super) fn groups(workspace: &Workspace, run: &RunRow) -> Result<Vec<Group>> {
    workspace.store.groups(run.id, &Filter::default())
}

/// The run and those that are compared with it, newest first.
///
/// # Errors
/// `run:missing`.
pub(super) fn up_to(workspace: &Workspace, run: RunId) -> Result<Vec<RunRow>> {
    let newest = workspace.store.run(run)?;
    let mut runs = workspace.store.runs()?;
    runs.retain(|one| one.id <= run && is_alike(one, &newest));
    Ok(runs)
}

/// Whether two runs are of the same contract, as its name says; where neither has one, of the same name.
fn is_alike(one: &RunRow, other: &RunRow) -> bool {
    match (&one.contract, &other.contract) {
        (None, None) => one.name == other.name,
        (one, other) => one == other,
    }
}

fn none() -> Fault {
    Fault::unusable("run:none", "the workspace holds no run")
        .hint("load one: redrive load FILE --contract CONTRACT")
}

fn none_before(run: &RunRow) -> Fault {
    let whose = match &run.contract {
        Some(contract) => format!("the contract {contract}"),
        None => format!("the name {}", run.name),
    };
    Fault::unusable(
        "run:none_before",
        format!(
            "run {} is the first of {whose}: there is none before it",
            run.id
        ),
    )
    .hint("load the next run, or name two: redrive diff OLD NEW; `redrive runs` lists them")
}

fn itself(run: &RunRow) -> Fault {
    Fault::usage(
        "usage:run",
        format!("run {} cannot be compared with itself", run.id),
    )
    .hint("name two runs: redrive diff OLD NEW; `redrive runs` lists them")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::testing::{Desk, code};

    fn said(desk: &Desk, old: Option<i64>, new: Option<i64>) -> String {
        let all = compare(&desk.workspace, old.map(RunId), new.map(RunId)).unwrap();
        let groups = (all.groups.iter()).map(|one| {
            let (trend, path) = (one.trend.label(), &one.group.path);
            format!("{path} {trend} {} -> {}", one.before, one.after)
        });
        let groups: Vec<String> = groups.collect();
        format!("{} | {} | {}", all.old.id, all.new.id, groups.join(", "))
    }

    #[test]
    fn a_workspace_without_two_runs_says_what_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let empty = Workspace::create(&folder.path().join("w.db"), "ann").unwrap();
        assert_eq!(code(&compare(&empty, None, None).unwrap_err()), "run:none");
        let desk = Desk::checked(&["A1,a@b.de,30,Open"]);
        let code_of = |old: Option<i64>, new: Option<i64>| {
            code(&compare(&desk.workspace, old.map(RunId), new.map(RunId)).unwrap_err())
        };
        assert_eq!(code_of(None, None), "run:none_before");
        assert_eq!(code_of(Some(1), None), "usage:run");
        assert_eq!(code_of(Some(7), None), "run:missing");
        assert_eq!(code_of(None, Some(7)), "run:missing");
    }

    #[test]
    fn without_numbers_the_newest_run_and_the_one_of_its_contract_before_it_are_meant() {
        let mut desk = Desk::checked(&["A1,a@b.de,30,Open"]);
        desk.second_run(&["A1,foo@,30,Open"]);
        desk.second_run(&["A1,foo@,30,Open", "A2,bar@,30,Open"]);
        // What a check found after the load is no count of the load.
        assert_eq!(said(&desk, None, None), "2 | 3 | ");
        assert_eq!(said(&desk, Some(1), None), "1 | 3 | ");
    }
}
