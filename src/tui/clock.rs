//! Stored times as a person's clock shows them.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// A person's time zone and today's date there.
#[derive(Clone, Debug)]
pub struct Clock {
    pub zone: TimeZone,
    pub today: Date,
}

impl Default for Clock {
    /// For tests: UTC, and no day is today.
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            today: Date::ZERO,
        }
    }
}

impl Clock {
    /// The clock of this computer now.
    pub fn system() -> Self {
        let zone = TimeZone::system();
        let today = Timestamp::now().to_zoned(zone.clone()).date();
        Self { zone, today }
    }

    /// `02:41`, from RFC 3339; the text itself when it is none.
    pub fn time(&self, stored: &str) -> String {
        self.show(stored, "%H:%M")
    }

    /// `02:41:09`, from RFC 3339; the text itself when it is none.
    pub fn exact(&self, stored: &str) -> String {
        self.show(stored, "%H:%M:%S")
    }

    /// `today 02:41`, `yesterday 02:41`, `18 Nov 23:40`, `18 Nov 2025` in another year.
    pub fn day_and_time(&self, stored: &str) -> String {
        let Ok(time) = stored.parse::<Timestamp>() else {
            return stored.to_owned();
        };
        let date = time.to_zoned(self.zone.clone()).date();
        let format = match () {
            () if date == self.today => "today %H:%M",
            () if self.today.yesterday().is_ok_and(|day| day == date) => "yesterday %H:%M",
            () if date.year() == self.today.year() => "%-d %b %H:%M",
            () => "%-d %b %Y",
        };
        self.show(stored, format)
    }

    fn show(&self, stored: &str, format: &str) -> String {
        match stored.parse::<Timestamp>() {
            Ok(time) => time
                .to_zoned(self.zone.clone())
                .strftime(format)
                .to_string(),
            Err(_) => stored.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_near_today_have_names() {
        let clock = Clock {
            zone: TimeZone::fixed(jiff::tz::offset(1)),
            today: date(2025, 11, 20),
        };
        let check = |stored, expected: &str| assert_eq!(clock.day_and_time(stored), expected);
        check("2025-11-19T23:10:00Z", "today 00:10");
        check("2025-11-19T22:10:00Z", "yesterday 23:10");
        check("2025-11-18T22:40:00Z", "18 Nov 23:40");
        check("2024-11-18T22:40:00Z", "18 Nov 2024");
        check("odd", "odd");
        assert_eq!(clock.time("2025-11-20T01:41:09.5Z"), "02:41");
    }
}
