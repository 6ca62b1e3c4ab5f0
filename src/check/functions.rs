//! What rules can call: CEL's own functions, its string extension, our `date` and `matches`; and what
//! [`super::rewrite`] puts in the place of operators and of the functions whose work grows faster than their text.

use std::{cell::RefCell, collections::HashMap};

use cel::{
    DeclarationError, Env, ExecutionError,
    common::{
        types::{CelBool, CelDouble, CelInt, CelList, CelString, DYN_TYPE, STRING_TYPE},
        value::CowVal,
    },
    extensions,
};
use regex::{Regex, RegexBuilder};

use super::{
    budget, dates,
    gives::Gives,
    numbers::{self, Exact, Operator},
};

type Args<'b, 'v> = Vec<CowVal<'b, 'v>>;
type Answer<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

/// A function that can be called by name, and with how many values.
pub(super) struct Function {
    pub name: &'static str,
    /// As `name(..)`.
    pub alone: &'static [usize],
    /// As `value.name(..)`, the value not counted.
    pub on_value: &'static [usize],
    pub gives: Gives,
}

const fn on_value(name: &'static str, counts: &'static [usize], gives: Gives) -> Function {
    Function {
        name,
        alone: &[],
        on_value: counts,
        gives,
    }
}

const fn alone(name: &'static str, gives: Gives) -> Function {
    Function {
        name,
        alone: &[1],
        on_value: &[],
        gives,
    }
}

/// The functions of a namespace: `optional.of(x)`.
pub(super) const SPACES: &[(&str, &str, usize)] = &[
    ("optional", "of", 1),
    ("optional", "none", 0),
    ("optional", "ofNonZeroValue", 1),
    ("strings", "quote", 1),
];

/// Everything that can be called by name. Calls of macros such as `has` and `all` are expanded before; what is left of
/// them has the wrong number of parts.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "size",
        alone: &[1],
        on_value: &[0],
        gives: Gives::Number,
    },
    Function {
        name: "matches",
        alone: &[2],
        on_value: &[1],
        gives: Gives::YesNo,
    },
    on_value("contains", &[1], Gives::YesNo),
    on_value("startsWith", &[1], Gives::YesNo),
    on_value("endsWith", &[1], Gives::YesNo),
    alone("date", Gives::Date),
    alone("timestamp", Gives::Time),
    alone("duration", Gives::Duration),
    alone("int", Gives::Number),
    alone("uint", Gives::Number),
    alone("double", Gives::Number),
    alone("string", Gives::Text),
    alone("bool", Gives::YesNo),
    alone("bytes", Gives::Anything),
    alone("type", Gives::Anything),
    alone("dyn", Gives::Anything),
    on_value("charAt", &[1], Gives::Text),
    on_value("indexOf", &[1, 2], Gives::Number),
    on_value("lastIndexOf", &[1, 2], Gives::Number),
    on_value("join", &[0, 1], Gives::Text),
    on_value("lowerAscii", &[0], Gives::Text),
    on_value("upperAscii", &[0], Gives::Text),
    on_value("trim", &[0], Gives::Text),
    on_value("replace", &[2, 3], Gives::Text),
    on_value("split", &[1, 2], Gives::List),
    on_value("substring", &[1, 2], Gives::Text),
    on_value("format", &[1], Gives::Text),
    on_value("reverse", &[0], Gives::Text),
    on_value("getFullYear", &[0, 1], Gives::Number),
    on_value("getMonth", &[0, 1], Gives::Number),
    on_value("getDayOfYear", &[0, 1], Gives::Number),
    on_value("getDayOfMonth", &[0, 1], Gives::Number),
    on_value("getDate", &[0, 1], Gives::Number),
    on_value("getDayOfWeek", &[0, 1], Gives::Number),
    on_value("getHours", &[0, 1], Gives::Number),
    on_value("getMinutes", &[0, 1], Gives::Number),
    on_value("getSeconds", &[0, 1], Gives::Number),
    on_value("getMilliseconds", &[0, 1], Gives::Number),
    on_value("hasValue", &[0], Gives::YesNo),
    on_value("value", &[0], Gives::Anything),
    on_value("or", &[1], Gives::Anything),
    on_value("orValue", &[1], Gives::Anything),
    alone("has", Gives::YesNo),
    on_value("all", &[2], Gives::YesNo),
    on_value("exists", &[2], Gives::YesNo),
    on_value("exists_one", &[2], Gives::YesNo),
    on_value("existsOne", &[2], Gives::YesNo),
    on_value("map", &[2, 3], Gives::List),
    on_value("filter", &[2], Gives::List),
];

/// The names that stand for no field: CEL's types and the namespaces of its functions.
pub(super) const WORDS: &[&str] = &[
    "bool",
    "bytes",
    "double",
    "duration",
    "dyn",
    "int",
    "list",
    "map",
    "null_type",
    "optional",
    "string",
    "strings",
    "timestamp",
    "type",
    "uint",
];

/// Names of functions that a person cannot write; only [`super::rewrite`] calls them.
pub(super) mod own {
    pub const ADD: &str = "@add";
    pub const SUBTRACT: &str = "@subtract";
    pub const MULTIPLY: &str = "@multiply";
    pub const DIVIDE: &str = "@divide";
    pub const REMAINDER: &str = "@remainder";
    pub const NEGATE: &str = "@negate";
    pub const EQUAL: &str = "@equal";
    pub const LESS: &str = "@less";
    pub const LESS_EQUAL: &str = "@less_equal";
    pub const IN: &str = "@contains";
    /// Gives its value, and counts that it is looked at.
    pub const LOOK: &str = "@look";
    /// Gives its list, and counts that it is gone through with so much work for each entry.
    pub const EACH: &str = "@each";
    pub const JOIN: &str = "@join";
    pub const REPLACE: &str = "@replace";
    pub const SPLIT: &str = "@split";
    pub const INDEX_OF: &str = "@index_of";
    pub const LAST_INDEX_OF: &str = "@last_index_of";
    /// With a pattern that comes from the record.
    pub const MATCHES: &str = "@matches";
}

/// The environment all rules share.
pub(super) fn environment() -> Result<Env, DeclarationError> {
    let mut env = Env::stdlib();
    env.add_extension(extensions::strings)?;
    env.add_extension(dates::extension)?;
    let two_texts = || vec![STRING_TYPE, STRING_TYPE];
    env.add_overload("matches", "matches_texts", two_texts(), matches)?;
    env.add_member_overload(
        "matches",
        "text_matches",
        STRING_TYPE,
        vec![STRING_TYPE],
        matches,
    )?;
    env.add_type(Exact::TYPE)?;
    env.add_overload("string", "number_to_string", vec![Exact::TYPE], |args| {
        let text = exact(&args)?.text();
        Ok(CowVal::owned(CelString::from(text)))
    })?;
    env.add_overload("double", "number_to_double", vec![Exact::TYPE], |args| {
        Ok(CowVal::owned(CelDouble::from(exact(&args)?.as_double())))
    })?;
    own_functions(&mut env)?;
    Ok(env)
}

fn own_functions(env: &mut Env) -> Result<(), DeclarationError> {
    let mut own = |name: &str, values: usize, function: cel::common::functions::Function| {
        let types = (0..values).map(|_| DYN_TYPE).collect();
        env.add_overload(name, &format!("{name}_{values}"), types, function)
    };
    own(own::ADD, 2, |args| calculate(Operator::Add, &args))?;
    own(own::SUBTRACT, 2, |args| {
        calculate(Operator::Subtract, &args)
    })?;
    own(own::MULTIPLY, 2, |args| {
        calculate(Operator::Multiply, &args)
    })?;
    own(own::DIVIDE, 2, |args| calculate(Operator::Divide, &args))?;
    own(own::REMAINDER, 2, |args| {
        calculate(Operator::Remainder, &args)
    })?;
    own(own::NEGATE, 1, |args| {
        numbers::negate(&*args[0]).map(CowVal::Owned)
    })?;
    own(own::EQUAL, 2, |args| {
        numbers::equal(&*args[0], &*args[1]).map(yes_no)
    })?;
    own(own::LESS, 2, |args| {
        numbers::order(&*args[0], &*args[1]).map(|order| yes_no(order.is_lt()))
    })?;
    own(own::LESS_EQUAL, 2, |args| {
        numbers::order(&*args[0], &*args[1]).map(|order| yes_no(order.is_le()))
    })?;
    own(own::IN, 2, |args| {
        numbers::contains(&*args[0], &*args[1]).map(yes_no)
    })?;
    own(own::LOOK, 1, |mut args| {
        budget::spend(budget::size(&*args[0]))?;
        Ok(args.remove(0))
    })?;
    own(own::EACH, 2, each)?;
    own(own::JOIN, 1, join)?;
    own(own::JOIN, 2, join)?;
    own(own::REPLACE, 3, replace)?;
    own(own::REPLACE, 4, replace)?;
    own(own::SPLIT, 2, split)?;
    own(own::SPLIT, 3, split)?;
    own(own::INDEX_OF, 2, index_of)?;
    own(own::INDEX_OF, 3, index_of)?;
    own(own::LAST_INDEX_OF, 2, last_index_of)?;
    own(own::LAST_INDEX_OF, 3, last_index_of)?;
    own(own::MATCHES, 2, matches_data)
}

fn calculate<'b, 'v>(operator: Operator, args: &[CowVal<'b, 'v>]) -> Answer<'b, 'v> {
    numbers::calculate(operator, &args[0], &args[1])
}

fn yes_no<'b, 'v>(answer: bool) -> CowVal<'b, 'v> {
    CowVal::owned(CelBool::from(answer))
}

fn each<'b, 'v>(mut args: Args<'b, 'v>) -> Answer<'b, 'v> {
    let weight = whole_of(&args, 1)?;
    let entries = args[0].as_sizer().map_or(0, |all| *all.size().inner());
    let turns = (entries as u64).saturating_mul(weight as u64);
    budget::spend(budget::size(&*args[0]).saturating_add(turns))?;
    Ok(args.remove(0))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape CEL calls")]
fn join<'b, 'v>(args: Args<'b, 'v>) -> Answer<'b, 'v> {
    let between = if args.len() > 1 {
        text_of(&args, 1)?
    } else {
        ""
    };
    let list = args[0]
        .downcast_ref::<CelList>()
        .ok_or_else(|| other_kind("join"))?
        .inner();
    budget::spend(budget::size(&*args[0]))?;
    budget::spend(budget::text(between.len().saturating_mul(list.len())))?;
    let texts = list.iter().map(|one| {
        let text = one.downcast_ref::<CelString>().map(CelString::inner);
        text.ok_or_else(|| other_kind("join"))
    });
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    Ok(CowVal::owned(CelString::from(texts.join(between))))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape CEL calls")]
fn replace<'b, 'v>(args: Args<'b, 'v>) -> Answer<'b, 'v> {
    let (text, from, to) = (text_of(&args, 0)?, text_of(&args, 1)?, text_of(&args, 2)?);
    let most = match args.len() {
        4 => usize::try_from(whole_of(&args, 3)?).unwrap_or(usize::MAX),
        _ => usize::MAX,
    };
    budget::spend(budget::text(text.len()))?;
    let times = text.matches(from).count().min(most);
    budget::spend(budget::text(times.saturating_mul(to.len())))?;
    Ok(CowVal::owned(CelString::from(
        text.replacen(from, to, most),
    )))
}

/// Like the string extension's, an empty separator splits between characters and 0 parts are none.
#[expect(clippy::needless_pass_by_value, reason = "the shape CEL calls")]
fn split<'b, 'v>(args: Args<'b, 'v>) -> Answer<'b, 'v> {
    let (text, between) = (text_of(&args, 0)?, text_of(&args, 1)?);
    let most = match args.len() {
        3 => usize::try_from(whole_of(&args, 2)?).unwrap_or(usize::MAX),
        _ => usize::MAX,
    };
    // Each part is a value of its own.
    budget::spend(budget::text(text.len()))?;
    let parts: Vec<&str> = match (most, between.is_empty()) {
        (0, _) => Vec::new(),
        (_, false) => text.splitn(most, between).collect(),
        (_, true) => {
            let ends = text.char_indices().map(|(at, one)| at + one.len_utf8());
            let mut from = 0;
            let mut parts = Vec::new();
            for end in ends.take(most - 1) {
                parts.push(&text[from..end]);
                from = end;
            }
            if from < text.len() {
                parts.push(&text[from..]);
            }
            parts
        }
    };
    budget::spend(4 * parts.len() as u64)?;
    let parts = parts
        .into_iter()
        .map(|part| Box::new(CelString::from(part.to_owned())) as Box<_>);
    Ok(CowVal::owned(CelList::from(parts.collect::<Vec<_>>())))
}

/// Positions count characters. CEL's own compares at each of them anew.
#[expect(clippy::needless_pass_by_value, reason = "the shape CEL calls")]
fn index_of<'b, 'v>(args: Args<'b, 'v>) -> Answer<'b, 'v> {
    let (text, wanted) = (text_of(&args, 0)?, text_of(&args, 1)?);
    budget::spend(budget::text(text.len() + wanted.len()))?;
    let start = match args.len() {
        3 => start_of(&args, text, wanted, "indexOf")?,
        _ => 0,
    };
    let found = text[start..].find(wanted).map(|at| start + at);
    Ok(position(text, found))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape CEL calls")]
fn last_index_of<'b, 'v>(args: Args<'b, 'v>) -> Answer<'b, 'v> {
    let (text, wanted) = (text_of(&args, 0)?, text_of(&args, 1)?);
    budget::spend(budget::text(text.len() + wanted.len()))?;
    let found = match args.len() {
        3 => {
            let start = start_of(&args, text, wanted, "lastIndexOf")?;
            let length = wanted.chars().count();
            let end = text[start..].char_indices().nth(length);
            text[..end.map_or(text.len(), |(at, _)| start + at)].rfind(wanted)
        }
        _ => text.rfind(wanted),
    };
    Ok(position(text, found))
}

/// The byte at which the search named by the third value starts.
fn start_of(
    args: &[CowVal<'_, '_>],
    text: &str,
    wanted: &str,
    name: &str,
) -> Result<usize, ExecutionError> {
    let outside = || ExecutionError::function_error(name, "index out of range");
    let start = usize::try_from(whole_of(args, 2)?).map_err(|_| outside())?;
    match text.char_indices().nth(start) {
        Some((at, _)) => Ok(at),
        None if wanted.is_empty() => Ok(text.len()),
        None => Err(outside()),
    }
}

fn position<'b, 'v>(text: &str, byte: Option<usize>) -> CowVal<'b, 'v> {
    let at = byte.map_or(-1, |byte| text[..byte].chars().count() as i64);
    CowVal::owned(CelInt::from(at))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape CEL calls")]
fn matches<'b, 'v>(args: Args<'b, 'v>) -> Answer<'b, 'v> {
    search(&args, LITERAL)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape CEL calls")]
fn matches_data<'b, 'v>(args: Args<'b, 'v>) -> Answer<'b, 'v> {
    search(&args, DATA)
}

fn search<'b, 'v>(args: &[CowVal<'_, '_>], limit: usize) -> Answer<'b, 'v> {
    let (text, pattern) = (text_of(args, 0)?, text_of(args, 1)?);
    budget::spend(budget::text(text.len() + pattern.len()))?;
    let answer = is_match(text, pattern, limit)?;
    let answer = answer.map(yes_no);
    answer.ok_or_else(|| ExecutionError::function_error("matches", "no pattern"))
}

fn exact<'a>(args: &'a [CowVal<'_, '_>]) -> Result<&'a Exact, ExecutionError> {
    let one = args.first().and_then(|arg| arg.downcast_ref::<Exact>());
    one.ok_or_else(ExecutionError::missing_argument_or_target)
}

fn text_of<'a>(args: &'a [CowVal<'_, '_>], at: usize) -> Result<&'a str, ExecutionError> {
    args.get(at)
        .and_then(|arg| arg.downcast_ref::<CelString>())
        .map(CelString::inner)
        .ok_or_else(|| other_kind("a text function"))
}

fn whole_of(args: &[CowVal<'_, '_>], at: usize) -> Result<i64, ExecutionError> {
    let whole = args.get(at).and_then(|arg| arg.downcast_ref::<CelInt>());
    whole
        .map(|whole| *whole.inner())
        .ok_or_else(|| other_kind("a text function"))
}

fn other_kind(function: &str) -> ExecutionError {
    ExecutionError::no_such_overload(function, Vec::new())
}

/// Bytes that a pattern written in a rule may need; `^\w{1,50}$` needs 4 MB.
const LITERAL: usize = 10 << 20;
/// Bytes that a pattern taken from a record may need.
const DATA: usize = 1 << 18;
/// What it costs to compile a pattern that comes from a record. It is counted even where the pattern is known already: that
/// depends on the records before.
const COMPILE: u64 = 5_000;

/// Compiles a pattern that is written in a rule.
///
/// # Errors
/// Why it cannot be used, as half a sentence.
pub(super) fn pattern(pattern: &str) -> Result<(), String> {
    match compile(pattern, LITERAL) {
        Ok(_) => Ok(()),
        Err(regex::Error::CompiledTooBig(_)) => Err("it is too large".to_owned()),
        Err(error) => {
            let text = error.to_string();
            let why = text
                .lines()
                .rev()
                .find_map(|line| line.strip_prefix("error: "));
            Err(why.unwrap_or("it is no regular expression").to_owned())
        }
    }
}

fn compile(pattern: &str, limit: usize) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern)
        .size_limit(limit)
        .dfa_size_limit(2 << 20)
        .nest_limit(100)
        .build()
}

/// Patterns are compiled once a thread; those that come out of the data must not fill the memory.
fn is_match(text: &str, pattern: &str, limit: usize) -> Result<Option<bool>, ExecutionError> {
    const MOST: usize = 64;
    type Known = HashMap<String, Option<Regex>>;
    thread_local! {
        static LITERALS: RefCell<Known> = RefCell::default();
        static DATAS: RefCell<Known> = RefCell::default();
    }
    let patterns = if limit == DATA {
        budget::spend(COMPILE)?;
        &DATAS
    } else {
        &LITERALS
    };
    patterns.with_borrow_mut(|known| {
        if !known.contains_key(pattern) {
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(pattern.to_owned(), compile(pattern, limit).ok());
        }
        let compiled = known.get(pattern).and_then(Option::as_ref);
        Ok(compiled.map(|compiled| compiled.is_match(text)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_cannot_be_compiled_is_no_answer() {
        let is_match = |text, pattern| is_match(text, pattern, DATA).unwrap();
        assert_eq!(is_match("abc", "^a"), Some(true));
        assert_eq!(is_match("abc", "("), None);
        assert_eq!(is_match("abc", r"\w{500}"), None);
    }

    #[test]
    fn a_pattern_says_why_it_cannot_be_used() {
        assert_eq!(pattern(r"^\w{1,50}$"), Ok(()));
        assert_eq!(pattern("a("), Err("unclosed group".to_owned()));
        assert_eq!(
            pattern(r"(\w{100}){100}"),
            Err("it is too large".to_owned())
        );
    }
}
