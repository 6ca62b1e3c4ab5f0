//! What can be known about a rule before the first record: that its names, functions, fields and patterns exist, and that
//! it gives yes or no. What is wrong is said with its place.

use std::{collections::BTreeSet, sync::Arc};

use cel::{
    Env, IdedExpr, Program,
    common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue, operators},
};

use super::{
    Known,
    functions::{FUNCTIONS, WORDS},
    gives::Gives,
    parse::{Wrong, parse},
    rewrite::rewrite,
    schema::Schema,
    suggest::nearest,
};
use crate::model::Path;

/// An expression that can be evaluated.
pub(super) struct Expression {
    /// As a person wrote it.
    pub written: IdedExpr,
    /// As it is evaluated.
    pub evaluated: IdedExpr,
    /// The fields it looks at; the root where it looks at the record as a whole.
    pub looks_at: Vec<Path>,
}

/// Parses an expression and looks for everything that can be wrong with it.
///
/// # Errors
/// The first thing that is.
pub(super) fn compile(
    env: &Arc<Env>,
    source: &str,
    schema: Option<&Schema>,
) -> Result<Expression, Wrong> {
    let program = parse(env, source)?;
    let mut look = Look {
        env,
        source,
        program: &program,
        schema,
        fields: BTreeSet::new(),
        own: Vec::new(),
    };
    let root = program.expression();
    look.wants_yes_no(root)?;
    Ok(Expression {
        looks_at: look.fields.into_iter().collect(),
        evaluated: rewrite(root),
        written: root.clone(),
    })
}

/// The same for a formula, which may give anything and also knows `value`.
///
/// # Errors
/// The first thing that is wrong.
pub(super) fn compile_value(env: &Arc<Env>, source: &str) -> Result<Expression, Wrong> {
    let program = parse(env, source)?;
    let mut look = Look {
        env,
        source,
        program: &program,
        schema: None,
        fields: BTreeSet::new(),
        own: vec![("value".to_owned(), None)],
    };
    let root = program.expression();
    look.part(root)?;
    Ok(Expression {
        looks_at: Vec::new(),
        evaluated: rewrite(root),
        written: root.clone(),
    })
}

/// The walk through an expression.
pub(super) struct Look<'c> {
    pub env: &'c Arc<Env>,
    source: &'c str,
    program: &'c Program,
    schema: Option<&'c Schema>,
    fields: BTreeSet<Path>,
    /// The names that comprehensions define, with the field they stand for where that is known.
    own: Vec<(String, Option<Path>)>,
}

impl Look<'_> {
    /// What an expression gives.
    pub fn part(&mut self, expression: &IdedExpr) -> Result<Gives, Wrong> {
        if let Some(gives) = self.field(expression)? {
            return Ok(gives);
        }
        match &expression.expr {
            Expr::Unspecified => Ok(Gives::Anything),
            Expr::Literal(literal) => Ok(match literal {
                LiteralValue::Boolean(_) => Gives::YesNo,
                LiteralValue::Int(_) | LiteralValue::UInt(_) | LiteralValue::Double(_) => {
                    Gives::Number
                }
                LiteralValue::String(_) => Gives::Text,
                LiteralValue::Bytes(_) | LiteralValue::Null => Gives::Anything,
            }),
            Expr::Ident(name) => self.name(expression, name.trim_start_matches('.')),
            Expr::Select(select) => {
                self.part(&select.operand)?;
                Ok(if select.test {
                    Gives::YesNo
                } else {
                    Gives::Anything
                })
            }
            Expr::Call(call) => self.call(expression, call),
            Expr::List(list) => {
                for one in &list.elements {
                    self.part(one)?;
                }
                Ok(Gives::List)
            }
            Expr::Map(map) => {
                for one in &map.entries {
                    if let EntryExpr::MapEntry(one) = &one.expr {
                        self.part(&one.key)?;
                        self.part(&one.value)?;
                    }
                }
                Ok(Gives::Map)
            }
            Expr::Struct(all) => {
                let message = format!("{} is not known", all.type_name);
                Err(Wrong::new(message).at(self.position(expression)))
            }
            Expr::Comprehension(all) => self.comprehension(all),
        }
    }

    fn name(&self, expression: &IdedExpr, name: &str) -> Result<Gives, Wrong> {
        let is_own = name.starts_with('@') || self.own.iter().any(|(own, _)| own == name);
        if is_own || WORDS.contains(&name) {
            return Ok(Gives::Anything);
        }
        let hint = if ["now", "today"].contains(&name) {
            "a rule says the same on any day: compare with another field, or with date(\"2025-12-31\")".to_owned()
        } else if FUNCTIONS.iter().any(|one| one.name == name) {
            format!("{name} is a function: write {name}(..)")
        } else {
            format!("fields are written record.{name}")
        };
        Err(Wrong::new(format!("{name} is not known"))
            .at(self.position(expression))
            .hint(hint))
    }

    fn comprehension(&mut self, all: &ComprehensionExpr) -> Result<Gives, Wrong> {
        let range = self.part(&all.iter_range)?;
        if !matches!(range, Gives::List | Gives::Map | Gives::Anything)
            || is_record(&all.iter_range)
        {
            let what = if is_record(&all.iter_range) {
                "the record"
            } else {
                range.words()
            };
            return Err(Wrong::new(format!("{what} has no entries to go through"))
                .at(self.position(&all.iter_range))
                .hint(
                    "all(), exists(), map() and filter() go through a list: record.list.all(..)",
                ));
        }
        let init = self.part(&all.accu_init)?;
        let path = self.path_of(&all.iter_range).map(|path| path.whole());
        let entry = path
            .filter(|path| self.schema.is_some_and(|schema| schema.wants(path).array))
            .map(|path| path.child("0"));
        let before = self.own.len();
        self.own.push((all.iter_var.clone(), entry));
        self.part(&all.loop_step)?;
        self.own.truncate(before);
        Ok(match init {
            // `exists_one` counts, and then compares.
            Gives::Number => Gives::YesNo,
            other => other,
        })
    }

    fn call(&mut self, expression: &IdedExpr, call: &CallExpr) -> Result<Gives, Wrong> {
        let at = self.position(expression);
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND | operators::LOGICAL_OR, [left, right]) => {
                self.wants_yes_no(left)?;
                self.wants_yes_no(right)?;
                Ok(Gives::YesNo)
            }
            (operators::LOGICAL_NOT, [one]) => {
                self.wants_yes_no(one)?;
                Ok(Gives::YesNo)
            }
            (operators::NOT_STRICTLY_FALSE, _) => Ok(Gives::YesNo),
            (operators::CONDITIONAL, [condition, yes, no]) => {
                self.wants_yes_no(condition)?;
                let (yes, no) = (self.part(yes)?, self.part(no)?);
                Ok(if yes == no { yes } else { Gives::Anything })
            }
            (operators::ADD, [left, right]) => self.sum(left, right, at, Gives::plus, "added"),
            (operators::SUBSTRACT, [left, right]) => {
                self.sum(left, right, at, Gives::minus, "subtracted")
            }
            (operators::MULTIPLY | operators::DIVIDE | operators::MODULO, [left, right]) => {
                self.sum(left, right, at, Gives::times, "calculated with")
            }
            (operators::NEGATE, [one]) => match self.part(one)? {
                Gives::Number | Gives::Anything => Ok(Gives::Number),
                other => Err(Wrong::new(format!("{} has no minus", other.words())).at(at)),
            },
            (
                operators::EQUALS
                | operators::NOT_EQUALS
                | operators::LESS
                | operators::LESS_EQUALS
                | operators::GREATER
                | operators::GREATER_EQUALS,
                [left, right],
            ) => self.comparison(left, right, at),
            (operators::IN, [one, all]) => {
                self.part(one)?;
                match self.part(all)? {
                    Gives::List | Gives::Map | Gives::Anything => Ok(Gives::YesNo),
                    other => Err(Wrong::new(format!("{} has no entries", other.words()))
                        .at(self.position(all))
                        .hint("write x in [..], or text.contains(x)")),
                }
            }
            (operators::INDEX | operators::OPT_INDEX | operators::OPT_SELECT, [left, right]) => {
                self.part(left)?;
                self.part(right)?;
                Ok(Gives::Anything)
            }
            _ => self.function(expression, call),
        }
    }

    fn comparison(
        &mut self,
        left: &IdedExpr,
        right: &IdedExpr,
        at: Option<usize>,
    ) -> Result<Gives, Wrong> {
        let (left, right) = (self.part(left)?, self.part(right)?);
        if left == right || [left, right].contains(&Gives::Anything) {
            return Ok(Gives::YesNo);
        }
        let (left, right) = if right == Gives::Text {
            (left, right)
        } else {
            (right, left)
        };
        let wrong = Wrong::new(format!(
            "{} is compared with {}",
            left.words(),
            right.words()
        ))
        .at(at);
        Err(match (left, right) {
            (Gives::Date, Gives::Text) => wrong.hint("write date(\"2025-12-31\")"),
            (Gives::Time, Gives::Text) => wrong.hint("write timestamp(\"2025-12-31T14:30:00Z\")"),
            (Gives::Duration, Gives::Text) => wrong.hint("write duration(\"36h\")"),
            (Gives::Date, Gives::Time) | (Gives::Time, Gives::Date) => {
                wrong.hint("write date(..) on both sides, or timestamp(..)")
            }
            (Gives::Duration, Gives::Number) | (Gives::Number, Gives::Duration) => {
                wrong.hint("write duration(\"24h\"), or x.getHours()")
            }
            _ => wrong,
        })
    }

    fn sum(
        &mut self,
        left: &IdedExpr,
        right: &IdedExpr,
        at: Option<usize>,
        result: fn(Gives, Gives) -> Option<Gives>,
        verb: &str,
    ) -> Result<Gives, Wrong> {
        let (left, right) = (self.part(left)?, self.part(right)?);
        result(left, right).ok_or_else(|| {
            let (left, right) = (left.words(), right.words());
            Wrong::new(format!("{left} and {right} cannot be {verb}")).at(at)
        })
    }

    fn wants_yes_no(&mut self, expression: &IdedExpr) -> Result<(), Wrong> {
        match self.part(expression)? {
            Gives::YesNo | Gives::Anything => Ok(()),
            other => Err(Wrong::new(format!(
                "{} stands where yes or no is wanted",
                other.words()
            ))
            .at(self.start(expression))
            .hint("compare it with something: ==, !=, <, >, in")),
        }
    }

    /// Notes and judges a plain field: `record.a.b`, `record['a']`, `record.?a`, `has(record.a)`.
    fn field(&mut self, expression: &IdedExpr) -> Result<Option<Gives>, Wrong> {
        let Some(found) = self.path_of(expression) else {
            return Ok(None);
        };
        if found.is_record {
            self.fields.insert(found.whole());
        }
        let mut path = found.start.clone();
        for (segment, id) in &found.steps {
            let inside = path.child(segment);
            let known = self.schema.map(|schema| schema.known(&inside));
            if known == Some(Known::No) {
                let names = self.schema.map_or(Vec::new(), |schema| schema.names(&path));
                let wrong = Wrong::new(format!("the schema has no field {segment} here"))
                    .at(self.step(segment, *id));
                return Err(match nearest(segment, &names) {
                    Some(near) => wrong.hint(format!("did you mean {near}?")),
                    None => wrong,
                });
            }
            path = inside;
        }
        Ok(Some(match &expression.expr {
            Expr::Select(select) if select.test => Gives::YesNo,
            _ if is_record(expression) => Gives::Map,
            _ => Gives::Anything,
        }))
    }

    fn path_of(&self, expression: &IdedExpr) -> Option<Found> {
        match &expression.expr {
            Expr::Ident(name) => {
                // The innermost comprehension's name wins.
                if let Some((_, path)) = self.own.iter().rev().find(|(own, _)| own == name) {
                    return path.clone().map(|start| Found::new(start, false));
                }
                (name == "record").then(|| Found::new(Path::root(), true))
            }
            Expr::Select(select) => {
                let inside = self.path_of(&select.operand)?;
                // A macro's node stands where the macro is called.
                let at = if select.test {
                    &select.operand
                } else {
                    expression
                };
                Some(inside.step(&select.field, at.id))
            }
            Expr::Call(call) if call.args.len() == 2 => {
                let (of, by) = (&call.args[0], &call.args[1]);
                let is_index = [
                    operators::INDEX,
                    operators::OPT_INDEX,
                    operators::OPT_SELECT,
                ]
                .contains(&call.func_name.as_str());
                match &by.expr {
                    Expr::Literal(LiteralValue::String(name)) if is_index => {
                        Some(self.path_of(of)?.step(name.inner(), by.id))
                    }
                    Expr::Literal(LiteralValue::Int(at)) if is_index => {
                        Some(self.path_of(of)?.step(&at.inner().to_string(), by.id))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Where an expression is written: its operator, name or value.
    pub fn position(&self, expression: &IdedExpr) -> Option<usize> {
        self.at(expression.id)
    }

    /// Where an expression begins.
    fn start(&self, expression: &IdedExpr) -> Option<usize> {
        let inner = match &expression.expr {
            Expr::Call(call)
                if call.target.is_none()
                    && call
                        .func_name
                        .starts_with(|one: char| one.is_ascii_alphabetic()) =>
            {
                return self.called(expression, &call.func_name);
            }
            Expr::Call(call) => call.target.as_deref().or(call.args.first()),
            Expr::Select(select) => Some(&*select.operand),
            Expr::Comprehension(all) => Some(&all.iter_range),
            _ => None,
        };
        let inner = inner.and_then(|inner| self.start(inner));
        inner.into_iter().chain(self.position(expression)).min()
    }

    /// Where the name of a called function is written: the parser knows its bracket.
    pub fn called(&self, expression: &IdedExpr, name: &str) -> Option<usize> {
        let (bracket, _) = self.program.source_info().offset_for(expression.id)?;
        let before = self.source.get(..bracket as usize)?;
        let byte = before.rfind(name).unwrap_or(bracket as usize);
        Some(self.source.get(..byte)?.chars().count())
    }

    /// Where the name of a field is written: behind its dot, or for `has()` somewhere behind what it is a field of.
    fn step(&self, name: &str, id: u64) -> Option<usize> {
        let (byte, _) = self.program.source_info().offset_for(id)?;
        let rest = self.source.get(byte as usize..)?;
        let dotted = rest.find(&format!(".{name}")).map(|at| at + 1);
        let skip = |one: char| matches!(one, '.' | '?') || one.is_whitespace();
        let skipped = match rest.chars().next()? {
            '\'' | '"' => 0,
            '.' if rest[1..].starts_with(skip) => rest.len() - rest.trim_start_matches(skip).len(),
            _ => dotted.unwrap_or(0),
        };
        Some(self.source[..byte as usize + skipped].chars().count())
    }

    fn at(&self, id: u64) -> Option<usize> {
        let (byte, _) = self.program.source_info().offset_for(id)?;
        Some(self.source.get(..byte as usize)?.chars().count())
    }
}

/// A field that is named step by step.
struct Found {
    start: Path,
    /// Names or positions, each with the node that says it.
    steps: Vec<(String, u64)>,
    /// Whether it starts at the record, and not at an entry of a list.
    is_record: bool,
}

impl Found {
    fn new(start: Path, is_record: bool) -> Self {
        Self {
            start,
            steps: Vec::new(),
            is_record,
        }
    }

    fn step(mut self, name: &str, id: u64) -> Self {
        self.steps.push((name.to_owned(), id));
        self
    }

    fn whole(&self) -> Path {
        let start = self.start.clone();
        self.steps
            .iter()
            .fold(start, |path, (step, _)| path.child(step))
    }
}

fn is_record(expression: &IdedExpr) -> bool {
    matches!(&expression.expr, Expr::Ident(name) if name == "record")
}
