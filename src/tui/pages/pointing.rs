//! What the pointer does on a page.

use ratatui::layout::Position;

use super::Page;
use crate::tui::{
    event::Cx,
    widgets::{lines::Roll, scrollbar::Scrollbar},
};

impl Page {
    /// Moves the cursor to the line under the pointer, if there is one.
    pub fn point(&mut self, place: Position, cx: &mut Cx) -> bool {
        match self {
            Self::Runs(page) => page.point(place, cx),
            Self::Groups(page) => page.point(place, cx),
            Self::Values(page) => page.list.point(place),
            Self::Comparison(page) => page.list.point(place),
            Self::History(page) => page.point(place, cx),
            Self::Sending(page) => page.list().point(place),
            Self::Editor(page) => page.point(place),
            Self::Fix(page) => page.point(place, cx),
            Self::Records(page) => page.point(place, cx),
            Self::Raw(_) | Self::Review(_) => false,
        }
    }

    /// Takes what is under the pointer while something is typed.
    pub fn point_while_typing(&mut self, place: Position, cx: &mut Cx) {
        if let Self::Records(page) = self {
            page.point_in_prompt(place, cx);
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
