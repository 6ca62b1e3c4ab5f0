//! The workspace: one SQLite file. The only module that contains SQL, and the only one that opens connections.

use std::path::Path as FilePath;

use anyhow::Result;
use rusqlite::Connection;

/// An open workspace file.
pub struct Store {
    conn: Connection,
}

impl Store {
    pub fn open(path: &FilePath) -> Result<Self> {
        let _ = path;
        todo!()
    }

    pub fn create(path: &FilePath) -> Result<Self> {
        let _ = path;
        todo!()
    }

    pub fn open_read_only(path: &FilePath) -> Result<Self> {
        let _ = path;
        todo!()
    }

    #[expect(dead_code)]
    fn connection(&self) -> &Connection {
        &self.conn
    }
}
