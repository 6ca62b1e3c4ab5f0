//! JSON that is broken: where it stops, and what has no partner.

use super::*;

/// A JSON line that cannot be read, as it came.
fn broken(text: &str) -> Desk {
    let mut desk = Desk::new(b"");
    let mut record = record(text.as_bytes());
    record.layout = Layout::Json;
    record.text.form = Form::Json;
    record.raw.form = Form::Json;
    record.row.problems = crate::row::Row::read(&record.layout, Form::Json, text.as_bytes())
        .err()
        .map(|problem| *problem)
        .into_iter()
        .collect();
    desk.page.refresh(&mut desk.cx);
    desk.show(record);
    desk.cx.effects.clear();
    desk
}

#[test]
fn broken_json_shows_where_it_stops_and_which_bracket_is_never_closed() {
    let mut desk = broken(r#"{"order": "SO-1", "lines": [{"sku": "A {", "qty": 2}, "total": 9}"#);
    insta::assert_snapshot!(desk.picture(80, 22), @r#"
    " Record 3 of 4   state: unreadable   stopped at: Read                           "
    "┌ Problem ─────────────────────────────────────────────────────────────────────┐"
    "│ Expected "," or "]" but found ":" at column 62.                              │"
    "│ A comma or a quote before it may be missing.                                 │"
    "│ Code  json:syntax   byte 3,870,275   line 31,022   position 62               │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    "┌ The line as it is in the file ───────────────── Left/Right to scroll, w wrap ┐"
    "│ 31022 | , "lines": [{"sku": "A {", "qty": 2}, "total": 9}                    │"
    "│       |                                              ^ reading stopped here  │"
    "│       |            ^ this [ is never closed                                  │"
    "│                                                                              │"
    "│ Hidden characters: none.   Encoding: UTF-8                                   │"
    "│                                                                              │"
    "│                                                                              │"
    "│                                                                              │"
    "│                                                                              │"
    "│                                                                              │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    "┌ This line ─────────────────────────────────────────────────── Enter edits it ┐"
    "│ {"order": "SO-1", "lines": [{"sku": "A {", "qty": 2}, "total": 9}            │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    " Enter edits the line. The received bytes stay as they are.                     "
    "#);
}

#[test]
fn every_bracket_and_quote_without_a_partner_is_told() {
    let check = |text: &str, expected: &[&str]| {
        let picture = broken(text).picture(100, 28);
        let marks: Vec<&str> = (picture.lines())
            .filter_map(|line| line.split_once("│       |"))
            .map(|(_, marks)| marks.trim_matches(['│', '"', ' ']))
            .collect();
        assert_eq!(marks, expected, "{picture}");
    };
    check(
        r#"{"a": {"b": 1}"#,
        &["^ the text ends here", "^ this { is never closed"],
    );
    check(r#"{"a": 1}}"#, &["^ this } closes nothing"]);
    check(
        r#"{"a": [1, {"b": 2"#,
        &["^ the text ends here", "^     ^   ^ these are never closed"],
    );
    check(r#"{"a": "x}"#, &["^ this quote is never closed"]);
    check(
        "{\"a\": [1,\n\"b\": 2}",
        &["^ this [ is never closed", "^ reading stopped here"],
    );
}

#[test]
fn the_partner_of_the_bracket_under_the_cursor_is_marked_in_the_box() {
    let mut desk = broken(r#"{"a": [1}"#);
    desk.press("Enter Home");
    let mut terminal = Terminal::new(TestBackend::new(80, 22)).unwrap();
    let theme = Theme::default();
    let page = &mut desk.page;
    terminal
        .draw(|frame| page.draw(frame, frame.area(), theme))
        .unwrap();
    let buffer = terminal.backend().buffer();
    let marked: Vec<&str> = (buffer.content().iter())
        .filter(|cell| cell.style().add_modifier == theme.select().add_modifier)
        .map(ratatui::buffer::Cell::symbol)
        .collect();
    assert!(marked.contains(&"}"), "{marked:?}");
}
