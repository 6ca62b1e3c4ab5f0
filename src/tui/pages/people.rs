//! What a page shows of others who work in the same workspace, and what they are shown of it.

use super::{Page, editor::draft::Draft};
use crate::{
    model::RecordId,
    ops::{Conflict, Decision, KeptDraft},
    tui::event::Cx,
};

impl Page {
    /// The record that is being typed into.
    pub fn edited(&self) -> Option<RecordId> {
        match self {
            Self::Editor(page) => page.edited(),
            Self::Raw(page) => page.edited(),
            Self::Records(page) => page.edited(),
            _ => None,
        }
    }

    /// Others edit other records than before.
    pub fn meet(&mut self, cx: &Cx) {
        match self {
            Self::Editor(page) => page.meet(cx),
            Self::Raw(page) => page.meet(cx),
            Self::Records(page) => page.meet(cx),
            _ => {}
        }
    }

    /// Keeps what is being typed, if anything is.
    pub fn keep(&mut self, cx: &mut Cx) {
        match self {
            Self::Editor(page) => page.keep(cx),
            Self::Raw(page) => page.keep(cx),
            Self::Records(page) => page.keep(cx),
            _ => {}
        }
    }

    /// What is being typed into which record, if anything is.
    pub fn typed(&mut self) -> Option<(RecordId, &mut Draft)> {
        match self {
            Self::Editor(page) => page.typed(),
            Self::Raw(page) => page.typed(),
            Self::Records(page) => page.typed(),
            _ => None,
        }
    }

    /// Whether something is typed that is neither saved nor being saved.
    pub fn is_unsaved(&mut self) -> bool {
        let typed = self.typed();
        typed.is_some_and(|(_, draft)| draft.saving.is_none() && !draft.is_unchanged())
    }

    /// What was typed into a record is kept: its page shows that.
    pub fn show_kept(&mut self, id: RecordId, cx: &mut Cx) {
        match self {
            Self::Editor(page) => page.show_kept(id, cx),
            Self::Raw(page) => page.show_kept(id, cx),
            _ => {}
        }
    }

    /// The person goes on with what they typed once and did not save.
    pub fn go_on(&mut self, kept: &KeptDraft, cx: &mut Cx) {
        match self {
            Self::Editor(page) => page.go_on(kept, cx),
            Self::Raw(page) => page.go_on(kept, cx),
            _ => {}
        }
    }

    /// The person has decided between what they typed and what somebody else made of the record.
    pub fn decided(&mut self, conflict: &Conflict, how: Decision, cx: &mut Cx) {
        match self {
            Self::Editor(page) => page.decided(conflict, how, cx),
            Self::Raw(page) => page.decided(conflict, how, cx),
            Self::Records(page) => page.decided(conflict, how, cx),
            _ => {}
        }
    }
}
