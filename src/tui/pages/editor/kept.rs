//! What was typed and not saved: kept when the editor is left or somebody else was first, and offered again.

use super::{
    Editor, Told,
    draft::{Draft, as_text},
    frozen,
};
use crate::{
    fix::Change,
    model::{ChangeReport, Path, RecordDetail, RecordId},
    ops::{Conflict, Decision, KeptDraft, Saving},
    tui::{
        event::{Cx, Effect, Query, Ticket, Wish},
        meeting::{self, KEPT, Meeting},
    },
};

/// What this person typed into the record before and did not save.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub drafts: Vec<KeptDraft>,
    pub asked: Option<Ticket>,
    /// Whether they have been asked what to do with it.
    offered: bool,
}

impl Kept {
    pub fn at(&self, path: &Path) -> Option<&KeptDraft> {
        self.drafts
            .iter()
            .find(|draft| draft.change.path() == *path)
    }
}

impl Editor {
    pub(super) fn ask_for_drafts(&mut self, cx: &mut Cx) {
        if !self.one.read_only {
            self.kept.asked = Some(cx.ask(Query::Drafts { id: self.one.id }));
        }
    }

    /// What was kept is offered once, unless something is typed already.
    pub(super) fn receive_drafts(&mut self, drafts: Vec<KeptDraft>, cx: &mut Cx) {
        self.kept.asked = None;
        // What is in the box now was not left yet.
        let typed = self.one.draft.as_ref().map(|draft| &draft.path);
        let is_elsewhere = |kept: &KeptDraft| Some(&kept.change.path()) != typed;
        let here = typed.and_then(|path| self.kept.at(path)).cloned();
        self.kept.drafts = here
            .into_iter()
            .chain(drafts.into_iter().filter(is_elsewhere))
            .collect();
        self.offer_kept(cx);
    }

    /// What was kept is offered once it is known and the record can be changed.
    pub(super) fn offer_kept(&mut self, cx: &mut Cx) {
        let status = self.one.record.as_ref().map(|record| record.row.status);
        let can_be_changed = status.is_some_and(|status| frozen(false, status).is_none());
        if self.kept.asked.is_some() || !can_be_changed {
            return;
        }
        let drafts = &self.kept.drafts;
        if !drafts.is_empty() && !self.kept.offered && self.one.draft.is_none() {
            let offer = Meeting::Offer(self.one.id, drafts.clone());
            cx.effects.push(Effect::Meet(offer));
        }
        self.kept.offered = true;
    }

    /// Keeps what is being typed: the page is left.
    pub fn keep(&mut self, cx: &mut Cx) {
        self.one.keep(cx);
    }

    /// What was typed into a record was not saved and is kept: it is offered again.
    pub fn show_kept(&mut self, id: RecordId, cx: &mut Cx) {
        if id == self.one.id {
            self.kept.offered = false;
            self.ask_for_drafts(cx);
        }
    }

    /// Opens the box with what was typed before. Saving it compares it with what the record was then.
    pub fn go_on(&mut self, kept: &KeptDraft, cx: &mut Cx) {
        let Some(record) = &self.one.record else {
            return;
        };
        if let Some(reason) = frozen(self.one.read_only, record.row.status) {
            cx.say(reason);
            return;
        }
        if let Change::Raw(_) = kept.change {
            // The whole text was typed, and the record has fields now.
            let wish = Wish::Edit {
                id: self.one.id,
                changes: vec![kept.change.clone()],
                version: kept.version,
            };
            self.changing = Some((cx.change(wish), Told::WentOn));
            return;
        }
        let path = kept.change.path();
        self.fields.select(&path);
        let current = record.row.current.as_ref();
        let value = current.and_then(|value| value.pointer(path.as_str()));
        let mut draft = Draft::open(path, value, &record.row.problems);
        draft.go_on_with(kept);
        self.asked_look = None;
        self.one.open_box(draft, kept.version, cx);
        self.count_alike(cx);
        meeting::say_when_typed(kept, cx);
    }

    /// What is being typed, and into which record.
    pub fn typed(&mut self) -> Option<(RecordId, &mut Draft)> {
        self.one.typed()
    }

    /// The person has decided what becomes of what was typed.
    pub fn decided(&mut self, conflict: &Conflict, how: Decision, cx: &mut Cx) {
        self.one.draft = None;
        if !conflict.is_open() {
            // It is offered here as soon as it can be saved.
            self.kept.offered = false;
        }
        match meeting::wished(conflict, how, cx) {
            Some(wish) => self.changing = Some((cx.change(wish), Told::Decided(how))),
            None => self.ask_for_drafts(cx),
        }
    }

    /// A change of one's own was saved while a box was open already: it was opened on that, not on somebody else's.
    pub(super) fn is_own_change(&mut self, report: &ChangeReport) {
        if let (Some(draft), Some(record)) = (&mut self.one.draft, &self.one.record)
            && report.step.is_some()
            && draft.seen == record.row.version
        {
            draft.seen += 1;
        }
    }

    /// Somebody changed the record while it is typed into.
    pub(super) fn say_if_changed(&self, before: Option<i64>, cx: &mut Cx) {
        let now = self.one.record.as_ref().map(|record| record.row.version);
        let is_older = |draft: &&Draft| draft.saving.is_none() && Some(draft.seen) < now;
        let draft = self.one.draft.as_ref().filter(is_older);
        if let Some(draft) = draft.filter(|_| before.is_some() && before < now) {
            cx.say(draft.meanwhile());
        }
    }

    /// Takes back what was said of a change once the record is in another state than it said.
    pub(super) fn unsay_if_changed(&mut self, before: Option<&RecordDetail>, cx: &mut Cx) {
        let (Some(before), Some(now)) = (before, &self.one.record) else {
            return;
        };
        let (before, now) = (&before.row, &now.row);
        if before.status != now.status || before.problems != now.problems {
            self.forget_alike();
            let result = self.result.take();
            cx.effects.extend(result.map(Effect::Unsay));
        }
    }

    /// Somebody was first. It is asked who is right, unless something else is typed by now.
    pub(super) fn disagree(&mut self, ticket: Ticket, conflict: Box<Conflict>, cx: &mut Cx) {
        self.one.disagree(ticket, conflict, cx);
        self.ask(cx);
    }
}

/// A box is left: what is typed in it is kept, or, where it is being saved, not forgotten before it is.
pub(in crate::tui::pages) fn put_down(id: RecordId, draft: &mut Draft, cx: &mut Cx) {
    draft.is_kept_for_good();
    let (version, changes) = (draft.seen, draft.changes());
    match draft.saving {
        Some((ticket, _)) => cx.leave_saving(
            ticket,
            Saving {
                record: id,
                version,
                changes,
            },
        ),
        None => meeting::keep(id, version, changes, cx),
    }
}

/// What was typed, as it stands in the box.
pub(in crate::tui) fn typed(change: &Change) -> String {
    match change {
        Change::Text { text, .. } => text.clone(),
        Change::Json { value, .. } => as_text(value),
        Change::Unset { .. } => String::new(),
        Change::Raw(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// What is said once it was decided. Ends with its full stop.
pub(super) fn decided(how: Decision) -> &'static str {
    match how {
        Decision::Merge => "Merged.",
        Decision::Theirs => "Theirs stays; what you typed is forgotten.",
        Decision::Overwrite => "Yours stands now; theirs is in the history.",
        Decision::Keep => KEPT,
    }
}
