//! What the values of a field say about how its dates are written, so that one decision can be taken for all of them.

use std::collections::BTreeMap;

use super::{Layout, Moment, Order, Reading, Zone, reading, scan::scan};

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// How many values fit each layout; one that is a date with the day first and with the month first fits both.
    pub layouts: BTreeMap<Layout, Fits>,
    /// Values that are a date only with the day first.
    pub day_only: u64,
    /// Only with the month first.
    pub month_only: u64,
    /// Either way, and not the same.
    pub both: u64,
    /// Certain whichever comes first: a year first, a name, a number of seconds, the same day either way.
    pub certain: u64,
    pub no_such_day: u64,
    pub not_a_date: u64,
    /// Values with a time, and those of them that say their zone.
    pub with_time: u64,
    pub with_zone: u64,
}

/// How many values fit a layout, with one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fits {
    pub count: u64,
    pub example: String,
}

impl Evidence {
    /// Counts a value that stands so many times.
    pub fn add(&mut self, text: &str, count: u64) {
        let found = scan(text);
        for (layout, _) in &found.moments {
            self.fits(*layout, text, count);
        }
        let reading = reading(found, &[]);
        let moment = match &reading {
            Reading::Certain { layout, moment } => {
                *match layout.order() {
                    None => &mut self.certain,
                    Some(_) if is_same_either_way(moment) => &mut self.certain,
                    Some(Order::Day) => &mut self.day_only,
                    Some(Order::Month) => &mut self.month_only,
                } += count;
                moment
            }
            Reading::TwoWays { day, .. } => {
                self.both += count;
                day
            }
            Reading::NoSuchDay => {
                self.no_such_day += count;
                return;
            }
            Reading::NotADate => {
                self.not_a_date += count;
                return;
            }
        };
        if moment.time.is_some() {
            self.with_time += count;
            self.with_zone += if moment.zone == Zone::None { 0 } else { count };
        }
    }

    /// Adds what another count found.
    pub fn merge(&mut self, other: Self) {
        for (layout, fits) in other.layouts {
            let own = self.layouts.entry(layout).or_default();
            own.count += fits.count;
            if own.example.is_empty() {
                own.example = fits.example;
            }
        }
        self.day_only += other.day_only;
        self.month_only += other.month_only;
        self.both += other.both;
        self.certain += other.certain;
        self.no_such_day += other.no_such_day;
        self.not_a_date += other.not_a_date;
        self.with_time += other.with_time;
        self.with_zone += other.with_zone;
    }

    /// What the values that can be read in one way only say about the others; `None` when they say nothing, or both.
    pub fn order(&self) -> Option<Order> {
        match (self.day_only, self.month_only) {
            (1.., 0) => Some(Order::Day),
            (0, 1..) => Some(Order::Month),
            _ => None,
        }
    }

    fn fits(&mut self, layout: Layout, text: &str, count: u64) {
        let fits = self.layouts.entry(layout).or_default();
        fits.count += count;
        if fits.example.is_empty() {
            text.clone_into(&mut fits.example);
        }
    }
}

fn is_same_either_way(moment: &Moment) -> bool {
    moment.date.day() == moment.date.month()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_say_how_the_others_are_meant() {
        let mut evidence = Evidence::default();
        for (text, count) in [
            ("31/12/2025", 10),
            ("05/03/2024", 4),
            ("05/05/2024", 1),
            ("2025-12-31T10:15:00Z", 2),
            ("31/02/2025", 1),
            ("soon", 3),
        ] {
            evidence.add(text, count);
        }
        assert_eq!(
            (
                evidence.day_only,
                evidence.month_only,
                evidence.both,
                evidence.certain
            ),
            (10, 0, 4, 3)
        );
        assert_eq!((evidence.no_such_day, evidence.not_a_date), (1, 3));
        assert_eq!((evidence.with_time, evidence.with_zone), (2, 2));
        assert_eq!(evidence.order(), Some(Order::Day));
        assert_eq!(
            evidence.layouts[&Layout::DaySlash],
            Fits {
                count: 15,
                example: "31/12/2025".to_owned()
            }
        );
        // 05/05/2024 says nothing of the others, and fits both.
        assert_eq!(evidence.layouts[&Layout::MonthSlash].count, 5);
        evidence.add("12/31/2025", 1);
        assert_eq!(evidence.order(), None);
    }
}
