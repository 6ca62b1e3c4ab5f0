//! Does everything the workspace says still hold?

use anyhow::Result;
use serde::Serialize;

use super::Workspace;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable word: `integrity`, `schema`, `foreign_key`, `sha256`, `status_count`, `verdict_count`,
    /// `group_count`, `record_sum`, `steps`; of `doctor`, what it looked at, such as `size`.
    pub check: String,
    pub ok: bool,
    /// What was found, naming records; empty when all is well.
    pub message: String,
}

impl Finding {
    /// What a check found. Without a message where there is nothing to say.
    pub fn new(check: &str, ok: bool, message: impl Into<String>) -> Self {
        Self {
            check: check.to_owned(),
            ok,
            message: message.into(),
        }
    }
}

/// SQLite's own integrity check, every stored SHA-256, counters against a recount, statuses against the run's records.
pub fn verify(workspace: &Workspace) -> Result<Vec<Finding>> {
    let verified = workspace.store.verify()?;
    Ok(verified
        .into_iter()
        .map(|verified| {
            let ok = verified.wrong.is_empty();
            Finding::new(verified.check, ok, verified.wrong.join("; "))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fix::Change,
        model::{Path, RecordId},
        ops::{Job, LoadRequest, edit, load, redo, undo},
    };

    fn check(workspace: &Workspace, when: &str) {
        for finding in verify(workspace).unwrap() {
            assert!(finding.ok, "{when}: {finding:?}");
        }
    }

    #[test]
    fn a_workspace_is_sound_after_each_thing_that_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let mut workspace = Workspace::create(&folder.path().join("redrive.db"), "anna").unwrap();
        check(&workspace, "made");
        let file = folder.path().join("rows.csv");
        std::fs::write(&file, "id,name\n1,a\n2\n3,\"x\n").unwrap();
        let request = LoadRequest {
            files: vec![file],
            keep_passed: true,
            ..LoadRequest::default()
        };
        let report = load(&mut workspace, &request, &Job::default()).unwrap();
        assert_eq!((report.records, report.rejected), (3, 2));
        check(&workspace, "loaded");
        let raw = [Change::Raw(b"2,b".to_vec())];
        edit(&mut workspace, RecordId(2), &raw, None).unwrap();
        check(&workspace, "edited as raw text");
        let name = [Change::Text {
            path: Path::field("name"),
            text: "c".to_owned(),
        }];
        edit(&mut workspace, RecordId(2), &name, None).unwrap();
        check(&workspace, "edited");
        undo(&mut workspace, None).unwrap();
        check(&workspace, "undone");
        redo(&mut workspace).unwrap();
        check(&workspace, "redone");
    }
}
