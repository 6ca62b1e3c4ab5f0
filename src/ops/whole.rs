//! Files that are handed out, whole or not at all.

use std::{
    env,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path as FilePath,
};

use anyhow::{Context as _, Result};

use super::Workspace;
use crate::model::{Fault, folder_of};

/// Writes a file aside (0600) and renames it, so that a reader never sees half of it.
///
/// # Errors
/// A fault of this code when it cannot be written; what `work` gives.
pub(crate) fn write_whole<T>(
    path: &FilePath,
    code: &'static str,
    work: impl FnOnce(&mut dyn Write) -> Result<T>,
) -> Result<T> {
    write_aside(path, (None, code), work)
}

/// [`write_whole`], or a fault of the first code where the file must not be there, even if it came meanwhile.
fn write_aside<T>(
    path: &FilePath,
    (exists, code): (Option<&'static str>, &'static str),
    work: impl FnOnce(&mut dyn Write) -> Result<T>,
) -> Result<T> {
    let folder = folder_of(path);
    let cannot = || {
        Fault::unusable(code, format!("cannot write {}", path.display()))
            .hint("name a file in a folder you can write to")
    };
    if let Some(fault) = nowhere(path, code) {
        return Err(fault.into());
    }
    let aside = tempfile::NamedTempFile::new_in(folder)
        .map_err(|error| io::Error::from(error.kind()))
        .with_context(cannot)?;
    let mut writer = BufWriter::new(aside);
    let done = work(&mut writer)?;
    let aside = writer
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)
        .with_context(cannot)?;
    aside.as_file().sync_all().with_context(cannot)?;
    match exists {
        None => (aside.persist(path).map(drop))
            .map_err(|error| error.error)
            .with_context(cannot)?,
        Some(exists) => match aside.persist_noclobber(path) {
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(is_there(exists, path).into());
            }
            placed => placed
                .map(drop)
                .map_err(|error| error.error)
                .with_context(cannot)?,
        },
    }
    fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(cannot)?;
    Ok(done)
}

/// Why no file can be written at a place, before anything is worked out for it: it is a folder, or its folder is not there.
pub(crate) fn nowhere(path: &FilePath, code: &'static str) -> Option<Fault> {
    let folder = folder_of(path);
    let message = if path.is_dir() {
        format!("{} is a folder", path.display())
    } else if folder.is_dir() {
        return None;
    } else if folder.exists() {
        format!("{} is no folder", folder.display())
    } else {
        format!("there is no folder {}", folder.display())
    };
    Some(Fault::unusable(code, message).hint("name a file in a folder you can write to"))
}

/// Writes a text into a file of this user alone, in place of what is there.
///
/// # Errors
/// `file:write` when it cannot be written.
pub fn write_text(path: &FilePath, text: &str) -> Result<()> {
    write_whole(path, "file:write", |to| Ok(to.write_all(text.as_bytes())?))
}

/// A file without a name, for what is written in portions and read once; it is gone with what it gives.
///
/// # Errors
/// `file:temporary`.
pub(crate) fn spool() -> Result<File> {
    tempfile::tempfile().with_context(|| {
        let folder = env::temp_dir();
        let message = format!("cannot write a temporary file in {}", folder.display());
        Fault::unusable("file:temporary", message)
            .hint("make room there, or set TMPDIR to another folder")
    })
}

/// Writes a text into a new file.
///
/// # Errors
/// A fault of exit 2 whose code ends in `:exists` when there is such a file; one in `:file` when it cannot be written.
pub(crate) fn write_new(
    workspace: &Workspace,
    path: &FilePath,
    (exists, cannot): (&'static str, &'static str),
    text: &str,
) -> Result<()> {
    workspace.spare(path)?;
    if path.symlink_metadata().is_ok() {
        return Err(is_there(exists, path).into());
    }
    write_aside(path, (Some(exists), cannot), |to| {
        Ok(to.write_all(text.as_bytes())?)
    })
}

fn is_there(code: &'static str, path: &FilePath) -> Fault {
    Fault::usage(code, format!("{} is there already", path.display())).hint("name another file")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::testing::code;

    #[test]
    fn a_file_that_came_while_a_new_one_was_written_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map.toml");
        let error = write_aside(&path, (Some("map:exists"), "map:file"), |to| {
            fs::write(&path, "theirs")?;
            Ok(to.write_all(b"ours")?)
        });
        assert_eq!(code(&error.unwrap_err()), "map:exists");
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        let left = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "nothing is left beside it");
        write_text(&path, "in its place").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "in its place");
    }
}
