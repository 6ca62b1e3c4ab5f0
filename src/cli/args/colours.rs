//! Colours: whether there are any, and which.

use clap::ValueEnum;

use super::Global;
use crate::tui::theme::{Depth, Theme};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Whether colour may be used on a terminal: the flag decides, else `NO_COLOR` and whether the terminal has any.
    pub fn is_wanted(self) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                let is_refused =
                    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                let term = std::env::var("TERM").ok();
                !is_refused && term.is_none_or(|term| has_colours(&term))
            }
        }
    }
}

/// Whether a terminal of this name has colours: all but the old ones that are known to have none.
fn has_colours(term: &str) -> bool {
    let is_vt = term.starts_with("vt") && term.as_bytes().get(2).is_some_and(u8::is_ascii_digit);
    !(is_vt || term == "dumb" || term.ends_with("-m") || term.ends_with("-mono"))
}

/// The colours of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colours {
    /// The terminal's own sixteen
    Terminal,
    /// For a dark background
    Dark,
    /// For a light background
    Light,
    /// Few colours, nothing dim
    HighContrast,
    /// None
    Mono,
}

impl Global {
    /// When colour is used.
    pub fn color(&self) -> Color {
        self.color.unwrap_or(Color::Auto)
    }

    /// The screen's colours: none where none are wanted.
    pub fn theme(&self) -> Theme {
        let depth = Depth::of(std::env::var("COLORTERM").ok().as_deref());
        match self.theme.unwrap_or(Colours::Terminal) {
            _ if !self.color().is_wanted() => Theme::Mono,
            Colours::Terminal => Theme::Terminal,
            Colours::Dark => Theme::Dark(depth),
            Colours::Light => Theme::Light(depth),
            Colours::HighContrast => Theme::HighContrast,
            Colours::Mono => Theme::Mono,
        }
    }
}
