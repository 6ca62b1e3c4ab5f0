//! Which files a run is loaded from: those named, all in a folder, or all that fit a pattern.

use std::{
    fs,
    path::{Path as FilePath, PathBuf},
};

use crate::model::Fault;

/// The files that are meant, in order: a folder stands for the files in it and a pattern for those that fit it, both by name.
/// A file that has a pattern for a name is itself.
///
/// # Errors
/// `input:directory` when a folder holds no file, `input:missing` when nothing fits a pattern.
pub fn files_of(named: &[PathBuf]) -> Result<Vec<PathBuf>, Fault> {
    let mut files = Vec::new();
    for path in named {
        if path.is_dir() {
            files.extend(in_folder(path)?);
        } else if is_pattern(path) {
            files.extend(fitting(path)?);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn in_folder(folder: &FilePath) -> Result<Vec<PathBuf>, Fault> {
    let shown = folder.display().to_string();
    let entries = fs::read_dir(folder).map_err(|error| {
        Fault::unusable(
            "input:read",
            format!("the folder {shown} cannot be read: {error}"),
        )
        .at(shown.clone(), None)
    })?;
    let is_hidden = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        name.as_encoded_bytes().starts_with(b".")
    };
    let mut files: Vec<PathBuf> = (entries.flatten().map(|entry| entry.path()))
        .filter(|path| path.is_file() && !is_hidden(path))
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(Fault::unusable(
            "input:directory",
            format!("the folder {shown} holds no file"),
        )
        .hint("name a file, or a folder that holds some")
        .at(shown, None));
    }
    Ok(files)
}

fn is_pattern(path: &FilePath) -> bool {
    let text = path.to_string_lossy();
    text.contains(['*', '?', '[']) && fs::symlink_metadata(path).is_err()
}

fn fitting(pattern: &FilePath) -> Result<Vec<PathBuf>, Fault> {
    let shown = pattern.display().to_string();
    let nothing = |why: String| {
        Fault::unusable("input:missing", why)
            .hint("check the name and the folder")
            .at(shown.clone(), None)
    };
    let paths = glob::glob(&pattern.to_string_lossy())
        .map_err(|error| nothing(format!("{shown} is no pattern: {error}")))?;
    let files: Vec<PathBuf> = paths.flatten().filter(|path| path.is_file()).collect();
    if files.is_empty() {
        return Err(nothing(format!("there is no file {shown}")));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_and_a_pattern_stand_for_their_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["b.csv", "a.csv", ".hidden", "c.json", "x[1].csv"] {
            fs::write(path(name), "").unwrap();
        }
        fs::create_dir(path("empty")).unwrap();
        let names = |named: PathBuf| {
            files_of(&[named]).map_err(|fault| fault.code).map(|files| {
                let name =
                    |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
                files.iter().map(name).collect::<Vec<_>>()
            })
        };
        let all = ["a.csv", "b.csv", "c.json", "x[1].csv"].map(str::to_owned);
        assert_eq!(names(folder.path().to_owned()), Ok(all.to_vec()));
        let fitting = ["a.csv", "b.csv"].map(str::to_owned);
        assert_eq!(names(path("?.csv")), Ok(fitting.to_vec()));
        assert_eq!(names(path("x[1].csv")), Ok(vec!["x[1].csv".to_owned()]));
        assert_eq!(names(path("*.txt")), Err("input:missing"));
        assert_eq!(names(path("empty")), Err("input:directory"));
        assert_eq!(names(path("none.csv")), Ok(vec!["none.csv".to_owned()]));
    }
}
