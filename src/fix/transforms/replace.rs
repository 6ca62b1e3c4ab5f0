//! Find and replace: text as it is, without patterns.

use regex::{NoExpand, Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use crate::fix::transform::{Apply, Given, Made, Mistake, Outcome};

/// Puts one text in the place of another, wherever it stands in the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replace {
    pub find: String,
    pub with: String,
    /// Only where the whole value is the text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignore_case: bool,
}

#[derive(Debug)]
struct Prepared {
    find: Regex,
    with: String,
}

impl Replace {
    /// # Errors
    /// When nothing is to be found.
    pub fn prepare(&self) -> Result<Box<dyn Apply>, Mistake> {
        if self.find.is_empty() && !self.whole {
            return Err(Mistake::new(
                "nothing is named that shall be replaced",
                "write FIND=WITH; to fill empty values use --set or --default",
            ));
        }
        let text = regex::escape(&self.find);
        let text = if self.whole {
            format!(r"\A{text}\z")
        } else {
            text
        };
        let find = RegexBuilder::new(&text)
            .case_insensitive(self.ignore_case)
            .build()
            .map_err(|error| Mistake::new(error.to_string(), "name a shorter text"))?;
        Ok(Box::new(Prepared {
            find,
            with: self.with.clone(),
        }))
    }
}

impl Apply for Prepared {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        match given.text() {
            None => Made::Same.into(),
            Some(text) => {
                let after = self.find.replace_all(&text, NoExpand(&self.with));
                Outcome::text(&text, after)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fix::{Transform, transform::testing::made};

    #[test]
    fn text_is_replaced_as_it_is() {
        let replace = |find: &str, with: &str, whole, ignore_case| {
            Transform::Replace(Replace {
                find: find.to_owned(),
                with: with.to_owned(),
                whole,
                ignore_case,
            })
        };
        for (find, with, whole, ignore_case, value, expected) in [
            ("/", "-", false, false, "1/2/3", "text 1-2-3"),
            (".", "", false, false, "1.2", "text 12"),
            ("a", "$1", false, false, "a", "text $1"),
            ("n/a", "", true, false, "n/a", "text "),
            ("n/a", "", true, false, "n/a?", "same"),
            ("N/A", "-", false, true, "x n/a", "text x -"),
            ("", "none", true, false, "", "text none"),
        ] {
            let one = replace(find, with, whole, ignore_case);
            assert_eq!(made(&one, &json!(value)), expected, "{find} in {value}");
        }
        assert_eq!(
            made(&replace("1", "2", false, false), &json!(11)),
            "text 22"
        );
        assert!(
            replace("", "x", false, false)
                .prepare(&|_| unreachable!())
                .is_err()
        );
    }
}
