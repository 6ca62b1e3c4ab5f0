//! How a record stands, and what can be done with it then.

use super::*;

#[test]
fn a_record_that_was_sent_is_not_asked_about_but_says_why_it_stays() {
    let mut desk = Desk::unread();
    let mut sent = record(&fixed(), Vec::new());
    sent.row.status = Status::Accepted;
    desk.answer(Answer::Record(Box::new(sent)));
    desk.effects();
    desk.press("x");
    let why = "It was sent: what was sent stays as it was sent.";
    assert_eq!(desk.effects(), [Effect::Say(why.to_owned())]);
    let offers = desk.editor.offers();
    let aside = offers.iter().find(|offer| offer.action == Action::SetAside);
    assert_eq!(aside.and_then(|offer| offer.unable.as_deref()), Some(why));
}

#[test]
fn what_is_left_is_counted_and_n_goes_there() {
    let mut desk = Desk::new();
    desk.press("a");
    desk.saved(&fixed(), Vec::new());
    desk.editor
        .count_open(vec![RecordId(12_009), RecordId(77)], &mut desk.cx);
    assert_eq!(desk.said(), "SO-88213 is ready. 1 left here.  n Next");
    desk.press("n");
    let query = Query::Record {
        id: RecordId(12_009),
    };
    let effects = desk.effects();
    let asks = |effect: &Effect| matches!(effect, Effect::Ask(_, asked) if *asked == query);
    assert!(effects.iter().any(asks), "{effects:?}");
}

#[test]
fn a_result_is_no_longer_said_once_somebody_else_made_it_untrue() {
    let mut desk = Desk::new();
    desk.press("a");
    desk.saved(&fixed(), Vec::new());
    let said = "SO-88213 is ready. 1 left here.  n Next".to_owned();
    desk.editor.count_open(vec![RecordId(12_009)], &mut desk.cx);
    assert_eq!(desk.said(), said);
    changed_by_another(&mut desk, &fixed(), Vec::new());
    let effects = desk.effects();
    let taken_back = Effect::Unsay(said);
    assert!(!effects.contains(&taken_back), "still true: {effects:?}");
    changed_by_another(&mut desk, &order(), vec![bad_date()]);
    let effects = desk.effects();
    assert!(effects.contains(&taken_back), "{effects:?}");
    desk.editor.count_open(vec![RecordId(12_009)], &mut desk.cx);
    assert_eq!(desk.said(), "", "it is not ready any more");
}

#[test]
fn what_was_sent_cannot_be_edited() {
    let mut desk = Desk::unread();
    let mut sent = record(&fixed(), Vec::new());
    sent.row.status = Status::Accepted;
    desk.answer(Answer::Record(Box::new(sent)));
    for key in ["Enter", "o", "Del", "r"] {
        desk.press("Home Down");
        desk.press(key);
        assert_eq!(typed(&desk), "(closed)");
        assert_eq!(
            desk.said(),
            "It was sent: what was sent stays as it was sent.",
            "{key}"
        );
    }
}

#[test]
fn without_a_contract_a_person_says_when_a_record_is_ready() {
    let mut desk = Desk::unread();
    let mut unchecked = record(&order(), Vec::new());
    unchecked.row.status = Status::Rejected;
    unchecked.has_contract = false;
    desk.answer(Answer::Record(Box::new(unchecked)));
    assert!(
        desk.picture(80, 24)
            .contains("No contract: nothing can be checked.")
    );
    desk.effects();
    desk.press("Y");
    let id = RecordId(12_004);
    assert!(
        matches!(&desk.effects()[..], [Effect::Change(_, Wish::Accept { id: said, .. })] if *said == id)
    );
}

#[test]
fn n_goes_to_what_keeps_the_record_from_being_ready_and_not_to_warnings() {
    let mut desk = old();
    desk.press("Home n");
    assert_eq!(desk.editor.fields.path(), Some(&path("/ship_date")));
    desk.press("n");
    let query = Query::Record {
        id: RecordId(12_007),
    };
    let asked = desk.effects().pop();
    assert!(matches!(asked, Some(Effect::Ask(_, asked)) if asked == query));
}

#[test]
fn what_the_validator_says_about_a_field_is_told_apart_from_what_the_schema_says() {
    let refused = Problem {
        stage: Stage::Validator,
        ..bad_date()
    };
    let mut desk = Desk::unread();
    desk.answer(Answer::Record(Box::new(record(
        &order(),
        vec![bad_date(), refused],
    ))));
    let picture = desk.picture(100, 30);
    assert_eq!(
        picture.matches("ship_date (validator)").count(),
        1,
        "{picture}"
    );
}
