//! Help, menu and commands: what can be done, to look up and to run. Made from the registry and the page's offers.

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
        event::{Cx, Effect, Route},
        keymap::{self, Mode},
        theme::Theme,
        widgets::{field::Field, footer::Hint, panel::panel},
    },
};

/// Columns for the keys.
const KEYS: usize = 9;

/// One action of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub action: Action,
    pub keys: String,
    pub sentence: String,
    pub section: Section,
    /// Why it cannot be done now.
    pub unable: Option<String>,
    /// Whether records change by it, or are sent.
    changes: bool,
    /// Other words people look for it with.
    also: &'static str,
    /// What it does, where the action alone does not say it.
    then: Option<Effect>,
}

impl Entry {
    /// A saved view, which is listed by going to its records.
    pub fn view(name: &str, filter: &str, route: Route) -> Self {
        Self {
            sentence: format!("View {}   {}", text::safe(name), text::safe(filter)),
            then: Some(Effect::Go(route)),
            ..Self::new(&Offer::new(Action::Views, ""), Mode::Moving)
        }
    }

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
            changes: about.changes,
            also: about.also,
            then: None,
        }
    }
}

/// What the list is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Help,
    Menu,
    Commands,
}

impl Kind {
    /// The most columns its box takes.
    fn width(self) -> u16 {
        match self {
            Self::Help => 92,
            Self::Menu => 64,
            Self::Commands => 80,
        }
    }
}

#[derive(Debug)]
pub struct Palette {
    kind: Kind,
    title: String,
    entries: Vec<Entry>,
    /// The search field; a menu has none.
    search: Option<Field>,
    /// Place in `found()`.
    at: usize,
    /// Where the entries are, as drawn last, with their places in `found()`.
    places: Vec<(Rect, usize)>,
}

/// Where the cursor begins: Enter pressed too soon must not change anything.
fn harmless(entries: &[Entry]) -> usize {
    let first = entries.iter().position(|entry| !entry.changes);
    first.unwrap_or_default()
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
            kind: Kind::Help,
            title: format!("Help: {page}"),
            at: harmless(&entries),
            entries,
            search: Some(Field::default()),
            places: Vec::new(),
        }
    }

    /// What can be done now, for arrows and Enter alone.
    pub fn menu(page: &str, mut entries: Vec<Entry>) -> Self {
        entries.retain(|entry| entry.unable.is_none());
        Self {
            kind: Kind::Menu,
            title: format!("Menu: {page}"),
            at: harmless(&entries),
            entries,
            search: None,
            places: Vec::new(),
        }
    }

    /// Every action there is; what cannot be done comes last and says why.
    pub fn commands(mut entries: Vec<Entry>) -> Self {
        entries.sort_by_key(|entry| entry.unable.is_some());
        Self {
            kind: Kind::Commands,
            title: "Commands".to_owned(),
            at: harmless(&entries),
            entries,
            search: Some(Field::default()),
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
            Action::Open if self.row_wanted().is_some() => {
                let wanted = self.row_wanted();
                return wanted.map_or(Verdict::Stay, |row| Verdict::Then(Effect::GoToRow(row)));
            }
            Action::Open if let Some(name) = self.view_wanted() => {
                return Verdict::Then(Effect::SaveView(name.to_owned()));
            }
            Action::Back | Action::Leave | Action::Menu | Action::Help => return Verdict::Close,
            Action::Open => {
                return match self.chosen() {
                    Some(entry) if entry.unable.is_none() => {
                        let then = entry.then.clone();
                        Verdict::Then(then.unwrap_or(Effect::Act(entry.action)))
                    }
                    _ => Verdict::Stay,
                };
            }
            _ => {}
        }
        Verdict::Stay
    }

    /// The entry under the cursor.
    pub fn chosen(&self) -> Option<&Entry> {
        self.found().get(self.at).copied()
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
            self.begin();
        }
    }

    pub fn paste(&mut self, text: &str) {
        if let Some(field) = &mut self.search {
            field.paste(text);
            self.begin();
        }
    }

    pub fn hints(&self) -> Vec<Hint> {
        let hint = |key: &str, label: &str| (key.to_owned(), label.to_owned());
        let mut hints = Vec::new();
        if self.search.is_some() {
            hints.push(hint("Type", "to search"));
        }
        if self.found().len() > 1 {
            hints.push(hint("Up/Down", "Choose"));
        }
        let can_run = self.chosen().is_some_and(|entry| entry.unable.is_none());
        if can_run || self.row_wanted().is_some() {
            hints.push(hint("Enter", "Run it"));
        }
        hints
    }

    pub fn escape(&self) -> String {
        match (self.kind, self.searched().is_empty()) {
            (_, false) => "Clear search",
            (Kind::Help, true) => "Close help",
            (Kind::Menu, true) => "Close menu",
            (Kind::Commands, true) => "Close",
        }
        .to_owned()
    }

    pub fn tip(&self) -> String {
        if let Some(row) = self.row_wanted() {
            return format!("Enter lists row {}.", text::thousands(row));
        }
        if let Some(name) = self.view_wanted() {
            return format!("Enter saves the filter as the view {}.", text::safe(name));
        }
        match self.chosen().map(|entry| &entry.unable) {
            Some(Some(reason)) => format!("Not now: {reason}."),
            Some(None) if self.search.is_some() => {
                "Dim lines cannot be used now. The reason stands beside them.".to_owned()
            }
            Some(None) => String::new(),
            None if self.kind == Kind::Commands => {
                "Words match names, other names and keys: undo, skip, ctrl+z, row 12004.".to_owned()
            }
            None => "No action has these words.".to_owned(),
        }
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let width = area.width.saturating_sub(2).min(self.kind.width());
        let about = self.about(usize::from(width).saturating_sub(4));
        let rows = self.rows();
        let search = if self.search.is_some() { 2 } else { 0 };
        let wide = self.kind == Kind::Help && width >= 90 && rows.len() > 8;
        let columns = if wide { 2 } else { 1 };
        let below = if about.is_empty() { 0 } else { about.len() + 1 };
        let needed = self.listed(rows.len(), columns) + search + below + 2;
        let height = (needed as u16).min(area.height);
        let area = area.centered(Constraint::Length(width), Constraint::Length(height));
        let block = panel(area.width, &self.title, &self.note(), true, theme);
        let inside = block.inner(area);
        let shown = usize::from(inside.height).saturating_sub(search + below);
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
        let [top, list, bottom] = inside.layout(&Layout::vertical([
            Constraint::Length(search as u16),
            Constraint::Fill(1),
            Constraint::Length(below as u16),
        ]));
        draw_about(frame, bottom, &about);
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

    /// Rows the list wants, where so many are to be shown.
    fn listed(&self, rows: usize, columns: usize) -> usize {
        match self.kind {
            // Does not jump while one types.
            Kind::Commands => 10,
            Kind::Help | Kind::Menu => rows.div_ceil(columns),
        }
    }

    fn draw_search(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let Some(field) = &mut self.search else {
            return;
        };
        let label = match self.kind {
            Kind::Commands => " : [",
            Kind::Help | Kind::Menu => " Search  [",
        };
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
        match self.kind {
            Kind::Help => "type to search, Enter runs it".to_owned(),
            Kind::Menu => String::new(),
            Kind::Commands => format!("{} of {}", self.found().len(), self.entries.len()),
        }
    }

    /// What the chosen command does, and whether it can be taken back.
    fn about(&self, columns: usize) -> Vec<String> {
        let entry = match (self.kind, self.chosen()) {
            (Kind::Commands, Some(entry)) => entry,
            (Kind::Commands, None) => return vec![String::new(); 3],
            (Kind::Help | Kind::Menu, _) => return Vec::new(),
        };
        let undo = match entry.action {
            Action::Send | Action::TryOne => "Asks first. Sending cannot be undone.",
            Action::Undo | Action::Redo => "What was sent stays as it is.",
            _ if entry.changes => "Changes records. Can be undone.",
            _ => "Changes no record.",
        };
        let also = match entry.also {
            "" => String::new(),
            also => format!("Also called: {also}"),
        };
        let words = format!("{}. {undo}", entry.sentence);
        ["About the selected command", words.as_str(), also.as_str()]
            .map(|line| text::shorten(line, columns))
            .to_vec()
    }

    /// `row 12004`, or the number alone.
    fn row_wanted(&self) -> Option<u64> {
        let words = self.searched().trim();
        let number = words.strip_prefix("row ").unwrap_or(words);
        let is_commands = self.kind == Kind::Commands;
        number.trim().parse().ok().filter(|_| is_commands)
    }

    /// The name behind `save view`.
    fn view_wanted(&self) -> Option<&str> {
        let name = self.searched().trim().strip_prefix("save view ")?.trim();
        (self.kind == Kind::Commands && !name.is_empty()).then_some(name)
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
            if self.kind == Kind::Help && section != Some(entry.section) {
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
            let text = format!("{} {} {}", entry.sentence, entry.keys, entry.also).to_lowercase();
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
        self.begin();
    }

    /// The cursor goes to where a list begins.
    fn begin(&mut self) {
        self.at = match self.searched() {
            "" => harmless(&self.entries),
            _ => 0,
        };
    }
}

/// Below the list, with an empty line between.
fn draw_about(frame: &mut Frame, area: Rect, about: &[String]) {
    let about = about.iter().map(|line| Line::from(format!(" {line}")));
    let lines: Vec<Line> = [Line::default()].into_iter().chain(about).collect();
    frame.render_widget(Paragraph::new(lines), area);
}
