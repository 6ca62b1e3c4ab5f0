//! What would be sent, looked at before anything leaves: by whose hand the records are what they are, and in which fields.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;

use super::{SendRequest, plan_and_records};
use crate::{
    model::{Plan, RecordId, Status, StepKind},
    ops::{Workspace, list},
    text,
};

/// Records whose fields are compared: enough to show what is done, few enough to be there at once.
const COMPARED: usize = 500;
/// Values before and after that are shown of a field.
const PAIRS: usize = 3;

/// What would be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    pub plan: Plan,
    /// In the order they leave.
    pub ids: Vec<RecordId>,
    /// Why they are what they are, most records first.
    pub made: Vec<Made>,
    /// Where they differ from what was received, most records first; counted in the first `compared` records.
    pub fields: Vec<FieldChanges>,
    pub compared: u64,
    pub needs_fixing: u64,
    pub set_aside: u64,
    /// Sent before, and nobody knows what became of them.
    pub unanswered: u64,
}

/// What a person is asked about before it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToSend {
    pub plan: Plan,
    /// As in [`Review::made`].
    pub made: Vec<Made>,
}

/// Records that one step, or edits of one person, made what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub by: MadeBy,
    pub records: u64,
}

/// What made a record what it is. All texts are untrusted; times are RFC 3339, UTC.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MadeBy {
    /// Nothing: it is sent as it was received.
    Received,
    /// Edits, one record at a time.
    Edits { author: String },
    /// One step of many records.
    Step {
        label: String,
        author: String,
        at: String,
    },
}

/// What was changed in one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChanges {
    /// A path pattern.
    pub path: String,
    pub records: u64,
    /// Before and after, most common first; JSON where it is no text. Untrusted.
    pub pairs: Vec<(String, String, u64)>,
}

/// Looks at what a send would deliver. Writes nothing.
///
/// # Errors
/// Those of [`super::plan`].
pub fn review(workspace: &Workspace, request: &SendRequest) -> Result<Review> {
    let (planned, ids) = plan_and_records(workspace, request)?;
    let statuses = workspace.store.run(planned.run)?.statuses;
    let with = |wanted: Status| {
        let found = statuses.iter().find(|(status, _)| *status == wanted);
        found.map_or(0, |(_, records)| *records)
    };
    let compared = &ids[..ids.len().min(COMPARED)];
    Ok(Review {
        made: made(workspace, &ids)?,
        fields: fields(workspace, compared)?,
        compared: compared.len() as u64,
        needs_fixing: with(Status::Rejected),
        set_aside: with(Status::Discarded),
        unanswered: with(Status::Unknown),
        plan: planned,
        ids,
    })
}

pub(super) fn made(workspace: &Workspace, ids: &[RecordId]) -> Result<Vec<Made>> {
    let counts = workspace.store.count_by_step(ids)?;
    let steps: HashMap<_, _> = (workspace.store.history(None)?.into_iter())
        .map(|step| (step.id, step))
        .collect();
    let mut made: BTreeMap<MadeBy, u64> = BTreeMap::new();
    for (step, records) in counts {
        let step = step.and_then(|step| steps.get(&step));
        let by = match step {
            None => MadeBy::Received,
            Some(step) if step.kind == StepKind::Edit && step.records <= 1 => MadeBy::Edits {
                author: step.author.clone(),
            },
            Some(step) => MadeBy::Step {
                label: step.label.clone(),
                author: step.author.clone(),
                at: step.at.clone(),
            },
        };
        *made.entry(by).or_default() += records;
    }
    let mut made: Vec<Made> = made
        .into_iter()
        .map(|(by, records)| Made { by, records })
        .collect();
    made.sort_by_key(|made| (made.by == MadeBy::Received, std::cmp::Reverse(made.records)));
    Ok(made)
}

fn fields(workspace: &Workspace, ids: &[RecordId]) -> Result<Vec<FieldChanges>> {
    type Pairs = HashMap<(String, String), u64>;
    let mut fields: BTreeMap<String, (u64, Pairs)> = BTreeMap::new();
    for (row, received) in list::rows_with_received(workspace, ids)? {
        let mut seen: Vec<String> = Vec::new();
        for path in &row.changed {
            let values = [received.as_ref(), row.current.as_ref()]
                .map(|document| document.and_then(|document| document.pointer(path.as_str())));
            let pair = text::change_in_words(values[0], values[1]);
            let pattern = path.pattern();
            let (records, pairs) = fields.entry(pattern.clone()).or_default();
            *pairs.entry(pair).or_default() += 1;
            if !seen.contains(&pattern) {
                *records += 1;
                seen.push(pattern);
            }
        }
    }
    let mut fields: Vec<FieldChanges> = fields
        .into_iter()
        .map(|(path, (records, pairs))| FieldChanges {
            path,
            records,
            pairs: most_common(pairs),
        })
        .collect();
    fields.sort_by_key(|field| std::cmp::Reverse(field.records));
    Ok(fields)
}

fn most_common(pairs: HashMap<(String, String), u64>) -> Vec<(String, String, u64)> {
    let mut pairs: Vec<(String, String, u64)> = pairs
        .into_iter()
        .map(|((before, after), records)| (before, after, records))
        .collect();
    pairs.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.cmp(b)));
    pairs.truncate(PAIRS);
    pairs
}
