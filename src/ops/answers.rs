//! `load --answers`: what a tool made of the records of a plan that was handed over to it.

use std::collections::HashSet;

use anyhow::Result;

use super::{
    Job, LoadRequest, Workspace,
    load::{report_of_all, source_of_all},
    workspace::now,
};
use crate::{
    model::{AnswerReport, Fault, FaultKind, Form, PlanId, Problem, RecordId, Stage},
    results::{Counted, Joined, Joining, Report},
    row::Row,
    store::answers::{Answer, Handed, HandedOver},
    text::{count, thousands},
};

/// How the place of a file destination begins.
pub(super) const FILE: &str = "file ";

/// Takes the results of `request` as answers to a plan: each record they name becomes accepted, or rejected with the tool's own
/// problems. Records are told by the contract's key, by what they hold, or by their place in the file that was handed over.
/// What has no answer stays handed over, and what had one before stays as it is.
///
/// # Errors
/// `answers:plan` when there is no such plan, `answers:none` when none of its records waits for an answer, with the reason;
/// those of reading the results.
pub fn answers(
    workspace: &mut Workspace,
    request: &LoadRequest,
    plan: PlanId,
    job: &Job,
) -> Result<AnswerReport> {
    let handed = workspace.store.handed_over(plan)?;
    if !handed.records.iter().any(|one| one.waits) {
        return Err(none(plan, &handed).into());
    }
    let run = handed.run;
    let report = report_of_all(request, job)?;
    let contract = workspace.contract(run)?;
    let own_key = |row: &Row<'_>| contract.as_ref()?.checker.values(row).key;
    let joined = if request.sources.is_empty() {
        join(workspace, &report, (plan, &handed), &own_key)?
    } else {
        source_of_all(request, &report, contract.as_deref(), job)?
    };
    let (answers, unanswered) = answers_of(&report, &joined, &handed.records);
    let is_known = |one: &&Handed| !one.waits && joined.found.contains_key(&one.place);
    let mut said = AnswerReport {
        plan,
        accepted: 0,
        rejected: 0,
        unanswered,
        answered_before: handed.records.iter().filter(is_known).count() as u64,
        // What was found is told by the counts.
        remarks: joined
            .remarks
            .into_iter()
            .skip(1)
            .chain(report.remarks)
            .collect(),
    };
    for answer in &answers {
        if answer.problems.is_empty() {
            said.accepted += 1;
        } else {
            said.rejected += 1;
        }
    }
    let title = |problem: &Problem| match problem.shape.as_str() {
        "" => format!("Rejected: {}", problem.code),
        shape => format!("Rejected: {shape}"),
    };
    workspace.store.answer(run, &answers, &now(), &title)?;
    tracing::info!(
        target: "redrive",
        event = "answers",
        run = run.0,
        plan = plan.0,
        accepted = said.accepted,
        rejected = said.rejected,
        unanswered = said.unanswered.len() as u64,
    );
    Ok(said)
}

/// Why no record of a plan waits for an answer, and what there is to do instead.
fn none(plan: PlanId, handed: &HandedOver) -> Fault {
    let (name, target) = &handed.destination;
    let all = handed.records.len() as u64;
    let refused = handed.records.iter().filter(|one| one.is_refused).count() as u64;
    let (message, hint) = if !target.starts_with(FILE) {
        (
            format!(
                "plan {plan} was not handed over to a file: {name} ({target}) answers by itself"
            ),
            "`redrive history` and `redrive show ID` say what it answered".to_owned(),
        )
    } else if all == 0 {
        (
            format!("nothing of plan {plan} was handed over, so nothing waits for an answer"),
            "`redrive send` hands over what is ready, and says the number of the plan".to_owned(),
        )
    } else {
        let its = if all == 1 { "its" } else { "their" };
        let hint = match refused {
            0 => "there is nothing left to do for it".to_owned(),
            _ => "`redrive records stage:send` lists what is still to be fixed of what was refused; once fixed, `redrive send` \
                  hands it over under a new plan"
                .to_owned(),
        };
        (
            format!(
                "{} of plan {plan} had {its} answer before ({} sent, {} refused); nothing was changed",
                count(all, "record"),
                thousands(all - refused),
                thousands(refused)
            ),
            hint,
        )
    };
    Fault::new(FaultKind::Nothing, "answers:none", message).hint(hint)
}

/// Finds the records that results are about among those that were handed over. They are looked at twice, one after the other: all
/// of them at once can be more than there is memory for.
fn join(
    workspace: &Workspace,
    report: &Report,
    (plan, handed): (PlanId, &HandedOver),
    own_key: &dyn Fn(&Row<'_>) -> Option<String>,
) -> Result<Joined> {
    let store = &workspace.store;
    let _still = store.reading()?;
    let layout = store.layout(handed.run)?;
    let mut keys: HashSet<String> = HashSet::new();
    let mut is_table = (handed.destination.1.to_lowercase()).ends_with(".csv");
    store.each_handed(plan, &mut |_, form, payload| {
        is_table |= form == Form::Csv;
        let row = Row::read(&layout, form, payload);
        keys.extend(row.ok().and_then(|row| own_key(&row)));
    })?;
    // A tool may have given the fields other names: then the only value that is a key tells the record.
    let key = |row: &Row<'_>| {
        own_key(row).filter(|key| keys.contains(key)).or_else(|| {
            let mut named = texts(row).into_iter().filter(|text| keys.contains(text));
            named.next().filter(|_| named.next().is_none())
        })
    };
    let mut joining = Joining::new(report, &key).that_keeps_nothing();
    joining.begin(&format!("plan {plan}"));
    store.each_handed(plan, &mut |place, form, payload| {
        // In a table there is a header before it, in JSON Lines there is none; tools can count otherwise all the same.
        let (below_header, line) = (place + 1, place);
        let (likely, other) = if is_table {
            (below_header, line)
        } else {
            (line, below_header)
        };
        let at = Counted {
            number: place,
            ordinal: place,
            byte: u64::MAX,
            lines: [likely, other, likely, other],
            row: below_header,
        };
        joining.look(at, Row::read(&layout, form, payload).ok().as_ref());
    })?;
    Ok(joining.finish())
}

/// All texts among a record's own fields.
fn texts(row: &Row<'_>) -> Vec<String> {
    match row {
        Row::Cells(cells) => (0..cells.len())
            .map(|n| cells.get(n).into_owned())
            .collect(),
        Row::Json(document) => (document.value.as_object().into_iter().flatten())
            .filter_map(|(_, value)| value.as_str().map(str::to_owned))
            .collect(),
    }
}

/// What is answered of each record that waits, and the records without an answer.
fn answers_of(report: &Report, joined: &Joined, handed: &[Handed]) -> (Vec<Answer>, Vec<RecordId>) {
    let (mut answers, mut unanswered) = (Vec::new(), Vec::new());
    for one in handed.iter().filter(|one| one.waits) {
        let Some(outcomes) = joined.found.get(&one.place) else {
            unanswered.push(one.record);
            continue;
        };
        let said = outcomes
            .iter()
            .filter_map(|number| report.outcomes.get(*number));
        let mut problems: Vec<Problem> = Vec::new();
        for problem in said.flat_map(|outcome| &outcome.problems) {
            // Whatever the tool was at: it is the one the record was sent to.
            let problem = Problem {
                stage: Stage::Send,
                ..problem.clone()
            };
            if problem.rejects() && !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        answers.push(Answer {
            delivery: one.delivery,
            record: one.record,
            problems,
        });
    }
    (answers, unanswered)
}
