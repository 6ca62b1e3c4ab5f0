//! From the expression a person wrote to the one that is evaluated: operators become functions of our own, which know one
//! kind of number ([`super::numbers`]), and what can be repeated or can grow is counted ([`super::budget`]).

use cel::{
    IdedExpr,
    common::ast::{
        CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedEntryExpr, ListExpr, LiteralValue,
        MapEntryExpr, MapExpr, SelectExpr, operators,
    },
};

use super::functions::{SPACES, own};

/// Whole numbers up to here are the same in CEL's comparisons with doubles.
const SMALL: u64 = 1 << 52;

/// Rewrites a whole expression.
pub(super) fn rewrite(expression: &IdedExpr) -> IdedExpr {
    part(expression, false)
}

/// `repeated` says that this part is evaluated for each entry of a list. What is evaluated once costs no more than its
/// text is long, or the record large, unless it grows.
fn part(expression: &IdedExpr, repeated: bool) -> IdedExpr {
    let inner = |one: &IdedExpr| part(one, repeated);
    let rewritten = match &expression.expr {
        Expr::Unspecified | Expr::Literal(_) | Expr::Ident(_) | Expr::Struct(_) => {
            expression.expr.clone()
        }
        Expr::Select(select) => Expr::Select(SelectExpr {
            operand: Box::new(inner(&select.operand)),
            field: select.field.clone(),
            test: select.test,
        }),
        Expr::Call(call) => self::call(call, expression.id, repeated),
        Expr::List(list) => Expr::List(ListExpr {
            elements: list
                .elements
                .iter()
                .map(|one| kept(one, repeated))
                .collect(),
            optional_indices: list.optional_indices.clone(),
        }),
        Expr::Map(map) => Expr::Map(MapExpr {
            entries: map.entries.iter().map(|one| entry(one, repeated)).collect(),
        }),
        Expr::Comprehension(all) => {
            let weight = LiteralValue::Int((weight(&all.loop_step) as i64).into());
            let weight = with(expression.id, Expr::Literal(weight));
            let range = inner(&all.iter_range);
            Expr::Comprehension(Box::new(ComprehensionExpr {
                iter_range: function(range.id, own::EACH, vec![range, weight]),
                loop_step: part(&all.loop_step, true),
                ..(**all).clone()
            }))
        }
    };
    with(expression.id, rewritten)
}

fn call(call: &CallExpr, id: u64, repeated: bool) -> Expr {
    let args: Vec<_> = call.args.iter().map(|one| part(one, repeated)).collect();
    let own = |name: &str, args: Vec<IdedExpr>| function(id, name, args).expr;
    let same = |args: Vec<IdedExpr>| {
        Expr::Call(CallExpr {
            func_name: call.func_name.clone(),
            target: None,
            args,
        })
    };
    if let Some(target) = &call.target {
        return on_value(call, target, args, id, repeated);
    }
    let swapped = |mut args: Vec<IdedExpr>| {
        args.reverse();
        args
    };
    match (call.func_name.as_str(), call.args.as_slice()) {
        // The steps of `map`, `filter` and `exists_one`, which the interpreter knows by their shape.
        (operators::ADD, [left, _]) if is_made(left) => same(args),
        (operators::ADD, [_, _]) => own(own::ADD, args),
        (operators::SUBSTRACT, [_, _]) => own(own::SUBTRACT, args),
        (operators::MULTIPLY, [_, _]) => own(own::MULTIPLY, args),
        (operators::DIVIDE, [_, _]) => own(own::DIVIDE, args),
        (operators::MODULO, [_, _]) => own(own::REMAINDER, args),
        (operators::NEGATE, [_]) => own(own::NEGATE, args),
        (
            operators::EQUALS
            | operators::NOT_EQUALS
            | operators::LESS
            | operators::LESS_EQUALS
            | operators::GREATER
            | operators::GREATER_EQUALS,
            [left, right],
        ) if is_field(left) && is_small(right) => same(args),
        (operators::EQUALS, [_, _]) => own(own::EQUAL, args),
        (operators::NOT_EQUALS, [_, _]) => {
            let equal = with(id, own(own::EQUAL, args));
            own(operators::LOGICAL_NOT, vec![equal])
        }
        (operators::LESS, [_, _]) => own(own::LESS, args),
        (operators::LESS_EQUALS, [_, _]) => own(own::LESS_EQUAL, args),
        (operators::GREATER, [_, _]) => own(own::LESS, swapped(args)),
        (operators::GREATER_EQUALS, [_, _]) => own(own::LESS_EQUAL, swapped(args)),
        (operators::IN, [one, list]) if is_field(one) && is_list_of_small(list) => same(args),
        (operators::IN, [_, _]) => own(own::IN, args),
        (operators::OPT_INDEX | operators::OPT_SELECT, [_, _]) => same(looked_at(args, repeated)),
        ("matches", [_, pattern]) if !is_literal(pattern) => own(own::MATCHES, args),
        ("matches", _) => same(args),
        (name, _) if name.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            same(looked_at(args, repeated))
        }
        _ => same(args),
    }
}

fn on_value(
    call: &CallExpr,
    target: &IdedExpr,
    mut args: Vec<IdedExpr>,
    id: u64,
    repeated: bool,
) -> Expr {
    let is_space =
        matches!(&target.expr, Expr::Ident(name) if SPACES.iter().any(|(space, ..)| space == name));
    let name = match (call.func_name.as_str(), args.len()) {
        ("join", 0 | 1) => Some(own::JOIN),
        ("replace", 2 | 3) => Some(own::REPLACE),
        ("split", 1 | 2) => Some(own::SPLIT),
        ("indexOf", 1 | 2) => Some(own::INDEX_OF),
        ("lastIndexOf", 1 | 2) => Some(own::LAST_INDEX_OF),
        ("matches", 1) if !is_literal(&call.args[0]) => Some(own::MATCHES),
        _ => None,
    };
    if let Some(name) = name.filter(|_| !is_space) {
        args.insert(0, part(target, repeated));
        return function(id, name, args).expr;
    }
    let target = if is_space {
        target.clone()
    } else {
        let target = part(target, repeated);
        if repeated { look(target) } else { target }
    };
    Expr::Call(CallExpr {
        func_name: call.func_name.clone(),
        target: Some(Box::new(target)),
        args: looked_at(args, repeated),
    })
}

/// An entry of a list or a map that is made here: it is copied.
fn kept(expression: &IdedExpr, repeated: bool) -> IdedExpr {
    let value = part(expression, repeated);
    if repeated && !is_literal(expression) {
        look(value)
    } else {
        value
    }
}

fn entry(entry: &IdedEntryExpr, repeated: bool) -> IdedEntryExpr {
    let expr = match &entry.expr {
        EntryExpr::MapEntry(one) => EntryExpr::MapEntry(MapEntryExpr {
            key: kept(&one.key, repeated),
            value: kept(&one.value, repeated),
            optional: one.optional,
        }),
        EntryExpr::StructField(_) => entry.expr.clone(),
    };
    IdedEntryExpr { id: entry.id, expr }
}

fn looked_at(args: Vec<IdedExpr>, repeated: bool) -> Vec<IdedExpr> {
    let look = |one: IdedExpr| {
        if repeated && !is_literal(&one) {
            look(one)
        } else {
            one
        }
    };
    args.into_iter().map(look).collect()
}

fn look(value: IdedExpr) -> IdedExpr {
    function(value.id, own::LOOK, vec![value])
}

fn function(id: u64, name: &str, args: Vec<IdedExpr>) -> IdedExpr {
    let call = CallExpr {
        func_name: name.to_owned(),
        target: None,
        args,
    };
    with(id, Expr::Call(call))
}

fn with(id: u64, expr: Expr) -> IdedExpr {
    IdedExpr { id, expr }
}

/// A name that a macro made; a person cannot write `@`.
fn is_made(expression: &IdedExpr) -> bool {
    matches!(&expression.expr, Expr::Ident(name) if name.starts_with('@'))
}

fn is_literal(expression: &IdedExpr) -> bool {
    matches!(expression.expr, Expr::Literal(_))
}

/// A plain field such as `record.a.b`, which is no date and no sum.
fn is_field(expression: &IdedExpr) -> bool {
    match &expression.expr {
        Expr::Ident(_) => true,
        Expr::Select(select) => !select.test && is_field(&select.operand),
        _ => false,
    }
}

/// A literal that CEL compares with a field as we do.
fn is_small(expression: &IdedExpr) -> bool {
    match &expression.expr {
        Expr::Literal(LiteralValue::Int(whole)) => whole.inner().unsigned_abs() < SMALL,
        Expr::Literal(LiteralValue::Double(fraction)) => fraction.inner().abs() < SMALL as f64,
        Expr::Literal(LiteralValue::UInt(_) | LiteralValue::Bytes(_)) => false,
        Expr::Literal(_) => true,
        _ => false,
    }
}

fn is_list_of_small(expression: &IdedExpr) -> bool {
    match &expression.expr {
        // The list's own entries do the comparing, and those of CEL know no long numbers. They differ from all small ones.
        Expr::List(list) => list.elements.iter().all(is_small),
        _ => false,
    }
}

/// How many nodes an expression has: the work of evaluating it once.
fn weight(expression: &IdedExpr) -> u64 {
    let all = |list: &[IdedExpr]| list.iter().map(weight).sum::<u64>();
    1 + match &expression.expr {
        Expr::Unspecified | Expr::Literal(_) | Expr::Ident(_) | Expr::Struct(_) => 0,
        Expr::Select(select) => weight(&select.operand),
        Expr::Call(call) => call.target.as_deref().map_or(0, weight) + all(&call.args),
        Expr::List(list) => all(&list.elements),
        Expr::Map(map) => map
            .entries
            .iter()
            .map(|one| match &one.expr {
                EntryExpr::MapEntry(one) => weight(&one.key) + weight(&one.value),
                EntryExpr::StructField(_) => 1,
            })
            .sum(),
        Expr::Comprehension(all) => weight(&all.iter_range) + 1,
    }
}
