//! What happened to a run, for a ticket.

use anyhow::Result;

use super::{Workspace, standing, workspace::now};
use crate::{
    filter::Filter,
    model::{Fault, RunId},
    report::Report,
};

/// Everything there is to say of a run (the newest, where none is named), at one moment. Only with `values` does it hold the
/// values of records, and not their shapes alone; what people wrote down themselves it always holds.
///
/// # Errors
/// `run:missing`, `run:none`.
pub fn report(workspace: &Workspace, run: Option<RunId>, values: bool) -> Result<Report> {
    let store = &workspace.store;
    let _reading = store.reading()?;
    let run = match run {
        Some(run) => run,
        None => store.newest_run()?.ok_or_else(|| {
            Fault::unusable("run:none", "the workspace holds no run")
                .hint("load one: redrive load FILE --contract CONTRACT")
        })?,
    };
    let mut steps = store.history(Some(run))?;
    steps.reverse();
    Ok(Report {
        at: now(),
        run: store.run(run)?,
        old_verdicts: standing(workspace, run)?.old,
        groups: store.groups(run, &Filter::default())?,
        steps,
        plans: store.plans_of(run)?,
        notes: store.notes_of_run(run)?,
        values,
    })
}
