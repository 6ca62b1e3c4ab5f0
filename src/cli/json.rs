//! The JSON that scripts rely on: fields may be added, never renamed.

use serde_json::{Map, Value, json};

use crate::{
    model::{
        AnswerReport, AsideReport, AttemptRow, ChangeReport, Comparison, FixReport, Group,
        LoadReport, MergeReport, Note, Plan, Problem, RecordDetail, RecordRow, RunRow, Seen,
        SendReport, StepRow, Trend, UndoReport,
    },
    ops::{Explained, Selected},
    text::hex,
};

/// `load --answers --json`.
pub fn answered(report: &AnswerReport) -> Value {
    json!({
        "plan": report.plan,
        "accepted": report.accepted,
        "rejected": report.rejected,
        "unanswered": report.unanswered,
        "answered_before": report.answered_before,
    })
}

pub fn load(report: &LoadReport) -> Value {
    json!({
        "run": report.run,
        "name": report.name,
        "format": report.format,
        "records": report.records,
        "passed": report.passed,
        "rejected": report.rejected,
        "unparsed": report.unparsed,
        "problems": report.problems,
        "warned": report.warned,
        "capped": report.capped,
        "groups": report.groups,
        "bytes": report.bytes,
        "seconds": seconds(report.seconds),
    })
}

/// What taking a sheet back did.
pub fn merged(report: &MergeReport) -> Value {
    let conflicts = report.conflicts.iter().map(|one| {
        let fields = one.fields.iter().map(|field| {
            json!({
                "path": field.path,
                "handed_out": field.handed_out,
                "now": field.now,
                "sheet": field.sheet,
            })
        });
        json!({"row": one.row, "record": one.record, "fields": fields.collect::<Vec<_>>()})
    });
    let refused = (report.refused.iter())
        .map(|one| json!({"row": one.row, "record": one.record, "why": one.why}));
    json!({
        "run": report.run,
        "rows": report.rows,
        "changed": report.changed,
        "fields": report.fields,
        "unchanged": report.unchanged,
        "ready": report.ready,
        "still_rejected": report.still_rejected,
        "newly_broken": report.newly_broken,
        "others": report.others,
        "alike": report.alike,
        "alike_rows": report.alike_rows,
        "conflicts": conflicts.collect::<Vec<_>>(),
        "refused": refused.collect::<Vec<_>>(),
        "remarks": report.remarks,
        "step": report.step,
    })
}

/// What would be loaded: the numbers of a load, why, and the first records.
pub fn explained(explained: &Explained) -> Value {
    let mut document = load(&explained.report);
    let first = explained.first.iter().map(|(place, record)| {
        json!({
            "place": place,
            "text": String::from_utf8_lossy(&record.text.bytes),
            "problems": record.row.problems.iter().map(problem).collect::<Vec<_>>(),
        })
    });
    if let Value::Object(fields) = &mut document {
        // There is no such run.
        fields.shift_remove("run");
        fields.insert("why".to_owned(), json!(explained.why));
        fields.insert("first".to_owned(), first.collect());
        fields.insert("map".to_owned(), json!(explained.map));
    }
    document
}

pub fn run(run: &RunRow) -> Value {
    let statuses: Map<String, Value> = run
        .statuses
        .iter()
        .map(|(status, records)| (status.word().to_owned(), json!(records)))
        .collect();
    json!({
        "run": run.id,
        "name": run.name,
        "source": run.source,
        "format": run.format,
        "records": run.records,
        "passed": run.passed,
        "rejected": run.rejected,
        "warned": run.warned,
        "loaded_at": run.loaded_at,
        "statuses": statuses,
        "contract": run.contract,
        "capped": run.capped,
        "demo": run.demo,
    })
}

/// A group, and how it stands beside the one of its kind before; `trend` is null where there is nothing to compare with.
pub fn group(group: &Group, seen: Option<&Seen>) -> Value {
    json!({
        "group": group.id,
        "stage": group.stage.word(),
        "code": group.code,
        "detail": group.detail,
        "path": group.path,
        "severity": group.severity,
        "owner": group.owner,
        "title": group.title,
        "template": group.template,
        "records": group.records,
        "problems": group.problems,
        "open": group.open,
        "first_line": group.first_line,
        "last_line": group.last_line,
        "shapes": group.shapes,
        "trend": seen.map(|seen| seen.trend.word()),
        "before": seen.map(|seen| seen.before),
        "last_seen": seen.and_then(|seen| seen.last),
    })
}

/// Two runs, and every kind of problem of either.
pub fn comparison(comparison: &Comparison) -> Value {
    let with = |trend| {
        let groups = comparison.groups.iter();
        groups.filter(|one| one.trend == trend).count()
    };
    let counts: Map<String, Value> = Trend::ALL
        .into_iter()
        .map(|trend| (trend.word().to_owned(), json!(with(trend))))
        .collect();
    let groups = comparison.groups.iter().map(|one| {
        json!({
            "trend": one.trend.word(),
            "before": one.before,
            "after": one.after,
            "last_seen": one.last_seen,
            "run": one.group.run,
            "group": one.group.id,
            "stage": one.group.stage.word(),
            "code": one.group.code,
            "detail": one.group.detail,
            "path": one.group.path,
            "severity": one.group.severity,
            "owner": one.group.owner,
            "title": one.group.title,
        })
    });
    json!({
        "old": run(&comparison.old),
        "new": run(&comparison.new),
        "worse": comparison.is_worse(),
        "counts": counts,
        "groups": groups.collect::<Vec<_>>(),
    })
}

pub fn record(row: &RecordRow) -> Value {
    json!({
        "record": row.id,
        "run": row.run,
        "line": row.line,
        "key": row.key,
        "status": row.status.word(),
        "version": row.version,
        "problems": row.problems.iter().map(problem).collect::<Vec<_>>(),
    })
}

/// Everything about one record. `raw` is its received text; where that is not UTF-8, bad bytes read as U+FFFD and
/// `raw_hex` has them all.
pub fn detail(detail: &RecordDetail) -> Value {
    let mut document = record(&detail.row);
    let Value::Object(fields) = &mut document else {
        return document; // `record` makes an object
    };
    fields.insert(
        "raw".to_owned(),
        json!(String::from_utf8_lossy(&detail.raw.bytes)),
    );
    if std::str::from_utf8(&detail.raw.bytes).is_err() {
        fields.insert("raw_hex".to_owned(), json!(hex(&detail.raw.bytes)));
    }
    // As they stand: `json!` would write an exponent its own way.
    let (received, current) = (detail.received.clone(), detail.row.current.clone());
    fields.insert("received".to_owned(), received.unwrap_or_default());
    fields.insert("current".to_owned(), current.unwrap_or_default());
    fields.insert(
        "history".to_owned(),
        detail.history.iter().map(step).collect(),
    );
    fields.insert("notes".to_owned(), detail.notes.iter().map(note).collect());
    fields.insert(
        "attempts".to_owned(),
        detail.attempts.iter().map(attempt).collect(),
    );
    fields.insert("stages".to_owned(), json!(detail.stages));
    fields.insert("verdict".to_owned(), json!(detail.verdict));
    document
}

pub fn change(report: &ChangeReport) -> Value {
    let mut document = json!({
        "checked": report.checked,
        "ready": report.ready,
        "still_rejected": report.still_rejected,
        "newly_broken": report.newly_broken,
        "current": report.current,
        "step": report.step,
    });
    if let Some(why) = &report.not_checked {
        document["not_checked"] = why.as_str().into();
    }
    document
}

pub fn fix(report: &FixReport) -> Value {
    json!({
        "scope": report.scope,
        "changed": report.changed,
        "ready": report.ready,
        "still_rejected": report.still_rejected(),
        "still_wrong": report.still_wrong,
        "wrong_elsewhere": report.wrong_elsewhere,
        "not_checked": report.not_checked,
        "newly_broken": report.newly_broken,
        "unchanged": report.unchanged,
        "ambiguous": report.ambiguous,
        "undecided": report.undecided,
        "left_out": report.left_out,
        "others": report.others,
        "skipped": report.skipped,
        "step": report.step,
    })
}

pub fn aside(report: &AsideReport) -> Value {
    json!({"records": report.records, "skipped": report.skipped, "step": report.step})
}

pub fn note(note: &Note) -> Value {
    json!({"step": note.step, "author": note.author, "at": note.at, "text": note.text})
}

pub fn undo(report: &UndoReport) -> Value {
    json!({"step": report.step, "records": report.records, "skipped": report.skipped})
}

pub fn step(step: &StepRow) -> Value {
    json!({
        "step": step.id,
        "parent": step.parent,
        "run": step.run,
        "kind": step.kind.word(),
        "author": step.author,
        "at": step.at,
        "label": step.label,
        "records": step.records,
        "undone": step.undone,
    })
}

pub fn plan(plan: &Plan) -> Value {
    json!({
        "plan": plan.id,
        "run": plan.run,
        "destination": plan.destination,
        "environment": plan.environment,
        "target": plan.target,
        "planned": plan.planned,
        "changed": plan.changed,
        "undecided": plan.behind.undecided,
        "superseded": plan.behind.superseded,
        "continued": plan.continued,
        "since": plan.since,
    })
}

pub fn sent(report: &SendReport) -> Value {
    json!({
        "plan": report.plan,
        "planned": report.planned,
        "accepted": report.accepted,
        "handed_over": report.handed_over,
        "refused": report.refused,
        "unknown": report.unknown,
        "not_sent": report.not_sent,
        "given_back": report.given_back,
        "undecided": report.behind.undecided,
        "superseded": report.behind.superseded,
        "attempts": report.attempts,
        "seconds": seconds(report.seconds),
        "held": report.held,
    })
}

/// One row as an object; columns of the same name get a number.
pub fn sql_row(selected: &Selected, row: &[Value]) -> Value {
    let mut fields = Map::new();
    for (column, value) in selected.columns.iter().zip(row) {
        let mut name = column.clone();
        let mut n = 1;
        while fields.contains_key(&name) {
            n += 1;
            name = format!("{column}#{n}");
        }
        fields.insert(name, value.clone());
    }
    Value::Object(fields)
}

fn problem(problem: &Problem) -> Value {
    let mut document = json!({
        "stage": problem.stage.word(),
        "code": problem.code,
        "detail": problem.detail,
        "path": problem.path,
        "message": problem.message,
        "hint": problem.hint,
        "severity": problem.severity,
    });
    if !problem.owner.is_empty() {
        document["owner"] = json!(problem.owner);
    }
    document
}

fn attempt(attempt: &AttemptRow) -> Value {
    json!({
        "plan": attempt.plan,
        "planned_by": attempt.planned_by,
        "planned_at": attempt.planned_at,
        "destination": attempt.destination,
        "n": attempt.n,
        "started_at": attempt.started_at,
        "ended_at": attempt.ended_at,
        "outcome": attempt.outcome.word(),
        "code": attempt.code,
        "message": attempt.message,
        "duration_ms": attempt.duration_ms,
        "answer_id": attempt.answer_id,
    })
}

/// Milliseconds are enough.
fn seconds(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
