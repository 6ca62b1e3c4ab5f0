//! What opens the box of an unreadable record, and what puts its received text back.

use super::{Done, Draft, Raw, excerpt, frozen};
use crate::{
    model::Form,
    tui::event::{Cx, Wish},
};

impl Raw {
    /// Whether nothing but separators and brackets stands there, such as the comma behind an object.
    pub(super) fn holds_nothing(&self) -> bool {
        let text = self.record.as_ref().map(|record| &record.text.bytes);
        let is_nothing = |byte: &u8| b",;[]{} \t\r\n".contains(byte);
        text.is_some_and(|text| text.iter().all(is_nothing))
    }

    pub(super) fn check(&mut self, cx: &mut Cx) {
        if let Some(draft) = &mut self.draft {
            draft.ask(self.id, cx);
        }
    }

    /// Opens the box on the text as it is now; bytes that are no UTF-8 are read as Windows-1252.
    pub(super) fn edit(&mut self, cx: &mut Cx) {
        if !self.may_change(cx) {
            return;
        }
        let Some(record) = &self.record else { return };
        let (text, same) = match record.text.form {
            // What a tool said of the record is no beginning of its text.
            Form::Excerpt => (String::new(), true),
            _ => excerpt::decode(&record.text.bytes),
        };
        let mut draft = Draft::open_whole(&text, same);
        draft.seen = record.row.version;
        self.draft = Some(draft);
        self.check(cx);
    }

    pub(super) fn put_back(&mut self, cx: &mut Cx) {
        if !self.may_change(cx) {
            return;
        }
        let Some(record) = &self.record else { return };
        if record.raw.bytes == record.text.bytes {
            cx.say("This is the received text already.");
            return;
        }
        let ticket = cx.change(Wish::Edit {
            id: self.id,
            changes: vec![crate::fix::Change::Raw(record.raw.bytes.clone())],
            version: record.row.version,
        });
        self.changing = Some((ticket, Done::PutBack));
    }

    /// Says why not, if not.
    pub(super) fn may_change(&self, cx: &mut Cx) -> bool {
        let Some(record) = &self.record else {
            return false;
        };
        let reason = frozen(self.read_only, record.row.status);
        if let Some(reason) = reason {
            cx.say(reason);
        }
        reason.is_none()
    }
}
