//! Looking at an input before anything is changed: what it is, and how its records become fields.

use std::{
    fs,
    path::{Path as FilePath, PathBuf},
};

use anyhow::Result;

use super::{
    LoadRequest,
    content::{Content, Data, Told},
    joining::{self, Verdicts, report_of},
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
    results::{File, Joined, Map, OWN_MAP, Reader, Report, Tool},
    row::cells::Splitter,
};

/// Inputs that are recognised, the first with its header read.
pub(super) struct Opened {
    pub(super) content: Content,
    /// The format of the run: of what a tool left behind, also where the records come from its source.
    pub(super) word: &'static str,
    /// The format of the records.
    pub(super) format: Format,
    pub(super) layout: Layout,
    /// What stands before the first record: byte order mark and header.
    pub(super) start: Vec<u8>,
    /// Bytes of all inputs that hold records, where they are known.
    pub(super) size: Option<u64>,
    /// The first file that holds records.
    pub(super) source_name: String,
}

/// One input that is read block by block.
pub(super) struct Blocks {
    pub(super) path: PathBuf,
    pub(super) reader: BlockReader,
    pub(super) format: Format,
    pub(super) layout: Layout,
    /// What stands before the first record, and the physical lines that end in it.
    pub(super) start: Vec<u8>,
    pub(super) lines: u64,
    pub(super) size: Option<u64>,
    pub(super) is_packed: bool,
    pub(super) is_sheet: bool,
    pub(super) remarks: Vec<String>,
    pub(super) watch: Watch,
}

/// Bytes of a report that is read as a whole.
const MAX_REPORT: u64 = 1 << 30;

/// The run's format where several tools wrote its results.
const SEVERAL: &str = "several";

pub(super) fn open(
    request: &LoadRequest,
    block_bytes: usize,
    (contract, job): (Option<&Contract>, &Job),
) -> Result<Opened> {
    let map = request.map.as_deref().map(mapped::read).transpose()?;
    let map = map.as_ref();
    let first = input(request, &request.files[0], job)?;
    let format = format_of(request, map, &first)?;
    let Format::Results(tool) = format else {
        if !request.sources.is_empty() {
            return Err(not_results(&first.name).into());
        }
        return data(request, &request.files, (first, format), block_bytes, job);
    };
    let is_line = matches!(tool.reader, Reader::Lines { .. });
    if request.sources.is_empty() && is_line && request.files.len() == 1 {
        return data(request, &request.files, (first, format), block_bytes, job);
    }
    let mut told = vec![read_told(request, first, (tool, map), &request.files[0])?];
    let mut word = tool.word;
    for path in &request.files[1..] {
        let other = input(request, path, job)?;
        let Format::Results(tool) = format_of(request, map, &other)? else {
            return Err(mixed(&other.name, &request.files[0], word).into());
        };
        if tool.word != word {
            word = SEVERAL;
        }
        told.push(read_told(request, other, (tool, map), path)?);
    }
    if request.sources.is_empty() {
        return Ok(reports(told, word, format));
    }
    joined(request, told, word, block_bytes, (contract, job))
}

/// All that results say as answers, whatever their tools.
///
/// # Errors
/// `source:format` when a file holds data; those of reading them.
pub(in crate::ops) fn report_of_all(request: &LoadRequest, job: &Job) -> Result<Report> {
    let map = request.map.as_deref().map(mapped::read).transpose()?;
    let mut report = Report::default();
    for path in &request.files {
        let input = input(request, path, job)?;
        let Format::Results(tool) = format_of(request, map.as_ref(), &input)? else {
            return Err(no_answer(&input.name).into());
        };
        report.append(read_told(request, input, (tool, map.as_ref()), path)?.report);
    }
    Ok(report)
}

/// Finds the records that a report is about in the sources, counted over all of them.
///
/// # Errors
/// `source:format`, and those of reading them.
pub(in crate::ops) fn source_of_all(
    request: &LoadRequest,
    report: &Report,
    contract: Option<&Contract>,
    job: &Job,
) -> Result<Joined> {
    let first = input(request, &request.sources[0], job)?;
    let format = sniff::recognise(&first)?;
    joining::check_source(&first.name, format)?;
    let opened = data(request, &request.sources, (first, format), BLOCK_BYTES, job)?;
    let inputs = request.sources.iter().map(|path| input(request, path, job));
    joining::join(report, inputs, (format, &opened.layout), (contract, job))
}

/// Data, or results of one record a line, of one format.
fn data(
    request: &LoadRequest,
    paths: &[PathBuf],
    (first, format): (Input, Format),
    block_bytes: usize,
    job: &Job,
) -> Result<Opened> {
    let doubt = match format {
        Format::Results(tool) => doubt(request, &first, tool),
        _ => None,
    };
    let mut opened = blocks(request, &paths[0], first, format, block_bytes)?;
    opened.remarks.extend(doubt);
    let mut size = opened.size;
    for path in &paths[1..] {
        let other = again(
            path,
            &opened.format,
            &opened.layout,
            block_bytes,
            request,
            job,
        )?;
        size = size.zip(other.size).map(|(all, one)| all + one);
    }
    Ok(Opened {
        word: if opened.is_sheet {
            "xlsx"
        } else {
            format.word()
        },
        format,
        layout: opened.layout.clone(),
        start: opened.start.clone(),
        size,
        source_name: paths[0].display().to_string(),
        content: Content::Data(Data {
            rest: paths[1..].to_vec(),
            first: Box::new(opened),
            block_bytes,
        }),
    })
}

/// Opens one more input of a run, which must be like the first.
///
/// # Errors
/// `input:mixed`.
pub(super) fn again(
    path: &FilePath,
    format: &Format,
    layout: &Layout,
    block_bytes: usize,
    request: &LoadRequest,
    job: &Job,
) -> Result<Blocks> {
    let other = input(request, path, job)?;
    let found = match &request.format {
        Some(_) if request.sources.is_empty() => format_of(request, None, &other)?,
        _ => sniff::recognise(&other)?,
    };
    let name = other.name.clone();
    if found != *format {
        return Err(mixed(&name, &request.files[0], format.word()).into());
    }
    let opened = blocks(request, path, other, found, block_bytes)?;
    if opened.layout == *layout {
        return Ok(opened);
    }
    let message = format!("{name} has other columns than the files before it");
    Err(Fault::unusable("input:mixed", message)
        .hint("load files with other columns one by one: each is a run of its own")
        .at(name, Some(1))
        .into())
}

fn input(request: &LoadRequest, path: &FilePath, job: &Job) -> Result<Input> {
    let input = Input::open_sheet(path, &job.cancel_flag(), &request.sheet);
    // A wait for standard input that was given up is no fault of the input.
    job.check()?;
    Ok(input?)
}

/// An input that is read block by block.
fn blocks(
    request: &LoadRequest,
    path: &FilePath,
    input: Input,
    format: Format,
    block_bytes: usize,
) -> Result<Blocks> {
    let (watch, size, is_packed) = (input.watch(), input.size, input.is_packed);
    let (is_sheet, remarks) = (input.is_sheet, input.remarks.clone());
    let mut start = input.head[..input.mark()].to_vec();
    let mut reader = BlockReader::new(input, format, block_bytes)?;
    let (layout, header) = layout_of(request, path, format, &mut reader)?;
    start.extend_from_slice(&header.bytes);
    Ok(Blocks {
        path: path.to_owned(),
        reader,
        format,
        layout,
        start,
        lines: header.lines,
        size,
        is_packed,
        is_sheet,
        remarks,
        watch,
    })
}

/// Reports that stand for themselves.
fn reports(mut told: Vec<Told>, word: &'static str, format: Format) -> Opened {
    let layouts: Vec<Layout> = (told.iter_mut())
        .map(|told| std::mem::replace(&mut told.report.layout, Layout::Json))
        .collect();
    let layout = match layouts.split_first() {
        Some((first, rest)) if rest.iter().all(|other| other == first) => first.clone(),
        _ => {
            // Rows of tables with different columns can only stand beside each other as objects.
            for (told, layout) in told.iter_mut().zip(&layouts) {
                told.report.turn_into_objects(layout);
            }
            Layout::Json
        }
    };
    Opened {
        word,
        format,
        layout,
        start: Vec::new(),
        size: Some(told.iter().map(|told| told.read).sum()),
        source_name: told.first().map_or(String::new(), Told::name),
        content: Content::Told(told),
    }
}

/// The records that tools read, with what their results say of them.
fn joined(
    request: &LoadRequest,
    mut told: Vec<Told>,
    word: &'static str,
    block_bytes: usize,
    (contract, job): (Option<&Contract>, &Job),
) -> Result<Opened> {
    let first = input(request, &request.sources[0], job)?;
    let format = sniff::recognise(&first)?;
    joining::check_source(&first.name, format)?;
    let opened = data(request, &request.sources, (first, format), block_bytes, job)?;
    let mut report = Report::default();
    for told in &mut told {
        report.append(std::mem::take(&mut told.report));
    }
    let inputs = request.sources.iter().map(|path| input(request, path, job));
    let found = joining::join(&report, inputs, (format, &opened.layout), (contract, job))?;
    let verdicts = Verdicts::new(&mut report, found);
    let Content::Data(data) = opened.content else {
        return Ok(opened);
    };
    Ok(Opened {
        content: Content::Joined {
            data,
            verdicts,
            told,
            report: Box::new(report),
        },
        word,
        ..opened
    })
}

/// What else an input might have been that was recognised as a tool's results.
fn doubt(request: &LoadRequest, input: &Input, tool: &Tool) -> Option<String> {
    let is_recognised = request.format.is_none() && request.map.is_none();
    let doubt = is_recognised.then(|| sniff::doubt(input, tool)).flatten()?;
    Some(format!("{} was {doubt}", input.name))
}

/// Reads results as a whole, by a person's own map if there is one.
fn read_told(
    request: &LoadRequest,
    input: Input,
    (tool, map): (&Tool, Option<&Map>),
    path: &FilePath,
) -> Result<Told> {
    let (name, watch, is_packed) = (input.name.clone(), input.watch(), input.is_packed);
    let doubt = doubt(request, &input, tool);
    let whole = input.read_whole(MAX_REPORT)?;
    let folder = folder_of(path).to_owned();
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
    let mut report = match (map, &tool.reader) {
        (Some(map), _) => map.read(&file)?,
        (None, Reader::Map(map)) => map.read(&file)?,
        (None, Reader::Lines { .. }) => report_of(tool, &whole.bytes),
        (None, Reader::Whole { read, .. }) => read(&file)?,
    };
    report.name_codes(tool.word);
    report.remarks.extend(file.end());
    report.remarks.extend(doubt);
    Ok(Told {
        path: path.to_owned(),
        report,
        read: whole.read,
        sha256: whole.sha256,
        is_packed,
        watch,
    })
}

fn not_results(name: &str) -> Fault {
    holds_records(name, "nothing to join")
        .hint("load it without --source, or name the results' format with --format")
}

fn no_answer(name: &str) -> Fault {
    holds_records(name, "no answer in it")
        .hint("name the format of the answers with --format, such as --format fastapi")
}

fn holds_records(name: &str, so: &str) -> Fault {
    let message =
        format!("{name} holds records and not what a tool said of them, so there is {so}");
    Fault::usage("source:format", message).at(name, None)
}

fn mixed(name: &str, first: &FilePath, word: &str) -> Fault {
    let message = format!(
        "{name} is not of the same format as {} ({word})",
        first.display()
    );
    Fault::unusable("input:mixed", message)
        .hint(
            "load files of one format at once; what a tool read goes with its results as --source",
        )
        .at(name, None)
}

fn format_of(request: &LoadRequest, map: Option<&Map>, input: &Input) -> Result<Format, Fault> {
    let blank = input.is_whole() && input.head[input.mark()..].trim_ascii().is_empty();
    if blank && !request.allow_empty {
        return Err(empty(FilePath::new(&input.name)));
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
    path: &FilePath,
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
        None => return Err(empty(path)),
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
