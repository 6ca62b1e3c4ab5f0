//! What is typed is kept when the person pauses, so that nothing is lost where the program is killed or the power fails.

use std::time::{Duration, Instant};

use super::{super::kept::typed, Draft};
use crate::{
    fix::Change,
    model::RecordId,
    ops::{KeptDraft, Saving},
    tui::event::{Cx, Ticket, Wish},
};

/// How long nothing is typed before it is kept.
const PAUSE: Duration = Duration::from_secs(1);

/// How long it is left alone after it could not be kept.
const AGAIN: Duration = Duration::from_secs(5);

/// What is known of a pause in typing.
#[derive(Debug, Default)]
pub(super) struct Pause {
    /// The text was changed since it was looked at in a pause.
    stirred: bool,
    /// When that was.
    since: Option<Instant>,
    /// What the workspace holds of what is typed here, if anything.
    kept: Vec<Change>,
    /// What the box was opened with, where that was typed before and not saved.
    before: Option<Saving>,
}

impl Draft {
    /// The text is another one since `now`.
    pub(super) fn stir(&mut self, now: Option<Instant>) {
        self.pause.stirred = true;
        self.pause.since = now;
    }

    /// It holds what was typed before.
    pub(in crate::tui::pages) fn go_on_with(&mut self, kept: &KeptDraft) {
        self.field.set(&typed(&kept.change));
        self.pause.before = Some(Saving {
            record: kept.record,
            version: kept.version,
            changes: vec![kept.change.clone()],
        });
    }

    /// Keeps what is typed into a record where nothing was typed for a while and that is not kept already. Gives the ticket of
    /// what is done.
    pub fn keep_in_pause(&mut self, id: RecordId, now: Instant, cx: &mut Cx) -> Option<Ticket> {
        if !self.pause.stirred || self.saving.is_some() {
            return None;
        }
        let since = *self.pause.since.get_or_insert(now);
        if now.saturating_duration_since(since) < PAUSE {
            return None;
        }
        self.pause.stirred = false;
        let changes = self.changes();
        if changes == self.pause.kept {
            return None;
        }
        if changes.is_empty() {
            return self.forget_kept(id, cx);
        }
        self.pause.kept.clone_from(&changes);
        let saving = Saving {
            record: id,
            version: self.seen,
            changes,
        };
        Some(cx.change(Wish::KeepDraft(Box::new(saving))))
    }

    /// It could not be kept: that is tried again a little later, if the box is still there.
    pub fn was_not_kept(&mut self, now: Option<Instant>) {
        self.pause.kept.clear();
        self.stir(now.map(|now| now + AGAIN));
    }

    /// What is typed here is kept for good: leaving the box takes nothing of it away.
    pub fn is_kept_for_good(&mut self) {
        self.pause.kept.clear();
    }

    /// What is typed is not wanted: what was kept of it goes, and what was kept before it comes back.
    pub fn forget_kept(&mut self, id: RecordId, cx: &mut Cx) -> Option<Ticket> {
        if self.pause.kept.is_empty() {
            return None;
        }
        self.pause.kept.clear();
        let wish = match self.pause.before.clone() {
            Some(before) => Wish::KeepDraft(Box::new(before)),
            None => Wish::DropDrafts(id, Some(self.path.clone())),
        };
        Some(cx.change(wish))
    }
}
