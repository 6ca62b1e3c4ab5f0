//! Several fields whose values belong in one.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    fix::transform::{Apply, Given, Made, Mistake, Outcome, path},
    model::{Path, Wants},
};

/// Puts the values of several fields one after the other; those that are not there or empty are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// Their paths, in order.
    pub fields: Vec<String>,
    /// What stands between them.
    pub with: String,
}

#[derive(Debug)]
struct Prepared {
    fields: Vec<Path>,
    with: String,
}

impl Join {
    /// # Errors
    /// When there is no field, or one is named by no path.
    pub fn prepare(&self) -> Result<Box<dyn Apply>, Mistake> {
        if self.fields.is_empty() {
            return Err(Mistake::new(
                "no field is named that shall be joined",
                "write --join /first,/last",
            ));
        }
        Ok(Box::new(Prepared {
            fields: self
                .fields
                .iter()
                .map(|one| path(one))
                .collect::<Result<_, _>>()?,
            with: self.with.clone(),
        }))
    }
}

impl Apply for Prepared {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        let value = |path: &Path| -> Option<String> {
            let value: Option<&Value> = given.record.pointer(path.as_str());
            let given = Given {
                value,
                record: given.record,
                wants: &Wants::default(),
            };
            given.text().map(|text| text.trim().to_owned())
        };
        let parts: Vec<String> = (self.fields.iter().filter_map(value))
            .filter(|text| !text.is_empty())
            .collect();
        if parts.is_empty() {
            return Made::Impossible("has nothing to join".to_owned()).into();
        }
        Outcome::text(&given.text().unwrap_or_default(), parts.join(&self.with))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fix::{Transform, transform::testing::made_of};

    #[test]
    fn what_is_empty_leaves_no_gap() {
        let join = Transform::Join(Join {
            fields: ["/a", "/b", "/c"].map(str::to_owned).to_vec(),
            with: ", ".to_owned(),
        });
        let made = |record: Value| made_of(&join, None, &record, &Wants::default());
        assert_eq!(made(json!({"a": "x ", "b": "", "c": 5})), "text x, 5");
        assert_eq!(made(json!({})), "has nothing to join");
    }
}
