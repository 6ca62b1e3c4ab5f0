//! Check 8: what is pasted is text.

use super::people::{ready, server};
use crate::{ENTER, redrive, tty::Tty, workspace};

#[test]
fn a_paste_is_text_and_never_keys() {
    let folder = workspace();
    let mut tty = Tty::start(folder.path(), 80, 24, &[]);
    tty.sees("Enter Open");
    tty.press(ENTER);
    tty.sees("D-2");
    tty.press(ENTER);
    tty.sees("Enter Edit");
    tty.press(ENTER);
    tty.sees("Editing stage");
    tty.press("\x15");
    tty.press("\x1b[200~a\rq\tS\x1b[201~");
    tty.sees("[ a<LF>q<TAB>S");
    tty.signal("-TERM");
    tty.ends();
    assert!(redrive(folder.path(), &["show", "2", "--json"]).contains("\"version\":1"));
}

#[test]
fn what_is_pasted_on_problems_stands_in_the_filter_and_presses_nothing() {
    let server = server([]);
    for pasted in ["\x1b[200~Ax*S1199\rq\x1b[201~", "Ax*S1199\rq"] {
        let folder = ready(&server, "test", 12, "");
        let mut tty = Tty::start(folder.path(), 100, 30, &[]);
        tty.sees("About this problem");
        tty.sees("Enter Open");
        tty.press(pasted);
        tty.sees("Ax*S1199");
        tty.sees("Enter Keep this filter");
        assert!(tty.text().contains("F1 Help"), "it is still there");
        tty.signal("-TERM");
        tty.ends();
        assert_eq!(server.requests(), []);
        assert_eq!(redrive(folder.path(), &["history", "--json"]), "");
    }
}
