//! What can be known about a rule before the first record: that its names, functions, fields and patterns exist, and that
//! it gives yes or no. What is wrong is said with its place.

use std::{collections::BTreeSet, sync::Arc};

use cel::{
    Context, Env, IdedExpr, Program, Value as CelValue,
    common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue, operators},
};

use super::{
    Known,
    functions::{self, FUNCTIONS, Function, Gives, SPACES},
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

/// The walk through an expression.
struct Look<'c> {
    env: &'c Arc<Env>,
    source: &'c str,
    program: &'c Program,
    schema: Option<&'c Schema>,
    fields: BTreeSet<Path>,
    /// The names that comprehensions define, with the field they stand for where that is known.
    own: Vec<(String, Option<Path>)>,
}

impl Look<'_> {
    /// What an expression gives.
    fn part(&mut self, expression: &IdedExpr) -> Result<Gives, Wrong> {
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
        if is_own || functions::WORDS.contains(&name) {
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

    fn function(&mut self, expression: &IdedExpr, call: &CallExpr) -> Result<Gives, Wrong> {
        let name = call.func_name.as_str();
        let at = self.called(expression, name);
        let count = call.args.len();
        if let Some(Expr::Ident(space)) = call.target.as_ref().map(|target| &target.expr)
            && SPACES.iter().any(|(known, ..)| known == space)
        {
            let known = SPACES.iter().find(|one| (one.0, one.1) == (space, name));
            let Some((.., wanted)) = known else {
                return Err(Wrong::new(format!("{space}.{name}() is not known")).at(at));
            };
            if *wanted != count {
                return Err(wrong_count(&format!("{space}.{name}"), &[*wanted], count).at(at));
            }
            self.all(&call.args)?;
            return Ok(Gives::Anything);
        }
        let Some(known) = FUNCTIONS.iter().find(|one| one.name == name) else {
            let names: Vec<String> = FUNCTIONS.iter().map(|one| one.name.to_owned()).collect();
            let wrong = Wrong::new(format!("{name}() is not known")).at(at);
            return Err(match nearest(name, &names) {
                Some(near) => wrong.hint(format!("did you mean {near}()?")),
                None => wrong.hint("README says what rules can call"),
            });
        };
        self.counts(known, call).map_err(|wrong| wrong.at(at))?;
        if let Some(target) = &call.target {
            self.part(target)?;
        }
        self.all(&call.args)?;
        self.literals(known, expression, call)?;
        Ok(known.gives)
    }

    fn all(&mut self, parts: &[IdedExpr]) -> Result<(), Wrong> {
        parts.iter().try_for_each(|one| self.part(one).map(|_| ()))
    }

    /// Whether a function is called in the right form and with the right number of values.
    fn counts(&self, known: &Function, call: &CallExpr) -> Result<(), Wrong> {
        let (name, count) = (known.name, call.args.len());
        let (wanted, other) = match call.target {
            Some(_) => (known.on_value, known.alone),
            None => (known.alone, known.on_value),
        };
        if wanted.contains(&count) {
            return Ok(());
        }
        if wanted.is_empty() && !other.is_empty() {
            let form = match call.target {
                Some(_) => format!("write {name}(x)"),
                None if known.on_value == [0] => format!("write x.{name}()"),
                None => format!("write x.{name}(..)"),
            };
            return Err(Wrong::new(format!("{name}() is called in another form")).hint(form));
        }
        Err(wrong_count(name, wanted, count))
    }

    /// What is wrong with a pattern, a date or a duration that is written in the rule.
    fn literals(
        &self,
        known: &Function,
        expression: &IdedExpr,
        call: &CallExpr,
    ) -> Result<(), Wrong> {
        let Some(last) = call.args.last() else {
            return Ok(());
        };
        let Expr::Literal(LiteralValue::String(text)) = &last.expr else {
            return Ok(());
        };
        let at = self.position(last);
        match known.name {
            "matches" => functions::pattern(text.inner()).map_err(|why| {
                Wrong::new(format!("the pattern cannot be used: {why}"))
                    .at(at)
                    .hint("look-around and \\1 do not exist here; write patterns as r'..'")
            }),
            "date" | "timestamp" | "duration" => {
                let context = Context::with_env(Arc::clone(self.env));
                match CelValue::resolve_val(expression, &context) {
                    Ok(_) => Ok(()),
                    Err(_) => Err(
                        Wrong::new(format!("\"{}\" is no {}", text.inner(), known.name))
                            .at(at)
                            .hint(match known.name {
                                "date" => "write it like 2025-12-31",
                                "timestamp" => "write it like 2025-12-31T14:30:00Z",
                                _ => "write it like 36h, 90m or 1h30m",
                            }),
                    ),
                }
            }
            _ => Ok(()),
        }
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
                    .at(self.step(*id));
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
                Some(inside.step(&select.field, expression.id))
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
    fn position(&self, expression: &IdedExpr) -> Option<usize> {
        self.at(expression.id)
    }

    /// Where an expression begins.
    fn start(&self, expression: &IdedExpr) -> Option<usize> {
        let inner = match &expression.expr {
            Expr::Call(call) => call.target.as_deref().or(call.args.first()),
            Expr::Select(select) => Some(&*select.operand),
            Expr::Comprehension(all) => Some(&all.iter_range),
            _ => None,
        };
        let inner = inner.and_then(|inner| self.start(inner));
        inner.into_iter().chain(self.position(expression)).min()
    }

    /// Where the name of a called function is written: the parser knows its bracket.
    fn called(&self, expression: &IdedExpr, name: &str) -> Option<usize> {
        let (bracket, _) = self.program.source_info().offset_for(expression.id)?;
        let before = self.source.get(..bracket as usize)?;
        let byte = before.rfind(name).unwrap_or(bracket as usize);
        Some(self.source.get(..byte)?.chars().count())
    }

    /// Where the name of a field is written, behind its dot.
    fn step(&self, id: u64) -> Option<usize> {
        let at = self.at(id)?;
        let skipped = self.source.chars().skip(at);
        let skipped = skipped.take_while(|one| matches!(one, '.' | '?') || one.is_whitespace());
        Some(at + skipped.count())
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

fn wrong_count(name: &str, wanted: &[usize], count: usize) -> Wrong {
    let values = |count: usize| match count {
        0 => "nothing".to_owned(),
        1 => "1 value".to_owned(),
        count => format!("{count} values"),
    };
    let wanted: Vec<String> = wanted.iter().map(|count| values(*count)).collect();
    let wanted = wanted.join(" or ");
    Wrong::new(format!("{name}() takes {wanted}, here {}", values(count)))
}

impl Gives {
    fn words(self) -> &'static str {
        match self {
            Self::YesNo => "yes or no",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Date => "a date",
            Self::Time => "a time",
            Self::Duration => "a duration",
            Self::List => "a list",
            Self::Map => "an object",
            Self::Anything => "a value",
        }
    }

    fn plus(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Anything, other) | (other, Self::Anything) => Some(match other {
                Self::YesNo | Self::Map => return None,
                // A duration moves a date as well.
                Self::Duration => Self::Anything,
                other => other,
            }),
            (Self::Date | Self::Time, Self::Duration) => Some(self),
            (Self::Duration, Self::Time) => Some(Self::Time),
            (Self::Number | Self::Text | Self::List | Self::Duration, _) if self == other => {
                Some(self)
            }
            _ => None,
        }
    }

    fn minus(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Number, Self::Number | Self::Anything) | (Self::Anything, Self::Number) => {
                Some(Self::Number)
            }
            (Self::Date, Self::Date) | (Self::Time, Self::Time) => Some(Self::Duration),
            (Self::Date | Self::Time | Self::Duration, Self::Duration) => Some(self),
            (Self::Date | Self::Time | Self::Duration | Self::Anything, Self::Anything)
            | (Self::Anything, Self::Date | Self::Time | Self::Duration) => Some(Self::Anything),
            _ => None,
        }
    }

    fn times(self, other: Self) -> Option<Self> {
        let fits = |one| matches!(one, Self::Number | Self::Anything);
        (fits(self) && fits(other)).then_some(Self::Number)
    }
}
