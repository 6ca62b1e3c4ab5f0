//! Why is this wrong: asked with one key wherever a record or a problem is under the cursor.

use super::{answers::Asked, app::App, event::Query, overlays::Overlay, pages::Subject};
use crate::ops::{WhyWrong, WrongAt};

impl App {
    /// Asks for everything that is known of what is under the cursor.
    pub(super) fn ask_why(&mut self) {
        let Some(subject) = self.pages.top().subject() else {
            self.status = Some("There is nothing to explain here.".to_owned());
            return;
        };
        let at = match &subject {
            Subject::Record { id, field, .. } => WrongAt::Record(*id, field.clone()),
            Subject::Group { run, id } => WrongAt::Group(*run, *id),
        };
        let ticket = self.cx.ask(Query::WhyWrong(at));
        self.asked.push((ticket, Asked::WhyWrong(subject)));
    }

    /// Shows it, unless the person has gone on to something else by now.
    pub(super) fn tell_why(&mut self, subject: &Subject, why: &WhyWrong) {
        let page = self.pages.top();
        if page.subject().as_ref() == Some(subject) && self.may_come(None) {
            self.overlay = Some(Overlay::Account(page.account(why)));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::tui::{
        app::App,
        testing::{feed, picture, press, problems, records, resize, shows, shows_not, wishes},
    };

    fn explained(keys: &str, size: (u16, u16)) -> App {
        let mut app = problems(size);
        press(&mut app, keys);
        app
    }

    #[test]
    fn a_field_of_a_record_is_explained_at_80_by_24() {
        let mut app = explained("<ret><ret>i", (80, 24));
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  ... > Email address not complete > record 7       [TEST]  saved 02:41
         Record 1 of 412   CUS-0000007   state: needs fixing (2 problems)
        ┌ Fields ────────────────────────────────────────────────── 2 of 9 need fixing ┐
        │    Field                As received                Now                       │
        │    customer_id          CUS-0000007                (same)                    │
        │ ┌ Why is this wrong: contact_email ────────────────────────────────────────┐ │
        │ │ Problem    This e-mail address is not complete.                          │ │
        │ │ What to do Write it like name@example.com.                               │ │
        │ │ Value      "office@"                                                     │ │
        │ │ Valid      e-mail address, required                                      │ │
        │ │ Rule       the schema's "format": email                                  │ │
        │ │ Code       format:email  at /contact_email                               │ │
        │ │                                                                          │ │
        │ │ Where it came from                                                       │ │
        └─│ File       customers.csv                                                 │─┘
        ┌ │ Line       8 (record 7)                                                  │─┐
        │ │ Stopped    Check (never sent)                                            │ │
        └─│ Rules      the run's contract                                            │─┘
        ┌ └──────────────────────────────────────────────────────────────────────────┘─┐
        │ Now office@                                                                  │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘

         Enter Close                                                          Esc Close
        "#);
        press(&mut app, "i");
        shows_not(&mut app, "Why is this wrong");
    }

    #[test]
    fn a_problem_is_explained_with_its_card_at_100_by_30() {
        let mut app = explained("i", (100, 30));
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  customers-2025-11-20                                          to crm [TEST]   saved 02:41
         [1 Problems 6]  2 Records 1,387   3 Review 3   4 Send   5 History 4                           Menu
        ┌ Where records stopped ─────────────────────────────────────────────────── passed 8,613 of 10,000 ┐
        │ Read 10,000 ──> Check 9,988 ────────> Passed 8,613 (86.1%)                                       │
        │ -12 unreadable  -1,375 failed checks                                                             │
        │ Needs fixing 1,384     Ready to send 3     Sent 0                                                │
        └─┌ Why is this wrong: Email address not complete ───────────────────────────────────────────────┐─┘
        ┌ │ What       This e-mail address is not complete.                                              │ ┐
        │ │ Since      Lines 18 to 9,991. Growing: 380 in the run of 19 Nov 2025.                        │ │
        │ │ Many       412 records, 30%.                                                                 │ │
        │ │ Cause      Probably ONE: a single shape covers 90%.                                          │ │
        │ │ What to do Write it like name@example.com.                                                   │ │
        │ │ Value      "office@"                                                                         │ │
        │ │ Valid      e-mail address, required                                                          │ │
        │ │ Rule       the schema's "format": email                                                      │ │
        │ │ Code       format:email  at /contact_email                                                   │ │
        │ │                                                                                              │ │
        │ │ One of them: record 14                                                                       │ │
        │ │ File       customers.csv                                                                     │ │
        │ │ Line       15 (record 14)                                                                    │ │
        │ │ Stopped    Check (never sent)                                                                │ │
        │ │ Rules      the run's contract                                                                │ │
        │ └──────────────────────────────────────────────────────────────────────────────────────────────┘ │
        │                                                          ││                                      │
        │ Since the run of 19 Nov 2025: 1 new, 1 gone (D)          ││                                      │
        │                                                          ││                                      │
        │                                                          ││                                      │
        └──────────────────────────────────────────────────────────┘└──────────────────────────────────────┘

         Enter Close                                                                              Esc Close
        "#);
    }

    #[test]
    fn a_cell_is_explained_and_an_unreadable_line_and_a_field_that_is_fine() {
        let mut app = records((100, 30));
        press(&mut app, "i");
        shows(&mut app, "Why is this wrong: contact_email");
        shows(&mut app, "format:email  at /contact_email");
        press(&mut app, "<esc><Down><Down><Down><ret>i");
        shows(&mut app, "state: unreadable");
        shows(&mut app, "Why is this wrong");
        let mut fine = explained("<ret><ret><Home>i", (100, 30));
        shows(&mut fine, "Nothing is wrong with this field.");
        shows(&mut fine, "phone");
    }

    #[test]
    fn what_has_no_room_is_scrolled_to() {
        let mut app = explained("<ret><ret>i", (80, 24));
        resize(&mut app, 60, 16);
        shows(&mut app, "lines 1-");
        press(&mut app, "<End>");
        let last = picture(&mut app);
        press(&mut app, "<Down>");
        assert_eq!(picture(&mut app), last);
        press(&mut app, "<Home>");
        shows(&mut app, "lines 1-");
        press(&mut app, "<ret>");
        shows_not(&mut app, "Why is this wrong");
    }

    #[test]
    fn an_explanation_that_comes_late_covers_nothing_else() {
        let mut app = problems((100, 30));
        let effects = wishes(&mut app, "i<Down>");
        feed(&mut app, effects);
        shows_not(&mut app, "Why is this wrong");
    }

    #[test]
    fn the_menu_tells_of_it_and_a_page_without_anything_wrong_says_so() {
        let mut app = problems((100, 30));
        press(&mut app, ".");
        shows(&mut app, "Why is this wrong");
        press(&mut app, "<esc>5i");
        assert_eq!(
            app.status.as_deref(),
            Some("There is nothing to explain here.")
        );
    }
}
