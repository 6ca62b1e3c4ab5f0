//! The problems of a run in words, and how they stand beside those of the run before.

use super::{
    LIST,
    page::{Page, Place, Wish},
    say::{part, plain, records_of, with_more},
};
use crate::{
    filter::Wanted,
    model::{Compared, Comparison, Group, GroupId, Path, RunRow, Severity, Since, Status, Trend},
    text::{count, safe, thousands},
};

/// The problems that records of a run still have.
pub fn page(
    (run, since): (&RunRow, &Since),
    (from, total): (usize, usize),
    groups: &[Group],
) -> Page {
    let mut lines = vec![format!(
        "Problems of run {}, {}. {}: {}.",
        run.id,
        safe(&run.name),
        count(run.records, "record"),
        statuses(run)
    )];
    lines.push(match (total, run.with_status(Status::Rejected)) {
        (0, 0) => "No problem is left.".to_owned(),
        (0, left) => format!(
            "No problem is left, but nothing has checked {} yet. /is:rejected finds {}.",
            count(left, "record"),
            if left == 1 { "it" } else { "them" }
        ),
        _ => part((from, groups.len(), total), "problem"),
    });
    lines.extend(line(since));
    let choice = |group: &Group| {
        let label = Path::parse(&group.path).map_or(String::new(), |path| path.label());
        let field = if label.is_empty() || group.path.is_empty() {
            String::new()
        } else {
            format!(", field {}", safe(&label))
        };
        let warning = if group.severity == Severity::Warning {
            ", only a warning"
        } else {
            ""
        };
        let place = Place::Records {
            run: run.id,
            filter: records_of(run.id, Some(Wanted::Problem(vec![group.id]))),
            title: group.title.clone(),
            typed: None,
        };
        let words = format!(
            "{}: {}{field}{warning}{}",
            safe(&group.title),
            count(group.open, "record"),
            tag(since, group.id)
        );
        (words, Wish::Go(place))
    };
    with_more(
        plain(lines, groups.iter().map(choice).collect()),
        from + groups.len() < total,
    )
}

/// How many records are in each state, in half a sentence.
fn statuses(run: &RunRow) -> String {
    let mut parts = vec![
        format!("{} to fix", thousands(run.with_status(Status::Rejected))),
        format!(
            "{} ready to send",
            thousands(run.with_status(Status::Ready))
        ),
        format!("{} sent", thousands(run.with_status(Status::Accepted))),
    ];
    for (status, words) in [
        (Status::HandedOver, "handed over"),
        (Status::Sending, "on their way"),
        (Status::Unknown, "without an answer"),
        (Status::Discarded, "set aside"),
    ] {
        let number = run.with_status(status);
        if number > 0 {
            parts.push(format!("{} {words}", thousands(number)));
        }
    }
    parts.join(", ")
}

/// What became of the problems of the run before, in a line; none where there is no such run.
fn line(since: &Since) -> Option<String> {
    let before = since.before.as_ref()?;
    Some(format!(
        "Since run {}: {} new, {} gone. since says more.",
        before.id,
        count(since.new, "problem"),
        thousands(since.gone)
    ))
}

/// How a problem stands beside the run before, as the end of its line.
fn tag(since: &Since, group: GroupId) -> String {
    let Some(seen) = since.groups.get(&group) else {
        return String::new();
    };
    match (seen.trend, seen.last) {
        (Trend::New, _) => ", new".to_owned(),
        (Trend::CameBack, Some(run)) => format!(", came back, last seen in run {run}"),
        (Trend::CameBack, None) => ", came back".to_owned(),
        (Trend::Growing | Trend::Shrinking, _) => format!(", {} before", thousands(seen.before)),
        (Trend::Same | Trend::Gone, _) => String::new(),
    }
}

/// A run beside the one before it.
pub fn compared(comparison: &Comparison, from: usize) -> Page {
    let (old, new) = (&comparison.old, &comparison.new);
    let total = comparison.groups.len();
    let from = if from < total { from } else { 0 };
    let here = &comparison.groups[from..total.min(from + LIST)];
    let mut lines = vec![format!(
        "Run {} of {}, beside run {} of {}.",
        new.id,
        safe(&new.loaded_at),
        old.id,
        safe(&old.loaded_at)
    )];
    lines.push(match total {
        0 => "Neither has a problem.".to_owned(),
        _ => format!(
            "{} {}",
            comparison.sum(),
            part((from, here.len(), total), "problem")
        ),
    });
    with_more(
        plain(lines, here.iter().map(choice).collect()),
        from + here.len() < total,
    )
}

/// A problem of two runs; it leads to the records that have it, in the older run where it is gone.
fn choice(one: &Compared) -> (String, Wish) {
    let group = &one.group;
    let trend = match one.last_seen {
        Some(run) => format!("{}, last seen in run {run}", one.trend.label()),
        None => one.trend.label().to_owned(),
    };
    let words = format!(
        "{}, {}: {trend}, {} before, {} now",
        safe(&group.title),
        safe(&group.field()),
        thousands(one.before),
        count(one.after, "record")
    );
    let place = Place::Records {
        run: group.run,
        filter: records_of(group.run, Some(Wanted::Problem(vec![group.id]))),
        title: group.title.clone(),
        typed: None,
    };
    (words, Wish::Go(place))
}
