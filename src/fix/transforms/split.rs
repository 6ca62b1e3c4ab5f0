//! One field whose value belongs in several.

use serde::{Deserialize, Serialize};

use crate::{
    fix::{
        Change,
        transform::{Apply, Given, Made, Mistake, Outcome, path},
    },
    model::Path,
};

/// Cuts a value at a text and gives the parts to other fields; the last of them gets what is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    pub at: String,
    /// The paths of the fields that get the parts, in order.
    pub into: Vec<String>,
}

#[derive(Debug)]
struct Prepared {
    at: String,
    into: Vec<Path>,
}

impl Split {
    /// # Errors
    /// When there is nothing to cut at, fewer than two fields, or one is named by no path.
    pub fn prepare(&self) -> Result<Box<dyn Apply>, Mistake> {
        if self.at.is_empty() || self.into.len() < 2 {
            return Err(Mistake::new(
                "a split needs a text to cut at and two fields or more",
                "write --split ' ' --into /first,/last",
            ));
        }
        Ok(Box::new(Prepared {
            at: self.at.clone(),
            into: self
                .into
                .iter()
                .map(|one| path(one))
                .collect::<Result<_, _>>()?,
        }))
    }
}

impl Apply for Prepared {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        let Some(text) = given.text() else {
            return Made::Same.into();
        };
        let parts: Vec<&str> = text.splitn(self.into.len(), self.at.as_str()).collect();
        if parts.len() < self.into.len() {
            return Made::Impossible(format!("has fewer than {} parts", self.into.len())).into();
        }
        let changes = self
            .into
            .iter()
            .zip(parts)
            .map(|(path, part)| Change::Text {
                path: path.clone(),
                text: part.trim().to_owned(),
            });
        Outcome {
            made: Made::Same,
            ambiguous: false,
            also: changes.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fix::{Transform, transform::testing::made};

    #[test]
    fn the_last_field_gets_what_is_left() {
        let split = Transform::Split(Split {
            at: " ".to_owned(),
            into: vec!["/first".to_owned(), "/last".to_owned()],
        });
        assert_eq!(
            made(&split, &json!("Ada King Lovelace")),
            r#"same Text { path: Path("/first"), text: "Ada" } Text { path: Path("/last"), text: "King Lovelace" }"#
        );
        assert_eq!(made(&split, &json!("Ada")), "has fewer than 2 parts");
    }
}
