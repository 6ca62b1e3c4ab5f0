//! Decimal numbers of any length, which compare digit by digit.

use std::cmp::Ordering;

/// A decimal number with all its digits: `0.digits` times ten to the `exponent`. No digits is zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    pub is_negative: bool,
    /// Without zeros at either end.
    pub digits: String,
    pub exponent: i64,
}

impl Decimal {
    /// Of a number in JSON's grammar, which is also how Rust writes doubles.
    pub fn of(text: &str) -> Self {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{rest}");
        let trimmed = all.trim_start_matches('0');
        let zeros = (all.len() - trimmed.len()) as i64;
        let digits = trimmed.trim_end_matches('0');
        if digits.is_empty() {
            return Self {
                is_negative: false,
                digits: String::new(),
                exponent: 0,
            };
        }
        // An exponent beyond 64 bits is as good as endless.
        let endless = if exponent.starts_with('-') {
            i64::MIN / 2
        } else {
            i64::MAX / 2
        };
        let exponent: i64 = exponent.parse().unwrap_or(endless);
        let exponent = exponent.clamp(i64::MIN / 2, i64::MAX / 2);
        Self {
            is_negative,
            exponent: exponent.saturating_add(whole.len() as i64 - zeros),
            digits: digits.to_owned(),
        }
    }

    pub fn is_whole(&self) -> bool {
        self.exponent >= self.digits.len() as i64 || self.digits.is_empty()
    }

    /// As a whole number of 64 bits.
    pub fn whole(&self) -> Option<i64> {
        if self.digits.is_empty() {
            return Some(0);
        }
        if !self.is_whole() || self.exponent > 19 {
            return None;
        }
        let width = self.exponent as usize;
        let sign = if self.is_negative { "-" } else { "" };
        format!("{sign}{:0<width$}", self.digits).parse().ok()
    }

    pub fn as_double(&self) -> f64 {
        let sign = if self.is_negative { "-" } else { "" };
        let text = format!("{sign}0.{}e{}", self.digits, self.exponent);
        text.parse().unwrap_or(f64::NAN)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |one: &Self| match (one.digits.is_empty(), one.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let size = || {
            let exponents = self.exponent.cmp(&other.exponent);
            exponents.then_with(|| self.digits.cmp(&other.digits))
        };
        sign(self).cmp(&sign(other)).then_with(|| match sign(self) {
            0 => Ordering::Equal,
            1 => size(),
            _ => size().reverse(),
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
