//! The one that sees all records in the order of the input: decides which key or other value stands first, counts groups,
//! collects what is rejected for storing, and publishes the run.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use crossbeam_channel::Sender;

use super::{
    content::Read,
    groups::Groups,
    joining::Verdicts,
    judged::Judged,
    passed::Passed,
    told,
    workers::{Checked, Detail, Entry, Kept, Setup},
};
use crate::{
    model::{Fault, Problem, RunId, Stage, Status},
    ops::{Job, Progress},
    row::Row,
    store::{
        keys::{KeyHash, KeySet},
        load::{Batch, Batches, NewProblem, NewRecord, RunCounts, RunWriter},
    },
};

/// Values that room is made for before they are seen; the first records may be unusually short.
const MAX_EXPECTED: usize = 2_000_000;

/// How often progress is reported.
const REPORT_EVERY: Duration = Duration::from_millis(50);

/// Where a record stands in the input.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// 1-based number of the record.
    pub ordinal: u64,
    pub line: u64,
    pub byte: u64,
}

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
    /// The number of the file that is read.
    file: u32,
    /// One for each uniqueness, with its name.
    keys: Vec<(String, KeySet)>,
    groups: Groups,
    counts: RunCounts,
    /// What results say of the records, where they are not judged here.
    verdicts: Option<Verdicts>,
    /// The physical line the next block begins on.
    line: u64,
    accounted: u64,
    reported: Option<Instant>,
}

impl<'a> Writer<'a> {
    /// Full batches go to `give`, where they are stored.
    pub fn new(
        setup: &'a Setup<'a>,
        run: &RunWriter<'_>,
        give: Sender<Batch>,
        passed: Option<Passed>,
        job: &'a Job,
        total: Option<u64>,
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
            file: 0,
            keys: (setup.uniqueness().iter())
                .map(|unique| (unique.name(), KeySet::default()))
                .collect(),
            groups: Groups::default(),
            counts: RunCounts::default(),
            verdicts: None,
            line: 1,
            accounted: 0,
            reported: None,
        }
    }

    /// Begins with a file, by its number; the physical lines and the bytes that were read of it already.
    pub fn next_file(&mut self, file: u32, (lines, bytes): (u64, u64)) {
        self.file = file;
        self.line = lines + 1;
        self.accounted += bytes;
    }

    pub fn counts(&self) -> &RunCounts {
        &self.counts
    }

    /// Takes the next block; gives its buffer back.
    pub fn take(&mut self, mut block: Checked) -> Result<Vec<u8>> {
        if self.counts.records == 0
            && let Some(total) = self.total
        {
            let blocks = total as usize / block.bytes.len().max(1) + 1;
            self.expect(&block.hashes, blocks * block.entries.len());
        }
        let hashes = std::mem::take(&mut block.hashes);
        let uniqueness = self.keys.len();
        for (n, entry) in std::mem::take(&mut block.entries).into_iter().enumerate() {
            let hashes = &hashes[n * uniqueness..][..uniqueness];
            self.record(&block, entry, hashes)?;
        }
        self.line += block.lines;
        self.accounted += block.accounted;
        self.report();
        Ok(block.bytes)
    }

    /// Gives away what is left to be stored, after the last block.
    pub fn finish(&mut self) -> Result<()> {
        if let Some(verdicts) = self.verdicts.take() {
            told::write(verdicts.rest(), 0, self)?;
        }
        let rest = self.batches.take();
        self.give(rest)
    }

    /// Says that no more batches come.
    pub fn end(&mut self) {
        self.give = None;
    }

    /// # Errors
    /// `interrupted` when the work was cancelled.
    pub fn check_job(&self) -> Result<(), Fault> {
        self.job.check()
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
        read: &Read,
        again: bool,
        seconds: f64,
    ) -> Result<(RunCounts, u64)> {
        anyhow::ensure!(
            self.accounted == read.records,
            "the load read {} bytes but accounts for {}; nothing was loaded",
            read.records,
            self.accounted
        );
        let mut counts = self.counts;
        // Of what was loaded, not of what it was joined to.
        let loaded = read.files.iter().filter(|file| file.role != "source");
        counts.bytes = loaded.map(|file| file.bytes).sum();
        counts.capped = read.capped;
        counts.seconds = seconds;
        let run = self.run.0;
        let groups = self.groups.rejecting() as u64;
        let summary: Vec<_> = (self.groups.summary())
            .map(|(stage, code, problems)| (stage, code.to_owned(), problems))
            .collect();
        let mut passed = self.passed;
        if let Some(passed) = &mut passed {
            passed.finish()?;
        }
        let tallies = self.groups.into_counts();
        store.publish(&counts, &read.files, &tallies, &self.keys, again)?;
        if let Some(passed) = passed {
            passed.publish()?;
        }
        for (stage, code, problems) in summary {
            tracing::debug!(target: "redrive", event = "group", run, stage, code = code.as_str(), count = problems);
        }
        Ok((counts, groups))
    }

    /// Makes room for the values of so many records, when the first of them have some.
    fn expect(&mut self, first: &[Option<KeyHash>], records: usize) {
        let uniqueness = self.keys.len();
        for (n, (_, keys)) in self.keys.iter_mut().enumerate() {
            if (first.iter().skip(n).step_by(uniqueness)).any(Option::is_some) {
                keys.expect(records.min(MAX_EXPECTED));
            }
        }
    }

    /// `hashes`: of what must differ.
    fn record(
        &mut self,
        block: &Checked,
        mut entry: Entry,
        hashes: &[Option<KeyHash>],
    ) -> Result<()> {
        self.counts.records += 1;
        let ordinal = self.counts.records;
        let text = &block.bytes[entry.text.start as usize..entry.text.end as usize];
        if let Some(outcome) = (self.verdicts.as_mut()).and_then(|told| told.take(ordinal)) {
            entry.detail = Some(Box::new(self.said(text, outcome.problems)));
        }
        self.compare(text, ordinal, &mut entry, hashes);
        let rejected = entry.is_rejected();
        if rejected {
            self.counts.rejected += 1;
        } else {
            self.counts.passed += 1;
            if let Some(file) = &mut self.passed {
                file.add(
                    text,
                    &block.bytes[entry.text.start as usize..entry.next as usize],
                )?;
            }
        }
        match entry.detail {
            Some(detail) => {
                let place = Place {
                    ordinal,
                    line: (detail.line).unwrap_or(self.line + u64::from(entry.line)),
                    byte: (detail.byte).unwrap_or(block.offset + u64::from(entry.text.start)),
                };
                self.not_simply_passed(place, text, *detail, rejected)
            }
            None => Ok(()),
        }
    }

    /// Remembers what must differ in a record, and adds a problem for each value that an earlier one has.
    fn compare(
        &mut self,
        text: &[u8],
        ordinal: u64,
        entry: &mut Entry,
        hashes: &[Option<KeyHash>],
    ) {
        let passes = !entry.is_rejected() && !self.setup.keep_passed;
        let mut repeated = Vec::new();
        for (n, hash) in hashes.iter().enumerate() {
            if let Some(hash) = hash
                && let Some(first) = self.keys[n].1.insert(*hash, ordinal, passes)
            {
                repeated.push((n, first));
            }
        }
        if repeated.is_empty() {
            return;
        }
        self.repeats(text, &repeated, entry);
        if passes && entry.is_rejected() {
            let is_new = |n: usize| repeated.iter().all(|(of, _)| *of != n);
            for (n, hash) in hashes.iter().enumerate().filter(|(n, _)| is_new(*n)) {
                if let Some(hash) = hash {
                    self.keys[n].1.did_not_pass(hash);
                }
            }
        }
    }

    /// Adds the problems of a record that has what earlier ones have: the number of each uniqueness, and the first record.
    fn repeats(&self, text: &[u8], repeated: &[(usize, u64)], entry: &mut Entry) {
        let (Some(checker), Ok(row)) = (
            self.setup.checker(),
            Row::read(self.setup.layout, self.setup.layout.form(), text),
        ) else {
            return;
        };
        let detail = entry.detail.get_or_insert_default();
        for (n, first) in repeated {
            let first = (*first > 0).then(|| self.base + *first as i64);
            let problem = checker.duplicate(&checker.uniqueness()[*n], &row, first);
            let among = detail.problems.iter().map(|judged| &judged.problem);
            let place = checker.place(&problem, among);
            detail.problems.insert(place, Judged::from(problem));
        }
    }

    /// Takes what results say of the records that come.
    pub fn join(&mut self, verdicts: Verdicts) {
        self.verdicts = Some(verdicts);
    }

    /// A record with what results say of it.
    fn said(&self, text: &[u8], problems: Vec<Problem>) -> Detail {
        Detail {
            kept: Some(self.kept(text)),
            problems: problems.into_iter().map(Judged::from).collect(),
            ..Detail::default()
        }
    }

    /// What is stored of a record that would have passed without the records before it.
    fn kept(&self, text: &[u8]) -> Kept {
        let form = self.setup.layout.form();
        let row = Row::read(self.setup.layout, form, text).ok();
        Kept::new(form, text.to_vec(), self.setup.values(row.as_ref()))
    }

    /// Counts a record's problems, and stores it if it is rejected or all are kept.
    fn not_simply_passed(
        &mut self,
        place: Place,
        text: &[u8],
        detail: Detail,
        rejected: bool,
    ) -> Result<()> {
        let Detail { kept, problems, .. } = detail;
        if !rejected && !problems.is_empty() {
            self.counts.warned += 1;
        }
        if (problems.iter()).any(|judged| judged.problem.stage == Stage::Parse) {
            self.counts.unparsed += 1;
        }
        let stored = rejected || self.setup.keep_passed;
        let problems = (problems.into_iter())
            .map(|judged| self.count(judged, place, stored))
            .collect();
        if !stored {
            return Ok(());
        }
        if !rejected {
            self.counts.kept += 1;
        }
        let kept = kept.unwrap_or_else(|| self.kept(text));
        let full = self.batches.add(NewRecord {
            ordinal: place.ordinal,
            file: self.file,
            line: place.line,
            byte: place.byte,
            key: kept.values.key,
            unique: kept.values.unique,
            checked: !self.setup.told,
            status: if rejected {
                Status::Rejected
            } else {
                Status::Ready
            },
            form: kept.form.word(),
            bytes: kept.bytes,
            sha256: kept.sha256,
            problems,
        });
        full.map_or(Ok(()), |batch| self.give(batch))
    }

    /// Counts a problem in its group.
    fn count(&mut self, judged: Judged, place: Place, stored: bool) -> NewProblem {
        if judged.problem.rejects() {
            self.counts.problems += 1;
        }
        let (group, new) = self
            .groups
            .count(&judged, place, stored, self.setup.checker());
        if let Some(new) = new {
            self.batches.add_group(new);
        }
        let problem = judged.problem;
        NewProblem {
            group,
            path: problem.path.to_string(),
            message: problem.message,
            hint: problem.hint,
            found: judged.found,
        }
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
            ..Progress::default()
        });
    }
}
