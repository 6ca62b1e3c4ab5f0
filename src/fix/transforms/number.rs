//! Numbers freed from currency and separators.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    fix::transform::{Apply, Given, Made, Outcome},
    row::{clean, coerce},
};

/// Makes numbers of texts such as `1.234,50 €` and `EUR 12`; one that has any other word beside it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// What separates decimals; where it is not said, `1,234` can be read in two ways and stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal: Option<Decimal>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decimal {
    Comma,
    Point,
}

impl Apply for Number {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        let Some(Value::String(text)) = given.value else {
            return Made::Same.into();
        };
        if text.trim().is_empty() {
            return Made::Same.into();
        }
        let mark = self.decimal.map(|decimal| match decimal {
            Decimal::Comma => ',',
            Decimal::Point => '.',
        });
        let readings = [',', '.'].map(|mark| clean::number(text, Some(mark)));
        let two_ways = matches!(&readings, [Some(one), Some(other)] if one != other);
        let clean = match (mark, two_ways) {
            (None, true) => {
                return Made::Undecided.into();
            }
            (None, false) => readings.into_iter().flatten().next(),
            (mark, _) => clean::number(text, mark),
        };
        let Some(clean) = clean else {
            return Made::Impossible("is no number".to_owned()).into();
        };
        let wants = given.wants;
        let whole = match clean.split_once('.') {
            Some((whole, zeros)) if wants.integer && zeros.bytes().all(|byte| byte == b'0') => {
                whole.to_owned()
            }
            _ => clean,
        };
        let made = if coerce::keeps_text(wants) && (wants.text || !coerce::is_number(&whole)) {
            Made::Text(whole)
        } else {
            serde_json::from_str(&whole).map_or_else(
                |_| Made::Impossible("is no number".to_owned()),
                Made::Exactly,
            )
        };
        Outcome {
            ambiguous: two_ways,
            made: match made {
                Made::Text(same) if same == *text => Made::Same,
                other => other,
            },
            also: Vec::new(),
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
    fn a_number_is_freed_and_never_guessed() {
        let wants = Wants {
            number: true,
            ..Wants::default()
        };
        let integer = Wants {
            integer: true,
            ..Wants::default()
        };
        let made = |decimal, text: &str, wants: &Wants| {
            let one = Transform::Number(Number { decimal });
            made_of(&one, Some(&json!(text)), &Value::Null, wants)
        };
        for (text, expected) in [
            ("$1,250.00", "1250.00"),
            ("1.234,50 €", "1234.50"),
            ("EUR 12", "12"),
            ("12k", "is no number"),
            ("1.5M", "is no number"),
            ("3 Mio", "is no number"),
            ("10 thousand", "is no number"),
            ("2.5bn", "is no number"),
            ("about 40", "is no number"),
            ("10 %", "is no number"),
            ("12 pcs", "is no number"),
            ("1'000", "1000"),
            ("(12.5)", "-12.5"),
            ("1,234", "two ways"),
            ("1.234", "two ways"),
            ("12,5", "12.5"),
            ("twelve", "is no number"),
            ("007", "is no number"),
            ("", "same"),
        ] {
            assert_eq!(made(None, text, &wants), expected, "{text}");
        }
        assert_eq!(made(Some(Decimal::Comma), "1,234", &wants), "1.234");
        assert_eq!(made(Some(Decimal::Point), "1,234", &wants), "1234");
        assert_eq!(made(Some(Decimal::Point), "12k", &wants), "is no number");
        assert_eq!(
            made(Some(Decimal::Point), "1.234,5", &wants),
            "is no number"
        );
        assert_eq!(made(None, "12.00", &integer), "12");
        // A number in a text field is text.
        let text = Wants {
            text: true,
            ..Wants::default()
        };
        assert_eq!(made(None, "12 EUR", &text), "text 12");
    }
}
