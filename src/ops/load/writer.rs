//! The one that sees all records in the order of the input: decides which key stands first, counts groups, collects what
//! is rejected for storing, and publishes the run.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use crossbeam_channel::Sender;

use super::{
    groups::Groups,
    passed::Passed,
    workers::{Checked, Detail, Entry, Judged, Setup},
};
use crate::{
    model::{Form, Layout, RunId, Stage, Status},
    ops::{Job, Progress},
    read::Format,
    row::Row,
    store::{
        keys::KeySet,
        load::{Batch, Batches, NewProblem, NewRecord, RunCounts, RunWriter},
    },
};
use sha2::{Digest, Sha256};

/// Keys that room is made for before they are seen; the first records may be unusually short.
const MAX_EXPECTED: usize = 2_000_000;

/// How often progress is reported.
const REPORT_EVERY: Duration = Duration::from_millis(50);

/// Takes checked blocks in order.
pub(super) struct Writer<'a> {
    setup: &'a Setup<'a>,
    run: RunId,
    /// A record's number is this plus its ordinal.
    base: i64,
    batches: Batches,
    /// Where full batches go; `None` when the last one has gone.
    give: Option<Sender<Batch>>,
    passed: Option<Passed>,
    job: &'a Job,
    /// Bytes of the whole input, where they are known.
    total: Option<u64>,
    keys: KeySet,
    groups: Groups,
    counts: RunCounts,
    /// The physical line the next block begins on.
    line: u64,
    accounted: u64,
    reported: Option<Instant>,
}

impl<'a> Writer<'a> {
    /// Full batches go to `give`, where they are stored. `lines` and `accounted`: the physical lines and the bytes before the first block.
    pub fn new(
        setup: &'a Setup<'a>,
        run: &RunWriter<'_>,
        give: Sender<Batch>,
        passed: Option<Passed>,
        job: &'a Job,
        total: Option<u64>,
        (lines, accounted): (u64, u64),
    ) -> Self {
        Self {
            setup,
            run: run.run(),
            base: run.base(),
            batches: Batches::default(),
            give: Some(give),
            passed,
            job,
            total,
            keys: KeySet::default(),
            groups: Groups::default(),
            counts: RunCounts::default(),
            line: lines + 1,
            accounted,
            reported: None,
        }
    }

    pub fn counts(&self) -> &RunCounts {
        &self.counts
    }

    /// Takes the next block; gives its buffer back.
    pub fn take(&mut self, mut block: Checked) -> Result<Vec<u8>> {
        if self.counts.records == 0
            && let Some(total) = self.total
            && block.entries.iter().any(|entry| entry.key.is_some())
        {
            let blocks = total as usize / block.bytes.len().max(1) + 1;
            (self.keys).expect((blocks * block.entries.len()).min(MAX_EXPECTED));
        }
        for entry in std::mem::take(&mut block.entries) {
            self.record(&block, entry)?;
        }
        self.line += block.lines;
        self.accounted += block.accounted;
        self.report();
        Ok(block.bytes)
    }

    /// Gives away what is left to be stored, after the last block.
    pub fn finish(&mut self) -> Result<()> {
        let rest = self.batches.take();
        self.give(rest)
    }

    /// Says that no more batches come.
    pub fn end(&mut self) {
        self.give = None;
    }

    pub fn setup(&self) -> &'a Setup<'a> {
        self.setup
    }

    /// Makes the run visible, when all batches are stored.
    ///
    /// # Errors
    /// When a byte of the input is neither in a record nor between two; `load:again`.
    pub fn publish(
        self,
        store: RunWriter<'_>,
        read: u64,
        sha256: &[u8; 32],
        again: bool,
        seconds: f64,
    ) -> Result<(RunCounts, u64)> {
        anyhow::ensure!(
            self.accounted == read,
            "the load read {read} bytes but accounts for {}; nothing was loaded",
            self.accounted
        );
        let mut counts = self.counts;
        counts.bytes = read;
        counts.seconds = seconds;
        let run = self.run.0;
        let groups = self.groups.len() as u64;
        let summary: Vec<_> = (self.groups.summary())
            .map(|(stage, code, problems)| (stage, code.to_owned(), problems))
            .collect();
        let mut passed = self.passed;
        if let Some(passed) = &mut passed {
            passed.finish()?;
        }
        let tallies = self.groups.into_counts();
        store.publish(&counts, sha256, &tallies, &self.keys, again)?;
        if let Some(passed) = passed {
            passed.publish()?;
        }
        for (stage, code, problems) in summary {
            tracing::debug!(target: "redrive", event = "group", run, stage, code = code.as_str(), count = problems);
        }
        Ok((counts, groups))
    }

    fn record(&mut self, block: &Checked, mut entry: Entry) -> Result<()> {
        self.counts.records += 1;
        let ordinal = self.counts.records;
        let text = &block.bytes[entry.text.start as usize..entry.text.end as usize];
        let rejected = (entry.detail.as_ref()).is_some_and(|detail| !detail.problems.is_empty());
        if let Some(key) = entry.key
            && let Some(first) =
                self.keys
                    .insert(key, ordinal, !rejected && !self.setup.keep_passed)
        {
            self.repeats(text, first, &mut entry);
        }
        let passed = (entry.detail.as_ref()).is_none_or(|detail| detail.problems.is_empty());
        if passed {
            self.counts.passed += 1;
            if let Some(file) = &mut self.passed {
                file.add(
                    text,
                    &block.bytes[entry.text.start as usize..entry.next as usize],
                )?;
            }
        } else {
            self.counts.rejected += 1;
        }
        match entry.detail {
            Some(detail) => {
                let line = self.line + u64::from(entry.line);
                let byte = block.offset + u64::from(entry.text.start);
                self.store_record(ordinal, line, byte, text, *detail)
            }
            None => Ok(()),
        }
    }

    /// Adds the problem of a record whose key stands in an earlier one.
    fn repeats(&mut self, text: &[u8], first: u64, entry: &mut Entry) {
        let (Some(checker), Ok(row)) = (
            self.setup.checker,
            Row::read(self.setup.layout, self.setup.layout.form(), text),
        ) else {
            return;
        };
        let first = (first > 0).then(|| self.base + first as i64);
        let detail = entry.detail.get_or_insert_with(|| {
            Box::new(Detail {
                sha256: Sha256::digest(text).into(),
                key: checker.key(&row).map(std::borrow::Cow::into_owned),
                ..Detail::default()
            })
        });
        detail
            .problems
            .push(Judged::from(checker.duplicate(&row, first)));
    }

    fn store_record(
        &mut self,
        ordinal: u64,
        line: u64,
        byte: u64,
        text: &[u8],
        detail: Detail,
    ) -> Result<()> {
        let line = detail.line.unwrap_or(line);
        let status = if detail.problems.is_empty() {
            self.counts.kept += 1;
            Status::Ready
        } else {
            Status::Rejected
        };
        if (detail.problems.iter()).any(|judged| judged.problem.stage == Stage::Parse) {
            self.counts.unparsed += 1;
        }
        let mut problems = Vec::with_capacity(detail.problems.len());
        for judged in detail.problems {
            self.counts.problems += 1;
            let checker = self.setup.checker;
            let (group, new) = self.groups.count(&judged, ordinal, line, checker);
            if let Some(new) = new {
                self.batches.add_group(new);
            }
            let problem = judged.problem;
            problems.push(NewProblem {
                group,
                path: problem.path.to_string(),
                message: problem.message,
                hint: problem.hint,
                found: judged.found,
            });
        }
        let form = match (self.setup.format, self.setup.layout) {
            (Format::Csv { .. }, Layout::Csv { .. }) => Form::Csv,
            _ => Form::Json,
        };
        let full = self.batches.add(NewRecord {
            ordinal,
            line,
            byte,
            key: detail.key,
            unique: Vec::new(),
            checked: self.setup.format != Format::Pydantic,
            status,
            form: form.word(),
            bytes: detail.bytes.unwrap_or_else(|| text.to_vec()),
            sha256: detail.sha256,
            problems,
        });
        full.map_or(Ok(()), |batch| self.give(batch))
    }

    fn give(&self, batch: Batch) -> Result<()> {
        // Storing ends early only with an error of its own, which is the one that is told.
        let given = self.give.as_ref().map(|give| give.send(batch));
        (given.and_then(Result::ok)).ok_or_else(|| anyhow!("records are no longer stored"))
    }

    fn report(&mut self) {
        let now = Instant::now();
        if (self.reported).is_some_and(|last| now.duration_since(last) < REPORT_EVERY) {
            return;
        }
        self.reported = Some(now);
        self.job.report(Progress {
            done: self.accounted,
            total: self.total,
            records: self.counts.records,
        });
    }
}
