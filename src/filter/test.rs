//! What a term asks of one value.

use std::cmp::Ordering;

/// A question to one value; lists mean any of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// `:` is one of these.
    AnyOf(Vec<Item>),
    /// `=` is one of these to the letter.
    Exactly(Vec<String>),
    /// `~` contains one of these, case ignored.
    Contains(Vec<String>),
    /// `~/re/` has a part that a regular expression describes.
    Matches(String),
    /// `>` `>=` `<` `<=`: lies on this side of a number, a date or a time.
    Compares(Order, String),
}

/// One of the values after `:`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// This text, case ignored, `*` for anything.
    Like(String),
    /// There is no value: the field is not there, or is a CSV cell that holds nothing.
    Missing,
    /// The value holds nothing: empty text, null, an empty list or object.
    Empty,
    /// Between two numbers, dates or times, inclusive.
    Range(String, String),
    /// In the last so many minutes.
    Ago(u32),
}

/// On which side of a bound a value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Above,
    From,
    Below,
    UpTo,
}

impl Order {
    /// All, as typed; the longer signs first.
    pub const ALL: [(&'static str, Self); 4] = [
        (">=", Self::From),
        ("<=", Self::UpTo),
        (">", Self::Above),
        ("<", Self::Below),
    ];

    /// The sign that is typed.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Above => ">",
            Self::From => ">=",
            Self::Below => "<",
            Self::UpTo => "<=",
        }
    }

    pub(super) fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Above => ordering.is_gt(),
            Self::From => ordering.is_ge(),
            Self::Below => ordering.is_lt(),
            Self::UpTo => ordering.is_le(),
        }
    }
}

/// What values are compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Number(String),
    /// A date, or a date and a time, from the largest part down: `2025`-`03`-`01`.
    Moment(String),
    /// A time of day.
    Time(String),
}

impl Bound {
    /// `None` where the text is no number, date or time.
    pub fn parse(text: &str) -> Option<Self> {
        if is_number(text) {
            return Some(Self::Number(text.to_owned()));
        }
        if has_form(text, "99:99:99") && text.len() >= 5 {
            return Some(Self::Time(text.to_owned()));
        }
        let moment = text.replacen(' ', "T", 1);
        let is_moment = moment.len() >= 7 && has_form(&moment, "9999-99-99T99:99:99");
        is_moment.then_some(Self::Moment(moment))
    }

    /// How a value lies to it: a moment as exactly as the bound is written, without a look at time zones. `None` where the
    /// value is nothing of its kind.
    pub fn compare(&self, value: &str) -> Option<Ordering> {
        let value = value.trim();
        match self {
            Self::Number(bound) => is_number(value).then(|| compare_numbers(value, bound)),
            Self::Moment(bound) => {
                let value = value.replacen(' ', "T", 1);
                let value = value.get(..bound.len().min(value.len()))?;
                has_form(value, "9999-99-99T99:99:99").then(|| value.cmp(bound.as_str()))
            }
            Self::Time(bound) => {
                let time = value.split_once(['T', ' ']).map_or(value, |(_, time)| time);
                let time = time.get(..bound.len())?;
                has_form(time, "99:99:99").then(|| time.cmp(bound.as_str()))
            }
        }
    }
}

/// Whether a text is the beginning of a form, in which `9` stands for a digit, or goes on behind it with parts of a second.
fn has_form(text: &str, form: &str) -> bool {
    let (start, rest) = text.split_at_checked(form.len()).unwrap_or((text, ""));
    let fits = |(at, wanted): (u8, u8)| match wanted {
        b'9' => at.is_ascii_digit(),
        _ => at == wanted,
    };
    !start.is_empty()
        && start.bytes().zip(form.bytes()).all(fits)
        && (rest.is_empty() || rest.starts_with('.'))
}

/// Plain decimals only: no exponents, no signs for thousands.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, part]
        .iter()
        .all(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Digit by digit, because identifiers are longer than a floating-point number is exact.
fn compare_numbers(one: &str, other: &str) -> Ordering {
    let (one, other) = (Decimal::of(one), Decimal::of(other));
    match (one.negative, other.negative) {
        (false, false) => one.size(&other),
        (true, true) => other.size(&one),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    }
}

struct Decimal<'t> {
    negative: bool,
    whole: &'t str,
    part: &'t str,
}

impl<'t> Decimal<'t> {
    fn of(text: &'t str) -> Self {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
        Self {
            negative: digits.len() < text.len() && !(whole.is_empty() && part.is_empty()),
            whole,
            part,
        }
    }

    fn size(&self, other: &Self) -> Ordering {
        let longer = self.whole.len().cmp(&other.whole.len());
        longer
            .then_with(|| self.whole.cmp(other.whole))
            .then_with(|| self.part.cmp(other.part))
    }
}

#[cfg(test)]
mod tests {
    use Ordering::{Equal, Greater, Less};

    use super::*;

    #[test]
    fn numbers_dates_and_times_are_compared_as_what_they_are() {
        let check = |value: &str, bound: &str, expected: Option<Ordering>| {
            let bound = Bound::parse(bound).unwrap();
            assert_eq!(bound.compare(value), expected, "{value} with {bound:?}");
        };
        check("9", "10", Some(Less));
        check("007", "7", Some(Equal));
        check("-7.50", "-7.5", Some(Equal));
        check("-8", "-7", Some(Less));
        check("-0", "0", Some(Equal));
        check("0.09", "0.1", Some(Less));
        check(
            "123456789012345678901234567890",
            "123456789012345678901234567891",
            Some(Less),
        );
        check("ten", "10", None);
        check("1e3", "10", None);
        check("2025-03-01T10:00:00Z", "2025-03-01", Some(Equal));
        check("2025-03-02", "2025-03-01", Some(Greater));
        check("2025-03-02 08:00", "2025-03-02T09:00", Some(Less));
        check("31/12/2025", "2025-03-01", None);
        check("2026-01-01T02:13:59.5Z", "02:14", Some(Less));
        check("02:14", "02:14", Some(Equal));
        check("é", "02:14", None);
        assert_eq!(Bound::parse("soon"), None);
        assert_eq!(Bound::parse("2025-1"), None);
        assert_eq!(Bound::parse(""), None);
    }
}
