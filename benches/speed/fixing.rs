//! Fixing one field of a hundred thousand records: seeing what would happen, doing it, taking it back.

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
/// For 100,000 records that change.
const GOAL_APPLY: Duration = Duration::from_secs(3);
const GOAL_UNDO: Duration = Duration::from_secs(2);
const GOAL_SUGGEST: Duration = Duration::from_millis(300);

/// Records whose date changes in [`dates`].
pub const DATES: usize = 100_000;

/// Writes the customers of a file with dates that the contract does not take, `31/12/2025`.
pub fn spoil_dates(input: &FilePath, output: &FilePath) {
    let mut rows = csv::Reader::from_path(input).expect("the customers can be read");
    let mut spoilt = csv::Writer::from_path(output).expect("a file can be written");
    let head = rows.headers().expect("they have a header").clone();
    let column = head.iter().position(|name| name == "created_at");
    let column = column.expect("customers have a date");
    spoilt.write_record(&head).expect("it can be written");
    for row in rows.records() {
        let row = row.expect("rows can be read");
        let spoil = |(n, cell): (usize, &str)| {
            let day: Vec<&str> = cell.get(..10).unwrap_or(cell).split('-').collect();
            match day[..] {
                [year, month, day] if n == column => format!("{day}/{month}/{year}"),
                _ => cell.to_owned(),
            }
        };
        let row: Vec<String> = row.iter().enumerate().map(spoil).collect();
        spoilt.write_record(row).expect("it can be written");
    }
    spoilt.flush().expect("it can be written");
}

/// A workspace in which every record has a date to fix.
pub fn dates(path: &FilePath) {
    let mut workspace = Workspace::open(path, "bench").expect("the workspace opens");
    let request = date_request();
    one(&mut workspace, "dates of every record", &request, true);
}

fn date_request() -> FixRequest {
    let date = Transform::Date(Date {
        first: Some(Order::Day),
        ..Date::default()
    });
    FixRequest::new(Filter::default(), Path::field("created_at"), vec![date])
}

/// A workspace in which records have whatever problems, and some of them what is fixed.
pub fn fixing(path: &FilePath) {
    let mut workspace = Workspace::open(path, "bench").expect("the workspace opens");
    let letters = Transform::Replace(Replace {
        find: "a".to_owned(),
        with: "e".to_owned(),
        whole: false,
        ignore_case: false,
    });
    let letters = FixRequest::new(Filter::default(), Path::field("name"), vec![letters]);
    one(&mut workspace, "dates of some", &date_request(), false);
    one(&mut workspace, "letters of names", &letters, false);
    suggesting(&workspace);
}

/// With `goals` when as many records change as they are about.
fn one(workspace: &mut Workspace, what: &str, request: &FixRequest, goals: bool) {
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
    let of_all = |goal| goals.then_some(goal);
    for (name, took, goal) in [
        ("first 100 rows", first, Some(GOAL_FIRST)),
        ("preview of all", previewed, Some(GOAL_PREVIEW)),
        ("apply", applied, of_all(GOAL_APPLY)),
        ("undo", undone, of_all(GOAL_UNDO)),
    ] {
        print!("  {name:19}{:8.1} ms", ms(took));
        match goal {
            Some(goal) => println!(
                "  goal: under {:.0} ms  {}",
                ms(goal),
                verdict(took <= goal)
            ),
            None => println!(),
        }
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
