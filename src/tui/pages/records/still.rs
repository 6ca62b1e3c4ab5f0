//! How many records of the list its filter still finds: one that was mended stays in the list until the list is left.

use super::Records;
use crate::tui::event::{Answer, Cx, Query};

impl Records {
    /// The records of the list that a change of all of them is about.
    pub(in crate::tui::pages) fn still(&self) -> usize {
        self.still.unwrap_or(self.ids.len())
    }

    pub(super) fn ask_how_many_still(&mut self, cx: &mut Cx) {
        if self.fix().is_some() && self.asked.still.is_none() {
            let filter = self.filter_in_force();
            self.asked.still = Some(cx.ask(Query::Ids { filter }));
        }
    }

    pub(super) fn receive_still(&mut self, answer: anyhow::Result<Answer>) {
        // Without it all are meant, as before.
        if let Ok(Answer::Ids { ids, .. }) = answer {
            // What has come since is not in the list.
            self.still = Some(ids.len().min(self.ids.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::ChangeReport,
        tui::{
            event::{Event, Outcome},
            testing::{self, feed_with, press, records, shows},
        },
    };

    #[test]
    fn a_record_that_was_mended_stays_and_is_not_counted_among_those_to_fix() {
        let mut app = records((100, 30));
        shows(&mut app, "b Fix 412");
        let checked = Outcome::Checked(ChangeReport::default());
        let effects = app.update(Event::Finished(Ok(checked)));
        feed_with(&mut app, effects, &|query| match testing::answer(query) {
            Answer::Ids { run, ids, unknown } => Answer::Ids {
                run,
                ids: ids[1..].to_vec(),
                unknown,
            },
            other => other,
        });
        shows(&mut app, "412 records, 411 still match");
        shows(&mut app, "b Fix 411");
        press(&mut app, "b");
        shows(&mut app, "1 What to do ─────────── 411 records");
    }
}
