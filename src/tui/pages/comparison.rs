//! The problems of a run beside those of the run before it.

use ratatui::{Frame, layout::Rect};

use super::{
    groups::records_of,
    list::{List, fitted},
};
use crate::{
    model::{self, Compared, RunId, RunRow, Severity, Trend},
    text,
    tui::{
        action::{Action, Offer},
        clock::Clock,
        event::{Answer, Cx, Query, Ticket},
        theme::Theme,
        widgets::panel::panel,
        words,
    },
};

#[derive(Debug)]
pub struct Comparison {
    run: RunId,
    state: State,
    pending: Option<Ticket>,
    pub(super) list: List,
    clock: Clock,
}

#[derive(Debug)]
enum State {
    Loading,
    Failed(String),
    Known(Box<model::Comparison>),
}

impl Comparison {
    pub fn open(run: RunId, cx: &mut Cx) -> Self {
        Self {
            run,
            state: State::Loading,
            pending: Some(cx.ask(Query::Comparison { run })),
            list: List::starting_at(cx),
            clock: cx.clock.clone(),
        }
    }

    pub fn offers(&self) -> Vec<Offer> {
        let mut offers = Vec::new();
        if let Some(one) = self.chosen() {
            let gone = one.trend == Trend::Gone;
            let why = gone.then_some("no record has this problem any more");
            offers.push(Offer::new(Action::Open, "See the records").unless(why));
        }
        offers
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        let len = self.groups().len();
        match action {
            Action::Open => {
                if let Some(one) = self.chosen() {
                    cx.go(records_of(&one.group));
                }
            }
            Action::Back => cx.back(),
            _ => self.list.act(action, cx, len),
        }
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        self.pending == Some(ticket)
    }

    pub fn receive(&mut self, answer: anyhow::Result<Answer>) {
        self.pending = None;
        match answer {
            Ok(Answer::Comparison(comparison)) => {
                self.list.fit(comparison.groups.len());
                self.state = State::Known(comparison);
            }
            Ok(_) => {}
            Err(error) => self.state = State::Failed(words::reported(&error)),
        }
    }

    pub fn refresh(&mut self, cx: &mut Cx) {
        self.pending = Some(cx.ask(Query::Comparison { run: self.run }));
    }

    pub fn tip(&self) -> String {
        match &self.state {
            State::Loading => "Comparing ...".to_owned(),
            State::Failed(_) => String::new(),
            State::Known(comparison) if comparison.groups.is_empty() => {
                "Neither run has a problem.".to_owned()
            }
            State::Known(comparison) => comparison.sum(),
        }
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let (title, heading, lines) = match &self.state {
            State::Loading => (String::new(), String::new(), vec!["loading ...".to_owned()]),
            State::Failed(why) => (String::new(), String::new(), vec![why.clone()]),
            State::Known(comparison) => {
                let (old, new) = (&comparison.old, &comparison.new);
                let title = format!("{} and {}", self.named(old), self.named(new));
                let lines = comparison.groups.iter().map(|one| line(one, area.width));
                (title, heading(area.width), lines.collect())
            }
        };
        let note = match self.groups().len() {
            0 => String::new(),
            many => text::count(many as u64, "problem"),
        };
        let block = panel(area.width, &title, &note, true, theme);
        self.list.draw(frame, area, block, heading, &lines, theme);
    }

    /// `Run 2, today 02:10`
    fn named(&self, run: &RunRow) -> String {
        format!(
            "Run {}, {}",
            run.id,
            self.clock.day_and_time(&run.loaded_at)
        )
    }

    fn groups(&self) -> &[Compared] {
        match &self.state {
            State::Known(comparison) => &comparison.groups,
            _ => &[],
        }
    }

    fn chosen(&self) -> Option<&Compared> {
        self.groups().get(self.list.at)
    }
}

/// Columns of the problem's name and its field.
fn columns(width: u16) -> (usize, usize) {
    let name = 26 + usize::from(width.saturating_sub(80)) / 2;
    let field = usize::from(width).saturating_sub(name + 43);
    (name, field)
}

fn heading(width: u16) -> String {
    let (name, field) = columns(width);
    format!(
        "   {:<10}{}{}{:>8} {:>8} {:>8}",
        "",
        fitted("Problem", name),
        fitted("Field", field),
        "Before",
        "After",
        "Change"
    )
}

fn line(one: &Compared, width: u16) -> String {
    let (name, field) = columns(width);
    let mark = match one.group.severity {
        Severity::Error => "",
        Severity::Warning => "~ ",
    };
    let title = format!("{mark}{}", text::safe(&one.group.title));
    let difference = text::thousands(one.after.abs_diff(one.before));
    let change = match one.after.cmp(&one.before) {
        std::cmp::Ordering::Less => format!("-{difference}"),
        std::cmp::Ordering::Equal => String::new(),
        std::cmp::Ordering::Greater => format!("+{difference}"),
    };
    let trend = match one.trend {
        trend @ (Trend::New | Trend::CameBack) => trend.tag(),
        trend => trend.label().to_owned(),
    };
    format!(
        "{trend:<10}{} {} {:>8} {:>8} {change:>8}",
        fitted(&title, name - 1),
        fitted(&text::safe(&one.group.field()), field.saturating_sub(1)),
        text::thousands(one.before),
        text::thousands(one.after),
    )
}

#[cfg(test)]
mod tests {
    use crate::tui::testing::{picture, press, problems};

    #[test]
    fn shift_d_compares_the_run_with_the_one_before_it() {
        let mut app = problems((100, 30));
        press(&mut app, "D");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  customers-2025-11-20 > Problems > Compare                     to crm [TEST]   saved 02:41
         [1 Problems 6]  2 Records 1,387   3 Review 3   4 Send   5 History 4                           Menu
        ┌ Run 2, 19 Nov 2025 and Run 1, 20 Nov 2025 ─────────────────────────────────────────── 7 problems ┐
        │             Problem                             Field                  Before    After   Change  │
        │ > NEW       Date and time not written the ISO … created_at                  0      301     +301  │
        │   growing   Email address not complete          contact_email             380      412      +32  │
        │   shrinking Stage not in the list               stage                     120      116       -4  │
        │   gone      Tax ID already taken                tax_id                     30        0      -30  │
        │   same      Deal value is not a number          deal_value                214      214           │
        │   same      Country not in the list             address.country            88       88           │
        │   same      Line could not be read              whole record               12       12           │
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
         1 new, 1 growing, 1 shrinking, 1 gone, 3 same.
         Enter See the records                                                             ? Help  Esc Back
        ");
        press(&mut app, "<ret>");
        assert!(picture(&mut app).contains("> Compare > "));
    }

    #[test]
    fn the_comparison_fits_80_columns() {
        let mut app = problems((80, 24));
        press(&mut app, "D<Down>");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  customers-2025-11-20 > Problems > Compare  to crm [TEST]  saved 02:41
         [1 Problems 6] 2 Records 1,387  3 Review 3  4 Send  5 History 4           Menu
        ┌ Run 2, 19 Nov 2025 and Run 1, 20 Nov 2025 ─────────────────────── 7 problems ┐
        │             Problem                   Field        Before    After   Change  │
        │   NEW       Date and time not writte… created_at        0      301     +301  │
        │ > growing   Email address not comple… contact_e…      380      412      +32  │
        │   shrinking Stage not in the list     stage           120      116       -4  │
        │   gone      Tax ID already taken      tax_id           30        0      -30  │
        │   same      Deal value is not a numb… deal_value      214      214           │
        │   same      Country not in the list   address.c…       88       88           │
        │   same      Line could not be read    whole rec…       12       12           │
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
         1 new, 1 growing, 1 shrinking, 1 gone, 3 same.
         Enter See the records                                         ? Help  Esc Back
        ");
    }
}
