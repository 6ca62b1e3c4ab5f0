//! A formula in CEL that gives a new value: over `value`, the field's value (null where it is not there), and `record`.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use cel::{
    Context, Env, Value as CelValue,
    common::{
        types::{CelBool, CelDouble, CelInt, CelNull, CelString, CelTimestamp, CelUInt},
        value::Val,
    },
};
use serde_json::{Number, Value};

use super::{
    Checker, Spec, budget,
    compile::{Expression, compile_value},
    functions,
    lazy::{Fields, Record},
    rules::reason,
};

/// A formula that is ready.
pub struct Formula {
    env: Arc<Env>,
    expression: Expression,
    /// Knows no schema, so that numbers are what they are written as.
    checker: Checker,
}

/// What is wrong with a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormulaError {
    pub message: String,
    /// The 1-based character.
    pub position: Option<usize>,
    pub hint: Option<String>,
}

impl std::fmt::Debug for Formula {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Formula")
    }
}

impl Formula {
    /// # Errors
    /// A syntax error, or a function or a name that there is not.
    pub fn compile(source: &str) -> Result<Self, FormulaError> {
        let own = |message: String| FormulaError {
            message,
            position: None,
            hint: None,
        };
        let env = functions::environment().map_err(|error| own(error.to_string()))?;
        let env = Arc::new(env);
        let expression = compile_value(&env, source).map_err(|wrong| FormulaError {
            message: wrong.message,
            position: wrong.position.map(|at| at + 1),
            hint: wrong.hint,
        })?;
        let checker = Checker::build(Spec::default()).map_err(|error| own(error.message))?;
        Ok(Self {
            env,
            expression,
            checker,
        })
    }

    /// The new value.
    ///
    /// # Errors
    /// Why there is none, as half a sentence.
    pub fn evaluate(&self, value: Option<&Value>, record: &Value) -> Result<Value, String> {
        let null = Value::Null;
        let answer = budget::within(budget::MOST, || {
            catch_unwind(AssertUnwindSafe(|| {
                let mut context = Context::with_env(Arc::clone(&self.env));
                let record = Record {
                    fields: Fields::Document(record),
                    checker: &self.checker,
                };
                let value = record
                    .top(value.unwrap_or(&null))
                    .map_err(|error| reason(&error))?;
                context.add_variable_as_val("value", value);
                context.add_variable_as_val("record", Box::new(record));
                let given = CelValue::resolve_val(&self.expression.evaluated, &context)
                    .map_err(|error| reason(&error))?;
                json(&*given).ok_or_else(|| "its result is no text, number, yes or no".to_owned())
            }))
        });
        match answer {
            None => Err("it takes too long".to_owned()),
            Some(Err(_)) => Err("it stopped half way".to_owned()),
            Some(Ok(result)) => result,
        }
    }
}

fn json(given: &dyn Val) -> Option<Value> {
    if let Some(flag) = given.downcast_ref::<CelBool>() {
        return Some(Value::Bool(*flag.inner()));
    }
    if let Some(text) = given.downcast_ref::<CelString>() {
        return Some(Value::from(text.inner()));
    }
    if let Some(whole) = given.downcast_ref::<CelInt>() {
        return Some(Value::from(*whole.inner()));
    }
    if let Some(whole) = given.downcast_ref::<CelUInt>() {
        return Some(Value::from(*whole.inner()));
    }
    if let Some(fraction) = given.downcast_ref::<CelDouble>() {
        return Number::from_f64(*fraction.inner()).map(Value::Number);
    }
    if let Some(moment) = given.downcast_ref::<CelTimestamp>() {
        return Some(Value::from(moment.inner().to_rfc3339()));
    }
    given.downcast_ref::<CelNull>().map(|_| Value::Null)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn result(source: &str, value: &Value) -> Result<Value, String> {
        let record = json!({"first": "Ada", "n": 3, "list": [1, 2]});
        Formula::compile(source)
            .unwrap()
            .evaluate(Some(value), &record)
    }

    #[test]
    fn a_formula_gives_a_value() {
        for (source, value, expected) in [
            ("value + '!'", json!("a"), json!("a!")),
            ("record.first + ' ' + value", json!("L"), json!("Ada L")),
            ("value * 2", json!(4), json!(8)),
            ("record.n > 2", json!(null), json!(true)),
            ("value == null ? 'none' : value", json!(null), json!("none")),
            ("value / 2", json!(3), json!(1.5)),
        ] {
            assert_eq!(result(source, &value), Ok(expected), "{source}");
        }
        assert!(result("record.missing", &json!(1)).is_err());
        assert!(result("record.list", &json!(1)).is_err());
        assert!(result("value + 1", &json!("a")).is_err());
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let wrong = Formula::compile("value + ").err().unwrap();
        assert!(wrong.position.is_some(), "{wrong:?}");
        let wrong = Formula::compile("valeu + 'a'").err().unwrap();
        assert_eq!(wrong.position, Some(1));
    }
}
