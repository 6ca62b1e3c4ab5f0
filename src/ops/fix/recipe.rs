//! Fixes as recipes: saved from the history, and made again.

use std::{collections::BTreeSet, time::SystemTime};

use anyhow::Result;

use super::{
    FixRequest, apply_fix,
    copy::{CopyFolder, clear_copies},
    preview_fix,
};
use crate::{
    filter::{Filter, Term, Wanted},
    fix::recipe::Recipe,
    fix::recipe::RecipeStep,
    model::{Fault, FaultKind, FixReport, Group, GroupId, Path, Problem, RunId, Stage},
    ops::{Job, Workspace},
};

/// What one step of a recipe came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Replayed {
    /// What it does, in words.
    pub words: String,
    /// What it did, or would do; why it does not fit this run.
    pub result: Result<FixReport, Fault>,
}

/// Makes the fixes of a recipe again, one after the other, each a step of its own. A step that does not fit the run is skipped
/// and says why; with `strict` nothing after it is done. With `dry` they are made in a copy of the workspace that is thrown away,
/// so that each says what it would come to after those before it, and nothing is changed.
///
/// # Errors
/// Those that keep any fix from being made: `interrupted`, a workspace that cannot be used, a validator that does not answer;
/// with `dry`, no room for a copy.
pub fn replay(
    workspace: &mut Workspace,
    run: RunId,
    recipe: &Recipe,
    (strict, dry): (bool, bool),
    job: &Job,
) -> Result<Vec<Replayed>> {
    if !dry {
        return make_all(workspace, run, recipe, strict, job);
    }
    clear_copies(workspace.folder(), SystemTime::now());
    let folder = CopyFolder::make(workspace.folder())?;
    let copied = folder.file();
    workspace
        .store
        .backup(&copied, &mut |_, _| Ok(job.check()?))?;
    let mut copy = Workspace::open(&copied, &workspace.author)?;
    let mut all = make_all(&mut copy, run, recipe, strict, job)?;
    for report in all.iter_mut().flat_map(|one| &mut one.result) {
        report.step = None;
    }
    Ok(all)
}

fn make_all(
    workspace: &mut Workspace,
    run: RunId,
    recipe: &Recipe,
    strict: bool,
    job: &Job,
) -> Result<Vec<Replayed>> {
    let mut all = Vec::new();
    for step in &recipe.steps {
        let result = match make_again(workspace, run, step, job) {
            Ok(report) => Ok(report),
            Err(error) => match error.downcast::<Fault>() {
                Ok(fault) if fits_not(&fault) => Err(fault),
                Ok(fault) => return Err(fault.into()),
                Err(error) => return Err(error),
            },
        };
        let stop = strict && result.is_err();
        all.push(Replayed {
            words: step.words(),
            result,
        });
        if stop {
            break;
        }
    }
    Ok(all)
}

/// Whether it is the step that is wrong, and not the workspace.
fn fits_not(fault: &Fault) -> bool {
    fault.code.starts_with("fix:") || fault.code.starts_with("recipe:")
}

fn make_again(
    workspace: &mut Workspace,
    run: RunId,
    step: &RecipeStep,
    job: &Job,
) -> Result<FixReport> {
    let mut filter = Filter::parse(&step.condition).map_err(|wrong| {
        Fault::usage(
            "recipe:filter",
            format!(
                "the filter '{}' cannot be understood: {}",
                wrong.term, wrong.message
            ),
        )
        .hint(wrong.hint)
    })?;
    filter.terms.insert(0, Wanted::Run(run).into());
    let field = Path::parse(&step.field).ok_or_else(|| {
        Fault::usage(
            "recipe:field",
            format!("'{}' is no path to a field", step.field),
        )
        .hint("a path begins with a slash")
    })?;
    let request = FixRequest::new(filter, field, step.transforms.clone());
    let preview = preview_fix(workspace, &request, job)?;
    match preview {
        Some(preview) => apply_fix(workspace, &preview, &BTreeSet::new(), job),
        None => Ok(FixReport::default()),
    }
}

/// A fix as the step of a recipe: its filter means the same in another run.
pub(super) fn recipe_step(
    workspace: &Workspace,
    run: RunId,
    request: &FixRequest,
) -> Result<RecipeStep> {
    let mut terms: Vec<Term> = Vec::new();
    for term in &request.filter.terms {
        match &term.wanted {
            Wanted::Problem(groups) if !term.negated => {
                if let [group] = groups.as_slice() {
                    terms.extend(of_group(workspace, run, *group)?);
                }
            }
            // Another run has other numbers.
            wanted if wanted.is_of_one_run() => {}
            _ => terms.push(term.clone()),
        }
    }
    Ok(RecipeStep {
        condition: Filter { terms }.to_string(),
        field: request.field.as_str().to_owned(),
        transforms: request.transforms.clone(),
    })
}

/// What tells a problem apart from others, as a filter that means something in any run.
pub fn condition(problem: &Problem) -> String {
    let named = kind(
        problem.stage,
        &problem.code,
        &problem.detail,
        &problem.path.pattern(),
    );
    Filter { terms: named }.to_string()
}

/// The same for a group.
pub(super) fn condition_of(group: &Group) -> String {
    let terms = kind(group.stage, &group.code, &group.detail, &group.path);
    Filter { terms }.to_string()
}

fn kind(stage: Stage, code: &str, detail: &str, path: &str) -> Vec<Term> {
    let term = Term::from;
    let mut terms = vec![
        term(Wanted::Stage(vec![stage])),
        term(Wanted::Error(vec![code.to_owned()])),
    ];
    if !detail.is_empty() {
        terms.push(term(Wanted::Error(vec![detail.to_owned()])));
    }
    if !path.is_empty() {
        terms.push(term(Wanted::Field(vec![path.to_owned()])));
    }
    terms
}

/// What tells the problems of a group apart from others, in words that mean something in any run.
fn of_group(workspace: &Workspace, run: RunId, group: GroupId) -> Result<Vec<Term>> {
    let only = Filter::of_group(run, group);
    let Some(group) = workspace.store.groups(run, &only)?.into_iter().next() else {
        return Ok(Vec::new());
    };
    Ok(kind(group.stage, &group.code, &group.detail, &group.path))
}

/// The fixes and edits of a run that stand, as a recipe. An edit of one value is a rule for that value: the same old value in
/// that field becomes the same new one.
///
/// # Errors
/// `recipe:empty` when nothing was fixed.
pub fn recipe_of(workspace: &Workspace, run: RunId) -> Result<Recipe> {
    let saved = workspace.store.recipe_steps(run)?;
    let mut steps = Vec::with_capacity(saved.len());
    for (_, what) in saved {
        steps.extend(serde_json::from_str::<Vec<RecipeStep>>(&what)?);
    }
    if steps.is_empty() {
        return Err(Fault::new(
            FaultKind::Nothing,
            "recipe:empty",
            format!("nothing was fixed in run {run}, so there is nothing to save"),
        )
        .hint("`redrive history` lists what was done")
        .into());
    }
    let name = workspace.store.run(run)?.name;
    Ok(Recipe::new(&name, steps))
}
