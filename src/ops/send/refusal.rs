//! A destination's no as a problem of a record.

use crate::{
    model::{Problem, Severity, Stage},
    send::Said,
};

/// The problem of a record that the destination refused, in its own words, at the field it names.
pub(super) fn refusal(code: &str, said: &Said) -> Problem {
    let message = said.message.as_str();
    Problem {
        stage: Stage::Send,
        code: code.to_owned(),
        detail: String::new(),
        path: said.path.clone(),
        message: message.to_owned(),
        hint: "change the record, or ask whoever runs the destination; then send it again"
            .to_owned(),
        found: None,
        shape: pattern(message),
        severity: Severity::Error,
        owner: String::new(),
    }
}

/// A foreign message without its numbers and quoted values, so that messages of one kind share a group.
fn pattern(message: &str) -> String {
    let mut pattern = String::with_capacity(message.len());
    let mut quoted = false;
    for c in message.chars() {
        match c {
            '\'' | '"' => {
                quoted = !quoted;
                pattern.push_str(if quoted { "'" } else { "…'" });
            }
            _ if quoted => {}
            '0'..='9' if pattern.ends_with('9') => {}
            '0'..='9' => pattern.push('9'),
            _ => pattern.push(c),
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_one_kind_share_a_pattern() {
        assert_eq!(
            pattern("row 4711 of 'Müller' failed"),
            "row 9 of '…' failed"
        );
        assert_eq!(
            pattern("UNIQUE constraint failed: person.id"),
            "UNIQUE constraint failed: person.id"
        );
    }
}
