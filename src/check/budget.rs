//! What one rule may cost over one record. There is no clock on this floor, and a verdict must not depend on the machine:
//! so the work is counted, in units of about one visited node of the expression or one value that is looked at.
//!
//! [`super::rewrite`] puts the counting into an expression; the functions of [`super::functions`] count what they build.

use std::cell::Cell;

use cel::{
    ExecutionError,
    common::{
        types::{CelBytes, CelList, CelMap, CelString},
        value::Val,
    },
};

/// What a rule may cost: half a second of work, or 50 to 100 MB of text or lists.
pub(super) const MOST: u64 = 3_000_000;
/// Bytes of text that cost as much as one value.
const TEXT: usize = 16;

thread_local! {
    /// `None` when it is used up, until the next rule starts.
    static LEFT: Cell<Option<u64>> = const { Cell::new(Some(MOST)) };
}

/// Evaluates one rule over one record at the cost of at most so much. `None` when that did not come to an end: whatever an
/// answer says then, it does not count, so that no `||` can hide it.
pub(super) fn within<T>(most: u64, evaluate: impl FnOnce() -> T) -> Option<T> {
    LEFT.set(Some(most));
    let answer = evaluate();
    LEFT.get().map(|_| answer)
}

/// Counts some work before it is done.
///
/// # Errors
/// When there is too much of it, and from then on always.
pub(super) fn spend(cost: u64) -> Result<(), ExecutionError> {
    let left = LEFT.get().and_then(|left| left.checked_sub(cost));
    LEFT.set(left);
    match left {
        Some(_) => Ok(()),
        None => Err(ExecutionError::InternalError("too much work".to_owned())),
    }
}

/// What it costs to look at, or to copy, some text.
pub(super) fn text(length: usize) -> u64 {
    1 + (length / TEXT) as u64
}

/// What it costs to look at, or to copy, a value with all that is in it.
pub(super) fn size(value: &dyn Val) -> u64 {
    if let Some(one) = value.downcast_ref::<CelString>() {
        text(one.inner().len())
    } else if let Some(list) = value.downcast_ref::<CelList>() {
        1 + list.inner().iter().map(|one| size(&**one)).sum::<u64>()
    } else if let Some(map) = value.downcast_ref::<CelMap>() {
        let entries = map.inner().iter();
        let size = entries.map(|(key, value)| 1 + size(key.inner()) + size(&**value));
        1 + size.sum::<u64>()
    } else if let Some(bytes) = value.downcast_ref::<CelBytes>() {
        text(bytes.inner().len())
    } else {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_up_stays_used_up_until_the_next_rule() {
        let first = within(MOST, || {
            assert!(spend(MOST).is_ok());
            assert!(spend(1).is_err());
            assert!(spend(0).is_err());
            true
        });
        assert_eq!(first, None);
        assert_eq!(within(5, || spend(5).is_ok()), Some(true));
        assert_eq!(within(5, || spend(6).is_ok()), None);
    }
}
