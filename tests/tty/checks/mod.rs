//! The 25 checks of the screen, one file a subject. The table in `main.rs` says which is which.

mod again;
mod colour;
mod copy;
mod enter;
mod esc;
mod first_fix;
mod footer;
mod gate;
mod hostile;
mod kill;
mod mouse;
mod paste;
mod people;
mod preview;
mod reach;
mod resize;
mod restore;
mod suspend;
mod truth;
mod typing;
mod undo;
mod wire;

use std::time::Duration;

use crate::tty::Tty;

/// Presses keys as somebody in no hurry does, the named ones in angle brackets: what a key leads to is written before the next.
fn strike(tty: &mut Tty, keys: &str) {
    let mut rest = keys;
    while let Some(first) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
        let (key, left) = named.unwrap_or_else(|| rest.split_at(first.len_utf8()));
        rest = left;
        tty.press(match key {
            "ret" => "\r",
            "esc" => "\x1b",
            "Down" => "\x1b[B",
            "Right" => "\x1b[C",
            "Home" => "\x1b[H",
            "Del" => "\x1b[3~",
            "Ctrl+U" => "\x15",
            typed => typed,
        });
        tty.rests(Duration::from_millis(60));
    }
}

/// A number from the environment, such as `REDRIVE_ROUNDS`, or the usual one.
fn number(name: &str, usual: u64) -> u64 {
    let told = std::env::var(name).ok();
    told.and_then(|number| number.parse().ok()).unwrap_or(usual)
}

/// What is not certain in a test comes from here, so that it can be repeated with `REDRIVE_SEED`.
fn random(what: &str) -> fastrand::Rng {
    let seed = number("REDRIVE_SEED", 7);
    println!("{what}: REDRIVE_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}
