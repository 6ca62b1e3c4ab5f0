//! Dates as people and programs write them. What a text could mean is read here, and never guessed: `05/03/2024` is two dates
//! until somebody decides for the whole field.

mod evidence;
mod names;
mod scan;
mod write;

use jiff::civil;
use serde::{Deserialize, Serialize};

pub use evidence::{Evidence, Fits};
pub use write::{Wanted, Zone, zone_named};

/// A way to write the day. A time and a zone may follow each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    Iso,
    YearFirst,
    Compact,
    DaySlash,
    DayDot,
    DayDash,
    MonthSlash,
    MonthDot,
    MonthDash,
    DayShortYear,
    MonthShortYear,
    DayName,
    NameDay,
    Ctime,
    EpochSeconds,
    EpochMillis,
    Excel,
    Week,
    Ordinal,
}

impl Layout {
    pub const ALL: [Self; 19] = [
        Self::Iso,
        Self::YearFirst,
        Self::Compact,
        Self::DaySlash,
        Self::DayDot,
        Self::DayDash,
        Self::MonthSlash,
        Self::MonthDot,
        Self::MonthDash,
        Self::DayShortYear,
        Self::MonthShortYear,
        Self::DayName,
        Self::NameDay,
        Self::Ctime,
        Self::EpochSeconds,
        Self::EpochMillis,
        Self::Excel,
        Self::Week,
        Self::Ordinal,
    ];

    /// The word of the command line and of recipes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Iso => "iso",
            Self::YearFirst => "year-first",
            Self::Compact => "compact",
            Self::DaySlash => "day-slash",
            Self::DayDot => "day-dot",
            Self::DayDash => "day-dash",
            Self::MonthSlash => "month-slash",
            Self::MonthDot => "month-dot",
            Self::MonthDash => "month-dash",
            Self::DayShortYear => "day-short-year",
            Self::MonthShortYear => "month-short-year",
            Self::DayName => "day-name",
            Self::NameDay => "name-day",
            Self::Ctime => "ctime",
            Self::EpochSeconds => "epoch-seconds",
            Self::EpochMillis => "epoch-millis",
            Self::Excel => "excel",
            Self::Week => "week",
            Self::Ordinal => "ordinal",
        }
    }

    /// The same day in this layout, which tells a person more than a word.
    pub fn example(self) -> &'static str {
        match self {
            Self::Iso => "2025-12-31",
            Self::YearFirst => "2025/12/31",
            Self::Compact => "20251231",
            Self::DaySlash => "31/12/2025",
            Self::DayDot => "31.12.2025",
            Self::DayDash => "31-12-2025",
            Self::MonthSlash => "12/31/2025",
            Self::MonthDot => "12.31.2025",
            Self::MonthDash => "12-31-2025",
            Self::DayShortYear => "31/12/25",
            Self::MonthShortYear => "12/31/25",
            Self::DayName => "31 Dec 2025",
            Self::NameDay => "Dec 31, 2025",
            Self::Ctime => "Wed Dec 31 10:15:20 2025",
            Self::EpochSeconds => "1767175200",
            Self::EpochMillis => "1767175200000",
            Self::Excel => "46022",
            Self::Week => "2026-W01-3",
            Self::Ordinal => "2025-365",
        }
    }

    /// The layout of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// Which of day and month comes first, where both are numbers and either could.
    pub fn order(self) -> Option<Order> {
        match self {
            Self::DaySlash | Self::DayDot | Self::DayDash | Self::DayShortYear => Some(Order::Day),
            Self::MonthSlash | Self::MonthDot | Self::MonthDash | Self::MonthShortYear => {
                Some(Order::Month)
            }
            _ => None,
        }
    }
}

/// Which of two numbers is the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The first.
    Day,
    /// The second.
    Month,
}

/// A day, perhaps with a time, perhaps in a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    pub date: civil::Date,
    pub time: Option<Time>,
    pub zone: Zone,
}

/// A time of day, its fraction of a second with the digits it was written with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    pub hour: i8,
    pub minute: i8,
    pub second: i8,
    pub fraction: String,
}

/// What a text could mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    Certain {
        layout: Layout,
        moment: Moment,
    },
    /// The first two numbers can be day and month, or month and day.
    TwoWays {
        day: Moment,
        month: Moment,
    },
    /// It is written like a date, and there is no such day: 31/02/2025.
    NoSuchDay,
    NotADate,
}

impl Reading {
    /// What it means once somebody has decided for texts that can be read in two ways.
    pub fn decided(self, order: Option<Order>) -> Option<Moment> {
        match (self, order) {
            (Self::Certain { moment, .. }, _) => Some(moment),
            (Self::TwoWays { day, .. }, Some(Order::Day)) => Some(day),
            (Self::TwoWays { month, .. }, Some(Order::Month)) => Some(month),
            _ => None,
        }
    }
}

/// Reads a text in any of these layouts; in all there are where none is named.
pub fn read(text: &str, layouts: &[Layout]) -> Reading {
    reading(scan::scan(text), layouts)
}

/// What the dates that a text could be come to in these layouts.
fn reading(found: scan::Found, layouts: &[Layout]) -> Reading {
    let may = |layout: &Layout| layouts.is_empty() || layouts.contains(layout);
    let mut all: Vec<(Layout, Moment)> = found.moments;
    all.retain(|(layout, _)| may(layout));
    let of = |order: Order| {
        let mut own = all
            .iter()
            .filter(|(layout, _)| layout.order() == Some(order));
        own.next().map(|(_, moment)| moment.clone())
    };
    match (of(Order::Day), of(Order::Month)) {
        (Some(day), Some(month)) if day != month => return Reading::TwoWays { day, month },
        _ => {}
    }
    match all.into_iter().next() {
        Some((layout, moment)) => Reading::Certain { layout, moment },
        None if found.impossible.iter().any(may) => Reading::NoSuchDay,
        None => Reading::NotADate,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a text means, as a date-time where it has a time.
    fn meaning(text: &str) -> String {
        let write = |moment: &Moment| {
            moment
                .write(Wanted::AsFound, None)
                .unwrap_or_else(str::to_owned)
        };
        match read(text, &[]) {
            Reading::Certain { layout, moment } => format!("{} {}", layout.word(), write(&moment)),
            Reading::TwoWays { day, month } => format!("{} or {}", write(&day), write(&month)),
            Reading::NoSuchDay => "no such day".to_owned(),
            Reading::NotADate => "-".to_owned(),
        }
    }

    #[test]
    fn texts_mean_what_they_say() {
        for (text, expected) in [
            ("2025-12-31", "iso 2025-12-31"),
            (" 2025-12-31\u{a0}", "iso 2025-12-31"),
            ("2025-12-31T10:15:20Z", "iso 2025-12-31T10:15:20Z"),
            ("2025-12-31 10:15", "iso 2025-12-31T10:15:00"),
            (
                "2025-12-31t10:15:20.120+01:00",
                "iso 2025-12-31T10:15:20.120+01:00",
            ),
            (
                "2025-12-31 10:15:20,5 +0100",
                "iso 2025-12-31T10:15:20.5+01:00",
            ),
            ("2025-12-31T10:15-05", "iso 2025-12-31T10:15:00-05:00"),
            (
                "2025-12-31 10:15 Europe/Berlin",
                "iso 2025-12-31T10:15:00+01:00",
            ),
            (
                "2025-12-31T10:15:00+01:00[Europe/Berlin]",
                "iso 2025-12-31T10:15:00+01:00",
            ),
            (
                "2025-12-31 10:15 America/New_York",
                "iso 2025-12-31T10:15:00-05:00",
            ),
            (
                "2025-12-31 23:15 America/New_York",
                "iso 2025-12-31T23:15:00-05:00",
            ),
            (
                "12/31/2025 10:15 PM America/New_York",
                "month-slash 2025-12-31T22:15:00-05:00",
            ),
            (
                "2025-12-31T10:15[Europe/Berlin]",
                "iso 2025-12-31T10:15:00+01:00",
            ),
            ("2025-12-31 10:15 EST", "iso 2025-12-31T10:15:00-05:00"),
            ("2025-12-31 24:00", "no such day"),
            ("2025-1-5", "year-first 2025-01-05"),
            ("2025/12/31", "year-first 2025-12-31"),
            ("2025.12.31", "year-first 2025-12-31"),
            ("2025/12/31 10:15 PM", "year-first 2025-12-31T22:15:00"),
            ("20251231", "compact 2025-12-31"),
            ("20251231T101520", "compact 2025-12-31T10:15:20"),
            ("20251231T101520Z", "compact 2025-12-31T10:15:20Z"),
            ("20251231101520", "compact 2025-12-31T10:15:20"),
            ("20251331", "no such day"),
            ("31/12/2025", "day-slash 2025-12-31"),
            ("31.12.2025", "day-dot 2025-12-31"),
            ("31-12-2025", "day-dash 2025-12-31"),
            ("12/31/2025", "month-slash 2025-12-31"),
            ("12-31-2025", "month-dash 2025-12-31"),
            ("05/03/2024", "2024-03-05 or 2024-05-03"),
            ("5.3.2024", "2024-03-05 or 2024-05-03"),
            ("05/05/2024", "day-slash 2024-05-05"),
            (
                "05/03/2024 10:15",
                "2024-03-05T10:15:00 or 2024-05-03T10:15:00",
            ),
            ("31/12/2025, 9:05 am", "day-slash 2025-12-31T09:05:00"),
            ("31/02/2025", "no such day"),
            ("32/13/2025", "no such day"),
            ("29/02/2024", "day-slash 2024-02-29"),
            ("31/12/25", "day-short-year 2025-12-31"),
            ("12/31/99", "month-short-year 1999-12-31"),
            ("05/03/24", "2024-03-05 or 2024-05-03"),
            ("31 Dec 2025", "day-name 2025-12-31"),
            ("31-Dec-2025", "day-name 2025-12-31"),
            ("31-DEC-25", "day-name 2025-12-31"),
            ("31st December 2025", "day-name 2025-12-31"),
            ("31. Dezember 2025", "day-name 2025-12-31"),
            ("1er janvier 2026", "day-name 2026-01-01"),
            ("31 de diciembre de 2025", "day-name 2025-12-31"),
            ("Mi, 31. Dez. 2025", "day-name 2025-12-31"),
            ("Mittwoch, 31. Dezember 2025", "day-name 2025-12-31"),
            ("Donnerstag, 1. Januar 2026", "day-name 2026-01-01"),
            ("martes, 30 de diciembre de 2025", "day-name 2025-12-30"),
            ("mar. 4 mars 2025", "day-name 2025-03-04"),
            ("mar 4 2025", "name-day 2025-03-04"),
            ("1 setiembre 2025", "day-name 2025-09-01"),
            ("3. März 2025", "day-name 2025-03-03"),
            (
                "Wed, 31 Dec 2025 10:15:20 +0100",
                "day-name 2025-12-31T10:15:20+01:00",
            ),
            (
                "Wed, 31 Dec 2025 10:15:20 +0100 (CET)",
                "day-name 2025-12-31T10:15:20+01:00",
            ),
            (
                "Wed Dec 31 2025 10:15:20 GMT+0100 (Central European Standard Time)",
                "name-day 2025-12-31T10:15:20+01:00",
            ),
            ("Dec 31, 2025", "name-day 2025-12-31"),
            ("December 31st, 2025", "name-day 2025-12-31"),
            ("Sept 3 2025", "name-day 2025-09-03"),
            (
                "Wednesday, December 31, 2025 10:15 PM",
                "name-day 2025-12-31T22:15:00",
            ),
            ("31 Feb 2025", "no such day"),
            ("Wed Dec 31 10:15:20 2025", "ctime 2025-12-31T10:15:20"),
            ("Wed Dec 31 10:15:20 UTC 2025", "ctime 2025-12-31T10:15:20Z"),
            ("1767175200", "epoch-seconds 2025-12-31T10:00:00Z"),
            ("1767175200.25", "epoch-seconds 2025-12-31T10:00:00.25Z"),
            ("1767175200120", "epoch-millis 2025-12-31T10:00:00.120Z"),
            ("46022", "excel 2025-12-31"),
            ("46022.5", "excel 2025-12-31T12:00:00"),
            ("2026-W01-3", "week 2025-12-31"),
            ("2026W013", "week 2025-12-31"),
            ("2025-365", "ordinal 2025-12-31"),
            ("2025-366", "no such day"),
            ("", "-"),
            ("tomorrow", "-"),
            ("12", "-"),
            ("12345", "-"),
            ("1.2.3.4", "-"),
            ("31/12", "-"),
            ("31/12/2025 x", "-"),
            ("99/99/9999", "no such day"),
            ("+49 30 1234567", "-"),
            ("12 pcs 2025", "-"),
            ("5 marbles 2025", "-"),
            ("12 decimals 2025", "-"),
            ("Mayonnaise 5 2025", "-"),
            ("2025-W+1-3", "no such day"),
        ] {
            assert_eq!(meaning(text), expected, "{text}");
        }
    }

    #[test]
    fn naming_a_layout_decides() {
        let day = read("05/03/2024", &[Layout::DaySlash]);
        let Reading::Certain { moment, .. } = day else {
            panic!("{day:?}");
        };
        assert_eq!(moment.date.to_string(), "2024-03-05");
        assert_eq!(read("05/03/2024", &[Layout::Iso]), Reading::NotADate);
        assert_eq!(read("31/02/2024", &[Layout::Iso]), Reading::NotADate);
        let none = read("31/02/2024", &[Layout::MonthSlash]);
        assert_eq!(none, Reading::NoSuchDay);
        let both = read("05/03/2024", &[]);
        let month = both.clone().decided(Some(Order::Month)).unwrap();
        assert_eq!(month.date.to_string(), "2024-05-03");
        assert_eq!(both.decided(None), None);
    }

    #[test]
    fn every_layout_reads_its_own_example() {
        for layout in Layout::ALL {
            assert_eq!(Layout::parse(layout.word()), Some(layout));
            let read = read(layout.example(), &[]);
            assert!(
                matches!(&read, Reading::Certain { layout: found, moment }
                    if *found == layout && moment.date.to_string() == "2025-12-31"),
                "{layout:?}: {read:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = read(&text, &[]);
        }

        #[test]
        fn what_looks_like_a_date_makes_no_panic(text in "[0-9a-zA-Z/.:, +TZW-]{0,30}") {
            let _ = read(&text, &[]);
        }

        #[test]
        fn what_was_written_reads_as_the_same(
            text in "[0-3][0-9][/.-][01][0-9][/.-](20[0-4][0-9]|[0-9]{2})\
                ( [0-2][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?( [+-]0[0-9]:?[03]0| Z)?)?",
        ) {
            for order in [Order::Day, Order::Month] {
                let Some(moment) = read(&text, &[]).decided(Some(order)) else {
                    continue;
                };
                for wanted in [Wanted::Date, Wanted::DateTime, Wanted::AsFound] {
                    let written = moment.write(wanted, None).unwrap();
                    let again = read(&written, &[Layout::Iso]).decided(None).unwrap();
                    prop_assert_eq!(again.write(wanted, None), Ok(written), "{}", text);
                }
            }
        }

        #[test]
        fn a_date_reads_as_it_was_written(year in 1900i16..2100, day in 1i16..366) {
            let date = civil::Date::new(year, 1, 1).unwrap();
            let date = date.checked_add(jiff::Span::new().days(day - 1)).unwrap();
            for format in ["%Y-%m-%d", "%Y/%m/%d", "%d %b %Y", "%B %d, %Y", "%Y%m%d", "%Y-%j"] {
                let text = date.strftime(format).to_string();
                let read = read(&text, &[]).decided(None);
                prop_assert_eq!(read.map(|moment| moment.date), Some(date), "{}", text);
            }
            let text = date.strftime("%d/%m/%Y").to_string();
            let read = read(&text, &[]).decided(Some(Order::Day));
            prop_assert_eq!(read.map(|moment| moment.date), Some(date), "{}", text);
        }
    }
}
