//! What is said before and after records leave.

use crate::{
    model::{Refusal, SendReport, Trend},
    ops::{Made, MadeBy, ToSend},
    text,
    tui::{
        event::{Effect, JobRequest, Question},
        pages::fitted,
    },
};

/// Lines on what made the records what they are.
const MADE: usize = 4;

/// The question before records leave. The number must be typed for production and for more than 20 records. With the name of
/// the run they are of, where it is known.
pub fn ask_to_send(to_send: &ToSend, run: Option<&str>) -> Question {
    let plan = &to_send.plan;
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
    body.extend(made(&to_send.made));
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
    if plan.environment == "production" && plan.planned > 1 {
        body.extend([
            String::new(),
            "The first record goes alone, then 10, then 100.".to_owned(),
            "Where the first 20 are all refused alike, it stops.".to_owned(),
        ]);
    }
    Question {
        title: format!("Send {records} to {name}{aside}?"),
        body,
        typed: typed_before_sending(&plan.environment, plan.planned),
        safe: "Go back".to_owned(),
        also: None,
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

/// `    1,187  ship_date  rewrite a date`, most records first, what was not changed last.
fn made(made: &[Made]) -> Vec<String> {
    let line = |records: u64, what: &str| format!("{:>9}  {what}", text::thousands(records));
    let (received, changed): (Vec<&Made>, Vec<&Made>) =
        made.iter().partition(|made| made.by == MadeBy::Received);
    let shown = match changed.len() {
        all if all <= MADE => all,
        _ => MADE - 1,
    };
    let mut lines: Vec<String> = (changed[..shown].iter())
        .map(|made| match &made.by {
            MadeBy::Step { label, .. } => {
                line(made.records, &text::shorten(&text::safe(label), 48))
            }
            _ => line(made.records, "edited one by one"),
        })
        .collect();
    let others = changed[shown..].iter().map(|made| made.records).sum();
    if others > 0 {
        lines.push(line(others, "changed in other ways"));
    }
    lines.extend((received.iter()).map(|made| line(made.records, "as received")));
    lines
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

/// Kinds of refusal that the result of a sending names.
const REFUSED: usize = 3;

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
    let stood = match report.stood {
        stood if stood >= 1.0 => format!(" Nothing left for {} of it.", duration(stood)),
        _ => String::new(),
    };
    let took = duration(report.seconds);
    let mut body = vec![format!("Took {took}.{stood}"), String::new()];
    if report.handed_over == 0 || report.accepted > 0 {
        body.push(line("Sent", report.accepted));
    }
    if report.handed_over > 0 {
        body.push(line("Handed over", report.handed_over));
    }
    let refused = line("Refused", report.refused);
    body.push(match report.refused {
        0 => refused,
        _ => format!("{refused}   back in Problems:"),
    });
    body.extend(refused_lines(&report.refusals));
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

/// `   Tax ID already exists there   21  CAME BACK`
fn refused_lines(refusals: &[Refusal]) -> Vec<String> {
    let line = |what: &str, records: u64, tag: &str| {
        let what = fitted(&text::safe(what), 34);
        format!("  {what} {:>7}  {tag}", text::thousands(records))
    };
    let shown = match refusals.len() {
        all if all <= REFUSED => all,
        _ => REFUSED - 1,
    };
    let mut lines: Vec<String> = (refusals[..shown].iter())
        .map(|refusal| line(words_of(refusal), refusal.records, &tag(refusal)))
        .collect();
    let others = refusals[shown..]
        .iter()
        .map(|refusal| refusal.records)
        .sum();
    if others > 0 {
        lines.push(line("for other reasons", others, "").trim_end().to_owned());
    }
    lines
}

/// A destination need not give a reason.
fn words_of(refusal: &Refusal) -> &str {
    if refusal.message.trim().is_empty() {
        &refusal.code
    } else {
        &refusal.message
    }
}

/// Whether an earlier plan was refused so: `CAME BACK` or `NEW`.
pub fn tag(refusal: &Refusal) -> String {
    if refusal.came_back {
        Trend::CameBack.tag()
    } else {
        Trend::New.tag()
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::RunId, tui::testing};

    fn step(label: &str, records: u64) -> Made {
        let by = MadeBy::Step {
            label: label.to_owned(),
            author: "jana".to_owned(),
            at: String::new(),
        };
        Made { by, records }
    }

    #[test]
    fn production_is_told_what_was_done_to_the_records_and_how_they_leave() {
        let mut to_send = testing::to_send(RunId(1));
        to_send.plan.planned = 1_199;
        "production".clone_into(&mut to_send.plan.environment);
        let edits = MadeBy::Edits {
            author: "jana".to_owned(),
        };
        to_send.made = vec![
            step("ship_date  rewrite a date, day first for 412", 1_100),
            step("stage  lower case", 70),
            step("note\u{1b}[31m  trim", 10),
            Made {
                by: edits,
                records: 11,
            },
            step("phone  trim", 7),
            Made {
                by: MadeBy::Received,
                records: 1,
            },
        ];
        let question = ask_to_send(&to_send, None);
        insta::assert_snapshot!(question.body.join("\n"), @r"
        This is PRODUCTION. Sending cannot be undone.
        They go to table customer in crm.db.

            1,100  ship_date  rewrite a date, day first for 412
               70  stage  lower case
               10  note<ESC>[31m  trim
               18  changed in other ways
                1  as received

        The first record goes alone, then 10, then 100.
        Where the first 20 are all refused alike, it stops.
        ");
        assert_eq!(question.typed.as_deref(), Some("1199"));
    }

    #[test]
    fn the_result_names_what_was_refused_and_how_long_nothing_left() {
        let report = SendReport {
            planned: 1_199,
            accepted: 1_170,
            refused: 29,
            refusals: vec![
                testing::refusal("Tax ID already exists there", 21),
                testing::refusal("Ship date is in the past", 5),
                testing::refusal("", 2),
                testing::refusal("Order is closed", 1),
            ],
            seconds: 201.0,
            stood: 38.2,
            ..SendReport::default()
        };
        let (title, body) = sent(&report);
        insta::assert_snapshot!(format!("{title}\n{}", body.join("\n")), @r"
        Sent: 1,170 of 1,199
        Took 3:21. Nothing left for 38.2 s of it.

        Sent                 1,170
        Refused                 29   back in Problems:
          Tax ID already exists there             21  CAME BACK
          Ship date is in the past                 5  NEW
          for other reasons                        3
        No answer                0
        Not sent                 0
        ");
    }
}
