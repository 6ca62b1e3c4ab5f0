//! What is typed before the line has been read goes into its box.

use super::Raw;
use crate::tui::{action::Action, event::Cx, pages::ahead::Typed};

impl Raw {
    /// The line is there: the Enter that waited opens the box, and what was typed after it goes into it. Not where what was
    /// kept is offered, which is answered first.
    pub(super) fn catch_up(&mut self, cx: &mut Cx) {
        if self.has_kept || self.one.draft.is_some() {
            return self.one.lose_ahead("", cx);
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
        model::{Fault, RecordId, Status},
        ops::KeptDraft,
        tui::{
            app::App,
            event::{Answer, Effect, Event, Query},
            testing::{self, feed_with, records, shows, wishes},
        },
    };

    const LOST: &str = "What you typed before the record was shown is not kept.";

    /// An unreadable line that is typed into before it comes, and what is asked meanwhile.
    fn opened() -> (App, Vec<Effect>) {
        let mut app = records((100, 30));
        wishes(&mut app, "<Down><Down><Down>");
        let effects = wishes(&mut app, "<ret><ret>abc");
        assert!(app.pages.top().is_raw());
        (app, effects)
    }

    fn typed_ahead(answer: &dyn Fn(Query) -> Answer) -> App {
        let (mut app, effects) = opened();
        feed_with(&mut app, effects, answer);
        app
    }

    #[test]
    fn what_was_typed_ahead_goes_into_the_box() {
        let mut app = typed_ahead(&testing::answer);
        shows(&mut app, "abc");
        shows(&mut app, "Edit this line");
        assert_eq!(app.status, None);
    }

    #[test]
    fn what_was_typed_ahead_and_went_nowhere_is_said() {
        let app = typed_ahead(&|query| match testing::answer(query) {
            Answer::Record(mut record) => {
                record.row.status = Status::Sending;
                Answer::Record(record)
            }
            other => other,
        });
        let why = "It is on its way: what is being sent cannot be changed.";
        assert_eq!(app.status, Some(format!("{why} {LOST}")));
        let (mut app, effects) = opened();
        for effect in effects {
            if let Effect::Ask(ticket, Query::Record { .. }) = effect {
                let gone = Fault::unusable("record:missing", "there is no such record");
                app.update(Event::Answer(ticket, Err(gone.into())));
            }
        }
        assert_eq!(app.status.as_deref(), Some(LOST));
    }

    #[test]
    fn what_was_kept_is_offered_to_whoever_typed_ahead_as_well() {
        let draft = KeptDraft {
            record: RecordId(28),
            version: 1,
            change: Change::Raw(b"a,b".to_vec()),
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
