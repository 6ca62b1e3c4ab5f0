//! What a worker asks the contract's validator about the records of a block.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{judged::Judged, workers::Entry};
use crate::{
    check::Checker,
    model::Fault,
    ops::Job,
    row::Row,
    validator::{Program, Question, Validator},
};

/// What all workers need to know of the contract's validator.
pub(super) struct Asked<'a> {
    /// `None` when nobody is asked.
    pub program: Option<Program>,
    pub job: &'a Job,
    /// Set when nobody waits for the workers any more.
    pub over: AtomicBool,
}

impl Asked<'_> {
    fn must_stop(&self) -> bool {
        self.job.is_cancelled() || self.over.load(Ordering::Relaxed)
    }
}

/// One worker's validator, and what it is to be asked.
pub(super) struct Asking<'a> {
    asked: &'a Asked<'a>,
    checker: &'a Checker,
    validator: Validator,
    questions: Vec<Question>,
    /// The number of each question's record in the block.
    entries: Vec<usize>,
}

impl<'a> Asking<'a> {
    /// `None` when the contract names no validator.
    pub fn new(asked: &'a Asked<'a>, checker: Option<&'a Checker>) -> Option<Self> {
        Some(Self {
            asked,
            checker: checker?,
            validator: Validator::new(asked.program.clone()?),
            questions: Vec::new(),
            entries: Vec::new(),
        })
    }

    /// Takes the record with this number in the block, which begins at `byte` of the input.
    pub fn add(&mut self, entry: usize, row: &Row<'_>, byte: u64) {
        self.entries.push(entry);
        self.questions.push(Question {
            record: self.checker.json_text(row),
            name: format!("the record at byte {byte}"),
        });
    }

    /// Asks about all records of a block at once, and adds what is wrong with them.
    ///
    /// # Errors
    /// Those of the validator.
    pub fn ask(&mut self, entries: &mut [Entry]) -> Result<(), Fault> {
        let asked = self.asked;
        let answers = (self.validator).ask(&self.questions, &|| asked.must_stop())?;
        for (number, problems) in self.entries.drain(..).zip(answers) {
            let entry = &mut entries[number];
            for problem in problems {
                let detail = entry.detail.get_or_insert_default();
                let among = detail.problems.iter().map(|judged| &judged.problem);
                let place = self.checker.place(&problem, among);
                detail.problems.insert(place, Judged::from(problem));
            }
        }
        self.questions.clear();
        Ok(())
    }

    /// Looks, after the last block, whether there were more answers than records.
    ///
    /// # Errors
    /// Those of the validator.
    pub fn finish(&mut self) -> Result<(), Fault> {
        let asked = self.asked;
        self.validator.finish(&|| asked.must_stop())
    }
}
