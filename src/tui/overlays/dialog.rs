//! A question or a message with buttons. The safe button has focus; a number that must be typed comes first.

use crossterm::event::KeyEvent;
use ratatui::{
    Frame,
    layout::{Constraint, Position, Rect},
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{Verdict, ears::Ears};
use crate::{
    text,
    tui::{
        action::Action,
        event::{Cx, Effect, Question},
        keymap::{Keys, Mode},
        theme::Theme,
        widgets::{
            cursor::put_cursor,
            field::Field,
            footer::Hint,
            lines::{self, below},
            panel::panel,
        },
    },
};

#[derive(Debug)]
pub struct Dialog {
    title: String,
    body: Vec<String>,
    typed: Option<Typed>,
    buttons: Vec<Button>,
    /// The safe one: Esc presses it.
    safe: usize,
    focus: Focus,
    pub(super) ears: Ears,
    /// Where the buttons are, as drawn last.
    places: Vec<Rect>,
}

/// What a button says and does; without an effect it only closes the dialog.
#[derive(Debug)]
pub struct Button {
    pub label: String,
    pub then: Option<Effect>,
}

#[derive(Debug)]
struct Typed {
    wanted: String,
    /// The verb's first word: "Type 1199 to send".
    verb: String,
    field: Field,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Focus {
    Typed,
    Button(usize),
}

impl Dialog {
    pub fn ask(question: Question) -> Self {
        let verb = question.verb.split(' ').next().unwrap_or_default();
        let typed = question.typed.map(|wanted| Typed {
            wanted,
            verb: verb.to_lowercase(),
            field: Field::default(),
        });
        let safe = Button {
            label: question.safe,
            then: None,
        };
        let does = |(label, then): (String, Box<Effect>)| Button {
            label,
            then: Some(*then),
        };
        let mut buttons = vec![safe];
        buttons.extend(question.also.map(does));
        buttons.push(does((question.verb, question.then)));
        Self {
            focus: match typed {
                Some(_) => Focus::Typed,
                None => Focus::Button(0),
            },
            typed,
            ..Self::tell(question.title, question.body, buttons)
        }
    }

    /// A message; the first button only closes it.
    pub fn tell(title: String, body: Vec<String>, buttons: Vec<Button>) -> Self {
        Self {
            title,
            body,
            typed: None,
            buttons,
            safe: 0,
            focus: Focus::Button(0),
            ears: Ears::default(),
            places: Vec::new(),
        }
    }

    /// With the button at the end as the one that only closes it.
    pub fn safe_last(mut self) -> Self {
        self.safe = self.buttons.len() - 1;
        self.focus = Focus::Button(self.safe);
        self
    }

    pub fn mode(&self) -> Mode {
        match self.focus {
            Focus::Typed => Mode::Typing,
            Focus::Button(_) => Mode::Moving,
        }
    }

    pub fn act(&mut self, action: Action, cx: &Cx) -> Verdict {
        if self.ears.are_deaf(cx) {
            return Verdict::Stay;
        }
        match action {
            Action::Back | Action::Leave => return self.press(self.safe),
            Action::Open => {
                return match self.focus {
                    Focus::Button(at) => self.press(at),
                    Focus::Typed if self.is_typed() => self.press(self.buttons.len() - 1),
                    Focus::Typed => Verdict::Stay,
                };
            }
            Action::Up | Action::Left | Action::PreviousPanel => self.step(-1),
            Action::Down | Action::Right | Action::NextPanel => self.step(1),
            Action::ClearText => {
                if let Some(typed) = &mut self.typed {
                    typed.field.set("");
                }
            }
            _ => {}
        }
        Verdict::Stay
    }

    pub fn click(&mut self, place: Position, cx: &Cx) -> Verdict {
        let button = self.places.iter().position(|area| area.contains(place));
        match button {
            Some(at) if !self.ears.are_deaf(cx) => {
                self.focus = Focus::Button(at);
                self.press(at)
            }
            _ => Verdict::Stay,
        }
    }

    pub fn type_key(&mut self, key: KeyEvent, cx: &Cx) {
        if self.ears.are_deaf(cx) {
            return;
        }
        if let (Focus::Typed, Some(typed)) = (self.focus, &mut self.typed) {
            typed.field.key(key);
        }
    }

    /// Digits that come in one go are the number, typed fast; Enter is pressed apart from it. Anything else is no answer.
    pub fn paste(&mut self, pasted: &str, cx: &Cx) {
        let pasted = pasted.trim();
        let is_number = pasted.chars().all(|c| c.is_ascii_digit());
        if let (Focus::Typed, Some(typed)) = (self.focus, &mut self.typed)
            && is_number
            && !self.ears.are_deaf(cx)
        {
            typed.field.paste(pasted);
        }
    }

    pub fn hints(&self, keys: Keys) -> Vec<Hint> {
        let hint = |key: &str, label: &str| (key.to_owned(), label.to_owned());
        let mut hints = Vec::new();
        match self.focus {
            Focus::Typed if self.is_typed() => {
                hints.extend(
                    self.buttons
                        .last()
                        .map(|does_it| hint("Enter", &does_it.label)),
                );
            }
            Focus::Typed => {}
            Focus::Button(at) => hints.push(hint("Enter", &self.buttons[at].label)),
        }
        if self.stops().len() > 1 {
            let key = keys.all(self.mode(), Action::NextPanel).first();
            hints.extend(key.map(|key| hint(key, "Next button")));
        }
        hints
    }

    pub fn escape(&self) -> String {
        self.buttons[self.safe].label.clone()
    }

    pub fn tip(&self) -> String {
        match &self.typed {
            Some(typed) if !self.is_typed() => {
                format!("Type {}, or press Esc to go back.", typed.wanted)
            }
            _ => String::new(),
        }
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let (buttons, places) = self.buttons_line(theme);
        let longest = self.body.iter().map(|line| text::width(line));
        let content = longest
            .chain([text::width(&self.title), lines::width(&buttons.spans)])
            .max()
            .unwrap_or_default()
            .max(56)
            .min(usize::from(area.width.saturating_sub(4)));
        let typed = if self.typed.is_some() { 2 } else { 0 };
        let body: Vec<String> = self
            .body
            .iter()
            .flat_map(|line| wrap(line, content))
            .collect();
        let height = body.len() + typed + 4;
        let area = area.centered(
            Constraint::Length(content as u16 + 4),
            Constraint::Length(height as u16),
        );
        frame.render_widget(Clear, area);
        let block = panel(area.width, &self.title, "", false, theme);
        let inside = block.inner(area);
        frame.render_widget(block, area);
        let mut lines: Vec<Line> = body
            .into_iter()
            .map(|line| Line::from(format!(" {line}")))
            .collect();
        let mut cursor = None;
        if let Some(typed) = &mut self.typed {
            let label = format!(" Type {} to {}:  ", typed.wanted, typed.verb);
            let (line, column) = typed.field.line(typed.wanted.len() + 6, theme.warn());
            cursor = Some((text::width(&label) + 1 + column, lines.len() + 1));
            let mut spans = vec![Span::raw(label), Span::raw("[")];
            spans.extend(line.spans);
            spans.push(Span::raw("]"));
            lines.extend([Line::default(), Line::from(spans)]);
        }
        let row = below(inside, lines.len() as u16 + 1);
        let place = |(x, width): (usize, usize)| Rect {
            x: row.x + x as u16,
            width: width as u16,
            height: row.height.min(1),
            ..row
        };
        self.places = places.into_iter().map(place).collect();
        lines.extend([Line::default(), buttons]);
        frame.render_widget(Paragraph::new(lines), inside);
        match (self.focus, cursor) {
            (Focus::Typed, Some((x, y))) => put_cursor(frame, inside, (x as u16, y as u16)),
            (Focus::Button(at), _) => put_cursor(frame, self.places[at], (1, 0)),
            (Focus::Typed, None) => {}
        }
    }

    /// The row of buttons, and for each where it begins and how many columns it takes.
    fn buttons_line(&self, theme: Theme) -> (Line<'static>, Vec<(usize, usize)>) {
        let mut spans = vec![Span::raw(" ")];
        let (mut places, mut x) = (Vec::new(), 1);
        for (at, button) in self.buttons.iter().enumerate() {
            if at > 0 {
                spans.push(Span::raw("     "));
                x += 5;
            }
            let focus = self.focus == Focus::Button(at);
            let label = if focus {
                format!("[>{} ]", button.label)
            } else {
                format!("[ {} ]", button.label)
            };
            let style = if focus {
                theme.select()
            } else {
                theme.accent()
            };
            let width = text::width(&label);
            places.push((x, width));
            x += width;
            spans.push(Span::styled(label, style));
        }
        (Line::from(spans), places)
    }

    fn is_typed(&self) -> bool {
        self.typed
            .as_ref()
            .is_none_or(|typed| typed.field.value().trim() == typed.wanted)
    }

    /// The button that does it stays dead until the number stands there.
    fn press(&mut self, at: usize) -> Verdict {
        if at != self.safe && !self.is_typed() {
            return Verdict::Stay;
        }
        match self.buttons[at].then.take() {
            Some(effect) => Verdict::Then(effect),
            None => Verdict::Close,
        }
    }

    fn stops(&self) -> Vec<Focus> {
        let typed = self.typed.iter().map(|_| Focus::Typed);
        typed
            .chain((0..self.buttons.len()).map(Focus::Button))
            .collect()
    }

    fn step(&mut self, by: isize) {
        let stops = self.stops();
        let at = stops.iter().position(|stop| *stop == self.focus);
        let next = at
            .unwrap_or_default()
            .saturating_add_signed(by)
            .min(stops.len() - 1);
        self.focus = stops[next];
    }
}

/// Breaks a line between words so that each part fits.
pub fn wrap(line: &str, columns: usize) -> Vec<String> {
    let indent: String = line.chars().take_while(|c| *c == ' ').collect();
    if text::width(line) <= columns {
        return vec![line.to_owned()];
    }
    let mut lines = Vec::new();
    let mut current = indent.clone();
    for word in line.split_whitespace() {
        let empty = current.trim().is_empty();
        if !empty && text::width(&current) + 1 + text::width(word) > columns {
            lines.push(std::mem::replace(&mut current, indent.clone()));
        } else if !empty {
            current.push(' ');
        }
        current.push_str(&text::shorten(word, columns.max(1)));
    }
    lines.push(current);
    lines
}
