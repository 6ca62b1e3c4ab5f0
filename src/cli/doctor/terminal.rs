//! Asks the terminal. Each question ends with one that every terminal answers, so that one it does not know costs no time;
//! one that answers nothing is asked once.

use std::{
    env,
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

use crossterm::terminal;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    stdio,
};

use super::advice::{Facts, Tmux, read_answers};
use crate::tui::ask_tmux;

/// How long one answer may take, of a terminal at this machine and of one far away: an answer that comes too late would be
/// taken for keys by the shell.
const ANSWER: Duration = Duration::from_millis(100);
const FAR_ANSWER: Duration = Duration::from_millis(500);
/// "What are you?", which every terminal answers with something that ends in `c`.
const DEVICE: &str = "\u{1b}[c";
/// What is asked, in the order of [`read_answers`]: where the cursor is after one character, and whether a mode is known.
const QUESTIONS: [&str; 5] = [
    "\ré\u{1b}[6n\r\u{1b}[K",
    "\r─\u{1b}[6n\r\u{1b}[K",
    "\u{1b}[?1006$p",
    "\u{1b}[?2004$p",
    "\u{1b}[?2026$p",
];

/// Everything that can be known of the terminal. Reads nothing where input or output is none.
pub fn facts() -> Facts {
    let set = |name: &str| env::var(name).unwrap_or_default();
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().map(set);
    let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    let term = set("TERM");
    let can_answer = is_terminal && !matches!(term.as_str(), "" | "dumb");
    let is_ssh = !set("SSH_TTY").is_empty() || !set("SSH_CONNECTION").is_empty();
    let time = if is_ssh { FAR_ANSWER } else { ANSWER };
    Facts {
        is_terminal,
        color_term: set("COLORTERM"),
        no_color: !set("NO_COLOR").is_empty(),
        locale: locale
            .into_iter()
            .find(|set| !set.is_empty())
            .unwrap_or_default(),
        is_ssh,
        size: (is_terminal.then(terminal::size)).and_then(Result::ok),
        answers: (can_answer.then(|| ask(time))).and_then(|answers| read_answers(&answers)),
        tmux: (is_terminal && !set("TMUX").is_empty()).then(tmux),
        term,
    }
}

fn ask(time: Duration) -> [Option<String>; 6] {
    let mut answers: [Option<String>; 6] = Default::default();
    if terminal::enable_raw_mode().is_err() {
        return answers;
    }
    answers[0] = answer("", time);
    if answers[0].is_some() {
        for (answer, question) in answers[1..].iter_mut().zip(QUESTIONS) {
            *answer = self::answer(question, time);
        }
    }
    let _ = terminal::disable_raw_mode();
    answers
}

/// What the terminal says to one question, up to the answer that always comes; `None` when that did not come in time.
fn answer(question: &str, time: Duration) -> Option<String> {
    let mut out = io::stdout();
    write!(out, "{question}{DEVICE}").ok()?;
    out.flush().ok()?;
    let until = Instant::now() + time;
    let mut said = Vec::new();
    // The answer that always comes is the only one that ends in `c`.
    while !said.ends_with(b"c") {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        let input = stdio::stdin();
        let left = Timespec::try_from(left).ok()?;
        let mut waits = [PollFd::new(&input, PollFlags::IN)];
        if poll(&mut waits, Some(&left)).ok()? == 0 {
            return None;
        }
        // What comes after that answer is none of ours.
        let mut byte = [0_u8];
        match rustix::io::read(input, &mut byte) {
            Ok(0) | Err(_) => return None,
            Ok(_) => said.extend_from_slice(&byte),
        }
    }
    String::from_utf8(said).ok()
}

fn tmux() -> Tmux {
    Tmux {
        escape_time: tmux_says("escape-time").and_then(|said| said.parse().ok()),
        set_clipboard: tmux_says("set-clipboard"),
    }
}

fn tmux_says(option: &str) -> Option<String> {
    let said = ask_tmux(&["show-options", "-sv", option], "")?;
    Some(said.trim().to_owned()).filter(|said| !said.is_empty())
}
