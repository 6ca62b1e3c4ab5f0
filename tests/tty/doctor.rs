//! `doctor` in terminals that answer, and in one that does not.

use tempfile::TempDir;

use super::tty::Tty;

#[test]
fn a_terminal_that_answers_no_query_is_asked_once_and_nothing_hangs() {
    let folder = TempDir::new().unwrap();
    let tty = Tty::start(folder.path(), 100, 30, &["doctor"]);
    let (status, said) = tty.ends_in_lines();
    assert!(status.success());
    assert!(said.contains("answers no query"), "{said}");
    assert_eq!(said.matches('\u{1b}').count(), 1, "one question: {said:?}");
    assert!(said.contains("100 x 30"), "{said}");
}

#[test]
fn a_terminal_that_answers_is_asked_for_everything_and_left_as_it_was() {
    let folder = TempDir::new().unwrap();
    let mut tty = Tty::start(folder.path(), 100, 30, &["doctor"]);
    // Before it asks: a test must not depend on being quick.
    for answer in [
        "",
        "\u{1b}[1;2R",
        "\u{1b}[1;3R",
        "\u{1b}[?1006;2$y",
        "\u{1b}[?2004;2$y",
        "\u{1b}[?2026;0$y",
    ] {
        tty.press(&format!("{answer}\u{1b}[?62;52c"));
    }
    let (status, said) = tty.ends_in_lines();
    assert!(status.success());
    for words in [
        "answers queries",
        "lines take two columns each",
        "takes what is copied",
        "half a frame",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_dumb_terminal_is_asked_nothing() {
    let folder = TempDir::new().unwrap();
    let (status, said) = Tty::start_dumb(folder.path(), &["doctor"]).ends_in_lines();
    assert!(status.success());
    assert!(!said.contains('\u{1b}'), "{said:?}");
    assert!(said.contains("numbered lines"), "{said}");
}
