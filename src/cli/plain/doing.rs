//! What is done to many records at once, and to kept filters.

use std::{collections::BTreeSet, io::Write};

use anyhow::Result;

use super::{
    Talk, fixing,
    page::{Place, Sight},
    say::records_of,
};
use crate::{cli::person::parsed, model::RunId, ops, text::safe};

impl<W: Write> Talk<W> {
    /// Does what was foreseen, to exactly those versions of those records.
    pub(super) fn apply(&mut self, sight: &Sight) -> Result<()> {
        let Sight::Foreseen(Some((preview, _))) = sight else {
            return Ok(());
        };
        let workspace = &mut self.workspace;
        let work = |job: &ops::Job| ops::apply_fix(workspace, preview, &BTreeSet::new(), job);
        let report = self.work.does(work)?;
        let is_fix = |place: &Place| {
            matches!(
                place,
                Place::Fix(_) | Place::Given(..) | Place::Foreseen(..)
            )
        };
        while self.stack.len() > 1 && self.stack.last().is_some_and(|(place, _)| is_fix(place)) {
            self.stack.pop();
        }
        self.say(&fixing::fixed(&preview.request.words(), &report))
    }

    pub(super) fn find(&mut self, line: &str, run: RunId) -> Result<()> {
        let mut filter = parsed(line)?;
        // A filter can name another run: what is said from then on is about that.
        let run = filter.run().unwrap_or(run);
        if filter.run().is_none() {
            filter.terms.extend(records_of(run, None).terms);
        }
        ops::ids(&self.workspace, &filter)?;
        if !line.is_empty() {
            // It is no loss where it cannot be kept.
            let _ = ops::keep_filter(&self.workspace, run, line);
        }
        self.go(Place::Records {
            run,
            filter,
            title: format!("Records with {line}"),
            typed: (!line.is_empty()).then(|| line.to_owned()),
        });
        Ok(())
    }

    pub(super) fn save_view(&mut self, name: &str, filter: &str) -> Result<()> {
        ops::save_view(&self.workspace, name, filter)?;
        self.say(&format!("Saved as the view {}.", safe(name)))
    }

    pub(super) fn remove_view(&mut self, name: &str) -> Result<()> {
        ops::remove_view(&self.workspace, name)?;
        self.say(&format!("The view {} is removed.", safe(name)))
    }
}
