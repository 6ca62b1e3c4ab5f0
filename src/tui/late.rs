//! What comes late: a question, a list or a page that was asked for, and comes when the person may have gone on. It takes no
//! key away from whoever types, and asks nothing about what is not in front: that it came is said instead.

use super::{
    app::App,
    event::{Choosing, Effect, Question, Route},
    keymap::Mode,
    overlays::{Dialog, Overlay},
    pages::ahead::Ahead,
    words,
};
use crate::model::RunId;

impl App {
    /// Whether a question or a page may come now: nothing is typed, nothing is asked, and the run it is about, if it is about
    /// one, is the one in front.
    pub(super) fn may_come(&self, run: Option<RunId>) -> bool {
        let is_shown = |run| self.shown_run().is_some_and(|shown| shown.id == run);
        self.overlay.is_none() && self.mode() == Mode::Moving && run.is_none_or(is_shown)
    }

    /// Asks for a decision about a run, or about none in particular, unless the person is at something else by now: that is
    /// said instead.
    pub(super) fn confirm(&mut self, run: Option<RunId>, question: Question) {
        if self.may_come(run) {
            self.overlay = Some(Overlay::Dialog(Dialog::ask(question)));
        } else {
            self.do_not_ask(&question.title);
        }
    }

    /// Offers a list to choose from, unless the person is at something else by now: that is said instead.
    pub(super) fn offer(&mut self, list: Choosing) {
        if self.may_come(None) {
            self.overlay = Some(Overlay::choose(list));
        } else {
            self.do_not_ask(&list.title);
        }
    }

    /// Goes to a page that was asked for, unless the person is at something else by now: that is said instead.
    pub(super) fn go_late(&mut self, route: Route) {
        if self.may_come(None) {
            self.cx.effects.push(Effect::Go(route));
        } else {
            self.do_not_open(&route);
        }
    }

    /// A page that has just been answered asks, or leads on, whoever looks at it; whoever has gone on or types is told.
    pub(super) fn hold_back(&mut self, place: usize) {
        if place == self.pages.last() && self.may_come(None) {
            return;
        }
        let is_late = |effect: &mut Effect| {
            matches!(
                effect,
                Effect::Confirm(_)
                    | Effect::Choose(_)
                    | Effect::Go(_)
                    // Any other page in place of one is about the same record, or the only run there is.
                    | Effect::Replace(Route::Records { .. })
            )
        };
        let late: Vec<Effect> = self.cx.effects.extract_if(.., is_late).collect();
        for effect in late {
            match effect {
                Effect::Confirm(question) => self.do_not_ask(&question.title),
                Effect::Choose(list) => self.do_not_ask(&list.title),
                Effect::Go(route) | Effect::Replace(route) => {
                    self.do_not_open(&route);
                    // It was typed for that page, not for the next one of its kind.
                    let mut ahead = self.cx.ahead.take();
                    Ahead::lose(&mut ahead, "", &mut self.cx);
                }
                _ => {}
            }
        }
    }

    /// Says that a question came too late.
    fn do_not_ask(&mut self, title: &str) {
        let title = words::sentence(title);
        self.say_late(format!(
            "Not asked, as you had gone on: {title} Nothing was done."
        ));
    }

    /// Says that a page came too late.
    fn do_not_open(&mut self, route: &Route) {
        let title = match route {
            Route::Records { title, .. } => title.clone(),
            Route::Fix(view) | Route::Values(view) => view.title.clone(),
            Route::Record { id, .. } | Route::Raw { id, .. } => format!("record {id}"),
            _ => "another page".to_owned(),
        };
        self.say_late(format!("Not opened, as you had gone on: {title}."));
    }

    fn say_late(&mut self, words: String) {
        match &mut self.overlay {
            // What it says there is all that is read of it.
            Some(Overlay::Prompt(prompt)) => prompt.say(words),
            _ => self.status = Some(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        model::RunId,
        tui::{
            app::App,
            event::{Effect, Event, Query, Ticket, Wish},
            testing::{answer, feed, press, problems, records, shows, shows_not, wishes},
        },
    };

    /// The last of what is asked that is like this, and all that is asked beside it is answered.
    fn asked(app: &mut App, effects: Vec<Effect>, like: fn(&Query) -> bool) -> (Ticket, Query) {
        let is_it = |effect: &Effect| matches!(effect, Effect::Ask(_, query) if like(query));
        let (mut it, rest): (Vec<_>, Vec<_>) = effects.into_iter().partition(is_it);
        feed(app, rest);
        match it.pop() {
            Some(Effect::Ask(ticket, query)) => (ticket, query),
            other => panic!("it is asked, and not {other:?}"),
        }
    }

    fn is_answered(app: &mut App, (ticket, query): (Ticket, Query)) {
        let effects = app.update(Event::Answer(ticket, Ok(answer(query))));
        feed(app, effects);
    }

    #[test]
    fn the_list_of_the_next_problem_takes_the_place_of_nothing_that_is_typed_into() {
        let mut app = records((100, 30));
        let effects = wishes(&mut app, "}");
        let late = asked(&mut app, effects, |query| {
            matches!(query, Query::Groups { .. })
        });
        press(&mut app, "/");
        is_answered(&mut app, late);
        let typed = press(&mut app, "ful");
        shows(&mut app, "Filter  [ ful");
        let undone = |effect: &Effect| matches!(effect, Effect::Change(_, Wish::Undo));
        assert!(!typed.iter().any(undone), "{typed:?}");
        shows(&mut app, "> Email address not complete ");
        shows(&mut app, "Not opened, as you had gone on: Date and time");
    }

    #[test]
    fn the_list_of_the_next_problem_takes_the_place_of_nothing_that_is_covered() {
        let mut app = records((100, 30));
        let effects = wishes(&mut app, "}");
        let late = asked(&mut app, effects, |query| {
            matches!(query, Query::Groups { .. })
        });
        press(&mut app, "<ret>");
        shows(&mut app, "Record 1 of 412");
        is_answered(&mut app, late);
        shows(&mut app, "Record 1 of 412");
        shows(&mut app, "Not opened, as you had gone on: Date and time");
        press(&mut app, "<esc>");
        shows(&mut app, "> Email address not complete ");
    }

    #[test]
    fn the_fix_of_all_like_one_comes_over_no_box_that_is_typed_into() {
        let mut app = records((100, 30));
        press(&mut app, "<ret>");
        let effects = wishes(&mut app, "b");
        let late = asked(&mut app, effects, |query| {
            matches!(query, Query::Alike { .. })
        });
        press(&mut app, "<ret><Ctrl+U>a@x");
        is_answered(&mut app, late);
        press(&mut app, ".com");
        shows(&mut app, "Editing contact_email");
        shows(&mut app, "a@x.com");
        shows(
            &mut app,
            "Not opened, as you had gone on: Email address not complete.",
        );
    }

    #[test]
    fn what_was_typed_for_a_record_that_did_not_open_goes_into_no_other() {
        let mut app = problems((100, 30));
        let late = wishes(&mut app, "<ret><ret><ret>abc<F1>");
        feed(&mut app, late);
        let said = "What you typed before the record was shown is not kept.";
        assert_eq!(app.status.as_deref(), Some(said));
        press(&mut app, "<esc><Down><ret>");
        shows(&mut app, "Record 2 of 412");
        shows_not(&mut app, "abc");
    }

    #[test]
    fn whoever_presses_twice_is_asked_once() {
        let mut app = problems((100, 30));
        let mut late = wishes(&mut app, "S");
        late.extend(wishes(&mut app, "S"));
        feed(&mut app, late);
        shows(&mut app, "┌ Send 3 records to crm (test)? ─");
        assert_eq!(app.status, None);
    }

    #[test]
    fn what_is_in_front_is_asked_about_and_what_is_not_is_said() {
        let late = |keys: &str| {
            let mut app = problems((100, 30));
            let effects = wishes(&mut app, "S");
            let late = asked(&mut app, effects, |query| {
                matches!(query, Query::ToSend { .. })
            });
            press(&mut app, keys);
            is_answered(&mut app, late);
            app
        };
        for keys in ["", "<Down>", "2", "5"] {
            shows(&mut late(keys), "┌ Send 3 records to crm (test)? ─");
        }
        let words =
            "Not asked, as you had gone on: Send 3 records to crm (test)? Nothing was done.";
        for keys in ["2/", ":another<ret>", ":", "y"] {
            let mut app = late(keys);
            shows_not(&mut app, "┌ Send 3 records to crm (test)? ─");
            assert_eq!(app.status.as_deref(), Some(words), "{keys}");
        }
        let mut app = late("m");
        shows(&mut app, words);
        // Another run is in front by now.
        let mut app = problems((100, 30));
        let effects = wishes(&mut app, "S");
        let late = asked(&mut app, effects, |query| {
            matches!(query, Query::ToSend { .. })
        });
        app.run.as_mut().expect("it is known").id = RunId(2);
        is_answered(&mut app, late);
        shows(&mut app, words);
    }

    #[test]
    fn a_question_may_come_where_nothing_is_typed_or_asked_and_its_run_is_in_front() {
        let mut app = problems((100, 30));
        assert!(app.may_come(None) && app.may_come(Some(RunId(1))));
        assert!(!app.may_come(Some(RunId(2))));
        press(&mut app, "?");
        assert!(!app.may_come(None));
        press(&mut app, "<esc>2/");
        assert!(!app.may_come(None));
        press(&mut app, "<esc>:another<ret>");
        assert!(app.may_come(None) && !app.may_come(Some(RunId(1))));
    }
}
