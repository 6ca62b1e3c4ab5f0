//! Whether what is done to the field is to be done to the others that have its problem: the way from one edit to all like it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Position, Rect};

use super::{Draft, Focus, Reply};
use crate::{
    model::{Problem, RunId},
    tui::event::{Cx, Query, Ticket},
};

/// The line that offers it, and its tick.
#[derive(Debug, Default)]
pub struct Same {
    /// The problem that others have as well; the line is offered where the field has one.
    pub problem: Option<Problem>,
    /// The question how many they are.
    pub asked: Option<Ticket>,
    /// How many they are, once that is known.
    pub others: Option<u64>,
    pub is_ticked: bool,
    /// Whether there was room for the line when it was drawn last.
    pub has_room: bool,
    /// Where it was drawn.
    pub place: Rect,
}

impl Same {
    /// Whether it is there to be ticked: others have the problem, or they are still being counted.
    pub fn is_offered(&self) -> bool {
        self.has_room
            && self
                .others
                .map_or(self.asked.is_some(), |others| others > 0)
    }

    /// Asks how many others have the problem. A number that is known stays until the next one comes.
    pub fn count(&mut self, run: RunId, cx: &mut Cx) {
        self.asked = self.problem.clone().map(|problem| {
            let problem = Box::new(problem);
            cx.ask(Query::Alike { run, problem })
        });
    }

    /// So many others there are; `None` where that could not be found out. A tick stays as long as there is anybody it is for.
    pub fn are(&mut self, others: Option<u64>) {
        self.asked = None;
        self.others = others.or(self.others);
        self.is_ticked &= self.others.is_some_and(|others| others > 0);
    }
}

impl Draft {
    /// A key on the line, or on a suggestion, which no text is typed into: Space ticks it. `false` where it is text.
    pub(super) fn ticks(&mut self, key: KeyEvent) -> bool {
        let is_space = key.code == KeyCode::Char(' ') && key.modifiers == KeyModifiers::NONE;
        let is_here =
            matches!(self.focus, Focus::Same | Focus::Choice(_)) && self.same.is_offered();
        self.same.is_ticked ^= is_space && is_here;
        is_space && is_here
    }

    /// Ticks the line under the pointer, if it is that.
    pub fn point(&mut self, place: Position) {
        let is_here = self.same.is_offered() && self.same.place.contains(place);
        self.same.is_ticked ^= is_here && self.saving.is_none();
    }

    /// Goes on to the line below the suggestions, with what was typed before they were looked at.
    pub(super) fn go_to_same(&mut self) -> Reply {
        let from = std::mem::replace(&mut self.focus, Focus::Same);
        match from {
            Focus::Choice(_) => self.put_typed_back(),
            _ => Reply::Nothing,
        }
    }

    /// The line may be gone while the cursor is on it.
    pub(super) fn mind_same(&mut self) {
        if self.focus == Focus::Same && !self.same.is_offered() {
            self.focus = Focus::Text;
        }
    }
}
