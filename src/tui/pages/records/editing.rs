//! Changing the cell that is meant, without leaving the table: typing into it, taking its suggestion, putting the received
//! value back, making it empty. What is typed is checked as in the record editor, by the same code.

use std::collections::{HashMap, HashSet};

use ratatui::{Frame, layout::Rect};

use super::Records;
use crate::{
    check::suggest::Suggestion,
    fix::Change,
    model::{Path, RecordDetail, RecordId, RecordRow},
    ops::Preview,
    text,
    tui::{
        action::{Action, Offer},
        event::{Answer, Cx, Query, Ticket, Wish},
        pages::editor::{
            draft::{Draft, Focus, Reply, SAVING, Then},
            edit_box::{draft_box, told},
            frozen,
            keys::as_received,
        },
        people::who_edits,
        theme::Theme,
        words,
    },
};

/// What is being changed, and what is known of the cell that is meant.
#[derive(Debug, Default)]
pub(in crate::tui::pages) struct Editing {
    pub(super) draft: Option<Cell>,
    /// What the check says of the value of a cell, for the suggestion.
    look: Option<(RecordId, Path, Box<Preview>)>,
    asked_look: Option<(Ticket, RecordId, Path)>,
    /// Changes that are being saved without a box.
    saving: HashMap<Ticket, RecordId>,
    /// Records that were changed here and not read again since: what is known of them is old.
    touched: HashSet<RecordId>,
    /// The record whose received value is asked for, and where it is put.
    put_back: Option<(Ticket, Path)>,
    /// The next cell is edited once the record has been read again.
    pub(super) goes_on: bool,
    pub(in crate::tui::pages) has_contract: bool,
}

/// The cell that is being typed into.
#[derive(Debug)]
pub(in crate::tui::pages) struct Cell {
    pub(super) id: RecordId,
    /// The newest version of the record that was told of; that which was opened is the draft's.
    told: i64,
    /// What the cell held. Safe to print.
    was: String,
    pub(super) draft: Draft,
}

impl Editing {
    /// Rows were read that are newer than every change that is not still being saved.
    pub(in crate::tui::pages) fn rows_are_new(&mut self) {
        self.touched = self.saving.values().copied().collect();
    }

    /// A change was not saved after all; what was typed stays. `false` where something else is typed by now.
    pub(super) fn is_not_saved(&mut self, ticket: Ticket) -> bool {
        self.saving.remove(&ticket);
        let cell = self.draft.as_mut();
        cell.is_none_or(|cell| cell.draft.is_not_saved(ticket))
    }

    /// Forgets what the check said: the workspace has changed.
    pub(super) fn forget_look(&mut self) {
        self.look = None;
        self.asked_look = None;
    }
}

impl Records {
    pub(super) fn draft_offers(draft: &Draft) -> Vec<Offer> {
        let save = match draft.focus {
            _ if draft.closed().is_some() => "Keep it",
            Focus::Anyway => "Save anyway",
            _ => "Save",
        };
        let mut offers = vec![Offer::new(Action::Open, save)];
        if draft.focus != Focus::Anyway && !draft.choices.is_empty() {
            offers.push(Offer::new(Action::Down, "Suggestions"));
        }
        offers.push(Offer::new(Action::NextPanel, "Save + next field"));
        offers.push(Offer::new(Action::ClearText, "Clear"));
        offers
    }

    /// Changes one cell, as the action says.
    pub(super) fn change_cell(&mut self, action: Action, cx: &mut Cx) {
        let cell = self.chosen().zip(self.target_column());
        let Some((row, column)) = cell else { return };
        if row.current.is_none() {
            cx.say("This record could not be split into fields. Enter opens its text.");
            return;
        }
        if let Some(reason) = frozen(cx.read_only, row.status) {
            cx.say(reason);
            return;
        }
        let (id, version, path) = (row.id, row.version, column.path(row));
        if action == Action::AcceptSuggestion {
            return self.accept(id, version, path, cx);
        }
        if self.editing.touched.contains(&id) {
            cx.say("Still saving the change before.");
            return;
        }
        match action {
            Action::PutBack => {
                let ticket = cx.ask(Query::Record { id });
                self.editing.put_back = Some((ticket, path));
            }
            Action::Remove => {
                let text = String::new();
                self.save_now(id, version, Change::Text { path, text }, cx);
            }
            _ => {
                let value = row
                    .current
                    .as_ref()
                    .and_then(|all| all.pointer(path.as_str()));
                let mut draft = Draft::open(path, value, &row.problems);
                draft.seen = version;
                let was = match column.value(row) {
                    words if words.starts_with(['(', '{', '[']) => words,
                    words => format!("\"{words}\""),
                };
                self.editing.forget_look();
                self.editing.draft = Some(Cell {
                    id,
                    told: version,
                    was,
                    draft,
                });
                self.check_draft(cx);
            }
        }
    }

    /// Takes the first suggestion: the one that is seen, or, for whoever is faster than it, the one the worker finds.
    fn accept(&mut self, id: RecordId, version: i64, path: Path, cx: &mut Cx) {
        let seen = self.editing.look.as_ref();
        let seen = seen.filter(|(of, at, _)| *of == id && *at == path);
        let wish = match seen {
            Some((_, _, preview)) if !self.editing.touched.contains(&id) => {
                let Some(suggestion) = preview.suggestions.first() else {
                    cx.say("There is no suggestion for this value.");
                    return;
                };
                let value = suggestion.value.clone();
                Wish::Edit {
                    id,
                    changes: vec![Change::Json { path, value }],
                    version,
                }
            }
            _ => Wish::EditAsSuggested { id, at: path },
        };
        self.wish(id, wish, cx);
    }

    fn save_now(&mut self, id: RecordId, version: i64, change: Change, cx: &mut Cx) {
        let wish = Wish::Edit {
            id,
            changes: vec![change],
            version,
        };
        self.wish(id, wish, cx);
    }

    pub(super) fn wish(&mut self, id: RecordId, wish: Wish, cx: &mut Cx) {
        let ticket = cx.change(wish);
        self.editing.saving.insert(ticket, id);
        self.editing.touched.insert(id);
    }

    /// Asks what the check says about the cell that is meant, where it fails, for the suggestion beside it.
    pub(in crate::tui::pages) fn look(&mut self, cx: &mut Cx) {
        if self.editing.draft.is_some() || self.prompt.is_some() {
            return;
        }
        let cell = self.chosen().zip(self.target_column());
        let failing = cell.filter(|(row, column)| {
            row.current.is_some() && column.fails(row) && !self.editing.touched.contains(&row.id)
        });
        let Some((id, path)) = failing.map(|(row, column)| (row.id, column.path(row))) else {
            return;
        };
        let known = self.editing.look.as_ref();
        let known = known.is_some_and(|(of, at, _)| *of == id && *at == path);
        let asked = self.editing.asked_look.as_ref();
        let asked = asked.is_some_and(|(_, of, at)| *of == id && *at == path);
        if !known && !asked {
            let ticket = cx.ask(Query::Preview {
                id,
                changes: Vec::new(),
                at: path.clone(),
            });
            self.editing.asked_look = Some((ticket, id, path));
        }
    }

    /// The first suggestion for the cell that is meant, once it is known.
    pub(in crate::tui::pages) fn suggestion(&self, row: &RecordRow) -> Option<&Suggestion> {
        let (id, path, preview) = self.editing.look.as_ref()?;
        let here = self.target_column()?.path(row);
        let is_here = *id == row.id && *path == here && !self.editing.touched.contains(id);
        is_here.then(|| preview.suggestions.first()).flatten()
    }

    pub(super) fn act_on_draft(&mut self, action: Action, cx: &mut Cx) {
        let draft = self.editing.draft.as_mut();
        let reply = draft.map(|cell| cell.draft.act(action, Then::Field, cx.now));
        if let Some(reply) = reply {
            self.carry_out(reply, cx);
        }
    }

    pub(super) fn carry_out(&mut self, reply: Reply, cx: &mut Cx) {
        match reply {
            Reply::Nothing => {}
            Reply::Check => self.check_draft(cx),
            Reply::Cancel => {
                if let Some(mut cell) = self.editing.draft.take() {
                    cell.draft.forget_kept(cell.id, cx);
                }
                cx.say("Nothing was changed.");
            }
            Reply::NoChoices => cx.say("There is no suggestion for this value."),
            Reply::Saving => cx.say(SAVING),
            Reply::Leave => {
                self.keep(cx);
                if let Some(cell) = self.editing.draft.take()
                    && let Some((ticket, _)) = cell.draft.saving
                {
                    self.editing.saving.insert(ticket, cell.id);
                    self.editing.touched.insert(cell.id);
                }
            }
            Reply::Unchanged(then) => {
                if let Some(mut cell) = self.editing.draft.take() {
                    cell.draft.forget_kept(cell.id, cx);
                    match then {
                        Then::Problem | Then::Stay => cx.say(cell.draft.nothing_typed()),
                        Then::Field => self.edit_next_cell(cx),
                    }
                }
            }
            Reply::Save(then) => {
                if let Some(cell) = &mut self.editing.draft {
                    cell.draft.save(cell.id, then, cx);
                }
            }
        }
    }

    fn check_draft(&mut self, cx: &mut Cx) {
        if let Some(cell) = &mut self.editing.draft {
            cell.draft.ask(cell.id, cx);
        }
    }

    /// Opens the cell to the right of the one that was edited.
    pub(super) fn edit_next_cell(&mut self, cx: &mut Cx) {
        self.editing.goes_on = false;
        let next = self.target().map_or(0, |at| at + 1);
        if next >= self.columns.shown().len() {
            cx.say("This was the last column.");
            return;
        }
        self.enter_cell(next);
        self.change_cell(Action::Edit, cx);
    }

    pub(super) fn awaits_edit(&self, ticket: Ticket) -> bool {
        let editing = &self.editing;
        let draft = editing.draft.as_ref().map(|cell| &cell.draft);
        let waits = [
            editing.asked_look.as_ref().map(|(ticket, ..)| *ticket),
            editing.put_back.as_ref().map(|(ticket, _)| *ticket),
        ];
        draft.is_some_and(|draft| draft.awaits(ticket))
            || waits.contains(&Some(ticket))
            || editing.saving.contains_key(&ticket)
    }

    /// What was asked for a cell, or what became of a change.
    pub(super) fn receive_edit(
        &mut self,
        ticket: Ticket,
        answer: anyhow::Result<Answer>,
        cx: &mut Cx,
    ) {
        match answer {
            Ok(Answer::Preview(preview)) => self.receive_preview(ticket, preview, cx),
            Ok(Answer::Changed(report)) => {
                self.saved(ticket, words::changed(&report, cx.keys), cx);
            }
            Ok(Answer::Conflict(conflict)) => self.disagree(ticket, conflict, cx),
            Ok(Answer::Record(record)) => self.receive_record(ticket, &record, cx),
            Ok(_) => {}
            Err(error) => self.edit_failed(ticket, &error, cx),
        }
    }

    /// What the check says of the draft, or of the cell that is meant.
    pub(super) fn receive_preview(&mut self, ticket: Ticket, preview: Box<Preview>, cx: &mut Cx) {
        let asked = self.editing.asked_look.take_if(|(of, ..)| *of == ticket);
        if let Some((_, id, path)) = asked {
            self.editing.look = Some((id, path, preview));
            return;
        }
        let draft = self.editing.draft.as_mut().map(|cell| &mut cell.draft);
        if let Some(draft) = draft.filter(|draft| draft.asked == Some(ticket)) {
            draft.asked = None;
            let text = draft.field.value().to_owned();
            let reply = draft.answered(text, preview);
            self.carry_out(reply, cx);
        }
    }

    /// A change was saved; the app has the rows read again.
    pub(super) fn saved(&mut self, ticket: Ticket, said: String, cx: &mut Cx) {
        self.editing.saving.remove(&ticket);
        let saving = |cell: &mut Cell| cell.draft.saving.take_if(|(of, _)| *of == ticket);
        if let Some((_, then)) = self.editing.draft.as_mut().and_then(saving) {
            if let Some(cell) = self.editing.draft.take() {
                self.editing.touched.insert(cell.id);
            }
            self.editing.goes_on = then == Then::Field;
        }
        self.editing.forget_look();
        cx.say(said);
    }

    /// The received value is known: it is put back.
    pub(super) fn receive_record(&mut self, ticket: Ticket, record: &RecordDetail, cx: &mut Cx) {
        let asked = self.editing.put_back.take_if(|(of, _)| *of == ticket);
        let Some((_, path)) = asked else { return };
        match as_received(record, &path) {
            Ok(change) => self.save_now(record.row.id, record.row.version, change, cx),
            Err(why) => cx.say(why),
        }
    }

    /// A change could not be made; what was typed stays.
    pub(super) fn edit_failed(&mut self, ticket: Ticket, error: &anyhow::Error, cx: &mut Cx) {
        self.editing.is_not_saved(ticket);
        self.editing.put_back.take_if(|(of, _)| *of == ticket);
        self.editing.asked_look.take_if(|(of, ..)| *of == ticket);
        cx.say(words::reported(error));
        self.refresh(cx);
    }

    /// The rows were read again. What is typed is still of the version that was opened.
    pub(in crate::tui::pages) fn renew_draft(&mut self, cx: &mut Cx) {
        let Some(cell) = &mut self.editing.draft else {
            let here = self.ids.get(self.at);
            if self.editing.goes_on && here.is_some_and(|id| !self.editing.touched.contains(id)) {
                self.edit_next_cell(cx);
            }
            return;
        };
        if let Some(row) = self.rows.get(&cell.id)
            && row.version != cell.told
            && cell.draft.saving.is_none()
        {
            cell.told = row.version;
            let now = row.current.as_ref();
            let path = cell.draft.path.as_str();
            cell.draft.meet(now.and_then(|all| all.pointer(path)));
            cx.say(cell.draft.meanwhile());
            self.check_draft(cx);
        }
    }

    /// Draws the box that is typed into, in the place of the strip.
    pub(in crate::tui::pages) fn draw_draft(
        &mut self,
        frame: &mut Frame,
        area: Rect,
        theme: Theme,
    ) {
        let has_contract = self.editing.has_contract;
        if let Some(cell) = &mut self.editing.draft {
            let number = text::thousands(cell.id.0.unsigned_abs());
            let place = format!("record {number}");
            let about = (cell.was.as_str(), place.as_str());
            draft_box(&mut cell.draft, about, has_contract, frame, area, theme);
        }
    }

    /// What is wrong with what is typed, where the box has no room for it; else what the keys do.
    pub(super) fn draft_tip(draft: Option<&Draft>) -> String {
        match draft.and_then(told) {
            Some((_, words)) => words,
            None => "Enter saves and stays, Tab goes on to the next field. Esc changes nothing."
                .to_owned(),
        }
    }

    /// The record that is typed into.
    pub fn edited(&self) -> Option<RecordId> {
        self.editing.draft.as_ref().map(|cell| cell.id)
    }

    /// Others edit other records than before.
    pub fn meet(&mut self, cx: &Cx) {
        let words = |id| Some((id, who_edits(id, cx)?));
        let ids = cx.others.iter().map(|claim| claim.record);
        self.others = ids.filter_map(words).collect();
    }

    /// Whether a cell is being typed into.
    pub(in crate::tui::pages) fn is_editing(&self) -> bool {
        self.editing.draft.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::RefCell,
        collections::VecDeque,
        time::{Duration, Instant},
    };

    use serde_json::json;

    use super::*;
    use crate::{
        model::{ChangeReport, RecordId, StepId},
        ops::Decision,
        tui::{
            app::App,
            event::{Answer, Effect, Event},
            testing::{self, picture, problems, shows, wishes},
        },
    };

    /// Answers every question; a text with `bad` in it is wrong, and there is a suggestion for every e-mail address.
    fn answer(query: Query) -> Answer {
        let Query::Preview { changes, at, .. } = &query else {
            return testing::answer(query);
        };
        let wrong = match changes.first() {
            None => true,
            Some(Change::Text { text, .. }) => text.contains("bad"),
            Some(_) => false,
        };
        let email = at.as_str() == "/contact_email";
        let Answer::Preview(mut preview) = testing::answer(query) else {
            panic!("a preview is answered by a preview")
        };
        if !wrong {
            preview.problems.clear();
        }
        let suggestion = email.then(|| Suggestion {
            value: json!("office@example.com"),
            why: "domain of the others",
        });
        preview.suggestions.extend(suggestion);
        Answer::Preview(preview)
    }

    /// Presses keys with a pause between them, in which everything is answered and saved; gives what was wished for.
    fn press(app: &mut App, keys: &str) -> Vec<Wish> {
        let each = keys.split(' ').map(|key| {
            let effects = wishes(app, key);
            settle(app, effects)
        });
        each.flatten().collect()
    }

    fn settle(app: &mut App, effects: Vec<Effect>) -> Vec<Wish> {
        let mut wished = Vec::new();
        let mut waiting = VecDeque::from(effects);
        while let Some(effect) = waiting.pop_front() {
            let (ticket, answer) = match effect {
                Effect::Ask(ticket, query) => (ticket, answer(query)),
                Effect::Change(_, Wish::ClaimEdit { .. } | Wish::ReleaseEdit) => continue,
                Effect::Change(ticket, wish) => {
                    wished.push(wish);
                    let report = ChangeReport {
                        checked: 1,
                        ready: 1,
                        step: Some(StepId(1)),
                        ..ChangeReport::default()
                    };
                    (ticket, Answer::Changed(report))
                }
                _ => continue,
            };
            waiting.extend(app.update(Event::Answer(ticket, Ok(answer))));
        }
        wished
    }

    /// With the answers of these tests.
    fn records(size: (u16, u16)) -> App {
        let mut app = problems(size);
        press(&mut app, "<ret>");
        app
    }

    fn edit_of(id: i64, path: &str, value: &str) -> Wish {
        Wish::Edit {
            id: RecordId(id),
            changes: vec![Change::Json {
                path: Path::parse(path).unwrap(),
                value: json!(value),
            }],
            version: 1,
        }
    }

    #[test]
    fn the_suggestion_stands_below_the_table_and_a_takes_it() {
        let mut app = records((100, 30));
        press(&mut app, "<Right>");
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  customers-2025-11-20 > Problems > Email address not complete  to crm [TEST]   saved 02:41
          1 Problems 6  [2 Records 1,387]  3 Review 3   4 Send   5 History 4                           Menu
         Filter  none, type / to add one                                                        412 records
        ┌ Records ───────────────────────────────────── sorted by record   columns 7 of 10, Right for more ┐
        │   Record  State         contact_email  customer_id  name         phone       stage    Also       │
        │>  7       needs fixing  !office@       CUS-0000007  Müller GmbH  !(missing)  Lead     phone     █│
        │   14      needs fixing  !office@       CUS-0000014  Müller GmbH              Lead               ││
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
        │ ! has a problem   ~ changed by you, or a warning                                                 │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
        ┌ Cell: contact_email, record 7, line 8 ─────────────────────────────────────────── problem 1 of 2 ┐
        │ Received   "office@"   (7 characters, no hidden characters)                                      │
        │ Problem    This e-mail address is not complete.                                                  │
        │ What to do Write it like name@example.com.     Suggestion: office@example.com  (domain of the o… │
        │ Code       format:email  at /contact_email                                                       │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
         Left and Right go from cell to cell. < and > change the width.
         Enter Open  a Use suggestion  e Edit  n Next problem  Space Mark        ? Help  Esc Leave the cell
        "#);
        let wished = press(&mut app, "a n n a");
        let value = "office@example.com";
        let expected = [7, 14].map(|id| edit_of(id, "/contact_email", value));
        assert_eq!(wished, expected);
        shows(&mut app, "Saved. The record is ready.  u Undo");
        shows(&mut app, ">  14");
    }

    #[test]
    fn whoever_is_faster_than_the_suggestion_gets_it_all_the_same() {
        let mut app = records((100, 30));
        let effects = wishes(&mut app, "nnann");
        let wished = settle(&mut app, effects);
        // Record 14 is on the screen, its suggestion was not there yet.
        let as_suggested = Wish::EditAsSuggested {
            id: RecordId(14),
            at: Path::field("contact_email"),
        };
        assert_eq!(wished, [as_suggested]);
        shows(&mut app, "record 35");
    }

    #[test]
    fn a_cell_is_edited_in_the_table_and_checked_as_it_is_typed() {
        let mut app = records((80, 24));
        let start = Instant::now();
        app.update(Event::Tick(start));
        press(&mut app, "e <Ctrl+U> b a d");
        shows(&mut app, "Esc Cancel edit");
        app.update(Event::Tick(start + Duration::from_secs(1)));
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  ... > Problems > Email address not complete       [TEST]  saved 02:41
          1 Problems 6 [2 Records 1,387] 3 Review 3  4 Send  5 History 4           Menu
         Filter  none, type / to add one                                    412 records
        ┌ Records ──────────────────────── by record   columns 5 of 10, Right for more ┐
        │   Record  State         contact_email  customer_id  name          Also       │
        │>  7       needs fixing  !office@       CUS-0000007  Müller GmbH   phone     █│
        │   14      needs fixing  !office@       CUS-0000014  Müller GmbH             ││
        │   21      ready         ~office@       CUS-0000021  Müller GmbH             ││
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
        ┌ Editing contact_email, record 7 ──────────────────────── checked as you type ┐
        │ Now [ bad                      ]  ! Not right yet  2 problems left after this│
        │ Was "office@"   Try 1 office@example.com  domain of the others   ...         │
        └──────────────────────────────────────────────────────────────────────────────┘
         This e-mail address is not complete. Write it like name@example.com.
         Enter Save  Down Suggestions  Tab Save + next field   F1 Help  Esc Cancel edit
        "#);
        assert_eq!(press(&mut app, "<ret>"), []);
        shows(&mut app, "Save anyway");
        let wished = press(&mut app, "<Up> <Ctrl+U> o k <ret>");
        let change = Change::Text {
            path: Path::field("contact_email"),
            text: "ok".to_owned(),
        };
        let expected = Wish::Edit {
            id: RecordId(7),
            changes: vec![change],
            version: 1,
        };
        assert_eq!(wished, [expected]);
        shows(&mut app, "Saved. The record is ready.");
        shows(&mut app, ">  7");
        shows(&mut app, "Esc Back");
    }

    #[test]
    fn tab_saves_and_opens_the_next_cell() {
        let mut app = records((80, 24));
        let wished = press(&mut app, "e <Ctrl+U> o k <Tab>");
        assert_eq!(wished.len(), 1);
        shows(&mut app, "┌ Editing customer_id, record 7");
        press(&mut app, "<Tab>");
        shows(&mut app, "┌ Editing name, record 7");
        assert_eq!(press(&mut app, "<esc>"), []);
        shows(&mut app, "Nothing was changed.");
    }

    #[test]
    fn a_small_window_shows_what_is_typed_too() {
        let mut app = records((60, 16));
        press(&mut app, "e");
        shows(&mut app, "┌ Editing contact_email, record 7");
        shows(&mut app, "┌ Records");
    }

    #[test]
    fn a_cell_is_made_empty_or_gets_back_what_was_received() {
        let mut app = records((80, 24));
        let wished = press(&mut app, "<Del>");
        let change = Change::Text {
            path: Path::field("contact_email"),
            text: String::new(),
        };
        let expected = Wish::Edit {
            id: RecordId(7),
            changes: vec![change],
            version: 1,
        };
        assert_eq!(wished, [expected]);
        assert_eq!(press(&mut app, "o"), []);
        shows(&mut app, "This is the received value already.");
    }

    #[test]
    fn what_was_typed_is_shown_beside_theirs_where_somebody_else_was_first() {
        let mut app = records((80, 24));
        press(&mut app, "e <Ctrl+U> o k");
        let effects = wishes(&mut app, "<ret>");
        let saved = effects.iter().find_map(|effect| match effect {
            Effect::Change(ticket, Wish::Edit { .. }) => Some(*ticket),
            _ => None,
        });
        let conflict = testing::conflict(7, "/contact_email");
        let answer = Answer::Conflict(Box::new(conflict.clone()));
        let effects = app.update(Event::Answer(saved.unwrap(), Ok(answer)));
        settle(&mut app, effects);
        shows(&mut app, "Record 7 changed while you were editing");
        let wished = press(&mut app, "o");
        let decided = Wish::Decide(Box::new(conflict), Decision::Overwrite);
        assert_eq!(wished, [decided]);
        shows(&mut app, "Saved.");
        assert!(!picture(&mut app).contains("Editing"));
    }

    #[test]
    fn after_somebody_elses_change_the_check_is_asked_about_the_text_in_the_box() {
        let mut app = records((80, 24));
        press(&mut app, "e");
        app.refresh();
        let asked = RefCell::new(Vec::new());
        let effects = app.settle();
        testing::feed_with(&mut app, effects, &|query| {
            if let Query::Preview { changes, .. } = &query {
                asked.borrow_mut().push(changes.clone());
            }
            let mut answer = answer(query);
            if let Answer::Rows(rows) = &mut answer {
                rows[0].version = 2;
                rows[0].current.as_mut().unwrap()["contact_email"] = json!("theirs@x.de");
            }
            answer
        });
        let (path, value) = (Path::field("contact_email"), json!("office@"));
        assert_eq!(*asked.borrow(), [[Change::Json { path, value }]]);
        shows(
            &mut app,
            "Somebody else changed this record meanwhile. Esc shows their value.",
        );
        assert_eq!(press(&mut app, "<ret>"), []);
        shows(
            &mut app,
            "you typed nothing, and somebody else's value stays.",
        );
    }

    #[test]
    fn nothing_is_edited_where_it_cannot_be() {
        let mut app = records((80, 24));
        // Record 28 cannot be read.
        assert_eq!(press(&mut app, "j j j e"), []);
        shows(&mut app, "Enter opens its text.");
        press(&mut app, "<Home> <Right> <Right>");
        assert_eq!(
            press(&mut app, "a"),
            [Wish::EditAsSuggested {
                id: RecordId(7),
                at: Path::field("customer_id"),
            }]
        );
    }
}
