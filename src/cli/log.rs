//! `--log FILE` and `-v`: what happened, as events without any value or secret.

use std::{
    fs::OpenOptions, os::unix::fs::OpenOptionsExt, panic, path::Path as FilePath, sync::Mutex,
};

use anyhow::Result;
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    registry,
    util::SubscriberInitExt,
};

use super::args::Global;
use crate::{model::Fault, ops};

/// Starts the log. With the screen open nothing is written to stderr.
///
/// # Errors
/// `log:open` when the file cannot be opened for appending.
pub fn start(global: &Global, workspace: &FilePath, screen: bool) -> Result<()> {
    if let Some(path) = &global.log {
        ops::spare(workspace, path)?;
    }
    let file = match &global.log {
        None => None,
        Some(path) => {
            let file = OpenOptions::new()
                .append(true)
                .create(true)
                .mode(0o600)
                .open(path)
                .map_err(|error| {
                    Fault::unusable(
                        "log:open",
                        format!("cannot open the log {}: {error}", path.display()),
                    )
                    .hint("name a file in a folder you can write to")
                })?;
            Some(file)
        }
    };
    let logs_to_file = file.is_some();
    let to_file = file.map(|file| {
        fmt::layer()
            .json()
            .flatten_event(true)
            .with_target(false)
            .with_writer(Mutex::new(file))
            .with_filter(ours(LevelFilter::INFO))
    });
    let to_stderr = (global.verbose && !screen).then(|| {
        fmt::layer()
            .compact()
            .with_target(false)
            .with_writer(std::io::stderr)
            .with_filter(ours(LevelFilter::DEBUG))
    });
    // A second start in one process (tests) keeps the first log.
    let _ = registry().with(to_file).with(to_stderr).try_init();
    if logs_to_file {
        log_crashes();
    }
    Ok(())
}

/// Events of this program only; what a library would log may hold values.
fn ours(level: LevelFilter) -> Targets {
    Targets::new().with_target("redrive", level)
}

/// A crash is logged by its place only: the message may hold a value.
fn log_crashes() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let place = info.location().map(ToString::to_string);
        tracing::error!(event = "crash", code = "panic", place);
        before(info);
    }));
}
