//! The terminal UI: a loop at the top, pages inside it, effects as data.
//!
//! Keys become [`action::Action`]s, actions become [`event::Effect`]s; only `worker` calls `ops`. Pages see `model`,
//! `text` and `event`, never a store or a channel.

pub mod action;
mod answers;
pub mod app;
mod asking;
mod chrome;
mod clipboard;
pub mod clock;
mod copying;
pub mod event;
mod input;
pub mod keymap;
mod menus;
mod mouse;
pub mod offers;
mod overlays;
pub mod pages;
mod run;
mod running;
mod signals;
mod standing;
mod tabs;
mod terminal;
#[cfg(test)]
mod testing;
pub mod theme;
mod watching;
pub mod widgets;
pub mod words;
mod worker;

use std::path::PathBuf;

/// What the screen is opened on.
#[derive(Clone, Debug)]
pub struct Options {
    pub workspace: PathBuf,
    pub author: String,
    pub theme: theme::Theme,
    /// Where to begin; the run picker, or the only run's problems, when `None`.
    pub route: Option<event::Route>,
    pub read_only: bool,
    /// Whether the mouse is used, as long as nobody turns it off.
    pub mouse: bool,
}

/// Shows the screen until the person leaves. SIGTERM and SIGHUP end the process as they would have, with the terminal
/// given back.
pub fn run(options: Options) -> anyhow::Result<()> {
    run::run(options)
}

#[cfg(test)]
mod tests;
