//! Check 7: windows of any size.

use super::{
    number,
    people::{ready, review, server},
    random,
};
use crate::{ENTER, tty::Tty, workspace};

#[test]
fn it_follows_the_window_and_keeps_what_is_typed() {
    let folder = workspace();
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    tty.sees("About this problem");
    tty.press(ENTER);
    tty.sees("D-2");
    tty.press(ENTER);
    tty.sees("Where it came from");
    tty.press(ENTER);
    tty.sees("Editing stage");
    tty.press(" kept");
    tty.sees("[ closed won kept");
    tty.resize(50, 12);
    tty.sees("needs 60 x 16");
    tty.resize(80, 24);
    tty.sees("[ closed won kept");
    tty.press("\x1b");
    tty.sees("Nothing was changed.");
    tty.signal("-TERM");
    tty.ends();
}

/// Sizes at random, one after the other, as fast as they come.
fn storm(tty: &mut Tty, random: &mut fastrand::Rng) {
    for _ in 0..number("REDRIVE_ROUNDS", 200) {
        tty.resize(random.u16(20..=250), random.u16(5..=80));
    }
    // The last one is small, and says so.
    tty.resize(20, 5);
    tty.sees("Needs 60 x 16.");
    tty.sees("Now: 20 x 5.");
    tty.resize(100, 30);
}

#[test]
fn a_storm_of_sizes_loses_no_edit_no_question_and_no_send() {
    let mut random = random("sizes");
    let folder = workspace();
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    tty.sees("About this problem");
    tty.press(ENTER);
    tty.sees("D-2");
    tty.press(ENTER);
    tty.sees("Where it came from");
    tty.press(ENTER);
    tty.sees("Editing stage");
    tty.press("kept");
    tty.press("\x1b[D\x1b[D");
    tty.sees("[ closed wonkept");
    let cursor = tty.screen().cursor_position();
    storm(&mut tty, &mut random);
    tty.sees("[ closed wonkept");
    tty.waits_for("for the cursor", |output| {
        output.screen.screen().cursor_position() == cursor
    });
    tty.resize(40, 10);
    tty.sees("Now: 40 x 10.");
    tty.press("q");
    let (status, _) = tty.ends();
    assert!(status.success(), "q leaves where nothing can be seen");

    let server = server([]);
    let folder = ready(&server, "test", 8, "rate = { max_per_s = 4 }");
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    review(&mut tty, 8);
    tty.press("S");
    tty.sees("[>Go back ]");
    storm(&mut tty, &mut random);
    tty.sees("[>Go back ]");
    tty.press_until("\x1b[C", "[>Send 8 records");
    tty.press(ENTER);
    tty.sees("Sending 8 records");
    storm(&mut tty, &mut random);
    tty.sees("Sent: 8 of 8");
    assert_eq!(server.applied().len(), 8);
    tty.signal("-TERM");
    tty.ends();
}
