//! The loop: wait, update, hand out effects, draw once.

use std::{
    sync::atomic::Ordering,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, Sender};
use ratatui::layout::Size;

use super::{
    Glyphs, Options,
    app::{App, Exit, Setup},
    clock::Clock,
    event::{Effect, Elsewhere, Event, Route},
    input::{self, Pause},
    pace::Pace,
    signals::{self, Cause},
    terminal::{Screen, Written},
    widgets::ascii,
    worker::{self, Inbox, Opening, Workers},
};
use crate::text;

/// How long a job is waited for at the end, after it was asked to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// As many tickets as one workspace may need: a late answer from the one before is for none of the next one's.
const TICKETS: u64 = 1 << 40;

/// How long it is waited for what was typed to be saved, or else kept: both wait as long until another process has written.
const SAVING: Duration = Duration::from_secs(30);

/// Where frames go. The loop needs no real terminal.
pub trait Surface {
    /// Draws one frame.
    fn draw(&mut self, app: &mut App) -> Result<Written>;
    /// Gives the terminal back, stops the process, and takes it over again once it is continued.
    fn suspend(&mut self) -> Result<Size>;
    /// Sets the terminal up again after somebody else had it.
    fn set_up_again(&mut self) -> Result<Size>;
    /// What is shown from now on is another workspace, which is named if the program crashes. Safe to print.
    fn works_on(&mut self, _workspace: &str) {}
}

/// Shows the screen until the person leaves, then waits for what was under way.
pub fn run(options: Options) -> Result<()> {
    let (event_tx, event_rx) = crossbeam_channel::unbounded();
    let workspace = text::safe(&options.workspace.to_string_lossy()).into_owned();
    let opening = Opening {
        workspace: options.workspace,
        author: options.author,
        read_only: options.read_only,
        may_be_missing: options.may_be_missing,
    };
    let cause = Cause::default();
    // It would look at NO_COLOR itself, whatever was asked for.
    crossterm::style::force_color_output(options.theme.is_coloured());
    let screen = Screen::enter(&workspace).context("cannot use this terminal")?;
    let mut surface = Terminal {
        screen,
        pause: Pause::default(),
        continued: false,
        ascii: match options.glyphs {
            Glyphs::Ascii => true,
            Glyphs::Unicode => false,
            Glyphs::Auto => ascii::is_wanted(
                ["LC_ALL", "LC_CTYPE", "LANG"].map(|name| std::env::var(name).ok()),
            ),
        },
    };
    input::spawn(event_tx.clone(), surface.pause.clone()).context("cannot start a thread")?;
    signals::spawn(event_tx.clone(), cause.clone()).context("cannot listen for signals")?;
    let setup = Setup {
        route: options.route.unwrap_or(Route::Runs),
        at: options.at,
        opens: options.opens,
        size: Screen::size()?,
        theme: options.theme,
        keys: options.keys,
        clock: Clock::system(options.times),
        read_only: options.read_only,
        workspace,
        mouse: options.mouse,
        suspends: options.suspends,
        slow_link: options.slow_link,
        tickets: 0,
        from: None,
        notice: options.notice,
    };
    let (ended, workers) = show(&mut surface, (opening, setup), (&event_tx, &event_rx))?;
    // The terminal comes back first; waiting is done in the open.
    drop(surface);
    workers.end();
    match ended? {
        Exit::Quit | Exit::Elsewhere(_) => {}
        Exit::Terminated => match cause.load(Ordering::Relaxed) {
            0 => {}
            signal => signals::end_by(signal)?,
        },
    }
    Ok(())
}

/// Shows one workspace after the other, until the person leaves; gives who still works on the last one.
fn show(
    surface: &mut impl Surface,
    (mut opening, mut setup): (Opening, Setup),
    (give, events): (&Sender<Event>, &Receiver<Event>),
) -> Result<(Result<Exit>, Workers)> {
    loop {
        let (inbox, workers) = worker::spawn(&opening, give).context("cannot start a thread")?;
        match drive(surface, setup.clone(), events, &inbox) {
            Ok(Exit::Elsewhere(place)) => {
                drop(inbox);
                workers.end();
                let signals = signals_among(events);
                if signals
                    .iter()
                    .any(|event| matches!(event, Event::Terminate))
                {
                    return Ok((Ok(Exit::Terminated), workers));
                }
                for signal in signals {
                    give.send(signal)?;
                }
                go(&mut opening, &mut setup, *place)?;
                surface.works_on(&setup.workspace);
            }
            ended => return Ok((ended, workers)),
        }
    }
}

/// What is for the program of what came while another workspace was opened: what was pressed and answered meanwhile was meant
/// for what was there before.
fn signals_among(events: &Receiver<Event>) -> Vec<Event> {
    let is_signal =
        |event: &Event| matches!(event, Event::Terminate | Event::Suspend | Event::Continued);
    events.try_iter().filter(is_signal).collect()
}

/// Makes everything ready for a screen on another workspace.
fn go(opening: &mut Opening, setup: &mut Setup, place: Elsewhere) -> Result<()> {
    let shown = text::safe(&place.workspace.to_string_lossy()).into_owned();
    setup.notice = Some(format!("The workspace is {shown} now."));
    // Back there, nothing leads here: it was left for good.
    setup.from = (setup.from.as_ref() != Some(&place.workspace)).then(|| opening.workspace.clone());
    setup.workspace = shown;
    setup.route = match place.run {
        Some(run) => Route::Run { run },
        None => Route::Runs,
    };
    setup.at = None;
    setup.tickets += TICKETS;
    setup.size = Screen::size()?;
    opening.workspace = place.workspace;
    opening.may_be_missing = false;
    Ok(())
}

/// The part of the loop that needs no real terminal. Ends when the app says so.
pub fn drive(
    surface: &mut impl Surface,
    setup: Setup,
    events: &Receiver<Event>,
    effects: &Inbox,
) -> Result<Exit> {
    let pace = Pace::new(setup.slow_link);
    let (mut app, first) = App::open(setup);
    carry_out(first, effects)?;
    let ended = go_on(surface, &mut app, pace, events, effects);
    if ended.is_err() {
        // The line is dropped, or the terminal is gone: what is being typed is kept as after a signal.
        carry_out(app.update(Event::Terminate), effects)?;
    }
    ended
}

fn go_on(
    surface: &mut impl Surface,
    app: &mut App,
    mut pace: Pace,
    events: &Receiver<Event>,
    effects: &Inbox,
) -> Result<Exit> {
    let mut by_hand = false;
    loop {
        if let Some(exit) = app.exit() {
            return Ok(exit);
        }
        if app.take_changed() {
            pace.want(by_hand, app.is_working());
        }
        let mut due = pace.wait(Instant::now());
        if due == Some(Duration::ZERO) {
            let written = surface.draw(app)?;
            let now = Instant::now();
            pace.drawn(now, written.took);
            app.drawn(now);
            if written.is_left {
                pace.owe();
            }
            due = pace.wait(Instant::now());
        }
        by_hand = false;
        let first = match app.waits().into_iter().chain(due).min() {
            Some(time) => events.recv_timeout(time).ok(),
            None => Some(events.recv().context("nobody sends events any more")?),
        };
        carry_out(app.update(Event::Tick(Instant::now())), effects)?;
        for event in first.into_iter().chain(events.try_iter()) {
            by_hand |= event.is_by_hand();
            if matches!(event, Event::Continued) {
                let size = surface.set_up_again()?;
                carry_out(app.update(Event::Resize(size)), effects)?;
            }
            let wanted = app.update(event);
            if wanted.contains(&Effect::Suspend) {
                let size = surface.suspend()?;
                carry_out(app.update(Event::Resize(size)), effects)?;
                carry_out(app.update(Event::Continued), effects)?;
            }
            carry_out(wanted, effects)?;
        }
    }
}

/// Hands effects to the workers; a suspension is done already.
fn carry_out(wanted: Vec<Effect>, effects: &Inbox) -> Result<()> {
    for effect in wanted {
        if effect != Effect::Suspend {
            effects.send(effect)?;
        }
    }
    Ok(())
}

/// The real terminal.
struct Terminal {
    screen: Screen,
    pause: Pause,
    /// Whether the terminal was just set up again, so that the signal that follows needs nothing.
    continued: bool,
    /// Whether lines and bars are drawn with ASCII alone.
    ascii: bool,
}

impl Surface for Terminal {
    fn draw(&mut self, app: &mut App) -> Result<Written> {
        panic_for_a_test("ui");
        self.screen.listen_to_mouse(app.uses_mouse())?;
        if let Some(text) = app.take_clipboard() {
            self.screen.copy(&text)?;
        }
        if app.take_redraw() {
            self.screen.forget();
        }
        let plain = self.ascii;
        let written = self.screen.draw(|frame| {
            app.draw(frame);
            if plain {
                ascii::plain(frame.buffer_mut());
            }
            app.late()
        })?;
        Ok(written)
    }

    fn suspend(&mut self) -> Result<Size> {
        self.pause.set(true);
        Screen::leave();
        signals::stop()?;
        self.screen.enter_again()?;
        self.pause.set(false);
        self.continued = true;
        Ok(Screen::size()?)
    }

    fn works_on(&mut self, workspace: &str) {
        self.screen.works_on(workspace);
    }

    fn set_up_again(&mut self) -> Result<Size> {
        if !std::mem::take(&mut self.continued) {
            Screen::leave();
            self.screen.enter_again()?;
        }
        Ok(Screen::size()?)
    }
}

/// Panics in a debug build that was told to, so that a test can see what a bug in that part does to the terminal.
pub(super) fn panic_for_a_test(part: &str) {
    let told = std::env::var("REDRIVE_TEST_PANIC").is_ok_and(|told| told == part);
    assert!(
        !(cfg!(debug_assertions) && told),
        "REDRIVE_TEST_PANIC asked for it"
    );
}

impl Workers {
    /// Waits until all that write have ended; whoever only reads may take long, and is not waited for.
    fn end(&self) {
        wait_for(&self.asks, SAVING);
        for thread in [&self.jobs, &self.visits] {
            wait_for(thread, PATIENCE);
        }
    }
}

/// Waits until a thread has ended, but not for ever: a destination may never answer, and what was sent is known to the
/// workspace all the same.
fn wait_for(thread: &JoinHandle<()>, patience: Duration) {
    let start = Instant::now();
    while !thread.is_finished() && start.elapsed() < patience {
        // A thread's end can be asked for, not waited for with an end of patience.
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use ratatui::backend::TestBackend;

    use super::*;
    use crate::{
        ops::{self, Job, LoadRequest, Workspace},
        tui::keymap,
    };

    /// Presses the next keys as soon as the text they wait for is to be seen.
    struct Script {
        terminal: ratatui::Terminal<TestBackend>,
        events: Sender<Event>,
        steps: Vec<(&'static str, &'static [&'static str])>,
        /// Whether the terminal is gone once all is seen.
        breaks: bool,
    }

    impl Surface for Script {
        fn draw(&mut self, app: &mut App) -> Result<Written> {
            self.terminal.draw(|frame| app.draw(frame))?;
            let seen = self.terminal.backend().to_string();
            if let Some((text, keys)) = self.steps.first()
                && seen.contains(text)
            {
                for key in *keys {
                    let key = keymap::parse(key).context("no such key")?;
                    self.events.send(Event::Key(key))?;
                }
                self.steps.remove(0);
                let is_gone = self.breaks && self.steps.is_empty();
                anyhow::ensure!(!is_gone, "the terminal is gone");
            }
            Ok(Written::default())
        }

        fn suspend(&mut self) -> Result<Size> {
            Ok(self.terminal.size()?)
        }

        fn set_up_again(&mut self) -> Result<Size> {
            Ok(self.terminal.size()?)
        }
    }

    fn workspace(folder: &Path) -> std::path::PathBuf {
        let file = folder.join("rejects.ndjson");
        let line = r#"{"record": {"id": 1, "age": "x"}, "errors": [{"type": "int_parsing", "loc": ["age"], "msg": "Input should be a valid integer, unable to parse string as an integer", "input": "x"}]}"#;
        fs::write(&file, format!("{line}\n")).unwrap();
        let path = folder.join("w.db");
        let mut workspace = Workspace::create(&path, "jana").unwrap();
        let request = LoadRequest {
            files: vec![file],
            ..LoadRequest::default()
        };
        ops::load(&mut workspace, &request, &Job::default()).unwrap();
        path
    }

    /// What somebody does in a workspace, up to its end; and that all of it was done. Whoever waits for what never comes is ended.
    fn plays(
        workspace: &Path,
        breaks: bool,
        steps: &[(&'static str, &'static [&'static str])],
    ) -> Result<Exit> {
        let opening = Opening {
            workspace: workspace.to_owned(),
            author: "jana".to_owned(),
            read_only: false,
            may_be_missing: false,
        };
        let (event_tx, event_rx) = crossbeam_channel::unbounded();
        let (inbox, workers) = worker::spawn(&opening, &event_tx).unwrap();
        let (ends, ended) = crossbeam_channel::bounded::<()>(0);
        let too_late = event_tx.clone();
        let patience = std::thread::spawn(move || {
            if ended
                .recv_timeout(Duration::from_mins(1))
                .is_err_and(|e| e.is_timeout())
            {
                let _ = too_late.send(Event::Terminate);
            }
        });
        let mut script = Script {
            terminal: ratatui::Terminal::new(TestBackend::new(80, 24)).unwrap(),
            events: event_tx,
            steps: steps.to_vec(),
            breaks,
        };
        let setup = Setup {
            route: Route::Runs,
            at: None,
            opens: false,
            size: Size::new(80, 24),
            theme: crate::tui::theme::Theme::default(),
            keys: keymap::Keys::default(),
            clock: Clock::default(),
            read_only: false,
            workspace: "w.db".to_owned(),
            mouse: false,
            suspends: false,
            slow_link: false,
            tickets: 0,
            from: None,
            notice: None,
        };
        let exit = drive(&mut script, setup, &event_rx, &inbox);
        let seen = script.terminal.backend();
        assert!(script.steps.is_empty(), "{:?}\n{seen}", script.steps);
        drop((ends, inbox));
        patience.join().unwrap();
        workers.asks.join().unwrap();
        workers.jobs.join().unwrap();
        exit
    }

    #[test]
    fn the_whole_loop_runs_on_a_real_workspace_without_a_terminal() {
        let folder = tempfile::tempdir().unwrap();
        let steps: [(_, &[_]); 4] = [
            ("1 problem in 1 record", &["Enter"]),
            ("needs fixing", &["Enter"]),
            ("Record 1 of 1", &["Esc", "Esc", "u"]),
            ("Nothing to undo", &["q"]),
        ];
        let ended = plays(&workspace(folder.path()), false, &steps).unwrap();
        assert_eq!(ended, Exit::Quit);
    }

    #[test]
    fn signals_outlive_the_change_of_the_workspace_and_keys_do_not() {
        let (give, events) = crossbeam_channel::unbounded();
        let key = Event::Key(keymap::parse("q").unwrap());
        for event in [Event::Suspend, key, Event::Continued] {
            give.send(event).unwrap();
        }
        let signals = signals_among(&events);
        assert!(
            matches!(signals[..], [Event::Suspend, Event::Continued]),
            "{signals:?}"
        );
        assert!(events.is_empty());
    }

    #[test]
    fn what_was_typed_is_kept_when_the_terminal_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = workspace(folder.path());
        let steps: [(_, &[_]); 4] = [
            ("1 problem in 1 record", &["Enter"]),
            ("needs fixing", &["Enter"]),
            // The state is known once the record has come: before, Enter opens nothing and digits are tabs.
            ("state: needs fixing", &["Enter", "4", "2"]),
            ("[ x42 ", &[]),
        ];
        let error = plays(&path, true, &steps).unwrap_err();
        assert_eq!(error.to_string(), "the terminal is gone");
        let workspace = Workspace::open(&path, "jana").unwrap();
        assert_eq!(
            ops::drafts(&workspace, crate::model::RecordId(1))
                .unwrap()
                .len(),
            1
        );
    }
}
