//! Every different value that fails in one problem, the most common first.

use ratatui::{Frame, layout::Rect};

use super::list::{List, fitted};
use crate::{
    filter::Filter,
    model::{Found, RecordId, RunId, ValueCount},
    text,
    tui::{
        action::{Action, Offer},
        event::{Answer, Cx, FixView, Query, Route, Ticket},
        theme::Theme,
        widgets::{
            bar::{bar, percent},
            panel::panel,
        },
        words,
    },
};

#[derive(Debug)]
pub struct Values {
    /// The problem whose values they are, and how all of them are fixed.
    view: FixView,
    state: State,
    pending: Option<Ticket>,
    /// The records of a value are asked for, to be listed, or to be fixed.
    asked: Option<(Ticket, Then, String)>,
    pub(super) list: List,
}

/// What is done with the records of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    List,
    Fix,
}

#[derive(Debug)]
enum State {
    Loading,
    Failed(String),
    Known(Vec<ValueCount>),
}

impl Values {
    pub fn open(view: FixView, cx: &mut Cx) -> Self {
        Self {
            pending: Some(cx.ask(Query::Values { group: view.group })),
            view,
            state: State::Loading,
            asked: None,
            list: List::default(),
        }
    }

    pub fn offers(&self) -> Vec<Offer> {
        let mut offers = Vec::new();
        if !self.values().is_empty() {
            offers.push(Offer::new(Action::Open, "Records"));
            offers.push(Offer::new(Action::FixAll, "Fix these"));
            offers.push(Offer::new(Action::Undo, "Undo"));
        }
        offers
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        let len = self.values().len();
        match action {
            Action::Open => self.ask_for_records(Then::List, cx),
            Action::FixAll => self.ask_for_records(Then::Fix, cx),
            Action::Back => cx.back(),
            _ => self.list.act(action, cx, len),
        }
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        let asked = self.asked.as_ref().map(|(ticket, ..)| *ticket);
        [self.pending, asked].contains(&Some(ticket))
    }

    pub fn receive(&mut self, ticket: Ticket, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        let asked = self.asked.take_if(|(asked, ..)| *asked == ticket);
        if let Some((_, then, value)) = asked {
            match answer {
                Ok(Answer::ValueRecords(ids)) => cx.go(self.route(then, &value, ids)),
                Ok(_) => {}
                Err(error) => cx.say(words::reported(&error)),
            }
            return;
        }
        self.pending = None;
        match answer {
            Ok(Answer::Values(values)) => {
                self.list.fit(values.len());
                self.state = State::Known(values);
            }
            Ok(_) => {}
            Err(error) => self.state = State::Failed(words::reported(&error)),
        }
    }

    fn ask_for_records(&mut self, then: Then, cx: &mut Cx) {
        if let Some(value) = self.values().get(self.list.at) {
            let (found, shown) = (value.found.clone(), shown(&value.found));
            let group = self.view.group;
            let ticket = cx.ask(Query::ValueRecords { group, found });
            self.asked = Some((ticket, then, shown));
        }
    }

    /// Where these records lead, which have a value that is safe to print.
    fn route(&self, then: Then, value: &str, ids: Vec<RecordId>) -> Route {
        let records = ids.len() as u64;
        let run = self.view.filter.run().unwrap_or(RunId(0));
        let filter = Filter::of_records(run, ids.into());
        let title = text::shorten(value, 24);
        match then {
            Then::List => Route::Records {
                run,
                filter,
                title,
                field: Some(self.view.field.pattern()),
                typed: None,
            },
            Then::Fix => Route::Fix(Box::new(FixView {
                title: format!("{}: {title}", self.view.title),
                filter,
                records,
                ..self.view.clone()
            })),
        }
    }

    pub fn refresh(&mut self, cx: &mut Cx) {
        let group = self.view.group;
        self.pending = Some(cx.ask(Query::Values { group }));
    }

    pub fn tip(&self) -> String {
        match &self.state {
            State::Loading => "Counting ...".to_owned(),
            State::Failed(_) => String::new(),
            State::Known(values) if values.is_empty() => {
                "No record has this problem any more.".to_owned()
            }
            State::Known(_) => format!(
                "To set each value right in a table: redrive values {} -o MAP.csv",
                self.view.group
            ),
        }
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let title = format!("Values of {}", text::safe(&self.view.field.label()));
        let (values, lines) = match &self.state {
            State::Known(values) => (values.as_slice(), lines(values, area.width)),
            State::Loading => (&[][..], vec!["loading ...".to_owned()]),
            State::Failed(why) => (&[][..], vec![why.clone()]),
        };
        let note = match values.len() {
            0 => String::new(),
            many => text::count(many as u64, "different value"),
        };
        let block = panel(area.width, &title, &note, true, theme);
        let heading = match values {
            [] => String::new(),
            _ => heading(area.width),
        };
        self.list.draw(frame, area, block, heading, &lines, theme);
    }

    fn values(&self) -> &[ValueCount] {
        match &self.state {
            State::Known(values) => values,
            _ => &[],
        }
    }
}

/// Columns of the value, the bar and the shape.
fn columns(width: u16) -> (usize, usize, usize) {
    match width {
        100.. => (30 + usize::from(width - 100) / 2, 12, 18),
        76.. => (24, 8, 0),
        // What it should be needs room too.
        _ => (14, 6, 0),
    }
}

fn heading(width: u16) -> String {
    let (value, bar, shape) = columns(width);
    let shape = fitted(if shape > 0 { "Shape" } else { "" }, shape);
    format!(
        "   {}{:>9} {}      {shape} Should be",
        fitted("Value", value),
        "Records",
        " ".repeat(bar)
    )
}

fn lines(values: &[ValueCount], width: u16) -> Vec<String> {
    let (value, bars, shape) = columns(width);
    let all: u64 = values.iter().map(|one| one.count).sum();
    let most = values.first().map_or(1, |one| one.count);
    let line = |one: &ValueCount| {
        let repair = one.repair.as_deref().map(text::safe).unwrap_or_default();
        format!(
            "{}{:>9} {} {:>4} {} {repair}",
            fitted(&shown(&one.found), value),
            text::thousands(one.count),
            fitted(&bar(one.count, most, bars), bars),
            percent(one.count, all),
            fitted(&text::safe(&one.shape), shape),
        )
    };
    values.iter().map(line).collect()
}

fn shown(found: &Found) -> String {
    match found {
        Found::Missing => "(missing)".to_owned(),
        Found::Text(value) if value.is_empty() => "(empty)".to_owned(),
        Found::Text(value) => text::safe_whole(value).into_owned(),
        Found::Json(value) => text::safe(value).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::tui::testing::{picture, press, problems};

    #[test]
    fn v_shows_every_value_of_the_problem_with_its_count() {
        let mut app = problems((100, 30));
        press(&mut app, "v");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  customers-2025-11-20 > Problems > Values                      to crm [TEST]   saved 02:41
         [1 Problems 6]  2 Records 1,387   3 Review 3   4 Send   5 History 4                           Menu
        ┌ Values of contact_email ───────────────────────────────────────────────────── 2 different values ┐
        │   Value                           Records                   Shape              Should be         │
        │ > office@                             371 ████████████  90% a+@                                  │
        │   office(at)kunde.example<nbsp>        41 █▎            10% a+(aa)a+.a+<nbsp>                    │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
         To set each value right in a table: redrive values 1 -o MAP.csv
         Enter Records  b Fix these  u Undo                                                ? Help  Esc Back
        ");
        press(&mut app, "<Down><Down><Down>b");
        assert!(picture(&mut app).contains(" 2 records ┐"));
        press(&mut app, "<esc><ret>");
        assert!(picture(&mut app).contains("> Values > office(at)kunde"));
    }

    #[test]
    fn the_values_fit_80_columns() {
        let mut app = problems((80, 24));
        press(&mut app, "v");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  customers-2025-11-20 > Problems > Values   to crm [TEST]  saved 02:41
         [1 Problems 6] 2 Records 1,387  3 Review 3  4 Send  5 History 4           Menu
        ┌ Values of contact_email ───────────────────────────────── 2 different values ┐
        │   Value                     Records                Should be                 │
        │ > office@                       371 ████████  90%                            │
        │   office(at)kunde.example…       41 ▉         10%                            │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘
         To set each value right in a table: redrive values 1 -o MAP.csv
         Enter Records  b Fix these  u Undo                            ? Help  Esc Back
        ");
    }
}
