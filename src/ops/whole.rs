//! Files that are handed out, whole or not at all.

use std::{
    fs,
    io::{BufWriter, Write},
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
    let folder = folder_of(path);
    let cannot = || {
        Fault::unusable(code, format!("cannot write {}", path.display()))
            .hint("name a file in a folder you can write to")
    };
    let aside = tempfile::NamedTempFile::new_in(folder).with_context(cannot)?;
    let mut writer = BufWriter::new(aside);
    let done = work(&mut writer)?;
    let aside = writer
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)
        .with_context(cannot)?;
    aside.as_file().sync_all().with_context(cannot)?;
    aside.persist(path).with_context(cannot)?;
    fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(cannot)?;
    Ok(done)
}

/// Writes a text into a file of this user alone, in place of what is there.
///
/// # Errors
/// `file:write` when it cannot be written.
pub fn write_text(path: &FilePath, text: &str) -> Result<()> {
    write_whole(path, "file:write", |to| Ok(to.write_all(text.as_bytes())?))
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
        let message = format!("{} is there already", path.display());
        return Err(Fault::usage(exists, message)
            .hint("name another file")
            .into());
    }
    write_whole(path, cannot, |to| Ok(to.write_all(text.as_bytes())?))
}
