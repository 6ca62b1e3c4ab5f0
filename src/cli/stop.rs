//! Ctrl+C and its relatives: the first asks the job to stop, the second ends the program.

use std::sync::{Arc, atomic::AtomicBool};

use anyhow::{Context, Result};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ},
    flag,
};

/// Sets `cancel` when the person or the system asks the program to end.
pub fn on_signal(cancel: &Arc<AtomicBool>) -> Result<()> {
    for (signal, exit) in [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] {
        // In this order: the flag is still unset when the first signal comes, and set when the second does.
        flag::register_conditional_shutdown(signal, exit, Arc::clone(cancel))
            .context("cannot watch for signals")?;
        flag::register(signal, Arc::clone(cancel)).context("cannot watch for signals")?;
    }
    // A file size limit then shows as a write error, which rolls back, in place of killing the process.
    flag::register(SIGXFSZ, Arc::default()).context("cannot watch for signals")?;
    Ok(())
}
