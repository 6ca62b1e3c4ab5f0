//! Looking at an input before anything is changed: what it is, and how its records become fields.

use std::{fs, path::Path as FilePath};

use anyhow::Result;

use super::{
    LoadRequest,
    joining::{Verdicts, check_source, join, report_of},
    mapped,
};
use crate::{
    contract::Contract,
    model::{Fault, Layout, folder_of},
    ops::Job,
    read::{
        Format, Input, Watch,
        blocks::{BLOCK_BYTES, BlockReader, Header},
        sniff,
    },
    results::{File, Map, OWN_MAP, Reader, Report, Tool},
    row::cells::Splitter,
};

/// An input that is recognised, with its header read.
pub(super) struct Opened {
    pub(super) content: Content,
    /// The format of the run: of what a tool left behind, also where the records come from its source.
    pub(super) word: &'static str,
    /// The format of the records.
    pub(super) format: Format,
    pub(super) layout: Layout,
    /// What stands before the first record: byte order mark and header.
    pub(super) start: Vec<u8>,
    /// Physical lines that end in it.
    pub(super) lines: u64,
    pub(super) size: Option<u64>,
    pub(super) watch: Watch,
    /// Watches the file the records come from, where that is another one.
    pub(super) source: Option<Watch>,
}

/// Where the records come from.
pub(super) enum Content {
    Blocks(Box<BlockReader>),
    /// A report that was read as a whole.
    Told(Told),
    /// The records a tool read, with what it said of them.
    Joined {
        reader: Box<BlockReader>,
        verdicts: Verdicts,
        told: Told,
    },
}

/// A report, whose outcomes may be elsewhere.
pub(super) struct Told {
    pub(super) report: Report,
    pub(super) read: u64,
    pub(super) sha256: [u8; 32],
}

/// Bytes of a report that is read as a whole.
const MAX_REPORT: u64 = 1 << 30;

pub(super) fn open(
    request: &LoadRequest,
    block_bytes: usize,
    (contract, job): (Option<&Contract>, &Job),
) -> Result<Opened> {
    let input = Input::open(&request.file, &job.cancel_flag());
    // A wait for standard input that was given up is no fault of the input.
    job.check()?;
    let input = input?;
    let map = request.map.as_deref().map(mapped::read).transpose()?;
    let format = format_of(request, map.as_ref(), &input)?;
    let Format::Results(tool) = format else {
        if request.source.is_some() {
            return Err(not_results(&input.name).into());
        }
        return blocks(request, input, format, block_bytes);
    };
    if let Some(source) = &request.source {
        let watch = input.watch();
        let told = told(input, tool, map.as_ref())?;
        let opened = joined(request, (tool, told), source, (contract, job))?;
        return Ok(Opened {
            source: Some(opened.watch),
            watch,
            ..opened
        });
    }
    if matches!(tool.reader, Reader::Lines { .. }) {
        return blocks(request, input, format, block_bytes);
    }
    let (watch, size) = (input.watch(), input.size);
    let mut told = told(input, tool, map.as_ref())?;
    let layout = std::mem::replace(&mut told.report.layout, Layout::Json);
    Ok(Opened {
        content: Content::Told(told),
        word: format.word(),
        format,
        layout,
        start: Vec::new(),
        lines: 0,
        size,
        watch,
        source: None,
    })
}

/// An input that is read block by block.
fn blocks(
    request: &LoadRequest,
    input: Input,
    format: Format,
    block_bytes: usize,
) -> Result<Opened> {
    let (watch, size) = (input.watch(), input.size);
    let mut start = input.head[..input.mark()].to_vec();
    let mut reader = BlockReader::new(input, format, block_bytes)?;
    let (layout, header) = layout_of(request, format, &mut reader)?;
    start.extend_from_slice(&header.bytes);
    Ok(Opened {
        content: Content::Blocks(Box::new(reader)),
        word: format.word(),
        format,
        layout,
        start,
        lines: header.lines,
        size,
        watch,
        source: None,
    })
}

/// The records that a tool read, with what its results say of them.
fn joined(
    request: &LoadRequest,
    (tool, mut told): (&Tool, Told),
    source: &FilePath,
    (contract, job): (Option<&Contract>, &Job),
) -> Result<Opened> {
    let open = || Input::open(source, &job.cancel_flag());
    let input = open()?;
    let format = sniff::recognise(&input)?;
    check_source(&input.name, format)?;
    let opened = blocks(request, input, format, BLOCK_BYTES)?;
    let input = open()?;
    let layout = std::mem::replace(&mut told.report.layout, Layout::Json);
    let found = join(
        &told.report,
        &layout,
        input,
        (format, &opened.layout),
        (contract, job),
    )?;
    let Content::Blocks(reader) = opened.content else {
        return Ok(opened);
    };
    told.report.remarks.extend(found.remarks.iter().cloned());
    let outcomes = std::mem::take(&mut told.report.outcomes);
    Ok(Opened {
        content: Content::Joined {
            reader,
            verdicts: Verdicts::new(outcomes, found),
            told,
        },
        word: tool.word,
        ..opened
    })
}

/// Reads results as a whole, by a person's own map if there is one.
fn told(input: Input, tool: &Tool, map: Option<&Map>) -> Result<Told> {
    let name = input.name.clone();
    let whole = input.read_whole(MAX_REPORT)?;
    let folder = folder_of(FilePath::new(&name)).to_owned();
    let is_file = name != "-";
    let file = File {
        name: &name,
        bytes: &whole.bytes,
        beside: &|other| {
            let path = folder.join(other);
            // A pipe or a device would be waited for.
            (is_file && path.is_file())
                .then(|| fs::read(path).ok())
                .flatten()
        },
    };
    let report = match (map, &tool.reader) {
        (Some(map), _) => map.read(&file)?,
        (None, Reader::Map(map)) => map.read(&file)?,
        (None, Reader::Lines { .. }) => report_of(tool, &whole.bytes),
        (None, Reader::Whole { read, .. }) => read(&file)?,
    };
    Ok(Told {
        report,
        read: whole.read,
        sha256: whole.sha256,
    })
}

fn not_results(name: &str) -> Fault {
    let message = format!(
        "{name} holds records and not what a tool said of them, so there is nothing to join"
    );
    Fault::usage("source:format", message)
        .hint("load it without --source, or name the results' format with --format")
        .at(name, None)
}

fn format_of(request: &LoadRequest, map: Option<&Map>, input: &Input) -> Result<Format, Fault> {
    let blank = input.is_whole() && input.head[input.mark()..].trim_ascii().is_empty();
    if blank && !request.allow_empty {
        return Err(empty(&request.file));
    }
    match (&request.format, map) {
        (Some(word), _) => sniff::named(word, input),
        (None, _) if blank => Ok(Format::JsonLines),
        (None, Some(_)) => {
            sniff::refuse_what_is_no_text(input)?;
            Ok(Format::Results(&OWN_MAP))
        }
        (None, None) => sniff::recognise(input),
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
