//! What is typed into a cell is never lost: kept when the table is left, and beside theirs when somebody else was first.

use super::{Records, editing::Cell};
use crate::{
    model::RecordId,
    ops::{Conflict, Decision},
    tui::{
        event::{Cx, Ticket},
        meeting,
        pages::editor::{draft::Draft, kept::put_down},
    },
};

impl Records {
    /// Keeps what is being typed: the table is left.
    pub fn keep(&mut self, cx: &mut Cx) {
        if let Some(Cell { id, draft, .. }) = &mut self.editing.draft {
            put_down(*id, draft, cx);
        }
    }

    /// The place of the field that is typed into.
    pub fn typed_into(&self) -> Option<String> {
        let cell = self.editing.draft.as_ref()?;
        Some(cell.draft.path.as_str().to_owned())
    }

    /// What is being typed, and into which record.
    pub fn typed(&mut self) -> Option<(RecordId, &mut Draft)> {
        let cell = self.editing.draft.as_mut()?;
        Some((cell.id, &mut cell.draft))
    }

    /// The person has decided what becomes of what was typed.
    pub fn decided(&mut self, conflict: &Conflict, how: Decision, cx: &mut Cx) {
        self.editing.draft = None;
        if let Some(wish) = meeting::wished(conflict, how, cx) {
            self.wish(conflict.saving.record, wish, cx);
        }
    }

    /// Somebody was first. It is asked who is right, unless something else is typed by now.
    pub(super) fn disagree(&mut self, ticket: Ticket, conflict: Box<Conflict>, cx: &mut Cx) {
        let types_else = !self.editing.is_not_saved(ticket);
        meeting::disagree(conflict, types_else, cx);
        self.refresh(cx);
    }
}
