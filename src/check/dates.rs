//! Calendar dates in rules: `date(x)` is the date a text begins with, as written, in whatever time zone that was.

use std::{any::Any, cmp::Ordering};

use cel::{
    DeclarationError, Env, ExecutionError,
    common::{
        traits::{Adder, Comparer, Subtractor},
        types::{
            CelDuration, CelInt, CelString, CelTimestamp, Kind, STRING_TYPE, TIMESTAMP_TYPE, Type,
        },
        value::{CowVal, StaticVal, Val},
    },
};
use chrono::{Datelike, TimeDelta};
use jiff::{Span, civil};

/// Makes dates known to rules.
///
/// # Errors
/// When one of the functions is there already.
pub(super) fn extension(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_type(TYPE)?;
    env.add_overload("date", "date_string", vec![STRING_TYPE], date)?;
    env.add_overload("date", "date_timestamp", vec![TIMESTAMP_TYPE], date)?;
    env.add_overload("date", "date_date", vec![TYPE], date)?;
    env.add_overload("string", "date_to_string", vec![TYPE], |args| {
        let date = this(&args)?;
        Ok(CowVal::owned(CelString::from(date.to_string())))
    })?;
    // The names, and from where they count, are CEL's for timestamps.
    env.add_member_overload("getFullYear", "date_year", TYPE, vec![], |args| {
        part(&args, |date| i64::from(date.year()))
    })?;
    env.add_member_overload("getMonth", "date_month", TYPE, vec![], |args| {
        part(&args, |date| i64::from(date.month()) - 1)
    })?;
    env.add_member_overload("getDate", "date_day", TYPE, vec![], |args| {
        part(&args, |date| i64::from(date.day()))
    })?;
    env.add_member_overload("getDayOfMonth", "date_day_0", TYPE, vec![], |args| {
        part(&args, |date| i64::from(date.day()) - 1)
    })?;
    env.add_member_overload("getDayOfWeek", "date_weekday", TYPE, vec![], |args| {
        part(&args, |date| {
            i64::from(date.weekday().to_sunday_zero_offset())
        })
    })?;
    env.add_member_overload("getDayOfYear", "date_day_of_year", TYPE, vec![], |args| {
        part(&args, |date| i64::from(date.day_of_year()) - 1)
    })
}

const TYPE: Type = Type::simple_type(Kind::Opaque, "date");

/// The calendar date a text begins with, as written: `2024-03-09` of `2024-03-09T23:30:00+02:00`.
pub(super) fn calendar_date(text: &str) -> Option<civil::Date> {
    let bytes = text.get(..10)?.as_bytes();
    let number = |range: std::ops::Range<usize>| {
        bytes[range].iter().try_fold(0i16, |sum, byte| {
            byte.is_ascii_digit()
                .then(|| sum * 10 + i16::from(byte - b'0'))
        })
    };
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    civil::Date::new(year, month as i8, day as i8).ok()
}

/// A calendar date in a rule. It compares with other dates only; dates have a duration between them, and a duration moves a
/// date to the date on which it ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Date(civil::Date);

impl Date {
    /// The date on which a duration from this date's midnight ends.
    fn moved<'v>(self, by: TimeDelta) -> Result<CowVal<'static, 'v>, ExecutionError> {
        let days = by.num_seconds().div_euclid(24 * 60 * 60);
        let moved = Span::new().try_days(days);
        moved
            .and_then(|days| self.0.checked_add(days))
            .ok()
            .map(|date| CowVal::owned(Self(date)))
            .ok_or_else(|| no_date("the date lies outside the calendar"))
    }
}

impl Val for Date {
    fn get_type(&self) -> &Type {
        Self::cel_type()
    }

    fn cel_type() -> &'static Type {
        static DATE: Type = TYPE;
        &DATE
    }

    fn as_adder<'b, 'v>(&'b self) -> Option<&'b (dyn Adder + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_comparer(&self) -> Option<&dyn Comparer> {
        Some(self)
    }

    fn as_subtractor<'b, 'v>(&'b self) -> Option<&'b (dyn Subtractor + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        other
            .downcast_ref::<Self>()
            .is_some_and(|other| self.0 == other.0)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(*self)
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Date {}

impl Comparer for Date {
    fn compare(&self, other: &dyn Val) -> Result<Ordering, ExecutionError> {
        match other.downcast_ref::<Self>() {
            Some(other) => Ok(self.0.cmp(&other.0)),
            None => Err(kinds("_<_", other)),
        }
    }
}

impl Adder for Date {
    fn add<'b, 'v>(&'b self, other: &(dyn Val + 'v)) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        match other.downcast_ref::<CelDuration>() {
            Some(by) => self.moved(*by.inner()),
            None => Err(kinds("_+_", other)),
        }
    }
}

impl Subtractor for Date {
    fn sub<'b, 'v>(&'b self, other: &(dyn Val + 'v)) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        if let Some(by) = other.downcast_ref::<CelDuration>() {
            return self.moved(-*by.inner());
        }
        let Some(other) = other.downcast_ref::<Self>() else {
            return Err(kinds("_-_", other));
        };
        let hours = (self.0 - other.0).get_days() * 24;
        Ok(CowVal::owned(CelDuration::from(TimeDelta::hours(
            i64::from(hours),
        ))))
    }
}

fn kinds(operator: &str, other: &dyn Val) -> ExecutionError {
    let other = other.get_type().name().to_owned();
    ExecutionError::no_such_overload(operator, vec!["date".to_owned(), other])
}

#[expect(clippy::needless_pass_by_value, reason = "the shape CEL calls")]
fn date<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let value = args
        .first()
        .ok_or_else(ExecutionError::missing_argument_or_target)?;
    let date = if let Some(text) = value.downcast_ref::<CelString>() {
        calendar_date(text.inner())
    } else if let Some(moment) = value.downcast_ref::<CelTimestamp>() {
        let moment = moment.inner();
        civil::Date::new(
            moment.year() as i16,
            moment.month() as i8,
            moment.day() as i8,
        )
        .ok()
    } else {
        value.downcast_ref::<Date>().map(|date| date.0)
    };
    let date = date.ok_or_else(|| no_date("no date"))?;
    Ok(CowVal::owned(Date(date)))
}

fn this(args: &[CowVal<'_, '_>]) -> Result<civil::Date, ExecutionError> {
    let date = args.first().and_then(|arg| arg.downcast_ref::<Date>());
    date.map(|date| date.0)
        .ok_or_else(ExecutionError::missing_argument_or_target)
}

fn part<'b, 'v>(
    args: &[CowVal<'b, 'v>],
    part: impl FnOnce(civil::Date) -> i64,
) -> Result<CowVal<'b, 'v>, ExecutionError> {
    Ok(CowVal::owned(CelInt::from(part(this(args)?))))
}

fn no_date(why: &str) -> ExecutionError {
    ExecutionError::function_error("date", why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_taken_as_written() {
        let date = |text| calendar_date(text).map(|date| date.to_string());
        assert_eq!(date("2024-03-09").as_deref(), Some("2024-03-09"));
        assert_eq!(
            date("2024-03-09T23:30:00+02:00").as_deref(),
            Some("2024-03-09")
        );
        for bad in [
            "2024-02-30",
            "09.03.2024",
            "2024-3-9",
            "",
            "2024-03-0ü",
            "+024-03-09",
        ] {
            assert_eq!(date(bad), None, "{bad}");
        }
    }
}
