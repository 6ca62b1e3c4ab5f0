//! What is typed to find a line among many, and how well a line fits it.

/// How far a text is from what was typed: 0 where each word of that is a word of it, 1 where it begins one, 2 where it is
/// within one. `None` where one of them is not in it.
pub(super) fn far_from(typed: &[&str], text: &str) -> Option<usize> {
    let words = || text.split([' ', ',', ';', ':', '(', ')', '/']);
    let far = |typed: &&str| match () {
        () if words().any(|word| word == *typed) => Some(0),
        () if words().any(|word| word.starts_with(typed)) => Some(1),
        () if text.contains(typed) => Some(2),
        () => None,
    };
    typed
        .iter()
        .map(far)
        .try_fold(0, |most, far| Some(most.max(far?)))
}
