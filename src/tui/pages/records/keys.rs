//! What keys do in the records table while nothing is typed.

use ratatui::layout::Position;

use super::Records;
use crate::{
    model::Status,
    text,
    tui::{
        action::{Action, Offer},
        event::{Among, Cx, Effect, Route, Wish},
        pages::{asked, cell::Column, table},
        widgets::lines::Roll,
    },
};

/// Why a record can neither be changed nor set aside.
const SENT: &str = "what was sent stays as it was sent";

impl Records {
    pub(super) fn list_offers(&self) -> Vec<Offer> {
        if self.finds_nothing() {
            return self.nothing_offers();
        }
        let mut offers = Vec::new();
        let mut values = false;
        if !self.ids.is_empty() {
            offers.push(Offer::new(Action::Open, "Open"));
            self.push_edit_offers(&mut offers);
            offers.push(Offer::new(Action::NextProblem, "Next problem"));
            offers.push(Offer::new(Action::Mark, "Mark"));
            if self.fix().is_some() {
                let label = format!("Fix {}", text::thousands(self.still() as u64));
                offers.push(Offer::new(Action::FixAll, label));
                values = true;
            }
            let label = if self.takes_back() {
                "Take back"
            } else {
                "Set aside"
            };
            // Of some that are marked, those that can be are set aside.
            let alone = self.chosen().filter(|_| self.marks.is_empty());
            let why = alone.filter(|row| row.status.is_frozen()).map(|_| SENT);
            offers.push(Offer::new(Action::SetAside, label).unless(why));
            offers.push(Offer::new(Action::Note, ""));
        }
        offers.push(Offer::new(Action::Filter, "Filter"));
        if !self.ids.is_empty() {
            for (action, label) in [
                (
                    Action::OnlyLike,
                    if self.in_cell { "Only like this" } else { "" },
                ),
                (Action::HideLike, if self.in_cell { "Hide" } else { "" }),
                (Action::Sort, "Sort"),
                (Action::Columns, "Columns"),
                (Action::MarkShown, ""),
                (Action::Check, "Check again"),
                (Action::Undo, "Undo"),
                (Action::Send, "Send"),
                (Action::PreviousProblem, ""),
                (Action::NextGroup, ""),
                (Action::PreviousGroup, ""),
                (Action::NextRecord, ""),
                (Action::PreviousRecord, ""),
                (Action::Narrower, ""),
                (Action::Wider, ""),
                (Action::Zoom, ""),
                (Action::NextPanel, ""),
            ] {
                offers.push(Offer::new(action, label));
            }
            if values {
                offers.push(Offer::new(Action::Values, ""));
            }
        }
        offers
    }

    /// A suggestion that is known comes first: `a n a n` is the quickest way through a list.
    fn push_edit_offers(&self, offers: &mut Vec<Offer>) {
        let Some(row) = self.chosen().filter(|row| row.current.is_some()) else {
            return;
        };
        let frozen = row.status.is_frozen().then_some(SENT);
        let known = self.suggestion(row).is_some();
        let label = if known { "Use suggestion" } else { "" };
        offers.push(Offer::new(Action::AcceptSuggestion, label).unless(frozen));
        let label = if self.in_cell { "Edit" } else { "" };
        offers.push(Offer::new(Action::Edit, label).unless(frozen));
        offers.push(Offer::new(Action::PutBack, "").unless(frozen));
        offers.push(Offer::new(Action::Remove, "").unless(frozen));
    }

    pub(super) fn act_on_list(&mut self, action: Action, cx: &mut Cx) {
        if self.finds_nothing() && self.act_on_nothing(action, cx) {
            return;
        }
        let page = table::rows_shown(cx.size, self.zoomed).max(1) as isize;
        match action {
            Action::Up if self.at == 0 => cx.effects.push(Effect::Tabs),
            Action::PreviousRecord if self.at == 0 => {
                cx.say("This is the first record of the list.");
            }
            Action::Up | Action::PreviousRecord => self.step(-1),
            Action::NextRecord if self.at + 1 >= self.ids.len() => {
                cx.say("This is the last record of the list.");
            }
            Action::Down | Action::NextRecord => self.step(1),
            Action::PageUp => self.step(-page),
            Action::PageDown => self.step(page),
            Action::First => self.step(isize::MIN),
            Action::Last => self.step(isize::MAX),
            Action::Left | Action::Right => self.move_sideways(action == Action::Right),
            Action::Open => self.open_record(cx),
            Action::FixAll | Action::SetAside => self.act_on_many(action, cx),
            Action::Edit | Action::AcceptSuggestion | Action::PutBack | Action::Remove => {
                self.change_cell(action, cx);
            }
            Action::Mark | Action::MarkShown => self.mark(action, cx),
            Action::OnlyLike | Action::HideLike => {
                self.only_like_this(action == Action::HideLike, cx);
            }
            Action::NextGroup | Action::PreviousGroup => {
                self.ask_for_group_beside(action == Action::NextGroup, cx);
            }
            Action::Values => {
                if let Some(view) = self.fix() {
                    cx.go(Route::Values(Box::new(view)));
                }
            }
            Action::Note => cx.effects.extend(self.chosen().map(asked::note_on_record)),
            Action::NextProblem => self.next_problem(true, cx),
            Action::PreviousProblem => self.next_problem(false, cx),
            Action::Filter => self.open_prompt(cx),
            Action::Columns | Action::Sort | Action::Narrower | Action::Wider => {
                self.act_on_columns(action, cx);
            }
            Action::Check => {
                if let Some(id) = self.ids.get(self.at) {
                    self.asked.check = Some(cx.change(Wish::Check { id: *id }));
                }
            }
            Action::Zoom | Action::NextPanel | Action::PreviousPanel => self.zoomed = !self.zoomed,
            Action::Back if self.in_cell => self.leave_cell(),
            Action::Back if !self.typed.is_empty() => self.clear_filter(cx),
            Action::Back => cx.back(),
            _ => {}
        }
    }

    /// The next step in words.
    pub(super) fn steps_in_words(&self) -> String {
        if let Some(who) = self.ids.get(self.at).and_then(|id| self.others.get(id)) {
            return format!("{who}.");
        }
        if self.in_cell {
            let (narrower, wider) = (self.keys.of(Action::Narrower), self.keys.of(Action::Wider));
            return format!(
                "Left and Right go from cell to cell. {narrower} and {wider} change the width."
            );
        }
        if self.has_legend {
            let shown = text::thousands(self.ids.len() as u64);
            let (mark, all) = (self.keys.of(Action::Mark), self.keys.of(Action::MarkShown));
            return format!("Enter opens the record. {mark} marks it, {all} marks all {shown}.");
        }
        self.legend()
    }

    /// Moves the cursor to the record and cell under the pointer, and says whether there is one; sorts by a title.
    pub fn point(&mut self, place: Position, cx: &mut Cx) -> bool {
        if let Some(by) = self.places.title(place) {
            self.sort_by(&by, cx);
            return false;
        }
        if self.nothing.point(place) {
            return true;
        }
        let Some(line) = self.places.line(place) else {
            return false;
        };
        self.at = line;
        match self.places.column(place) {
            Some(column) => self.enter_cell(column),
            None => self.leave_cell(),
        }
        self.ask_for_rows(cx);
        self.look(cx);
        true
    }

    /// Moves what is in sight of the list, and the cursor where it would not be any more.
    pub fn roll(&mut self, roll: Roll, cx: &mut Cx) {
        let Some((first, at)) = self.places.roll(roll, self.at) else {
            return;
        };
        self.seeking = None;
        self.recalled.forget();
        self.first = first;
        self.at = at.min(self.ids.len().saturating_sub(1));
        self.ask_for_rows(cx);
        self.look(cx);
    }

    /// The column that is meant: that of the cell cursor; without one the list's own, else where the record fails.
    pub(in crate::tui::pages) fn target(&self) -> Option<usize> {
        let shown = self.columns.shown();
        if self.in_cell || self.columns.pinned() > 0 {
            return Some(self.column).filter(|at| *at < shown.len());
        }
        let row = self.chosen()?;
        let failing = shown.iter().position(|one| one.problem(row).is_some());
        (!shown.is_empty()).then(|| failing.unwrap_or(0))
    }

    /// The column that is meant.
    pub(in crate::tui::pages) fn target_column(&self) -> Option<&Column> {
        self.columns.shown().get(self.target()?)
    }

    pub(super) fn leave_cell(&mut self) {
        self.in_cell = false;
        self.column = 0;
    }

    pub(super) fn enter_cell(&mut self, column: usize) {
        self.in_cell = true;
        self.column = column;
    }

    /// Right begins with the first cell; Left past it leaves the cells again.
    fn move_sideways(&mut self, right: bool) {
        let last = self.columns.shown().len().saturating_sub(1);
        match (self.in_cell, right) {
            (true, true) => self.column = (self.column + 1).min(last),
            (true, false) if self.column > 0 => self.column -= 1,
            (true, false) => self.leave_cell(),
            (false, true) if !self.columns.shown().is_empty() => self.enter_cell(0),
            (false, _) => {}
        }
    }

    fn open_record(&self, cx: &mut Cx) {
        let Some(id) = self.ids.get(self.at).copied() else {
            return;
        };
        // The cell that is meant, where it fails; else what the list is about.
        let failing = self.chosen().zip(self.target_column());
        let failing = failing.and_then(|(row, column)| column.problem(row));
        let field = failing
            .map(|problem| problem.path.pattern())
            .or_else(|| self.view.field.clone());
        let among = Among::about(self.ids.clone(), field);
        let unreadable = self.chosen().is_some_and(|row| row.current.is_none());
        cx.go(if unreadable {
            Route::Raw { id, among }
        } else {
            Route::Record { id, among }
        });
    }

    pub(super) fn step(&mut self, by: isize) {
        let last = self.ids.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
    }

    /// The next cell that fails: in this record, then in the next record that has one.
    fn next_problem(&mut self, forward: bool, cx: &mut Cx) {
        if let (Some(row), Some(from)) = (self.chosen(), self.target()) {
            let failing = |at: &usize| self.columns.shown()[*at].fails(row);
            let found = if forward {
                (from + 1..self.columns.shown().len()).find(failing)
            } else {
                (0..from).rev().find(failing)
            };
            if let Some(column) = found {
                self.enter_cell(column);
                return;
            }
        }
        if !self.seek(if forward { 1 } else { -1 }) {
            cx.say(if forward {
                "This was the last problem of the list."
            } else {
                "This is the first problem of the list."
            });
        }
    }

    /// Goes to the first cell of the record that fails, or backwards to the last.
    pub(in crate::tui::pages) fn enter_failing(&mut self, by: isize) {
        let Some(row) = self.chosen() else { return };
        let mut columns = self.columns.shown().iter();
        let fails = |column: &Column| column.fails(row);
        let failing = if by > 0 {
            columns.position(fails)
        } else {
            columns.rposition(fails)
        };
        match failing {
            Some(column) => self.enter_cell(column),
            // What is wrong is with the record as a whole.
            None => self.leave_cell(),
        }
    }

    /// Goes to the next record that needs fixing, and in it to the first cell that fails, or backwards to the last; says
    /// whether there can be one.
    pub(in crate::tui::pages) fn seek(&mut self, by: isize) -> bool {
        let mut at = self.at;
        loop {
            let next = at.saturating_add_signed(by);
            if next == at || next >= self.ids.len() {
                return false;
            }
            at = next;
            match self.row(self.ids[at]) {
                Some(row) if row.status != Status::Rejected => {}
                Some(_) => {
                    self.at = at;
                    self.enter_failing(by);
                    return true;
                }
                // It has to be read first; its arrival decides whether to go on.
                None => {
                    self.at = at;
                    self.seeking = Some(by);
                    return true;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::RunId,
        tui::{
            event::Answer,
            testing::{answer, app_with, feed, feed_with, picture, press, records, shows, wishes},
        },
    };

    #[test]
    fn left_past_the_first_cell_leaves_the_cells_and_esc_does_the_same() {
        let mut app = records((80, 24));
        shows(&mut app, "Esc Back");
        press(&mut app, "<Right><Right>");
        shows(&mut app, "┌ Cell: customer_id");
        shows(&mut app, "Esc Leave the cell");
        press(&mut app, "<Left><Left>");
        shows(&mut app, "Esc Back");
        press(&mut app, "<Left><Right><Right><Right><esc>");
        shows(&mut app, "┌ Cell: contact_email");
        shows(&mut app, "Esc Back");
        press(&mut app, "<esc>");
        shows(&mut app, "[1 Problems 6]");
    }

    #[test]
    fn what_is_typed_before_the_record_is_there_goes_into_its_field() {
        let mut app = records((80, 24));
        let effects = wishes(&mut app, "<ret><ret>42");
        shows(&mut app, "Reading the record ...");
        feed(&mut app, effects);
        shows(&mut app, "Now [ office@42 ");
        // Digits alone are what they are everywhere.
        let mut app = records((80, 24));
        let effects = wishes(&mut app, "<ret>5");
        feed(&mut app, effects);
        shows(&mut app, "5 History 4]");
    }

    #[test]
    fn a_record_that_was_sent_is_not_asked_about_but_says_why_it_stays() {
        let route = Route::Groups { run: RunId(1) };
        let mut app = app_with(route, (80, 24), &answer);
        let all_sent = |query| {
            let mut answer = answer(query);
            if let Answer::Rows(rows) = &mut answer {
                for row in rows {
                    row.status = Status::Accepted;
                }
            }
            answer
        };
        let effects = wishes(&mut app, "<ret>");
        feed_with(&mut app, effects, &all_sent);
        let effects = wishes(&mut app, "x");
        assert_eq!(effects, []);
        shows(&mut app, "Not now: what was sent stays as it was sent.");
        // Others are marked, of which some may not have been sent.
        press(&mut app, " x");
        shows(&mut app, "Set aside which records?");
    }

    #[test]
    fn the_other_columns_scroll_under_the_cell_cursor_and_back() {
        let mut app = records((80, 24));
        press(&mut app, &"<Right>".repeat(8));
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  ... > Problems > Email address not complete       [TEST]  saved 02:41
          1 Problems 6 [2 Records 1,387] 3 Review 3  4 Send  5 History 4           Menu
         Filter  none, type / to add one                                    412 records
        ┌ Records ───────────────────────── by record   columns 4 of 10, Left for more ┐
        │   Record  State         contact_email  created_at                 Also       │
        │>  7       needs fixing  !office@       2025-11-20T02:1…           phone     █│
        │   14      needs fixing  !office@       2025-11-20T02:1…                     ││
        │   21      ready         ~office@       2025-11-20T02:1…                     ││
        │   28      unreadable    !This e-mail address is not complete.               ││
        │   35      needs fixing  !office@       2025-11-20T02:1…                     ││
        │   42      needs fixing  !office@       2025-11-20T02:1…           phone     ││
        │   49      needs fixing  !office@       2025-11-20T02:1…                     ││
        │   56      ready         ~office@       2025-11-20T02:1…                     ││
        │   63      unreadable    !This e-mail address is not complete.               ││
        │   70      needs fixing  !office@       2025-11-20T02:1…                     ││
        │   77      needs fixing  !office@       2025-11-20T02:1…           phone     ││
        │   84      needs fixing  !office@       2025-11-20T02:1…                     ││
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ Cell: created_at, record 7, line 8 ────────────────────────────── 2 problems ┐
        │ Received "2025-11-20T02:10:00Z".                                             │
        │ This field is fine. To fix: contact_email, phone                             │
        └──────────────────────────────────────────────────────────────────────────────┘
         Left and Right go from cell to cell. < and > change the width.
         Enter Open  e Edit  n Next problem  Space Mark      ? Help  Esc Leave the cell
        "#);
        press(&mut app, "<esc>");
        shows(&mut app, "contact_email  customer_id  name");
    }

    #[test]
    fn home_and_end_are_the_first_and_the_last_record() {
        let mut app = records((80, 24));
        press(&mut app, "<Right><Right><End>");
        shows(&mut app, ">  2,884");
        shows(&mut app, "┌ Cell: customer_id, record 2,884");
        press(&mut app, "<Home>");
        shows(&mut app, "┌ Cell: customer_id, record 7");
    }

    #[test]
    fn the_next_problem_is_in_the_next_cell_that_fails_then_in_the_next_record() {
        let mut app = records((80, 24));
        press(&mut app, "n");
        shows(&mut app, "┌ Cell: phone, record 7");
        press(&mut app, "n");
        shows(&mut app, "┌ Cell: contact_email, record 14");
        // 21 is ready; 28 cannot be read, so that it is wrong as a whole.
        press(&mut app, "nn");
        shows(&mut app, "record 35,");
        press(&mut app, "nnN");
        shows(&mut app, "┌ Cell: contact_email, record 42");
        press(&mut app, "NNNN");
        shows(&mut app, "┌ Cell: phone, record 7");
        press(&mut app, "NN");
        shows(&mut app, "This is the first problem of the list.");
        press(&mut app, "<End>n");
        shows(&mut app, "This was the last problem of the list.");
    }

    #[test]
    fn enter_opens_the_record_at_the_cell_that_fails() {
        let mut app = records((80, 24));
        press(&mut app, "n<ret>");
        shows(&mut app, "│ > !phone ");
        press(&mut app, "<esc><ret>");
        shows(&mut app, "│ > !phone ");
        press(&mut app, "<esc><esc><ret>");
        shows(&mut app, "│ > !contact_email ");
    }
}
