//! What is pressed before it is known what would help.

use super::*;

#[test]
fn an_enter_before_it_is_known_what_would_help_waits_for_it() {
    let (mut app, asked) = early("<ret>");
    assert!(!starts(&asked));
    shows(&mut app, "Looking what would help");
    shows_not(&mut app, "Enter Preview");
    let effects = is_told(&mut app, asked, suggested());
    assert!(starts(&effects), "{effects:?}");
    let (mut app, asked) = early("<ret>abcA");
    let effects = is_told(&mut app, asked, suggested());
    assert!(starts(&effects), "{effects:?}");
    let lost = "What you typed before it was known what would help is not kept.";
    assert_eq!(app.status.as_deref(), Some(lost));
}

#[test]
fn where_nothing_would_help_what_was_typed_ahead_is_the_value_to_set() {
    let (mut app, asked) = early("<ret>abc");
    assert!(!starts(&is_told(&mut app, asked, Vec::new())));
    shows(&mut app, "> Set one value ...");
    shows(&mut app, "abc");
    shows(&mut app, "Enter Preview");
}

#[test]
fn whoever_goes_to_another_line_or_leaves_waits_for_nothing() {
    let (mut app, _) = early("<Down><ret>");
    shows(&mut app, "> Find and replace ...");
    shows(&mut app, "Enter Preview");
    let (mut app, _) = early("<ret><esc>");
    shows(&mut app, "[1 Problems 6]");
}
