//! Which records the list has, by which filter, and which of their rows are held: those around the cursor.

use super::records::{Records, State};
use crate::{
    filter::{Filter, Term},
    model::{RecordId, RecordRow, Sort, SortBy, Status},
    text,
    tui::event::{Answer, Cx, Query},
};

/// Rows asked for around the cursor, so that a page up or down is there already.
const AROUND: usize = 150;
/// Rows kept; beyond it those far from the cursor are forgotten.
const KEPT: usize = 3000;

impl Records {
    /// The terms that are understood; which of them name no field is known when the list comes.
    pub(super) fn filter(&self) -> Filter {
        self.filter_with(Filter::understood(&self.typed).0)
    }

    /// The same with another typed filter.
    pub(super) fn filter_with(&self, mut typed: Filter) -> Filter {
        typed.put_marked(|| self.marked());
        // What the page was opened on can be records too, which are others than the marked ones.
        let mut filter = self.view.filter.clone();
        filter.terms.extend(typed.terms);
        filter
    }

    /// The same without the terms that were not applied.
    pub(super) fn filter_in_force(&self) -> Filter {
        let mut filter = self.filter();
        let unknown = |term: &Term| self.unknown.iter().any(|(other, _)| other == term);
        filter.terms.retain(|term| !unknown(term));
        filter
    }

    /// Why a term of the typed filter is not applied.
    pub(super) fn refusal(&self) -> Option<String> {
        let typed = self
            .prompt
            .as_ref()
            .and_then(|prompt| prompt.refused.first());
        // An answer may be older than what stands in the prompt.
        let terms = self.filter().terms;
        let is_typing =
            |term: &Term| (self.prompt.as_ref()).is_some_and(|prompt| prompt.is_typing(term));
        let mut unknown = self.unknown.iter();
        let mut unknown = || unknown.find(|(term, _)| terms.contains(term) && !is_typing(term));
        let words = if let Some(error) = typed {
            format!(
                "Not applied: {}: {}. {}",
                error.term, error.message, error.hint
            )
        } else {
            let (_, error) = unknown()?;
            format!("Not applied: {}. {}", error.message, error.hint)
        };
        Some(text::safe(&words).into_owned())
    }

    pub(super) fn ask_for_ids(&mut self, cx: &mut Cx) {
        if self.asked.ids.is_some() {
            self.asked.ids_again = true;
            return;
        }
        self.asked.ids_again = false;
        let (filter, sort) = (self.filter(), self.sort.clone());
        self.asked.ids = Some(cx.ask(if sort == Sort::default() {
            Query::Ids { filter }
        } else {
            Query::SortedIds { filter, sort }
        }));
    }

    pub(super) fn receive_ids(&mut self, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        if self.asked.ids_again {
            return self.ask_for_ids(cx);
        }
        match answer {
            Ok(Answer::Ids { run, ids, unknown }) => {
                self.editing.has_contract = run.contract.is_some();
                self.unknown = unknown;
                self.show(ids, cx);
            }
            Ok(_) => {}
            Err(error) => self.fail(&error, cx),
        }
    }

    pub(super) fn receive_total(&mut self, answer: anyhow::Result<Answer>) {
        // Without it the list is shown all the same.
        if let Ok(Answer::Ids { ids, .. }) = answer {
            self.total = Some(ids.len());
        }
    }

    /// Puts another list on the page, with the cursor still on the same record, or where it would stand.
    fn show(&mut self, ids: Vec<RecordId>, cx: &mut Cx) {
        let kept = (self.ids.get(self.at).copied()).filter(|_| !std::mem::take(&mut self.to_top));
        let kept = kept.or(self.recalled.record.take());
        self.ids = ids.into();
        // What is still found of the list before is not asked about this one.
        self.still = None;
        self.asked.still_again = self.asked.still.is_some();
        self.state = State::Known;
        if self.typed.is_empty() {
            self.total = Some(self.ids.len());
        } else if self.total.is_none() && self.asked.total.is_none() {
            let filter = self.view.filter.clone();
            self.asked.total = Some(cx.ask(Query::Ids { filter }));
        }
        let place = |kept: RecordId| match self.sort.by {
            SortBy::Record if !self.sort.reversed => self.ids.partition_point(|id| *id < kept),
            _ => (self.ids.iter().position(|id| *id == kept)).unwrap_or(self.at),
        };
        let at = kept.map_or(0, place);
        self.at = at.min(self.ids.len().saturating_sub(1));
        if std::mem::take(&mut self.says_sorted) {
            cx.say(format!("Sorted {}.", self.order_in_words()));
        }
        if let (Some(first), true) = (self.ids.first(), self.columns.all() < 2) {
            self.asked.layout = Some(cx.ask(Query::Record { id: *first }));
        }
        self.asked.stale = true;
        self.ask_for_rows(cx);
        if self.ids.is_empty() {
            self.catch_up(cx);
        }
        self.open_again(cx);
    }

    /// Asks for the rows around the cursor that are not there yet, or for all of them when they may be old.
    pub(super) fn ask_for_rows(&mut self, cx: &mut Cx) {
        if self.asked.rows.is_some() || self.ids.is_empty() {
            return;
        }
        let near = self.near(AROUND / 3);
        let missing = near.iter().any(|id| !self.rows.contains_key(id));
        if !missing && !self.asked.stale {
            return;
        }
        self.asked.renews = std::mem::take(&mut self.asked.stale);
        let ids: Vec<RecordId> = if self.asked.renews {
            self.near(AROUND).to_vec()
        } else {
            let wanted = self.near(AROUND).iter();
            let missing = wanted.filter(|id| !self.rows.contains_key(id));
            missing.copied().collect()
        };
        self.asked.rows = Some(cx.ask(Query::Rows { ids }));
    }

    pub(super) fn receive_rows(&mut self, rows: Vec<RecordRow>, cx: &mut Cx) {
        if std::mem::take(&mut self.asked.renews) {
            self.rows.clear();
            self.editing.rows_are_new();
        }
        for row in &rows {
            for (name, _) in row
                .current
                .iter()
                .filter_map(|value| value.as_object())
                .flatten()
            {
                self.columns.add(name);
            }
        }
        self.rows.extend(rows.into_iter().map(|row| (row.id, row)));
        if self.rows.len() > KEPT {
            let near: std::collections::HashSet<RecordId> =
                self.near(AROUND * 2).iter().copied().collect();
            self.rows.retain(|id, _| near.contains(id));
        }
        self.enter_cell_again();
        self.catch_up(cx);
        let status = self.chosen().map(|row| row.status);
        if let (Some(by), Some(status)) = (self.seeking.take(), status) {
            if status == Status::Rejected {
                self.enter_failing(by);
            } else {
                self.seek(by);
            }
        }
        self.ask_for_rows(cx);
        if !self.asked.renews {
            self.renew_draft(cx);
        }
        self.look(cx);
    }

    fn near(&self, around: usize) -> &[RecordId] {
        let last = self.ids.len().min(self.at + around + 1);
        &self.ids[self.at.saturating_sub(around)..last]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{
        app::App,
        event::Effect,
        testing::{self, feed_with, picture, wishes},
    };

    const MILLION: i64 = 1_000_000;

    /// A list of a million records. Gives the app and how many rows were asked for until it stood.
    fn list(records: i64) -> (App, usize) {
        let mut app = testing::problems((100, 30));
        let effects = wishes(&mut app, "2");
        let asked = settle(&mut app, effects, records);
        (app, asked)
    }

    /// Answers everything; gives how many rows were asked for.
    fn settle(app: &mut App, effects: Vec<Effect>, records: i64) -> usize {
        let asked = std::cell::Cell::new(0);
        let answer = |query: Query| match query {
            Query::Ids { .. } => Answer::Ids {
                run: testing::run(),
                ids: (1..=records).map(RecordId).collect(),
                unknown: Vec::new(),
            },
            Query::Rows { ids } => {
                asked.set(asked.get() + ids.len());
                testing::answer(Query::Rows { ids })
            }
            other => testing::answer(other),
        };
        feed_with(app, effects, &answer);
        asked.get()
    }

    /// How many rows each of these keys asks for.
    fn asked(app: &mut App, keys: &str, records: i64) -> usize {
        let each = keys.split(' ').map(|key| {
            let effects = wishes(app, key);
            settle(app, effects, records)
        });
        each.sum()
    }

    #[test]
    fn a_million_records_ask_for_as_many_rows_as_a_hundred_do() {
        let (mut app, first) = list(MILLION);
        assert!(first <= AROUND + 1, "{first} rows for the first screen");
        let down = "j ".repeat(40);
        assert_eq!(asked(&mut app, down.trim_end(), MILLION), 0);
        assert!(asked(&mut app, "G", MILLION) <= 2 * AROUND + 1);
        let shown = picture(&mut app);
        assert!(shown.contains(">  1,000,000"), "{shown}");
        let page = asked(&mut app, "<PgUp>", MILLION);
        assert_eq!(page, 0, "a page up is there already");
        // A journey through the list asks for what it passes, and keeps no more than a few thousand rows.
        let journey = "<PgUp> ".repeat(400);
        let rows = asked(&mut app, journey.trim_end(), MILLION);
        assert!(rows <= 400 * 15 + 3 * AROUND, "{rows} rows for 400 pages");
    }

    #[test]
    fn a_frame_draws_only_the_rows_that_are_seen() {
        let numbers = |app: &mut App| {
            let shown = picture(app);
            let rows = shown.lines().filter(|line| line.contains("needs fixing"));
            rows.count()
        };
        for records in [100, MILLION] {
            let (mut app, _) = list(records);
            asked(&mut app, "G", records);
            assert!(numbers(&mut app) <= 15);
        }
    }

    #[test]
    fn a_larger_window_and_a_shorter_list_are_filled_from_their_last_record() {
        let rows = |app: &mut App| {
            let shown = picture(app);
            let rows = shown
                .lines()
                .filter(|line| line.contains("  CUS-00") || line.contains("unreadable"));
            rows.count()
        };
        let (mut app, _) = list(100);
        asked(&mut app, "G", 100);
        let before = rows(&mut app);
        testing::resize(&mut app, 100, 45);
        assert!(rows(&mut app) > before + 10, "{}", picture(&mut app));
        // The filter leaves fewer, and the cursor on the last of them.
        let effects = wishes(&mut app, "<esc>/x<ret>");
        settle(&mut app, effects, 22);
        assert!(rows(&mut app) >= 20, "{}", picture(&mut app));
    }

    #[test]
    fn an_answer_that_is_older_than_a_change_is_asked_for_again() {
        let (mut app, _) = list(1_000);
        let effects = wishes(&mut app, "G");
        // Somebody changes the workspace while the rows are on their way.
        app.refresh();
        let later = app.settle();
        let again = settle(&mut app, effects, 1_000);
        assert!(
            again > 2 * AROUND,
            "{again} rows: the first answer, and a new one"
        );
        let left = settle(&mut app, later, 1_000);
        assert_eq!(left, 0, "one question of a kind at a time");
    }
}
