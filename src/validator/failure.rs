//! What a validator can do wrong, and how a person is told.

use std::{io, process::ExitStatus};

use super::{Program, Question, interrupted, process::MAX_LINE};
use crate::{model::Fault, text};

/// Why there is no answer to a batch.
#[derive(Debug)]
pub(super) enum Failure {
    Start(io::Error),
    /// It ended, or its output did, before it had answered everything.
    Ended {
        answered: usize,
        /// `None` when it had to be ended.
        status: Option<ExitStatus>,
        /// Whether it no longer read its input.
        is_deaf: bool,
        said: Vec<u8>,
    },
    /// It did not answer everything in time.
    Late {
        answered: usize,
        said: Vec<u8>,
    },
    /// It answered more than it was asked.
    More(Vec<u8>),
    TooLong {
        at: usize,
    },
    /// A line that is no answer.
    Answer {
        at: usize,
        why: &'static str,
        line: Vec<u8>,
    },
    Stopped,
}

/// Columns of a line that is shown.
const EXCERPT: usize = 80;

/// Lines of stderr that are shown.
const SHOWN: usize = 8;

impl Failure {
    /// How many records it had answered.
    pub fn answered(&self) -> usize {
        match self {
            Self::Ended { answered, .. } | Self::Late { answered, .. } => *answered,
            _ => 0,
        }
    }

    /// The words for a person: which program, which record, what it did, what to do now.
    pub fn fault(&self, program: &Program, batch: &[Question]) -> Fault {
        if matches!(self, Self::Stopped) {
            return interrupted();
        }
        let file = program.contract.display().to_string();
        let fault = self.told(program, batch);
        match program.place {
            Some((line, column)) => fault.at(file, Some(line)).column(column),
            None => fault.at(file, None),
        }
    }

    fn told(&self, program: &Program, batch: &[Question]) -> Fault {
        let who = format!("the validator \"{}\"", program.command.join(" "));
        match self {
            Self::Start(error) => not_started(error, program, &who),
            Self::Ended {
                answered,
                status,
                is_deaf,
                said,
            } => {
                let how = match status {
                    Some(status) => format!("ended ({status})"),
                    None if *is_deaf => "closed its input".to_owned(),
                    None => "closed its output".to_owned(),
                };
                let message = format!("{who} {how} {}", progress(*answered, batch));
                let code = if status.is_some_and(|status| status.success()) {
                    "validator:lines"
                } else {
                    "validator:ended"
                };
                Fault::usage(code, with_last_line(message, said)).hint(with_all_lines(
                    "run it by hand with this record, as JSON on one line, and correct it; it must answer every line \
                     and run until its input ends",
                    said,
                ))
            }
            Self::Late { answered, said } => {
                let seconds = program.timeout.as_secs_f64();
                let message = format!(
                    "{who} did not answer within {seconds} s, {}",
                    progress(*answered, batch)
                );
                Fault::usage("validator:time", with_last_line(message, said)).hint(with_all_lines(
                    "it must write one line for each line it reads, and flush its output before it waits for more; give \
                     it more time with timeout = \"5m\", or less to do with batch = 50, under [validator]",
                    said,
                ))
            }
            Self::More(line) => Fault::usage(
                "validator:lines",
                format!(
                    "{who} answered more lines than it got records: {}",
                    excerpt(line)
                ),
            )
            .hint(
                "it must write exactly one line for each line it reads, and nothing else to stdout",
            ),
            Self::TooLong { at } => Fault::usage(
                "validator:answer",
                format!(
                    "{who} answered more than {} MiB for {}",
                    MAX_LINE >> 20,
                    name(*at, batch)
                ),
            )
            .hint("it must end each answer with a line end, and not repeat the whole input in it"),
            Self::Answer { at, why, line } => Fault::usage(
                "validator:answer",
                format!(
                    "what {who} answered for {} (line {} of {}) {why}: {}",
                    name(*at, batch),
                    at + 1,
                    batch.len(),
                    excerpt(line)
                ),
            )
            .hint(
                "each answer is one line {\"errors\": [...]}; all else it writes belongs on stderr",
            ),
            Self::Stopped => interrupted(),
        }
    }
}

fn not_started(error: &io::Error, program: &Program, who: &str) -> Fault {
    let folder = program.folder.display();
    if !program.folder.is_dir() {
        return Fault::usage(
            "validator:missing",
            format!("{who} cannot be started: there is no folder {folder}"),
        )
        .hint("name the contract with --contract where it lies now");
    }
    match error.kind() {
        io::ErrorKind::NotFound => Fault::usage(
            "validator:missing",
            format!(
                "{who} was not found: there is no program {}",
                program.command[0]
            ),
        )
        .hint(format!(
            "install it, or correct command under [validator]; it is started in {folder}"
        )),
        io::ErrorKind::PermissionDenied => Fault::usage(
            "validator:not_executable",
            format!("{who} may not be executed"),
        )
        .hint(format!("allow it with chmod +x {}", program.command[0])),
        _ => Fault::usage(
            "validator:not_executable",
            format!("{who} cannot be started: {error}"),
        )
        .hint(
            "name the program that runs it first, such as command = [\"python3\", \"validate.py\"]",
        ),
    }
}

/// How far it had come: `after 3 of 500 answers, at record 20 (the batch: record 17 to record 516)`.
fn progress(answered: usize, batch: &[Question]) -> String {
    let all = batch.len();
    if answered >= all {
        return format!("although it had not read all of the {all} records it answered");
    }
    let at = name(answered, batch);
    match batch {
        [first, .., last] => format!(
            "after {answered} of {all} answers, at {at} (the batch: {} to {})",
            first.name, last.name
        ),
        _ => format!("at {at}"),
    }
}

fn name(at: usize, batch: &[Question]) -> &str {
    batch.get(at).map_or("a record", |question| &question.name)
}

fn excerpt(line: &[u8]) -> String {
    if line.is_empty() {
        return "an empty line".to_owned();
    }
    // A character may take four bytes; more is not seen anyway.
    let start = &line[..line.len().min(4 * EXCERPT)];
    text::shorten(&text::safe_bytes(start), EXCERPT)
}

/// The lines of stderr that hold something, safe to show.
fn lines(said: &[u8]) -> Vec<String> {
    let lines: Vec<String> = (said.split(|byte| *byte == b'\n'))
        .map(|line| text::safe_bytes(line.trim_ascii_end()))
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(SHOWN)..].to_vec()
}

fn with_last_line(message: String, said: &[u8]) -> String {
    match lines(said).last() {
        Some(last) => format!("{message}: {}", text::shorten(last.trim_start(), 200)),
        None => message,
    }
}

fn with_all_lines(hint: &str, said: &[u8]) -> String {
    let lines = lines(said);
    if lines.len() < 2 {
        return hint.to_owned();
    }
    let shown: String = (lines.iter())
        .map(|line| format!("\n  {}", text::shorten(line, 120)))
        .collect();
    format!("{hint}. It wrote:{shown}")
}
