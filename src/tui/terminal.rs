//! Takes the terminal over, and gives it back however we leave.

use std::{
    io::{self, Write, stdout},
    panic,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crossterm::{
    clipboard::CopyToClipboard,
    cursor,
    event::{DisableBracketedPaste, EnableBracketedPaste},
    execute, queue,
    style::Print,
    terminal::{self, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen},
};
use ratatui::{Frame, layout::Size};

use super::frames::{Frames, Late};
use crate::text;

/// Set while the terminal is ours, so that it is given back exactly once.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Owns raw mode and the alternate screen; dropping it restores both.
pub struct Screen {
    frames: Frames,
    /// What goes out before the next frame.
    first: Vec<u8>,
    /// Whether the terminal says what the mouse does.
    mouse: bool,
    /// What is said after a crash.
    workspace: Arc<Mutex<String>>,
}

/// Clicks, the wheel, and where the pointer goes while a button is held, with places beyond column 223; nothing about the
/// pointer that only moves, which would never be quiet on a slow line.
const MOUSE_ON: &str = "\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1002l";

/// What became of one frame.
#[derive(Clone, Copy, Debug, Default)]
pub struct Written {
    /// How long the terminal held it up.
    pub took: Duration,
    /// Parts of it wait until the cursor rests.
    pub is_left: bool,
}

impl Screen {
    /// `workspace` is said after a crash, so that a person knows where the work is.
    pub fn enter(workspace: &str) -> io::Result<Self> {
        let workspace = Arc::new(Mutex::new(workspace.to_owned()));
        restore_on_panic(Arc::clone(&workspace));
        let frames = Frames::new()?;
        take_over()?;
        Ok(Self {
            frames,
            first: Vec::new(),
            mouse: false,
            workspace,
        })
    }

    /// What is said after a crash from now on.
    pub fn works_on(&self, workspace: &str) {
        if let Ok(mut said) = self.workspace.lock() {
            workspace.clone_into(&mut said);
        }
    }

    /// Gives the terminal back for a while, as for SIGTSTP.
    pub fn leave() {
        restore();
    }

    /// Takes it over again; everything is drawn anew at whatever size it has now.
    pub fn enter_again(&mut self) -> io::Result<()> {
        take_over()?;
        self.frames.forget();
        self.mouse = false;
        Ok(())
    }

    pub fn size() -> io::Result<Size> {
        let (width, height) = terminal::size()?;
        Ok(Size { width, height })
    }

    /// Whether the terminal is to say what the mouse does.
    pub fn listen_to_mouse(&mut self, listen: bool) -> io::Result<()> {
        if self.mouse != listen {
            self.mouse = listen;
            let words = if listen { MOUSE_ON } else { MOUSE_OFF };
            queue!(self.first, Print(words))?;
        }
        Ok(())
    }

    /// Asks the terminal to put a text on its clipboard, with the next frame.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        queue!(self.first, CopyToClipboard::to_clipboard_from(text))
    }

    /// The next frame writes all of the screen.
    pub fn forget(&mut self) {
        self.frames.forget();
    }

    /// Draws one frame: one write, however slow the line is. What is drawn says which parts can wait; see [`Frames::draw`].
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame) -> Late) -> io::Result<Written> {
        let mut bytes = std::mem::take(&mut self.first);
        let drawn = self.frames.draw(Self::size()?, draw)?;
        bytes.extend(drawn.bytes);
        let start = Instant::now();
        let mut out = stdout().lock();
        out.write_all(&bytes)?;
        out.flush()?;
        Ok(Written {
            took: start.elapsed(),
            is_left: drawn.is_left,
        })
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

fn take_over() -> io::Result<()> {
    TAKEN.store(true, Ordering::Relaxed);
    let entered = || {
        terminal::enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)
    };
    entered().inspect_err(|_| restore())
}

/// Every step is tried even if another fails: there is nobody left to tell.
fn restore() {
    if TAKEN.swap(false, Ordering::Relaxed) {
        let _ = execute!(
            stdout(),
            EndSynchronizedUpdate,
            Print(MOUSE_OFF),
            DisableBracketedPaste,
            LeaveAlternateScreen,
            cursor::Show
        );
        let _ = terminal::disable_raw_mode();
    }
}

/// Restores for a panic on this thread only. A panicking worker reports itself as an answer, and must not pull the screen
/// away from a UI that is still running; nothing of it is printed over the screen.
fn restore_on_panic(workspace: Arc<Mutex<String>>) {
    let ui_thread = thread::current().id();
    let original = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == ui_thread {
            restore();
            // Standard error may be closed too.
            let workspace = workspace.lock().map(|said| said.clone());
            let words = crash_words(&workspace.unwrap_or_default());
            let _ = io::stderr().write_all(words.as_bytes());
            original(info);
        } else if !TAKEN.load(Ordering::Relaxed) {
            original(info);
        }
    }));
}

/// What a person reads after a crash: a box of text, then what a bug report needs.
fn crash_words(workspace: &str) -> String {
    let lines = [
        "Everything up to the last change is saved in".to_owned(),
        format!("  {workspace}"),
        "Start redrive again: it continues where you were.".to_owned(),
        "Records that were being sent when it stopped are not sent".to_owned(),
        "again by themselves.".to_owned(),
    ];
    let title = " redrive stopped because of a bug. Your work is safe. ";
    let widest = lines.iter().map(|line| text::width(line)).max();
    let width = widest.unwrap_or_default().max(58);
    let mut words = format!("┌{title}{}┐\n", "─".repeat(width + 2 - title.len()));
    for line in lines {
        let gap = " ".repeat(width - text::width(&line));
        words.push_str(&format!("│ {line}{gap} │\n"));
    }
    words.push_str(&format!("└{}┘\n", "─".repeat(width + 2)));
    words.push_str("Details for a bug report:\n");
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_says_where_the_work_is() {
        insta::assert_snapshot!(crash_words("/srv/imports/redrive.db"), @r#"
        ┌ redrive stopped because of a bug. Your work is safe. ──────┐
        │ Everything up to the last change is saved in               │
        │   /srv/imports/redrive.db                                  │
        │ Start redrive again: it continues where you were.          │
        │ Records that were being sent when it stopped are not sent  │
        │ again by themselves.                                       │
        └────────────────────────────────────────────────────────────┘
        Details for a bug report:
        "#);
    }
}
