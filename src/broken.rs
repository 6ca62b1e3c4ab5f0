//! Ways to be wrong and places to die, for the tests that show that nothing is lost and that they would notice. Debug builds only.

use std::{
    env, process,
    sync::atomic::{AtomicU32, Ordering},
};

/// Whether it was told to be wrong in this way: `key` (a new idempotency key for each try), `mark` (accepted before it is sent),
/// `redirects` (followed), `resend` (again, though nobody recognises a repeat), `deferred` (a transaction takes the right to
/// write only when it writes), `fence` (whoever was taken over is not told).
pub(crate) fn is_broken(way: &str) -> bool {
    told("REDRIVE_TEST_BROKEN").is_some_and(|told| told == way)
}

/// Dies here, as of `kill -9`, if it was told to: `point`, or `point:3` to die when it is here for the third time.
pub(crate) fn may_die(point: &str) {
    static SEEN: AtomicU32 = AtomicU32::new(0);
    let Some(told) = told("REDRIVE_TEST_KILL_AT") else {
        return;
    };
    let (name, times) = told.split_once(':').unwrap_or((&told, "1"));
    if name == point && (SEEN.fetch_add(1, Ordering::SeqCst) + 1).to_string() == times {
        process::abort();
    }
}

fn told(name: &str) -> Option<String> {
    let is_told = cfg!(debug_assertions);
    is_told.then(|| env::var(name).ok()).flatten()
}
