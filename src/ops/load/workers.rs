//! What a worker does with a block: splits it into records, checks each, and prepares what the writer needs, so that the
//! writer has nothing left to work out but what depends on the order.

use std::{
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, PoisonError},
};

use crossbeam_channel::{Receiver, Sender};
use sha2::{Digest, Sha256};

use super::{
    asking::{Asked, Asking},
    judged::Judged,
    lines::{line_text, rest_after_open_quote},
};
use crate::{
    check::{Checker, Fitted, Runaway, Unique, Values},
    contract::Contract,
    model::{Fault, Form, Layout, Problem},
    ops::verdict::{endless, rejects},
    read::{
        Format,
        blocks::{Block, BlockReader},
    },
    results::Tool,
    row::{
        Row,
        cells::{Span, Splitter, line_ends},
    },
    store::keys::{KeyHash, KeyHasher},
};

/// What all workers share.
pub(super) struct Setup<'a> {
    pub format: Format,
    pub layout: &'a Layout,
    pub contract: Option<&'a Contract>,
    pub hasher: KeyHasher,
    pub keep_passed: bool,
    /// Whether results say what is wrong, so that nothing is checked here.
    pub told: bool,
    pub asked: Asked<'a>,
}

impl<'a> Setup<'a> {
    pub fn checker(&self) -> Option<&'a Checker> {
        self.contract.map(|contract| contract.checker.as_ref())
    }

    /// What must differ between the records.
    pub fn uniqueness(&self) -> &'a [Unique] {
        self.checker().map_or(&[], Checker::uniqueness)
    }

    /// What a record has of that.
    pub fn values(&self, row: Option<&Row<'_>>) -> Values {
        (self.checker().zip(row))
            .map(|(checker, row)| checker.values(row))
            .unwrap_or_default()
    }
}

/// A block with its records, checked.
pub(super) struct Checked {
    pub seq: u64,
    /// Where the block begins in the input.
    pub offset: u64,
    pub bytes: Vec<u8>,
    /// Physical lines that end in the block.
    pub lines: u64,
    /// Bytes of records and of what lies between them.
    pub accounted: u64,
    pub entries: Vec<Entry>,
    /// Of each record, in the order of [`Checker::uniqueness`], what must differ; nothing where it is not known.
    pub hashes: Vec<Option<KeyHash>>,
}

/// One record of a block.
pub(super) struct Entry {
    /// Its text in the block, without its line end.
    pub text: Range<u32>,
    /// Where its line end ends.
    pub next: u32,
    /// Line ends in the block before it.
    pub line: u32,
    /// For a record that is stored or has problems.
    pub detail: Option<Box<Detail>>,
}

impl Entry {
    pub fn is_rejected(&self) -> bool {
        let problems = self.detail.iter().flat_map(|detail| &detail.problems);
        rejects(problems.map(|judged| &judged.problem))
    }
}

/// What the writer needs to know of a record that did not simply pass.
#[derive(Default)]
pub(super) struct Detail {
    /// What is stored of it; `None` for one that passes, unless a record before it is found to have its key.
    pub kept: Option<Kept>,
    /// The line that the tool that wrote a result names.
    pub line: Option<u64>,
    /// The byte it names.
    pub byte: Option<u64>,
    pub problems: Vec<Judged>,
}

/// What is stored of a record.
pub(super) struct Kept {
    pub form: Form,
    pub bytes: Vec<u8>,
    pub sha256: [u8; 32],
    pub values: Values,
}

impl Kept {
    pub fn new(form: Form, bytes: Vec<u8>, values: Values) -> Self {
        Self {
            form,
            sha256: Sha256::digest(&bytes).into(),
            bytes,
            values,
        }
    }
}

/// Takes blocks in turn until the input ends, the writer is gone, or something fails, which is handed on.
pub(super) fn work(
    reader: &Mutex<BlockReader>,
    setup: &Setup<'_>,
    empty: &Receiver<Vec<u8>>,
    done: &Sender<Result<Checked, Fault>>,
) {
    let mut worker = Worker::new(setup);
    while let Ok(buffer) = empty.recv() {
        let read = reader
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next(buffer);
        let outcome = match read {
            Ok(None) => {
                if let Err(fault) = worker.finish() {
                    // Who does not listen any more has a fault already.
                    let _ = done.send(Err(fault));
                }
                return;
            }
            Ok(Some(block)) => worker.check_safely(block),
            Err(fault) => Err(fault),
        };
        let failed = outcome.is_err();
        if done.send(outcome).is_err() || failed {
            return;
        }
    }
}

/// One worker's reused memory.
pub(super) struct Worker<'a> {
    setup: &'a Setup<'a>,
    checker: Option<Fitted<'a>>,
    /// One for each uniqueness.
    hashers: Vec<KeyHasher>,
    spans: Vec<Span>,
    problems: Vec<Problem>,
    entries: Vec<Entry>,
    hashes: Vec<Option<KeyHash>>,
    asking: Option<Asking<'a>>,
    /// Where the block begins in the input.
    offset: u64,
    /// How far the block is accounted for, and the line ends up to there.
    at: usize,
    lines: u64,
    /// A check that did not come to an end, and where its record begins in the block.
    endless: Option<(Runaway, usize)>,
}

impl<'a> Worker<'a> {
    pub fn new(setup: &'a Setup<'a>) -> Self {
        let columns = match setup.layout {
            Layout::Csv { columns, .. } => columns.as_slice(),
            Layout::Json => &[],
        };
        let hashers = (setup.uniqueness().iter())
            .map(|unique| setup.hasher.of(&unique.name()))
            .collect();
        Self {
            setup,
            checker: setup.checker().map(|checker| checker.fitted(columns)),
            hashers,
            hashes: Vec::new(),
            spans: Vec::new(),
            problems: Vec::new(),
            entries: Vec::new(),
            asking: Asking::new(&setup.asked, setup.checker()),
            offset: 0,
            at: 0,
            lines: 0,
            endless: None,
        }
    }

    /// A panic in here must reach the writer as an error: it would wait for the block for ever.
    fn check_safely(&mut self, block: Block) -> Result<Checked, Fault> {
        let offset = block.offset;
        catch_unwind(AssertUnwindSafe(|| self.check(block))).unwrap_or_else(|_| {
            let message = format!("redrive itself failed on the records after byte {offset}");
            let fault = Fault::unusable("load:crashed", message)
                .hint("nothing was loaded; report this with those lines of the input");
            Err(fault)
        })
    }

    /// Splits and checks a block's records.
    ///
    /// # Errors
    /// When the contract's check does not come to an end; then the rest of the block was not checked. Those of the
    /// contract's validator.
    pub fn check(&mut self, block: Block) -> Result<Checked, Fault> {
        self.at = 0;
        self.offset = block.offset;
        self.lines = 0;
        let bytes = &block.bytes;
        match (self.setup.format, self.setup.layout) {
            (Format::Csv { delimiter }, Layout::Csv { columns, .. }) => {
                self.csv(bytes, &block.marks, Splitter::new(delimiter), columns);
            }
            (Format::Json, _) => {
                for element in &block.marks {
                    self.json(bytes, element.clone(), element.end);
                }
            }
            _ => self.json_lines(bytes),
        }
        self.account(bytes, bytes.len());
        if let Some((runaway, at)) = self.endless.take()
            && let Some(contract) = self.setup.contract
        {
            let place = format!("the record at byte {}", block.offset + at as u64);
            return Err(endless(&runaway, contract, &place));
        }
        if let Some(asking) = &mut self.asking {
            asking.ask(&mut self.entries)?;
        }
        Ok(Checked {
            seq: block.seq,
            offset: block.offset,
            lines: self.lines,
            accounted: self.at as u64,
            entries: give_away(&mut self.entries),
            hashes: give_away(&mut self.hashes),
            bytes: block.bytes,
        })
    }

    /// Ends what was needed for the blocks, after the last one.
    ///
    /// # Errors
    /// When the contract's validator had more to say than it was asked.
    fn finish(&mut self) -> Result<(), Fault> {
        self.asking.as_mut().map_or(Ok(()), Asking::finish)
    }

    /// Walks the whole records between the lines that are broken for certain.
    fn csv(
        &mut self,
        bytes: &[u8],
        broken: &[Range<usize>],
        splitter: Splitter,
        columns: &[String],
    ) {
        let mut spans = std::mem::take(&mut self.spans);
        let mut at = 0;
        for line in broken {
            self.csv_records(&bytes[..line.start], at, splitter, columns, &mut spans);
            self.broken(bytes, line.clone());
            at = line.end;
        }
        self.csv_records(bytes, at, splitter, columns, &mut spans);
        self.spans = spans;
    }

    fn csv_records(
        &mut self,
        bytes: &[u8],
        mut at: usize,
        splitter: Splitter,
        columns: &[String],
        spans: &mut Vec<Span>,
    ) {
        while let Some(record) = splitter.next(bytes, at, spans) {
            at = record.next;
            let text = &bytes[record.range.clone()];
            match Row::from_cells(columns, text, &spans[..]) {
                Ok(row) => self.judge(bytes, &record.range, record.next, &row),
                Err(problem) => {
                    let rest = match problem.code.as_str() {
                        "encoding:utf-8" => None,
                        _ => rest_after_open_quote(bytes, &record, splitter, columns.len()),
                    };
                    if let Some(rest) = rest {
                        self.broken(bytes, record.range.start..rest);
                        at = rest;
                        continue;
                    }
                    self.problems.push(*problem);
                    self.push(bytes, &record.range, record.next, None);
                }
            }
        }
    }

    /// A line with a quote that nothing closes.
    fn broken(&mut self, bytes: &[u8], line: Range<usize>) {
        let text = line_text(bytes, line.clone());
        match Row::read(self.setup.layout, Form::Csv, &bytes[text.clone()]) {
            Ok(row) => self.judge(bytes, &text, line.end, &row),
            Err(problem) => {
                self.problems.push(*problem);
                self.push(bytes, &text, line.end, None);
            }
        }
    }

    fn json_lines(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while at < bytes.len() {
            let next = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1);
            let text = line_text(bytes, at..next);
            at = next;
            if bytes[text.clone()].trim_ascii().is_empty() {
                continue;
            }
            if let Format::Results(tool) = self.setup.format {
                self.result(tool, bytes, &text, next);
            } else {
                self.json(bytes, text, next);
            }
        }
    }

    fn json(&mut self, bytes: &[u8], text: Range<usize>, next: usize) {
        match Row::read(self.setup.layout, Form::Json, &bytes[text.clone()]) {
            Ok(row) => self.judge(bytes, &text, next, &row),
            Err(problem) => {
                self.problems.push(*problem);
                self.push(bytes, &text, next, None);
            }
        }
    }

    /// A line of another tool's results: its problems stand as the tool reported them.
    fn result(&mut self, tool: &Tool, bytes: &[u8], text: &Range<usize>, next: usize) {
        let outcome = match tool.read_line(&bytes[text.clone()]) {
            Ok(outcome) => outcome,
            Err(problem) => {
                self.problems.push(*problem);
                return self.push(bytes, text, next, None);
            }
        };
        let row = Row::read(self.setup.layout, outcome.form, &outcome.record).ok();
        let values = self.setup.values(row.as_ref());
        if outcome.problems.is_empty() && !self.setup.keep_passed {
            return self.push(bytes, text, next, None);
        }
        let detail = Detail {
            kept: Some(Kept::new(outcome.form, outcome.record.into_owned(), values)),
            line: outcome.place.line(),
            byte: None,
            problems: outcome.problems.into_iter().map(Judged::from).collect(),
        };
        // Only the tool saw all records, so nothing is said here about values that stand twice.
        self.hash(None);
        self.entry(bytes, text, next, Some(Box::new(detail)));
    }

    /// Checks a record that could be split into fields.
    fn judge(&mut self, bytes: &[u8], text: &Range<usize>, next: usize, row: &Row<'_>) {
        let fitted = self.checker.as_ref().filter(|_| !self.setup.told);
        let Some(fitted) = fitted else {
            return self.push(bytes, text, next, None);
        };
        // What would take as long over each record of the block is not tried on all of them.
        if self.endless.is_none()
            && let Err(runaway) = fitted.check(row, &mut self.problems)
        {
            self.endless = Some((runaway, text.start));
        }
        if let Some(asking) = &mut self.asking {
            asking.add(self.entries.len(), row, self.offset + text.start as u64);
        }
        self.push(bytes, text, next, Some(row));
    }

    /// Takes a record with the problems found.
    fn push(&mut self, bytes: &[u8], text: &Range<usize>, next: usize, row: Option<&Row<'_>>) {
        if self.setup.told && !matches!(self.setup.format, Format::Results(_)) {
            // Only the tool saw what was wrong, be it with the values or the text.
            self.problems.clear();
        }
        self.hash(row);
        let stored = self.setup.keep_passed || rejects(&self.problems);
        let detail = (stored || !self.problems.is_empty()).then(|| {
            Box::new(Detail {
                kept: stored.then(|| {
                    let form = self.setup.layout.form();
                    Kept::new(form, bytes[text.clone()].to_vec(), self.setup.values(row))
                }),
                problems: self.problems.drain(..).map(Judged::from).collect(),
                line: None,
                byte: None,
            })
        });
        self.entry(bytes, text, next, detail);
    }

    /// Hashes what must differ in a record.
    fn hash(&mut self, row: Option<&Row<'_>>) {
        for (unique, hasher) in self.setup.uniqueness().iter().zip(&self.hashers) {
            let value = row.and_then(|row| unique.value(row));
            self.hashes.push(value.map(|value| hasher.hash(&value)));
        }
    }

    fn entry(
        &mut self,
        bytes: &[u8],
        text: &Range<usize>,
        next: usize,
        detail: Option<Box<Detail>>,
    ) {
        self.account(bytes, text.start);
        self.entries.push(Entry {
            text: text.start as u32..text.end as u32,
            next: next as u32,
            line: self.lines as u32,
            detail,
        });
        // A lone CR inside a record is data; between records it ends a line.
        self.lines += memchr::memchr_iter(b'\n', &bytes[text.clone()]).count() as u64;
        self.at = text.end;
        self.account(bytes, next);
    }

    /// Accounts for the bytes up to `next`, which lie between records, once each.
    fn account(&mut self, bytes: &[u8], next: usize) {
        self.lines += line_ends(&bytes[self.at..next]);
        self.at = next;
    }
}

/// Takes what was collected over a block; the next block has about as many.
fn give_away<T>(collected: &mut Vec<T>) -> Vec<T> {
    let next = Vec::with_capacity(collected.len());
    std::mem::replace(collected, next)
}
