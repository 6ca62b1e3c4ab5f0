//! Business rules in CEL. A rule passes, is violated, or cannot be evaluated; the third is never taken for the first.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use cel::{Context, Env, ExecutionError, Value as CelValue, common::types::CelBool};

use super::{
    Checker, Rule, Runaway, SpecError, budget,
    columns::Columns,
    compile::{Expression, compile},
    functions,
    lazy::{Fields, Kinds, Record},
    schema::Schema,
    tree::Tree,
    wording,
};
use crate::{
    model::{Found, Path, Problem, Stage},
    row::cells::Cells,
};

/// The compiled rules of a contract.
pub(super) struct Rules {
    env: Arc<Env>,
    all: Vec<Compiled>,
    /// Which fields hold numbers that are never whole.
    pub kinds: Kinds,
    /// What one rule may cost over one record.
    most: u64,
}

struct Compiled {
    rule: Rule,
    expression: Expression,
}

/// What a rule says about one record.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Pass,
    Violated,
    /// Why it cannot be evaluated, as half a sentence.
    NoAnswer(String),
    /// It has no answer, or none that counts, because of a problem that is reported already.
    NotReached,
}

impl Rules {
    /// Compiles all rules.
    ///
    /// # Errors
    /// The first one that has a syntax error, or names a function, a name or a field that cannot be.
    pub fn build(rules: &[Rule], schema: Option<&Schema>) -> Result<Self, SpecError> {
        let env = functions::environment().map_err(|error| SpecError {
            part: "rules".to_owned(),
            message: error.to_string(),
            position: None,
            at: None,
            hint: None,
        })?;
        let env = Arc::new(env);
        let compile = |rule: &Rule| match compile(&env, &rule.assert, schema) {
            Ok(expression) => Ok(Compiled {
                rule: rule.clone(),
                expression,
            }),
            Err(wrong) => Err(SpecError {
                part: rule.id.clone(),
                message: wrong.message,
                position: wrong.position,
                at: None,
                hint: wrong.hint,
            }),
        };
        let all = rules.iter().map(compile).collect::<Result<_, _>>()?;
        Ok(Self {
            env,
            all,
            kinds: Kinds::default(),
            most: budget::MOST,
        })
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The ids of all rules, in the contract's order.
    pub fn ids(&self) -> Vec<String> {
        self.all.iter().map(|one| one.rule.id.clone()).collect()
    }

    /// The place of a rule in the contract, by its id.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.all.iter().position(|one| one.rule.id == id)
    }

    /// The simple rules as trees over these columns.
    pub fn trees(&self, columns: &Columns) -> Vec<Option<Tree>> {
        self.all
            .iter()
            .map(|one| Tree::compile(&one.expression.written, columns))
            .collect()
    }

    /// Whether a row surely breaks no rule.
    pub fn all_pass(&self, cells: &Cells<'_>, columns: &Columns, checker: &Checker) -> bool {
        let mut context = None;
        self.all.iter().enumerate().all(|(at, one)| {
            if let Some(passes) = columns.passes(cells, at) {
                return passes;
            }
            let context =
                context.get_or_insert_with(|| self.context(Fields::Cells(cells, columns), checker));
            // Whoever asks again is told of a rule that does not come to an end.
            one.evaluate(context, self.most) == Ok(Outcome::Pass)
        })
    }

    fn context<'v>(&self, fields: Fields<'v>, checker: &'v Checker) -> Context<'v, 'v> {
        let mut context = Context::with_env(Arc::clone(&self.env));
        context.add_variable_as_val("record", Box::new(Record { fields, checker }));
        context
    }

    /// Appends the problems of all rules. The record's problems of earlier stages stand in `problems` from `start` on.
    ///
    /// # Errors
    /// When a rule does not come to an end.
    pub fn check(
        &self,
        fields: Fields<'_>,
        checker: &Checker,
        start: usize,
        problems: &mut Vec<Problem>,
    ) -> Result<(), Runaway> {
        let mut found = Vec::new();
        self.judge(
            fields,
            checker,
            &problems[start..],
            |one, outcome| match outcome {
                Outcome::Pass | Outcome::NotReached => {}
                Outcome::Violated => {
                    let rule = &one.rule;
                    let (message, hint) = wording::rule(&rule.id, &rule.message, &rule.owner);
                    found.push(one.problem(fields, "", message, hint));
                }
                Outcome::NoAnswer(reason) => {
                    let (message, hint) = wording::not_evaluated(&one.rule.id, &reason);
                    found.push(one.problem(fields, "not_evaluated", message, hint));
                }
            },
        )?;
        problems.append(&mut found);
        Ok(())
    }

    /// The ids of the rules that are not reached, where these problems of earlier stages are `reported`.
    ///
    /// # Errors
    /// When a rule does not come to an end.
    pub fn not_reached(
        &self,
        fields: Fields<'_>,
        checker: &Checker,
        reported: &[Problem],
    ) -> Result<Vec<String>, Runaway> {
        let mut ids = Vec::new();
        self.judge(fields, checker, reported, |one, outcome| {
            if outcome == Outcome::NotReached {
                ids.push(one.rule.id.clone());
            }
        })?;
        Ok(ids)
    }

    fn judge(
        &self,
        fields: Fields<'_>,
        checker: &Checker,
        reported: &[Problem],
        mut tell: impl FnMut(&Compiled, Outcome),
    ) -> Result<(), Runaway> {
        let mut context = None;
        for (at, one) in self.all.iter().enumerate() {
            // Only the interpreter may say that a rule is broken.
            if fields.surely_pass(at) {
                continue;
            }
            let context = context.get_or_insert_with(|| self.context(fields, checker));
            let mut outcome = one.evaluate(context, self.most)?;
            let mut touched = reported.iter().filter(|problem| one.touches(&problem.path));
            let is_hidden = match &outcome {
                Outcome::Pass | Outcome::NotReached => false,
                // The value of a field of the wrong kind says nothing about the rule.
                Outcome::Violated => touched.any(|problem| problem.code == "type"),
                Outcome::NoAnswer(_) => touched.next().is_some(),
            };
            if is_hidden {
                outcome = Outcome::NotReached;
            }
            tell(one, outcome);
        }
        Ok(())
    }
}

impl Compiled {
    fn evaluate(&self, context: &Context<'_, '_>, most: u64) -> Result<Outcome, Runaway> {
        // The interpreter is not ours and records are hostile: a panic in it is one rule without an answer.
        let answer = budget::within(most, || {
            catch_unwind(AssertUnwindSafe(|| {
                CelValue::resolve_val(&self.expression.evaluated, context)
                    .map(|value| value.downcast_ref::<CelBool>().map(|flag| *flag.inner()))
            }))
        });
        Ok(match answer {
            None => return Err(self.runaway()),
            Some(Ok(Ok(Some(true)))) => Outcome::Pass,
            Some(Ok(Ok(Some(false)))) => Outcome::Violated,
            Some(Ok(Ok(None))) => Outcome::NoAnswer("its answer is not yes or no".to_owned()),
            Some(Ok(Err(error))) => Outcome::NoAnswer(reason(&error)),
            Some(Err(_)) => Outcome::NoAnswer("it stopped half way".to_owned()),
        })
    }

    fn runaway(&self) -> Runaway {
        Runaway {
            part: self.rule.id.clone(),
            message: "the rule takes too long over one record".to_owned(),
            hint: "look for all(), exists(), map() or filter() inside one another over long lists"
                .to_owned(),
            pattern: None,
        }
    }

    /// Whether a problem at `path` has to do with a field of this rule: one it blames, or one it looks at.
    fn touches(&self, path: &Path) -> bool {
        let related = |field: &Path| field.is_within(path) || path.is_within(field);
        let looks_at = &self.expression.looks_at;
        self.rule.fields.iter().chain(looks_at).any(related)
    }

    fn problem(&self, fields: Fields<'_>, detail: &str, message: String, hint: String) -> Problem {
        let path = self.rule.fields.first().cloned().unwrap_or_default();
        let value = (!path.is_root()).then(|| fields.found(&path).unwrap_or(Found::Missing));
        Problem {
            stage: Stage::Rule,
            code: self.rule.id.clone(),
            detail: detail.to_owned(),
            path,
            message,
            hint,
            found: value,
            shape: String::new(),
            severity: self.rule.severity,
            owner: self.rule.owner.clone(),
        }
    }
}

pub(super) fn reason(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(name) => format!("{name} is not there"),
        ExecutionError::FunctionError { function, .. } if function == "date" => {
            "a value is no date".to_owned()
        }
        ExecutionError::FunctionError { function, .. } => {
            format!("{function}() has no answer for this value")
        }
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "it divides by zero".to_owned()
        }
        ExecutionError::Overflow(..) => "a number is too large".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "a list is too short".to_owned(),
        _ => "it compares values of different kinds".to_owned(),
    }
}

#[cfg(test)]
mod tests;
