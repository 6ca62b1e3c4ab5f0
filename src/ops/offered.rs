//! What a filter that is being typed can go on with.

use std::time::Duration;

use anyhow::Result;

use super::{Workspace, fields::unheard_of};
use crate::filter::{Filter, Of, Offered};

/// The values of a field or of a key that begin with what is typed, in the records of a filter (of the newest run when it
/// names none), the most common first. It ends when `patience` does, with what was found until then. Terms about
/// what is no column do not hold.
///
/// # Errors
/// `run:missing`.
pub fn offered(
    workspace: &Workspace,
    filter: &Filter,
    of: &Of,
    typed: &str,
    patience: Duration,
) -> Result<Offered> {
    let Some(run) = workspace.run_of(filter)? else {
        return Ok(Offered::default());
    };
    // What only the records could tell is not asked: there may be a million of them.
    let unheard = unheard_of(workspace, run, filter)?;
    let mut filter = filter.clone();
    filter.terms.retain(|term| !unheard.contains(term));
    let filter = super::since::settled(workspace, run, &filter)?;
    workspace.store.offered(run, &filter, of, typed, patience)
}
