//! One value for all.

use serde::{Deserialize, Serialize};

use crate::fix::transform::{Apply, Given, Made, Outcome};

/// Gives the field this value, also where it is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// Text, read as what the contract wants.
    pub to: String,
}

impl Apply for Set {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        match given.text() {
            Some(text) => Outcome::text(&text, &self.to),
            None => Made::Text(self.to.clone()).into(),
        }
    }
}
