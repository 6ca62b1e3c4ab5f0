//! A path that a person typed on the screen: what it stands for, and how it could go on.

use std::{
    env, fs,
    io::{ErrorKind, Read},
    path::{Path as FilePath, PathBuf},
};

use anyhow::Result;

use super::{Job, LoadRequest, Workspace, files_of, load, prepare, spare};
use crate::model::{Fault, FaultKind, LoadReport, RunId};

/// What a path stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// Another workspace.
    Workspace(PathBuf),
    /// Something that may be loaded.
    Input {
        path: PathBuf,
        /// The contract of the run that was named beside it, where it still lies on disk.
        contract: Option<PathBuf>,
    },
}

/// How a path could go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completed {
    /// What was typed.
    pub typed: String,
    /// What all that begin like it have in common.
    pub longest: String,
    /// The names of all that begin like it, by name; folders end in `/`. Untrusted.
    pub names: Vec<String>,
}

/// Names of a folder that are looked at.
const MOST: usize = 20_000;

/// What every file of SQLite begins with.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// Looks what a typed path stands for: a file, a folder of files, a pattern such as `out/*.json`, or another workspace. `like` is
/// a run whose contract may be meant for it as well.
///
/// # Errors
/// `input:missing`, `input:directory`, `input:read`; `input:special` for a pipe or a device; `open:this` for the workspace that is
/// open; those of opening a workspace.
pub fn named(workspace: &Workspace, typed: &str, like: Option<RunId>) -> Result<Named> {
    let path = meant(typed);
    if spare(workspace.path(), &path).is_err() {
        let message = format!("this is the workspace that is open: {typed}");
        return Err(Fault::usage("open:this", message)
            .hint("its runs are in the list")
            .into());
    }
    if is_workspace((workspace.path(), &workspace.author), &path)? {
        return Ok(Named::Workspace(path));
    }
    let contract = match like {
        Some(run) => workspace.contract(run).ok().flatten(),
        None => None,
    };
    let contract = contract.map(|contract| contract.path.clone());
    Ok(Named::Input {
        path,
        contract: contract.filter(|path| path.is_file()),
    })
}

/// The same where no workspace is open, because there is none yet at the place where it will be.
///
/// # Errors
/// Those of [`named`].
pub fn named_first((workspace, author): (&FilePath, &str), typed: &str) -> Result<Named> {
    let path = meant(typed);
    Ok(if is_workspace((workspace, author), &path)? {
        Named::Workspace(path)
    } else {
        Named::Input {
            path,
            contract: None,
        }
    })
}

/// Looks at the files that a path stands for; says whether it is a workspace, which can be opened then.
fn is_workspace((workspace, author): (&FilePath, &str), path: &FilePath) -> Result<bool> {
    for file in inputs(workspace, path)? {
        let mut begins = Vec::new();
        let opened = looked_at(&file)
            .and_then(|()| fs::File::open(&file).map_err(|error| unreadable(&file, &error)));
        opened?
            .take(SQLITE.len() as u64)
            .read_to_end(&mut begins)
            .map_err(|error| unreadable(&file, &error))?;
        if begins == SQLITE && file == path {
            // Opened as it will be: what cannot be is said before the screen leaves this one.
            Workspace::open(path, author)?;
            return Ok(true);
        }
    }
    Ok(false)
}

/// Loads what a path stands for as one run, against a contract if there is one.
///
/// # Errors
/// Those of [`named`] and of [`load`].
pub fn load_named(
    workspace: &mut Workspace,
    path: &FilePath,
    how: (Option<&FilePath>, bool),
    job: &Job,
) -> Result<LoadReport> {
    load(workspace, &request(workspace.path(), path, how)?, job)
}

/// The same where there is no workspace yet: it is made once it is known that there is something to load.
///
/// # Errors
/// Those of [`load_named`] and of [`Workspace::create`].
pub fn load_first(
    (workspace, author): (&FilePath, &str),
    path: &FilePath,
    how: (Option<&FilePath>, bool),
    job: &Job,
) -> Result<LoadReport> {
    let request = request(workspace, path, how)?;
    let prepared = prepare(&request, job)?;
    prepared.load(&mut Workspace::create(workspace, author)?, job)
}

/// The load of what a path stands for.
fn request(
    workspace: &FilePath,
    path: &FilePath,
    (contract, again): (Option<&FilePath>, bool),
) -> Result<LoadRequest> {
    let request = LoadRequest {
        files: inputs(workspace, path)?,
        contract: contract.map(|path| meant(&path.to_string_lossy())),
        again,
        ..LoadRequest::default()
    };
    for file in &request.files {
        looked_at(file)?;
    }
    Ok(request)
}

/// What is meant by a path as it is typed: `~/` is the person's own folder.
fn meant(typed: &str) -> PathBuf {
    let home = env::var_os("HOME").filter(|home| !home.is_empty());
    match (typed.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => FilePath::new(&home).join(rest),
        (None, Some(home)) if typed == "~" => home.into(),
        _ => PathBuf::from(typed),
    }
}

/// The files that are meant, without those of the workspace that is open: reading them would drop its locks.
fn inputs(workspace: &FilePath, path: &FilePath) -> Result<Vec<PathBuf>, Fault> {
    let mut files = files_of(&[path.to_owned()])?;
    files.retain(|file| spare(workspace, file).is_ok());
    if files.is_empty() {
        let message = format!(
            "{} holds nothing but the workspace that is open",
            path.display()
        );
        return Err(Fault::unusable("input:directory", message)
            .hint("name a file, or a folder that holds some"));
    }
    Ok(files)
}

/// A pipe would be waited for, and a device has no end.
fn looked_at(path: &FilePath) -> Result<(), Fault> {
    let found = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if found.is_file() {
        return Ok(());
    }
    let message = format!("{} is neither a file nor a folder", path.display());
    Err(Fault::new(FaultKind::Unusable, "input:special", message)
        .hint("redrive load FILE reads from a pipe"))
}

fn unreadable(path: &FilePath, error: &std::io::Error) -> Fault {
    let path = path.display();
    if error.kind() == ErrorKind::NotFound {
        return Fault::unusable("input:missing", format!("there is no {path}"))
            .hint("check the name and the folder");
    }
    Fault::unusable("input:read", format!("{path} cannot be read: {error}"))
        .hint("name another one")
}

/// How a typed path could go on. A folder that cannot be read has no names.
pub fn completed(typed: &str) -> Completed {
    let (folder, begun) = match typed.rfind('/') {
        Some(at) => typed.split_at(at + 1),
        None => ("", typed),
    };
    let place = match folder {
        "" => PathBuf::from("."),
        folder => meant(folder),
    };
    let mut names: Vec<String> = (fs::read_dir(place).into_iter().flatten().take(MOST))
        .flatten()
        .filter_map(|entry| {
            // A name that is no text cannot be typed.
            let name = entry.file_name().into_string().ok()?;
            let is_hidden = name.starts_with('.') && !begun.starts_with('.');
            if is_hidden || !name.starts_with(begun) {
                return None;
            }
            let is_folder = entry.path().is_dir();
            Some(if is_folder { name + "/" } else { name })
        })
        .collect();
    names.sort();
    let longest = match names.as_slice() {
        [] => typed.to_owned(),
        [first, rest @ ..] => {
            let shared = rest
                .iter()
                .fold(first.as_str(), |one, other| common(one, other));
            format!("{folder}{shared}")
        }
    };
    Completed {
        typed: typed.to_owned(),
        longest,
        names,
    }
}

/// What two texts begin with.
fn common<'a>(one: &'a str, other: &str) -> &'a str {
    let same = one.chars().zip(other.chars());
    let bytes = same.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8());
    &one[..bytes.sum()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::testing::{self, Desk};

    fn at(desk: &Desk, name: &str) -> String {
        desk.workspace.folder().join(name).display().to_string()
    }

    #[test]
    fn a_path_goes_on_as_far_as_all_that_begin_like_it_agree() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| format!("{}/{name}", folder.path().display());
        for name in ["orders-1.csv", "orders-2.csv", "übel", "über", ".hidden"] {
            fs::write(path(name), "").unwrap();
        }
        fs::create_dir(path("out")).unwrap();
        let check = |typed: &str, longest: &str, names: &[&str]| {
            let completed = completed(&path(typed));
            assert_eq!(completed.longest, path(longest), "{typed}");
            assert_eq!(completed.names, names, "{typed}");
        };
        check("or", "orders-", &["orders-1.csv", "orders-2.csv"]);
        check("ou", "out/", &["out/"]);
        check("ü", "übe", &["übel", "über"]);
        check("orders-1", "orders-1.csv", &["orders-1.csv"]);
        check(".h", ".hidden", &[".hidden"]);
        check("none", "none", &[]);
        check("none/at/all", "none/at/all", &[]);
    }

    #[test]
    fn a_path_is_an_input_another_workspace_or_said_to_be_neither() {
        let mut desk = Desk::csv(&["A1,a@b.de,30,Open"]);
        let look = |name: &str| {
            let path = at(&desk, name);
            let found = named(&desk.workspace, &path, None);
            found.map_err(|error| testing::code(&error))
        };
        assert_eq!(look("none.csv"), Err("input:missing"));
        let other = at(&desk, "other.db");
        Workspace::create(FilePath::new(&other), "ann").unwrap();
        let look = |name: &str| {
            let path = at(&desk, name);
            let found = named(&desk.workspace, &path, None);
            found.map_err(|error| testing::code(&error))
        };
        assert_eq!(look("other.db"), Ok(Named::Workspace(other.into())));
        fs::write(at(&desk, "in.csv"), "id,n\n1,2\n").unwrap();
        let input = Named::Input {
            path: at(&desk, "in.csv").into(),
            contract: None,
        };
        assert_eq!(look("in.csv"), Ok(input));
        let own = desk.workspace.path().to_owned();
        let name = own.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(look(&name), Err("open:this"));
        assert_eq!(look(&format!("{name}-wal")), Err("open:this"));
        // Not even as a contract, nor by another name: reading it drops the locks on it.
        fs::hard_link(&own, at(&desk, "hard.db")).unwrap();
        assert_eq!(look("hard.db"), Err("open:this"));
        let input = PathBuf::from(at(&desk, "in.csv"));
        let load = load_named(
            &mut desk.workspace,
            &input,
            (Some(&own), false),
            &Job::default(),
        );
        assert_eq!(testing::code(&load.unwrap_err()), "workspace:overwrite");
        fs::remove_file(at(&desk, "hard.db")).unwrap();
        #[cfg(unix)]
        assert_eq!(
            named(&desk.workspace, "/dev/zero", None).map_err(|error| testing::code(&error)),
            Err("input:special")
        );
        let job = Job::default();
        let path = PathBuf::from(at(&desk, "in.csv"));
        let report = load_named(&mut desk.workspace, &path, (None, false), &job).unwrap();
        assert_eq!(report.records, 1);
        let error = load_named(&mut desk.workspace, &path, (None, false), &job).unwrap_err();
        assert_eq!(testing::code(&error), "load:again");
        load_named(&mut desk.workspace, &path, (None, true), &job).unwrap();
    }
}
