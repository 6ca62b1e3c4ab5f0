//! One field being edited: what is typed, what the check says about it, and what could be right.

mod choices;
mod meanwhile;
mod pause;
mod same;

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use crossterm::event::KeyEvent;
use serde_json::Value;

pub use self::choices::Choice;
use self::{choices::choices, pause::Pause, same::Same};
use crate::{
    fix::Change,
    model::{Path, Problem, Status, Wants},
    ops::Preview,
    row::json,
    text,
    tui::{action::Action, event::Ticket, widgets::field::Field},
};

/// How long nothing is typed before it is said what is wrong.
const QUIET: Duration = Duration::from_millis(400);

#[derive(Debug)]
pub struct Draft {
    pub path: Path,
    /// The record's version when it was opened.
    pub seen: i64,
    pub field: Field,
    pub focus: Focus,
    /// What could be put in: certain repairs first, then the values that are allowed.
    pub choices: Vec<Choice>,
    /// What the check said, and about which text.
    pub checked: Option<(String, Box<Preview>)>,
    /// Whether it may be said now what is wrong.
    pub loud: bool,
    /// The question that is on its way.
    pub asked: Option<Ticket>,
    /// The change that is being saved, and what follows.
    pub saving: Option<(Ticket, Then)>,
    /// Whether the others with the field's problem are to be fixed as well.
    pub same: Same,
    /// The problems the record has without this change: place and code.
    pub known: HashSet<(Path, String)>,
    /// Whether the whole text of the record is edited, not one field.
    whole: bool,
    /// What the field held when it was opened; `None` where even that text is a change.
    start: Option<String>,
    before: Option<Value>,
    /// Whether the record holds something else by now.
    moved: bool,
    /// What was typed before the choices were entered.
    typed: String,
    /// The choice that was put in, while the text is still it.
    chosen: Option<Value>,
    typed_at: Option<Instant>,
    wait: Option<Wait>,
    pause: Pause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    Text,
    /// A choice by its index; one after the last is "leave as it is".
    Choice(usize),
    /// "Save anyway".
    Anyway,
    /// The others with the same problem.
    Same,
}

/// Where to go after saving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    Problem,
    Field,
    /// The person has left the box, and the cursor stays where they put it.
    Stay,
}

/// What a key in the box leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    Nothing,
    /// The text is another one: check it.
    Check,
    Save(Then),
    /// Closes without saving, because nothing was changed.
    Unchanged(Then),
    Cancel,
    /// There is nothing to choose from.
    NoChoices,
    /// It is being saved: nothing is typed into it meanwhile.
    Saving,
    /// Closes while it is being saved, which goes on.
    Leave,
}

/// Said where something is typed that is not taken.
pub const SAVING: &str = "Still saving: what you type is not taken yet. Esc leaves the box, and it is saved all the same.";

/// What the check says about the text as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    NotYet,
    Right,
    Wrong(&'a Problem),
    /// The change cannot be made at all.
    Refused(&'a str),
}

/// What to do once the check has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    Save(Then),
    Choices,
}

impl Draft {
    /// Opens the box on a value; `None` is a field that is not there.
    pub fn open(path: Path, before: Option<&Value>, problems: &[Problem]) -> Self {
        let start = before.map(as_text).unwrap_or_default();
        let known = problems
            .iter()
            .map(|problem| (problem.path.clone(), problem.code.clone()));
        Self {
            path,
            seen: 0,
            known: known.collect(),
            field: Field::new(start.as_str()),
            focus: Focus::Text,
            choices: Vec::new(),
            checked: None,
            loud: true,
            asked: None,
            saving: None,
            same: Same::default(),
            whole: false,
            start: Some(start),
            before: before.cloned(),
            moved: false,
            typed: String::new(),
            chosen: None,
            typed_at: None,
            wait: None,
            pause: Pause::default(),
        }
    }

    /// Opens the box on the whole text of a record. `same` says whether `text` is what the record holds.
    pub fn open_whole(text: &str, same: bool) -> Self {
        Self {
            field: Field::new(text),
            whole: true,
            start: same.then(|| text.to_owned()),
            ..Self::open(Path::root(), None, &[])
        }
    }

    /// What a choice is called: the value with the reason, or, where it is the whole text of a record, the reason alone.
    pub fn choice_words(&self) -> Vec<String> {
        let choices = self.choices.iter().map(|choice| {
            let why = text::safe(&choice.why);
            if self.whole {
                return why.into_owned();
            }
            let value = text::shorten(&text::safe(&as_text(&choice.value)), 30);
            format!("{value}  {why}").trim_end().to_owned()
        });
        choices.chain(["(leave as it is)".to_owned()]).collect()
    }

    /// What Esc would do now.
    pub fn escape_word(&self) -> &'static str {
        match self.focus {
            _ if self.saving.is_some() => "Leave the box",
            Focus::Text | Focus::Same => "Cancel edit",
            Focus::Choice(_) => "Close the list",
            Focus::Anyway => "Keep typing",
        }
    }

    /// The change as it stands; nothing while the text is what it was.
    pub fn changes(&self) -> Vec<Change> {
        if self.is_unchanged() {
            return Vec::new();
        }
        let (path, text) = (self.path.clone(), self.field.value());
        if self.whole {
            return vec![Change::Raw(text.as_bytes().to_vec())];
        }
        let value = match &self.chosen {
            Some(value) => Some(value.clone()),
            None => self.structure(text),
        };
        vec![match value {
            Some(value) => Change::Json { path, value },
            None => Change::Text {
                path,
                text: text.to_owned(),
            },
        }]
    }

    /// The answer about the record with the text as it is now: nothing where that is the record as it is, or where it
    /// may not be said yet.
    pub fn after(&self) -> Option<&Preview> {
        let differs = self.moved || !self.is_unchanged();
        let told = self.loud || self.verdict() == Verdict::Right;
        self.preview().filter(|_| differs && told)
    }

    pub fn wants(&self) -> Option<&Wants> {
        Some(&self.checked.as_ref()?.1.wants)
    }

    /// The answer about the text as it is now, if there is one.
    pub fn preview(&self) -> Option<&Preview> {
        let (text, preview) = self.checked.as_ref()?;
        (text == self.field.value()).then_some(preview)
    }

    pub fn verdict(&self) -> Verdict<'_> {
        let Some(preview) = self.preview() else {
            return Verdict::NotYet;
        };
        if let Some(words) = &preview.refusal {
            return Verdict::Refused(words);
        }
        if self.whole && preview.current.is_some() {
            return Verdict::Right;
        }
        let mut problems = preview.problems.iter();
        problems
            .find(|problem| problem.rejects() && self.is_here(problem))
            .map_or(Verdict::Right, Verdict::Wrong)
    }

    /// The record's status, where that keeps it from being changed: what is typed can only be kept.
    pub fn closed(&self) -> Option<Status> {
        self.preview()?.closed
    }

    /// What only warns about the text as it is.
    pub fn warning(&self) -> Option<&Problem> {
        let mut problems = self.preview()?.problems.iter();
        problems.find(|problem| !problem.rejects() && self.is_here(problem))
    }

    fn is_here(&self, problem: &Problem) -> bool {
        let below = self.path.child("");
        problem.path == self.path || problem.path.as_str().starts_with(below.as_str())
    }

    /// Whether Enter would change nothing.
    pub fn is_unchanged(&self) -> bool {
        let same = self.start.as_deref() == Some(self.field.value());
        same && self
            .chosen
            .as_ref()
            .is_none_or(|value| self.before.as_ref() == Some(value))
    }

    /// Whether an answer is awaited for it.
    pub fn awaits(&self, ticket: Ticket) -> bool {
        [
            self.asked,
            self.same.asked,
            self.saving.map(|(asked, _)| asked),
        ]
        .contains(&Some(ticket))
    }

    /// This change was not made, so that its text can be edited again. `false` where it is another's.
    pub fn is_not_saved(&mut self, ticket: Ticket) -> bool {
        self.saving.take_if(|(asked, _)| *asked == ticket).is_some()
    }

    /// What an action leads to while this is edited. Enter goes on to the next problem, Tab to what `tab` says. While
    /// it is being saved it can only be left.
    pub fn act(&mut self, action: Action, tab: Then, now: Option<Instant>) -> Reply {
        self.mind_same();
        match action {
            Action::Back | Action::Stop if self.saving.is_some() => Reply::Leave,
            _ if self.saving.is_some() => Reply::Saving,
            Action::Open => self.enter(Then::Problem),
            Action::NextPanel => self.enter(tab),
            Action::Back => self.escape(),
            Action::Stop => Reply::Cancel,
            Action::Down => self.down(),
            Action::Up => self.up(),
            Action::ClearText => {
                self.field.set("");
                self.edited(now)
            }
            _ => Reply::Nothing,
        }
    }

    /// A key for the text field. Nothing follows from one that leaves the text as it is.
    pub fn press(&mut self, key: KeyEvent, now: Option<Instant>) -> Option<Reply> {
        if self.saving.is_some() {
            return Some(Reply::Saving);
        }
        self.mind_same();
        if self.ticks(key) {
            return None;
        }
        let before = self.field.value().to_owned();
        let changed = self.field.key(key) && before != self.field.value();
        changed.then(|| self.edited(now))
    }

    /// A paste into the text field.
    pub fn paste(&mut self, pasted: &str, now: Option<Instant>) -> Reply {
        if self.saving.is_some() {
            return Reply::Saving;
        }
        self.field.paste(pasted);
        self.edited(now)
    }

    /// The text was edited by a key or a paste.
    fn edited(&mut self, now: Option<Instant>) -> Reply {
        self.focus = Focus::Text;
        self.chosen = None;
        self.wait = None;
        self.loud = false;
        self.typed_at = now;
        self.stir(now);
        Reply::Check
    }

    fn enter(&mut self, then: Then) -> Reply {
        // No box opens below the page that a tick leads to.
        let then = if self.same.is_ticked {
            Then::Problem
        } else {
            then
        };
        if self.focus == Focus::Choice(self.choices.len()) {
            return Reply::Cancel;
        }
        if self.is_unchanged() {
            return Reply::Unchanged(then);
        }
        if self.focus == Focus::Anyway {
            return Reply::Save(then);
        }
        match self.verdict() {
            Verdict::NotYet => self.wait = Some(Wait::Save(then)),
            Verdict::Right => return Reply::Save(then),
            // It is kept then, and told who was first.
            Verdict::Refused(_) if self.closed().is_some() => return Reply::Save(then),
            Verdict::Refused(_) => self.loud = true,
            Verdict::Wrong(_) => {
                self.loud = true;
                self.focus = Focus::Anyway;
            }
        }
        Reply::Nothing
    }

    /// One rung down: choices closed, else the edit cancelled.
    fn escape(&mut self) -> Reply {
        match self.focus {
            Focus::Text | Focus::Same => Reply::Cancel,
            Focus::Anyway => {
                self.focus = Focus::Text;
                Reply::Nothing
            }
            Focus::Choice(_) => self.leave_choices(),
        }
    }

    fn down(&mut self) -> Reply {
        match self.focus {
            Focus::Text if self.choices.is_empty() => {
                match self.checked {
                    Some(_) if self.same.is_offered() => return self.go_to_same(),
                    Some(_) => return Reply::NoChoices,
                    None => {}
                }
                self.wait = Some(Wait::Choices);
                Reply::Nothing
            }
            Focus::Text => {
                self.typed = self.field.value().to_owned();
                self.choose(0)
            }
            Focus::Choice(at) if at == self.choices.len() && self.same.is_offered() => {
                self.go_to_same()
            }
            Focus::Choice(at) => self.choose((at + 1).min(self.choices.len())),
            Focus::Anyway | Focus::Same => Reply::Nothing,
        }
    }

    fn up(&mut self) -> Reply {
        match self.focus {
            Focus::Text => Reply::Nothing,
            Focus::Choice(0) => self.leave_choices(),
            Focus::Choice(at) => self.choose(at - 1),
            Focus::Anyway | Focus::Same => {
                self.focus = Focus::Text;
                Reply::Nothing
            }
        }
    }

    /// Takes the check's answer about `text`, and does what waited for it.
    pub fn answered(&mut self, text: String, preview: Box<Preview>) -> Reply {
        if !matches!(self.focus, Focus::Choice(_)) {
            self.choices = if self.whole {
                preview.readings.iter().map(Choice::reading).collect()
            } else {
                choices(&preview.suggestions, &preview.wants, self.before.as_ref())
            };
        }
        self.checked = Some((text, preview));
        match self.wait.take() {
            Some(Wait::Save(then)) => self.enter(then),
            Some(Wait::Choices) => self.down(),
            None => Reply::Nothing,
        }
    }

    /// Whether time will change what is shown.
    pub fn waits(&self) -> bool {
        !self.loud
    }

    pub fn tick(&mut self, now: Instant) {
        let since = *self.typed_at.get_or_insert(now);
        if now.saturating_duration_since(since) >= QUIET {
            self.loud = true;
        }
    }

    fn choose(&mut self, at: usize) -> Reply {
        self.focus = Focus::Choice(at);
        self.loud = true;
        self.chosen = self.choices.get(at).map(|choice| choice.value.clone());
        let text = self.chosen.as_ref().map(as_text);
        let text = text.or_else(|| self.start.clone()).unwrap_or_default();
        self.field.set(&text);
        self.stir(None);
        Reply::Check
    }

    fn leave_choices(&mut self) -> Reply {
        self.focus = Focus::Text;
        self.put_typed_back()
    }

    /// What was typed before the choices were entered stands again.
    fn put_typed_back(&mut self) -> Reply {
        self.chosen = None;
        let typed = std::mem::take(&mut self.typed);
        self.field.set(&typed);
        self.stir(None);
        Reply::Check
    }

    /// A list or a group of fields, typed as JSON where nothing else is wanted.
    fn structure(&self, text: &str) -> Option<Value> {
        let was = self
            .before
            .as_ref()
            .is_some_and(|value| value.is_object() || value.is_array());
        let wanted = self
            .wants()
            .is_some_and(|wants| (wants.object || wants.array) && !wants.text);
        (was || wanted)
            .then(|| json::value(text))
            .flatten()
            .filter(|value| value.is_object() || value.is_array())
    }
}

/// A value as it is typed: text without quotes, nothing for null, anything else as JSON.
pub fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
