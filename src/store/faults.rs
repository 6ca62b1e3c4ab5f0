//! What SQLite says, in words a person can act on.

use std::path::Path as FilePath;

use rusqlite::{ErrorCode, ffi};

use crate::model::Fault;

pub(super) const READ_ONLY: &str = "workspace:read_only";

/// Puts a [`Fault`] in front of SQLite's errors that a person can do something about; others are given back as they are.
/// Inside a transaction the work was rolled back, so nothing was changed.
pub(crate) fn explain(error: anyhow::Error, path: &FilePath) -> anyhow::Error {
    if error.downcast_ref::<Fault>().is_some() {
        return error;
    }
    match sql_error(&error).and_then(|sql| fault_of(sql, path)) {
        Some(fault) => error.context(fault),
        None => error,
    }
}

/// Like [`explain`] while a file is opened: what SQLite cannot make sense of there is a damaged workspace.
pub(super) fn explain_opening(error: anyhow::Error, path: &FilePath) -> anyhow::Error {
    let error = explain(error, path);
    if error.downcast_ref::<Fault>().is_some() {
        return error;
    }
    error.context(damaged(path))
}

/// SQLite's error, wherever it stands in the chain.
pub(super) fn sql_error(error: &anyhow::Error) -> Option<&rusqlite::Error> {
    error.chain().find_map(|cause| cause.downcast_ref())
}

/// The fault of one of SQLite's errors, if it is one that a person can do something about.
pub(super) fn fault_of(error: &rusqlite::Error, path: &FilePath) -> Option<Fault> {
    let rusqlite::Error::SqliteFailure(failure, _) = error else {
        return None;
    };
    let full = [
        ffi::SQLITE_IOERR_WRITE,
        ffi::SQLITE_IOERR_FSYNC,
        ffi::SQLITE_IOERR_TRUNCATE,
        ffi::SQLITE_IOERR_SHMSIZE,
    ];
    Some(match failure.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => busy(path),
        ErrorCode::DiskFull => disk_full(path),
        _ if full.contains(&failure.extended_code) => disk_full(path),
        ErrorCode::ReadOnly => read_only(path),
        ErrorCode::NotADatabase => foreign(path, "is not a redrive workspace"),
        ErrorCode::DatabaseCorrupt => damaged(path),
        _ => return None,
    })
}

pub(super) fn busy(path: &FilePath) -> Fault {
    Fault::unusable(
        "workspace:busy",
        format!(
            "{} is being written to by another program; nothing was changed",
            path.display()
        ),
    )
    .hint("wait until it is done and try again")
    .at(path.display().to_string(), None)
}

pub(super) fn disk_full(path: &FilePath) -> Fault {
    Fault::unusable(
        "workspace:full",
        format!("no space left for {}; nothing was changed", path.display()),
    )
    .hint("make room on that disk and try again")
    .at(path.display().to_string(), None)
}

pub(super) fn read_only(path: &FilePath) -> Fault {
    Fault::unusable(
        READ_ONLY,
        format!("{} cannot be written to", path.display()),
    )
    .hint("ask for permission to write the file and its folder, or look only: `redrive open --read-only`")
    .at(path.display().to_string(), None)
}

/// `what` completes the sentence that begins with the file's name.
pub(super) fn foreign(path: &FilePath, what: &str) -> Fault {
    Fault::unusable("workspace:foreign", format!("{} {what}", path.display()))
        .hint("name another file with --workspace; this one was left as it is")
        .at(path.display().to_string(), None)
}

pub(super) fn missing(path: &FilePath) -> Fault {
    Fault::unusable(
        "workspace:missing",
        format!("there is no workspace {}", path.display()),
    )
    .hint("make one with `redrive load FILE`, or name another with --workspace")
    .at(path.display().to_string(), None)
}

pub(super) fn missing_folder(path: &FilePath, folder: &FilePath) -> Fault {
    Fault::unusable(
        "workspace:missing",
        format!("the folder {} does not exist", folder.display()),
    )
    .hint("make the folder first, or name another file with --workspace")
    .at(path.display().to_string(), None)
}

pub(super) fn newer(path: &FilePath, found: i64, known: i64) -> Fault {
    Fault::unusable(
        "workspace:newer",
        format!(
            "{} was made by a newer redrive (form {found}; this one knows {known})",
            path.display()
        ),
    )
    .hint("use the newer redrive; the file was left as it is")
    .at(path.display().to_string(), None)
}

pub(super) fn older(path: &FilePath) -> Fault {
    Fault::unusable(
        "workspace:older",
        format!("{} was made by an older redrive", path.display()),
    )
    .hint("`redrive open` brings it up to date; an older redrive cannot read it after that")
    .at(path.display().to_string(), None)
}

pub(super) fn damaged(path: &FilePath) -> Fault {
    Fault::unusable(
        "workspace:damaged",
        format!("{} is damaged", path.display()),
    )
    .hint("take it from a backup; `redrive verify` says what still holds")
    .at(path.display().to_string(), None)
}

pub(super) fn unopenable(path: &FilePath) -> Fault {
    Fault::unusable(
        "workspace:unreadable",
        format!("{} cannot be opened", path.display()),
    )
    .hint("ask for permission to read the file and to write its folder")
    .at(path.display().to_string(), None)
}
