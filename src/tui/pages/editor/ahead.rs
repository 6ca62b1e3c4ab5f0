//! What is typed before the record has been read goes into its first failing field.

use super::Editor;
use crate::tui::{
    action::Action,
    event::{Cx, Effect},
    meeting::Meeting,
    pages::ahead::Typed,
};

impl Editor {
    /// The record is there: the Enter that waited opens the box, and what was typed after it goes into it. Not where what was
    /// kept is offered, which is answered first.
    pub(super) fn catch_up(&mut self, cx: &mut Cx) {
        if self.one.ahead.is_some() && !self.kept.drafts.is_empty() {
            self.one.lose_ahead("", cx);
            // It was not asked while something was typed.
            let offer = Meeting::Offer(self.one.id, self.kept.drafts.clone());
            return cx.effects.push(Effect::Meet(offer));
        }
        let Some(ahead) = self.one.ahead.take() else {
            return;
        };
        self.act(Action::Open, cx);
        for typed in ahead.into_typed() {
            if self.one.draft.is_none() {
                return self.one.say_lost(cx);
            }
            match typed {
                Typed::Key(key) => self.type_key(key, cx),
                Typed::Paste(text) => self.paste(&text, cx),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        fix::Change,
        model::{Path, RecordId, Status},
        ops::KeptDraft,
        tui::{
            app::App,
            event::{Answer, Query},
            testing::{self, feed_with, records, shows, wishes},
        },
    };

    const LOST: &str = "What you typed before the record was shown is not kept.";

    /// What is shown of a record that was typed into before it came, with these answers.
    fn typed_ahead(answer: &dyn Fn(Query) -> Answer) -> App {
        let mut app = records((100, 30));
        let effects = wishes(&mut app, "<ret><ret>abc");
        feed_with(&mut app, effects, answer);
        app
    }

    #[test]
    fn what_was_typed_ahead_and_went_nowhere_is_said() {
        let mut app = typed_ahead(&|query| match testing::answer(query) {
            Answer::Record(mut record) => {
                record.row.status = Status::Sending;
                Answer::Record(record)
            }
            other => other,
        });
        let why = "It is on its way: what is being sent cannot be changed.";
        shows(&mut app, &format!("{why} "));
        assert_eq!(app.status, Some(format!("{why} {LOST}")));
        let app = typed_ahead(&|query| match query {
            Query::Record { .. } => testing::answer(Query::Record { id: RecordId(28) }),
            other => testing::answer(other),
        });
        assert!(app.pages.top().is_raw());
        let why = "This record cannot be split into fields.";
        assert_eq!(app.status, Some(format!("{why} {LOST}")));
    }

    #[test]
    fn what_was_kept_is_offered_to_whoever_typed_ahead_as_well() {
        let draft = KeptDraft {
            record: RecordId(7),
            version: 1,
            change: Change::Text {
                path: Path::field("contact_email"),
                text: "a@x.com".to_owned(),
            },
            kept_at: "2025-11-20T14:02:00Z".to_owned(),
        };
        let mut app = typed_ahead(&move |query| match query {
            Query::Drafts { .. } => Answer::Drafts(vec![draft.clone()]),
            other => testing::answer(other),
        });
        shows(&mut app, "You typed this and did not save it");
        assert_eq!(app.status.as_deref(), Some(LOST));
    }
}
