//! Trim and tidy: what does not belong to a value and is hardly seen.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::fix::transform::{Apply, Given, Made, Outcome};

/// Removes outer spaces, and what else is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tidy {
    /// Spaces at both ends, of any kind.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub outer: bool,
    /// Several spaces within become one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub inner: bool,
    /// Characters that nobody sees: controls, zero width, marks of direction and byte order, soft hyphens.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// Letters with separate accents become one character (NFC).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub normalize: bool,
    /// Curly quotes become straight ones, and those around the whole value go.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub quotes: bool,
}

impl Tidy {
    /// Outer spaces only.
    pub fn outer() -> Self {
        Self {
            outer: true,
            ..Self::default()
        }
    }

    /// Quotes only.
    pub fn quotes() -> Self {
        Self {
            quotes: true,
            ..Self::default()
        }
    }

    /// Outer and double spaces and hidden characters.
    pub fn usual() -> Self {
        Self {
            outer: true,
            inner: true,
            hidden: true,
            normalize: true,
            quotes: false,
        }
    }

    pub fn words(self) -> String {
        let parts = [
            (self.outer, "outer spaces"),
            (self.inner, "double spaces"),
            (self.hidden, "hidden characters"),
            (self.normalize, "separate accents"),
            (self.quotes, "quotes"),
        ];
        let named: Vec<&str> = parts
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, name)| name)
            .collect();
        format!("tidy {}", named.join(", "))
    }

    fn tidy(self, text: &str) -> String {
        let mut text: String = if self.hidden {
            text.chars().filter(|c| !is_hidden(*c)).collect()
        } else {
            text.to_owned()
        };
        if self.normalize {
            text = text.nfc().collect();
        }
        if self.quotes {
            text = unquoted(&text);
        }
        if self.inner {
            text = single_spaced(&text);
        }
        if self.outer {
            text = text.trim().to_owned();
        }
        text
    }
}

/// Whether a character takes part in no word, and is none of the line ends and tabs that structure a text.
fn is_hidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'
                ..='\u{200f}'
                    | '\u{202a}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}'
                    | '\u{feff}'
                    | '\u{fff9}'..='\u{fffb}'
                    | '\u{e0000}'..='\u{e007f}'
        )
}

fn is_space(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\n' | '\r')
}

fn single_spaced(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut spaces = 0;
    for c in text.chars() {
        spaces = if is_space(c) { spaces + 1 } else { 0 };
        if spaces > 1 {
            // A tab or a hard space beside another space is no better than a space.
            tidy.pop();
            tidy.push(' ');
        } else {
            tidy.push(c);
        }
    }
    tidy
}

fn unquoted(text: &str) -> String {
    let straight: String = (text.chars())
        .map(|c| match c {
            '“' | '”' | '„' | '‟' | '«' | '»' => '"',
            '‘' | '’' | '‚' | '‛' | '‹' | '›' => '\'',
            other => other,
        })
        .collect();
    let trimmed = straight.trim();
    for quote in ['"', '\''] {
        let inside = trimmed
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        if let Some(inside) = inside.filter(|inside| !inside.contains(quote)) {
            return inside.to_owned();
        }
    }
    straight
}

impl Apply for Tidy {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        match given.text() {
            None => Made::Same.into(),
            Some(text) => Outcome::text(&text, self.tidy(&text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_tidies_what_it_names() {
        let none = Tidy::default();
        let outer = Tidy {
            outer: true,
            ..none
        };
        let quotes = Tidy {
            quotes: true,
            ..outer
        };
        for (tidy, text, expected) in [
            (none, " a  b ", " a  b "),
            (outer, "\u{a0} a  b\t\n", "a  b"),
            (
                Tidy {
                    inner: true,
                    ..none
                },
                " a \t b\u{a0}c ",
                " a b\u{a0}c ",
            ),
            (
                Tidy {
                    hidden: true,
                    ..none
                },
                "a\u{200b}b\u{feff}\u{7}",
                "ab",
            ),
            (
                Tidy {
                    hidden: true,
                    ..none
                },
                "a\tb\nc",
                "a\tb\nc",
            ),
            (
                Tidy {
                    normalize: true,
                    ..none
                },
                "Mu\u{308}ller",
                "Müller",
            ),
            (quotes, " “Acme” ", "Acme"),
            (quotes, "the “best” one", "the \"best\" one"),
            (quotes, "\"a\" and \"b\"", "\"a\" and \"b\""),
            (Tidy::usual(), "\u{200b} a\u{200b} \u{200b} b", "a b"),
        ] {
            assert_eq!(tidy.tidy(text), expected, "{tidy:?} of {text:?}");
        }
    }
}
