//! Others who work in the same workspace: they are told which record is edited here, and it is shown what they edit.

use std::time::{Duration, Instant};

use super::{
    app::App,
    event::{Cx, Wish},
    pages::Page,
};
use crate::{
    model::{EditClaim, RecordId},
    text,
};

/// How often it is said again that a record is edited.
const AGAIN: Duration = Duration::from_mins(1);

/// Who has pressed nothing for so long is not taken to be editing any more.
const IDLE: Duration = Duration::from_mins(10);

/// What others have been told of the record that is edited here.
#[derive(Debug, Default)]
pub(super) struct Holding {
    record: Option<RecordId>,
    said: Option<Instant>,
    touched: Option<Instant>,
    /// The program ends, and everything there was to say has been said.
    is_left: bool,
}

impl Holding {
    /// The person has pressed, pasted or clicked something.
    pub fn touch(&mut self, now: Option<Instant>) {
        self.touched = now;
    }

    /// Tells the others which record is edited now, as far as they have not been told. Nothing is written while nothing is
    /// edited, nor in a workspace that is only looked at.
    pub fn follow(&mut self, edited: Option<RecordId>, cx: &mut Cx) {
        if cx.read_only {
            return;
        }
        if edited == self.record && !self.is_due(cx.now) {
            return;
        }
        match edited {
            Some(id) => cx.change(Wish::ClaimEdit { id }),
            None => cx.change(Wish::ReleaseEdit),
        };
        self.record = edited;
        self.said = cx.now;
    }

    fn is_due(&self, now: Option<Instant>) -> bool {
        let since = |then: Option<Instant>| Some(now?.saturating_duration_since(then?));
        let is_idle = since(self.touched).is_none_or(|idle| idle >= IDLE);
        self.record.is_some() && !is_idle && since(self.said).is_some_and(|time| time >= AGAIN)
    }
}

impl App {
    /// Tells the others what is edited here, and keeps what is typed where the program ends; says whether there was something to
    /// do.
    pub(super) fn tell_others(&mut self) -> bool {
        let edited = self.pages.iter().find_map(Page::edited);
        if self.exit.is_none() {
            self.holding.follow(edited, &mut self.cx);
        } else if !std::mem::replace(&mut self.holding.is_left, true) {
            self.keep_all();
            self.keep_what_fails();
            self.keep_visit();
            self.holding.follow(None, &mut self.cx);
        }
        !self.cx.effects.is_empty()
    }

    /// Others edit these records now.
    pub(super) fn meet(&mut self, claims: Vec<EditClaim>) {
        if *self.cx.others != claims[..] {
            self.cx.others = claims.into();
            for page in self.pages.iter_mut() {
                page.meet(&self.cx);
            }
        }
    }
}

/// Who else edits a record, as a sentence without its full stop. Safe to print.
pub(super) fn who_edits(id: RecordId, cx: &Cx) -> Option<String> {
    let mut here = cx.others.iter().filter(|claim| claim.record == id);
    let first = here.next()?;
    let name = text::shorten(&text::safe(&first.author), 24);
    Some(match here.count() as u64 {
        0 => {
            let since = cx.clock.time(&first.since);
            format!("{name} is editing this record since {since}")
        }
        others => format!(
            "{name} and {} are editing this record",
            text::count(others, "other")
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{
        event::{Answer, Effect, Event, Query, Ticket},
        testing::{feed, picture, press, problems, wishes},
    };

    /// What others are told by these effects.
    fn told(effects: &[Effect]) -> Vec<Wish> {
        let mut told = Vec::new();
        for effect in effects {
            if let Effect::Change(_, wish @ (Wish::ClaimEdit { .. } | Wish::ReleaseEdit)) = effect {
                told.push(wish.clone());
            }
        }
        told
    }

    fn anna(id: i64) -> EditClaim {
        EditClaim {
            record: RecordId(id),
            author: "anna".to_owned(),
            since: "2025-11-20T14:02:00Z".to_owned(),
        }
    }

    /// Half a second passes in which somebody wrote, and these are the others then.
    fn others(app: &mut App, at: Instant, version: i64, claims: Vec<EditClaim>) {
        let effects = app.update(Event::Tick(at));
        let asked = |wanted: &Query, effects: &[Effect]| -> Option<Ticket> {
            effects.iter().find_map(|effect| match effect {
                Effect::Ask(ticket, query) if query == wanted => Some(*ticket),
                _ => None,
            })
        };
        let ticket = asked(&Query::Version, &effects).expect("it looks");
        let effects = app.update(Event::Answer(ticket, Ok(Answer::Version(version))));
        let ticket = asked(&Query::EditClaims, &effects).expect("it asks who edits");
        app.update(Event::Answer(ticket, Ok(Answer::EditClaims(claims))));
        feed(app, effects);
    }

    #[test]
    fn others_are_told_while_a_record_is_edited_and_once_when_it_is_not_any_more() {
        let mut app = problems((100, 30));
        let start = Instant::now();
        app.update(Event::Tick(start));
        assert_eq!(told(&press(&mut app, "<ret><ret>")), [], "only looked at");
        let claim = Wish::ClaimEdit { id: RecordId(7) };
        let opened = press(&mut app, "<ret>");
        assert_eq!(told(&opened), std::slice::from_ref(&claim));
        assert_eq!(told(&wishes(&mut app, "x")), []);
        let mut at = |minutes| told(&app.update(Event::Tick(start + Duration::from_mins(minutes))));
        assert_eq!(
            at(1),
            std::slice::from_ref(&claim),
            "said again each minute"
        );
        assert_eq!(at(9), [claim]);
        assert_eq!(at(11), [], "nobody sits there any more");
        assert_eq!(told(&wishes(&mut app, "<esc>")), [Wish::ReleaseEdit]);
        assert_eq!(told(&wishes(&mut app, "j")), []);
    }

    #[test]
    fn leaving_the_program_says_that_nothing_is_edited() {
        let mut app = problems((100, 30));
        press(&mut app, "<ret><ret><ret>");
        assert_eq!(told(&app.update(Event::Terminate)), [Wish::ReleaseEdit]);
    }

    #[test]
    fn a_workspace_that_is_only_looked_at_is_told_nothing() {
        let mut cx = Cx::default();
        cx.read_only = true;
        Holding::default().follow(Some(RecordId(7)), &mut cx);
        assert_eq!(cx.effects, []);
    }

    #[test]
    fn who_edits_a_record_is_seen_in_the_table_and_in_the_editor() {
        let mut app = problems((100, 30));
        press(&mut app, "<ret>");
        let now = Instant::now();
        others(&mut app, now, 1, vec![anna(14)]);
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  customers-2025-11-20 > Problems > Email address not complete  to crm [TEST]   saved 02:41
          1 Problems 6  [2 Records 1,387]  3 Review 3   4 Send   5 History 4                           Menu
         Filter  none, type / to add one                                                        412 records
        ┌ Records ───────────────────────────────────── sorted by record   columns 7 of 10, Right for more ┐
        │   Record  State         contact_email  customer_id  name         phone       stage    Also       │
        │>  7       needs fixing  !office@       CUS-0000007  Müller GmbH  !(missing)  Lead     phone     █│
        │  @14      needs fixing  !office@       CUS-0000014  Müller GmbH              Lead               ││
        │   21      ready         ~office@       CUS-0000021  Müller GmbH              Lead               ││
        │   28      unreadable    !This e-mail address is not complete.                                   ││
        │   35      needs fixing  !office@       CUS-0000035  Müller GmbH              Lead               ││
        │   42      needs fixing  !office@       CUS-0000042  Müller GmbH  !(missing)  Lead     phone     ││
        │   49      needs fixing  !office@       CUS-0000049  Müller GmbH              Lead               ││
        │   56      ready         ~office@       CUS-0000056  Müller GmbH              Lead               ││
        │   63      unreadable    !This e-mail address is not complete.                                   ││
        │   70      needs fixing  !office@       CUS-0000070  Müller GmbH              Lead               ││
        │   77      needs fixing  !office@       CUS-0000077  Müller GmbH  !(missing)  Lead     phone     ││
        │   84      needs fixing  !office@       CUS-0000084  Müller GmbH              Lead               ││
        │   91      ready         ~office@       CUS-0000091  Müller GmbH              Lead               ││
        │   98      unreadable    !This e-mail address is not complete.                                   ││
        │   105     needs fixing  !office@       CUS-0000105  Müller GmbH              Lead               ││
        │ @ edited by another   ! has a problem   ~ changed by you, or a warning                           │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
        ┌ Cell: contact_email, record 7, line 8 ─────────────────────────────────────────── problem 1 of 2 ┐
        │ Received   "office@"   (7 characters, no hidden characters)                                      │
        │ Problem    This e-mail address is not complete.                                                  │
        │ What to do Write it like name@example.com.                                                       │
        │ Code       format:email  at /contact_email                                                       │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
         Enter opens the record. Space marks it, * marks all 412.
         Enter Open  n Next problem  Space Mark  b Fix 412  x Set aside  / Filter  s Sort  ? Help  Esc Back
        "#);
        press(&mut app, "j");
        let shown = picture(&mut app);
        assert!(
            shown.contains("anna is editing this record since 14:02."),
            "{shown}"
        );
        press(&mut app, "<ret>");
        let shown = picture(&mut app);
        assert!(
            shown.contains("   anna is editing this record since 14:02   "),
            "{shown}"
        );
        others(&mut app, now + Duration::from_secs(1), 2, Vec::new());
        assert!(!picture(&mut app).contains("anna"));
    }

    #[test]
    fn a_dead_editor_is_noticed_although_nobody_writes() {
        let mut app = problems((100, 30));
        let now = Instant::now();
        others(&mut app, now, 1, vec![anna(14)]);
        others(&mut app, now + Duration::from_secs(1), 1, Vec::new());
        assert!(app.cx.others.is_empty());
    }

    #[test]
    fn names_of_others_are_untrusted_and_more_than_one_are_counted() {
        let mut evil = anna(7);
        evil.author = "an\u{1b}[2Jna".to_owned();
        let mut cx = Cx::default();
        cx.others = vec![evil, anna(7), anna(8)].into();
        let words = who_edits(RecordId(7), &cx).unwrap();
        assert!(!words.contains('\u{1b}'), "{words:?}");
        assert!(
            words.ends_with("and 1 other are editing this record"),
            "{words}"
        );
        assert_eq!(who_edits(RecordId(9), &cx), None);
    }
}
