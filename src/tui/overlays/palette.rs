//! Help and menu: the actions of the page in front, to look up and to run. Made from the registry and the page's offers.

use crossterm::event::KeyEvent;
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Position, Rect},
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::Verdict;
use crate::{
    text,
    tui::{
        action::{Action, Offer, Section},
        event::{Cx, Effect},
        keymap::{self, Mode},
        theme::Theme,
        widgets::{field::Field, footer::Hint, panel::panel},
    },
};

/// Columns for the keys.
const KEYS: usize = 9;

/// One action of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub action: Action,
    pub keys: String,
    pub sentence: String,
    pub section: Section,
    /// Why it cannot be done now.
    pub unable: Option<String>,
}

impl Entry {
    pub fn new(offer: &Offer, mode: Mode) -> Self {
        let about = offer.action.about();
        let keys = keymap::keys(mode, offer.action);
        let two = keys[..keys.len().min(2)].join(" ");
        Self {
            action: offer.action,
            keys: match two.len() {
                ..=KEYS => two,
                _ => keys[0].to_owned(),
            },
            sentence: about.sentence.to_owned(),
            section: about.section,
            unable: offer.unable.clone(),
        }
    }
}

#[derive(Debug)]
pub struct Palette {
    title: String,
    entries: Vec<Entry>,
    /// The search field; a menu has none.
    search: Option<Field>,
    /// Place in `found()`.
    at: usize,
    /// Where the entries are, as drawn last, with their places in `found()`.
    places: Vec<(Rect, usize)>,
}

/// One row of the list.
enum Row<'a> {
    Heading(&'static str),
    Entry(usize, &'a Entry),
}

impl Palette {
    /// All actions with their keys; type to search.
    pub fn help(page: &str, entries: Vec<Entry>) -> Self {
        Self {
            title: format!("Help: {page}"),
            entries,
            search: Some(Field::default()),
            at: 0,
            places: Vec::new(),
        }
    }

    /// What can be done now, for arrows and Enter alone.
    pub fn menu(page: &str, mut entries: Vec<Entry>) -> Self {
        entries.retain(|entry| entry.unable.is_none());
        Self {
            title: format!("Menu: {page}"),
            entries,
            search: None,
            at: 0,
            places: Vec::new(),
        }
    }

    pub fn mode(&self) -> Mode {
        match self.search {
            Some(_) => Mode::Typing,
            None => Mode::Moving,
        }
    }

    pub fn act(&mut self, action: Action, cx: &Cx) -> Verdict {
        let last = self.found().len().saturating_sub(1);
        let page = usize::from(cx.size.height / 2);
        match action {
            Action::Up | Action::PreviousPanel => self.at = self.at.saturating_sub(1),
            Action::Down | Action::NextPanel => self.at = (self.at + 1).min(last),
            Action::PageUp => self.at = self.at.saturating_sub(page),
            Action::PageDown => self.at = (self.at + page).min(last),
            Action::First => self.at = 0,
            Action::Last => self.at = last,
            Action::ClearText => self.search_for(""),
            Action::Back | Action::Leave if !self.searched().is_empty() => self.search_for(""),
            Action::Back | Action::Leave | Action::Menu | Action::Help => return Verdict::Close,
            Action::Open => {
                return match self.found().get(self.at) {
                    Some(entry) if entry.unable.is_none() => {
                        Verdict::Then(Effect::Act(entry.action))
                    }
                    _ => Verdict::Stay,
                };
            }
            _ => {}
        }
        Verdict::Stay
    }

    /// Runs the entry under the pointer.
    pub fn click(&mut self, place: Position, cx: &Cx) -> Verdict {
        let mut places = self.places.iter();
        match places.find(|(area, _)| area.contains(place)) {
            Some((_, at)) => {
                self.at = *at;
                self.act(Action::Open, cx)
            }
            None => Verdict::Stay,
        }
    }

    pub fn type_key(&mut self, key: KeyEvent) {
        if let Some(field) = &mut self.search {
            field.key(key);
            self.at = 0;
        }
    }

    pub fn paste(&mut self, text: &str) {
        if let Some(field) = &mut self.search {
            field.paste(text);
            self.at = 0;
        }
    }

    pub fn hints(&self) -> Vec<Hint> {
        let hint = |key: &str, label: &str| (key.to_owned(), label.to_owned());
        let mut hints = vec![hint("Up/Down", "Choose"), hint("Enter", "Run it")];
        if self.search.is_some() {
            hints.insert(0, hint("Type", "to search"));
        }
        hints
    }

    pub fn escape(&self) -> String {
        match (&self.search, self.searched().is_empty()) {
            (Some(_), false) => "Clear search",
            (Some(_), true) => "Close help",
            (None, _) => "Close menu",
        }
        .to_owned()
    }

    pub fn tip(&self) -> String {
        match self.found().get(self.at).map(|entry| &entry.unable) {
            Some(Some(reason)) => format!("Not now: {reason}."),
            Some(None) if self.search.is_some() => {
                "Dim lines cannot be used now. The reason stands beside them.".to_owned()
            }
            Some(None) => String::new(),
            None => "No action has these words.".to_owned(),
        }
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let width = match self.search {
            Some(_) => area.width.saturating_sub(2).min(92),
            None => area.width.saturating_sub(2).min(64),
        };
        let rows = self.rows();
        let search = if self.search.is_some() { 2 } else { 0 };
        let wide = width >= 90 && rows.len() > 8;
        let columns = if wide { 2 } else { 1 };
        let needed = rows.len().div_ceil(columns) + search + 2;
        let height = (needed as u16).min(area.height);
        let area = area.centered(Constraint::Length(width), Constraint::Length(height));
        let block = panel(area.width, &self.title, &self.note(), true, theme);
        let inside = block.inner(area);
        let shown = usize::from(inside.height).saturating_sub(search);
        let first = self.first(&rows, shown * columns, shown);
        let lines: Vec<Line> = rows
            .iter()
            .skip(first)
            .map(|row| self.line(row, usize::from(inside.width) / columns, theme))
            .collect();
        let entries: Vec<Option<usize>> = (rows.iter().skip(first))
            .map(|row| match row {
                Row::Heading(_) => None,
                Row::Entry(at, _) => Some(*at),
            })
            .collect();
        drop(rows);
        frame.render_widget(Clear, area);
        frame.render_widget(block, area);
        let [top, list] = inside.layout(&Layout::vertical([
            Constraint::Length(search as u16),
            Constraint::Fill(1),
        ]));
        let per_column = if lines.len() <= shown {
            lines.len().div_ceil(columns).max(1)
        } else {
            shown.max(1)
        };
        let parts: [Rect; 2] = list.layout(&Layout::horizontal([
            Constraint::Fill(1),
            Constraint::Fill(u16::from(columns == 2)),
        ]));
        let chunks = lines.chunks(per_column).zip(entries.chunks(per_column));
        self.places.clear();
        for (part, (lines, entries)) in parts.into_iter().zip(chunks) {
            frame.render_widget(Paragraph::new(lines.to_vec()), part);
            let shown = part.rows().zip(entries);
            let places = shown.filter_map(|(row, at)| Some((row, (*at)?)));
            self.places.extend(places);
        }
        self.draw_search(frame, top, theme);
    }

    fn draw_search(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let Some(field) = &mut self.search else {
            return;
        };
        let label = " Search  [";
        let (line, column) = field.line(34, theme.warn());
        let mut spans = vec![Span::raw(label)];
        spans.extend(line.spans);
        spans.push(Span::raw("]"));
        frame.render_widget(Line::from(spans), area);
        let x = area.x + (label.len() + column) as u16;
        if area.contains((x, area.y).into()) {
            frame.set_cursor_position((x, area.y));
        }
    }

    fn note(&self) -> String {
        match self.search {
            Some(_) => "type to search, Enter runs it".to_owned(),
            None => String::new(),
        }
    }

    /// The first row to show, so that the chosen one is seen.
    fn first(&self, rows: &[Row], room: usize, step: usize) -> usize {
        let chosen = rows
            .iter()
            .position(|row| matches!(row, Row::Entry(at, _) if *at == self.at))
            .unwrap_or_default();
        if chosen < room {
            0
        } else {
            (chosen + 1).saturating_sub(step)
        }
    }

    fn line(&self, row: &Row, columns: usize, theme: Theme) -> Line<'static> {
        let (at, entry) = match row {
            Row::Heading(words) => return Line::styled(format!(" {words}"), theme.accent()),
            Row::Entry(at, entry) => (*at, *entry),
        };
        let cursor = if at == self.at { ">" } else { " " };
        let mut words = entry.sentence.clone();
        if let Some(reason) = &entry.unable {
            words.push_str(&format!("  ({reason})"));
        }
        let line = format!(" {cursor} {:<KEYS$} {words}", entry.keys);
        let line = text::shorten(&line, columns.saturating_sub(1));
        let style = match (at == self.at, &entry.unable) {
            (true, _) => theme.select(),
            (false, Some(_)) => theme.disabled(),
            (false, None) => ratatui::style::Style::new(),
        };
        Line::styled(line, style)
    }

    fn rows(&self) -> Vec<Row<'_>> {
        let mut rows = Vec::new();
        let mut section = None;
        for (at, entry) in self.found().into_iter().enumerate() {
            if self.search.is_some() && section != Some(entry.section) {
                section = Some(entry.section);
                rows.push(Row::Heading(match entry.section {
                    Section::Page => "This page",
                    Section::Everywhere => "Everywhere",
                    Section::Moving => "Moving",
                }));
            }
            rows.push(Row::Entry(at, entry));
        }
        rows
    }

    fn found(&self) -> Vec<&Entry> {
        let words = self.searched().to_lowercase();
        let wanted = |entry: &&Entry| {
            let text = format!("{} {}", entry.sentence, entry.keys).to_lowercase();
            words.split_whitespace().all(|word| text.contains(word))
        };
        self.entries.iter().filter(wanted).collect()
    }

    fn searched(&self) -> &str {
        self.search.as_ref().map_or("", Field::value)
    }

    fn search_for(&mut self, words: &str) {
        if let Some(field) = &mut self.search {
            field.set(words);
        }
        self.at = 0;
    }
}
