//! What is said of a filter that asks about what is not there.

use anyhow::Result;

use super::out::note;
use crate::{
    filter::Filter,
    ops::{self, Workspace},
};

/// Terms that ask about what is not there. What they find is another question: without a field, its value is missing.
pub fn say_what_is_not_asked(workspace: &Workspace, filter: &Filter) -> Result<()> {
    for (term, error) in ops::unknown_terms(workspace, filter)? {
        note(&format!("{term}: {}.", error.message));
    }
    Ok(())
}
