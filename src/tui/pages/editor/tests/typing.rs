//! What is typed into the box, checked and saved.

use super::*;

#[test]
fn enter_on_an_unchanged_value_changes_nothing_and_says_so() {
    let mut desk = editing();
    desk.press("Enter");
    assert_eq!(typed(&desk), "(closed)");
    assert_eq!(desk.said(), "Nothing was changed: the value is the same.");
}

#[test]
fn every_key_is_checked_and_only_the_newest_answer_counts() {
    let mut desk = editing();
    desk.press("Ctrl+U 2");
    let first = desk.editor.one.draft.as_ref().unwrap().asked.unwrap();
    desk.press("0");
    let asked: Vec<_> = desk
        .effects()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Ask(_, Query::Preview { changes, .. }) => Some(changes),
            _ => None,
        })
        .collect();
    assert_eq!(asked, [vec![date("")], vec![date("2")], vec![date("20")]]);
    assert!(!desk.editor.awaits(first), "the answer about `2` is late");
}

#[test]
fn ok_is_said_at_once_and_a_mistake_only_after_400_ms_without_a_key() {
    let mut desk = editing();
    desk.press("Ctrl+U");
    desk.type_in("2025-12-3");
    desk.check(vec![bad_date(), bad_quantity()]);
    let wrong = |desk: &mut Desk| desk.picture(100, 30).contains("Not right yet");
    desk.after(399);
    assert!(!wrong(&mut desk));
    desk.after(400);
    assert!(wrong(&mut desk));
    desk.press("1");
    assert!(!wrong(&mut desk));
    desk.check(vec![bad_quantity()]);
    let picture = desk.picture(100, 30);
    assert!(picture.contains("OK  Valid date"));
    assert!(picture.contains("Record: 1 problem left after this"));
}

#[test]
fn enter_on_a_wrong_value_keeps_the_box_and_offers_to_save_anyway() {
    let mut desk = editing();
    desk.press("x");
    desk.check(vec![bad_date(), bad_quantity()]);
    desk.press("Enter");
    assert_eq!(desk.saves(), []);
    let picture = desk.picture(100, 30);
    assert!(picture.contains("> Save anyway, it stays in needs fixing"));
    assert!(picture.contains("Write it like 2025-12-31."));
    desk.press("Enter");
    assert_eq!(desk.saves(), [date("31/12/2025x")]);
}

#[test]
fn enter_before_the_check_has_answered_saves_when_it_has() {
    let mut desk = editing();
    desk.press("Ctrl+U");
    desk.type_in("2025-12-31");
    desk.press("Enter");
    assert_eq!(desk.saves(), []);
    desk.check(vec![bad_quantity()]);
    assert_eq!(desk.saves(), [date("2025-12-31")]);
}

#[test]
fn down_takes_the_first_suggestion_and_enter_saves_it_as_it_was_suggested() {
    let mut desk = editing();
    desk.press("Down");
    assert_eq!(typed(&desk), "2025-12-31");
    desk.check(vec![bad_quantity()]);
    desk.press("Enter");
    let value = json!("2025-12-31");
    let path = path("/ship_date");
    assert_eq!(desk.saves(), [Change::Json { path, value }]);
}

#[test]
fn down_right_after_enter_waits_for_the_suggestions() {
    let mut desk = Desk::new();
    desk.press("Enter Down");
    assert_eq!(typed(&desk), "31/12/2025");
    desk.check(vec![bad_date(), bad_quantity()]);
    assert_eq!(typed(&desk), "2025-12-31");
}

#[test]
fn leaving_the_suggestions_brings_back_what_was_typed() {
    for keys in ["Up", "Esc", "Down Down Up Up Up"] {
        let mut desk = editing();
        desk.press("x Down");
        desk.press(keys);
        assert_eq!(typed(&desk), "31/12/2025x", "{keys}");
    }
    let mut desk = editing();
    desk.press("Down Down Enter");
    assert_eq!(typed(&desk), "(closed)", "leave as it is");
    assert_eq!(desk.saves(), []);
}

#[test]
fn esc_closes_the_list_then_the_edit_then_the_record() {
    let mut desk = editing();
    desk.press("x Down");
    assert_eq!(desk.editor.escape(), "Close the list");
    desk.press("Esc");
    assert_eq!(desk.editor.escape(), "Cancel edit");
    desk.press("Esc");
    assert_eq!(typed(&desk), "(closed)");
    assert_eq!(desk.editor.escape(), "Back");
    desk.effects();
    desk.press("Esc");
    assert_eq!(desk.effects(), [Effect::Back]);
}

#[test]
fn saving_goes_to_the_next_problem_and_the_last_one_makes_the_record_ready() {
    let mut desk = editing();
    desk.press("Down");
    desk.check(vec![bad_quantity()]);
    desk.press("Enter");
    desk.saved(&fixed(), vec![bad_quantity()]);
    assert_eq!(desk.said(), "ship_date is saved. 1 problem left.");
    assert_eq!(desk.editor.fields.path(), Some(&path("/lines/1/qty")));
    desk.check(vec![bad_quantity()]);
    desk.press("a");
    desk.saved(&fixed(), Vec::new());
    assert_eq!(desk.said(), "SO-88213 is ready.");
}

#[test]
fn tab_saves_and_edits_the_next_field() {
    let mut desk = editing();
    desk.press("Down");
    desk.check(vec![bad_quantity()]);
    desk.press("Tab");
    desk.saved(&fixed(), vec![bad_quantity()]);
    assert_eq!(desk.editor.fields.path(), Some(&path("/country")));
    assert_eq!(typed(&desk), "DE");
    desk.check(vec![bad_quantity()]);
    desk.press("Tab");
    assert_eq!(typed(&desk), "Müller GmbH", "branches are passed by");
}

#[test]
fn somebody_elses_change_keeps_what_is_typed_and_what_it_was_typed_over() {
    let mut desk = editing();
    desk.press("Down");
    desk.check(vec![bad_quantity()]);
    desk.effects();
    desk.editor.refresh(&mut desk.cx);
    let mut newer = record(&order(), vec![bad_date()]);
    newer.row.version = 7;
    desk.answer(Answer::Record(Box::new(newer)));
    assert!(
        desk.said()
            .contains("Your text is kept: saving it shows both.")
    );
    assert_eq!(typed(&desk), "2025-12-31");
    desk.check(Vec::new());
    desk.press("Enter");
    let versions: Vec<_> = desk
        .effects()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Change(_, Wish::Edit { version, .. }) => Some(version),
            _ => None,
        })
        .collect();
    assert_eq!(versions, [1], "theirs is not taken for seen");
}

#[test]
fn after_somebody_elses_change_the_check_is_asked_about_the_text_in_the_box() {
    let mut desk = editing();
    changed_by_another(&mut desk, &fixed(), Vec::new());
    let asked: Vec<_> = (desk.effects().into_iter())
        .filter_map(|effect| match effect {
            Effect::Ask(_, Query::Preview { changes, .. }) => Some(changes),
            _ => None,
        })
        .collect();
    let (path, value) = (path("/ship_date"), json!("31/12/2025"));
    assert_eq!(asked, [vec![Change::Json { path, value }]]);
    desk.press("Enter");
    assert_eq!(desk.saves(), [], "nobody typed it");
}

#[test]
fn enter_in_a_box_that_nobody_typed_into_says_whose_value_stays() {
    let mut desk = editing();
    changed_by_another(&mut desk, &fixed(), Vec::new());
    let said = "Somebody else changed this record meanwhile. Esc shows their value.";
    assert_eq!(desk.said(), said);
    desk.press("Enter");
    let said = "Nothing was changed: you typed nothing, and somebody else's value stays.";
    assert_eq!(desk.said(), said);
    let mut desk = editing();
    changed_by_another(&mut desk, &order(), vec![bad_date()]);
    assert_eq!(desk.said(), "Somebody else changed this record meanwhile.");
    desk.press("Enter");
    assert_eq!(desk.said(), "Nothing was changed: the value is the same.");
}

#[test]
fn what_is_typed_before_the_record_is_there_goes_into_the_box() {
    let read = |desk: &mut Desk| {
        let order = record(&order(), vec![bad_date(), bad_quantity()]);
        desk.answer(Answer::Record(Box::new(order)));
    };
    let check = |keys: &str, expected: &str| {
        let mut desk = Desk::unread();
        desk.press(keys);
        read(&mut desk);
        assert_eq!(typed(&desk), expected, "{keys}");
        assert_eq!(desk.saves(), [], "{keys}");
    };
    check("Enter", "31/12/2025");
    check("Enter 4 2", "31/12/202542");
    check("e Backspace 6", "31/12/2026");
    check("Enter 4 Ctrl+U 2", "31/12/20252");
    // Nothing is saved that nobody saw, and what comes after it was meant for something else.
    check("Enter 4 Enter 2", "31/12/20254");
    check("Enter 4 Tab 2", "31/12/20254");
    check("n a o", "(closed)");
    let mut desk = Desk::unread();
    desk.press("Enter 4 Esc");
    assert!(desk.effects().contains(&Effect::Back));
    read(&mut desk);
    assert_eq!(typed(&desk), "(closed)");
}

#[test]
fn a_field_is_added_beside_the_one_under_the_cursor_and_saved_as_any_other() {
    let mut desk = Desk::new();
    desk.editor.fields.select(&path("/customer/name"));
    desk.editor.act(Action::AddField, &mut desk.cx);
    let asked = desk.effects();
    let asks = |effect: &Effect| matches!(effect, Effect::Prompt(wanting) if wanting.title == "Add a field to customer");
    assert!(asked.iter().any(asks), "{asked:?}");
    desk.names("vip");
    assert!(desk.picture(100, 30).contains("Editing customer.vip"));
    assert!(desk.picture(100, 30).contains("Was       (not there)"));
    desk.type_in("yes");
    desk.check(vec![bad_date(), bad_quantity()]);
    desk.effects();
    desk.press("Enter");
    let made = Change::Text {
        path: path("/customer/vip"),
        text: "yes".to_owned(),
    };
    assert_eq!(wished(&mut desk), made);
    // A name that is taken leads to its field.
    let mut desk = Desk::new();
    desk.names("country");
    assert_eq!(desk.editor.fields.path(), Some(&path("/country")));
    assert_eq!(desk.said(), "country is there already.");
}

#[test]
fn the_stages_of_a_draft_say_that_the_validator_is_asked_when_it_is_saved() {
    let mut desk = editing();
    desk.press("Ctrl+U");
    desk.type_in("2025-12-31");
    let mut answer = preview(Vec::new());
    answer.stages.push(validator(Mark::NotChecked));
    desk.answer(Answer::Preview(Box::new(answer)));
    let words = "parse ✓  schema ✓  rule ✓  validator ? asked when saved";
    assert!(desk.picture(80, 24).contains(words));
    let wide = desk.picture(100, 30);
    assert!(wide.contains("parse ✓  schema ✓  rule ✓ "), "{wide}");
    assert!(wide.contains("validator ? asked when saved"), "{wide}");
}

#[test]
fn a_warning_about_what_is_typed_is_said_and_does_not_stop_it() {
    let mut desk = editing();
    desk.press("Ctrl+U");
    desk.type_in("2025-12-31");
    let warning = Problem {
        path: path("/ship_date"),
        ..large_order()
    };
    desk.check(vec![warning]);
    desk.after(400);
    let picture = desk.picture(100, 30);
    assert!(picture.contains("OK  Valid date"), "{picture}");
    assert!(picture.contains("no problem left after this"), "{picture}");
    assert!(picture.contains("> ~ ship_date (warning)"), "{picture}");
    desk.press("Enter");
    assert_eq!(desk.saves(), [date("2025-12-31")]);
}

#[test]
fn an_edit_whose_validator_does_not_answer_is_saved_and_said_to_be_not_checked() {
    let mut desk = editing();
    desk.press("Down");
    desk.check(Vec::new());
    desk.press("Enter");
    let why = "the validator `validate` was not found".to_owned();
    desk.answer(Answer::Changed(ChangeReport {
        not_checked: Some(why),
        ..ChangeReport::default()
    }));
    desk.editor.refresh(&mut desk.cx);
    let mut saved = record(&fixed(), Vec::new());
    saved.row.status = Status::Rejected;
    saved.verdict = Freshness::NotChecked;
    saved.stages.push(validator(Mark::NotChecked));
    desk.answer(Answer::Record(Box::new(saved)));
    assert_eq!(
        desk.said(),
        "ship_date is saved. Not checked: the validator `validate` was not found."
    );
    let picture = desk.picture(80, 24);
    assert!(picture.contains("state: needs fixing"), "{picture}");
    assert!(picture.contains("validator ?"), "{picture}");
    let words = "Not checked: the validator has not answered. r asks it again.";
    assert!(picture.contains(words), "{picture}");
}
