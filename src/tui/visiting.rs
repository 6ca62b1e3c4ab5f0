//! Where a person is in a run, kept as they go; and gone back to when they come again.

use std::time::Instant;

use super::{
    action::Action,
    among::whole_run,
    answers::Asked,
    app::App,
    event::{Effect, Query, Route, Wish},
    keymap::Keys,
    pages::{Page, records_of},
    watching::LOOK,
    words,
};
use crate::{
    model::{Fault, RunId, Status},
    ops::{Return, Screen, Visit},
    text,
};

/// What is known of the visit before this one.
#[derive(Debug, Default)]
pub(super) struct Visiting {
    /// The run is to be shown as it was left. Whoever touches something before that is known goes their own way.
    pub returns: bool,
    /// The run whose last visit is known, so that it can be written over.
    known: Option<RunId>,
    /// What was kept last.
    kept: Option<(RunId, Visit)>,
    /// When it was looked last whether there is more to keep.
    looked: Option<Instant>,
    /// The run whose last visit could not be asked for.
    missing: Option<RunId>,
}

impl Visiting {
    pub fn to(route: &Route) -> Self {
        Self {
            returns: matches!(route, Route::Run { .. }),
            ..Self::default()
        }
    }
}

impl App {
    /// Another page takes the place of this one: of a run that is opened it is asked where the person left it.
    pub(super) fn replace(&mut self, route: Route) {
        self.replace_at(self.pages.last(), route);
    }

    fn replace_at(&mut self, place: usize, route: Route) {
        let begins = matches!(route, Route::Run { .. });
        if begins {
            self.visiting = Visiting::to(&route);
            self.places_of = None;
        }
        let page = Page::open(route, &mut self.cx);
        if begins {
            self.pages.begin_at(place, page, &mut self.cx);
        } else {
            self.pages.replace_at(place, page, &mut self.cx);
        }
    }

    /// A page that has just been answered may want another in its place, which it gets also where it is covered.
    pub(super) fn replace_if_wanted(&mut self, place: usize) {
        let wants = |effect: &mut Effect| matches!(effect, Effect::Replace(_));
        let wanted: Vec<Effect> = self.cx.effects.extract_if(.., wants).collect();
        for effect in wanted {
            if let Effect::Replace(route) = effect {
                self.replace_at(place, route);
            }
        }
    }

    pub(super) fn ask_for_visit(&mut self, run: RunId) {
        let ticket = self.cx.ask(Query::Visit { run });
        self.asked.push((ticket, Asked::Visit(run)));
    }

    /// The last visit of a run is known: shows what was in front then, unless the person has gone elsewhere.
    pub(super) fn come_back(&mut self, run: RunId, found: Option<Return>) {
        self.visiting.known = Some(run);
        let returns = std::mem::take(&mut self.visiting.returns);
        let Some(found) = found else {
            return self.keep_visit();
        };
        for list in &found.visit.lists {
            let lists = self.cx.lists.entry((run, list.of));
            lists.or_insert_with(|| list.clone());
        }
        let top = self.pages.top_mut();
        if !returns || top.problems_of() != Some(run) {
            return self.keep_visit();
        }
        top.go_to(&found.visit, &mut self.cx);
        let route = self.route_of(run, &found);
        self.cx.effects.extend(route.map(Effect::Go));
        if self.status.is_none() {
            self.status = Some(welcome(&found, self.cx.keys));
        }
    }

    /// The last visit could not be asked for. What cannot be read is written over; what was only not found out is asked for
    /// again.
    pub(super) fn no_visit(&mut self, run: RunId, error: &anyhow::Error) {
        let fault = error.downcast_ref::<Fault>();
        if fault.is_some_and(|fault| fault.code == "visits:file") {
            self.come_back(run, None);
        } else {
            self.visiting.missing = Some(run);
        }
        self.status.get_or_insert(words::reported(error));
    }

    /// It was not kept, and is tried again.
    pub(super) fn visit_is_not_kept(&mut self) {
        self.visiting.kept = None;
    }

    /// Keeps where the person is when they have gone on, a moment later.
    pub(super) fn follow_visit(&mut self, now: Instant) {
        let looked = self.visiting.looked;
        if looked.is_none_or(|looked| now.duration_since(looked) >= LOOK) {
            self.visiting.looked = Some(now);
            if let Some(run) = self.visiting.missing.take() {
                self.ask_for_visit(run);
            }
            self.keep_visit();
        }
    }

    /// What was in front of the Problems page. What is not there any more is not gone back to.
    fn route_of(&mut self, run: RunId, found: &Return) -> Option<Route> {
        let visit = &found.visit;
        self.cx.line = visit.line;
        match visit.screen {
            Screen::Problems => None,
            Screen::Comparison => Some(Route::Comparison { run }),
            Screen::Review => Some(Route::Review { run }),
            Screen::Send => Some(Route::Sending { run }),
            Screen::History => Some(Route::History { run }),
            Screen::Records | Screen::Record => {
                let list = match visit.of {
                    None => whole_run(run),
                    Some(_) => records_of(found.group.as_ref().filter(|group| group.open > 0)?),
                };
                self.cx.opens = visit.record.map(|record| (record, visit.field.clone()));
                Some(list)
            }
        }
    }

    /// Keeps where the person is, if they were elsewhere before.
    pub(super) fn keep_visit(&mut self) {
        let Some(run) = self.pages.iter().find_map(Page::problems_of) else {
            return;
        };
        if self.visiting.known != Some(run) {
            return;
        }
        let mut visit = Visit::default();
        let lists = self.cx.lists.iter().filter(|((of, _), _)| *of == run);
        visit.lists = lists.map(|(_, list)| list.clone()).collect();
        for page in self.pages.iter() {
            page.locate(&mut visit);
        }
        if self.exit.is_some() {
            for page in self.pages.iter() {
                page.locate_typed(&mut visit);
            }
        }
        let visit = (run, visit);
        if self.visiting.kept.as_ref() != Some(&visit) {
            let wish = Wish::KeepVisit(run, Box::new(visit.1.clone()));
            self.visiting.kept = Some(visit);
            self.wish(wish, Asked::KeptVisit);
        }
    }
}

/// What is left to do, in one line.
fn welcome(found: &Return, keys: Keys) -> String {
    let ready = text::thousands(found.run.with_status(Status::Ready));
    let to_fix = text::thousands(found.run.with_status(Status::Rejected));
    let words = format!("Welcome back. {ready} ready, {to_fix} to fix");
    if found.stopped == 0 {
        return format!("{words}.");
    }
    let (stopped, send) = (text::thousands(found.stopped), keys.of(Action::SendTab));
    format!("{words}, {stopped} stopped on the way.  {send} Send")
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::{
        model::{GroupId, RecordId, Sort, SortBy},
        ops::ListVisit,
        tui::{
            event::{Answer, Event, FilterLine, Ticket},
            testing::{self, answer, app_with, feed, groups, picture, press, problems, shows},
        },
    };

    const RUN: RunId = RunId(1);

    /// The last visit of the made-up run.
    fn last(visit: &Visit) -> Answer {
        let group = groups()
            .into_iter()
            .find(|group| Some(group.id) == visit.of);
        Answer::Visit(Some(Box::new(Return {
            visit: visit.clone(),
            group,
            run: testing::run(),
            stopped: 0,
        })))
    }

    /// A screen on this route of somebody who left the run like this.
    fn back(route: Route, visit: &Visit) -> App {
        app_with(route, (80, 24), &|query| match query {
            Query::Visit { .. } => last(visit),
            other => answer(other),
        })
    }

    fn again(visit: &Visit) -> App {
        back(Route::Run { run: RUN }, visit)
    }

    /// The records of the first problem, filtered and sorted, the cursor on a cell of the third.
    fn list() -> Visit {
        Visit {
            screen: Screen::Records,
            group: Some(GroupId(1)),
            order: "records".to_owned(),
            of: Some(GroupId(1)),
            lists: vec![ListVisit {
                of: Some(GroupId(1)),
                filter: String::new(),
                record: Some(RecordId(21)),
                cell: Some("/name".to_owned()),
                sort: Sort {
                    by: SortBy::State,
                    reversed: false,
                },
            }],
            ..Visit::default()
        }
    }

    /// What these keep.
    fn keeps(effects: &[Effect]) -> Option<Visit> {
        effects.iter().find_map(|effect| match effect {
            Effect::Change(_, Wish::KeepVisit(RUN, visit)) => Some((**visit).clone()),
            _ => None,
        })
    }

    /// What is kept when nothing happens for a while.
    fn kept(app: &mut App) -> Option<Visit> {
        app.visiting.looked = None;
        let effects = app.update(Event::Tick(Instant::now()));
        let visit = keeps(&effects);
        feed(app, effects);
        visit
    }

    /// What is kept by now.
    fn known(app: &mut App) -> Visit {
        kept(app);
        let (run, visit) = app.visiting.kept.clone().expect("it is kept");
        assert_eq!(run, RUN);
        visit
    }

    /// The question for the last visit, asked and not answered.
    fn asked(app: &mut App) -> Ticket {
        app.ask_for_visit(RUN);
        match app.settle().pop() {
            Some(Effect::Ask(ticket, Query::Visit { run: RUN })) => ticket,
            other => panic!("it asks, and not {other:?}"),
        }
    }

    #[test]
    fn a_list_comes_back_with_its_cursor_and_order_and_one_line_of_welcome() {
        let mut app = again(&list());
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  ... > Problems > Email address not complete       [TEST]  saved 02:41
          1 Problems 6 [2 Records 1,387] 3 Review 3  4 Send  5 History 4           Menu
         Filter  none, type / to add one                                    412 records
        ┌ Records ───────────────────────── by state   columns 5 of 10, Right for more ┐
        │   Record  State ▲       contact_email  customer_id  name          Also       │
        │   7       needs fixing  !office@       CUS-0000007  Müller GmbH   phone     █│
        │   14      needs fixing  !office@       CUS-0000014  Müller GmbH             ││
        │>  21      ready         ~office@       CUS-0000021  Müller GmbH             ││
        │   28      unreadable    !This e-mail address is not complete.               ││
        │   35      needs fixing  !office@       CUS-0000035  Müller GmbH             ││
        │   42      needs fixing  !office@       CUS-0000042  Müller GmbH   phone     ││
        │   49      needs fixing  !office@       CUS-0000049  Müller GmbH             ││
        │   56      ready         ~office@       CUS-0000056  Müller GmbH             ││
        │   63      unreadable    !This e-mail address is not complete.               ││
        │   70      needs fixing  !office@       CUS-0000070  Müller GmbH             ││
        │   77      needs fixing  !office@       CUS-0000077  Müller GmbH   phone     ││
        │   84      needs fixing  !office@       CUS-0000084  Müller GmbH             ││
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ Cell: name, record 21, line 22 ──────────────────────────────────────────────┐
        │ Value now "Müller GmbH".                                                     │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘
         Welcome back. 3 ready, 1,384 to fix.
         Enter Open  e Edit  n Next problem  Space Mark      ? Help  Esc Leave the cell
        "#);
        press(&mut app, "<Left>");
        shows(&mut app, "┌ Cell: customer_id, record 21");
        press(&mut app, "<esc><esc>");
        shows(&mut app, "[1 Problems 6]");
    }

    #[test]
    fn a_list_comes_back_with_its_filter_which_esc_clears_first() {
        let mut visit = list();
        visit.lists[0].filter = "is:ready".to_owned();
        let mut app = again(&visit);
        shows(&mut app, "Filter  [is:ready]");
        shows(&mut app, "Welcome back. 3 ready, 1,384 to fix.");
        press(&mut app, "<esc>");
        shows(&mut app, "Filter  none");
    }

    #[test]
    fn whoever_comes_back_hears_of_a_sending_that_was_stopped() {
        let answered = |query| match query {
            Query::Visit { .. } => match last(&Visit::default()) {
                Answer::Visit(Some(mut found)) => {
                    found.stopped = 1_199;
                    Answer::Visit(Some(found))
                }
                other => other,
            },
            other => answer(other),
        };
        let mut app = app_with(Route::Run { run: RUN }, (80, 24), &answered);
        shows(
            &mut app,
            "Welcome back. 3 ready, 1,384 to fix, 1,199 stopped on the way.  4 Send",
        );
    }

    #[test]
    fn an_open_record_comes_back_over_its_list_with_the_cursor_on_its_field() {
        let mut visit = list();
        visit.screen = Screen::Record;
        visit.record = Some(RecordId(35));
        visit.field = Some("/stage".to_owned());
        let mut app = again(&visit);
        shows(&mut app, "Record 5 of 412");
        shows(&mut app, "│ >  stage ");
        shows(&mut app, "Welcome back.");
        press(&mut app, "<esc>");
        shows(&mut app, ">  21 ");
    }

    #[test]
    fn the_other_pages_come_back_too() {
        for (screen, words) in [
            (Screen::Problems, "[1 Problems 6]"),
            (Screen::Comparison, "> Compare"),
            (Screen::Review, "[3 Review 3]"),
            (Screen::Send, "[4 Send]"),
            (Screen::History, "[5 History 4]"),
        ] {
            let visit = Visit {
                screen,
                group: Some(GroupId(3)),
                line: 1,
                ..Visit::default()
            };
            let mut app = again(&visit);
            shows(&mut app, words);
            assert_eq!(known(&mut app).screen, screen);
            press(&mut app, "1");
            shows(&mut app, "> Deal value is not a number");
        }
    }

    #[test]
    fn what_is_not_there_any_more_leads_to_what_is() {
        let mut gone = list();
        gone.of = Some(GroupId(99));
        let mut app = again(&gone);
        shows(&mut app, "[1 Problems 6]");
        shows(&mut app, "Welcome back.");
        // A problem that is solved has no records.
        gone.of = Some(GroupId(7));
        shows(&mut again(&gone), "[1 Problems 6]");
        let mut gone = list();
        gone.screen = Screen::Record;
        gone.record = Some(RecordId(22));
        gone.lists[0].record = Some(RecordId(9_999));
        gone.lists[0].cell = Some("/gone".to_owned());
        let mut app = again(&gone);
        shows(&mut app, "┌ Cell: contact_email, record ");
    }

    #[test]
    fn whoever_presses_a_key_first_goes_their_own_way() {
        let mut app = app_with(Route::Run { run: RUN }, (80, 24), &answer);
        app.replace(Route::Run { run: RUN });
        let opened = app.settle();
        let [Effect::Ask(ticket, query)] = &opened[..] else {
            panic!("{opened:?}")
        };
        let asked = app.update(Event::Answer(*ticket, Ok(answer(query.clone()))));
        let visit = asked.iter().find_map(|effect| match effect {
            Effect::Ask(ticket, Query::Visit { run: RUN }) => Some(*ticket),
            _ => None,
        });
        press(&mut app, "2");
        let visit = visit.expect("it asks where the person was");
        app.update(Event::Answer(visit, Ok(last(&list()))));
        shows(&mut app, "[2 Records 1,387]");
        assert!(!picture(&mut app).contains("Welcome back"));
        // The lists are found as they were all the same.
        press(&mut app, "1<ret>");
        shows(&mut app, "by state");
    }

    #[test]
    fn a_place_that_is_named_is_gone_to_whatever_was_left() {
        let mut app = back(Route::Groups { run: RUN }, &list());
        shows(&mut app, "[1 Problems 6]");
        let mut route = whole_run(RUN);
        if let Route::Records { typed, .. } = &mut route {
            *typed = Some(FilterLine::Applied("country:DE".to_owned()));
        }
        let mut app = back(route, &list());
        shows(&mut app, "Filter  [country:DE]");
        assert!(!picture(&mut app).contains("Welcome back"));
    }

    #[test]
    fn where_one_is_is_kept_when_one_rests_and_once() {
        let mut app = problems((80, 24));
        assert_eq!(known(&mut app).group, Some(GroupId(1)));
        press(&mut app, "<ret>s<Down><ret>jj<Right><Right><Right>");
        let mut expected = list();
        expected.lists[0].cell = Some("/name".to_owned());
        assert_eq!(kept(&mut app), Some(expected.clone()));
        assert_eq!(kept(&mut app), None);
        press(&mut app, "<esc><ret>");
        let record = kept(&mut app).unwrap();
        assert_eq!(record.screen, Screen::Record);
        assert_eq!(record.record, Some(RecordId(21)));
    }

    #[test]
    fn what_is_typed_when_the_program_ends_is_where_the_person_is() {
        let ends = |keys: &str| {
            let mut app = problems((80, 24));
            known(&mut app);
            press(&mut app, keys);
            let effects = app.update(Event::Terminate);
            keeps(&effects).expect("it is kept")
        };
        // In a cell of a table, in a record of a list without a name, and in a text that cannot be split.
        let cell = ends("<ret>jex");
        assert_eq!((cell.screen, cell.of), (Screen::Record, Some(GroupId(1))));
        assert_eq!(cell.record, Some(RecordId(14)));
        assert_eq!(cell.field.as_deref(), Some("/contact_email"));
        let unnamed = ends("v<ret><ret><ret>x");
        assert_eq!((unnamed.screen, unnamed.of), (Screen::Record, None));
        assert_eq!(unnamed.record, Some(RecordId(7)));
        let raw = ends("<ret>jjj<ret><ret>x");
        assert_eq!(
            (raw.screen, raw.record),
            (Screen::Record, Some(RecordId(28)))
        );
        // Where nothing is typed, the table is where one is.
        assert_eq!(ends("<ret>j").screen, Screen::Records);
    }

    #[test]
    fn whoever_comes_back_to_something_typed_is_welcome_as_well() {
        let mut visit = list();
        visit.screen = Screen::Record;
        visit.record = Some(RecordId(35));
        let draft = crate::ops::KeptDraft {
            record: RecordId(35),
            version: 1,
            change: crate::fix::Change::Text {
                path: crate::model::Path::field("contact_email"),
                text: "x".to_owned(),
            },
            kept_at: "2025-11-20T14:02:00Z".to_owned(),
        };
        let mut app = app_with(Route::Run { run: RUN }, (80, 24), &|query| match query {
            Query::Visit { .. } => last(&visit),
            Query::Drafts { .. } => Answer::Drafts(vec![draft.clone()]),
            other => answer(other),
        });
        shows(&mut app, "┌ You typed this and did not save it");
        shows(&mut app, "Welcome back. 3 ready, 1,384 to fix.");
    }

    #[test]
    fn where_one_is_is_kept_when_one_leaves() {
        let mut app = problems((80, 24));
        press(&mut app, "jj");
        let effects = app.update(Event::Terminate);
        let leaves = |effect: &Effect| matches!(effect, Effect::Change(_, Wish::KeepVisit(RUN, visit)) if visit.group == Some(GroupId(3)));
        assert!(effects.iter().any(leaves), "{effects:?}");
    }

    #[test]
    fn marks_are_of_this_program_and_so_is_a_filter_that_asks_for_them() {
        let mut app = problems((80, 24));
        press(&mut app, "2  /is:marked<ret>");
        let list = kept(&mut app).unwrap().lists.remove(0);
        assert_eq!(list.filter, "");
        press(&mut app, "12");
        shows(&mut app, "Filter  [is:marked]");
    }

    #[test]
    fn a_visit_that_cannot_be_read_is_said_in_one_line_and_one_that_cannot_be_kept_is_not() {
        let mut app = problems((80, 24));
        let ticket = asked(&mut app);
        let fault = crate::model::Fault::unusable("visits:file", "the file cannot be used");
        let fault = fault.hint("it is made new as you work");
        let effects = app.update(Event::Answer(ticket, Err(fault.into())));
        feed(&mut app, effects);
        shows(&mut app, "The file cannot be used");
        press(&mut app, "j");
        app.keep_visit();
        let Some(Effect::Change(ticket, Wish::KeepVisit(..))) = app.settle().pop() else {
            panic!("it keeps")
        };
        app.take_changed();
        app.update(Event::Answer(
            ticket,
            Err(anyhow::anyhow!("the disk is full")),
        ));
        assert!(!app.take_changed(), "nothing is to be drawn");
        assert!(!picture(&mut app).contains("disk"));
        assert!(kept(&mut app).is_some(), "it is tried again");
    }

    #[test]
    fn a_visit_is_kept_as_soon_as_the_one_before_it_is_known() {
        let mut app = problems((80, 24));
        app.visiting.kept = None;
        let ticket = asked(&mut app);
        let effects = app.update(Event::Answer(ticket, Ok(Answer::Visit(None))));
        assert!(keeps(&effects).is_some(), "{effects:?}");
    }

    #[test]
    fn a_visit_that_was_only_not_found_out_is_not_written_over() {
        let mut app = problems((80, 24));
        app.visiting = Visiting::default();
        let ticket = asked(&mut app);
        let busy = crate::model::Fault::unusable("workspace:busy", "another process is writing");
        let effects = app.update(Event::Answer(ticket, Err(busy.into())));
        assert_eq!(keeps(&effects), None);
        shows(&mut app, "Another process is writing");
        app.visiting.returns = true;
        let effects = app.update(Event::Tick(Instant::now()));
        assert_eq!(keeps(&effects), None);
        // It is asked again.
        testing::feed_with(&mut app, effects, &|query| match query {
            Query::Visit { .. } => last(&list()),
            other => answer(other),
        });
        shows(&mut app, ">  21 ");
    }

    #[test]
    fn a_record_that_is_to_be_open_again_is_kept_while_its_list_is_still_read() {
        let mut visit = list();
        visit.screen = Screen::Record;
        visit.record = Some(RecordId(35));
        visit.field = Some("/stage".to_owned());
        let mut app = problems((80, 24));
        app.visiting.returns = true;
        let ticket = asked(&mut app);
        // The list is asked for, and no answer comes.
        app.update(Event::Answer(ticket, Ok(last(&visit))));
        assert_eq!(known(&mut app), Visit { line: 0, ..visit });
    }

    #[test]
    fn the_problem_under_the_cursor_comes_back_also_where_the_problems_come_late() {
        let mut app = app_with(Route::Run { run: RUN }, (80, 24), &answer);
        app.replace(Route::Run { run: RUN });
        let opened = app.settle();
        let [Effect::Ask(first, _)] = opened[..] else {
            panic!("{opened:?}")
        };
        // The workspace changes before the first answer, so that the page waits for another.
        app.refresh();
        let again = app.settle();
        let late = Query::Groups { run: RUN };
        let effects = app.update(Event::Answer(first, Ok(answer(late))));
        testing::feed_with(&mut app, effects, &|query| match query {
            Query::Visit { .. } => last(&Visit {
                group: Some(GroupId(3)),
                ..Visit::default()
            }),
            other => answer(other),
        });
        feed(&mut app, again);
        shows(&mut app, "> Deal value is not a number");
    }

    #[test]
    fn whoever_opens_the_only_run_comes_back_too() {
        let mut app = app_with(Route::Runs, (80, 24), &|query| match query {
            Query::Runs => Answer::Runs(vec![testing::run()]),
            Query::Visit { .. } => last(&list()),
            other => answer(other),
        });
        shows(&mut app, "Welcome back.");
    }

    #[test]
    fn a_button_that_is_let_go_keeps_nobody_from_coming_back() {
        use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
        let mut app = problems((80, 24));
        let mut comes_back_after = |kind| {
            app.visiting.returns = true;
            let (column, row, modifiers) = (0, 0, KeyModifiers::NONE);
            app.update(Event::Mouse(MouseEvent {
                kind,
                column,
                row,
                modifiers,
            }));
            app.visiting.returns
        };
        assert!(comes_back_after(MouseEventKind::Up(MouseButton::Left)));
        assert!(!comes_back_after(MouseEventKind::Down(MouseButton::Left)));
        assert!(!comes_back_after(MouseEventKind::ScrollDown));
    }
}
