//! The pipeline's own validator: any program that reads one JSON record a line and answers one line a record, in the same
//! order, `{"errors": [...]}`.
//!
//! It stays alive between batches, has a time limit for each, and is started again when it died. Whatever it does, the
//! outcome is an answer for every record or one [`Fault`], never a lost record and never a wait without end.

mod answer;
mod failure;
mod process;

#[cfg(test)]
mod tests;

use std::{path::PathBuf, time::Duration};

use self::{failure::Failure, process::Process};
use crate::model::{Fault, FaultKind, Problem};

/// The program a contract names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its name or path, and its arguments.
    pub command: Vec<String>,
    /// Where it is started: the contract's folder.
    pub folder: PathBuf,
    /// The contract that names it, for faults.
    pub contract: PathBuf,
    /// Where in the contract, as line and character.
    pub place: Option<(u64, u32)>,
    /// The longest one batch may take.
    pub timeout: Duration,
    /// Records in one batch, at most.
    pub batch: usize,
}

/// One record that is put to the validator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The record as JSON on one line.
    pub record: String,
    /// What a fault calls it, such as `record 17`.
    pub name: String,
}

/// How long to wait before each new try of a batch that the program did not survive.
const WAITS: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// A program that is started when it is first asked, and ended when this is dropped.
pub struct Validator {
    program: Program,
    process: Option<Process>,
    /// Whether it ever answered. One that never did is not started again: it cannot work.
    has_answered: bool,
    waits: Vec<Duration>,
}

impl Validator {
    pub fn new(program: Program) -> Self {
        Self {
            program,
            process: None,
            has_answered: false,
            waits: WAITS.to_vec(),
        }
    }

    pub fn program(&self) -> &Program {
        &self.program
    }

    /// What the program finds wrong with each of these records, in their order. `stop` is asked now and then whether
    /// somebody wants to stop waiting.
    ///
    /// # Errors
    /// `validator:missing`, `validator:not_executable`, `validator:time`, `validator:ended`, `validator:lines`,
    /// `validator:answer`, all exit 2; `interrupted`. The program is ended then, and nothing is known about any of the
    /// records.
    pub fn ask(
        &mut self,
        questions: &[Question],
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<Vec<Problem>>, Fault> {
        let mut all = Vec::with_capacity(questions.len());
        for batch in questions.chunks(self.program.batch.max(1)) {
            all.extend(self.batch(batch, stop)?);
        }
        Ok(all)
    }

    /// Waits a moment for lines that nobody asked for, before the answers are believed.
    ///
    /// # Errors
    /// `validator:lines`, `interrupted`.
    pub fn settle(&mut self, stop: &dyn Fn() -> bool) -> Result<(), Fault> {
        let settled = match &mut self.process {
            Some(process) => process.settle(stop),
            None => Ok(()),
        };
        settled.map_err(|failure| {
            self.process = None;
            failure.fault(&self.program, &[])
        })
    }

    /// Ends the program's input, and with it the program. What it still says is one answer too many, so that it is not
    /// known any more which answer belongs to which record.
    ///
    /// # Errors
    /// `validator:lines`, `interrupted`.
    pub fn finish(&mut self, stop: &dyn Fn() -> bool) -> Result<(), Fault> {
        match self.process.take() {
            Some(process) => process
                .finish(stop)
                .map_err(|failure| failure.fault(&self.program, &[])),
            None => Ok(()),
        }
    }

    fn batch(
        &mut self,
        batch: &[Question],
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<Vec<Problem>>, Fault> {
        let mut tried = 0;
        loop {
            let failure = match self.try_batch(batch, stop) {
                Ok(answers) => return Ok(answers),
                Err(failure) => failure,
            };
            // Dropping it ends it, however it is.
            self.process = None;
            // One that answered all without having read all would do so again.
            let may_work = self.has_answered && failure.answered() < batch.len();
            let wait = self.waits.get(tried).filter(|_| may_work);
            match (wait, failure) {
                (Some(wait), Failure::Ended { .. }) => pause(*wait, stop)?,
                (_, failure) => return Err(failure.fault(&self.program, batch)),
            }
            tried += 1;
        }
    }

    fn try_batch(
        &mut self,
        batch: &[Question],
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<Vec<Problem>>, Failure> {
        let process = match &mut self.process {
            Some(process) => process,
            none => none.insert(Process::start(&self.program)?),
        };
        let answers = process.ask(batch, self.program.timeout, stop);
        let answers = answers.inspect_err(|failure| self.has_answered |= failure.answered() > 0)?;
        self.has_answered = true;
        process.refuse_more()?;
        Ok(answers)
    }
}

impl Drop for Validator {
    /// One that did nothing wrong may end by itself.
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            // Nobody is left to be told of a line too many.
            let _ = process.finish(&|| false);
        }
    }
}

/// Waits, but not for somebody who wants to stop.
fn pause(time: Duration, stop: &dyn Fn() -> bool) -> Result<(), Fault> {
    // Nothing ever comes out of this channel.
    let (_held, nothing) = crossbeam_channel::bounded::<()>(0);
    match process::receive(&nothing, std::time::Instant::now() + time, stop) {
        Err(process::Silence::Stopped) => Err(interrupted()),
        _ => Ok(()),
    }
}

fn interrupted() -> Fault {
    Fault::new(FaultKind::Interrupted, "interrupted", "interrupted")
}
