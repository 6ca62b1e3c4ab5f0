//! From the text of a rule to its expression, or to what is wrong with it and where.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use cel::{
    Env, IdedExpr, ParseErrors, Program,
    common::ast::{EntryExpr, Expr},
};

/// What is wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub message: String,
    /// 0-based, in characters.
    pub position: Option<usize>,
    pub hint: Option<String>,
}

impl Wrong {
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            position: None,
            hint: None,
        }
    }

    pub fn at(mut self, position: Option<usize>) -> Self {
        self.position = position;
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The longest rule, in bytes.
const LONGEST: usize = 16_000;
/// How deep an expression may be nested. The interpreter goes as deep on the stack of an ordinary thread, where each level
/// takes up to 40 kB of two megabytes.
const DEEPEST: usize = 40;
/// The parser goes as deep as a text is long before it can be asked how deep that was.
const STACK: usize = 64 << 20;

/// Parses an expression.
///
/// # Errors
/// The first thing that is wrong with it.
pub(super) fn parse(env: &Env, source: &str) -> Result<Program, Wrong> {
    if source.len() > LONGEST {
        let length = source.chars().count();
        return Err(Wrong::new(format!("the rule is {length} characters long"))
            .hint("make two rules of it, or move lists of values into the schema as an enum"));
    }
    let parse = || match env.compile(source) {
        Ok(program) if depth(program.expression()) > DEEPEST => Err(too_deep()),
        Ok(program) => Ok(program),
        Err(errors) => Err(first_error(source, &errors)),
    };
    let unreadable = || Wrong::new("the rule cannot be read").hint("write it in a simpler way");
    thread::scope(|scope| {
        thread::Builder::new()
            .name("rule".to_owned())
            .stack_size(STACK)
            // The parser is not ours.
            .spawn_scoped(scope, || catch_unwind(AssertUnwindSafe(parse)))
            .map_err(|_| unreadable())?
            .join()
            .unwrap_or_else(Err)
            .unwrap_or_else(|_| Err(unreadable()))
    })
}

fn too_deep() -> Wrong {
    Wrong::new("the rule is nested too deeply").hint("make two rules of it")
}

fn depth(expression: &IdedExpr) -> usize {
    let deepest = |parts: &mut dyn Iterator<Item = &IdedExpr>| parts.map(depth).max().unwrap_or(0);
    1 + match &expression.expr {
        Expr::Unspecified | Expr::Literal(_) | Expr::Ident(_) => 0,
        Expr::Select(select) => depth(&select.operand),
        Expr::Call(call) => deepest(&mut call.target.as_deref().into_iter().chain(&call.args)),
        Expr::List(list) => deepest(&mut list.elements.iter()),
        Expr::Map(map) => deepest(&mut map.entries.iter().flat_map(|one| parts(&one.expr))),
        Expr::Struct(all) => deepest(&mut all.entries.iter().flat_map(|one| parts(&one.expr))),
        Expr::Comprehension(all) => deepest(&mut [&all.iter_range, &all.loop_step].into_iter()),
    }
}

fn parts(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(one) => vec![&one.value],
        EntryExpr::MapEntry(one) => vec![&one.key, &one.value],
    }
}

fn first_error(source: &str, errors: &ParseErrors) -> Wrong {
    let Some(first) = errors.errors.first() else {
        return Wrong::new("the rule cannot be read");
    };
    if first.msg.contains("Recursi") || first.msg.contains("recursion") {
        return too_deep();
    }
    // Lines and columns count from 1; what a macro reports counts bytes.
    let (line, column) = first.pos;
    let lines = (line.max(1) - 1) as usize;
    let mut rest = source.split_inclusive('\n').skip(lines);
    let before: usize = source
        .split_inclusive('\n')
        .take(lines)
        .map(|line| line.chars().count())
        .sum();
    let mut column = (column.max(1) - 1) as usize;
    if first.msg.contains("macro") || first.msg.contains("simple name") {
        let line = rest.next().unwrap_or_default();
        column = line
            .char_indices()
            .take_while(|(at, _)| *at < column)
            .count();
    }
    let position = (before + column).min(source.chars().count());
    let (message, hint) = plain_words(&first.msg);
    let wrong = Wrong::new(format!("the rule has a syntax error: {message}")).at(Some(position));
    match hint {
        Some(hint) => wrong.hint(hint),
        None => wrong,
    }
}

/// The parser's message without its list of everything that could have stood there, and what helps.
fn plain_words(message: &str) -> (String, Option<&'static str>) {
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
            Some(word) if at_end(word) => return ("it ends too early".to_owned(), None),
            Some(word) => {
                let hint = match word.trim_matches('\'').to_ascii_lowercase().as_str() {
                    "and" => Some("write && for \"and\""),
                    "or" => Some("write || for \"or\""),
                    "not" => Some("write !(a in b) for \"a not in b\""),
                    "is" => Some("write == to compare"),
                    _ => None,
                };
                return (format!("{word} cannot stand here"), hint);
            }
            None => {}
        }
    }
    if let Some(token) = line.strip_prefix("token recognition error at: ") {
        return strange(token);
    }
    if let Some(rest) = line.strip_prefix("missing ") {
        let what = rest.split(" at ").next().unwrap_or(rest);
        return (format!("{what} is missing"), None);
    }
    match line {
        "invalid argument to has() macro" => (
            "has() takes a field".to_owned(),
            Some("write has(record.name)"),
        ),
        "argument must be a simple name" => (
            "the name of an entry is wanted here".to_owned(),
            Some("write record.list.all(one, one.name != \"\")"),
        ),
        "unsupported syntax: '`'" => (
            "'`' cannot stand here".to_owned(),
            Some("a field with such a name is written record[\"name\"]"),
        ),
        "invalid int literal" => ("this number has more than 64 bits".to_owned(), None),
        _ => (line.to_owned(), None),
    }
}

/// What is no part of the language, as the parser quotes it.
fn strange(token: &str) -> (String, Option<&'static str>) {
    let token = token.strip_prefix('\'').unwrap_or(token);
    let token = token.strip_suffix('\'').unwrap_or(token);
    match token.chars().next() {
        Some('"' | '\'') if token.contains('\\') => (
            "a text has a \\ that stands for nothing".to_owned(),
            Some("write \\\\, or r'..' for a text that keeps each \\"),
        ),
        Some('"' | '\'') => ("a text is not closed".to_owned(), None),
        Some('=') => (
            "'=' cannot stand here".to_owned(),
            Some("write == to compare"),
        ),
        Some(one) if one.is_alphabetic() => (
            format!("'{one}' cannot stand here"),
            Some("a field with such a name is written record[\"name\"]"),
        ),
        Some(one) => (format!("'{}' cannot stand here", one.escape_debug()), None),
        None => ("it cannot be read".to_owned(), None),
    }
}
