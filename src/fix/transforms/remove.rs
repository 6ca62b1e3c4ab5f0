//! A field that goes.

use serde::{Deserialize, Serialize};

use crate::fix::transform::{Apply, Given, Made, Outcome};

/// Removes the field; in CSV its cell becomes empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remove {}

impl Apply for Remove {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        match given.value {
            None => Made::Same.into(),
            Some(_) => Made::Gone.into(),
        }
    }
}
