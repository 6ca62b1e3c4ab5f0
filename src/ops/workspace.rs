//! An open workspace and who works in it.

use std::path::{Path as FilePath, PathBuf};

use anyhow::Result;

use crate::store::Store;

/// An open workspace. Each thread opens its own.
pub struct Workspace {
    pub(crate) store: Store,
    pub(crate) path: PathBuf,
    /// Who does something, as claimed.
    pub(crate) author: String,
}

impl Workspace {
    /// Opens an existing workspace.
    ///
    /// # Errors
    /// `workspace:missing`, `workspace:foreign`, `workspace:newer`, `workspace:read_only` (all exit 3).
    pub fn open(path: &FilePath, author: &str) -> Result<Self> {
        Ok(Self {
            store: Store::open(path)?,
            path: path.to_owned(),
            author: author.to_owned(),
        })
    }

    /// Opens a workspace, making it (0600) when there is none.
    pub fn create(path: &FilePath, author: &str) -> Result<Self> {
        Ok(Self {
            store: Store::create(path, &now())?,
            path: path.to_owned(),
            author: author.to_owned(),
        })
    }

    /// Opens an existing workspace for looking only.
    pub fn open_read_only(path: &FilePath) -> Result<Self> {
        Ok(Self {
            store: Store::open_read_only(path)?,
            path: path.to_owned(),
            author: String::new(),
        })
    }

    pub fn path(&self) -> &FilePath {
        &self.path
    }

    /// The folder destinations' paths are relative to.
    pub fn folder(&self) -> &FilePath {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => FilePath::new("."),
        }
    }
}

/// The time now, as the workspace writes it: RFC 3339, UTC, whole milliseconds.
pub(crate) fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}
