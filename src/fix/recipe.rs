//! A saved list of fixes that can be made again on another run, as TOML:
//!
//! ```toml
//! version = 1
//! name = "customers"
//!
//! [[step]]
//! where = "error:format field:/created_at"
//! field = "/created_at"
//! do = [{ tidy = { outer = true } }, { case = { to = "upper" } }]
//! ```

use serde::{Deserialize, Serialize};

use super::{Mistake, Transform};

/// The form of recipes this redrive reads and writes.
pub const VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    pub version: u32,
    pub name: String,
    #[serde(default, rename = "step", skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<RecipeStep>,
}

/// One fix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipeStep {
    /// Which records are meant, as a filter without a run; all of them where it is empty.
    #[serde(rename = "where", default, skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// The path of the field; `[]` stands for each entry of a list.
    pub field: String,
    #[serde(rename = "do")]
    pub transforms: Vec<Transform>,
}

impl Recipe {
    pub fn new(name: &str, steps: Vec<RecipeStep>) -> Self {
        Self {
            version: VERSION,
            name: name.to_owned(),
            steps,
        }
    }

    /// Reads a recipe.
    ///
    /// # Errors
    /// A recipe of a newer form, a step that is not known, a key too many: with the line.
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        #[derive(Deserialize)]
        struct Form {
            version: Option<u32>,
        }
        let broken = |error: toml::de::Error| {
            let before = error
                .span()
                .map_or("", |span| &text[..span.start.min(text.len())]);
            let line = 1 + before.matches('\n').count();
            Mistake::new(
                format!("line {line}: {}", error.message().trim_end()),
                "redrive writes recipes itself: redrive history --recipe FILE",
            )
        };
        // What a newer form holds is not known, so its number is read first.
        let form: Form = toml::from_str(text).map_err(broken)?;
        match form.version {
            Some(VERSION) => {}
            Some(newer) if newer > VERSION => {
                return Err(Mistake::new(
                    format!("it is of form {newer}, and this redrive knows form {VERSION}"),
                    "use the redrive that wrote it, or a newer one",
                ));
            }
            _ => {
                return Err(Mistake::new(
                    "it does not say its form",
                    format!("a recipe begins with version = {VERSION}"),
                ));
            }
        }
        toml::from_str(text).map_err(broken)
    }

    /// The recipe as TOML.
    ///
    /// # Errors
    /// When it holds what TOML cannot.
    pub fn write(&self) -> Result<String, Mistake> {
        toml::to_string(self).map_err(|error| Mistake::new(error.to_string(), "name other values"))
    }
}

impl RecipeStep {
    /// What it does, in words.
    pub fn words(&self) -> String {
        let words: Vec<String> = self.transforms.iter().map(Transform::words).collect();
        format!("{}  {}", self.field, words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::fix::transforms::{map::Map, pattern::Pattern, remove::Remove, tidy::Tidy};

    fn recipe() -> Recipe {
        let map = Map {
            values: BTreeMap::from([("a".to_owned(), "b".to_owned())]),
        };
        let pattern = Pattern {
            pattern: r"^(\d+)$".to_owned(),
            with: "$1\n".to_owned(),
        };
        let step = RecipeStep {
            condition: "error:enum".to_owned(),
            field: "/stage".to_owned(),
            transforms: vec![
                Transform::Tidy(Tidy::usual()),
                Transform::Map(map),
                Transform::Pattern(pattern),
            ],
        };
        let other = RecipeStep {
            condition: String::new(),
            field: "/x".to_owned(),
            transforms: vec![Transform::Remove(Remove {})],
        };
        Recipe::new("people", vec![step, other])
    }

    #[test]
    fn a_recipe_reads_as_it_was_written() {
        let text = recipe().write().unwrap();
        assert_eq!(Recipe::parse(&text).unwrap(), recipe(), "{text}");
        // What a step keeps in the history is the same.
        let step = &recipe().steps[0];
        let json = serde_json::to_string(step).unwrap();
        assert_eq!(&serde_json::from_str::<RecipeStep>(&json).unwrap(), step);
    }

    #[test]
    fn what_is_not_known_is_refused_with_its_line() {
        let message = |text: &str| Recipe::parse(text).unwrap_err().message;
        assert_eq!(
            message("version = 2\nname = \"x\"\nnew = 1\n"),
            "it is of form 2, and this redrive knows form 1"
        );
        assert_eq!(message("name = \"x\"\n"), "it does not say its form");
        let unknown = "version = 1\nname = \"x\"\n[[step]]\nfield = \"/a\"\ndo = [{ fly = {} }]\n";
        let said = message(unknown);
        assert!(said.starts_with("line 5: unknown variant `fly`"), "{said}");
        let extra = "version = 1\nname = \"x\"\n[[step]]\nfield = \"/a\"\ndo = []\nwhy = 1\n";
        assert!(message(extra).contains("unknown field `why`"));
    }
}
