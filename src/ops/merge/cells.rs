//! What a cell that comes back says about the value that was handed out. Pure.

use crate::{
    fix::dates::{self, Moment, Order, Reading},
    ops::sheet::{neutral, shown},
    read::sheet::Cell,
};

/// What became of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Same,
    /// A spreadsheet made a number, a day or yes/no of it that may mean the same.
    Alike,
    Edited(String),
}

/// Numbers of a spreadsheet have so many digits; what is larger has lost some.
const EXACT: f64 = 1e15;

/// Compares a cell with the value that was handed out in it.
///
/// # Errors
/// Half a sentence: why the cell cannot be taken back.
pub(super) fn told(handed_out: &str, cell: &Cell, is_csv: bool) -> Result<Told, String> {
    let shown = if is_csv { None } else { shown(handed_out) };
    if let Some(shown) = shown {
        let is_same = matches!(cell, Cell::Text(text) if *text == shown);
        return if is_same {
            Ok(Told::Same)
        } else {
            Err("holds what a sheet cannot show as it is, so it is only changed here".to_owned())
        };
    }
    let is = |same: bool| if same { Told::Same } else { Told::Alike };
    Ok(match cell {
        Cell::Empty => emptied(handed_out, is_csv),
        Cell::Text(text) if text.is_empty() => emptied(handed_out, is_csv),
        Cell::Text(text) if text == handed_out => Told::Same,
        // So it was shown, locked, by the versions before this one; by this one it may have been typed.
        Cell::Text(text) if *text == handed_out.replace("_x", "_ x") => Told::Alike,
        Cell::Text(text) if is_csv => of_csv(handed_out, text),
        Cell::Text(text) => Told::Edited(text.clone()),
        Cell::Number(number) if handed_out.trim().parse() == Ok(*number) => {
            is(handed_out == number.to_string())
        }
        Cell::Number(number) if is_day(handed_out, *number) => Told::Alike,
        Cell::Number(number) if number.abs() >= EXACT => {
            return Err(format!(
                "is a number of more than 15 digits now ({number:e}), which a spreadsheet does not keep; type it as text, with ' before it"
            ));
        }
        Cell::Number(number) => Told::Edited(number.to_string()),
        Cell::Boolean(value) if handed_out.trim().eq_ignore_ascii_case(&value.to_string()) => {
            is(handed_out == value.to_string())
        }
        Cell::Boolean(value) => Told::Edited(value.to_string()),
        Cell::Moment(moment) if moment == handed_out => Told::Same,
        Cell::Moment(moment) if may_mean(handed_out, moment) => Told::Alike,
        Cell::Moment(moment) => Told::Edited(moment.clone()),
        Cell::Formula => return Err("holds a formula; put its value there".to_owned()),
        Cell::Error(error) => return Err(format!("holds the spreadsheet's error {error}")),
    })
}

/// What a blank cell says.
fn emptied(handed_out: &str, is_csv: bool) -> Told {
    if handed_out.is_empty() {
        Told::Same
    } else if !is_csv && handed_out.trim().is_empty() {
        // Nobody sees spaces, and some spreadsheets lose them.
        Told::Alike
    } else {
        Told::Edited(String::new())
    }
}

/// Text of CSV may have got an apostrophe when it was handed out.
fn of_csv(handed_out: &str, text: &str) -> Told {
    let bare = text.strip_prefix('\'').filter(|bare| neutral(bare) == text);
    match bare {
        Some(bare) if bare == handed_out => Told::Same,
        Some(bare) => Told::Edited(bare.to_owned()),
        None => Told::Edited(text.to_owned()),
    }
}

/// Everything a text may mean as a date.
fn readings(text: &str) -> Vec<Moment> {
    match dates::read(text.trim(), &[]) {
        Reading::TwoWays { day, month } => vec![day, month],
        other => other.decided(Some(Order::Day)).into_iter().collect(),
    }
}

/// Whether two texts may be the same day, and the same time where both say one.
fn may_mean(handed_out: &str, moment: &str) -> bool {
    let times =
        |one: &Moment| (one.time.as_ref()).map(|time| (time.hour, time.minute, time.second));
    let now = readings(moment);
    readings(handed_out).iter().any(|then| {
        now.iter().any(|now| {
            let midnight = times(then).is_none_or(|time| time == (0, 0, 0));
            then.date == now.date
                && (times(then) == times(now) || (times(now).is_none() && midnight))
        })
    })
}

/// Whether a number is what a text is as a day in a spreadsheet's count, where 43831 is 2020-01-01.
fn is_day(handed_out: &str, number: f64) -> bool {
    let first = jiff::civil::date(1899, 12, 30);
    let is_it = |moment: &Moment| (moment.date - first).get_days() == number.trunc() as i32;
    readings(handed_out).iter().any(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_compared_with_what_was_handed_out_whatever_a_spreadsheet_made_of_it() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let day = |text: &str| Cell::Moment(text.to_owned());
        let number = Cell::Number;
        for (handed_out, cell, expected) in [
            ("", Cell::Empty, Ok(Told::Same)),
            ("  ", Cell::Empty, Ok(Told::Alike)),
            ("  ", text(""), Ok(Told::Alike)),
            ("x", Cell::Empty, Ok(Told::Edited(String::new()))),
            ("=1+1", text("=1+1"), Ok(Told::Same)),
            ("'=1", text("'=1"), Ok(Told::Same)),
            ("shirt_xl", text("shirt_xl"), Ok(Told::Same)),
            ("shirt_xl", text("shirt_ xl"), Ok(Told::Alike)),
            ("shirt_xl", text("xl"), Ok(Told::Edited("xl".to_owned()))),
            ("a", text("b"), Ok(Told::Edited("b".to_owned()))),
            ("42", number(42.0), Ok(Told::Same)),
            ("007", number(7.0), Ok(Told::Alike)),
            ("1.10", number(1.1), Ok(Told::Alike)),
            (
                "1234567890123456789",
                number(1_234_567_890_123_456_789.0),
                Ok(Told::Alike),
            ),
            ("7", number(8.0), Ok(Told::Edited("8".to_owned()))),
            ("12,5", number(12.5), Ok(Told::Edited("12.5".to_owned()))),
            ("31/12/2025", number(46022.0), Ok(Told::Alike)),
            ("2025-12-31", day("2025-12-31"), Ok(Told::Same)),
            ("31/12/2025", day("2025-12-31"), Ok(Told::Alike)),
            ("01/02/2025", day("2025-02-01"), Ok(Told::Alike)),
            ("01/02/2025", day("2025-01-02"), Ok(Told::Alike)),
            (
                "01/02/2025",
                day("2025-03-03"),
                Ok(Told::Edited("2025-03-03".to_owned())),
            ),
            (
                "2025-12-31T10:00:00Z",
                day("2025-12-31"),
                Ok(Told::Edited("2025-12-31".to_owned())),
            ),
            ("TRUE", Cell::Boolean(true), Ok(Told::Alike)),
            (
                "no",
                Cell::Boolean(false),
                Ok(Told::Edited("false".to_owned())),
            ),
        ] {
            assert_eq!(
                told(handed_out, &cell, false),
                expected,
                "{handed_out} {cell:?}"
            );
        }
        for (handed_out, cell) in [
            ("x", Cell::Formula),
            ("x", Cell::Error("#N/A".to_owned())),
            ("x", number(1e18)),
            ("a\rb", text("c")),
            ("a\rb", Cell::Empty),
        ] {
            assert!(
                told(handed_out, &cell, false).is_err(),
                "{handed_out} {cell:?}"
            );
        }
    }

    #[test]
    fn an_apostrophe_that_was_put_there_for_safety_is_no_edit() {
        let check = |handed_out: &str, text: &str, expected: Told| {
            let cell = Cell::Text(text.to_owned());
            assert_eq!(told(handed_out, &cell, true), Ok(expected), "{text}");
        };
        check("=1", "'=1", Told::Same);
        check("=1", "=1", Told::Same);
        check("=1", "'+49", Told::Edited("+49".to_owned()));
        check("x", "'y", Told::Edited("'y".to_owned()));
        check("a\rb", "a\rb", Told::Same);
    }
}
