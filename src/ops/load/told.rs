//! Storing what a report says: its records are in memory already, and nothing is checked again.

use anyhow::Result;

use super::{
    judged::Judged,
    workers::{Checked, Detail, Entry, Kept, Setup},
    writer::Writer,
};
use crate::{results::Outcome, row::Row};

/// Records that are given to the writer at once.
const AT_ONCE: usize = 2_000;

/// Gives records to the writer; the last of them account for `read` bytes.
pub(super) fn write(
    outcomes: Vec<Outcome<'static>>,
    read: u64,
    writer: &mut Writer<'_>,
) -> Result<()> {
    let setup = writer.setup();
    let mut outcomes = outcomes.into_iter();
    let (mut seq, mut done) = (0, 0);
    loop {
        writer.check_job()?;
        // Where the tool names no line, a record's line is its place among the records of the report.
        let entries: Vec<Entry> = (outcomes.by_ref().take(AT_ONCE).zip(0..))
            .map(|(outcome, n)| entry(outcome, (n, done + u64::from(n)), setup))
            .collect();
        done += entries.len() as u64;
        let is_last = entries.len() < AT_ONCE;
        let hashes = entries.len() * setup.uniqueness().len();
        writer.take(Checked {
            seq,
            offset: 0,
            bytes: Vec::new(),
            lines: entries.len() as u64,
            accounted: if is_last { read } else { 0 },
            // Only the tool saw all records, so nothing is said here about values that stand twice.
            hashes: vec![None; hashes],
            entries,
        })?;
        if is_last {
            return Ok(());
        }
        seq += 1;
    }
}

/// `line`: its number in the block; `number`: in the report.
fn entry(outcome: Outcome<'static>, (line, number): (u32, u64), setup: &Setup<'_>) -> Entry {
    let row = Row::read(setup.layout, outcome.form, &outcome.record).ok();
    let values = setup.values(row.as_ref());
    drop(row);
    Entry {
        text: 0..0,
        next: 0,
        line,
        detail: Some(Box::new(Detail {
            line: outcome.place.line(),
            // What tells two records of one report apart that hold the same, so that one is never taken for the other when they
            // are sent: where the report itself has them is not known.
            byte: Some(number),
            kept: Some(Kept::new(outcome.form, outcome.record.into_owned(), values)),
            problems: outcome.problems.into_iter().map(Judged::from).collect(),
        })),
    }
}
