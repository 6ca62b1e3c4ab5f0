//! What was done to a run, and what was sent of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Report,
    chart::{Chart, Event, Lane},
    page::{Block, Cell, Section, Table, words},
};
use crate::{
    model::{DeliveryState, PlanRow, StepKind, StepRow},
    text::{count, thousands},
};

/// Steps that are listed one by one, at most.
const STEPS: usize = 200;

pub(super) fn steps(report: &Report) -> Section {
    let title = "What was done";
    // Notes stand in a section of their own.
    let steps: Vec<&StepRow> = (report.steps.iter())
        .filter(|step| step.kind != StepKind::Note)
        .collect();
    let mut blocks = vec![Block::Chart(timeline(report))];
    if steps.is_empty() {
        blocks.push(Block::Words("Nothing was changed yet.".to_owned()));
        return Section { title, blocks };
    }
    let mut people: BTreeMap<(&str, &'static str), (u64, u64)> = BTreeMap::new();
    for step in steps.iter().filter(|step| !step.undone) {
        let sum = people.entry((&step.author, step.kind.word())).or_default();
        *sum = (sum.0 + 1, sum.1 + step.records);
    }
    let rows = people
        .into_iter()
        .map(|((author, kind), (steps, records))| {
            vec![
                words(author),
                words(kind),
                words(thousands(steps)),
                words(thousands(records)),
            ]
        });
    blocks.push(Block::Table(Table {
        head: vec!["Who", "What", "#Steps", "#Records"],
        rows: rows.collect(),
    }));
    let older = steps.len().saturating_sub(STEPS);
    if older > 0 {
        blocks.push(Block::Words(format!(
            "The newest {} of {}; redrive history --run {} lists all.",
            thousands(STEPS as u64),
            count(steps.len() as u64, "step"),
            report.run.id
        )));
    }
    let fixes: BTreeSet<&str> = (steps.iter())
        .filter(|step| step.kind == StepKind::Fix)
        .map(|step| step.label.as_str())
        .collect();
    blocks.push(Block::Table(Table {
        head: vec!["#Step", "When", "Who", "What", "#Records", "Details"],
        rows: (steps[older..].iter())
            .map(|step| step_row(step, (report.values, &fixes)))
            .collect(),
    }));
    Section { title, blocks }
}

fn step_row(step: &StepRow, (values, fixes): (bool, &BTreeSet<&str>)) -> Vec<Cell> {
    let undone = if step.undone { " (undone)" } else { "" };
    vec![
        words(step.id.to_string()),
        words(step.at.clone()),
        words(step.author.clone()),
        words(format!("{}{undone}", step.kind.word())),
        words(thousands(step.records)),
        words(details(step, (values, fixes))),
    ]
}

/// What a step says of itself. Where values may not be shown, a fix says how it changed its field up to the first value, and an
/// edit only which field. `fixes` are the labels of fixes, which those of their undos are alike.
fn details(step: &StepRow, (values, fixes): (bool, &BTreeSet<&str>)) -> String {
    let is_change = matches!(
        step.kind,
        StepKind::Edit | StepKind::Fix | StepKind::Undo | StepKind::Redo
    );
    if values || !is_change {
        return step.label.clone();
    }
    // `email  foo@ -> office@example.com`, `stage  set to "Won"`: two blanks stand between a field and what was done to it.
    let Some((field, what)) = step.label.split_once("  ") else {
        return step.label.clone();
    };
    let what = match step.kind {
        StepKind::Edit => "",
        _ if fixes.contains(step.label.as_str()) => what,
        _ => "",
    };
    match how(what).as_str() {
        "" => field.to_owned(),
        how => format!("{field}  {how}"),
    }
}

/// The words of a fix up to the first thing that somebody typed: `set to "Won"` becomes `set to ...`.
fn how(words: &str) -> String {
    let typed = ["\"", "replace pattern ", "formula "]
        .iter()
        .filter_map(|begins| {
            let at = words.find(begins)?;
            Some(if *begins == "\"" {
                at
            } else {
                at + begins.len()
            })
        });
    match typed.min() {
        Some(at) => format!("{}...", &words[..at]),
        None => words.to_owned(),
    }
}

pub(super) fn plans(plans: &[PlanRow]) -> Section {
    let title = "What was sent";
    if plans.is_empty() {
        let blocks = vec![Block::Words("Nothing.".to_owned())];
        return Section { title, blocks };
    }
    let taken_out = |plan: &PlanRow| plan.with_state(DeliveryState::Cancelled);
    let has_taken_out = plans.iter().any(|plan| taken_out(plan) > 0);
    let row = |plan: &PlanRow| {
        let with = |state| plan.with_state(state);
        let open: u64 = DeliveryState::ALL
            .into_iter()
            .filter(|state| state.is_open() && *state != DeliveryState::Unknown)
            .map(with)
            .sum();
        let mut sums = vec![
            with(DeliveryState::Delivered),
            with(DeliveryState::HandedOver),
            with(DeliveryState::Refused),
            with(DeliveryState::Unknown),
            open,
        ];
        sums.extend(has_taken_out.then(|| taken_out(plan)));
        sums.push(plan.attempts);
        let mut row = vec![
            words(plan.id.to_string()),
            words(plan.made_at.clone()),
            words(plan.author.clone()),
            words(format!(
                "{} [{}]: {}",
                plan.destination, plan.environment, plan.target
            )),
            words(thousands(plan.planned)),
        ];
        row.extend(sums.into_iter().map(|sum| words(thousands(sum))));
        row
    };
    let mut head = vec![
        "#Plan",
        "When",
        "Who",
        "Where to",
        "#Planned",
        "#Sent",
        "#Handed over",
        "#Refused",
        "#No answer",
        "#Not yet",
    ];
    head.extend(has_taken_out.then_some("#Taken out"));
    head.push("#Attempts");
    Section {
        title,
        blocks: vec![Block::Table(Table {
            head,
            rows: plans.iter().map(row).collect(),
        })],
    }
}

fn timeline(report: &Report) -> Chart {
    let mut events = vec![Event {
        at: report.run.loaded_at.clone(),
        lane: Lane::Load,
        records: report.run.records,
        words: "loaded".to_owned(),
    }];
    events.extend(report.steps.iter().map(|step| Event {
        at: step.at.clone(),
        lane: match step.kind {
            StepKind::Check => Lane::Check,
            StepKind::Note => Lane::Note,
            _ => Lane::Change,
        },
        records: step.records,
        words: format!("{} by {}", step.kind.word(), step.author),
    }));
    events.extend(report.plans.iter().map(|plan| Event {
        at: plan.made_at.clone(),
        lane: Lane::Send,
        records: plan.planned,
        words: format!(
            "plan {} to {} by {}",
            plan.id, plan.destination, plan.author
        ),
    }));
    Chart::Timeline { events }
}
