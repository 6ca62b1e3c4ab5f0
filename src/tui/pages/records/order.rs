//! How the list is laid out: columns, widths, order.

use super::Records;
use crate::{
    model::{Sort, SortBy},
    tui::{
        action::Action,
        event::{ChoiceOf, Choosable, Choosing, Cx, Effect},
        pages::cell::Column,
    },
};

/// The keys of the lines to sort by that are no fields; those begin with a slash or are empty.
const BY_RECORD: &str = "record";
const BY_STATE: &str = "state";

impl Records {
    pub(super) fn act_on_columns(&mut self, action: Action, cx: &mut Cx) {
        match action {
            Action::Columns => {
                let lines = self.columns.choices();
                let under = self.target_column().map(|column| column.key().to_owned());
                let at = lines
                    .iter()
                    .position(|line| Some(&line.key) == under.as_ref());
                choose(ChoiceOf::Columns, "Columns", lines, at, cx);
            }
            Action::Sort => {
                let lines = self.sort_choices();
                let by = key_of(&self.sort.by);
                let at = lines.iter().position(|line| line.key == by);
                choose(ChoiceOf::Sort, "Sort by", lines, at, cx);
            }
            _ => self.change_width(action == Action::Wider, cx),
        }
    }

    /// What was chosen from a list this page offered.
    pub fn chosen_from(&mut self, list: &Choosing, cx: &mut Cx) {
        match list.of {
            ChoiceOf::Columns => {
                self.columns.arrange(&list.lines);
                self.leave_cell();
            }
            ChoiceOf::Sort => {
                if let Some(line) = list.lines.get(list.at) {
                    let by = match line.key.as_str() {
                        BY_RECORD => SortBy::Record,
                        BY_STATE => SortBy::State,
                        pattern => SortBy::Field(pattern.to_owned()),
                    };
                    self.sort_by(&by, cx);
                }
            }
            ChoiceOf::FixAll | ChoiceOf::SetAside => {
                if let Some(line) = list.lines.get(list.at) {
                    self.act_on(list.of, &line.key, cx);
                }
            }
            // The app lists a view, whatever page is in front; other lists have their own order.
            ChoiceOf::Views | ChoiceOf::Order | ChoiceOf::Destination => {}
            ChoiceOf::Type | ChoiceOf::Name | ChoiceOf::Times => {}
        }
        self.ask_for_rows(cx);
    }

    /// The words of the table's title: `sorted by record`.
    pub(in crate::tui::pages) fn order_in_words(&self) -> String {
        let by = match &self.sort.by {
            SortBy::Record => "record".to_owned(),
            SortBy::State => "state".to_owned(),
            SortBy::Field(pattern) => Column::pattern(pattern).label,
        };
        let reversed = if self.sort.reversed { ", reversed" } else { "" };
        format!("by {by}{reversed}")
    }

    /// The arrow behind the title of the column the list is sorted by.
    pub(in crate::tui::pages) fn arrow(&self, by: &SortBy) -> &'static str {
        match (self.sort.by == *by, self.sort.reversed) {
            _ if self.sort == Sort::default() => "",
            (false, _) => "",
            (true, false) => " ▲",
            (true, true) => " ▼",
        }
    }

    fn sort_choices(&self) -> Vec<Choosable> {
        let fixed = [(BY_RECORD, "Record"), (BY_STATE, "State")];
        let fixed = fixed.map(|(key, label)| (key.to_owned(), label.to_owned()));
        let columns = self.columns.shown().iter();
        let columns = columns.map(|column| (column.key().to_owned(), column.label.clone()));
        let now = key_of(&self.sort.by);
        let line = |(key, label): (String, String)| Choosable {
            note: match (key == now, self.sort.reversed) {
                (false, _) => "",
                (true, false) => "▲ now",
                (true, true) => "▼ now",
            }
            .to_owned(),
            key,
            label,
            shown: None,
        };
        fixed.into_iter().chain(columns).map(line).collect()
    }

    /// Sorts the list; turns its order round where it is sorted so already.
    pub(super) fn sort_by(&mut self, by: &SortBy, cx: &mut Cx) {
        let by = by.clone();
        let reversed = by == self.sort.by && !self.sort.reversed;
        self.sort = Sort { by, reversed };
        // The list is looked at from its beginning in its new order.
        self.at = 0;
        self.to_top = true;
        self.ask_for_ids(cx);
        cx.say(format!("Sorting {} ...", self.order_in_words()));
        self.says_sorted = true;
    }

    fn change_width(&mut self, wider: bool, cx: &mut Cx) {
        let Some(at) = self.target() else { return };
        let chosen = self.columns.width(&self.columns.shown()[at]);
        let drawn = self.drawn.iter().find(|(column, _)| *column == at);
        let now = chosen.or(drawn.map(|(_, width)| *width)).unwrap_or(10);
        if let Some(width) = self.columns.widen(at, now, wider) {
            let label = &self.columns.shown()[at].label;
            cx.say(format!("{label} is {width} wide."));
        }
    }
}

/// Offers a list, if it has lines, with the cursor on one of them.
pub(super) fn choose(
    of: ChoiceOf,
    title: &str,
    lines: Vec<Choosable>,
    at: Option<usize>,
    cx: &mut Cx,
) {
    if lines.is_empty() {
        return;
    }
    cx.effects.push(Effect::Choose(Box::new(Choosing {
        of,
        title: title.to_owned(),
        lines,
        at: at.unwrap_or(0),
    })));
}

fn key_of(by: &SortBy) -> String {
    match by {
        SortBy::Record => BY_RECORD.to_owned(),
        SortBy::State => BY_STATE.to_owned(),
        SortBy::Field(pattern) => pattern.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{
        event::Query,
        testing::{picture, press, records, shows},
    };

    #[test]
    fn columns_are_hidden_and_put_in_order_in_a_list() {
        let mut app = records((80, 24));
        press(&mut app, "c<Space><Down><Shift+Down>");
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  ... > Problems > Email address not complete       [TEST]  saved 02:41
          1 Problems 6 [2 Records 1,387] 3 Review 3  4 Send  5 History 4           Menu
         Filter  none, type / to add one                                    412 records
        ┌ Records ──────────────────────── by record   columns 5 of 10, Right for more ┐
        │   Record  State         contact_email  customer_id  name          Also       │
        │>  7       needs fixing  !office@       CUS-0000007  Müller GmbH   phone     █│
        │   14      needs fixing  !office@       CUS-0000014  Müller GmbH             ││
        │   21      ready        ┌ Columns ───────────────────┐üller GmbH             ││
        │   28      unreadable   │   [ ] customer_id          │omplete.               ││
        │   35      needs fixing │   [x] phone                │üller GmbH             ││
        │   42      needs fixing │ > [x] name                 │üller GmbH   phone     ││
        │   49      needs fixing │   [x] stage                │üller GmbH             ││
        │   56      ready        │   [x] address              │üller GmbH             ││
        │   63      unreadable   │   [x] deal_value           │omplete.               ││
        │   70      needs fixing │   [x] created_at           │üller GmbH             ││
        │   77      needs fixing └────────────────────────────┘üller GmbH   phone     ││
        │   84      needs fixing  !office@       CUS-0000084  Müller GmbH             ││
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ Cell: contact_email, record 7, line 8 ─────────────────────── problem 1 of 2 ┐
        │ Received "office@". This e-mail address is not complete.                     │
        │ Write it like name@example.com.                                              │
        └──────────────────────────────────────────────────────────────────────────────┘
         Left hides and Right shows a column; [ and ] move it as well.
         Enter Keep  Space Show or hide  Shift+Up/Down Order                 Esc Cancel
        "#);
        press(&mut app, "<ret>");
        shows(&mut app, "contact_email  phone       name  ");
        // Esc leaves everything as it was.
        press(&mut app, "c<Left><esc>");
        shows(&mut app, "contact_email  phone       name  ");
        press(&mut app, "c<Right><ret>");
        shows(&mut app, "contact_email  customer_id  phone");
    }

    #[test]
    fn a_column_is_made_wider_and_narrower() {
        let mut app = records((80, 24));
        shows(&mut app, "contact_email  customer_id");
        press(&mut app, "l<>><>>");
        shows(&mut app, "contact_email is 17 wide.");
        shows(&mut app, "contact_email      customer_id");
        press(&mut app, "<<><<><<><<>");
        shows(&mut app, "contact_email is 9 wide.");
        shows(&mut app, "contact_…  customer_id");
    }

    #[test]
    fn the_list_is_sorted_by_the_worker_and_choosing_it_again_turns_it_round() {
        let mut app = records((80, 24));
        press(&mut app, "jj");
        let asked = press(&mut app, "s<Down><ret>");
        let sorted = |by: SortBy, reversed| {
            let sort = Sort { by, reversed };
            move |effect: &Effect| matches!(effect, Effect::Ask(_, Query::SortedIds { sort: asked, .. }) if *asked == sort)
        };
        assert!(asked.iter().any(sorted(SortBy::State, false)), "{asked:?}");
        shows(&mut app, "Sorted by state.");
        shows(&mut app, "State ▲");
        shows(&mut app, ">  7 ");
        let asked = press(&mut app, "s<ret>");
        assert!(asked.iter().any(sorted(SortBy::State, true)), "{asked:?}");
        shows(&mut app, "by state, reversed");
        shows(&mut app, ">  2,884");
        let asked = press(&mut app, "s<Down><ret>");
        let by = SortBy::Field("/contact_email".to_owned());
        assert!(asked.iter().any(sorted(by, false)), "{asked:?}");
        shows(&mut app, "contact_email ▲");
        press(&mut app, "s<Home><ret>");
        shows(&mut app, "┌ Records ──────────────────────── by record ");
    }
}
