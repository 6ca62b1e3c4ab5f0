//! Whether the functions of a rule exist, are called with what they take, and can do something with what is written there.

use std::sync::Arc;

use cel::{
    Context, IdedExpr, Value as CelValue,
    common::ast::{CallExpr, Expr, LiteralValue},
};

use super::{
    compile::Look,
    functions::{self, FUNCTIONS, Function, SPACES},
    gives::Gives,
    parse::Wrong,
    suggest::nearest,
};

impl Look<'_> {
    /// What a function gives.
    pub fn function(&mut self, expression: &IdedExpr, call: &CallExpr) -> Result<Gives, Wrong> {
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
        Self::counts(known, call).map_err(|wrong| wrong.at(at))?;
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
    fn counts(known: &Function, call: &CallExpr) -> Result<(), Wrong> {
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
