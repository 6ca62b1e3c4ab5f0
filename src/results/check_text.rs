//! What check-jsonschema prints without `-o json`: under a heading, `  FILE::$[4].name: message`, and below that the reasons with
//! four spaces. A message may go on over several lines.

use std::borrow::Cow;

use super::{
    File,
    check_jsonschema::{Error, Errors, Said},
    jsonpath,
};
use crate::model::Fault;

const INVALID: &str = "Schema validation errors were encountered.";
const UNREAD: &str = "Several files failed to parse.";

/// What the next reason is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reason {
    Best,
    Other,
}

pub(super) fn is_heading(line: &str) -> bool {
    [INVALID, UNREAD].contains(&line.trim())
}

pub(super) fn read<'t>(file: &File<'_>, text: &'t str) -> Result<Errors<'t>, Fault> {
    let mut found = Errors::default();
    let (mut heading, mut reason) = ("", Reason::Other);
    for line in text.lines() {
        let said = line.trim();
        if is_heading(line) {
            heading = said;
        } else if said.is_empty() {
        } else if heading == UNREAD {
            unread(line, &mut found);
        } else if heading.is_empty() {
            return Err(file.broken("has lines before the heading of check-jsonschema's errors"));
        } else if line.starts_with("    $") {
            if let (Reason::Best, Some(error)) = (reason, found.errors.last_mut()) {
                error.deepest = split(said);
                reason = Reason::Other;
            }
        } else if let Some(error) = error(line) {
            found.errors.push(error);
        } else if matches!(said, "Best Match:" | "Best Deep Match:") {
            // The deeper one comes second, where it is another.
            reason = Reason::Best;
        } else if said == "All Errors:" {
            reason = Reason::Other;
        } else if !is_note(said) {
            let last = found
                .errors
                .last_mut()
                .filter(|_| !line.starts_with("  ") || !line.contains("::"));
            let last = last.ok_or_else(|| {
                file.broken(
                    "has a line under the heading of check-jsonschema's errors that is none",
                )
            })?;
            let message = last.said.message.to_mut();
            message.push('\n');
            message.push_str(line);
        }
    }
    Ok(found)
}

/// A file that could not be read: a line with two spaces, and what is said below it.
fn unread<'t>(line: &'t str, found: &mut Errors<'t>) {
    let begins = line
        .strip_prefix("  ")
        .is_some_and(|rest| !rest.starts_with(char::is_whitespace));
    match found.unread.last_mut() {
        Some((_, why)) if !begins => {
            let why = why.to_mut();
            why.push('\n');
            why.push_str(line.trim());
        }
        _ => found
            .unread
            .push((Cow::Borrowed(""), Cow::Borrowed(line.trim()))),
    }
}

fn error(line: &str) -> Option<Error<'_>> {
    let (file, _) = line.strip_prefix("  ")?.split_once("::$")?;
    let said = line.get(2 + file.len() + 2..)?;
    Some(Error {
        file: Cow::Borrowed(file),
        said: split(said)?,
        deepest: None,
    })
}

/// Place and message.
fn split(said: &str) -> Option<Said<'_>> {
    let end = jsonpath::end(said)?;
    let message = said[end..].strip_prefix(": ")?;
    Some(Said {
        path: Cow::Borrowed(&said[..end]),
        message: Cow::Borrowed(message),
    })
}

fn is_note(said: &str) -> bool {
    said == "Underlying errors caused this." || said.ends_with("Use '--verbose' to see all errors.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_belong_to_the_error_above_them() {
        let text = format!(
            "{UNREAD}\n  Failed to parse c.json\n{INVALID}\n  a.json::$[4]['x: y'].b: no\n  Underlying errors caused this.\n\n  Best Match:\n    $[4]: first\n  Best Deep Match:\n    $[4].b: second\n\n  3 other errors were produced. Use '--verbose' to see all errors.\n  All Errors:\n    $[4].c: third\n  b.json::$: goes\non\n"
        );
        let found = read(&File::of(&text), &text).unwrap();
        assert_eq!(found.unread[0].1, "Failed to parse c.json");
        let first = &found.errors[0];
        assert_eq!(
            (&*first.file, &*first.said.path),
            ("a.json", "$[4]['x: y'].b")
        );
        assert_eq!(first.deepest.as_ref().unwrap().message, "second");
        assert_eq!(found.errors[1].said.message, "goes\non");
    }

    #[test]
    fn an_error_that_was_cut_off_is_refused() {
        for cut in ["  a.json::$[2", "  a.json::$[2]", "x\n"] {
            let text = format!("{INVALID}\n{cut}");
            assert!(read(&File::of(&text), &text).is_err(), "{cut}");
        }
    }
}
