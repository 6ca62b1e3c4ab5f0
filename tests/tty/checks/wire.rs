//! Check 18: quiet on the wire.

use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{
    number,
    people::{ready, review, server},
};
use crate::{DOWN, ENTER, tty::Tty};

const RIGHT: &str = "\x1b[C";

#[test]
fn nothing_is_written_while_nothing_happens_and_a_step_down_is_small() {
    let folder = TempDir::new().unwrap();
    let mut tty = Tty::start(folder.path(), 100, 30, &["demo", "--rows", "600"]);
    tty.sees("Suggested fix");
    tty.press_until("2", "[2 Records");
    tty.sees("needs fixing");
    let before = tty.rests(Duration::from_millis(300));
    // Whatever is looked at every second is looked at, and nothing of it is drawn.
    let idle = Duration::from_secs(number("REDRIVE_IDLE", 3));
    assert_eq!(tty.rests(idle), before, "written while idle");
    let mut each = Vec::new();
    for _ in 0..20 {
        let before = tty.bytes().len();
        tty.press(DOWN);
        tty.writes(before + 1);
        each.push(tty.rests(Duration::from_millis(60)) - before);
    }
    println!("{each:?} bytes for each step down");
    // Where the list stands still. One that moves by a line is drawn anew: terminals are not asked to scroll a part.
    let (still, moved): (Vec<usize>, Vec<usize>) = each.iter().partition(|bytes| **bytes <= 1_500);
    assert!(still.len() >= 12 && !each.contains(&0), "{each:?}");
    assert!(moved.iter().all(|bytes| *bytes <= 4_096), "{each:?}");
    tty.signal("-TERM");
    tty.ends();
}

#[test]
fn a_send_that_is_watched_writes_little() {
    let server = server([]);
    let folder = ready(&server, "test", 20, "rate = { max_per_s = 4 }");
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    review(&mut tty, 20);
    tty.press("S");
    tty.press_until(RIGHT, "[>Send 20 records");
    tty.press(ENTER);
    tty.sees("Sending 20 records");
    let (before, start) = (tty.bytes().len(), Instant::now());
    tty.sees("Sent: 20 of 20");
    let written = (tty.bytes().len() - before) as f64;
    let each_second = written / start.elapsed().as_secs_f64();
    println!("{each_second:.0} bytes a second");
    assert!(each_second < 4_096.0, "{each_second:.0} bytes a second");
    tty.signal("-TERM");
    tty.ends();
}
