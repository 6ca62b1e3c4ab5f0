//! Business rules in CEL. A rule passes, is violated, or cannot be evaluated; the third is never taken for the first.

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use cel::{
    Context, Env, ExecutionError, IdedExpr, ParseErrors, Program, Value as CelValue,
    common::{
        ast::{EntryExpr, Expr, LiteralValue, operators},
        types::CelBool,
    },
};

use super::{
    Checker, Rule, SpecError,
    columns::Columns,
    functions,
    lazy::{Fields, Record},
    suggest,
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
    rules: Vec<Compiled>,
}

struct Compiled {
    rule: Rule,
    program: Program,
    /// The fields the expression looks at.
    looks_at: Vec<Path>,
}

/// What a rule says about one record.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Pass,
    Violated,
    /// Why it cannot be evaluated, as half a sentence.
    NoAnswer(String),
}

impl Rules {
    /// Compiles all rules.
    ///
    /// # Errors
    /// The first one that has a syntax error, an unknown function or an unknown name.
    pub fn build(rules: &[Rule]) -> Result<Self, SpecError> {
        let env = functions::environment().map_err(|error| SpecError {
            part: "rules".to_owned(),
            message: error.to_string(),
            position: None,
            hint: None,
        })?;
        let rules = rules
            .iter()
            .map(|rule| compile(&env, rule))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            env: Arc::new(env),
            rules,
        })
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The place of a rule in the contract, by its id.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.rules.iter().position(|one| one.rule.id == id)
    }

    /// The simple rules as trees over these columns.
    pub fn trees(&self, columns: &Columns) -> Vec<Option<Tree>> {
        self.rules
            .iter()
            .map(|one| Tree::compile(one.program.expression(), columns))
            .collect()
    }

    /// Whether a row surely breaks no rule.
    pub fn all_pass(&self, cells: &Cells<'_>, columns: &Columns, checker: &Checker) -> bool {
        let mut context = None;
        self.rules.iter().enumerate().all(|(at, one)| {
            if let Some(passes) = columns.passes(cells, at) {
                return passes;
            }
            let context =
                context.get_or_insert_with(|| self.context(Fields::Cells(cells, columns), checker));
            one.evaluate(context) == Outcome::Pass
        })
    }

    fn context<'v>(&self, fields: Fields<'v>, checker: &'v Checker) -> Context<'v, 'v> {
        let mut context = Context::with_env(Arc::clone(&self.env));
        context.add_variable_as_val("record", Box::new(Record { fields, checker }));
        context
    }

    /// Appends the problems of all rules. The record's problems of earlier stages stand in `problems` from `start` on.
    pub fn check(
        &self,
        fields: Fields<'_>,
        checker: &Checker,
        start: usize,
        problems: &mut Vec<Problem>,
    ) {
        let mut context = None;
        let end = problems.len();
        for (at, one) in self.rules.iter().enumerate() {
            // Only the interpreter may say that a rule is broken.
            if fields.surely_pass(at) {
                continue;
            }
            let context = context.get_or_insert_with(|| self.context(fields, checker));
            match one.evaluate(context) {
                Outcome::Pass => {}
                Outcome::Violated => {
                    // The value of a field of the wrong kind says nothing about the rule.
                    let shaky = problems[start..end]
                        .iter()
                        .any(|problem| problem.code == "type" && one.touches(&problem.path));
                    if !shaky {
                        let (message, hint) = wording::rule(&one.rule.id, &one.rule.message);
                        problems.push(one.problem(fields, "", message, hint));
                    }
                }
                Outcome::NoAnswer(reason) => {
                    let reported = problems[start..end]
                        .iter()
                        .any(|problem| one.touches(&problem.path));
                    if !reported {
                        let (message, hint) = wording::not_evaluated(&one.rule.id, &reason);
                        problems.push(one.problem(fields, "not_evaluated", message, hint));
                    }
                }
            }
        }
    }
}

impl Compiled {
    fn evaluate(&self, context: &Context<'_, '_>) -> Outcome {
        // The interpreter is not ours and records are hostile: a panic in it is one rule without an answer.
        let answer = catch_unwind(AssertUnwindSafe(|| {
            CelValue::resolve_val(self.program.expression(), context)
                .map(|value| value.downcast_ref::<CelBool>().map(|flag| *flag.inner()))
        }));
        match answer {
            Ok(Ok(Some(true))) => Outcome::Pass,
            Ok(Ok(Some(false))) => Outcome::Violated,
            Ok(Ok(None)) => Outcome::NoAnswer("its answer is not yes or no".to_owned()),
            Ok(Err(error)) => Outcome::NoAnswer(reason(&error)),
            Err(_) => Outcome::NoAnswer("it stopped half way".to_owned()),
        }
    }

    /// Whether a problem at `path` has to do with a field of this rule.
    fn touches(&self, path: &Path) -> bool {
        let related = |field: &Path| is_within(field, path) || is_within(path, field);
        self.rule.fields.iter().chain(&self.looks_at).any(related)
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

/// Whether `path` is `outer` or lies inside it.
fn is_within(path: &Path, outer: &Path) -> bool {
    path.as_str()
        .strip_prefix(outer.as_str())
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn reason(error: &ExecutionError) -> String {
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

fn compile(env: &Env, rule: &Rule) -> Result<Compiled, SpecError> {
    let fault = |message: String, position: Option<usize>, hint: Option<String>| SpecError {
        part: rule.id.clone(),
        message,
        position,
        hint,
    };
    // The parser is not ours either.
    let parsed = catch_unwind(AssertUnwindSafe(|| env.compile(&rule.assert)))
        .map_err(|_| fault("the rule cannot be read".to_owned(), None, None))?;
    let program = parsed.map_err(|errors| {
        let (message, position) = first_error(&rule.assert, &errors);
        fault(
            format!("the rule has a syntax error: {message}"),
            position,
            None,
        )
    })?;
    let at = |name: &str| {
        let byte = rule.assert.find(name)?;
        Some(rule.assert[..byte].chars().count())
    };
    let mut looks = Looks::default();
    looks.walk(program.expression(), &mut Vec::new());
    for name in &looks.functions {
        if !functions::NAMES.contains(&name.as_str()) {
            let known: Vec<String> = functions::NAMES.iter().map(|&name| name.into()).collect();
            let hint = suggest::nearest(name, &known).map(|near| format!("did you mean {near}()?"));
            return Err(fault(format!("{name}() is not known"), at(name), hint));
        }
    }
    for name in &looks.names {
        if name != "record" && !functions::WORDS.contains(&name.as_str()) {
            let hint = format!("fields are written record.{name}");
            return Err(fault(format!("{name} is not known"), at(name), Some(hint)));
        }
    }
    Ok(Compiled {
        rule: rule.clone(),
        program,
        looks_at: looks.fields.into_iter().collect(),
    })
}

/// The first syntax error and its 0-based position in characters.
fn first_error(source: &str, errors: &ParseErrors) -> (String, Option<usize>) {
    let Some(first) = errors.errors.first() else {
        return ("it cannot be read".to_owned(), None);
    };
    // The parser counts lines from 1 and columns from 0 or 1, depending on who found the fault; both are kept inside.
    let (line, column) = first.pos;
    let before: usize = source
        .split_inclusive('\n')
        .take((line.max(1) - 1) as usize)
        .map(|line| line.chars().count())
        .sum();
    let position = (before + (column.max(1) - 1) as usize).min(source.chars().count());
    (plain_words(&first.msg), Some(position))
}

/// The parser's message without its list of everything that could have stood there.
fn plain_words(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let line = line.strip_prefix("Syntax error: ").unwrap_or(line);
    let line = line.split(" expecting ").next().unwrap_or_default();
    let at_end = |word: &str| word == "'<EOF>'" || word == "<EOF>";
    for start in [
        "extraneous input ",
        "mismatched input ",
        "no viable alternative at input ",
    ] {
        match line.strip_prefix(start) {
            Some(word) if at_end(word) => return "it ends too early".to_owned(),
            Some(word) => return format!("{word} cannot stand here"),
            None => {}
        }
    }
    line.to_owned()
}

/// What an expression looks at.
#[derive(Default)]
struct Looks {
    fields: BTreeSet<Path>,
    functions: BTreeSet<String>,
    names: BTreeSet<String>,
}

impl Looks {
    /// Walks an expression; `own` are the names its comprehensions define.
    fn walk(&mut self, expression: &IdedExpr, own: &mut Vec<String>) {
        if let Some(path) = path_of(expression) {
            if !path.is_root() {
                self.fields.insert(path);
            }
            return;
        }
        match &expression.expr {
            Expr::Unspecified | Expr::Literal(_) => {}
            Expr::Ident(name) => {
                if !own.contains(name) && !name.starts_with('@') {
                    self.names.insert(name.trim_start_matches('.').to_owned());
                }
            }
            Expr::Select(select) => self.walk(&select.operand, own),
            Expr::Call(call) => {
                let is_operator = call.func_name.contains(['_', '@'])
                    && !functions::NAMES.contains(&call.func_name.as_str())
                    && !call
                        .func_name
                        .starts_with(|c: char| c.is_ascii_alphabetic());
                if !is_operator {
                    self.functions.insert(call.func_name.clone());
                }
                for part in call.target.as_deref().into_iter().chain(&call.args) {
                    self.walk(part, own);
                }
            }
            Expr::List(list) => list.elements.iter().for_each(|one| self.walk(one, own)),
            Expr::Map(map) => map
                .entries
                .iter()
                .for_each(|one| self.entry(&one.expr, own)),
            Expr::Struct(all) => all
                .entries
                .iter()
                .for_each(|one| self.entry(&one.expr, own)),
            Expr::Comprehension(all) => {
                self.walk(&all.iter_range, own);
                self.walk(&all.accu_init, own);
                let before = own.len();
                own.extend([all.iter_var.clone(), all.accu_var.clone()]);
                own.extend(all.iter_var2.clone());
                for part in [&all.loop_cond, &all.loop_step, &all.result] {
                    self.walk(part, own);
                }
                own.truncate(before);
            }
        }
    }

    fn entry(&mut self, entry: &EntryExpr, own: &mut Vec<String>) {
        match entry {
            EntryExpr::StructField(field) => self.walk(&field.value, own),
            EntryExpr::MapEntry(entry) => {
                self.walk(&entry.key, own);
                self.walk(&entry.value, own);
            }
        }
    }
}

/// The path of `record.a.b`, `record['a']` and `has(record.a)`.
fn path_of(expression: &IdedExpr) -> Option<Path> {
    match &expression.expr {
        Expr::Ident(name) if name == "record" => Some(Path::root()),
        Expr::Select(select) => Some(path_of(&select.operand)?.child(&select.field)),
        Expr::Call(call) if call.args.len() == 2 => {
            let is_index = [
                operators::INDEX,
                operators::OPT_INDEX,
                operators::OPT_SELECT,
            ]
            .contains(&call.func_name.as_str());
            match (&call.args[1].expr, is_index) {
                (Expr::Literal(LiteralValue::String(name)), true) => {
                    Some(path_of(&call.args[0])?.child(name.inner()))
                }
                (Expr::Literal(LiteralValue::Int(at)), true) => {
                    Some(path_of(&call.args[0])?.child(&at.inner().to_string()))
                }
                _ => None,
            }
        }
        _ => None,
    }
}
