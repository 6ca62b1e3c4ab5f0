//! How far a long command is, on stderr, when someone is watching.

use std::{
    io::{IsTerminal, stderr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anyhow::Result;
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{out::note, stop};
use crate::{
    ops::{Job, Progress, Why},
    text::count,
};

/// Before this long there is no rate worth the name.
const SETTLED: Duration = Duration::from_millis(500);

/// A shorter wait, for what did not go through or because the destination asks for it, is everyday.
const LONG: Duration = Duration::from_secs(10);

/// What a job counts in [`Progress::done`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Bytes,
    Records,
}

/// Runs a job that Ctrl+C stops, with a bar when stderr is a terminal; otherwise a line says when it begins to stand still, and
/// when it goes on.
pub fn with_progress<T>(unit: Unit, work: impl FnOnce(&Job) -> Result<T>) -> Result<T> {
    let bar = if stderr().is_terminal() {
        ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10))
    } else {
        ProgressBar::hidden()
    };
    let (shown, standstill) = (bar.clone(), Mutex::new(Standstill::default()));
    let job = Job::new(move |progress| {
        show(&shown, unit, &progress);
        let mut standstill = standstill.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(said) = standstill
            .said(&progress)
            .filter(|_| !stderr().is_terminal())
        {
            note(&said);
        }
    });
    stop::on_signal(&job.cancel_flag())?;
    let result = work(&job);
    bar.finish_and_clear();
    result
}

/// Whether a job stands still, as it was said last.
#[derive(Debug, Default)]
struct Standstill(bool);

impl Standstill {
    /// What is to be said now, if anything.
    fn said(&mut self, progress: &Progress) -> Option<String> {
        let waits = progress.waits.filter(|waits| match waits.why {
            Why::Sick { .. } => true,
            Why::Asked | Why::Again => self.0 || waits.time >= LONG,
            Why::Rate => false,
        });
        match (std::mem::replace(&mut self.0, waits.is_some()), waits) {
            (false, Some(waits)) => Some(format!("Sending: {}.", waits.words())),
            (true, None) => Some("Sending goes on.".to_owned()),
            _ => None,
        }
    }
}

fn show(bar: &ProgressBar, unit: Unit, progress: &Progress) {
    if let (None, Some(total)) = (bar.length(), progress.total) {
        bar.set_length(total);
    }
    let template = match &progress.sending {
        // A send knows itself how long it takes, and says so once that is worth something.
        Some(_) => "{bar:30} {percent:>3}%  {msg}",
        None => template(unit, bar.length().is_some(), bar.elapsed()),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    let mut message = match (unit, progress.records) {
        (Unit::Bytes, 0) => String::new(),
        (_, records) => count(records, "record"),
    };
    if let Some(waits) = progress.waits {
        message += &format!(", {}", waits.words());
    }
    if let Some(left) = progress.sending.as_ref().and_then(|sending| sending.left) {
        message += &format!(", about {} left", HumanDuration(left));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Waits;

    #[test]
    fn a_standstill_is_said_once_when_it_begins_and_once_when_it_ends() {
        let mut standstill = Standstill::default();
        let mut said = |waits: Option<(Why, u64)>| {
            let waits = waits.map(|(why, seconds)| Waits {
                why,
                time: Duration::from_secs(seconds),
            });
            standstill.said(&Progress {
                waits,
                ..Progress::default()
            })
        };
        let sick = Why::Sick { failed: 5, of: 20 };
        assert_eq!(said(None), None);
        assert_eq!(said(Some((Why::Rate, 60))), None);
        assert_eq!(said(Some((Why::Again, 9))), None);
        assert_eq!(said(Some((Why::Asked, 2))), None);
        let begun = said(Some((Why::Asked, 600)));
        assert_eq!(
            begun.as_deref(),
            Some("Sending: paused for 10 min, as the destination asks.")
        );
        assert_eq!(said(Some((Why::Asked, 599))), None);
        assert_eq!(said(Some((Why::Again, 3))), None);
        assert_eq!(said(None).as_deref(), Some("Sending goes on."));
        assert_eq!(said(None), None);
        assert!(said(Some((sick, 30))).is_some_and(|said| said.contains("5 of the last 20")));
        assert_eq!(said(None).as_deref(), Some("Sending goes on."));
        assert!(said(Some((Why::Again, 30))).is_some());
    }
}
