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
    /// Whether colour may be used on a terminal: the flag decides, else `NO_COLOR`.
    pub fn is_wanted(self) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }
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
