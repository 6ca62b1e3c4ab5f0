//! `load --answers`: what a tool made of the records of a plan that was handed over to it.

use std::collections::{BTreeMap, HashSet};

use anyhow::Result;

use super::{
    Job, LoadRequest, Workspace,
    load::{report_of_all, source_of_all},
    workspace::now,
};
use crate::{
    model::{AnswerReport, Fault, FaultKind, Layout, PlanId, Problem, RecordId, Stage},
    results::{Counted, Joined, Joining, Report},
    row::Row,
    store::answers::{Answer, Waiting},
};

/// Takes the results of `request` as answers to a plan: each record they name becomes accepted, or rejected with the tool's own
/// problems. Records are told by the contract's key, by what they hold, or by their place in the file that was handed over.
/// What has no answer stays handed over.
///
/// # Errors
/// `answers:plan` when there is no such plan, `answers:none` when none of its records waits for an answer; those of reading
/// the results.
pub fn answers(
    workspace: &mut Workspace,
    request: &LoadRequest,
    plan: PlanId,
    job: &Job,
) -> Result<AnswerReport> {
    let (run, waiting) = workspace.store.waiting_for_answers(plan)?;
    if waiting.is_empty() {
        return Err(none(plan).into());
    }
    let report = report_of_all(request, job)?;
    let contract = workspace.contract(run)?;
    let own_key = |row: &Row<'_>| contract.as_ref()?.checker.values(row).key;
    let joined = if request.sources.is_empty() {
        let layout = workspace.store.layout(run)?;
        join(&report, (&layout, &waiting), &own_key, plan)
    } else {
        source_of_all(request, &report, contract.as_deref(), job)?
    };
    let (answers, unanswered) = answers_of(&report, &joined, &waiting);
    let mut said = AnswerReport {
        plan,
        accepted: 0,
        rejected: 0,
        unanswered,
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

fn none(plan: PlanId) -> Fault {
    let message = format!("no record of plan {plan} waits for an answer");
    Fault::new(FaultKind::Nothing, "answers:none", message)
        .hint("only records that were handed over to a file wait for one")
}

/// Finds the records that results are about among those that were handed over.
fn join(
    report: &Report,
    (layout, waiting): (&Layout, &[Waiting]),
    own_key: &dyn Fn(&Row<'_>) -> Option<String>,
    plan: PlanId,
) -> Joined {
    let rows: Vec<Option<Row<'_>>> = (waiting.iter())
        .map(|one| Row::read(layout, one.form, &one.payload).ok())
        .collect();
    let keys: HashSet<String> = rows.iter().flatten().filter_map(own_key).collect();
    // A tool may have given the fields other names: then the only value that is a key tells the record.
    let key = |row: &Row<'_>| {
        own_key(row).filter(|key| keys.contains(key)).or_else(|| {
            let mut named = texts(row).into_iter().filter(|text| keys.contains(text));
            named.next().filter(|_| named.next().is_none())
        })
    };
    let mut joining = Joining::new(report, &key);
    joining.begin(&format!("plan {plan}"));
    for (one, row) in waiting.iter().zip(&rows) {
        // In a table there is a header before it, in JSON Lines there is none.
        let (table, lines) = (one.n + 1, one.n);
        let at = Counted {
            number: one.n,
            ordinal: one.n,
            byte: u64::MAX,
            lines: [table, lines, table, lines],
            row: table,
        };
        joining.look(at, row.as_ref());
    }
    joining.finish()
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
fn answers_of(
    report: &Report,
    joined: &Joined,
    waiting: &[Waiting],
) -> (Vec<Answer>, Vec<RecordId>) {
    let by_place: BTreeMap<u64, &Waiting> = waiting.iter().map(|one| (one.n, one)).collect();
    let (mut answers, mut unanswered) = (Vec::new(), Vec::new());
    for (n, one) in by_place {
        let Some(outcomes) = joined.found.get(&n) else {
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
