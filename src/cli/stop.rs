//! Ctrl+C and its relatives: the first asks the job to stop, the second ends the program.

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use anyhow::{Context, Result};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ},
    flag,
};

/// The exit code that belongs to the last signal. It is the process's, as signals are.
static EXIT: LazyLock<Arc<AtomicUsize>> = LazyLock::new(|| Arc::new(AtomicUsize::new(130)));

/// How a process ends that a signal has stopped: 130, 143 or 129.
pub fn exit_code() -> u8 {
    u8::try_from(EXIT.load(Ordering::Relaxed)).unwrap_or(130)
}

/// Sets `cancel` when the person or the system asks the program to end.
pub fn on_signal(cancel: &Arc<AtomicBool>) -> Result<()> {
    for (signal, exit) in [(SIGINT, 130_u8), (SIGTERM, 143), (SIGHUP, 129)] {
        // In this order: the flag is still unset when the first signal comes, and set when the second does.
        flag::register_usize(signal, Arc::clone(&EXIT), usize::from(exit))
            .context("cannot watch for signals")?;
        flag::register_conditional_shutdown(signal, i32::from(exit), Arc::clone(cancel))
            .context("cannot watch for signals")?;
        flag::register(signal, Arc::clone(cancel)).context("cannot watch for signals")?;
    }
    Ok(())
}

/// Lets a limit on the size of files show as a write error, which rolls back, in place of killing the process.
pub fn outlive_size_limits() -> Result<()> {
    flag::register(SIGXFSZ, Arc::default()).context("cannot watch for signals")?;
    Ok(())
}
