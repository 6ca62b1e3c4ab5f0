//! Mistakes in a map, with their place in its file.

use std::ops::Range;

use super::raw::Raw;
use crate::{check::suggest::nearest, model::Fault, text::line_and_column};

/// A map's file, for faults that point into it.
#[derive(Clone, Copy)]
pub(super) struct Source<'t> {
    pub name: &'t str,
    pub text: &'t str,
}

impl Source<'_> {
    /// A mistake of the map at a place in it.
    pub fn mistake(&self, message: impl Into<String>, span: &Range<usize>) -> Fault {
        let (line, column) = line_and_column(self.text, span.start);
        Fault::usage("map:invalid", message)
            .at(self.name, Some(line))
            .column(u32::try_from(column).unwrap_or(u32::MAX))
    }

    /// A word where only some are known: names the nearest one, else all.
    pub fn unknown(&self, what: &str, word: &str, known: &[&str], span: &Range<usize>) -> Fault {
        let known: Vec<String> = known.iter().map(|&word| word.to_owned()).collect();
        self.mistake(format!("unknown {what} {word}"), span)
            .hint(hint(word, &known))
    }
}

/// What the file says.
///
/// # Errors
/// `map:invalid` with the place of what cannot be read.
pub(super) fn raw(source: Source<'_>) -> Result<Raw, Fault> {
    toml::from_str(source.text).map_err(|error| {
        let message = error.message().trim();
        let mut quoted = message.split('`').skip(1).step_by(2);
        let (what, hint) = match (message.split('`').next(), quoted.next()) {
            (Some("unknown field "), Some(key)) => {
                let known: Vec<String> = quoted.map(str::to_owned).collect();
                (format!("unknown key {key}"), hint(key, &known))
            }
            (Some("missing field "), Some(key)) => (
                format!("the key {key} is missing"),
                format!("add {key} = ... here"),
            ),
            _ => (
                said(message.lines().next().unwrap_or("it cannot be read")),
                "correct this line; a map is written in TOML".to_owned(),
            ),
        };
        let span = error.span().unwrap_or_default();
        source.mistake(what, &span).hint(hint)
    })
}

/// What must stand where something of another kind does, else the words of the TOML reader.
fn said(message: &str) -> String {
    let wanted = message
        .strip_prefix("invalid type: ")
        .and_then(|rest| rest.split_once(", expected "));
    let wanted = match wanted.map(|(_, wanted)| wanted) {
        None => return format!("the map has a syntax error: {message}"),
        Some("a string") => "text in quotes",
        Some("a sequence") => "a list in brackets",
        Some("a boolean") => "true or false",
        Some(table) if table.starts_with("struct ") || table == "a map" => "a table",
        Some(other) => other,
    };
    format!("{wanted} must stand here")
}

fn hint(word: &str, known: &[String]) -> String {
    match nearest(word, known) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("known here: {}", known.join(", ")),
    }
}
