//! Yes and no in the words people write.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    fix::transform::{Apply, Given, Made, Outcome},
    row::clean,
};

/// Makes `true` and `false` of yes, no, Y, N, 1, 0, ja, nein, oui, non and the like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Boolean {}

impl Apply for Boolean {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        if matches!(given.value, Some(Value::Bool(_))) {
            return Made::Same.into();
        }
        let Some(text) = given.text().filter(|text| !text.trim().is_empty()) else {
            return Made::Same.into();
        };
        match clean::boolean(&text) {
            None => Made::Impossible("means neither yes nor no".to_owned()),
            // Where text is wanted, the words are text.
            Some(yes) if given.wants.text && !given.wants.boolean => Made::Text(yes.to_string()),
            Some(yes) => Made::Exactly(Value::Bool(yes)),
        }
        .into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fix::{Transform, transform::testing::made};

    #[test]
    fn what_means_neither_is_left() {
        let one = Transform::Boolean(Boolean {});
        for (value, expected) in [
            (json!("Y"), "true"),
            (json!(" nein "), "false"),
            (json!(1), "true"),
            (json!("oui"), "true"),
            (json!(true), "same"),
            (json!(""), "same"),
            (json!("perhaps"), "means neither yes nor no"),
        ] {
            assert_eq!(made(&one, &value), expected, "{value}");
        }
    }
}
