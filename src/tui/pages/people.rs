//! What a page shows of others who work in the same workspace, and what they are shown of it.

use super::Page;
use crate::{model::RecordId, tui::event::Cx};

impl Page {
    /// The record that is being typed into.
    pub fn edited(&self) -> Option<RecordId> {
        match self {
            Self::Editor(page) => page.edited(),
            Self::Raw(page) => page.edited(),
            Self::Records(page) => page.edited(),
            _ => None,
        }
    }

    /// Others edit other records than before.
    pub fn meet(&mut self, cx: &Cx) {
        match self {
            Self::Editor(page) => page.meet(cx),
            Self::Raw(page) => page.meet(cx),
            Self::Records(page) => page.meet(cx),
            _ => {}
        }
    }
}
