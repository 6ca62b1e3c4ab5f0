//! Check 9: Enter again and again, from the start and on every page, changes nothing in bulk and sends nothing.

use std::time::Duration;

use super::people::{ready, server};
use crate::{ENTER, redrive, tty::Tty};

#[test]
fn enter_again_and_again_sends_nothing_and_fixes_nothing_in_bulk() {
    let server = server([]);
    let folder = ready(&server, "test", 12, "");
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    // From the very start, whatever is there by then.
    tty.press(&ENTER.repeat(30));
    tty.sees("redrive");
    tty.press("\x1b");
    for page in [
        "1", "2", "3", "S", "4", "5", "1", "b", "v", "D", ":", "?", ".", "y", "E",
    ] {
        tty.rests(Duration::from_millis(80));
        // Out of whatever Enter has opened.
        for _ in 0..5 {
            tty.press("\x1b");
            tty.rests(Duration::from_millis(40));
        }
        tty.press(page);
        tty.rests(Duration::from_millis(80));
        for _ in 0..3 {
            tty.press(&ENTER.repeat(10));
            tty.rests(Duration::from_millis(5));
        }
    }
    tty.rests(Duration::from_millis(200));
    assert_eq!(server.requests(), [], "nothing was sent");
    tty.signal("-TERM");
    tty.ends();
    let history = redrive(folder.path(), &["history", "--json"]);
    for kind in ["fix", "discard", "undo", "check"] {
        assert!(
            !history.contains(&format!("\"kind\":\"{kind}\"")),
            "{history}"
        );
    }
}
