//! Help, menu and commands: what can be done, to look up and to run. Made from the registry and the page's offers.

use crossterm::event::KeyEvent;
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Position, Rect},
    text::Line,
    widgets::Paragraph,
};

use super::{
    Verdict,
    choices::{Choice, Choices},
    framed, wrap,
};
use crate::{
    text,
    tui::{
        action::{Action, Offer, Section},
        event::{Cx, Effect},
        keymap::{Keys, Mode},
        theme::Theme,
        widgets::footer::Hint,
        words,
    },
};

/// Columns for the keys.
const KEYS: usize = 9;

/// Columns at the right of a line, where its keys stand behind what it does.
const BEHIND: usize = KEYS + 5;

/// Lines below the commands: a heading, what the chosen one does, and twice what else it is called.
const ABOUT: usize = 4;

const WORDS: &str = "Words match names, other names and keys: undo, skip, ctrl+z, record 12004.";

/// What is told beside what can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Keys of a text field, which are no actions.
    Typing,
    Mouse,
    /// What signs mean.
    Signs,
}

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
    /// It is there to be read, and of what it tells.
    pub told: Option<Told>,
}

impl Entry {
    /// What an action does with something in particular, in words of its own. Safe to print.
    pub fn particular(action: Action, sentence: String, then: Effect) -> Self {
        Self {
            keys: String::new(),
            sentence,
            then: Some(then),
            also: "",
            ..Self::new(&Offer::new(action, ""), Keys::default())
        }
    }

    /// The same under these keys.
    #[must_use]
    pub fn under_keys(mut self, keys: String) -> Self {
        self.keys = keys;
        self
    }

    /// The same, found by these words as well.
    #[must_use]
    pub fn also_called(mut self, also: &'static str) -> Self {
        self.also = also;
        self
    }

    pub fn new(offer: &Offer, keys: Keys) -> Self {
        Self::in_mode(Mode::Moving, offer, keys)
    }

    /// The same with the keys it has in this mode; none where it has none then.
    pub fn in_mode(mode: Mode, offer: &Offer, keys: Keys) -> Self {
        let about = offer.action.about();
        let keys = keys.all(mode, offer.action);
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
            told: None,
        }
    }

    /// Something to be read only.
    pub fn told(told: Told, keys: &str, sentence: &str) -> Self {
        Self {
            keys: keys.to_owned(),
            sentence: sentence.to_owned(),
            told: Some(told),
            also: "",
            ..Self::new(&Offer::new(Action::Help, ""), Keys::default())
        }
    }
}

impl Choice for Entry {
    fn label(&self) -> &str {
        &self.sentence
    }

    fn front(&self) -> String {
        format!("{:<KEYS$} ", self.keys)
    }

    fn heading(&self) -> Option<&'static str> {
        Some(match (self.told, self.section) {
            (Some(Told::Typing), _) => "In the text",
            (Some(Told::Mouse), _) => "Mouse",
            (Some(Told::Signs), _) => "Signs",
            (None, Section::Page) => "This page",
            (None, Section::Everywhere) => "Everywhere",
            (None, Section::Moving) => "Moving",
        })
    }

    fn unable(&self) -> Option<&str> {
        self.unable.as_deref()
    }

    fn changes(&self) -> bool {
        self.changes
    }

    fn searched(&self) -> String {
        format!("{} {} {}", self.sentence, self.keys, self.also)
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
    pub(super) entries: Choices<Entry>,
    /// Whether lines had no room when it was drawn last.
    hides: bool,
}

impl Palette {
    /// All actions with their keys; type to search.
    pub fn help(page: &str, entries: Vec<Entry>) -> Self {
        Self {
            kind: Kind::Help,
            title: format!("Help: {page}"),
            entries: Choices::to_search(entries).under_headings(),
            hides: false,
        }
    }

    /// What can be done here, for arrows and Enter alone; what cannot be done now says why.
    pub fn menu(page: &str, entries: Vec<Entry>) -> Self {
        Self {
            kind: Kind::Menu,
            title: format!("Menu: {page}"),
            entries: Choices::new(entries).keys_behind(BEHIND),
            hides: false,
        }
    }

    /// Every action there is; what cannot be done comes last and says why.
    pub fn commands(mut entries: Vec<Entry>) -> Self {
        entries.sort_by_key(|entry| entry.unable.is_some());
        Self {
            kind: Kind::Commands,
            title: "Commands".to_owned(),
            entries: Choices::to_search(entries).keys_behind(BEHIND),
            hides: false,
        }
    }

    pub fn mode(&self) -> Mode {
        if self.entries.is_searched() {
            Mode::Typing
        } else {
            Mode::Moving
        }
    }

    pub fn act(&mut self, action: Action, cx: &Cx) -> Verdict {
        match action {
            Action::Back | Action::Leave if !self.entries.searched().is_empty() => {
                self.entries.search_for("");
            }
            Action::Back | Action::Leave | Action::Menu => return Verdict::Close,
            Action::Open => return self.run(),
            // The keys of a menu are those of the page: they are read beside the lines, and do what they do without it.
            _ if self.kind == Kind::Menu && self.entries.go_to(|entry| entry.action == action) => {
                return self.run();
            }
            Action::Help => return Verdict::Close,
            _ => self.entries.act(action, cx),
        }
        Verdict::Stay
    }

    /// Does what is typed or chosen.
    fn run(&self) -> Verdict {
        if let Some(row) = self.row_wanted() {
            return Verdict::Then(Effect::GoToRow(row));
        }
        if let Some(name) = self.view_wanted() {
            return Verdict::Then(Effect::SaveView(name.to_owned()));
        }
        match self.entries.able().filter(|entry| entry.told.is_none()) {
            Some(entry) => {
                let then = entry.then.clone();
                Verdict::Then(then.unwrap_or(Effect::Act(entry.action)))
            }
            None => Verdict::Stay,
        }
    }

    /// The entry under the cursor.
    pub fn chosen(&self) -> Option<&Entry> {
        self.entries.chosen()
    }

    /// Runs the entry under the pointer.
    pub fn click(&mut self, place: Position) -> Verdict {
        if self.entries.click(place) {
            self.run()
        } else {
            Verdict::Stay
        }
    }

    pub fn type_key(&mut self, key: KeyEvent) {
        self.entries.type_key(key);
    }

    pub fn paste(&mut self, text: &str) {
        self.entries.paste(text);
    }

    pub fn hints(&self) -> Vec<Hint> {
        let hint = |key: &str, label: &str| (key.to_owned(), label.to_owned());
        let mut hints = Vec::new();
        if self.entries.is_searched() {
            hints.push(hint("Type", "to search"));
        }
        if self.entries.count() > 1 {
            hints.push(hint("Up/Down", "Choose"));
        }
        let able = self.entries.able().filter(|entry| entry.told.is_none());
        if able.is_some() || self.row_wanted().is_some() {
            hints.push(hint("Enter", "Run it"));
        }
        hints
    }

    pub fn escape(&self) -> String {
        match (self.kind, self.entries.searched().is_empty()) {
            (_, false) => "Clear search",
            (Kind::Help, true) => "Close help",
            (Kind::Menu, true) => "Close menu",
            (Kind::Commands, true) => "Close",
        }
        .to_owned()
    }

    pub fn tip(&self) -> String {
        if let Some(row) = self.row_wanted() {
            return format!("Enter lists record {}.", text::thousands(row));
        }
        if let Some(name) = self.view_wanted() {
            return format!("Enter saves the filter as the view {}.", text::safe(name));
        }
        match self.chosen().map(|entry| &entry.unable) {
            Some(None) if self.kind == Kind::Commands && self.entries.searched().is_empty() => {
                WORDS.to_owned()
            }
            Some(Some(reason)) => words::not_now(reason),
            Some(_) if self.kind == Kind::Help && self.hides => "PgDn shows more.".to_owned(),
            Some(None) if self.entries.is_searched() => {
                "Dim lines cannot be used now. The reason stands beside them.".to_owned()
            }
            Some(None) => String::new(),
            None if self.kind == Kind::Commands => WORDS.to_owned(),
            None => "Words match what is done and its keys.".to_owned(),
        }
    }

    /// Said in place of the lines where none is found: what to do.
    fn nothing_found(&self) -> String {
        match (self.row_wanted(), self.view_wanted()) {
            (None, None) => {
                "Nothing has all these words. Fewer find more, Esc clears them.".to_owned()
            }
            _ => self.tip(),
        }
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let most = area.width.saturating_sub(2);
        let rows = self.entries.height();
        // Two columns only where nothing of them is cut.
        let both = 2 * self.entries.width() as u16 + 4;
        let wide = self.kind == Kind::Help && both <= most && rows > 8;
        let width = most.min(match self.kind {
            _ if wide => both.max(92),
            // Reasons are read whole where there is room for them.
            Kind::Menu => self.kind.width().max(self.entries.whole_width() as u16 + 2),
            _ => self.kind.width(),
        });
        let about = self.about(usize::from(width).saturating_sub(4));
        let search = if self.entries.is_searched() { 2 } else { 0 };
        let columns = if wide { 2 } else { 1 };
        let below = if about.is_empty() { 0 } else { about.len() + 1 };
        let listed = match self.kind {
            // Does not jump while one types.
            Kind::Commands => 10,
            Kind::Help | Kind::Menu => rows.div_ceil(columns),
        };
        let size = (width, (listed + search + below + 2) as u16);
        let room = usize::from(area.height).saturating_sub(search + below + 2);
        self.hides = listed > room;
        let shown = self.entries.showing(room * columns);
        let note = self.note(shown);
        let inside = framed(frame, area, size, &self.title, &note, theme);
        let [top, list, bottom] = inside.layout(&Layout::vertical([
            Constraint::Length(search as u16),
            Constraint::Fill(1),
            Constraint::Length(below as u16),
        ]));
        draw_about(frame, bottom, &about);
        if self.entries.count() == 0 {
            frame.render_widget(Paragraph::new(format!("   {}", self.nothing_found())), list);
        }
        self.entries.draw(frame, list, columns as u16, theme);
        let label = match self.kind {
            Kind::Commands => " : [",
            Kind::Help | Kind::Menu => " Search  [",
        };
        self.entries.draw_search(frame, top, label, theme);
    }

    /// Where lines are hidden, which one the cursor is on says that there are more.
    fn note(&self, (first, last): (usize, usize)) -> String {
        let place = || format!("{} of {}", self.entries.at() + 1, self.entries.count());
        match self.kind {
            Kind::Help if self.hides => {
                format!("{first}-{last} of {}, type to search", self.entries.count())
            }
            Kind::Help => "type to search, Enter runs it".to_owned(),
            Kind::Menu if self.hides => place(),
            Kind::Menu => String::new(),
            Kind::Commands => {
                format!("{} of {}", self.entries.count(), self.entries.all().len())
            }
        }
    }

    /// What the chosen command does, and whether it can be taken back.
    fn about(&self, columns: usize) -> Vec<String> {
        let entry = match (self.kind, self.chosen()) {
            (Kind::Commands, Some(entry)) => entry,
            (Kind::Commands, None) => return vec![String::new(); ABOUT],
            (Kind::Help | Kind::Menu, _) => return Vec::new(),
        };
        let undo = match entry.action {
            Action::Send | Action::TryOne => "Asks first. Sending cannot be undone.",
            Action::FixAll => "Shows a preview first. Can be undone.",
            Action::Undo | Action::Redo => "What was sent stays as it is.",
            _ if entry.changes => "Changes records. Can be undone.",
            _ => "Changes no record.",
        };
        let also = match entry.also {
            "" => String::new(),
            also => format!("Also called: {also}"),
        };
        let words = format!("{}. {undo}", entry.sentence);
        let mut lines = vec!["About the selected command".to_owned()];
        lines.extend(wrap(&words, columns).into_iter().take(1));
        lines.extend(wrap(&also, columns));
        // Does not jump while one chooses.
        lines.resize(ABOUT, String::new());
        lines
    }

    /// `record 12004`, `row 12004` as in a filter, or the number alone.
    fn row_wanted(&self) -> Option<u64> {
        let words = self.entries.searched().trim();
        let mut names = ["record ", "row "].into_iter();
        let number = names
            .find_map(|name| words.strip_prefix(name))
            .unwrap_or(words);
        let is_commands = self.kind == Kind::Commands;
        number.trim().parse().ok().filter(|_| is_commands)
    }

    /// The name behind `save view`.
    fn view_wanted(&self) -> Option<&str> {
        let name = self
            .entries
            .searched()
            .trim()
            .strip_prefix("save view ")?
            .trim();
        (self.kind == Kind::Commands && !name.is_empty()).then_some(name)
    }
}

/// Below the list, with an empty line between.
fn draw_about(frame: &mut Frame, area: Rect, about: &[String]) {
    let about = about.iter().map(|line| Line::from(format!(" {line}")));
    let lines: Vec<Line> = [Line::default()].into_iter().chain(about).collect();
    frame.render_widget(Paragraph::new(lines), area);
}
