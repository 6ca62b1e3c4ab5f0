//! Zones, and how moments are written: the ISO way.

use jiff::{
    civil,
    tz::{self, TimeZone},
};
use serde::{Deserialize, Serialize};

use super::Moment;

/// What is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// `2025-12-31`; a time is left away.
    Date,
    /// `2025-12-31T10:15:20+01:00`, RFC 3339: a day alone is midnight, what has no zone is in the assumed one.
    DateTime,
    /// Whatever the text has.
    AsFound,
}

/// Where a time is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Zone {
    /// It is not said.
    None,
    Utc,
    /// Seconds east of Greenwich.
    Offset(i32),
    /// By its name in the IANA database, which knows its offset on any day.
    Named(String),
}

/// Abbreviations that mean one zone, with their hours; `IST` and the like mean several.
const ABBREVIATIONS: [(&str, i32); 13] = [
    ("gmt", 0),
    ("wet", 0),
    ("cet", 1),
    ("cest", 2),
    ("mez", 1),
    ("mesz", 2),
    ("est", -5),
    ("edt", -4),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
];

impl Zone {
    /// The zone of a text after a time; `None` where it is no zone.
    pub fn read(text: &str) -> Option<Self> {
        let text = match text.split_once(['[', '(']) {
            // An offset with a name after it: the offset says more.
            Some((offset, _)) if text.ends_with([']', ')']) && !offset.is_empty() => {
                offset.trim_end()
            }
            _ => text.trim_matches(['(', ')', '[', ']']),
        };
        let lower = text.to_ascii_lowercase();
        match lower.as_str() {
            "" => return Some(Self::None),
            "z" | "utc" | "gmt" => return Some(Self::Utc),
            _ => {}
        }
        if let Some((_, hours)) = ABBREVIATIONS.iter().find(|(word, _)| *word == lower) {
            return Some(Self::Offset(hours * 3_600));
        }
        let signed = lower
            .strip_prefix("gmt")
            .or(lower.strip_prefix("utc"))
            .unwrap_or(&lower);
        if let Some(offset) = offset(signed) {
            return Some(Self::Offset(offset));
        }
        (text.contains('/') && TimeZone::get(text).is_ok()).then(|| Self::Named(text.to_owned()))
    }
}

/// `+01:00`, `-0530`, `+2`, in seconds.
fn offset(text: &str) -> Option<i32> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let number = |text: &str, most: i32| -> Option<i32> {
        let is_number = matches!(text.len(), 1 | 2) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse()
            .ok()
            .filter(|number| is_number && *number <= most)
    };
    Some(sign * (number(hours, 14)? * 3_600 + number(minutes, 59)? * 60))
}

/// A zone that a person names: by its IANA name, an offset, or UTC.
pub fn zone_named(text: &str) -> Option<Zone> {
    match Zone::read(text)? {
        Zone::None => TimeZone::get(text)
            .is_ok()
            .then(|| Zone::Named(text.to_owned())),
        zone => Some(zone),
    }
}

impl Moment {
    /// The moment as text. `assumed` is where a time is meant that has no zone; UTC if that is not said either.
    ///
    /// # Errors
    /// Half a sentence about the text, where a zone's clocks skipped or repeated that time.
    pub fn write(&self, wanted: Wanted, assumed: Option<&Zone>) -> Result<String, &'static str> {
        let date = self.date.to_string();
        let time = match wanted {
            Wanted::Date => None,
            Wanted::DateTime => Some(self.time.clone().unwrap_or(super::Time {
                hour: 0,
                minute: 0,
                second: 0,
                fraction: String::new(),
            })),
            Wanted::AsFound => self.time.clone(),
        };
        let Some(time) = time else {
            return Ok(date);
        };
        let fraction = if time.fraction.is_empty() {
            String::new()
        } else {
            format!(".{}", time.fraction)
        };
        let zone = match (&self.zone, wanted) {
            (Zone::None, Wanted::DateTime) => assumed.unwrap_or(&Zone::Utc),
            (zone, _) => zone,
        };
        let at = civil::DateTime::from_parts(
            self.date,
            civil::Time::new(time.hour, time.minute, time.second, 0)
                .map_err(|_| "has no such time of day")?,
        );
        let zone = match zone {
            Zone::None => String::new(),
            Zone::Utc => "Z".to_owned(),
            Zone::Offset(seconds) => written(*seconds),
            Zone::Named(name) => {
                let zone = TimeZone::get(name).map_err(|_| "is in a zone that is not known")?;
                match zone.to_ambiguous_timestamp(at).offset() {
                    tz::AmbiguousOffset::Unambiguous { offset } => written(offset.seconds()),
                    tz::AmbiguousOffset::Gap { .. } => {
                        return Err("is a time that the clocks skipped in its zone");
                    }
                    tz::AmbiguousOffset::Fold { .. } => {
                        return Err("is a time that the clocks showed twice in its zone");
                    }
                }
            }
        };
        Ok(format!(
            "{date}T{:02}:{:02}:{:02}{fraction}{zone}",
            time.hour, time.minute, time.second
        ))
    }
}

fn written(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::super::{Reading, read};
    use super::*;

    fn written(text: &str, wanted: Wanted, zone: Option<&str>) -> String {
        let Reading::Certain { moment, .. } = read(text, &[]) else {
            panic!("{text}");
        };
        let zone = zone.map(|name| zone_named(name).unwrap());
        moment
            .write(wanted, zone.as_ref())
            .unwrap_or_else(str::to_owned)
    }

    #[test]
    fn a_date_time_gets_the_zone_that_is_assumed() {
        for (text, zone, expected) in [
            ("31/12/2025", None, "2025-12-31T00:00:00Z"),
            (
                "31/12/2025 10:15",
                Some("Europe/Berlin"),
                "2025-12-31T10:15:00+01:00",
            ),
            (
                "31/07/2025 10:15",
                Some("Europe/Berlin"),
                "2025-07-31T10:15:00+02:00",
            ),
            (
                "31/12/2025 10:15",
                Some("-05:30"),
                "2025-12-31T10:15:00-05:30",
            ),
            (
                "2025-12-31T10:15:20.50Z",
                Some("Europe/Berlin"),
                "2025-12-31T10:15:20.50Z",
            ),
            (
                "2025-03-30 02:30",
                Some("Europe/Berlin"),
                "is a time that the clocks skipped in its zone",
            ),
            (
                "2025-10-26 02:30",
                Some("Europe/Berlin"),
                "is a time that the clocks showed twice in its zone",
            ),
        ] {
            assert_eq!(written(text, Wanted::DateTime, zone), expected, "{text}");
        }
        assert_eq!(
            written("31/12/2025 10:15", Wanted::Date, None),
            "2025-12-31"
        );
        assert_eq!(zone_named("Mars/Olympus"), None);
    }
}
