//! How many records of the list its filter still finds: one that was mended stays in the list until the list is left.

use super::Records;
use crate::{
    model::RecordId,
    tui::event::{Answer, Cx, Query},
};

impl Records {
    /// The records of the list that a change of all of them is about.
    pub(in crate::tui::pages) fn still(&self) -> usize {
        self.still.unwrap_or(self.ids.len())
    }

    pub(super) fn ask_how_many_still(&mut self, cx: &mut Cx) {
        if self.asked.still.is_some() {
            self.asked.still_again = true;
        } else if self.fix().is_some() {
            self.asked.still_again = false;
            let filter = self.filter_in_force();
            self.asked.still = Some(cx.ask(Query::Ids { filter }));
        }
    }

    pub(super) fn receive_still(&mut self, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        if self.asked.still_again {
            return self.ask_how_many_still(cx);
        }
        // Without it all are meant, as before.
        if let Ok(Answer::Ids { ids, .. }) = answer {
            self.still = Some(in_both(&self.ids, ids));
        }
    }
}

/// How many of these are found. What has come since is not in the list.
fn in_both(list: &[RecordId], mut found: Vec<RecordId>) -> usize {
    if !found.is_sorted() {
        found.sort_unstable();
    }
    // Both are as they were received, most often: then no more than one step leads to the next.
    let mut at = 0;
    let is_found = |id: &&RecordId| {
        while found.get(at).is_some_and(|one| one < *id) {
            at += 1;
        }
        found.get(at) == Some(*id)
    };
    if list.is_sorted() {
        return list.iter().filter(is_found).count();
    }
    let is_found = |id: &&RecordId| found.binary_search(id).is_ok();
    list.iter().filter(is_found).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::ChangeReport,
        tui::{
            event::{Effect, Event, Outcome, Ticket},
            testing::{self, feed_with, press, records, shows},
        },
    };

    /// The numbers of all records of the list but the first so many, and one that has come since.
    fn without(gone: usize, query: Query) -> Answer {
        match testing::answer(query) {
            Answer::Ids { run, ids, unknown } => Answer::Ids {
                run,
                ids: ids[gone..].iter().copied().chain([RecordId(1)]).collect(),
                unknown,
            },
            other => other,
        }
    }

    #[test]
    fn records_are_found_in_a_list_of_any_order() {
        let ids = |ids: &[i64]| ids.iter().copied().map(RecordId).collect::<Vec<_>>();
        for list in [ids(&[2, 3, 5, 9, 12]), ids(&[12, 2, 9, 3, 5])] {
            for found in [ids(&[1, 2, 5, 7, 12, 13]), ids(&[13, 12, 7, 5, 2, 1])] {
                assert_eq!(in_both(&list, found), 3);
            }
            assert_eq!(in_both(&list, Vec::new()), 0);
        }
    }

    fn count_is_asked(effects: &[Effect]) -> Option<Ticket> {
        effects.iter().find_map(|effect| match effect {
            Effect::Ask(ticket, Query::Ids { .. }) => Some(*ticket),
            _ => None,
        })
    }

    #[test]
    fn what_has_come_since_is_not_counted_for_what_is_gone() {
        let mut app = records((100, 30));
        app.refresh();
        let effects = app.settle();
        feed_with(&mut app, effects, &|query| without(2, query));
        shows(&mut app, "412 records, 410 still match");
    }

    #[test]
    fn a_change_while_it_is_counted_is_counted_as_well() {
        let mut app = records((100, 30));
        app.refresh();
        let first = app.settle();
        app.refresh();
        let second = app.settle();
        assert_eq!(count_is_asked(&second), None, "one at a time");
        feed_with(&mut app, second, &testing::answer);
        let ticket = count_is_asked(&first).expect("it is counted");
        let Effect::Ask(_, query) = first
            .iter()
            .find(|effect| matches!(effect, Effect::Ask(one, _) if *one == ticket))
            .expect("it is")
        else {
            panic!("it is asked")
        };
        let effects = app.update(Event::Answer(ticket, Ok(without(1, query.clone()))));
        feed_with(&mut app, effects, &|query| without(2, query));
        shows(&mut app, "412 records, 410 still match");
    }

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
