//! How far a long command is, on stderr, when someone is watching.

use std::{
    io::{IsTerminal, stderr},
    time::Duration,
};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::stop;
use crate::{
    ops::{Job, Progress},
    text::count,
};

/// Before this long there is no rate worth the name.
const SETTLED: Duration = Duration::from_millis(500);

/// What a job counts in [`Progress::done`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Bytes,
    Records,
}

/// Runs a job that Ctrl+C stops, with a bar when stderr is a terminal.
pub fn with_progress<T>(unit: Unit, work: impl FnOnce(&Job) -> Result<T>) -> Result<T> {
    let bar = if stderr().is_terminal() {
        ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10))
    } else {
        ProgressBar::hidden()
    };
    let shown = bar.clone();
    let job = Job::new(move |progress| show(&shown, unit, &progress));
    stop::on_signal(&job.cancel_flag())?;
    let result = work(&job);
    bar.finish_and_clear();
    result
}

fn show(bar: &ProgressBar, unit: Unit, progress: &Progress) {
    if let (None, Some(total)) = (bar.length(), progress.total) {
        bar.set_length(total);
    }
    if let Ok(style) =
        ProgressStyle::with_template(template(unit, bar.length().is_some(), bar.elapsed()))
    {
        bar.set_style(style);
    }
    let mut message = match (unit, progress.records) {
        (Unit::Bytes, 0) => String::new(),
        (_, records) => count(records, "record"),
    };
    if let Some(waits) = progress.waits {
        message += &format!(", {}", waits.words());
    }
    bar.set_message(message);
    bar.set_position(progress.done);
}

/// Bar, share, records, rate and remaining time, as far as they are known.
fn template(unit: Unit, total_is_known: bool, elapsed: Duration) -> &'static str {
    match (unit, total_is_known, elapsed > SETTLED) {
        (Unit::Bytes, true, true) => {
            "{bar:30} {percent:>3}%  {msg}  {binary_bytes_per_sec}  about {eta} left"
        }
        (Unit::Records, true, true) => "{bar:30} {percent:>3}%  {msg}  {per_sec}  about {eta} left",
        (_, true, false) => "{bar:30} {percent:>3}%  {msg}",
        (Unit::Bytes, false, _) => "{binary_bytes} read  {msg}  {binary_bytes_per_sec}",
        (Unit::Records, false, _) => "{msg}  {per_sec}",
    }
}
