//! The checks of every screen that want thousands of cases: without a terminal, by a person at the keys of made-up records
//! or of the example. Those in a real terminal, and the list of all, are in `tests/tty`.

mod desk;
mod footer;
mod layout;
mod own_keys;
mod pointer;
mod preview;
mod reach;
pub mod scenes;
mod steps;
mod storm;
mod undo;

/// What is not certain in a test comes from here, so that it can be repeated with `REDRIVE_SEED`.
fn random(what: &str) -> fastrand::Rng {
    let told = std::env::var("REDRIVE_SEED").ok();
    let seed = told.and_then(|seed| seed.parse().ok()).unwrap_or(7);
    println!("{what}: REDRIVE_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}

/// How often something is done: `usual`, or as often as `REDRIVE_ROUNDS` says.
fn rounds(usual: usize) -> usize {
    let told = std::env::var("REDRIVE_ROUNDS").ok();
    told.and_then(|rounds| rounds.parse().ok()).unwrap_or(usual)
}
