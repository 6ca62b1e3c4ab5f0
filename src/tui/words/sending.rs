//! What is said before and after records leave.

use crate::{
    model::{Plan, SendReport},
    text,
    tui::event::{Effect, JobRequest, Question},
};

/// The question before records leave. The number must be typed for production and for more than 20 records. With the name of
/// the run they are of, where it is known.
pub fn ask_to_send(plan: &Plan, run: Option<&str>) -> Question {
    let records = text::count(plan.planned, "record");
    let name = text::safe(&plan.destination).into_owned();
    let aside = match plan.environment.as_str() {
        "production" => String::new(),
        other => format!(" ({})", text::safe(other)),
    };
    let mut body = vec![cannot_be_undone(&plan.environment)];
    let of = run.map(|run| format!(" from {}", text::shorten(&text::safe(run), 32)));
    let of = of.unwrap_or_default();
    body.push(format!("They go{of} to {}.", text::safe(&plan.target)));
    body.push(String::new());
    if plan.changed > 0 {
        body.push(format!(
            "{:>9}  changed since they were received",
            text::thousands(plan.changed)
        ));
    }
    if plan.planned > plan.changed {
        let received = plan.planned - plan.changed;
        body.push(format!("{:>9}  as received", text::thousands(received)));
    }
    if plan.behind.undecided > 0 {
        body.push(undecided(plan.behind.undecided));
    }
    if !plan.behind.superseded.is_empty() {
        body.push(superseded(plan.behind.superseded.len() as u64));
    }
    if plan.continued {
        body.push(String::new());
        body.push("This continues a sending that was stopped.".to_owned());
        if plan.since > 0 {
            body.push(since(plan.since));
        }
    }
    Question {
        title: format!("Send {records} to {name}{aside}?"),
        body,
        typed: typed_before_sending(&plan.environment, plan.planned),
        safe: "Go back".to_owned(),
        verb: format!("Send {records}"),
        then: Box::new(Effect::Start(JobRequest::Send {
            run: plan.run,
            to: plan.destination.clone(),
            expect: plan.planned,
            plan: plan.id,
            only: None,
            take_over: false,
        })),
    }
}

/// The number that must be typed before records leave: for production, and for more than 20.
pub fn typed_before_sending(environment: &str, records: u64) -> Option<String> {
    (environment == "production" || records > 20).then(|| records.to_string())
}

/// The first line of the question before records leave.
pub fn cannot_be_undone(environment: &str) -> String {
    let production = match environment {
        "production" => "This is PRODUCTION. ",
        _ => "",
    };
    format!("{production}Sending cannot be undone.")
}

/// What is said of records that became ready since a plan was made.
pub fn since(records: u64) -> String {
    format!(
        "+{} since: they go with the next one.",
        text::thousands(records)
    )
}

/// What is said of ready records with a date nobody has decided about.
pub fn undecided(records: u64) -> String {
    format!(
        "{:>9}  {} behind: a date can be read in two ways",
        text::thousands(records),
        if records == 1 { "stays" } else { "stay" }
    )
}

/// What is said of ready records that a newer run holds as well.
pub fn superseded(records: u64) -> String {
    format!(
        "{:>9}  {} behind: a newer run holds the same key",
        text::thousands(records),
        if records == 1 { "stays" } else { "stay" }
    )
}

/// The title and the lines of the result of a sending.
pub fn sent(report: &SendReport) -> (String, Vec<String>) {
    let arrived = report.accepted + report.handed_over;
    let title = format!(
        "{}: {} of {}",
        if report.handed_over > 0 {
            "Handed over"
        } else {
            "Sent"
        },
        text::thousands(arrived),
        text::thousands(report.planned)
    );
    let line = |word: &str, number: u64| format!("{word:<14}{:>12}", text::thousands(number));
    let mut body = vec![format!("Took {}.", duration(report.seconds)), String::new()];
    if report.handed_over == 0 || report.accepted > 0 {
        body.push(line("Sent", report.accepted));
    }
    if report.handed_over > 0 {
        body.push(line("Handed over", report.handed_over));
    }
    let refused = line("Refused", report.refused);
    body.push(match report.refused {
        0 => refused,
        _ => format!("{refused}   back in Problems"),
    });
    body.push(line("No answer", report.unknown));
    body.push(line("Not sent", report.not_sent));
    if report.given_back > 0 {
        body.push(format!(
            "{}   ready again",
            line("Stopped", report.given_back)
        ));
    }
    if let Some(held) = &report.held {
        body.push(String::new());
        body.push(format!("On hold: {}", text::safe(held)));
    }
    (title, body)
}

/// `3:21`, or `0.4 s` when it is short.
fn duration(seconds: f64) -> String {
    if seconds < 0.1 {
        return "less than 0.1 s".to_owned();
    }
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}
