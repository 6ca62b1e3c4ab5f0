//! What somebody typed into the records of a run and did not save: said when the run is opened, listed when asked for. A record
//! may have left the lists it was found in, so that nothing else leads to it.

use super::{
    action::Action,
    answers::Asked,
    app::App,
    event::{Query, Route},
    pages::Subject,
};
use crate::{
    filter::Filter,
    model::{RecordId, RunId},
    text,
};

impl App {
    /// Asks for the records of a run with something that is not saved; they are listed, or only said.
    pub(super) fn look_for_unsaved(&mut self, run: RunId, lists: bool) {
        // Where nothing can be saved, nothing is offered.
        if lists || !self.cx.read_only {
            let ticket = self.cx.ask(Query::Unsaved { run });
            self.asked.push((ticket, Asked::Unsaved(lists)));
        }
    }

    pub(super) fn list_unsaved(&mut self) {
        if let Some(run) = self.shown_run().map(|run| run.id) {
            self.look_for_unsaved(run, true);
        }
    }

    pub(super) fn unsaved_are(&mut self, run: RunId, ids: Vec<RecordId>, lists: bool) {
        if self.shown_run().map(|run| run.id) != Some(run) {
            return;
        }
        match (lists, ids.is_empty()) {
            (true, true) => self.status = Some("All that you typed here is saved.".to_owned()),
            (true, false) => self.go_late(Route::Records {
                run,
                filter: Filter::of_records(run, ids.into()),
                title: "Not saved".to_owned(),
                field: None,
                typed: None,
            }),
            (false, true) => {}
            (false, false) => self.say_unsaved(&ids),
        }
    }

    /// Behind what was said already. Whoever is before that record is asked about it there.
    fn say_unsaved(&mut self, ids: &[RecordId]) {
        let shown = self.pages.top().subject();
        if matches!((shown, ids), (Some(Subject::Record { id, .. }), [only]) if id == *only) {
            return;
        }
        let what = match ids {
            [only] => format!("record {only}"),
            many => text::count(many.len() as u64, "record"),
        };
        let menu = self.cx.keys.of(Action::Menu);
        let words = format!("Typed and not saved: {what}. The menu ({menu}) leads there.");
        self.status = Some(match self.status.take() {
            Some(said) => format!("{said}  {words}"),
            None => words,
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        filter::Filter,
        model::{RecordId, RunId},
        tui::{
            app::App,
            event::{Answer, Effect, Query, Route},
            testing::{answer, app_with, feed_with, press, shows, shows_not, wishes},
        },
    };

    fn desk(ids: &'static [i64]) -> App {
        app_with(Route::Groups { run: RunId(1) }, (80, 24), &with(ids))
    }

    fn with(ids: &'static [i64]) -> impl Fn(Query) -> Answer {
        move |query| match query {
            Query::Unsaved { run } => {
                Answer::Unsaved(run, ids.iter().map(|id| RecordId(*id)).collect())
            }
            other => answer(other),
        }
    }

    #[test]
    fn what_was_typed_and_not_saved_is_said_when_the_run_is_opened_and_can_be_listed() {
        let mut app = desk(&[14]);
        shows(
            &mut app,
            " Typed and not saved: record 14. The menu (.) leads there.",
        );
        let mut app = desk(&[14, 21]);
        shows(&mut app, "Typed and not saved: 2 records.");
        let effects = wishes(&mut app, ":not save<ret>");
        let lists = effects
            .iter()
            .any(|effect| matches!(effect, Effect::Ask(_, Query::Unsaved { .. })));
        assert!(lists, "{effects:?}");
        feed_with(&mut app, effects, &|query| match query {
            Query::Ids { filter } => {
                let both = Filter::of_records(RunId(1), [14, 21].map(RecordId).into());
                assert_eq!(filter, both);
                answer(Query::Ids { filter })
            }
            other => with(&[14, 21])(other),
        });
        shows(&mut app, "> Not saved");
    }

    #[test]
    fn the_list_of_what_is_not_saved_opens_over_no_box() {
        let mut app = desk(&[14, 21]);
        let late = wishes(&mut app, ":not save<ret>");
        press(&mut app, "<ret><ret><ret>a");
        feed_with(&mut app, late, &with(&[14, 21]));
        press(&mut app, "u");
        shows(&mut app, "Editing contact_email");
        shows(&mut app, "office@au");
        shows(&mut app, "Not opened, as you had gone on: Not saved.");
    }

    #[test]
    fn where_all_is_saved_nothing_is_said_until_it_is_asked_for() {
        let mut app = desk(&[]);
        shows_not(&mut app, "not saved");
        let effects = wishes(&mut app, ":not save<ret>");
        feed_with(&mut app, effects, &with(&[]));
        shows(&mut app, "All that you typed here is saved.");
    }
}
