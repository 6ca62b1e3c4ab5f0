//! What opens the box of an unreadable record, and what puts its received text back.

use super::{Done, Draft, Raw, excerpt};
use crate::{
    model::{Form, RecordDetail},
    tui::event::{Cx, Wish},
};

impl Raw {
    /// Whether nothing but separators and brackets stands there, such as the comma behind an object.
    pub(super) fn holds_nothing(&self) -> bool {
        let text = self.one.record.as_ref().map(|record| &record.text.bytes);
        let is_nothing = |byte: &u8| b",;[]{} \t\r\n".contains(byte);
        text.is_some_and(|text| text.iter().all(is_nothing))
    }

    /// Opens the box on the text as it is now; bytes that are no UTF-8 are read as Windows-1252.
    pub(super) fn edit(&mut self, cx: &mut Cx) {
        if !self.may_change(cx) {
            return;
        }
        if let Some(record) = &self.one.record {
            let (draft, version) = (open_box(record), record.row.version);
            self.one.open_box(draft, version, cx);
        }
    }

    pub(super) fn put_back(&mut self, cx: &mut Cx) {
        if !self.may_change(cx) {
            return;
        }
        let Some(record) = &self.one.record else {
            return;
        };
        if record.raw.bytes == record.text.bytes {
            cx.say("This is the received text already.");
            return;
        }
        let ticket = cx.change(Wish::Edit {
            id: self.one.id,
            changes: vec![crate::fix::Change::Raw(record.raw.bytes.clone())],
            version: record.row.version,
        });
        self.changing = Some((ticket, Done::PutBack));
    }

    /// Says why not, if not.
    pub(super) fn may_change(&self, cx: &mut Cx) -> bool {
        let reason = self.one.frozen();
        if let Some(reason) = reason {
            cx.say(reason);
        }
        reason.is_none() && self.one.record.is_some()
    }
}

/// The box with the text of a record in it.
pub(super) fn open_box(record: &RecordDetail) -> Draft {
    let (text, same) = match record.text.form {
        // What a tool said of the record is no beginning of its text.
        Form::Excerpt => (String::new(), true),
        _ => excerpt::decode(&record.text.bytes),
    };
    Draft::open_whole(&text, same)
}
