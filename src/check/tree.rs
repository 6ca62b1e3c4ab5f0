//! Simple rules as a small tree over the cells of a row: it says yes, no, or don't know, and never wrongly yes or no. What
//! it does not know the interpreter decides.

use std::{borrow::Cow, cmp::Ordering};

use cel::{
    IdedExpr,
    common::ast::{Expr, LiteralValue, operators},
};
use jiff::civil;

use super::{columns::Columns, dates::calendar_date, numbers::compare_mixed};
use crate::row::cells::Cells;

/// A rule, or a part of it that is true or false.
#[derive(Debug)]
pub(super) enum Tree {
    Or(Box<Tree>, Box<Tree>),
    And(Box<Tree>, Box<Tree>),
    Not(Box<Tree>),
    Has(usize),
    Equal(Term, Term),
    /// Compares, and holds for these orders.
    Compare(Term, Term, [Ordering; 2]),
    In(Term, Vec<Term>),
    Always(bool),
}

/// A part of a rule that is a value.
#[derive(Debug)]
pub(super) enum Term {
    Cell(usize),
    /// The calendar date a cell begins with.
    Date(usize),
    Text(String),
    Whole(i64),
    Fraction(f64),
    Flag(bool),
    Null,
}

/// A value while a rule is evaluated.
#[derive(Debug, PartialEq)]
pub(super) enum Seen<'a> {
    Text(Cow<'a, str>),
    Whole(i64),
    Fraction(f64),
    Flag(bool),
    Date(civil::Date),
    Null,
}

impl Tree {
    /// The tree of an expression over these columns; `None` when it has a part that is not simple.
    pub fn compile(expression: &IdedExpr, columns: &Columns) -> Option<Self> {
        match &expression.expr {
            Expr::Literal(LiteralValue::Boolean(flag)) => Some(Self::Always(*flag.inner())),
            Expr::Select(select) if select.test => {
                let name = matches!(&select.operand.expr, Expr::Ident(name) if name == "record")
                    .then_some(&select.field)?;
                Some(match columns.position(name) {
                    Some(column) => Self::Has(column),
                    None => Self::Always(false),
                })
            }
            Expr::Call(call) if call.target.is_none() => {
                let tree = |at: usize| Some(Box::new(Self::compile(call.args.get(at)?, columns)?));
                let term = |at: usize| Term::compile(call.args.get(at)?, columns);
                let compare = |orders| Some(Self::Compare(term(0)?, term(1)?, orders));
                match call.func_name.as_str() {
                    operators::LOGICAL_OR => Some(Self::Or(tree(0)?, tree(1)?)),
                    operators::LOGICAL_AND => Some(Self::And(tree(0)?, tree(1)?)),
                    operators::LOGICAL_NOT => Some(Self::Not(tree(0)?)),
                    operators::EQUALS => Some(Self::Equal(term(0)?, term(1)?)),
                    operators::NOT_EQUALS => {
                        Some(Self::Not(Box::new(Self::Equal(term(0)?, term(1)?))))
                    }
                    operators::LESS => compare([Ordering::Less; 2]),
                    operators::LESS_EQUALS => compare([Ordering::Less, Ordering::Equal]),
                    operators::GREATER => compare([Ordering::Greater; 2]),
                    operators::GREATER_EQUALS => compare([Ordering::Greater, Ordering::Equal]),
                    operators::IN => match &call.args.get(1)?.expr {
                        Expr::List(list) if list.optional_indices.is_empty() => {
                            let members = list.elements.iter();
                            let members = members.map(|one| Term::compile(one, columns));
                            Some(Self::In(term(0)?, members.collect::<Option<_>>()?))
                        }
                        _ => None,
                    },
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What the rule says about a row; `None` when that is not known here, an error included.
    pub fn evaluate(&self, columns: &Columns, cells: &Cells<'_>) -> Option<bool> {
        match self {
            // One side can settle it, whatever the other is; so it is in CEL.
            Self::Or(left, right) => match left.evaluate(columns, cells) {
                Some(true) => Some(true),
                Some(false) => right.evaluate(columns, cells),
                None => right.evaluate(columns, cells).filter(|right| *right),
            },
            Self::And(left, right) => match left.evaluate(columns, cells) {
                Some(false) => Some(false),
                Some(true) => right.evaluate(columns, cells),
                None => right.evaluate(columns, cells).filter(|right| !right),
            },
            Self::Not(inner) => inner.evaluate(columns, cells).map(|flag| !flag),
            Self::Has(column) => Some(columns.text(cells, *column).is_some()),
            Self::Equal(left, right) => {
                equal(&left.value(columns, cells)?, &right.value(columns, cells)?)
            }
            Self::Compare(left, right, orders) => {
                let (left, right) = (left.value(columns, cells)?, right.value(columns, cells)?);
                Some(orders.contains(&order(&left, &right)?))
            }
            Self::In(one, members) => {
                let one = one.value(columns, cells)?;
                let mut found = false;
                for member in members {
                    found |= equal(&one, &member.value(columns, cells)?)?;
                }
                Some(found)
            }
            Self::Always(flag) => Some(*flag),
        }
    }
}

impl Term {
    fn compile(expression: &IdedExpr, columns: &Columns) -> Option<Self> {
        match &expression.expr {
            Expr::Literal(literal) => match literal {
                LiteralValue::String(text) => Some(Self::Text(text.inner().to_owned())),
                LiteralValue::Int(number) => Some(Self::Whole(*number.inner())),
                LiteralValue::Double(number) => Some(Self::Fraction(*number.inner())),
                LiteralValue::Boolean(flag) => Some(Self::Flag(*flag.inner())),
                LiteralValue::Null => Some(Self::Null),
                LiteralValue::Bytes(_) | LiteralValue::UInt(_) => None,
            },
            Expr::Select(select) if !select.test => match &select.operand.expr {
                Expr::Ident(name) if name == "record" => {
                    columns.position(&select.field).map(Self::Cell)
                }
                _ => None,
            },
            Expr::Call(call) if call.func_name == "date" && call.target.is_none() => {
                match call.args.as_slice() {
                    [inner] => match Self::compile(inner, columns)? {
                        Self::Cell(column) => Some(Self::Date(column)),
                        _ => None,
                    },
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// `None` where nothing stands, which is an error in CEL, and where the value is not of its wanted kind.
    fn value<'s>(&'s self, columns: &Columns, cells: &Cells<'s>) -> Option<Seen<'s>> {
        match self {
            Self::Cell(column) => columns.seen(cells, *column),
            Self::Date(column) => match columns.seen(cells, *column)? {
                Seen::Text(text) => calendar_date(&text).map(Seen::Date),
                _ => None,
            },
            Self::Text(text) => Some(Seen::Text(Cow::Borrowed(text))),
            Self::Whole(number) => Some(Seen::Whole(*number)),
            Self::Fraction(number) => Some(Seen::Fraction(*number)),
            Self::Flag(flag) => Some(Seen::Flag(*flag)),
            Self::Null => Some(Seen::Null),
        }
    }
}

/// `None` for values of different kinds, except that nothing equals null but null.
fn equal(left: &Seen<'_>, right: &Seen<'_>) -> Option<bool> {
    match (left, right) {
        (Seen::Null, other) | (other, Seen::Null) => Some(*other == Seen::Null),
        (Seen::Flag(left), Seen::Flag(right)) => Some(left == right),
        _ => order(left, right).map(|order| order == Ordering::Equal),
    }
}

fn order(left: &Seen<'_>, right: &Seen<'_>) -> Option<Ordering> {
    match (left, right) {
        (Seen::Text(left), Seen::Text(right)) => Some(left.cmp(right)),
        (Seen::Whole(left), Seen::Whole(right)) => Some(left.cmp(right)),
        (Seen::Fraction(left), Seen::Fraction(right)) => left.partial_cmp(right),
        (Seen::Whole(left), Seen::Fraction(right)) => compare_mixed(*left, *right),
        (Seen::Fraction(left), Seen::Whole(right)) => {
            compare_mixed(*right, *left).map(Ordering::reverse)
        }
        (Seen::Date(left), Seen::Date(right)) => Some(left.cmp(right)),
        _ => None,
    }
}
