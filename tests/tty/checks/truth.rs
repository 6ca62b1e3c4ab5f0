//! Check 22: what the Send page says is true at every moment.

use std::{cell::RefCell, collections::BTreeMap};

use regex::Regex;

use super::people::{ready, review, server};
use crate::{ENTER, redrive, sending::server::Does, tty::Tty};

const RIGHT: &str = "\x1b[C";
const RECORDS: u64 = 20;

/// A destination that is slow to be believed in, and quickly again.
const KNOBS: &str = "idempotency = 'none'\ntimeouts = { first_byte = '8s', total = '10s' }\n\
                     retry = { base = '50ms', cap = '100ms', max_attempts = 50 }\n\
                     breaker = { min_calls = 4, open = '2s', open_max = '2s' }\nconcurrency = { max = 2 }";

/// The six counts, if the page shows them.
fn counts(screen: &str) -> Option<Vec<u64>> {
    let line = screen.lines().find(|line| line.contains("In flight"))?;
    let names = [
        "Waiting",
        "In flight",
        "Sent",
        "Refused",
        "Trying again",
        "No answer",
    ];
    let count = |name: &&str| {
        let found = Regex::new(&format!(r"{name} ([\d,]+)")).unwrap();
        found.captures(line)?[1].replace(',', "").parse().ok()
    };
    names.iter().map(count).collect()
}

/// The seconds until a send goes on by itself.
fn countdown(screen: &str) -> Option<u64> {
    let found = Regex::new(r"(?s)PAUSED.*? in (\d+):(\d\d)").unwrap();
    let found = found.captures(screen)?;
    let number = |at: usize| found[at].parse::<u64>().ok();
    Some(number(1)? * 60 + number(2)?)
}

/// How many records of the run have this status.
fn with_status(folder: &tempfile::TempDir, status: &str) -> usize {
    let filter = format!("status:{status}");
    redrive(folder.path(), &["records", &filter, "--json"])
        .lines()
        .count()
}

#[test]
fn at_every_moment_the_counts_sum_to_the_total_and_sent_is_what_was_confirmed() {
    let sick = Does::Answer(503, "", "{}");
    let later = Does::Answer(429, "Retry-After: 1\r\n", "{}");
    let script = [
        vec![Does::Apply, later],
        vec![sick; 4],
        vec![Does::Answer(409, "", r#"{"message": "taken"}"#)],
        vec![Does::ApplyAndHang, Does::ApplyAndCut],
    ];
    let server = server(script.concat());
    let folder = ready(&server, "test", RECORDS as usize, KNOBS);
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    review(&mut tty, RECORDS as usize);
    tty.press("S");
    tty.press_until(RIGHT, "[>Send 20 records");
    tty.press(ENTER);
    tty.sees("Sending 20 records");
    let (samples, downs) = (RefCell::new(0), RefCell::new(Vec::new()));
    tty.waits_for("for the end", |output| {
        let text = output.screen.screen().contents();
        if let Some(counts) = counts(&text) {
            assert_eq!(counts.iter().sum::<u64>(), RECORDS, "{text}");
            *samples.borrow_mut() += 1;
        }
        let mut downs = downs.borrow_mut();
        let down = countdown(&text);
        if downs.last() != Some(&down) {
            downs.push(down);
        }
        text.contains("┌ Sent: ")
    });
    assert!(samples.take() > 5, "the page was watched");
    let downs = downs.take();
    let falls = downs
        .windows(2)
        .any(|two| matches!(two, [Some(a), Some(b)] if a == &(b + 1)));
    assert!(falls, "{downs:?}");
    // One was refused, and of those that failed nobody knows what came of them: they are not sent again.
    tty.sees("Sent: 13 of 20");
    let mut asked = BTreeMap::new();
    for body in server.applied() {
        *asked.entry(body).or_insert(0) += 1;
    }
    assert_eq!(
        asked.len(),
        15,
        "those confirmed, the one that hung, and the one cut off"
    );
    assert!(asked.values().all(|times| *times == 1), "{asked:?}");
    // Until the result is closed: the page below it shows its tab all the while.
    tty.press_until("\x1b", "Esc Back");
    tty.press("1");
    tty.sees("http 409");
    tty.signal("-TERM");
    tty.ends();
    let found = ["accepted", "unknown", "ready"].map(|status| with_status(&folder, status));
    assert_eq!(found, [13, 6, 0]);
}
