//! Ways to be wrong, for the test that shows that the tests would notice.

/// Whether a debug build was told to be wrong in this way: `key` (a new idempotency key for each try), `mark` (accepted before it
/// is sent), `redirects` (followed), `resend` (again, though nobody recognises a repeat).
pub(crate) fn is_broken(way: &str) -> bool {
    cfg!(debug_assertions) && std::env::var("REDRIVE_TEST_BROKEN").is_ok_and(|told| told == way)
}
