//! All state of a running screen, and the one function that changes it.

use std::time::{Duration, Instant};

use crossterm::event::KeyEvent;
use ratatui::layout::Size;

use super::{
    action::{Action, Offer},
    answers::Asked,
    clock::Clock,
    event::{Cx, Effect, Event, JobRequest, Place, Query, Route, Ticket, Wish},
    keymap::{self, Mode},
    overlays::{Dialog, Overlay, Verdict},
    pages::{Page, Stack},
    running::Running,
    theme::Theme,
};
use crate::{
    filter::{Filter, Term, Wanted},
    model::{RunId, RunRow, Status},
};

/// The least size a page can be used at.
pub const LEAST: Size = Size {
    width: 60,
    height: 16,
};

/// How soon the second Ctrl+C must follow the first.
const TWICE: Duration = Duration::from_secs(2);

/// What a screen begins with.
#[derive(Clone, Debug)]
pub struct Setup {
    pub route: Route,
    pub size: Size,
    pub theme: Theme,
    pub clock: Clock,
    pub read_only: bool,
    /// The workspace's file, safe to print.
    pub workspace: String,
}

#[derive(Debug)]
pub struct App {
    pub(super) pages: Stack,
    pub(super) overlay: Option<Overlay>,
    /// The tab under the cursor while the row of tabs has focus.
    pub(super) tab: Option<usize>,
    pub(super) run: Option<RunRow>,
    /// How many problems of the run are open.
    pub(super) problems: Option<u64>,
    pub(super) places: Vec<Place>,
    /// What the last action came to; stays until the next one.
    pub(super) status: Option<String>,
    pub(super) job: Option<Running>,
    pub(super) theme: Theme,
    pub(super) read_only: bool,
    pub(super) workspace: String,
    pub(super) cx: Cx,
    pub(super) asked: Vec<(Ticket, Asked)>,
    pub(super) places_of: Option<RunId>,
    /// When Ctrl+C was pressed.
    stopped: Option<Instant>,
    /// Leave as soon as the job is over.
    pub(super) leaving: bool,
    redraw: bool,
    pub(super) exit: Option<Exit>,
}

/// Why the loop ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Quit,
    /// A signal asked for it.
    Terminated,
}

impl App {
    /// Opens the first page; the effects are what it asks for.
    pub fn open(setup: Setup) -> (Self, Vec<Effect>) {
        let mut cx = Cx::new(setup.size, setup.clock);
        let pages = stack(setup.route, &mut cx);
        let mut app = Self {
            pages,
            overlay: None,
            tab: None,
            run: None,
            problems: None,
            places: Vec::new(),
            status: None,
            job: None,
            theme: setup.theme,
            read_only: setup.read_only,
            workspace: setup.workspace,
            cx,
            asked: Vec::new(),
            places_of: None,
            stopped: None,
            leaving: false,
            redraw: false,
            exit: None,
        };
        let effects = app.settle();
        (app, effects)
    }

    pub fn exit(&self) -> Option<Exit> {
        self.exit
    }

    /// Whether something waits for time to pass, so that the loop must send [`Event::Tick`].
    pub fn waits(&self) -> bool {
        self.pages.top().waits()
    }

    /// Whether the whole screen must be written again, not only what changed. Asking resets it.
    pub fn take_redraw(&mut self) -> bool {
        std::mem::take(&mut self.redraw)
    }

    /// Takes one event in, and returns the work it leads to.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Key(key) => self.key(key),
            Event::Paste(text) => self.paste(&text),
            Event::Resize(size) => self.cx.size = size,
            Event::Tick(now) => {
                self.cx.now = Some(now);
                if self.pages.top().waits() {
                    self.pages.top_mut().tick(now, &mut self.cx);
                }
            }
            Event::Answer(ticket, answer) => self.answer(ticket, answer),
            Event::Progress(progress) => {
                if let Some(job) = &mut self.job {
                    job.progress = progress;
                }
            }
            Event::Finished(outcome) => self.finished(outcome),
            Event::Terminate => self.exit = Some(Exit::Terminated),
            Event::Suspend => self.cx.effects.push(Effect::Suspend),
            Event::Continued => self.redraw = true,
        }
        self.settle()
    }

    /// Whether the window is too small for anything but a message.
    pub fn is_too_small(&self) -> bool {
        self.cx.size.width < LEAST.width || self.cx.size.height < LEAST.height
    }

    /// What keys mean now.
    pub fn mode(&self) -> Mode {
        match (&self.overlay, self.tab) {
            (Some(overlay), _) => overlay.mode(),
            (None, Some(_)) => Mode::Moving,
            (None, None) => self.pages.top().mode(),
        }
    }

    /// Everything the page and the app would carry out now, or say why not.
    pub fn offers(&self) -> Vec<Offer> {
        let mut offers = self.pages.top().offers();
        if self.mode() == Mode::Moving || self.overlay.is_some() {
            let mut more = vec![Action::Menu, Action::Leave, Action::Redraw, Action::Quit];
            if self.shown_run().is_some() {
                more.extend([Action::Send, Action::CheckAll, Action::Undo, Action::Redo]);
                more.extend([Action::Runs, Action::ProblemsTab, Action::RecordsTab]);
            }
            if self.job.is_some() {
                let at = offers.len().min(1);
                offers.insert(at, Offer::new(Action::StopJob, "Stop"));
            }
            for action in more {
                if offers.iter().all(|offer| offer.action != action) {
                    offers.push(Offer::new(action, ""));
                }
            }
        }
        for offer in &mut offers {
            if offer.unable.is_none() {
                offer.unable = self.refusal(offer.action);
            }
        }
        offers
    }

    /// The run of the pages in front; the run picker belongs to none.
    pub(super) fn shown_run(&self) -> Option<&RunRow> {
        match self.pages.top() {
            Page::Runs(_) => None,
            _ => self.run.as_ref(),
        }
    }

    pub(super) fn place(&self) -> Option<&Place> {
        self.places.first()
    }

    fn key(&mut self, key: KeyEvent) {
        let mode = self.mode();
        let action = keymap::resolve(mode, key);
        if action == Some(Action::Stop) {
            return self.stop();
        }
        self.stopped = None;
        if self.is_too_small() {
            // Nothing else can be seen to be done.
            if action == Some(Action::Leave) || action == Some(Action::Redraw) {
                self.exit = (action == Some(Action::Leave) && self.job.is_none())
                    .then_some(Exit::Quit)
                    .or(self.exit);
            }
            return;
        }
        match action {
            Some(Action::Redraw) => self.redraw = true,
            Some(action) if self.overlay.is_some() => self.act_on_overlay(action),
            None if self.overlay.is_some() => {
                if let Some(overlay) = &mut self.overlay {
                    overlay.type_key(key, &self.cx);
                }
            }
            Some(action) => self.act(action),
            None if mode == Mode::Typing => self.pages.top_mut().type_key(key, &mut self.cx),
            None => {}
        }
    }

    fn paste(&mut self, pasted: &str) {
        let small = self.is_too_small();
        match &mut self.overlay {
            Some(overlay) => overlay.paste(pasted),
            None if small => {}
            None => {
                self.tab = None;
                self.pages.top_mut().paste(pasted, &mut self.cx);
            }
        }
    }

    fn act_on_overlay(&mut self, action: Action) {
        let Some(overlay) = &mut self.overlay else {
            return;
        };
        match overlay.act(action, &self.cx) {
            Verdict::Stay => {}
            Verdict::Close => self.overlay = None,
            Verdict::Then(effect) => {
                self.overlay = None;
                self.cx.effects.push(effect);
            }
        }
    }

    /// Carries an action out, wherever it came from.
    fn act(&mut self, action: Action) {
        if let Some(tab) = self.tab
            && self.act_on_tabs(action, tab)
        {
            return;
        }
        self.status = None;
        if let Some(reason) = self.refusal(action) {
            self.status = Some(format!("Not now: {reason}."));
            return;
        }
        match action {
            Action::Help => self.overlay = Some(Overlay::Palette(self.help())),
            Action::Menu => self.overlay = Some(Overlay::Palette(self.menu())),
            Action::Undo if self.mode() == Mode::Moving => self.wish(Wish::Undo, Asked::Undo),
            Action::Redo if self.mode() == Mode::Moving => self.wish(Wish::Redo, Asked::Redo),
            Action::Send => {
                if let Some(run) = self.shown_run().map(|run| run.id) {
                    let ticket = self.cx.ask(Query::Plan { run });
                    self.asked.push((ticket, Asked::Plan));
                    self.status = Some("Looking what would be sent ...".to_owned());
                }
            }
            Action::CheckAll => {
                if let Some(run) = self.shown_run().map(|run| run.id) {
                    self.cx
                        .effects
                        .push(Effect::Start(JobRequest::Check { run }));
                }
            }
            Action::StopJob => self.ask_to_stop(),
            Action::Runs => self.pages = stack(Route::Runs, &mut self.cx),
            Action::ProblemsTab => self.go_to_tab(0),
            Action::RecordsTab => self.go_to_tab(1),
            Action::Quit => self.ask_to_quit(),
            Action::Redraw => self.redraw = true,
            Action::Leave if self.pages.top().is_outermost() => self.ask_to_quit(),
            Action::Leave => self.pages.top_mut().act(Action::Back, &mut self.cx),
            Action::Back if self.is_menu_on_back() => self.act(Action::Menu),
            Action::Back if matches!(self.pages.top(), Page::Runs(_)) => self.ask_to_quit(),
            other => self.pages.top_mut().act(other, &mut self.cx),
        }
    }

    /// Esc never quits: on Problems it opens the menu, which can.
    fn is_menu_on_back(&self) -> bool {
        matches!(self.pages.top(), Page::Groups(_))
    }

    /// Why an action cannot be done now, as far as the app knows.
    fn refusal(&self, action: Action) -> Option<String> {
        if action.about().changes && self.read_only {
            return Some("the workspace is open to read only".to_owned());
        }
        let run = self.shown_run();
        match action {
            Action::Send | Action::CheckAll if self.job.is_some() => {
                Some("something is running already".to_owned())
            }
            Action::Send if run.is_some_and(|run| run.with_status(Status::Ready) == 0) => {
                Some("nothing is ready to be sent".to_owned())
            }
            Action::CheckAll if run.is_some_and(|run| run.contract.is_none()) => {
                Some("this run has no contract to check against".to_owned())
            }
            Action::StopJob if self.job.is_none() => Some("nothing is running".to_owned()),
            _ => None,
        }
    }

    /// The row of tabs: arrows choose, Enter presses. Says whether the action is dealt with.
    fn act_on_tabs(&mut self, action: Action, tab: usize) -> bool {
        match action {
            Action::Left => self.tab = Some(tab.saturating_sub(1)),
            Action::Right | Action::NextPanel => self.tab = Some((tab + 1).min(2)),
            Action::Down | Action::Back => self.tab = None,
            Action::Open => {
                self.tab = None;
                match tab {
                    2 => self.act(Action::Menu),
                    tab => self.go_to_tab(tab),
                }
            }
            Action::Up => {}
            _ => {
                self.tab = None;
                return false;
            }
        }
        true
    }

    fn go_to_tab(&mut self, tab: usize) {
        let Some(run) = self.shown_run().map(|run| run.id) else {
            return;
        };
        let already = match self.pages.top() {
            Page::Records(records) => tab == 1 && records.is_whole_run(),
            Page::Groups(_) => tab == 0,
            _ => false,
        };
        if already {
            return;
        }
        while self.pages.top().problems_of().is_none() && self.pages.pop() {}
        if tab == 1 {
            self.cx.go(whole_run(run));
        }
    }

    /// Ctrl+C: once stops typing, twice in two seconds leaves.
    fn stop(&mut self) {
        let now = self.cx.now;
        if let (Some(before), Some(now)) = (self.stopped, now)
            && now.duration_since(before) < TWICE
        {
            self.exit = Some(Exit::Quit);
            return;
        }
        self.stopped = now;
        if self.overlay.is_some() {
            self.overlay = None;
        } else if self.mode() == Mode::Typing {
            self.pages.top_mut().act(Action::Back, &mut self.cx);
        }
        self.status = Some("Press Ctrl+C again to leave redrive.".to_owned());
    }

    fn wish(&mut self, wish: Wish, asked: Asked) {
        let ticket = self.cx.change(wish);
        self.asked.push((ticket, asked));
    }

    /// The workspace has changed: every page asks again for what it shows.
    pub(super) fn refresh(&mut self) {
        for page in self.pages.iter_mut() {
            page.refresh(&mut self.cx);
        }
    }

    /// Carries out the effects that only concern the app; the rest is returned for the workers.
    fn settle(&mut self) -> Vec<Effect> {
        let mut outside = Vec::new();
        while !self.cx.effects.is_empty() {
            for effect in std::mem::take(&mut self.cx.effects) {
                match effect {
                    Effect::Go(route) => {
                        let page = Page::open(route, &mut self.cx);
                        self.pages.push(page);
                    }
                    Effect::Replace(route) => {
                        let page = Page::open(route, &mut self.cx);
                        self.pages.replace(page);
                    }
                    Effect::Back => {
                        self.pages.pop();
                    }
                    Effect::Tabs if self.shown_run().is_some() => {
                        self.tab = Some(usize::from(matches!(self.pages.top(), Page::Records(_))));
                    }
                    Effect::Tabs => {}
                    Effect::Say(words) => self.status = Some(words),
                    Effect::Confirm(question) => {
                        self.overlay = Some(Overlay::Dialog(Dialog::ask(question, &self.cx)));
                    }
                    Effect::Act(action) => self.act(action),
                    Effect::Quit if self.job.is_some() => {
                        self.leaving = true;
                        outside.push(Effect::Cancel);
                    }
                    Effect::Quit => self.exit = Some(Exit::Quit),
                    Effect::Start(request) => self.start(request, &mut outside),
                    Effect::Cancel => {
                        if let Some(job) = &mut self.job {
                            job.stopping = true;
                            outside.push(Effect::Cancel);
                        }
                    }
                    Effect::Ask(..) | Effect::Change(..) | Effect::Suspend => outside.push(effect),
                }
            }
        }
        outside
    }
}

/// The pages a route is reached over, so that Esc leads out of it again.
fn stack(route: Route, cx: &mut Cx) -> Stack {
    let below = match &route {
        Route::Records { run, .. } => Some(Route::Groups { run: *run }),
        _ => None,
    };
    match below {
        None => Stack::new(Page::open(route, cx)),
        Some(below) => {
            let mut pages = Stack::new(Page::open(below, cx));
            pages.push(Page::open(route, cx));
            pages
        }
    }
}

/// The route of all records of a run.
pub fn whole_run(run: RunId) -> Route {
    Route::Records {
        run,
        filter: Filter {
            terms: vec![Term {
                negated: false,
                wanted: Wanted::Run(run),
            }],
        },
        title: "Records".to_owned(),
        field: None,
        typed: None,
    }
}
