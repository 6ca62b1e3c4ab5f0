//! Fields that an edit adds to a record, which can be mistakes of typing.

use std::collections::BTreeSet;

use anyhow::Result;

use super::{Workspace, fix::fields, list::rows};
use crate::{
    check::suggest::nearest,
    fix::Change,
    model::{Path, RecordId, Wants},
};

/// The fields that these changes would add to a record and that its contract says nothing of, each with the nearest of the
/// fields that it has.
///
/// # Errors
/// When the workspace cannot be read.
pub fn new_fields(
    workspace: &Workspace,
    id: RecordId,
    changes: &[Change],
) -> Result<Vec<(Path, Option<String>)>> {
    let Some(row) = rows(workspace, &[id])?.pop() else {
        return Ok(Vec::new());
    };
    let Some(current) = &row.current else {
        return Ok(Vec::new());
    };
    let contract = workspace.contract(row.run)?;
    let is_known = |path: &Path| {
        let wants = contract
            .as_ref()
            .map(|contract| contract.checker.wants(path));
        wants.is_some_and(|wants| wants != Wants::default())
    };
    let is_new = |change: &&Change| {
        let path = change.path();
        let adds = matches!(change, Change::Text { .. } | Change::Json { .. });
        adds && !path.is_root() && current.pointer(path.as_str()).is_none() && !is_known(&path)
    };
    let mut names = BTreeSet::new();
    fields(&Path::root(), current, &mut names);
    let names: Vec<String> = names.into_iter().collect();
    let added = changes.iter().filter(is_new).map(|change| {
        let path = change.path();
        let near = nearest(path.as_str(), &names).map(str::to_owned);
        (path, near)
    });
    Ok(added.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::testing::Desk;

    #[test]
    fn a_field_that_nobody_knows_is_told_with_the_nearest_and_others_are_not() {
        let desk = Desk::checked(&["A1,foo@,12,Open"]);
        let added = |path: &str| {
            let change = Change::Text {
                path: Path::parse(path).unwrap(),
                text: "x".to_owned(),
            };
            let added = new_fields(&desk.workspace, RecordId(1), &[change]).unwrap();
            added
                .into_iter()
                .map(|(path, near)| (path.as_str().to_owned(), near))
                .collect::<Vec<_>>()
        };
        let near = Some("/email".to_owned());
        assert_eq!(added("/emial"), [("/emial".to_owned(), near)]);
        assert_eq!(added("/email"), []);
        let unset = Change::Unset {
            path: Path::parse("/emial").unwrap(),
        };
        assert_eq!(
            new_fields(&desk.workspace, RecordId(1), &[unset]).unwrap(),
            []
        );
    }
}
