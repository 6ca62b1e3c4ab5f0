//! Records without an answer: a person has found out whether they reached their destination.

use anyhow::Result;

use super::{Workspace, ids, workspace::now};
use crate::{
    filter::{Filter, Wanted},
    model::{AsideReport, RecordId, Status, StepKind},
    text::count,
};

/// The records of a filter that have no answer.
///
/// # Errors
/// Those of a workspace that cannot be used.
pub fn unanswered(workspace: &Workspace, filter: &Filter) -> Result<Vec<RecordId>> {
    let mut filter = filter.clone();
    filter.and(Wanted::Status(vec![Status::Unknown]));
    ids(workspace, &filter)
}

/// Says of records without an answer that they were sent (they are accepted then) or that they were not (they are ready
/// again, and go out under the same key). One step of the history, which is not taken back.
///
/// # Errors
/// Those of a workspace that cannot be used.
pub fn settle(
    workspace: &mut Workspace,
    filter: &Filter,
    these: &[RecordId],
    sent: bool,
    reason: &str,
) -> Result<AsideReport> {
    let Some(run) = workspace.run_of(filter)? else {
        return Ok(AsideReport::default());
    };
    let what = if sent { "sent" } else { "not sent" };
    let mut label = format!("{} {what}", count(these.len() as u64, "record"));
    if !reason.is_empty() {
        label = format!("{label}: {reason}");
    }
    let (author, at) = (workspace.author.clone(), now());
    let entry = crate::store::Entry::new(run, StepKind::Settle, (&author, &at), &label);
    let applied = workspace.store.settle(&entry, these, sent)?;
    tracing::info!(
        target: "redrive",
        event = "settle",
        run = run.0,
        records = applied.records,
        sent,
    );
    Ok(AsideReport {
        step: applied.step,
        records: applied.records,
        skipped: applied.skipped,
    })
}
