//! The line that leads from one edit to all like it.

use super::*;
use crate::tui::{
    app::App,
    event::Event,
    testing::{self, press, problems, shows, shows_not},
};

/// The box is open, its value checked, and so many records have the problem in all.
fn open(records: u64) -> Desk {
    let mut desk = editing();
    desk.picture(100, 30);
    desk.counted(records);
    desk
}

impl Desk {
    fn counted(&mut self, records: u64) {
        let mut group = testing::groups().remove(1);
        group.open = records;
        self.answer(Answer::Alike(Some(Box::new(group))));
    }

    fn line(&mut self) -> String {
        let picture = self.picture(100, 30);
        let line = picture.lines().find(|line| line.contains("Same?"));
        line.unwrap_or_default()
            .trim_matches(['"', '│', ' '])
            .to_owned()
    }

    fn is_ticked(&self) -> Option<bool> {
        (self.editor.one.draft.as_ref()).map(|draft| draft.same.is_ticked)
    }
}

fn fixes(effects: &[Effect]) -> bool {
    let is_fix = |effect: &Effect| matches!(effect, Effect::Go(Route::Fix(_)));
    effects.iter().any(is_fix)
}

#[test]
fn the_line_at_100_by_30() {
    let mut desk = open(1_188);
    desk.press("Ctrl+U");
    desk.type_in("2025-12-31");
    desk.check(vec![bad_quantity()]);
    desk.press("Down Down Down");
    desk.check(vec![bad_quantity()]);
    desk.press("Space");
    insta::assert_snapshot!(desk.picture(100, 30), @r#"
    "                                                                                                    "
    " Record 1 of 3   SO-88213   state: needs fixing (2 problems, 1 being edited)                        "
    "┌ Fields ─────────────────────────────── 2 of 12 need fixing ┐┌ Problems after this ──────────── 1 ┐"
    "│    Field              As received        Now               ││ parse ✓  schema ✗  rule ?          │"
    "│    order_id           SO-88213           (same)            ││   lines[1].qty                     │"
    "│ > !ship_date          31/12/2025         2025-12-31_       ││   Quantity must be a whole number. │"
    "│    country            DE                 (same)            ││   "12 pcs" has extra text. Try 12. │"
    "│    v customer         {3 fields}                           │└────────────────────────────────────┘"
    "│        name           Müller GmbH        (same)            │┌ Where it came from ────────────────┐"
    "│        email          a.mueller@web.de   (same)            ││ File    orders_nov.jsonl           │"
    "│        tax_id         DE811907980        (same)            ││ Line    12,005 (record 12,004)     │"
    "│    v lines            [2 items]                            ││ Stopped Check (never sent)         │"
    "│      v 0              {3 fields}                           ││ Rules   the run's contract         │"
    "│          sku          TB-100             (same)            ││         not reached: RULE-102      │"
    "│          qty          3                  (same)            ││                                    │"
    "│          price        49.0               (same)            ││ History of this record             │"
    "│      v 1              {3 fields}                           ││   (no changes yet)                 │"
    "│          sku          TB-220<sp>         (same)            ││                                    │"
    "│   !      qty          12 pcs             (same)            ││                                    │"
    "│          price        19.9               (same)            ││                                    │"
    "│                                                            ││                                    │"
    "└────────────────────────────────────────────────────────────┘└────────────────────────────────────┘"
    "┌ Editing ship_date (date, required) ───────────────────────────────────────── checked as you type ┐"
    "│ Now       [ 2025-12-31                                   ]   OK  Valid date                      │"
    "│ Was       "31/12/2025"                                      Record: 1 problem left after this    │"
    "│ Try       1 2025-12-31  day first   2 (leave as it is)                                           │"
    "│ Same?     > [x] also fix the 1,187 other records like this   (opens Fix all with a preview)      │"
    "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
    " Enter saves this field and opens Fix all for the others like it. Nothing is sent.                  "
    "                                                                                                    "
    "#);
}

#[test]
fn others_are_named_once_they_are_counted_and_where_there_are_any() {
    let mut desk = editing();
    desk.picture(100, 30);
    let waiting = "Same?     [ ] also fix the other records like this   (counting them ...)";
    assert_eq!(desk.line(), waiting);
    desk.counted(1_188);
    let known =
        "Same?     [ ] also fix the 1,187 other records like this   (opens Fix all with a preview)";
    assert_eq!(desk.line(), known);
    desk.counts_again(2);
    let one = "Same?     [ ] also fix the other record like this   (opens Fix all with a preview)";
    assert_eq!(desk.line(), one);
    desk.press("Down Down Down Space");
    assert_eq!(desk.is_ticked(), Some(true));
    desk.counts_again(1);
    assert_eq!(desk.line(), "");
    assert_eq!(desk.is_ticked(), Some(false), "there is nobody it is for");
    let low = desk.picture(80, 24);
    assert!(!low.contains("Same?"), "{low}");
}

impl Desk {
    /// Somebody changes the workspace while the box is open.
    fn counts_again(&mut self, records: u64) {
        self.editor.refresh(&mut self.cx);
        let order = record(&order(), vec![bad_date(), bad_quantity()]);
        self.answer(Answer::Record(Box::new(order)));
        self.counted(records);
        self.check(vec![bad_date(), bad_quantity()]);
    }
}

#[test]
fn a_tick_saves_the_field_and_opens_the_fix_of_all_others() {
    let mut desk = open(301);
    desk.press("Ctrl+U");
    desk.type_in("2025-12-31");
    desk.check(vec![bad_quantity()]);
    desk.press("Down Down Down");
    desk.check(vec![bad_quantity()]);
    desk.press("Space");
    let value = desk.editor.one.draft.as_ref().unwrap().field.value();
    assert_eq!(value, "2025-12-31", "what was typed stands");
    desk.effects();
    // Tab opens no box below the page that comes.
    desk.press("Tab");
    assert_eq!(desk.saves(), [date("2025-12-31")]);
    desk.answer(Answer::Changed(ChangeReport::default()));
    desk.effects();
    let group = testing::groups().remove(1);
    desk.answer(Answer::Alike(Some(Box::new(group))));
    let effects = desk.effects();
    assert!(fixes(&effects), "{effects:?}");
    desk.editor.refresh(&mut desk.cx);
    let mut saved = record(&fixed(), vec![bad_quantity()]);
    saved.row.version = 2;
    desk.answer(Answer::Record(Box::new(saved)));
    assert_eq!(desk.said(), "ship_date is saved. 1 problem left.");
    assert_eq!(desk.editor.mode(), Mode::Moving);
}

#[test]
fn space_ticks_it_on_a_suggestion_as_well_and_is_text_in_the_text() {
    let mut desk = open(301);
    desk.press("Down");
    desk.check(vec![bad_quantity()]);
    desk.press("Space");
    assert_eq!(desk.is_ticked(), Some(true));
    let value = desk.editor.one.draft.as_ref().unwrap().field.value();
    assert_eq!(value, "2025-12-31");
    desk.press("Up");
    desk.type_in(" ");
    assert_eq!(desk.is_ticked(), Some(true));
    let value = desk.editor.one.draft.as_ref().unwrap().field.value();
    assert_eq!(value, "31/12/2025 ");
    // Where there is no room for the line, nobody ticks what cannot be seen.
    let mut low = open(301);
    low.picture(80, 24);
    low.press("Down");
    low.type_in(" ");
    assert_eq!(low.is_ticked(), Some(false));
}

#[test]
fn a_wrong_value_keeps_box_and_tick_and_both_are_seen() {
    let mut desk = open(301);
    desk.press("Down Down Down Space Up");
    desk.type_in("x");
    desk.check(vec![bad_date(), bad_quantity()]);
    desk.effects();
    desk.press("Enter");
    assert_eq!(desk.saves(), []);
    let picture = desk.picture(100, 30);
    assert!(picture.contains("> Save anyway"), "{picture}");
    assert!(picture.contains("[x] also fix the 300 other"), "{picture}");
    assert!(picture.contains("││   year-month-day"), "{picture}");
    desk.press("Enter");
    assert_eq!(desk.saves().len(), 1);
    let fault = Fault::unusable("workspace:busy", "another process is writing");
    desk.give(Err(fault.into()));
    assert_eq!(desk.is_ticked(), Some(true));
}

#[test]
fn with_nothing_to_save_a_tick_opens_the_fix_all_the_same() {
    let mut desk = open(301);
    desk.press("Down Down Down Space");
    desk.effects();
    desk.press("Enter");
    assert_eq!(desk.saves(), []);
    let group = testing::groups().remove(1);
    desk.answer(Answer::Alike(Some(Box::new(group))));
    assert!(fixes(&desk.effects()));
    assert_eq!(desk.editor.mode(), Mode::Moving);
}

#[test]
fn esc_on_the_line_cancels_the_edit_and_up_goes_back_to_the_text() {
    let mut desk = open(301);
    desk.press("Ctrl+U");
    desk.type_in("2025");
    desk.check(vec![bad_date(), bad_quantity()]);
    desk.press("Down Down Down Up");
    let value = desk.editor.one.draft.as_ref().unwrap().field.value();
    assert_eq!(value, "2025");
    desk.press("Down Down Down");
    assert_eq!(desk.editor.escape(), "Cancel edit");
    desk.press("Esc");
    assert_eq!(desk.editor.mode(), Mode::Moving);
    assert_eq!(desk.said(), "Nothing was changed.");
}

#[test]
fn the_line_goes_where_the_window_gets_low_and_the_cursor_with_it() {
    let mut desk = open(301);
    desk.press("Down Down Down");
    desk.picture(80, 24);
    desk.press("Down");
    let focus = desk.editor.one.draft.as_ref().unwrap().focus;
    assert_ne!(focus, draft::Focus::Same);
}

/// The first problem's record with its box open.
fn app(size: (u16, u16)) -> App {
    let mut app = problems(size);
    press(&mut app, "<ret><ret><ret>");
    testing::picture(&mut app);
    app
}

#[test]
fn a_click_on_the_line_ticks_it_and_one_beside_it_does_nothing() {
    let mut app = app((100, 30));
    let picture = testing::picture(&mut app);
    let row = picture.lines().position(|line| line.contains("Same?"));
    let click = |row: usize| {
        Event::Mouse(crossterm::event::MouseEvent {
            kind: crossterm::event::MouseEventKind::Down(crossterm::event::MouseButton::Left),
            column: 20,
            row: row as u16,
            modifiers: crossterm::event::KeyModifiers::NONE,
        })
    };
    app.update(click(row.unwrap()));
    shows(&mut app, "[x] also fix the 411 other records like this");
    shows(&mut app, "Enter Save + Fix all");
    shows(
        &mut app,
        "opens Fix all for the others like it. Nothing is sent.",
    );
    app.update(click(row.unwrap() - 1));
    shows(&mut app, "[x] also fix");
    app.update(click(row.unwrap()));
    shows(&mut app, "[ ] also fix");
    let mut low = self::app((80, 24));
    shows_not(&mut low, "also fix");
}
