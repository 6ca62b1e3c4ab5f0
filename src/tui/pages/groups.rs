//! The Problems page: what broke, since when, how many, one example, one bug or many.

use std::time::Instant;

use crossterm::event::KeyEvent;
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Line,
};

use super::about;
use crate::{
    filter::{Filter, Term, Wanted},
    model::{Group, GroupId, Problem, RecordRow, RunId, RunRow, Status},
    text,
    tui::{
        action::{Action, Offer},
        app::whole_run,
        event::{Answer, Cx, Effect, Query, Route, Ticket},
        keymap::Mode,
        theme::Theme,
        words,
    },
};

#[derive(Debug)]
pub struct Groups {
    pub run: RunId,
    state: State,
    pending: Option<Ticket>,
    /// By identity, so that a refresh keeps the cursor on the same problem.
    selected: Option<GroupId>,
    /// First line of the list that is shown.
    first: usize,
    example: Example,
    /// On narrow windows: whether the card is shown in place of the list.
    zoomed: bool,
}

/// A record with the problem under the cursor. One is asked for at a time, so that a cursor that runs does not leave a
/// queue of questions behind.
#[derive(Debug, Default)]
struct Example {
    pending: Option<(Ticket, GroupId)>,
    known: Option<(GroupId, Option<RecordRow>)>,
}

/// What there is to show.
#[derive(Debug)]
pub(super) enum State {
    Loading,
    Failed(String),
    Known(Box<RunRow>, Vec<Group>),
}

impl Groups {
    pub fn open(run: RunId, cx: &mut Cx) -> Self {
        Self {
            run,
            state: State::Loading,
            pending: Some(cx.ask(Query::Groups { run })),
            selected: None,
            first: 0,
            example: Example::default(),
            zoomed: false,
        }
    }

    pub fn offers(&self) -> Vec<Offer> {
        let mut offers = Vec::new();
        if self.chosen().is_some() {
            offers.push(Offer::new(Action::Open, "Open"));
        } else if self.run_row().is_some() {
            offers.push(Offer::new(Action::Open, "See the records"));
        }
        if self.run_row().is_some() {
            offers.push(Offer::new(Action::Filter, "Filter"));
            offers.push(Offer::new(Action::Send, "Send"));
            offers.push(Offer::new(Action::CheckAll, "Check all again"));
            offers.push(Offer::new(Action::Undo, "Undo"));
        }
        if !self.groups().is_empty() {
            offers.push(Offer::new(Action::Zoom, ""));
            offers.push(Offer::new(Action::NextPanel, ""));
        }
        offers
    }

    pub fn escape(&self) -> &'static str {
        "Menu"
    }

    pub fn mode(&self) -> Mode {
        Mode::Moving
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        let page = isize::from(cx.size.height as i16 / 2).max(1);
        match action {
            Action::Up if self.at() == Some(0) || self.groups().is_empty() => {
                cx.effects.push(Effect::Tabs);
            }
            Action::Up => self.step(-1),
            Action::Down => self.step(1),
            Action::PageUp => self.step(-page),
            Action::PageDown => self.step(page),
            Action::First => self.step(isize::MIN),
            Action::Last => self.step(isize::MAX),
            Action::Open => match self.chosen() {
                Some(group) => cx.go(records_of(group)),
                None if self.run_row().is_some() => cx.go(whole_run(self.run)),
                None => {}
            },
            Action::Filter => self.filter("", cx),
            Action::Zoom | Action::NextPanel | Action::PreviousPanel => self.zoomed = !self.zoomed,
            _ => {}
        }
        self.ask_for_example(cx);
    }

    pub fn type_key(&mut self, _key: KeyEvent, _cx: &mut Cx) {}

    pub fn paste(&mut self, text: &str, cx: &mut Cx) {
        self.filter(text, cx);
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        self.pending == Some(ticket)
            || self
                .example
                .pending
                .is_some_and(|(asked, _)| asked == ticket)
    }

    pub fn receive(&mut self, ticket: Ticket, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        if let Some((asked, group)) = self.example.pending
            && asked == ticket
        {
            let row = match answer {
                Ok(Answer::Rows(rows)) => rows.into_iter().next(),
                // The card does without an example then.
                _ => None,
            };
            self.example.pending = None;
            self.example.known = Some((group, row));
            return self.ask_for_example(cx);
        }
        self.pending = None;
        match answer {
            Ok(Answer::Groups { run, groups }) => {
                self.show(run, groups);
                self.example.known = None;
                self.ask_for_example(cx);
            }
            Ok(_) => {}
            Err(error) => self.state = State::Failed(words::reported(&error)),
        }
    }

    pub fn refresh(&mut self, cx: &mut Cx) {
        self.pending = Some(cx.ask(Query::Groups { run: self.run }));
    }

    pub fn waits(&self) -> bool {
        false
    }

    pub fn tick(&mut self, _now: Instant, _cx: &mut Cx) {}

    pub fn crumb(&self) -> String {
        "Problems".to_owned()
    }

    pub fn banner(&self, _theme: Theme) -> Option<Line<'_>> {
        None
    }

    pub fn tip(&self) -> String {
        match (&self.state, self.chosen()) {
            (State::Loading, _) => "Reading ...".to_owned(),
            (State::Failed(_), _) => "Press R in the run picker or start again.".to_owned(),
            (State::Known(..), Some(group)) => format!(
                "Tip: press Enter to see the {}. Nothing is sent until you say so.",
                text::count(group.open, "record")
            ),
            (State::Known(run, _), None) if run.with_status(Status::Ready) > 0 => format!(
                "Press S to send the {} that are ready.",
                text::count(run.with_status(Status::Ready), "record")
            ),
            (State::Known(..), None) => "Press 2 to see the records.".to_owned(),
        }
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let State::Known(run, groups) = &self.state else {
            return about::draw_state(frame, area, &self.state, theme);
        };
        if groups.iter().all(|group| group.open == 0) {
            let [top, rest] = area.layout(&Layout::vertical([
                Constraint::Length(about::funnel_height(area)),
                Constraint::Fill(1),
            ]));
            about::draw_funnel(frame, top, run, theme);
            return about::draw_done(frame, rest, run, theme);
        }
        let wide = area.width >= 100;
        let narrow = area.width < 80 || area.height < 18;
        let [top, rest] = area.layout(&Layout::vertical([
            Constraint::Length(if narrow {
                0
            } else {
                about::funnel_height(area)
            }),
            Constraint::Fill(1),
        ]));
        let (list, card) = match (wide, narrow) {
            (true, _) => {
                let [list, card] = rest.layout(&Layout::horizontal([
                    Constraint::Fill(1),
                    Constraint::Length(40 + (area.width - 100) / 3),
                ]));
                (list, card)
            }
            (false, false) => {
                let [list, card] = rest.layout(&Layout::vertical([
                    Constraint::Fill(1),
                    Constraint::Length(6),
                ]));
                (list, card)
            }
            (false, true) if self.zoomed => (Rect::ZERO, rest),
            (false, true) => (rest, Rect::ZERO),
        };
        about::draw_funnel(frame, top, run, theme);
        let at = self.at().unwrap_or_default();
        let mut first = self.first;
        let view = about::List {
            run,
            groups,
            at,
            example: self.example(),
            wide,
        };
        if !list.is_empty() {
            about::draw_list(frame, list, &view, &mut first, theme);
        }
        if !card.is_empty() {
            about::draw_card(frame, card, &view, theme);
        }
        self.first = first;
    }

    /// Puts new groups on the page, with the cursor still on the same one if it is still there.
    fn show(&mut self, run: RunRow, mut groups: Vec<Group>) {
        // Those that are done sink to the bottom; the order is otherwise the one of the answer.
        groups.sort_by_key(|group| group.open == 0);
        let kept = self
            .selected
            .filter(|kept| groups.iter().any(|group| group.id == *kept));
        self.selected = kept.or(groups.first().map(|group| group.id));
        self.state = State::Known(Box::new(run), groups);
    }

    fn ask_for_example(&mut self, cx: &mut Cx) {
        let Some(group) = self.chosen().map(|group| group.id) else {
            return;
        };
        let known = self
            .example
            .known
            .as_ref()
            .is_some_and(|(of, _)| *of == group);
        if !known && self.example.pending.is_none() {
            let ticket = cx.ask(Query::Example {
                run: self.run,
                group,
            });
            self.example.pending = Some((ticket, group));
        }
    }

    /// The problem under the cursor as it stands in one record.
    fn example(&self) -> Option<(u64, &Problem)> {
        let group = self.chosen()?;
        let (of, row) = self.example.known.as_ref()?;
        let row = row.as_ref().filter(|_| *of == group.id)?;
        let problem = row
            .problems
            .iter()
            .find(|problem| problem.code == group.code && problem.path.pattern() == group.path)?;
        Some((row.line, problem))
    }

    fn step(&mut self, by: isize) {
        let last = self.groups().len().saturating_sub(1);
        let at = self.at().unwrap_or_default();
        let at = at.saturating_add_signed(by).min(last);
        self.selected = self.groups().get(at).map(|group| group.id);
    }

    /// Opens the records of the run with the filter prompt open.
    fn filter(&self, typed: &str, cx: &mut Cx) {
        let mut route = whole_run(self.run);
        if let Route::Records { typed: prompt, .. } = &mut route {
            *prompt = Some(typed.to_owned());
        }
        cx.go(route);
    }

    /// The problem under the cursor, if any is open.
    fn chosen(&self) -> Option<&Group> {
        let any = self.groups().iter().any(|group| group.open > 0);
        let at = self.at().filter(|_| any)?;
        self.groups().get(at)
    }

    fn at(&self) -> Option<usize> {
        let selected = self.selected?;
        self.groups().iter().position(|group| group.id == selected)
    }

    fn groups(&self) -> &[Group] {
        match &self.state {
            State::Known(_, groups) => groups,
            _ => &[],
        }
    }

    fn run_row(&self) -> Option<&RunRow> {
        match &self.state {
            State::Known(run, _) => Some(run),
            _ => None,
        }
    }
}

/// The records that have this problem now.
fn records_of(group: &Group) -> Route {
    let wanted = [Wanted::Run(group.run), Wanted::Problem(vec![group.id])];
    let terms = wanted.map(|wanted| Term {
        negated: false,
        wanted,
    });
    Route::Records {
        run: group.run,
        filter: Filter {
            terms: terms.to_vec(),
        },
        title: text::safe(&group.title).into_owned(),
        field: Some(group.path.clone()).filter(|path| !path.is_empty()),
        typed: None,
    }
}
