//! All state of a running screen, and the one function that changes it.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use crossterm::event::KeyEvent;
use ratatui::layout::{Rect, Size};

use super::{
    action::Action,
    answers::Asked,
    clock::Clock,
    dragging::Held,
    event::{Answer, ChoiceOf, Cx, Effect, Elsewhere, Event, Route, Ticket, Wish},
    keymap::{self, Keys, Mode},
    mouse::{Clicked, Spot},
    overlays::{Overlay, Prompt, Verdict},
    pages::{self, Page, Stack},
    people::Holding,
    running::Running,
    tabs::Tab,
    theme::Theme,
    visiting::Visiting,
    watching,
};
use crate::{
    model::{RecordId, RunId, RunRow},
    ops::Standing,
};

/// The least size a page can be used at.
pub const LEAST: Size = Size {
    width: 60,
    height: 16,
};

/// How soon the second Ctrl+C must follow the first.
const TWICE: Duration = Duration::from_secs(2);

/// How often time is told while a page waits for it.
const TICK: Duration = Duration::from_millis(50);

/// What a screen begins with.
#[derive(Clone, Debug)]
pub struct Setup {
    pub route: Route,
    /// The record the cursor is put on, where the route is a list of a run.
    pub at: Option<RecordId>,
    /// Whether that record is opened.
    pub opens: bool,
    pub size: Size,
    pub theme: Theme,
    pub keys: Keys,
    pub clock: Clock,
    pub read_only: bool,
    /// The workspace's file, safe to print.
    pub workspace: String,
    pub mouse: bool,
    /// Whether Ctrl+Z suspends, and does not undo.
    pub suspends: bool,
    /// Whether frames are few from the start.
    pub slow_link: bool,
    /// The last ticket that was given to another workspace.
    pub tickets: u64,
    /// What is said at the start; safe to print.
    pub notice: Option<String>,
    /// The workspace that this one was opened in place of.
    pub from: Option<PathBuf>,
}

#[derive(Debug)]
pub struct App {
    pub(super) pages: Stack,
    pub(super) overlay: Option<Overlay>,
    /// The tab under the cursor while the row of tabs has focus.
    pub(super) tab: Option<Tab>,
    /// The workspace's version when it was looked at last, and when that was.
    pub(super) version: Option<i64>,
    pub(super) seen_at: Option<Instant>,
    pub(super) run: Option<RunRow>,
    /// How many problems of the run are open.
    pub(super) problems: Option<u64>,
    /// What the last action came to; stays until the next one.
    pub(super) status: Option<String>,
    pub(super) job: Option<Running>,
    pub(super) theme: Theme,
    pub(super) workspace: String,
    pub(super) cx: Cx,
    pub(super) asked: Vec<(Ticket, Asked)>,
    pub(super) places_of: Option<RunId>,
    /// How the verdicts of a run stand.
    pub(super) standing: Option<(RunId, Standing)>,
    /// When that was asked last.
    pub(super) looked: Option<Instant>,
    pub(super) mouse: bool,
    suspends: bool,
    pub(super) spots: Vec<(Rect, Spot)>,
    pub(super) clicked: Option<Clicked>,
    pub(super) held: Option<Held>,
    /// What the terminal is to put on its clipboard.
    pub(super) clipboard: Option<String>,
    pub(super) holding: Holding,
    pub(super) visiting: Visiting,
    /// Whether there is something to draw that was not drawn.
    changed: bool,
    /// When Ctrl+C was pressed.
    pub(super) stopped: Option<Instant>,
    /// When the cursor was moved by a line, where nothing else was done since.
    pub(super) stepped: Option<Instant>,
    /// Leave as soon as the job is over.
    pub(super) leaving: bool,
    redraw: bool,
    pub(super) exit: Option<Exit>,
    pub(super) from: Option<PathBuf>,
}

/// Why the loop ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    Quit,
    /// The screen goes on with another workspace.
    Elsewhere(Box<Elsewhere>),
    /// A signal asked for it.
    Terminated,
}

impl App {
    /// Opens the first page; the effects are what it asks for.
    pub fn open(setup: Setup) -> (Self, Vec<Effect>) {
        let mut cx = Cx::new(setup.size, setup.clock);
        cx.tickets_after(setup.tickets);
        cx.read_only = setup.read_only;
        cx.keys = setup.keys;
        let visiting = Visiting::to(&setup.route);
        cx.point_at(&setup.route, setup.at);
        cx.opens = setup.at.filter(|_| setup.opens).map(|id| (id, None));
        let pages = Stack::reached(setup.route, &mut cx);
        let mut app = Self {
            pages,
            overlay: None,
            tab: None,
            version: None,
            seen_at: None,
            run: None,
            problems: None,
            status: setup.notice,
            job: None,
            theme: setup.theme,
            workspace: setup.workspace,
            cx,
            asked: Vec::new(),
            places_of: None,
            standing: None,
            looked: None,
            mouse: setup.mouse,
            suspends: setup.suspends,
            spots: Vec::new(),
            clicked: None,
            held: None,
            clipboard: None,
            holding: Holding::default(),
            visiting,
            changed: true,
            stopped: None,
            stepped: None,
            leaving: false,
            redraw: false,
            exit: None,
            from: setup.from,
        };
        let effects = app.settle();
        (app, effects)
    }

    pub fn exit(&self) -> Option<Exit> {
        self.exit.clone()
    }

    /// How soon the loop must send [`Event::Tick`] where nothing else happens, because something waits for time to pass.
    pub fn waits(&self) -> Option<Duration> {
        let page = self.pages.top().waits().then_some(TICK);
        page.or(Some(watching::LOOK))
    }

    /// Whether there is something to draw that was not drawn. Asking resets it.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Whether the whole screen must be written again, not only what changed. Asking resets it.
    pub fn take_redraw(&mut self) -> bool {
        std::mem::take(&mut self.redraw)
    }

    /// Takes one event in, and returns the work it leads to.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        self.changed |= !self.is_quiet(&event);
        if event.is_by_hand() {
            self.stepped = None;
        }
        if event.is_press() {
            self.holding.touch(self.cx.now);
            self.visiting.returns = false;
        }
        match event {
            Event::Key(key) => self.key(key),
            Event::Paste(text) => self.paste(&text),
            Event::Mouse(event) => self.mouse(event),
            Event::Resize(size) => (self.cx.size, self.redraw) = (size, true),
            Event::Tick(now) => {
                self.cx.now = Some(now);
                if self.pages.top().waits() {
                    self.pages.top_mut().tick(now, &mut self.cx);
                }
                self.watch();
                self.look_for_changes();
            }
            Event::Answer(ticket, answer) => self.answer(ticket, answer),
            Event::Progress(progress) => self.progressed(progress),
            Event::Finished(outcome) => self.finished(outcome),
            Event::Terminate => self.exit = Some(Exit::Terminated),
            Event::Suspend => self.cx.effects.push(Effect::Suspend),
            Event::Continued => self.redraw = true,
        }
        self.settle()
    }

    /// Whether an event leaves the screen as it is, so that nothing goes over the wire while nothing happens.
    fn is_quiet(&self, event: &Event) -> bool {
        match event {
            Event::Tick(_) => !self.pages.top().waits(),
            Event::Mouse(mouse) => self.is_nothing_of(*mouse),
            Event::Answer(_, Ok(Answer::Standing(found))) => {
                self.asked.iter().all(|(_, asked)| asked.only_looks())
                    && self.known_standing() == Some(found)
            }
            Event::Answer(_, Ok(Answer::Version(version))) => self.version == Some(*version),
            Event::Answer(_, Ok(Answer::EditClaims(found))) => *self.cx.others == found[..],
            Event::Answer(_, Ok(Answer::Turns(found))) => self.cx.turns == Some(*found),
            Event::Answer(_, Ok(Answer::Told)) => true,
            Event::Answer(ticket, Err(_)) => {
                let asked = self.asked.iter().find(|(asked, _)| asked == ticket);
                let asked = asked.map(|(_, asked)| asked);
                matches!(asked, Some(Asked::KeptVisit | Asked::KeptTyping { .. }))
            }
            _ => false,
        }
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

    /// The run of the pages in front; the run picker belongs to none.
    pub(super) fn shown_run(&self) -> Option<&RunRow> {
        match self.pages.top() {
            Page::Runs(_) => None,
            _ => self.run.as_ref(),
        }
    }

    pub(super) fn key(&mut self, key: KeyEvent) {
        // Where nothing can be seen, nothing is typed, and `q` leaves as it is said there.
        let mode = if self.is_too_small() {
            Mode::Moving
        } else {
            self.mode()
        };
        let action = self.cx.keys.resolve(mode, key);
        if action == Some(Action::Stop) {
            return self.stop();
        }
        self.stopped = None;
        let suspends = self.cx.read_only || self.suspends;
        let is_free = mode == Mode::Moving && matches!(action, None | Some(Action::Undo));
        if is_free && suspends && keymap::matches("Ctrl+Z", key) {
            // There is nothing to undo, or a person wants it so: Ctrl+Z has its old meaning.
            return self.cx.effects.push(Effect::Suspend);
        }
        if self.is_too_small() {
            // Nothing else can be seen to be done.
            if action == Some(Action::Leave) || action == Some(Action::Redraw) {
                self.exit = (action == Some(Action::Leave) && self.job.is_none())
                    .then_some(Exit::Quit)
                    .or(self.exit.take());
            }
            return;
        }
        match action {
            Some(Action::Redraw) => self.redraw = true,
            Some(action) if self.overlay.is_some() => self.act_on_overlay(action),
            None if self.overlay.is_some() => {
                if let Some(overlay) = &mut self.overlay {
                    let verdict = overlay.type_key(key, &self.cx);
                    self.conclude(verdict);
                }
            }
            Some(action) => {
                self.note_step(action, mode);
                self.act(action);
                if keymap::matches("Ctrl+Z", key) {
                    self.mind_suspending();
                }
            }
            None if mode == Mode::Typing => self.pages.top_mut().type_key(key, &mut self.cx),
            None => {}
        }
    }

    fn act_on_overlay(&mut self, action: Action) {
        let Some(overlay) = &mut self.overlay else {
            return;
        };
        let verdict = overlay.act(action, &self.cx);
        self.conclude(verdict);
    }

    pub(super) fn conclude(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Stay => {}
            Verdict::And(effect) => self.cx.effects.push(effect),
            Verdict::Close => self.overlay = None,
            Verdict::Then(effect) => {
                self.overlay = None;
                self.cx.effects.push(effect);
            }
        }
    }

    /// Carries an action out, wherever it came from.
    pub(super) fn act(&mut self, action: Action) {
        if let Some(tab) = self.tab
            && self.act_on_tabs(action, tab)
        {
            return;
        }
        self.status = None;
        if let Some(reason) = self.unable(action) {
            self.status = Some(super::words::not_now(&reason));
            return;
        }
        match action {
            Action::Report => {
                if let Some(run) = self.shown_run().map(|run| run.id) {
                    self.cx.effects.push(pages::report_on(run));
                }
            }
            Action::Help => self.overlay = Some(Overlay::Palette(self.help())),
            Action::Menu => self.overlay = Some(Overlay::Palette(self.menu())),
            Action::Commands => self.overlay = Some(Overlay::Palette(self.commands())),
            Action::Undo if self.mode() == Mode::Moving => self.wish(Wish::Undo, Asked::Undo),
            Action::Redo if self.mode() == Mode::Moving => self.wish(Wish::Redo, Asked::Redo),
            Action::Send => self.look_what_would_be_sent(),
            Action::CheckAll => self.check_all(),
            // One record alone would leave the others with verdicts of another contract.
            Action::Check if self.is_contract_changed() => self.check_all(),
            Action::StopJob => self.ask_to_stop(),
            Action::Runs => self.go_to_runs(),
            Action::ProblemsTab => self.go_to_tab(Tab::Problems),
            Action::RecordsTab => self.go_to_tab(Tab::Records),
            Action::ReviewTab => self.go_to_tab(Tab::Review),
            Action::SendTab => self.go_to_tab(Tab::Send),
            Action::HistoryTab => self.go_to_tab(Tab::History),
            Action::Quit => self.ask_to_quit(),
            Action::Redraw => self.redraw = true,
            Action::Suspend => self.cx.effects.push(Effect::Suspend),
            Action::SaveView => self.ask_for_view_name(),
            Action::Views => self.ask_which_view(),
            Action::Unsaved => self.list_unsaved(),
            Action::Copy => self.ask_what_to_copy(),
            Action::Why => self.ask_why(),
            Action::Times => self.ask_for_times(),
            Action::GoToRecord => self.ask_for_record(),
            Action::Mouse => self.turn_mouse(),
            Action::Leave if self.pages.top().is_outermost() => self.ask_to_quit(),
            Action::Leave => self.pages.top_mut().act(Action::Back, &mut self.cx),
            Action::Back if self.way_back().is_some() => self.go_back(),
            Action::Back if self.is_menu_on_back() => self.act(Action::Menu),
            Action::Back if self.pages.top().escape() == "Quit" => self.ask_to_quit(),
            other => self.pages.top_mut().act(other, &mut self.cx),
        }
    }

    /// Esc never quits: on Problems it opens the menu, which can.
    fn is_menu_on_back(&self) -> bool {
        matches!(self.pages.top(), Page::Groups(_))
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
        self.stop_typing();
    }

    pub(super) fn wish(&mut self, wish: Wish, asked: Asked) {
        let ticket = self.cx.change(wish);
        self.asked.push((ticket, asked));
    }

    /// The workspace has changed: every page asks again for what it shows.
    pub(super) fn refresh(&mut self) {
        // What one did oneself is no news.
        (self.version, self.cx.turns) = (None, None);
        for page in self.pages.iter_mut() {
            page.refresh(&mut self.cx);
        }
    }

    /// Carries out the effects that only concern the app; the rest is returned for the workers.
    pub(super) fn settle(&mut self) -> Vec<Effect> {
        let mut outside = Vec::new();
        while !self.cx.effects.is_empty() || self.tell_others() {
            for effect in std::mem::take(&mut self.cx.effects) {
                match effect {
                    Effect::Go(route) => {
                        let mut page = Page::open(route, &mut self.cx);
                        if let Some(job) = &self.job {
                            page.progress(job.request.run(), &job.progress);
                        }
                        self.pages.push(page);
                    }
                    Effect::Replace(route) => self.replace(route),
                    Effect::Back => {
                        self.pages.pop(&mut self.cx);
                    }
                    Effect::Tabs if self.shown_run().is_some() => {
                        self.tab = Some(self.active_tab());
                    }
                    Effect::Tabs => {}
                    Effect::Say(words) => self.status = Some(words),
                    Effect::Unsay(words) => {
                        self.status.take_if(|said| *said == words);
                    }
                    Effect::Confirm(question) => self.confirm(None, question),
                    Effect::Copy(wanted) => self.copy(wanted),
                    Effect::GoToRow(row) => self.go_to_row(row),
                    Effect::SaveView(name) => self.save_view(name),
                    Effect::RemoveView(name) => self.remove_view(name),
                    Effect::Act(action) => self.act(action),
                    Effect::Prompt(wanting) => {
                        self.prompt(Prompt::new(wanting));
                    }
                    Effect::Choose(list) => self.offer(*list),
                    Effect::Chosen(list) if list.of == ChoiceOf::Views => self.go_to_view(&list),
                    Effect::Chosen(list) if list.of == ChoiceOf::Destination => self.aim_at(&list),
                    Effect::Chosen(list) if list.of == ChoiceOf::Times => self.write_times(&list),
                    Effect::Chosen(list) => self.pages.top_mut().chosen(&list, &mut self.cx),
                    Effect::Meet(meeting) => self.carry_out(meeting),
                    Effect::Opening(step) => self.open_step(step),
                    Effect::Do(wish) => self.wish(wish, Asked::Done),
                    Effect::Quit => outside.extend(self.leave()),
                    Effect::Start(request) => drop(self.cx.start(request)),
                    Effect::Begin(ticket, request) => self.begin(ticket, request, &mut outside),
                    Effect::Cancel(ticket) => outside.extend(self.stop_job(ticket)),
                    Effect::Ask(..) | Effect::Change(..) => outside.push(effect),
                    Effect::KeepFailed(_) | Effect::Steer(_) | Effect::Suspend => {
                        outside.push(effect);
                    }
                }
            }
        }
        outside
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{SendReport, Status},
        ops::Progress,
        tui::{
            event::{Answer, JobRequest, Outcome, Query},
            testing::{self, feed, picture, press, problems, resize},
        },
    };

    fn finished(app: &mut App, outcome: Outcome) {
        let effects = app.update(Event::Finished(Ok(outcome)));
        feed(app, effects);
    }

    #[test]
    fn the_first_frame_comes_before_the_first_answer() {
        let setup = Setup {
            route: Route::Groups { run: RunId(1) },
            at: None,
            opens: false,
            size: Size::new(80, 24),
            theme: Theme::default(),
            keys: Keys::default(),
            clock: Clock::default(),
            read_only: false,
            workspace: "redrive.db".to_owned(),
            mouse: false,
            suspends: false,
            slow_link: false,
            tickets: 0,
            from: None,
            notice: None,
        };
        let (mut app, effects) = App::open(setup);
        let query = Query::Groups { run: RunId(1) };
        assert_eq!(effects, [Effect::Ask(Ticket(1), query)]);
        assert!(picture(&mut app).contains("loading ..."));
    }

    #[test]
    fn a_late_answer_is_ignored() {
        let mut app = problems((80, 24));
        let stale = Answer::Groups {
            run: testing::run(),
            groups: Vec::new(),
        };
        app.update(Event::Answer(Ticket(1), Ok(stale)));
        assert!(picture(&mut app).contains("Email address not complete"));
    }

    #[test]
    fn an_answer_finds_the_page_that_asked_even_when_covered() {
        let mut app = problems((80, 24));
        let report = crate::model::ChangeReport::default();
        let effects = app.update(Event::Finished(Ok(Outcome::Checked(report))));
        press(&mut app, "<ret>");
        feed(&mut app, effects);
        press(&mut app, "<esc>");
        assert!(picture(&mut app).contains("> Email address not complete"));
    }

    #[test]
    fn an_error_answer_is_said_with_what_to_do() {
        let mut app = problems((80, 24));
        let effects = app.update(Event::Key(keymap::parse("u").unwrap()));
        let Effect::Change(ticket, Wish::Undo) = effects[0] else {
            panic!("{effects:?}")
        };
        let fault = crate::model::Fault::new(
            crate::model::FaultKind::Nothing,
            "undo:nothing",
            "nothing to undo",
        );
        app.update(Event::Answer(ticket, Err(fault.into())));
        assert!(picture(&mut app).contains(" Nothing to undo."));
    }

    #[test]
    fn sending_is_asked_with_the_safe_button_in_focus() {
        let mut app = problems((100, 30));
        press(&mut app, "S");
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  customers-2025-11-20                                          to crm [TEST]   saved 02:41
         [1 Problems 6]  2 Records 1,387   3 Review 3   4 Send   5 History 4                           Menu
        ┌ Where records stopped ─────────────────────────────────────────────────── passed 8,613 of 10,000 ┐
        │ Read 10,000 ──> Check 9,988 ────────> Passed 8,613 (86.1%)                                       │
        │ -12 unreadable  -1,375 failed checks                                                             │
        │ Needs fixing 1,384     Ready to send 3     Sent 0                                                │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
        ┌ 6 problems in 1,384 records, 1 done ── top 2 explain 52% ┐┌ About this problem ────────── 1 of 7 ┐
        │   Problem                    Stage Records Share         ││What   This e-mail address is not     │
        │ > Email address not complete Check     412 ██▍       30% ││       complete.                      │
        │   contact_email┌ Send 3 records to crm (test)? ─────────────────────────────────┐91. Growing:    │
        │   Date and time│ Sending cannot be undone.                                      │of 19 Nov 2025. │
        │   created_at, f│ They go from customers-2025-11-20 to table customer in crm.db. │%.              │
        │   Deal value is│                                                                │ single shape   │
        │   deal_value, f│         2  stage  lower case                                   │                │
        │   Stage not in │         1  as received                                         │                │
        │   stage, format│                                                                │shapes)         │
        │   Country not i│ [>Go back ]     [ Send 3 records ]                             │▋      371  90% │
        │   address.count└────────────────────────────────────────────────────────────────┘        41  10% │
        │   Line could not be read     Check      12 ▏         <1% ││Example  "office@"  (line 15)         │
        │   whole record, format:email                             ││                                      │
        │   Phone has too few digits   Check       0 DONE          ││What to do                            │
        │   phone, format:email                                    ││Write it like name@example.com.       │
        │                                                          ││                                      │
        │ Since the run of 19 Nov 2025: 1 new, 1 gone (D)          ││                                      │
        │                                                          ││                                      │
        │                                                          ││                                      │
        └──────────────────────────────────────────────────────────┘└──────────────────────────────────────┘

         Enter Go back  Tab Next button                                                         Esc Go back
        "#);
        assert_eq!(press(&mut app, "<ret>"), []);
        let started = press(&mut app, "S<Right><ret>");
        let request = JobRequest::Send {
            run: RunId(1),
            to: "crm".to_owned(),
            expect: 3,
            plan: None,
            only: None,
            take_over: false,
        };
        assert!(started.contains(&Effect::Start(request)));
        press(&mut app, "1");
        assert!(picture(&mut app).contains("Sending: 0 of 3 are done."));
    }

    #[test]
    fn enter_again_and_again_never_sends() {
        let mut app = problems((100, 30));
        let all = press(&mut app, &"S<ret><ret><ret>".repeat(10));
        assert!(all.iter().all(|effect| !matches!(effect, Effect::Start(_))));
    }

    #[test]
    fn production_wants_the_number_typed() {
        let mut app = problems((100, 30));
        let mut to_send = testing::to_send(RunId(1));
        "production".clone_into(&mut to_send.plan.environment);
        let question = crate::tui::words::ask_to_send(&to_send, None);
        app.cx.effects.push(Effect::Confirm(question));
        app.update(Event::Resize(Size::new(100, 30)));
        assert_eq!(press(&mut app, "<ret><ret>4<ret><Tab><Tab><ret>"), []);
        assert!(picture(&mut app).contains("Type 3, or press Esc to go back."));
        press(&mut app, "<Shift+Tab><Shift+Tab><Ctrl+U>");
        // Typed so fast that it comes as a paste; the line end of a paste is no Enter.
        for (pasted, effects) in [("S3", 0), ("3\r", 0)] {
            let wanted = app.update(Event::Paste(pasted.to_owned()));
            assert_eq!(wanted.len(), effects, "{pasted}");
        }
        let started = press(&mut app, "<ret>");
        assert!(matches!(started[..], [Effect::Start(_), ..]), "{started:?}");
    }

    #[test]
    fn keys_typed_as_a_question_opens_are_not_its_answer() {
        let mut app = problems((100, 30));
        let start = Instant::now();
        app.update(Event::Tick(start));
        press(&mut app, "S");
        // On a slow line the frame with the question goes out late.
        app.update(Event::Tick(start + Duration::from_millis(600)));
        assert_eq!(press(&mut app, "<Right><ret><esc>"), []);
        assert!(picture(&mut app).contains("Send 3 records to crm"));
        app.update(Event::Tick(start + Duration::from_millis(800)));
        assert_eq!(press(&mut app, "<Right><ret><esc>"), []);
        app.update(Event::Tick(start + Duration::from_millis(900)));
        let started = press(&mut app, "<Right><ret>");
        assert!(matches!(started[..], [Effect::Start(_), ..]));
    }

    #[test]
    fn a_sending_that_was_stopped_can_be_continued_from_the_screen() {
        let mut app = problems((80, 24));
        press(&mut app, "S<Right><ret>");
        let stopped = crate::model::Fault::new(
            crate::model::FaultKind::Interrupted,
            "interrupted",
            "interrupted",
        );
        app.update(Event::Finished(Err(stopped.into())));
        assert!(picture(&mut app).contains(" Stopped. S continues where it ended;"));
        if let Some(run) = &mut app.run {
            run.statuses = vec![(Status::Rejected, 1_384), (Status::Sending, 3)];
        }
        let effects = press(&mut app, "S");
        assert!(matches!(
            effects[..],
            [Effect::Ask(_, Query::ToSend { .. })]
        ));
    }

    #[test]
    fn the_result_of_sending_is_shown() {
        let mut app = problems((80, 24));
        press(&mut app, "S<Right><ret>1");
        app.update(Event::Progress(Progress {
            done: 2,
            total: Some(3),
            records: 2,
            ..Progress::default()
        }));
        assert!(picture(&mut app).contains("Sending: 2 of 3 are done."));
        let report = SendReport {
            planned: 3,
            accepted: 2,
            refused: 1,
            refusals: vec![testing::refusal("Tax ID already exists there", 1)],
            seconds: 0.42,
            ..SendReport::default()
        };
        finished(&mut app, Outcome::Sent(report));
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  customers-2025-11-20                       to crm [TEST]  saved 02:41
         [1 Problems 6] 2 Records 1,387  3 Review 3  4 Send  5 History 4           Menu
        ┌ Where records stopped ─────────────────────────────── passed 8,613 of 10,000 ┐
        │ Read -12  >  Check -1,375  >  Passed 86.1%                                   │
        │ Needs fixing 1,384   Ready to send 3   Sent 0                                │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ 6 proble┌ Sent: 2 of 3 ────────────────────────────────────────────┐lain 52% ┐
        │   Proble│ Took 0.4 s.                                              │         │
        │ > Email │                                                          │     30% │
        │   Date a│ Sent                     2                               │     22% │
        │   Deal v│ Refused                  1   back in Problems:           │     15% │
        │   Stage │   Tax ID already exists there              1  NEW        │      8% │
        │   Countr│ No answer                0                               │      6% │
        │   Line c│ Not sent                 0                               │     <1% │
        │   Phone │                                                          │         │
        └─────────│ [ Go to problems ]     [ Export report ]     [>Close ]   │─────────┘
        ┌ About th└──────────────────────────────────────────────────────────┘─ 1 of 7 ┐
        │ What   This e-mail address is not complete.                                  │
        │ Since  Lines 18 to 9,991, 380 before.   Cause  Probably ONE: a single shape… │
        │ Values a+@ 371, (empty) 41   e.g. "office@"  (line 15)                       │
        │ To do  Write it like name@example.com.                                       │
        └──────────────────────────────────────────────────────────────────────────────┘

         Enter Close  Tab Next button                                         Esc Close
        "#);
        press(&mut app, "<Left><ret>");
        assert!(picture(&mut app).contains("A report on this run"));
        press(&mut app, "<esc>");
        assert!(picture(&mut app).contains("Sent: 2 of 3. Took 0.4 s."));
    }

    #[test]
    fn leaving_is_asked_when_something_is_ready_or_being_sent() {
        let mut app = problems((80, 24));
        press(&mut app, "q");
        assert!(picture(&mut app).contains("3 records are ready but not sent"));
        press(&mut app, "<ret>");
        assert_eq!(app.exit(), None);
        press(&mut app, "S<Right><ret>1q");
        assert!(picture(&mut app).contains("Sending has not ended"));
        assert!(picture(&mut app).contains("The next send"));
        let stopped = press(&mut app, "<Right><ret>");
        assert!(matches!(stopped[..], [Effect::Cancel(_)]), "{stopped:?}");
        assert_eq!(app.exit(), None);
        finished(&mut app, Outcome::Sent(SendReport::default()));
        assert_eq!(app.exit(), Some(Exit::Quit));
    }

    #[test]
    fn ctrl_c_twice_within_two_seconds_leaves() {
        let mut app = problems((80, 24));
        let start = Instant::now();
        app.update(Event::Tick(start));
        press(&mut app, "<Ctrl+C>");
        app.update(Event::Tick(start + Duration::from_secs(3)));
        press(&mut app, "<Ctrl+C>");
        assert_eq!(app.exit(), None);
        press(&mut app, "<Ctrl+C>");
        assert_eq!(app.exit(), Some(Exit::Quit));
    }

    #[test]
    fn up_from_the_first_line_leads_to_the_tabs_and_the_menu() {
        let mut app = problems((100, 30));
        press(&mut app, "<Up><Right><ret>");
        assert!(picture(&mut app).contains("[2 Records 1,387]"));
        press(&mut app, "<Up><Right><Right><Right><ret>");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  customers-2025-11-20 > History                                to crm [TEST]   saved 02:41
          1 Problems 6   2 Records 1,387   3 Review 3   4 Send  [5 History 4]                          Menu
        ┌ What was done, newest first ───────────────────────────────┐┌ Undo, 20 Nov 2025 ─────────────────┐
        │   Time  Who    Action    Details                    Undo   ││ undo of step 2                     │
        │ > 02:43 jana   Undo      undo of step 2             -      ││ 12 records, step 3                 │
        │   02:42 jana   Set aside 12 records: test orders    undone ││                                    │
        │   02:41 jana   Sent      40 records to crm: 37 sen… no     ││ U does again what an undo took     │
        │   02:41 jana   Fix all   contact_email  trim, lowe… yes    ││ back.                              │
        │                                                            ││                                    │
        │                                                            ││ 7 contact_email                    │
        │                                                            ││   <sp>Office@x.de -> office@x.de   │
        │                                                            ││                                    │
        │                                                            ││   Undo this step                   │
        │                                                            ││   Save as recipe                   │
        │                                                            ││   Go back to before this           │
        │                                                            ││                                    │
        │                                                            ││                                    │
        │                                                            ││                                    │
        │                                                            ││                                    │
        │                                                            ││                                    │
        │                                                            ││                                    │
        │                                                            ││                                    │
        │                                                            ││                                    │
        │                                                            ││                                    │
        │ Sent records are frozen: undo skips them and says so.      ││                                    │
        │ Next undo: Fix all contact_email  trim, lowe…, 20 Nov 2025 ││                                    │
        │ Next redo: Set aside 12 records: test orders, 20 Nov 2025  ││                                    │
        └────────────────────────────────────────────────────────────┘└────────────────────────────────────┘
         u undoes your newest step, U brings it back. Right leads to what can be done with a step.
         Enter Records  u Undo  U Redo  . Actions  y Copy  E Report                        ? Help  Esc Back
        ");
    }

    #[test]
    fn help_is_searched_and_run() {
        let mut app = problems((100, 30));
        press(&mut app, "?");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  customers-2025-11-20                                          to crm [TEST]   saved 02:41
         [1 ┌ Help: Problems ────────────────────────────────────────────── 1-21 of 48, type to search ┐enu
        ┌ Wh│ Search  [                                  ]                                             │00 ┐
        │ Re│                                                                                          │   │
        │ -1│ This page                                                                                █   │
        │ Ne│ > Enter     Open this one thing                                                          █   │
        └───│   b         Fix all like this                                                            █───┘
        ┌ 6 │   v         See every value that fails                                                   █ 7 ┐
        │   │   S         Send what is ready                                                           █   │
        │ > │   E         Write a report on this run                                                   █   │
        │   │   x         Set aside, or take back                                                      █   │
        │   │   m         Write a note for whoever works on it next                                    █5. │
        │   │   D         Compare with the run before                                                  █   │
        │   │   s         Choose what to sort by                                                       │   │
        │   │   R         Check all records again                                                      │   │
        │   │   i         Why is this wrong                                                            │   │
        │   │ Everywhere                                                                               │   │
        │   │   / F3      Filter the list                                                              │0% │
        │   │   y         Copy something of it                                                         │0% │
        │   │   u Ctrl+Z  Undo                                                                         │   │
        │   │   z         Show the other panel                                                         │   │
        │   │   . F9      All that can be done here                                                    │   │
        │   │   : Ctrl+P  Search all commands                                                          │   │
        │   │   q         Back; on Problems: quit                                                      │   │
        │ Si│   M         Mouse on or off, to select text                                              │   │
        │   │   Ctrl+L    Draw the screen again                                                        │   │
        │   │   U Ctrl+Y  Redo                                                                         │   │
        └───└──────────────────────────────────────────────────────────────────────────────────────────┘───┘
         PgDn shows more.
         Type to search  Up/Down Choose  Enter Run it                                        Esc Close help
        ");
        let effects = press(&mut app, "what is ready<ret>");
        assert!(
            matches!(effects[..], [Effect::Ask(_, Query::ToSend { .. })]),
            "{effects:?}"
        );
        resize(&mut app, 80, 24);
        press(&mut app, "<esc>?");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  customers-2025-11-20                       to crm [TEST]  saved 02:41
         ┌ Help: Problems ──────────────────────────────── 1-15 of 48, type to search ┐
        ┌│ Search  [                                  ]                               │┐
        ││                                                                            ││
        ││ This page                                                                  █│
        └│ > Enter     Open this one thing                                            █┘
        ┌│   b         Fix all like this                                              █┐
        ││   v         See every value that fails                                     █│
        ││   S         Send what is ready                                             █│
        ││   E         Write a report on this run                                     ││
        ││   x         Set aside, or take back                                        ││
        ││   m         Write a note for whoever works on it next                      ││
        ││   D         Compare with the run before                                    ││
        ││   s         Choose what to sort by                                         ││
        ││   R         Check all records again                                        ││
        └│   i         Why is this wrong                                              │┘
        ┌│ Everywhere                                                                 │┐
        ││   / F3      Filter the list                                                ││
        ││   y         Copy something of it                                           ││
        ││   u Ctrl+Z  Undo                                                           ││
        ││   z         Show the other panel                                           ││
        └└────────────────────────────────────────────────────────────────────────────┘┘
         PgDn shows more.
         Type to search  Up/Down Choose  Enter Run it                    Esc Close help
        ");
    }

    #[test]
    fn every_action_that_is_offered_does_something() {
        for route in ["", "<ret>", "2"] {
            let fresh = || {
                let mut app = problems((80, 24));
                press(&mut app, route);
                app
            };
            for offer in fresh().offers() {
                let Some(key) = Keys::default().all(Mode::Moving, offer.action).first() else {
                    continue;
                };
                let mut app = fresh();
                let before = picture(&mut app);
                let effects = press(&mut app, &format!("<{key}>"));
                let seen = picture(&mut app) != before;
                let away = app.exit().is_some() || app.take_redraw();
                // The tab one is on already, and the first line, are the only things that need not move.
                let there = matches!(offer.action, Action::ProblemsTab | Action::RecordsTab)
                    || (offer.action == Action::PreviousProblem);
                assert!(
                    seen || away || there || !effects.is_empty(),
                    "{key} on {route:?}"
                );
            }
        }
    }

    #[test]
    fn the_last_row_always_ends_with_esc_and_has_help() {
        for keys in ["", "<ret>", "2", "?", ".", "S", "2/"] {
            for width in (60..=200).step_by(4) {
                let mut app = problems((width, 24));
                press(&mut app, keys);
                let picture = picture(&mut app);
                let last = picture.lines().last().unwrap_or_default();
                let (hints, escape) = last.rsplit_once("  Esc ").unwrap_or_default();
                assert!(!escape.is_empty(), "{keys} {width}: {last}");
                let help = hints.ends_with("? Help") || hints.ends_with("F1 Help");
                assert!(help || app.overlay.is_some(), "{keys} {width}: {last}");
                assert!(text_width(last) <= usize::from(width));
            }
        }
    }

    #[test]
    fn a_storm_of_enter_changes_nothing_and_sends_nothing() {
        for keys in [
            "",
            "<ret>",
            "2",
            "<ret><ret>",
            "2jjjj<ret>",
            "S",
            "?",
            ".",
            "q",
            "2/",
        ] {
            let mut app = problems((80, 24));
            let start = Instant::now();
            app.update(Event::Tick(start));
            press(&mut app, keys);
            for n in 1..=200 {
                app.update(Event::Tick(start + Duration::from_millis(n * 5)));
                for effect in press(&mut app, "<ret>") {
                    let harmless = match &effect {
                        Effect::Change(_, wish) => {
                            matches!(wish, Wish::ClaimEdit { .. } | Wish::ReleaseEdit)
                        }
                        effect => !matches!(effect, Effect::Start(_)),
                    };
                    assert!(harmless, "after {keys}: {effect:?}");
                }
            }
            assert_eq!(app.exit(), None, "after {keys}");
        }
    }

    fn text_width(line: &str) -> usize {
        crate::text::width(line)
    }

    #[test]
    fn draws_at_any_size_and_a_small_window_says_so() {
        for keys in ["", "<ret>", "2", "?", ".", "S", "2/", "<ret><ret>"] {
            let mut app = problems((100, 30));
            press(&mut app, keys);
            for (width, height) in [(1, 1), (2, 3), (60, 16), (79, 23), (100, 16), (300, 100)] {
                resize(&mut app, width, height);
                picture(&mut app);
            }
        }
        let mut app = problems((52, 14));
        assert!(picture(&mut app).contains("redrive needs 60 x 16.  Now: 52 x 14."));
        assert_eq!(press(&mut app, "S<ret>"), []);
        press(&mut app, "q");
        assert_eq!(app.exit(), Some(Exit::Quit));
    }

    #[test]
    fn a_workspace_to_read_only_changes_nothing_and_says_so() {
        let mut app = problems((100, 30));
        app.cx.read_only = true;
        assert_eq!(press(&mut app, "SuR"), []);
        let picture = picture(&mut app);
        assert!(picture.contains("[TEST][READ ONLY]"), "{picture}");
        assert!(picture.contains("Not now: the workspace is open to read only."));
    }

    #[test]
    fn ctrl_z_suspends_where_nothing_can_be_undone() {
        let mut app = problems((100, 30));
        app.cx.read_only = true;
        let effects = press(&mut app, "<Ctrl+Z>");
        assert_eq!(effects, [Effect::Suspend]);
        let own = [("undo", "z"), ("zoom", "u")];
        let own = own.map(|(name, key)| (name.to_owned(), vec![key.to_owned()]));
        app.cx.keys = Keys::own(&own).unwrap();
        let effects = press(&mut app, "<Ctrl+Z>");
        assert_eq!(effects, [Effect::Suspend], "also where undo has other keys");
    }

    #[test]
    fn what_an_action_came_to_is_said_whole_in_a_second_line() {
        let mut app = problems((60, 16));
        let words =
            "Run 1 has no contract that says where its records go. Name one with --contract.";
        app.status = Some(words.to_owned());
        let picture = picture(&mut app);
        let said: Vec<&str> = picture.lines().skip(13).collect();
        assert_eq!(
            said,
            [
                " Run 1 has no contract that says where its records go. Name",
                " one with --contract.",
                " Enter Open  b Fix all  v Values           ? Help  Esc Menu",
            ]
        );
    }

    #[test]
    fn a_signal_ends_it() {
        let mut app = problems((80, 24));
        app.update(Event::Terminate);
        assert_eq!(app.exit(), Some(Exit::Terminated));
    }
}
