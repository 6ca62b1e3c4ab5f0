//! What was typed for an unreadable record and not saved: kept when the page is left or somebody else was first, and offered
//! again.

use super::{Done, Raw, changing::open_box, frozen};
use crate::{
    model::RecordId,
    ops::{Conflict, Decision, KeptDraft},
    tui::{
        event::{Cx, Effect, Query},
        meeting::{self, Meeting},
        pages::editor::draft::Draft,
    },
};

impl Raw {
    pub(super) fn ask_for_drafts(&mut self, cx: &mut Cx) {
        if !self.one.read_only {
            self.asked_drafts = Some(cx.ask(Query::Drafts { id: self.one.id }));
        }
    }

    /// What was kept of the whole text is offered, unless something is typed already.
    pub(super) fn receive_drafts(&mut self, mut drafts: Vec<KeptDraft>, cx: &mut Cx) {
        self.asked_drafts = None;
        drafts.retain(|draft| draft.change.path().is_root());
        self.has_kept = !drafts.is_empty();
        self.to_offer = drafts;
        self.offer_kept(cx);
    }

    /// What was kept is offered once the record is known and can be changed.
    pub(super) fn offer_kept(&mut self, cx: &mut Cx) {
        let status = self.one.record.as_ref().map(|record| record.row.status);
        if status.is_some_and(|status| frozen(false, status).is_none()) {
            let drafts = std::mem::take(&mut self.to_offer);
            if !drafts.is_empty() && self.one.draft.is_none() {
                let offer = Meeting::Offer(self.one.id, drafts);
                cx.effects.push(Effect::Meet(offer));
            }
        }
    }

    /// Keeps what is being typed: the page is left.
    pub fn keep(&mut self, cx: &mut Cx) {
        self.one.keep(cx);
    }

    /// What was typed into a record was not saved and is kept: it is offered again.
    pub fn show_kept(&mut self, id: RecordId, cx: &mut Cx) {
        if id == self.one.id {
            self.ask_for_drafts(cx);
        }
    }

    /// Opens the box with what was typed before. Saving it compares it with what the record was then.
    pub fn go_on(&mut self, kept: &KeptDraft, cx: &mut Cx) {
        if !self.may_change(cx) {
            return;
        }
        let Some(record) = &self.one.record else {
            return;
        };
        let mut draft = open_box(record);
        draft.go_on_with(kept);
        self.one.open_box(draft, kept.version, cx);
        meeting::say_when_typed(kept, cx);
    }

    /// What is being typed, and into which record.
    pub fn typed(&mut self) -> Option<(RecordId, &mut Draft)> {
        self.one.typed()
    }

    /// The person has decided what becomes of what was typed.
    pub fn decided(&mut self, conflict: &Conflict, how: Decision, cx: &mut Cx) {
        self.one.draft = None;
        if how == Decision::Keep && !conflict.is_open() {
            // It is offered here as soon as it can be saved.
            self.ask_for_drafts(cx);
        }
        if let Some(wish) = meeting::wished(conflict, how, cx) {
            self.changing = Some((cx.change(wish), Done::Saved));
        }
    }
}
