//! What a value certainly means: what the contract's checker knows, and dates that can be read in one way only.

use serde_json::Value;

use crate::{
    check::suggest::{Suggestion, suggest},
    fix::dates::{Layout, Moment, Order, Reading, Wanted, Zone, read},
    model::{Found, Wants},
};

/// Repairs of `found` that fit `wants`, best first; nothing is guessed.
pub(super) fn certain(found: &Found, wants: &Wants) -> Vec<Suggestion> {
    let mut all = suggest(found, wants);
    if let Found::Text(text) = found
        && let Some(date) = date(text, wants)
        && all.iter().all(|one| one.value != date.value)
    {
        all.push(date);
    }
    all
}

/// The same for a person who looks at one value, with one thing more: a day alone where a time is wanted is that day's midnight,
/// as it is when the dates of a field are rewritten, and says so.
pub(super) fn for_one_value(found: &Found, wants: &Wants) -> Vec<Suggestion> {
    let mut all = certain(found, wants);
    if let Found::Text(text) = found
        && all.is_empty()
        && wants.format.as_deref() == Some("date-time")
        && let Some((layout, moment)) = one_reading(text)
        && moment.time.is_none()
        && let Ok(value) = moment.write(Wanted::DateTime, None)
    {
        let why = match order(layout, &moment) {
            Some(Order::Day) => "day first, midnight UTC",
            Some(Order::Month) => "month first, midnight UTC",
            None => "midnight UTC",
        };
        let value = Value::String(value);
        all.push(Suggestion { value, why });
    }
    all
}

/// The date of a text in the contract's way of writing, where there is one reading and nothing is added or lost by it.
fn date(text: &str, wants: &Wants) -> Option<Suggestion> {
    let (layout, moment) = one_reading(text)?;
    let wanted = match wants.format.as_deref()? {
        "date" if is_day(&moment) => Wanted::Date,
        "date-time" if moment.time.is_some() && moment.zone != Zone::None => Wanted::DateTime,
        _ => return None,
    };
    let value = moment.write(wanted, None).ok()?;
    let why = match order(layout, &moment) {
        Some(Order::Day) => "day first",
        Some(Order::Month) => "month first",
        None => "date in ISO form",
    };
    (value != text).then(|| Suggestion {
        value: Value::String(value),
        why,
    })
}

fn one_reading(text: &str) -> Option<(Layout, Moment)> {
    match read(text, &[]) {
        Reading::Certain { layout, moment } if says_its_day(layout, text, &moment) => {
            Some((layout, moment))
        }
        _ => None,
    }
}

/// Which of day and month came first, where that makes a difference.
fn order(layout: Layout, moment: &Moment) -> Option<Order> {
    layout
        .order()
        .filter(|_| moment.date.day() != moment.date.month())
}

/// Whether it is a day and says no more: a midnight where nobody says which is none.
fn is_day(moment: &Moment) -> bool {
    let is_midnight = moment.time.as_ref().is_none_or(|time| {
        (time.hour, time.minute, time.second) == (0, 0, 0)
            && time.fraction.bytes().all(|digit| digit == b'0')
    });
    is_midnight && moment.zone == Zone::None
}

/// Whether a text says year, month and day itself: a number of days or seconds could be any number, and a year of two digits is
/// of a century that nobody wrote.
fn says_its_day(layout: Layout, text: &str, moment: &Moment) -> bool {
    let counts = matches!(
        layout,
        Layout::EpochSeconds
            | Layout::EpochMillis
            | Layout::Excel
            | Layout::Compact
            | Layout::Week
            | Layout::Ordinal
    );
    !counts && text.contains(&format!("{:04}", moment.date.year()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_day_is_offered_as_its_midnight_and_that_is_called_certain_nowhere() {
        let wants = Wants {
            text: true,
            format: Some("date-time".to_owned()),
            ..Wants::default()
        };
        let first = |text: &str| {
            let found = Found::Text(text.to_owned());
            assert_eq!(certain(&found, &wants), [], "{text}");
            let first = for_one_value(&found, &wants).into_iter().next()?;
            Some(format!("{} ({})", first.value.as_str()?, first.why))
        };
        for (text, expected) in [
            (
                "06/23/2015",
                Some("2015-06-23T00:00:00Z (month first, midnight UTC)"),
            ),
            (
                "19/01/2023",
                Some("2023-01-19T00:00:00Z (day first, midnight UTC)"),
            ),
            ("2023-01-19", Some("2023-01-19T00:00:00Z (midnight UTC)")),
            ("05/03/2024", None),
            ("19/01/2023 10:15", None),
        ] {
            assert_eq!(first(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_date_is_certain_where_it_can_be_read_in_one_way_and_nothing_is_added_or_lost() {
        let first = |text: &str, format: &str| {
            let wants = Wants {
                text: true,
                format: Some(format.to_owned()),
                ..Wants::default()
            };
            let all = certain(&Found::Text(text.to_owned()), &wants);
            let first = all.into_iter().next()?;
            Some(format!("{} ({})", first.value.as_str()?, first.why))
        };
        for (text, expected) in [
            ("06/23/2015", Some("2015-06-23 (month first)")),
            ("19/01/2023", Some("2023-01-19 (day first)")),
            ("31.12.2025", Some("2025-12-31 (day first)")),
            ("05/05/2024", Some("2024-05-05 (date in ISO form)")),
            ("31 Dec 2025", Some("2025-12-31 (date in ISO form)")),
            ("2025/12/31", Some("2025-12-31 (date in ISO form)")),
            ("31/12/2025 00:00", Some("2025-12-31 (day first)")),
            ("2021-03-03 ", Some("2021-03-03 (date only)")),
            ("05/03/2024", None),
            ("31/02/2025", None),
            ("31/12/25", None),
            ("31/12/2025 10:15", None),
            ("31/12/2025 00:00:00.250", None),
            ("31.12.2025 00:00 -08:00", None),
            ("46022", None),
            ("20251231", None),
            ("soon", None),
        ] {
            assert_eq!(first(text, "date").as_deref(), expected, "{text}");
        }
        for (text, expected) in [
            (
                "31.12.2025 10:15 +01:00",
                Some("2025-12-31T10:15:00+01:00 (day first)"),
            ),
            // Its time, or where it was, would be a guess.
            ("31.12.2025", None),
            ("31.12.2025 10:15", None),
            ("05/03/2024 10:15Z", None),
        ] {
            assert_eq!(first(text, "date-time").as_deref(), expected, "{text}");
        }
        assert_eq!(first("06/23/2015", "email"), None);
    }
}
