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
mod resize;
mod restore;
mod suspend;
mod truth;
mod wire;

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
