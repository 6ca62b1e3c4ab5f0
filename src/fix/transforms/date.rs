//! Dates in other layouts, written the ISO way. The decision for those that can be read in two ways is one for the whole field.

use serde::{Deserialize, Serialize};

use crate::fix::{
    dates::{Layout, Order, Reading, Wanted, Zone, read, zone_named},
    transform::{Apply, Given, Made, Mistake, Outcome},
};

/// Reads dates and writes them as the contract wants.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Date {
    /// The layouts that may be read; all there are where none is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<Layout>,
    /// What comes first where day and month could be either; such values stay where it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Order>,
    /// Where times are meant that have no zone: an IANA name or an offset; UTC where it is not said and one is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// What is written; what the contract wants where it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write: Option<Wanted>,
}

#[derive(Debug)]
struct Prepared {
    read: Vec<Layout>,
    first: Option<Order>,
    zone: Option<Zone>,
    write: Option<Wanted>,
}

impl Date {
    /// # Errors
    /// When the zone is not known.
    pub fn prepare(&self) -> Result<Box<dyn Apply>, Mistake> {
        let zone = self.zone.as_deref().map(|name| {
            zone_named(name).ok_or_else(|| {
                Mistake::new(
                    format!("'{name}' is no zone"),
                    "name one such as Europe/Berlin, +01:00 or UTC",
                )
            })
        });
        Ok(Box::new(Prepared {
            read: self.read.clone(),
            first: self.first,
            zone: zone.transpose()?,
            write: self.write,
        }))
    }

    pub fn words(&self) -> String {
        let layouts: Vec<&str> = self.read.iter().map(|layout| layout.example()).collect();
        let mut words = if layouts.is_empty() {
            "read dates in any layout".to_owned()
        } else {
            format!("read dates like {}", layouts.join(", "))
        };
        words.push_str(match self.first {
            Some(Order::Day) => ", day first",
            Some(Order::Month) => ", month first",
            None => "",
        });
        if let Some(zone) = &self.zone {
            words.push_str(&format!(", times in {zone}"));
        }
        words
    }
}

impl Prepared {
    fn wanted(&self, given: &Given<'_>) -> Wanted {
        self.write.unwrap_or(match given.wants.format.as_deref() {
            Some("date") => Wanted::Date,
            Some("date-time") => Wanted::DateTime,
            _ => Wanted::AsFound,
        })
    }
}

impl Apply for Prepared {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        let Some(text) = given.text().filter(|text| !text.trim().is_empty()) else {
            return Made::Same.into();
        };
        let reading = read(&text, &self.read);
        let ambiguous = matches!(reading, Reading::TwoWays { .. });
        let made = match reading {
            Reading::TwoWays { .. } if self.first.is_none() => Made::Undecided,
            Reading::NoSuchDay => Made::Impossible("is no day there is".to_owned()),
            Reading::NotADate => Made::Impossible("is no date in these layouts".to_owned()),
            reading => match reading.decided(self.first) {
                None => Made::Undecided,
                Some(moment) => match moment.write(self.wanted(given), self.zone.as_ref()) {
                    Ok(written) if written == *text => Made::Same,
                    Ok(written) => Made::Text(written),
                    Err(why) => Made::Impossible(why.to_owned()),
                },
            },
        };
        Outcome {
            made,
            ambiguous,
            also: Vec::new(),
        }
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
    fn dates_are_written_as_the_contract_wants_and_never_guessed() {
        let wants = |format: &str| Wants {
            text: true,
            format: Some(format.to_owned()),
            ..Wants::default()
        };
        let made = |date: &Date, text: &str, format: &str| {
            let one = Transform::Date(date.clone());
            made_of(&one, Some(&json!(text)), &Value::Null, &wants(format))
        };
        let any = Date::default();
        for (text, format, expected) in [
            ("31/12/2025", "date", "text 2025-12-31"),
            ("2025-12-31", "date", "same"),
            ("2025-12-31T10:15:00Z", "date-time", "same"),
            ("31.12.2025 10:15", "date-time", "text 2025-12-31T10:15:00Z"),
            ("05/03/2024", "date", "two ways"),
            ("31/02/2025", "date", "is no day there is"),
            ("soon", "date", "is no date in these layouts"),
            ("46022", "date", "text 2025-12-31"),
            ("", "date", "same"),
        ] {
            assert_eq!(made(&any, text, format), expected, "{text}");
        }
        let decided = Date {
            first: Some(Order::Month),
            zone: Some("Europe/Berlin".to_owned()),
            ..Date::default()
        };
        assert_eq!(made(&decided, "05/03/2024", "date"), "text 2024-05-03");
        assert_eq!(
            made(&decided, "05/03/2024 12:00", "date-time"),
            "text 2024-05-03T12:00:00+02:00"
        );
        let nowhere = Date {
            zone: Some("Mars".to_owned()),
            ..Date::default()
        };
        assert!(nowhere.prepare().is_err());
    }
}
