//! Stored times as a person's clock shows them.

use std::{cell::Cell, rc::Rc};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// How times are written on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Times {
    /// As the clock on the wall: `today 02:41`.
    #[default]
    Local,
    /// The same in UTC, with a Z: `today 01:41Z`.
    Utc,
    /// As logs have it, in UTC: `2025-11-20T01:41Z`.
    Iso,
}

impl Times {
    pub const ALL: [Self; 3] = [Self::Local, Self::Utc, Self::Iso];

    /// What the configuration file calls it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Utc => "utc",
            Self::Iso => "iso",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Local => "Local time",
            Self::Utc => "UTC",
            Self::Iso => "ISO 8601, UTC",
        }
    }
}

/// A person's time zone, and what day it is. How it writes times is shared with its copies, so that pages which are there
/// already follow when it is chosen.
#[derive(Clone, Debug)]
pub struct Clock {
    zone: TimeZone,
    /// When the screen was opened; no day has a name where that is not known.
    now: Option<Timestamp>,
    times: Rc<Cell<Times>>,
}

impl Default for Clock {
    /// For tests: UTC, and no day is today.
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            now: None,
            times: Rc::default(),
        }
    }
}

impl Clock {
    /// The clock of this computer now.
    pub fn system(times: Times) -> Self {
        Self {
            zone: TimeZone::system(),
            now: Some(Timestamp::now()),
            times: Rc::new(Cell::new(times)),
        }
    }

    pub fn times(&self) -> Times {
        self.times.get()
    }

    /// Times are written like this from now on, on every page.
    pub fn write(&self, times: Times) {
        self.times.set(times);
    }

    /// Columns that [`Self::day_and_time`] takes at most.
    pub fn columns(&self) -> usize {
        match self.times() {
            Times::Local => 15,
            Times::Utc => 16,
            Times::Iso => 17,
        }
    }

    /// Columns of a time in a list so wide: without the day where there is little room.
    pub fn columns_in(&self, width: u16) -> usize {
        match self.times() {
            _ if width >= 70 => self.columns() + 1,
            Times::Local => 5,
            Times::Utc | Times::Iso => 6,
        }
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
        if self.times() == Times::Iso {
            return self.show(stored, "%Y-%m-%dT%H:%M");
        }
        let date = self.date(time);
        let today = self.now.map_or(Date::ZERO, |now| self.date(now));
        match () {
            () if date == today => self.show(stored, "today %H:%M"),
            () if today.yesterday().is_ok_and(|day| day == date) => {
                self.show(stored, "yesterday %H:%M")
            }
            () if date.year() == today.year() => self.show(stored, "%-d %b %H:%M"),
            () => date.strftime("%-d %b %Y").to_string(),
        }
    }

    fn date(&self, time: Timestamp) -> Date {
        time.to_zoned(self.zone_shown()).date()
    }

    fn zone_shown(&self) -> TimeZone {
        match self.times() {
            Times::Local => self.zone.clone(),
            Times::Utc | Times::Iso => TimeZone::UTC,
        }
    }

    fn show(&self, stored: &str, format: &str) -> String {
        let Ok(time) = stored.parse::<Timestamp>() else {
            return stored.to_owned();
        };
        let zone = match self.times() {
            Times::Local => "",
            Times::Utc | Times::Iso => "Z",
        };
        format!(
            "{}{zone}",
            time.to_zoned(self.zone_shown()).strftime(format)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(times: Times) -> Clock {
        Clock {
            zone: TimeZone::fixed(jiff::tz::offset(1)),
            now: Some("2025-11-20T12:00:00Z".parse().unwrap()),
            times: Rc::new(Cell::new(times)),
        }
    }

    #[test]
    fn days_near_today_have_names() {
        let clock = clock(Times::Local);
        let check = |stored, expected: &str| assert_eq!(clock.day_and_time(stored), expected);
        check("2025-11-19T23:10:00Z", "today 00:10");
        check("2025-11-19T22:10:00Z", "yesterday 23:10");
        check("2025-11-18T22:40:00Z", "18 Nov 23:40");
        check("2024-11-18T22:40:00Z", "18 Nov 2024");
        check("odd", "odd");
        assert_eq!(clock.time("2025-11-20T01:41:09.5Z"), "02:41");
    }

    #[test]
    fn times_in_utc_say_so_and_a_copy_of_the_clock_follows() {
        let shown = clock(Times::Local);
        let copy = shown.clone();
        shown.write(Times::Utc);
        assert_eq!(
            copy.day_and_time("2025-11-19T23:10:00Z"),
            "yesterday 23:10Z"
        );
        assert_eq!(copy.time("2025-11-20T01:41:09.5Z"), "01:41Z");
        assert_eq!(copy.day_and_time("2024-11-18T22:40:00Z"), "18 Nov 2024");
        shown.write(Times::Iso);
        assert_eq!(
            copy.day_and_time("2024-11-18T22:40:00Z"),
            "2024-11-18T22:40Z"
        );
        assert_eq!(copy.exact("2025-11-20T01:41:09.5Z"), "01:41:09Z");
        assert_eq!(copy.time("odd"), "odd");
    }

    #[test]
    fn no_time_is_wider_than_its_column() {
        for times in Times::ALL {
            let clock = clock(times);
            for stored in [
                "2025-11-19T11:10:00Z",
                "2025-11-18T22:40:00Z",
                "2024-11-18T22:40:00Z",
            ] {
                assert!(
                    clock.day_and_time(stored).len() <= clock.columns(),
                    "{times:?}"
                );
            }
        }
    }
}
