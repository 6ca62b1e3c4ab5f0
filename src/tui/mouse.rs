//! The mouse: whatever is clicked has a key as well.

use std::time::{Duration, Instant};

use crossterm::event::{KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::{
    action::Action, app::App, event::Effect, keymap::Mode, pages::Pointed, tabs::Tab,
    widgets::lines::Roll,
};

/// The second of two clicks comes no later.
const DOUBLE: Duration = Duration::from_millis(400);

/// The columns that a hand may move between two clicks on a title.
const NEAR: u16 = 3;

/// Lines that one notch of the wheel moves.
const NOTCH: isize = 3;

/// What a click outside of a page does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// As if the key had been pressed.
    Key(KeyEvent),
    Tab(Tab),
    /// Leaves so many pages.
    Crumb(usize),
}

/// The last click on a line or a title.
#[derive(Clone, Copy, Debug)]
pub struct Clicked {
    at: Instant,
    place: Position,
    /// What a second one does.
    then: Action,
}

impl Clicked {
    /// Whether a click there and then is the second one. A line is as wide as its list; titles stand side by side.
    fn is_followed_by(self, place: Position, now: Instant) -> bool {
        let is_near = self.then == Action::Open || self.place.x.abs_diff(place.x) <= NEAR;
        self.place.y == place.y && is_near && now - self.at < DOUBLE
    }
}

impl App {
    /// Whether the terminal should say what the mouse does.
    pub fn uses_mouse(&self) -> bool {
        self.mouse
    }

    /// Where else than on the page something can be clicked. Drawing says it anew for each frame.
    pub(super) fn put_spot(&mut self, area: Rect, spot: Spot) {
        self.spots.push((area, spot));
    }

    pub(super) fn turn_mouse(&mut self) {
        self.mouse = !self.mouse;
        let key = self.cx.keys.of(Action::Mouse);
        self.status = Some(if self.mouse {
            format!("The mouse is on. Hold Shift to select text, or press {key}.")
        } else {
            format!("The mouse is off: text is selected as in any terminal. {key} turns it on.")
        });
    }

    /// Whether the mouse says something that leads to nothing, so that nothing is drawn for it.
    pub(super) fn is_nothing_of(&self, event: MouseEvent) -> bool {
        match event.kind {
            MouseEventKind::Up(_) | MouseEventKind::Moved => true,
            MouseEventKind::Drag(_) => self.held.is_none(),
            _ => false,
        }
    }

    pub(super) fn mouse(&mut self, event: MouseEvent) {
        let place = Position::new(event.column, event.row);
        let sideways = event.modifiers.contains(KeyModifiers::SHIFT);
        match event.kind {
            _ if self.is_too_small() => {}
            MouseEventKind::Down(MouseButton::Left) => self.click(place),
            MouseEventKind::Drag(MouseButton::Left) => self.drag(place.y),
            MouseEventKind::Up(_) => self.held = None,
            MouseEventKind::Down(MouseButton::Right) => self.ask_what_to_do(place),
            MouseEventKind::ScrollUp if sideways => self.shift(Action::Left),
            MouseEventKind::ScrollDown if sideways => self.shift(Action::Right),
            MouseEventKind::ScrollUp => self.roll(place, Roll::By(-NOTCH)),
            MouseEventKind::ScrollDown => self.roll(place, Roll::By(NOTCH)),
            MouseEventKind::ScrollLeft => self.shift(Action::Left),
            MouseEventKind::ScrollRight => self.shift(Action::Right),
            _ => {}
        }
    }

    fn click(&mut self, place: Position) {
        self.stopped = None;
        self.held = None;
        let before = self.clicked.take();
        if let Some(spot) = self.spot(place) {
            return self.press_spot(spot);
        }
        if self.hold(place) {
            return;
        }
        if let Some(overlay) = &mut self.overlay {
            let verdict = overlay.click(place, &self.cx);
            return self.conclude(verdict);
        }
        if self.mode() == Mode::Typing {
            return self.pages.top_mut().point_while_typing(place, &mut self.cx);
        }
        self.tab = None;
        let again = before.filter(|before| {
            let now = self.cx.now;
            now.is_some_and(|now| before.is_followed_by(place, now))
        });
        // The first click may have given the box focus, and so have put something else in this place.
        if again.is_some_and(|again| again.then == Action::Zoom) {
            return self.act(Action::Zoom);
        }
        let zooms = self.pages.top().zooms_at(place);
        let then = match self.pages.top_mut().point(place, &mut self.cx) {
            Pointed::Button(action) => return self.act(action),
            Pointed::Line if again.is_some() => return self.act(Action::Open),
            Pointed::Line => Action::Open,
            Pointed::Nothing if zooms => Action::Zoom,
            Pointed::Nothing => return,
        };
        if then == Action::Open {
            self.status = None;
        }
        self.clicked = self.cx.now.map(|at| Clicked { at, place, then });
    }

    /// The menu, for the line under the pointer.
    fn ask_what_to_do(&mut self, place: Position) {
        if self.overlay.is_none() && self.mode() == Mode::Moving {
            self.tab = None;
            self.pages.top_mut().point(place, &mut self.cx);
            self.act(Action::Menu);
        }
    }

    /// Moves what is in sight of the list or text there; keys act on what is seen then.
    pub(super) fn roll(&mut self, place: Position, roll: Roll) {
        let types = self.mode() == Mode::Typing;
        match &mut self.overlay {
            Some(overlay) => overlay.roll(roll),
            None if types => self.pages.top_mut().roll_while_typing(roll),
            None => self.pages.top_mut().roll(place, roll, &mut self.cx),
        }
    }

    /// Moves sideways and does nothing else.
    fn shift(&mut self, action: Action) {
        if self.overlay.is_some() || self.mode() == Mode::Typing {
            return;
        }
        self.pages.top_mut().act(action, &mut self.cx);
        let moves = |effect: &Effect| !matches!(effect, Effect::Tabs | Effect::Act(_));
        self.cx.effects.retain(moves);
    }

    fn spot(&self, place: Position) -> Option<Spot> {
        let mut spots = self.spots.iter();
        spots
            .find(|(area, _)| area.contains(place))
            .map(|(_, spot)| *spot)
    }

    fn press_spot(&mut self, spot: Spot) {
        match spot {
            Spot::Key(key) => self.key(key),
            // What lies over the page, or is being typed, is left first.
            _ if self.overlay.is_some() || self.mode() == Mode::Typing => {}
            Spot::Tab(tab) => {
                self.tab = None;
                self.act(tab.action());
            }
            Spot::Crumb(pages) => {
                self.tab = None;
                for _ in 0..pages {
                    self.cx.back();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::tui::{
        event::{Answer, Event, JobRequest, Query, Wish},
        testing::{feed, feed_with, picture, press, problems},
    };

    /// Where a text is to be seen.
    fn place_of(app: &mut App, text: &str) -> Position {
        let picture = picture(app);
        let lines = picture.lines().enumerate();
        let found = lines.filter_map(|(y, line)| Some((line.find(text)?, y, line)));
        let (x, y, line) = found
            .last()
            .unwrap_or_else(|| panic!("{text:?} is not in\n{picture}"));
        let x = crate::text::width(&line[..x]);
        Position::new(x as u16, y as u16)
    }

    fn event(app: &mut App, kind: MouseEventKind, place: Position) -> Vec<Effect> {
        let modifiers = KeyModifiers::NONE;
        let (column, row) = (place.x, place.y);
        let event = MouseEvent {
            kind,
            column,
            row,
            modifiers,
        };
        let effects = app.update(Event::Mouse(event));
        feed(app, effects.clone());
        effects
    }

    fn click(app: &mut App, text: &str) -> Vec<Effect> {
        let place = place_of(app, text);
        event(app, MouseEventKind::Down(MouseButton::Left), place)
    }

    #[test]
    fn a_click_on_the_filter_line_begins_to_type_one() {
        let mut app = problems((80, 60));
        press(&mut app, "2");
        click(&mut app, "type / to add one");
        let shown = picture(&mut app);
        assert!(shown.contains("Enter Keep this filter"), "{shown}");
        press(&mut app, "<esc>.");
        click(&mut app, "Filter");
        let shown = picture(&mut app);
        assert!(!shown.contains("Filter  [ /"), "{shown}");
    }

    #[test]
    fn a_click_selects_a_second_one_opens() {
        let mut app = problems((100, 30));
        let start = Instant::now();
        app.update(Event::Tick(start));
        click(&mut app, "Stage not in the list");
        assert!(picture(&mut app).contains("> Stage not in the list"));
        // A slow second click is another first one.
        app.update(Event::Tick(start + Duration::from_secs(1)));
        click(&mut app, "Stage not in the list");
        assert!(picture(&mut app).contains("[1 Problems 6]"));
        app.update(Event::Tick(start + Duration::from_millis(1_200)));
        click(&mut app, "Stage not in the list");
        assert!(picture(&mut app).contains("> Problems > Stage not in the list"));
        click(&mut app, "Problems >");
        assert!(picture(&mut app).contains("> Stage not in the list"));
    }

    #[test]
    fn tabs_hints_and_buttons_do_what_their_keys_do() {
        let mut app = problems((100, 40));
        click(&mut app, "5 History");
        assert!(picture(&mut app).contains("[5 History 4]"));
        click(&mut app, "1 Problems");
        click(&mut app, "v Values");
        assert!(picture(&mut app).contains("different values"));
        click(&mut app, "Esc Back");
        click(&mut app, "Menu");
        assert!(picture(&mut app).contains("Menu: Problems"));
        click(&mut app, "Search all commands");
        assert!(picture(&mut app).contains("┌ Commands"));
        press(&mut app, "<esc>");
        press(&mut app, "S");
        let effects = click(&mut app, "[ Send 3 records ]");
        let sends = |effect: &Effect| matches!(effect, Effect::Start(JobRequest::Send { .. }));
        assert!(effects.iter().any(sends), "{effects:?}");
    }

    #[test]
    fn a_click_beside_a_dialog_presses_nothing() {
        let mut app = problems((80, 24));
        press(&mut app, "S");
        let place = Position::new(2, 10);
        let left = MouseEventKind::Down(MouseButton::Left);
        assert_eq!(event(&mut app, left, place), []);
        assert!(picture(&mut app).contains("[>Go back ]"));
        click(&mut app, "[>Go back ]");
        assert!(!picture(&mut app).contains("Go back"));
    }

    #[test]
    fn the_right_button_opens_the_menu_of_the_line_and_the_wheel_only_moves() {
        let mut app = problems((80, 24));
        let place = place_of(&mut app, "Deal value");
        event(&mut app, MouseEventKind::Down(MouseButton::Right), place);
        assert!(picture(&mut app).contains("Menu: Problems"));
        press(&mut app, "<esc>");
        assert!(picture(&mut app).contains("> Deal value"));
        // All problems are in sight: there is nothing to move.
        event(&mut app, MouseEventKind::ScrollDown, place);
        event(&mut app, MouseEventKind::ScrollUp, place);
        assert!(picture(&mut app).contains("> Deal value"));
        assert_eq!(app.tab, None);
    }

    /// The lines of the picture that begin with a number, and the one with the cursor.
    fn numbers(app: &mut App) -> (Vec<String>, String) {
        let picture = picture(app);
        let lines = picture.lines().filter(|line| line.starts_with('│'));
        let number = |line: &str| {
            let line = line.trim_start_matches(['│', '>', ' ']);
            line.split("  ").next().unwrap_or_default().to_owned()
        };
        let is_row = |line: &&str| number(line).starts_with(|c: char| c.is_ascii_digit());
        let rows: Vec<&str> = lines.filter(is_row).collect();
        let under = rows.iter().find(|line| line.starts_with("│>"));
        let under = under.map(|line| number(line)).unwrap_or_default();
        (rows.into_iter().map(number).collect(), under)
    }

    #[test]
    fn the_wheel_moves_what_is_in_sight_of_the_records_and_the_cursor_no_sooner_than_it_must() {
        let mut app = problems((100, 30));
        press(&mut app, "2<Down><Down><Down><Down>");
        let place = place_of(&mut app, "State");
        let (rows, under) = numbers(&mut app);
        assert_eq!((rows[0].as_str(), under.as_str()), ("7", "35"));
        event(&mut app, MouseEventKind::ScrollUp, place);
        assert_eq!(numbers(&mut app), (rows, under), "it is at its beginning");
        event(&mut app, MouseEventKind::ScrollDown, place);
        let (rows, under) = numbers(&mut app);
        assert_eq!((rows[0].as_str(), under.as_str()), ("28", "35"));
        event(&mut app, MouseEventKind::ScrollDown, place);
        let (rows, under) = numbers(&mut app);
        assert_eq!((rows[0].as_str(), under.as_str()), ("49", "49"));
        press(&mut app, "<Down>");
        assert_eq!(numbers(&mut app).1, "56", "keys go on from there");
        event(&mut app, MouseEventKind::ScrollUp, place);
        press(&mut app, "<PgDn>");
        event(&mut app, MouseEventKind::ScrollUp, place);
        let (rows, under) = numbers(&mut app);
        assert_eq!(rows.last(), Some(&under), "the last that is seen");
    }

    #[test]
    fn turning_the_wheel_fast_counts_every_notch_and_asks_for_what_it_comes_to() {
        let mut app = problems((100, 30));
        press(&mut app, "2");
        let place = place_of(&mut app, "State");
        // No frame lies between them.
        for _ in 0..100 {
            event(&mut app, MouseEventKind::ScrollDown, place);
        }
        let (rows, under) = numbers(&mut app);
        assert_eq!((rows[0].as_str(), under.as_str()), ("2,107", "2,107"));
        assert!(!picture(&mut app).contains("..."), "its rows are there");
        for _ in 0..500 {
            event(&mut app, MouseEventKind::ScrollDown, place);
        }
        let (rows, under) = numbers(&mut app);
        assert_eq!(rows.last().unwrap(), "9,709", "the last record");
        assert_eq!(rows[0], under);
    }

    #[test]
    fn the_wheel_moves_lists_over_the_page_and_text_without_a_cursor() {
        let mut app = problems((80, 24));
        press(&mut app, "?");
        let place = place_of(&mut app, "Help");
        let shown = picture(&mut app);
        let first = shown.lines().nth(4).unwrap_or_default();
        event(&mut app, MouseEventKind::ScrollDown, place);
        assert!(!picture(&mut app).contains(first), "{first}");
        event(&mut app, MouseEventKind::ScrollUp, place);
        event(&mut app, MouseEventKind::ScrollUp, place);
        assert!(picture(&mut app).contains(first), "{first}");
        // The record as it will be sent has no cursor.
        let mut app = problems((80, 24));
        press(&mut app, "3");
        let place = place_of(&mut app, "as it will be sent");
        let before = picture(&mut app);
        event(&mut app, MouseEventKind::ScrollDown, place);
        assert_ne!(picture(&mut app), before);
        event(&mut app, MouseEventKind::ScrollUp, place);
        assert_eq!(picture(&mut app), before);
    }

    #[test]
    fn a_click_in_a_box_gives_it_the_focus_and_one_on_a_button_presses_it() {
        let mut app = problems((100, 30));
        press(&mut app, "5<Down><Down><Down>");
        click(&mut app, "Can be undone");
        assert!(picture(&mut app).contains("[>Undo this step ]"));
        click(&mut app, "Time ");
        assert!(picture(&mut app).contains("[ Undo this step ]"));
        click(&mut app, "[ Save as recipe ]");
        let shown = picture(&mut app);
        assert!(shown.contains("step-1.toml"), "{shown}");
        let mut app = problems((80, 24));
        press(&mut app, "<ret><ret>");
        click(&mut app, "Now office@");
        assert!(picture(&mut app).contains("┌ Editing contact_email"));
    }

    #[test]
    fn what_an_action_came_to_is_undone_where_it_says_so() {
        let mut app = problems((100, 30));
        app.status = Some("Fixed 12 records.  u Undo".to_owned());
        let effects = click(&mut app, "u Undo");
        let undoes = |effect: &Effect| matches!(effect, Effect::Change(_, Wish::Undo));
        assert!(effects.iter().any(undoes), "{effects:?}");
    }

    #[test]
    fn lists_in_place_of_an_empty_one_are_chosen_from_by_a_click_and_pressed_by_two() {
        let mut app = problems((80, 24));
        app.update(Event::Tick(Instant::now()));
        let none = |query| match query {
            Query::Groups { .. } => Answer::Groups {
                run: crate::tui::testing::run(),
                groups: Vec::new(),
            },
            other => crate::tui::testing::answer(other),
        };
        app.refresh();
        let effects = app.settle();
        feed_with(&mut app, effects, &none);
        click(&mut app, "See the records");
        assert!(picture(&mut app).contains("> See the records"));
        click(&mut app, "See the records");
        assert!(picture(&mut app).contains("[2 Records"));
        press(&mut app, "/country:DE stage:parse<ret>");
        click(&mut app, "Clear the whole filter");
        assert!(picture(&mut app).contains("> Clear the whole filter"));
        click(&mut app, "No record matches");
        assert!(picture(&mut app).contains("> Clear the whole filter"));
        click(&mut app, "Clear the whole filter");
        click(&mut app, "Clear the whole filter");
        assert!(picture(&mut app).contains("1,387 records"));
    }

    #[test]
    fn what_is_typed_is_left_alone() {
        let mut app = problems((100, 30));
        press(&mut app, "<ret><ret><ret>x");
        assert!(picture(&mut app).contains("Editing"));
        click(&mut app, "customer_id");
        click(&mut app, "Problems >");
        assert!(picture(&mut app).contains("Editing"));
    }

    #[test]
    fn m_turns_the_mouse_off_and_on() {
        let mut app = problems((80, 24));
        assert!(app.uses_mouse());
        press(&mut app, "M");
        assert!(!app.uses_mouse());
        assert!(picture(&mut app).contains("The mouse is off"));
        press(&mut app, "M");
        assert!(app.uses_mouse());
    }
    #[test]
    fn a_click_finds_records_cells_and_titles_of_the_table_and_lines_to_choose_from() {
        let mut app = problems((100, 30));
        press(&mut app, "<ret>");
        click(&mut app, "21      ready");
        assert!(picture(&mut app).contains(">  21"));
        click(&mut app, "CUS-0000035");
        let shown = picture(&mut app);
        assert!(shown.contains("┌ Cell: customer_id, record 35"), "{shown}");
        click(&mut app, "name         phone");
        assert!(picture(&mut app).contains("sorted by name"));
        click(&mut app, "name ▲");
        assert!(picture(&mut app).contains("sorted by name, reversed"));
        press(&mut app, "c");
        click(&mut app, "[x] phone");
        assert!(picture(&mut app).contains("[ ] phone"));
        press(&mut app, "<esc>s");
        click(&mut app, "  State  ");
        assert!(picture(&mut app).contains("sorted by state"));
    }
}
