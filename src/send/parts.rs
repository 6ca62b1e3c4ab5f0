//! A batch that was not taken whole, delivered in parts: what is known of a part is never forgotten over another one.

use super::{Answered, Applied, Delivery, Held, Outcome};

/// Delivers the parts of a batch one after the other, until one of them shows that the destination can take nothing more. Those
/// behind it were not applied, which they say with `code`.
///
/// # Errors
/// The first part's hold: then nothing of the batch was applied.
pub(super) fn in_parts<'d>(
    parts: impl Iterator<Item = &'d [Delivery]>,
    code: &str,
    mut deliver: impl FnMut(&'d [Delivery]) -> Result<Vec<Answered>, Held>,
) -> Result<Vec<Answered>, Held> {
    let mut answers: Vec<Answered> = Vec::new();
    let mut reason: Option<String> = None;
    for part in parts {
        if reason.is_none() {
            match deliver(part) {
                Ok(more) => {
                    reason = more.iter().find_map(held);
                    answers.extend(more);
                    continue;
                }
                Err(held) if answers.is_empty() => return Err(held),
                Err(held) => reason = Some(held.reason),
            }
        }
        let outcome = Outcome::Held {
            reason: reason.clone().unwrap_or_default(),
            code: code.to_owned(),
            applied: Applied::No,
        };
        answers.extend(part.iter().map(|_| Answered::from(outcome.clone())));
    }
    Ok(answers)
}

fn held(answered: &Answered) -> Option<String> {
    match &answered.outcome {
        Outcome::Held { reason, .. } => Some(reason.clone()),
        _ => None,
    }
}
