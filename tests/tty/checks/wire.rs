//! Check 18: quiet on the wire.

use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{
    number,
    people::{ready, review, server},
};
use crate::{DOWN, ENTER, Tmux, redrive, tty::Tty};

const RIGHT: &str = "\x1b[C";
const UP: &str = "\x1b[A";

/// What a move of the cursor may cost.
const MOVE: usize = 1_500;

/// What ends a frame: all of it is shown at once from here on.
const FRAME_ENDS: &[u8] = b"\x1b[?2026l";

/// The record whose cell is shown below the list.
fn record(screen: &str) -> Option<String> {
    let (_, rest) = screen.split_once(", record ")?;
    rest.split_once(", line")
        .map(|(number, _)| number.to_owned())
}

/// Presses a key that moves the cursor so often, and gives how many bytes were written for each.
fn each(tty: &mut Tty, key: &str, times: usize) -> Vec<usize> {
    let press = |_| {
        let before = tty.bytes().len();
        let at = record(&tty.text());
        tty.press(key);
        tty.waits_for("for a step, to the end of its frame", |output| {
            let is_whole = output.bytes.ends_with(FRAME_ENDS);
            is_whole && record(&output.screen.screen().contents()) != at
        });
        tty.bytes().len() - before
    };
    (0..times).map(press).collect()
}

#[test]
fn nothing_is_written_while_nothing_happens() {
    let folder = TempDir::new().unwrap();
    let mut tty = Tty::start(folder.path(), 100, 30, &["demo", "--rows", "600"]);
    tty.sees("Suggested fix");
    tty.press_until("2", "[2 Records");
    tty.sees("needs fixing");
    // Everything that was asked for has come long before that.
    let before = tty.rests(Duration::from_secs(1));
    // Whatever is looked at every second is looked at, and nothing of it is drawn.
    let idle = Duration::from_secs(number("REDRIVE_IDLE", 3));
    assert_eq!(tty.rests(idle), before, "written while idle");
    tty.signal("-TERM");
    tty.ends();
}

#[test]
fn a_step_is_small_also_where_the_whole_list_moves() {
    for (columns, rows) in [(80, 24), (100, 30), (120, 40), (161, 45), (200, 60)] {
        let folder = TempDir::new().unwrap();
        let mut tty = Tty::start(folder.path(), columns, rows, &["demo", "--rows", "900"]);
        tty.sees("Since  Lines");
        tty.press_until("2", "[2 Records");
        tty.sees("needs fixing");
        tty.rests(Duration::from_millis(300));
        let steps = usize::from(rows) + 5;
        for key in [DOWN, UP] {
            let each = each(&mut tty, key, steps);
            println!("{columns}x{rows}: {each:?} bytes for each step");
            // What waited beside the list may come before the next key of a slow test: tui::tests::steps holds that.
            let is_small = each.iter().all(|bytes| *bytes <= MOVE);
            assert!(is_small || columns >= 160, "{each:?}");
        }
        // What waited beside the list is there once the cursor rests.
        tty.waits_for("for the record beside the list", |output| {
            let shown = output.screen.screen().contents();
            let below = shown.split_once(", record ").map(|(_, rest)| rest);
            let number = below.and_then(|rest| rest.split(',').next());
            columns < 160 || number.is_some_and(|n| shown.contains(&format!("┌ Record {n} ─")))
        });
        assert!(
            tty.bytes().windows(5).any(|part| part == b"H\x1b[1M"),
            "lines moved up"
        );
        assert!(
            tty.bytes().windows(5).any(|part| part == b"H\x1b[1L"),
            "lines moved down"
        );
        tty.signal("-TERM");
        tty.ends();
    }
}

/// Whoever draws less can draw wrong: nothing differs from what a person gets who has all of it drawn anew.
#[test]
fn a_list_that_moved_in_tmux_shows_what_it_shows_drawn_anew() {
    let folder = TempDir::new().unwrap();
    redrive(folder.path(), &["demo", "--rows", "900", "--no-ui"]);
    let list = ["-w", "redrive-demo/redrive.db", "records", "--json"];
    let records = redrive(folder.path(), &list);
    let number = |at: usize| {
        let line = records.lines().nth(at).unwrap();
        let number = line.strip_prefix("{\"record\":").unwrap().split(',').next();
        number.unwrap().to_owned()
    };
    for (size, looks) in [
        ((120, 40), "--color always"),
        ((100, 30), "--color never"),
        ((80, 24), "--theme dark"),
    ] {
        let Some(tmux) = Tmux::start(folder.path(), size) else {
            return;
        };
        tmux.redrive(&format!("{looks} -w redrive-demo/redrive.db"));
        tmux.sees("Enter Open");
        tmux.presses(&["2"]);
        tmux.sees("[2 Records");
        tmux.sees("needs fixing");
        let moved = |key: &str, times: usize, record: &str| {
            tmux.presses(&vec![key; times]);
            tmux.sees(&format!("record {record},"));
            let moved = tmux.rests();
            tmux.presses(&["C-l"]);
            assert_eq!(moved, tmux.rests(), "{size:?} {looks}");
        };
        moved("Down", 50, &number(50));
        moved("Up", 50, &number(0));
        let fewer = (size.1 - 1).to_string();
        tmux.asks(&["resize-window", "-y", &fewer]);
        moved("Down", 40, &number(40));
    }
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
