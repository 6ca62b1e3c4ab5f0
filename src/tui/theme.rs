//! Every style. Colour only repeats what a symbol, a word or an attribute says; backgrounds are never painted.

use ratatui::style::{Color, Modifier, Style};

use crate::model::Status;

/// Which colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// None; nothing is lost.
    #[default]
    Mono,
    /// The terminal's own 16 colours, of them only those that can be read on black, on white and on Solarized.
    Terminal,
    /// Colours for a dark background.
    Dark(Depth),
    /// Colours for a light background.
    Light(Depth),
    /// Few colours, and nothing dim.
    HighContrast,
}

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// 256
    Indexed,
    True,
}

impl Depth {
    /// What `COLORTERM` says.
    pub fn of(colorterm: Option<&str>) -> Self {
        match colorterm {
            Some("truecolor" | "24bit") => Self::True,
            _ => Self::Indexed,
        }
    }
}

/// What a colour stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Muted,
    Border,
    Error,
    Ok,
    Warn,
    Changed,
    Accent,
}

impl Theme {
    /// Whether it needs colours.
    pub fn is_coloured(self) -> bool {
        self != Self::Mono
    }

    /// Secondary text.
    pub fn muted(self) -> Style {
        self.of(Token::Muted)
    }

    /// Lines of boxes.
    pub fn border(self) -> Style {
        self.of(Token::Border)
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
        self.of(Token::Error)
    }

    /// Ready, sent, OK.
    pub fn ok(self) -> Style {
        self.of(Token::Ok)
    }

    /// No answer, two ways, on hold.
    pub fn warn(self) -> Style {
        self.of(Token::Warn)
    }

    /// Changed by a person.
    pub fn changed(self) -> Style {
        self.of(Token::Changed)
    }

    /// Key letters in hints, the active tab.
    pub fn accent(self) -> Style {
        self.of(Token::Accent)
    }

    /// The badge of what is at stake: `[PRODUCTION]`, `[TEST]`, `[DEMO]`.
    pub fn badge(self, production: bool) -> Style {
        let style = Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD);
        match self.colour(Token::Error) {
            Some(colour) if production => style.fg(colour),
            _ => style,
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

    fn of(self, token: Token) -> Style {
        let style = Style::new().add_modifier(self.attribute(token));
        match self.colour(token) {
            Some(colour) => style.fg(colour),
            None => style,
        }
    }

    /// What tells it apart without colour.
    fn attribute(self, token: Token) -> Modifier {
        match (token, self) {
            // A colour of its own is as good as dim, and not every terminal has dim.
            (Token::Muted | Token::Border, Self::Mono | Self::Terminal) => Modifier::DIM,
            (Token::Muted | Token::Border | Token::Ok, _) => Modifier::empty(),
            (Token::Error, _) => Modifier::BOLD | Modifier::UNDERLINED,
            (Token::Warn | Token::Accent, _) => Modifier::BOLD,
            (Token::Changed, _) => Modifier::ITALIC,
        }
    }

    fn colour(self, token: Token) -> Option<Color> {
        match (self, token) {
            (Self::Mono, _) => None,
            // Blue, bright black, white and yellow cannot be read on every background.
            (Self::Terminal | Self::HighContrast, Token::Error) => Some(Color::Red),
            (Self::Terminal | Self::HighContrast, Token::Ok) => Some(Color::Cyan),
            (Self::Terminal, Token::Changed) => Some(Color::Magenta),
            (Self::Terminal | Self::HighContrast, _) => None,
            (Self::Dark(Depth::Indexed), token) => Some(Color::Indexed(match token {
                Token::Muted => 248,
                Token::Border => 240,
                Token::Error => 209,
                Token::Ok => 117,
                Token::Warn => 221,
                Token::Changed => 183,
                Token::Accent => 116,
            })),
            (Self::Light(Depth::Indexed), token) => Some(Color::Indexed(match token {
                Token::Muted => 241,
                Token::Border => 250,
                Token::Error => 124,
                Token::Ok => 25,
                Token::Warn => 94,
                Token::Changed => 91,
                Token::Accent => 23,
            })),
            (Self::Dark(Depth::True), token) => Some(Color::from_u32(match token {
                Token::Muted => 0xa8_a8_a8,
                Token::Border => 0x6a_6a_6a,
                Token::Error => 0xff_8c_66,
                Token::Ok => 0x6f_c3_ff,
                Token::Warn => 0xff_d1_66,
                Token::Changed => 0xd9_a6_ff,
                Token::Accent => 0x7f_d1_c7,
            })),
            (Self::Light(Depth::True), token) => Some(Color::from_u32(match token {
                Token::Muted => 0x5f_5f_5f,
                Token::Border => 0xb0_b0_b0,
                Token::Error => 0xb3_40_0a,
                Token::Ok => 0x00_58_9c,
                Token::Warn => 0x7a_59_00,
                Token::Changed => 0x7a_2f_a0,
                Token::Accent => 0x00_66_5c,
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Theme; 7] = [
        Theme::Mono,
        Theme::Terminal,
        Theme::Dark(Depth::Indexed),
        Theme::Dark(Depth::True),
        Theme::Light(Depth::Indexed),
        Theme::Light(Depth::True),
        Theme::HighContrast,
    ];
    const TOKENS: [Token; 7] = [
        Token::Muted,
        Token::Border,
        Token::Error,
        Token::Ok,
        Token::Warn,
        Token::Changed,
        Token::Accent,
    ];

    #[test]
    fn no_style_paints_a_background_and_none_needs_colour() {
        for theme in ALL {
            let mut styles = TOKENS.map(|token| theme.of(token)).to_vec();
            styles.extend(Status::ALL.map(|status| theme.status(status)));
            styles.extend([theme.badge(true), theme.badge(false)]);
            for style in styles {
                assert_eq!(style.bg, None);
                assert!(theme.is_coloured() || style.fg.is_none());
            }
            // What must not be missed is told by more than its colour.
            for token in [Token::Error, Token::Warn, Token::Changed, Token::Accent] {
                assert!(!theme.attribute(token).is_empty(), "{theme:?} {token:?}");
            }
        }
    }

    /// The relative luminance of WCAG 2.
    fn luminance(colour: u32) -> f64 {
        let part = |shift: u32| {
            let value = f64::from((colour >> shift) & 0xff) / 255.0;
            if value <= 0.03928 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
    }

    fn contrast(one: u32, other: u32) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn text_can_be_read_on_the_backgrounds_it_is_for() {
        for (theme, backgrounds, least) in [
            (
                Theme::Dark(Depth::True),
                vec![0x00_00_00, 0x1e_1e_1e, 0x28_2c_34, 0x00_2b_36],
                5.85,
            ),
            (
                Theme::Light(Depth::True),
                vec![0xff_ff_ff, 0xfd_f6_e3, 0xee_ee_ee],
                4.95,
            ),
        ] {
            for token in TOKENS.into_iter().filter(|token| *token != Token::Border) {
                let Some(Color::Rgb(r, g, b)) = theme.colour(token) else {
                    panic!("{theme:?} has no colour for {token:?}");
                };
                let colour = u32::from_be_bytes([0, r, g, b]);
                for background in &backgrounds {
                    let ratio = contrast(colour, *background);
                    assert!(ratio >= least, "{token:?} on {background:06x}: {ratio:.1}");
                }
            }
        }
    }

    #[test]
    fn true_colours_are_used_where_the_terminal_says_it_has_them() {
        assert_eq!(Depth::of(Some("truecolor")), Depth::True);
        assert_eq!(Depth::of(Some("24bit")), Depth::True);
        assert_eq!(Depth::of(Some("1")), Depth::Indexed);
        assert_eq!(Depth::of(None), Depth::Indexed);
    }
}
