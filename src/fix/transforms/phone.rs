//! Phone numbers as E.164: `+493012345678`.

use phonenumber::{Mode, country};
use serde::{Deserialize, Serialize};

use crate::fix::transform::{Apply, Given, Made, Mistake, Outcome};

/// Writes phone numbers with their country; one that has none is of this country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phone {
    /// Two letters, ISO 3166: DE.
    pub country: String,
}

#[derive(Debug)]
struct Prepared(country::Id);

impl Phone {
    /// # Errors
    /// When there is no such country.
    pub fn prepare(&self) -> Result<Box<dyn Apply>, Mistake> {
        let id = self.country.to_ascii_uppercase().parse().map_err(|_| {
            Mistake::new(
                format!("'{}' is no country", self.country),
                "write two letters: --phone DE",
            )
        })?;
        Ok(Box::new(Prepared(id)))
    }
}

impl Apply for Prepared {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        let Some(text) = given.text().filter(|text| !text.trim().is_empty()) else {
            return Made::Same.into();
        };
        // 00 before a country is what a plus stands for.
        let trimmed = text.trim();
        let dialled = match trimmed.strip_prefix("00") {
            Some(rest) => format!("+{rest}"),
            None => trimmed.to_owned(),
        };
        if !dialled.chars().all(is_dialled) {
            return Made::Impossible("has more than a phone number".to_owned()).into();
        }
        let number = phonenumber::parse(Some(self.0), dialled);
        match number.ok().filter(phonenumber::is_valid) {
            None => Made::Impossible("is no phone number there is".to_owned()).into(),
            Some(number) => Outcome::text(&text, number.format().mode(Mode::E164).to_string()),
        }
    }
}

/// What stands in a phone number and nothing else. An extension has no place in E.164, so letters, commas and the like
/// would be lost or read as digits.
fn is_dialled(c: char) -> bool {
    c.is_ascii_digit()
        || c.is_whitespace()
        || matches!(c, '+' | '(' | ')' | '-' | '‐'..='―' | '−' | '.' | '/')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fix::{Transform, transform::testing::made};

    #[test]
    fn a_number_gets_its_country() {
        let phone = |country: &str| {
            Transform::Phone(Phone {
                country: country.to_owned(),
            })
        };
        for (country, value, expected) in [
            ("DE", "030 1234567", "text +49301234567"),
            ("de", "+49 (0)30 1234567", "text +49301234567"),
            ("US", "(212) 555-0123", "text +12125550123"),
            ("DE", "0044 20 7946 0018", "text +442079460018"),
            ("US", "+12125550123", "same"),
            ("US", "12", "is no phone number there is"),
            ("US", "", "same"),
            (
                "US",
                "+1 617 555 0142 ext. 12",
                "has more than a phone number",
            ),
            ("US", "+1 617 555 0142 x12", "has more than a phone number"),
            ("US", "+1 617 555 0142 #12", "has more than a phone number"),
            ("US", "+1 617 555 0142,12", "has more than a phone number"),
            (
                "DE",
                "030 1234567 Durchwahl 12",
                "has more than a phone number",
            ),
            ("DE", "030 1234567 App. 12", "has more than a phone number"),
        ] {
            assert_eq!(made(&phone(country), &json!(value)), expected, "{value}");
        }
        assert!(phone("Germany").prepare(&|_| unreachable!()).is_err());
    }
}
