//! What was typed for an unreadable record and not saved: kept when the page is left or somebody else was first, and offered
//! again.

use super::{Done, Draft, Raw, excerpt};
use crate::{
    model::{Form, RecordId},
    ops::{Conflict, Decision, KeptDraft},
    tui::{
        event::{Cx, Effect, Query, Ticket},
        meeting::{self, Meeting},
        pages::editor::kept::{put_down, typed},
    },
};

impl Raw {
    pub(super) fn ask_for_drafts(&mut self, cx: &mut Cx) {
        if !self.read_only {
            self.asked_drafts = Some(cx.ask(Query::Drafts { id: self.id }));
        }
    }

    /// What was kept of the whole text is offered, unless something is typed already.
    pub(super) fn receive_drafts(&mut self, mut drafts: Vec<KeptDraft>, cx: &mut Cx) {
        self.asked_drafts = None;
        drafts.retain(|draft| draft.change.path().is_root());
        self.has_kept = !drafts.is_empty();
        if self.has_kept && self.draft.is_none() {
            let offer = Meeting::Offer(self.id, drafts);
            cx.effects.push(Effect::Meet(offer));
        }
    }

    /// Keeps what is being typed: the page is left.
    pub fn keep(&self, cx: &mut Cx) {
        if let Some(draft) = &self.draft {
            put_down(self.id, draft, cx);
        }
    }

    /// What was typed into a record was not saved and is kept: it is offered again.
    pub fn show_kept(&mut self, id: RecordId, cx: &mut Cx) {
        if id == self.id {
            self.ask_for_drafts(cx);
        }
    }

    /// Opens the box with what was typed before. Saving it compares it with what the record was then.
    pub fn go_on(&mut self, kept: &KeptDraft, cx: &mut Cx) {
        if !self.may_change(cx) {
            return;
        }
        let Some(record) = &self.record else { return };
        let (text, same) = match record.text.form {
            Form::Excerpt => (String::new(), true),
            _ => excerpt::decode(&record.text.bytes),
        };
        let mut draft = Draft::open_whole(&text, same);
        draft.seen = kept.version;
        draft.field.set(&typed(&kept.change));
        self.draft = Some(draft);
        self.check(cx);
        meeting::say_when_typed(kept, cx);
    }

    /// The person has decided what becomes of what was typed.
    pub fn decided(&mut self, conflict: &Conflict, how: Decision, cx: &mut Cx) {
        self.draft = None;
        if let Some(wish) = meeting::wished(conflict, how, cx) {
            self.changing = Some((cx.change(wish), Done::Saved));
        }
    }

    /// Somebody was first. It is asked who is right, unless something else is typed by now.
    pub(super) fn disagree(&mut self, ticket: Ticket, conflict: Box<Conflict>, cx: &mut Cx) {
        let draft = self.draft.as_mut();
        let types_else = draft.is_some_and(|draft| !draft.is_not_saved(ticket));
        meeting::disagree(conflict, types_else, cx);
        self.refresh(cx);
    }
}
