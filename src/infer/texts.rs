//! The different texts of a field, and whether they are a list of allowed values.

use std::collections::HashMap;

use super::most;
use crate::{
    model::{Found, shape_of},
    text::is_hidden,
};

/// Longer texts are no allowed values.
const LENGTH: usize = 60;
/// More are no list to choose from.
const ALLOWED: usize = 12;
/// Texts of more words are sentences.
const WORDS: usize = 4;
/// Fewer texts show no list.
const LEAST: u64 = 20;

/// The different texts, until there are too many.
#[derive(Default)]
pub(super) struct Texts {
    counts: HashMap<String, u64>,
    /// Given up: too many, or too long.
    is_open: bool,
    all: u64,
}

/// A list of allowed values, the most frequent first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Allowed {
    pub values: Vec<String>,
    /// Texts that are one of them.
    pub agree: u64,
    /// The most frequent text that is none of them.
    pub other: Option<String>,
}

impl Texts {
    pub fn add(&mut self, text: &str, limit: usize) {
        self.all += 1;
        if self.is_open {
            return;
        }
        if let Some(count) = self.counts.get_mut(text) {
            *count += 1;
        } else if self.counts.len() >= limit || text.len() > LENGTH {
            self.is_open = true;
            self.counts = HashMap::new();
        } else {
            self.counts.insert(text.to_owned(), 1);
        }
    }

    /// How many are remembered.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// The allowed values, where few different texts come again and again. A rare text that looks like a frequent one is
    /// a slip, and a rare sign for "nothing" is no value.
    pub fn allowed(&self) -> Option<Allowed> {
        if self.is_open || self.all < LEAST {
            return None;
        }
        let mut texts: Vec<(&str, u64)> = (self.counts.iter())
            .map(|(text, count)| (text.as_str(), *count))
            .collect();
        texts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let mut values: Vec<(&str, u64)> = Vec::new();
        let mut other = None;
        let least = (self.all / 1000).max(3);
        let shape = common_shape(&texts, self.all);
        for (text, count) in texts {
            let is_slip = || {
                values
                    .iter()
                    .any(|(known, times)| *times >= count * 10 && is_like(known, text))
            };
            let odd = || {
                shape
                    .as_ref()
                    .is_some_and(|shape| *shape != shape_of_text(text))
            };
            let rare = count * 20 < self.all;
            if count < least || rare && (is_nothing(text) || is_slip() || odd()) {
                other.get_or_insert_with(|| text.to_owned());
            } else {
                values.push((text, count));
            }
        }
        let is_sentence =
            |text: &str| text.split_whitespace().count() > WORDS || text.contains(is_hidden);
        if values.iter().any(|(text, _)| is_sentence(text)) {
            return None;
        }
        let agree: u64 = values.iter().map(|(_, count)| count).sum();
        let repeats = agree >= 5 * values.len() as u64;
        let fits = (1..=ALLOWED).contains(&values.len()) && repeats && most(agree, self.all, 950);
        fits.then(|| Allowed {
            values: values.iter().map(|(text, _)| (*text).to_owned()).collect(),
            agree,
            other,
        })
    }
}

/// The shape that all frequent texts have: among `US` and `DE`, a rare `Schweiz` is odd.
fn common_shape(texts: &[(&str, u64)], all: u64) -> Option<String> {
    let mut frequent = texts.iter().filter(|(_, count)| *count * 50 >= all);
    let shape = shape_of_text(frequent.next()?.0);
    let mut others = frequent.peekable();
    let alike = others.peek().is_some() && others.all(|(text, _)| shape_of_text(text) == shape);
    alike.then_some(shape)
}

fn shape_of_text(text: &str) -> String {
    shape_of(&Found::Text(text.to_owned()))
}

/// Whether one is the other but for case, spaces and signs, or a letter or two away.
fn is_like(known: &str, text: &str) -> bool {
    let bare = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let (known, text) = (bare(known), bare(text));
    let near = match known.chars().count() {
        0..=3 => 0,
        4..=6 => 1,
        _ => 2,
    };
    strsim::osa_distance(&known, &text) <= near
}

/// What people type where there is nothing.
fn is_nothing(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let words = [
        "", "-", "--", "?", "??", ".", "n/a", "#n/a", "na", "nan", "nil", "none", "null", "tbd",
        "unknown", "x", "xx", "xxx",
    ];
    words.contains(&text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(counts: &[(&str, u64)]) -> Texts {
        let mut texts = Texts::default();
        for (text, count) in counts {
            for _ in 0..*count {
                texts.add(text, 256);
            }
        }
        texts
    }

    #[test]
    fn few_texts_that_come_again_are_allowed_values() {
        let check = |counts: &[(&str, u64)], expected: Option<&[&str]>| {
            let allowed = texts(counts).allowed();
            let values = allowed.as_ref().map(|allowed| {
                let values = allowed.values.iter();
                values.map(String::as_str).collect::<Vec<_>>()
            });
            assert_eq!(values.as_deref(), expected, "{counts:?}");
        };
        check(&[("US", 50), ("DE", 30)], Some(&["US", "DE"]));
        check(&[("US", 15), ("DE", 4)], None);
        check(
            &[("Won", 900), ("won ", 5), ("Wno", 2), ("Lost", 90)],
            Some(&["Won", "Lost"]),
        );
        // Short words that differ are different words.
        check(&[("CH", 900), ("CN", 9)], Some(&["CH", "CN"]));
        check(&[("A1", 900), ("n/a", 9), ("B2", 9)], Some(&["A1", "B2"]));
        // What has another shape than all frequent ones is odd.
        check(
            &[("US", 900), ("DE", 90), ("Schweiz", 10)],
            Some(&["US", "DE"]),
        );
        check(
            &[("US", 900), ("other", 90), ("Schweiz", 10)],
            Some(&["US", "other", "Schweiz"]),
        );
        check(&[("call him back in the spring", 90), ("no", 90)], None);
        check(&[("a\u{1b}[2J", 90), ("no", 90)], None);
        check(&[("none", 30), ("some", 30)], Some(&["none", "some"]));
        // Too many others.
        check(
            &[("a", 80), ("b", 1), ("c", 2), ("d", 2), ("e", 2), ("f", 2)],
            None,
        );
        check(&[], None);
    }

    #[test]
    fn many_or_long_texts_are_free() {
        let mut many = Texts::default();
        for n in 0..2_000 {
            many.add(&(n % 300).to_string(), 256);
        }
        assert_eq!(many.allowed(), None);
        let long = "x".repeat(LENGTH + 1);
        assert_eq!(texts(&[(&long, 100)]).allowed(), None);
        let names: Vec<String> = (0..=ALLOWED).map(|n| format!("value {n}")).collect();
        let counts: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 50)).collect();
        assert_eq!(texts(&counts).allowed(), None);
    }

    #[test]
    fn the_share_and_the_first_other_are_told() {
        let allowed = texts(&[("Won", 90), ("Lost", 8), ("won", 2)])
            .allowed()
            .unwrap();
        assert_eq!((allowed.agree, allowed.other.as_deref()), (98, Some("won")));
    }
}
