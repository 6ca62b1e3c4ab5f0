//! Numbers in rules. CEL keeps whole numbers and fractions apart and lets them meet in comparisons only; whoever writes a
//! rule about `10` and `10.0` in one column does not. So in a rule there is one kind of number:
//!
//! - Any numbers compare and are equal by their value, however they are written.
//! - Any numbers add up, and so on. Whole numbers give a whole number, exactly; a result that needs more than 64 bits is
//!   no answer. As soon as one is a fraction (or a field the schema calls `number`), the result is a fraction, in double
//!   precision. `/` never rounds: `7 / 2` is 3.5, `6 / 2` is 3. Division by zero has no answer.
//! - A number with more digits than double precision keeps ([`Exact`]) compares and is equal digit by digit. In arithmetic
//!   it is rounded if it is a fraction, and has no answer if it is whole.

use std::{any::Any, cmp::Ordering};

use cel::{
    ExecutionError, Value as CelValue,
    common::{
        traits::{Comparer, Negator},
        types::{CelDouble, CelInt, CelList, CelMap, CelUInt, Kind, Type},
        value::{CowVal, StaticVal, Val},
    },
};
use serde_json::Number;

use super::{budget, dates::Date, decimal::Decimal};

/// Whole numbers up to here are the same in double precision.
const WHOLE: u64 = 1 << 53;
/// Decimal digits that double precision keeps, whatever they are.
const DIGITS: usize = 15;

/// A number as rules see it. `is_fraction` says that the schema calls it a `number`, so that it is no whole number even
/// when it is written like one.
pub(super) fn number<'v>(number: &Number, is_fraction: bool) -> Box<dyn Val + 'v> {
    if let Some(whole) = number.as_i64() {
        if !is_fraction {
            return Box::new(CelInt::from(whole));
        }
        if whole.unsigned_abs() <= WHOLE {
            return Box::new(CelDouble::from(whole as f64));
        }
    }
    let text = number.as_str();
    // Most numbers: so short that double precision is exact enough to tell them all apart.
    if text.len() <= DIGITS
        && !text.contains(['e', 'E'])
        && let Ok(short) = text.parse::<f64>()
    {
        return if is_fraction || short.fract() != 0.0 {
            Box::new(CelDouble::from(short))
        } else {
            Box::new(CelInt::from(short as i64))
        };
    }
    let exact = Decimal::of(text);
    // `10.0` and `1e1` are whole numbers for JSON Schema, and 10 in another spelling.
    if !is_fraction && let Some(whole) = exact.whole() {
        return Box::new(CelInt::from(whole));
    }
    let is_whole = exact.is_whole();
    if let Some(fraction) = number.as_f64()
        && exact.digits.len() <= DIGITS
        && fraction.is_finite()
        // A number too small for double precision must not become zero.
        && (fraction != 0.0 || exact.digits.is_empty())
    {
        return Box::new(CelDouble::from(fraction));
    }
    Box::new(Exact {
        value: exact,
        is_whole: is_whole && !is_fraction,
    })
}

/// A number that neither 64 bits nor double precision can hold: a long id, most often.
#[derive(Clone, Debug)]
pub(super) struct Exact {
    value: Decimal,
    is_whole: bool,
}

impl Exact {
    /// The type by which functions are chosen.
    pub const TYPE: Type = Type::simple_type(Kind::Opaque, "number");

    pub fn as_double(&self) -> f64 {
        self.value.as_double()
    }

    /// In digits.
    pub fn text(&self) -> String {
        let Decimal {
            is_negative,
            digits,
            exponent,
        } = &self.value;
        let sign = if *is_negative { "-" } else { "" };
        let exponent = usize::try_from(*exponent).ok().filter(|size| *size < 400);
        exponent.filter(|_| self.value.is_whole()).map_or_else(
            || self.as_double().to_string(),
            |width| format!("{sign}{digits:0<width$}"),
        )
    }
}

impl Val for Exact {
    fn get_type(&self) -> &Type {
        Self::cel_type()
    }

    fn cel_type() -> &'static Type {
        static TYPE: Type = Exact::TYPE;
        &TYPE
    }

    fn as_comparer(&self) -> Option<&dyn Comparer> {
        Some(self)
    }

    fn as_negator<'b, 'v>(&'b self) -> Option<&'b (dyn Negator + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        Any64::of(other)
            .is_some_and(|other| Any64::Exact(self).compare(&other) == Some(Ordering::Equal))
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Exact {}

impl Comparer for Exact {
    fn compare(&self, other: &dyn Val) -> Result<Ordering, ExecutionError> {
        let order = Any64::of(other).and_then(|other| Any64::Exact(self).compare(&other));
        order.ok_or_else(|| kinds("_<_", self, other))
    }
}

impl Negator for Exact {
    fn negate<'v>(&self) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let mut other = self.clone();
        other.value.is_negative = !other.value.is_negative;
        Ok(Box::new(other))
    }
}

/// Any of the values that are numbers.
enum Any64<'a> {
    Whole(i64),
    /// Only a rule itself can write such a number: `5u`.
    Unsigned(u64),
    Fraction(f64),
    Exact(&'a Exact),
}

impl<'a> Any64<'a> {
    fn of(value: &'a dyn Val) -> Option<Self> {
        if let Some(one) = value.downcast_ref::<CelInt>() {
            Some(Self::Whole(*one.inner()))
        } else if let Some(one) = value.downcast_ref::<CelDouble>() {
            Some(Self::Fraction(*one.inner()))
        } else if let Some(one) = value.downcast_ref::<Exact>() {
            Some(Self::Exact(one))
        } else {
            let one = value.downcast_ref::<CelUInt>()?;
            Some(match i64::try_from(*one.inner()) {
                Ok(whole) => Self::Whole(whole),
                Err(_) => Self::Unsigned(*one.inner()),
            })
        }
    }

    fn decimal(&self) -> Option<Decimal> {
        match self {
            Self::Whole(one) => Some(Decimal::of(&one.to_string())),
            Self::Unsigned(one) => Some(Decimal::of(&one.to_string())),
            // The shortest digits that are this double: those that a person writes.
            Self::Fraction(one) => one.is_finite().then(|| Decimal::of(&one.to_string())),
            Self::Exact(one) => Some(one.value.clone()),
        }
    }

    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Whole(left), Self::Whole(right)) => Some(left.cmp(right)),
            (Self::Fraction(left), Self::Fraction(right)) => left.partial_cmp(right),
            (Self::Whole(left), Self::Fraction(right)) if left.unsigned_abs() <= WHOLE => {
                (*left as f64).partial_cmp(right)
            }
            (Self::Fraction(left), Self::Whole(right)) if right.unsigned_abs() <= WHOLE => {
                left.partial_cmp(&(*right as f64))
            }
            (Self::Fraction(one), _) if one.is_infinite() => one.partial_cmp(&0.0),
            (_, Self::Fraction(one)) if one.is_infinite() => 0.0.partial_cmp(one),
            _ => Some(self.decimal()?.cmp(&other.decimal()?)),
        }
    }

    fn as_double(&self) -> Result<f64, ExecutionError> {
        match self {
            Self::Whole(one) => Ok(*one as f64),
            Self::Fraction(one) => Ok(*one),
            Self::Exact(one) if !one.is_whole => Ok(one.as_double()),
            Self::Unsigned(_) | Self::Exact(_) => Err(too_large()),
        }
    }
}

/// Compares whole numbers of 64 bits with doubles as the interpreter does.
pub(super) fn compare_mixed(whole: i64, fraction: f64) -> Option<Ordering> {
    Any64::Whole(whole).compare(&Any64::Fraction(fraction))
}

/// An operator of arithmetic.
#[derive(Clone, Copy)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// Calculates with two numbers. Everything else is left to CEL: texts, lists, dates, durations.
///
/// # Errors
/// When there is no such number, or no such operator for the two values.
pub(super) fn calculate<'b, 'v>(
    operator: Operator,
    left: &CowVal<'b, 'v>,
    right: &CowVal<'b, 'v>,
) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let (left, right) = (left.as_ref(), right.as_ref());
    let (Some(one), Some(other)) = (Any64::of(left), Any64::of(right)) else {
        budget::spend(budget::size(left) + budget::size(right))?;
        return otherwise(operator, left, right).map(CowVal::Owned);
    };
    if let (Any64::Whole(one), Any64::Whole(other)) = (&one, &other)
        && let Some(whole) = whole(operator, *one, *other)?
    {
        return Ok(CowVal::owned(CelInt::from(whole)));
    }
    let result = fraction(operator, one.as_double()?, other.as_double()?)?;
    Ok(CowVal::owned(CelDouble::from(result)))
}

/// `None` where the result is no whole number.
fn whole(operator: Operator, left: i64, right: i64) -> Result<Option<i64>, ExecutionError> {
    let result = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::Divide | Operator::Remainder if right == 0 => return Err(by_zero()),
        Operator::Divide => match left.checked_rem(right) {
            Some(0) => left.checked_div(right),
            _ => return Ok(None),
        },
        Operator::Remainder => left.checked_rem(right),
    };
    result.map(Some).ok_or_else(too_large)
}

fn fraction(operator: Operator, left: f64, right: f64) -> Result<f64, ExecutionError> {
    let result = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide | Operator::Remainder if right == 0.0 => return Err(by_zero()),
        Operator::Divide => left / right,
        Operator::Remainder => left % right,
    };
    result.is_finite().then_some(result).ok_or_else(too_large)
}

fn otherwise<'v>(
    operator: Operator,
    left: &(dyn Val + 'v),
    right: &(dyn Val + 'v),
) -> Result<Box<dyn Val + 'v>, ExecutionError> {
    let (word, result) = match operator {
        Operator::Add => ("_+_", left.as_adder().map(|one| one.add(right))),
        Operator::Subtract => ("_-_", left.as_subtractor().map(|one| one.sub(right))),
        Operator::Multiply => ("_*_", None),
        Operator::Divide => ("_/_", None),
        Operator::Remainder => ("_%_", None),
    };
    let result = result.ok_or_else(|| kinds(word, left, right))?;
    result.map(CowVal::into_owned)
}

/// The number with the other sign.
///
/// # Errors
/// When the value is no number, or the result too large.
pub(super) fn negate<'v>(value: &(dyn Val + 'v)) -> Result<Box<dyn Val + 'v>, ExecutionError> {
    let negator = value.as_negator();
    negator.ok_or_else(|| kinds("-_", value, value))?.negate()
}

/// How two values are ordered.
///
/// # Errors
/// When they are of kinds that have no order.
pub(super) fn order(left: &dyn Val, right: &dyn Val) -> Result<Ordering, ExecutionError> {
    if let (Some(one), Some(other)) = (Any64::of(left), Any64::of(right)) {
        return one.compare(&other).ok_or_else(|| kinds("_<_", left, right));
    }
    budget::spend(budget::size(left))?;
    let comparer = left
        .as_comparer()
        .ok_or_else(|| kinds("_<_", left, right))?;
    comparer
        .compare(right)
        .map_err(|_| kinds("_<_", left, right))
}

/// Whether two values are equal. Values of different kinds are not; but a date and a text that looks like one are a mistake
/// of the rule, and no answer.
///
/// # Errors
/// For a date and something that is none.
pub(super) fn equal(left: &dyn Val, right: &dyn Val) -> Result<bool, ExecutionError> {
    if let (Some(one), Some(other)) = (Any64::of(left), Any64::of(right)) {
        return Ok(one.compare(&other) == Some(Ordering::Equal));
    }
    if let (Some(one), Some(other)) = (
        left.downcast_ref::<CelList>(),
        right.downcast_ref::<CelList>(),
    ) {
        let (one, other) = (one.inner(), other.inner());
        if one.len() != other.len() {
            return Ok(false);
        }
        for (one, other) in one.iter().zip(other) {
            budget::spend(1)?;
            if !equal(&**one, &**other)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    if let (Some(one), Some(other)) = (
        left.downcast_ref::<CelMap>(),
        right.downcast_ref::<CelMap>(),
    ) {
        let (one, other) = (one.inner(), other.inner());
        if one.len() != other.len() {
            return Ok(false);
        }
        for (key, value) in one {
            budget::spend(1)?;
            match other.get(key) {
                Some(other) if equal(&**value, &**other)? => {}
                _ => return Ok(false),
            }
        }
        return Ok(true);
    }
    let is_date = |value: &dyn Val| value.downcast_ref::<Date>().is_some();
    let is_null = |value: &dyn Val| value.get_type().kind() == Kind::NullType;
    if is_date(left) != is_date(right) && !is_null(left) && !is_null(right) {
        return Err(kinds("_==_", left, right));
    }
    budget::spend(budget::size(left).min(budget::size(right)))?;
    Ok(left.equals(right))
}

/// Whether a value is one of a list's, or a name one of an object's.
///
/// # Errors
/// When there is nothing to look in, and those of [`equal`].
pub(super) fn contains(one: &dyn Val, all: &dyn Val) -> Result<bool, ExecutionError> {
    if let Some(list) = all.downcast_ref::<CelList>() {
        for other in list.inner() {
            budget::spend(1)?;
            if equal(&**other, one)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let container = all.as_container().ok_or_else(|| kinds("@in", one, all))?;
    container.contains(one)
}

/// The two values are of kinds that do not go together.
fn kinds(operator: &str, left: &dyn Val, right: &dyn Val) -> ExecutionError {
    let name = |value: &dyn Val| value.get_type().name().to_owned();
    ExecutionError::no_such_overload(operator, vec![name(left), name(right)])
}

fn too_large() -> ExecutionError {
    ExecutionError::Overflow("", CelValue::Null, CelValue::Null)
}

fn by_zero() -> ExecutionError {
    ExecutionError::DivisionByZero(CelValue::Null)
}
