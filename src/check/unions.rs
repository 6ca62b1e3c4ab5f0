//! Chooses the branch of `anyOf` and `oneOf` that a value was meant for, so that its own problem is reported and not
//! the union's.

use jsonschema::{
    JsonType, ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;

use super::wording::Facts;

/// Gives the errors that say most about the value: the error itself, or those of the closest branch of its union. `named`
/// tells the branch that a record names itself, where the schema has a word for that.
pub(super) fn closest<'e>(
    error: &'e ValidationError<'e>,
    named: &dyn Fn(&ValidationError<'_>) -> Option<usize>,
    give: &mut dyn FnMut(&ValidationError<'_>, Facts),
) {
    let (Kind::AnyOf { context: branches } | Kind::OneOfNotValid { context: branches }) =
        error.kind()
    else {
        return give(error, Facts::default());
    };
    let own = named(error).and_then(|branch| branches.get(branch));
    if let Some(own) = own.filter(|own| !own.is_empty()) {
        return own.iter().for_each(|inner| closest(inner, named, give));
    }
    let place = error.instance_path().as_str();
    let mut left: Vec<&Branch> = branches
        .iter()
        .filter(|branch| !is_null_branch(branch, place))
        .collect();
    // The kind of value decides first, then the field that tells the branches apart, then the number of problems, then how
    // far inside they are.
    keep_some(&mut left, |branch| !has_type_mismatch(branch, place));
    let tags = tags(&left, place);
    keep_some(&mut left, |branch| wrong_tag(branch, place).is_none());
    let fewest = left.iter().map(|branch| branch.len()).min().unwrap_or(0);
    left.retain(|branch| branch.len() == fewest);
    let deepest = left.iter().map(|branch| depth(branch)).max().unwrap_or(0);
    left.retain(|branch| depth(branch) == deepest);
    match left.as_slice() {
        [only] if !only.is_empty() && (tags.is_none() || wrong_tag(only, place).is_none()) => {
            for inner in *only {
                closest(inner, named, give);
            }
        }
        several
            if several
                .iter()
                .all(|branch| has_type_mismatch(branch, place)) =>
        {
            give(error, Facts::kinds(wanted_kinds(several)));
        }
        several => {
            let mut shared = shared(several).peekable();
            if tags.is_some() || shared.peek().is_none() {
                return give(error, tags.unwrap_or_default());
            }
            // Whatever the record was meant to be, this is wrong with it.
            shared.for_each(|inner| closest(inner, named, give));
        }
    }
}

type Branch = Vec<ValidationError<'static>>;

/// How far inside the value the problem nearest to it is.
fn depth(branch: &Branch) -> usize {
    let levels = |error: &ValidationError<'_>| error.instance_path().as_str().matches('/').count();
    branch.iter().map(levels).min().unwrap_or(0)
}

/// The errors that all branches have, of which one says the same as the other.
fn shared<'b>(branches: &[&'b Branch]) -> impl Iterator<Item = &'b ValidationError<'static>> {
    let (first, others) = match branches.split_first() {
        Some((first, others)) if !others.is_empty() => (first.as_slice(), others.to_vec()),
        _ => (&[][..], Vec::new()),
    };
    let same = |a: &ValidationError<'_>, b: &ValidationError<'_>| {
        a.instance_path() == b.instance_path() && a.to_string() == b.to_string()
    };
    first.iter().filter(move |one| {
        let has = |branch: &&Branch| branch.iter().any(|other| same(one, other));
        others.iter().all(has)
    })
}

/// Keeps the branches that pass, unless none would be left.
fn keep_some<T: Copy>(left: &mut Vec<T>, pass: impl Fn(&T) -> bool) {
    let kept: Vec<T> = left.iter().copied().filter(|one| pass(one)).collect();
    if !kept.is_empty() {
        *left = kept;
    }
}

/// Whether a branch allows only null, which the value is not.
fn is_null_branch(branch: &[ValidationError<'static>], place: &str) -> bool {
    branch.iter().any(|error| {
        error.instance_path().as_str() == place
            && match error.kind() {
                Kind::Type { kind } => matches!(kind, TypeKind::Single(JsonType::Null)),
                Kind::Constant { expected_value } => expected_value.is_null(),
                Kind::Enum { options } => {
                    matches!(options.as_array().map(Vec::as_slice), Some([Value::Null]))
                }
                _ => false,
            }
    })
}

fn has_type_mismatch(branch: &[ValidationError<'static>], place: &str) -> bool {
    branch.iter().any(|error| {
        error.instance_path().as_str() == place && matches!(error.kind(), Kind::Type { .. })
    })
}

/// The field that tells branches apart and the values this branch wants in it, when the record has another.
fn wrong_tag(branch: &[ValidationError<'static>], place: &str) -> Option<(String, Vec<Value>)> {
    branch.iter().find_map(|error| {
        let name = error.instance_path().as_str().strip_prefix(place)?;
        let name = name.strip_prefix('/').filter(|name| !name.contains('/'))?;
        let values = match error.kind() {
            Kind::Constant { expected_value } => vec![(**expected_value).clone()],
            Kind::Enum { options } => options.as_array()?.clone(),
            _ => return None,
        };
        Some((name.to_owned(), values))
    })
}

/// What to say when every branch wants another value in the same field.
fn tags(left: &[&Vec<ValidationError<'static>>], place: &str) -> Option<Facts> {
    if left.len() < 2 {
        return None;
    }
    let all: Option<Vec<_>> = left.iter().map(|branch| wrong_tag(branch, place)).collect();
    let all = all?;
    let name = all.first()?.0.clone();
    if all.iter().any(|(other, _)| *other != name) {
        return None;
    }
    let values = all.into_iter().flat_map(|(_, values)| values).collect();
    let mut facts = Facts::allowed(&Value::Array(values));
    facts.tag = Some(name);
    Some(facts)
}

fn wanted_kinds(branches: &[&Vec<ValidationError<'static>>]) -> Vec<String> {
    let mut kinds: Vec<String> = Vec::new();
    for error in branches.iter().flat_map(|branch| branch.iter()) {
        let names: Vec<String> = match error.kind() {
            Kind::Type {
                kind: TypeKind::Single(one),
            } => vec![one.to_string()],
            Kind::Type {
                kind: TypeKind::Multiple(set),
            } => set.iter().map(|one| one.to_string()).collect(),
            _ => continue,
        };
        for name in names {
            if name != "null" && !kinds.contains(&name) {
                kinds.push(name);
            }
        }
    }
    kinds
}
