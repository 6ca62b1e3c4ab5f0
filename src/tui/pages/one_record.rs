//! One record that has a page of its own, and the box it is typed into: what the pages of records with and without fields have in
//! common.

use std::time::Instant;

use crossterm::event::KeyEvent;
use ratatui::text::Span;

use super::{
    ahead::{Ahead, Typed, say_lost},
    editor::{
        draft::{Draft, Reply, Then},
        frozen,
        kept::put_down,
    },
};
use crate::{
    model::{RecordDetail, RecordId, RecordRow},
    ops::{Conflict, Preview},
    text,
    tui::{
        action::Action,
        event::{Among, Cx, Query, Ticket},
        keymap::{Keys, Mode},
        meeting,
        people::who_edits,
        theme::Theme,
    },
};

/// What is known of it, and what is typed into it.
#[derive(Debug)]
pub(super) struct OneRecord {
    pub keys: Keys,
    pub id: RecordId,
    pub among: Among,
    pub read_only: bool,
    /// 0-based place in `among.ids`.
    pub place: Option<usize>,
    pub record: Option<Box<RecordDetail>>,
    /// What waits for the record to be there.
    pub ahead: Option<Ahead>,
    pub draft: Option<Draft>,
    /// Who else edits it. Safe to print.
    pub others: Option<String>,
    pub error: Option<String>,
    pub pending: Option<Ticket>,
}

impl OneRecord {
    /// Nothing is asked for yet.
    pub fn new(id: RecordId, among: Among, cx: &mut Cx) -> Self {
        Self {
            keys: cx.keys,
            id,
            place: among.ids.iter().position(|known| *known == id),
            among,
            read_only: cx.read_only,
            record: None,
            ahead: cx.ahead.take(),
            draft: None,
            others: who_edits(id, cx),
            error: None,
            pending: None,
        }
    }

    /// Asks for the record.
    pub fn ask(&mut self, cx: &mut Cx) {
        self.pending = Some(cx.ask(Query::Record { id: self.id }));
    }

    /// The record as lists show it, once it is read.
    pub fn row(&self) -> Option<&RecordRow> {
        self.record.as_ref().map(|record| &record.row)
    }

    /// Why it cannot be changed, once it is read.
    pub fn frozen(&self) -> Option<&'static str> {
        frozen(self.read_only, self.row()?.status)
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        self.pending == Some(ticket) || (self.draft.as_ref()).is_some_and(|one| one.awaits(ticket))
    }

    /// `Record 3 of 4`, and who else edits it.
    pub fn banner(&self, theme: Theme) -> Vec<Span<'static>> {
        let mut spans = vec![Span::raw(match self.place {
            Some(place) => format!(
                " Record {} of {}   ",
                text::thousands(place as u64 + 1),
                text::thousands(self.among.ids.len() as u64)
            ),
            None => " ".to_owned(),
        })];
        if let Some(others) = &self.others {
            spans.push(Span::styled(others.clone(), theme.warn()));
            spans.push(Span::raw("   "));
        }
        spans
    }

    /// Others edit other records than before.
    pub fn meet(&mut self, cx: &Cx) {
        self.others = who_edits(self.id, cx);
    }

    /// The record so many places further on in its list; why there is none.
    pub fn beside(&self, by: isize) -> Result<RecordId, &'static str> {
        let place = self.place.and_then(|place| place.checked_add_signed(by));
        match place.and_then(|place| self.among.ids.get(place)) {
            Some(id) => Ok(*id),
            None if by < 0 => Err("This is the first record of the list."),
            None => Err("This is the last record of the list."),
        }
    }
}

/// What is typed before the record is there.
impl OneRecord {
    /// An action before the record is there.
    pub fn act_ahead(&mut self, action: Action, cx: &mut Cx) {
        if action == Action::Back {
            self.ahead = None;
            return cx.back();
        }
        Ahead::before(&mut self.ahead, action, self.error.is_none());
    }

    /// The record was not read: `words` say why, where nothing is shown that was read before. `false` where something is.
    pub fn is_not_there(&mut self, words: String, cx: &mut Cx) -> bool {
        self.pending = None;
        if self.record.is_none() {
            self.error = Some(words);
            self.lose_ahead("", cx);
        }
        self.record.is_none()
    }

    /// Nothing opens for the Enter that waits, for a reason that is safe to print.
    pub fn lose_ahead(&mut self, why: &str, cx: &mut Cx) {
        Ahead::lose(&mut self.ahead, why, cx);
    }

    /// Says that what was typed ahead found no box, and why.
    pub fn say_lost(&self, cx: &mut Cx) {
        say_lost(self.frozen().unwrap_or_default(), cx);
    }
}

/// The box.
impl OneRecord {
    pub fn mode(&self) -> Mode {
        if self.draft.is_some() || self.ahead.is_some() {
            Mode::Typing
        } else {
            Mode::Moving
        }
    }

    pub fn escape(&self) -> &'static str {
        self.draft.as_ref().map_or("Back", Draft::escape_word)
    }

    pub fn waits(&self) -> bool {
        self.draft.as_ref().is_some_and(Draft::waits)
    }

    pub fn tick(&mut self, now: Instant) {
        if let Some(draft) = &mut self.draft {
            draft.tick(now);
        }
    }

    /// The record, while it is typed into.
    pub fn edited(&self) -> Option<RecordId> {
        self.draft.as_ref().map(|_| self.id)
    }

    /// What is being typed, and into which record.
    pub fn typed(&mut self) -> Option<(RecordId, &mut Draft)> {
        self.draft.as_mut().map(|draft| (self.id, draft))
    }

    /// A key that is text: what it leads to, if anything.
    pub fn type_key(&mut self, key: KeyEvent, now: Option<Instant>) -> Option<Reply> {
        if Ahead::type_before(&mut self.ahead, Typed::Key(key)) {
            return None;
        }
        self.draft.as_mut()?.press(key, now)
    }

    /// Pasted text: what it leads to, if anything. Where no box is open, `how` says how one is opened.
    pub fn paste(&mut self, pasted: &str, how: &str, cx: &mut Cx) -> Option<Reply> {
        if Ahead::type_before(&mut self.ahead, Typed::Paste(pasted.to_owned())) {
            return None;
        }
        let Some(draft) = self.draft.as_mut() else {
            cx.say(format!("Nothing is being typed. {how}, then paste."));
            return None;
        };
        Some(draft.paste(pasted, cx.now))
    }

    /// An action while something is typed; `tab` is what follows Tab.
    pub fn act_typing(&mut self, action: Action, tab: Then, cx: &Cx) -> Option<Reply> {
        Some(self.draft.as_mut()?.act(action, tab, cx.now))
    }

    /// Opens the box. What is typed in it is about this version of the record.
    pub fn open_box(&mut self, mut draft: Draft, version: i64, cx: &mut Cx) {
        draft.seen = version;
        self.draft = Some(draft);
        self.check(cx);
    }

    pub fn check(&mut self, cx: &mut Cx) {
        if let Some(draft) = &mut self.draft {
            draft.ask(self.id, cx);
        }
    }

    /// What the check says of what is typed: what it leads to, if it is not about something else.
    pub fn previewed(&mut self, ticket: Ticket, preview: Box<Preview>) -> Option<Reply> {
        self.draft.as_mut()?.previewed(ticket, preview)
    }

    pub fn save(&mut self, then: Then, cx: &mut Cx) {
        if let Some(draft) = &mut self.draft {
            draft.save(self.id, then, cx);
        }
    }

    /// Keeps what is being typed: the page is left.
    pub fn keep(&mut self, cx: &mut Cx) {
        if let Some(draft) = &mut self.draft {
            put_down(self.id, draft, cx);
        }
    }

    /// Closes the box while what is in it is being saved, which goes on.
    pub fn leave_box(&mut self, cx: &mut Cx) -> Option<(Ticket, Draft)> {
        self.keep(cx);
        let draft = self.draft.take()?;
        draft.saving.map(|(ticket, _)| (ticket, draft))
    }

    /// Closes the box: what is typed in it is not wanted.
    pub fn forget_typed(&mut self, cx: &mut Cx) -> Option<Draft> {
        let mut draft = self.draft.take()?;
        draft.forget_kept(self.id, cx);
        Some(draft)
    }

    /// The change was not made, if it is that of the box.
    pub fn is_not_saved(&mut self, ticket: Ticket) {
        if let Some(draft) = &mut self.draft {
            draft.is_not_saved(ticket);
        }
    }

    /// Somebody was first. It is asked who is right, unless something else is typed by now.
    pub fn disagree(&mut self, ticket: Ticket, conflict: Box<Conflict>, cx: &mut Cx) {
        let draft = self.draft.as_mut();
        let types_else = draft.is_some_and(|draft| !draft.is_not_saved(ticket));
        meeting::disagree(conflict, types_else, cx);
    }
}
