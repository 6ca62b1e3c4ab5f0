//! The different values that fail in one group.

use anyhow::Result;
use serde_json::Value;

use super::{Workspace, certain::certain};
use crate::{
    check::suggest::{Suggestion, suggest},
    model::{Fault, Found, GroupId, Path, RecordId, ValueCount, Wants, shape_of},
};

/// Every different value that the problems of a group are about now, with how many records have it, the most common first;
/// where the contract knows a certain repair, with it.
///
/// # Errors
/// `group:missing`.
pub fn values(workspace: &Workspace, group: GroupId) -> Result<Vec<ValueCount>> {
    let run = workspace.store.run_of_group(group)?.ok_or_else(|| {
        Fault::unusable("group:missing", format!("there is no group {group}"))
            .hint("`redrive groups` lists the groups")
    })?;
    let path = workspace.store.path_of_group(group)?;
    let wants = match (workspace.contract(run)?, Path::parse(&path)) {
        (Some(contract), Some(path)) => contract.checker.wants(&path),
        _ => Wants::default(),
    };
    let counted = workspace.store.values_of(group, usize::MAX)?;
    let values = counted
        .into_iter()
        .map(|(found, count, record)| ValueCount {
            shape: shape_of(&found),
            repair: certain(&found, &wants).into_iter().next().and_then(as_text),
            found,
            count,
            record,
        });
    Ok(values.collect())
}

/// The certain repair of a value as text, if there is one; dates have a transform of their own.
pub(super) fn repair(found: &Found, wants: &Wants) -> Option<String> {
    as_text(suggest(found, wants).into_iter().next()?)
}

fn as_text(repair: Suggestion) -> Option<String> {
    match repair.value {
        Value::String(text) => Some(text),
        value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
        _ => None,
    }
}

/// The records that have one of these values now.
///
/// # Errors
/// When the workspace cannot be read.
pub fn records_with(workspace: &Workspace, group: GroupId, found: &Found) -> Result<Vec<RecordId>> {
    workspace.store.records_with_value(group, found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{filter::Filter, model::RunId, ops::testing::Desk};

    #[test]
    fn values_are_counted_and_the_most_common_comes_first() {
        let desk = Desk::checked(&[
            "A1,a@b.de,30,open",
            "A2,b@b.de,30,Shut",
            "A3,c@b.de,30,open",
        ]);
        let groups = desk.workspace.store.groups(RunId(1), &Filter::default());
        let all = values(&desk.workspace, groups.unwrap()[0].id).unwrap();
        let shown: Vec<_> = (all.iter())
            .map(|one| {
                (
                    &one.found,
                    one.count,
                    one.shape.as_str(),
                    one.repair.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (&Found::Text("open".to_owned()), 2, "aaaa", Some("Open")),
                (&Found::Text("Shut".to_owned()), 1, "Aaaa", None),
            ]
        );
        assert_eq!(all[0].record.0, 1);
    }
}
