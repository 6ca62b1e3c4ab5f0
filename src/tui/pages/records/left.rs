//! How a list that is left is found again: in this program by all that was done to it, in the next one by its filter, order and
//! cursor.

use super::{Columns, Records, marks::Marks};
use crate::{
    filter::Filter,
    model::{GroupId, Path, RecordId, RunId},
    ops::{ListVisit, Screen, Visit},
    tui::event::{Among, Cx, Route},
};

/// What a list is found with again after it was left, for as long as the program runs.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    columns: Columns,
    marks: Marks,
    list: ListVisit,
}

/// What the list is to be found with, once it is there.
#[derive(Debug, Default)]
pub(in crate::tui::pages) struct Recalled {
    /// The record the cursor goes to.
    pub record: Option<RecordId>,
    /// The column of the cell it was in.
    cell: Option<String>,
    /// The record that was open, and the place of its field under the cursor.
    opens: Option<(RecordId, Option<String>)>,
    /// The typed filter is the one the list was left with.
    pub has_filter: bool,
}

impl Recalled {
    /// The person goes on from here.
    pub fn forget(&mut self) {
        *self = Self {
            record: self.record,
            ..Self::default()
        };
    }
}

impl Records {
    /// What the list is kept under.
    fn name(&self) -> String {
        format!("{} {}", self.view.filter, self.view.title)
    }

    /// Whether it is of a problem or of the whole run, and found again by another program too.
    fn is_lasting(&self) -> bool {
        let lasting = match self.group() {
            Some(group) => Filter::of_group(self.view.run, group),
            None => Filter::of_run(self.view.run),
        };
        lasting == self.view.filter
    }

    /// Under what it is found again, if it is lasting.
    fn place(&self) -> (RunId, Option<GroupId>) {
        (self.view.run, self.group())
    }

    /// Lays the list out as it was when it was left.
    pub(super) fn recall(&mut self, cx: &mut Cx) {
        let known = cx.lists.get(&self.place()).filter(|_| self.is_lasting());
        let known = known.cloned();
        let list = match cx.kept.remove(&self.name()) {
            Some(kept) => {
                self.columns = kept.columns;
                self.marks = kept.marks;
                kept.list
            }
            None => known.unwrap_or_default(),
        };
        self.sort = list.sort;
        self.recalled = Recalled {
            record: list.record,
            cell: list.cell,
            opens: cx.opens.take(),
            has_filter: !list.filter.is_empty(),
        };
        self.typed = list.filter;
    }

    /// The page is left: keeps how the list is laid out.
    pub fn leave(&mut self, cx: &mut Cx) {
        let list = self.list_visit();
        if self.is_lasting() {
            cx.lists.insert(self.place(), lasting(list.clone()));
        }
        let kept = Kept {
            columns: std::mem::take(&mut self.columns),
            marks: std::mem::take(&mut self.marks),
            list,
        };
        cx.kept.insert(self.name(), kept);
    }

    /// Puts what is to be found again to where the person is.
    pub fn locate(&self, visit: &mut Visit) {
        if self.is_lasting() {
            visit.screen = Screen::Records;
            visit.of = self.group();
            visit.lists.retain(|list| list.of != self.group());
            visit.lists.push(lasting(self.list_visit()));
            // The record that is to be opened again still waits for the list.
            if let Some((record, field)) = &self.recalled.opens {
                visit.screen = Screen::Record;
                visit.record = Some(*record);
                visit.field.clone_from(field);
            }
        }
    }

    fn list_visit(&self) -> ListVisit {
        let cell = self.target_column().filter(|_| self.in_cell);
        ListVisit {
            of: self.group(),
            filter: self.settled_filter().to_owned(),
            record: self.ids.get(self.at).copied().or(self.recalled.record),
            cell: cell
                .map(|column| column.key().to_owned())
                .or_else(|| self.recalled.cell.clone()),
            sort: self.sort.clone(),
        }
    }

    /// The typed filter; while one that is not understood is being typed, the one before.
    fn settled_filter(&self) -> &str {
        match &self.prompt {
            Some(prompt) if !prompt.refused.is_empty() => prompt.before(),
            _ => &self.typed,
        }
    }

    /// The list is there: the record that was open opens again, if it is still one of them.
    pub(in crate::tui::pages) fn open_again(&mut self, cx: &mut Cx) {
        if let Some((id, at)) = self.recalled.opens.take()
            && self.ids.contains(&id)
        {
            let among = Among {
                ids: self.ids.clone(),
                field: self.view.field.clone(),
                at: at.and_then(|at| Path::parse(&at)),
            };
            cx.go(Route::Record { id, among });
        }
    }

    /// The rows are there, and with them the columns: the cursor is in its cell again.
    pub(in crate::tui::pages) fn enter_cell_again(&mut self) {
        let Some(cell) = self.recalled.cell.take() else {
            return;
        };
        let mut columns = self.columns.shown().iter();
        if let Some(at) = columns.position(|column| column.key() == cell) {
            self.enter_cell(at);
        }
    }
}

/// What of it means something to the next program: nobody knows then which records were marked.
fn lasting(mut list: ListVisit) -> ListVisit {
    if Filter::understood(&list.filter).0.names_records() {
        list.filter.clear();
    }
    list
}

#[cfg(test)]
mod tests {
    use crate::tui::{
        event::{Effect, Query},
        testing::{press, records, shows},
    };

    #[test]
    fn a_list_is_found_again_as_it_was_left() {
        let mut app = records((80, 24));
        press(&mut app, "c<Space><ret>s<Down><ret>s<ret>jj<esc>");
        shows(&mut app, "[1 Problems 6]");
        press(&mut app, "2");
        shows(&mut app, "by record");
        press(&mut app, "1<ret>");
        shows(&mut app, "by state, reversed");
        shows(&mut app, "contact_email  name");
        shows(&mut app, ">  2,870");
    }

    #[test]
    fn a_typed_filter_is_kept_per_list_and_esc_clears_it_first() {
        let mut app = records((80, 24));
        press(&mut app, "/is:ready<ret>12");
        shows(&mut app, "Filter  none");
        press(&mut app, "/country:DE<ret>1");
        let asked = press(&mut app, "<ret>");
        let filtered = |effect: &Effect| matches!(effect, Effect::Ask(_, Query::Ids { filter }) if filter.to_string() == "run:1 problem:1 status:ready");
        assert!(asked.iter().any(filtered), "{asked:?}");
        shows(&mut app, "Filter  [is:ready]   / to change");
        shows(
            &mut app,
            " Filter kept from your last visit. Esc clears it first, then goes back.",
        );
        press(&mut app, "2");
        shows(&mut app, "Filter  [country:DE]");
        press(&mut app, "<esc>");
        shows(&mut app, "Filter  none");
        press(&mut app, "<esc><ret><esc><esc><ret>");
        shows(&mut app, "Filter  none");
    }

    #[test]
    fn a_filter_that_is_given_takes_the_place_of_the_one_that_was_kept() {
        let mut app = records((80, 24));
        press(&mut app, "2/country:DE<ret>1:row 12<ret>");
        shows(&mut app, "Filter  [row:12]");
        press(&mut app, "1/");
        shows(&mut app, "Filter  [ row:12 ");
    }

    #[test]
    fn a_filter_that_is_not_finished_when_the_list_is_left_is_not_kept() {
        let mut app = records((80, 24));
        press(&mut app, "/is:ready<ret>/ country:<Ctrl+C>1<ret>");
        shows(&mut app, "Filter  [is:ready]");
    }
}
