//! Every style. Colour only repeats what a symbol or a word says; backgrounds are never painted.

use ratatui::style::{Color, Modifier, Style};

use crate::model::Status;

/// The terminal's own 16 colours, or none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    pub colour: bool,
}

impl Theme {
    /// Secondary text.
    pub fn muted(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Lines of boxes.
    pub fn border(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// The title of the panel with focus.
    pub fn title_focus(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD)
    }

    /// The row or cell under the cursor.
    pub fn select(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// Needs fixing, refused.
    pub fn error(self) -> Style {
        self.coloured(Color::Red)
            .add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
    }

    /// Ready, sent, OK.
    pub fn ok(self) -> Style {
        self.coloured(Color::Cyan)
    }

    /// No answer, two ways, on hold.
    pub fn warn(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Changed by a person.
    pub fn changed(self) -> Style {
        self.coloured(Color::Magenta).add_modifier(Modifier::ITALIC)
    }

    /// Key letters in hints, the active tab.
    pub fn accent(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// The badge of what is at stake: `[PRODUCTION]`, `[TEST]`, `[DEMO]`.
    pub fn badge(self, production: bool) -> Style {
        let style = Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD);
        if production && self.colour {
            style.fg(Color::Red)
        } else {
            style
        }
    }

    /// Not possible now.
    pub fn disabled(self) -> Style {
        self.muted()
    }

    pub fn status(self, status: Status) -> Style {
        match status {
            Status::Rejected => self.error(),
            Status::Ready | Status::Accepted | Status::HandedOver => self.ok(),
            Status::Unknown => self.warn(),
            Status::Sending => Style::new(),
            Status::Discarded => self.muted(),
        }
    }

    fn coloured(self, colour: Color) -> Style {
        if self.colour {
            Style::new().fg(colour)
        } else {
            Style::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_style_paints_a_background_and_none_needs_colour() {
        for colour in [false, true] {
            let theme = Theme { colour };
            let mut styles = vec![
                theme.error(),
                theme.ok(),
                theme.changed(),
                theme.badge(true),
            ];
            styles.extend(Status::ALL.map(|status| theme.status(status)));
            for style in styles {
                assert_eq!(style.bg, None);
                assert!(colour || style.fg.is_none());
            }
        }
        assert!(!Theme::default().error().add_modifier.is_empty());
    }
}
