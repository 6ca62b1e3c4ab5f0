//! Keys from the terminal, read on a thread of their own that can be paused.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::Sender;
use crossterm::event::{self as terminal, Event as Input, KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;

use super::event::Event;

/// Keys closer together than this come from no hand.
const BURST: Duration = Duration::from_millis(10);
/// So many printable keys in a burst are a paste from a terminal that does not bracket it.
const MANY: usize = 4;
/// How long one look for input takes, and so how long a pause takes to be noticed.
const LOOK: Duration = Duration::from_millis(50);

/// Stops and starts the reading of keys, while somebody else has the terminal.
#[derive(Clone, Debug, Default)]
pub struct Pause(Arc<AtomicBool>);

impl Pause {
    pub fn set(&self, paused: bool) {
        self.0.store(paused, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Forwards keys, pastes and sizes until nobody listens.
pub fn spawn(events: Sender<Event>, pause: Pause) -> io::Result<()> {
    thread::Builder::new()
        .name("input".to_owned())
        .spawn(move || {
            let mut burst = Burst::default();
            while let Ok(forwarded) = look(&mut burst, &pause) {
                for event in forwarded {
                    if events.send(event).is_err() {
                        return;
                    }
                }
            }
            // The terminal is gone.
            let _ = events.send(Event::Terminate);
        })
        .map(|_| ())
}

/// Waits for input a short while. While keys are held back, it waits only until it is clear what they are.
fn look(burst: &mut Burst, pause: &Pause) -> io::Result<Vec<Event>> {
    if pause.is_set() {
        thread::park_timeout(LOOK);
        return Ok(Vec::new());
    }
    let patience = if burst.is_empty() { LOOK } else { BURST };
    if terminal::poll(patience)? {
        Ok(burst.take(terminal::read()?, Instant::now()))
    } else {
        Ok(burst.end())
    }
}

/// Holds printable keys back until it is clear whether they were typed.
#[derive(Debug, Default)]
pub struct Burst {
    held: Vec<KeyEvent>,
    last: Option<Instant>,
}

impl Burst {
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Takes one input in and gives what is certain now.
    pub fn take(&mut self, input: Input, now: Instant) -> Vec<Event> {
        let late = self
            .last
            .is_some_and(|last| now.duration_since(last) > BURST);
        let mut certain = if late { self.end() } else { Vec::new() };
        match input {
            Input::Key(key) if key.is_release() => {}
            Input::Key(key) if is_text(key) || (is_line_end(key) && !self.held.is_empty()) => {
                self.held.push(key);
                self.last = Some(now);
            }
            Input::Key(key) => {
                certain.extend(self.end());
                certain.push(Event::Key(key));
            }
            Input::Paste(text) => {
                certain.extend(self.end());
                certain.push(Event::Paste(text));
            }
            Input::Mouse(event) => {
                certain.extend(self.end());
                certain.push(Event::Mouse(event));
            }
            Input::Resize(width, height) => {
                certain.extend(self.end());
                certain.push(Event::Resize(Size::new(width, height)));
            }
            _ => {}
        }
        certain
    }

    /// Nothing more came: what is held back was typed, or was a paste.
    pub fn end(&mut self) -> Vec<Event> {
        self.last = None;
        let held = std::mem::take(&mut self.held);
        let printable = held.iter().filter(|key| is_text(**key)).count();
        // The same key again and again is a key held down, which some terminals send in clumps.
        let repeated = held.windows(2).all(|pair| pair[0].code == pair[1].code);
        if printable < MANY || repeated {
            return held.into_iter().map(Event::Key).collect();
        }
        let text = held.iter().map(|key| match key.code {
            KeyCode::Char(c) => c,
            _ => '\n',
        });
        vec![Event::Paste(text.collect())]
    }
}

fn is_text(key: KeyEvent) -> bool {
    let plain = (key.modifiers - KeyModifiers::SHIFT).is_empty();
    plain && matches!(key.code, KeyCode::Char(_))
}

/// A line end within a burst is part of it, and presses no button.
fn is_line_end(key: KeyEvent) -> bool {
    matches!(key.code, KeyCode::Enter | KeyCode::Tab)
        || (key.code == KeyCode::Char('j') && key.modifiers == KeyModifiers::CONTROL)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(keys: &str, gap: u64) -> Vec<Event> {
        let mut burst = Burst::default();
        let start = Instant::now();
        let mut events = Vec::new();
        for (at, c) in keys.chars().enumerate() {
            let code = match c {
                '\r' => KeyCode::Enter,
                c => KeyCode::Char(c),
            };
            let now = start + Duration::from_millis(gap * at as u64);
            events.extend(burst.take(Input::Key(KeyEvent::from(code)), now));
        }
        events.extend(burst.end());
        events
    }

    #[test]
    fn a_burst_is_a_paste_and_its_line_ends_are_text() {
        let events = feed("Ax*S1199\rq", 0);
        assert!(
            matches!(&events[..], [Event::Paste(text)] if text == "Ax*S1199\nq"),
            "{events:?}"
        );
    }

    #[test]
    fn keys_typed_by_hand_are_keys() {
        let events = feed("jjjj\rq", 30);
        assert_eq!(events.len(), 6);
        assert!(events.iter().all(|event| matches!(event, Event::Key(_))));
    }

    #[test]
    fn a_few_quick_keys_and_a_key_held_down_are_keys() {
        assert_eq!(feed("n\r", 1).len(), 2);
        assert_eq!(feed("jjjjjjjj", 0).len(), 8);
    }

    #[test]
    fn releases_are_dropped() {
        let mut release = KeyEvent::from(KeyCode::Enter);
        release.kind = crossterm::event::KeyEventKind::Release;
        let mut burst = Burst::default();
        assert!(burst.take(Input::Key(release), Instant::now()).is_empty());
    }
}
