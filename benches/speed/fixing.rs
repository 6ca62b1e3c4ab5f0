//! Fixing one field of about a hundred thousand records: seeing what would happen, doing it, taking it back.

use std::{
    collections::BTreeSet,
    path::Path as FilePath,
    time::{Duration, Instant},
};

use redrive::{
    filter::Filter,
    fix::{Transform, dates::Order, transforms::date::Date, transforms::replace::Replace},
    model::Path,
    ops::{self, FixRequest, Job, Workspace},
};

use super::{ms, verdict};

const GOAL_FIRST: Duration = Duration::from_millis(200);
const GOAL_PREVIEW: Duration = Duration::from_secs(2);
/// For 100,000 records that change; what is measured is held against its share.
const GOAL_APPLY: Duration = Duration::from_secs(3);
const GOAL_UNDO: Duration = Duration::from_secs(2);
const GOAL_SUGGEST: Duration = Duration::from_millis(300);

pub fn fixing(path: &FilePath) {
    let mut workspace = Workspace::open(path, "bench").expect("the workspace opens");
    let dates = Transform::Date(Date {
        first: Some(Order::Day),
        ..Date::default()
    });
    let letters = Transform::Replace(Replace {
        find: "a".to_owned(),
        with: "e".to_owned(),
        whole: false,
        ignore_case: false,
    });
    for (what, field, transform) in [
        ("dates of /created_at", "created_at", dates),
        ("letters of /name", "name", letters),
    ] {
        let request = FixRequest::new(Filter::default(), Path::field(field), vec![transform]);
        one(&mut workspace, what, &request);
    }
    suggesting(&workspace);
}

fn one(workspace: &mut Workspace, what: &str, request: &FixRequest) {
    let job = Job::default();
    let sample = FixRequest {
        sample: Some(100),
        ..request.clone()
    };
    let started = Instant::now();
    let first = ops::preview_fix(workspace, &sample, &job).expect("a sample can be previewed");
    let first = first.expect("there is a run");
    ops::fix_rows(workspace, &first, &first.consequences).expect("rows can be shown");
    let first = started.elapsed();
    let started = Instant::now();
    let preview = ops::preview_fix(workspace, request, &job).expect("it can be previewed");
    let preview = preview.expect("there is a run");
    let previewed = started.elapsed();
    let started = Instant::now();
    let report = ops::apply_fix(workspace, &preview, &BTreeSet::new(), &job);
    let report = report.expect("it can be applied");
    let applied = started.elapsed();
    let started = Instant::now();
    ops::undo(workspace, None).expect("it can be undone");
    let undone = started.elapsed();
    println!(
        "fixing {what}: {} of {} records change",
        report.changed, preview.report.scope
    );
    let share = |goal: Duration| goal.mul_f64(report.changed as f64 / 100_000.0);
    for (name, took, goal) in [
        ("first 100 rows", first, GOAL_FIRST),
        ("preview of all", previewed, GOAL_PREVIEW),
        ("apply", applied, share(GOAL_APPLY)),
        ("undo", undone, share(GOAL_UNDO)),
    ] {
        println!(
            "  {name:19}{:8.1} ms  goal: under {:.0} ms  {}",
            ms(took),
            ms(goal),
            verdict(took <= goal)
        );
    }
}

/// The first suggestions for the largest group, on the sample the screen takes.
fn suggesting(workspace: &Workspace) {
    let groups = ops::groups(workspace, &Filter::default()).expect("it lists groups");
    let largest = groups.into_iter().max_by_key(|group| group.open);
    let group = largest.expect("there is a group");
    let started = Instant::now();
    let found = ops::suggest_fixes(workspace, group.id, Some(200), &Job::default());
    let took = started.elapsed();
    println!(
        "suggesting for {} records: {} fixes in {:.1} ms  goal: under 300 ms  {}",
        group.open,
        found.expect("it suggests").len(),
        ms(took),
        verdict(took <= GOAL_SUGGEST)
    );
}
