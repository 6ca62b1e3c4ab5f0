//! The records of one problem, or all of them, as a table.

mod columns;
mod early;
mod editing;
mod kept;
mod keys;
mod left;
mod like;
mod marks;
mod nothing;
mod order;
mod prompt;
mod still;

pub use self::left::Kept;

use std::{collections::HashMap, sync::Arc, time::Instant};

use crossterm::event::KeyEvent;
use ratatui::{Frame, layout::Rect};

pub(super) use self::columns::Columns;
use self::{
    early::Early, editing::Editing, left::Recalled, marks::Marks, nothing::Nothing, prompt::Prompt,
};
use super::{Subject, ahead::Typed, grid::Places, laid::Laid, table};
use crate::{
    filter::{Filter, FilterError, Term, Wanted},
    model::{GroupId, Layout, Path, RecordId, RecordRow, RunId, Sort},
    tui::{
        action::{Action, Offer},
        event::{Answer, Cx, FilterLine, FixView, Ticket},
        keymap::{Keys, Mode},
        theme::Theme,
        words,
    },
};

#[derive(Debug)]
pub struct Records {
    pub(super) keys: Keys,
    /// What the page was opened on; the typed filter narrows it.
    pub(super) view: View,
    /// The typed filter that is applied.
    pub(super) typed: String,
    pub(super) prompt: Option<Prompt>,
    pub(super) nothing: Nothing,
    /// What waits for the list to be there.
    early: Early,
    /// Terms that name no field of the run: they are in none of the lists.
    pub(super) unknown: Vec<(Term, FilterError)>,
    pub(super) ids: Arc<[RecordId]>,
    pub(super) state: State,
    /// How many records there are without the typed filter, once known.
    pub(super) total: Option<usize>,
    /// How many of the list its filter still finds; `None` as long as nothing has changed.
    pub(super) still: Option<usize>,
    pub(super) rows: HashMap<RecordId, RecordRow>,
    pub(super) columns: Columns,
    pub(super) sort: Sort,
    pub(super) marks: Marks,
    pub(super) editing: Editing,
    /// Who else edits a record, in words that are safe to print.
    pub(super) others: HashMap<RecordId, String>,
    /// Place in `ids`.
    pub(super) at: usize,
    /// Whether the cursor is on one cell; else the whole record is meant.
    pub(super) in_cell: bool,
    /// The column of the cell cursor, and the first one that is shown.
    pub(super) column: usize,
    pub(super) first_column: usize,
    pub(super) first: usize,
    /// The columns as they were drawn last, by their place, with their widths.
    pub(super) drawn: Vec<(usize, usize)>,
    pub(super) laid: Option<Laid>,
    /// Where the record under the cursor was drawn beside the list.
    pub(super) late: Vec<Rect>,
    /// The edge of the box that a double click shows alone, or not alone any more.
    pub(super) zooms: Rect,
    /// Where a click finds lines, cells and titles.
    pub(super) places: Places,
    pub(super) recalled: Recalled,
    /// The list that comes is looked at from its beginning, and it is said that it has come.
    pub(super) to_top: bool,
    pub(super) says_sorted: bool,
    /// What the marks mean was drawn below the records.
    pub(super) has_legend: bool,
    pub(super) zoomed: bool,
    /// Going to the next or previous problem until a record is found that has one.
    pub(super) seeking: Option<isize>,
    pub(super) asked: Asked,
}

/// Which records, and what they are called.
#[derive(Clone, Debug)]
pub struct View {
    pub run: RunId,
    pub filter: Filter,
    /// The crumb, safe to print.
    pub title: String,
    /// The path pattern of the problem, whose column stands first.
    pub field: Option<String>,
}

#[derive(Debug)]
pub(super) enum State {
    Loading,
    Failed(String),
    Known,
}

/// One question of a kind at a time: a newer wish waits for the answer, so that fast keys do not leave a queue behind.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub ids: Option<Ticket>,
    pub ids_again: bool,
    /// How many there are without the typed filter.
    pub total: Option<Ticket>,
    /// What the filter still finds of the list.
    pub still: Option<Ticket>,
    /// The answer to that may be old.
    pub still_again: bool,
    pub rows: Option<Ticket>,
    /// The rows that are shown may be old.
    pub stale: bool,
    /// The rows that are asked for take the place of all that are held.
    pub renews: bool,
    pub layout: Option<Ticket>,
    pub check: Option<Ticket>,
    /// Which of the records that are meant are set aside.
    pub back: Option<Ticket>,
    /// The problems of the run, to go to the one behind this one, or the one before.
    pub beside: Option<(Ticket, bool)>,
}

/// Said when a list comes back with its filter.
const KEPT_FILTER: &str = "Filter kept from your last visit. Esc clears it first, then goes back.";

impl Records {
    pub fn open(view: View, filter: Option<FilterLine>, cx: &mut Cx) -> Self {
        let mut page = Self {
            keys: cx.keys,
            columns: Columns::of(view.field.as_deref()),
            sort: Sort::default(),
            marks: Marks::default(),
            editing: Editing::default(),
            others: HashMap::new(),
            view,
            typed: String::new(),
            prompt: None,
            nothing: Nothing::default(),
            unknown: Vec::new(),
            ids: Arc::default(),
            state: State::Loading,
            total: None,
            still: None,
            rows: HashMap::new(),
            at: 0,
            in_cell: false,
            column: 0,
            first_column: 0,
            first: 0,
            drawn: Vec::new(),
            laid: None,
            late: Vec::new(),
            zooms: Rect::ZERO,
            places: Places::default(),
            recalled: Recalled::default(),
            early: Early::default(),
            to_top: false,
            says_sorted: false,
            has_legend: table::has_legend(cx.size),
            zoomed: false,
            seeking: None,
            asked: Asked::default(),
        };
        page.meet(cx);
        page.recall(cx);
        page.begin_with(filter, cx);
        page.ask_for_ids(cx);
        page
    }

    pub fn is_whole_run(&self) -> bool {
        self.view
            .filter
            .terms
            .iter()
            .all(|term| matches!(term.wanted, Wanted::Run(_)))
    }

    pub fn offers(&self) -> Vec<Offer> {
        if let Some(cell) = &self.editing.draft {
            return Self::draft_offers(&cell.draft);
        }
        if let Some(prompt) = &self.prompt {
            return prompt.offers();
        }
        self.list_offers()
    }

    pub fn escape(&self) -> &'static str {
        if let Some(cell) = &self.editing.draft {
            return cell.draft.escape_word();
        }
        match &self.prompt {
            Some(prompt) => prompt.escape(),
            None if self.in_cell => "Leave the cell",
            None if !self.typed.is_empty() => "Clear filter",
            None => "Back",
        }
    }

    pub fn mode(&self) -> Mode {
        if self.prompt.is_some() || self.is_editing() || self.early.is_typed_into() {
            Mode::Typing
        } else {
            Mode::Moving
        }
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        self.seeking = None;
        self.recalled.forget();
        if self.is_editing() {
            self.act_on_draft(action, cx);
        } else if self.prompt.is_some() {
            self.act_on_prompt(action, cx);
        } else if !(self.is_early() && self.act_early(action, cx)) {
            self.act_on_list(action, cx);
        }
        self.ask_for_rows(cx);
        self.ask_what_helps(cx);
        self.look(cx);
    }

    pub fn type_key(&mut self, key: KeyEvent, cx: &mut Cx) {
        if let Some(cell) = &mut self.editing.draft {
            let reply = cell.draft.press(key, cx.now);
            if let Some(reply) = reply {
                self.carry_out(reply, cx);
            }
        } else if self.prompt.is_some() || !self.type_early(Typed::Key(key)) {
            self.type_in_prompt(key, cx);
        }
    }

    pub fn paste(&mut self, text: &str, cx: &mut Cx) {
        if let Some(cell) = &mut self.editing.draft {
            let reply = cell.draft.paste(text, cx.now);
            return self.carry_out(reply, cx);
        }
        if self.prompt.is_some() || !self.type_early(Typed::Paste(text.to_owned())) {
            self.paste_in_prompt(text, cx);
        }
    }

    /// The record under the cursor, and the field of its cell that is meant.
    pub fn subject(&self) -> Option<Subject> {
        let id = *self.ids.get(self.at)?;
        let cell = self.chosen().zip(self.target_column());
        let cell = cell.filter(|(row, _)| row.current.is_some());
        let field = cell.map(|(row, column)| column.path(row));
        Some(Subject::record(id, field, self.chosen()))
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        let asked = &self.asked;
        let beside = asked.beside.map(|(ticket, _)| ticket);
        let lists = [
            asked.ids,
            asked.total,
            asked.still,
            asked.rows,
            asked.layout,
        ];
        let others = [asked.check, asked.back, beside];
        let offered = self.awaits_offered(ticket);
        lists
            .iter()
            .chain(&others)
            .any(|asked| *asked == Some(ticket))
            || offered
            || self.nothing.awaits(ticket)
            || self.awaits_edit(ticket)
    }

    pub fn receive(&mut self, ticket: Ticket, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        if self.awaits_edit(ticket) {
            return self.receive_edit(ticket, answer, cx);
        }
        if self.awaits_offered(ticket) {
            return self.receive_offered(answer, cx);
        }
        if self.nothing.awaits(ticket) {
            return self.nothing.receive(ticket, &answer);
        }
        let ticket = Some(ticket);
        if self.asked.ids == ticket {
            self.asked.ids = None;
            self.receive_ids(answer, cx);
            self.ask_what_helps(cx);
        } else if self.asked.total == ticket {
            self.asked.total = None;
            self.receive_total(answer);
        } else if self.asked.still == ticket {
            self.asked.still = None;
            self.receive_still(answer, cx);
        } else if self.asked.rows == ticket {
            self.asked.rows = None;
            match answer {
                Ok(Answer::Rows(rows)) => {
                    self.receive_rows(rows, cx);
                    self.learn_fields();
                }
                Ok(_) => {}
                Err(error) => self.fail(&error, cx),
            }
        } else if self.asked.layout == ticket {
            self.asked.layout = None;
            // Without it the columns come from the rows themselves.
            if let Ok(Answer::Record(record)) = answer
                && let Layout::Csv { columns, .. } = &record.layout
            {
                self.columns.add_in_order(columns);
            }
        } else if let Some((_, forward)) = self.asked.beside.take_if(|(of, _)| Some(*of) == ticket)
        {
            match answer {
                Ok(Answer::Groups { groups, .. }) => self.go_to_group_beside(groups, forward, cx),
                Ok(_) => {}
                Err(error) => cx.say(words::reported(&error)),
            }
        } else if self.asked.back == ticket {
            self.asked.back = None;
            self.ask_to_take_back(answer, cx);
        } else if self.asked.check == ticket {
            self.asked.check = None;
            self.receive_check(answer, cx);
        }
    }

    /// Shows why there is no list.
    pub(super) fn fail(&mut self, error: &anyhow::Error, cx: &mut Cx) {
        self.state = State::Failed(words::reported(error));
        self.lose_early(cx);
    }

    fn receive_check(&mut self, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        match answer {
            Ok(Answer::Changed(report)) => {
                cx.say(words::checked_some(&report, cx.keys));
                self.ask_for_ids(cx);
            }
            Ok(_) => {}
            Err(error) => cx.say(words::reported(&error)),
        }
    }

    /// Rows are read again; the list itself stays, so that a record that became ready does not jump away.
    pub fn refresh(&mut self, cx: &mut Cx) {
        self.asked.stale = true;
        self.editing.forget_look();
        self.ask_for_rows(cx);
        self.ask_how_many_still(cx);
    }

    /// Whether time changes what is shown: what is wrong with what is typed is said after a pause.
    pub fn waits(&self) -> bool {
        let cell = self.editing.draft.as_ref();
        cell.is_some_and(|cell| cell.draft.waits())
    }

    pub fn tick(&mut self, now: Instant) {
        if let Some(cell) = &mut self.editing.draft {
            cell.draft.tick(now);
        }
    }

    pub fn crumb(&self) -> String {
        self.view.title.clone()
    }

    pub fn tip(&self) -> String {
        if let Some(cell) = &self.editing.draft {
            // Where the box is high, it says what is wrong itself.
            return Self::draft_tip((!self.has_legend).then_some(&cell.draft));
        }
        match (&self.prompt, &self.state) {
            (_, _) if let Some(refusal) = self.refusal() => refusal,
            (Some(prompt), _) => prompt.tip().to_owned(),
            (None, State::Known) if self.recalled.has_filter => KEPT_FILTER.to_owned(),
            (None, State::Known) if !self.ids.is_empty() => self.steps_in_words(),
            (None, _) => String::new(),
        }
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        table::draw(frame, area, self, theme);
    }

    pub(super) fn row(&self, id: RecordId) -> Option<&RecordRow> {
        self.rows.get(&id)
    }

    /// The row under the cursor, if it has arrived.
    pub(super) fn chosen(&self) -> Option<&RecordRow> {
        self.row(*self.ids.get(self.at)?)
    }

    /// The problem the list is about.
    fn group(&self) -> Option<GroupId> {
        let terms = self.view.filter.terms.iter();
        let mut groups = terms.filter_map(|term| match &term.wanted {
            Wanted::Problem(groups) if !term.negated => groups.first().copied(),
            _ => None,
        });
        groups.next()
    }

    /// The fix of all records of the list, where it is about one problem in one field.
    fn fix(&self) -> Option<FixView> {
        let field = Path::parse(self.view.field.as_deref()?).filter(|path| !path.is_root())?;
        let group = self.group()?;
        (!self.ids.is_empty()).then(|| FixView {
            title: self.view.title.clone(),
            group,
            field,
            filter: self.filter_in_force(),
            records: self.still() as u64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::event::{Effect, Query, Wish};
    use crate::tui::{
        event::Event,
        testing::{answer, app_with, picture, press, problems, records},
    };

    #[test]
    fn the_page_at_100_by_30() {
        insta::assert_snapshot!(picture(&mut records((100, 30))), @r#"
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
        │ What to do Write it like name@example.com.                                                       │
        │ Code       format:email  at /contact_email                                                       │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
         Enter opens the record. Space marks it, * marks all 412.
         Enter Open  n Next problem  Space Mark  b Fix 412  x Set aside  / Filter  s Sort  ? Help  Esc Back
        "#);
    }

    #[test]
    fn the_page_at_80_by_24() {
        insta::assert_snapshot!(picture(&mut records((80, 24))), @r#"
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
        ┌ Cell: contact_email, record 7, line 8 ─────────────────────── problem 1 of 2 ┐
        │ Received "office@". This e-mail address is not complete.                     │
        │ Write it like name@example.com.                                              │
        └──────────────────────────────────────────────────────────────────────────────┘
         ! has a problem   ~ changed by you, or a warning
         Enter Open  n Next problem  Space Mark  b Fix 412             ? Help  Esc Back
        "#);
    }

    #[test]
    fn a_small_window_shows_the_table_and_z_the_cell() {
        let mut app = records((60, 16));
        assert!(picture(&mut app).contains("┌ Records"));
        press(&mut app, "z");
        assert!(picture(&mut app).contains("┌ Cell: contact_email, record 7"));
    }

    #[test]
    fn the_cell_in_the_place_of_the_table_cuts_nothing_that_has_room() {
        let route = crate::tui::among::whole_run(RunId(1));
        let mut app = app_with(route, (60, 16), &|query| {
            let mut answer = answer(query);
            if let Answer::Rows(rows) = &mut answer {
                let long =
                    "Müller und Töchter, Handel mit Büchern, Noten und alten Karten aller Art";
                rows[0].current =
                    Some(serde_json::json!({"name": long, "contact_email": "office@"}));
            }
            answer
        });
        press(&mut app, "<Right><Right>z");
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  ... > Records                 [TEST]  saved 02:41
          1 6 [2 Records 1,387] 3 3  4  5 4                    Menu
         Filter  none, type / to add one              1,387 records
        ┌ Cell: name, record 7, line 8 ──────────────── 2 problems ┐
        │ Received   "Müller und Töchter, Handel mit Büchern,      │
        │            Noten und alten Karten aller Art"             │
        │            (72 characters, no hidden characters)         │
        │ This field is fine. To fix: contact_email, phone         │
        │                                                          │
        │                                                          │
        │                                                          │
        │                                                          │
        │                                                          │
        └──────────────────────────────────────────────────────────┘
         Left and Right go from cell to cell.
         Enter Open  e Edit              ? Help  Esc Leave the cell
        "#);
    }

    #[test]
    fn the_problem_stays_in_sight_when_the_table_scrolls_sideways() {
        let mut app = records((80, 24));
        press(&mut app, "lllllll");
        let picture = picture(&mut app);
        assert!(picture.contains("contact_email"), "{picture}");
        assert!(picture.contains("┌ Cell: deal_value"), "{picture}");
    }

    #[test]
    fn a_record_that_became_ready_stays_in_the_list() {
        let mut app = records((100, 30));
        press(&mut app, "jj");
        let effects = press(&mut app, "r");
        let Effect::Change(ticket, Wish::Check { id }) = effects[0] else {
            panic!("{effects:?}")
        };
        assert_eq!(id, RecordId(21));
        let report = crate::model::ChangeReport {
            checked: 1,
            ready: 1,
            step: Some(crate::model::StepId(1)),
            ..Default::default()
        };
        app.update(Event::Answer(ticket, Ok(Answer::Changed(report))));
        assert!(picture(&mut app).contains(">  21"));
    }

    #[test]
    fn a_filter_that_is_not_understood_is_named_and_not_applied() {
        let mut app = records((100, 30));
        let effects = press(&mut app, "/status:bla<ret>");
        assert!(
            effects.iter().all(
                |effect| !matches!(effect, Effect::Ask(_, Query::Ids { filter })
                if filter.terms.len() > 2 && filter.to_string().contains("bla"))
            ),
            "{effects:?}"
        );
        assert!(picture(&mut app).contains("Not applied: status:bla"));
        press(&mut app, "<esc>");
        assert!(picture(&mut app).contains("412 records"));
    }

    #[test]
    fn a_term_about_no_field_is_named_and_the_others_hold() {
        let mut app = records((100, 30));
        press(&mut app, "/ship_dat:2025<ret>");
        let shown = picture(&mut app);
        assert!(
            shown.contains("Not applied: ship_dat is not a field. Did you mean ship_date?"),
            "{shown}"
        );
        assert!(
            shown.contains("412 records"),
            "the list is not empty: {shown}"
        );
        assert!(
            shown.contains("[ ship_dat:2025"),
            "it can be corrected: {shown}"
        );
        press(&mut app, "<esc>/is:bla x");
        assert!(picture(&mut app).contains("Not applied: is:bla"));
        assert!(picture(&mut app).contains("No record matches"));
    }

    #[test]
    fn a_filter_without_result_says_so_and_esc_clears_it() {
        let mut app = records((100, 30));
        press(&mut app, "/nothing<ret>");
        assert!(picture(&mut app).contains("No record matches   nothing"));
        assert!(picture(&mut app).contains("Esc Clear filter"));
        press(&mut app, "<esc>");
        assert!(picture(&mut app).contains("412 records"));
        press(&mut app, "<esc>");
        assert!(picture(&mut app).contains("[1 Problems 6]"));
    }

    #[test]
    fn a_paste_goes_to_the_filter_and_never_to_the_keys() {
        let mut app = records((100, 30));
        let effects = app.update(Event::Paste("S<ret>\rq".to_owned()));
        assert!(
            effects
                .iter()
                .all(|effect| matches!(effect, Effect::Ask(..)))
        );
        assert!(picture(&mut app).contains("[ S<ret> q"));
        assert_eq!(app.exit(), None);
    }

    #[test]
    fn only_rows_near_the_cursor_are_asked_for_one_question_at_a_time() {
        let mut app = problems((100, 30));
        press(&mut app, "2");
        let effects = press(&mut app, "G");
        let Effect::Ask(_, Query::Rows { ids }) = &effects[0] else {
            panic!("{effects:?}")
        };
        assert!(ids.len() <= 301);
        assert_eq!(ids.last(), Some(&RecordId(1_387 * 7)));
        let key = crossterm::event::KeyCode::Home;
        let first = app.update(Event::Key(KeyEvent::from(key)));
        assert!(first.len() <= 1);
        assert_eq!(
            app.update(Event::Key(KeyEvent::from(crossterm::event::KeyCode::End))),
            []
        );
    }

    #[test]
    fn an_unreadable_record_opens_as_text() {
        let mut app = records((100, 30));
        // Record 28 cannot be split into fields.
        press(&mut app, "jjj<ret>");
        assert!(app.pages.top().is_raw());
    }
}
