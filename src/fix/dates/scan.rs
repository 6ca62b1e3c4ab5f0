//! Cuts a text into numbers, words and signs, and finds the dates it could be.

use jiff::{Span, Timestamp, civil, tz::TimeZone};

use super::{Layout, Moment, Time, Zone, names::names};

/// All that a text could be.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub moments: Vec<(Layout, Moment)>,
    /// The layouts it has the form of, though there is no such day or time.
    pub impossible: Vec<Layout>,
}

/// Longer texts are no dates. What JavaScript prints has the zone's whole name at its end.
const LONGEST: usize = 80;

pub(super) fn scan(text: &str) -> Found {
    let hidden = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}');
    let text = text.trim_matches(hidden);
    let mut found = Found::default();
    if text.is_empty() || text.len() > LONGEST || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return found;
    }
    if text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        digits(text, &mut found);
    }
    for next in [compact, numbers, names] {
        if found.moments.is_empty() && found.impossible.is_empty() {
            next(text, &mut found);
        }
    }
    found
}

impl Found {
    /// Adds a day, if it and the time after it exist.
    pub fn add(&mut self, layout: Layout, date: Option<civil::Date>, after: After) {
        match (date, after) {
            (Some(date), After::Moment(time, zone)) => {
                self.moments.push((layout, Moment { date, time, zone }));
            }
            (_, After::Something) => {}
            (None, _) | (_, After::NoSuchTime) => self.impossible.push(layout),
        }
    }
}

/// What stands after a day.
#[derive(Clone, Debug)]
pub(super) enum After {
    Moment(Option<Time>, Zone),
    /// A time of day that there is not.
    NoSuchTime,
    /// Something else: then it is no date.
    Something,
}

pub(super) fn date(year: i64, month: i64, day: i64) -> Option<civil::Date> {
    civil::Date::new(
        year.try_into().ok()?,
        month.try_into().ok()?,
        day.try_into().ok()?,
    )
    .ok()
}

/// The number of a text of digits; -1, which no part of a date is, of any other.
pub(super) fn number(text: &str) -> i64 {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number).unwrap_or(-1)
}

/// A text of digits, perhaps with a fraction.
fn digits(text: &str, found: &mut Found) {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() && !fraction.contains('.') => {
            (whole, fraction)
        }
        Some(_) => return,
        None => (text, ""),
    };
    match (whole.len(), fraction) {
        (10, _) => epoch(Layout::EpochSeconds, number(whole), fraction, found),
        (13, "") => {
            let (seconds, millis) = whole.split_at(10);
            epoch(Layout::EpochMillis, number(seconds), millis, found);
        }
        (5, _) => excel(number(whole), fraction, found),
        _ => {}
    }
}

fn epoch(layout: Layout, seconds: i64, fraction: &str, found: &mut Found) {
    let Ok(moment) = Timestamp::from_second(seconds) else {
        return;
    };
    let civil = moment.to_zoned(TimeZone::UTC).datetime();
    let time = Time {
        hour: civil.hour(),
        minute: civil.minute(),
        second: civil.second(),
        fraction: fraction.to_owned(),
    };
    found.add(
        layout,
        Some(civil.date()),
        After::Moment(Some(time), Zone::Utc),
    );
}

/// Days from the day that Excel calls 1, which is 1900-01-01; it also counts the 29 February that 1900 had not.
fn excel(days: i64, fraction: &str, found: &mut Found) {
    if !(20_000..=80_000).contains(&days) {
        return;
    }
    let first = civil::date(1899, 12, 30);
    let date = first.checked_add(Span::new().days(days)).ok();
    let time = (!fraction.is_empty()).then(|| {
        let part: f64 = format!("0.{fraction}").parse().unwrap_or_default();
        // Excel rounds to seconds; the last second of a day stays in it.
        let seconds = ((part * 86_400.0).round() as i64).min(86_399);
        let part = |by: i64, of: i64| i8::try_from(seconds / by % of).unwrap_or_default();
        Time {
            hour: part(3_600, 24),
            minute: part(60, 60),
            second: part(1, 60),
            fraction: String::new(),
        }
    });
    found.add(Layout::Excel, date, After::Moment(time, Zone::None));
}

/// `20251231`, `20251231T101520`, `20251231101520`, `2026W013`.
fn compact(text: &str, found: &mut Found) {
    let bytes = text.as_bytes();
    let digits = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if digits == 4
        && let Some(week) = text[4..].strip_prefix(['W', 'w'])
        && week.len() == 3
        && week.bytes().all(|byte| byte.is_ascii_digit())
    {
        let day = week_day(number(&text[..4]), number(&week[..2]), number(&week[2..]));
        found.add(Layout::Week, day, After::Moment(None, Zone::None));
        return;
    }
    let time = match digits {
        8 => text[8..]
            .strip_prefix(['T', 't', ' '])
            .unwrap_or(&text[8..]),
        14 => &text[8..],
        _ => return,
    };
    let year = number(&text[..4]);
    if !(1_800..=2_200).contains(&year) {
        return;
    }
    let day = date(year, number(&text[4..6]), number(&text[6..8]));
    let after = if time.is_empty() {
        After::Moment(None, Zone::None)
    } else if time.len() >= 4 && time.bytes().take(4).all(|byte| byte.is_ascii_digit()) {
        let seconds = time
            .get(4..6)
            .filter(|two| two.bytes().all(|b| b.is_ascii_digit()));
        let colons = format!("{}:{}", &time[..2], &time[2..4]);
        let (colons, rest) = match seconds {
            Some(seconds) => (format!("{colons}:{seconds}"), &time[6..]),
            None => (colons, &time[4..]),
        };
        self::after(&format!(" {colons}{rest}"))
    } else {
        self::after(&format!(" {time}"))
    };
    found.add(Layout::Compact, day, after);
}

/// Three numbers with the same sign between them, or a year with a week or the number of a day.
fn numbers(text: &str, found: &mut Found) {
    let bytes = text.as_bytes();
    let run = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let first = run(0);
    let Some(sign) = bytes.get(first).filter(|sign| b"-/.".contains(sign)) else {
        return;
    };
    if *sign == b'-' && first == 4 && week_or_ordinal(text, found) {
        return;
    }
    let second = run(first + 1);
    if bytes.get(second) != Some(sign) {
        return;
    }
    let third = run(second + 1);
    let parts = [
        &text[..first],
        &text[first + 1..second],
        &text[second + 1..third],
    ];
    let after = after(&text[third..]);
    if matches!(after, After::Something) {
        return;
    }
    let values = parts.map(number);
    match parts.map(str::len) {
        [4, 1..=2, 1..=2] => {
            let is_iso = *sign == b'-' && second - first == 3 && third - second == 3;
            let layout = if is_iso {
                Layout::Iso
            } else {
                Layout::YearFirst
            };
            found.add(layout, date(values[0], values[1], values[2]), after);
        }
        [1..=2, 1..=2, 2] => two_ways(values, (true, *sign), &after, found),
        [1..=2, 1..=2, 4] => two_ways(values, (false, *sign), &after, found),
        _ => {}
    }
}

/// Day, month and year, or month, day and year.
fn two_ways(values: [i64; 3], (is_short, sign): (bool, u8), after: &After, found: &mut Found) {
    let [first, second, year] = values;
    let year = if is_short { short_year(year) } else { year };
    let (day, month) = match (is_short, sign) {
        (true, _) => (Layout::DayShortYear, Layout::MonthShortYear),
        (_, b'/') => (Layout::DaySlash, Layout::MonthSlash),
        (_, b'.') => (Layout::DayDot, Layout::MonthDot),
        _ => (Layout::DayDash, Layout::MonthDash),
    };
    let readings = [
        (day, date(year, second, first)),
        (month, date(year, first, second)),
    ];
    // That one of the two is no day decides for the other.
    let none = readings.iter().all(|(_, date)| date.is_none());
    for (layout, date) in readings {
        if date.is_some() || none {
            found.add(layout, date, after.clone());
        }
    }
}

/// Years of two digits lie in 1969 to 2068, as POSIX has it.
pub(super) fn short_year(year: i64) -> i64 {
    if year >= 69 { 1900 + year } else { 2000 + year }
}

fn week_or_ordinal(text: &str, found: &mut Found) -> bool {
    let year = number(&text[..4]);
    let rest = &text[5..];
    if let Some(week) = rest.strip_prefix(['W', 'w'])
        && let Some((week, day)) = week.split_once('-')
        && week.len() == 2
        && day.len() == 1
    {
        let day = week_day(year, number(week), number(day));
        found.add(Layout::Week, day, After::Moment(None, Zone::None));
        return true;
    }
    if rest.len() == 3 && rest.bytes().all(|byte| byte.is_ascii_digit()) {
        let first = date(year, 1, 1);
        let days = number(rest) - 1;
        let day = first.filter(|_| days >= 0).and_then(|first| {
            let day = first.checked_add(Span::new().days(days)).ok()?;
            (day.year() == first.year()).then_some(day)
        });
        found.add(Layout::Ordinal, day, After::Moment(None, Zone::None));
        return true;
    }
    false
}

fn week_day(year: i64, week: i64, day: i64) -> Option<civil::Date> {
    let weekday = civil::Weekday::from_monday_one_offset(day.try_into().ok()?).ok()?;
    let week = civil::ISOWeekDate::new(year.try_into().ok()?, week.try_into().ok()?, weekday);
    Some(week.ok()?.date())
}

/// Reads what stands after a day: nothing, or a time and perhaps a zone.
pub(super) fn after(text: &str) -> After {
    if text.is_empty() {
        return After::Moment(None, Zone::None);
    }
    let Some(rest) = text.strip_prefix(['T', 't', ' ', ',', '\u{a0}']) else {
        return After::Something;
    };
    let rest = rest.trim_start();
    let rest = rest.strip_prefix("at ").unwrap_or(rest);
    let end = rest
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.' | ','))
        .unwrap_or(rest.len());
    let (clock, rest) = rest.split_at(end);
    let Some(mut time) = clock_of(clock) else {
        return After::Something;
    };
    let mut rest = rest.trim_start();
    for (mark, half) in [
        ("a.m.", 0),
        ("p.m.", 12),
        ("am", 0),
        ("pm", 12),
        ("uhr", -1),
    ] {
        if let Some((word, more)) = rest.split_at_checked(mark.len())
            && word.eq_ignore_ascii_case(mark)
            // `America/New_York` begins like `am`.
            && !more.starts_with(char::is_alphabetic)
        {
            rest = more.trim_start();
            if half >= 0 {
                if !(1..=12).contains(&time.hour) {
                    return After::NoSuchTime;
                }
                time.hour = time.hour % 12 + half;
            }
            break;
        }
    }
    let Some(zone) = Zone::read(rest) else {
        return After::Something;
    };
    if civil::Time::new(time.hour, time.minute, time.second, 0).is_err() {
        return After::NoSuchTime;
    }
    After::Moment(Some(time), zone)
}

/// `10:15`, `10:15:20`, `10:15:20.120`.
fn clock_of(text: &str) -> Option<Time> {
    let (clock, fraction) = match text.split_once(['.', ',']) {
        Some((clock, fraction)) => (clock, fraction),
        None => (text, ""),
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let is_number = |text: &&str| !text.is_empty() && text.len() <= 2;
    let few = matches!(parts.len(), 2 | 3) && parts.iter().all(is_number);
    if !few || (!fraction.is_empty() && parts.len() < 3) || fraction.contains(['.', ',', ':']) {
        return None;
    }
    let part = |n: usize| parts.get(n).map_or(Some(0), |text| text.parse().ok());
    Some(Time {
        hour: part(0)?,
        minute: part(1)?,
        second: part(2)?,
        fraction: fraction.to_owned(),
    })
}
