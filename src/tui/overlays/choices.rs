//! Lines to choose one from, for every overlay that offers some: the cursor, what is typed to find a line, what scrolls, how
//! lines are drawn, and which one a click is on.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Position, Rect},
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::searching::far_from;
use crate::{
    text,
    tui::{
        action::Action,
        event::Cx,
        theme::Theme,
        widgets::{
            cursor::put_cursor,
            field::Field,
            lines::{Lines, Roll},
            scrollbar::Scrollbar,
        },
    },
};

/// Columns that labels and notes take at most, where there are notes.
const LABEL: usize = 50;
const NOTE: usize = 30;

/// What can stand on a line. All its words are safe to print.
pub trait Choice {
    fn label(&self) -> &str;

    /// What is said beside the label.
    fn note(&self) -> Option<&str> {
        None
    }

    /// The letter that chooses it at once.
    fn letter(&self) -> Option<char> {
        None
    }

    /// What stands before the label: a letter, keys or a mark, with the space behind it.
    fn front(&self) -> String {
        self.letter()
            .map_or(String::new(), |letter| format!("{letter}  "))
    }

    /// What the lines from this one on have in common.
    fn heading(&self) -> Option<&'static str> {
        None
    }

    /// Why it cannot be chosen now.
    fn unable(&self) -> Option<&str> {
        None
    }

    /// Whether it changes anything: the cursor does not begin on such a line.
    fn changes(&self) -> bool {
        false
    }

    /// All that is searched for what is typed.
    fn searched(&self) -> String {
        self.label().to_owned()
    }
}

/// Lines with a cursor on one of them.
#[derive(Debug)]
pub struct Choices<T> {
    lines: Vec<T>,
    /// Columns that labels take at least, where there are notes.
    label: usize,
    /// Whether headings are shown.
    headed: bool,
    /// Columns at the right for what else stands before a label.
    behind: Option<usize>,
    /// What is typed to find a line, where that can be done.
    search: Option<Field>,
    /// Place of the cursor in `found()`.
    at: usize,
    /// First row that is shown.
    first: usize,
    /// Where rows are, those with headings among them.
    rows: Lines,
    /// Where lines are, as drawn last, with their places in `found()`.
    places: Vec<(Rect, usize)>,
}

/// One row of the list.
enum Row {
    Heading(&'static str),
    /// A line by its place in `found()` and among all.
    Line(usize, usize),
}

impl<T: Choice> Choices<T> {
    /// The cursor begins on the first line that changes nothing: Enter pressed too soon must not either.
    pub fn new(lines: Vec<T>) -> Self {
        let mut choices = Self {
            lines,
            label: 0,
            headed: false,
            behind: None,
            search: None,
            at: 0,
            first: 0,
            rows: Lines::default(),
            places: Vec::new(),
        };
        choices.begin();
        choices
    }

    /// The same, where words are typed to find a line.
    pub fn to_search(lines: Vec<T>) -> Self {
        Self {
            search: Some(Field::default()),
            ..Self::new(lines)
        }
    }

    /// The same with the cursor on this line.
    #[must_use]
    pub fn beginning_at(mut self, at: usize) -> Self {
        self.at = at;
        self
    }

    /// The same with notes that begin no further left than this.
    #[must_use]
    pub fn notes_from(mut self, label: usize) -> Self {
        self.label = label;
        self
    }

    /// The same with headings between.
    #[must_use]
    pub fn under_headings(mut self) -> Self {
        self.headed = true;
        self
    }

    /// The same with what stands before the labels behind them, in so many columns at the right.
    #[must_use]
    pub fn keys_behind(mut self, columns: usize) -> Self {
        self.behind = Some(columns);
        self
    }

    /// All lines, found or not.
    pub fn all(&self) -> &[T] {
        &self.lines
    }

    /// How many lines are found by what is typed.
    pub fn count(&self) -> usize {
        self.found().len()
    }

    /// The place of the cursor among the lines that are found.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The line under the cursor.
    pub fn chosen(&self) -> Option<&T> {
        self.found().get(self.at).map(|at| &self.lines[*at])
    }

    /// The line under the cursor, to be changed.
    pub fn chosen_mut(&mut self) -> Option<&mut T> {
        let at = self.found().get(self.at).copied()?;
        self.lines.get_mut(at)
    }

    /// The line under the cursor, if it can be chosen now.
    pub fn able(&self) -> Option<&T> {
        self.chosen().filter(|line| line.unable().is_none())
    }

    /// Puts the cursor on the first line of this kind. `false` where there is none.
    pub fn go_to(&mut self, is_meant: impl Fn(&T) -> bool) -> bool {
        let found = self.found();
        let mut places = found.iter();
        let meant = places.position(|at| is_meant(&self.lines[*at]));
        self.at = meant.unwrap_or(self.at);
        meant.is_some()
    }

    /// Moves the cursor, where the action does that.
    pub fn act(&mut self, action: Action, cx: &Cx) {
        let page = usize::from(cx.size.height / 2).max(1);
        let last = self.count().saturating_sub(1);
        self.at = match action {
            Action::Up | Action::PreviousPanel => self.at.saturating_sub(1),
            Action::Down | Action::NextPanel => (self.at + 1).min(last),
            Action::PageUp => self.at.saturating_sub(page),
            Action::PageDown => (self.at + page).min(last),
            Action::First => 0,
            Action::Last => last,
            Action::ClearText => return self.search_for(""),
            _ => self.at,
        };
    }

    /// Moves what is in sight, and the cursor where its line would not be any more.
    pub fn roll(&mut self, roll: Roll) {
        let rows = self.rows();
        let line = |row: usize| match rows.get(row) {
            Some(Row::Line(at, _)) => Some(*at),
            _ => None,
        };
        let at = (0..rows.len()).find(|row| line(*row) == Some(self.at));
        if let Some((first, row)) = self.rows.roll(roll, at.unwrap_or_default()) {
            // There is a line below every heading; where it is not in sight, there is one above.
            let below = line(row + 1).filter(|_| self.rows.has(row + 1));
            let above = || row.checked_sub(1).and_then(line);
            self.first = first;
            self.at = line(row).or(below).or_else(above).unwrap_or(self.at);
        }
    }

    /// The scrollbar, if it is there.
    pub fn bar_at(&self, place: Position) -> Option<Scrollbar> {
        self.rows.bar_at(place)
    }

    /// Puts the cursor on what is under the pointer. `false` where that is no line.
    pub fn click(&mut self, place: Position) -> bool {
        let mut places = self.places.iter();
        let clicked = places.find(|(area, _)| area.contains(place));
        self.at = clicked.map_or(self.at, |(_, at)| *at);
        clicked.is_some()
    }

    /// Takes a key that is text: the next of what is searched, else the letter of a line, which gets the cursor. `true`
    /// where it is such a letter.
    pub fn type_key(&mut self, key: KeyEvent) -> bool {
        if let Some(field) = &mut self.search {
            field.key(key);
            self.begin();
            return false;
        }
        let is_meant = |line: &T| line.letter().is_some_and(|c| key.code == KeyCode::Char(c));
        let meant = self.lines.iter().position(is_meant);
        self.at = meant.unwrap_or(self.at);
        meant.is_some()
    }

    pub fn paste(&mut self, text: &str) {
        if let Some(field) = &mut self.search {
            field.paste(text);
            self.begin();
        }
    }

    /// What is typed to find a line.
    pub fn searched(&self) -> &str {
        self.search.as_ref().map_or("", Field::value)
    }

    pub fn is_searched(&self) -> bool {
        self.search.is_some()
    }

    /// Looks for the lines with these words.
    pub fn search_for(&mut self, words: &str) {
        if let Some(field) = &mut self.search {
            field.set(words);
        }
        self.begin();
    }

    /// Puts the line under the cursor before the one above it, or behind the one below.
    pub fn carry(&mut self, action: Action) {
        let to = match action {
            Action::Earlier => self.at.checked_sub(1),
            _ => Some(self.at + 1).filter(|to| *to < self.lines.len()),
        };
        if let Some(to) = to {
            self.lines.swap(self.at, to);
            self.at = to;
        }
    }

    /// Rows that all lines take, with their headings.
    pub fn height(&self) -> usize {
        self.rows().len()
    }

    /// Columns that the widest line takes.
    pub fn width(&self) -> usize {
        let front = self.lines.iter().map(|line| text::width(&line.front()));
        let note = self.lines.iter().filter_map(Choice::note).map(text::width);
        let note = note.max().unwrap_or(0).min(NOTE);
        front.max().unwrap_or(0) + self.label_width() + note + 5
    }

    /// Columns that the widest line takes with its reason, or else with its keys behind it.
    pub fn whole_width(&self) -> usize {
        let of = |line: &T| {
            let label = text::width(line.label()) + 4;
            match (line.unable(), self.behind) {
                (Some(reason), _) => label + text::width(reason) + 4,
                (None, behind) => label + behind.unwrap_or_default(),
            }
        };
        self.lines.iter().map(of).max().unwrap_or_default()
    }

    /// The first and last of the lines that are seen in so many rows, counted from one.
    pub fn showing(&mut self, room: usize) -> (usize, usize) {
        let rows = self.rows();
        self.scroll(&rows, room);
        let seen = rows.iter().skip(self.first).take(room);
        let places = seen.filter_map(|row| match row {
            Row::Line(at, _) => Some(at + 1),
            Row::Heading(_) => None,
        });
        let places: Vec<usize> = places.collect();
        let ends = places.first().zip(places.last());
        ends.map_or((0, 0), |(first, last)| (*first, *last))
    }

    /// Draws the lines in as many columns, those that have no room left out.
    pub fn draw(&mut self, frame: &mut Frame, area: Rect, columns: u16, theme: Theme) {
        let height = usize::from(area.height);
        let rows = self.rows();
        self.scroll(&rows, height * usize::from(columns));
        self.rows = Lines::new(area, self.first, rows.len())
            .in_columns(columns)
            .with_bar(frame, area.right(), theme);
        let rows = rows.get(self.first..).unwrap_or_default();
        // Lines that all fit into one column are dealt out evenly.
        let in_one = if rows.len() <= height {
            rows.len().div_ceil(usize::from(columns))
        } else {
            height
        };
        let areas = Layout::horizontal((0..columns).map(|_| Constraint::Fill(1))).split(area);
        self.places.clear();
        for (area, rows) in areas.iter().zip(rows.chunks(in_one.max(1))) {
            let room = usize::from(area.width).saturating_sub(1);
            let lines: Vec<Line> = (rows.iter().map(|row| self.line(row, room, theme))).collect();
            frame.render_widget(Paragraph::new(lines), *area);
            for (place, row) in area.rows().zip(rows) {
                if let Row::Line(at, _) = row {
                    self.places.push((place, *at));
                }
            }
        }
        if self.search.is_none()
            && let Some((place, _)) = self.places.iter().find(|(_, at)| *at == self.at)
        {
            put_cursor(frame, *place, (1, 0));
        }
    }

    /// Draws what is typed, behind a label.
    pub fn draw_search(
        &mut self,
        frame: &mut Frame,
        area: Rect,
        label: &'static str,
        theme: Theme,
    ) {
        let Some(field) = &mut self.search else {
            return;
        };
        let (line, column) = field.line(34, theme.warn());
        let mut spans = vec![Span::raw(label)];
        spans.extend(line.spans);
        spans.push(Span::raw("]"));
        frame.render_widget(Paragraph::new(Line::from(spans)), area);
        put_cursor(frame, area, ((label.len() + column) as u16, 0));
    }

    /// Moves no further than the cursor wants. A line is shown with the heading right above it.
    fn scroll(&mut self, rows: &[Row], room: usize) {
        let under = |row: &Row| matches!(row, Row::Line(at, _) if *at == self.at);
        let at = rows.iter().position(under).unwrap_or_default();
        let top = match at.checked_sub(1).map(|above| &rows[above]) {
            Some(Row::Heading(_)) => at - 1,
            _ => at,
        };
        let least = (at + 1).saturating_sub(room);
        let most = rows.len().saturating_sub(room);
        self.first = self.first.min(top).max(least).min(most);
    }

    fn line(&self, row: &Row, room: usize, theme: Theme) -> Line<'static> {
        let (at, line) = match row {
            Row::Heading(words) => return Line::styled(format!(" {words}"), theme.accent()),
            Row::Line(at, line) => (*at, &self.lines[*line]),
        };
        let cursor = if at == self.at { ">" } else { " " };
        let mut words = match self.behind {
            Some(_) => format!(" {cursor} "),
            None => format!(" {cursor} {}", line.front()),
        };
        match line.note() {
            None => words.push_str(line.label()),
            Some(note) => {
                let width = self.label_width();
                let label = text::shorten(line.label(), width);
                let gap = " ".repeat(width + 2 - text::width(&label));
                words.push_str(&format!("{label}{gap}{note}"));
            }
        }
        if let Some(reason) = line.unable() {
            words.push_str(&format!("  ({reason})"));
        }
        let keys = line.front();
        // Why a line cannot be used says more than its keys.
        let fits = |left: usize| line.unable().is_none() || text::width(&words) < left;
        let columns = self
            .behind
            .filter(|columns| *columns < room && !keys.trim().is_empty() && fits(room - columns));
        if let Some(columns) = columns {
            let left = room - columns;
            words = text::shorten(&words, left - 1);
            let gap = " ".repeat(left - text::width(&words));
            words.push_str(&format!("{gap}{keys}"));
        }
        let style = match (at == self.at, line.unable()) {
            (true, _) => theme.select(),
            (false, Some(_)) => theme.disabled(),
            (false, None) => Style::new(),
        };
        Line::styled(text::shorten(&words, room), style)
    }

    fn label_width(&self) -> usize {
        let labels = self.lines.iter().map(|line| text::width(line.label()));
        labels.max().unwrap_or(0).min(LABEL).max(self.label)
    }

    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut heading = None;
        for (at, line) in self.found().into_iter().enumerate() {
            let own = self.lines[line].heading().filter(|_| self.headed);
            if own != heading {
                heading = own;
                rows.extend(own.map(Row::Heading));
            }
            rows.push(Row::Line(at, line));
        }
        rows
    }

    /// The lines that what is typed means, by their places among all.
    fn found(&self) -> Vec<usize> {
        let typed = self.searched().to_lowercase();
        if typed.is_empty() {
            return (0..self.lines.len()).collect();
        }
        let typed: Vec<&str> = typed.split_whitespace().collect();
        let lines = self.lines.iter().enumerate();
        let mut found: Vec<(usize, usize)> = lines
            .filter_map(|(at, line)| Some((far_from(&typed, &line.searched().to_lowercase())?, at)))
            .collect();
        // What has the very word comes before what has it within another; headings keep their lines together.
        if !self.headed {
            found.sort_by_key(|(far, _)| *far);
        }
        found.into_iter().map(|(_, at)| at).collect()
    }

    /// The cursor goes to where a list begins.
    fn begin(&mut self) {
        let is_harmless = |line: &T| !line.changes() && line.unable().is_none();
        let harmless = self.lines.iter().position(is_harmless);
        self.first = 0;
        self.at = match self.searched() {
            "" => harmless.unwrap_or_default(),
            _ => 0,
        };
    }
}

#[cfg(test)]
mod tests {
    use ratatui::{Terminal, backend::TestBackend};

    use super::*;
    use crate::tui::{keymap, testing::rows_of};

    #[derive(Debug)]
    struct Dish(&'static str);

    impl Choice for Dish {
        fn label(&self) -> &str {
            self.0
        }

        fn heading(&self) -> Option<&'static str> {
            Some(if self.0 < "m" { "early" } else { "late" })
        }

        fn unable(&self) -> Option<&str> {
            (self.0 == "fish").then_some("not today")
        }

        fn changes(&self) -> bool {
            self.0 == "bread"
        }
    }

    fn dishes() -> Vec<Dish> {
        ["bread", "cake", "fish", "noodles", "soup"]
            .map(Dish)
            .into()
    }

    fn drawn(choices: &mut Choices<Dish>, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(30, height)).unwrap();
        let theme = Theme::default();
        let draw = |frame: &mut Frame| choices.draw(frame, frame.area(), 1, theme);
        terminal.draw(draw).unwrap();
        rows_of(terminal.backend().buffer()).join("\n")
    }

    #[test]
    fn the_cursor_begins_where_nothing_changes_and_scrolls_only_as_far_as_it_must() {
        let mut choices = Choices::new(dishes()).under_headings();
        let cx = Cx::default();
        insta::assert_snapshot!(drawn(&mut choices, 4), @r"
         early
           bread
         > cake
           fish  (not today)
        ");
        choices.act(Action::Last, &cx);
        assert_eq!(drawn(&mut choices, 4).lines().last(), Some(" > soup"));
        choices.act(Action::Up, &cx);
        insta::assert_snapshot!(drawn(&mut choices, 4), @r"
           fish  (not today)
         late
         > noodles
           soup
        ");
        choices.act(Action::First, &cx);
        assert_eq!(drawn(&mut choices, 4).lines().next(), Some(" early"));
    }

    #[test]
    fn what_is_typed_leaves_the_lines_that_have_it() {
        let mut choices = Choices::to_search(dishes());
        for letter in ["o", "s"] {
            choices.type_key(keymap::parse(letter).unwrap());
        }
        assert_eq!(choices.count(), 0);
        assert!(choices.chosen().is_none());
        choices.search_for("O U");
        assert_eq!(drawn(&mut choices, 4).trim_end(), " > soup");
    }

    #[test]
    fn a_line_that_cannot_be_chosen_gets_the_cursor_and_is_not_taken() {
        let mut choices = Choices::new(dishes());
        drawn(&mut choices, 5);
        assert!(choices.click(Position::new(3, 2)));
        assert_eq!(choices.chosen().map(Choice::label), Some("fish"));
        assert!(choices.able().is_none());
        assert!(!choices.click(Position::new(3, 5)), "below the last");
    }
}
