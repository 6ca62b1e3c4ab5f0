//! The columns of the records table: which are shown, in what order, and how wide.

use std::collections::{HashMap, HashSet};

use super::super::cell::Column;
use crate::tui::event::Choosable;

/// The least columns of the terminal a person can leave to a column, and the most.
const WIDTHS: (usize, usize) = (3, 120);

/// How much wider or narrower one key makes a column.
const STEP: usize = 2;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tui::pages) struct Columns {
    /// All of them in order, the problem's own first, and whether they are shown.
    order: Vec<(Column, bool)>,
    /// Those that are shown.
    shown: Vec<Column>,
    /// The names of top-level fields that have a column: rows name all of theirs again and again.
    names: HashSet<String>,
    /// How wide a person made some of them, by their patterns.
    widths: HashMap<String, usize>,
    pinned: usize,
    /// A person has put them in order; the input's order comes second then.
    is_arranged: bool,
}

impl Columns {
    /// The problem's own column, if the list is about one.
    pub fn of(field: Option<&str>) -> Self {
        let order: Vec<_> = field
            .iter()
            .map(|field| (Column::pattern(field), true))
            .collect();
        let mut columns = Self {
            pinned: order.len(),
            order,
            ..Self::default()
        };
        columns.choose_shown();
        columns
    }

    /// Those that are shown, in order.
    pub fn shown(&self) -> &[Column] {
        &self.shown
    }

    /// How many of them stay in sight when the table scrolls sideways.
    pub fn pinned(&self) -> usize {
        self.pinned
    }

    /// How many there are, the hidden ones counted.
    pub fn all(&self) -> usize {
        self.order.len()
    }

    /// Adds a field that no column is for yet.
    pub fn add(&mut self, name: &str) {
        if self.names.contains(name) {
            return;
        }
        self.names.insert(name.to_owned());
        let column = Column::field(name);
        let pinned = &self.order[..self.pinned];
        if pinned.iter().all(|(known, _)| *known != column) {
            self.shown.push(column.clone());
            self.order.push((column, true));
        }
    }

    /// The fields in the order of the input.
    pub fn add_in_order(&mut self, names: &[String]) {
        if self.is_arranged {
            for name in names {
                self.add(name);
            }
            return;
        }
        let known = self.order.split_off(self.pinned);
        self.shown.truncate(self.pinned);
        let before = std::mem::take(&mut self.names);
        for name in names {
            self.add(name);
        }
        self.names.extend(before);
        let places = places(&self.order);
        for (column, is_shown) in known {
            match places.get(column.key()) {
                Some(at) => self.order[*at].1 = is_shown,
                None => self.order.push((column, is_shown)),
            }
        }
        self.choose_shown();
    }

    /// How wide a person made a column.
    pub fn width(&self, column: &Column) -> Option<usize> {
        self.widths.get(column.key()).copied()
    }

    /// Makes a column that is this wide now wider or narrower, and gives its new width.
    pub fn widen(&mut self, at: usize, now: usize, wider: bool) -> Option<usize> {
        let column = self.shown.get(at)?;
        let width = if wider {
            now + STEP
        } else {
            now.saturating_sub(STEP)
        };
        let width = width.clamp(WIDTHS.0, WIDTHS.1);
        self.widths.insert(column.key().to_owned(), width);
        Some(width)
    }

    /// The lines of the list they are chosen from: all but the problem's own, which stays.
    pub fn choices(&self) -> Vec<Choosable> {
        let choosable = |(column, shown): &(Column, bool)| Choosable {
            key: column.key().to_owned(),
            label: column.label.clone(),
            note: String::new(),
            shown: Some(*shown),
        };
        self.order[self.pinned..].iter().map(choosable).collect()
    }

    /// Shows, hides and orders them as the lines say; what came since stays behind them.
    pub fn arrange(&mut self, lines: &[Choosable]) {
        let known = self.order.split_off(self.pinned);
        let places = places(&known);
        let mut known: Vec<_> = known.into_iter().map(Some).collect();
        for line in lines {
            let place = places.get(line.key.as_str());
            if let Some((column, _)) = place.and_then(|at| known[*at].take()) {
                self.order.push((column, line.shown.unwrap_or(true)));
            }
        }
        self.order.extend(known.into_iter().flatten());
        self.is_arranged = true;
        self.choose_shown();
    }

    fn choose_shown(&mut self) {
        let shown = self.order.iter().filter(|(_, shown)| *shown);
        self.shown = shown.map(|(column, _)| column.clone()).collect();
    }
}

/// The place of each column, by its pattern.
fn places(columns: &[(Column, bool)]) -> HashMap<String, usize> {
    let keys = columns.iter().map(|(column, _)| column.key().to_owned());
    keys.zip(0..).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(columns: &Columns) -> String {
        let labels: Vec<&str> = columns
            .shown()
            .iter()
            .map(|one| one.label.as_str())
            .collect();
        labels.join(" ")
    }

    fn columns() -> Columns {
        let mut columns = Columns::of(Some("/c"));
        for name in ["b", "a"] {
            columns.add(name);
        }
        columns.add_in_order(&["a", "b", "c"].map(str::to_owned));
        columns
    }

    #[test]
    fn the_problem_comes_first_and_the_rest_in_the_order_of_the_input() {
        assert_eq!(labels(&columns()), "c a b");
    }

    #[test]
    fn the_order_of_a_person_stays_when_fields_are_found() {
        let mut columns = columns();
        let mut lines = columns.choices();
        lines.swap(0, 1);
        lines[1].shown = Some(false);
        columns.arrange(&lines);
        assert_eq!(labels(&columns), "c b");
        columns.add_in_order(&["d", "a"].map(str::to_owned));
        assert_eq!((labels(&columns).as_str(), columns.all()), ("c b d", 4));
    }

    #[test]
    fn columns_that_were_known_before_the_input_stay_hidden_and_are_there_once() {
        let mut columns = columns();
        columns.add("z");
        let mut lines = columns.choices();
        lines[0].shown = Some(false);
        columns.arrange(&lines);
        columns.is_arranged = false;
        columns.add_in_order(&["b", "a", "y"].map(str::to_owned));
        for name in ["a", "b", "c", "y", "z"] {
            columns.add(name);
        }
        assert_eq!((labels(&columns).as_str(), columns.all()), ("c b y z", 5));
    }

    #[test]
    fn a_width_has_bounds_and_belongs_to_the_column() {
        let mut columns = columns();
        assert_eq!(columns.widen(1, 4, false), Some(3));
        assert_eq!(columns.widen(1, 119, true), Some(120));
        assert_eq!(columns.widen(9, 4, true), None);
        let mut lines = columns.choices();
        lines.swap(0, 1);
        columns.arrange(&lines);
        assert_eq!(columns.width(&columns.shown()[2]), Some(120));
    }
}
