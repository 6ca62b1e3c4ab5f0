//! Find and replace by a regular expression, with groups.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use crate::fix::transform::{Apply, Given, Made, Mistake, Outcome};

/// The most memory a compiled pattern may take, in bytes.
const SIZE: usize = 1 << 20;

/// Puts a text with `$1`, `$2` or `${name}` for the groups in the place of whatever a pattern finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// In the syntax of the crate `regex`: no look-around, no references back, linear time.
    pub pattern: String,
    pub with: String,
}

#[derive(Debug)]
struct Prepared {
    pattern: Regex,
    with: String,
}

impl Pattern {
    /// # Errors
    /// When the pattern does not compile, with its position, or names a group that it has not.
    pub fn prepare(&self) -> Result<Box<dyn Apply>, Mistake> {
        let pattern = RegexBuilder::new(&self.pattern)
            .size_limit(SIZE)
            .build()
            .map_err(|error| self.mistake(&error))?;
        for name in groups(&self.with) {
            let known = match name.parse::<usize>() {
                Ok(number) => number < pattern.captures_len(),
                Err(_) => pattern.capture_names().flatten().any(|known| known == name),
            };
            if !known {
                let message = format!("the pattern has no group '{name}'");
                let hint = "put the part that shall be kept in parentheses, and write ${1}x for a group before a letter; $$ is a dollar sign";
                return Err(Mistake::new(message, hint));
            }
        }
        Ok(Box::new(Prepared {
            pattern,
            with: self.with.clone(),
        }))
    }

    fn mistake(&self, error: &regex::Error) -> Mistake {
        let text = error.to_string();
        // The crate draws the pattern with a caret below it, and tells the position in no other way.
        let caret = text
            .lines()
            .find(|line| line.trim() == "^" || line.trim_start().starts_with("^^"));
        let position = caret.map(|line| {
            line.chars()
                .take_while(|c| *c == ' ')
                .count()
                .saturating_sub(3)
        });
        let why = text.lines().last().unwrap_or_default();
        let why = why.strip_prefix("error: ").unwrap_or(why);
        Mistake {
            message: format!("the pattern '{}' does not compile: {why}", self.pattern),
            position,
            hint: "a sign that stands for itself needs a backslash before it: \\.".to_owned(),
        }
    }
}

/// The groups that a replacement names.
fn groups(with: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = with;
    while let Some(at) = rest.find('$') {
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            rest = after;
        } else if let Some((name, after)) = rest
            .strip_prefix('{')
            .and_then(|inside| inside.split_once('}'))
        {
            names.push(name);
            rest = after;
        } else {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            if end > 0 {
                names.push(&rest[..end]);
            }
            rest = &rest[end..];
        }
    }
    names
}

impl Apply for Prepared {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        match given.text() {
            None => Made::Same.into(),
            Some(text) => {
                let after = self.pattern.replace_all(&text, self.with.as_str());
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

    fn pattern(pattern: &str, with: &str) -> Transform {
        Transform::Pattern(Pattern {
            pattern: pattern.to_owned(),
            with: with.to_owned(),
        })
    }

    #[test]
    fn groups_are_put_where_they_are_named() {
        let date = pattern(r"^(\d+)/(\d+)/(\d+)$", "$3-$2-${1}T");
        assert_eq!(made(&date, &json!("31/12/2025")), "text 2025-12-31T");
        assert_eq!(made(&date, &json!("x")), "same");
    }

    #[test]
    fn what_does_not_compile_is_pointed_at() {
        let mistake = |find: &str, with: &str| {
            pattern(find, with)
                .prepare(&|_| unreachable!())
                .map(|_| ())
                .unwrap_err()
        };
        let open = mistake("ab(c", "");
        assert_eq!(open.position, Some(3));
        assert_eq!(
            open.message,
            "the pattern 'ab(c' does not compile: unclosed group"
        );
        assert_eq!(mistake("(a)", "$2").message, "the pattern has no group '2'");
        // What follows a name without braces belongs to it.
        assert_eq!(
            mistake("(a)", "$1x").message,
            "the pattern has no group '1x'"
        );
        assert!(mistake("(a{1000}){1000}", "").message.contains("limit"));
    }
}
