//! Filters that are kept: the last ones of each run, and those with a name. They lie in a file of the person and not in the
//! workspace, so that looking changes nothing in it.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path as FilePath, PathBuf},
};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::{
    Workspace, list,
    places::{alone, make_folder_of, state_folder},
    whole::write_text,
};
use crate::model::{Fault, RunId};

/// So many of the last filters of a run are kept.
const MOST: usize = 50;

/// The filters kept for one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// Those that were applied, the newest first.
    pub recent: Vec<String>,
    /// Those with a name, which hold for every run of the workspace.
    pub views: Vec<View>,
}

/// A filter with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    pub name: String,
    pub filter: String,
}

impl Filters {
    /// Puts a filter before all others.
    pub fn add(&mut self, filter: &str) {
        add(&mut self.recent, filter);
    }
}

/// The filters kept for a run; none where they cannot be read.
pub fn kept_filters(workspace: &Workspace, run: RunId) -> Filters {
    let kept = || Ok::<_, anyhow::Error>(Book::of(workspace)?.filters(&key(workspace, run)?));
    kept().unwrap_or_default()
}

/// Keeps a filter that was applied, as the newest of its run.
///
/// # Errors
/// `views:file`, `run:missing`.
pub fn keep_filter(workspace: &Workspace, run: RunId, filter: &str) -> Result<()> {
    let key = key(workspace, run)?;
    Book::of(workspace)?.change(|kept| add(kept.recent.entry(key).or_default(), filter))
}

/// A run of this workspace and of no other that had its name and number before.
fn key(workspace: &Workspace, run: RunId) -> Result<String> {
    let loaded = list::run(workspace, run)?.loaded_at;
    Ok(format!("{run} of {loaded}"))
}

/// Gives a filter a name, in place of what had it.
///
/// # Errors
/// `views:file`.
pub fn save_view(workspace: &Workspace, name: &str, filter: &str) -> Result<()> {
    Book::of(workspace)?.change(|kept| kept.save(name, filter))
}

/// Forgets the filter of this name.
///
/// # Errors
/// `views:file`.
pub fn remove_view(workspace: &Workspace, name: &str) -> Result<()> {
    Book::of(workspace)?.change(|kept| kept.view.retain(|view| view.name != name))
}

/// The file of kept filters, and which workspace is meant in it.
struct Book {
    file: PathBuf,
    workspace: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Pages {
    #[serde(default)]
    workspace: Vec<Kept>,
}

/// What is kept for one workspace.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    file: String,
    /// By the number of the run and when it was loaded.
    #[serde(default)]
    recent: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    view: Vec<View>,
}

impl Kept {
    fn save(&mut self, name: &str, filter: &str) {
        self.view.retain(|view| view.name != name);
        self.view.push(View {
            name: name.to_owned(),
            filter: filter.to_owned(),
        });
        self.view.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

impl Book {
    fn of(workspace: &Workspace) -> Result<Self> {
        let state = state_folder().ok_or_else(|| {
            Fault::unusable("views:file", "there is no folder to keep filters in")
                .hint("set HOME or XDG_STATE_HOME")
        })?;
        Ok(Self::at(&state, workspace.path()))
    }

    fn at(state: &FilePath, workspace: &FilePath) -> Self {
        // The same workspace by whatever way one comes to it.
        let workspace = fs::canonicalize(workspace).unwrap_or_else(|_| workspace.to_owned());
        Self {
            file: state.join("redrive/views.toml"),
            workspace: workspace.to_string_lossy().into_owned(),
        }
    }

    fn filters(&self, run: &str) -> Filters {
        let pages = self.pages().unwrap_or_default();
        let mut kept = pages.workspace.into_iter();
        let mine = kept.find(|kept| kept.file == self.workspace);
        mine.map_or(Filters::default(), |mut kept| Filters {
            recent: kept.recent.remove(run).unwrap_or_default(),
            views: kept.view,
        })
    }

    fn pages(&self) -> Result<Pages> {
        let cannot = || {
            let words = format!(
                "cannot use the file of kept filters {}",
                self.file.display()
            );
            Fault::unusable("views:file", words).hint("rename it, and a new one is made")
        };
        match fs::read_to_string(&self.file) {
            Ok(text) => toml::from_str(&text).with_context(cannot),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Pages::default()),
            Err(error) => Err(error).with_context(cannot),
        }
    }

    fn change(&self, work: impl FnOnce(&mut Kept)) -> Result<()> {
        make_folder_of(&self.file).with_context(|| {
            let message = format!("cannot make the folder of {}", self.file.display());
            Fault::unusable("views:file", message)
                .hint("set XDG_STATE_HOME to a folder you can write to")
        })?;
        let _alone = alone(&self.file);
        let mut pages = self.pages()?;
        let mine = (pages.workspace.iter()).position(|kept| kept.file == self.workspace);
        let at = mine.unwrap_or_else(|| {
            pages.workspace.push(Kept {
                file: self.workspace.clone(),
                ..Kept::default()
            });
            pages.workspace.len() - 1
        });
        work(&mut pages.workspace[at]);
        write_text(&self.file, &toml::to_string(&pages)?)
    }
}

fn add(recent: &mut Vec<String>, filter: &str) {
    recent.retain(|known| known != filter);
    recent.insert(0, filter.to_owned());
    recent.truncate(MOST);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(book: &Book, run: &str, filter: &str) {
        book.change(|kept| add(kept.recent.entry(run.to_owned()).or_default(), filter))
            .unwrap();
    }

    #[test]
    fn filters_are_kept_for_each_run_and_views_for_each_workspace() {
        let folder = tempfile::tempdir().unwrap();
        let book = |name: &str| Book::at(folder.path(), &folder.path().join(name));
        let (mine, other) = (book("a.db"), book("b.db"));
        for filter in ["is:ready", "name:\"a \"\"b\"", "is:ready"] {
            keep(&mine, "1", filter);
        }
        keep(&other, "1", "x");
        mine.change(|kept| kept.save("German", "country:AT"))
            .unwrap();
        mine.change(|kept| kept.save("German", "country:DE"))
            .unwrap();
        let view = View {
            name: "German".to_owned(),
            filter: "country:DE".to_owned(),
        };
        let expected = Filters {
            recent: ["is:ready", "name:\"a \"\"b\""].map(str::to_owned).to_vec(),
            views: vec![view.clone()],
        };
        assert_eq!(mine.filters("1"), expected);
        let of_another_run = mine.filters("2");
        assert_eq!(
            (of_another_run.recent, of_another_run.views),
            (vec![], vec![view])
        );
        assert_eq!(other.filters("1").views, []);
        let mode = |path: &FilePath| {
            std::os::unix::fs::MetadataExt::mode(&fs::metadata(path).unwrap()) & 0o777
        };
        assert_eq!(mode(&mine.file), 0o600, "filters hold values of records");
        assert_eq!(mode(mine.file.parent().unwrap()), 0o700);
    }

    #[test]
    fn what_two_screens_keep_at_once_is_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        let book = || Book::at(folder.path(), FilePath::new("w.db"));
        std::thread::scope(|scope| {
            for screen in ["a", "b", "c"] {
                scope.spawn(move || {
                    for n in 0..10 {
                        let view = format!("{screen}{n}");
                        book().change(|kept| kept.save(&view, "x")).unwrap();
                    }
                });
            }
        });
        assert_eq!(book().filters("1").views.len(), 30);
    }

    #[test]
    fn no_more_are_kept_than_anybody_walks_through() {
        let mut filters = Filters::default();
        for n in 0..2 * MOST {
            filters.add(&format!("row:{n}"));
        }
        assert_eq!(filters.recent.len(), MOST);
        assert_eq!(filters.recent[0], format!("row:{}", 2 * MOST - 1));
    }

    #[test]
    fn a_file_that_cannot_be_read_keeps_nobody_from_filtering_and_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let book = Book::at(folder.path(), FilePath::new("w.db"));
        fs::create_dir_all(book.file.parent().unwrap()).unwrap();
        fs::write(&book.file, "= nothing").unwrap();
        assert_eq!(book.filters("1"), Filters::default());
        assert!(book.change(|_| {}).is_err());
        assert_eq!(fs::read_to_string(&book.file).unwrap(), "= nothing");
    }
}
