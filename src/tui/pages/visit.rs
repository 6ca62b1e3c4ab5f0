//! What a page tells of where the person is in it, and how it is found again.

use super::Page;
use crate::{
    ops::{Screen, Visit},
    tui::event::Cx,
};

impl Page {
    /// Puts its part to where the person is. The pages below it have told theirs.
    pub fn locate(&self, visit: &mut Visit) {
        match self {
            Self::Groups(page) => page.locate(visit),
            Self::Records(page) => page.locate(visit),
            Self::Editor(page) if visit.screen == Screen::Records => {
                visit.screen = Screen::Record;
                page.locate(visit);
            }
            Self::Raw(page) if visit.screen == Screen::Records => {
                visit.screen = Screen::Record;
                page.locate(visit);
            }
            Self::Comparison(page) => {
                visit.screen = Screen::Comparison;
                visit.line = page.list.at;
            }
            Self::History(page) => {
                visit.screen = Screen::History;
                visit.line = page.list.at;
            }
            Self::Review(_) => visit.screen = Screen::Review,
            Self::Sending(_) => visit.screen = Screen::Send,
            // A preview is made anew, and what is over a list that has no name is gone with it.
            Self::Runs(_) | Self::Editor(_) | Self::Raw(_) | Self::Fix(_) | Self::Values(_) => {}
        }
    }

    /// Puts to where the person is that they type something here while the program ends: it is kept, and offered where its record
    /// opens again. Without a list of its own the record is found among all of the run.
    pub fn locate_typed(&self, visit: &mut Visit) {
        let Some(id) = self.edited() else { return };
        if !matches!(visit.screen, Screen::Records | Screen::Record) {
            visit.of = None;
        }
        visit.screen = Screen::Record;
        visit.record = Some(id);
        match self {
            Self::Editor(page) => page.locate(visit),
            Self::Records(page) => visit.field = page.typed_into(),
            _ => visit.field = None,
        }
    }

    /// Puts the cursor where it was in the last visit.
    pub fn go_to(&mut self, visit: &Visit, cx: &mut Cx) {
        if let Self::Groups(page) = self {
            page.go_to(visit, cx);
        }
    }
}
