//! Finding the records of results in the input the tool read: a first look at all of it, before it is loaded.

use std::sync::atomic::AtomicBool;

use anyhow::Result;

use super::{
    asking::Asked,
    workers::{Checked, Setup, Worker},
};
use crate::{
    contract::Contract,
    model::{Fault, Form, Layout},
    ops::Job,
    read::{Format, Input, blocks::BLOCK_BYTES, blocks::BlockReader},
    results::{Counted, Joined, Joining, Outcome, Report, Tool},
    row::{
        Row,
        cells::{Splitter, line_ends},
    },
    store::keys::KeyHasher,
};

/// What is loaded in place of a contract's verdict: what results say of the records of an input.
pub(super) struct Verdicts {
    outcomes: Vec<Option<Outcome<'static>>>,
    joined: Joined,
}

impl Verdicts {
    /// Takes the outcomes of a report, and leaves it what was said about finding them.
    pub fn new(report: &mut Report, mut joined: Joined) -> Self {
        report.remarks.append(&mut joined.remarks);
        let outcomes = std::mem::take(&mut report.outcomes);
        Self {
            outcomes: outcomes.into_iter().map(Some).collect(),
            joined,
        }
    }

    /// What is said of the record with this number, counted from 1 over all inputs: the first outcome with the problems of all, each problem once.
    pub fn take(&mut self, number: u64) -> Option<Outcome<'static>> {
        let numbers = self.joined.found.remove(&number)?;
        let all = numbers
            .into_iter()
            .map(|number| self.outcomes.get_mut(number)?.take());
        all.flatten().reduce(|mut first, other| {
            for problem in other.problems {
                if !first.problems.contains(&problem) {
                    first.problems.push(problem);
                }
            }
            first
        })
    }

    /// What is about records that were not found.
    pub fn rest(self) -> Vec<Outcome<'static>> {
        self.outcomes.into_iter().flatten().collect()
    }
}

/// Reads results of one record a line as a report.
pub(super) fn report_of(tool: &Tool, bytes: &[u8]) -> Report {
    let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let outcomes = lines.filter(|line| !line.is_empty()).map(|line| {
        let read = tool.read_line(line);
        let outcome = read.unwrap_or_else(|problem| Outcome {
            place: crate::results::Place::Nowhere,
            record: line.into(),
            form: Form::Excerpt,
            problems: vec![*problem],
        });
        outcome.into_owned()
    });
    Report::of(outcomes.collect())
}

/// Looks at all records of inputs of one format for those that a report is about.
///
/// # Errors
/// Those of reading them; `interrupted`.
pub(super) fn join(
    report: &Report,
    inputs: impl Iterator<Item = Result<Input>>,
    (format, source): (Format, &Layout),
    (contract, job): (Option<&Contract>, &Job),
) -> Result<Joined> {
    let setup = Setup {
        format,
        layout: source,
        contract: None,
        hasher: KeyHasher::new(&[0; 32]),
        keep_passed: false,
        told: true,
        asked: Asked {
            program: None,
            job,
            over: AtomicBool::new(false),
        },
    };
    let key = |row: &Row<'_>| contract?.checker.values(row).key;
    let mut joining = Joining::new(report, &key);
    let mut before = 0;
    for input in inputs {
        let input = input?;
        joining.begin(&input.name);
        let mut counting = Counting {
            before,
            ..Counting::default()
        };
        let mut reader = BlockReader::new(input, format, BLOCK_BYTES)?;
        if let Format::Csv { delimiter } = format {
            let header = reader.header(Splitter::new(delimiter))?;
            counting.pass(&header.map_or(Vec::new(), |header| header.bytes));
            counting.row = 1;
        }
        let mut worker = Worker::new(&setup);
        let mut buffer = Vec::new();
        while let Some(block) = reader.next(buffer)? {
            job.check()?;
            let checked = worker.check(block)?;
            look(&mut joining, &mut counting, &checked, source);
            buffer = checked.bytes;
        }
        before += counting.ordinal;
    }
    Ok(joining.finish())
}

fn look(joining: &mut Joining<'_>, counting: &mut Counting, block: &Checked, layout: &Layout) {
    let mut at = 0;
    for entry in &block.entries {
        let text = entry.text.start as usize..entry.text.end as usize;
        counting.between(&block.bytes[at..text.start]);
        let counted = counting.record(block.offset + text.start as u64, &block.bytes[text.clone()]);
        let row = Row::read(layout, layout.form(), &block.bytes[text.clone()]).ok();
        joining.look(counted, row.as_ref());
        at = entry.next as usize;
        counting.pass(&block.bytes[text.end..at]);
    }
    counting.between(&block.bytes[at..]);
}

/// Counts records, lines and rows as they pass.
#[derive(Default)]
struct Counting {
    /// Records of the inputs before.
    before: u64,
    ordinal: u64,
    /// Ended lines: by LF, and by LF or a lone CR.
    lines: [u64; 2],
    row: u64,
}

impl Counting {
    /// Bytes that are no row: the header, and the line end of a record.
    fn pass(&mut self, bytes: &[u8]) {
        self.lines[0] += memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.lines[1] += line_ends(bytes);
    }

    /// What lies between records: blank lines, each a row.
    fn between(&mut self, bytes: &[u8]) {
        self.row += line_ends(bytes);
        self.pass(bytes);
    }

    fn record(&mut self, byte: u64, text: &[u8]) -> Counted {
        let first = self.lines.map(|ended| ended + 1);
        self.pass(text);
        let last = self.lines.map(|ended| ended + 1);
        self.ordinal += 1;
        self.row += 1;
        Counted {
            number: self.before + self.ordinal,
            ordinal: self.ordinal,
            byte,
            lines: [first[0], last[0], first[1], last[1]],
            row: self.row,
        }
    }
}

/// Refuses a source that is no data.
///
/// # Errors
/// `source:format`.
pub(super) fn check_source(name: &str, format: Format) -> Result<(), Fault> {
    let Format::Results(tool) = format else {
        return Ok(());
    };
    let message = format!("{name} holds {}, not the records a tool read", tool.name);
    Err(Fault::usage("source:format", message)
        .hint("give --source the file that the tool was given, and the results without it")
        .at(name, None))
}
