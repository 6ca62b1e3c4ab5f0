//! Taking the first suggestion for a value without having seen it, for whoever goes faster than it comes.

use anyhow::Result;

use super::{Workspace, edit, preview};
use crate::{
    fix::Change,
    model::{ChangeReport, Fault, FaultKind, Path, RecordId},
};

/// Puts the first certain repair of the value at a path in its place, as [`edit`] does.
///
/// # Errors
/// `edit:no_suggestion` where nothing certain is known; those of an edit.
pub fn edit_as_suggested(
    workspace: &mut Workspace,
    id: RecordId,
    at: &Path,
) -> Result<ChangeReport> {
    let version = workspace.store.record(id)?.version;
    let suggestions = preview(workspace, id, &[], at)?.suggestions;
    let Some(first) = suggestions.into_iter().next() else {
        return Err(Fault::new(
            FaultKind::Nothing,
            "edit:no_suggestion",
            "there is no suggestion for this value",
        )
        .into());
    };
    let change = Change::Json {
        path: at.clone(),
        value: first.value,
    };
    edit(workspace, id, &[change], Some(version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::testing::{Desk, code};

    #[test]
    fn the_first_suggestion_is_taken_and_where_there_is_none_nothing_changes() {
        let mut desk = Desk::checked(&["A1,foo@,30,open", "A2,a@b.de,3,Open"]);
        let stage = Path::field("stage");
        let report = edit_as_suggested(&mut desk.workspace, RecordId(1), &stage).unwrap();
        assert_eq!(report.still_rejected, 1);
        assert_eq!(desk.look(1), "A1,foo@,30,Open | rejected | format@/email");
        let email = Path::field("email");
        let none = edit_as_suggested(&mut desk.workspace, RecordId(1), &email).unwrap_err();
        assert_eq!(code(&none), "edit:no_suggestion");
        assert_eq!(desk.look(1), "A1,foo@,30,Open | rejected | format@/email");
    }
}
