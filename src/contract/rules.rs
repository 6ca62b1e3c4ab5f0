//! What is wrong with a rule, pointed out in the contract's file.

use std::ops::Range;

use toml::Spanned;
use unicode_width::UnicodeWidthChar;

use super::{place::Place, raw};
use crate::{
    check::{Checker, Known, SpecError, suggest::nearest},
    model::{Fault, Path},
};

/// A rule that cannot be compiled, as a fault that points at the character.
pub(super) fn explain(error: &SpecError, rule: &raw::Rule, place: &Place<'_>) -> Fault {
    let assert = rule.assert.get_ref();
    let mut span = rule.assert.span();
    let message = format!("rule {}: {}", error.part, error.message);
    let mut hints: Vec<String> = error.hint.iter().cloned().collect();
    if let Some(position) = error.position {
        let (line, column) = line_at(assert, position);
        if hints.is_empty() {
            hints.push("correct it here:".to_owned());
        }
        hints.push(caret(line, column));
        let byte = byte_of(place.text, &span, assert, position);
        span = byte..byte;
    }
    let mut fault = Fault::usage("contract:rule", message);
    if !hints.is_empty() {
        fault = fault.hint(hints.join("\n"));
    }
    place.at(fault, span)
}

/// Whether the fields that rules blame can be there at all.
///
/// # Errors
/// The first one that the schema forbids.
pub(super) fn fields(
    rules: &[raw::Rule],
    checker: &Checker,
    place: &Place<'_>,
) -> Result<(), Fault> {
    for rule in rules {
        let forbidden = |field: &&Spanned<String>| {
            let path = Path::parse(field.get_ref());
            path.is_some_and(|path| checker.known(&path) == Known::No)
        };
        let Some(field) = rule.fields.iter().find(forbidden) else {
            continue;
        };
        let (id, path) = (rule.id.get_ref(), field.get_ref());
        let message = format!("rule {id}: the schema has no field {path}");
        let mut fault = Fault::usage("contract:rule", message);
        if let Some((parent, name)) = Path::parse(path).and_then(|path| path.split_last())
            && let Some(near) = nearest(&name, &checker.names(&parent))
        {
            fault = fault.hint(format!("did you mean {}?", parent.child(near)));
        }
        return Err(place.at(fault, field.span()));
    }
    Ok(())
}

/// The line of an expression that holds a position, and the position in it.
fn line_at(expression: &str, position: usize) -> (&str, usize) {
    let mut left = position;
    for line in expression.split('\n') {
        let length = line.chars().count();
        if left <= length {
            return (line.trim_end_matches('\r'), left);
        }
        left -= length + 1;
    }
    (expression, position)
}

/// What is shown of a line before and behind the caret, in characters.
const AROUND: usize = 60;

/// A line with a caret under one of its characters; of a long line what stands around it.
fn caret(line: &str, column: usize) -> String {
    if line.chars().count() > 2 * AROUND {
        let skipped = column.saturating_sub(AROUND);
        let part: String = line.chars().skip(skipped).take(2 * AROUND).collect();
        return caret(&part, column - skipped);
    }
    let blank = |one: char| match one {
        '\t' => "\t".to_owned(),
        other => " ".repeat(other.width().unwrap_or(1)),
    };
    let blanks: String = line.chars().take(column).map(blank).collect();
    format!("{line}\n{blanks}^")
}

/// The byte of the file where a character of a TOML string is written. `span` is the string with its quotes.
fn byte_of(file: &str, span: &Range<usize>, value: &str, position: usize) -> usize {
    let written = file.get(span.clone()).unwrap_or_default();
    let quotes = ["\"\"\"", "'''", "\"", "'"];
    let Some(quote) = quotes.into_iter().find(|quote| written.starts_with(quote)) else {
        return span.start;
    };
    let inside = &written[quote.len()..];
    let mut at = 0;
    if quote.len() == 3 {
        // A line break right behind the quotes does not count.
        at = ["\r\n", "\n"]
            .into_iter()
            .find(|end| inside.starts_with(end))
            .map_or(0, str::len);
    }
    for wanted in value.chars().take(position) {
        at += written_length(&inside[at..], wanted, quote.starts_with('"'));
    }
    let rest = inside.get(at..).unwrap_or_default();
    span.start + quote.len() + at + folded(rest, quote == "\"\"\"")
}

/// How many bytes stand for the next character.
fn written_length(rest: &str, wanted: char, escapes: bool) -> usize {
    let skipped = if escapes { folded(rest, true) } else { 0 };
    let rest = &rest[skipped..];
    let next = rest.chars().next();
    let length = match next {
        Some('\\') if escapes => match rest[1..].chars().next() {
            Some('x') => 4,
            Some('u') => 6,
            Some('U') => 10,
            _ => 2,
        },
        Some('\r') if wanted == '\n' => 2,
        Some(one) => one.len_utf8(),
        None => 0,
    };
    (skipped + length).min(skipped + rest.len())
}

/// A `\` at the end of a line takes the break and the blanks behind it away.
fn folded(rest: &str, folds: bool) -> usize {
    let Some(behind) = rest.strip_prefix('\\').filter(|_| folds) else {
        return 0;
    };
    let text = behind.trim_start();
    let blanks = &behind[..behind.len() - text.len()];
    if blanks.contains('\n') {
        rest.len() - text.len()
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caret_stands_under_the_character() {
        assert_eq!(caret("a == b", 2), "a == b\n  ^");
        assert_eq!(caret("\ta = b", 3), "\ta = b\n\t  ^");
        assert_eq!(caret("'日本' = b", 5), "'日本' = b\n       ^");
        let long = format!("{}X{}", "a".repeat(500), "b".repeat(500));
        let shown = caret(&long, 500);
        let (line, under) = shown.split_once('\n').unwrap();
        assert_eq!((line.len(), line.find('X')), (2 * AROUND, under.find('^')));
        assert_eq!(line_at("a\nbc\nd", 3), ("bc", 1));
        assert_eq!(line_at("a ==", 4), ("a ==", 4));
    }

    fn fault(rule: &str) -> (Option<u64>, String, String) {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let schema = r#"{"properties": {"stage": {}}, "additionalProperties": false}"#;
        std::fs::write(at("s.json"), schema).unwrap();
        let text = format!("[schema]\nfile = 's.json'\n[[rule]]\nid = 'R'\n{rule}\n");
        std::fs::write(at("c.toml"), text).unwrap();
        let error = crate::contract::read(&at("c.toml")).err().expect(rule);
        let fault = error.downcast_ref::<Fault>().unwrap().clone();
        assert_eq!(fault.code, "contract:rule");
        (fault.line, fault.message, fault.hint.unwrap_or_default())
    }

    #[test]
    fn a_mistake_is_shown_where_it_is_written() {
        let rule = "assert = \"\"\"\nrecord.stage != 'x'\n  || record.stag == 'y'\"\"\"";
        let (line, message, hint) = fault(rule);
        assert_eq!(line, Some(7));
        assert_eq!(message, "rule R: the schema has no field stag here");
        assert_eq!(
            hint,
            "did you mean stage?\n  || record.stag == 'y'\n            ^"
        );
        let (line, message, hint) = fault("assert = 'true'\nfields = [\n  '/stage',\n  '/stgae']");
        assert_eq!(line, Some(8));
        assert_eq!(message, "rule R: the schema has no field /stgae");
        assert_eq!(hint, "did you mean /stage?");
    }

    #[test]
    fn a_character_of_a_string_is_found_in_the_file() {
        // The place is that of the X in the value.
        for toml in [
            "'a == X'",
            "\"a == X\"",
            "\"a == \\\"b\\\" && \\u00fc X\"",
            "'''a == X'''",
            "'''\na ==\n  X'''",
            "'''\r\na ==\r\n  X'''",
            "\"\"\"\na == \\\n   b && \\\n\n  X\"\"\"",
            "\"\"\"a\\\\b\\tX\"\"\"",
        ] {
            let file = format!("key = {toml}\n");
            let table: toml::Table = file.parse().unwrap();
            let value = table["key"].as_str().unwrap();
            let position = value.chars().position(|one| one == 'X').unwrap();
            let found = byte_of(&file, &(6..file.len() - 1), value, position);
            assert_eq!(&file[found..=found], "X", "{toml:?} {value:?}");
        }
    }
}
