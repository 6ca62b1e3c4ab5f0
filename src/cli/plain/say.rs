//! The words of each place. Pure; everything untrusted is made safe here.

use serde_json::{Map, Value};

use super::{
    super::send::what,
    fixing, groups, many,
    names::Names,
    page::{Page, Place, Sight, Takes, Wish},
    results::spoken,
    views,
};
use crate::{
    filter::{Filter, Wanted},
    fix::Change,
    model::{Path, Problem, RecordDetail, RecordId, RecordRow, RunId, RunRow, Status, StepRow},
    ops::{Preview, Review},
    said,
    text::{count, in_words, safe, safe_bytes, shorten, thousands},
};

/// Columns of a value in a sentence; a whole record is read with `redrive show`.
const VALUE: usize = 200;
/// Allowed values that are offered.
const OFFERED: usize = 20;
/// Fields named of what changed in a review.
const FIELDS: usize = 10;

/// How a place is said.
pub fn page(sight: &Sight) -> Page {
    match sight {
        Sight::Runs(runs) => of_runs(runs),
        Sight::Groups {
            run,
            since,
            total,
            from,
            groups,
        } => groups::page((run, since), (*from, *total), groups),
        Sight::Records {
            title,
            of: (run, filter),
            total,
            from,
            rows,
            typed,
            fixing,
        } => {
            let mut page = of_records(title, (*from, *total), rows);
            let fix = fixing.as_deref().cloned().map(Place::Fix);
            page.words.extend(fix.map(|fix| ("fix", Wish::Go(fix))));
            page.words
                .extend(many::words((*run, filter, title), *total, rows));
            page.names = typed.clone().map(Names::Save);
            page
        }
        Sight::Fix(fixing, choices) => fixing::choices(fixing, choices),
        Sight::Given(fixing, asks) => fixing::given(fixing, *asks),
        Sight::Foreseen(foreseen) => fixing::foreseen(foreseen.as_deref()),
        Sight::Each {
            foreseen,
            total,
            from,
        } => fixing::each(foreseen, (*from, *total)),
        Sight::Views(run, filters) => views::page(*run, filters),
        Sight::Since { comparison, from } => groups::compared(comparison, *from),
        Sight::Record(detail, alike) => {
            let mut page = of_record(detail);
            let fix = alike.as_deref().cloned().map(Place::Fix);
            page.words.extend(fix.map(|fix| ("fix", Wish::Go(fix))));
            page
        }
        Sight::Field {
            detail,
            path,
            preview,
        } => of_field(detail, path, preview),
        Sight::Trial {
            id,
            path,
            version,
            preview,
            change,
        } => of_trial((*id, path, *version), preview, change),
        Sight::Destinations(run, all) => of_destinations(*run, all),
        Sight::Review(review) => of_review(review),
        Sight::Many(of, these, stay) => many::page(of, these, *stay),
        Sight::Report(run) => many::report(*run),
        Sight::History { total, from, steps } => of_history((*from, *total), steps),
    }
}

/// The records of a run that have a problem of a group, or all of its records.
pub fn records_of(run: RunId, wanted: Option<Wanted>) -> Filter {
    Filter::all_of([Wanted::Run(run)].into_iter().chain(wanted))
}

pub(super) fn plain(lines: Vec<String>, choices: Vec<(String, Wish)>) -> Page {
    Page {
        lines,
        choices,
        words: Vec::new(),
        takes: Takes::Words,
        names: None,
    }
}

/// Which part of a list is said.
pub(super) fn part((from, here, total): (usize, usize, usize), noun: &str) -> String {
    if here == total {
        return format!("{}.", count(total as u64, noun));
    }
    format!(
        "{} to {} of {}.",
        thousands(from as u64 + 1),
        thousands((from + here) as u64),
        count(total as u64, noun)
    )
}

pub(super) fn with_more(mut page: Page, is_more: bool) -> Page {
    if is_more {
        page.words.push(("more", Wish::More));
    }
    page
}

fn of_runs(runs: &[RunRow]) -> Page {
    let head = match runs.len() as u64 {
        0 => "The workspace holds no run. `redrive load FILE` loads one.".to_owned(),
        number => format!("{}.", count(number, "run")),
    };
    let choices = runs.iter().map(|run| {
        let words = format!(
            "{}: {}, {} to fix, {} ready",
            safe(&run.name),
            count(run.records, "record"),
            thousands(run.with_status(Status::Rejected)),
            thousands(run.with_status(Status::Ready))
        );
        (words, Wish::Go(Place::Groups { run: run.id }))
    });
    plain(vec![head], choices.collect())
}

fn of_records(title: &str, (from, total): (usize, usize), rows: &[RecordRow]) -> Page {
    let head = if total == 0 {
        format!("{}: no record.", safe(title))
    } else {
        format!(
            "{}: {}",
            safe(title),
            part((from, rows.len(), total), "record")
        )
    };
    let choices = rows.iter().map(|row| {
        let key = (row.key.as_deref()).map_or(String::new(), |key| format!(", {}", safe(key)));
        let problem = match row.problems.len() {
            0 => String::new(),
            1 => format!(": {}", safe(&row.problems[0].message)),
            more => format!(
                ": {} And {} more.",
                safe(&row.problems[0].message),
                more - 1
            ),
        };
        let words = format!("Record {}{key}, {}{problem}", row.id, row.status.label());
        (words, Wish::Go(Place::record(row.id)))
    });
    with_more(
        plain(vec![head], choices.collect()),
        from + rows.len() < total,
    )
}

fn of_record(detail: &RecordDetail) -> Page {
    let row = &detail.row;
    let mut lines = vec![format!(
        "Record {}, {}. Line {} of {}.",
        row.id,
        row.status.label(),
        thousands(row.line),
        safe(&detail.source)
    )];
    lines.extend(standing(row));
    let field = |path: &Path| {
        Wish::Go(Place::Field {
            id: row.id,
            path: path.clone(),
        })
    };
    let mut choices = Vec::new();
    if let Some(Value::Object(fields)) = &row.current {
        for path in in_order(row, fields) {
            let now = row
                .current
                .as_ref()
                .and_then(|now| now.pointer(path.as_str()));
            let changed = if row.changed.contains(&path) {
                ", changed"
            } else {
                ""
            };
            let words = format!("{}: {}{changed}", safe(&path.label()), value(now));
            choices.push((words, field(&path)));
        }
    } else {
        lines.push(format!(
            "Its text: {}",
            shorten(&safe_bytes(&detail.text.bytes), VALUE)
        ));
        choices.push(("Give it another text".to_owned(), field(&Path::root())));
    }
    let mut page = plain(lines, choices);
    page.words.push(("next", Wish::More));
    page.words.extend(many::words_of_one(row));
    if row.status == Status::Discarded {
        page.words.push(("restore", Wish::Restore(row.id)));
    } else if row.status.can_be_checked() {
        page.words.push(("aside", Wish::Aside(row.id)));
        let good = Wish::Accept {
            id: row.id,
            version: row.version,
        };
        page.words.push(("good", good));
    }
    page
}

/// What is wrong with a record, or not known of it.
fn standing(row: &RecordRow) -> Vec<String> {
    let mut lines: Vec<String> = row.problems.iter().map(told).collect();
    if row.status == Status::Unknown {
        let words = "Nobody knows whether it was sent. Find out, then type sent or not-sent.";
        lines.push(words.to_owned());
    }
    if row.problems.is_empty() && row.status == Status::Rejected {
        lines.push(
            "Nothing has checked it yet: check does, or good says that it is right as it is."
                .to_owned(),
        );
    }
    lines
}

/// The fields of a record. What has a problem comes first, so that 1 is what is to be done next.
fn in_order(row: &RecordRow, fields: &Map<String, Value>) -> Vec<Path> {
    let wrong = row.problems.iter().map(|problem| problem.path.clone());
    let mut paths: Vec<Path> = Vec::new();
    for path in wrong.chain(fields.keys().map(|name| Path::field(name))) {
        if !path.is_root() && !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

/// A problem in one line: where, what, and what to do.
fn told(problem: &Problem) -> String {
    let kind = if problem.rejects() {
        "Problem"
    } else {
        "Warning"
    };
    let at = if problem.path.is_root() {
        String::new()
    } else {
        format!(" in {}", safe(&problem.path.label()))
    };
    let hint = match problem.hint.as_str() {
        "" => String::new(),
        hint => format!(" {}", safe(hint)),
    };
    format!("{kind}{at}: {}{hint}", said::end(&safe(&problem.message)))
}

fn value(value: Option<&Value>) -> String {
    shorten(&safe(&in_words(value)), VALUE)
}

fn of_field(detail: &RecordDetail, path: &Path, preview: &Preview) -> Page {
    let id = detail.row.id;
    let mut lines = Vec::new();
    if path.is_root() {
        let text = safe_bytes(&detail.text.bytes);
        lines.push(format!("The text of record {id} is now: {text}"));
    } else {
        let now = detail.row.current.as_ref();
        let now = now.and_then(|now| now.pointer(path.as_str()));
        lines.push(format!(
            "{} of record {id} is now: {}",
            safe(&path.label()),
            value(now)
        ));
    }
    let here = |problem: &&Problem| problem.path == *path;
    lines.extend(detail.row.problems.iter().filter(here).map(told));
    let mut offered: Vec<(String, &Value)> = (preview.suggestions.iter())
        .map(|one| (format!(" ({})", one.why), &one.value))
        .collect();
    for allowed in preview.wants.allowed.iter().take(OFFERED) {
        if !offered.iter().any(|(_, known)| *known == allowed) {
            offered.push((" (allowed)".to_owned(), allowed));
        }
    }
    let choices = offered.into_iter().map(|(why, offer)| {
        let change = Change::Json {
            path: path.clone(),
            value: offer.clone(),
        };
        let trial = Place::Trial {
            id,
            path: path.clone(),
            change,
            version: detail.row.version,
        };
        (format!("{}{why}", value(Some(offer))), Wish::Go(trial))
    });
    let readings = preview.readings.iter().map(|readable| {
        let trial = Place::Trial {
            id,
            path: path.clone(),
            change: Change::Raw(readable.text.clone().into_bytes()),
            version: detail.row.version,
        };
        let text = shorten(&safe(&readable.text), VALUE);
        let words = format!("{}: {text}", safe(&readable.words()));
        (words, Wish::Go(trial))
    });
    Page {
        choices: choices.chain(readings).collect(),
        takes: Takes::Value(id, path.clone(), detail.row.version),
        ..plain(lines, Vec::new())
    }
}

fn of_trial(
    (id, path, version): (RecordId, &Path, i64),
    preview: &Preview,
    change: &Change,
) -> Page {
    if let Some(why) = &preview.refusal {
        return plain(
            vec![format!("That cannot be done: {}", safe(why))],
            Vec::new(),
        );
    }
    let mut lines = Vec::new();
    if let Change::Raw(text) = change {
        let text = String::from_utf8_lossy(text);
        lines.push(format!("Record {id} would be: {}", safe(&text)));
    } else {
        let then = preview.current.as_ref();
        let then = then.and_then(|then| then.pointer(path.as_str()));
        lines.push(format!(
            "{} of record {id} would be: {}",
            safe(&path.label()),
            value(then)
        ));
    }
    let rejecting = preview
        .problems
        .iter()
        .filter(|problem| problem.rejects())
        .count();
    lines.push(match rejecting as u64 {
        0 => "Checked: no problem would be left.".to_owned(),
        left => format!("Checked: {} would be left.", count(left, "problem")),
    });
    lines.extend(preview.problems.iter().map(told));
    let save = Wish::Save {
        id,
        change: change.clone(),
        version,
    };
    let words = if rejecting == 0 {
        "Save"
    } else {
        "Save anyway"
    };
    plain(lines, vec![(words.to_owned(), save)])
}

fn of_destinations(run: RunId, all: &[(String, String, String)]) -> Page {
    let choices = all.iter().map(|(name, environment, target)| {
        let place = Place::Review {
            run,
            to: Some(name.clone()),
        };
        let words = format!("{}, {}: {}", safe(name), safe(environment), safe(target));
        (words, Wish::Go(place))
    });
    plain(vec!["Where to?".to_owned()], choices.collect())
}

fn of_review(review: &Review) -> Page {
    let plan = &review.plan;
    if plan.planned == 0 {
        let behind = plan.behind.undecided + plan.behind.superseded.len() as u64;
        let mut lines = vec!["Nothing to send: no record is ready.".to_owned()];
        if behind > 0 {
            lines = vec![format!(
                "Nothing to send: {} {} behind; `redrive send --dry-run` says why.",
                count(behind, "ready record"),
                if behind == 1 { "stays" } else { "stay" }
            )];
        }
        lines.push(format!("{} to fix.", count(review.needs_fixing, "record")));
        return plain(lines, Vec::new());
    }
    let mut lines = vec![format!("Run {}. {}", plan.run, what(plan))];
    for field in review.fields.iter().take(FIELDS) {
        let label =
            Path::parse(&field.path).map_or_else(|| field.path.clone(), |path| path.label());
        let pair = (field.pairs.first()).map_or(String::new(), |(before, after, _)| {
            let shown = |text: &str| shorten(&safe(text), VALUE);
            format!(", for example {} to {}", shown(before), shown(after))
        });
        lines.push(format!(
            "Changed in {}: {}{pair}.",
            count(field.records, "record"),
            safe(&label)
        ));
    }
    let behind = plan.behind.undecided + plan.behind.superseded.len() as u64;
    for (number, words) in [
        (
            behind,
            "ready and left behind: `redrive send --dry-run` says why",
        ),
        (review.needs_fixing, "still to fix"),
        (review.set_aside, "set aside"),
        (
            review.unanswered,
            "without an answer: /status:unknown finds what a person can decide",
        ),
    ] {
        if number > 0 {
            lines.push(format!("{} {words}.", count(number, "record")));
        }
    }
    Page {
        takes: Takes::Count(plan.planned),
        ..plain(lines, Vec::new())
    }
}

fn of_history((from, total): (usize, usize), steps: &[(u64, StepRow)]) -> Page {
    let head = match total {
        0 => "Nothing was changed, or all of it was taken back.".to_owned(),
        _ => format!(
            "What was changed, newest first: {} A number takes that step back.",
            part((from, steps.len(), total), "step")
        ),
    };
    let choices = steps.iter().map(|(sent, step)| {
        // Some labels begin with the number: `1 record: test data`.
        let records = count(step.records, "record");
        let size = if step.label.starts_with(&records) {
            String::new()
        } else {
            format!(", {records}")
        };
        let words = format!(
            "{}: {}{size}, {}{}",
            step.kind.word(),
            spoken(&safe(&step.label)),
            safe(&step.author),
            match *sent {
                0 => String::new(),
                sent if step.is_frozen(sent) => ", sent, so it stays".to_owned(),
                sent => format!(", {} sent and stay", thousands(sent)),
            }
        );
        if step.is_frozen(*sent) {
            let why = format!("Step {} stays: what was sent is not taken back.", step.id);
            return (words, Wish::Say(why));
        }
        (words, Wish::Undo(Some(step.id)))
    });
    with_more(
        plain(vec![head], choices.collect()),
        from + steps.len() < total,
    )
}
