//! Fields that are made null, removed, added or given another type.

use super::*;

#[track_caller]
fn offered(desk: &mut Desk) -> Choosing {
    let offered = desk.effects().into_iter().find_map(|effect| match effect {
        Effect::Choose(list) => Some(*list),
        _ => None,
    });
    offered.expect("a list is offered")
}

/// The list that is offered, with the line of this label chosen.
#[track_caller]
fn choose(desk: &mut Desk, label: &str) {
    let mut list = offered(desk);
    let at = list.lines.iter().position(|line| line.label == label);
    list.at = at.unwrap_or_else(|| panic!("{label}: {list:?}"));
    desk.editor.chosen_from(&list, &mut desk.cx);
}

#[test]
fn a_json_field_is_made_null_or_removed_or_gets_another_type() {
    let mut desk = Desk::new();
    desk.editor.fields.select(&path("/country"));
    desk.editor.act(Action::MakeNull, &mut desk.cx);
    let made = Change::Json {
        path: path("/country"),
        value: json!(null),
    };
    assert_eq!(wished(&mut desk), made);
    let mut desk = Desk::new();
    desk.editor.fields.select(&path("/country"));
    desk.editor.act(Action::RemoveField, &mut desk.cx);
    let made = Change::Unset {
        path: path("/country"),
    };
    assert_eq!(wished(&mut desk), made);
    let mut desk = Desk::new();
    desk.editor.fields.select(&path("/lines/0/qty"));
    desk.editor.act(Action::ChangeType, &mut desk.cx);
    choose(&mut desk, "Text");
    let made = Change::Json {
        path: path("/lines/0/qty"),
        value: json!("3"),
    };
    assert_eq!(wished(&mut desk), made);
}

#[test]
fn only_types_that_a_value_can_have_are_offered_with_what_it_would_be() {
    let mut desk = Desk::new();
    desk.editor.fields.select(&path("/lines/1/qty"));
    desk.editor.act(Action::ChangeType, &mut desk.cx);
    let list = offered(&mut desk);
    let lines: Vec<String> = (list.lines.iter())
        .map(|line| format!("{} {}", line.label, line.note))
        .collect();
    assert_eq!(lines, ["Null null", "List [\"12 pcs\"]"]);
    assert_eq!(list.title, "lines[1].qty is text now: change it to");
}

#[test]
fn a_list_gets_its_next_entry_without_a_name() {
    let mut desk = Desk::new();
    desk.editor.fields.select(&path("/lines"));
    desk.editor.act(Action::AddField, &mut desk.cx);
    assert!(desk.picture(100, 30).contains("Editing lines[2]"));
}

#[test]
fn a_csv_line_says_why_it_has_no_null_and_no_other_field() {
    let mut desk = Desk::unread();
    let mut line = record(&order(), vec![bad_date()]);
    line.text.form = Form::Csv;
    desk.answer(Answer::Record(Box::new(line)));
    let offers = desk.editor.offers();
    for action in [
        Action::MakeNull,
        Action::RemoveField,
        Action::AddField,
        Action::ChangeType,
    ] {
        let offer = offers.iter().find(|offer| offer.action == action).unwrap();
        let reason = offer.unable.as_deref();
        assert_eq!(
            reason,
            Some("a CSV line has its file's columns and text in them"),
            "{action:?}"
        );
    }
}
