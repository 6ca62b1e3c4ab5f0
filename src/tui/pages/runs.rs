//! The runs of this workspace, newest first; below them the ways to get another.

mod card;
mod choice;
mod draw;

use std::collections::HashMap;

use ratatui::layout::Position;

use self::choice::{Order, Search};
use crate::{
    model::{RunId, RunRow},
    text,
    tui::{
        action::{Action, Offer},
        clock::Clock,
        event::{Answer, Cx, Effect, JobRequest, Query, Route, RunFacts, Ticket},
        keymap::Mode,
        opening,
        widgets::lines::{Lines, Roll},
        words,
    },
};

#[derive(Debug)]
pub struct Runs {
    state: State,
    pending: Option<Ticket>,
    selected: Under,
    first: usize,
    lines: Lines,
    /// The two lines below the runs.
    ways: Lines,
    clock: Clock,
    order: Order,
    search: Search,
    /// The runs the person was in, the last one first, with the time when.
    visits: Vec<(RunId, String)>,
    asked_visits: Option<Ticket>,
    /// Who else edits something, in which run.
    in_work: Vec<(RunId, String)>,
    asked_in_work: Option<Ticket>,
    /// What cards say, as far as they were looked at. One is asked for at a time.
    facts: HashMap<RunId, Box<RunFacts>>,
    asked_facts: Option<(Ticket, RunId)>,
    /// Whether the only run is opened at once; not when a person came here from it.
    open_only: bool,
    /// The person has moved the cursor.
    is_moved: bool,
    /// Whether a person came here from a run, which Esc leads back to.
    is_over_a_run: bool,
    read_only: bool,
}

/// What is under the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Under {
    Run(RunId),
    Way(Action),
}

/// What leads to other runs, below those that are there.
const WAYS: [Action; 2] = [Action::OpenFile, Action::Demo];

#[derive(Debug)]
enum State {
    Loading,
    Failed(String),
    Known(Vec<RunRow>),
}

impl Runs {
    pub fn open(cx: &mut Cx) -> Self {
        Self {
            state: State::Loading,
            asked_visits: Some(cx.ask(Query::Visits)),
            asked_in_work: Some(cx.ask(Query::InWork)),
            pending: Some(cx.ask(Query::Runs)),
            order: Order::default(),
            search: Search::default(),
            visits: Vec::new(),
            in_work: Vec::new(),
            facts: HashMap::new(),
            asked_facts: None,
            selected: Under::Way(Action::OpenFile),
            first: 0,
            lines: Lines::default(),
            ways: Lines::default(),
            clock: cx.clock.clone(),
            open_only: true,
            is_moved: false,
            is_over_a_run: false,
            read_only: cx.read_only,
        }
    }

    /// A person came here from a run: the only one is not opened at once, and Esc leads back to it.
    pub fn stay(&mut self) {
        self.open_only = false;
        self.is_over_a_run = true;
    }

    pub fn offers(&self) -> Vec<Offer> {
        if self.search.is_typing {
            return Self::typing_offers();
        }
        let mut offers = Vec::new();
        let State::Known(runs) = &self.state else {
            return offers;
        };
        offers.push(Offer::new(Action::Open, "Open"));
        let none = (runs.is_empty()).then_some("there is no run yet");
        offers.push(Offer::new(Action::Filter, "Filter").unless(none));
        offers.push(Offer::new(Action::Sort, "Sort").unless(none));
        let no_run = (self.chosen().is_none()).then_some("no run is under the cursor");
        offers.push(Offer::new(Action::Copy, "Copy path").unless(no_run));
        offers.extend(WAYS.map(|way| Offer::new(way, "")));
        if self.is_over_a_run {
            offers.push(Offer::new(Action::Leave, "Quit"));
        }
        offers
    }

    pub fn escape(&self) -> &'static str {
        match (self.search.is_typing, self.search.text()) {
            (true, _) => "Cancel",
            (false, "") if self.is_over_a_run => "Back",
            (false, "") => "Quit",
            (false, _) => "Clear filter",
        }
    }

    pub fn mode(&self) -> Mode {
        if self.search.is_typing {
            Mode::Typing
        } else {
            Mode::Moving
        }
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        if self.search.is_typing {
            self.act_while_typing(action);
            return self.ask_for_facts(cx);
        }
        let page = isize::from(cx.size.height as i16 / 2).max(1);
        match action {
            Action::Filter => self.search.is_typing = true,
            Action::Sort => self.ask_for_order(cx),
            Action::Back if self.search.text().is_empty() => cx.back(),
            Action::Back => self.search = Search::default(),
            Action::Up => self.step(-1),
            Action::Down => self.step(1),
            Action::PageUp => self.step(-page),
            Action::PageDown => self.step(page),
            Action::First => self.step(isize::MIN),
            Action::Last => self.step(isize::MAX),
            // Whoever has arrows and Enter alone finds here what else can be done with a run.
            Action::Right => cx.effects.push(Effect::Act(Action::Menu)),
            Action::OpenFile => {
                let newest = self.listed().first().map(|run| run.id);
                let like = self.chosen().map(|run| run.id).or(newest);
                cx.effects.push(opening::ask_for_path(like));
            }
            Action::Demo => cx.effects.push(Effect::Start(JobRequest::Demo)),
            // Whoever presses Enter before the runs are known means none of the ways below them.
            Action::Open if !matches!(self.state, State::Known(_)) => {}
            Action::Open => match self.selected {
                Under::Way(way) => cx.effects.push(Effect::Act(way)),
                Under::Run(_) => {
                    if let Some(run) = self.chosen().map(|run| run.id) {
                        cx.effects.push(Effect::Replace(Route::Run { run }));
                    }
                }
            },
            _ => {}
        }
        self.ask_for_facts(cx);
    }

    pub fn point(&mut self, place: Position, cx: &mut Cx) -> bool {
        let run = self.lines.at(place);
        let run = run.and_then(|at| self.listed().get(at).map(|run| Under::Run(run.id)));
        let way = self.ways.at(place).map(|at| Under::Way(WAYS[at]));
        let found = run.or(way);
        self.selected = found.unwrap_or(self.selected);
        self.is_moved |= found.is_some();
        self.ask_for_facts(cx);
        found.is_some()
    }

    /// Moves what is in sight of the runs, and the cursor where it would not be any more.
    pub fn roll(&mut self, roll: Roll, cx: &mut Cx) {
        let at = self.at().unwrap_or_default();
        let Some((first, at)) = self.lines.roll(roll, at) else {
            return;
        };
        self.first = first;
        if let Some(run) = self.listed().get(at).map(|run| run.id) {
            self.selected = Under::Run(run);
            self.is_moved = true;
        }
        self.ask_for_facts(cx);
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        let facts = self.asked_facts.map(|(ticket, _)| ticket);
        [self.pending, self.asked_visits, self.asked_in_work, facts].contains(&Some(ticket))
    }

    pub fn receive(&mut self, ticket: Ticket, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        if let Some((_, run)) = self.asked_facts.take_if(|(asked, _)| *asked == ticket) {
            let facts = match answer {
                Ok(Answer::RunFacts(facts)) => facts,
                // The card does without then.
                _ => Box::default(),
            };
            self.facts.insert(run, facts);
            return self.ask_for_facts(cx);
        }
        // Without them the list is shown all the same.
        if self
            .asked_visits
            .take_if(|asked| *asked == ticket)
            .is_some()
        {
            if let Ok(Answer::Visits(visits)) = answer {
                self.visits = visits;
                self.begin_with_last();
                self.ask_for_facts(cx);
            }
            return;
        }
        if self
            .asked_in_work
            .take_if(|asked| *asked == ticket)
            .is_some()
        {
            if let Ok(Answer::InWork(in_work)) = answer {
                self.in_work = in_work;
            }
            return;
        }
        self.pending = None;
        match answer {
            Ok(Answer::Runs(runs)) => {
                if let ([only], true) = (runs.as_slice(), self.open_only) {
                    let run = only.id;
                    cx.effects.push(Effect::Replace(Route::Run { run }));
                    self.selected = Under::Run(run);
                    self.state = State::Known(runs);
                    return;
                }
                self.select_in(runs);
                self.ask_for_facts(cx);
            }
            Ok(_) => {}
            Err(error) => self.state = State::Failed(words::reported(&error)),
        }
    }

    /// The cursor begins with the run that was visited last, whichever is known first.
    fn begin_with_last(&mut self) {
        let listed = self.listed();
        let last = self.visits.first().map(|(run, _)| *run);
        let last = last.filter(|last| listed.iter().any(|run| run.id == *last));
        if let (Some(run), false) = (last, self.is_moved) {
            self.selected = Under::Run(run);
        }
    }

    /// The cursor stays where it is, or begins with the run that was visited last.
    fn select_in(&mut self, runs: Vec<RunRow>) {
        let is_known = matches!(self.state, State::Known(_));
        let last = self.visits.first().map(|(run, _)| *run);
        let kept = match self.selected {
            Under::Run(run) => Some(run),
            Under::Way(_) => last.filter(|_| !is_known),
        };
        let kept = kept.filter(|kept| runs.iter().any(|run| run.id == *kept));
        let first = runs.first().map(|run| run.id);
        let stays = is_known && matches!(self.selected, Under::Way(_));
        if let (Some(run), false) = (kept.or(first), stays) {
            self.selected = Under::Run(run);
        } else if !stays {
            self.selected = Under::Way(Action::OpenFile);
        }
        self.state = State::Known(runs);
    }

    pub fn refresh(&mut self, cx: &mut Cx) {
        self.open_only = false;
        self.facts.clear();
        self.asked_visits = Some(cx.ask(Query::Visits));
        self.asked_in_work = Some(cx.ask(Query::InWork));
        self.pending = Some(cx.ask(Query::Runs));
    }

    fn ask_for_facts(&mut self, cx: &mut Cx) {
        let run = self.chosen().map(|run| run.id);
        let unknown = |run: &RunId| !self.facts.contains_key(run) && self.asked_facts.is_none();
        if let Some(run) = run.filter(unknown) {
            self.asked_facts = Some((cx.ask(Query::RunFacts { run }), run));
        }
    }

    pub fn tip(&self) -> String {
        match &self.state {
            State::Known(runs) if runs.is_empty() => {
                "Open what a pipeline rejected, or try the demo first.".to_owned()
            }
            State::Known(runs) => format!(
                "{} in this workspace. Right lists what can be done.",
                text::count(runs.len() as u64, "run")
            ),
            _ => String::new(),
        }
    }

    fn step(&mut self, by: isize) {
        let places = self.places();
        let at = self.at().unwrap_or_default().saturating_add_signed(by);
        if let Some(place) = places.get(at.min(places.len().saturating_sub(1))) {
            self.selected = *place;
            self.is_moved = true;
        }
    }

    /// All the cursor can be on.
    fn places(&self) -> Vec<Under> {
        let runs = self.listed().into_iter().map(|run| Under::Run(run.id));
        runs.chain(WAYS.map(Under::Way)).collect()
    }

    fn at(&self) -> Option<usize> {
        let mut places = self.places().into_iter();
        places.position(|place| place == self.selected)
    }

    /// The run under the cursor.
    pub(in crate::tui) fn chosen(&self) -> Option<&RunRow> {
        let Under::Run(selected) = self.selected else {
            return None;
        };
        self.listed().into_iter().find(|run| run.id == selected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ops::Clip,
        tui::{
            event::Event,
            keymap::Keys,
            testing::{answer, app, app_with, begun, feed, picture, press, shows, shows_not},
        },
    };

    #[test]
    fn the_page_at_100_by_30() {
        insta::assert_snapshot!(picture(&mut app(Route::Runs, (100, 30))), @r#"
         redrive                                                                 version 0.1.0   redrive.db

        ┌ Choose an import run ────────────────────────────────────────────────────────────── newest first ┐
        │   Run                     Started             Read  Rejected  Fixed  Sent  State                 │
        │ > 1 customers-2025-11-20  20 Nov 2025       10,000     1,387      3     0  3 ready, not sent     │
        │   2 customers-2025-11-19  19 Nov 2025       10,000       212    212   212  done, all sent        │
        │                                                                                                  │
        │   Open a file or folder...                                                                       │
        │   Try the demo (sample data, stays in its folder)                                                │
        │                                                                                                  │
        │ Another workspace opens by its path, or with  redrive -w FILE                                    │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
        ┌ customers-2025-11-20 ────────────────────────────────────────────────────────────────────────────┐
        │ From   customers.csv (2.2 MB)     To  crm (TEST)     Contract  customers                         │
        │ 10,000 read, 8,613 passed, 1,387 rejected in 6 problems. Biggest: Email address not complete.    │
        │ Your last visit: 20 Nov 2025, 1 step not sent. It will be just as you left it.                   │
        │                                                                                                  │
        │ Nobody else edits in it now. Several people can, at the same time.                               │
        │                                                                                                  │
        │                                                                                                  │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
         2 runs in this workspace. Right lists what can be done.
         Enter Open  / Filter  s Sort  y Copy path                                         ? Help  Esc Quit
        "#);
    }

    #[test]
    fn the_page_at_80_by_24() {
        insta::assert_snapshot!(picture(&mut app(Route::Runs, (80, 24))), @r#"
         redrive                                             version 0.1.0   redrive.db

        ┌ Choose an import run ────────────────────────────────────────── newest first ┐
        │   Run                     Started          Rejected  Fixed  Sent State       │
        │ > 1 customers-2025-11-20  20 Nov 2025         1,387      3     0 3 ready, no…│
        │   2 customers-2025-11-19  19 Nov 2025           212    212   212 done, all s…│
        │                                                                              │
        │   Open a file or folder...                                                   │
        │   Try the demo (sample data, stays in its folder)                            │
        │                                                                              │
        │ Another workspace opens by its path, or with  redrive -w FILE                │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ customers-2025-11-20 ────────────────────────────────────────────────────────┐
        │ customers.csv (2.2 MB)  to  crm (TEST)   contract customers                  │
        │ 10,000 read, 8,613 passed, 1,387 rejected in 6 problems.                     │
        │ Biggest: Email address not complete (412).                                   │
        │ Your last visit: 20 Nov 2025, 1 step not sent.                               │
        │ Nobody else edits in it now. Several people can, at the same time.           │
        └──────────────────────────────────────────────────────────────────────────────┘
         2 runs in this workspace. Right lists what can be done.
         Enter Open  / Filter  s Sort  y Copy path                     ? Help  Esc Quit
        "#);
    }

    #[test]
    fn enter_opens_the_problems_of_the_run_under_the_cursor() {
        let mut app = app(Route::Runs, (80, 24));
        let effects = press(&mut app, "j<ret>");
        let opens =
            |effect: &Effect| matches!(effect, Effect::Ask(_, Query::Groups { run: RunId(2) }));
        assert!(effects.iter().any(opens), "{effects:?}");
        assert!(picture(&mut app).contains("[1 Problems 6]"));
    }

    #[test]
    fn the_cursor_begins_with_the_run_that_was_visited_last_whatever_is_known_first() {
        let after = |keys: &str| {
            let (mut app, effects) = begun(Route::Runs, (80, 24), Keys::default());
            let is_visits = |effect: &Effect| matches!(effect, Effect::Ask(_, Query::Visits));
            let (late, first): (Vec<_>, Vec<_>) = effects.into_iter().partition(is_visits);
            feed(&mut app, first);
            press(&mut app, keys);
            let [Effect::Ask(ticket, _)] = late[..] else {
                panic!("{late:?}")
            };
            let visits = vec![(RunId(2), "2026-01-01T00:00:00Z".to_owned())];
            app.update(Event::Answer(ticket, Ok(Answer::Visits(visits))));
            app
        };
        shows(&mut after(""), "> 2 customers-2025-11-19");
        shows(&mut after("<Down><Down>"), "> Open a file or folder");
    }

    #[test]
    fn a_workspace_without_a_run_offers_ways_to_one() {
        let none = |query| match query {
            Query::Runs => Answer::Runs(Vec::new()),
            other => answer(other),
        };
        let mut app = app_with(Route::Runs, (80, 24), &none);
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive                                             version 0.1.0   redrive.db

        ┌ Choose an import run ────────────────────────────────────────── newest first ┐
        │ There is no run here yet.                                                    │
        │                                                                              │
        │ > Open a file or folder...                                                   │
        │   Try the demo (sample data, stays in its folder)                            │
        │                                                                              │
        │ Another workspace opens by its path, or with  redrive -w FILE                │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ Open a file or folder ───────────────────────────────────────────────────────┐
        │ A file, a folder of files, or a pattern such as out/*.json becomes a run of  │
        │ this workspace, as redrive load does it. Nothing of it is sent.              │
        │ The path of another workspace opens that one in place of this.               │
        │                                                                              │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘
         Open what a pipeline rejected, or try the demo first.
         Enter Open                                                    ? Help  Esc Quit
        ");
        assert_eq!(press(&mut app, "<ret>"), []);
        shows(&mut app, "┌ Open a file or folder");
        press(&mut app, "<esc>");
        shows_not(&mut app, "Path  [");
        assert_eq!(
            press(&mut app, "<Down><ret>"),
            [Effect::Start(JobRequest::Demo)]
        );
    }

    #[test]
    fn enter_does_nothing_before_the_runs_are_known() {
        let (mut app, effects) =
            crate::tui::testing::begun(Route::Runs, (80, 24), crate::tui::keymap::Keys::default());
        crate::tui::testing::wishes(&mut app, "<ret>");
        shows_not(&mut app, "Path  [");
        feed(&mut app, effects);
        shows(&mut app, "customers-2025-11-20");
    }

    #[test]
    fn whoever_comes_from_the_only_run_is_not_sent_back_there() {
        let one = |query| match query {
            Query::Runs => Answer::Runs(vec![crate::tui::testing::run()]),
            other => answer(other),
        };
        let mut app = app_with(Route::Runs, (80, 24), &one);
        shows(&mut app, "[1 Problems 6]");
        let effects = crate::tui::testing::wishes(&mut app, ":another<ret>");
        crate::tui::testing::feed_with(&mut app, effects, &one);
        shows(&mut app, "> 1 customers-2025-11-20");
        shows(&mut app, "1 run in this workspace.");
    }

    #[test]
    fn esc_leads_back_to_the_page_one_came_from_and_q_still_quits() {
        let mut app = crate::tui::testing::records((80, 24));
        press(&mut app, "jj :another<ret>");
        shows(&mut app, "Choose an import run");
        shows(&mut app, "y Copy path  q Quit ");
        shows(&mut app, "Esc Back");
        press(&mut app, "/old");
        shows(&mut app, "Esc Cancel");
        press(&mut app, "<ret><esc>");
        shows(&mut app, "Esc Back");
        press(&mut app, "<esc>");
        shows(&mut app, "Problems > Email address not complete");
        // As it was left, marks and all.
        shows(&mut app, "│ * 21 ");
        press(&mut app, ":another<ret>q");
        shows(&mut app, "┌ Leave redrive?");
        // From a run that was opened here, nothing of the one before is behind it.
        let mut app = crate::tui::testing::records((80, 24));
        press(&mut app, ":another<ret><Home><ret><esc>");
        shows(&mut app, "Menu: Problems");
        assert_eq!(app.pages.last(), 0);
    }

    #[test]
    fn the_ways_to_other_runs_are_lines_below_them() {
        let mut app = app(Route::Runs, (100, 30));
        press(&mut app, "<Down><Down><Down><Down><Down>");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive                                                                 version 0.1.0   redrive.db

        ┌ Choose an import run ────────────────────────────────────────────────────────────── newest first ┐
        │   Run                     Started             Read  Rejected  Fixed  Sent  State                 │
        │   1 customers-2025-11-20  20 Nov 2025       10,000     1,387      3     0  3 ready, not sent     │
        │   2 customers-2025-11-19  19 Nov 2025       10,000       212    212   212  done, all sent        │
        │                                                                                                  │
        │   Open a file or folder...                                                                       │
        │ > Try the demo (sample data, stays in its folder)                                                │
        │                                                                                                  │
        │ Another workspace opens by its path, or with  redrive -w FILE                                    │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
        ┌ Try the demo (sample data, stays in its folder) ─────────────────────────────────────────────────┐
        │ 10,000 customers of an old system, a contract, and a table of its own that they are sent to, in  │
        │ the folder redrive-demo.                                                                         │
        │ It is a workspace of its own: nothing of yours is in it, and nothing of it leaves that folder.   │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
         2 runs in this workspace. Right lists what can be done.
         Enter Open  / Filter  s Sort                                                      ? Help  Esc Quit
        ");
        press(&mut app, "<Up><Up>");
        shows(&mut app, "> 2 customers-2025-11-19");
        press(&mut app, "<Down><ret>");
        shows(&mut app, "┌ Open a file or folder");
    }

    #[test]
    fn all_that_can_be_done_with_a_run_is_in_the_menu_that_right_opens() {
        let mut app = app(Route::Runs, (80, 24));
        press(&mut app, "<Down><Right>");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive                                             version 0.1.0   redrive.db

        ┌ Choose an import run ────────────────────────────────────────── newest first ┐
        │   Run                     Started          Rejected  Fixed  Sent State       │
        │   1 customers-2025-11-20  20 Nov 2025         1,387      3     0 3 ready, no…│
        │ > 2 c┌ Menu: Runs ─────────────────────────────────────────────────────┐ll s…│
        │      │ > Open this one thing                            Enter          │     │
        │   Ope│   Choose what to sort by                         s              │     │
        │   Try│   Open a file or folder                                         │     │
        │      │   Try the demo (sample data, stays in its folder)               │     │
        │ Anoth│   Filter the list                                / F3           │     │
        │      │   Copy something of it                           y              │     │
        │      │   Search all commands                            : Ctrl+P       │     │
        │      │   Mouse on or off, to select text                M              │     │
        └──────│   Show times as local time, UTC or ISO                          │─────┘
        ┌ custo│   Draw the screen again                          Ctrl+L         │─────┐
        │ custo│   This help                                      ? F1           │     │
        │ 10,00│   Leave redrive                                                 │     │
        │ Bigge└─────────────────────────────────────────────────────────────────┘     │
        │                                                                              │
        │ Nobody else edits in it now. Several people can, at the same time.           │
        └──────────────────────────────────────────────────────────────────────────────┘

         Up/Down Choose  Enter Run it                                    Esc Close menu
        ");
        // What it is about is the run under the cursor, not the first one.
        press(&mut app, "<esc>");
        let asked = press(&mut app, "y");
        let path =
            |effect: &Effect| matches!(effect, Effect::Ask(_, Query::Copy(Clip::Source(RunId(2)))));
        assert!(asked.iter().any(path), "{asked:?}");
        press(&mut app, "<Down>y");
        shows(&mut app, "Not now: no run is under the cursor.");
    }

    #[test]
    fn in_a_workspace_that_is_only_looked_at_the_ways_say_why_they_are_closed() {
        let mut cx = Cx::default();
        cx.read_only = true;
        let mut page = Runs::open(&mut cx);
        page.state = State::Known(Vec::new());
        let mut terminal =
            ratatui::Terminal::new(ratatui::backend::TestBackend::new(80, 20)).unwrap();
        let theme = crate::tui::theme::Theme::default();
        terminal
            .draw(|frame| page.draw(frame, frame.area(), theme))
            .unwrap();
        let seen = crate::tui::testing::rows_of(terminal.backend().buffer()).join("\n");
        let line = "> Open a file or folder...   the workspace is open to read only";
        assert!(seen.contains(line), "{seen}");
    }

    #[test]
    fn who_works_in_a_run_is_said_and_nothing_that_names_hold_reaches_the_terminal() {
        let answered = |query| match query {
            Query::InWork => Answer::InWork(vec![(RunId(2), "\x1b[31mff".to_owned())]),
            Query::RunFacts { .. } => Answer::RunFacts(Box::new(RunFacts {
                biggest: Some(("odd\x1b[0m".to_owned(), 3)),
                ..RunFacts::default()
            })),
            other => answer(other),
        };
        let mut app = app_with(Route::Runs, (100, 30), &answered);
        shows(&mut app, "in work by <ESC>[31mff");
        shows(&mut app, "Biggest: odd<ESC>[0m.");
        shows(&mut app, "Nobody else edits in it now.");
        press(&mut app, "j");
        shows(&mut app, "<ESC>[31mff edits in it now.");
    }
}
