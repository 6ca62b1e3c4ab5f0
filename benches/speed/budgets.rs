//! What a person waits for in a real terminal, with as many rejected records as there are.

use std::{path::Path, time::Duration};

use super::{GOAL_FIRST_FRAME, GOAL_PAGE, KEYS, most, ms, screen::Screen, verdict};

/// From the key that ends a filter to the list that it leads to.
const GOAL_FILTER: Duration = Duration::from_millis(500);
/// From the sign behind a key or a field to its values, with how many records have each.
const GOAL_COMPLETION: Duration = Duration::from_millis(150);
/// What is typed, and what is on the screen only once its values are.
const COMPLETIONS: [(&str, &str, &str); 4] = [
    ("values of a key", "is:", "rejected  "),
    ("of a field", "country:", "┌───"),
    ("of a field of many", "email:", "┌───"),
    ("beside a term", "error:format country:", "┌───"),
];
/// From a key in an edited field to its check.
const GOAL_LIVE: Duration = Duration::from_millis(100);
/// Of a frame that one step down leads to.
const GOAL_BYTES: usize = 1_500;
/// Nothing comes for so long when all is drawn.
const QUIET: Duration = Duration::from_millis(300);

/// The first frame, the first list, keys in the list, filters, sorting, and a field that is typed in.
pub fn budgets(workspace: &Path, folder: &Path) {
    let mut screen = Screen::start(workspace, folder);
    let say = |what: &str, took: Duration, goal: Option<Duration>| {
        let goal = goal.map_or(String::new(), |goal| {
            format!(
                "  goal: under {:.0} ms  {}",
                ms(goal),
                verdict(took <= goal)
            )
        });
        println!("  {what:<20}{:8.1} ms{goal}", ms(took));
    };
    say("first frame", screen.first, Some(GOAL_FIRST_FRAME));
    say("list of problems", screen.sees("Since "), None);
    // All records of the run.
    let opened = screen.takes("2", "sorted by record");
    say("list of all records", opened, None);
    let mut bytes = Vec::new();
    let mut keys: Vec<Duration> = (0..KEYS)
        .map(|n| {
            let is_page = n % 3 == 2;
            let took = screen.answers(if is_page { "\x1b[6~" } else { "j" });
            bytes.extend((!is_page).then_some(screen.last));
            took
        })
        .collect();
    say("key to frame (95 %)", most(&mut keys), Some(GOAL_PAGE));
    bytes.sort_unstable();
    let most_bytes = bytes[bytes.len() * 95 / 100];
    let said = verdict(most_bytes <= GOAL_BYTES);
    println!("  bytes of Down (95 %) {most_bytes:7}     goal: at most {GOAL_BYTES}  {said}");
    let all = format!(" of {} records", screen.word_before(" records"));
    say("to the last record", screen.answers("G"), None);
    for (what, typed) in [
        ("filter by problem", "error:format"),
        ("filter by a field", "country:DE"),
        ("filter by any text", "hansa"),
    ] {
        screen.press("/");
        screen.settle(QUIET);
        let took = screen.takes(typed, &all);
        say(what, took, Some(GOAL_FILTER));
        screen.press("\x1b");
        screen.settle(QUIET);
    }
    for (what, typed, value) in COMPLETIONS {
        screen.press("/");
        screen.settle(QUIET);
        match screen.takes_within(2 * GOAL_FILTER, typed, value) {
            Some(took) => say(what, took, Some(GOAL_COMPLETION)),
            None => println!("  {what:<20}nothing was counted in time  MISSED"),
        }
        screen.press("\x1b");
        screen.settle(QUIET);
    }
    screen.press("g");
    screen.settle(QUIET);
    screen.press("s\x1b[B");
    screen.settle(QUIET);
    say("sort by state", screen.takes("\r", "Sorted by state"), None);
    screen.press("\r");
    screen.settle(QUIET);
    screen.press("\r");
    screen.settle(QUIET);
    let mut live: Vec<Duration> = (0..20).map(|_| screen.answers("x")).collect();
    say("key in a field (95 %)", most(&mut live), Some(GOAL_LIVE));
}
