//! Nothing is left to fix: how the records stand, and where to go on.

use super::{Groups, State};
use crate::{
    filter::{Filter, Wanted},
    model::{RunRow, Status},
    text,
    tui::{
        action::{Action, Offer},
        among::whole_run,
        event::{Cx, Effect, Route},
        pages::funnel::standing,
    },
};

/// A line to choose.
pub(super) struct Way {
    /// What Enter does, in the footer.
    label: &'static str,
    words: String,
    then: Effect,
}

impl Groups {
    /// The run, where no problem of it is open.
    pub(super) fn done(&self) -> Option<&RunRow> {
        match &self.state {
            State::Known(run, groups) if groups.iter().all(|group| group.open == 0) => Some(run),
            _ => None,
        }
    }

    pub(super) fn done_offers(&self, run: &RunRow) -> Vec<Offer> {
        let ways = self.ways(run);
        let way = ways.get(self.done_at.min(ways.len().saturating_sub(1)));
        way.map(|way| Offer::new(Action::Open, way.label))
            .into_iter()
            .collect()
    }

    /// Up, Down and Enter on where to go on. `false` for what else is pressed.
    pub(super) fn act_on_done(&mut self, action: Action, cx: &mut Cx) -> bool {
        let Some(mut ways) = self.done().map(|run| self.ways(run)) else {
            return false;
        };
        let last = ways.len().saturating_sub(1);
        self.done_at = self.done_at.min(last);
        match action {
            Action::Up if self.done_at > 0 => self.done_at -= 1,
            Action::Down => self.done_at = (self.done_at + 1).min(last),
            Action::First => self.done_at = 0,
            Action::Last => self.done_at = last,
            Action::Open if !ways.is_empty() => {
                cx.effects.push(ways.swap_remove(self.done_at).then);
            }
            _ => return false,
        }
        true
    }

    /// What is said in the place of the problems.
    pub(super) fn done_in_words(&self, run: &RunRow) -> Vec<String> {
        let mut lines = match (run.records, run.rejected) {
            (0, _) => vec!["This run has no records.".to_owned()],
            (1, 0) => vec!["Nothing to fix. The record passed.".to_owned()],
            (all, 0) => vec![format!(
                "Nothing to fix. All {} passed.",
                text::count(all, "record")
            )],
            _ => vec![
                "All done: 0 need fixing.".to_owned(),
                String::new(),
                standing(run, "   "),
            ],
        };
        lines.push(String::new());
        let ways = self.ways(run);
        let longest = ways.iter().map(|way| text::width(way.label_in_list()));
        let longest = longest.max().unwrap_or_default();
        let at = self.done_at.min(ways.len().saturating_sub(1));
        lines.extend(ways.iter().enumerate().map(|(place, way)| {
            let mark = if place == at { ">" } else { " " };
            let label = way.label_in_list();
            let gap = " ".repeat(longest - text::width(label));
            format!("{mark} {label}{gap}{}", way.key())
        }));
        lines
    }

    pub(super) fn ways(&self, run: &RunRow) -> Vec<Way> {
        let key = |action| self.keys.of(action);
        let records = |status| run.with_status(status);
        let stored: u64 = run.statuses.iter().map(|(_, records)| records).sum();
        let mut ways = Vec::new();
        if records(Status::Ready) > 0 {
            ways.push(Way {
                label: "Review",
                words: format!(
                    "Review and send {}\t({} Review)",
                    text::thousands(records(Status::Ready)),
                    key(Action::ReviewTab)
                ),
                then: Effect::Act(Action::ReviewTab),
            });
        }
        if records(Status::Discarded) > 0 {
            ways.push(Way {
                label: "Look at them",
                words: format!(
                    "Look at the {} set aside\t({} is:aside)",
                    text::thousands(records(Status::Discarded)),
                    key(Action::Filter)
                ),
                then: Effect::Go(set_aside(run)),
            });
        }
        if stored > 0 {
            ways.push(Way {
                label: "See the records",
                words: format!("See the records\t({} Records)", key(Action::RecordsTab)),
                then: Effect::Go(whole_run(run.id)),
            });
        } else {
            ways.push(Way {
                label: "Open another run",
                words: "Open another run\t(Esc, then Open)".to_owned(),
                then: Effect::Act(Action::Runs),
            });
            ways.push(Way {
                label: "Export a report",
                words: format!("Export a report\t({})", key(Action::Report)),
                then: Effect::Act(Action::Report),
            });
        }
        ways
    }
}

impl Way {
    fn label_in_list(&self) -> &str {
        self.words.split('\t').next().unwrap_or_default()
    }

    /// How else it is reached.
    fn key(&self) -> String {
        let key = self.words.split_once('\t').map(|(_, key)| key);
        key.map_or(String::new(), |key| format!("    {key}"))
    }
}

/// The records of a run that are set aside.
fn set_aside(run: &RunRow) -> Route {
    let wanted = [Wanted::Run(run.id), Wanted::Status(vec![Status::Discarded])];
    Route::Records {
        run: run.id,
        filter: Filter::all_of(wanted),
        title: "Set aside".to_owned(),
        field: None,
        typed: None,
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        model::{RunRow, Status},
        tui::{
            app::App,
            event::{Answer, Effect, Event, Query, Route},
            testing::{answer, app_with, picture, press, run, shows, shows_not},
        },
    };

    /// The Problems page of a run whose problems are all done.
    fn done(change: fn(&mut RunRow)) -> App {
        let route = Route::Groups { run: run().id };
        app_with(route, (80, 24), &move |query| {
            let mut answer = answer(query);
            if let Answer::Groups { run, groups } = &mut answer {
                for group in groups.iter_mut() {
                    group.open = 0;
                }
                change(run);
            }
            answer
        })
    }

    #[test]
    fn where_to_go_on_is_chosen_when_all_is_done() {
        let mut app = done(|run| {
            run.statuses = vec![(Status::Ready, 1_199), (Status::Discarded, 12)];
        });
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  customers-2025-11-20                       to crm [TEST]  saved 02:41
         [1 Problems 0] 2 Records 1,211  3 Review 1,199  4 Send  5 History 4       Menu
        ┌ Where records stopped ─────────────────────────────── passed 8,613 of 10,000 ┐
        │ Read -12  >  Check -1,375  >  Passed 86.1%                                   │
        │ Needs fixing 0   Ready to send 1,199   Sent 0   Set aside 12                 │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ Problems ────────────────────────────────────────────────────────────────────┐
        │                                                                              │
        │   All done: 0 need fixing.                                                   │
        │                                                                              │
        │   Needs fixing 0   Ready to send 1,199   Sent 0   Set aside 12               │
        │                                                                              │
        │   > Review and send 1,199       (3 Review)                                   │
        │     Look at the 12 set aside    (/ is:aside)                                 │
        │     See the records             (2 Records)                                  │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘
         Press S to send 1,199 records. It asks first.
         Enter Review  / Filter  y Copy  S Send  E Report              ? Help  Esc Menu
        ");
        press(&mut app, "<ret>");
        shows(&mut app, "[3 Review");
        let mut app = done(|run| {
            run.statuses = vec![(Status::Ready, 1_199), (Status::Discarded, 12)];
        });
        let effects = press(&mut app, "<Down><ret>");
        let is_asked = effects.iter().any(|effect| match effect {
            Effect::Ask(_, Query::Ids { filter }) => {
                filter.to_string().contains("status:discarded")
            }
            _ => false,
        });
        assert!(is_asked, "{effects:?}");
        app.update(Event::Terminate);
    }

    #[test]
    fn a_run_of_which_nothing_is_kept_leads_to_no_empty_list() {
        let mut app = done(|run| {
            (run.records, run.passed, run.rejected) = (1, 1, 0);
            run.statuses.clear();
        });
        shows(&mut app, "Nothing to fix. The record passed.");
        shows(&mut app, "> Open another run");
        shows_not(&mut app, "See the records");
        press(&mut app, "<ret>");
        shows(&mut app, "Choose an import run");
        shows_not(&mut app, "Nothing to fix");
    }
}
