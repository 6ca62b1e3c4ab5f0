//! Loading a run: workers read and check blocks, one writer stores them in order, one last transaction publishes.

mod asking;
mod content;
mod explain;
mod files;
mod flow;
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
    fs,
    path::PathBuf,
    sync::atomic::AtomicBool,
    thread,
    time::{Instant, SystemTime},
};

use anyhow::Result;
use crossbeam_channel::bounded;

pub(super) use self::opened::{report_of_all, source_of_all};
use self::{
    asking::Asked,
    content::Content,
    opened::{Opened, empty},
    passed::Passed,
    workers::Setup,
    writer::Writer,
};
pub use self::{explain::Explained, files::files_of};
use super::{Job, Workspace, asked::program, fix::clear_copies, workspace::now};
use crate::{
    contract::{self, Contract},
    model::{Layout, LoadReport, RunId},
    read::{self, Format, blocks::BLOCK_BYTES},
    store::{
        files::already_loaded,
        keys::KeyHasher,
        load::{NewRun, RunCounts},
    },
};

/// Batches that wait to be stored, at most.
const BATCHES_AHEAD: usize = 2;

#[derive(Clone, Debug, Default)]
pub struct LoadRequest {
    /// One run's: all data of one format, or all results of tools. `-` is standard input.
    pub files: Vec<PathBuf>,
    pub contract: Option<PathBuf>,
    /// The files a tool was given, whose results are loaded: problems are joined to their records.
    pub sources: Vec<PathBuf>,
    /// Which part of an Excel workbook is meant.
    pub sheet: read::Sheet,
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
    /// What a load left of which nobody here can tell whether it is under way, such as one in another container, is removed first:
    /// a person says that it has ended.
    pub take_over: bool,
    /// Workers; `None` is as many as there are processors.
    pub threads: Option<usize>,
}

/// Loads files as one run: all of them or nothing. The same input gives the same workspace whatever the threads.
///
/// # Errors
/// Those of [`prepare`] and [`Prepared::load`].
pub fn load(workspace: &mut Workspace, request: &LoadRequest, job: &Job) -> Result<LoadReport> {
    // Reading it as a file would drop the locks that this process has on it.
    for path in request.files.iter().chain(&request.contract) {
        workspace.spare(path)?;
    }
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
        Passed::begin(target, &request.files, b"", false)?;
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
            refuse_loaded(workspace, &self.request.files)?;
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
    let layout = &opened.layout;
    // What another tool has judged is not judged again.
    let told =
        matches!(opened.format, Format::Results(_)) || !matches!(opened.content, Content::Data(_));
    let setup = Setup {
        format: opened.format,
        layout,
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
    let array = opened.format == Format::Json;
    let passed = (request.passed.as_deref())
        .map(|target| Passed::begin(target, &request.files, &opened.start, array))
        .transpose()?;
    let name = name_of(request, contract);
    let stored = contract.map(Contract::stored);
    clear_copies(workspace.folder(), SystemTime::now());
    let run = workspace.store.begin_load(&NewRun {
        name: &name,
        source: &opened.source_name,
        format: opened.word,
        layout,
        contract: stored.as_ref().zip(contract.map(|contract| &contract.hash)),
        keep_passed: request.keep_passed,
        demo: request.demo,
        loaded_at: &now(),
        take_over: request.take_over,
    })?;
    let id = run.run();
    let (give, take) = bounded(BATCHES_AHEAD);
    let mut writer = Writer::new(&setup, &run, give, passed, job, opened.size);
    let threads = request.threads.unwrap_or_else(processors).max(1);
    let (run, read) = flow::storing((run, take), &mut writer, |writer| {
        opened.content.load(request, threads, writer, job)
    })?;
    if writer.counts().records == 0 && !has_columns(layout) && !request.allow_empty {
        return Err(empty(&request.files[0]).into());
    }
    let seconds = started.elapsed().as_secs_f64();
    let (counts, groups) = writer.publish(run, &read, request.again, seconds)?;
    let mut report = report_of(id, name, opened.word, &counts, groups);
    report.kept_passed = request.keep_passed;
    report.seconds = started.elapsed().as_secs_f64();
    report.warnings = read.remarks;
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
        capped: counts.capped,
        warnings: Vec::new(),
    }
}

/// Refuses bytes that were loaded before, without reading them where no run had as many.
fn refuse_loaded(workspace: &Workspace, files: &[PathBuf]) -> Result<()> {
    for file in files {
        let size = fs::metadata(file).map_or(0, |found| found.len());
        if size == 0 || !file.is_file() {
            continue;
        }
        let alike = workspace.store.runs_of_size(size)?;
        if alike.is_empty() {
            continue;
        }
        let sha256 = read::sha256_of(file)?;
        if let Some((run, _)) = alike.into_iter().find(|(_, known)| *known == sha256) {
            let name = file.display().to_string();
            return Err(already_loaded(run).at(name, None).into());
        }
    }
    Ok(())
}

fn has_columns(layout: &Layout) -> bool {
    matches!(layout, Layout::Csv { columns, .. } if !columns.is_empty())
}

fn name_of(request: &LoadRequest, contract: Option<&Contract>) -> String {
    let stem = || match request.files[0].file_stem() {
        Some(stem) if request.files[0].as_os_str() != "-" => stem.to_string_lossy().into_owned(),
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
