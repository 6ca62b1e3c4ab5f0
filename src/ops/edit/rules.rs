//! An edit of one record as rules for records like it.

use anyhow::Result;
use serde_json::Value;

use crate::{
    fix::{
        Change, Transform,
        recipe::RecipeStep,
        transforms::{map::Map, remove::Remove, set::Set},
    },
    model::Problem,
    ops::fix::condition,
    store::StoredRecord,
};

/// What was done as rules for records like it: the same old value in that field becomes the same new one; where there was
/// none, it is given to records with the same problem. As JSON, for the history; `None` where no rule says it.
pub(super) fn rules(
    record: &StoredRecord,
    documents: (Option<Value>, Option<Value>),
    changes: &[Change],
) -> Result<Option<String>> {
    let (Some(before), Some(after)) = documents else {
        return Ok(None);
    };
    let mut rules: Vec<RecipeStep> = Vec::new();
    for path in changes.iter().map(Change::path) {
        let old = before.pointer(path.as_str()).and_then(plain);
        let new = after.pointer(path.as_str());
        let transform = match (&old, new.and_then(plain), new) {
            (Some(old), Some(new), _) if *old != new => Transform::Map(Map {
                values: [(old.clone(), new)].into(),
            }),
            (None, Some(to), _) => Transform::Set(Set { to }),
            (Some(_), None, None) => Transform::Remove(Remove {}),
            _ => continue,
        };
        let is_mapped = matches!(transform, Transform::Map(_));
        let at = |problem: &&Problem| problem.path == path;
        let condition = match record.problems.iter().find(at) {
            Some(problem) if !is_mapped => condition(problem),
            // Without a problem nothing says which records are like this one.
            None if !is_mapped => continue,
            _ => String::new(),
        };
        let rule = RecipeStep {
            condition,
            field: path.pattern(),
            transforms: vec![transform],
        };
        if !path.is_root() && !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    let text = (!rules.is_empty()).then(|| serde_json::to_string(&rules));
    Ok(text.transpose()?)
}

/// A value that is text, a number, yes or no, as text.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
