//! Records a person has marked, and which records a thing done to many is done to.

use std::sync::Arc;

use super::{Records, order::choose};
use crate::{
    filter::{Filter, Wanted},
    model::{RecordId, Sort, Status},
    text,
    tui::{
        action::Action,
        event::{Answer, ChoiceOf, Choosable, Cx, Effect, JobRequest, Query, Question, Route},
        pages::asked,
        words,
    },
};

/// The marked records, in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tui::pages) struct Marks(Vec<RecordId>);

impl Marks {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn has(&self, id: RecordId) -> bool {
        self.0.binary_search(&id).is_ok()
    }

    /// Marks a record, or takes its mark off.
    pub fn toggle(&mut self, id: RecordId) {
        match self.0.binary_search(&id) {
            Ok(at) => {
                self.0.remove(at);
            }
            Err(at) => self.0.insert(at, id),
        }
    }

    /// Marks all of these, given in the order of their numbers; where all are marked, takes their marks off. Says whether
    /// they are marked now. Takes time in proportion to both, so that a million is no burden.
    pub fn toggle_all(&mut self, ids: &[RecordId]) -> bool {
        let mut others = Vec::with_capacity(self.0.len());
        let mut rest = ids.iter().peekable();
        let mut met = 0;
        for marked in &self.0 {
            while rest.next_if(|id| *id < marked).is_some() {}
            if rest.next_if(|id| *id == marked).is_some() {
                met += 1;
            } else {
                others.push(*marked);
            }
        }
        let marks_them = met < ids.len();
        self.0 = others;
        if marks_them {
            self.0.extend_from_slice(ids);
            // Two runs that are in order already: merged in one pass.
            self.0.sort();
        }
        marks_them
    }
}

/// The keys of the lines of which one says which records are meant.
const MARKED: &str = "marked";
const SHOWN: &str = "shown";
const ALL: &str = "all";
const THIS: &str = "this";

impl Records {
    /// The marked records as a filter takes them.
    pub(in crate::tui) fn marked(&self) -> Arc<[RecordId]> {
        self.marks.0.as_slice().into()
    }

    /// Marks the record under the cursor and goes on to the next, or marks what the filter shows.
    pub(super) fn mark(&mut self, action: Action, cx: &mut Cx) {
        if action == Action::Mark {
            if let Some(id) = self.ids.get(self.at) {
                self.marks.toggle(*id);
                self.step(1);
            }
            return;
        }
        let shown = text::count(self.ids.len() as u64, "record");
        let is_marked = if self.sort == Sort::default() {
            self.marks.toggle_all(&self.ids)
        } else {
            let mut ids = self.ids.to_vec();
            ids.sort_unstable();
            self.marks.toggle_all(&ids)
        };
        let words = if is_marked {
            format!("marked. {} sets them aside", cx.keys.of(Action::SetAside))
        } else {
            "not marked any more".to_owned()
        };
        cx.say(format!("{shown} {words}."));
    }

    /// Does it to the records that are meant; asks which where some are marked.
    pub(super) fn act_on_many(&mut self, action: Action, cx: &mut Cx) {
        let of = match action {
            Action::FixAll if self.fix().is_none() => return,
            Action::FixAll => ChoiceOf::FixAll,
            _ => ChoiceOf::SetAside,
        };
        match (self.marks.is_empty(), of) {
            (true, ChoiceOf::FixAll) => self.act_on(of, SHOWN, cx),
            (true, _) => self.act_on(of, THIS, cx),
            (false, _) => {
                let title = match of {
                    ChoiceOf::FixAll => "Fix which records?",
                    _ if self.takes_back() => "Take back which records?",
                    _ => "Set aside which records?",
                };
                choose(of, title, self.scopes(of), None, cx);
            }
        }
    }

    /// `2 marked`, `812 that match`, `all 1,203`, each with its number.
    fn scopes(&self, of: ChoiceOf) -> Vec<Choosable> {
        // Only those that are set aside can be taken back; how many they are is asked before anything is done.
        let note = match of {
            ChoiceOf::SetAside if self.takes_back() => "those set aside",
            _ => "",
        };
        let line = |key: &str, label: String| Choosable {
            key: key.to_owned(),
            label,
            note: if key == THIS { "" } else { note }.to_owned(),
            shown: None,
        };
        let thousands = |number: usize| text::thousands(number as u64);
        let mut lines = vec![line(
            MARKED,
            format!("{} marked", thousands(self.marks.len())),
        )];
        if of == ChoiceOf::SetAside
            && let Some(id) = self.ids.get(self.at)
        {
            let number = text::thousands(id.0.unsigned_abs());
            lines.push(line(THIS, format!("record {number}")));
        }
        if self.typed.is_empty() {
            lines.push(line(ALL, format!("all {}", thousands(self.still()))));
        } else {
            lines.push(line(
                SHOWN,
                format!("{} that match", thousands(self.still())),
            ));
            let all = self.total.map(|total| format!("all {}", thousands(total)));
            lines.extend(all.map(|all| line(ALL, all)));
        }
        lines
    }

    /// Does what was asked for to the records of a scope.
    pub(super) fn act_on(&mut self, of: ChoiceOf, scope: &str, cx: &mut Cx) {
        let (filter, records) = match scope {
            MARKED => {
                let marked = Filter::of_records(self.view.run, self.marked());
                (marked, self.marks.len())
            }
            ALL if !self.typed.is_empty() => (
                self.view.filter.clone(),
                self.total.unwrap_or(self.ids.len()),
            ),
            _ => (self.filter_in_force(), self.still()),
        };
        match of {
            ChoiceOf::FixAll => {
                if let Some(mut view) = self.fix() {
                    view.filter = filter;
                    view.records = records as u64;
                    cx.go(Route::Fix(Box::new(view)));
                }
            }
            _ if scope == THIS => {
                let row = self.chosen();
                let asked = row.map(|row| asked::aside_of_record(row, cx.keys));
                cx.effects.extend(asked);
            }
            _ if self.takes_back() => {
                let mut filter = filter;
                filter.and(Wanted::Status(vec![Status::Discarded]));
                self.asked.back = Some(cx.ask(Query::Ids { filter }));
            }
            _ => cx
                .effects
                .push(asked::aside_of_many(records as u64, filter)),
        }
    }

    /// Whether the record under the cursor is set aside, so that `x` takes back.
    pub(super) fn takes_back(&self) -> bool {
        self.chosen()
            .is_some_and(|row| row.status == Status::Discarded)
    }

    /// It is known which of the records that were meant are set aside: asks whether they are taken back.
    pub(super) fn ask_to_take_back(&self, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        let aside = match answer {
            Ok(Answer::Ids { ids, .. }) if !ids.is_empty() => ids,
            Ok(_) => return cx.say("None of them is set aside."),
            Err(error) => return cx.say(words::reported(&error)),
        };
        let records = text::count(aside.len() as u64, "record");
        let filter = Filter::of_records(self.view.run, aside.into());
        cx.effects.push(Effect::Confirm(Question {
            title: format!("Take back {records}?"),
            body: vec!["They are checked as before, and can be fixed and sent again.".to_owned()],
            typed: None,
            safe: "Go back".to_owned(),
            also: None,
            verb: format!("Take back {records}"),
            then: Box::new(Effect::Start(JobRequest::Aside {
                filter: Box::new(filter),
                reason: None,
                counted: None,
            })),
        }));
    }

    /// What the marks of the table mean, and how many records are marked.
    pub(in crate::tui::pages) fn legend(&self) -> String {
        let mut words = String::new();
        if !self.marks.is_empty() {
            let marked = text::thousands(self.marks.len() as u64);
            words.push_str(&format!("{marked} marked (*)   "));
        }
        if !self.others.is_empty() {
            words.push_str("@ edited by another   ");
        }
        words + "! has a problem   ~ changed by you, or a warning"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::RunId,
        tui::{
            event::{Aside, Event, Needs, Ticket},
            testing::{
                self, answer, app_with, feed_with, picture, press, records, shows, shows_not,
                wishes,
            },
        },
    };

    fn ids(ids: &[i64]) -> Vec<RecordId> {
        ids.iter().copied().map(RecordId).collect()
    }

    #[test]
    fn all_are_marked_and_where_all_are_the_marks_are_taken_off() {
        let mut marks = Marks::default();
        marks.toggle(RecordId(5));
        marks.toggle(RecordId(2));
        assert!(marks.toggle_all(&ids(&[1, 2, 3])));
        assert_eq!(marks.0, ids(&[1, 2, 3, 5]));
        assert!(!marks.toggle_all(&ids(&[1, 3])));
        assert_eq!(marks.0, ids(&[2, 5]));
        marks.toggle(RecordId(5));
        assert!(marks.has(RecordId(2)) && !marks.has(RecordId(5)));
        assert!(!marks.toggle_all(&[]), "nothing to mark");
    }

    #[test]
    fn space_marks_and_goes_on() {
        let mut app = records((80, 24));
        press(&mut app, "<Space><Space>");
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  ... > Problems > Email address not complete       [TEST]  saved 02:41
          1 Problems 6 [2 Records 1,387] 3 Review 3  4 Send  5 History 4           Menu
         Filter  none, type / to add one                                    412 records
        ┌ Records ──────────────────────── by record   columns 5 of 10, Right for more ┐
        │   Record  State         contact_email  customer_id  name          Also       │
        │ * 7       needs fixing  !office@       CUS-0000007  Müller GmbH   phone     █│
        │ * 14      needs fixing  !office@       CUS-0000014  Müller GmbH             ││
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
        ┌ Cell: contact_email, record 21, line 22 ─────────────────────────────────────┐
        │ Changed to "office@".                                                        │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘
         2 marked (*)   ! has a problem   ~ changed by you, or a warning
         Enter Open  n Next problem  Space Mark  b Fix 412             ? Help  Esc Back
        "#);
        press(&mut app, "k<Space>");
        shows(&mut app, " 1 marked (*)");
        press(&mut app, "*");
        shows(&mut app, "412 records marked.");
        press(&mut app, "j");
        shows(&mut app, " 412 marked (*)");
        press(&mut app, "*j");
        shows(&mut app, " ! has a problem");
    }

    #[test]
    fn the_filter_knows_the_marks() {
        let mut app = records((80, 24));
        press(&mut app, "<Space>j<Space>");
        let asked = press(&mut app, "/is:marked<ret>");
        let marked = |effect: &Effect| match effect {
            Effect::Ask(_, Query::Ids { filter }) => match &filter.terms.last()?.wanted {
                Wanted::Marked(ids) => Some(ids.to_vec()),
                _ => None,
            },
            _ => None,
        };
        assert_eq!(
            asked.iter().find_map(marked),
            Some(ids(&[7, 21])),
            "{asked:?}"
        );
    }

    #[test]
    fn a_fix_of_many_names_which_records_it_is_for() {
        let mut app = records((80, 24));
        press(&mut app, "<Space><Space>b");
        shows(&mut app, "> 2 marked");
        shows(&mut app, "all 412");
        let gone = wishes(&mut app, "<ret>");
        shows(&mut app, "Fix all");
        assert!(!gone.is_empty());
        press(&mut app, "<esc>");
        press(&mut app, "b<Down><ret>");
        shows(&mut app, "412");
    }

    #[test]
    fn the_marked_records_are_set_aside_with_one_reason() {
        let mut app = records((80, 24));
        press(&mut app, "<Space><Space>x");
        shows(&mut app, "> 2 marked");
        shows(&mut app, "  record 21");
        press(&mut app, "<ret>");
        shows(&mut app, "Set aside 2 records?");
        let started = press(&mut app, "tests<ret>");
        let Some(Effect::Start(JobRequest::Aside {
            filter,
            reason,
            counted,
        })) = started.last()
        else {
            panic!("{started:?}")
        };
        assert_eq!(reason.as_deref(), Some("tests"));
        let marked = filter.terms.last().map(|term| &term.wanted);
        assert_eq!(marked, Some(&Wanted::Marked(ids(&[7, 14]).into())));
        assert_eq!(counted.as_deref(), Some(&ids(&[7, 14])[..]));
        // Without marks it is the record under the cursor, as before.
        let mut app = records((80, 24));
        press(&mut app, "x");
        shows(&mut app, "Set aside record 7?");
    }

    #[test]
    fn many_records_are_taken_back_after_a_question_with_their_number() {
        let mut app = app_with(Route::Groups { run: RunId(1) }, (80, 24), &answer);
        press(&mut app, "<ret><Space><Space>");
        // The record under the cursor is set aside.
        app.refresh();
        let effects = app.settle();
        let set_aside = |query: Query| match answer(query) {
            Answer::Rows(mut rows) => {
                for row in &mut rows {
                    row.status = Status::Discarded;
                }
                Answer::Rows(rows)
            }
            other => other,
        };
        feed_with(&mut app, effects, &set_aside);
        press(&mut app, "x");
        shows(&mut app, "Take back which records?");
        shows(&mut app, "2 marked   those set aside");
        shows(&mut app, "all 412    those set aside");
        shows_not(&mut app, "record 21  those");
        let asked = wishes(&mut app, "<ret>");
        let [Effect::Ask(ticket, Query::Ids { filter })] = &asked[..] else {
            panic!("{asked:?}")
        };
        assert!(filter.to_string().ends_with("status:discarded"), "{filter}");
        let found = Answer::Ids {
            run: testing::run(),
            ids: ids(&[14]),
            unknown: Vec::new(),
        };
        app.update(Event::Answer(*ticket, Ok(found)));
        shows(&mut app, "Take back 1 record?");
        assert_eq!(press(&mut app, "<ret>"), [], "the safe button has focus");
        // Whoever types by now is told, and nothing is taken from under their fingers.
        press(&mut app, "x");
        let late = wishes(&mut app, "<ret>");
        let [Effect::Ask(ticket, _)] = &late[..] else {
            panic!("{late:?}")
        };
        press(&mut app, "mask them");
        let found = Answer::Ids {
            run: testing::run(),
            ids: ids(&[14]),
            unknown: Vec::new(),
        };
        app.update(Event::Answer(*ticket, Ok(found)));
        shows(&mut app, "[ ask them");
        shows(&mut app, "Take back 1 record? Nothing was done.");
        press(&mut app, "<esc>");
        press(&mut app, "x");
        let asked = wishes(&mut app, "<ret>");
        let [Effect::Ask(ticket, _)] = &asked[..] else {
            panic!("{asked:?}")
        };
        let found = Answer::Ids {
            run: testing::run(),
            ids: ids(&[7, 14]),
            unknown: Vec::new(),
        };
        app.update(Event::Answer(*ticket, Ok(found)));
        let started = press(&mut app, "<Right><ret>");
        let [
            Effect::Start(JobRequest::Aside {
                filter,
                reason: None,
                ..
            }),
        ] = &started[..]
        else {
            panic!("{started:?}")
        };
        let back = filter.terms.last().map(|term| &term.wanted);
        assert_eq!(back, Some(&Wanted::Marked(ids(&[7, 14]).into())));
    }

    #[test]
    fn whoever_has_gone_on_is_not_asked_on_another_page_whether_records_are_taken_back() {
        for elsewhere in ["<ret>", "/", "?"] {
            let mut app = records((80, 24));
            press(&mut app, "<Space><Space>");
            let page = app.pages.top_mut();
            let crate::tui::pages::Page::Records(page) = page else {
                panic!("it is the table")
            };
            page.asked.back = Some(Ticket(999));
            press(&mut app, elsewhere);
            let found = Answer::Ids {
                run: testing::run(),
                ids: ids(&[7, 14]),
                unknown: Vec::new(),
            };
            app.update(Event::Answer(Ticket(999), Ok(found)));
            shows_not(&mut app, "┌ Take back");
            assert!(
                app.status.as_deref().is_some_and(|said| said
                    == "Not asked, as you had gone on: Take back 2 records? Nothing was done."),
                "{elsewhere} {:?}",
                app.status
            );
        }
    }

    #[test]
    fn marked_records_are_meant_also_when_they_have_the_problem_no_more() {
        let mut app = records((80, 24));
        press(&mut app, "<Space><Space>x<ret>");
        let started = press(&mut app, "tests<ret>");
        let [Effect::Start(JobRequest::Aside { filter, .. })] = &started[..] else {
            panic!("{started:?}")
        };
        assert!(!filter.to_string().contains("problem:"), "{filter}");
    }

    #[test]
    fn what_is_asked_for_many_is_needed_for_many() {
        let Effect::Prompt(wanting) = asked::aside_of_many(1_200, Filter::default()) else {
            panic!("a reason is asked for")
        };
        assert_eq!(wanting.title, "Set aside 1,200 records?");
        let aside = Aside {
            filter: Filter::default(),
            counted: None,
        };
        assert_eq!(wanting.needs, Needs::Reason(aside));
    }
}
