//! Check 10: sending wants the number typed, sends each record once, and the first one alone.

use std::{collections::BTreeSet, time::Duration};

use super::people::{ready, review, server};
use crate::{
    ENTER,
    sending::server::Does,
    tty::{Tty, until},
};

#[test]
fn only_the_right_number_sends_and_the_first_record_goes_alone() {
    let server = server([Does::ApplyAndWait]);
    let folder = ready(&server, "production", 12, "");
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    review(&mut tty, 12);
    tty.press("S");
    tty.sees("Type 12 to send");
    for _ in 0..3 {
        tty.press(ENTER);
        tty.rests(Duration::from_millis(150));
    }
    assert_eq!(server.requests(), [], "Enter alone");
    // The dialog is deaf for a moment; a wrong number is no answer.
    tty.press_until("\x15", "Type 12 to send");
    tty.press_until("\x159", "[ 9 ");
    tty.press("8");
    tty.sees("[ 98");
    tty.press(ENTER);
    tty.press(ENTER);
    tty.rests(Duration::from_millis(150));
    tty.sees("Type 12, or press Esc to go back.");
    assert_eq!(server.requests(), [], "a wrong number");
    tty.press("\x151");
    tty.sees("[ 1 ");
    tty.press("2");
    tty.sees("Enter Send 12 records");
    tty.press(ENTER);
    tty.sees("Sending 12 records");
    until("for the first record", || !server.requests().is_empty());
    tty.rests(Duration::from_millis(200));
    assert_eq!(server.requests().len(), 1, "the first one alone");
    server.let_go();
    tty.sees("Sent: 12 of 12");
    let applied = server.applied();
    let distinct: BTreeSet<&String> = applied.iter().collect();
    assert_eq!((applied.len(), distinct.len()), (12, 12), "{applied:?}");
    tty.signal("-TERM");
    tty.ends();
}
