//! A list to choose one line from, or to show, hide and order its lines.

use ratatui::{
    Frame,
    layout::{Position, Rect},
};

use super::{
    Verdict,
    choices::{Choice, Choices},
    ears::Ears,
    framed,
};
use crate::{
    text,
    tui::{
        action::Action,
        event::{ChoiceOf, Choosable, Choosing, Cx, Effect},
        keymap::Keys,
        theme::Theme,
        widgets::footer::Hint,
        words,
    },
};

impl Choice for Choosable {
    fn label(&self) -> &str {
        &self.label
    }

    fn note(&self) -> Option<&str> {
        Some(self.note.as_str()).filter(|note| !note.is_empty())
    }

    fn front(&self) -> String {
        match self.shown {
            None => "",
            Some(true) => "[x] ",
            Some(false) => "[ ] ",
        }
        .to_owned()
    }
}

#[derive(Debug)]
pub struct Chooser {
    of: ChoiceOf,
    title: String,
    pub(super) lines: Choices<Choosable>,
    /// Where it comes by itself with an answer.
    pub(super) ears: Option<Ears>,
}

impl Chooser {
    pub fn new(list: Choosing) -> Self {
        let comes_late = list.of == ChoiceOf::Destination;
        Self {
            ears: comes_late.then(Ears::default),
            of: list.of,
            title: list.title,
            lines: Choices::new(list.lines).beginning_at(list.at),
        }
    }

    pub fn act(&mut self, action: Action, cx: &Cx) -> Verdict {
        match action {
            Action::Open if self.ears.as_ref().is_some_and(|ears| ears.are_deaf(cx)) => {}
            Action::Open => {
                return Verdict::Then(Effect::Chosen(Box::new(Choosing {
                    of: self.of,
                    title: self.title.clone(),
                    lines: self.lines.all().to_vec(),
                    at: self.lines.at(),
                })));
            }
            Action::Back | Action::Leave => return Verdict::Close,
            Action::Remove | Action::SetAside if self.of == ChoiceOf::Views => {
                if let Some(line) = self.lines.chosen() {
                    return Verdict::Then(Effect::RemoveView(line.key.clone()));
                }
            }
            _ if self.arranges() => self.arrange(action, cx),
            _ => self.lines.act(action, cx),
        }
        Verdict::Stay
    }

    /// Shows or hides the line under the pointer, or chooses it.
    pub fn click(&mut self, place: Position, cx: &Cx) -> Verdict {
        if !self.lines.click(place) {
            return Verdict::Stay;
        }
        let action = if self.arranges() {
            Action::Mark
        } else {
            Action::Open
        };
        self.act(action, cx)
    }

    pub fn hints(&self, keys: Keys) -> Vec<Hint> {
        let hint = |key: &str, label: &str| (key.to_owned(), label.to_owned());
        match self.of {
            ChoiceOf::Columns => vec![
                hint("Enter", "Keep"),
                hint(keys.of(Action::Mark), "Show or hide"),
                hint(&in_one(keys, Action::Earlier, Action::Later), "Order"),
            ],
            ChoiceOf::Views => vec![
                hint("Enter", "List it"),
                hint(keys.of(Action::Remove), "Remove it"),
            ],
            _ => vec![hint("Enter", "Choose"), hint("Up/Down", "Move")],
        }
    }

    pub fn tip(&self, keys: Keys) -> String {
        match self.of {
            ChoiceOf::Columns => {
                let (before, after) = (Action::PreviousRecord, Action::NextRecord);
                format!(
                    "Left hides and Right shows a column; {} and {} move it as well.",
                    keys.of(before),
                    keys.of(after)
                )
            }
            ChoiceOf::Sort => "Choosing it once more turns the order round.".to_owned(),
            ChoiceOf::Order => "What is done stays at the bottom.".to_owned(),
            ChoiceOf::FixAll => "What would happen is shown before anything does.".to_owned(),
            ChoiceOf::Views => "Removing a view changes no record.".to_owned(),
            ChoiceOf::SetAside => words::takes_back(keys),
            ChoiceOf::Type | ChoiceOf::Name => words::takes_back(keys),
            ChoiceOf::Times => "What is copied, exported and sent stays as it is.".to_owned(),
            ChoiceOf::Destination => "Nothing is sent before you have seen it.".to_owned(),
        }
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let wanted = (self.lines.width() + 7).max(text::width(&self.title) + 10);
        let width = (wanted as u16).clamp(30, area.width.saturating_sub(4).max(30));
        let height = (self.lines.height() as u16 + 2).min(area.height);
        let (at, count) = (self.lines.at() + 1, self.lines.count());
        let note = if count + 2 > usize::from(height) {
            format!("{at} of {count}")
        } else {
            String::new()
        };
        let inside = framed(frame, area, (width, height), &self.title, &note, theme);
        self.lines.draw(frame, inside, 1, theme);
    }

    /// Whether lines can be shown, hidden and put in order.
    fn arranges(&self) -> bool {
        self.of == ChoiceOf::Columns
    }

    fn arrange(&mut self, action: Action, cx: &Cx) {
        let line = self.lines.chosen_mut();
        match (action, line) {
            (Action::Earlier | Action::PreviousRecord, _) => self.lines.carry(Action::Earlier),
            (Action::Later | Action::NextRecord, _) => self.lines.carry(Action::Later),
            (Action::Mark, Some(line)) => line.shown = line.shown.map(|shown| !shown),
            (Action::Left | Action::Right, Some(line)) => {
                line.shown = Some(action == Action::Right);
            }
            _ => self.lines.act(action, cx),
        }
    }
}

/// The keys of two actions that belong together: `Shift+Up/Down`, `< >`.
fn in_one(keys: Keys, one: Action, other: Action) -> String {
    let (one, other) = (keys.of(one), keys.of(other));
    match (one.rsplit_once('+'), other.rsplit_once('+')) {
        (Some((with, _)), Some((too, last))) if with == too => format!("{one}/{last}"),
        _ => format!("{one} {other}"),
    }
}
