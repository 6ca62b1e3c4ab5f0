//! The records that passed, written beside the workspace as they were received.

use std::{
    fs,
    io::{BufWriter, Write},
    path::{Path as FilePath, PathBuf},
};

use anyhow::Result;
use tempfile::NamedTempFile;

use crate::model::{Fault, folder_of};

/// A file of passed records that appears when it is complete.
pub(super) struct Passed {
    file: BufWriter<NamedTempFile>,
    target: PathBuf,
    /// Whether the records are the elements of an array.
    array: bool,
    any: bool,
}

impl Passed {
    /// Begins the file under another name. `header` are the bytes before the first record.
    ///
    /// # Errors
    /// `passed:input` when it is the input itself; `passed:unwritable`.
    pub fn begin(
        target: &FilePath,
        inputs: &[PathBuf],
        header: &[u8],
        array: bool,
    ) -> Result<Self> {
        let is_input = |target: PathBuf| {
            let mut inputs = inputs
                .iter()
                .filter_map(|input| fs::canonicalize(input).ok());
            inputs.any(|input| input == target)
        };
        if fs::canonicalize(target).is_ok_and(is_input) {
            let message = format!("{} is the file that is being loaded", target.display());
            return Err(Fault::usage("passed:input", message)
                .hint("give --passed another name")
                .into());
        }
        if target.is_dir() {
            return Err(unwritable(target, "it is a directory"));
        }
        let folder = folder_of(target);
        let file = NamedTempFile::with_prefix_in(".redrive-passed-", folder)
            .map_err(|error| unwritable(target, &error.to_string()))?;
        let mut passed = Self {
            file: BufWriter::with_capacity(256 << 10, file),
            target: target.to_owned(),
            array,
            any: false,
        };
        passed.write(header)?;
        Ok(passed)
    }

    /// Adds a record: its text, and its bytes with its line end.
    pub fn add(&mut self, text: &[u8], line: &[u8]) -> Result<()> {
        if !self.array {
            return self.write(line);
        }
        self.write(if self.any { b",\n" } else { b"[\n" })?;
        self.any = true;
        self.write(text)
    }

    /// Brings everything to the disk, so that nothing but the renaming can fail after this.
    pub fn finish(&mut self) -> Result<()> {
        if self.array {
            self.write(if self.any { b"\n]\n" } else { b"[]\n" })?;
        }
        let synced = self
            .file
            .flush()
            .and_then(|()| self.file.get_ref().as_file().sync_all());
        synced.map_err(|error| unwritable(&self.target, &error.to_string()))
    }

    /// Gives the file its name, in place of one that is there.
    pub fn publish(self) -> Result<()> {
        let target = self.target;
        let file =
            (self.file.into_inner()).map_err(|error| unwritable(&target, &error.to_string()))?;
        file.persist(&target)
            .map_err(|error| unwritable(&target, &error.to_string()))?;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file
            .write_all(bytes)
            .map_err(|error| unwritable(&self.target, &error.to_string()))
    }
}

fn unwritable(target: &FilePath, why: &str) -> anyhow::Error {
    let message = format!(
        "the passed records cannot be written to {}: {why}",
        target.display()
    );
    Fault::unusable("passed:unwritable", message)
        .hint("give --passed a name in a folder you may write to, with room on its disk")
        .into()
}
