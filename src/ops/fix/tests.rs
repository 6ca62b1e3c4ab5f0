use std::collections::BTreeSet;

use super::*;
use crate::{
    fix::{
        Change,
        recipe::{Recipe, RecipeStep},
        transforms::{case, map::Map, number::Number, replace::Replace, set::Set},
    },
    model::{Fault, Status},
    ops::{
        discard, edit,
        testing::{Desk, code},
        undo, verify,
    },
};

fn request(filter: &str, field: &str, transform: Transform) -> FixRequest {
    FixRequest::new(
        Filter::parse(filter).unwrap(),
        Path::parse(field).unwrap(),
        vec![transform],
    )
}

fn replace(find: &str, with: &str) -> Transform {
    Transform::Replace(Replace {
        find: find.to_owned(),
        with: with.to_owned(),
        whole: false,
        ignore_case: false,
    })
}

fn set(to: &str) -> Transform {
    Transform::Set(Set { to: to.to_owned() })
}

fn preview(desk: &Desk, request: &FixRequest) -> FixPreview {
    preview_fix(&desk.workspace, request, &Job::default())
        .unwrap()
        .unwrap()
}

fn apply(desk: &mut Desk, preview: &FixPreview) -> FixReport {
    apply_fix(
        &mut desk.workspace,
        preview,
        &BTreeSet::new(),
        &Job::default(),
    )
    .unwrap()
}

fn holds(desk: &Desk) {
    for finding in verify(&desk.workspace).unwrap() {
        assert!(finding.ok, "{finding:?}");
    }
}

const LINES: [&str; 5] = [
    "A1,a(at)b.de,30,Open",
    "A2,b(at)b.de,12,Open",
    "A3,c(at),30,Open",
    "A4,,30,Open",
    "A5,e@b.de,30,Shut",
];

#[test]
fn what_was_previewed_is_what_is_done_and_an_undo_takes_it_back() {
    let mut desk = Desk::checked(&LINES);
    let before: Vec<String> = (1..=5).map(|id| desk.look(id)).collect();
    let preview = preview(&desk, &request("", "/email", replace("(at)", "@")));
    let effects: Vec<Effect> = preview.consequences.iter().map(|one| one.effect).collect();
    assert_eq!(
        effects,
        [
            Effect::Ready,
            Effect::WrongElsewhere,
            Effect::StillWrong,
            Effect::Unchanged,
            Effect::Unchanged
        ]
    );
    assert_eq!((1..=5).map(|id| desk.look(id)).collect::<Vec<_>>(), before);
    let report = apply(&mut desk, &preview);
    assert_eq!(
        FixReport {
            step: None,
            ..report.clone()
        },
        preview.report
    );
    assert_eq!(desk.look(1), "A1,a@b.de,30,Open | ready | ");
    assert_eq!(desk.look(2), "A2,b@b.de,12,Open | rejected | ADULT@/age");
    holds(&desk);
    let undone = undo(&mut desk.workspace, None).unwrap();
    assert_eq!((Some(undone.step), undone.records), (report.step, 3));
    assert_eq!((1..=5).map(|id| desk.look(id)).collect::<Vec<_>>(), before);
    holds(&desk);
}

#[test]
fn a_record_somebody_changed_meanwhile_is_skipped_and_named() {
    let mut desk = Desk::checked(&LINES);
    let preview = preview(&desk, &request("", "/email", replace("(at)", "@")));
    let late = |desk: &Desk| changed_since_preview(&desk.workspace, &preview).unwrap();
    assert_eq!(late(&desk), 0);
    let change = Change::Text {
        path: Path::field("age"),
        text: "31".to_owned(),
    };
    edit(&mut desk.workspace, RecordId(1), &[change], None).unwrap();
    // One that was set aside is not fixed either.
    let aside = Filter::parse("row:3").unwrap();
    discard(&mut desk.workspace, &aside, "", None, &Job::default()).unwrap();
    assert_eq!(late(&desk), 2);
    let report = apply(&mut desk, &preview);
    assert_eq!(
        (report.changed, report.skipped),
        (1, vec![RecordId(1), RecordId(3)])
    );
    assert_eq!(
        desk.look(1),
        "A1,a(at)b.de,31,Open | rejected | format@/email"
    );
    holds(&desk);
}

#[test]
fn where_keys_are_decided_together_late_records_are_named_too() {
    let mut desk = Desk::checked(&[
        "A1,a@b.de,30,Open",
        "A-2,b@b.de,30,Open",
        "A-3,c@b.de,30,Open",
    ]);
    let preview = preview(&desk, &request("", "/id", replace("-", "")));
    let aside = Filter::parse("row:3").unwrap();
    discard(&mut desk.workspace, &aside, "", None, &Job::default()).unwrap();
    let report = apply(&mut desk, &preview);
    assert_eq!((report.changed, report.skipped), (1, vec![RecordId(3)]));
    holds(&desk);
}

#[test]
fn what_breaks_elsewhere_and_what_was_left_out_is_counted_apart() {
    let mut desk = Desk::checked(&LINES);
    // The fifth has a wrong stage and an address that was fine.
    let all = preview(&desk, &request("row:5", "/stage", set("Open")));
    assert_eq!(all.consequences[0].effect, Effect::Ready);
    apply(&mut desk, &all);
    let broken = preview(&desk, &request("row:5", "/age", set("12")));
    assert_eq!(broken.report.newly_broken, 1);
    let mut request = request("", "/email", replace("(at)", "@"));
    request.left_out.insert(RecordId(2));
    let preview = preview(&desk, &request);
    assert_eq!((preview.report.scope, preview.report.left_out), (4, 1));
    let left = BTreeSet::from([RecordId(3)]);
    let report = apply_fix(&mut desk.workspace, &preview, &left, &Job::default()).unwrap();
    assert_eq!((report.changed, report.left_out), (1, 2));
}

#[test]
fn keys_that_a_fix_makes_alike_are_decided_together() {
    let mut desk = Desk::checked(&[
        "A1,a@b.de,30,Open",
        "A-1,b@b.de,30,Open",
        "B,c@b.de,30,Open",
    ]);
    let same = preview(&desk, &request("", "/id", replace("-", "")));
    let effects: Vec<Effect> = same.consequences.iter().map(|one| one.effect).collect();
    assert_eq!(
        effects,
        [Effect::Unchanged, Effect::NewlyBroken, Effect::Unchanged]
    );
    apply(&mut desk, &same);
    assert_eq!(desk.look(2), "A1,b@b.de,30,Open | rejected | unique@/id");
    holds(&desk);
    // The second is free again once the first one has another key, though no fix looked at it.
    let other = preview(&desk, &request("row:1", "/id", set("C")));
    assert_eq!(other.report.others, 1);
    apply(&mut desk, &other);
    assert_eq!(desk.look(2), "A1,b@b.de,30,Open | ready | ");
    holds(&desk);
}

#[test]
fn without_a_contract_nothing_becomes_ready() {
    let mut desk = Desk::csv(&LINES);
    let preview = preview(&desk, &request("", "/email", replace("(at)", "@")));
    assert_eq!((preview.report.not_checked, preview.report.ready), (3, 0));
    apply(&mut desk, &preview);
    let record = desk.workspace.store.record(RecordId(1)).unwrap();
    assert_eq!((record.status, record.checked_by), (Status::Rejected, None));
}

#[test]
fn a_field_that_nobody_has_is_refused_with_the_nearest() {
    let desk = Desk::checked(&LINES);
    let fault = |request: &FixRequest| {
        let error = preview_fix(&desk.workspace, request, &Job::default()).unwrap_err();
        error.downcast::<Fault>().unwrap()
    };
    let wrong = fault(&request("", "/emial", set("x")));
    assert_eq!(
        (wrong.code, wrong.message.as_str(), wrong.hint.as_deref()),
        (
            "fix:field",
            "no record has the field /emial",
            Some("did you mean /email?")
        )
    );
    let pattern = crate::fix::transforms::pattern::Pattern {
        pattern: "(".to_owned(),
        with: String::new(),
    };
    let wrong = fault(&request("", "/email", Transform::Pattern(pattern)));
    assert_eq!(wrong.code, "fix:transform");
    // Nobody is in the scope, so nothing is said of the field.
    let none = preview(&desk, &request("row:99", "/emial", set("x")));
    assert_eq!(none.report.scope, 0);
}

#[test]
fn a_fix_that_was_cancelled_changes_nothing() {
    let mut desk = Desk::checked(&LINES);
    let preview = preview(&desk, &request("", "/email", replace("(at)", "@")));
    let job = Job::default();
    job.cancel_flag()
        .store(true, std::sync::atomic::Ordering::Relaxed);
    let error = apply_fix(&mut desk.workspace, &preview, &BTreeSet::new(), &job).unwrap_err();
    assert_eq!(code(&error), "interrupted");
    // Only the check is there.
    assert_eq!(desk.workspace.store.history(None).unwrap().len(), 1);
}

#[test]
fn rows_show_values_before_and_after() {
    let desk = Desk::checked(&LINES);
    let number = Transform::Number(Number { decimal: None });
    let preview = preview(&desk, &request("row:1..3", "/email", number));
    let rows = fix_rows(&desk.workspace, &preview, &preview.consequences).unwrap();
    let shown: Vec<_> = (rows.iter())
        .map(|row| (row.key.as_deref(), row.before.as_deref(), row.note.as_str()))
        .collect();
    assert_eq!(
        shown[0],
        (
            Some("A1"),
            Some("\"a(at)b.de\""),
            "\"a(at)b.de\" is no number"
        )
    );
}

#[test]
fn rows_of_a_fix_that_was_made_show_what_it_did_whatever_was_done_since() {
    let mut desk = Desk::checked(&LINES);
    let preview = preview(&desk, &request("row:1..3", "/email", replace("(at)", "@")));
    let before = fix_rows(&desk.workspace, &preview, &preview.consequences).unwrap();
    let step = apply(&mut desk, &preview).step.unwrap();
    let change = Change::Text {
        path: Path::parse("/email").unwrap(),
        text: "later@b.de".to_owned(),
    };
    edit(&mut desk.workspace, RecordId(1), &[change], None).unwrap();
    let window = (&*preview.consequences, step);
    let rows = fixed_rows(&desk.workspace, &preview, window).unwrap();
    let values = |rows: &[FixRow]| -> Vec<_> {
        let changed = rows.iter().filter(|row| row.before != row.after);
        changed
            .map(|row| {
                (
                    row.key.clone(),
                    row.line,
                    row.before.clone(),
                    row.after.clone(),
                )
            })
            .collect()
    };
    assert!(!rows.is_empty());
    assert_eq!(values(&rows), values(&before));
    assert_eq!(
        values(&rows).len(),
        rows.len(),
        "what stayed as it was is no row"
    );
}

#[test]
fn a_recipe_makes_the_same_of_the_same() {
    let mut desk = Desk::checked(&LINES);
    let step = |condition: &str, field: &str, transform| RecipeStep {
        condition: condition.to_owned(),
        field: field.to_owned(),
        transforms: vec![transform],
    };
    let map = Map {
        values: [("Shut".to_owned(), "Closed".to_owned())].into(),
    };
    let upper = Transform::Case(case::Case {
        to: case::To::Upper,
    });
    let recipe = Recipe::new(
        "people",
        vec![
            step("error:format", "/email", replace("(at)", "@")),
            step("", "/phone", upper),
            step("error:enum field:/stage", "/stage", Transform::Map(map)),
        ],
    );
    let run = RunId(1);
    let all = replay(
        &mut desk.workspace,
        run,
        &recipe,
        (false, false),
        &Job::default(),
    )
    .unwrap();
    let hits: Vec<Option<u64>> = all
        .iter()
        .map(|one| one.result.as_ref().ok().map(|r| r.changed))
        .collect();
    assert_eq!(hits, [Some(3), None, Some(1)]);
    assert_eq!(desk.look(5), "A5,e@b.de,30,Closed | ready | ");
    let strict = replay(
        &mut desk.workspace,
        run,
        &recipe,
        (true, false),
        &Job::default(),
    )
    .unwrap();
    assert_eq!(strict.len(), 2);
    // What the history keeps is the step of a recipe.
    let saved = desk.workspace.store.recipe_steps(run).unwrap();
    assert_eq!(saved.len(), 2);
}

#[test]
fn a_dry_recipe_counts_each_step_after_those_before_it_and_leaves_nothing() {
    let mut desk = Desk::checked(&[
        "A1,a(at)b.de,30,open",
        "A2,b(at)b.de,30,open",
        "A3,c@b.de,30,open",
    ]);
    let step = |field: &str, transform| RecipeStep {
        condition: String::new(),
        field: field.to_owned(),
        transforms: vec![transform],
    };
    let open = Map {
        values: [("open".to_owned(), "Open".to_owned())].into(),
    };
    let recipe = Recipe::new(
        "people",
        vec![
            step("/email", replace("(at)", "@")),
            step("/stage", Transform::Map(open)),
        ],
    );
    let mut made = |dry| {
        let how = (false, dry);
        let all = replay(&mut desk.workspace, RunId(1), &recipe, how, &Job::default()).unwrap();
        let mut dump = Vec::new();
        desk.workspace.dump(&mut dump).unwrap();
        let reports = all.into_iter().map(|one| one.result.unwrap());
        (reports.collect::<Vec<_>>(), dump)
    };
    let (dry, untouched) = made(true);
    let ready: Vec<u64> = dry.iter().map(|report| report.ready).collect();
    assert_eq!(
        ready,
        [0, 3],
        "the first step is done when the second is counted"
    );
    assert_eq!(made(true), (dry.clone(), untouched.clone()));
    let (real, changed) = made(false);
    assert_ne!(changed, untouched);
    for (dry, real) in dry.iter().zip(&real) {
        assert_eq!((dry.step, real.step.is_some()), (None, true));
        assert_eq!((dry.ready, dry.changed), (real.ready, real.changed));
    }
}
