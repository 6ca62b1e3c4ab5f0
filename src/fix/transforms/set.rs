//! One value for all.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    fix::transform::{Apply, Given, Made, Outcome},
    row::coerce::coerce,
};

/// Gives the field this value, also where it is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// Text, read as what the contract wants.
    pub to: String,
}

impl Apply for Set {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        match given.value {
            Some(value) if self.is(value, given) => Made::Same.into(),
            _ => Made::Text(self.to.clone()).into(),
        }
    }
}

impl Set {
    /// Whether a value is already what the text means where it stands: `7103` is not the text "7103" where text is wanted.
    fn is(&self, value: &Value, given: &Given<'_>) -> bool {
        given.text().is_some_and(|text| text == self.to)
            && match coerce(&self.to, given.wants) {
                Some(meant) => *value == meant,
                None => value.is_string() || !given.wants.text,
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
    fn a_value_of_another_type_than_the_contract_wants_is_set_though_it_is_written_alike() {
        let check = |to: &str, value: Value, wants: &Wants, expected: &str| {
            let set = Transform::Set(Set { to: to.to_owned() });
            assert_eq!(
                made_of(&set, Some(&value), &Value::Null, wants),
                expected,
                "{value} set to {to}"
            );
        };
        let text = Wants {
            text: true,
            ..Wants::default()
        };
        let integer = Wants {
            integer: true,
            ..Wants::default()
        };
        check("7103", json!(7103), &text, "text 7103");
        check("7103", json!("7103"), &text, "same");
        check("7103", json!("7103"), &integer, "text 7103");
        check("7103", json!(7103), &integer, "same");
        check("true", json!(true), &text, "text true");
        // Where nothing is known of the field, nothing is wrong with the number.
        check("7103", json!(7103), &Wants::default(), "same");
        check("x", json!(7103), &Wants::default(), "text x");
        check("null", json!(null), &text, "text null");
    }
}
