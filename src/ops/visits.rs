//! Where a person was in each run when they left it, so that they find everything as it was. It lies in a file of the person
//! and not in the workspace. Of records it holds their numbers and what was typed as a filter, never a value.

use std::{
    fs, io,
    io::Write as _,
    path::{Path as FilePath, PathBuf},
};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    Workspace, list,
    places::{alone, make_folder_of, state_folder},
    workspace::now,
};
use crate::{
    filter::Filter,
    model::{Fault, Group, GroupId, RecordId, RunId, RunRow, Sender, Sort, Status},
};

/// So many runs of a workspace are kept.
const MOST: usize = 100;

/// Where a person is in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Visit {
    pub screen: Screen,
    /// The problem under the cursor of the Problems page.
    pub group: Option<GroupId>,
    /// What the problems are put in order by, in the screen's own word.
    pub order: String,
    /// The line under the cursor of a page that has nothing but lines.
    pub line: usize,
    /// The problem whose records are listed; without one they are those of the whole run.
    pub of: Option<GroupId>,
    /// The record that is open.
    pub record: Option<RecordId>,
    /// The place of its field under the cursor.
    pub field: Option<String>,
    /// How the lists that were looked at are found again.
    pub lists: Vec<ListVisit>,
}

/// Which page is in front.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Screen {
    #[default]
    Problems,
    Records,
    Record,
    Comparison,
    Review,
    Send,
    History,
}

/// How a list of records is found again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListVisit {
    /// The problem whose records are listed; without one they are those of the whole run.
    pub of: Option<GroupId>,
    /// The filter that was typed.
    pub filter: String,
    /// The record under the cursor.
    pub record: Option<RecordId>,
    /// The column of the cell under the cursor.
    pub cell: Option<String>,
    pub sort: Sort,
}

/// A visit that can be gone back to.
#[derive(Clone, Debug, PartialEq)]
pub struct Return {
    pub visit: Visit,
    /// The problem whose records were listed, if the run still has it.
    pub group: Option<Group>,
    /// The run as it is now.
    pub run: RunRow,
    /// Records on their way that nobody sends any more.
    pub stopped: u64,
}

/// Keeps where the person is in a run, if they have a folder for that.
///
/// # Errors
/// `visits:file`, `run:missing`.
pub fn keep_visit(workspace: &Workspace, run: RunId, visit: &Visit) -> Result<()> {
    let Some(book) = Book::of(workspace) else {
        return Ok(());
    };
    let loaded = list::run(workspace, run)?.loaded_at;
    book.keep(Kept {
        run,
        loaded,
        seen: now(),
        visit: visit.clone(),
    })
}

/// Where the person was in a run when they left it; `None` where they never were in it.
///
/// # Errors
/// `visits:file` where the file cannot be used, `run:missing`.
pub fn last_visit(workspace: &Workspace, run: RunId) -> Result<Option<Return>> {
    let row = list::run(workspace, run)?;
    let book = Book::of(workspace);
    let visit = book.and_then(|book| book.visit(run, &row.loaded_at).transpose());
    let Some(visit) = visit.transpose()? else {
        return Ok(None);
    };
    let group = match visit.of {
        Some(of) => (list::groups(workspace, &Filter::of_run(run))?)
            .into_iter()
            .find(|group| group.id == of),
        None => None,
    };
    Ok(Some(Return {
        visit,
        group,
        stopped: stopped(workspace, &row)?,
        run: row,
    }))
}

fn stopped(workspace: &Workspace, run: &RunRow) -> Result<u64> {
    let on_the_way = run.with_status(Status::Sending);
    if on_the_way == 0 {
        return Ok(0);
    }
    let plan = workspace.store.plan_to_watch(run.id)?;
    let is_stopped = plan.is_some_and(|plan| plan.sender == Sender::Nobody);
    Ok(if is_stopped { on_the_way } else { 0 })
}

/// The runs the person was in, with the time when; the last one first. RFC 3339, UTC.
pub fn visits(workspace: &Workspace) -> Vec<(RunId, String)> {
    let kept = Book::of(workspace).and_then(|book| book.pages().ok());
    let runs = kept.unwrap_or_default().run.into_iter();
    runs.map(|kept| (kept.run, kept.seen)).collect()
}

/// The file of a workspace's visits. Each workspace has its own, so that nobody who works in another is in the way.
struct Book {
    file: PathBuf,
    workspace: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Pages {
    /// For whoever wonders what the file is.
    #[serde(default)]
    workspace: String,
    /// The run that was visited last comes first.
    #[serde(default)]
    run: Vec<Kept>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    run: RunId,
    /// When the run was loaded: another run in a new workspace of the same name has another time.
    loaded: String,
    seen: String,
    visit: Visit,
}

impl Book {
    /// `None` where a person has no folder for such things.
    fn of(workspace: &Workspace) -> Option<Self> {
        Some(Self::at(&state_folder()?, workspace.path()))
    }

    fn at(state: &FilePath, workspace: &FilePath) -> Self {
        // The same workspace by whatever way one comes to it.
        let workspace = fs::canonicalize(workspace).unwrap_or_else(|_| workspace.to_owned());
        let hash = Sha256::digest(workspace.as_os_str().as_encoded_bytes());
        let name: String = hash.iter().take(8).map(|b| format!("{b:02x}")).collect();
        Self {
            file: state.join(format!("redrive/visits/{name}.toml")),
            workspace: workspace.to_string_lossy().into_owned(),
        }
    }

    fn visit(&self, run: RunId, loaded: &str) -> Result<Option<Visit>> {
        let mut kept = self.pages()?.run.into_iter();
        let mine = kept.find(|kept| kept.run == run && kept.loaded == loaded);
        Ok(mine.map(|kept| kept.visit))
    }

    fn pages(&self) -> Result<Pages> {
        toml::from_str(&self.text()?).with_context(|| self.cannot())
    }

    /// Empty where nothing was kept yet.
    fn text(&self) -> Result<String> {
        match fs::read_to_string(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            read => read.with_context(|| self.cannot()),
        }
    }

    fn cannot(&self) -> Fault {
        let file = self.file.display();
        let words = format!("the file of your last visit {file} cannot be used");
        Fault::unusable(CODE, words).hint("it is made new as you work")
    }

    /// With all that others keep meanwhile.
    fn keep(&self, mine: Kept) -> Result<()> {
        make_folder_of(&self.file).with_context(|| self.cannot_write())?;
        let _alone = alone(&self.file);
        // What is not understood is worth nothing to anybody.
        let known = fs::read(&self.file).unwrap_or_default();
        let mut pages: Pages = toml::from_slice(&known).unwrap_or_default();
        pages.workspace.clone_from(&self.workspace);
        pages.run.retain(|kept| kept.run != mine.run);
        pages.run.insert(0, mine);
        pages.run.truncate(MOST);
        self.write(&toml::to_string(&pages)?)
    }

    /// Whole or not at all, but not waited for until it is on the disk: it is written while somebody works, and a power cut
    /// costs them a few keys.
    fn write(&self, text: &str) -> Result<()> {
        let cannot = || self.cannot_write();
        let folder = self.file.parent().unwrap_or(FilePath::new(""));
        let mut aside = tempfile::NamedTempFile::new_in(folder).with_context(cannot)?;
        aside.write_all(text.as_bytes()).with_context(cannot)?;
        aside.persist(&self.file).with_context(cannot)?;
        Ok(())
    }

    fn cannot_write(&self) -> Fault {
        Fault::unusable(CODE, format!("cannot write {}", self.file.display()))
            .hint("set XDG_STATE_HOME to a folder you can write to")
    }
}

const CODE: &str = "visits:file";

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::model::SortBy;

    const LOADED: &str = "2025-11-20T02:10:00.000Z";

    fn book(folder: &FilePath, workspace: &str) -> Book {
        Book::at(folder, &folder.join(workspace))
    }

    fn keep(book: &Book, run: i64, visit: &Visit) {
        book.keep(Kept {
            run: RunId(run),
            loaded: LOADED.to_owned(),
            seen: "2025-11-20T02:55:00.000Z".to_owned(),
            visit: visit.clone(),
        })
        .unwrap();
    }

    fn visit() -> Visit {
        Visit {
            screen: Screen::Record,
            group: Some(GroupId(3)),
            order: "newest".to_owned(),
            line: 2,
            of: Some(GroupId(3)),
            record: Some(RecordId(17)),
            field: Some("/lines/1/qty".to_owned()),
            lists: vec![
                ListVisit {
                    filter: "name:\"a \"\"b\" 'c'".to_owned(),
                    ..ListVisit::default()
                },
                ListVisit {
                    of: Some(GroupId(3)),
                    record: Some(RecordId(17)),
                    cell: Some("/qty".to_owned()),
                    sort: Sort {
                        by: SortBy::Field("/country".to_owned()),
                        reversed: true,
                    },
                    ..ListVisit::default()
                },
            ],
        }
    }

    #[test]
    fn a_visit_is_found_again_by_its_workspace_and_run() {
        let folder = tempfile::tempdir().unwrap();
        let (mine, other) = (book(folder.path(), "a.db"), book(folder.path(), "b.db"));
        keep(&mine, 1, &Visit::default());
        keep(&mine, 2, &Visit::default());
        keep(&mine, 1, &visit());
        let found = |book: &Book, run| book.visit(RunId(run), LOADED).unwrap();
        assert_eq!(found(&mine, 1), Some(visit()));
        assert_eq!(found(&mine, 2), Some(Visit::default()));
        assert_eq!(found(&mine, 3), None);
        assert_eq!(found(&other, 1), None);
        let runs = mine.pages().unwrap().run;
        let order: Vec<RunId> = runs.iter().map(|kept| kept.run).collect();
        assert_eq!(order, [RunId(1), RunId(2)], "the last one first");
        let mode = fs::metadata(&mine.file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "filters hold values of records");
    }

    #[test]
    fn another_run_of_the_same_number_is_not_taken_for_the_one_that_was_visited() {
        let folder = tempfile::tempdir().unwrap();
        let book = book(folder.path(), "a.db");
        keep(&book, 1, &visit());
        let found = book.visit(RunId(1), "2025-11-21T02:10:00.000Z").unwrap();
        assert_eq!(found, None);
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named_and_made_new() {
        let folder = tempfile::tempdir().unwrap();
        let book = book(folder.path(), "a.db");
        fs::create_dir_all(book.file.parent().unwrap()).unwrap();
        for broken in ["= nothing", "run = 7", "\u{0}"] {
            fs::write(&book.file, broken).unwrap();
            let error = book.visit(RunId(1), LOADED).unwrap_err();
            let fault = error.downcast_ref::<Fault>().unwrap();
            assert_eq!(fault.code, CODE, "{broken}");
            keep(&book, 1, &visit());
            assert_eq!(book.visit(RunId(1), LOADED).unwrap(), Some(visit()));
        }
    }

    #[test]
    fn what_another_version_keeps_besides_is_no_mistake() {
        let folder = tempfile::tempdir().unwrap();
        let book = book(folder.path(), "a.db");
        fs::create_dir_all(book.file.parent().unwrap()).unwrap();
        let text = format!(
            "workspace = 'a.db'\nmore = 1\n[[run]]\nrun = 1\nloaded = '{LOADED}'\nseen = ''\n[run.visit]\nscreen = 'history'\n"
        );
        fs::write(&book.file, text).unwrap();
        let found = book.visit(RunId(1), LOADED).unwrap().unwrap();
        assert_eq!(found.screen, Screen::History);
    }

    #[test]
    fn no_more_runs_are_kept_than_anybody_comes_back_to() {
        let folder = tempfile::tempdir().unwrap();
        let book = book(folder.path(), "a.db");
        for run in 0..MOST as i64 + 3 {
            keep(&book, run, &Visit::default());
        }
        assert_eq!(book.pages().unwrap().run.len(), MOST);
    }
}
