//! Where a person is in a run, kept as they go; and gone back to when they come again.

use super::{
    among::whole_run,
    answers::Asked,
    app::App,
    event::{Effect, Query, Route, Wish},
    pages::{Page, records_of},
};
use crate::{
    model::{RunId, Status},
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
        if let Route::Run { .. } = route {
            self.visiting = Visiting::to(&route);
            self.places_of = None;
        }
        let page = Page::open(route, &mut self.cx);
        self.pages.replace(page, &mut self.cx);
    }

    pub(super) fn ask_for_visit(&mut self, run: RunId) {
        let ticket = self.cx.ask(Query::Visit { run });
        self.asked.push((ticket, Asked::Visit(run)));
    }

    /// The last visit of a run is known: shows what was in front then, unless the person has gone elsewhere.
    pub(super) fn come_back(&mut self, run: RunId, found: Option<Return>) {
        self.visiting.known = Some(run);
        let returns = std::mem::take(&mut self.visiting.returns);
        let Some(found) = found else { return };
        for list in &found.visit.lists {
            let lists = self.cx.lists.entry((run, list.of));
            lists.or_insert_with(|| list.clone());
        }
        let top = self.pages.top_mut();
        if !returns || top.problems_of() != Some(run) {
            return;
        }
        top.go_to(&found.visit, &mut self.cx);
        let route = self.route_of(run, &found);
        self.cx.effects.extend(route.map(Effect::Go));
        if self.status.is_none() {
            self.status = Some(format!(
                "Welcome back. {} ready, {} to fix.",
                text::thousands(found.run.with_status(Status::Ready)),
                text::thousands(found.run.with_status(Status::Rejected))
            ));
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
        let visit = (run, visit);
        if self.visiting.kept.as_ref() != Some(&visit) {
            let wish = Wish::KeepVisit(run, Box::new(visit.1.clone()));
            self.visiting.kept = Some(visit);
            self.wish(wish, Asked::KeptVisit);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::{
        model::{GroupId, RecordId, Sort, SortBy},
        ops::ListVisit,
        tui::{
            event::{Answer, Event},
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

    /// What is kept when nothing happens for a while.
    fn kept(app: &mut App) -> Option<Visit> {
        let effects = app.update(Event::Tick(Instant::now()));
        let visit = effects.iter().find_map(|effect| match effect {
            Effect::Change(_, Wish::KeepVisit(RUN, visit)) => Some((**visit).clone()),
            _ => None,
        });
        feed(app, effects);
        visit
    }

    #[test]
    fn a_list_comes_back_with_its_cursor_and_order_and_one_line_of_welcome() {
        let mut app = again(&list());
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  ... > Problems > Email address not complete       [TEST]  saved 02:41
          1 Problems 6 [2 Records 1,387] 3 Review 3  4 Send  5 History             Menu
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
            (Screen::History, "[5 History]"),
        ] {
            let visit = Visit {
                screen,
                group: Some(GroupId(3)),
                line: 1,
                ..Visit::default()
            };
            let mut app = again(&visit);
            shows(&mut app, words);
            assert_eq!(kept(&mut app).unwrap().screen, screen);
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
            *typed = Some("country:DE".to_owned());
        }
        let mut app = back(route, &list());
        shows(&mut app, "Filter  [ country:DE ");
        assert!(!picture(&mut app).contains("Welcome back"));
    }

    #[test]
    fn where_one_is_is_kept_when_one_rests_and_once() {
        let mut app = problems((80, 24));
        assert_eq!(kept(&mut app).unwrap().group, Some(GroupId(1)));
        press(&mut app, "<ret>s<Down><ret>jj<Right><Right><Right>");
        let mut expected = list();
        expected.lists[0].cell = Some("/name".to_owned());
        app.seen_at = None;
        assert_eq!(kept(&mut app), Some(expected.clone()));
        app.seen_at = None;
        assert_eq!(kept(&mut app), None);
        press(&mut app, "<esc><ret>");
        app.seen_at = None;
        let record = kept(&mut app).unwrap();
        assert_eq!(record.screen, Screen::Record);
        assert_eq!(record.record, Some(RecordId(21)));
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
        app.ask_for_visit(RUN);
        let Some(Effect::Ask(ticket, _)) = app.settle().pop() else {
            panic!("it asks")
        };
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
        app.update(Event::Answer(
            ticket,
            Err(anyhow::anyhow!("the disk is full")),
        ));
        assert!(!picture(&mut app).contains("disk"));
    }
}
