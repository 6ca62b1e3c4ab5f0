//! The history to look at: what was done, what it did, and how to go back behind it.

use std::{collections::HashMap, path::Path as FilePath};

use anyhow::{Context as _, Result};

use super::{
    Job, Progress, Workspace,
    list::{differences, document},
    send::Counted,
    undo::{HEEDED, undo_heeding},
    whole::write_new,
};
use crate::{
    fix::recipe::{Recipe, RecipeStep},
    model::{
        Fault, FaultKind, Path, PlanRow, RunId, StepExample, StepFacts, StepId, StepRow, WentBack,
    },
    said, text,
};

/// Records of a step that are shown.
const EXAMPLES: usize = 3;

/// All steps of a run (of every run for `None`), newest first.
pub fn history(workspace: &Workspace, run: Option<RunId>) -> Result<Vec<StepRow>> {
    workspace.store.history(run)
}

/// How many records of the steps of a run (of every run for `None`) are sent or on their way, so that they stay as they are; steps
/// without such records are left out.
///
/// # Errors
/// When the workspace cannot be read.
pub fn sent_of_steps(workspace: &Workspace, run: Option<RunId>) -> Result<HashMap<StepId, u64>> {
    let store = &workspace.store;
    if let Some(run) = run {
        return store.sent_of_steps(run);
    }
    let mut all = HashMap::new();
    for run in store.runs()? {
        all.extend(store.sent_of_steps(run.id)?);
    }
    Ok(all)
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
        examples.extend(paths.into_iter().next().map(|path| {
            let values = [&before, &after].map(|document| document.pointer(path.as_str()));
            let (before, after) = text::change_in_words(values[0], values[1]);
            StepExample {
                record,
                path,
                before,
                after,
            }
        }));
    }
    Ok(StepFacts {
        step,
        records: store.records_of_step(step)?.into(),
        examples,
    })
}

/// Takes back a step and everything done to the run after it, the newest first, each as an undo of its own. What was sent or
/// changed by somebody since stays. When the job is cancelled, the step that is being taken back stays as a whole, with those
/// before it, and the report says so.
///
/// # Errors
/// `step:missing`; `undo:nothing` when nothing of it can be taken back; `interrupted` before anything was.
pub fn go_back(workspace: &mut Workspace, run: RunId, step: StepId, job: &Job) -> Result<WentBack> {
    step_of(workspace, run, step)?;
    let sent = workspace.store.sent_of_steps(run)?;
    let is_frozen = |one: &StepRow| one.is_frozen(sent.get(&one.id).copied().unwrap_or_default());
    let since = (workspace.store.history(Some(run))?.into_iter()).take_while(|one| one.id >= step);
    let steps: Vec<StepRow> = since
        .filter(|one| one.can_be_undone() && !is_frozen(one))
        .collect();
    let total = steps.iter().map(|one| one.records).sum();
    let mut report = WentBack {
        of: steps.len() as u64,
        ..WentBack::default()
    };
    let mut before = 0;
    for one in &steps {
        let mut heed = |looked_at: u64| {
            job.check()?;
            if looked_at.is_multiple_of(HEEDED) {
                job.report(Progress {
                    done: before + looked_at,
                    total: Some(total),
                    ..Progress::default()
                });
            }
            Ok(())
        };
        let undone = heed(0).and_then(|()| undo_heeding(workspace, Some(one.id), &mut heed));
        match undone {
            Ok(undone) => {
                report.steps += 1;
                report.records += undone.records;
            }
            // All of it was sent meanwhile, or is held by something else.
            Err(error) if is_nothing(&error) => {}
            Err(error) if said::is_stopped(&error) && report.steps > 0 => {
                report.is_stopped = true;
                return Ok(report);
            }
            Err(error) => return Err(error),
        }
        before += one.records;
    }
    if report.steps == 0 {
        return Err(Fault::new(
            FaultKind::Nothing,
            "undo:nothing",
            "nothing since then can be taken back",
        )
        .into());
    }
    Ok(report)
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
    use std::sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    };

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
        let one = &facts.examples[0];
        let told = (one.path.as_str(), &*one.before, &*one.after);
        assert_eq!(told, ("/email", "bar@", "bar@x.de"));
        let job = Job::default();
        let back = go_back(&mut desk.workspace, run, second, &job).unwrap();
        assert_eq!((back.steps, back.records), (2, 2));
        assert_eq!((back.of, back.is_stopped), (2, false));
        let email = |desk: &Desk, id| {
            let row = ops::show(&desk.workspace, RecordId(id)).unwrap().row;
            row.current.unwrap()["email"].clone()
        };
        assert_eq!(email(&desk, 2), "bar@");
        assert_eq!(email(&desk, 1), "foo@x.de", "that was before");
        let error = go_back(&mut desk.workspace, run, second, &job).unwrap_err();
        assert!(is_nothing(&error), "{error:#}");
        let recipe = recipe_of_step(&desk.workspace, run, first).unwrap();
        assert_eq!(recipe.steps.len(), 1);
        let error = step_facts(&desk.workspace, run, StepId(99)).unwrap_err();
        assert_eq!(ops::testing::code(&error), "step:missing");
    }

    /// The steps of the run that stand, and the e-mail addresses of its records.
    fn standing(desk: &Desk) -> (Vec<StepId>, [String; 3]) {
        let steps = history(&desk.workspace, None).unwrap().into_iter();
        let steps = steps.filter(StepRow::can_be_undone).map(|one| one.id);
        let email = |id| desk.look(id).split(',').nth(1).unwrap().to_owned();
        (steps.collect(), [email(1), email(2), email(3)])
    }

    #[test]
    fn going_back_says_how_far_it_is_and_stops_between_steps() {
        let mut desk = Desk::checked(&["A1,a@,30,Open", "A2,b@,30,Open", "A3,c@,30,Open"]);
        let first = set(&mut desk, 1, "/email", "a@x.de");
        let second = set(&mut desk, 2, "/email", "b@x.de");
        set(&mut desk, 3, "/email", "c@x.de");
        let before = standing(&desk);
        // Stopped before it begins, it is as it was.
        let job = Job::default();
        job.cancel_flag().store(true, Ordering::Relaxed);
        let error = go_back(&mut desk.workspace, RunId(1), first, &job).unwrap_err();
        assert_eq!(ops::testing::code(&error), "interrupted");
        assert_eq!(standing(&desk), before);

        // Stopped while the second step is being taken back, that one and the first stay.
        let flag = Arc::new(OnceLock::<Arc<AtomicBool>>::new());
        let job = {
            let flag = flag.clone();
            Job::new(move |progress| {
                if (progress.done, progress.total) == (1, Some(3)) {
                    flag.get().unwrap().store(true, Ordering::Relaxed);
                }
            })
        };
        flag.set(job.cancel_flag()).unwrap();
        let back = go_back(&mut desk.workspace, RunId(1), first, &job).unwrap();
        let expected = WentBack {
            steps: 1,
            of: 3,
            records: 1,
            is_stopped: true,
        };
        assert_eq!(back, expected);
        let emails = ["a@x.de", "b@x.de", "c@"].map(str::to_owned);
        assert_eq!(standing(&desk), (vec![second, first, StepId(1)], emails));
        assert!(
            ops::verify(&desk.workspace)
                .unwrap()
                .iter()
                .all(|one| one.ok)
        );

        // The rest of the way.
        let back = go_back(&mut desk.workspace, RunId(1), first, &Job::default()).unwrap();
        assert_eq!((back.steps, back.is_stopped), (2, false));
        assert_eq!(standing(&desk).1, ["a@", "b@", "c@"]);
    }
}
