//! Signals: TERM and HUP end the program cleanly, TSTP suspends it, CONT brings it back.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
    thread,
};

use crossbeam_channel::Sender;
use signal_hook::{
    consts::{SIGCONT, SIGHUP, SIGSTOP, SIGTERM, SIGTSTP},
    iterator::Signals,
    low_level,
};

use super::event::Event;

/// The signal that ended the program, for its exit code; 0 while none did.
pub type Cause = Arc<AtomicI32>;

/// Listens for signals until the process ends.
pub fn spawn(events: Sender<Event>, cause: Cause) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGTSTP, SIGCONT])?;
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for signal in signals.forever() {
                let event = match signal {
                    SIGTSTP => Event::Suspend,
                    SIGCONT => Event::Continued,
                    _ => {
                        cause.store(signal, Ordering::Relaxed);
                        Event::Terminate
                    }
                };
                if events.send(event).is_err() {
                    return;
                }
            }
        })
        .map(|_| ())
}

/// Stops this process as the shell's own Ctrl+Z would. Returns when it is continued.
pub fn stop() -> io::Result<()> {
    low_level::raise(SIGSTOP)
}

/// Ends this process as the signal would have, so that its parent sees which it was.
pub fn end_by(signal: i32) -> io::Result<()> {
    low_level::emulate_default_handler(signal)
}
