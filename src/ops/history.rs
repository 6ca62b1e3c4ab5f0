//! The history to look at: what was done, what it did, and how to go back behind it.

use std::path::Path as FilePath;

use anyhow::{Context as _, Result};

use super::{
    Workspace,
    list::{differences, document},
    send::Counted,
    undo,
    whole::write_new,
};
use crate::{
    fix::recipe::{Recipe, RecipeStep},
    model::{Fault, FaultKind, Path, PlanRow, RunId, StepExample, StepFacts, StepId, StepRow},
    text,
};

/// Records of a step that are shown.
const EXAMPLES: usize = 3;

/// All steps of a run (of every run for `None`), newest first.
pub fn history(workspace: &Workspace, run: Option<RunId>) -> Result<Vec<StepRow>> {
    workspace.store.history(run)
}

/// What was sent of a run, oldest first.
///
/// # Errors
/// When the workspace cannot be read.
pub fn plans(workspace: &Workspace, run: RunId) -> Result<Vec<PlanRow>> {
    let mut plans = workspace.store.plans_of(run)?;
    for plan in &mut plans {
        let counted = Counted::of(workspace, plan.id)?;
        plan.states = counted.states().collect();
        // As their words are in order.
        plan.states.sort_by_key(|(state, _)| state.word());
        plan.attempts = counted.attempts;
    }
    Ok(plans)
}

/// What a step did.
///
/// # Errors
/// `step:missing` when there is no such step in the run.
pub fn step_facts(workspace: &Workspace, run: RunId, step: StepId) -> Result<StepFacts> {
    let store = &workspace.store;
    let _reading = store.reading()?;
    step_of(workspace, run, step)?;
    let layout = store.layout(run)?;
    let contract = workspace.contract(run)?;
    let checker = contract.as_deref().map(|contract| &*contract.checker);
    let mut examples = Vec::new();
    for (record, before, after) in store.texts_of_step(step, EXAMPLES)? {
        let documents = document(&layout, checker, &before).zip(document(&layout, checker, &after));
        let Some((before, after)) = documents else {
            continue;
        };
        let mut paths = Vec::new();
        differences(&Path::root(), &before, &after, &mut paths);
        examples.extend(paths.into_iter().next().map(|path| StepExample {
            record,
            before: text::in_words(before.pointer(path.as_str())),
            after: text::in_words(after.pointer(path.as_str())),
            path,
        }));
    }
    Ok(StepFacts {
        step,
        records: store.records_of_step(step)?.into(),
        sent: store.sent_of_step(step)?,
        examples,
    })
}

/// Takes back a step and everything done to the run after it, the newest first, each as an undo of its own. Gives how many steps
/// and records that were; what was sent or changed by somebody since stays.
///
/// # Errors
/// `step:missing`; `undo:nothing` when nothing of it can be taken back.
pub fn go_back(workspace: &mut Workspace, run: RunId, step: StepId) -> Result<(u64, u64)> {
    step_of(workspace, run, step)?;
    let (mut steps, mut records) = (0, 0);
    for one in workspace.store.history(Some(run))? {
        if one.id < step {
            break;
        }
        if !one.can_be_undone() {
            continue;
        }
        match undo(workspace, Some(one.id)) {
            Ok(report) => {
                steps += 1;
                records += report.records;
            }
            // All of it was sent, or is held by something else.
            Err(error) if is_nothing(&error) => {}
            Err(error) => return Err(error),
        }
    }
    if steps == 0 {
        return Err(Fault::new(
            FaultKind::Nothing,
            "undo:nothing",
            "nothing since then can be taken back",
        )
        .into());
    }
    Ok((steps, records))
}

fn is_nothing(error: &anyhow::Error) -> bool {
    let fault = error.downcast_ref::<Fault>();
    fault.is_some_and(|fault| fault.code == "undo:nothing")
}

/// One fix or edit as a recipe.
///
/// # Errors
/// `step:missing`; `recipe:empty` when it is neither.
pub fn recipe_of_step(workspace: &Workspace, run: RunId, step: StepId) -> Result<Recipe> {
    step_of(workspace, run, step)?;
    let what = workspace.store.recipe_step(step)?.ok_or_else(|| {
        Fault::new(
            FaultKind::Nothing,
            "recipe:empty",
            format!("step {step} is neither a fix nor an edit"),
        )
        .hint("choose one that is")
    })?;
    let steps: Vec<RecipeStep> =
        serde_json::from_str(&what).context("what a step did cannot be read")?;
    let name = workspace.store.run(run)?.name;
    Ok(Recipe::new(&name, steps))
}

/// Writes a recipe into a new file.
///
/// # Errors
/// `recipe:exists` when there is such a file; `recipe:write` when it cannot be written.
pub fn write_recipe(workspace: &Workspace, recipe: &Recipe, file: &FilePath) -> Result<()> {
    let text = recipe.write().map_err(super::mistake)?;
    write_new(workspace, file, ("recipe:exists", "recipe:write"), &text)
}

fn step_of(workspace: &Workspace, run: RunId, step: StepId) -> Result<StepRow> {
    let steps = workspace.store.history(Some(run))?;
    let found = steps.into_iter().find(|one| one.id == step);
    Ok(found.ok_or_else(|| {
        Fault::unusable("step:missing", format!("run {run} has no step {step}"))
            .hint("`redrive history` lists them")
    })?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fix::Change,
        model::RecordId,
        ops::{self, testing::Desk},
    };

    fn set(desk: &mut Desk, record: i64, field: &str, text: &str) -> StepId {
        let change = Change::Text {
            path: Path::parse(field).unwrap(),
            text: text.to_owned(),
        };
        let report = ops::edit(&mut desk.workspace, RecordId(record), &[change], None).unwrap();
        report.step.unwrap()
    }

    #[test]
    fn a_step_shows_what_it_did_and_going_back_takes_all_since_with_it() {
        let mut desk = Desk::checked(&["A1,foo@,30,Open", "A2,bar@,30,Open"]);
        let run = RunId(1);
        let first = set(&mut desk, 1, "/email", "foo@x.de");
        let second = set(&mut desk, 2, "/email", "bar@x.de");
        set(&mut desk, 1, "/age", "31");
        let facts = step_facts(&desk.workspace, run, second).unwrap();
        assert_eq!(facts.records[..], [RecordId(2)]);
        assert_eq!(facts.sent, 0);
        let one = &facts.examples[0];
        let told = (one.path.as_str(), &*one.before, &*one.after);
        assert_eq!(told, ("/email", "bar@", "bar@x.de"));
        assert_eq!(go_back(&mut desk.workspace, run, second).unwrap(), (2, 2));
        let email = |desk: &Desk, id| {
            let row = ops::show(&desk.workspace, RecordId(id)).unwrap().row;
            row.current.unwrap()["email"].clone()
        };
        assert_eq!(email(&desk, 2), "bar@");
        assert_eq!(email(&desk, 1), "foo@x.de", "that was before");
        let error = go_back(&mut desk.workspace, run, second).unwrap_err();
        assert!(is_nothing(&error), "{error:#}");
        let recipe = recipe_of_step(&desk.workspace, run, first).unwrap();
        assert_eq!(recipe.steps.len(), 1);
        let error = step_facts(&desk.workspace, run, StepId(99)).unwrap_err();
        assert_eq!(ops::testing::code(&error), "step:missing");
    }
}
