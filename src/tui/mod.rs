//! The terminal UI: a loop at the top, pages inside it, effects as data.
//!
//! Keys become [`action::Action`]s, actions become [`event::Effect`]s; only `worker` does what they ask
//! for. Pages know the values of the lower floors, and hold no workspace and no channel.

pub mod action;
mod aiming;
mod among;
mod answers;
pub mod app;
mod asking;
mod chrome;
mod clipboard;
pub mod clock;
mod commands;
mod copying;
mod cx;
mod drafts;
mod dragging;
pub mod event;
mod frames;
mod input;
mod jobs;
mod keeping;
pub mod keymap;
mod late;
mod leaving;
mod meeting;
mod menus;
mod mouse;
pub mod offers;
mod opening;
mod overlays;
mod pace;
pub mod pages;
mod pasting;
mod people;
mod picking;
mod route;
mod run;
mod running;
mod setting_aside;
mod signals;
mod standing;
mod stepping;
mod tabs;
mod terminal;
#[cfg(test)]
mod testing;
pub mod theme;
mod tmux;
mod tried;
mod unsaved;
mod views;
mod visiting;
mod watching;
mod why;
pub mod widgets;
pub mod words;
mod worker;

use std::path::PathBuf;

pub(crate) use tmux::ask as ask_tmux;

/// What the screen is opened on.
#[derive(Clone, Debug)]
pub struct Options {
    pub workspace: PathBuf,
    /// There may be no workspace there yet: the run picker leads to a first run, which makes it.
    pub may_be_missing: bool,
    pub author: String,
    pub theme: theme::Theme,
    pub keys: keymap::Keys,
    /// Where to begin; the run picker, or the only run's problems, when `None`.
    pub route: Option<event::Route>,
    /// The record the cursor is put on, where the route is a list of a run.
    pub at: Option<crate::model::RecordId>,
    /// Whether that record is opened.
    pub opens: bool,
    pub read_only: bool,
    /// Whether the mouse is used, as long as nobody turns it off.
    pub mouse: bool,
    /// Whether Ctrl+Z suspends, and does not undo.
    pub suspends: bool,
    pub glyphs: Glyphs,
    /// Whether frames are few from the start, and not only where the line proves to be slow.
    pub slow_link: bool,
    /// How times are written, as long as nobody chooses otherwise.
    pub times: clock::Times,
    /// What is said at the start; safe to print.
    pub notice: Option<String>,
}

/// What lines and bars are drawn with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Glyphs {
    /// What the locale can show.
    #[default]
    Auto,
    Unicode,
    Ascii,
}

/// Shows the screen until the person leaves. SIGTERM and SIGHUP end the process as they would have, with the terminal
/// given back.
pub fn run(options: Options) -> anyhow::Result<()> {
    run::run(options)
}

#[cfg(test)]
mod tests;
