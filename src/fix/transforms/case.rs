//! Upper and lower case, without a locale.

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use crate::fix::transform::{Apply, Given, Made, Outcome};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub to: To,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum To {
    Lower,
    Upper,
    /// The first letter of each word is large, the others are small.
    Title,
}

impl To {
    pub fn word(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Upper => "upper",
            Self::Title => "title",
        }
    }
}

fn title(text: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first
            .chain(letters.flat_map(char::to_lowercase))
            .collect::<String>()
    };
    text.split_word_bounds().map(word).collect()
}

impl Apply for Case {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        let Some(text) = given.text() else {
            return Made::Same.into();
        };
        let after = match self.to {
            To::Lower => text.to_lowercase(),
            To::Upper => text.to_uppercase(),
            To::Title => title(&text),
        };
        Outcome::text(&text, after)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fix::{Transform, transform::testing::made};

    #[test]
    fn words_have_large_letters_at_their_beginning_only() {
        for (to, value, expected) in [
            (
                To::Title,
                "NEW york-CITY o'neil",
                "text New York-City O'neil",
            ),
            (To::Title, "élan", "text Élan"),
            (To::Upper, "straße", "text STRASSE"),
            (To::Lower, "ÄB", "text äb"),
            (To::Lower, "ab", "same"),
        ] {
            assert_eq!(made(&Transform::Case(Case { to }), &json!(value)), expected);
        }
        assert_eq!(
            made(&Transform::Case(Case { to: To::Upper }), &json!(null)),
            "same"
        );
    }
}
