//! Changes that failed while the program ended, when nobody hears of it any more.

use std::collections::HashSet;

use anyhow::Result;

use super::Answer;
use crate::{
    ops::{self, Saving, Workspace},
    tui::event::Ticket,
};

/// The tickets of changes that failed.
#[derive(Debug, Default)]
pub(super) struct Failed(HashSet<Ticket>);

impl Failed {
    /// Remembers a change that was not made.
    pub fn note(&mut self, ticket: Ticket, answer: &Result<Answer>) {
        if answer.is_err() {
            self.0.insert(ticket);
        }
    }

    /// Keeps what was typed for those of these changes that failed.
    ///
    /// # Errors
    /// When one of them cannot be kept; the others are all the same.
    pub fn keep(&self, workspace: &mut Workspace, unanswered: &[(Ticket, Saving)]) -> Result<()> {
        let failed = unanswered
            .iter()
            .filter(|(ticket, _)| self.0.contains(ticket));
        let kept: Vec<Result<()>> = failed
            .map(|(_, saving)| ops::keep_draft(workspace, saving).map(drop))
            .collect();
        kept.into_iter().collect()
    }
}
