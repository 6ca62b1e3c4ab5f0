//! Where the cursor is among the problems, and how it is found again.

use super::Groups;
use crate::{model::Group, ops::Visit};

impl Groups {
    /// Puts the problem under the cursor to where the person is.
    pub fn locate(&self, visit: &mut Visit) {
        visit.group = self.selected;
    }

    pub fn go_to(&mut self, visit: &Visit) {
        let there = |group: &Group| Some(group.id) == visit.group;
        if self.groups().iter().any(there) {
            self.selected = visit.group;
        }
    }
}
