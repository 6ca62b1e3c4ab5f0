//! One file per page. A page holds what it shows, already shaped for showing, and no handle to anything.

mod about;
pub(super) mod ahead;
mod asked;
mod beside;
mod card;
mod cell;
mod comparison;
mod editor;
mod fix;
mod funnel;
mod grid;
mod groups;
mod history;
mod laid;
mod list;
mod one_record;
mod people;
mod raw;
mod records;
mod review;
mod runs;
mod sending;
mod stack;
mod strip;
mod subject;
mod table;
mod values;
mod visit;
mod window;

pub(super) use asked::{reason_for, report_on};
pub(super) use editor::kept::typed;
pub use groups::Order;
pub(super) use groups::records_of;
pub(super) use list::fitted;
pub use records::Kept;
pub use stack::Stack;
pub use subject::Subject;

use std::time::Instant;

use crossterm::event::KeyEvent;
use ratatui::{
    Frame,
    layout::{Position, Rect},
    text::Line,
};

use super::{
    action::{Action, Offer},
    event::{Answer, Choosing, Cx, Outcome, Route, Ticket},
    keymap::Mode,
    theme::Theme,
};
use crate::{
    filter::Filter,
    model::RunId,
    ops::{Filters, Progress},
};

/// Every page answers the same questions; the compiler names what a new one must do.
#[derive(Debug)]
pub enum Page {
    Runs(Box<runs::Runs>),
    Groups(Box<groups::Groups>),
    Records(Box<records::Records>),
    Editor(Box<editor::Editor>),
    Raw(Box<raw::Raw>),
    Fix(Box<fix::Fix>),
    Values(Box<values::Values>),
    Comparison(Box<comparison::Comparison>),
    Review(Box<review::Review>),
    Sending(Box<sending::Sending>),
    History(Box<history::History>),
}

/// Calls the same function on whichever page it is.
macro_rules! each {
    ($page:expr, $name:ident => $call:expr) => {
        match $page {
            Page::Runs($name) => $call,
            Page::Groups($name) => $call,
            Page::Records($name) => $call,
            Page::Editor($name) => $call,
            Page::Raw($name) => $call,
            Page::Fix($name) => $call,
            Page::Values($name) => $call,
            Page::Comparison($name) => $call,
            Page::Review($name) => $call,
            Page::Sending($name) => $call,
            Page::History($name) => $call,
        }
    };
}

impl Page {
    /// Makes the page of a route; it asks for what it shows.
    pub fn open(route: Route, cx: &mut Cx) -> Self {
        match route {
            Route::Runs => Self::Runs(Box::new(runs::Runs::open(cx))),
            Route::Groups { run } | Route::Run { run } => {
                Self::Groups(Box::new(groups::Groups::open(run, cx)))
            }
            Route::Records {
                run,
                filter,
                title,
                field,
                typed,
            } => {
                let view = records::View {
                    run,
                    filter,
                    title,
                    field,
                };
                Self::Records(Box::new(records::Records::open(view, typed, cx)))
            }
            Route::Record { id, among } => {
                Self::Editor(Box::new(editor::Editor::open(id, among, cx)))
            }
            Route::Fix(view) => Self::Fix(Box::new(fix::Fix::open(*view, cx))),
            Route::Values(view) => Self::Values(Box::new(values::Values::open(*view, cx))),
            Route::Comparison { run } => {
                Self::Comparison(Box::new(comparison::Comparison::open(run, cx)))
            }
            Route::Review { run } => Self::Review(Box::new(review::Review::open(run, cx))),
            Route::Sending { run } => Self::Sending(Box::new(sending::Sending::open(run, cx))),
            Route::History { run } => Self::History(Box::new(history::History::open(run, cx))),
            Route::Raw { id, among } => Self::Raw(Box::new(raw::Raw::open(id, among, cx))),
        }
    }

    /// What it would carry out now, most important first. `Help` and `Back` need not be named.
    pub fn offers(&self) -> Vec<Offer> {
        each!(self, page => page.offers())
    }

    /// What Esc would do now: "Back", "Clear filter", "Cancel edit".
    pub fn escape(&self) -> &'static str {
        match self {
            Self::Runs(page) => page.escape(),
            Self::Groups(_) => "Menu",
            Self::Values(_) | Self::Comparison(_) | Self::Review(_) => "Back",
            Self::History(page) => page.escape(),
            Self::Sending(page) => page.escape(),
            Self::Records(page) => page.escape(),
            Self::Editor(page) => page.escape(),
            Self::Raw(page) => page.escape(),
            Self::Fix(page) => page.escape(),
        }
    }

    pub fn mode(&self) -> Mode {
        match self {
            Self::Runs(page) => page.mode(),
            Self::Groups(_)
            | Self::Values(_)
            | Self::Comparison(_)
            | Self::Review(_)
            | Self::Sending(_)
            | Self::History(_) => Mode::Moving,
            Self::Records(page) => page.mode(),
            Self::Editor(page) => page.mode(),
            Self::Raw(page) => page.mode(),
            Self::Fix(page) => page.mode(),
        }
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        each!(self, page => page.act(action, cx));
    }

    /// What is under the cursor.
    pub fn subject(&self) -> Option<Subject> {
        match self {
            Self::Groups(page) => page.subject(),
            Self::Records(page) => page.subject(),
            Self::Editor(page) => Some(page.subject()),
            Self::Raw(page) => Some(page.subject()),
            _ => None,
        }
    }

    /// The title of the problem that all records of a filter have.
    pub fn problem_of(&self, filter: &Filter) -> Option<&str> {
        match self {
            Self::Groups(page) => page.title_of(filter),
            _ => None,
        }
    }

    /// The filter whose records are shown, or have the problem under the cursor.
    pub fn listed(&self) -> Option<Filter> {
        match self {
            // What is marked is known to the screen alone.
            Self::Records(page) => Some(page.filter_in_force()).filter(|one| !one.names_records()),
            Self::Groups(page) => match page.subject()? {
                Subject::Group { run, id } => Some(Filter::of_group(run, id)),
                Subject::Record { .. } => None,
            },
            _ => None,
        }
    }

    /// Moves the cursor to the line under the pointer, if there is one.
    pub fn point(&mut self, place: Position, cx: &mut Cx) -> bool {
        match self {
            Self::Runs(page) => page.point(place, cx),
            Self::Groups(page) => page.point(place, cx),
            Self::Values(page) => page.list.point(place),
            Self::Comparison(page) => page.list.point(place),
            Self::History(page) => page.point(place, cx),
            Self::Sending(page) => page.point(place),
            Self::Editor(page) => page.point(place),
            Self::Fix(page) => page.point(place, cx),
            Self::Records(page) => page.point(place, cx),
            Self::Raw(_) | Self::Review(_) => false,
        }
    }

    /// A key that is text, in [`Mode::Typing`].
    pub fn type_key(&mut self, key: KeyEvent, cx: &mut Cx) {
        match self {
            Self::Groups(_)
            | Self::Values(_)
            | Self::Comparison(_)
            | Self::Review(_)
            | Self::Sending(_)
            | Self::History(_) => {}
            Self::Runs(page) => page.type_key(key, cx),
            Self::Records(page) => page.type_key(key, cx),
            Self::Editor(page) => page.type_key(key, cx),
            Self::Raw(page) => page.type_key(key, cx),
            Self::Fix(page) => page.type_key(key, cx),
        }
    }

    /// Pasted text: into the text field with focus, else into the filter prompt; never keystrokes.
    pub fn paste(&mut self, text: &str, cx: &mut Cx) {
        match self {
            Self::Runs(page) => page.paste(text, cx),
            Self::Values(_)
            | Self::Comparison(_)
            | Self::Review(_)
            | Self::Sending(_)
            | Self::History(_) => {
                cx.say("Nothing to paste into here.");
            }
            Self::Groups(page) => page.paste(text, cx),
            Self::Records(page) => page.paste(text, cx),
            Self::Editor(page) => page.paste(text, cx),
            Self::Raw(page) => page.paste(text, cx),
            Self::Fix(page) => page.paste(text, cx),
        }
    }

    /// Takes what is under the pointer while something is typed.
    pub fn point_while_typing(&mut self, place: Position, cx: &mut Cx) {
        match self {
            Self::Records(page) => page.point_in_prompt(place, cx),
            Self::Editor(page) => page.point_while_typing(place),
            _ => {}
        }
    }

    /// The kept filters are read, or are others now.
    pub fn know_filters(&mut self, filters: &Filters) {
        if let Self::Records(page) = self {
            page.know_filters(filters);
        }
    }

    /// The run and the typed filter of a list that has one.
    pub fn typed_filter(&self) -> Option<(RunId, &str)> {
        match self {
            Self::Records(page) if !page.typed.is_empty() => Some((page.view.run, &page.typed)),
            _ => None,
        }
    }

    /// What was chosen from a list that the page offered.
    pub fn chosen(&mut self, list: &Choosing, cx: &mut Cx) {
        match self {
            Self::Records(page) => page.chosen_from(list, cx),
            Self::Groups(page) => page.chosen_from(list, cx),
            Self::Runs(page) => page.chosen_from(list),
            Self::Editor(page) => page.chosen_from(list, cx),
            _ => {}
        }
    }

    /// It is left for good; what it is found with again goes to where pages look for it.
    fn leave(&mut self, cx: &mut Cx) {
        self.keep(cx);
        if let Self::Records(page) = self {
            page.leave(cx);
        }
    }

    /// Whether the page still waits for the answer to this question.
    pub fn awaits(&self, ticket: Ticket) -> bool {
        each!(self, page => page.awaits(ticket))
    }

    pub fn receive(&mut self, ticket: Ticket, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        match self {
            Self::Runs(page) => page.receive(ticket, answer, cx),
            Self::Groups(page) => page.receive(ticket, answer, cx),
            Self::Records(page) => page.receive(ticket, answer, cx),
            Self::Editor(page) => page.receive(ticket, answer, cx),
            Self::Raw(page) => page.receive(ticket, answer, cx),
            Self::Fix(page) => page.receive(ticket, answer, cx),
            Self::Values(page) => page.receive(ticket, answer, cx),
            Self::Comparison(page) => page.receive(answer),
            Self::Review(page) => page.receive(ticket, answer, cx),
            Self::Sending(page) => page.receive(ticket, answer, cx),
            Self::History(page) => page.receive(ticket, answer, cx),
        }
    }

    /// This long job has ended; the page that started it looks what came of it.
    pub fn ended(&mut self, job: Ticket, outcome: Result<&Outcome, &anyhow::Error>, cx: &mut Cx) {
        match self {
            Self::Fix(page) => page.ended(job, outcome, cx),
            Self::Sending(page) => page.ended(),
            _ => {}
        }
    }

    /// The long job about this run says how far it is.
    pub fn progress(&mut self, run: Option<RunId>, progress: &Progress) {
        if let Self::Sending(page) = self
            && Some(page.run) == run
        {
            page.progress(progress);
        }
    }

    /// Whether an action starts a long job, for which it must be the only one.
    pub fn starts(&self, action: Action) -> bool {
        match action {
            Action::Send | Action::CheckAll | Action::TryOne | Action::TakeOver => true,
            Action::SetAside | Action::OpenFile | Action::Demo => true,
            // A step of many records is taken back by a job.
            Action::GoBack | Action::UndoStep => true,
            _ => matches!(self, Self::Fix(page) if page.starts(action)),
        }
    }

    /// Something in the workspace has changed: ask again for what is shown. Never loses what is being typed.
    pub fn refresh(&mut self, cx: &mut Cx) {
        each!(self, page => page.refresh(cx));
    }

    /// The parts of what was drawn last that are about what is under the cursor only, beside the list it is in.
    pub fn late(&self) -> Vec<Rect> {
        match self {
            Self::Groups(page) => page.late.to_vec(),
            Self::Records(page) => page.late.clone(),
            Self::History(page) => page.late.to_vec(),
            _ => Vec::new(),
        }
    }

    /// Whether something on it waits for time to pass.
    pub fn waits(&self) -> bool {
        match self {
            Self::Editor(page) => page.waits(),
            Self::Raw(page) => page.waits(),
            Self::Records(page) => page.waits(),
            Self::Runs(_)
            | Self::Groups(_)
            | Self::Fix(_)
            | Self::Values(_)
            | Self::Comparison(_)
            | Self::Review(_)
            | Self::Sending(_)
            | Self::History(_) => false,
        }
    }

    /// Time has passed; only called while it waits.
    pub fn tick(&mut self, now: Instant, cx: &mut Cx) {
        match self {
            Self::Editor(page) => page.tick(now, cx),
            Self::Raw(page) => page.tick(now, cx),
            Self::Records(page) => page.tick(now),
            Self::Runs(_)
            | Self::Groups(_)
            | Self::Fix(_)
            | Self::Values(_)
            | Self::Comparison(_)
            | Self::Review(_)
            | Self::Sending(_)
            | Self::History(_) => {}
        }
    }

    /// Whether it shows what can change without a change of the workspace.
    pub fn watches(&self) -> bool {
        matches!(self, Self::Sending(page) if page.watches())
    }

    /// Its part of the path in the header. Safe to print.
    pub fn crumb(&self) -> String {
        match self {
            Self::Runs(_) => "Runs".to_owned(),
            Self::Groups(_) => "Problems".to_owned(),
            Self::Records(page) => page.crumb(),
            Self::Editor(page) => page.crumb(),
            Self::Raw(page) => page.crumb(),
            Self::Fix(_) => "Fix all".to_owned(),
            Self::Values(_) => "Values".to_owned(),
            Self::Comparison(_) => "Compare".to_owned(),
            Self::Review(_) => "Review".to_owned(),
            Self::Sending(_) => "Send".to_owned(),
            Self::History(_) => "History".to_owned(),
        }
    }

    /// The row below the header, where it is not the tabs. Safe to print.
    pub fn banner(&self, theme: Theme) -> Option<Line<'_>> {
        match self {
            Self::Editor(page) => page.banner(theme),
            Self::Raw(page) => page.banner(theme),
            Self::Fix(page) => Some(page.banner(theme)),
            Self::Runs(_)
            | Self::Groups(_)
            | Self::Records(_)
            | Self::Values(_)
            | Self::Comparison(_)
            | Self::Review(_)
            | Self::Sending(_)
            | Self::History(_) => None,
        }
    }

    /// The status line while nothing else is to be said: the next step in words.
    pub fn tip(&self) -> String {
        each!(self, page => page.tip())
    }

    /// Draws between the two rows on top and the two at the bottom. Changes nothing but scroll positions.
    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        each!(self, page => page.draw(frame, area, theme));
    }

    /// What help and menu call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Runs(_) => "Runs",
            Self::Groups(_) => "Problems",
            Self::Records(_) => "Records",
            Self::Editor(_) => "Record",
            Self::Raw(_) => "Unreadable record",
            Self::Fix(_) => "Fix all",
            Self::Values(_) => "Values",
            Self::Comparison(_) => "Compare",
            Self::Review(_) => "Review",
            Self::Sending(_) => "Send",
            Self::History(_) => "History",
        }
    }

    /// Whether leaving it leaves the program.
    pub fn is_outermost(&self) -> bool {
        matches!(self, Self::Runs(_) | Self::Groups(_))
    }

    /// Whether it belongs to the run, beside its problems.
    pub fn is_beside_problems(&self) -> bool {
        match self {
            Self::Records(page) => page.is_whole_run(),
            Self::Review(_) | Self::Sending(_) | Self::History(_) => true,
            _ => false,
        }
    }

    #[cfg(test)]
    pub fn is_raw(&self) -> bool {
        matches!(self, Self::Raw(_))
    }

    /// The run whose Problems page it is.
    pub fn problems_of(&self) -> Option<RunId> {
        match self {
            Self::Groups(page) => Some(page.run),
            _ => None,
        }
    }
}
