//! A copy of the workspace, in which fixes are tried.

use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path as FilePath, PathBuf},
    time::{Duration, SystemTime},
};

use anyhow::Result;
use tempfile::TempDir;

/// How the name of its folder begins. Nobody else's does.
const PREFIX: &str = ".redrive-preview-";

/// Locked by whoever works in it: a lock ends with its process, however that ends.
const AT_WORK: &str = "at-work";

/// So long after it was made it is locked for sure.
const MAKING: Duration = Duration::from_mins(1);

/// A folder for a copy of the workspace. It is removed with this value; where its process was killed, by [`clear_copies`].
#[derive(Debug)]
pub(super) struct CopyFolder {
    folder: TempDir,
    _at_work: File,
}

impl CopyFolder {
    /// Makes it in `beside`, or where temporary files lie if that cannot be written. Only its owner can look into it.
    ///
    /// # Errors
    /// When there is room in neither.
    pub fn make(beside: &FilePath) -> Result<Self> {
        // The folder for temporary files can be memory, or another's disk.
        let folder = (tempfile::Builder::new().prefix(PREFIX))
            .tempdir_in(beside)
            .or_else(|_| tempfile::Builder::new().prefix("redrive-").tempdir())?;
        let at_work = File::create(folder.path().join(AT_WORK))?;
        // A file system without locks keeps nobody from working.
        let _ = at_work.try_lock();
        Ok(Self {
            folder,
            _at_work: at_work,
        })
    }

    /// Where the copy is to lie.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("preview.db")
    }
}

/// Removes the copies in a folder that nobody works in any more. What cannot be looked at or removed stays.
pub(in crate::ops) fn clear_copies(beside: &FilePath, now: SystemTime) {
    for entry in fs::read_dir(beside).into_iter().flatten().flatten() {
        let is_copy = entry.file_name().to_string_lossy().starts_with(PREFIX)
            && entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_copy && is_left(&entry.path(), now) && fs::remove_dir_all(entry.path()).is_ok() {
            tracing::warn!(target: "redrive", event = "copy_cleared");
        }
    }
}

fn is_left(folder: &FilePath, now: SystemTime) -> bool {
    let made = fs::metadata(folder).and_then(|found| found.modified());
    let is_made = made.is_ok_and(|made| now.duration_since(made).is_ok_and(|age| age > MAKING));
    let is_free = || match File::open(folder.join(AT_WORK)) {
        Ok(file) => file.try_lock().is_ok(),
        // Whoever made the folder died before it made this.
        Err(error) => error.kind() == ErrorKind::NotFound,
    };
    is_made && is_free()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_was_left_behind_goes_and_one_that_is_worked_in_stays() {
        let beside = tempfile::tempdir().unwrap();
        let at_work = CopyFolder::make(beside.path()).unwrap();
        let left = beside.path().join(".redrive-preview-aB3x9Q");
        fs::create_dir(&left).unwrap();
        fs::write(left.join(AT_WORK), "").unwrap();
        fs::write(left.join("preview.db"), "a copy").unwrap();
        let others = beside.path().join("redrive-preview-notes");
        fs::create_dir(&others).unwrap();
        clear_copies(beside.path(), SystemTime::now());
        assert!(left.exists(), "it may have been made just now");
        let later = SystemTime::now() + Duration::from_hours(1);
        clear_copies(beside.path(), later);
        assert!(!left.exists());
        assert!(others.exists());
        assert!(at_work.file().parent().unwrap().exists());
        let was = at_work.file();
        drop(at_work);
        assert!(!was.parent().unwrap().exists());
    }
}
