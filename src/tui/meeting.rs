//! Two people changed one record, or somebody comes back to what they typed and did not save: what is asked, and where the
//! answer goes.

use super::{
    app::App,
    event::{Cx, Effect, Wish},
    overlays::{Disagreement, Lettered, Letters, Overlay},
    pages::{Page, Subject, typed},
};
use crate::{
    fix::Change,
    model::RecordId,
    ops::{Conflict, Decision, KeptDraft, Saving},
    text,
};

/// What happens between what is typed here and what is in the workspace.
#[derive(Clone, Debug, PartialEq)]
pub enum Meeting {
    /// Somebody was first: the person decides.
    Conflict(Box<Conflict>),
    /// They have decided.
    Decide(Box<Conflict>, Decision),
    /// They typed this into the record once and did not save it.
    Offer(RecordId, Vec<KeptDraft>),
    /// They go on with it.
    GoOn(Box<KeptDraft>),
    /// They do not want it any more.
    Forget(RecordId),
}

impl App {
    pub(super) fn carry_out(&mut self, meeting: Meeting) {
        match meeting {
            // A question in front is not taken away under the fingers, nor does one come over what is typed elsewhere.
            Meeting::Conflict(conflict) if !self.can_be_asked(conflict.saving.record) => {
                self.status = Some(FIRST.to_owned());
            }
            Meeting::Conflict(conflict) => {
                let asked = Disagreement::new(*conflict, &self.cx);
                self.overlay = Some(Overlay::Disagreement(Box::new(asked)));
            }
            Meeting::Decide(conflict, how) => self.decide(*conflict, how),
            Meeting::Offer(id, drafts) if self.shows(id) => {
                let choices = offered(id, &drafts, &self.cx);
                let title = "You typed this and did not save it";
                let asked = Letters::new(title, choices).unasked();
                self.overlay = Some(Overlay::Letters(asked));
            }
            Meeting::Offer(..) => {}
            Meeting::GoOn(draft) => {
                let page = self.pages.top_mut();
                match page.subject() {
                    Some(Subject::Record { id, .. }) if id == draft.record => {
                        page.go_on(&draft, &mut self.cx);
                    }
                    _ => self.status = Some(KEPT.to_owned()),
                }
            }
            Meeting::Forget(id) => {
                self.cx.change(Wish::DropDrafts(id, None));
                self.pages.top_mut().refresh(&mut self.cx);
                self.status = Some("What you had typed is forgotten.".to_owned());
            }
        }
    }

    /// Whether a question about what was typed into a record can come now.
    fn can_be_asked(&self, id: RecordId) -> bool {
        let is_typed_there = self.pages.top().edited() == Some(id);
        self.may_come(None) || self.overlay.is_none() && is_typed_there
    }

    /// Whether this record is open in front, and nothing is typed.
    fn shows(&self, id: RecordId) -> bool {
        let page = self.pages.top();
        let is_open = matches!(page, Page::Editor(_) | Page::Raw(_))
            && matches!(page.subject(), Some(Subject::Record { id: shown, .. }) if shown == id);
        is_open && self.may_come(None)
    }

    /// What the person has decided goes to the page where it was typed; if that is gone, it is done without.
    fn decide(&mut self, conflict: Conflict, how: Decision) {
        let record = Some(conflict.saving.record);
        let mut pages = self.pages.iter_mut();
        match pages.find(|page| page.edited() == record) {
            Some(page) => page.decided(&conflict, how, &mut self.cx),
            None if how == Decision::Keep => self.status = Some(KEPT.to_owned()),
            None => {
                self.cx.change(Wish::Decide(Box::new(conflict), how));
            }
        }
    }

    /// What was typed is kept now: it is shown where its record is open.
    pub(super) fn show_kept(&mut self, id: RecordId) {
        for page in self.pages.iter_mut() {
            page.show_kept(id, &mut self.cx);
        }
    }

    /// Somebody else was first, and whoever typed it has left the page.
    pub(super) fn was_late(&mut self, conflict: &Conflict) {
        self.status = Some(late(conflict));
    }

    /// Keeps what is being typed on any page: the program ends.
    pub(super) fn keep_all(&mut self) {
        for page in self.pages.iter_mut() {
            Page::keep(page, &mut self.cx);
        }
        self.keep_what_waits();
    }
}

/// Said where somebody else was first and nothing can be asked.
const FIRST: &str = "Somebody else was first. What you typed is kept: save it again to see both.";

/// What is said where somebody else was first and whoever was late does something else by now.
pub(super) fn late(conflict: &Conflict) -> String {
    let id = text::thousands(conflict.saving.record.0.unsigned_abs());
    format!("Somebody else changed record {id} first. {KEPT}")
}

/// What is said once somebody has put off to decide.
pub(super) const KEPT: &str = "Kept. It is offered when you open the record again.";

fn offered(id: RecordId, drafts: &[KeptDraft], cx: &Cx) -> Vec<Lettered> {
    let draft = |(letter, draft): (char, &KeptDraft)| {
        let typed = match draft.change {
            Change::Unset { .. } => "(removed)".to_owned(),
            _ => typed(&draft.change),
        };
        let time = cx.clock.day_and_time(&draft.kept_at);
        let label = text::safe(&draft.change.path().label()).into_owned();
        Lettered {
            letter,
            label: text::shorten(&label, 20),
            detail: format!("{}  {time}", text::shorten(&text::safe_whole(&typed), 22)),
            then: Effect::Meet(Meeting::GoOn(Box::new(draft.clone()))),
        }
    };
    let mut choices: Vec<Lettered> = ('1'..='9').zip(drafts).map(draft).collect();
    choices.push(Lettered {
        // No key of the page, so that nobody forgets it by accident.
        letter: '0',
        label: "Forget it".to_owned(),
        detail: "the record stays as it is".to_owned(),
        then: Effect::Meet(Meeting::Forget(id)),
    });
    choices
}

/// Wishes that what was typed is kept, if anything was.
pub(super) fn keep(record: RecordId, version: i64, changes: Vec<Change>, cx: &mut Cx) {
    if !changes.is_empty() {
        let saving = Saving {
            record,
            version,
            changes,
        };
        cx.keep(saving);
    }
}

/// Somebody was first with a change. It is asked who is right, unless something else is typed by now.
pub fn disagree(conflict: Box<Conflict>, types_else: bool, cx: &mut Cx) {
    if types_else {
        cx.say(late(&conflict));
    } else {
        cx.effects.push(Effect::Meet(Meeting::Conflict(conflict)));
    }
}

/// The wish that carries out what was decided; `None`, and said, where what was typed is only kept.
pub fn wished(conflict: &Conflict, how: Decision, cx: &mut Cx) -> Option<Wish> {
    if how == Decision::Keep {
        cx.say(KEPT);
        return None;
    }
    Some(Wish::Decide(Box::new(conflict.clone()), how))
}

/// Says of the text in the box when it was typed.
pub fn say_when_typed(kept: &KeptDraft, cx: &mut Cx) {
    let time = cx.clock.day_and_time(&kept.kept_at);
    cx.say(format!("This is what you typed {time} and did not save."));
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::{
        model::{BeingSent, Fault, Path, Status},
        tui::{
            event::{Answer, Event, Query, Ticket},
            testing::{self, feed_with, picture, press, problems, wishes},
        },
    };

    fn email(text: &str) -> Change {
        Change::Text {
            path: Path::field("contact_email"),
            text: text.to_owned(),
        }
    }

    /// What is wished for, but for what others are told.
    fn wished(effects: Vec<Effect>) -> Vec<Wish> {
        let wish = |effect| match effect {
            Effect::Change(_, Wish::ClaimEdit { .. } | Wish::ReleaseEdit | Wish::KeepVisit(..)) => {
                None
            }
            Effect::Change(_, wish) => Some(wish),
            _ => None,
        };
        effects.into_iter().filter_map(wish).collect()
    }

    /// Record 7 in the editor, its e-mail address typed over.
    fn typing(size: (u16, u16)) -> App {
        let mut app = problems(size);
        app.update(Event::Tick(Instant::now()));
        press(&mut app, "<ret><ret><ret><Ctrl+U>a@x.com");
        app
    }

    /// The same, saved, and somebody else was first.
    fn too_late(size: (u16, u16), conflict: &Conflict) -> App {
        let mut app = typing(size);
        let mut saved = press(&mut app, "<ret>");
        saved.extend(press(&mut app, "<ret>"));
        let ticket = saved.iter().find_map(|effect| match effect {
            Effect::Change(ticket, Wish::Edit { version: 1, .. }) => Some(*ticket),
            _ => None,
        });
        let answer = Answer::Conflict(Box::new(conflict.clone()));
        let effects = app.update(Event::Answer(ticket.expect("it is saved"), Ok(answer)));
        testing::feed(&mut app, effects);
        app
    }

    /// Time enough has passed for a question that was seen to listen.
    fn later(app: &mut App) {
        let now = app.cx.now.unwrap() + Duration::from_millis(300);
        let effects = app.update(Event::Tick(now));
        testing::feed(app, effects);
    }

    fn here() -> Conflict {
        testing::conflict(7, "/contact_email")
    }

    #[test]
    fn what_was_typed_stands_beside_theirs_at_100_by_30() {
        insta::assert_snapshot!(picture(&mut too_late((100, 30), &here())), @r#"
         redrive  ... > Problems > Email address not complete > record 7               [TEST]   saved 02:41
         Record 1 of 412   CUS-0000007   state: needs fixing (2 problems, 1 being edited)
        ┌ Fields ──────────────────────────────── 2 of 9 need fixing ┐┌ Problems in this record ──────── 2 ┐
        │    Field              As received        Now               ││ > contact_email                    │
        │    customer_id        CUS-0000007        (same)            ││   This e-mail address is not       │
        │    name               Müller GmbH        (same)            ││   complete. Write it like          │
        │ > !contact_email      office@            a@x.com_          ││   name@example.com.                │
        │   !phone              (not there)        (same)            ││   phone                            │
        │    stage              Lead               (same)            ││   This e-mail address is not       │
        │ ┌ Record 7 changed while you were editing ───────────────────────────────────── bert, 14:02:11 ┐ │
        │ │ field          when you opened      now                  yours                               │ │
        │ │ contact_email  a@x                  a@x.org              a@x.com              both changed   │ │
        │ │ city           Bern                 Bern                 Basel                only you       │─┘
        │ │ vip            true                 false                true                 only they      │─┐
        │ │                                                                                              │ │
        │ │   m  Merge: yours where only you changed it, theirs elsewhere                                │ │
        │ │   t  Take theirs, and forget what you typed                                                  │ │
        │ │   o  Overwrite theirs (it stays in the history)                                              │ │
        │ │ > d  Keep my draft, and decide later                                                         │ │
        │ └──────────────────────────────────────────────────────────────────────────────────────────────┘ │
        │                                                            ││   (no changes yet)                 │
        └────────────────────────────────────────────────────────────┘└────────────────────────────────────┘
        ┌ Editing contact_email ────────────────────────────────────────────────────── checked as you type ┐
        │ Now       [ a@x.com                                      ]   ! Not right yet                     │
        │ Was       "office@"                                         Record: 2 problems left after this   │
        │ Try       > Save anyway, it stays in needs fixing                                                │
        │ Same?     [ ] also fix the 411 other records like this   (opens Fix all with a preview)          │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
         Nothing was changed, and what you typed is kept.
         Type a letter  Up/Down Choose  Enter Do it                                       Esc Keep my draft
        "#);
    }

    #[test]
    fn what_was_typed_stands_beside_theirs_at_80_by_24() {
        insta::assert_snapshot!(picture(&mut too_late((80, 24), &here())), @r#"
         redrive  ... > Email address not complete > record 7       [TEST]  saved 02:41
         Record 1 of 412   CUS-0000007   state: needs fixing
        ┌ Fields ────────────────────────────────────────────────── 2 of 9 need fixing ┐
        │    Field                As received                Now                       │
        │    customer_id          CUS-0000007                (same)                    │
        │    name                 Müller GmbH                (same)                    │
        │ ┌ Record 7 changed while you were editing ───────────────── bert, 14:02:11 ┐ │
        │ │ field          opened        now           yours                         │ │
        │ │ contact_email  a@x           a@x.org       a@x.com       both changed    │ │
        │ │ city           Bern          Bern          Basel         only you        │ │
        │ │ vip            true          false         true          only they       │ │
        │ │                                                                          │ │
        │ │   m  Merge: yours where only you changed it, theirs elsewhere            │ │
        │ │   t  Take theirs, and forget what you typed                              │ │
        └─│   o  Overwrite theirs (it stays in the history)                          │─┘
        ┌ │ > d  Keep my draft, and decide later                                     │─┐
        │ └──────────────────────────────────────────────────────────────────────────┘ │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ Editing contact_email ────────────────────────────────── checked as you type ┐
        │ Now [ a@x.com                  ]  ! Not right yet  2 problems left after this│
        │ > Save anyway, it stays in needs fixing                                      │
        └──────────────────────────────────────────────────────────────────────────────┘
         Nothing was changed, and what you typed is kept.
         Type a letter  Up/Down Choose  Enter Do it                   Esc Keep my draft
        "#);
    }

    #[test]
    fn a_record_that_is_sent_meanwhile_says_who_sends_it() {
        let mut sent = here();
        sent.status = Status::Sending;
        sent.sent = Some(BeingSent {
            attempt: 2,
            since: "2025-11-20T14:02:10Z".to_owned(),
            author: "bert".to_owned(),
            process: Some("812".to_owned()),
        });
        let mut app = too_late((80, 24), &sent);
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  ... > Email address not complete > record 7       [TEST]  saved 02:41
         Record 1 of 412   CUS-0000007   state: needs fixing
        ┌ Fields ────────────────────────────────────────────────── 2 of 9 need fixing ┐
        │    Field                As received                Now                       │
        │    customer_id          CUS-0000007                (same)                    │
        │    name                 Müller GmbH                (same)                    │
        │ > !contact_email        office@                    a@x.com_                  │
        │   !phone                (not there)                (same)                    │
        │ ┌ Record 7 cannot be changed now ──────────────────────────────────────────┐ │
        │ │ Record 7 is being sent (attempt 2, since 14:02:10 by bert, process 812). │ │
        │ │ Your edit is kept as a draft; it can be saved once the answer is known.  │ │
        │ │                                                                          │ │
        │ │   t  Take theirs, and forget what you typed                              │ │
        │ │ > d  Keep my draft, and decide later                                     │ │
        └─└──────────────────────────────────────────────────────────────────────────┘─┘
        ┌ Not right yet ───────────────────────────────────────────────────────────────┐
        │ This e-mail address is not complete. Write it like name@example.com.         │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ Editing contact_email ────────────────────────────────── checked as you type ┐
        │ Now [ a@x.com                  ]  ! Not right yet  2 problems left after this│
        │ > Save anyway, it stays in needs fixing                                      │
        └──────────────────────────────────────────────────────────────────────────────┘
         Nothing was changed, and what you typed is kept.
         Type a letter  Up/Down Choose  Enter Do it                   Esc Keep my draft
        "#);
        later(&mut app);
        assert_eq!(
            wished(press(&mut app, "o")),
            [],
            "there is nothing to overwrite"
        );
    }

    #[test]
    fn each_letter_decides_and_the_box_is_closed() {
        for (key, how) in [
            ("m", Decision::Merge),
            ("t", Decision::Theirs),
            ("o", Decision::Overwrite),
        ] {
            let mut app = too_late((100, 30), &here());
            picture(&mut app);
            later(&mut app);
            let decided = Wish::Decide(Box::new(here()), how);
            assert_eq!(wished(press(&mut app, key)), [decided], "{key}");
            assert!(!picture(&mut app).contains("Editing"), "{key}");
        }
    }

    /// The editor is left while a field is being made empty.
    fn left_while_saving() -> (App, Ticket) {
        let mut app = problems((100, 30));
        app.update(Event::Tick(Instant::now()));
        press(&mut app, "<ret><ret>");
        let saved = press(&mut app, "<Del>");
        press(&mut app, "<esc>");
        let ticket = saved.iter().find_map(|effect| match effect {
            Effect::Change(ticket, Wish::Edit { .. }) => Some(*ticket),
            _ => None,
        });
        assert!(!picture(&mut app).contains("> record 7"));
        (app, ticket.expect("it is saved"))
    }

    #[test]
    fn a_change_that_fails_after_its_page_was_left_is_said() {
        let (mut app, ticket) = left_while_saving();
        let fault = Fault::unusable("workspace:busy", "another process is writing");
        app.update(Event::Answer(ticket, Err(fault.into())));
        let shown = picture(&mut app);
        assert!(
            shown.to_lowercase().contains("another process is writing"),
            "{shown}"
        );
    }

    #[test]
    fn somebody_who_was_first_is_named_after_the_page_was_left_and_the_page_there_is_left_alone() {
        let (mut app, ticket) = left_while_saving();
        let answer = Answer::Conflict(Box::new(here()));
        let effects = app.update(Event::Answer(ticket, Ok(answer)));
        assert_eq!(wished(effects), []);
        let shown = picture(&mut app);
        let said = "Somebody else changed record 7 first. Kept.";
        assert!(shown.contains(said), "{shown}");
        assert!(!shown.contains("Merge: yours"), "{shown}");
        // What is decided all the same is done by the app.
        for how in [Decision::Merge, Decision::Keep] {
            app.decide(here(), how);
        }
        let decided = Wish::Decide(Box::new(here()), Decision::Merge);
        assert_eq!(wished(std::mem::take(&mut app.cx.effects)), [decided]);
    }

    #[test]
    fn esc_and_d_and_a_storm_of_enter_decide_nothing_and_keep_what_was_typed() {
        for keys in ["d", "<esc>", "<ret>"] {
            let mut app = too_late((100, 30), &here());
            assert_eq!(
                wished(press(&mut app, "<ret><ret>o")),
                [],
                "it is deaf at first"
            );
            picture(&mut app);
            later(&mut app);
            assert_eq!(wished(press(&mut app, keys)), [], "{keys}");
            let shown = picture(&mut app);
            assert!(shown.contains(KEPT), "{keys}: {shown}");
            assert!(!shown.contains("Editing"), "{keys}: {shown}");
        }
    }

    #[test]
    fn without_anything_to_merge_it_is_not_offered() {
        let mut both = here();
        both.partings
            .retain(|one| one.path.label() == "contact_email");
        let mut app = too_late((100, 30), &both);
        assert!(!picture(&mut app).contains("m  Merge"));
        later(&mut app);
        assert_eq!(wished(press(&mut app, "m")), []);
    }

    #[test]
    fn what_is_typed_is_kept_however_the_program_is_left() {
        let kept = Wish::KeepDraft(Box::new(Saving {
            record: RecordId(7),
            version: 1,
            changes: vec![email("a@x.com")],
        }));
        let mut app = typing((100, 30));
        assert_eq!(
            wished(app.update(Event::Terminate)),
            std::slice::from_ref(&kept)
        );
        let mut app = typing((100, 30));
        assert_eq!(
            wished(wishes(&mut app, "<Ctrl+C>")),
            std::slice::from_ref(&kept)
        );
        assert_eq!(wished(wishes(&mut app, "<Ctrl+C>")), [], "once");
        let mut app = problems((100, 30));
        press(&mut app, "<ret>e<Ctrl+U>a@x.com");
        assert_eq!(
            wished(app.update(Event::Terminate)),
            [kept],
            "in the table as well"
        );
        let mut app = problems((100, 30));
        press(&mut app, "<ret><ret><ret>");
        assert_eq!(
            wished(app.update(Event::Terminate)),
            [],
            "nothing was typed"
        );
    }

    /// The editor of a record that something was typed into and not saved.
    fn comes_back() -> App {
        let mut app = problems((100, 30));
        press(&mut app, "<ret>");
        let draft = KeptDraft {
            record: RecordId(7),
            version: 1,
            change: email("a@\u{1b}x.com"),
            kept_at: "2025-11-20T14:02:00Z".to_owned(),
        };
        let answer = move |query| match query {
            Query::Drafts { .. } => Answer::Drafts(vec![draft.clone()]),
            query => testing::answer(query),
        };
        let effects = wishes(&mut app, "<ret>");
        feed_with(&mut app, effects, &answer);
        app
    }

    #[test]
    fn whoever_comes_back_is_offered_what_they_typed_and_did_not_save() {
        let mut app = comes_back();
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  ... > Problems > Email address not complete > record 7               [TEST]   saved 02:41
         Record 1 of 412   CUS-0000007   state: needs fixing (2 problems)   not saved: contact_email
        ┌ Fields ──────────────────────────────── 2 of 9 need fixing ┐┌ Problems in this record ──────── 2 ┐
        │    Field              As received        Now               ││ > contact_email                    │
        │    customer_id        CUS-0000007        (same)            ││   This e-mail address is not       │
        │    name               Müller GmbH        (same)            ││   complete. Write it like          │
        │ > !contact_email      office@            (same)            ││   name@example.com.                │
        │   !phone              (not there)        (same)            ││   phone                            │
        │    stage              Lead               (same)            ││   This e-mail address is not       │
        │    v address          {2 fields}                           ││   complete. Write it like          │
        │        country        DE                 (same)            ││   name@example.com.                │
        │        city           Köln               (same)            ││ (n jumps to the next one)          │
        │    deal_value         1200.5             (same)            │└────────────────────────────────────┘
        │    created_at    ┌ You typed this and did not save it ────────────────────────┐m ────────────────┐
        │                  │ > 1  contact_email        a@<ESC>x.com  20 Nov 2025        │.csv              │
        │                  │   0  Forget it            the record stays as it is        │ 7)               │
        │                  └────────────────────────────────────────────────────────────┘ver sent)         │
        │                                                            ││ Rules   the run's contract         │
        │                                                            ││                                    │
        │                                                            ││ History of this record             │
        │                                                            ││   (no changes yet)                 │
        └────────────────────────────────────────────────────────────┘└────────────────────────────────────┘
        ┌ contact_email ───────────────────────────────────────────────────────────────────────────────────┐
        │ Now       office@                                                                                │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘

         Type a letter  Up/Down Choose  Enter Take it                                             Esc Close
        "#);
        press(&mut app, "1");
        let shown = picture(&mut app);
        assert!(shown.contains("┌ Editing contact_email"), "{shown}");
        assert!(shown.contains("This is what you typed"), "{shown}");
        let mut app = comes_back();
        assert_eq!(
            wished(wishes(&mut app, "0")),
            [Wish::DropDrafts(RecordId(7), None)]
        );
    }

    #[test]
    fn what_was_kept_stays_in_sight_and_is_in_the_box_when_its_field_is_opened() {
        let mut app = comes_back();
        press(&mut app, "<esc>");
        let shown = picture(&mut app);
        assert!(shown.contains("not saved: contact_email"), "{shown}");
        press(&mut app, "<ret>");
        let shown = picture(&mut app);
        assert!(shown.contains("This is what you typed"), "{shown}");
    }

    #[test]
    fn nobody_is_asked_about_one_record_while_they_type_into_another_field() {
        let mut app = problems((100, 30));
        app.update(Event::Tick(Instant::now()));
        press(&mut app, "<ret><ret>");
        // A field is made empty, and the next one is typed into before that is saved.
        let saved = press(&mut app, "<Del>");
        press(&mut app, "<Down><ret>more");
        let ticket = saved.iter().find_map(|effect| match effect {
            Effect::Change(ticket, Wish::Edit { .. }) => Some(*ticket),
            _ => None,
        });
        let answer = Answer::Conflict(Box::new(here()));
        let effects = app.update(Event::Answer(ticket.expect("it is saved"), Ok(answer)));
        testing::feed(&mut app, effects);
        later(&mut app);
        press(&mut app, "toll");
        let shown = picture(&mut app);
        assert!(shown.contains("moretoll"), "{shown}");
        assert!(
            shown.contains("Somebody else changed record 7 first."),
            "{shown}"
        );
    }

    #[test]
    fn nobody_is_asked_over_another_page_that_is_typed_into() {
        let mut app = problems((100, 30));
        press(&mut app, "b<Down><ret>x");
        app.carry_out(Meeting::Conflict(Box::new(here())));
        assert!(picture(&mut app).contains(FIRST));
        assert!(app.overlay.is_none());
        app.carry_out(Meeting::Offer(RecordId(7), Vec::new()));
        assert!(app.overlay.is_none());
        press(&mut app, "<esc>");
        app.carry_out(Meeting::Offer(RecordId(7), Vec::new()));
        assert!(
            app.overlay.is_none(),
            "it belongs to the page of the record"
        );
    }

    #[test]
    fn whoever_types_on_decides_nothing_until_they_have_paused() {
        let mut app = too_late((100, 30), &here());
        picture(&mut app);
        let start = app.cx.now.unwrap();
        for (at, key) in (1_u64..).zip(["t", "o", "m", "t", "o"]) {
            app.update(Event::Tick(start + Duration::from_millis(at * 150)));
            assert_eq!(wished(press(&mut app, key)), [], "{key}");
        }
        later(&mut app);
        assert_eq!(wished(press(&mut app, "m")).len(), 1);
    }

    #[test]
    fn a_question_that_was_not_seen_yet_does_not_listen() {
        let mut app = too_late((100, 30), &here());
        // On a slow line the frame before is still going out.
        later(&mut app);
        assert_eq!(wished(press(&mut app, "m")), []);
        picture(&mut app);
        later(&mut app);
        assert_eq!(wished(press(&mut app, "m")).len(), 1);
        let mut app = comes_back();
        app.update(Event::Tick(Instant::now()));
        assert_eq!(wished(wishes(&mut app, "0")), []);
        picture(&mut app);
        later(&mut app);
        assert_eq!(wished(wishes(&mut app, "x")), [], "a key of the page");
        assert_eq!(wished(wishes(&mut app, "0")).len(), 1);
    }

    #[test]
    fn whoever_types_while_it_is_saved_is_told_and_can_leave() {
        let mut app = typing((100, 30));
        let mut saved = press(&mut app, "<ret>");
        saved.extend(press(&mut app, "<ret>"));
        press(&mut app, "x");
        let shown = picture(&mut app);
        assert!(
            shown.contains("Still saving: what you type is not taken yet."),
            "{shown}"
        );
        assert!(shown.contains("Esc Leave the box"), "{shown}");
        press(&mut app, "<esc>");
        assert!(!picture(&mut app).contains("Editing"));
        let ticket = saved.iter().find_map(|effect| match effect {
            Effect::Change(ticket, Wish::Edit { .. }) => Some(*ticket),
            _ => None,
        });
        let report = crate::model::ChangeReport::default();
        let effects = app.update(Event::Answer(ticket.unwrap(), Ok(Answer::Changed(report))));
        testing::feed(&mut app, effects);
        let shown = picture(&mut app);
        assert!(shown.contains("contact_email is saved."), "{shown}");
    }
}
