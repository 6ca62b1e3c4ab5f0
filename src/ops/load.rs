//! Loading a run: workers read and check blocks, one writer stores them in order, one last transaction publishes.

mod asking;
mod explain;
mod groups;
mod joining;
mod judged;
pub(super) mod lines;
mod mapped;
mod opened;
mod passed;
mod told;
mod workers;
mod writer;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    panic::resume_unwind,
    path::{Path as FilePath, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

pub use self::explain::Explained;
use self::{
    asking::Asked,
    opened::{Content, Opened, empty},
    passed::Passed,
    workers::{Checked, Setup, work},
    writer::{Read, Writer},
};
use super::{Job, Workspace, asked::program, workspace::now};
use crate::{
    contract::{self, Contract},
    model::{Fault, Layout, LoadReport, RunId},
    read::{
        self, Format, Watch,
        blocks::{BLOCK_BYTES, BlockReader},
    },
    store::{
        keys::KeyHasher,
        load::{Batch, NewRun, RunCounts, RunWriter, already_loaded},
    },
};

/// Batches that wait to be stored, at most.
const BATCHES_AHEAD: usize = 2;

#[derive(Clone, Debug, Default)]
pub struct LoadRequest {
    /// `-` is standard input.
    pub file: PathBuf,
    pub contract: Option<PathBuf>,
    /// The file a tool was given, whose results are loaded: problems are joined to its records.
    pub source: Option<PathBuf>,
    /// Overrides recognition: `csv`, `tsv`, `jsonl`, `json`, or a tool of [`crate::results::tools`].
    pub format: Option<String>,
    /// The map that says what is in a report, instead of recognising it.
    pub map: Option<PathBuf>,
    /// Else the contract's name, else the file's stem.
    pub name: Option<String>,
    /// Where the passed records' bytes go, header included.
    pub passed: Option<PathBuf>,
    pub keep_passed: bool,
    pub again: bool,
    pub allow_empty: bool,
    pub demo: bool,
    /// Workers; `None` is as many as there are processors.
    pub threads: Option<usize>,
}

/// Loads one file as one run: all of it or nothing. The same input gives the same workspace whatever the threads.
///
/// # Errors
/// Those of [`prepare`] and [`Prepared::load`].
pub fn load(workspace: &mut Workspace, request: &LoadRequest, job: &Job) -> Result<LoadReport> {
    prepare(request, job)?.load(workspace, job)
}

/// Reads the contract and looks at the input, and changes nothing: what cannot be loaded leaves no new workspace behind.
///
/// # Errors
/// Those of the contract, of the map and of the input; `input:empty`, `interrupted`.
pub fn prepare<'r>(request: &'r LoadRequest, job: &Job) -> Result<Prepared<'r>> {
    let started = Instant::now();
    let contract = (request.contract.as_deref())
        .map(contract::read)
        .transpose()?;
    let opened = opened::open(request, BLOCK_BYTES, (contract.as_ref(), job))?;
    if let Some(target) = &request.passed {
        // Thrown away: it only shows that one can be written there.
        Passed::begin(target, &request.file, b"", false)?;
    }
    Ok(Prepared {
        request,
        contract,
        opened,
        started,
    })
}

/// A load that can begin.
pub struct Prepared<'r> {
    request: &'r LoadRequest,
    contract: Option<Contract>,
    opened: Opened,
    started: Instant,
}

impl Prepared<'_> {
    /// Loads what was prepared.
    ///
    /// # Errors
    /// `load:again`, `load:running`, `input:empty`, `passed:unwritable`, `interrupted`.
    pub fn load(self, workspace: &mut Workspace, job: &Job) -> Result<LoadReport> {
        workspace.store.check_writable()?;
        if let Some(target) = &self.request.passed {
            workspace.spare(target)?;
        }
        if !self.request.again {
            refuse_loaded(workspace, &self.request.file, self.opened.size)?;
        }
        let report = load_opened(workspace, self, job)?;
        log(&report);
        Ok(report)
    }
}

fn load_opened(workspace: &mut Workspace, prepared: Prepared<'_>, job: &Job) -> Result<LoadReport> {
    let Prepared {
        request,
        contract,
        opened,
        started,
    } = prepared;
    let contract = contract.as_ref();
    let Opened {
        content,
        word,
        format,
        layout,
        start,
        lines,
        size,
        watch,
        source,
    } = opened;
    // What another tool has judged is not judged again.
    let told = matches!(format, Format::Results(_)) || matches!(content, Content::Joined { .. });
    let setup = Setup {
        format,
        layout: &layout,
        contract,
        hasher: KeyHasher::new(&workspace.store.secret()?),
        keep_passed: request.keep_passed,
        told,
        asked: Asked {
            program: contract.filter(|_| !told).and_then(program),
            job,
            over: AtomicBool::new(false),
        },
    };
    let array = format == Format::Json;
    let passed = (request.passed.as_deref())
        .map(|target| Passed::begin(target, &request.file, &start, array))
        .transpose()?;
    let name = name_of(request, contract);
    let stored = contract.map(Contract::stored);
    let run = workspace.store.begin_load(&NewRun {
        name: &name,
        // The file that lines and bytes of records are in.
        source: &request
            .source
            .as_ref()
            .unwrap_or(&request.file)
            .display()
            .to_string(),
        format: word,
        layout: &layout,
        contract: stored.as_ref().zip(contract.map(|contract| &contract.hash)),
        keep_passed: request.keep_passed,
        demo: request.demo,
        loaded_at: &now(),
    })?;
    let id = run.run();
    let before = match &content {
        Content::Blocks(reader) | Content::Joined { reader, .. } => (lines, reader.offset()),
        Content::Told(_) => (0, 0),
    };
    let (give, take) = bounded(BATCHES_AHEAD);
    let mut writer = Writer::new(&setup, &run, give, passed, job, size, before);
    let threads = request.threads.unwrap_or_else(processors).max(1);
    let (run, input, (capped, remarks)) = match content {
        Content::Blocks(reader) => {
            let (reader, run) = flow(*reader, threads, &mut writer, (run, take), job)?;
            let (bytes, sha256) = reader.finish();
            let read = Read {
                records: bytes,
                bytes,
                sha256,
            };
            (run, read, (false, Vec::new()))
        }
        Content::Told(told) => {
            let run = told::flow(told.report.outcomes, told.read, &mut writer, (run, take))?;
            let read = Read {
                records: told.read,
                bytes: told.read,
                sha256: told.sha256,
            };
            (run, read, (told.report.capped, told.report.remarks))
        }
        Content::Joined {
            reader,
            verdicts,
            told,
        } => {
            writer.join(verdicts);
            let (reader, run) = flow(*reader, threads, &mut writer, (run, take), job)?;
            let read = Read {
                records: reader.finish().0,
                bytes: told.read,
                sha256: told.sha256,
            };
            (run, read, (told.report.capped, told.report.remarks))
        }
    };
    if writer.counts().records == 0 && !has_columns(&layout) && !request.allow_empty {
        return Err(empty(&request.file).into());
    }
    refuse_changed(source, request)?;
    let seconds = started.elapsed().as_secs_f64();
    let (counts, groups) = writer.publish(run, &input, request.again, seconds)?;
    let mut report = report_of(id, name, word, &counts, groups);
    report.kept_passed = request.keep_passed;
    report.seconds = started.elapsed().as_secs_f64();
    report.capped = capped;
    report.warnings = remarks;
    report.warnings.extend(watch.change(&request.file));
    Ok(report)
}

fn report_of(
    run: RunId,
    name: String,
    format: &str,
    counts: &RunCounts,
    groups: u64,
) -> LoadReport {
    LoadReport {
        run,
        name,
        format: format.to_owned(),
        records: counts.records,
        passed: counts.passed,
        rejected: counts.rejected,
        unparsed: counts.unparsed,
        problems: counts.problems,
        warned: counts.warned,
        groups,
        bytes: counts.bytes,
        seconds: counts.seconds,
        kept_passed: false,
        capped: false,
        warnings: Vec::new(),
    }
}

/// Workers take blocks in turn, the calling thread puts them in order, and one more stores what it collects. The buffers
/// that go round are counted, so that memory stays flat however far one falls behind.
fn flow<'s>(
    reader: BlockReader,
    threads: usize,
    writer: &mut Writer<'_>,
    (run, batches): (RunWriter<'s>, Receiver<Batch>),
    job: &Job,
) -> Result<(BlockReader, RunWriter<'s>)> {
    let setup = writer.setup();
    let reader = Mutex::new(reader);
    // With few blocks ahead, workers leave a processor to those who wait for them.
    let buffers = 2 * threads + 2;
    let (give_empty, take_empty) = bounded(buffers);
    let (give_done, take_done) = bounded(buffers);
    for _ in 0..buffers {
        // The channel holds as many, so this never fails nor waits.
        let _ = give_empty.send(Vec::new());
    }
    let run = thread::scope(|scope| {
        let storing = scope.spawn(move || store_all(run, &batches));
        for _ in 0..threads {
            let (empty, done) = (take_empty.clone(), give_done.clone());
            let reader = &reader;
            scope.spawn(move || work(reader, setup, &empty, &done));
        }
        drop((take_empty, give_done));
        let written = write_in_order(&take_done, &give_empty, writer, job);
        // Workers that wait for either channel or for a validator end now, and so does storing.
        setup.asked.over.store(true, Ordering::Relaxed);
        drop((take_done, give_empty));
        writer.end();
        let stored = storing.join().unwrap_or_else(|panic| resume_unwind(panic));
        let run = stored?;
        written.map(|()| run)
    })?;
    let reader = reader.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok((reader, run))
}

/// Stores batch after batch until no more come, and gives the run back.
pub(super) fn store_all<'s>(
    mut run: RunWriter<'s>,
    batches: &Receiver<Batch>,
) -> Result<RunWriter<'s>> {
    for batch in batches {
        run.store(batch)?;
    }
    Ok(run)
}

fn write_in_order(
    done: &Receiver<Result<Checked, Fault>>,
    empty: &Sender<Vec<u8>>,
    writer: &mut Writer<'_>,
    job: &Job,
) -> Result<()> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    loop {
        job.check()?;
        match done.recv_timeout(Duration::from_millis(50)) {
            Ok(block) => {
                job.check()?;
                let block = block?;
                early.insert(block.seq, block);
            }
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => break,
        }
        while let Some(block) = early.remove(&next) {
            next += 1;
            let mut buffer = writer.take(block)?;
            // One long record must not make every buffer large for good.
            buffer.clear();
            buffer.shrink_to(2 * BLOCK_BYTES);
            let _ = empty.send(buffer);
        }
    }
    anyhow::ensure!(
        early.is_empty(),
        "a part of the input was lost; nothing was loaded"
    );
    writer.finish()
}

/// Refuses bytes that were loaded before, without reading them where no run had as many.
fn refuse_loaded(workspace: &Workspace, file: &FilePath, size: Option<u64>) -> Result<()> {
    let Some(size) = size.filter(|size| *size > 0) else {
        return Ok(());
    };
    let alike = workspace.store.runs_of_size(size)?;
    if alike.is_empty() {
        return Ok(());
    }
    let sha256 = read::sha256_of(file)?;
    match alike.into_iter().find(|(_, known)| *known == sha256) {
        Some((run, _)) => {
            let name = file.display().to_string();
            Err(already_loaded(run).at(name, None).into())
        }
        None => Ok(()),
    }
}

/// What was found in a source that was written to meanwhile may be another record.
fn refuse_changed(watch: Option<Watch>, request: &LoadRequest) -> Result<(), Fault> {
    let change = watch
        .zip(request.source.as_ref())
        .and_then(|(watch, source)| watch.change(source));
    match change {
        None => Ok(()),
        Some(change) => Err(Fault::unusable("source:changed", change)
            .hint("nothing was loaded; try again when nothing writes to it")),
    }
}

fn has_columns(layout: &Layout) -> bool {
    matches!(layout, Layout::Csv { columns, .. } if !columns.is_empty())
}

fn name_of(request: &LoadRequest, contract: Option<&Contract>) -> String {
    let stem = || match request.file.file_stem() {
        Some(stem) if request.file.as_os_str() != "-" => stem.to_string_lossy().into_owned(),
        _ => "standard input".to_owned(),
    };
    (request.name.clone())
        .or_else(|| contract.map(|contract| contract.name.clone()))
        .unwrap_or_else(stem)
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn log(report: &LoadReport) {
    let RunId(run) = report.run;
    tracing::info!(
        target: "redrive",
        event = "load",
        run,
        records = report.records,
        passed = report.passed,
        rejected = report.rejected,
        problems = report.problems,
        warned = report.warned,
        groups = report.groups,
        bytes = report.bytes,
        duration_ms = (report.seconds * 1000.0) as u64,
    );
}
