//! The cursor: which problem it is on, and what brings it there.

use super::Groups;
use crate::{
    model::{Group, Stage},
    tui::{event::Cx, widgets::lines::Roll},
};

impl Groups {
    pub(super) fn step(&mut self, by: isize) {
        let last = self.groups().len().saturating_sub(1);
        let at = self.at().unwrap_or_default();
        let at = at.saturating_add_signed(by).min(last);
        self.selected = self.groups().get(at).map(|group| group.id);
    }

    /// Moves what is in sight of the list, and the cursor where it would not be any more.
    pub fn roll(&mut self, roll: Roll, cx: &mut Cx) {
        let at = self.at().unwrap_or_default();
        let Some((first, at)) = self.lines.roll(roll, at) else {
            return;
        };
        self.first = first;
        let group = self.groups().get(at).map(|group| group.id);
        self.selected = group.or(self.selected);
        self.ask_for_example(cx);
    }

    pub(super) fn at(&self) -> Option<usize> {
        let selected = self.selected?;
        self.groups().iter().position(|group| group.id == selected)
    }

    /// Puts the cursor on the problem of a refusal.
    pub fn point_at_refused(&mut self, (code, pattern): (String, String), cx: &mut Cx) {
        let refused = (self.groups().iter())
            .filter(|group| group.stage == Stage::Send && group.open > 0 && group.code == code);
        // One answer can name several fields; each is a problem of its own.
        let named = |group: &&Group| pattern.split("; ").any(|part| part == group.template);
        let mut whole = refused.clone().filter(|group| group.template == pattern);
        let found = whole.next().or_else(|| refused.clone().find(named));
        match found.map(|group| group.id) {
            Some(group) => {
                self.selected = Some(group);
                self.ask_for_example(cx);
            }
            None => self.sought = Some((code, pattern)),
        }
    }

    /// Looks once more for what was not there; it is not waited for for ever.
    pub(super) fn look_for_sought(&mut self, cx: &mut Cx) {
        if let Some(sought) = self.sought.take() {
            self.point_at_refused(sought, cx);
            self.sought = None;
        }
    }
}
