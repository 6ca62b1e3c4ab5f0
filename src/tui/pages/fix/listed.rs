//! Which records of a preview are listed, and in what order.

use super::Fix;
use crate::model::{Consequence, Effect as Becomes};

impl Fix {
    /// Shows the next kind of consequence that there is; all of them after the last.
    pub(super) fn show_next(&mut self, by: isize) {
        let Some(preview) = self.known() else {
            return;
        };
        let all = preview
            .consequences
            .iter()
            .filter(|one| self.is_listed(one));
        let there: Vec<Becomes> = (Becomes::ALL.into_iter())
            .filter(|kind| all.clone().any(|one| one.effect == *kind))
            .collect();
        let kinds: Vec<Option<Becomes>> = std::iter::once(None)
            .chain(there.into_iter().map(Some))
            .collect();
        let at = kinds
            .iter()
            .position(|kind| *kind == self.show)
            .unwrap_or_default();
        let count = kinds.len() as isize;
        let next = (at as isize + by).rem_euclid(count) as usize;
        self.show = kinds[next];
        self.list();
    }

    /// Lists the records of the preview that are to be shown: those that break first, then in the order of the kinds.
    pub(super) fn list(&mut self) {
        self.row = 0;
        self.first = 0;
        let Some(preview) = self.known() else {
            self.listed.clear();
            return;
        };
        let mut listed: Vec<usize> = (0..preview.consequences.len()).collect();
        listed.retain(|at| {
            let one = &preview.consequences[*at];
            self.show.is_none_or(|kind| kind == one.effect) && self.is_listed(one)
        });
        listed.sort_by_key(|at| preview.consequences[*at].effect);
        self.listed = listed;
    }

    /// Once it is done, those it has changed are listed.
    fn is_listed(&self, one: &Consequence) -> bool {
        !self.is_done() || one.effect != Becomes::Unchanged && !self.left_out.contains(&one.record)
    }
}
