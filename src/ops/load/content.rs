//! What a run is loaded from: data, reports of tools, or both joined.

use std::{
    fs,
    path::{Path as FilePath, PathBuf},
};

use anyhow::Result;

use super::{
    LoadRequest, flow,
    joining::Verdicts,
    opened::{Blocks, again},
    told,
    writer::Writer,
};
use crate::{
    model::Fault,
    ops::Job,
    read::{Watch, sha256_of},
    results::Report,
    store::files::NewFile,
};

/// Where the records of a run come from.
pub(super) enum Content {
    /// Data, or results of one record a line.
    Data(Data),
    /// Reports, which may hold the records they are about.
    Told(Vec<Told>),
    /// The data a tool read, with what it said of it. `report` has lost its outcomes to `verdicts`.
    Joined {
        data: Data,
        verdicts: Verdicts,
        told: Vec<Told>,
        /// What was said of all of it.
        report: Box<Report>,
    },
}

/// Data in one or more files.
pub(super) struct Data {
    pub(super) first: Box<Blocks>,
    /// Opened one by one, for there may be many.
    pub(super) rest: Vec<PathBuf>,
    pub(super) block_bytes: usize,
}

/// A file of results that was read as a whole.
pub(super) struct Told {
    pub(super) path: PathBuf,
    pub(super) report: Report,
    pub(super) read: u64,
    pub(super) sha256: [u8; 32],
    pub(super) is_packed: bool,
    pub(super) watch: Watch,
}

/// What was read.
#[derive(Default)]
pub(super) struct Read {
    /// Bytes of the files that hold records.
    pub(super) records: u64,
    /// All files of the run.
    pub(super) files: Vec<NewFile>,
    pub(super) capped: bool,
    pub(super) remarks: Vec<String>,
}

impl Content {
    /// Gives all records to the writer.
    pub(super) fn load(
        self,
        request: &LoadRequest,
        threads: usize,
        writer: &mut Writer<'_>,
        job: &Job,
    ) -> Result<Read> {
        let mut read = Read::default();
        match self {
            Self::Data(data) => {
                let role = if writer.setup().told {
                    "results"
                } else {
                    "input"
                };
                data.load(role, request, threads, writer, (&mut read, job))?;
            }
            Self::Told(reports) => {
                for mut told in reports {
                    writer.next_file(read.files.len() as u32, (0, 0));
                    let outcomes = std::mem::take(&mut told.report.outcomes);
                    told::write(outcomes, told.read, writer)?;
                    read.records += told.read;
                    read.heard(&told.report);
                    read.take(&told)?;
                }
            }
            Self::Joined {
                data,
                verdicts,
                told,
                report,
            } => {
                writer.join(verdicts);
                data.load("source", request, threads, writer, (&mut read, job))?;
                // What is left then is about records that only the results know.
                writer.next_file(read.files.len() as u32, (0, 0));
                read.heard(&report);
                for told in told {
                    read.take(&told)?;
                }
            }
        }
        Ok(read)
    }
}

impl Data {
    fn load(
        self,
        role: &'static str,
        request: &LoadRequest,
        threads: usize,
        writer: &mut Writer<'_>,
        (read, job): (&mut Read, &Job),
    ) -> Result<()> {
        let (format, layout) = (self.first.format, self.first.layout.clone());
        let mut next = Some(*self.first);
        let mut rest = self.rest.into_iter();
        while let Some(blocks) = next {
            writer.next_file(
                read.files.len() as u32,
                (blocks.lines, blocks.reader.offset()),
            );
            let reader = flow::blocks(blocks.reader, threads, writer)?;
            let (bytes, sha256) = reader.finish();
            read.records += bytes;
            read.remarks.extend(blocks.remarks);
            let changed = blocks.watch.change(&blocks.path);
            if role == "source"
                && let Some(change) = changed
            {
                // What was found in it may be another record now.
                return Err(Fault::unusable("source:changed", change)
                    .hint("nothing was loaded; try again when nothing writes to it")
                    .into());
            }
            read.remarks.extend(changed);
            let own = own(&blocks.path, blocks.is_packed, (bytes, sha256))?;
            read.file(&blocks.path, role, own);
            next = match rest.next() {
                Some(path) => Some(again(
                    &path,
                    &format,
                    &layout,
                    self.block_bytes,
                    request,
                    job,
                )?),
                None => None,
            };
        }
        Ok(())
    }
}

impl Told {
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }
}

impl Read {
    fn heard(&mut self, report: &Report) {
        self.capped |= report.capped;
        self.remarks.extend(report.remarks.iter().cloned());
    }

    fn take(&mut self, told: &Told) -> Result<()> {
        self.remarks.extend(told.watch.change(&told.path));
        let own = own(&told.path, told.is_packed, (told.read, told.sha256))?;
        self.file(&told.path, "results", own);
        Ok(())
    }

    fn file(&mut self, path: &FilePath, role: &'static str, (bytes, sha256): (u64, [u8; 32])) {
        self.files.push(NewFile {
            name: path.display().to_string(),
            role,
            bytes,
            sha256,
        });
    }
}

/// The number and SHA-256 of a file's own bytes, where `read` are those of what is compressed in it.
fn own(path: &FilePath, is_packed: bool, read: (u64, [u8; 32])) -> Result<(u64, [u8; 32])> {
    if !is_packed || !path.is_file() {
        return Ok(read);
    }
    let size = fs::metadata(path).map_or(0, |found| found.len());
    Ok((size, sha256_of(path)?))
}
