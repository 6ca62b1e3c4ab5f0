//! The value that the schema has for a field that is not there.

use serde::{Deserialize, Serialize};

use crate::fix::transform::{Apply, Given, Made, Outcome};

/// Puts the schema's `default` where the field is not there, null or empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Default {}

impl Apply for Default {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        match &given.wants.default {
            _ if !given.is_empty() => Made::Same,
            None => Made::Impossible("has no default in the schema".to_owned()),
            Some(value) if Some(value) == given.value => Made::Same,
            Some(value) => Made::Exactly(value.clone()),
        }
        .into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        fix::{Transform, transform::testing::made_of},
        model::Wants,
    };

    #[test]
    fn a_default_fills_what_is_empty_and_nothing_else() {
        let wants = Wants {
            default: Some(json!("EUR")),
            ..Wants::default()
        };
        let one = Transform::Default(Default {});
        let made = |value: Option<&Value>, wants| made_of(&one, value, &Value::Null, wants);
        assert_eq!(made(None, &wants), "\"EUR\"");
        assert_eq!(made(Some(&json!("")), &wants), "\"EUR\"");
        assert_eq!(made(Some(&json!("USD")), &wants), "same");
        assert_eq!(
            made(None, &Wants::default()),
            "has no default in the schema"
        );
    }
}
