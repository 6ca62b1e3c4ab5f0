//! What happened to a run, for a ticket.

use std::path::Path as FilePath;

use anyhow::Result;

use super::{Workspace, history::plans, standing, whole::write_new, workspace::now};
use crate::{
    filter::Filter,
    model::{Fault, RunId},
    report::{Report, html, markdown},
};

/// Everything there is to say of a run (the newest, where none is named), at one moment. Only with `values` does it hold the
/// values of records, and not their shapes alone; what people wrote down themselves it always holds.
///
/// # Errors
/// `run:missing`, `run:none`.
pub fn report(workspace: &Workspace, run: Option<RunId>, values: bool) -> Result<Report> {
    let store = &workspace.store;
    let _reading = store.reading()?;
    let run = match run {
        Some(run) => run,
        None => store.newest_run()?.ok_or_else(|| {
            Fault::unusable("run:none", "the workspace holds no run")
                .hint("load one: redrive load FILE --contract CONTRACT")
        })?,
    };
    let mut steps = store.history(Some(run))?;
    steps.reverse();
    Ok(Report {
        at: now(),
        run: store.run(run)?,
        old_verdicts: standing(workspace, run)?.old,
        groups: store.groups(run, &Filter::default())?,
        steps,
        plans: plans(workspace, run)?,
        notes: store.notes_of_run(run)?,
        values,
    })
}

/// Whether a file's name says that it is a page of HTML; otherwise a report is Markdown.
pub fn is_page(file: &FilePath) -> bool {
    let ending = file.extension().unwrap_or_default().to_string_lossy();
    ["html", "htm"].contains(&ending.to_lowercase().as_str())
}

/// Writes a report into a new file, without the values of records: as HTML where its name says so, else as Markdown.
///
/// # Errors
/// `report:exists` when there is such a file; `report:file` when it cannot be written; those of [`report`].
pub fn write_report(workspace: &Workspace, run: RunId, file: &FilePath) -> Result<()> {
    let facts = report(workspace, Some(run), false)?;
    let words = if is_page(file) {
        html(&facts)
    } else {
        markdown(&facts)
    };
    write_new(workspace, file, ("report:exists", "report:file"), &words)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::ops::testing::Desk;

    #[test]
    fn a_report_is_a_page_where_the_name_says_so_and_writes_over_no_file() {
        let desk = Desk::checked(&["1,a@example.com,30,Open", "2,b,17,Open"]);
        let folder = desk.workspace.folder().to_owned();
        for (name, start) in [("r.md", "# "), ("r.html", "<!")] {
            let file = folder.join(name);
            write_report(&desk.workspace, RunId(1), &file).unwrap();
            let written = fs::read_to_string(&file).unwrap();
            assert!(written.to_lowercase().starts_with(start), "{written}");
            let error = write_report(&desk.workspace, RunId(1), &file).unwrap_err();
            assert_eq!(error.downcast_ref::<Fault>().unwrap().code, "report:exists");
            assert_eq!(fs::read_to_string(&file).unwrap(), written);
        }
    }
}
