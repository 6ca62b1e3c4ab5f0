//! What lies over a page: one at a time, and it gets all keys.

mod account;
mod choices;
mod chooser;
mod dialog;
mod disagreement;
mod ears;
mod letters;
mod palette;
mod prompt;
mod searching;

use std::time::Instant;

use crossterm::event::KeyEvent;
use ratatui::{
    Frame,
    layout::{Constraint, Position, Rect},
    widgets::Clear,
};

pub use account::{Account, Row};
pub use chooser::Chooser;
pub use dialog::{Button, Dialog, wrap};
pub use disagreement::Disagreement;
pub use letters::{Lettered, Letters};
pub use palette::{Entry, Palette, Told};
pub use prompt::{Prompt, asked_aside};

use super::{
    action::Action,
    event::{Choosing, Cx, Effect},
    keymap::{Keys, Mode},
    theme::Theme,
    widgets::{footer::Hint, lines::Roll, panel::panel, scrollbar::Scrollbar},
};

#[derive(Debug)]
pub enum Overlay {
    /// A question or a message with buttons.
    Dialog(Dialog),
    /// Help or menu: actions to look up and to run.
    Palette(Palette),
    /// A few things to choose from by a letter.
    Letters(Letters),
    /// A line of text that an action needs.
    Prompt(Prompt),
    /// A list to choose from.
    Chooser(Chooser),
    /// Somebody else changed what is edited here.
    Disagreement(Box<Disagreement>),
    /// A text to be read.
    Account(Account),
}

/// What an overlay wants after a key.
#[derive(Debug, PartialEq)]
pub enum Verdict {
    Stay,
    Close,
    /// Do this, and stay.
    And(Effect),
    /// Close it and do this.
    Then(Effect),
}

impl Overlay {
    /// Offers a list to choose from.
    pub fn choose(list: Choosing) -> Self {
        Self::Chooser(Chooser::new(list))
    }

    pub fn mode(&self) -> Mode {
        match self {
            Self::Dialog(dialog) => dialog.mode(),
            Self::Palette(palette) => palette.mode(),
            Self::Prompt(_) | Self::Letters(_) | Self::Disagreement(_) => Mode::Typing,
            Self::Chooser(_) | Self::Account(_) => Mode::Moving,
        }
    }

    pub fn act(&mut self, action: Action, cx: &Cx) -> Verdict {
        match self {
            Self::Dialog(dialog) => dialog.act(action, cx),
            Self::Palette(palette) => palette.act(action, cx),
            Self::Letters(letters) => letters.act(action, cx),
            Self::Disagreement(asked) => asked.act(action, cx),
            Self::Prompt(prompt) => prompt.act(action, cx),
            Self::Chooser(chooser) => chooser.act(action, cx),
            Self::Account(account) => account.act(action),
        }
    }

    /// A frame with it is out.
    pub fn seen(&mut self, now: Instant) {
        match self {
            Self::Dialog(dialog) => dialog.ears.seen(now),
            Self::Letters(letters) => letters.ears.iter_mut().for_each(|ears| ears.seen(now)),
            Self::Disagreement(asked) => asked.ears.seen(now),
            Self::Prompt(prompt) => prompt.ears.iter_mut().for_each(|ears| ears.seen(now)),
            Self::Chooser(list) => list.ears.iter_mut().for_each(|ears| ears.seen(now)),
            Self::Palette(_) | Self::Account(_) => {}
        }
    }

    /// Presses what is under the pointer, if anything is.
    pub fn click(&mut self, place: Position, cx: &Cx) -> Verdict {
        match self {
            Self::Dialog(dialog) => dialog.click(place, cx),
            Self::Palette(palette) => palette.click(place),
            Self::Letters(letters) => letters.click(place, cx),
            Self::Disagreement(asked) => asked.click(place, cx),
            Self::Chooser(chooser) => chooser.click(place, cx),
            Self::Prompt(_) | Self::Account(_) => Verdict::Stay,
        }
    }

    /// Moves what is in sight of a list, and the cursor where it would not be any more.
    pub fn roll(&mut self, roll: Roll) {
        match self {
            Self::Palette(palette) => palette.entries.roll(roll),
            Self::Letters(letters) => letters.choices.roll(roll),
            Self::Disagreement(asked) => asked.roll(roll),
            Self::Chooser(chooser) => chooser.lines.roll(roll),
            Self::Account(account) => account.roll(roll),
            Self::Dialog(_) | Self::Prompt(_) => {}
        }
    }

    /// The scrollbar under the pointer.
    pub fn bar_at(&self, place: Position) -> Option<Scrollbar> {
        match self {
            Self::Palette(palette) => palette.entries.bar_at(place),
            Self::Letters(letters) => letters.choices.bar_at(place),
            Self::Disagreement(asked) => asked.bar_at(place),
            Self::Chooser(chooser) => chooser.lines.bar_at(place),
            Self::Dialog(_) | Self::Prompt(_) | Self::Account(_) => None,
        }
    }

    /// A key that is text.
    pub fn type_key(&mut self, key: KeyEvent, cx: &Cx) -> Verdict {
        match self {
            Self::Letters(letters) => return letters.type_key(key, cx),
            Self::Disagreement(asked) => return asked.type_key(key, cx),
            Self::Dialog(dialog) => dialog.type_key(key, cx),
            Self::Palette(palette) => palette.type_key(key),
            Self::Prompt(prompt) => prompt.type_key(key),
            Self::Chooser(_) | Self::Account(_) => {}
        }
        Verdict::Stay
    }

    pub fn paste(&mut self, text: &str, cx: &Cx) {
        match self {
            Self::Dialog(dialog) => dialog.paste(text, cx),
            Self::Palette(palette) => palette.paste(text),
            Self::Letters(_) | Self::Disagreement(_) => {}
            Self::Prompt(prompt) => prompt.paste(text),
            Self::Chooser(_) | Self::Account(_) => {}
        }
    }

    pub fn hints(&self, keys: Keys) -> Vec<Hint> {
        match self {
            Self::Dialog(dialog) => dialog.hints(keys),
            Self::Palette(palette) => palette.hints(),
            Self::Letters(_) => Letters::hints(),
            Self::Disagreement(_) => Disagreement::hints(),
            Self::Prompt(prompt) => prompt.hints(),
            Self::Chooser(chooser) => chooser.hints(keys),
            Self::Account(account) => account.hints(keys),
        }
    }

    /// What Esc would do now.
    pub fn escape(&self) -> String {
        match self {
            Self::Dialog(dialog) => dialog.escape(),
            Self::Palette(palette) => palette.escape(),
            Self::Letters(_) | Self::Account(_) => "Close".to_owned(),
            Self::Disagreement(_) => "Keep my draft".to_owned(),
            Self::Prompt(_) | Self::Chooser(_) => "Cancel".to_owned(),
        }
    }

    pub fn tip(&self, keys: Keys) -> String {
        match self {
            Self::Dialog(dialog) => dialog.tip(),
            Self::Palette(palette) => palette.tip(),
            Self::Letters(letters) => letters.tip(),
            Self::Disagreement(_) => "Nothing was changed, and what you typed is kept.".to_owned(),
            Self::Prompt(prompt) => prompt.tip(keys),
            Self::Chooser(chooser) => chooser.tip(keys),
            Self::Account(_) => String::new(),
        }
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        match self {
            Self::Dialog(dialog) => dialog.draw(frame, area, theme),
            Self::Palette(palette) => palette.draw(frame, area, theme),
            Self::Letters(letters) => letters.draw(frame, area, theme),
            Self::Disagreement(asked) => asked.draw(frame, area, theme),
            Self::Prompt(prompt) => prompt.draw(frame, area, theme),
            Self::Chooser(chooser) => chooser.draw(frame, area, theme),
            Self::Account(account) => account.draw(frame, area, theme),
        }
    }
}

/// Draws an empty box of this size in the middle of what is there, and gives the area inside it.
fn framed(
    frame: &mut Frame,
    area: Rect,
    (width, height): (u16, u16),
    title: &str,
    note: &str,
    theme: Theme,
) -> Rect {
    let area = area.centered(Constraint::Length(width), Constraint::Length(height));
    frame.render_widget(Clear, area);
    let block = panel(area.width, title, note, true, theme);
    let inside = block.inner(area);
    frame.render_widget(block, area);
    inside
}
