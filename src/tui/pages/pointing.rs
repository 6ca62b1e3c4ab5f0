//! What the pointer does on a page.

use ratatui::layout::{Position, Rect};

use super::Page;
use crate::tui::{
    action::Action,
    event::Cx,
    widgets::{lines::Roll, scrollbar::Scrollbar},
};

/// What a click on a page came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointed {
    /// The cursor is on a line, which a second click opens.
    Line,
    /// It presses what does this.
    Button(Action),
    /// There is neither. A box may have focus now.
    Nothing,
}

impl Pointed {
    /// Whether the cursor is on a line now.
    pub fn line(is_there: bool) -> Self {
        if is_there { Self::Line } else { Self::Nothing }
    }
}

impl Page {
    /// Does what a click there does, but for pressing a button.
    pub fn point(&mut self, place: Position, cx: &mut Cx) -> Pointed {
        Pointed::line(match self {
            Self::Runs(page) => page.point(place, cx),
            Self::Groups(page) => page.point(place, cx),
            Self::Values(page) => page.list.point(place),
            Self::Comparison(page) => page.list.point(place),
            Self::History(page) => return page.point(place, cx),
            Self::Sending(page) => page.list().point(place),
            Self::Editor(page) => return page.point(place),
            Self::Fix(page) => return page.point(place, cx),
            Self::Records(page) => page.point(place, cx),
            Self::Raw(page) if page.edit_box.contains(place) => {
                return Pointed::Button(Action::Edit);
            }
            Self::Raw(_) | Self::Review(_) => false,
        })
    }

    /// Whether a double click there shows a box alone, or not alone any more.
    pub fn zooms_at(&self, place: Position) -> bool {
        let edge = match self {
            Self::Groups(page) => page.zooms,
            Self::Records(page) => page.zooms,
            Self::Editor(page) => page.zooms,
            Self::Fix(page) => page.zooms,
            Self::History(page) => page.zooms,
            _ => Rect::ZERO,
        };
        edge.contains(place)
    }

    /// Takes what is under the pointer while something is typed.
    pub fn point_while_typing(&mut self, place: Position, cx: &mut Cx) {
        match self {
            Self::Records(page) => page.point_in_prompt(place, cx),
            Self::Editor(page) => page.point_while_typing(place),
            _ => {}
        }
    }

    /// Moves what is in sight of the list or text under the pointer, else of the only one there is. The cursor comes along
    /// where it would not be seen any more, and then all follows that follows when keys move it.
    pub fn roll(&mut self, place: Position, roll: Roll, cx: &mut Cx) {
        match self {
            Self::Runs(page) => page.roll(roll, cx),
            Self::Groups(page) => page.roll(roll, cx),
            Self::Records(page) => page.roll(roll, cx),
            Self::Editor(page) => page.roll(roll, cx),
            Self::Raw(page) => page.roll(roll),
            Self::Fix(page) => page.roll(place, roll, cx),
            Self::Values(page) => page.list.roll(roll),
            Self::Comparison(page) => page.list.roll(roll),
            Self::Review(page) => page.roll(roll),
            Self::Sending(page) => page.list().roll(roll),
            Self::History(page) => page.roll(roll, cx),
        }
    }

    /// The scrollbar under the pointer.
    pub fn bar_at(&self, place: Position) -> Option<Scrollbar> {
        match self {
            Self::Records(page) => page.places.bar_at(place),
            Self::Raw(page) => page.excerpt.places.bar_at(place),
            Self::Fix(page) => page.what.bar_at(place),
            Self::Values(page) => page.list.bar_at(place),
            Self::Comparison(page) => page.list.bar_at(place),
            Self::Review(page) => page.lines.bar_at(place),
            Self::Sending(page) => page.bar_at(place),
            Self::History(page) => page.list.bar_at(place),
            // They say which of their lines are shown.
            Self::Runs(_) | Self::Groups(_) | Self::Editor(_) => None,
        }
    }

    /// The same while something is typed.
    pub fn bar_while_typing(&self, place: Position) -> Option<Scrollbar> {
        match self {
            Self::Records(page) => page.bar_in_prompt(place),
            _ => None,
        }
    }

    /// Moves what is in sight while something is typed: what can follow it is a list.
    pub fn roll_while_typing(&mut self, roll: Roll) {
        if let Self::Records(page) = self {
            page.roll_in_prompt(roll);
        }
    }
}
