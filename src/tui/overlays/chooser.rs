//! A list to choose one line from, or to show, hide and order its lines.

use ratatui::{
    Frame,
    layout::{Constraint, Position, Rect},
    text::Line,
    widgets::{Clear, Paragraph},
};

use super::Verdict;
use crate::{
    text,
    tui::{
        action::Action,
        event::{ChoiceOf, Choosing, Cx, Effect},
        theme::Theme,
        widgets::{footer::Hint, lines::Lines, panel::panel},
    },
};

#[derive(Debug)]
pub struct Chooser {
    list: Choosing,
    /// First line that is shown.
    first: usize,
    places: Lines,
}

impl Chooser {
    pub fn new(list: Choosing) -> Self {
        Self {
            list,
            first: 0,
            places: Lines::default(),
        }
    }

    pub fn act(&mut self, action: Action, cx: &Cx) -> Verdict {
        let page = isize::from(cx.size.height as i16 / 2).max(1);
        match action {
            Action::Up | Action::PreviousPanel => self.step(-1),
            Action::Down | Action::NextPanel => self.step(1),
            Action::PageUp => self.step(-page),
            Action::PageDown => self.step(page),
            Action::First => self.step(isize::MIN),
            Action::Last => self.step(isize::MAX),
            Action::Open => return Verdict::Then(Effect::Chosen(Box::new(self.list.clone()))),
            Action::Back | Action::Leave => return Verdict::Close,
            Action::Remove | Action::SetAside if self.list.of == ChoiceOf::Views => {
                if let Some(line) = self.list.lines.get(self.list.at) {
                    return Verdict::Then(Effect::RemoveView(line.key.clone()));
                }
            }
            _ if self.arranges() => self.arrange(action),
            _ => {}
        }
        Verdict::Stay
    }

    /// Shows or hides the line under the pointer, or chooses it.
    pub fn click(&mut self, place: Position, cx: &Cx) -> Verdict {
        let Some(line) = self.places.at(place) else {
            return Verdict::Stay;
        };
        self.list.at = line;
        let action = if self.arranges() {
            Action::Mark
        } else {
            Action::Open
        };
        self.act(action, cx)
    }

    pub fn hints(&self) -> Vec<Hint> {
        let hint = |key: &str, label: &str| (key.to_owned(), label.to_owned());
        match self.list.of {
            ChoiceOf::Columns => vec![
                hint("Enter", "Keep"),
                hint("Space", "Show or hide"),
                hint("Shift+Up/Down", "Order"),
            ],
            ChoiceOf::Views => vec![hint("Enter", "List it"), hint("Del", "Remove it")],
            _ => vec![hint("Enter", "Choose"), hint("Up/Down", "Move")],
        }
    }

    pub fn tip(&self) -> String {
        match self.list.of {
            ChoiceOf::Columns => {
                "Left hides and Right shows a column; [ and ] move it as well.".to_owned()
            }
            ChoiceOf::Sort => "Choosing it once more turns the order round.".to_owned(),
            ChoiceOf::Order => "What is done stays at the bottom.".to_owned(),
            ChoiceOf::FixAll => "What would happen is shown before anything does.".to_owned(),
            ChoiceOf::Views => "Removing a view changes no record.".to_owned(),
            ChoiceOf::SetAside => "u takes it back.".to_owned(),
        }
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let lines = &self.list.lines;
        let longest = |width: fn(&str) -> usize, of: fn(&crate::tui::event::Choosable) -> &str| {
            lines.iter().map(|line| width(of(line))).max().unwrap_or(0)
        };
        let label = longest(text::width, |line| &line.label).min(50);
        let note = longest(text::width, |line| &line.note).min(30);
        let wanted = (label + note + 12).max(text::width(&self.list.title) + 10);
        let width = (wanted as u16).clamp(30, area.width.saturating_sub(4).max(30));
        let height = (lines.len() as u16 + 2).min(area.height);
        let area = area.centered(Constraint::Length(width), Constraint::Length(height));
        frame.render_widget(Clear, area);
        let room = usize::from(area.height.saturating_sub(2)).max(1);
        let at = self.list.at;
        self.first = self.first.min(at).max((at + 1).saturating_sub(room));
        let note = if lines.len() > room {
            format!("{} of {}", at + 1, lines.len())
        } else {
            String::new()
        };
        let block = panel(area.width, &self.list.title, &note, true, theme);
        let inside = block.inner(area);
        frame.render_widget(block, area);
        self.places = Lines::new(inside, self.first, lines.len());
        let columns = usize::from(inside.width);
        let shown = lines.iter().enumerate().skip(self.first).take(room);
        let shown = shown.map(|(place, line)| {
            let cursor = if place == at { ">" } else { " " };
            let mark = match (self.arranges(), line.shown) {
                (false, _) => "",
                (true, true) => "[x] ",
                (true, false) => "[ ] ",
            };
            let name = text::shorten(&line.label, label);
            let gap = " ".repeat(label + 2 - text::width(&name));
            let words = format!(" {cursor} {mark}{name}{gap}{}", line.note);
            let words = text::shorten(words.trim_end(), columns);
            let line = Line::from(words);
            if place == at {
                line.style(theme.select())
            } else {
                line
            }
        });
        let shown: Vec<Line> = shown.collect();
        frame.render_widget(Paragraph::new(shown), inside);
        let place = (inside.x + 1, inside.y + (at - self.first) as u16);
        if inside.contains(place.into()) {
            frame.set_cursor_position(place);
        }
    }

    /// Whether lines can be shown, hidden and put in order.
    fn arranges(&self) -> bool {
        self.list.of == ChoiceOf::Columns
    }

    fn arrange(&mut self, action: Action) {
        let at = self.list.at;
        let last = self.list.lines.len().saturating_sub(1);
        match action {
            Action::Earlier | Action::PreviousRecord if at > 0 => {
                self.list.lines.swap(at, at - 1);
                self.list.at -= 1;
            }
            Action::Later | Action::NextRecord if at < last => {
                self.list.lines.swap(at, at + 1);
                self.list.at += 1;
            }
            Action::Mark => {
                if let Some(line) = self.list.lines.get_mut(at) {
                    line.shown = !line.shown;
                }
            }
            Action::Left | Action::Right => {
                if let Some(line) = self.list.lines.get_mut(at) {
                    line.shown = action == Action::Right;
                }
            }
            _ => {}
        }
    }

    fn step(&mut self, by: isize) {
        let last = self.list.lines.len().saturating_sub(1);
        self.list.at = self.list.at.saturating_add_signed(by).min(last);
    }
}
