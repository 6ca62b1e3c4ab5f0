//! The check of what is in the box, saving it, and what becomes of it where somebody else changes the record meanwhile.

use serde_json::Value;

use super::{Draft, Reply, Then};
use crate::{
    fix::Change,
    model::RecordId,
    ops::Preview,
    tui::event::{Cx, Query, Ticket, Wish},
};

impl Draft {
    /// Takes what the record holds by now in the field's place; somebody may have changed it since the box was opened.
    pub fn meet(&mut self, now: Option<&Value>) {
        self.moved = self.before.as_ref() != now;
    }

    /// Asks the check about the text in the box, in the record of this number.
    pub fn ask(&mut self, id: RecordId, cx: &mut Cx) {
        self.asked = Some(cx.ask(Query::Preview {
            id,
            changes: self.to_check(),
            at: self.path.clone(),
        }));
    }

    /// What the check said of what is typed: what it leads to. Nothing where it was not asked for here.
    pub fn previewed(&mut self, ticket: Ticket, preview: Box<Preview>) -> Option<Reply> {
        self.asked.take_if(|asked| *asked == ticket)?;
        // Newest wins: the text has not changed since this was asked, or another answer would be awaited.
        let text = self.field.value().to_owned();
        Some(self.answered(text, preview))
    }

    /// Saves what is typed into the record of this number.
    pub fn save(&mut self, id: RecordId, then: Then, cx: &mut Cx) {
        let ticket = cx.change(Wish::Edit {
            id,
            changes: self.changes(),
            version: self.seen,
        });
        self.saving = Some((ticket, then));
    }

    /// The change to ask the check about, so that its answer is about the text in the box. Unlike [`Self::changes`] it
    /// is there for text that nobody typed, where the record holds something else by now.
    fn to_check(&self) -> Vec<Change> {
        if !(self.moved && self.is_unchanged()) {
            return self.changes();
        }
        let path = self.path.clone();
        vec![match self.before.clone() {
            Some(value) => Change::Json { path, value },
            None => Change::Unset { path },
        }]
    }

    /// What is said when somebody else has changed the record under the box.
    pub fn meanwhile(&self) -> &'static str {
        match (self.is_unchanged(), self.moved) {
            (false, _) => {
                "Somebody else changed this record meanwhile. Your text is kept: saving it shows both."
            }
            (true, true) => "Somebody else changed this record meanwhile. Esc shows their value.",
            (true, false) => "Somebody else changed this record meanwhile.",
        }
    }

    /// What is said when the box is left with Enter and nothing was typed.
    pub fn nothing_typed(&self) -> &'static str {
        if self.moved {
            "Nothing was changed: you typed nothing, and somebody else's value stays."
        } else {
            "Nothing was changed: the value is the same."
        }
    }
}
