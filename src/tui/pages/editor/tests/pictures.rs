//! How the page of a record looks.

use super::*;

#[test]
fn what_has_no_room_in_the_box_ends_with_a_sign() {
    let mut desk = Desk::new();
    let long = |problems| {
        let mut preview = preview(problems);
        preview.suggestions[0].value = json!("2025-12-31, the last day of the year");
        Answer::Preview(Box::new(preview))
    };
    let row = |desk: &mut Desk, words: &str| {
        let picture = desk.picture(60, 16);
        let found = picture.lines().find(|line| line.contains(words));
        found.unwrap_or_else(|| panic!("{picture}")).to_owned()
    };
    desk.press("Enter");
    desk.answer(long(vec![bad_date()]));
    desk.press("Down");
    desk.answer(long(vec![bad_date()]));
    let shown = row(&mut desk, "> 2025-12-31, the last");
    assert!(shown.ends_with("…│\""), "{shown}");
}

#[test]
fn a_number_that_was_received_stands_without_quotes_beside_the_text_it_became() {
    let mut value = order();
    let received = value["lines"][1]["qty"].take();
    assert_eq!(received, json!("12 pcs"));
    value["lines"][1]["qty"] = json!("7102");
    let mut detail = record(&value, vec![bad_quantity()]);
    detail.received.as_mut().unwrap()["lines"][1]["qty"] = json!(7102);
    let mut desk = Desk::unread();
    desk.answer(Answer::Record(Box::new(detail)));
    let shown = desk.picture(100, 30);
    assert!(shown.contains("Now       \"7102\""), "{shown}");
    assert!(shown.contains("Was       7102 "), "{shown}");
}

#[test]
fn a_record_being_edited_at_100_by_30() {
    let mut desk = Desk::new();
    desk.press("Enter");
    desk.check(vec![bad_date(), bad_quantity()]);
    desk.press("Ctrl+U");
    desk.type_in("2025-12-31");
    desk.check(vec![bad_quantity()]);
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
    "│ Same?     [ ] also fix the other records like this   (counting them ...)                         │"
    "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
    " Enter saves this field and moves to the next problem. Nothing is sent.                             "
    "                                                                                                    "
    "#);
}

#[test]
fn a_record_being_edited_at_80_by_24() {
    let mut desk = Desk::new();
    desk.press("Enter");
    desk.check(vec![bad_date(), bad_quantity()]);
    desk.press("Ctrl+U");
    desk.type_in("2025-12-31");
    desk.check(vec![bad_quantity()]);
    insta::assert_snapshot!(desk.picture(80, 24), @r#"
    "                                                                                "
    " Record 1 of 3   SO-88213   state: needs fixing (2 problems, 1 being edited)    "
    "┌ Fields ──────────────────────────────────── 2 of 12 need fixing, showing 1-9 ┐"
    "│    Field                As received                Now                       │"
    "│    order_id             SO-88213                   (same)                    │"
    "│ > !ship_date            31/12/2025                 2025-12-31_               │"
    "│    country              DE                         (same)                    │"
    "│    v customer           {3 fields}                                           │"
    "│        name             Müller GmbH                (same)                    │"
    "│        email            a.mueller@web.de           (same)                    │"
    "│        tax_id           DE811907980                (same)                    │"
    "│    v lines              [2 items]                                            │"
    "│      v 0                {3 fields}                                           │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    "┌ Problem 1 of 1: lines[1].qty ───────────────────── parse ✓  schema ✗  rule ? ┐"
    "│ Quantity must be a whole number. "12 pcs" has extra text. Try 12.            │"
    "│                                                                              │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    "┌ Editing ship_date (date, required) ───────────────────── checked as you type ┐"
    "│ Now [ 2025-12-31               ]  OK  Valid date  1 problem left after this  │"
    "│ Was "31/12/2025"   Try 1 2025-12-31  day first   2 (leave as it is)          │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    " Enter saves this field and moves to the next problem. Nothing is sent.         "
    "                                                                                "
    "#);
}

#[test]
fn a_record_at_60_by_16() {
    let mut desk = Desk::new();
    insta::assert_snapshot!(desk.picture(60, 16), @r#"
    "                                                            "
    " Record 1 of 3   SO-88213   state: needs fixing (2 problems)"
    "┌ Fields ──────────────── 2 of 12 need fixing, showing 1-5 ┐"
    "│    Field              As received       Now              │"
    "│    order_id           SO-88213          (same)           │"
    "│ > !ship_date          31/12/2025        (same)           │"
    "│    country            DE                (same)           │"
    "│    v customer         {3 fields}                         │"
    "│        name           Müller GmbH       (same)           │"
    "└──────────────────────────────────────────────────────────┘"
    "┌ Problem 1 of 2 ─────────────── parse ✓  schema ✗  rule ? ┐"
    "│ This date is not written year-month-day: "31/12/2025".   │"
    "│ Write it like 2025-12-31.                                │"
    "└──────────────────────────────────────────────────────────┘"
    " Enter edits the marked field. Nothing is sent.             "
    "                                                            "
    "#);
    desk.press("Enter");
    insta::assert_snapshot!(desk.picture(60, 16), @r#"
    "                                                            "
    " Record 1 of 3   SO-88213   state: needs fixing (2 problems,"
    "┌ Fields ──────────────── 2 of 12 need fixing, showing 1-3 ┐"
    "│    order_id           SO-88213          (same)           │"
    "│ > !ship_date          31/12/2025        31/12/2025_      │"
    "│    country            DE                (same)           │"
    "└──────────────────────────────────────────────────────────┘"
    "┌ Problem 1 of 2 ─────────────── parse ✓  schema ✗  rule ? ┐"
    "│ This date is not written year-month-day: "31/12/2025".   │"
    "└──────────────────────────────────────────────────────────┘"
    "┌ Editing ship_date ────────────────── checked as you type ┐"
    "│ Now [ 31/12/2025       ]                                 │"
    "│ Was "31/12/2025"   Try                                   │"
    "└──────────────────────────────────────────────────────────┘"
    " Enter saves this field and moves to the next problem. Nothi"
    "                                                            "
    "#);
}

#[test]
fn a_record_at_100_by_30() {
    insta::assert_snapshot!(Desk::new().picture(100, 30), @r#"
    "                                                                                                    "
    " Record 1 of 3   SO-88213   state: needs fixing (2 problems)                                        "
    "┌ Fields ─────────────────────────────── 2 of 12 need fixing ┐┌ Problems in this record ──────── 2 ┐"
    "│    Field              As received        Now               ││ parse ✓  schema ✗  rule ?          │"
    "│    order_id           SO-88213           (same)            ││ > ship_date                        │"
    "│ > !ship_date          31/12/2025         (same)            ││   This date is not written         │"
    "│    country            DE                 (same)            ││   year-month-day: "31/12/2025".    │"
    "│    v customer         {3 fields}                           ││   Write it like 2025-12-31.        │"
    "│        name           Müller GmbH        (same)            ││   lines[1].qty                     │"
    "│        email          a.mueller@web.de   (same)            ││   Quantity must be a whole number. │"
    "│        tax_id         DE811907980        (same)            ││   "12 pcs" has extra text. Try 12. │"
    "│    v lines            [2 items]                            ││ (n jumps to the next one)          │"
    "│      v 0              {3 fields}                           │└────────────────────────────────────┘"
    "│          sku          TB-100             (same)            │┌ Where it came from ────────────────┐"
    "│          qty          3                  (same)            ││ File    orders_nov.jsonl           │"
    "│          price        49.0               (same)            ││ Line    12,005 (record 12,004)     │"
    "│      v 1              {3 fields}                           ││ Stopped Check (never sent)         │"
    "│          sku          TB-220<sp>         (same)            ││ Rules   the run's contract         │"
    "│   !      qty          12 pcs             (same)            ││         not reached: RULE-102      │"
    "│          price        19.9               (same)            ││                                    │"
    "│                                                            ││ History of this record             │"
    "└────────────────────────────────────────────────────────────┘└────────────────────────────────────┘"
    "┌ ship_date (date, required) ──────────────────────────────────────────────────────────────────────┐"
    "│ Now       31/12/2025                                                                             │"
    "│                                                                                                  │"
    "│ Try       a 2025-12-31  day first                                                                │"
    "│                                                                                                  │"
    "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
    " Enter edits the marked field. Nothing is sent.                                                     "
    "                                                                                                    "
    "#);
}

#[test]
fn the_cursor_starts_on_the_first_problem_and_enter_edits_its_value() {
    let mut desk = Desk::new();
    assert_eq!(desk.editor.fields.path(), Some(&path("/ship_date")));
    desk.press("Enter");
    assert_eq!(typed(&desk), "31/12/2025");
    let question = Query::Preview {
        id: RecordId(12_004),
        changes: Vec::new(),
        at: path("/ship_date"),
    };
    let effects = desk.effects();
    let [Effect::Ask(_, asked), Effect::Ask(_, Query::Alike { .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(*asked, question);
}

#[test]
fn the_problems_shown_are_those_of_the_stages_shown() {
    let mut desk = editing();
    changed_by_another(&mut desk, &fixed(), Vec::new());
    desk.check(vec![bad_date()]);
    let picture = desk.picture(100, 30);
    assert!(picture.contains("! Not right yet"), "{picture}");
    assert!(picture.contains("parse ✓  schema ✗  rule ?"), "{picture}");
    assert!(
        picture.contains("Problems after this ──────────── 1"),
        "{picture}"
    );
    assert!(!picture.contains("None."), "{picture}");
    desk.press("x");
    desk.check(vec![bad_date()]);
    let picture = desk.picture(100, 30);
    assert!(picture.contains("parse ✓  schema ✓  rule ✓"), "{picture}");
    assert!(
        picture.contains("None."),
        "nothing is said while it is typed: {picture}"
    );
}

#[test]
fn a_box_that_is_opened_while_a_change_of_ones_own_is_saved_stands_on_it() {
    let mut desk = Desk::new();
    desk.press("a");
    let saving = desk.editor.changing.as_ref().unwrap().0;
    desk.press("Down Enter");
    desk.type_in("x");
    let report = ChangeReport {
        step: Some(crate::model::StepId(1)),
        ..ChangeReport::default()
    };
    let saved = Ok(Answer::Changed(report));
    desk.editor.receive(saving, saved, &mut desk.cx);
    desk.effects();
    desk.editor.refresh(&mut desk.cx);
    let mut newer = record(&fixed(), vec![bad_quantity()]);
    newer.row.version = 2;
    desk.answer(Answer::Record(Box::new(newer)));
    assert_eq!(desk.editor.one.draft.as_ref().unwrap().seen, 2);
    assert!(!desk.said().contains("Somebody else"));
}

#[test]
fn text_that_could_be_a_number_stands_in_quotes() {
    let check = |value: Value, expected: &str| {
        assert_eq!(fields::shown(Some(&value), true), expected);
    };
    check(json!("12"), "\"12\"");
    check(json!(12), "12");
    check(json!("null"), "\"null\"");
    check(json!(null), "null");
    check(json!(""), "\"\"");
    check(json!(" a\u{1b} "), "<sp>a<ESC><sp>");
    check(json!({"a": 1}), "{1 field}");
    check(json!([1, 2]), "[2 items]");
}

#[test]
fn an_old_verdict_with_a_warning_at_100_by_30() {
    insta::assert_snapshot!(old().picture(100, 30), @r#"
    "                                                                                                    "
    " Record 1 of 3   SO-88213   state: needs fixing (1 problem, 1 warning)                              "
    "┌ Fields ─────────────────────────────── 1 of 12 need fixing ┐┌ Problems ──── 1 problem, 1 warning ┐"
    "│    Field              As received        Now               ││ parse ✓  schema ✗  rule ?          │"
    "│    order_id           SO-88213           (same)            ││ validator ?                        │"
    "│ > !ship_date          31/12/2025         (same)            ││ An older verdict: r checks again.  │"
    "│   ~country            DE                 (same)            ││ > ship_date                        │"
    "│    v customer         {3 fields}                           ││   This date is not written         │"
    "│        name           Müller GmbH        (same)            ││   year-month-day: "31/12/2025".    │"
    "│        email          a.mueller@web.de   (same)            ││   Write it like 2025-12-31.        │"
    "│        tax_id         DE811907980        (same)            ││   ~ country (warning)              │"
    "│    v lines            [2 items]                            ││ ... (n jumps to the next one)      │"
    "│      v 0              {3 fields}                           │└────────────────────────────────────┘"
    "│          sku          TB-100             (same)            │┌ Where it came from ────────────────┐"
    "│          qty          3                  (same)            ││ File    orders_nov.jsonl           │"
    "│          price        49.0               (same)            ││ Line    12,005 (record 12,004)     │"
    "│      v 1              {3 fields}                           ││ Stopped Check (never sent)         │"
    "│          sku          TB-220<sp>         (same)            ││ Rules   the run's contract         │"
    "│          qty          12 pcs             (same)            ││         not reached: RULE-102      │"
    "│          price        19.9               (same)            ││                                    │"
    "│                                                            ││ History of this record             │"
    "└────────────────────────────────────────────────────────────┘└────────────────────────────────────┘"
    "┌ ship_date ───────────────────────────────────────────────────────────────────────────────────────┐"
    "│ Now       31/12/2025                                                                             │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
    " Checked by an older contract: r checks again.                                                      "
    "                                                                                                    "
    "#);
}

#[test]
fn an_old_verdict_with_a_warning_at_80_by_24() {
    insta::assert_snapshot!(old().picture(80, 24), @r#"
    "                                                                                "
    " Record 1 of 3   SO-88213   state: needs fixing (1 problem, 1 warning)          "
    "┌ Fields ──────────────────────────────────── 1 of 12 need fixing, showing 1-9 ┐"
    "│    Field                As received                Now                       │"
    "│    order_id             SO-88213                   (same)                    │"
    "│ > !ship_date            31/12/2025                 (same)                    │"
    "│   ~country              DE                         (same)                    │"
    "│    v customer           {3 fields}                                           │"
    "│        name             Müller GmbH                (same)                    │"
    "│        email            a.mueller@web.de           (same)                    │"
    "│        tax_id           DE811907980                (same)                    │"
    "│    v lines              [2 items]                                            │"
    "│      v 0                {3 fields}                                           │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    "┌ Problem 1 of 1 ────────────────────── parse ✓  schema ✗  rule ?  validator ? ┐"
    "│ This date is not written year-month-day: "31/12/2025". Write it like         │"
    "│ 2025-12-31.                                                                  │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    "┌ ship_date ───────────────────────────────────────────────────────────────────┐"
    "│ Now 31/12/2025                                                               │"
    "│                                                                              │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    " Checked by an older contract: r checks again.                                  "
    "                                                                                "
    "#);
}

#[test]
fn draws_at_any_size_in_any_state() {
    let mut desks = [Desk::unread(), Desk::new(), editing(), old()];
    desks[2].press("x");
    desks[2].check(vec![bad_date()]);
    desks[2].press("Enter");
    for desk in &mut desks {
        for (width, height) in [
            (1, 1),
            (2, 3),
            (5, 5),
            (20, 4),
            (33, 9),
            (99, 50),
            (300, 100),
        ] {
            desk.picture(width, height);
        }
    }
}
