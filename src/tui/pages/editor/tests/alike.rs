//! What is offered for the other records with the same problem.

use super::*;

#[test]
fn an_edit_offers_the_same_for_all_others_with_its_problem() {
    let mut desk = Desk::new();
    desk.types_and_saves("x");
    let group = crate::tui::testing::groups().remove(1);
    let asked = desk.effects();
    let [.., Effect::Ask(_, Query::Alike { problem, .. })] = &asked[..] else {
        panic!("{asked:?}")
    };
    assert_eq!(problem.path.as_str(), "/ship_date");
    desk.answer(Answer::Alike(Some(Box::new(group))));
    desk.editor.refresh(&mut desk.cx);
    let mut saved = record(&fixed(), vec![bad_quantity()]);
    saved.row.version = 2;
    desk.answer(Answer::Record(Box::new(saved)));
    let said = "ship_date is saved. 1 problem left. 301 more like it.  b Fix all";
    let effects = desk.effects();
    assert!(
        effects.contains(&Effect::Say(said.to_owned())),
        "{effects:?}"
    );
    desk.press("b");
    let effects = desk.effects();
    let Some(Effect::Go(Route::Fix(view))) = effects.first() else {
        panic!("{effects:?}")
    };
    assert_eq!((view.records, view.field.as_str()), (301, "/created_at"));
    desk.press("b");
    assert_eq!(goes(&mut desk), None, "it was said once");
}

#[test]
fn the_others_are_offered_only_as_long_as_they_are_said() {
    let mut desk = Desk::new();
    desk.types_and_saves("x");
    // Keys that come before it is said take nothing away.
    desk.press("Up");
    let group = crate::tui::testing::groups().remove(1);
    desk.answer(Answer::Alike(Some(Box::new(group))));
    desk.editor.refresh(&mut desk.cx);
    let mut saved = record(&fixed(), vec![bad_quantity()]);
    saved.row.version = 2;
    desk.answer(Answer::Record(Box::new(saved)));
    assert!(desk.said().ends_with("more like it.  b Fix all"));
    let is_offered = |desk: &Desk| {
        let offers = desk.editor.offers();
        offers.iter().any(|offer| offer.label == "Fix 301 like it")
    };
    assert!(is_offered(&desk));
    desk.press("Down");
    assert!(!is_offered(&desk));
    desk.press("b");
    assert_eq!(goes(&mut desk), None);
}

#[test]
fn a_record_that_still_has_its_problem_is_none_of_the_others() {
    let mut desk = Desk::new();
    desk.types_and_saves("x");
    let group = crate::tui::testing::groups().remove(1);
    desk.answer(Answer::Alike(Some(Box::new(group))));
    desk.editor.refresh(&mut desk.cx);
    let mut saved = record(&fixed(), vec![bad_date(), bad_quantity()]);
    saved.row.version = 2;
    desk.effects();
    desk.answer(Answer::Record(Box::new(saved)));
    let said = "ship_date is saved. 2 problems left. 300 more like it.  b Fix all";
    assert_eq!(desk.said(), said);
}
