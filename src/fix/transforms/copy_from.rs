//! The value of another field.

use serde::{Deserialize, Serialize};

use crate::{
    fix::{
        Change,
        transform::{Apply, Given, Made, Mistake, Outcome, path},
    },
    model::Path,
};

/// Takes the value of another field of the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyFrom {
    /// Its path: /billing/email.
    pub field: String,
    /// Only where this field is not there, null or empty.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_empty: bool,
    /// The other field is removed: its value moves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub and_remove: bool,
}

#[derive(Debug)]
struct Prepared {
    from: Path,
    only_empty: bool,
    and_remove: bool,
}

impl CopyFrom {
    /// # Errors
    /// When the field is named by no path.
    pub fn prepare(&self) -> Result<Box<dyn Apply>, Mistake> {
        Ok(Box::new(Prepared {
            from: path(&self.field)?,
            only_empty: self.only_empty,
            and_remove: self.and_remove,
        }))
    }

    pub fn words(&self) -> String {
        let verb = if self.and_remove { "move" } else { "copy" };
        let when = if self.only_empty {
            " where it is empty"
        } else {
            ""
        };
        format!("{verb} from {}{when}", self.field)
    }
}

impl Apply for Prepared {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        if self.only_empty && !given.is_empty() {
            return Made::Same.into();
        }
        let Some(value) = given.record.pointer(self.from.as_str()) else {
            return Made::Impossible(format!("has no {} to copy from", self.from.label())).into();
        };
        let also = self.and_remove.then(|| Change::Unset {
            path: self.from.clone(),
        });
        Outcome {
            made: if given.value == Some(value) {
                Made::Same
            } else {
                Made::Exactly(value.clone())
            },
            ambiguous: false,
            also: also.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        fix::{Transform, transform::testing::made_of},
        model::Wants,
    };

    #[test]
    fn a_value_is_copied_or_moves() {
        let record = json!({"a": 5, "b": ""});
        let copy = |field: &str, only_empty, and_remove| {
            Transform::CopyFrom(CopyFrom {
                field: field.to_owned(),
                only_empty,
                and_remove,
            })
        };
        let made = |one: &Transform, at: &str| {
            made_of(one, record.pointer(at), &record, &Wants::default())
        };
        assert_eq!(made(&copy("/a", true, false), "/b"), "5");
        assert_eq!(made(&copy("/b", true, false), "/a"), "same");
        assert_eq!(
            made(&copy("/c", false, false), "/a"),
            "has no c to copy from"
        );
        assert_eq!(
            made(&copy("/a", false, true), "/b"),
            r#"5 Unset { path: Path("/a") }"#
        );
        assert!(
            copy("a", false, false)
                .prepare(&|_| unreachable!())
                .is_err()
        );
    }
}
