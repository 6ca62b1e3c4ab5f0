//! Format `date-time`, by RFC 3339. The crate's own takes some signs for digits: `2012-10-1,T20:48:34Z`.

use jiff::civil;

/// `2024-03-09T23:30:00.5+02:00`: a date of the calendar, a clock time, and Z or an offset. A second 60 is a leap second,
/// which stands at the end of a UTC day only.
pub(super) fn is_date_time(text: &str) -> bool {
    parts(text).is_some()
}

fn parts(text: &str) -> Option<()> {
    let bytes = text.as_bytes();
    let number = |at: usize, digits: usize| -> Option<i16> {
        let part = bytes.get(at..at + digits)?;
        part.iter().try_fold(0, |number, byte| {
            byte.is_ascii_digit()
                .then(|| number * 10 + i16::from(byte - b'0'))
        })
    };
    let sign = |at: usize, wanted: &[u8]| bytes.get(at).filter(|byte| wanted.contains(byte));
    let pair = |at: usize, most: i16| number(at, 2).filter(|number| *number <= most);
    let (year, month, day) = (number(0, 4)?, pair(5, 12)?, pair(8, 31)?);
    civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    for (at, wanted) in [(4, "-"), (7, "-"), (10, "Tt"), (13, ":"), (16, ":")] {
        sign(at, wanted.as_bytes())?;
    }
    let (hour, minute, second) = (pair(11, 23)?, pair(14, 59)?, pair(17, 60)?);
    let mut at = 19;
    if sign(at, b".").is_some() {
        let digits = bytes[at + 1..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit());
        let digits = digits.count();
        at += 1 + digits;
        (digits > 0).then_some(())?;
    }
    let offset = if sign(at, b"Zz").is_some() {
        at += 1;
        0
    } else {
        let minutes = |sign: i16| Some(sign * (pair(at + 1, 23)? * 60 + pair(at + 4, 59)?));
        let offset = match bytes.get(at)? {
            b'+' => minutes(1)?,
            b'-' => minutes(-1)?,
            _ => return None,
        };
        sign(at + 3, b":")?;
        at += 6;
        offset
    };
    let last_minute = (hour * 60 + minute - offset).rem_euclid(24 * 60) == 24 * 60 - 1;
    (at == bytes.len() && (second < 60 || last_minute)).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_stand_where_digits_belong() {
        for good in [
            "2012-10-15T20:48:34Z",
            "2012-10-15t20:48:34.123456789z",
            "2012-02-29T00:00:00-12:30",
            "1998-12-31T23:59:60Z",
            "1998-12-31T15:59:60.123-08:00",
            "0000-01-01T00:00:00+23:59",
        ] {
            assert!(is_date_time(good), "{good}");
        }
        for bad in [
            "2012-10-1,T20:48:34Z",
            "201+-10-15T20:48:34Z",
            "2012-10-15T20:4.:34Z",
            "2012-10-15T20:48:3.Z",
            "2012-10-15T20:48:34.13+0-:00",
            "2012-10-15 20:48:34Z",
            "2012-10-15T20:48:34",
            "2012-10-15T20:48:34.Z",
            "2012-10-15T20:48Z",
            "2012-10-15T24:00:00Z",
            "2011-02-29T00:00:00Z",
            "2012-00-10T00:00:00Z",
            "2012-10-15T20:48:34+24:00",
            "2012-10-15T20:48:34+02:0",
            "2012-10-15T20:48:34+0200",
            "2012-10-15T20:48:34Z ",
            "1998-12-31T23:58:60Z",
            "1998-12-31T22:59:60Z",
            "２012-10-15T20:48:34Z",
            "",
        ] {
            assert!(!is_date_time(bad), "{bad}");
        }
    }
}
