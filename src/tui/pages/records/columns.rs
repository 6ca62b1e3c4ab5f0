//! The columns of the records table: which are shown, in what order, and how wide.

use std::collections::HashMap;

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
        let column = Column::field(name);
        if self.order.iter().all(|(known, _)| *known != column) {
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
        for name in names {
            self.add(name);
        }
        for (column, is_shown) in known {
            match self.order.iter_mut().find(|(other, _)| *other == column) {
                Some((_, shown)) => *shown = is_shown,
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
            shown: *shown,
        };
        self.order[self.pinned..].iter().map(choosable).collect()
    }

    /// Shows, hides and orders them as the lines say; what came since stays behind them.
    pub fn arrange(&mut self, lines: &[Choosable]) {
        let mut known = self.order.split_off(self.pinned);
        for line in lines {
            if let Some(at) = known
                .iter()
                .position(|(column, _)| column.key() == line.key)
            {
                let (column, _) = known.remove(at);
                self.order.push((column, line.shown));
            }
        }
        self.order.append(&mut known);
        self.is_arranged = true;
        self.choose_shown();
    }

    fn choose_shown(&mut self) {
        let shown = self.order.iter().filter(|(_, shown)| *shown);
        self.shown = shown.map(|(column, _)| column.clone()).collect();
    }
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
        lines[1].shown = false;
        columns.arrange(&lines);
        assert_eq!(labels(&columns), "c b");
        columns.add_in_order(&["d", "a"].map(str::to_owned));
        assert_eq!((labels(&columns).as_str(), columns.all()), ("c b d", 4));
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
