//! Looking at an input before anything is changed: what it is, and how its records become fields.

use std::{fs, path::Path as FilePath};

use anyhow::Result;

use super::LoadRequest;
use crate::{
    model::{Fault, Layout, folder_of},
    ops::Job,
    read::{
        Format, Input, Watch,
        blocks::{BlockReader, Header},
        sniff,
    },
    results::{File, Reader, Report},
    row::cells::Splitter,
};

/// An input that is recognised, with its header read.
pub(super) struct Opened {
    pub(super) content: Content,
    pub(super) format: Format,
    pub(super) layout: Layout,
    /// What stands before the first record: byte order mark and header.
    pub(super) start: Vec<u8>,
    /// Physical lines that end in it.
    pub(super) lines: u64,
    pub(super) size: Option<u64>,
    pub(super) watch: Watch,
}

/// Where the records come from.
pub(super) enum Content {
    Blocks(Box<BlockReader>),
    /// A report that was read as a whole: how many bytes it had, and their SHA-256.
    Told {
        report: Report,
        read: u64,
        sha256: [u8; 32],
    },
}

/// Bytes of a report that is read as a whole.
const MAX_REPORT: u64 = 1 << 30;

pub(super) fn open(request: &LoadRequest, block_bytes: usize, job: &Job) -> Result<Opened> {
    let input = Input::open(&request.file, &job.cancel_flag());
    // A wait for standard input that was given up is no fault of the input.
    job.check()?;
    let input = input?;
    let (watch, size) = (input.watch(), input.size);
    let format = format_of(request, &input)?;
    if let Format::Results(tool) = format
        && let Reader::Whole { read, .. } = tool.reader
    {
        return told(input, format, read, (watch, size));
    }
    let mut start = input.head[..input.mark()].to_vec();
    let mut reader = BlockReader::new(input, format, block_bytes)?;
    let (layout, header) = layout_of(request, format, &mut reader)?;
    start.extend_from_slice(&header.bytes);
    Ok(Opened {
        content: Content::Blocks(Box::new(reader)),
        format,
        layout,
        start,
        lines: header.lines,
        size,
        watch,
    })
}

/// Reads a report as a whole.
fn told(
    input: Input,
    format: Format,
    read: fn(&File<'_>) -> Result<Report, Fault>,
    (watch, size): (Watch, Option<u64>),
) -> Result<Opened> {
    let name = input.name.clone();
    let whole = input.read_whole(MAX_REPORT)?;
    let folder = folder_of(FilePath::new(&name)).to_owned();
    let is_file = name != "-";
    let mut report = read(&File {
        name: &name,
        bytes: &whole.bytes,
        beside: &|other| {
            let path = folder.join(other);
            // A pipe or a device would be waited for.
            (is_file && path.is_file())
                .then(|| fs::read(path).ok())
                .flatten()
        },
    })?;
    let layout = std::mem::replace(&mut report.layout, Layout::Json);
    Ok(Opened {
        content: Content::Told {
            report,
            read: whole.read,
            sha256: whole.sha256,
        },
        format,
        layout,
        start: Vec::new(),
        lines: 0,
        size,
        watch,
    })
}

fn format_of(request: &LoadRequest, input: &Input) -> Result<Format, Fault> {
    let blank = input.is_whole() && input.head[input.mark()..].trim_ascii().is_empty();
    if blank && !request.allow_empty {
        return Err(empty(&request.file));
    }
    match &request.format {
        Some(word) => sniff::named(word, input),
        None if blank => Ok(Format::JsonLines),
        None => sniff::recognise(input),
    }
}

/// How records become fields, and a CSV file's header.
fn layout_of(
    request: &LoadRequest,
    format: Format,
    reader: &mut BlockReader,
) -> Result<(Layout, Header), Fault> {
    let none = Header {
        bytes: Vec::new(),
        columns: Vec::new(),
        lines: 0,
    };
    let Format::Csv { delimiter } = format else {
        return Ok((Layout::Json, none));
    };
    let header = match reader.header(Splitter::new(delimiter))? {
        Some(header) => header,
        None if request.allow_empty => none,
        None => return Err(empty(&request.file)),
    };
    let columns = header.columns.clone();
    Ok((Layout::Csv { columns, delimiter }, header))
}

pub(super) fn empty(file: &FilePath) -> Fault {
    let name = file.display().to_string();
    Fault::unusable("input:empty", format!("{name} holds no record"))
        .hint("check how it was written; with --allow-empty it is loaded as a run without records")
        .at(name, None)
}
